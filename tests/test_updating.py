"""Updates: only what differs is written, what is said no more goes, and any run can be undone."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import CannotRollBack, NotFound, SourceBusy, SourceError, TooMuchGone
from knowloom.ontology.parse import parse
from knowloom.rolling_back import roll_back
from knowloom.store import runs, sources
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.updating import Request, UpdateReport, update

pytestmark = pytest.mark.neo4j
ONTOLOGY = '''
class Group(Entity, key=("name",)):
    """Description: people together."""
    city: str | None = None

class Person(Entity, key=("name",)):
    """Description: a human being."""
    age: int | None = None
    group: Group | None = None
    tags: list[str] = []

class Knows(Relation):
    """Description: one person knows another."""
    head_entity: Person
    tail_entity: Person
    since: int | None = None
'''
PEOPLE = """
[[objects]]
concept = "Person"
[objects.attributes]
name = "name"
age = "age"
group = "group"
tags = { column = "tags", split = ";" }
"""
KNOWS = """
[[relations]]
relation = "Knows"
head = { concept = "Person", key = { name = "a" } }
tail = { concept = "Person", key = { name = "b" } }
[relations.attributes]
since = "since"
"""
Row = Mapping[str, object]


@pytest.fixture
def kb(database: Database, workspace: Path, login: Endpoint) -> KnowledgeBase:
    """An empty knowledge base with classes."""
    made = KnowledgeBase(database, workspace)
    made.save_ontology(parse(ONTOLOGY))
    Path("people.toml").write_text(PEOPLE)
    Path("knows.toml").write_text(KNOWS)
    return made


def write(name: str, rows: Sequence[Row]) -> None:
    """Write a table."""
    columns = ["a", "b", "since"] if name.startswith("knows") else ["name", "age", "group", "tags"]
    with Path(name).open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def read(kb: KnowledgeBase, name: str, rows: Sequence[Row] | None = None) -> UpdateReport:
    """Update from a table."""
    if rows is not None:
        write(name, rows)
    mapping = Path("knows.toml" if name.startswith("knows") else "people.toml")
    return update(kb, Request(name, mapping=mapping, allow_gone=1))


def person(name: str, age: object = "", group: str = "", tags: str = "") -> Row:
    """Return a row."""
    return {"name": name, "age": age, "group": group, "tags": tags}


def people(kb: KnowledgeBase) -> dict[str, object]:
    """Return the ages of all people."""
    return {p.name: p.age for p in kb.find("Person")}  # type: ignore[attr-defined]


def empty(kb: KnowledgeBase) -> None:
    """Forget everything but the classes."""
    kb.database.run(
        "MATCH (n) WHERE NOT n:__Neo4jMigration AND NOT n:_Concept AND NOT n:_Attribute AND NOT "
        "n:_OntologyVersion CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
    )
    (kb.workspace / "sources.sqlite").unlink(missing_ok=True)


def test_only_what_differs_is_sent(kb: KnowledgeBase) -> None:
    """A changed row, a new one and one that is gone; the rest is not touched."""
    rows = [person(f"p{i}", i, "g") for i in range(50)]
    first = read(kb, "people.csv", rows)
    assert (first.counts.given, first.counts.written) == (50, 50)
    rows[3] = person("p3", 99, "g")
    del rows[7]
    second = read(kb, "people.csv", [*rows, person("new", 1)])
    assert (second.changed, second.gone) == (2, 1)
    found = people(kb)
    assert (found["p3"], found["new"], "p7" in found, len(found)) == (99, 1, False, 50)


def test_an_unchanged_source_is_not_looked_at(kb: KnowledgeBase) -> None:
    """No write at all, by the server's counters and by the run list."""
    read(kb, "people.csv", [person("Ada", 36)])
    before = kb.database.read("MATCH (n) RETURN count(n) AS n, max(elementId(n)) AS e")[0].data()
    again = read(kb, "people.csv")
    assert (again.unchanged, again.run, again.counts.unchanged) == (True, 0, 1)
    after = kb.database.read("MATCH (n) RETURN count(n) AS n, max(elementId(n)) AS e")[0].data()
    assert before == after
    assert len(runs.listed(kb.database)) == 1


def test_a_fact_goes_with_its_last_evidence(kb: KnowledgeBase) -> None:
    """What another source says too stays."""
    read(kb, "one.csv", [person("Ada", 36), person("Bob", 40)])
    read(kb, "two.csv", [person("Ada", 36)])
    read(kb, "one.csv", [person("Eve", 1)])
    assert people(kb) == {"Ada": 36, "Eve": 1}
    read(kb, "knows.csv", [{"a": "Ada", "b": "Eve", "since": 1}])
    read(kb, "knows2.csv", [{"a": "Ada", "b": "Eve", "since": 1}])
    read(kb, "knows.csv", [])
    count = "MATCH (:Person)-[e:KNOWS]->() RETURN count(e) AS n"
    assert kb.database.read(count)[0]["n"] == 1
    read(kb, "knows2.csv", [])
    assert kb.database.read(count)[0]["n"] == 0


def test_what_is_still_referred_to_stays_as_a_mention(kb: KnowledgeBase) -> None:
    """And goes when nothing does."""
    read(kb, "people.csv", [person("Ada", 36), person("Bob", 40)])
    read(kb, "knows.csv", [{"a": "Ada", "b": "Bob", "since": 1}])
    read(kb, "people.csv", [person("Ada", 36)])
    assert people(kb) == {"Ada": 36, "Bob": None}
    read(kb, "knows.csv", [])
    assert people(kb) == {"Ada": 36}


def test_several_rows_of_one_thing(kb: KnowledgeBase) -> None:
    """A source may say more than once of it; what it drops is history, what it keeps stays."""
    read(kb, "people.csv", [person("Ada", 36, tags="a"), person("Ada", 36, tags="b")])
    [ada] = kb.find("Person")
    assert sorted(ada.tags) == ["a", "b"]  # type: ignore[attr-defined]
    read(kb, "people.csv", [person("Ada", 36, tags="b")])
    [ada] = kb.find("Person")
    assert ada.tags == ["b"]  # type: ignore[attr-defined]
    read(kb, "people.csv", [person("Ada", 36, tags="b"), person("Ada", 36, tags="c")])
    [ada] = kb.find("Person")
    assert sorted(ada.tags) == ["b", "c"]  # type: ignore[attr-defined]


def test_a_source_that_shrinks_too_much_is_refused(kb: KnowledgeBase) -> None:
    """Nothing is written; said so, it is done."""
    read(kb, "people.csv", [person(f"p{i}", i) for i in range(40)])
    write("people.csv", [])
    request = Request("people.csv", mapping=Path("people.toml"))
    with pytest.raises(TooMuchGone, match="40 of 40"):
        update(kb, request)
    assert len(people(kb)) == 40
    read(kb, "people.csv")
    assert people(kb) == {}


def test_without_the_ledger_all_is_looked_at(kb: KnowledgeBase) -> None:
    """A lost workspace costs time, and changes nothing else."""
    rows = [person(f"p{i}", i, f"g{i % 3}") for i in range(30)]
    read(kb, "people.csv", rows)
    read(kb, "knows.csv", [{"a": "p1", "b": "p2", "since": i} for i in range(5)])
    (kb.workspace / "sources.sqlite").unlink()
    report = read(kb, "people.csv", rows[:25])
    assert (report.changed, report.gone) == (25, 5)
    report = read(kb, "knows.csv", [{"a": "p1", "b": "p2", "since": i} for i in range(4)])
    assert report.gone_facts == 1
    assert len(people(kb)) == 25


def test_an_update_that_died_is_taken_over(kb: KnowledgeBase) -> None:
    """A lock of a process that is no more does not hold; one that lives does."""
    read(kb, "people.csv", [person("Ada", 36)])
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    host = os.uname().nodename
    set_lock = "MATCH (s:_Source {name: 'people.csv'}) SET s.lock = $lock"
    kb.database.write(set_lock, lock=f"{host} {int(dead.stdout)} 1")
    read(kb, "people.csv", [person("Ada", 37)])
    assert people(kb) == {"Ada": 37}
    kb.database.write(set_lock, lock=f"{host}-other 1 1")
    with pytest.raises(SourceBusy, match="--take-over"):
        read(kb, "people.csv", [person("Ada", 38)])
    request = Request("people.csv", mapping=Path("people.toml"), take_over=True)
    update(kb, request)
    assert people(kb) == {"Ada": 38}
    assert sources.known(kb.database, "people.csv").lock == ""


def test_one_load_or_ten_updates(kb: KnowledgeBase) -> None:
    """The same knowledge, the same fingerprint, whatever the way there."""
    chance = random.Random(5)
    for _ in range(10):
        rows = [
            person(f"p{chance.randrange(60)}", chance.randrange(9), f"g{chance.randrange(5)}")
            for _ in range(40)
        ]
        rows = list({str(r["name"]): r for r in rows}.values())
        facts = [
            {"a": f"p{chance.randrange(60)}", "b": f"p{chance.randrange(60)}", "since": i % 3}
            for i in range(20)
        ]
        read(kb, "people.csv", rows)
        read(kb, "knows.csv", facts)
    by_updates = kb.fingerprint()
    empty(kb)
    read(kb, "people.csv")
    read(kb, "knows.csv")
    assert kb.fingerprint() == by_updates


def history(chance: random.Random) -> list[tuple[str, list[Row]]]:
    """Return updates of three sources that speak of the same few people."""
    made: list[tuple[str, list[Row]]] = []
    for _ in range(chance.randrange(3, 9)):
        name = chance.choice(["one.csv", "two.csv", "knows.csv"])
        if name == "knows.csv":
            rows: list[Row] = [
                {"a": f"p{chance.randrange(6)}", "b": f"p{chance.randrange(6)}", "since": i % 2}
                for i in range(chance.randrange(5))
            ]
        else:
            names = chance.sample(range(6), chance.randrange(6))
            rows = [
                person(f"p{i}", chance.randrange(3), chance.choice(["", "g1", "g2"]))
                for i in names
            ]
        made.append((name, rows))
    return made


def play(kb: KnowledgeBase, updates: Sequence[tuple[str, list[Row]]]) -> list[int]:
    """Do updates; return their runs, 0 for those that changed nothing."""
    return [read(kb, name, rows).run for name, rows in updates]


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 100))]
)
def test_a_rolled_back_run_never_was(kb: KnowledgeBase, seed: int) -> None:
    """The graph is the one that the other runs alone would have made, one case in a hundred."""
    chance = random.Random(seed)
    updates = history(chance)
    made = play(kb, updates)
    at = chance.choice([i for i, run in enumerate(made) if run])
    roll_back(kb, made[at])
    rolled = kb.fingerprint()
    assert not kb.check().faults
    empty(kb)
    play(kb, [one for i, one in enumerate(updates) if i != at])
    assert kb.fingerprint() == rolled


def test_after_a_rollback_the_source_is_read_whole(kb: KnowledgeBase) -> None:
    """The same file again brings the same graph again."""
    read(kb, "people.csv", [person("Ada", 36)])
    run = read(kb, "people.csv", [person("Ada", 37), person("Bob", 1)]).run
    after = kb.fingerprint()
    roll_back(kb, run)
    assert people(kb) == {"Ada": 36}
    read(kb, "people.csv")
    assert kb.fingerprint() == after


def test_what_cannot_be_rolled_back_is_refused(kb: KnowledgeBase) -> None:
    """Unknown runs, runs that were taken back, and runs that take back."""
    run = read(kb, "people.csv", [person("Ada", 36)]).run
    with pytest.raises(NotFound, match="history"):
        roll_back(kb, 1)
    roll_back(kb, run)
    with pytest.raises(CannotRollBack, match="before"):
        roll_back(kb, run)


def test_a_half_written_file_takes_back_no_more_than_allowed(kb: KnowledgeBase) -> None:
    """What was there stays; so it does when there is no file at all."""
    read(kb, "people.csv", [person(f"p{i}", i) for i in range(90)])
    text = Path("people.csv").read_text()
    Path("people.csv").write_text(text[: len(text) // 2])
    with pytest.raises(TooMuchGone):
        update(kb, Request("people.csv", mapping=Path("people.toml")))
    with pytest.raises(SourceError):
        read(kb, "none.csv")
    assert len(people(kb)) == 90


def run_command(*arguments: str) -> Result:
    """Return what a command did."""
    return CliRunner().invoke(cli, ["update", *arguments], catch_exceptions=False)


def test_the_commands(kb: KnowledgeBase) -> None:
    """Run, look, undo."""
    write("people.csv", [person("Ada", 36)])
    command = ["run", "people.csv", "--mapping", "people.toml"]
    assert "1 read, would send 1" in run_command(*command, "--dry-run").output
    assert people(kb) == {}
    assert "1 written" in run_command(*command).output
    assert "as before" in run_command(*command).output
    assert "update run" in run_command("history").output
    [one] = json.loads(run_command("history", "people.csv", "--json").output)
    assert "instances  1" in run_command("show", str(one["id"])).output
    assert "would take back" in run_command("rollback", str(one["id"]), "--dry-run").output
    assert "1 instances" in run_command("rollback", str(one["id"])).output
    assert people(kb) == {}
    statuses = {r["status"] for r in json.loads(run_command("history", "--json").output)}
    assert "rolled back" in statuses
