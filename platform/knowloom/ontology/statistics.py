"""How large an ontology is, kind by kind (item 18; S1 Table 16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowloom.ontology.concepts import Concept, Kind, Ontology


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts over the concepts of one kind.

    Args:
        types: how many there are, the root not counted.
        described: how many have a description; the others are `undescribed`.
        exemplified: how many have an example.
        attributes: how many attributes they introduce or narrow themselves.
        links: how many of those refer to other instances.
        several_parents: how many have more than one.
        depth: the most steps, on the longest line of superclasses, up to the root.
    """

    types: int = 0
    described: int = 0
    exemplified: int = 0
    attributes: int = 0
    links: int = 0
    several_parents: int = 0
    depth: int = 0

    @property
    def undescribed(self) -> int:
        """How many have no description."""
        return self.types - self.described


def statistics(ontology: Ontology) -> Mapping[Kind, Counts]:
    """Return the counts of each kind, the kinds without a concept included.

    >>> people = Ontology([Concept(name="Person", description="A human being.")])
    >>> statistics(people)[Kind.ENTITY].described
    1
    """
    by_kind: dict[Kind, list[Concept]] = {kind: [] for kind in Kind}
    depth: dict[str, int] = {kind.value: 0 for kind in Kind}
    for name in ontology.parents_first():
        concept = ontology[name]
        if concept.parents:
            depth[name] = 1 + max(depth[p] for p in concept.parents)
            by_kind[ontology.kind(name)].append(concept)
    return {kind: _counts(concepts, depth) for kind, concepts in by_kind.items()}


def _counts(concepts: list[Concept], depth: Mapping[str, int]) -> Counts:
    """Return the counts over `concepts`."""
    return Counts(
        types=len(concepts),
        described=sum(bool(c.description) for c in concepts),
        exemplified=sum(bool(c.examples) for c in concepts),
        attributes=sum(len(c.attributes) for c in concepts),
        links=sum(a.is_link for c in concepts for a in c.attributes),
        several_parents=sum(len(c.parents) > 1 for c in concepts),
        depth=max((depth[c.name] for c in concepts), default=0),
    )
