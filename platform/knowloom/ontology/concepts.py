"""Concepts, attributes and ontologies as immutable values.

A `Concept` is a class of things, an `Attribute` what can be said of them, an `Ontology` the
hierarchy of concepts below the three roots `Entity`, `Event` and `Relation`. The roots belong to
every ontology without being listed in it; one without `Relation` concepts is in two-root mode
(S0 §4.1, item 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from knowloom.errors import Fault, OntologyError, UnknownConcept
from knowloom.ontology import hierarchy
from knowloom.ontology.names import relationship_type, suggestions


class Kind(StrEnum):
    """The root a concept hangs from."""

    ENTITY = "Entity"
    EVENT = "Event"
    RELATION = "Relation"


class Scalar(StrEnum):
    """A range of plain values; the text is how the type is written in Python."""

    STR = "str"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A range of named values, written `Literal["a", "b"]`; stored as text."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConceptRange:
    """A range of instances of any of these concepts (or their subclasses)."""

    concepts: tuple[str, ...]


Range = Scalar | Enumeration | ConceptRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """What can be said of the instances of a concept.

    Args:
        name: a Python identifier that neither starts with an underscore nor is `uid`.
        range: the type of one value.
        many: True for a list of values, False for at most one.
        required: True when an instance without a value is faulty.
        description: what it means, one sentence.
        examples: some values, written as text.
        aliases: other names for the same attribute.
        policy: the name of the survivorship policy (`union`, `latest`); empty for the default
            of its cardinality.
        minimum, maximum: inclusive bounds of a numeric or date value, as written in the source.
        iri: its identifier on the web.
        relationship: the relationship type in Neo4j when it is not the default for its name.
    """

    name: str
    range: Range = Scalar.STR
    many: bool = False
    required: bool = False
    description: str = ""
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    policy: str = ""
    minimum: str = ""
    maximum: str = ""
    iri: str = ""
    relationship: str = ""

    @property
    def is_link(self) -> bool:
        """True when its values are instances, stored as relationships."""
        return isinstance(self.range, ConceptRange)

    @property
    def relationship_type(self) -> str:
        """The relationship type that stores it: declared, else `PLACE_OF_BIRTH` style."""
        return self.relationship or relationship_type(self.name)


class Direction(StrEnum):
    """Which way a bound relationship points, seen from the instance."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class PropertyBinding:
    """An attribute is read from this node property."""

    property: str


@dataclass(frozen=True, slots=True)
class RelationshipBinding:
    """An attribute is read from the other ends of these relationships."""

    type: str
    direction: Direction = Direction.OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """How instances of a concept are found in a graph that knowloom did not lay out.

    Args:
        labels: a node with all of these labels is an instance (for a `Relation` concept: the one
            relationship type).
        identity: the property that identifies a node, or empty for Neo4j's element id.
        attributes: pairs of attribute name and the property or relationship it is read from;
            attributes not named here are read as in knowloom's own layout.
    """

    labels: tuple[str, ...]
    identity: str = ""
    attributes: tuple[tuple[str, PropertyBinding | RelationshipBinding], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A class of things.

    Args:
        name: a Python identifier that does not start with an underscore.
        parents: the direct hypernyms, most important first; all of them are true.
        attributes: those it introduces or narrows itself, in order.
        key: names of attributes (own or inherited) that together identify an instance; empty
            when the nearest ancestor's key, or none, applies.
        description: the definition.
        description_origin: where that came from: `guideline`, a generator's versioned name, or
            empty when unknown (item 8).
        examples: up to ten instances, most frequent first (item 9).
        aliases: other names of the same concept.
        patterns: sentences that speak of an instance, its attributes' names in braces, such as
            `{name} was born in {born_in}`; the subclasses' instances are found by them too.
        title: the name it had before it was made an identifier, when that differs.
        iri: its identifier on the web.
        binding: where its instances lie in a foreign graph; None for knowloom's own layout.
        post_process: source of a `post_process(cls, obj, sentence)` hook; kept as text and only
            ever run inside the sandbox (item 13).
    """

    name: str
    parents: tuple[str, ...] = (Kind.ENTITY.value,)
    attributes: tuple[Attribute, ...] = ()
    key: tuple[str, ...] = ()
    description: str = ""
    description_origin: str = ""
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    title: str = ""
    iri: str = ""
    binding: Binding | None = None
    post_process: str = ""

    @property
    def relationship_type(self) -> str:
        """The relationship type that stores the facts of a `Relation` concept."""
        return relationship_type(self.name)


_NAME = Attribute(name="name", description="What it is called.")
_ALIASES = Attribute(name="aliases", many=True, description="Other names of the same thing.")
_ANY = ConceptRange((Kind.ENTITY.value,))

ROOTS: Mapping[str, Concept] = MappingProxyType(
    {
        Kind.ENTITY.value: Concept(
            name="Entity",
            parents=(),
            attributes=(_NAME, _ALIASES),
            description="The base class for all entities.",
        ),
        Kind.EVENT.value: Concept(
            name="Event",
            parents=(),
            attributes=(_NAME, _ALIASES),
            description="The base class for all events.",
        ),
        Kind.RELATION.value: Concept(
            name="Relation",
            parents=(),
            attributes=(
                Attribute(name="head_entity", range=_ANY, required=True),
                Attribute(name="tail_entity", range=_ANY, required=True),
            ),
            description="The base class for all relations.",
        ),
    }
)
ENDS = ("head_entity", "tail_entity")


class Ontology:
    """An immutable hierarchy of concepts with several parents each.

    Args:
        concepts: in any order; the three roots are implied and must not be listed.

    Raises:
        OntologyError: a name twice, an unknown parent, a cycle, or parents that Python cannot
            linearise; all faults at once.

    >>> person = Concept(name="Person")
    >>> author = Concept(name="Author", parents=("Person",))
    >>> ontology = Ontology([person, author])
    >>> ontology.ancestors("Author")
    ('Person', 'Entity')
    >>> ontology.is_a("Author", "Person"), ontology.kind("Author").value
    (True, 'Entity')
    """

    __slots__ = ("__dict__", "_concepts", "_lineage")

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        given = list(concepts)
        self._concepts: dict[str, Concept] = {**ROOTS, **{c.name: c for c in given}}
        self._lineage = hierarchy.Lineage({n: c.parents for n, c in self._concepts.items()})
        if faults := [*_structural_faults(given), *hierarchy.faults(self._lineage)]:
            raise OntologyError(faults)

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The concepts in the order given, without the roots."""
        return tuple(c for c in self._concepts.values() if c.parents)

    def __getitem__(self, name: str) -> Concept:
        """Return the concept or root called `name`.

        Raises:
            UnknownConcept: there is none; near names are suggested.
        """
        try:
            return self._concepts[name]
        except KeyError:
            raise UnknownConcept(name, suggestions(name, self._concepts)) from None

    def get(self, name: str) -> Concept | None:
        """Return the concept or root called `name`, None when there is none."""
        return self._concepts.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._concepts

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts)

    def __len__(self) -> int:
        return len(self._concepts) - len(ROOTS)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ontology):
            return NotImplemented
        return self._concepts == other._concepts

    def __hash__(self) -> int:
        return hash(frozenset(self._concepts.values()))

    def __repr__(self) -> str:
        return f"Ontology({len(self)} concepts)"

    @cached_property
    def _inherited(self) -> dict[str, Mapping[str, Attribute]]:
        return {}

    @cached_property
    def _specific(self) -> dict[frozenset[str], tuple[str, ...]]:
        return {}

    @cached_property
    def _links(self) -> dict[str, Mapping[str, str]]:
        return {}

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return all superclasses, nearest first, in Python's method resolution order."""
        return self.lineage(name)[1:]

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return the concept itself and all its superclasses, nearest first."""
        return self._lineage.of(self[name].name)

    def children(self, name: str) -> tuple[str, ...]:
        """Return the direct subclasses, in the order given."""
        return self._lineage.children.get(self[name].name, ())

    def descendants(self, name: str) -> tuple[str, ...]:
        """Return all subclasses, each once, breadth first."""
        return hierarchy.descendants(self[name].name, self._lineage.children)

    def is_a(self, name: str, ancestor: str) -> bool:
        """Return whether `name` is `ancestor` or one of its subclasses."""
        return name == ancestor or ancestor in self.lineage(name)

    def kind(self, name: str) -> Kind:
        """Return the root that `name` hangs from."""
        return Kind(self.lineage(name)[-1])

    def attributes(self, name: str) -> Mapping[str, Attribute]:
        """Return every attribute of a concept by name, inherited ones included.

        The roots' come first, then each ancestor's down to its own; a redefinition replaces the
        inherited attribute in its place.
        """
        if name not in self._inherited:
            found: dict[str, Attribute] = {}
            for ancestor in reversed(self.lineage(name)):
                found.update({a.name: a for a in self._concepts[ancestor].attributes})
            self._inherited[name] = MappingProxyType(found)
        return self._inherited[name]

    def links(self, name: str) -> Mapping[str, str]:
        """Return the link attributes of a concept by the type of their relationships."""
        if name not in self._links:
            known = self.attributes(name).values()
            found = {a.relationship_type: a.name for a in known if a.is_link}
            self._links[name] = MappingProxyType(found)
        return self._links[name]

    def key(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        """Return the class that declares the key of `name`, and the key; None without one."""
        for ancestor in self.lineage(name):
            if key := self._concepts[ancestor].key:
                return ancestor, key
        return None

    def most_specific(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of `names` that are no superclass of another of them, sorted.

        Names that are no concept are left out.
        """
        given = frozenset(names)
        if given not in self._specific:
            known = {n for n in given if n in self._concepts}
            above = {a for n in known for a in self.lineage(n)[1:]}
            self._specific[given] = tuple(sorted(known - above))
        return self._specific[given]

    def closure(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return `names` with all ancestors and all concepts their attributes refer to.

        The order is such that every concept follows its superclasses (item 15).
        """
        found: dict[str, None] = {}  # in an order that is the same each time
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in found:
                continue
            found[name] = None
            todo.extend(self.ancestors(name))
            for attribute in self[name].attributes:
                if isinstance(attribute.range, ConceptRange):
                    todo.extend(attribute.range.concepts)
        return self._lineage.parents_first(found)

    def parents_first(self) -> tuple[str, ...]:
        """Return all names, the roots included, each after its superclasses."""
        return self._lineage.parents_first(self._concepts)

    def with_concepts(self, concepts: Iterable[Concept]) -> Ontology:
        """Return an ontology in which `concepts` are added or replace those of the same name."""
        new = {c.name: c for c in concepts}
        kept = [new.pop(c.name, c) for c in self.concepts]
        return Ontology([*kept, *new.values()])

    def without(self, names: Iterable[str]) -> Ontology:
        """Return an ontology without these concepts.

        Raises:
            OntologyError: a remaining concept has one of them as parent.
        """
        gone = set(names)
        return Ontology(c for c in self.concepts if c.name not in gone)


def merged_parents(concept: Concept, base: str) -> Concept:
    """Return `concept` with `base` as its first parent, the others behind it in order."""
    return replace(concept, parents=(base, *(p for p in concept.parents if p != base)))


def _structural_faults(given: list[Concept]) -> list[Fault]:
    """Return the concepts that cannot be part of any hierarchy."""
    seen: set[str] = set()
    faults: list[Fault] = []
    for concept in given:
        if concept.name in ROOTS:
            faults.append(Fault(concept.name, "is a root and cannot be redefined", "root"))
        if concept.name in seen:
            faults.append(Fault(concept.name, "is defined twice", "duplicate"))
        seen.add(concept.name)
        if not concept.parents:
            faults.append(Fault(concept.name, "has no parent; use Entity", "no-parent"))
    return faults
