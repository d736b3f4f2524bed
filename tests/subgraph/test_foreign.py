"""Graphs that knowloom did not lay out, read through bindings and never changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowloom.errors import NotFound
from knowloom.ontology.binding import Bindings
from knowloom.ontology.build import Classes
from knowloom.ontology.check import check
from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Direction,
    Ontology,
    PropertyBinding,
    RelationshipBinding,
    Scalar,
)
from knowloom.ontology.things import Thing, concepts_of
from knowloom.store.database import Database
from knowloom.store.infer import LabelSample, TypeSample, infer_bindings, inferred
from knowloom.store.select import select
from knowloom.subgraph.graph import Subgraph
from knowloom.subgraph.reader import Reader

DATA = Path(os.environ.get("KNOWLOOM_DATA") or Path.home() / ".cache" / "knowloom-data")
MOVIES = DATA / "graphs" / "neo4j_movies" / "scripts" / "movies.cypher"

STUDIO = """
CREATE (alien:Film {title: 'Alien', year: 1979, `running time`: '117', colour: 'dark'}),
  (blade:Film:Classic {title: 'Blade Runner', year: 1982}),
  (sigourney:Actor:Human {full_name: 'Sigourney Weaver', no: 1}),
  (ridley:Human {full_name: 'Ridley Scott', no: 2}),
  (loner:Human {full_name: 'Ridley Scott', no: 3}),
  (studio:Studio {name: 'Fox'}),
  (crew:Crew {size: 80}),
  (sigourney)-[:PLAYED_IN {as: ['Ripley'], fee: 30000}]->(alien),
  (ridley)-[:MADE]->(alien), (ridley)-[:MADE]->(blade), (ridley)-[:MADE]->(blade),
  (alien)-[:`shot by`]->(crew), (studio)-[:OWNS]->(alien), (crew)-[:LIKES]->(:Cat)
"""


def _links(name: str, *concepts: str) -> Attribute:
    return Attribute(name=name, range=ConceptRange(concepts), many=True)


def _binding(*labels: str, identity: str = "", **attributes: str | RelationshipBinding) -> Binding:
    """Return a binding; text names a property."""
    pairs = [(n, PropertyBinding(b) if isinstance(b, str) else b) for n, b in attributes.items()]
    return Binding(labels=labels, identity=identity, attributes=tuple(pairs))


FILMS = Ontology(
    [
        Concept(
            name="Movie",
            attributes=(
                Attribute(name="released", range=Scalar.INT),
                Attribute(name="minutes", range=Scalar.INT),
                _links("cast", "Person"),
                _links("directors", "Person"),
                _links("crew", "Crew"),
            ),
            binding=_binding(
                "Film",
                identity="title",
                name="title",
                released="year",
                minutes="running time",
                cast=RelationshipBinding("PLAYED_IN", Direction.IN),
                directors=RelationshipBinding("MADE", Direction.IN),
                crew=RelationshipBinding("shot by"),
            ),
        ),
        Concept(name="Classic", parents=("Movie",), binding=_binding("Film", "Classic")),
        Concept(
            name="Person",
            attributes=(Attribute(name="number", range=Scalar.INT), _links("made", "Movie")),
            binding=_binding(
                "Human",
                identity="no",
                name="full_name",
                number="no",
                made=RelationshipBinding("MADE"),
            ),
        ),
        Concept(name="Actor", parents=("Person",), binding=_binding("Actor", "Human")),
        Concept(
            name="Crew",
            attributes=(Attribute(name="size", range=Scalar.INT),),
            binding=_binding("Crew"),
        ),
        Concept(
            name="Role",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("Movie",)), required=True),
                Attribute(name="characters", many=True),
            ),
            binding=_binding("PLAYED_IN", characters="as"),
        ),
    ]
)


@pytest.fixture
def studio(database: Database) -> Reader:
    """A graph of films with conventions of its own."""
    database.run(STUDIO)
    return Reader(database, Classes(FILMS))


def _census(database: Database) -> list[str]:
    rows = database.read(
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() "
        "WITH n, collect([type(r), properties(r)]) AS r "
        "RETURN elementId(n) AS id, labels(n) AS l, properties(n) AS p, r ORDER BY id"
    )
    return [str(row.values()) for row in rows]


def _known(found: Subgraph | list[Thing]) -> list[tuple[str, str]]:
    return sorted(("+".join(concepts_of(thing)), vars(thing)["name"]) for thing in found)


@pytest.mark.neo4j
def test_properties_and_relationships_are_bound(studio: Reader) -> None:
    """Attributes come from what they are bound to; relationships in either direction."""
    [alien] = studio.find("Movie", {"name": "Alien"})
    assert alien.uid == "Movie:Alien"
    assert (vars(alien)["released"], vars(alien)["minutes"]) == (1979, 117)
    assert [vars(p)["name"] for p in vars(alien)["cast"]] == ["Sigourney Weaver"]
    assert [vars(p)["name"] for p in vars(alien)["directors"]] == ["Ridley Scott"]
    assert [vars(c)["size"] for c in vars(alien)["crew"]] == [80]


@pytest.mark.neo4j
def test_the_most_specific_bound_class(studio: Reader) -> None:
    """A node with the labels of a bound subclass is one; bindings are inherited."""
    found = studio.everything()
    assert _known(found) == [
        ("Actor", "Sigourney Weaver"),
        ("Classic", "Blade Runner"),
        ("Crew", ""),
        ("Movie", "Alien"),
        ("Person", "Ridley Scott"),
        ("Person", "Ridley Scott"),
    ]
    assert sorted(t.uid for t in found if "Crew" not in concepts_of(t)) == [
        "Movie:Alien",
        "Movie:Blade Runner",
        "Person:1",
        "Person:2",
        "Person:3",
    ]


@pytest.mark.neo4j
@pytest.mark.parametrize(
    ("seed", "uids"),
    [
        ("Movie:Alien", ["Movie:Alien"]),
        ("Alien", ["Movie:Alien"]),
        ("Person:2", ["Person:2"]),
        ("Ridley Scott", ["Person:2", "Person:3"]),
    ],
)
def test_a_seed_may_be_identity_or_name(studio: Reader, seed: str, uids: list[str]) -> None:
    """Foreign nodes are found by class and identity, whatever its type, and by their names."""
    assert [t.uid for t in studio.subgraph(seed, 0)] == uids


@pytest.mark.neo4j
def test_a_seed_may_be_an_element_id(studio: Reader) -> None:
    """Where nothing identifies a node its element id is its uid."""
    [crew] = studio.find("Crew")
    assert studio.subgraph(crew.uid, 0)[crew.uid] == crew


@pytest.mark.neo4j
def test_nodes_that_are_not_bound_are_no_seeds(studio: Reader) -> None:
    """The studio is no instance of anything, so its name means nothing."""
    with pytest.raises(NotFound):
        studio.subgraph("Fox")


@pytest.mark.neo4j
def test_hops_through_a_foreign_graph(studio: Reader) -> None:
    """Hops follow any relationship between bound nodes; double ones count once."""
    one = studio.subgraph("Blade Runner", 1)
    assert _known(one) == [("Classic", "Blade Runner"), ("Person", "Ridley Scott")]
    [blade] = one.seeds
    assert len(vars(blade)["directors"]) == 1
    two = studio.subgraph("Blade Runner", 2)
    assert ("Movie", "Alien") in _known(two)
    assert two.truncated.outside > 0


@pytest.mark.neo4j
def test_facts_and_what_is_unknown(studio: Reader) -> None:
    """A bound relation has its qualifiers; other labels, properties and types go aside."""
    found = studio.everything()
    [role] = found.relations
    assert vars(role)["characters"] == ["Ripley"]
    assert vars(role)["head_entity"] is found["Person:1"]
    assert found.aside[role.uid].properties == {"fee": 30000}
    assert found.aside["Movie:Alien"].properties == {"colour": "dark"}
    assert found.faults == ()


@pytest.mark.neo4j
def test_find_asks_each_place_its_own_question(studio: Reader) -> None:
    """Conditions are put to the properties and relationships of the binding."""
    assert _known(studio.find("Movie", {"released": 1982})) == [("Classic", "Blade Runner")]
    assert _known(studio.find("Movie", {"directors": "Ridley Scott", "released": "1979"})) == [
        ("Movie", "Alien")
    ]
    assert _known(studio.find("Person", {"made": "Alien"})) == [("Person", "Ridley Scott")]


@pytest.mark.neo4j
def test_own_and_foreign_instances_together(studio: Reader, database: Database) -> None:
    """One read sees both layouts, each with its own names."""
    database.run("CREATE (:_Instance:Entity:Movie {uid: 'ours', name: 'Ours', released: 1982})")
    assert _known(studio.find("Movie", {"released": 1982})) == [
        ("Classic", "Blade Runner"),
        ("Movie", "Ours"),
    ]
    assert len(studio.find("Movie", limit=2)) == 2


@pytest.fixture
def unique_titles(database: Database) -> Iterator[None]:
    """A constraint of the foreign graph's own."""
    database.run(
        "CREATE CONSTRAINT film_title IF NOT EXISTS FOR (f:Film) REQUIRE f.title IS UNIQUE"
    )
    yield
    database.run("DROP CONSTRAINT film_title")


@pytest.mark.neo4j
@pytest.mark.usefixtures("unique_titles")
def test_a_constraint_tells_the_identity(database: Database) -> None:
    """What is unique by constraint identifies the nodes, and serves as name when none is there."""
    database.run("CREATE (:Film {title: 'Alien'})")
    reader = Reader(database, Classes(infer_bindings(database)))
    assert [t.uid for t in reader.subgraph("Alien").seeds] == ["Film:Alien"]


@pytest.mark.neo4j
def test_a_shared_identity_is_a_fault(studio: Reader, database: Database) -> None:
    """Two nodes of one identity stay two, and the second is named by its element id."""
    database.run("CREATE (:Film {title: 'Alien', year: 2000})")
    found = studio.find("Movie", {"name": "Alien"}, limit=None)
    assert sorted(vars(t)["released"] for t in found) == [1979, 2000]
    assert len({t.uid for t in found}) == 2
    assert [f.code for f in studio.everything("Movie").faults] == ["identity"]


@pytest.mark.neo4j
def test_reading_leaves_a_foreign_graph_alone(studio: Reader, database: Database) -> None:
    """Nothing in the store changes by reading, nor by looking for bindings."""
    before = _census(database)
    studio.everything()
    studio.subgraph("Alien", 2)
    studio.find("Movie", {"name": "Alien"})
    infer_bindings(database)
    assert _census(database) == before


@pytest.mark.neo4j
def test_labels_of_any_spelling(database: Database) -> None:
    """Labels, types and properties that look like Cypher, or like our placeholders, are names."""
    odd = ["a` {x: 1}) DETACH DELETE n //", "/*|bound*/", "/* AND conditions*/", "名 前"]
    for label in odd:
        name = label.replace("`", "``")
        database.run(
            f"CREATE (a:`{name}` {{`{name}`: 'x'}}), (b:`{name}` {{`{name}`: 'y'}})"
            f" CREATE (a)-[:`{name}` {{`{name}`: 1}}]->(b)"
        )
    ontology = infer_bindings(database)
    reader = Reader(database, Classes(ontology))
    found = reader.everything()
    assert len(found) == 2 * len(odd)
    assert (found.faults, dict(found.aside)) == ((), {})
    assert len(found.relations) == len(odd)
    titled = {c.title: c for c in ontology if c.title in odd and "Entity" in c.parents}
    for label in odd:
        plain, link = titled[label].attributes
        [thing] = reader.find(titled[label].name, {plain.name: "x"})
        assert [vars(t)[plain.name] for t in vars(thing)[link.name]] == ["y"]


def test_places_of_a_class() -> None:
    """The instances of a class lie where its subclasses' do as well."""
    bindings = Bindings(FILMS)
    assert [p.labels for p in bindings.places("Movie")] == [
        ("_Instance", "Movie"),
        ("Film",),
        ("Film", "Classic"),
    ]
    assert bindings.identity("Actor") == ("Person", "no")
    assert bindings.concepts(["Human", "Actor", "Film"]) == ("Actor", "Movie")
    assert bindings.concepts(["Cat"]) == ()


def test_values_stay_out_of_the_text() -> None:
    """Conditions hold parameters only, whatever the values are."""
    selection = select(Bindings(FILMS), "Movie", {"name": "'; DROP", "released": 1})
    assert "DROP" not in selection.conditions
    assert selection.parameters == {"v0": ["'; DROP"], "v1": [1]}


def test_inferred_names_are_reversible() -> None:
    """Freebase-like names become identifiers and the binding keeps the graph's own (item 70)."""
    type_ = "people.person.place_of_birth"
    ontology = inferred(
        [
            LabelSample("people.person"),
            LabelSample("location", properties={"2nd name": ["STRING"]}),
        ],
        [TypeSample(type_, [(["people.person"], ["location"])])],
    )
    person, place = ontology.concepts
    assert (person.name, person.title) == ("PeoplePerson", "people.person")
    [born] = person.attributes
    assert born.name == "people_person_place_of_birth"
    assert born.range == ConceptRange((place.name,))
    assert person.binding
    assert person.binding.labels == ("people.person",)
    assert dict(person.binding.attributes)[born.name] == RelationshipBinding(type_)
    [second] = place.attributes
    assert place.binding
    assert dict(place.binding.attributes)[second.name] == PropertyBinding("2nd name")


def test_inferred_classes_form_a_hierarchy() -> None:
    """A label that never comes without another is its subclass and inherits what it has."""
    ontology = inferred(
        [
            LabelSample("Person"),
            LabelSample("Actor", above=frozenset({"Person"})),
            LabelSample("Star", above=frozenset({"Person", "Actor"})),
            LabelSample("Entity"),
        ],
        [TypeSample("KNOWS", [(["Person", "Actor"], ["Person"])])],
    )
    assert ontology["Star"].parents == ("Actor",)
    assert [a.name for a in ontology["Person"].attributes] == ["knows"]
    assert ontology["Actor"].attributes == ()
    assert ontology["Entity_2"].title == "Entity"


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["STRING NOT NULL"], (Scalar.STR, False)),
        (["INTEGER NOT NULL", "FLOAT NOT NULL"], (Scalar.FLOAT, False)),
        (["INTEGER NOT NULL", "STRING NOT NULL"], (Scalar.STR, False)),
        (["LIST<DATE NOT NULL> NOT NULL"], (Scalar.DATE, True)),
        (["STRING NOT NULL", "LIST<STRING NOT NULL> NOT NULL"], (Scalar.STR, True)),
        (["POINT NOT NULL"], None),
    ],
)
def test_inferred_ranges(types: list[str], expected: Any) -> None:
    """Ranges follow the types seen; what no attribute can hold is left to be kept aside."""
    [concept] = inferred([LabelSample("A", properties={"p": types})], []).concepts
    assert [(a.range, a.many) for a in concept.attributes] == ([expected] if expected else [])


def test_inferred_classes_agree_with_their_superclasses() -> None:
    """What is seen of a label differs from what is seen of a more general one."""
    ontology = inferred(
        [
            LabelSample("Person", properties={"born": ["STRING"], "likes": ["STRING"]}),
            LabelSample("Tall", properties={"height": ["FLOAT"]}),
            LabelSample(
                "Actor",
                frozenset({"Person", "Tall"}),
                {"born": ["INTEGER"], "first name": ["STRING"], "height": ["LIST<INTEGER>"]},
            ),
            LabelSample(
                "Star", frozenset({"Person", "Tall", "Actor"}), {"first_name": ["STRING"]}
            ),
            LabelSample("Film"),
        ],
        [TypeSample("LIKES", [(["Star", "Actor", "Person", "Tall"], ["Film"])])],
    )
    assert check(ontology) == []
    known = ontology.attributes("Star")
    assert (known["born"].range, known["height"].range) == (Scalar.STR, Scalar.FLOAT)
    assert known["height"].many
    assert known["likes"].range is Scalar.STR
    assert known["likes_2"].range == ConceptRange(("Film",))
    assert ontology["Star"].binding == _binding(
        "Star", first_name_2="first_name", name="first_name"
    )


def test_what_is_inferred_can_be_loaded() -> None:
    """A link with properties is stored as no relation is; names differ by more than their case."""
    ontology = inferred(
        [LabelSample("Film"), LabelSample("FILM"), LabelSample("entity")],
        [TypeSample("QUOTES", [(["Film"], ["FILM"])], {"tail_entity": ["STRING"]})],
    )
    assert check(ontology) == []
    assert [c.name for c in ontology] == ["Film", "FILM_2", "Entity_2", "Quotes"]
    [link] = ontology["Film"].attributes
    assert (link.name, link.relationship_type) == ("quotes", "QUOTES_LINK")
    assert ontology["Film"].binding == _binding("Film", quotes=RelationshipBinding("QUOTES"))


@pytest.mark.neo4j
@pytest.mark.skipif(not MOVIES.exists(), reason="needs Neo4j's movies data in KNOWLOOM_DATA")
def test_neo4j_movies(database: Database) -> None:
    """Neo4j's example graph comes back as typed objects with no word of configuration."""
    for statement in re.split(r";\s*\n", MOVIES.read_text(encoding="utf-8")):
        # Its constraints and indexes are left out: other tests use this database too.
        if statement.strip() and "CONSTRAINT" not in statement and "INDEX" not in statement:
            database.run(statement)
    before = _census(database)
    reader = Reader(database, Classes(infer_bindings(database)))
    everything = reader.everything()
    kinds = [concepts_of(thing)[0] for thing in everything]
    assert (kinds.count("Movie"), kinds.count("Person")) == (38, 133)
    assert (everything.faults, dict(everything.aside)) == ((), {})
    facts = [concepts_of(fact)[0] for fact in everything.relations]
    assert (facts.count("ActedIn"), facts.count("Reviewed")) == (172, 9)
    matrix = reader.subgraph("The Matrix", 1)
    roles = {vars(vars(f)["head_entity"])["name"]: vars(f)["roles"] for f in matrix.relations}
    assert roles["Keanu Reeves"] == ["Neo"]
    assert len(reader.find("Person", {"directed": "The Matrix"})) == 2
    assert _census(database) == before
