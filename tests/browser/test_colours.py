"""Colours: families that differ for every kind of vision, and a hierarchy painted with them."""

from __future__ import annotations

from itertools import combinations

import pytest

from knowloom.browser.branches import branches, paints
from knowloom.browser.colours import (
    EDGES,
    HUES,
    NEUTRAL,
    Vision,
    distance,
    families_apart,
    family,
    least_distance,
    shades,
)
from knowloom.ontology.concepts import Concept, Ontology

NOTICEABLE = 0.02  # in OKLab
SHADES = 4


@pytest.mark.parametrize(("hues", "least"), [(HUES[:8], 3), (HUES, 1.5)])
def test_families_differ_for_every_kind_of_vision(hues: tuple[str, ...], least: float) -> None:
    """No shade of a family looks like one of another: 3 noticeable steps, 1.5 among all."""
    apart = [
        least_distance(shades(a, SHADES), shades(b, SHADES)) for a, b in combinations(hues, 2)
    ]
    assert min(apart) >= least * NOTICEABLE


def test_with_many_branches_the_edge_tells_what_the_fill_does_not() -> None:
    """Any two of 60 families differ, in shades or edge; those beyond twelve by three steps."""
    everything = [family(place) for place in range(len(HUES) + len(EDGES))]
    assert len(set(everything)) == 60
    for place, one in enumerate(everything):
        if one.is_ringed:
            apart = [families_apart(one, other, SHADES) for other in everything[:place]]
            assert min(apart) >= 3 * NOTICEABLE
            assert least_distance([one.edge], shades(one.hue, SHADES)) >= 4 * NOTICEABLE


def test_every_class_of_500_is_recognised_in_40_branches() -> None:
    """No class looks like one of another branch, by fill and edge, to nobody."""
    ontology = wide(branches=40, classes=500)
    found = paints(ontology)
    painted = {found[concept.name] for concept in ontology}
    assert len({(paint.hue, paint.edge) for paint in painted}) == 40
    for one, other in combinations(sorted(painted, key=str), 2):
        if (one.hue, one.edge) != (other.hue, other.edge):
            for vision in Vision:
                fills = distance(one.fill, other.fill, vision)
                edges = distance(one.edge, other.edge, vision)
                assert max(fills, edges) >= 1.5 * NOTICEABLE


def test_what_is_ours_looks_like_no_family() -> None:
    """The grey of knowloom's own nodes is three noticeable steps from the first eight families."""
    assert (
        min(least_distance(shades(hue, SHADES), [NEUTRAL]) for hue in HUES[:8]) >= 3 * NOTICEABLE
    )


def test_the_blind_are_simulated() -> None:
    """Colours that everybody else tells apart come together without red or green cones."""
    pairs = {
        Vision.PROTANOPIA: ("#DC0000", "#1E5A00"),
        Vision.DEUTERANOPIA: ("#8C0000", "#6E3C00"),
    }
    for vision, (one, other) in pairs.items():
        assert distance(one, other, vision) < NOTICEABLE < distance(one, other)
        assert distance(one, other, Vision.TRITANOPIA) > NOTICEABLE
    for vision in Vision:  # grey has no colour to lose
        assert distance("#777777", "#777777", vision) == 0
        assert distance("#000000", "#FFFFFF", vision) == pytest.approx(1, abs=0.01)


def test_every_class_is_nearest_to_its_own_branch() -> None:
    """In an ontology of 500 classes each is recognised by its fill, and by its edge."""
    ontology = wide(branches=8, classes=500)
    tops = {paint.hue for paint in (paints(ontology)[name] for name in branches(ontology))}
    assert len(tops) == 8
    for concept in ontology:
        paint = paints(ontology)[concept.name] if concept.name.endswith("0") else None
        for vision in Vision if paint else ():
            assert paint is not None
            nearest = min(tops, key=lambda hue: distance(paint.fill, hue, vision))
            assert nearest == paint.hue


def test_a_class_above_all_others_is_no_branch() -> None:
    """Where a `Thing` holds everything, the classes right below it have families of their own."""
    names = ("Place", "Person", "Work")
    below = [Concept(name=name, parents=("Thing",)) for name in names]
    poet = Concept(name="Poet", parents=("Person",))
    ontology = Ontology([Concept(name="Thing"), *below, poet])
    assert branches(ontology)[:3] == names
    found = paints(ontology)
    assert found["Thing"].fill == NEUTRAL
    assert found["Poet"].hue == found["Person"].hue


def test_a_class_of_two_branches_is_painted_as_its_first() -> None:
    """The first parent decides, as everywhere one has to be chosen."""
    tops = [Concept(name=name) for name in ("Place", "Person", "Work", "Topic")]
    both = Concept(name="Statue", parents=("Work", "Place"))
    found = paints(Ontology([*tops, both]))
    assert found["Statue"].hue == found["Work"].hue


def wide(branches: int, classes: int) -> Ontology:
    """Return an ontology with so many branches, each a tree of three levels."""
    concepts = [Concept(name=f"B{n}") for n in range(branches)]
    for number in range(classes - branches):
        above = concepts[number % len(concepts)] if number < 60 else concepts[number % 60]
        concepts.append(Concept(name=f"C{number}", parents=(above.name,)))
    return Ontology(concepts)
