"""Shapes: what the nodes with certain labels become, worked out once and used for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from knowloom.knowledge.instance import native
from knowloom.ontology.binding import INSTANCE_LABEL, Bindings
from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import (
    ENDS,
    Attribute,
    ConceptRange,
    Direction,
    PropertyBinding,
    Range,
    RelationshipBinding,
    Scalar,
)
from knowloom.ontology.names import SYSTEM_PREFIX
from knowloom.ontology.things import Thing, concepts_of
from knowloom.ontology.values import acceptor, reader
from knowloom.ontology.verdicts import Unfit
from knowloom.store.projection import AS_TEXT

Read = Callable[[Any], Any]

ELEMENT_ID = "_id"  # where relationships of a foreign graph carry theirs
NO_POSITION = 2**31 - 1  # what the reading statements give for a link that has no place of its own
_OWN_PROPERTIES = frozenset(
    {
        "uid",
        "_run",
        "_hash",
        "_row",
        "_observed",
        "_from",
        "_to",
        "_confidence",
        "_mention",
        "_promoted",
        "_known",
    }
)
_TEMPORAL: Mapping[Range, Callable[[str], date]] = {
    Scalar.DATE: date.fromisoformat,
    Scalar.DATETIME: datetime.fromisoformat,
}


@dataclass(slots=True)
class LinkPlan:
    """Where the target of a relationship goes.

    Args:
        attribute: the name of the link attribute.
        many: whether that is a list.
        range: what the attribute may lead to.
        accepts: classes of targets that fit; filled as they are met.
    """

    attribute: str
    many: bool
    range: tuple[str, ...]
    accepts: dict[type[Thing], bool] = field(default_factory=dict[type[Thing], bool])


@dataclass(slots=True)
class Shape:
    """What the nodes with certain labels become.

    Args:
        cls: the class of the things, the combined one when they are of several concepts.
        own: whether they lie in knowloom's own layout.
        reads: property, attribute and how its value is read.
        known: properties that are read, or are knowloom's own.
        unknown_labels: labels that are no concept.
        leaving, arriving: relationship type to the attributes that its other ends may go to.
        declarer, identity: what the uid of a foreign node is made from; empty for its element id.
    """

    cls: type[Thing]
    own: bool
    reads: tuple[tuple[str, str, Read], ...]
    known: frozenset[str]
    unknown_labels: tuple[str, ...] = ()
    leaving: dict[str, tuple[LinkPlan, ...]] = field(
        default_factory=dict[str, tuple[LinkPlan, ...]]
    )
    arriving: dict[str, tuple[LinkPlan, ...]] = field(
        default_factory=dict[str, tuple[LinkPlan, ...]]
    )
    declarer: str = ""
    identity: str = ""

    def uid(self, key: str, properties: Mapping[str, Any]) -> str:
        """Return the uid of a node: its own, else made from its identity or element id."""
        if self.own:
            return str(properties.get("uid", key))
        value = properties.get(self.identity) if self.identity else None
        return key if value is None else f"{self.declarer}:{value}"


@dataclass(slots=True)
class FactShape:
    """What relationships of a `Relation` concept become; the arguments are those of `Shape`."""

    cls: type[Thing]
    own: bool
    reads: tuple[tuple[str, str, Read], ...]
    known: frozenset[str]
    ends: tuple[LinkPlan, LinkPlan]
    identity: str = ""

    def uid(self, properties: Mapping[str, Any]) -> str:
        """Return the uid of a relationship: its own, its identity or its element id.

        Empty where the type and the ends of one of knowloom's own tell all.
        """
        name = "uid" if self.own else self.identity
        if (value := properties.get(name)) is not None:
            return str(value)
        if self.own and all(n.startswith(SYSTEM_PREFIX) for n in properties):
            return ""
        return str(properties.get(ELEMENT_ID, ""))


class Shapes:
    """The shapes of an ontology, each worked out when it is first needed.

    Args:
        classes: the classes that instances are made of.
    """

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self.ontology = classes.ontology
        self.bindings = Bindings(classes.ontology)
        self._nodes: dict[tuple[str, ...], Shape] = {}
        self._facts: dict[tuple[str, bool], tuple[FactShape, ...]] = {}

    def of_labels(self, labels: tuple[str, ...]) -> Shape:
        """Return the shape of the nodes with these labels."""
        if (shape := self._nodes.get(labels)) is None:
            shape = self._nodes[labels] = self._node_shape(labels)
        return shape

    def of_facts(self, type_: str, own: bool) -> tuple[FactShape, ...]:
        """Return the shapes that relationships of a type may have; none for most types."""
        if (shapes := self._facts.get((type_, own))) is None:
            concepts = self.bindings.fact_types.get(type_, ())
            shapes = tuple(self._fact_shape(concept, own) for concept in concepts)
            self._facts[type_, own] = shapes
        return shapes

    def plain_types(self) -> list[str]:
        """Return the relationship types that never carry more than that they are there.

        Foreign relationships may carry anything, so with a foreign graph there are none.
        """
        if self.bindings.foreign:
            return []
        links = {
            attribute.relationship_type
            for name in self.classes
            for attribute in self.ontology[name].attributes
            if attribute.is_link
        }
        return sorted(links - self.bindings.fact_types.keys())

    def judge(self, plan: LinkPlan, target: type[Thing]) -> str | None:
        """Return why a plan's attribute cannot lead to a thing of this class, None when it can.

        A superclass of the range fits too: a reference may know less than the range says
        (item 10).
        """
        is_a, concepts = self.ontology.is_a, concepts_of(target)
        if any(is_a(c, w) or is_a(w, c) for c in concepts for w in plan.range):
            plan.accepts[target] = True
            return None
        return f"leads to a {' and '.join(concepts)}, which is not a {' or '.join(plan.range)}"

    def _node_shape(self, labels: tuple[str, ...]) -> Shape:
        own = INSTANCE_LABEL in labels
        concepts = self.bindings.concepts(labels) or ("Entity",)
        cls = self.classes.combined(concepts)
        bound = [
            (attribute, self.bindings.of_attribute(concept, attribute, own))
            for concept in concepts
            for attribute in self.ontology.attributes(concept).values()
            if attribute.name in cls.model_fields
        ]
        declarer, identity = ("", "") if own else self.bindings.identity(concepts[0])
        return Shape(
            cls,
            own,
            *_property_reads(bound, own),
            unknown_labels=self._unknown(labels, concepts, own),
            leaving=_link_plans(bound, Direction.OUT),
            arriving=_link_plans(bound, Direction.IN),
            declarer=declarer,
            identity=identity,
        )

    def _unknown(
        self, labels: Iterable[str], concepts: Iterable[str], own: bool
    ) -> tuple[str, ...]:
        """Return the labels that say nothing to the ontology."""
        if own:
            known = {x for x in labels if x in self.ontology or x.startswith(SYSTEM_PREFIX)}
        else:
            above = {ancestor for c in concepts for ancestor in self.ontology.lineage(c)}
            places = [place for place in self.bindings.foreign if place.concept in above]
            known = {label for place in places for label in place.labels}
        return tuple(sorted(set(labels) - known))

    def _fact_shape(self, concept: str, own: bool) -> FactShape:
        attributes = self.ontology.attributes(concept)
        bound = [
            (attribute, self.bindings.of_attribute(concept, attribute, own))
            for attribute in attributes.values()
            if not attribute.is_link
        ]
        head, tail = (_plan(attributes[end]) for end in ENDS)
        identity = "" if own else self.bindings.identity(concept)[1]
        reads, known = _property_reads(bound, own)
        return FactShape(self.classes[concept], own, reads, known, (head, tail), identity)


Bound = Sequence[tuple[Attribute, PropertyBinding | RelationshipBinding]]


def _property_reads(
    bound: Bound, own: bool
) -> tuple[tuple[tuple[str, str, Read], ...], frozenset[str]]:
    """Return how each plain attribute is read, and the properties that hold nothing unknown.

    What knowloom wrote has the type of its attribute or is faulty; what it did not write is read
    as leniently as a file.
    """
    take = acceptor if own else reader
    reads = {
        a.name: (b.property, a.name, _temporal(take(a), a) if a.range in _TEMPORAL else take(a))
        for a, b in bound
        if isinstance(b, PropertyBinding) and not a.is_link
    }
    known = {property_ for property_, _, _ in reads.values()}
    return tuple(reads.values()), frozenset(known | _OWN_PROPERTIES if own else known)


def _temporal(take: Read, attribute: Attribute) -> Read:
    """Return `take` for dates and times, which come as text in a map or in the driver's types."""
    parse = _TEMPORAL[attribute.range]

    def read(value: Any) -> Any:
        if type(value) is not dict:
            return take(native(value))
        text = cast(dict[str, str], value)[AS_TEXT]
        try:
            return take(parse(text.partition("[")[0]))
        except Unfit:
            raise
        except ValueError:
            raise Unfit(f"is {text}, which Python cannot hold") from None

    return read


def _link_plans(bound: Bound, direction: Direction) -> dict[str, tuple[LinkPlan, ...]]:
    """Return for each relationship type of one direction the attributes it may fill."""
    found: dict[str, dict[str, LinkPlan]] = {}
    for attribute, binding in bound:
        if isinstance(binding, RelationshipBinding) and binding.direction is direction:
            found.setdefault(binding.type, {})[attribute.name] = _plan(attribute)
    return {type_: tuple(plans.values()) for type_, plans in found.items()}


def _plan(attribute: Attribute) -> LinkPlan:
    """Return the plan of a link attribute."""
    range_ = attribute.range
    wanted = range_.concepts if isinstance(range_, ConceptRange) else ()
    return LinkPlan(attribute.name, attribute.many, wanted)
