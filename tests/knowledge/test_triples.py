"""Triples: what they mean in an ontology, and the ontology that they show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.knowledge.infer import Inferred, infer_ontology
from knowloom.knowledge.record import Fact, Record, Reject, uid_of_key, uid_of_source_id
from knowloom.knowledge.triples import (
    RDF_TYPE,
    Label,
    Literal,
    Triple,
    Vocabulary,
    local_name,
    statements,
)
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

XSD = "http://www.w3.org/2001/XMLSchema#"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def link(name: str, *concepts: str, **more: Any) -> Attribute:
    """Return a link attribute."""
    return Attribute(name=name, range=ConceptRange(concepts), **more)


ONTOLOGY = Ontology(
    [
        Concept(name="Place", key=("name",), iri="http://x/Place"),
        Concept(
            name="Person",
            key=("name",),
            attributes=(
                link("born_in", "Place", aliases=("/people/person/place_of_birth",)),
                Attribute(name="born", range=Scalar.INT, iri="http://x/birthYear"),
                Attribute(name="nicknames", many=True),
            ),
        ),
        Concept(name="Author", parents=("Person",), attributes=(Attribute(name="year"),)),
        Concept(
            name="Work",
            attributes=(Attribute(name="year", range=Scalar.INT), link("by", "Author")),
        ),
        Concept(
            name="MarriedTo",
            parents=("Relation",),
            attributes=(link("head_entity", "Person"), link("tail_entity", "Person")),
        ),
    ]
)


def triples(*lines: str) -> list[Triple]:
    """Return triples of one text each, in parts separated by blanks; `"x"` is a value."""
    found: list[Triple] = []
    for row, line in enumerate(lines, 1):
        subject, predicate, text = line.split(" ", 2)
        value = Literal(text[1:-1]) if text.startswith('"') else text
        found.append(Triple(row, subject, predicate, value))
    return found


def said(given: list[Triple], ontology: Ontology = ONTOLOGY, **more: Any) -> list[Any]:
    """Return what triples say."""
    return list(statements(lambda: iter(given), ontology, source="s", **more))


def records(found: Iterable[object]) -> dict[str, Record]:
    """Return the records among statements by class and name."""
    return {f"{r.concept} {r.values.get('name')}": r for r in found if isinstance(r, Record)}


@pytest.mark.parametrize(
    ("predicate", "meaning"),
    [
        ("born_in", ("Person", "born_in")),
        ("bornIn", ("Person", "born_in")),
        ("BORN_IN", ("Person", "born_in")),
        ("http://other.org/ns#bornIn", ("Person", "born_in")),
        ("/people/person/place_of_birth", ("Person", "born_in")),
        ("http://x/birthYear", ("Person", "born")),
        ("married to", ("MarriedTo", None)),
        ("MARRIED_TO", ("MarriedTo", None)),
        (RDFS_LABEL, ("Entity", "name")),
    ],
)
def test_predicates_are_known_by_many_names(
    predicate: str, meaning: tuple[str, str | None]
) -> None:
    """A predicate is found by IRI, alias, name or relationship type, in any style."""
    concept, attribute = Vocabulary(ONTOLOGY).meanings(predicate)[0]
    assert (concept, attribute and attribute.name) == meaning


def test_links_and_values_become_facts_and_records() -> None:
    """A thing gets a record with its plain values, and each link becomes a fact with its row."""
    found = said(
        triples("Ada born_in London", "Ada born 1815", "Ada nicknames A", "Bo MarriedTo Ada")
    )
    assert records(found)["Person Ada"] == Record(
        "Person",
        uid_of_key("Person", ("Ada",)),
        {"name": "Ada", "born": 1815, "nicknames": ["A"]},
        row=1,
    )
    born, married = (f for f in found if isinstance(f, Fact))
    assert (born.attribute, born.tail.uid, born.row) == (
        "born_in",
        uid_of_key("Place", ("London",)),
        1,
    )
    assert (married.relation, married.head.values) == ("MarriedTo", (("name", "Bo"),))


def test_a_thing_that_is_only_led_to_is_what_the_link_allows() -> None:
    """An object without a class of its own takes that of the link's range."""
    found = records(said(triples("Ada born_in London")))
    assert set(found) == {"Person Ada", "Place London"}


def test_the_class_of_a_thing_decides_what_its_predicates_mean() -> None:
    """A predicate that several classes have is read as the thing's own class has it."""
    found = said(
        triples(f"a {RDF_TYPE} Author", "a year long", "w by a", "w year 1843"), named=False
    )
    values = {r.concept: r.values for r in found if isinstance(r, Record)}
    assert values == {"Author": {"year": "long"}, "Work": {"year": 1843}}


def test_a_value_that_does_not_fit_the_class_is_rejected() -> None:
    """Where several classes have a predicate, its value must fit the class of the thing."""
    *rejects, record = said(triples(f"w {RDF_TYPE} Work", "w year long"), named=False)
    assert [(r.code, r.reason[:14]) for r in rejects] == [("type", "year of w is '")]
    assert record.values == {}


def test_a_thing_of_several_classes_has_a_record_for_each() -> None:
    """Values go to the class that has them, the identity to all."""
    ontology = Ontology(
        [
            Concept(name="Topic", key=("id",), attributes=(Attribute(name="id"),)),
            Concept(name="Actor", parents=("Topic",), attributes=(Attribute(name="height"),)),
            Concept(name="Singer", parents=("Topic",), attributes=(Attribute(name="voice"),)),
        ]
    )
    found = said(triples("/m/1 height tall", "/m/1 voice alto"), ontology)
    uid = uid_of_key("Topic", ("/m/1",))
    assert found == [
        Record("Actor", uid, {"id": "/m/1", "height": "tall"}, row=1),
        Record("Singer", uid, {"id": "/m/1", "voice": "alto"}, row=1),
    ]


def test_labels_name_what_triples_call_by_an_id() -> None:
    """A thing called by an id gets its name and other names from the labels."""
    labels = {"/m/1": Label("Ada", ("Countess",))}
    inferred = infer_ontology(triples("/m/1 /a/person/knows /m/2"))
    found = said(triples("/m/1 /a/person/knows /m/2"), inferred.ontology, labels=labels)
    assert [r.values for r in found if isinstance(r, Record)] == [
        {"id": "/m/1", "name": "Ada", "aliases": ["Countess"]},
        {"id": "/m/2"},
    ]


def test_several_names_are_one_name_and_aliases() -> None:
    """Of several labels that without a language, else the English one, is the name."""
    given = [
        Triple(1, "http://x/1", RDFS_LABEL, Literal("Wien", language="de")),
        Triple(2, "http://x/1", RDFS_LABEL, Literal("Vienna", language="en")),
        Triple(3, "http://x/1", RDF_TYPE, "http://x/Place"),
    ]
    [record] = said(given, named=False)
    assert record.values == {"name": "Vienna", "aliases": ["Wien"]}
    assert record.uid == uid_of_key("Place", ("Vienna",))


def test_a_name_in_triples_is_the_name() -> None:
    """The predicate `name` gives a thing its name, also where the ontology is inferred."""
    given = triples("/m/1 name Ada", "/m/1 /a/person/knows /m/1")
    inferred = infer_ontology(given)
    [record, _] = said(given, inferred.ontology)
    assert record.values == {"id": "/m/1", "name": "Ada"}


def test_a_uid_in_an_iri_is_the_identity() -> None:
    """Things that knowloom exported are themselves again."""
    [record] = said(triples(f"urn:knowloom:abc {RDF_TYPE} Work"), named=False)
    assert record.uid == "abc"


def test_without_a_key_the_source_identifies() -> None:
    """A thing whose class has no key is what its source calls it."""
    [record] = said(triples("w1 year 1843", f"w1 {RDF_TYPE} Work"))
    assert record.uid == uid_of_source_id("s", "w1")


REJECTED = {
    "an unknown predicate": ("Ada ate Pie", "unknown-attribute"),
    "an unknown class": (f"Ada {RDF_TYPE} Dog", "unknown-concept"),
    "a relation as a class": (f"Ada {RDF_TYPE} MarriedTo", "unknown-concept"),
    "a value that does not fit": ("Ada born soon", "type"),
    "a value for a link": ('Ada born_in "London"', "link-type"),
    "a statement about classes": (
        "Ada http://www.w3.org/2000/01/rdf-schema#subClassOf Person",
        "schema",
    ),
    "a class of classes": (f"Ada {RDF_TYPE} http://www.w3.org/2002/07/owl#Class", "schema"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_triple_without_meaning_is_rejected(case: str) -> None:
    """What the ontology has no place for is said once, and makes no thing."""
    line, code = REJECTED[case]
    [reject] = said(triples(line))
    assert isinstance(reject, Reject)
    assert (reject.row, reject.code) == (1, code)


FREEBASE = (
    "/m/1 /people/person/place_of_birth /m/2",
    "/m/1 people.patient.height_meters 1.65",
    "/m/1 /tv/tv_program/regular_cast./tv/regular_tv_appearance/actor /m/1",
    "/m/2 /location/location/contains /m/3",
    "/m/2 /location/location/contains /m/4",
    "/m/3 /location/location/contains /m/4",
    "/m/1 /film/actor/film /m/5",
    "/m/6 /film/director/film /m/5",
    "/m/6 /music/actor/name /m/5",
    "/m/5 http://schema.org/sequel /m/5",
)


def test_names_of_predicates_survive() -> None:
    """Every predicate has an attribute of its own, from which its name comes back (item 70)."""
    inferred = infer_ontology(triples(*FREEBASE))
    predicates = {line.split(" ")[1] for line in FREEBASE}
    assert set(inferred.names) == predicates
    assert {inferred.predicates[meaning] for meaning in inferred.names.values()} == predicates
    vocabulary = Vocabulary(inferred.ontology)
    for predicate, meaning in inferred.names.items():
        [(concept, attribute)] = vocabulary.meanings(predicate)
        assert attribute is not None
        assert (concept, attribute.name) == meaning


def test_classes_come_from_predicates() -> None:
    """The class in a predicate's name is made, below one class whose key is the id."""
    ontology = infer_ontology(triples(*FREEBASE)).ontology
    assert check(ontology) == []
    assert ontology.key("Person") == ("Topic", ("id",))
    assert ontology["TvProgram"].title == "/tv/tv_program"
    assert {c.name for c in ontology if c.title.endswith("actor")} == {"FilmActor", "MusicActor"}


def test_attributes_have_the_shape_that_the_triples_show() -> None:
    """Ranges are learned from what objects are, numbers are numbers, and lists are lists."""
    inferred = infer_ontology(triples(*FREEBASE))

    def attribute(predicate: str) -> Attribute:
        concept, name = inferred.names[predicate]
        return inferred.ontology.attributes(concept)[name]

    born = attribute("/people/person/place_of_birth")
    assert (born.range, born.many) == (ConceptRange(("Location",)), False)
    assert attribute("people.patient.height_meters").range is Scalar.FLOAT
    assert attribute("/location/location/contains").many
    assert attribute("/music/actor/name").name != "name"
    assert attribute("http://schema.org/sequel").iri == "http://schema.org/sequel"
    assert attribute("/film/actor/film").name == "film_actor_film"


def test_a_range_covers_all_that_is_seen() -> None:
    """Where no class covers all objects the range names several, so that nothing is lost."""
    owners = [f"/m/c{i} /org/company/size {i}" for i in range(10)]
    people = ["/m/p /a/person/age 3"]
    given = [f"/m/x /a/house/owner /m/c{i}" for i in range(10)] + ["/m/x /a/house/owner /m/p"]
    ontology = infer_ontology(triples(*owners, *people, *given)).ontology
    assert ontology.attributes("House")["owner"].range == ConceptRange(("Company", "Person"))


def test_literals_tell_their_types() -> None:
    """Datatypes decide what plain values are; things that are stated to be of a class are."""
    given = [
        Triple(1, "http://x/1", RDF_TYPE, "http://x/City"),
        Triple(2, "http://x/1", "http://x/size", Literal("7", f"{XSD}integer")),
        Triple(3, "http://x/1", "http://x/code", Literal("007", f"{XSD}string")),
        Triple(4, "http://x/1", "http://x/in", "http://x/2"),
    ]
    ontology = infer_ontology(given).ontology
    known = ontology.attributes("City")
    assert (known["size"].range, known["code"].range) == (Scalar.INT, Scalar.STR)
    assert ontology["City"].iri == "http://x/City"
    assert known["in_"].range == ConceptRange(("Topic",))


def test_an_inferred_ontology_leaves_the_known_alone() -> None:
    """Inferring beside known classes adds classes with names of their own."""
    inferred = infer_ontology(triples("/m/1 /people/person/age 3"), ONTOLOGY)
    assert inferred.ontology["Person"] == ONTOLOGY["Person"]
    assert inferred.added == ("Topic", "PeoplePerson")


NODES = st.integers(1, 6).map(lambda i: f"/m/{i}")
PREDICATES = st.sampled_from(
    [
        "/a/b/c",
        "/a/b/d",
        "/a/c/d",
        "/a/b/c./e/f/g",
        "a.b.c",
        "plain",
        "/x/y/name",
        "/x/y/id",
        "http://x/p",
    ]
)


@given(st.lists(st.tuples(NODES, PREDICATES, NODES), min_size=1, max_size=12))
def test_nothing_is_lost_between_triples_and_facts(given: list[tuple[str, str, str]]) -> None:
    """Under the ontology that they show, triples become facts that tell the same triples."""
    rows = [Triple(i, *parts) for i, parts in enumerate(given, 1)]
    inferred: Inferred = infer_ontology(rows)
    found = said(rows, inferred.ontology)
    assert not [s for s in found if isinstance(s, Reject)]
    names = {r.uid: r.values["id"] for r in found if isinstance(r, Record)}
    owner = {name: concept for concept, name in inferred.names.values()}
    told = [
        (
            names[f.head.uid],
            inferred.predicates[owner[f.attribute], f.attribute],
            names[f.tail.uid],
        )
        for f in found
        if isinstance(f, Fact)
    ]
    assert told == given
    assert all(_fits(f, found, inferred.ontology) for f in found if isinstance(f, Fact))


def _fits(fact: Fact, found: list[Any], ontology: Ontology) -> bool:
    """Return whether the things at both ends of a link are of classes that it allows."""
    classes = {
        (r.uid, c) for r in found if isinstance(r, Record) for c in ontology.lineage(r.concept)
    }
    range_ = ontology.attributes(fact.head.concept)[fact.attribute].range
    assert isinstance(range_, ConceptRange)
    fits = any((fact.tail.uid, concept) in classes for concept in range_.concepts)
    return fits and (fact.head.uid, fact.head.concept) in classes


def test_local_names() -> None:
    """The last part of an IRI or path is its local name."""
    assert [local_name(t) for t in ("http://x/a#b", "http://x/c", "urn:d", "/e/f", "g", "h/")] == [
        *"bcdfg",
        "h/",
    ]
