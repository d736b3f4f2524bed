"""What a graph can be asked: classes, values and links, each with the words that speak of it.

Made from an ontology and its bindings alone; no instance is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from knowloom.kbqa.lexicon import related
from knowloom.kbqa.words import STOP, name_words, stem, stems
from knowloom.ontology.binding import Bindings, Place, fact_types_of
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Direction,
    Enumeration,
    Kind,
    Ontology,
    PropertyBinding,
    RelationshipBinding,
    Scalar,
)

_ENDS = ("head_entity", "tail_entity")
_QUIET = frozenset({"aliases", "uid"})
Phrase = frozenset[str]


@dataclass(frozen=True, slots=True)
class Value:
    """A plain attribute.

    Args:
        owner: the concept that declares it, or the `Relation` concept.
        attribute: its name on objects.
        property: where the graph keeps it.
        kind: what its values are: `text`, `number`, `year`, `date`, `yes` or `choice`.
        many: whether it holds a list.
        phrases: sets of word stems that speak of it, the name's own first.
    """

    owner: str
    attribute: str
    property: str
    kind: str
    many: bool
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship between instances of two classes.

    Args:
        type: of the relationship.
        start, ends: concepts it leaves and leads to, as the graph's arrows point.
        attribute: its name on the objects it leaves, `~name` for objects it arrives at.
        phrases: as of `Value`.
        back: those that speak of it from its end only.
        qualifiers: values it carries itself.
    """

    type: str
    start: tuple[str, ...]
    ends: tuple[str, ...]
    attribute: str
    phrases: tuple[Phrase, ...]
    qualifiers: tuple[Value, ...] = ()


class Schema:
    """The classes, values and links of an ontology, ready to be asked for.

    Args:
        ontology: concepts without a binding lie in knowloom's own layout.

    >>> schema = Schema(Ontology([Concept(name="Film", attributes=(Attribute(name="title"),))]))
    >>> [value.attribute for value in schema.values_of("Film")]
    ['name', 'title']
    """

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.bindings = Bindings(ontology)
        self._related: dict[tuple[tuple[str, ...], tuple[str, ...]], bool] = {}
        self._steps: dict[tuple[str, ...], list[tuple[Link, bool, tuple[str, ...]]]] = {}

    @cached_property
    def classes(self) -> dict[str, tuple[Phrase, ...]]:
        """Concept to the sets of stems that speak of it."""
        return {
            concept.name: _phrases([concept.name, concept.title, *concept.aliases], nouns=True)
            for concept in self.ontology
            if self.ontology.kind(concept.name) is not Kind.RELATION
        }

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Every plain attribute of entities and events, at the concept that declares it."""
        return tuple(
            value
            for concept in self.ontology
            if self.ontology.kind(concept.name) is not Kind.RELATION
            for value in self._values(concept)
        )

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every relationship between instances, once a type and start."""
        facts = {link.type: link for link in self._facts()}
        found: list[Link] = list(facts.values())
        for concept in self.ontology:
            if self.ontology.kind(concept.name) is Kind.RELATION:
                continue
            for attribute in concept.attributes:
                if isinstance(attribute.range, ConceptRange) and attribute.name not in _ENDS:
                    link = self._link(concept, attribute)
                    if link.type not in facts:
                        found.append(link)
        return tuple(found)

    def values_of(self, concept: str) -> tuple[Value, ...]:
        """Return the plain attributes of a concept, inherited ones and its name included."""
        line = set(self.ontology.lineage(concept))
        return (self.name_of(concept), *(v for v in self.values if v.owner in line))

    def name_of(self, concept: str) -> Value:
        """Return where the names of a concept's instances are kept."""
        attribute = self.ontology.attributes(concept)["name"]
        place = self.place(concept)
        bound = self.bindings.of_attribute(concept, attribute, place.own)
        kept = bound.property if isinstance(bound, PropertyBinding) else "name"
        return Value(concept, "name", kept, "text", False, (frozenset({"nam"}),))

    def place(self, concept: str) -> Place:
        """Return where the instances of a concept lie: in its binding if it has one."""
        own, *foreign = self.bindings.places(concept)
        bound = [place for place in foreign if place.concept == concept]
        return bound[0] if bound else own

    def related(self, a: Iterable[str], b: Iterable[str]) -> bool:
        """Return whether an instance of one of the first may be one of the second."""
        pair = tuple(a), tuple(b)
        if pair not in self._related:
            self._related[pair] = any(self._may_be(x, y) for x in pair[0] for y in pair[1])
        return self._related[pair]

    def _may_be(self, a: str, b: str) -> bool:
        roots = {Kind.ENTITY.value, Kind.EVENT.value, ""}
        is_a = self.ontology.is_a
        return a in roots or b in roots or is_a(a, b) or is_a(b, a) or self._meet(a, b)

    def steps_from(self, concepts: tuple[str, ...]) -> list[tuple[Link, bool, tuple[str, ...]]]:
        """Return the links of instances of these concepts, their direction and where they lead."""
        if concepts not in self._steps:
            self._steps[concepts] = [
                step
                for link in self.links
                for step in ((link, True, link.ends), (link, False, link.start))
                if self.related(concepts, link.start if step[1] else link.ends)
            ]
        return self._steps[concepts]

    def _meet(self, a: str, b: str) -> bool:
        """Return whether a concept lies below both."""
        return bool({a, *self.ontology.descendants(a)} & {b, *self.ontology.descendants(b)})

    def _values(self, concept: Concept) -> Iterator[Value]:
        own = self.place(concept.name).own
        for attribute in concept.attributes:
            if attribute.is_link or attribute.name in _QUIET | {"name"}:
                continue
            bound = self.bindings.of_attribute(concept.name, attribute, own)
            if isinstance(bound, PropertyBinding):
                yield _value(concept.name, attribute, bound.property)

    def _link(self, concept: Concept, attribute: Attribute) -> Link:
        own = self.place(concept.name).own
        bound = self.bindings.of_attribute(concept.name, attribute, own)
        ends = attribute.range.concepts if isinstance(attribute.range, ConceptRange) else ()
        phrases = _phrases([attribute.name, *attribute.aliases, attribute.relationship])
        if isinstance(bound, RelationshipBinding) and bound.direction is Direction.IN:
            return Link(bound.type, ends, (concept.name,), attribute.name, phrases)
        type_ = bound.type if isinstance(bound, RelationshipBinding) else bound.property
        return Link(type_, (concept.name,), ends, attribute.name, phrases)

    def _facts(self) -> Iterator[Link]:
        """Yield the links that are facts of `Relation` concepts, with their qualifiers."""
        for concept in self.ontology:
            if self.ontology.kind(concept.name) is not Kind.RELATION:
                continue
            attributes = self.ontology.attributes(concept.name)
            ends = [attributes[end].range for end in _ENDS if end in attributes]
            spans = [e.concepts if isinstance(e, ConceptRange) else ("Entity",) for e in ends]
            kept = dict(concept.binding.attributes) if concept.binding else {}
            qualifiers = tuple(
                _value(concept.name, attribute, _property(kept.get(attribute.name), attribute))
                for attribute in attributes.values()
                if not attribute.is_link and attribute.name not in _QUIET | {"name"}
            )
            phrases = _phrases([concept.name, concept.title, *concept.aliases])
            type_ = fact_types_of(concept)[0]
            yield Link(type_, spans[0], spans[1], concept.name, phrases, qualifiers)


def _property(bound: object, attribute: Attribute) -> str:
    return bound.property if isinstance(bound, PropertyBinding) else attribute.name


def _value(owner: str, attribute: Attribute, property_: str) -> Value:
    phrases = _phrases([attribute.name, property_, *attribute.aliases])
    return Value(owner, attribute.name, property_, _kind(attribute), attribute.many, phrases)


def _kind(attribute: Attribute) -> str:
    """Return what the values of an attribute are good for."""
    kinds = {Scalar.BOOL: "yes", Scalar.FLOAT: "number", Scalar.DATE: "date"}
    kinds[Scalar.DATETIME] = "date"
    if isinstance(attribute.range, Enumeration):
        return "choice"
    if attribute.range is Scalar.INT:
        return "year" if _is_year(attribute) else "number"
    return kinds.get(attribute.range, "text") if isinstance(attribute.range, Scalar) else "text"


def _is_year(attribute: Attribute) -> bool:
    """Return whether whole numbers of an attribute are years, by its bounds or its name."""
    if attribute.minimum and 1000 <= float(attribute.minimum) <= 2100:
        return True
    said = set(name_words(attribute.name))
    return bool(said & {"year", "born", "released", "founded", "died", "since", "until"})


def _phrases(names: Iterable[str], *, nouns: bool = False) -> tuple[Phrase, ...]:
    """Return the sets of stems of names, and of other words for the same."""
    found: dict[Phrase, None] = {}
    for name in filter(None, names):
        words = [word for word in name_words(name) if word not in STOP or len(name) <= 3]
        if phrase := (stems(words) or frozenset(map(stem, name_words(name)))):
            found[phrase] = None
    for phrase in list(found):
        for other in related(phrase, nouns=nouns):
            found.setdefault(other, None)
    return tuple(found)
