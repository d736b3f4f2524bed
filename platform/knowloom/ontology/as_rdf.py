"""Ontologies as OWL in Turtle and back; other people's RDFS and OWL read as far as it goes.

What we write ourselves carries every concept whole, as JSON in an annotation, beside the classes
and properties that other tools understand; so nothing is lost on the way back (item 68).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

from knowloom.errors import Fault, OntologyError
from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.concepts import (
    ROOTS,
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.read_rdf import OWL, RDF, RDFS, SKOS, XSD, Graph, concepts

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

    Node = NamedNode | BlankNode | Literal
    Subject = NamedNode | BlankNode

KL = "urn:knowloom:ontology:"
CLASS = "urn:knowloom:class:"
PROPERTY = "urn:knowloom:property:"
CONCEPT = f"{KL}concept"
_PREFIXES = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "kl": KL,
    "class": CLASS,
    "property": PROPERTY,
}
_XSD = {
    Scalar.STR: "string",
    Scalar.INT: "integer",
    Scalar.FLOAT: "double",
    Scalar.BOOL: "boolean",
    Scalar.DATE: "date",
    Scalar.DATETIME: "dateTime",
}
_XML = frozenset({"owl", "xml"})


def to_rdf(ontology: Ontology) -> str:
    """Return an ontology as OWL in Turtle; `from_rdf` reads an equal one back.

    >>> text = to_rdf(Ontology([Concept(name="Person")]))
    >>> "class:Person a owl:Class" in text
    True
    >>> from_rdf(text.encode(), "ttl") == Ontology([Concept(name="Person")])
    True
    """
    import pyoxigraph

    data = pyoxigraph.serialize(
        _Writer(ontology).triples(), format=pyoxigraph.RdfFormat.TURTLE, prefixes=_PREFIXES
    )
    assert data is not None
    return data.decode()


def from_rdf(data: bytes, format_hint: str) -> Ontology:
    """Return the ontology that an RDF file holds.

    Concepts that `to_rdf` wrote come back whole. Of other classes: hypernyms, labels and comments
    (English first), properties with a domain, their ranges and whether they are functional.
    Properties without a domain, restrictions and individuals are left out.

    Args:
        data: the file.
        format_hint: how such files end (`ttl`, `nt`, `rdf`, `owl`, `jsonld`), or a media type.

    Raises:
        OntologyError: the file cannot be read, or its classes are no hierarchy.
    """
    import pyoxigraph

    format_ = _format(format_hint)
    try:
        quads = list(pyoxigraph.parse(data, format=format_, base_iri="urn:knowloom:file"))
    except SyntaxError as error:
        what = f"is no {format_.name}: {error.msg}"
        raise OntologyError([Fault(f"line {error.lineno or 1}", what, "syntax")]) from None
    graph = Graph(quads)
    whole = dict(_whole(graph.literals(CONCEPT)))
    return Ontology([*whole.values(), *concepts(graph, _known(whole.values()), whole)])


def _format(hint: str) -> RdfFormat:
    from pyoxigraph import RdfFormat

    ending = hint.lower().rpartition(".")[2]
    if ending in _XML:
        return RdfFormat.RDF_XML
    found = RdfFormat.from_extension(ending) or RdfFormat.from_media_type(hint)
    if found is None:
        what = "is no RDF format; give ttl, nt, rdf, owl or jsonld"
        raise OntologyError([Fault(hint, what, "format")])
    return found


def _whole(texts: Iterable[str]) -> Iterator[tuple[str, Concept]]:
    """Yield the concepts that stand whole in annotations, by name."""
    for text in texts:
        try:
            concept = concept_from_json(orjson.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            what = f"is no concept: {error}"
            raise OntologyError([Fault(text[:40], what, "concept")]) from None
        yield concept.name, concept


def _known(concepts: Iterable[Concept]) -> dict[str, str]:
    """Return the names of the roots and of concepts by IRI."""
    return {concept_iri(c): c.name for c in (*ROOTS.values(), *concepts)}


def concept_iri(concept: Concept) -> str:
    """Return the IRI of a concept's class: its own where it has a usable one.

    >>> concept_iri(Concept(name="Person"))
    'urn:knowloom:class:Person'
    """
    return _usable(concept.iri) or f"{CLASS}{quote(concept.name)}"


def _usable(iri: str) -> str:
    """Return an IRI, or nothing when it is no absolute one."""
    from pyoxigraph import NamedNode

    try:
        return NamedNode(iri).value
    except ValueError:
        return ""


class _Writer:
    """Makes the triples of one ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.blanks = 0

    def triples(self) -> Iterator[Triple]:
        """Yield everything; the roots, which other classes point to, first."""
        for name in self.ontology.parents_first():
            yield from self._concept(self.ontology[name])
        yield from self._properties()

    def _concept(self, concept: Concept) -> Iterator[Triple]:
        subject = concept_iri(concept)
        yield _triple(subject, f"{RDF}type", _node(f"{OWL}Class"))
        for parent in concept.parents:
            above = _node(concept_iri(self.ontology[parent]))
            yield _triple(subject, f"{RDFS}subClassOf", above)
        yield from _annotations(
            subject, concept.title or concept.name, concept.description, concept.aliases
        )
        for example in concept.examples:
            yield _triple(subject, f"{SKOS}example", _literal(example))
        if concept.parents:
            whole = orjson.dumps(concept_to_json(concept)).decode()
            yield _triple(subject, CONCEPT, _literal(whole))

    def _properties(self) -> Iterator[Triple]:
        """Yield the properties; one that several concepts declare has all of them as domain."""
        declared: dict[str, list[tuple[Concept, Attribute]]] = {}
        for name in self.ontology.parents_first():
            concept = self.ontology[name]
            for attribute in concept.attributes:
                iri = _property_iri(concept, attribute)
                declared.setdefault(iri, []).append((concept, attribute))
        for iri, uses in declared.items():
            yield from self._property(iri, uses)

    def _property(self, iri: str, uses: list[tuple[Concept, Attribute]]) -> Iterator[Triple]:
        attributes = [attribute for _, attribute in uses]
        kind = "ObjectProperty" if attributes[0].is_link else "DatatypeProperty"
        yield _triple(iri, f"{RDF}type", _node(f"{OWL}{kind}"))
        if not any(attribute.many for attribute in attributes):
            yield _triple(iri, f"{RDF}type", _node(f"{OWL}FunctionalProperty"))
        first = attributes[0]
        yield from _annotations(iri, first.name, first.description, first.aliases)
        domains = [_node(concept_iri(concept)) for concept, _ in uses]
        yield from self._one_of(iri, f"{RDFS}domain", domains, "unionOf", f"{OWL}Class")
        yield from self._range(iri, dict.fromkeys(a.range for a in attributes))

    def _range(self, iri: str, ranges: Iterable[Range]) -> Iterator[Triple]:
        given = list(ranges)
        link = [r for r in given if isinstance(r, ConceptRange)]
        predicate = f"{RDFS}range"
        if link:
            names = dict.fromkeys(name for r in link for name in r.concepts)
            nodes = [_node(concept_iri(self.ontology[name])) for name in names]
            yield from self._one_of(iri, predicate, nodes, "unionOf", f"{OWL}Class")
        elif len(given) > 1:
            yield _triple(iri, predicate, _node(f"{RDFS}Literal"))
        elif isinstance(given[0], Enumeration):
            values = [_literal(value) for value in given[0].values]
            yield from self._one_of(iri, predicate, values, "oneOf", f"{RDFS}Datatype")
        elif isinstance(given[0], Scalar):
            yield _triple(iri, predicate, _node(f"{XSD}{_XSD[given[0]]}"))

    def _one_of(
        self, iri: str, predicate: str, nodes: Sequence[Node], how: str, type_: str
    ) -> Iterator[Triple]:
        """Yield one node as it is, several (and any value) as an anonymous class of them."""
        if len(nodes) == 1 and how == "unionOf":
            yield _triple(iri, predicate, nodes[0])
            return
        anonymous = self._blank()
        yield _triple(iri, predicate, anonymous)
        yield _triple(anonymous, f"{RDF}type", _node(type_))
        cells = [self._blank() for _ in nodes]
        ends: list[Node] = [*cells[1:], _node(f"{RDF}nil")]
        yield _triple(anonymous, f"{OWL}{how}", cells[0] if cells else ends[0])
        for cell, node, rest in zip(cells, nodes, ends, strict=False):
            yield _triple(cell, f"{RDF}first", node)
            yield _triple(cell, f"{RDF}rest", rest)

    def _blank(self) -> BlankNode:
        from pyoxigraph import BlankNode

        self.blanks += 1
        return BlankNode(f"b{self.blanks}")


def _property_iri(concept: Concept, attribute: Attribute) -> str:
    own = f"{PROPERTY}{quote(concept.name)}.{quote(attribute.name)}"
    return _usable(attribute.iri) or own


def _annotations(
    iri: str, label: str, description: str, aliases: Iterable[str]
) -> Iterator[Triple]:
    yield _triple(iri, f"{RDFS}label", _literal(label))
    if description:
        yield _triple(iri, f"{RDFS}comment", _literal(description))
    for alias in aliases:
        yield _triple(iri, f"{SKOS}altLabel", _literal(alias))


def _triple(subject: str | Subject, predicate: str, object_: Node) -> Triple:
    from pyoxigraph import Triple

    start = _node(subject) if isinstance(subject, str) else subject
    return Triple(start, _node(predicate), object_)


def _node(iri: str) -> NamedNode:
    from pyoxigraph import NamedNode

    return NamedNode(iri)


def _literal(text: str) -> Literal:
    from pyoxigraph import Literal

    return Literal(text)
