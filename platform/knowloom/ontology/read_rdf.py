"""Other people's RDFS and OWL as concepts: what of it an ontology can hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Kind,
    Range,
    Scalar,
)
from knowloom.ontology.names import unique_names

if TYPE_CHECKING:
    from pyoxigraph import Quad

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
_SCHEMA = ("http://schema.org/", "https://schema.org/")
_OWN = (RDF, RDFS, OWL, XSD)
_LANGUAGES = ("en", "en-us", "en-gb", "")
_LABELS = (f"{RDFS}label", f"{SKOS}prefLabel")
_COMMENTS = (f"{RDFS}comment", f"{SKOS}definition")
_DOMAINS = (f"{RDFS}domain", *(f"{s}domainIncludes" for s in _SCHEMA))
_RANGES = (f"{RDFS}range", *(f"{s}rangeIncludes" for s in _SCHEMA))
_CLASSES = (f"{OWL}Class", f"{RDFS}Class")
_PROPERTIES = (f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty", f"{RDF}Property")
_LOCAL = re.compile(r"[^#/:]+(?=[#/:]*$)")
_INTEGERS = (
    "integer int long short byte nonNegativeInteger positiveInteger negativeInteger "
    "nonPositiveInteger unsignedInt unsignedLong unsignedShort unsignedByte"
)
_SCALARS = {
    **{f"{XSD}{name}": Scalar.INT for name in _INTEGERS.split()},
    **{f"{XSD}{name}": Scalar.FLOAT for name in ("decimal", "double", "float")},
    f"{XSD}boolean": Scalar.BOOL,
    f"{XSD}date": Scalar.DATE,
    f"{XSD}dateTime": Scalar.DATETIME,
    f"{XSD}dateTimeStamp": Scalar.DATETIME,
    **{f"{s}Integer": Scalar.INT for s in _SCHEMA},
    **{f"{s}{name}": Scalar.FLOAT for s in _SCHEMA for name in ("Float", "Number")},
    **{f"{s}Boolean": Scalar.BOOL for s in _SCHEMA},
    **{f"{s}Date": Scalar.DATE for s in _SCHEMA},
    **{f"{s}DateTime": Scalar.DATETIME for s in _SCHEMA},
    **{f"{s}{name}": Scalar.STR for s in _SCHEMA for name in ("Text", "URL", "Time")},
}


class Graph:
    """The triples of a file by subject and predicate; blank nodes are named `_:b`."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        from pyoxigraph import Literal, NamedNode

        self._objects: dict[tuple[str, str], list[str]] = {}
        self._literals: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._typed: dict[str, dict[str, None]] = {}
        for quad in quads:
            subject, object_ = str(quad.subject), quad.object
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else subject
            at = (subject, quad.predicate.value)
            if isinstance(object_, Literal):
                said = (object_.language or "", object_.value)
                self._literals.setdefault(at, []).append(said)
                continue
            value = object_.value if isinstance(object_, NamedNode) else str(object_)
            self._objects.setdefault(at, []).append(value)
            if at[1] == f"{RDF}type":
                self._typed.setdefault(value, {})[subject] = None

    def objects(self, subject: str, *predicates: str) -> list[str]:
        """Return the things that any of the predicates leads to."""
        return [o for p in predicates for o in self._objects.get((subject, p), ())]

    def instances(self, *types: str) -> list[str]:
        """Return what has an IRI and any of the types, sorted."""
        found = {s for t in types for s in self._typed.get(t, ()) if not s.startswith("_:")}
        return sorted(s for s in found if not s.startswith(_OWN))

    def literals(self, predicate: str) -> list[str]:
        """Return all texts of a predicate, whatever the subject."""
        return [v for (_, p), said in self._literals.items() if p == predicate for _, v in said]

    def has_type(self, subject: str, type_: str) -> bool:
        """Return whether a thing has a type."""
        return subject in self._typed.get(type_, ())

    def text(self, subject: str, *predicates: str) -> str:
        """Return the text of the first predicate that has any, in English where there is one."""
        for predicate in predicates:
            if said := self._literals.get((subject, predicate)):
                return min(said, key=_preference)[1]
        return ""

    def texts(self, subject: str, predicate: str) -> list[str]:
        """Return the texts in the language that `text` prefers."""
        said = self._literals.get((subject, predicate), [])
        best = min((_preference(one)[0] for one in said), default=0)
        return list(
            dict.fromkeys(v for one in said for v in [one[1]] if _preference(one)[0] == best)
        )

    def members(self, node: str) -> list[str]:
        """Return a class, or the classes of a union."""
        if not node.startswith("_:"):
            return [node]
        return [m for head in self.objects(node, f"{OWL}unionOf") for m in self._list(head)]

    def values(self, node: str) -> list[str]:
        """Return the texts that an anonymous datatype lists."""
        heads = self.objects(node, f"{OWL}oneOf")
        return [v for head in heads for cell in self._cells(head) for v in self._first(cell)]

    def _first(self, cell: str) -> list[str]:
        return [value for _, value in self._literals.get((cell, f"{RDF}first"), ())]

    def _list(self, head: str) -> Iterator[str]:
        for cell in self._cells(head):
            yield from self.objects(cell, f"{RDF}first")

    def _cells(self, head: str) -> Iterator[str]:
        seen: set[str] = set()
        while head != f"{RDF}nil" and head not in seen:
            seen.add(head)
            yield head
            head = next(iter(self.objects(head, f"{RDF}rest")), f"{RDF}nil")


def concepts(graph: Graph, known: Mapping[str, str], taken: Collection[str]) -> Iterator[Concept]:
    """Yield the concepts of the classes of a graph that are not known already.

    Args:
        graph: the file.
        known: names by IRI of the roots and of concepts that are read otherwise.
        taken: the names of those concepts.
    """
    classes = [iri for iri in _class_iris(graph) if iri not in known]
    labels = {iri: graph.text(iri, *_LABELS) or _local(iri) for iri in classes}
    names = {**known, **_named(labels, [*ROOTS, *taken], "concept")}
    parents = _parents(graph, names, classes)
    attributes = _attributes(graph, names)
    for iri in classes:
        label = labels[iri]
        yield Concept(
            name=names[iri],
            parents=tuple(names[p] for p in parents[iri]) or (Kind.ENTITY.value,),
            attributes=tuple(attributes.get(iri, ())),
            description=graph.text(iri, *_COMMENTS),
            examples=tuple(graph.texts(iri, f"{SKOS}example")[:10]),
            aliases=tuple(graph.texts(iri, f"{SKOS}altLabel")),
            title=label if label != names[iri] else "",
            iri=iri,
        )


def _class_iris(graph: Graph) -> list[str]:
    """Return what is a class, also when only a subclass says so."""
    declared = graph.instances(*_CLASSES)
    found = dict.fromkeys(declared)
    todo = list(declared)
    while todo:
        for above in graph.objects(todo.pop(), f"{RDFS}subClassOf"):
            if above not in found and not above.startswith(("_:", *_OWN)):
                found[above] = None
                todo.append(above)
    return sorted(iri for iri in found if iri not in _SCALARS)


def _named(labels: Mapping[str, str], taken: Iterable[str], kind: str) -> dict[str, str]:
    """Return a name for every IRI, made from its label; equal labels get numbers."""
    texts = dict.fromkeys(taken)
    text_of: dict[str, str] = {}
    for iri, label in labels.items():
        text = label
        while text in texts:
            text += " "  # another text that makes the same name, so it gets a number
        texts[text] = None
        text_of[iri] = text
    names = unique_names(texts, kind)
    return {iri: names[text] for iri, text in text_of.items()}


def _parents(
    graph: Graph, names: Mapping[str, str], classes: Iterable[str]
) -> dict[str, list[str]]:
    """Return the direct superclasses of every class, in an order that Python can linearise.

    One that another of them is below already says nothing and is left out.
    """
    above = {
        iri: list(
            dict.fromkeys(
                p for p in graph.objects(iri, f"{RDFS}subClassOf") if p in names and p != iri
            )
        )
        for iri in classes
    }
    try:
        order = list(TopologicalSorter(above).static_order())
    except CycleError:
        return above  # the ontology will say which
    place = {iri: at for at, iri in enumerate(order)}
    all_above: dict[str, set[str]] = {}
    for iri in order:
        direct = above.get(iri, [])
        all_above[iri] = {p for d in direct for p in (d, *all_above[d])}
    for iri, direct in above.items():
        further = {p for d in direct for p in all_above[d]}
        kept = [p for p in direct if p not in further and not _is_needless_root(p, direct, names)]
        above[iri] = sorted(kept, key=place.__getitem__, reverse=True)
    return above


def _is_needless_root(iri: str, among: Collection[str], names: Mapping[str, str]) -> bool:
    """Return whether the root `Entity` stands beside other parents, which are below it."""
    return names[iri] == Kind.ENTITY and len(among) > 1


def _attributes(graph: Graph, names: Mapping[str, str]) -> dict[str, list[Attribute]]:
    """Return the attributes of every class: the properties that have it as domain."""
    properties = graph.instances(*_PROPERTIES, f"{OWL}FunctionalProperty")
    domains = {p: [c for c in _union(graph, p, _DOMAINS) if c in names] for p in properties}
    labels = {p: graph.text(p, *_LABELS) or _local(p) for p in properties if domains[p]}
    named = _named(labels, ENDS, "attribute")
    found: dict[str, list[Attribute]] = {}
    for iri, name in named.items():
        attribute = _attribute(graph, names, iri, name, labels[iri])
        for domain in dict.fromkeys(domains[iri]):
            found.setdefault(domain, []).append(attribute)
    return found


def _attribute(
    graph: Graph, names: Mapping[str, str], iri: str, name: str, label: str
) -> Attribute:
    rooted = {a.name: a for a in ROOTS[Kind.ENTITY].attributes}
    if name in rooted:
        return replace(rooted[name], iri=iri)
    aliases = dict.fromkeys(graph.texts(iri, f"{SKOS}altLabel"))
    if label != name:
        aliases = {label: None, **aliases}
    return Attribute(
        name=name,
        range=_range(graph, names, iri),
        many=not graph.has_type(iri, f"{OWL}FunctionalProperty"),
        description=graph.text(iri, *_COMMENTS),
        aliases=tuple(aliases),
        iri=iri,
    )


def _range(graph: Graph, names: Mapping[str, str], iri: str) -> Range:
    """Return a range: classes where there are any, else listed values, else a scalar."""
    members = list(dict.fromkeys(_union(graph, iri, _RANGES)))
    if classes := [names[m] for m in members if m in names]:
        return ConceptRange(tuple(dict.fromkeys(classes)))
    if graph.has_type(iri, f"{OWL}ObjectProperty"):
        return ConceptRange((Kind.ENTITY.value,))
    values = [v for node in graph.objects(iri, *_RANGES) for v in graph.values(node)]
    if values:
        return Enumeration(tuple(dict.fromkeys(values)))
    scalars = {_SCALARS.get(m, Scalar.STR) for m in members}
    return scalars.pop() if len(scalars) == 1 else Scalar.STR


def _union(graph: Graph, iri: str, predicates: Iterable[str]) -> Iterator[str]:
    """Yield the named classes that a domain or range consists of."""
    for node in graph.objects(iri, *predicates):
        yield from graph.members(node)


def _local(iri: str) -> str:
    """Return the last part of an IRI."""
    found = _LOCAL.search(iri)
    return found[0] if found else iri


def _preference(said: tuple[str, str]) -> tuple[int, str, str]:
    """Return the rank of a text by its language: English, none, any other by name."""
    language, text = said[0].lower(), said[1]
    rank = _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)
    return rank, language, text
