"""Roles: of what class is a thing that others refer to, and of which no record is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from knowloom.knowledge.record import Values, key_values, uid_of_key
from knowloom.ontology.concepts import ENDS, Attribute, ConceptRange, Kind, Ontology, Range


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


class Roles:
    """What the classes of an ontology ask of those they refer to.

    Args:
        ontology: tells where relationships may lead; looked through once.
    """

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._facts: dict[str, list[str]] = {}
        self._links: dict[str, list[tuple[str, Attribute]]] = {}
        for concept in ontology:
            if ontology.kind(concept.name) is Kind.RELATION:
                self._facts.setdefault(concept.relationship_type, []).append(concept.name)
            for attribute in concept.attributes:
                if attribute.is_link:
                    users = self._links.setdefault(attribute.relationship_type, [])
                    users.append((concept.name, attribute))

    def concepts_of(
        self, uid: str, labels: Collection[str], known: Values, roles: Collection[Role]
    ) -> tuple[str, ...]:
        """Return the most specific classes of a thing, as those who refer to it take it for.

        Args:
            uid: of the thing.
            labels: what it bears until now; of the classes that a role allows, those among them
                count.
            known: by what it is known.
            roles: all of them.
        """
        ontology = self._ontology
        found = {c for role in roles for c in self._allowed(role, labels)}
        for concept in ontology.most_specific(labels):
            values, declared = key_values(ontology, concept, known), ontology.key(concept)
            if declared and values and uid_of_key(declared[0], values) == uid:
                found.add(declared[0])
        return ontology.most_specific(found)

    def _allowed(self, role: Role, labels: Collection[str]) -> Iterator[str]:
        """Yield the classes that a role asks for."""
        for relation in self._facts.get(role.type, ()):
            end = self._ontology.attributes(relation)[ENDS[role.is_end]]
            yield from _fitting(end.range, labels)
        for concept, attribute in self._links.get(role.type, ()):
            if concept in role.labels:
                yield from _fitting(attribute.range, labels) if role.is_end else (concept,)


def _fitting(range_: Range, labels: Collection[str]) -> Sequence[str]:
    """Return of several classes those among some labels, else the first."""
    concepts = range_.concepts if isinstance(range_, ConceptRange) else ()
    return [c for c in concepts if c in labels] or concepts[:1]
