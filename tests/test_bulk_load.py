"""The bulk load: the same knowledge as the normal way, by another road."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowloom import bulk, loading
from knowloom.assets import cypher
from knowloom.base import KnowledgeBase
from knowloom.bulk import bulk_load
from knowloom.errors import NotBulkLoadable
from knowloom.ontology.parse import parse
from knowloom.server import TESTS, LocalServer
from knowloom.store import ontology as stored
from knowloom.store.connect import Endpoint, connect
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j

ONTOLOGY = parse(
    # Texts that the import files cannot hold, which the ontology has to keep all the same.
    'class Group(Entity, key=("name",), aliases=("x", "y\\x0cz", "\\x7f")):\n'
    '    rank: Literal["", "b"] | None = None\n'
    'class Person(Entity, key=("name",)):\n'
    "    age: int | None = None\n"
    "    tags: list[str] = []\n"
    "    born: date | None = None\n"
    "    seen: datetime | None = None\n"
    "    times: list[datetime] = []\n"
    '    group: Group | None = Field(default=None, relationship="of=`g`, h")\n'
    "    friends: list[Person] = Field(default=[], relationship='A=B:\"C\"')\n"
    "class Knows(Relation):\n"
    "    head_entity: Person\n"
    "    tail_entity: Person\n"
    "    since: int | None = None\n"
    "    at: datetime | None = None\n"
    "class Founder(Person): pass\n"
    "class Founded(Relation):\n"
    "    head_entity: Founder\n"
    "    tail_entity: Group\n"
)
LONG = "x" * 8_001
PEOPLE = (
    "name,age,tags,born,group,seen,times\n"
    'Ada,36,"a;b, ""c""",1815-12-10,g1,1840-05-06T07:08:09+01:00,2020-01-02T03:04:05Z\n'
    '"line\nbreak",,,,g2,,\n'
    "Ada,37,x,,g1,,\n"  # said twice: becomes two records
    "Bo,old,,,g1,,\n"  # rejected
    "Cy\x07,4,,,,,\n"  # a character that the import files cannot hold
    "Gil,,,,g\x07,,\n"  # such a one in what a reference says, too
    "Eve,,,,,2020-01-02T03:04:05,\n"  # times without a zone, which they cannot hold either
    "Fay,,,,g1,,2020-01-02T03:04:05;2021-01-02T03:04:05\n"
    f"Hal,,,,{LONG},,\n"  # rejected, as no index can hold that
)
KNOWS = (
    "from,to,since,at\n"
    "Ada,Di,1840,\nAda,Di,1850,2020-01-02T03:04:05Z\nAda,Di,1840,\nBo,Ada,,\n"
    "Eve,Di,,2020-01-02T03:04:05\nEve,Di,,2020-01-02T03:04:05\n"
)
# Nothing but ends; first of things that are there already, then of others, a pair said twice.
FRIENDS = "from,to\nAda,Di\nDi,Ada\n" + "".join(f"Ada,friend {i}\n" for i in range(12))
MORE_FRIENDS = "from,to\nAda,\u00c9va\nAda,Flo\nAda,\u00c9va\n\u00c9va,Ada\nDi,Ada\nAda,Zo\x07\n"
MORE_FRIENDS += f"Ada,{LONG}\n"  # rejected
# One who is said to be a person only, and one of whom no more is known.
FOUNDED = "from,to\nAda,g1\nGus,g1\nGus,g1\n"
MAPPING = """
[[objects]]
file = "people.csv"
concept = "Person"
[objects.attributes]
name = "name"
age = "age"
tags = { column = "tags", split = ";" }
born = "born"
seen = "seen"
times = { column = "times", split = ";" }
group = "group"

[[relations]]
file = "knows.csv"
relation = "Knows"
head = "from"
tail = "to"
attributes = { since = "since", at = "at" }

[[relations]]
file = "founded.csv"
relation = "Founded"
head = "from"
tail = "to"

[[relations]]
file = "*friends.csv"
attribute = "friends"
head = { column = "from", concept = "Person" }
tail = "to"
"""
# Nodes and a relationship of somebody else, hard to put into columns.
ODD = """
CREATE (a:Odd {v: '', n: [], d: localdatetime('2020-01-02T03:04:05.000000006')})
CREATE (b:Odd {v: 1, n: [2], d: datetime('2020-01-02T03:04:05.000000006Z')})
CREATE (c:Odd {v: 'x', n: ['', '\\u000c,"'], d: [time('01:02Z')], t: localtime('01:02')})
CREATE (d:Odd:`a=b:c`:`"` {v: 1.5})
SET d += {n: [duration('P1DT2S')], d: [date('2020-01-02')], t: [true, false]}
CREATE (a)-[:`odd=:,` {v: '', w: 'w'}]->(b), (a)-[:ODD {v: ['a', ''], w: 2}]->(b)
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Five tables and their mapping."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    tables = {
        "people.csv": PEOPLE,
        "knows.csv": KNOWS,
        "friends.csv": FRIENDS,
        "more_friends.csv": MORE_FRIENDS,
        "founded.csv": FOUNDED,
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text)
    return [tmp_path / name for name in tables]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """A managed server of the test's own."""
    made = LocalServer(tmp_path / ".knowloom", profile=TESTS)
    made.start()
    yield made
    made.stop()


def opened(database: Database, folder: Path) -> KnowledgeBase:
    kb = KnowledgeBase(database, folder)
    kb.save_ontology(ONTOLOGY)
    return kb


def schema(database: Database) -> set[str]:
    """Return the statements that make our own constraints and indexes of a database.

    Other tests share one server, and an index that somebody else's migration made stays there.
    """
    both = ("bulk/schema", "bulk/indexes")
    made = {row["statement"] for name in both for row in database.read(cypher(name))}
    return {one for one in made if "`knowloom_" in one or "__Neo4jMigration" in one}


def places(database: Database) -> set[tuple[Any, ...]]:
    """Return where in its source, or in its list, each relationship between instances stands."""
    rows = database.read(
        "MATCH (a:_Instance)-[e]->(b:_Instance) "
        "RETURN a.uid, type(e), b.uid, e.uid, e._row, e._position, e._derived"
    )
    return {tuple(row.values()) for row in rows}


def test_bulk_and_normal_loads_agree(
    database: Database, server: LocalServer, files: list[Path], tmp_path: Path
) -> None:
    """Both ways give the same counts and the same fingerprint, and a second bulk is refused."""
    mapping = tmp_path / "mapping.toml"
    normal = opened(database, tmp_path / "normal")
    chosen = loading.plan("csv", files, normal.ontology, mapping=mapping)
    slow = loading.load(normal, chosen)
    info = server.status()
    assert info is not None
    with connect(Endpoint(info.bolt_uri, info.user, info.password)) as other:
        kb = opened(other, tmp_path / "bulk")
        other.write(ODD)
        before = odd(other)
        fast = bulk_load(kb, server, chosen)
        assert [r.counts for r in fast] == [r.counts for r in slow]
        assert [r.counts.rejected for r in fast] == [2, 0, 0, 1, 1]
        assert kb.fingerprint() == normal.fingerprint()
        assert places(other) == places(database)
        assert {row for *_, row, _, _ in places(other)} >= {9, 10, 11}
        assert other.read(cypher("server/broken_indexes")) == []
        assert schema(other) == schema(database)
        assert stored.load(other) == ONTOLOGY
        assert odd(other) == before
        assert kb.check().counts == {}
        assert loading.load(kb, chosen)[1].updates == 0
        with pytest.raises(NotBulkLoadable, match="holds instances"):
            bulk_load(kb, server, chosen)


def odd(database: Database) -> list[str]:
    """Return all that the nodes and relationships of `ODD` have, with the types of it."""
    rows = database.read(
        "MATCH (n:Odd) UNWIND [[labels(n), n]] + [(n)-[e]->() | [[type(e)], e]] AS one "
        "UNWIND one[0] AS name "
        "RETURN name, [k IN keys(one[1]) | [k, one[1][k], valueType(one[1][k])]] AS said"
    )
    return sorted(row["name"] + str(sorted(row["said"], key=str)) for row in rows)


class Cut(BaseException):
    """Stands for the end of the process."""


def cut(*_: object, **__: object) -> None:
    raise Cut


# Before anything is restored; when a source's rows are all there; before the indexes are.
@pytest.mark.parametrize("moment", ["restore_properties", "digest_of", "await_indexes"])
def test_a_load_that_was_cut_is_completed(
    database: Database,
    server: LocalServer,
    files: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    """The same command goes on from there, however often it is cut, to what it would have made."""
    normal = opened(database, tmp_path / "normal")
    chosen = loading.plan("csv", files, normal.ontology, mapping=tmp_path / "mapping.toml")
    loading.load(normal, chosen)
    info = server.status()
    assert info is not None
    with connect(Endpoint(info.bolt_uri, info.user, info.password)) as other:
        kb = opened(other, tmp_path / "bulk")
        for place, name in ((bulk, moment), (loading, "load")):
            with monkeypatch.context() as patched, pytest.raises(Cut):
                patched.setattr(place, name, cut)
                bulk_load(kb, server, chosen)
            assert count(other, "_BulkLoad") == 1
        assert schema(other) == schema(database)  # as before any other command that writes
        assert stored.load(other) == ONTOLOGY
        bulk_load(kb, server, chosen)
        assert kb.fingerprint() == normal.fingerprint()
        assert schema(other) == schema(database)
        assert other.read(cypher("server/broken_indexes")) == []
        assert kb.check().counts == {}
        assert count(other, "_BulkLoad") == 0
        assert {run["status"] for run in other.read(cypher("runs/read_runs"), numbers=None)} <= {
            "done",
            "interrupted",
        }
        with pytest.raises(NotBulkLoadable, match="holds instances"):
            bulk_load(kb, server, chosen)


def count(database: Database, label: str) -> int:
    [row] = database.read("MATCH (n:$($label)) RETURN count(n) AS number", label=label)
    return int(row["number"])
