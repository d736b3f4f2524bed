"""Triples to statements: what subjects, predicates and objects mean in an ontology.

A predicate is an attribute, a link attribute or a `Relation` class. It is known by its IRI, by one
of its aliases, by its name or by its relationship type; `infer` gives every attribute it makes the
predicate as an alias, so nothing about the names is lost (item 70).

What things are is known only when all triples were seen, so these are read twice. In between, what
is known of each thing is in memory: some 500 bytes a thing, and 200 a plain value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    Statement,
    Value,
    Values,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.ontology.align import normal_form
from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    ConceptRange,
    Kind,
    Ontology,
)
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit

T = TypeVar("T")

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
UID_PREFIX = "urn:knowloom:"
SCHEMA = (
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
)
WELL_KNOWN = {
    "name": "name",
    "aliases": "aliases",
    "http://www.w3.org/2000/01/rdf-schema#label": "name",
    "http://www.w3.org/2004/02/skos/core#prefLabel": "name",
    "http://xmlns.com/foaf/0.1/name": "name",
    "https://schema.org/name": "name",
    "http://schema.org/name": "name",
    "http://www.w3.org/2004/02/skos/core#altLabel": "aliases",
}
_ANY = (Kind.ENTITY.value,)
_NODE_KEYS = frozenset(("id", "iri", "uri"))
_OPAQUE = re.compile(r"/?[a-z]+[/.][0-9a-z_]+|Q[0-9]+|_:.*|[A-Za-z][A-Za-z0-9+.-]*:\S+")
_LOCAL = re.compile(r"[^#/:]+$")


_reader = lru_cache(4096)(reader)


class Literal(NamedTuple):
    """An object that is a value; its datatype's IRI and its language when they are known."""

    value: str
    datatype: str = ""
    language: str = ""


class Triple(NamedTuple):
    """A subject, what is said of it, and its object.

    Args:
        row: where in the source, counted from 1.
        subject, predicate: their names in the source.
        object: a thing by its name, or a value; where a source does not tell them apart, a name.
    """

    row: int
    subject: str
    predicate: str
    object: str | Literal


class Label(NamedTuple):
    """What a thing is called that triples know by an id."""

    name: str
    aliases: tuple[str, ...] = ()


Triples = Callable[[], Iterable[Triple | Reject]]
Labels = Mapping[str, Label]


class Meaning(NamedTuple):
    """What a predicate is: an attribute of a concept, or a relation when that has no attribute."""

    concept: str
    attribute: Attribute | None


class Vocabulary:
    """The names of an ontology as triples write them.

    >>> from knowloom.ontology.concepts import Concept
    >>> born_in = Attribute(name="born_in", aliases=("/people/person/place_of_birth",))
    >>> vocabulary = Vocabulary(Ontology([Concept(name="Person", attributes=(born_in,))]))
    >>> [m.concept for m in vocabulary.meanings("/people/person/place_of_birth")]
    ['Person']
    """

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._exact: dict[str, list[Meaning]] = {}
        self._loose: dict[str, list[Meaning]] = {}
        self._concepts: dict[str, str] = {}
        self._known: dict[str, tuple[Meaning, ...]] = {}
        for name in ontology.parents_first():
            self._add(name)

    def concept(self, text: str) -> str | None:
        """Return the concept that a class in triples is."""
        return self._concepts.get(text) or self._concepts.get(normal_form(local_name(text)))

    def meanings(self, predicate: str) -> tuple[Meaning, ...]:
        """Return all that a predicate may mean, the most general concept of each first."""
        if predicate not in self._known:
            self._known[predicate] = tuple(self._meanings(predicate))
        return self._known[predicate]

    def _meanings(self, predicate: str) -> Iterable[Meaning]:
        name = WELL_KNOWN.get(predicate, predicate)
        local = local_name(name)
        exact = self._exact.get(name) or self._exact.get(local)
        return exact or self._loose.get(normal_form(local)) or ()

    def _add(self, name: str) -> None:
        """Note the names of a concept and of its own attributes."""
        concept = self.ontology[name]
        for text in (name, normal_form(name), concept.iri, concept.title, *concept.aliases):
            self._concepts.setdefault(text, name)
        if concept.parents and self.ontology.kind(name) is Kind.RELATION:
            meaning = Meaning(name, None)
            texts = (name, concept.iri, concept.title, *concept.aliases, concept.relationship_type)
            self._note(meaning, name, texts)
            return
        for attribute in concept.attributes:
            texts = (attribute.iri, *attribute.aliases, attribute.relationship_type)
            self._note(Meaning(name, attribute), attribute.name, (attribute.name, *texts))

    def _note(self, meaning: Meaning, name: str, texts: Iterable[str]) -> None:
        """Note under which texts a meaning is found, unless an ancestor has it there already."""
        for table, keys in ((self._exact, texts), (self._loose, (normal_form(name),))):
            for text in dict.fromkeys(t for t in keys if t):
                found = table.setdefault(text, [])
                if not any(self._covers(m, meaning) for m in found):
                    found.append(meaning)

    def _covers(self, above: Meaning, below: Meaning) -> bool:
        """Return whether a meaning is a narrower form of another."""
        if above.attribute is None or below.attribute is None:
            return above == below
        same = above.attribute.name == below.attribute.name
        return same and self.ontology.is_a(below.concept, above.concept)


def local_name(text: str) -> str:
    """Return the last part of an IRI or path.

    >>> local_name("http://schema.org/birthPlace")
    'birthPlace'
    """
    found = _LOCAL.search(text)
    return found[0] if found else text


def statements(
    triples: Triples,
    ontology: Ontology,
    *,
    source: str,
    labels: Labels | None = None,
    named: bool = True,
) -> Iterator[Statement]:
    """Yield what triples say: first what each thing is, then how things are linked.

    A thing of several classes has a record for each. A triple that has no meaning in the
    ontology, or whose value does not fit, is rejected.

    Args:
        triples: called twice, each time for all triples from the start.
        ontology: the classes.
        source: who says it.
        labels: names of the things that the triples call by an id.
        named: whether a thing's name in the triples may serve as its key.
    """
    vocabulary = Vocabulary(ontology)
    things = _Things(vocabulary, source, labels or {}, named)
    for triple in triples():
        if fault := triple if isinstance(triple, Reject) else things.take(triple):
            yield fault
    things.settle()
    yield from things.records()
    for triple in triples():
        if not isinstance(triple, Reject) and (said := things.link(triple)):
            yield said


@dataclass(slots=True)
class _Thing:
    """What is known of one thing.

    Args:
        row: where it was first met.
        concepts: its classes as stated, or as its predicates show.
        values: attribute name to what is said.
        unclear: predicates that several classes have.
        ranges: where links lead to it, the classes that these allow.
        classes, mention: the most specific classes and the identity, when all is known.
    """

    row: int
    concepts: frozenset[str] = frozenset()
    values: dict[str, list[Literal]] | None = None
    unclear: frozenset[str] = frozenset()
    ranges: frozenset[tuple[str, ...]] = frozenset()
    classes: tuple[str, ...] = ()
    mention: Mention | None = None


class _Things:
    """All things that triples speak of."""

    def __init__(self, vocabulary: Vocabulary, source: str, labels: Labels, named: bool) -> None:
        self._vocabulary = vocabulary
        self._ontology = vocabulary.ontology
        self._source = source
        self._labels = labels
        self._named = named
        self._things: dict[str, _Thing] = {}
        self._unions: dict[tuple[frozenset[Any], object], frozenset[Any]] = {}
        self._meant: dict[object, tuple[str, str, str, str] | None] = {}

    def take(self, triple: Triple) -> Reject | None:
        """Take note of a triple, or say why it means nothing here."""
        if triple.predicate == RDF_TYPE:
            return self._take_class(triple)
        meanings = self._vocabulary.meanings(triple.predicate)
        if not meanings:
            return _meaningless(triple)
        scalar = [m.attribute for m in meanings if m.attribute and not m.attribute.is_link]
        if scalar:
            if fault := self._take_value(triple, scalar):
                return fault
        elif isinstance(triple.object, Literal):
            what = f"{triple.predicate} leads to a thing, and {triple.object.value!r} is a value"
            return _reject(triple, what, "link-type")
        else:
            self._take_ends(triple, meanings)
        self._take_meanings(triple, meanings)
        return None

    def settle(self) -> None:
        """Decide what each thing is, and its identity, now that all triples were seen."""
        alike: dict[object, tuple[str, ...]] = {}
        for name, thing in self._things.items():
            known = (thing.concepts, thing.unclear, thing.ranges)
            if known not in alike:
                alike[known] = self._classes(thing)
            thing.classes = alike[known]
            thing.mention = self._identified(name, thing)

    def records(self) -> Iterator[Statement]:
        """Yield a record for each class of each thing."""
        for name, thing in self._things.items():
            said = set[str]()
            for concept in thing.classes:
                yield from self._record(name, thing, concept, said)

    def link(self, triple: Triple) -> Fact | None:
        """Return the fact that a triple states; None when it is none, or was rejected."""
        if isinstance(triple.object, Literal) or triple.predicate == RDF_TYPE:
            return None
        head, tail = self._things.get(triple.subject), self._things.get(triple.object)
        if head is None or tail is None or head.mention is None or tail.mention is None:
            return None
        key = (head.classes, triple.predicate, tail.classes)
        if key not in self._meant:
            self._meant[key] = self._mean(*key)
        if (meant := self._meant[key]) is None:
            return None
        relation, attribute, start, end = meant
        return Fact(
            relation, attribute, _as(head.mention, start), _as(tail.mention, end), {}, triple.row
        )

    def _mean(
        self, head: tuple[str, ...], predicate: str, tail: tuple[str, ...]
    ) -> tuple[str, str, str, str] | None:
        """Return what a predicate means between things of some classes.

        Returns:
            A relation or a link attribute, and as what the head and the tail are meant; None when
            it is no link.
        """
        for concept, attribute in self._vocabulary.meanings(predicate):
            if attribute is None:
                known = self._ontology.attributes(concept)
                ends = (cast(ConceptRange, known[end].range).concepts for end in ENDS)
                start, end = map(self._fitting, (head, tail), ends)
                return concept, "", start, end
            fits = any(self._ontology.is_a(c, concept) for c in head)
            if fits and isinstance(attribute.range, ConceptRange):
                start = self._fitting(head, (concept,))
                return "", attribute.name, start, self._fitting(tail, attribute.range.concepts)
        return None

    def _fitting(self, classes: Sequence[str], allowed: Sequence[str]) -> str:
        """Return the one of some classes that is allowed; failing that, the first."""
        is_a = self._ontology.is_a
        return next((c for c in classes if any(is_a(c, a) for a in allowed)), classes[0])

    def _thing(self, name: str, row: int) -> _Thing:
        if (thing := self._things.get(name)) is None:
            thing = self._things[name] = _Thing(row)
        return thing

    def _with(self, known: frozenset[T], more: T) -> frozenset[T]:
        """Return a set with one more member; equal sets are one, for there are many things."""
        if more in known:
            return known
        key = (known, more)
        if key not in self._unions:
            self._unions[key] = known | {more}
        return self._unions[key]

    def _take_class(self, triple: Triple) -> Reject | None:
        """Take note of what a thing is said to be."""
        text = triple.object if isinstance(triple.object, str) else triple.object.value
        if text.startswith(SCHEMA):
            return _meaningless(triple)
        concept = self._vocabulary.concept(text)
        if concept is None or self._ontology.kind(concept) is Kind.RELATION:
            return _reject(triple, f"{text} is no class of the ontology", "unknown-concept")
        thing = self._thing(triple.subject, triple.row)
        thing.concepts = self._with(thing.concepts, concept)
        return None

    def _take_meanings(self, triple: Triple, meanings: Sequence[Meaning]) -> None:
        """Take note of the class that a predicate shows its subject to have."""
        thing = self._thing(triple.subject, triple.row)
        if len(meanings) > 1:
            thing.unclear = self._with(thing.unclear, triple.predicate)
        elif meanings[0].attribute:
            thing.concepts = self._with(thing.concepts, meanings[0].concept)

    def _take_value(self, triple: Triple, could_be: Sequence[Attribute]) -> Reject | None:
        """Take note of a plain value, if it can fit."""
        given = triple.object
        literal = given if isinstance(given, Literal) else Literal(given)
        attribute = could_be[0]
        if len(could_be) == 1:
            try:
                _reader(attribute)(literal.value)
            except Unfit as unfit:
                return _reject(triple, f"{attribute.name} {unfit}", unfit.code)
        thing = self._thing(triple.subject, triple.row)
        if thing.values is None:
            thing.values = {}
        thing.values.setdefault(attribute.name, []).append(literal)
        return None

    def _take_ends(self, triple: Triple, meanings: Sequence[Meaning]) -> None:
        """Take note of the things that a link joins, and of what they must be."""
        head = self._thing(triple.subject, triple.row)
        tail = self._thing(cast(str, triple.object), triple.row)
        for meaning in meanings:
            if meaning.attribute:
                range_ = cast(ConceptRange, meaning.attribute.range).concepts
                tail.ranges = self._with(tail.ranges, range_)
                continue
            known = self._ontology.attributes(meaning.concept)
            for end, thing in zip(ENDS, (head, tail), strict=True):
                range_ = cast(ConceptRange, known[end].range).concepts
                thing.ranges = self._with(thing.ranges, range_)

    def _classes(self, thing: _Thing) -> tuple[str, ...]:
        """Return the most specific classes of a thing."""
        found = set(thing.concepts)
        for predicate in sorted(thing.unclear):
            meanings = self._vocabulary.meanings(predicate)
            if not any(m.concept in ROOTS or self._owns(found, m) for m in meanings):
                found.add(meanings[0].concept)
        return self._ontology.most_specific(found | self._allowed(found, thing.ranges)) or _ANY

    def _allowed(self, found: Collection[str], ranges: Collection[tuple[str, ...]]) -> set[str]:
        """Return the classes that links to a thing tell, where they say more than is known."""
        is_a = self._ontology.is_a
        known = self._ontology.most_specific(found)
        return {
            range_[0]
            for range_ in ranges
            if not any(is_a(concept, allowed) for concept in known for allowed in range_)
            and (not known or any(is_a(range_[0], concept) for concept in known))
        }

    def _owns(self, concepts: Collection[str], meaning: Meaning) -> bool:
        """Return whether things of these classes have an attribute, or may be in a relation."""
        return meaning.attribute is None or any(
            self._ontology.is_a(concept, meaning.concept) for concept in concepts
        )

    def _identified(self, name: str, thing: _Thing) -> Mention:
        """Return the identity of a thing."""
        concepts = thing.classes
        if name.startswith(UID_PREFIX):
            return Mention(concepts[0], name.removeprefix(UID_PREFIX))
        for concept in concepts:
            if (key := self._ontology.key(concept)) is None:
                continue
            if found := self._key(name, thing, concept, key[1]):
                uid = uid_of_key(key[0], found)
                return Mention(concept, uid, tuple(zip(key[1], found, strict=True)))
        return Mention(concepts[0], uid_of_source_id(self._source, name))

    def _key(
        self, name: str, thing: _Thing, concept: str, names: tuple[str, ...]
    ) -> tuple[Value, ...] | None:
        """Return the values of a class's key, None when they are not all known."""
        known = self._ontology.attributes(concept)
        found: list[Value] = []
        for attribute in names:
            given = (thing.values or {}).get(attribute)
            if not given and len(names) == 1 and (self._named or attribute in _NODE_KEYS):
                given = [Literal(name)]
            if not given:
                return None
            if (value := _read(known[attribute], min(given, key=_rank).value)) is None:
                return None
            found.append(value)
        return tuple(found)

    def _record(
        self, name: str, thing: _Thing, concept: str, said: set[str]
    ) -> Iterator[Statement]:
        """Yield the record of a thing as one of its classes, with what no other has said."""
        mention = cast(Mention, thing.mention)
        known = self._ontology.attributes(concept)
        values: Values = {n: v for n, v in mention.values if n in known}
        for attribute_name, literals in (thing.values or {}).items():
            attribute = known.get(attribute_name)
            if attribute and attribute_name not in said:
                said.add(attribute_name)
                yield from _take_values(values, attribute, literals, name, thing.row)
        if "name" in known and "name" not in said:
            said.add("name")
            self._call(values, name)
        yield Record(concept, mention.uid, values, row=thing.row)

    def _call(self, values: Values, name: str) -> None:
        """Give a thing the name that its label says, or that it has in the triples."""
        if label := self._labels.get(name):
            values.setdefault("name", label.name)
            if label.aliases:
                values.setdefault("aliases", list(label.aliases))
        elif self._named and not _OPAQUE.fullmatch(name):
            values.setdefault("name", name)


def _as(mention: Mention, concept: str) -> Mention:
    """Return a reference to the same thing, taken for another of its classes."""
    if concept == mention.concept:
        return mention
    return Mention(concept, mention.uid, mention.values)


def _take_values(
    values: Values, attribute: Attribute, literals: list[Literal], name: str, row: int
) -> Iterator[Reject]:
    """Add the values of an attribute; of several names one is chosen, the others are aliases."""
    found: dict[Value, None] = {}
    for literal in sorted(literals, key=_rank):
        try:
            found[_single(_reader(attribute)(literal.value))] = None
        except Unfit as unfit:
            yield Reject(
                row, f"{attribute.name} of {name} {unfit}", unfit.code, literal.value[:500]
            )
    read = list(found)
    if attribute.many:
        values[attribute.name] = _joined(values.get(attribute.name), read)
        return
    if not read:
        return
    values[attribute.name] = read[0]
    if attribute.name == "name" and read[1:]:
        values["aliases"] = _joined(values.get("aliases"), read[1:])
    elif read[1:]:
        what = f"{attribute.name} holds one value, and {name} has {len(read)}; kept is {read[0]}"
        yield Reject(row, what, "cardinality", ", ".join(map(str, read[1:]))[:500])


def _rank(literal: Literal) -> int:
    """Return the place of a literal among several: of no language, English, then the others."""
    return ("", "en").index(literal.language) if literal.language in ("", "en") else 2


def _joined(known: Value | list[Value] | None, more: list[Value]) -> list[Value]:
    """Return a list with further values, each once."""
    before = known if isinstance(known, list) else []
    return list(dict.fromkeys([*before, *more]))


def _read(attribute: Attribute, text: str) -> Value | None:
    """Return one value of an attribute, None when the text is none."""
    try:
        return _single(_reader(attribute)(text))
    except Unfit:
        return None


def _single(found: Value | list[Value]) -> Value:
    """Return a value that may be the only one of a list."""
    return found[0] if isinstance(found, list) else found


def _meaningless(triple: Triple) -> Reject:
    """Return the reject of a triple that the ontology has no place for."""
    if triple.predicate.startswith(SCHEMA):
        what = "speaks of classes, not of things: load it with `knowloom ontology load`"
        return _reject(triple, what, "schema")
    what = f"{triple.predicate} is no attribute and no relation of the ontology"
    return _reject(triple, what, "unknown-attribute")


def _reject(triple: Triple, what: str, code: str) -> Reject:
    return Reject(triple.row, what, code, " ".join(map(str, triple[1:]))[:500])
