"""Where values come from: inline records, record nodes, derived links, stated rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import orjson
import pytest

from knowloom.errors import NotFound, UnknownAttribute, UsageError
from knowloom.knowledge.record import Fact, Mention, Record
from knowloom.ontology.concepts import Ontology
from knowloom.store.database import Database
from knowloom.store.runs import PastRun
from knowloom.store.write import WriteReport
from knowloom.subgraph.why import Kept, Linked, Reason, reasons, why

Write = Callable[..., WriteReport]

RUNS = {7: PastRun(7, "a.csv", datetime(2024, 1, 1, tzinfo=UTC))}


def _told(found: list[Reason]) -> list[tuple[object, ...]]:
    return [(r.attribute, r.value, r.evidence.source, r.evidence.row, r.shown) for r in found]


def test_an_inline_record(ontology: Ontology) -> None:
    """Every value of an instance with one record comes from that record's run and row."""
    kept = Kept(
        "a",
        frozenset({"_Instance", "Entity", "Person"}),
        {"uid": "a", "name": "Ada", "lucky": [7, 9], "_run": 7, "_hash": "x", "_row": 3},
        links=[Linked("KNOWS", "b", "Ben", {"_derived": True, "_position": 0})],
    )
    assert _told(reasons(kept, ontology, RUNS)) == [
        ("name", "Ada", "a.csv", 3, True),
        ("lucky", 7, "a.csv", 3, True),
        ("lucky", 9, "a.csv", 3, True),
        ("knows", "b", "a.csv", 3, True),
    ]
    assert [r.name for r in reasons(kept, ontology, RUNS)] == ["", "", "", "Ben"]


def test_a_stated_link_has_a_row_of_its_own(ontology: Ontology) -> None:
    """A link that rows state by themselves names each of them, and a fact its qualifiers."""
    both = {"_run": 7, "_row": 4, "_runs": [8], "_rows": [5], "uid": "e"}
    fact = {"_run": 7, "_row": 6, "uid": "f", "since": 1843}
    kept = Kept(
        "a",
        frozenset({"_Instance", "Entity", "Person"}),
        {"uid": "a"},
        links=[Linked("KNOWS", "b", "Ben", both), Linked("EMPLOYMENT", "o", None, fact)],
    )
    found = reasons(kept, ontology, RUNS)
    assert _told(found) == [
        ("knows", "b", "a.csv", 4, True),
        ("knows", "b", "", 5, True),
        ("Employment", "o", "a.csv", 6, True),
    ]
    assert found[2].evidence.values == {"since": 1843}


def test_what_is_no_longer_shown_comes_last(ontology: Ontology) -> None:
    """Of records that differ all are told: the one that is shown first, then the newest."""
    record = {"run": 7, "source": "s", "hash": "h", "concept": "Person"}
    bodies = [orjson.dumps({"values": {"name": n}, "links": {}}) for n in ("Old", "Ada", "New")]
    records = [
        {
            **record,
            "id": f"a:h:{i}",
            "recorded": datetime(2020 + i, 1, 1, tzinfo=UTC),
            "body": body.decode(),
        }
        for i, body in enumerate(bodies)
    ]
    kept = Kept("a", frozenset({"_Instance", "Person"}), {"name": "Ada"}, records)
    assert [r.value for r in reasons(kept, ontology, {})] == ["Ada", "New", "Old"]


@pytest.mark.neo4j
@pytest.mark.usefixtures("family")
def test_each_value_of_a_written_instance(database: Database, ontology: Ontology) -> None:
    """Values, links and facts of an instance name their source and row (item 59)."""
    found = _told(why(database, ontology, "Ada"))
    assert ("name", "Ada", "people.csv", 3, True) in found
    assert ("height", 1.6, "people.csv", 3, True) in found
    assert ("affiliation", "analytical", "people.csv", 3, True) in found
    assert ("Employment", "analytical", "people.csv", 5, True) in found


@pytest.mark.neo4j
def test_two_sources(database: Database, ontology: Ontology, write: Write) -> None:
    """When sources differ, both are told, with when they observed it and which is shown."""
    older = Record("Person", "a", {"name": "Ada", "born": date(1815, 12, 9)}, row=1)
    newer = Record("Person", "a", {"born": date(1815, 12, 10)}, row=8)
    older.observed = datetime(1816, 1, 1, tzinfo=UTC)
    newer.observed = datetime(1900, 1, 1, tzinfo=UTC)
    write(newer, source="book.csv")
    write(older, source="letter.csv")
    found = why(database, ontology, "a", "born")
    assert _told(found) == [
        ("born", date(1815, 12, 10), "book.csv", 8, True),
        ("born", date(1815, 12, 9), "letter.csv", 1, False),
    ]
    assert [r.evidence.observed for r in found] == [newer.observed, older.observed]


@pytest.mark.neo4j
def test_a_source_that_changed_its_mind(
    database: Database, ontology: Ontology, write: Write
) -> None:
    """What a source said before is history: told, marked, not shown."""
    write(Record("Person", "a", {"name": "Ada", "height": 1.5}))
    write(Record("Person", "a", {"name": "Ada", "height": 1.6}))
    new, old = why(database, ontology, "a", "height")
    assert (new.value, new.shown, new.evidence.superseded_by) == (1.6, True, 0)
    assert (old.value, old.shown) == (1.5, False)
    assert old.evidence.superseded_by == new.evidence.run


@pytest.mark.neo4j
def test_links_of_a_promoted_instance(
    database: Database, ontology: Ontology, write: Write
) -> None:
    """With records of their own the links still name the record that has them."""
    ben, cat = Mention("Person", "ben"), Mention("Person", "cat")
    write(Record("Person", "a", {}, {"knows": (ben,)}, row=1), source="one.csv")
    write(Record("Person", "a", {}, {"knows": (ben, cat)}, row=2), source="two.csv")
    assert sorted(_told(why(database, ontology, "a", "knows"))) == [
        ("knows", "ben", "one.csv", 1, True),
        ("knows", "ben", "two.csv", 2, True),
        ("knows", "cat", "two.csv", 2, True),
    ]


@pytest.mark.neo4j
def test_a_link_that_two_rows_state(database: Database, ontology: Ontology, write: Write) -> None:
    """A second source that states the same link is told beside the first."""
    ada, ben = Mention("Person", "ada"), Mention("Person", "ben")
    write(Fact("", "knows", ada, ben, row=1), source="one.csv")
    write(Fact("", "knows", ada, ben, row=2), source="two.csv")
    assert sorted(_told(why(database, ontology, "ada", "knows"))) == [
        ("knows", "ben", "one.csv", 1, True),
        ("knows", "ben", "two.csv", 2, True),
    ]


@pytest.mark.neo4j
def test_a_mere_mention_has_no_reasons(
    database: Database, ontology: Ontology, write: Write
) -> None:
    """An instance known only through references has no record of its own."""
    write(Record("Person", "a", {}, {"knows": (Mention("Person", "ben", (("name", "Ben"),)),)}))
    assert why(database, ontology, "ben") == []


@pytest.mark.neo4j
@pytest.mark.usefixtures("family")
def test_wrong_questions(database: Database, ontology: Ontology, write: Write) -> None:
    """Unknown instances and attributes and ambiguous names are refused with what to do."""
    write(Record("Person", "other", {"name": "Ada"}))
    with pytest.raises(NotFound, match="Nobody"):
        why(database, ontology, "Nobody")
    with pytest.raises(UsageError, match="2 instances are called 'Ada'"):
        why(database, ontology, "Ada")
    with pytest.raises(UnknownAttribute, match="did you mean height"):
        why(database, ontology, "ada", "heigth")
    assert why(database, ontology, "ada", "born") == []
