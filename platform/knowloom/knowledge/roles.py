"""Roles: of what class is a thing that others refer to, and of which no record is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from knowloom.knowledge.record import Values, key_values, uid_of_key
from knowloom.ontology.concepts import ENDS, ConceptRange, Kind, Ontology, Range


class Role(NamedTuple):
    """What a thing is to others: one end of relationships.

    Args:
        type: of the relationships.
        is_end: whether they lead to it, or start from it.
        labels: of what they start from.
    """

    type: str
    is_end: bool
    labels: Sequence[str]


def concepts_by_roles(
    uid: str,
    labels: Collection[str],
    known: Values,
    roles: Collection[Role],
    ontology: Ontology,
) -> tuple[str, ...]:
    """Return the most specific classes of a thing, as those who refer to it take it for.

    Args:
        uid: of the thing.
        labels: what it bears until now; of the classes that a role allows, those among them count.
        known: by what it is known.
        roles: all of them.
        ontology: tells where relationships may lead.
    """
    found = {c for role in roles for c in _allowed(role, labels, ontology)}
    for concept in ontology.most_specific(labels):
        values, declared = key_values(ontology, concept, known), ontology.key(concept)
        if declared and values and uid_of_key(declared[0], values) == uid:
            found.add(declared[0])
    return ontology.most_specific(found)


def _allowed(role: Role, labels: Collection[str], ontology: Ontology) -> Iterator[str]:
    """Yield the classes that a role asks for."""
    for concept in ontology:
        if concept.relationship_type == role.type and ontology.kind(concept.name) is Kind.RELATION:
            end = ontology.attributes(concept.name)[ENDS[role.is_end]]
            yield from _fitting(end.range, labels)
        if concept.name not in role.labels:
            continue
        for attribute in concept.attributes:
            if attribute.is_link and attribute.relationship_type == role.type:
                yield from _fitting(attribute.range, labels) if role.is_end else (concept.name,)


def _fitting(range_: Range, labels: Collection[str]) -> Sequence[str]:
    """Return of several classes those among some labels, else the first."""
    concepts = range_.concepts if isinstance(range_, ConceptRange) else ()
    return [c for c in concepts if c in labels] or concepts[:1]
