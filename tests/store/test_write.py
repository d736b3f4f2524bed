"""The typed write: counts, idempotence, promotion, history, hostile text."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from knowloom.knowledge.instance import stored_evidence
from knowloom.knowledge.project import evidence_of
from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    Statement,
    content_hash,
    uid_of_key,
)
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.store import runs
from knowloom.store.check import check
from knowloom.store.database import Database
from knowloom.store.fingerprint import fingerprint
from knowloom.store.write import Counts, Writer, WriteReport

pytestmark = pytest.mark.neo4j

ONTOLOGY = Ontology(
    [
        Concept(name="Organization", key=("name",)),
        Concept(name="City", key=("name",)),
        Concept(
            name="Person",
            key=("name",),
            attributes=(
                Attribute(name="born", range=Scalar.INT, minimum="1000"),
                Attribute(name="residence"),
                Attribute(name="nicknames", many=True),
                Attribute(name="affiliation", range=ConceptRange(("Organization",)), many=True),
                Attribute(name="birthplace", range=ConceptRange(("City",))),
            ),
        ),
        Concept(name="Author", parents=("Person",)),
        Concept(
            name="Employment",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(
                    name="tail_entity", range=ConceptRange(("Organization",)), required=True
                ),
                Attribute(name="since", range=Scalar.INT),
            ),
        ),
    ]
)
HOSTILE = [
    'O\'Brien "the" `tick`',
    "line\nbreak\ttab\x00nul\x07bell",
    "שלום \u202eevil\u202c",
    "'}) DETACH DELETE n //",
    "$uid {uid: 1} \\u0060",
    "名前 🦉",
]


def uid(name: str, key_class: str = "Person") -> str:
    return uid_of_key(key_class, (name,))


def person(name: str, concept: str = "Person", row: int = 0, **values: Any) -> Record:
    links = {
        attribute: tuple(mention(target) for target in values.pop(attribute))
        for attribute in ("affiliation",)
        if attribute in values
    }
    return Record(concept, uid(name), {"name": name, **values}, links, row)


def mention(name: str, concept: str = "Organization") -> Mention:
    return Mention(concept, uid(name, concept), (("name", name),))


def write(
    database: Database,
    said: Iterable[Statement],
    source: str = "a.csv",
    rejects: Path | None = None,
) -> WriteReport:
    run = runs.begin(database, source, "test")
    return Writer(database, ONTOLOGY, run, rejects).write(said)


def node(database: Database, name: str, label: str = "_Instance") -> dict[str, Any]:
    (row,) = database.read(
        "MATCH (n {name: $name}) WHERE $label IN labels(n) "
        "RETURN labels(n) AS labels, properties(n) AS p",
        name=name,
        label=label,
    )
    return {"labels": set(row["labels"]), **row["p"]}


def targets(database: Database, name: str) -> set[str]:
    rows = database.read(
        "MATCH (:_Instance {name: $name})-[:AFFILIATION]->(o) RETURN o.name AS name", name=name
    )
    return {row["name"] for row in rows}


def test_first_record_is_inline(database: Database) -> None:
    """A first record makes a node with all labels and the provenance of its values."""
    report = write(database, [person("Ada", "Author", row=7, born=1815)])
    found = node(database, "Ada")
    assert report.counts == Counts(given=1, written=1)
    assert found["labels"] == {"_Instance", "Entity", "Person", "Author"}
    assert (found["born"], found["_row"], found["_run"]) == (1815, 7, report.run)


def test_rerun_writes_nothing(database: Database) -> None:
    """The same statements again leave the server's counters at zero, and no run behind."""
    said: list[Statement] = [
        person("Ada", affiliation=["ACM"], born=1815),
        Fact("Employment", "", mention("Ada", "Person"), mention("ACM"), {"since": 1840}, 2),
        Fact("", "affiliation", mention("Ada", "Person"), mention("ACM"), {}, 3),
    ]
    first = write(database, said)
    before = fingerprint(database, ONTOLOGY)
    again = write(database, said)
    assert first.counts == Counts(given=3, written=3)
    assert again.counts == Counts(given=3, unchanged=3)
    assert (again.updates, again.run) == (0, 0)
    assert fingerprint(database, ONTOLOGY) == before
    assert len(database.read("MATCH (r:_Run) RETURN r")) == 1


def test_second_source_promotes(database: Database) -> None:
    """Another source's record moves the inline record to a node of its own; both are kept."""
    write(database, [person("Ada", residence="London", nicknames=["Countess"])], "old")
    report = write(database, [person("Ada", residence="Surrey", nicknames=["Enchantress"])], "new")
    found = node(database, "Ada")
    records = database.read("MATCH (:_Instance)-[:_RECORD]->(r) RETURN r.source AS s ORDER BY s")
    assert report.counts == Counts(given=1, written=1)
    assert found["residence"] == "Surrey"
    assert found["nicknames"] == ["Countess", "Enchantress"]
    assert "_hash" not in found
    assert [row["s"] for row in records] == ["new", "old"]


@pytest.mark.parametrize("said", [2, 3])
def test_a_record_node_keeps_all_that_is_known_of_it(database: Database, said: int) -> None:
    """Also of one that was inline until then, and of times that several records share."""
    zoned = datetime(2024, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=5)))
    known: list[dict[str, Any]] = [
        {"observed": zoned, "valid_from": date(2001, 1, 1), "confidence": 0.5, "end": 9},
        {"observed": zoned, "valid_from": date(2002, 1, 1), "valid_to": date(2003, 1, 1)},
        {},
    ]
    records = [
        replace(person("Ada", row=number, residence=f"town {number}"), **more)
        for number, more in enumerate(known[:said], 1)
    ]
    given = [write(database, [record], source=f"s{record.row}") for record in records]
    stored = database.read("MATCH (r:_Record) RETURN properties(r) AS held ORDER BY r.source")
    began = {run.id: run.started for run in runs.past_runs(database).values()}
    for row, record, report in zip(stored, records, given, strict=True):
        found = stored_evidence(row["held"], ONTOLOGY)
        hash_ = content_hash(record, report.source)
        expected = evidence_of(
            record, hash_, run=report.run, source=report.source, recorded=began[report.run]
        )
        assert replace(found, stored=False) == replace(expected, uid=record.uid)
        assert found.observed is None or found.observed.utcoffset() == timedelta(hours=5)


def test_observed_time_decides_not_arrival(database: Database) -> None:
    """A document that was observed earlier and read later does not win."""
    new, old = person("Ada", residence="Surrey"), person("Ada", residence="London")
    new.observed = datetime(1850, 1, 1, tzinfo=UTC)
    old.observed = datetime(1830, 1, 1, tzinfo=UTC)
    write(database, [new], "new")
    write(database, [old], "old")
    assert node(database, "Ada")["residence"] == "Surrey"


def test_changed_row_replaces_and_keeps_history(database: Database) -> None:
    """What a source says now replaces what it said, and the old record stays as history."""
    write(database, [person("Ada", nicknames=["Addie"], affiliation=["ACM", "BCS"])])
    write(database, [person("Ada", nicknames=["Countess"], affiliation=["BCS"])])
    history = database.read(
        "MATCH (r:_Record) WHERE r.superseded_by IS NOT NULL RETURN r.body AS b"
    )
    assert node(database, "Ada")["nicknames"] == ["Countess"]
    assert targets(database, "Ada") == {"BCS"}
    assert [orjson.loads(row["b"])["values"]["nicknames"] for row in history] == [["Addie"]]


def test_two_rows_of_one_source_stand_together(database: Database) -> None:
    """Two different rows of one thing are both kept, and the file again changes nothing."""
    said = [person("Ada", row=1, residence="London"), person("Ada", row=2, residence="Surrey")]
    write(database, said)
    again = write(database, said)
    assert node(database, "Ada")["residence"] == "Surrey"
    assert (again.updates, again.counts) == (0, Counts(given=2, unchanged=2))


@pytest.mark.parametrize("cut", range(4))
@pytest.mark.parametrize("size", [1, 2, 100])
def test_two_rows_of_one_thing_after_a_load_that_was_cut(
    database: Database, monkeypatch: pytest.MonkeyPatch, cut: int, size: int
) -> None:
    """They stand together, though one was there already, in whichever batches they are."""
    said = [
        person("Ada", row=1, nicknames=["Addie"]),
        person("Bo", row=2),
        person("Ada", row=3, nicknames=["Countess"]),
    ]
    write(database, said)
    whole = fingerprint(database, ONTOLOGY)
    database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
    monkeypatch.setattr("knowloom.store.write.BATCH_ROWS", size)
    write(database, said[:cut])
    write(database, said)
    assert fingerprint(database, ONTOLOGY) == whole


def test_mention_becomes_instance(database: Database) -> None:
    """What was only referred to takes its own record when that arrives, in either order."""
    write(database, [person("Ada", affiliation=["ACM"])])
    assert node(database, "ACM")["_mention"] is True
    record = Record("Organization", uid("ACM", "Organization"), {"name": "ACM"})
    write(database, [record], "organizations")
    assert "_mention" not in node(database, "ACM")
    assert targets(database, "Ada") == {"ACM"}


def test_edges_before_their_nodes(database: Database) -> None:
    """Facts that come before the things they speak of leave no placeholder behind."""
    said: list[Statement] = [
        Fact("Employment", "", mention("Ada", "Person"), mention("ACM"), {"since": 1840}),
        person("Ada", born=1815),
        Record("Organization", uid("ACM", "Organization"), {"name": "ACM"}),
    ]
    report = write(database, said)
    assert report.counts == Counts(given=3, written=3)
    assert not database.read("MATCH (n:_Instance) WHERE n._mention RETURN n")


def test_faulty_statements_are_listed_and_the_rest_goes_on(
    database: Database, tmp_path: Path
) -> None:
    """Every reject is in the file with row and reason; counts add up."""
    said: list[Statement] = [
        person("Ada", row=1, born="soon"),
        person("Bo", row=2, hobby="chess"),
        person("Cy", row=3, born=3),
        Record("Ghost", "x", {"name": "Boo"}, row=4),
        Reject(5, "the row has 3 cells, not 4", "ragged"),
        Fact("Employment", "", mention("Di", "City"), mention("ACM"), {}, 6),
        person("Eve", row=7),
        Fact("", "affiliation", mention("Eve", "Person"), mention("Eve", "Person"), {}, 8),
    ]
    report = write(database, said, rejects=tmp_path / "rejects.jsonl")
    listed = [
        orjson.loads(line) for line in (tmp_path / "rejects.jsonl").read_bytes().splitlines()
    ]
    assert report.counts == Counts(given=8, written=1, rejected=7)
    assert sorted(reject["row"] for reject in listed) == [1, 2, 3, 4, 5, 6, 8]
    assert "born is 'soon'" in next(r["reason"] for r in listed if r["row"] == 1)


def test_a_time_that_ends_before_it_begins_is_rejected(database: Database) -> None:
    """With its row and both days; one of a single day is stored."""
    said = [person(f"p{i}", row=i) for i in (1, 2)]
    for each, last in zip(said, (9, 10), strict=True):
        each.valid_from, each.valid_to = date(2020, 5, 10), date(2020, 5, last)
    report = write(database, said)
    assert report.counts == Counts(given=2, written=1, rejected=1)
    [reject] = report.rejects
    assert (reject.row, reject.code) == (1, "period")
    assert reject.reason == "valid_to (2020-05-09) is before valid_from (2020-05-10)"


def test_references_by_too_long_keys_are_rejected(database: Database) -> None:
    """What no index can hold ends no load: the row that refers by it is told."""
    long = "x" * 8_001
    said: list[Statement] = [
        person("p1", row=1, affiliation=[long]),
        person("p2", row=2, affiliation=["o"]),
        Fact("", "affiliation", mention("p2", "Person"), mention(long), {}, 3),
        Fact("", "affiliation", mention(long, "Person"), mention("o"), {}, 4),
    ]
    report = write(database, said)
    assert [(r.row, r.code) for r in report.rejects] == [(n, "key-length") for n in (1, 3, 4)]
    assert report.counts == Counts(given=4, written=1, rejected=3)
    [reason] = {r.reason for r in report.rejects if r.row == 1}
    what = "whose name take 8,001 bytes, and a key has at most 8,000"
    assert reason == f"affiliation refers to Organization, {what}"


def test_stored_class_of_an_end_is_checked(database: Database) -> None:
    """A fact whose stored end is of another class is rejected, whatever the row takes it for."""
    write(database, [Record("City", "c0ffee", {"name": "Paris"})])
    disguised = Mention("Organization", "c0ffee", (("name", "Paris"),))
    report = write(database, [Fact("Employment", "", mention("Ada", "Person"), disguised, {}, 9)])
    assert report.counts == Counts(given=1, rejected=1)
    assert "END" not in report.rejects[0].reason
    assert "City" in report.rejects[0].reason


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_data(database: Database, text: str) -> None:
    """Quotes, control characters and Cypher in values arrive unchanged."""
    write(database, [person(text, residence=text, nicknames=[text], affiliation=[text])])
    found = node(database, text, "Person")
    assert (found["residence"], found["nicknames"]) == (text, [text])


def test_megabyte_values_and_many_batches(database: Database) -> None:
    """Batches are bounded by bytes, so that large values do not add up to one request."""
    said = [person(f"p{i}", residence="x" * 1_000_000) for i in range(20)]
    assert write(database, said).counts == Counts(given=20, written=20)


def test_qualifiers_keep_relations_apart(database: Database) -> None:
    """Two employments of one person at one place are two relationships."""
    ends = (mention("Ada", "Person"), mention("ACM"))
    said = [Fact("Employment", "", *ends, {"since": year}) for year in (1990, 2000)]
    write(database, said)
    rows = database.read("MATCH ()-[e:EMPLOYMENT]->() RETURN e.since AS since ORDER BY since")
    assert [row["since"] for row in rows] == [1990, 2000]


def test_second_source_supports_a_relation(database: Database) -> None:
    """A relation that two sources state is one relationship with two witnesses."""
    fact = Fact("Employment", "", mention("Ada", "Person"), mention("ACM"), {}, 4)
    first, second = write(database, [fact], "a"), write(database, [fact], "b")
    third = write(database, [fact], "b")
    (row,) = database.read("MATCH ()-[e:EMPLOYMENT]->() RETURN e._run AS one, e._runs AS more")
    assert (row["one"], row["more"]) == (first.run, [second.run])
    assert third.updates == 0


def test_routes_agree(database: Database) -> None:
    """One run or many, in any order of sources: the same knowledge has the same fingerprint."""
    a = [person(f"p{i}", born=1900 + i % 90, affiliation=[f"o{i % 7}"]) for i in range(50)]
    b = [person(f"p{i}", nicknames=[f"n{i}"], affiliation=[f"o{i % 5}"]) for i in range(50)]
    prints: list[str] = []
    for parts in ([(a, "a"), (b, "b")], [(b, "b"), (a, "a")], [(a[:9], "a"), (b, "b"), (a, "a")]):
        database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
        for said, source in parts:
            write(database, said, source)
        assert not check(database, ONTOLOGY).counts
        prints.append(fingerprint(database, ONTOLOGY))
    assert len(set(prints)) == 1


def test_threads_agree_with_one(database: Database) -> None:
    """Eight threads that write overlapping edges leave what one thread leaves."""
    people = [mention(f"p{i}", "Person") for i in range(30)]
    places = [mention(f"o{i}") for i in range(5)]
    said = [
        Fact("Employment", "", p, places[(i + k) % 5], {"since": 2000 + k})
        for i, p in enumerate(people)
        for k in range(4)
    ]
    write(database, said)
    alone = fingerprint(database, ONTOLOGY)
    database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
    shares = [said[i:] + said[:i] for i in range(0, 80, 10)]
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda share: write(database, share, "shared"), shares))
    assert sum(report.counts.given for report in reports) == 8 * len(said)
    assert fingerprint(database, ONTOLOGY) == alone


@pytest.mark.parametrize("there", [(), (0,), (25,), (39,), range(40)])
def test_size_of_batches_makes_no_difference(
    database: Database, monkeypatch: pytest.MonkeyPatch, there: Iterable[int]
) -> None:
    """What was there already, mentioned, or is said twice, is found whatever was expected."""
    before = [person(f"p{i}", born=1900) for i in there]
    said: list[Statement] = [person(f"p{i}", born=1950, affiliation=["o1"]) for i in range(40)]
    said += [person("p3", "Author", nicknames=["Three"]), Record("Organization", uid("o1"), {})]
    prints, counts = set[str](), list[Counts]()
    for size in (4, 100):
        monkeypatch.setattr("knowloom.store.write.BATCH_ROWS", size)
        database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
        write(database, before, "earlier")
        counts.append(write(database, said).counts)
        assert not check(database, ONTOLOGY).counts
        prints.add(fingerprint(database, ONTOLOGY))
    assert (len(prints), counts[0]) == (1, counts[1])


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (2, 1, 0)])
def test_a_class_that_comes_later_lets_facts_fit(
    database: Database, monkeypatch: pytest.MonkeyPatch, size: int, order: tuple[int, ...]
) -> None:
    """A fact is judged when all records of the load have told what its ends are."""
    monkeypatch.setattr("knowloom.store.write._FIRST_ROWS", size)
    monkeypatch.setattr("knowloom.store.write.BATCH_ROWS", size)
    write(database, [person("Eve")], "before")
    ontology = Ontology(
        [
            *ONTOLOGY,
            Concept(
                name="Signs",
                parents=("Relation",),
                attributes=(
                    Attribute(name="head_entity", range=ConceptRange(("Author",)), required=True),
                    Attribute(name="tail_entity", range=ConceptRange(("City",)), required=True),
                ),
            ),
        ]
    )
    for name in ("Ada", "Eve"):
        said: list[Statement] = [
            person(name),
            person(name, "Author"),
            Fact("Signs", "", mention(name, "Person"), mention("Rome", "City"), {}, 3),
        ]
        run = runs.begin(database, f"{name}.csv", "test")
        report = Writer(database, ontology, run).write([said[i] for i in order])
        assert report.counts == Counts(given=3, written=3)
        misfit = Fact("Signs", "", mention("Bob", "Person"), mention("Rome", "City"), {}, 4)
        again = [*said, person("Bob"), misfit]
        report = Writer(database, ontology, runs.begin(database, "more", "test")).write(again)
        assert report.counts.rejected == 1
    assert database.read("MATCH (:Author)-[e:SIGNS]->() RETURN count(e) AS n")[0]["n"] == 2


@pytest.mark.parametrize("size", [1, 2, 100])
def test_links_to_what_comes_later_survive_another_record(
    database: Database, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Whatever comes first: a thing, a second record of what refers to it, or never the thing."""
    firm = Record("Organization", uid("o1"), {})
    link = person("p3", born=1950, affiliation=["o1"])
    more = person("p3", "Author", nicknames=["Three"])
    monkeypatch.setattr("knowloom.store.write.BATCH_ROWS", size)
    prints = set[str]()
    for said in ([firm, link, more], [link, more, firm], [more, link, firm], [link, firm, more]):
        database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
        assert write(database, said).counts == Counts(given=3, written=3)
        assert links(database) == ["o1"]
        prints.add(fingerprint(database, ONTOLOGY))
    assert len(prints) == 1
    database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
    write(database, [link, more])
    assert links(database) == ["o1"]


def links(database: Database) -> list[str]:
    """Return the names of all affiliations."""
    rows = database.read("MATCH ()-[:AFFILIATION]->(o) RETURN o.name AS name ORDER BY name")
    return [row["name"] for row in rows]


def in_order(database: Database) -> list[str]:
    """Return the names of the affiliations of the only person in the order of the list."""
    rows = database.read(
        "MATCH (:Person)-[e:AFFILIATION]->(o) RETURN o.name AS name ORDER BY e._position"
    )
    return [row["name"] for row in rows]


@pytest.mark.parametrize("promoted", [False, True])
def test_a_list_of_links_in_another_order(database: Database, *, promoted: bool) -> None:
    """The order that the source gives last counts, and nothing is written where it is the same."""
    if promoted:
        write(database, [person("p", born=1950)], "b")
    write(database, [person("p", affiliation=["o1", "o2", "o3"])])
    again = [person("p", affiliation=["o3", "o1", "o1", "o2"])]
    write(database, [person("p", affiliation=["o3", "o1", "o2"])])
    assert in_order(database) == ["o3", "o1", "o2"]
    assert write(database, [person("p", affiliation=["o3", "o1", "o2"])]).updates == 0
    less = [person("p", affiliation=["o2", "o3", "o2"])]
    write(database, less)
    assert in_order(database) == ["o2", "o3"]
    assert write(database, less).updates == 0
    assert write(database, again).updates
    assert in_order(database) == ["o3", "o1", "o2"]
    assert write(database, again).updates == 0


def test_rows_of_one_thing_that_give_its_links_in_two_orders(database: Database) -> None:
    """The first of them counts, each time."""
    said = [person("p", affiliation=["o1", "o2"]), person("p", affiliation=["o2", "o1"])]
    write(database, said)
    assert in_order(database) == ["o1", "o2"]
    assert write(database, said).updates == 0


def test_a_link_that_a_cut_load_never_wrote_is_healed(database: Database) -> None:
    """Also where another source said something of the same thing before the load was repeated."""
    said = [person("p3", born=1950, affiliation=["o1"])]
    write(database, said, "a")
    database.run("MATCH (o:Organization) DETACH DELETE o")  # as the load leaves it
    write(database, [person("p3", nicknames=["Three"])], "b")
    write(database, said, "a")
    assert links(database) == ["o1"]
    assert write(database, said, "a").updates == 0


def test_writers_that_make_the_same_things(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that create the same instances at once leave what one after the other leaves."""
    monkeypatch.setattr("knowloom.store.write.BATCH_ROWS", 20)
    said = {s: [person(f"p{i}", nicknames=[s]) for i in range(400)] for s in ("a", "b", "c")}
    for source, records in said.items():
        write(database, records, source)
    alone = fingerprint(database, ONTOLOGY)
    database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda each: write(database, each[1], each[0]), said.items()))
    assert [report.counts for report in reports] == [Counts(given=400, written=400)] * 3
    assert fingerprint(database, ONTOLOGY) == alone
