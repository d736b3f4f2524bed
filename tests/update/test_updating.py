"""Updates from files, databases and feeds: only changes are written, what is gone goes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from knowloom import updating
from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import SourceBusy, TooMuchWouldGo, UsageError
from knowloom.store import runs
from knowloom.store.connect import Endpoint
from knowloom.update.lock import take_lock
from knowloom.update.sources import Source
from knowloom.updating import UpdateReport, update

pytestmark = pytest.mark.neo4j

MAPPING = """
[[objects]]
concept = "Person"
id = "name"
[objects.attributes]
name = "name"
born = "born"
home = "home"
group = { column = "groups", split = ";" }
"""
COLUMNS = ("name", "born", "home", "groups")
Row = tuple[str, str, str, str]
ROWS: list[Row] = [
    ("Ada", "1815", "London", "X;Y"),
    ("Bob", "1900", "Rome", "Y"),
    ("Cid", "1950", "Oslo", ""),
    ("Dan", "1960", "Bonn", "Z"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the mapping of the table."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return tmp_path


def put(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows as a table."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def lines(rows: Sequence[Row], deleted: Sequence[str] = ()) -> bytes:
    """Return rows as JSON lines, and deletions of things."""
    said = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    gone = [{"name": name, "_deleted": True} for name in deleted]
    return "".join(json.dumps(each) + "\n" for each in [*said, *gone]).encode()


def source(place: Path | str, mapping: Path, **more: Any) -> Source:
    """Return a source whose rows mean people."""
    given: dict[str, Any] = {"name": "people", "mapping": mapping / "mapping.toml", **more}
    return Source(location=str(place), **given)


def counts(report: UpdateReport) -> tuple[int, int, int]:
    """Return what was written, unchanged and removed."""
    return report.written, report.unchanged, report.removed


def names(kb: KnowledgeBase) -> dict[str, list[str]]:
    """Return the people there are with the names of their groups."""
    rows = kb.database.read(
        "MATCH (n:Person) RETURN n.name AS name, "
        "COLLECT { MATCH (n)-[:GROUP]->(g) RETURN g.name ORDER BY g.name } AS groups"
    )
    return {row["name"]: row["groups"] for row in rows}


def fresh(kb: KnowledgeBase, place: Source) -> str:
    """Return the fingerprint of an empty graph brought up to date with a source."""
    kb.database.run("MATCH (n:_Instance|_Retired|_Record|_Run|_Source|_Snapshot) DETACH DELETE n")
    update(kb, place)
    return kb.fingerprint()


def writes(kb: KnowledgeBase) -> frozenset[str]:
    """Return the server's bookmark of the newest transaction that wrote."""
    with kb.database.driver.session(database=kb.database.name) as session:
        session.run("RETURN 1").consume()
        return frozenset(session.last_bookmarks().raw_values)


def test_a_source_that_another_has_read_meanwhile(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read ahead of the lock counts only if nobody else had it since."""
    place = source(put(folder / "people.csv", ROWS), folder)
    update(kb, place)
    put(folder / "people.csv", [("Ada", "1815", "Paris", "X"), *ROWS[2:]])
    others: list[UpdateReport] = []

    def late(*given: Any, **how: Any) -> None:
        monkeypatch.setattr(updating, "take_lock", take_lock)
        others.append(update(kb, place))
        take_lock(*given, **how)

    monkeypatch.setattr(updating, "take_lock", late)
    assert counts(update(kb, place)) == (0, 3, 0)
    assert list(map(counts, others)) == [(1, 2, 1)]
    assert kb.fingerprint() == fresh(kb, place)


def test_an_unchanged_source_writes_nothing(kb: KnowledgeBase, folder: Path) -> None:
    """The second time nothing is read, and the server commits no transaction."""
    place = source(put(folder / "people.csv", ROWS), folder)
    assert counts(update(kb, place)) == (4, 0, 0)
    before = writes(kb)
    report = update(kb, place)
    assert (report.skipped, report.given, report.updates) == (True, 0, 0)
    assert writes(kb) == before


def test_only_changes_are_written(kb: KnowledgeBase, folder: Path) -> None:
    """One changed, one new, one gone: the graph is as if the table had been so at once."""
    path = put(folder / "people.csv", ROWS)
    place = source(path, folder)
    update(kb, place)
    put(path, [("Ada", "1815", "Paris", "X"), *ROWS[2:], ("Eve", "2000", "", "W")])
    assert counts(update(kb, place)) == (2, 2, 1)
    assert names(kb) == {"Ada": ["X"], "Cid": [], "Dan": ["Z"], "Eve": ["W"]}
    assert not kb.check().counts
    found = kb.fingerprint()
    assert fresh(kb, place) == found


def test_rows_in_another_order_are_the_same(kb: KnowledgeBase, folder: Path) -> None:
    """Nothing is written when the same rows come in another order."""
    path = put(folder / "people.csv", ROWS)
    update(kb, source(path, folder))
    put(path, ROWS[::-1])
    report = update(kb, source(path, folder))
    assert (report.updates, report.run, report.unchanged) == (0, 0, 4)


def test_a_list_in_another_order_is_shown_so(kb: KnowledgeBase, folder: Path) -> None:
    """It is nothing new that the source says, so only the places of its links are written."""
    place = source(put(folder / "people.csv", ROWS), folder)
    update(kb, place)
    put(folder / "people.csv", [("Ada", "1815", "London", "Y;X"), *ROWS[1:]])
    changed = update(kb, place)
    assert (counts(changed), changed.updates > 0) == ((0, 4, 0), True)
    [ada] = kb.find("Person", name="Ada")
    assert [group.name for group in vars(ada)["group"]] == ["Y", "X"]
    assert update(kb, place).skipped


def test_what_somebody_took_out_by_hand_is_made_again(kb: KnowledgeBase, folder: Path) -> None:
    """A changed row of a thing that is not there any more, though the snapshot knows of it."""
    path = put(folder / "people.csv", ROWS)
    place = source(path, folder)
    update(kb, place)
    kb.database.run("MATCH (n:Person {name: 'Ada'}) DETACH DELETE n")
    put(path, [("Ada", "1815", "Paris", "X;W"), ("Bob", "1900", "Bari", "Y"), *ROWS[2:]])
    assert counts(update(kb, place)) == (2, 2, 0)
    assert names(kb) == {"Ada": ["W", "X"], "Bob": ["Y"], "Cid": [], "Dan": ["Z"]}
    assert not kb.check().counts


def test_a_run_says_in_the_ledger_what_it_did(kb: KnowledgeBase, folder: Path) -> None:
    """Also one that only takes back; and no lock stays."""
    path = put(folder / "people.csv", ROWS)
    place = source(path, folder)
    update(kb, place)
    put(path, ROWS[:3])
    update(kb, place)
    last = kb.history("people")[0]
    assert (last.status, last.counts["removed"]) == ("done", 1)
    [row] = kb.database.read("MATCH (r:_Run {id: $id}) RETURN r.summary AS s", id=last.id)
    assert row["s"] == "update run, people: 0 written, 3 unchanged"
    assert kb.database.read("MATCH (l:_SourceLock) RETURN l") == []


def test_a_fact_goes_with_its_last_evidence(kb: KnowledgeBase, folder: Path) -> None:
    """What two sources say stays when one of them drops it, and goes with the second."""
    one, two = put(folder / "one.csv", ROWS[:2]), put(folder / "two.csv", ROWS[:2])
    (folder / "keyed").mkdir()
    mapping = MAPPING.replace('concept = "Person"\nid = "name"', 'concept = "Group"').split(
        "born"
    )[0]
    (folder / "keyed" / "mapping.toml").write_text(mapping)
    for path in (one, two):
        update(kb, source(path, folder / "keyed", name=path.name, guard=1.0))
    [row] = kb.database.read("MATCH (g:Group {name: 'Ada'}) RETURN g._promoted AS p")
    assert row["p"]
    for path in (one, two):
        assert kb.database.read("MATCH (g:Group {name: 'Ada'}) RETURN g")
        put(path, ROWS[1:2])
        update(kb, source(path, folder / "keyed", name=path.name, guard=1.0))
    assert kb.database.read("MATCH (g:Group {name: 'Ada'}) RETURN g") == []
    put(one, ROWS[:2])
    update(kb, source(one, folder / "keyed", name=one.name, guard=1.0))
    assert kb.database.read("MATCH (g:Group {name: 'Ada'}) RETURN g")
    assert not kb.check().counts


def test_too_much_at_once_is_refused(kb: KnowledgeBase, folder: Path) -> None:
    """A source that shrinks to nothing changes nothing, until a person allows it."""
    path = put(folder / "people.csv", ROWS)
    update(kb, source(path, folder))
    before = kb.fingerprint()
    put(path, [])
    with pytest.raises(TooMuchWouldGo):
        update(kb, source(path, folder))
    assert kb.fingerprint() == before
    assert kb.database.read("MATCH (l:_SourceLock) RETURN l") == []
    assert counts(update(kb, source(path, folder, guard=1.0))) == (0, 0, 4)
    assert names(kb) == {}


def test_a_half_written_file_removes_nothing(kb: KnowledgeBase, folder: Path) -> None:
    """With rejected rows the good ones are kept, nothing goes, and the next run looks again."""
    path = put(folder / "people.csv", ROWS)
    update(kb, source(path, folder))
    whole = path.read_bytes()
    path.write_bytes(whole[:-12].replace(b"1900", b"1901"))
    report = update(kb, source(path, folder))
    assert (report.rejected, report.removed) == (1, 0)
    assert set(names(kb)) == {"Ada", "Bob", "Cid", "Dan"}
    path.write_bytes(whole)
    assert update(kb, source(path, folder)).rejected == 0
    found = kb.fingerprint()
    assert fresh(kb, source(path, folder)) == found


def test_a_trial_tells_and_writes_nothing(kb: KnowledgeBase, folder: Path) -> None:
    """`dry_run` counts what would be written and removed."""
    path = put(folder / "people.csv", ROWS)
    update(kb, source(path, folder))
    put(path, [*ROWS[1:], ("Eve", "2000", "", "")])
    before = writes(kb)
    report = update(kb, source(path, folder), dry_run=True)
    assert counts(report) == (1, 3, 1)
    assert [line[0] for line in report.changes] == ["+", "-"]
    assert writes(kb) == before


def test_a_folder_is_one_source(kb: KnowledgeBase, folder: Path) -> None:
    """A file that is gone from the folder takes along what only it said."""
    data = folder / "data"
    data.mkdir()
    put(data / "one.csv", ROWS[:3])
    two = put(data / "two.csv", ROWS[3:])
    (data / ".hidden.csv").write_text("of,another,program\n")
    update(kb, source(data, folder))
    two.unlink()
    assert counts(update(kb, source(data, folder))) == (0, 3, 1)
    assert set(names(kb)) == {"Ada", "Bob", "Cid"}


def test_columns_that_are_gone_are_named(kb: KnowledgeBase, folder: Path) -> None:
    """A table whose columns were renamed is refused before anything is written."""
    path = put(folder / "people.csv", ROWS)
    update(kb, source(path, folder))
    before = kb.fingerprint()
    path.write_text(path.read_text().replace("home", "city", 1))
    with pytest.raises(UsageError, match="home"):
        update(kb, source(path, folder))
    assert kb.fingerprint() == before


def test_one_update_of_a_source_at_a_time(kb: KnowledgeBase, folder: Path) -> None:
    """While a living process holds the lock others are refused; that of a dead one is taken."""
    place = source(put(folder / "people.csv", ROWS), folder)
    take_lock(kb.database, runs.begin(kb.database, "people", "update run"))
    with pytest.raises(SourceBusy):
        update(kb, place)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    kb.database.run("MATCH (l:_SourceLock) SET l.pid = $pid", pid=dead.pid)
    assert update(kb, place).written == 4
    assert kb.database.read("MATCH (l:_SourceLock) RETURN l") == []


def test_other_routes_to_the_same_source_are_seen(kb: KnowledgeBase, folder: Path) -> None:
    """What `load` wrote under the source's name is known to the update, and goes like its own."""
    path = put(folder / "people.csv", ROWS)
    ran = CliRunner(env=_environment(kb)).invoke(
        cli,
        [
            "load",
            "csv",
            str(path),
            "--mapping",
            str(folder / "mapping.toml"),
            "--source",
            "people",
        ],
    )
    assert ran.exit_code == 0, ran.output
    put(path, ROWS[:3])
    assert counts(update(kb, source(path, folder))) == (0, 3, 1)
    assert set(names(kb)) == {"Ada", "Bob", "Cid"}


@pytest.mark.parametrize("seed", range(5))
def test_any_snapshot_can_be_taken_back(kb: KnowledgeBase, folder: Path, seed: int) -> None:
    """Random states of a table, one of them rolled back: as if it had never been looked at."""
    chance = Random(seed)
    states: list[list[Row]] = []
    for _ in range(5):
        people = chance.sample("ABCDEF", chance.randint(2, 5))
        homes = ("Rome", "Oslo", "")
        states.append([(n, str(chance.randrange(3)), chance.choice(homes), "X;Y") for n in people])
    path = folder / "people.csv"
    place = source(path, folder, guard=1.0)

    def played(chosen: Sequence[list[Row]]) -> list[int]:
        kb.database.run(
            "MATCH (n:_Instance|_Retired|_Record|_Run|_Source|_Snapshot|_Undone) DETACH DELETE n"
        )
        numbers: list[int] = []
        for rows in chosen:
            put(path, rows)
            numbers.append(update(kb, place).run)
        return numbers

    numbers = played(states)
    which = chance.choice([i for i, number in enumerate(numbers) if number])
    kb.rollback(numbers[which])
    found = kb.fingerprint()
    assert not kb.check().counts
    put(path, states[-1])
    update(kb, place)
    after = kb.fingerprint()
    played([rows for i, rows in enumerate(states) if i != which])
    assert kb.fingerprint() == found
    put(path, states[-1])
    update(kb, place)
    assert kb.fingerprint() == after


def test_the_command(kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources by place or by their name in knowloom.toml; faults in words."""
    put(folder / "people.csv", ROWS)
    (folder / "knowloom.toml").write_text(
        '[sources.people]\nlocation = "people.csv"\nmapping = "mapping.toml"\n'
    )
    monkeypatch.chdir(folder)
    runner = CliRunner(env=_environment(kb))
    ran = runner.invoke(cli, ["update", "run", "people", "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)[0]["written"] == 4
    assert "people: unchanged" in runner.invoke(cli, ["update", "run", "people"]).output
    (folder / "knowloom.toml").write_text('[sources.people]\nlocation = "x"\nevrey = "1h"\n')
    ran = runner.invoke(cli, ["update", "run", "people"])
    assert "did you mean 'every'" in str(ran.exception)


def test_one_source_that_fails_keeps_no_other(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done is told when it is done, the others follow, and the worst code ends it."""
    put(folder / "a.csv", ROWS[:2])
    put(folder / "c.csv", ROWS[2:])
    monkeypatch.chdir(folder)
    runner = CliRunner(env=_environment(kb))
    command = ["update", "run", "a.csv", "b.csv", "c.csv", "--mapping", "mapping.toml"]
    ran = runner.invoke(cli, command)
    assert ran.exit_code == 1
    assert ran.stdout.count("2 written") == 2
    assert "b.csv" in ran.stderr
    assert set(names(kb)) == {"Ada", "Bob", "Cid", "Dan"}
    ran = runner.invoke(cli, [*command, "--json"])
    assert [row["source"] for row in json.loads(ran.stdout)] == ["a.csv", "b.csv", "c.csv"]
    assert "b.csv" in json.loads(ran.stdout)[1]["error"]


def test_two_places_of_one_name_are_refused_together(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the second would take away what the first says, but where both tell changes."""
    put(folder / "a.csv", ROWS[:3])
    put(folder / "b.csv", ROWS[1:])
    monkeypatch.chdir(folder)
    runner = CliRunner(env=_environment(kb))
    command = ["update", "run", "a.csv", "b.csv", "--mapping", "mapping.toml", "--name", "people"]
    ran = runner.invoke(cli, command)
    assert isinstance(ran.exception, UsageError)
    assert "--name of its own" in str(ran.exception)
    assert names(kb) == {}
    assert runner.invoke(cli, [*command, "--delta"]).exit_code == 0
    assert set(names(kb)) == {"Ada", "Bob", "Cid", "Dan"}


def _environment(kb: KnowledgeBase) -> dict[str, str]:
    """Return the variables that lead a command to the tests' server."""
    return {**os.environ, "NEO4J_URI": kb.database.uri, **_login}


_login: dict[str, str] = {}


@pytest.fixture(autouse=True)
def login(endpoint: Endpoint) -> None:
    """Let commands know how to log in."""
    _login.update(NEO4J_USERNAME=endpoint.user, NEO4J_PASSWORD=endpoint.password)
