"""Where the hues of `knowloom.browser.colours` come from, and how far apart they are.

python bench/browser_colours.py           the distances of the hues in use
python bench/browser_colours.py --search  the greedy searches that found them, some minutes
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations, product

from knowloom.browser.colours import (
    EDGES,
    HUES,
    NEUTRAL,
    WHITE,
    Family,
    distance,
    families_apart,
    family,
    least_distance,
    shades,
)

_OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_STEPS = range(0, 256, 51)
_ON_WHITE, _ON_FILL = 0.25, 0.1  # least distances at which an edge is seen


def three(hue: str) -> list[str]:
    """Return three shades of a hue, the darkest, the middle and the lightest."""
    return shades(hue, 3)


def candidates() -> Iterator[str]:
    """Yield colours that are neither too dark, too light nor too grey to be a hue."""
    for red, green, blue in product(_STEPS, repeat=3):
        colour = f"#{red:02X}{green:02X}{blue:02X}"
        level = f"{(red + green + blue) // 3:02X}"
        if 0.38 < distance(colour, "#000000") < 0.95 and distance(colour, f"#{level * 3}") > 0.1:
            yield colour


def search(count: int) -> Iterator[tuple[str, float]]:
    """Yield hues, each as far as can be from those before it, with that distance."""
    pool = {colour: least_distance(three(colour), [NEUTRAL]) for colour in candidates()}
    hue = HUES[0]
    for _ in range(count - 1):
        others = three(hue)
        pool = {c: min(far, least_distance(three(c), others)) for c, far in pool.items()}
        hue = max(pool, key=pool.__getitem__)
        yield hue, pool[hue]


def edges(count: int) -> Iterator[tuple[str, float]]:
    """Yield edges for the hues that come again, each as far as can be from all before it."""
    steps = product(_STEPS, repeat=3)
    pool = [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in steps]
    pool = [colour for colour in pool if distance(colour, WHITE) > _ON_WHITE]
    known = [family(place) for place in range(len(HUES))]
    for place in range(len(HUES), len(HUES) + count):
        hue = family(place).hue
        seen = [e for e in pool if least_distance([e], three(hue)) > _ON_FILL]
        far = {e: min(families_apart(Family(hue, e), k) for k in known) for e in seen}
        best = max(far, key=far.__getitem__)
        known.append(Family(hue, best))
        yield best, far[best]


def main() -> None:
    """Print distances, in the steps of 0.02 that an eye notices."""
    for name, hues in (("Okabe and Ito", _OKABE_ITO), ("eight", HUES[:8]), ("all", HUES)):
        pairs = combinations(map(three, hues), 2)
        least = min(least_distance(one, other) for one, other in pairs)
        grey = min(least_distance(three(hue), [NEUTRAL]) for hue in hues)
        print(f"{name}: {len(hues)} families, {least / 0.02:.1f} steps; grey {grey / 0.02:.1f}")
    everything = [family(place) for place in range(len(HUES) + len(EDGES))]
    least = min(families_apart(one, other) for one, other in combinations(everything, 2))
    later = everything[len(HUES) :]
    ringed = min(families_apart(a, b) for a in later for b in everything if a != b)
    print(f"with edges: {len(everything)} families, {least / 0.02:.1f} steps", end="")
    print(f"; between one of the last {len(later)} and any other {ringed / 0.02:.1f}")
    if "--search" in sys.argv[1:]:
        for hue, least in search(len(HUES)):
            print(f"{hue} {least / 0.02:.1f}")
        for edge, least in edges(len(EDGES)):
            print(f"edge {edge} {least / 0.02:.1f}")


if __name__ == "__main__":
    main()
