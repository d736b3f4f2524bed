"""Colours that can be told apart, also by people who see fewer of them: pure arithmetic.

A family is a hue with lighter shades of it, and an edge. How far two colours are apart is
measured in OKLab (Ottosson, 2020), where about 0.02 is the least that an eye notices, once as they
are and once for each kind of colour blindness at its strongest (matrices of Machado, Oliveira and
Fernandes, 2009, table 1); what counts is the smallest of the four.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

# Found by a greedy search: each hue is the one whose shades are farthest from all shades of those
# before it and from NEUTRAL, in every kind of vision (`bench/browser_colours.py`).
HUES = (
    "#0072B2",
    "#EECC66",
    "#77CCFF",
    "#880000",
    "#DD6611",
    "#9900FF",
    "#88BB99",
    "#772255",
    "#3300BB",
    "#FF33DD",
    "#33EEDD",
    "#BB3311",
)
# With more branches than hues the first eight come again with another edge, found likewise: from
# every family before it, each differs in its shades or in its edge. A row for each time.
_AGAIN = 8
EDGES = (
    "#000000",
    "#330000",
    "#990000",
    "#99FF33",
    "#6666FF",
    "#CC9999",
    "#66FF66",
    "#00CC66",
    "#330000",
    "#333399",
    "#9900FF",
    "#000000",
    "#000066",
    "#CC6600",
    "#000033",
    "#339900",
    "#993333",
    "#000000",
    "#660099",
    "#CC99FF",
    "#33CCCC",
    "#99FF33",
    "#660033",
    "#000099",
    "#CC00FF",
    "#FF00FF",
    "#000000",
    "#9966CC",
    "#663399",
    "#000033",
    "#FF6600",
    "#0033CC",
    "#33CCCC",
    "#666666",
    "#006666",
    "#000033",
    "#330000",
    "#9999FF",
    "#CC00CC",
    "#000066",
    "#99FF33",
    "#CC0000",
    "#330000",
    "#330000",
    "#000000",
    "#993366",
    "#333366",
    "#FF66CC",
)
NEUTRAL = "#8A929E"
LIGHTEST = 0.3  # the share of white in the lightest shade of a family
WHITE, BLACK = "#FFFFFF", "#000000"
Triple = tuple[float, float, float]


class Family(NamedTuple):
    """What the classes of a branch have in common.

    Args:
        hue: `#RRGGBB`, the darkest of its shades.
        edge: of all its classes.
        is_ringed: whether the edge tells it apart, so that it has to be seen well.
    """

    hue: str
    edge: str
    is_ringed: bool = False


class Vision(Enum):
    """How somebody sees: which linear red, green and blue look like a colour's own."""

    NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    PROTANOPIA = (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    )
    DEUTERANOPIA = (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    )
    TRITANOPIA = (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    )


def mixed(colour: str, other: str, share: float) -> str:
    """Return `colour` with a share of another, both `#RRGGBB`.

    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(255 * (a + (b - a) * share)):02X}" for a, b in pairs)


def text_colour(background: str) -> str:
    """Return black or white, whichever is easier to read on a background (WCAG contrast).

    >>> text_colour("#0072B2"), text_colour("#EECC66")
    ('#FFFFFF', '#000000')
    """
    red, green, blue = _linear(background)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return WHITE if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else BLACK


def distance(one: str, other: str, vision: Vision = Vision.NORMAL) -> float:
    """Return how far apart two colours look to somebody, from 0 to about 1.

    >>> distance("#FF0000", "#00AA00") > 3 * distance("#FF0000", "#00AA00", Vision.PROTANOPIA)
    False
    >>> distance("#000000", "#FFFFFF") > 0.99
    True
    """
    pairs = zip(_seen(one, vision), _seen(other, vision), strict=True)
    return math.sqrt(sum((a - b) ** 2 for a, b in pairs))


def least_distance(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how far apart two families are for whoever finds them hardest to tell."""
    return min(distance(a, b, v) for v in Vision for a in one for b in other)


def shade(hue: str, depth: int, deepest: int) -> str:
    """Return the shade of a class so many levels below the top of its branch.

    Args:
        hue: of the branch.
        depth: 0 for the top.
        deepest: of all classes of the branch.

    >>> shade("#000000", 0, 3), shade("#000000", 3, 3)
    ('#000000', '#4C4C4C')
    """
    return mixed(hue, WHITE, LIGHTEST * depth / deepest if deepest else 0.0)


def family(place: int) -> Family:
    """Return the colours of a branch by its place, from 0; after 60 they come again.

    >>> family(0)
    Family(hue='#0072B2', edge='#005B8E', is_ringed=False)
    >>> family(12).hue == family(0).hue, family(12).edge == family(0).edge
    (True, False)
    """
    if place < len(HUES):
        return Family(HUES[place], mixed(HUES[place], BLACK, 0.2))
    again = (place - len(HUES)) % len(EDGES)
    return Family(HUES[again % _AGAIN], EDGES[again], is_ringed=True)


def shades(hue: str, number: int) -> list[str]:
    """Return the shades of a branch that is so many levels deep."""
    return [shade(hue, depth, number - 1) for depth in range(number)]


def families_apart(one: Family, other: Family, levels: int = 3) -> float:
    """Return how far apart two families are for whoever finds them hardest to tell.

    It is enough that the shades differ or the edges do.

    Args:
        one, other: the families.
        levels: how many shades each has.
    """
    pairs = [(a, b) for a in shades(one.hue, levels) for b in shades(other.hue, levels)]
    return min(
        max(min(distance(a, b, v) for a, b in pairs), distance(one.edge, other.edge, v))
        for v in Vision
    )


@lru_cache(maxsize=10_000)
def _seen(colour: str, vision: Vision) -> Triple:
    """Return a colour in OKLab as somebody sees it."""
    rgb = _linear(colour)
    return _oklab(*(min(1.0, max(0.0, _dot(row, rgb))) for row in vision.value))


def _oklab(red: float, green: float, blue: float) -> Triple:
    """Return linear red, green and blue in OKLab."""
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    cones = (long, medium, short)
    return (
        _dot((0.2104542553, 0.7936177850, -0.0040720468), cones),
        _dot((1.9779984951, -2.4285922050, 0.4505937099), cones),
        _dot((0.0259040371, 0.7827717662, -0.8086757660), cones),
    )


def _dot(row: Triple, values: Triple) -> float:
    return row[0] * values[0] + row[1] * values[1] + row[2] * values[2]


def _channels(colour: str) -> Triple:
    """Return red, green and blue, each from 0 to 1."""
    return (
        int(colour[1:3], 16) / 255,
        int(colour[3:5], 16) / 255,
        int(colour[5:7], 16) / 255,
    )


def _linear(colour: str) -> Triple:
    """Return linear red, green and blue, each from 0 to 1 (sRGB)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)
    )
    return red, green, blue
