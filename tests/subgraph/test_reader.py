"""Reading typed objects from a real graph in knowloom's own layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from knowloom.assets import cypher
from knowloom.errors import NotFound, UnknownAttribute, UnknownConcept, UsageError
from knowloom.knowledge.record import Mention, Record
from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.ontology.things import Thing
from knowloom.store.database import Database
from knowloom.store.write import WriteReport
from knowloom.subgraph.graph import Subgraph
from knowloom.subgraph.reader import Reader

pytestmark = pytest.mark.neo4j

Write = Callable[..., WriteReport]
HOSTILE = [
    'O\'Brien "the" `tick`',
    "line\nbreak\ttab\x07bell",
    "שלום \u202eevil\u202c",
    "'}) DETACH DELETE n //",
    "AND OR NOT (name:*) \\ $uid",
    "名前 🦉",
    "???",
]


def _uids(things: Subgraph | list[Thing]) -> list[str]:
    return [thing.uid for thing in things]


@pytest.mark.usefixtures("family")
def test_one_hop(reader: Reader) -> None:
    """One hop from London is the organization that sits there (item 67)."""
    found = reader.subgraph("london", hops=1)
    assert _uids(found) == ["analytical", "london"]
    assert _uids(list(found.seeds)) == ["london"]
    assert vars(found["analytical"])["seat"] is found["london"]
    assert found.truncated.outside == 0


@pytest.mark.usefixtures("family")
def test_two_hops(reader: Reader) -> None:
    """Two hops from London add who works there, with the fact that says since when (item 67)."""
    found = reader.subgraph("london", hops=2)
    assert _uids(found) == ["ada", "analytical", "london"]
    assert vars(found["ada"])["affiliation"] == [found["analytical"]]
    [employment] = found.relations
    assert vars(employment)["since"] == 1843
    assert vars(employment)["head_entity"] is found["ada"]
    assert found.truncated.outside == 1, "Ada's link to Grace leads outside"
    assert vars(found["ada"])["knows"] == []


@pytest.mark.usefixtures("family")
def test_no_hops(reader: Reader) -> None:
    """Zero hops is the instance alone, with its values."""
    [ada] = reader.subgraph("ada", hops=0)
    assert vars(ada)["height"] == 1.6
    assert vars(ada)["lucky"] == [7, 9]
    assert vars(ada)["affiliation"] == []


@pytest.mark.usefixtures("family")
def test_links_between_the_outermost_are_set(reader: Reader) -> None:
    """Both ends of a link may lie at the hop limit."""
    found = reader.subgraph(["analytical", "grace"], hops=1)
    assert _uids(found) == ["ada", "analytical", "grace", "london"]
    around = reader.subgraph("analytical", hops=2)
    assert vars(around["ada"])["knows"] == [around["grace"]]
    assert vars(around["grace"])["knows"] == [around["ada"]]


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("seed", ["ada", "Ada", "Countess"])
def test_a_seed_may_be_uid_name_or_alias(reader: Reader, seed: str) -> None:
    """All three lead to the same instance."""
    assert _uids(list(reader.subgraph(seed).seeds)) == ["ada"]


def test_a_name_goes_before_an_alias(reader: Reader, write: Write) -> None:
    """Who is called so is meant, not who is also known so."""
    write(
        Record("Person", "a", {"name": "Augusta", "aliases": ["Ada"]}),
        Record("Person", "b", {"name": "Ada"}),
    )
    assert _uids(list(reader.subgraph("Ada").seeds)) == ["b"]


def test_a_name_may_mean_several(reader: Reader, write: Write) -> None:
    """All bearers of a name are seeds, sorted by uid."""
    write(Record("Person", "b", {"name": "Ada"}), Record("Place", "a", {"name": "Ada"}))
    assert _uids(list(reader.subgraph("Ada").seeds)) == ["a", "b"]


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("seed", ["Nobody", "", "ad", '"', "\\"])
def test_an_unknown_seed_is_named(reader: Reader, seed: str) -> None:
    """A seed that means nothing is an error that names it and says what to do."""
    with pytest.raises(NotFound, match="knowloom search") as error:
        reader.subgraph(["ada", seed])
    assert error.value.name == seed


@pytest.mark.parametrize("numbers", [{"hops": -1}, {"limit": 0}, {"per_node_cap": 0}])
def test_numbers_out_of_range_are_wrong_use(reader: Reader, numbers: dict[str, Any]) -> None:
    """Negative hops or a limit of nothing cannot be meant."""
    with pytest.raises(UsageError):
        reader.subgraph("ada", **numbers)


@pytest.fixture
def hub(write: Write) -> None:
    """Forty people know each other's hub; five know one more person each."""
    hub = Mention("Person", "hub")
    people = [
        Record("Person", f"p{i:02}", {"name": f"P{i}"}, {"knows": (hub,)}) for i in range(40)
    ]
    further = [
        Record("Person", f"q{i}", {}, {"knows": (Mention("Person", f"p{i:02}"),)})
        for i in range(5)
    ]
    write(Record("Person", "hub", {"name": "Hub"}), *people, *further)


@pytest.mark.usefixtures("hub")
def test_the_cap_of_a_hub_is_said(reader: Reader) -> None:
    """A hub is followed to so many neighbours, the first by uid, and its degree is told."""
    found = reader.subgraph("hub", per_node_cap=10)
    assert _uids(found) == ["hub", *(f"p{i:02}" for i in range(10))]
    assert found.truncated
    assert dict(found.truncated.hubs) == {"hub": 40}
    assert str(found.truncated) == "hub has 40 relationships, more than were followed"


@pytest.mark.usefixtures("hub")
def test_the_limit_is_said(reader: Reader) -> None:
    """A limit keeps the nearest, then the first by uid, and tells how many are missing."""
    found = reader.subgraph("hub", hops=2, limit=8)
    assert _uids(found) == ["hub", *(f"p{i:02}" for i in range(7))]
    assert found.truncated.instances == 38, "33 of the first ring, 5 of the second"
    assert "38 instances are over the limit" in str(found.truncated)


@pytest.mark.usefixtures("hub")
def test_cuts_are_reproducible(reader: Reader) -> None:
    """The same cut gives equal subgraphs."""
    first, second = (reader.subgraph("hub", 2, limit=9, per_node_cap=20) for _ in range(2))
    assert first.instances == second.instances
    assert first.json() == second.json()


def test_a_hub_keeps_the_link_that_led_to_it(reader: Reader, write: Write) -> None:
    """An instance with more links than are followed still links back to the seed."""
    others = tuple(Mention("Person", f"a{i}") for i in range(9))
    seed = Mention("Person", "z")
    write(Record("Person", "hub", {}, {"knows": (*others, seed)}), Record("Person", "z"))
    found = reader.subgraph("z", hops=1, per_node_cap=3)
    assert vars(found["hub"])["knows"] == [found["z"]]


def test_exactly_the_cap_is_no_cut(reader: Reader, write: Write) -> None:
    """As many relationships as may be followed are all followed."""
    others = tuple(Mention("Person", f"a{i}") for i in range(3))
    write(Record("Person", "z", {}, {"knows": others}))
    found = reader.subgraph("z", per_node_cap=3)
    assert len(found) == 4
    assert not found.truncated


def test_lists_come_back_in_their_order(reader: Reader, write: Write) -> None:
    """Links stand in the order in which they were written."""
    order = ["c", "a", "d", "b"]
    write(Record("Person", "z", {}, {"knows": tuple(Mention("Person", u) for u in order)}))
    found = reader.subgraph("z")
    assert _uids(vars(found["z"])["knows"]) == order


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(reader: Reader, write: Write, name: str) -> None:
    """Names are data, as a seed, as a value to find, and on the objects."""
    write(Record("Person", "a", {"name": name}), Record("Person", "b", {"name": "other"}))
    assert [vars(t)["name"] for t in reader.subgraph(name).seeds] == [name]
    assert _uids(reader.find("Person", {"name": name})) == ["a"]


@pytest.mark.usefixtures("family")
def test_find_by_class(reader: Reader) -> None:
    """Instances of subclasses are found too, sorted by uid."""
    assert _uids(reader.find("Person")) == ["ada", "grace"]
    assert _uids(reader.find("Author")) == ["ada"]
    assert _uids(reader.find("Entity")) == ["ada", "analytical", "grace", "london"]
    assert reader.find("Event") == []


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    "where",
    [
        {"name": "Ada"},
        {"name": ["Ada", "Nobody"]},
        {"height": 1.6},
        {"height": "1.6"},
        {"lucky": 9},
        {"lucky": ["9", 11]},
        {"affiliation": "analytical"},
        {"affiliation": "Analytical"},
        {"name": "Ada", "knows": "Grace"},
    ],
)
def test_find_by_values(reader: Reader, where: dict[str, Any]) -> None:
    """A value, one of several, one that a list holds, a target's uid or name; all must hold."""
    assert _uids(reader.find("Person", where)) == ["ada"]


@pytest.mark.usefixtures("family")
def test_find_by_the_thing_referred_to(reader: Reader) -> None:
    """An object may stand for its uid."""
    [analytical] = reader.find("Organization")
    assert _uids(reader.find("Person", {"affiliation": analytical})) == ["ada"]


@pytest.mark.usefixtures("family")
def test_what_is_found_has_its_links(reader: Reader) -> None:
    """The things referred to are there with their values and the links among them."""
    [ada] = reader.find("Author")
    [grace] = vars(ada)["knows"]
    assert vars(grace)["name"] == "Grace"
    assert vars(grace)["knows"] == [ada]
    assert _uids(vars(ada)["affiliation"]) == ["analytical"]


@pytest.mark.usefixtures("family")
def test_find_none_that_differ(reader: Reader) -> None:
    """Conditions that nothing meets find nothing."""
    assert reader.find("Person", {"name": "Ada", "height": 1.7}) == []
    assert reader.find("Person", {"lucky": 8}) == []


def test_a_limit_takes_the_first_by_uid(reader: Reader, write: Write) -> None:
    """The limit always keeps the same ones."""
    write(*(Record("Person", uid, {"name": uid}) for uid in "dbeca"))
    assert _uids(reader.find("Person", limit=3)) == ["a", "b", "c"]
    assert len(reader.find("Person", limit=None)) == 5


def test_wrong_questions(reader: Reader) -> None:
    """Unknown classes and attributes and impossible values are named, with what is near."""
    with pytest.raises(UnknownConcept, match="Person"):
        reader.find("Persn")
    with pytest.raises(UnknownAttribute, match="did you mean height"):
        reader.find("Person", {"heigth": 1})
    with pytest.raises(UsageError, match="height is 'tall', which is not a number"):
        reader.find("Person", {"height": "tall"})


@pytest.mark.usefixtures("family")
def test_everything(reader: Reader) -> None:
    """The whole graph is one subgraph, with all links and facts."""
    found = reader.everything()
    assert _uids(found) == ["ada", "analytical", "grace", "london"]
    assert found.seeds == found.instances
    assert vars(found["ada"])["knows"] == [found["grace"]]
    assert len(found.relations) == 1
    assert found.truncated.outside == 0


@pytest.mark.usefixtures("family")
def test_everything_of_a_class(reader: Reader) -> None:
    """The instances of a class are the seeds, what they refer to is there too."""
    found = reader.everything("Organization")
    assert _uids(list(found.seeds)) == ["analytical"]
    assert _uids(found) == ["analytical", "london"]


def test_more_than_a_chunk(reader: Reader, write: Write) -> None:
    """Thousands of instances come in several chunks and none is lost."""
    people = [
        Record(
            "Person", f"{i:05}", {"name": f"P{i}"}, {"knows": (Mention("Person", f"{i - 1:05}"),)}
        )
        for i in range(1, 2500)
    ]
    write(Record("Person", "00000", {"name": "P0"}), *people)
    found = reader.everything()
    assert len(found) == 2500
    assert all(vars(t)["knows"][0].uid == f"{i:05}" for i, t in enumerate(found.instances[1:]))
    assert len(reader.subgraph(_uids(found)[:2400], hops=0)) == 2400


def test_what_somebody_else_wrote(reader: Reader, database: Database) -> None:
    """Labels, types and values that do not fit are faults and asides, never exceptions."""
    database.run(
        "CREATE (a:_Instance:Entity:Person:`Odd ``label``` {uid: 'a', height: 'tall', `o'dd`: 1}) "
        "CREATE (b:_Instance {uid: 'b', at: point({x: 1, y: 2}), took: duration('P1D')}) "
        "CREATE (a)-[:`ODD ``TYPE```{at: datetime()}]->(b), (a)-[:AFFILIATION]->(:Stray)"
    )
    found = reader.everything()
    assert [f.where for f in found.faults] == ["(:Person {uid: 'a'}).height"]
    assert found.aside["a"].labels == ("Odd `label`",)
    assert found.aside["a"].properties == {"o'dd": 1}
    assert [r[:2] for r in found.aside["a"].relationships] == [("ODD `TYPE`", "b")]
    shown = found.json()["aside"]["b"]["properties"]
    assert shown == {"at": "CartesianPoint(1.0, 2.0)", "took": "P1D"}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("born", date(1815, 12, 10)),
        ("born", date(1, 1, 1)),
        ("born", date(9999, 12, 31)),
        ("seen", datetime(2024, 2, 29, 23, 59)),
        ("seen", datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)),
        ("seen", datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("America/Toronto"))),
        ("seen", datetime(1800, 1, 1, tzinfo=ZoneInfo("America/Toronto"))),
        ("seen", datetime(1800, 1, 1, tzinfo=timezone(timedelta(hours=-5, minutes=-17)))),
    ],
)
def test_dates_and_times(reader: Reader, write: Write, attribute: str, value: date) -> None:
    """They come back equal, zone and microseconds included."""
    write(Record("Author", "a", {attribute: value}))
    [ada] = reader.find("Person")
    assert vars(ada)[attribute] == value


@pytest.mark.usefixtures("family")
def test_find_by_a_time_with_a_zone(reader: Reader, write: Write) -> None:
    """A time with a zone of names can be asked for."""
    noon = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("America/Toronto"))
    write(Record("Person", "a", {"seen": noon}))
    assert _uids(reader.find("Person", {"seen": noon})) == ["a"]


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("stored", ["2024-07-01T14:30+02:30", "2024-07-01T12:00"])
@pytest.mark.parametrize(
    "asked", ["2024-07-01T12:00Z", "2024-07-01T08:00-04:00", "2024-07-01 12:00"]
)
def test_find_by_the_same_moment_told_otherwise(
    reader: Reader, write: Write, stored: str, asked: str
) -> None:
    """Whatever the zone, it is the moment that counts; one without a zone is in UTC."""
    write(
        Record("Person", "a", {"seen": datetime.fromisoformat(stored)}),
        Record("Person", "b", {"seen": datetime.fromisoformat(stored) + timedelta.resolution}),
    )
    for moment in (asked, datetime.fromisoformat(asked)):
        assert _uids(reader.find("Person", {"seen": moment})) == ["a"]


@pytest.mark.parametrize("edge", [datetime.min, datetime.max])
def test_find_by_the_first_and_last_moments(reader: Reader, write: Write, edge: datetime) -> None:
    """There is nothing before the first, and nothing after the last."""
    write(Record("Person", "a", {"seen": edge}))
    assert _uids(reader.find("Person", {"seen": edge})) == ["a"]


def test_dates_of_the_wrong_type(reader: Reader, database: Database) -> None:
    """Text that looks like a date is none; a year that Python does not know is a fault too."""
    database.run(
        "CREATE (:_Instance:Person {uid: 'a', born: '1815-12-10', seen: date('1843-01-01')}) "
        "CREATE (:_Instance:Person {uid: 'b', born: date('-0044-03-15')})"
    )
    assert [(f.where, f.what) for f in reader.everything().faults] == [
        ("(:Person {uid: 'a'}).born", "is '1815-12-10', which is not a date (YYYY-MM-DD)"),
        (
            "(:Person {uid: 'a'}).seen",
            "is datetime.date(1843, 1, 1), which is not a date and time (YYYY-MM-DDTHH:MM:SS)",
        ),
        ("(:Person {uid: 'b'}).born", "is -0044-03-15, which Python cannot hold"),
    ]


def test_names_with_quotes_in_the_ontology(database: Database) -> None:
    """A relationship type of any spelling is read as the attribute that declares it."""
    odd = "knows` ]->() DETACH DELETE n //"
    link = Attribute(name="knows", relationship=odd, many=True, range=ConceptRange(("Person",)))
    ontology = Ontology([Concept(name="Person", attributes=(link,))])
    database.run(
        "CREATE (a:_Instance:Entity:Person {uid: 'a'}), (b:_Instance:Entity:Person {uid: 'b'}) "
        "CREATE (a)-[:`knows`` ]->() DETACH DELETE n //`]->(b)"
    )
    found = Reader(database, Classes(ontology)).subgraph("a")
    assert vars(found["a"])["knows"] == [found["b"]]
    assert _uids(Reader(database, Classes(ontology)).find("Person", {"knows": "b"})) == ["a"]


@pytest.mark.parametrize(
    "name", ["nodes", "degrees", "first_by_uid", "keys_of_uids", "keys_of_elements", "why"]
)
def test_points_are_sought(database: Database, name: str) -> None:
    """Statements that are given keys seek them; none scans, whatever the graph's size."""
    given = {"chunks": [], "plain": [], "cap": 1, "arriving": True, "keys": [], "limit": 1}
    with database.driver.session(database=database.name) as session:
        text = cypher(f"read/{name}")
        plan = session.run(f"EXPLAIN {text}", given, seeds=[], key="").consume().plan
    steps = list(_steps(plan))
    assert any("Seek" in step for step in steps)
    assert not [step for step in steps if "Scan" in step or "Cartesian" in step]


def _steps(plan: Any) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", ()):
        yield from _steps(child)


@pytest.mark.usefixtures("family")
def test_reading_writes_nothing(reader: Reader, database: Database) -> None:
    """No read changes the number of nodes, relationships, properties, labels or indexes."""
    before = _census(database)
    reader.everything()
    reader.find("Person", {"name": "Ada"})
    reader.subgraph("Ada", 2)
    assert _census(database) == before


def _census(database: Database) -> list[Any]:
    rows = database.read(
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() "
        "RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS p, "
        "collect([type(r), properties(r)]) AS r ORDER BY id"
    )
    return [str(row.values()) for row in rows]


def test_a_large_ontology(database: Database) -> None:
    """Thousands of classes with links and dates: only what is in use is sent with a question."""
    names = [f"Class{i}" for i in range(2_000)]
    concepts = [
        Concept(
            name=name,
            attributes=(
                Attribute(name=f"link_{name}", many=True, range=ConceptRange((name,))),
                Attribute(name=f"day_{name}", range=Scalar.DATE),
            ),
        )
        for name in names
    ]
    reader = Reader(database, Classes(Ontology(concepts)))
    database.run(
        "CREATE (a:_Instance:Entity:Class7 {uid: 'a', day_Class7: date('2024-02-29')}) "
        "CREATE (a)-[:LINK_CLASS7]->(:_Instance:Entity:Class7 {uid: 'b'})"
    )
    a, b = reader.subgraph("a")
    assert vars(a)["day_Class7"] == date(2024, 2, 29)
    assert vars(a)["link_Class7"] == [b]
