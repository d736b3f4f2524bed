"""Which of some new classes an ontology can take; pure."""

from __future__ import annotations

from collections.abc import Iterable

from knowloom.errors import Fault, OntologyError
from knowloom.ontology.concepts import ROOTS, Concept, ConceptRange, Ontology


def fitting(ontology: Ontology, concepts: Iterable[Concept]) -> tuple[list[Concept], list[Fault]]:
    """Return the classes that an ontology can take together, and why it cannot take the others.

    Args:
        ontology: what is there.
        concepts: new ones; they may refer to each other.

    >>> city = Concept(name="City", parents=("Place",))
    >>> kept, [fault] = fitting(Ontology(), [city, Concept(name="Person")])
    >>> [concept.name for concept in kept], fault.where, fault.what
    (['Person'], 'City', 'there is no Place yet')
    """
    left = list(concepts)
    faults: list[Fault] = []
    while left:
        there = {*ROOTS, *(c.name for c in ontology), *(c.name for c in left)}
        wrong = [
            Fault(c.name, f"there is no {' and no '.join(missing)} yet", "unknown-concept")
            for c in left
            if (missing := sorted(referred_to(c) - there))
        ]
        wrong = wrong or _refused(ontology, left)
        if not wrong:
            break
        faults += wrong
        named = {fault.where.partition(".")[0] for fault in wrong}
        kept = [c for c in left if c.name not in named]
        left = kept if len(kept) < len(left) else []
    return left, faults


def referred_to(concept: Concept) -> set[str]:
    """Return the classes that a class cannot do without: its parents, and its links' ranges."""
    ranges = (a.range for a in concept.attributes)
    links = {name for r in ranges if isinstance(r, ConceptRange) for name in r.concepts}
    return {*concept.parents, *links}


def _refused(ontology: Ontology, concepts: Iterable[Concept]) -> list[Fault]:
    try:
        ontology.with_concepts(concepts)
    except OntologyError as error:
        return list(error.faults)
    return []
