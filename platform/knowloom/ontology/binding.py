"""Bindings: where in a graph the instances of a concept lie, and what holds their attributes.

Knowloom's own layout is the default binding: a node with the base label and the labels of its
class and all ancestors, attributes as properties of the same name and as relationships of the
attribute's type. A concept with a `Binding` also has instances in a graph that knowloom did not
lay out (design, section 3). Bindings are inherited: a subclass says only what differs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import LiteralString

from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    Direction,
    Kind,
    Ontology,
    PropertyBinding,
    RelationshipBinding,
)
from knowloom.ontology.names import quoted

INSTANCE_LABEL = "_Instance"


def Out(type_: str) -> RelationshipBinding:  # noqa: N802  (reads as a value in a binding)
    """Return the binding of an attribute to relationships that leave the instance.

    >>> Out("ACTED_IN").direction.value
    'out'
    """
    return RelationshipBinding(type_)


def In(type_: str) -> RelationshipBinding:  # noqa: N802
    """Return the binding of an attribute to relationships that lead to the instance.

    >>> In("ACTED_IN").direction.value
    'in'
    """
    return RelationshipBinding(type_, Direction.IN)


@dataclass(frozen=True, slots=True)
class Place:
    """Nodes that are instances of a concept: those with all of these labels.

    Args:
        concept: its name.
        labels: at least one.
        identity: the property that identifies them; empty for Neo4j's element id.
        declarer: the concept that says so; the uids of these nodes begin with its name. Empty in
            knowloom's own layout, where nodes know their uid.
    """

    concept: str
    labels: tuple[str, ...]
    identity: str = "uid"
    declarer: str = ""

    @property
    def own(self) -> bool:
        """Whether this is knowloom's own layout."""
        return self.labels[0] == INSTANCE_LABEL

    @property
    def pattern(self) -> LiteralString:
        """The labels as a Cypher label expression."""
        return "&".join(quoted(label) for label in self.labels)


class Bindings:
    """The bindings of an ontology, ready to be asked.

    Args:
        ontology: its concepts without a binding lie in knowloom's own layout.

    >>> film = Concept(name="Film", binding=Binding(labels=("Movie",), identity="title"))
    >>> bindings = Bindings(Ontology([film]))
    >>> bindings.concepts({"Movie", "Restored"}), bindings.concepts({"_Instance", "Film"})
    (('Film',), ('Film',))
    >>> [place.pattern for place in bindings.places("Film")]
    ['`_Instance`&`Film`', '`Movie`']
    """

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    @cached_property
    def foreign(self) -> tuple[Place, ...]:
        """Where instances lie that knowloom did not lay out, in the order of the concepts."""
        return tuple(
            self._place(concept.name, concept.binding)
            for concept in self.ontology
            if concept.binding and self.ontology.kind(concept.name) is not Kind.RELATION
        )

    @cached_property
    def has_arriving(self) -> bool:
        """True when an attribute is read from relationships that lead to the instance."""
        return any(
            isinstance(bound, RelationshipBinding) and bound.direction is Direction.IN
            for concept in self.ontology
            if concept.binding
            for _, bound in concept.binding.attributes
        )

    def places(self, concept: str) -> tuple[Place, ...]:
        """Return where the instances of `concept` and its subclasses lie, the own layout first.

        Raises:
            UnknownConcept: the ontology has no such concept.
        """
        below = {concept, *self.ontology.descendants(concept)}
        own = Place(concept, (INSTANCE_LABEL, concept))
        return (own, *(place for place in self.foreign if place.concept in below))

    def concepts(self, labels: Collection[str]) -> tuple[str, ...]:
        """Return the most specific concepts that a node with these labels is an instance of."""
        if INSTANCE_LABEL in labels:
            return self.ontology.most_specific(labels)
        there = set(labels)
        fitting = [place.concept for place in self.foreign if there.issuperset(place.labels)]
        return self.ontology.most_specific(fitting)

    def identity(self, concept: str) -> tuple[str, str]:
        """Return the concept that says how foreign instances are identified, and the property.

        Both are empty where Neo4j's element id serves.
        """
        for ancestor in self._lineage(concept):
            if ancestor.binding and ancestor.binding.identity:
                return ancestor.name, ancestor.binding.identity
        return "", ""

    def of_attribute(
        self, concept: str, attribute: Attribute, own: bool
    ) -> PropertyBinding | RelationshipBinding:
        """Return what an attribute of an instance is read from.

        Args:
            concept: the class of the instance.
            attribute: one of its attributes.
            own: whether the instance lies in knowloom's own layout, which knows no bindings.
        """
        for ancestor in () if own else self._lineage(concept):
            for name, bound in ancestor.binding.attributes if ancestor.binding else ():
                if name == attribute.name:
                    return bound
        if attribute.is_link:
            return RelationshipBinding(attribute.relationship_type)
        return PropertyBinding(attribute.name)

    @cached_property
    def fact_types(self) -> dict[str, tuple[str, ...]]:
        """Relationship type to the `Relation` concepts whose facts it stores."""
        found: dict[str, tuple[str, ...]] = {}
        for concept in self.ontology:
            if self.ontology.kind(concept.name) is Kind.RELATION:
                for type_ in fact_types_of(concept):
                    found[type_] = (*found.get(type_, ()), concept.name)
        return found

    def _place(self, name: str, binding: Binding) -> Place:
        """Return where a bound concept's instances lie."""
        declarer, identity = self.identity(name)
        return Place(name, binding.labels, identity, declarer)

    def _lineage(self, concept: str) -> list[Concept]:
        """Return the concept and its superclasses, nearest first."""
        return [self.ontology[name] for name in self.ontology.lineage(concept)]


def fact_types_of(concept: Concept) -> tuple[str, ...]:
    """Return the relationship types that store facts of a `Relation` concept.

    Its own, and before it the one it is bound to.
    """
    bound = concept.binding.labels[:1] if concept.binding else ()
    return tuple(dict.fromkeys([*bound, concept.relationship_type]))
