"""Which family of colours each class belongs to: the branches of the hierarchy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowloom.browser.colours import BLACK, NEUTRAL, Family, family, mixed, shade
from knowloom.ontology.concepts import Kind, Ontology

_FEW = 4  # branches; with fewer, the largest is split so that colours tell something
_ROOTS = {Kind.ENTITY.value: "#5B6573", Kind.EVENT.value: "#3F4650"}


@dataclass(frozen=True, slots=True)
class Paint:
    """How a class is painted.

    Args:
        fill: `#RRGGBB`, lighter with every level.
        hue, edge: of its branch, the same for all its classes.
        is_ringed: whether it takes the edge to know the branch.
    """

    fill: str
    hue: str
    edge: str
    is_ringed: bool = False


def paints(ontology: Ontology) -> Mapping[str, Paint]:
    """Return how each class and root is painted.

    >>> from knowloom.ontology.concepts import Concept
    >>> found = paints(Ontology([Concept(name="Person"), Concept(name="City")]))
    >>> found["Person"].hue, found["City"].fill
    ('#0072B2', '#EECC66')
    """
    tops = branches(ontology)
    families = {name: family(place) for place, name in enumerate(tops)}
    above = _branch_of(ontology, families)
    depths = _depths(ontology, above)
    deepest: dict[str, int] = {}
    for name, top in above.items():
        deepest[top] = max(deepest.get(top, 0), depths[name])
    found = {root.value: plain(_ROOTS.get(root.value, NEUTRAL)) for root in Kind}
    for name in ontology.parents_first():
        if name in above:
            own, most = families[above[name]], deepest[above[name]]
            found[name] = Paint(shade(own.hue, depths[name], most), *own)
        elif name not in found:
            found[name] = plain(NEUTRAL)
    return found


def plain(colour: str) -> Paint:
    """Return how something is painted that belongs to no branch."""
    return Paint(colour, colour, mixed(colour, BLACK, 0.2))


def branches(ontology: Ontology) -> tuple[str, ...]:
    """Return the classes that head a family of colours, in the ontology's order.

    These are the classes right below a root; but where one of few holds most of the others, as a
    `Thing` above all does, those right below it.
    """
    tops = [name for root in Kind for name in ontology.children(root.value)]
    tops = list(dict.fromkeys(tops))
    while len(tops) < _FEW:
        largest = max(tops, key=lambda name: len(ontology.descendants(name)), default="")
        below = ontology.children(largest) if largest else ()
        if not below or 2 * len(ontology.descendants(largest)) < len(ontology):
            break
        place = tops.index(largest)
        tops[place : place + 1] = [name for name in below if name not in tops]
    return tuple(tops)


def _branch_of(ontology: Ontology, tops: Mapping[str, Family]) -> dict[str, str]:
    """Return the branch of every class that has one: that of its first parent that has one."""
    found = {name: name for name in tops}
    for name in ontology.parents_first():
        if name not in found:
            tops_above = [found[p] for p in ontology[name].parents if p in found]
            if tops_above:
                found[name] = tops_above[0]
    return found


def _depths(ontology: Ontology, above: Mapping[str, str]) -> dict[str, int]:
    """Return how many levels below the top of its branch each class lies."""
    found: dict[str, int] = {}
    for name in ontology.parents_first():
        if name in above:
            own = [p for p in ontology[name].parents if above.get(p) == above[name]]
            found[name] = 0 if above[name] == name else 1 + max(found[p] for p in own)
    return found
