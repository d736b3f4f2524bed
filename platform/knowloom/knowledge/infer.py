"""Ontologies inferred from triples: classes, attributes and ranges that the data show.

Names such as `/people/person/place_of_birth` hold a class and an attribute. What a link leads to
is learned from what its objects are elsewhere (item 11). Original names are kept as titles,
aliases and IRIs, so that nothing about them is lost (item 70; S0 §5.3.2).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, count
from typing import NamedTuple

from knowloom.knowledge.guess import common, guess
from knowloom.knowledge.record import Reject
from knowloom.knowledge.triples import (
    RDF_TYPE,
    SCHEMA,
    WELL_KNOWN,
    Literal,
    Triple,
    local_name,
)
from knowloom.ontology.concepts import (
    ROOTS,
    Attribute,
    Concept,
    ConceptRange,
    Ontology,
    Scalar,
)
from knowloom.ontology.learn import covering_type
from knowloom.ontology.names import attribute_name, concept_name, relationship_type

_ROOT = "Topic"
_ROOT_TEXT = ""  # stands for the root among the names in the triples
_KEY = Attribute(name="id", description="What triples call it.")
_COVERAGE = 0.9
_MOST_IN_UNION = 3
_STEPS = {"/": re.compile(r"\.(?=/)"), ".": re.compile(r"\.\.")}
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NUMBERS_AND_DATES = (Scalar.INT, Scalar.FLOAT, Scalar.DATE, Scalar.DATETIME)
_DATATYPES: Mapping[str, Scalar] = {
    **dict.fromkeys(("integer", "int", "long", "short", "byte", "gYear"), Scalar.INT),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger", "unsignedInt"), Scalar.INT),
    **dict.fromkeys(("decimal", "double", "float"), Scalar.FLOAT),
    "boolean": Scalar.BOOL,
    "date": Scalar.DATE,
    "dateTime": Scalar.DATETIME,
}


class Inferred(NamedTuple):
    """An ontology that triples show, and where each of their predicates went.

    Args:
        ontology: the one it was made for, with the new classes.
        names: predicate to class and attribute; no two go to the same.
        added: the new classes; all but the first are below it, and its key is the id that the
            triples use.
    """

    ontology: Ontology
    names: Mapping[str, tuple[str, str]]
    added: tuple[str, ...]

    @property
    def predicates(self) -> dict[tuple[str, str], str]:
        """The predicate that each attribute, with its class, stands for."""
        return {meaning: predicate for predicate, meaning in self.names.items()}


def infer_ontology(triples: Iterable[Triple | Reject], into: Ontology | None = None) -> Inferred:
    """Return the ontology that triples show.

    A class is made for each class that the triples state or that is part of a predicate's name.
    All triples are held in memory meanwhile, some 300 bytes each.

    Args:
        triples: all of them; faulty ones are passed over.
        into: the classes known so far, which stay as they are; none when None.

    >>> facts = [
    ...     Triple(1, "/m/1", "/people/person/place_of_birth", "/m/2"),
    ...     Triple(2, "/m/2", "/location/location/contains", "/m/3"),
    ... ]
    >>> inferred = infer_ontology(facts)
    >>> inferred.names["/people/person/place_of_birth"]
    ('Person', 'place_of_birth')
    >>> inferred.ontology.attributes("Person")["place_of_birth"].range
    ConceptRange(concepts=('Location',))
    """
    seen = _Seen()
    for triple in triples:
        if not isinstance(triple, Reject):
            seen.take(triple)
    shown = _Shown(seen, into or Ontology())
    names = _attribute_names({p: shown.owner(p) for p in seen.said})
    attributes: dict[str, list[Attribute]] = {}
    for predicate, (concept, attribute) in names.items():
        attributes.setdefault(concept, []).append(shown.attribute(predicate, attribute))
    added = [
        replace(c, attributes=(*c.attributes, *attributes.get(c.name, ()))) for c in shown.flat
    ]
    ontology = (into or Ontology()).with_concepts(added)
    return Inferred(ontology, names, tuple(c.name for c in added))


@dataclass(slots=True)
class _Seen:
    """What triples hold, by predicate.

    Args:
        said: predicate to subject to its objects.
        types: thing to its classes, as the triples call them.
    """

    said: dict[str, dict[str, set[str | Literal]]] = field(
        default_factory=dict[str, dict[str, set[str | Literal]]]
    )
    types: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def take(self, triple: Triple) -> None:
        """Take note of a triple."""
        predicate, given = triple.predicate, triple.object
        if predicate == RDF_TYPE and isinstance(given, str) and not given.startswith(SCHEMA):
            self.types.setdefault(triple.subject, set()).add(given)
        elif predicate not in WELL_KNOWN and not predicate.startswith(SCHEMA):
            said = self.said.setdefault(predicate, {})
            if (objects := said.get(triple.subject)) is not None:
                objects.add(given)
                return
            said[triple.subject] = {given}
            if domain := _parts(predicate)[0]:
                self.types.setdefault(triple.subject, set()).add(domain)


class _Shown:
    """What the triples show of classes, once all were seen."""

    def __init__(self, seen: _Seen, into: Ontology) -> None:
        self._seen = seen
        texts = sorted({text for texts in seen.types.values() for text in texts})
        self._classes = _class_names(texts, into)
        self._root = self._classes[_ROOT_TEXT]
        self.flat = Ontology(self._concept(text) for text in self._classes)
        self._types = {
            thing: {self._classes[text] for text in texts} for thing, texts in seen.types.items()
        }

    def owner(self, predicate: str) -> str:
        """Return the class that has the attribute for a predicate."""
        if domain := _parts(predicate)[0]:
            return self._classes[domain]
        subjects = self._seen.said[predicate]
        observed = [self._types.get(subject, ()) for subject in subjects]
        found = covering_type(self.flat, observed, 1.0) if all(observed) else None
        return found.concept if found and found.concept not in ROOTS else self._root

    def attribute(self, predicate: str, name: str) -> Attribute:
        """Return the attribute for a predicate."""
        said = self._seen.said[predicate]
        objects = {item for given in said.values() for item in given}
        many = any(len(given) > 1 for given in said.values())
        range_ = self._scalar(objects) or self._learned(objects)
        iri = predicate if _IRI.match(predicate) else ""
        aliases = (predicate,) if not iri and predicate != name else ()
        return Attribute(name=name, range=range_, many=many, aliases=aliases, iri=iri)

    def _concept(self, text: str) -> Concept:
        """Return the class for a name in the triples, still without attributes."""
        name = self._classes[text]
        if text == _ROOT_TEXT:
            return Concept(name=name, attributes=(_KEY,), key=(_KEY.name,))
        iri = text if _IRI.match(text) else ""
        return Concept(name=name, parents=(self._root,), title=text, iri=iri)

    def _scalar(self, objects: Collection[str | Literal]) -> Scalar | None:
        """Return the type of plain values, None for things."""
        literals = [item for item in objects if isinstance(item, Literal)]
        if literals:
            if len(literals) < len(objects):
                return Scalar.STR
            return common({_DATATYPES.get(local_name(i.datatype), Scalar.STR) for i in literals})
        if any(item in self._types for item in objects if isinstance(item, str)):
            return None
        found = guess(objects)
        return found.range if found and found.range in _NUMBERS_AND_DATES else None

    def _learned(self, objects: Collection[str | Literal]) -> ConceptRange:
        """Return what the things that links lead to are.

        The smallest class of nine in ten, and further ones for the rest, so that no triple is
        outside the range; the root when that would take many, or when less than half are known.
        """
        known = [t for item in objects if isinstance(item, str) and (t := self._types.get(item))]
        if 2 * len(known) < len(objects):
            return ConceptRange((self._root,))
        found = covering_type(self.flat, known, _COVERAGE)
        union = [found.concept] if found else [self._root]
        while left := [types for types in known if not types & self._below(union)]:
            if len(union) == _MOST_IN_UNION:
                return ConceptRange((self._root,))
            counts = Counter(concept for types in left for concept in types)
            union.append(min(counts, key=lambda c: (-counts[c], c)))
        return ConceptRange(tuple(union))

    def _below(self, union: Collection[str]) -> set[str]:
        """Return some classes and all below them."""
        return {name for concept in union for name in (concept, *self.flat.descendants(concept))}


def _class_names(texts: Sequence[str], into: Ontology) -> dict[str, str]:
    """Return a name for each class in the triples, the root among them; no two are alike."""
    often = Counter(concept_name(_last(text)) for text in texts)
    wanted: dict[str, tuple[str, ...]] = {_ROOT_TEXT: (_ROOT,)}
    for text in texts:
        plain, long = _last(text), _long(text)
        wanted[text] = (plain, long) if often[concept_name(plain)] == 1 else (long,)
    taken = {name.casefold() for name in (*ROOTS, *(c.name for c in into))}
    return dict(_distinct(wanted, concept_name, str.casefold, taken))


def _attribute_names(owners: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return class and attribute for each predicate.

    A thing may be of several classes, and its links are told apart by their relationship types
    alone, so no two attributes of the ontology are called the same.
    """
    often = Counter(attribute_name(_parts(predicate)[1]) for predicate in owners)
    wanted: dict[str, tuple[str, ...]] = {}
    for predicate, owner in owners.items():
        plain = _parts(predicate)[1]
        long = f"{owner} {plain}"
        wanted[predicate] = (plain, long) if often[attribute_name(plain)] == 1 else (long,)
    taken = {relationship_type(a.name) for root in ROOTS.values() for a in root.attributes}
    taken.add(relationship_type(_KEY.name))
    names = _distinct(wanted, attribute_name, relationship_type, taken)
    return {predicate: (owners[predicate], name) for predicate, name in names}


def _distinct(
    wanted: Mapping[str, Sequence[str]],
    make: Callable[[str], str],
    form: Callable[[str], str],
    taken: set[str],
) -> Iterator[tuple[str, str]]:
    """Yield a name for each text, no two of the same form.

    Args:
        wanted: what each text would like to be called, the best first; the last gets a number
            when all are taken.
        make: makes a name of what is wanted.
        form: what two names must not share.
        taken: forms that are gone; filled on the way.
    """
    for text, options in wanted.items():
        names = [make(option) for option in options]
        numbered = (f"{names[-1]}_{number}" for number in count(2))
        name = next(name for name in chain(names, numbered) if form(name) not in taken)
        taken.add(form(name))
        yield text, name


@lru_cache(4096)
def _parts(predicate: str) -> tuple[str, str]:
    """Return the class that is part of a predicate's name, empty for none, and what is left.

    >>> _parts("/tv/tv_program/regular_cast./tv/regular_tv_appearance/actor")
    ('/tv/tv_program', 'regular_cast actor')
    >>> _parts("people.person.place_of_birth"), _parts("http://schema.org/birthPlace")
    (('people.person', 'place_of_birth'), ('', 'birthPlace'))
    """
    if _IRI.match(predicate):
        return "", local_name(predicate)
    glue = "/" if predicate.startswith("/") else "."
    steps = [step.split(glue) for step in _STEPS[glue].split(predicate)]
    if len(steps[0]) < 3 or not all(steps[0][1:]):
        return "", predicate
    words = dict.fromkeys(step[-1] for step in steps)
    return glue.join(steps[0][:-1]), " ".join(words)


def _last(text: str) -> str:
    """Return the last part of a class's name."""
    return local_name(text) if _IRI.match(text) else re.split(r"[/.]", text)[-1]


def _long(text: str) -> str:
    """Return the last two parts of a class's name."""
    return " ".join(re.split(r"[/.#:]", text)[-2:])
