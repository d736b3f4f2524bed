"""Ontologies as OWL: nothing of ours is lost, and of others' what fits is read (item 68)."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.errors import OntologyError
from knowloom.ontology.as_rdf import from_rdf, to_rdf
from knowloom.ontology.check import check
from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.parse import read_ontology

GOLDEN = Path(__file__).parent / "golden"
PEOPLE = Ontology(
    [
        Concept(
            name="Person",
            key=("name",),
            description='says "hi"\nand \\ goes',
            iri="https://example.org/Person",
            attributes=(
                Attribute(name="born", range=Scalar.DATE, minimum="1800-01-01"),
                Attribute(name="rank", range=Enumeration(("junior", "senior"))),
                Attribute(name="knows", range=ConceptRange(("Person", "Group")), many=True),
            ),
        ),
        Concept(name="Group", aliases=("team",), title="a group", examples=("Acme",)),
        Concept(name="Founder", parents=("Person", "Group"), binding=Binding(labels=("F",))),
        Concept(name="Meeting", parents=("Event",)),
    ]
)
FOREIGN = b"""
@prefix : <http://example.org/vocabulary#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix schema: <https://schema.org/> .

:Q5 a owl:Class ; rdfs:subClassOf owl:Thing ;
    rdfs:label "Mensch"@de , "human being"@en ; rdfs:comment "a person."@en , "ein Mensch."@de .
:Artist a rdfs:Class ; rdfs:subClassOf :Q5 .
:Painter a owl:Class ; rdfs:subClassOf :Q5 , :Artist , :Worker .
:Event a owl:Class .
:Q6 a owl:Class ; rdfs:label "human being" .

:birth a owl:DatatypeProperty , owl:FunctionalProperty ; rdfs:label "Date of birth"@en ;
    rdfs:domain :Q5 ; rdfs:range xsd:date .
:works a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( :Artist :Event ) ] ;
    rdfs:range [ a owl:Class ; owl:unionOf ( :Q5 :Event ) ] .
:from a rdf:Property ; schema:domainIncludes :Event ; schema:rangeIncludes schema:Integer .
:mood a owl:DatatypeProperty ; rdfs:domain :Q5 ;
    rdfs:range [ a rdfs:Datatype ; owl:oneOf ( "glad" "sad" ) ] .
:called a rdf:Property ; rdfs:label "name" ; rdfs:domain :Q5 .
:anywhere a rdf:Property ; rdfs:range xsd:string .
"""


def test_turtle_is_as_the_golden_file_says() -> None:
    """Classes, hypernyms, properties, unions and listed values are written as reviewed."""
    assert to_rdf(PEOPLE) == (GOLDEN / "people.ttl").read_text(encoding="utf-8")


def test_written_files_read_back_equal(tmp_path: Path) -> None:
    """A file of ours gives the same ontology, however it is opened."""
    assert from_rdf(to_rdf(PEOPLE).encode(), "ttl") == PEOPLE
    file = tmp_path / "people.ttl"
    file.write_text(to_rdf(PEOPLE), encoding="utf-8")
    assert read_ontology(file) == PEOPLE


@pytest.mark.parametrize("ending", ["nt", "rdf", "owl", "jsonld"])
def test_other_formats_read_back_equal(ending: str) -> None:
    """A file of ours that another tool rewrote gives the same ontology."""
    format_ = {
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    }.get(ending, pyoxigraph.RdfFormat.RDF_XML)
    triples = [q.triple for q in pyoxigraph.parse(to_rdf(PEOPLE), pyoxigraph.RdfFormat.TURTLE)]
    data = pyoxigraph.serialize(triples, format=format_)
    assert data is not None
    assert from_rdf(data, ending) == PEOPLE


def test_classes_by_others_become_concepts() -> None:
    """Labels in English name classes, equal ones get numbers, and hypernyms are kept."""
    found = from_rdf(FOREIGN, "ttl")
    human = found["HumanBeing"]
    assert (human.title, human.description) == ("human being", "a person.")
    assert human.iri == "http://example.org/vocabulary#Q5"
    assert human.parents == ("Entity",)
    assert {c.name: c.parents for c in found} == {
        "Artist": ("HumanBeing",),
        "Event_2": ("Entity",),
        "HumanBeing": ("Entity",),
        "HumanBeing_2": ("Entity",),
        "Painter": found["Painter"].parents,
        "Worker": ("Entity",),
    }
    assert set(found["Painter"].parents) == {"Artist", "Worker"}
    assert not check(found)


def test_properties_by_others_become_attributes() -> None:
    """Domains, unions, ranges, listed values and functional properties are understood."""
    found = from_rdf(FOREIGN, "ttl")
    base = "http://example.org/vocabulary#"
    assert {a.name: a for a in found["HumanBeing"].attributes} == {
        "date_of_birth": Attribute(
            name="date_of_birth",
            range=Scalar.DATE,
            aliases=("Date of birth",),
            iri=f"{base}birth",
        ),
        "mood": Attribute(
            name="mood", range=Enumeration(("glad", "sad")), many=True, iri=f"{base}mood"
        ),
        "name": Attribute(name="name", description="What it is called.", iri=f"{base}called"),
    }
    both = ConceptRange(("HumanBeing", "Event_2"))
    works = Attribute(name="works", range=both, many=True, iri=f"{base}works")
    assert found["Artist"].attributes == (works,)
    start = Attribute(
        name="from_", range=Scalar.INT, many=True, aliases=("from",), iri=f"{base}from"
    )
    assert set(found["Event_2"].attributes) == {works, start}


def test_a_class_added_by_another_tool_joins_ours() -> None:
    """Beside our concepts a foreign subclass of one is read, and given a free name."""
    added = (
        "\n<http://example.org/Group> a owl:Class ; rdfs:subClassOf <https://example.org/Person> ."
    )
    found = from_rdf((to_rdf(PEOPLE) + added).encode(), "ttl")
    assert found["Group_2"].parents == ("Person",)
    assert found["Group"] == PEOPLE["Group"]


def test_parents_that_python_cannot_order_as_given_are_put_in_order() -> None:
    """Hypernyms have no order in RDF; one is found in which all classes can be built."""
    text = """
    @prefix : <http://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    :A a rdfs:Class . :B a rdfs:Class .
    :X a rdfs:Class ; rdfs:subClassOf :A , :B .
    :Y a rdfs:Class ; rdfs:subClassOf :B , :A .
    :Z a rdfs:Class ; rdfs:subClassOf :X , :Y .
    """
    found = from_rdf(text.encode(), "ttl")
    assert set(found.ancestors("Z")) == {"X", "Y", "A", "B", "Entity"}


@pytest.mark.parametrize(
    ("data", "hint", "code"),
    [
        (b"<a> <b> .", "ttl", "syntax"),
        (b"", "docx", "format"),
        (b'<urn:a> <urn:knowloom:ontology:concept> "{}" .', "nt", "concept"),
        (
            b"@prefix : <urn:x:> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
            b":A a rdfs:Class ; rdfs:subClassOf :B . :B rdfs:subClassOf :A .",
            "ttl",
            "cycle",
        ),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, hint: str, code: str) -> None:
    """Faulty files, unknown formats, spoilt annotations and cycles are faults of the ontology."""
    with pytest.raises(OntologyError) as caught:
        from_rdf(data, hint)
    assert [fault.code for fault in caught.value.faults] == [code]


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\"'\\{}\n\t<>"), max_size=12)


@st.composite
def concepts(draw: st.DrawFn, name: str, parents: tuple[str, ...]) -> Concept:
    """A concept with odd texts in every place, and no usable IRI."""
    ranges: list[Range] = [Scalar.FLOAT, Enumeration((draw(TEXTS),))]
    attribute = Attribute(
        name="größe",
        range=draw(st.sampled_from(ranges)),
        description=draw(TEXTS),
        aliases=(draw(TEXTS),),
        iri=draw(TEXTS),
    )
    return Concept(
        name=name,
        parents=parents,
        attributes=(attribute,),
        description=draw(TEXTS),
        examples=(draw(TEXTS), draw(TEXTS)),
        aliases=(draw(TEXTS),),
        patterns=(draw(TEXTS),),
        title=draw(TEXTS),
        iri=draw(TEXTS),
        post_process=draw(TEXTS),
    )


@given(st.data())
@settings(max_examples=60)
def test_writing_and_reading_is_the_identity(data: st.DataObject) -> None:
    """Whatever an ontology says comes back from its Turtle."""
    ontology = Ontology(
        [
            data.draw(concepts("Größe", ("Entity",))),
            data.draw(concepts("Beta", ("Entity",))),
            data.draw(concepts("Gamma", ("Beta", "Größe"))),
        ]
    )
    assert from_rdf(to_rdf(ontology).encode(), "ttl") == ontology
