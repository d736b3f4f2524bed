"""Updates and decisions beside each other: neither undoes what the other does."""

from __future__ import annotations

import csv
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from knowloom import updating
from knowloom.base import KnowledgeBase
from knowloom.errors import SourceBusy
from knowloom.fitting import fit_policy
from knowloom.knowledge.policies import Policy
from knowloom.knowledge.record import Record
from knowloom.scheduling import look_once
from knowloom.store import runs
from knowloom.store.write import Writer
from knowloom.update import lock
from knowloom.update.deciding import decide
from knowloom.update.lock import DECISIONS, drop_lock, take_lock, writing
from knowloom.update.sources import Source
from knowloom.updating import update
from tests.update.people import person, uid

pytestmark = pytest.mark.neo4j

MAPPING = """
[[objects]]
concept = "Person"
id = "name"
[objects.attributes]
name = "name"
home = "home"
"""
Row = tuple[str, str]
ROWS: list[Row] = [("Ada Lovelace", "London"), ("Countess of Lovelace", ""), ("Cid Hamete", "")]
ADA, COUNTESS, CID = (uid(name) for name, _ in ROWS)
LATER: list[Row] = [*ROWS[:1], ("Countess of Lovelace", "Marylebone"), *ROWS[2:]]


@pytest.fixture
def people(tmp_path: Path) -> Callable[..., Source]:
    """Writes rows as a table and returns it as a source."""
    (tmp_path / "mapping.toml").write_text(MAPPING)

    def people(rows: Sequence[Row], name: str = "a", **more: Any) -> Source:
        path = tmp_path / f"{name}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("name", "home"), *rows])
        mapping = tmp_path / "mapping.toml"
        return Source(name=name, location=str(path), mapping=mapping, **more)

    return people


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Future[Any]]:
    """Does something while an update writes, and does not wait for it longer than a second."""

    def beside(kb: KnowledgeBase, source: Source, work: Callable[..., Any], *given: Any) -> Any:
        done: list[Future[Any]] = []

        class Watched(Writer):
            def put(self, *statements: Any) -> Any:
                done.append(others.submit(work, *given))
                wait(done, timeout=1)
                return super().put(*statements)

        with ThreadPoolExecutor(1) as others, monkeypatch.context() as patched:
            patched.setattr(updating, "Writer", Watched)
            update(kb, source)
            return done[0].result()

    return beside


def said(row: Row) -> Record:
    """Return what a row says of a person."""
    return person(row[0], **({"home": row[1]} if row[1] else {}))


def homes(kb: KnowledgeBase) -> dict[str, Any]:
    """Return what people's homes are shown to be, by uid; nothing else is amiss."""
    assert not kb.check().counts
    return {person.uid: vars(person)["home"] for person in kb.find("Person")}


def test_what_is_merged_while_an_update_writes_stays_one(
    kb: KnowledgeBase, people: Callable[..., Source], beside: Callable[..., Any]
) -> None:
    """The merge waits, and moves what the update wrote."""
    update(kb, people(ROWS))
    beside(kb, people(LATER), kb.merge, ADA, COUNTESS)
    assert homes(kb) == {ADA: "Marylebone", CID: None}
    kb.split(COUNTESS)
    assert homes(kb) == {ADA: "London", COUNTESS: "Marylebone", CID: None}


@pytest.mark.parametrize("splits", [False, True])
def test_what_is_decided_while_a_load_writes_stays(kb: KnowledgeBase, splits: bool) -> None:
    """The decision waits, and moves what was written; so it does whatever writes statements."""
    kb.write_statements(map(said, ROWS), source="a", command="test")
    if splits:
        kb.merge(ADA, COUNTESS)
    with ThreadPoolExecutor(1) as others:
        decided: list[Future[Any]] = []

        def decide() -> object:
            return kb.split(COUNTESS) if splits else kb.merge(ADA, COUNTESS)

        def statements() -> Iterator[Record]:
            for row in LATER:
                yield said(row)
                if not decided:
                    decided.append(others.submit(decide))
                    wait(decided, timeout=1)

        kb.write_statements(statements(), source="a", command="test")
        decided[0].result()
    two = {ADA: "London", COUNTESS: "Marylebone", CID: None}
    assert homes(kb) == (two if splits else {ADA: "Marylebone", CID: None})
    if not splits:
        kb.split(COUNTESS)
        assert homes(kb) == two


def test_a_value_is_decided_where_its_thing_is_kept(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who rules on a dispute waits for who merges the thing away, and the merge for who rules."""
    kb.write_statements(map(said, LATER), source="a", command="test")
    other = runs.begin(kb.database, DECISIONS, "merge")
    take_lock(kb.database, other)
    with ThreadPoolExecutor(1) as others:
        ruling = others.submit(
            decide, kb.database, kb.ontology, COUNTESS, "home", "Paris", by="ann"
        )
        wait([ruling], timeout=0.5)
        assert not ruling.done()
        drop_lock(kb.database, other)
        assert ruling.result()
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    with writing(kb.database, "x", "review accept"), pytest.raises(SourceBusy):
        kb.merge(ADA, COUNTESS)
    assert homes(kb) == {ADA: "London", COUNTESS: "Paris", CID: None}
    assert locks(kb) == 0


def locks(kb: KnowledgeBase) -> int:
    """Return how many have a lock."""
    return len(kb.database.read("MATCH (l:_SourceLock) RETURN l"))


def test_a_load_waits_for_who_decides_but_not_for_ever(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written then, and nobody is kept waiting by it."""
    take_lock(kb.database, runs.begin(kb.database, DECISIONS, "merge"))
    monkeypatch.setattr(lock, "_PATIENCE_OF_UPDATES", 0.1)
    with pytest.raises(SourceBusy, match="decisions are being taken"):
        kb.write_statements(map(said, ROWS), source="a", command="test")
    assert homes(kb) == {}
    assert locks(kb) == 1


def test_loads_beside_each_other_do_not_wait(kb: KnowledgeBase) -> None:
    """Of one source neither; a decision does, and is told for whom."""
    holders: list[Any] = [writing(kb.database, "a", "load csv") for _ in range(2)]
    with ExitStack() as held:
        for each in holders:
            held.enter_context(each)
        kb.write_statements(map(said, ROWS), source="a", command="test")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(lock, "_PATIENCE", 0.1)
            with pytest.raises(SourceBusy, match=r"a is being written by process .*break-lock`$"):
                kb.merge(ADA, COUNTESS)
    kb.merge(ADA, COUNTESS)
    assert locks(kb) == 0


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_load_that_is_no_more_keeps_nobody_waiting(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    """On this machine that is seen; of another somebody says so."""
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    kb.write_statements(map(said, ROWS), source="a", command="test")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lock, "drop_lock", lambda *_: None)
        if elsewhere:
            patched.setattr(socket, "gethostname", lambda: "elsewhere")
        with writing(kb.database, "a", "load csv"):
            pass
    lock._held.clear()  # as in a process that comes later
    if elsewhere:
        with pytest.raises(SourceBusy, match=r"on elsewhere .*knowloom update resolve"):
            kb.merge(ADA, COUNTESS)
        kb.resolve(break_lock=True)
    kb.merge(ADA, COUNTESS)
    assert locks(kb) == 0


@pytest.mark.parametrize("splits", [False, True])
def test_what_is_decided_while_an_update_reads_counts(
    kb: KnowledgeBase, people: Callable[..., Source], splits: bool
) -> None:
    """What is written is placed by what was decided before it was."""
    update(kb, people(ROWS))
    if splits:
        kb.merge(ADA, COUNTESS)
    taken: list[object] = []

    def advance(_: int) -> None:
        if not taken:
            taken.append(kb.split(COUNTESS) if splits else kb.merge(ADA, COUNTESS))

    update(kb, people(LATER), advance=advance)
    two = {ADA: "London", COUNTESS: "Marylebone", CID: None}
    assert homes(kb) == (two if splits else {ADA: "Marylebone", CID: None})


def test_what_is_fitted_while_an_update_writes_decides(
    kb: KnowledgeBase, people: Callable[..., Source], beside: Callable[..., Any]
) -> None:
    """All is shown by the policy that stands."""
    update(kb, people(ROWS))
    update(kb, people([("Cid Hamete", "Toledo")], "b"))
    kb.merge(CID, uid("Cid Hamete", "b"))
    policy = Policy(choices={"home": "trusted-source-order"}, trusted=("b", "a"))
    said = [*ROWS[:2], ("Cid Hamete", "Lugo")]
    beside(kb, people(said), fit_policy, kb, policy)
    assert homes(kb)[CID] == "Toledo"


def test_what_is_written_after_a_look_is_looked_at(
    kb: KnowledgeBase, people: Callable[..., Source]
) -> None:
    """Also by a run that had begun to read before who is who was looked at."""
    update(kb, people(ROWS[:1]))
    looked: list[object] = []

    def advance(_: int) -> None:
        if not looked:
            looked.append(kb.resolve())

    update(kb, people(ROWS[:1], "b"), advance=advance)
    assert len(kb.resolve().joined) == 1


def test_who_is_who_is_found_later_when_others_go_on_deciding(
    kb: KnowledgeBase,
    people: Callable[..., Source],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The update is done, says so, and the next makes up for it though nothing changed."""
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    update(kb, people(ROWS))
    place = people(ROWS, "b", resolve=True)
    other = runs.begin(kb.database, DECISIONS, "merge")

    def look(source: Source) -> updating.UpdateReport:
        take_lock(kb.database, other)
        monkeypatch.setattr(lock, "_PATIENCE_OF_UPDATES", 0.1)
        with pytest.raises(SourceBusy):
            update(kb, source)
        drop_lock(kb.database, other)
        with monkeypatch.context() as patched:
            patched.setattr(kb, "resolve", busy)
            return update(kb, source)

    def busy() -> None:
        raise SourceBusy(DECISIONS, "somebody", "noon")

    outcome = look_once([place], look, tmp_path)["b"]
    assert (outcome["status"], outcome["written"]) == ("failed", 3)
    assert "somebody" in outcome["error"]
    again = update(kb, place)
    assert (again.skipped, again.unresolved, again.joined) == (True, "", 3)
    assert update(kb, place).joined == 0


def test_fitting_waits_for_who_decides(kb: KnowledgeBase, people: Callable[..., Source]) -> None:
    """As merges do, and a trial waits for nobody."""
    update(kb, people(ROWS))
    other = runs.begin(kb.database, DECISIONS, "merge")
    take_lock(kb.database, other)
    fit_policy(kb, Policy(), dry_run=True)
    with ThreadPoolExecutor(1) as others:
        fitted = others.submit(fit_policy, kb, Policy())
        wait([fitted], timeout=0.5)
        drop_lock(kb.database, other)
        assert fitted.result().version
    assert kb.database.read("MATCH (l:_SourceLock) RETURN l") == []


def test_who_is_waited_for_is_told_at_once(
    kb: KnowledgeBase,
    people: Callable[..., Source],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A process of another machine may be no more, and only a person knows."""
    update(kb, people(ROWS))
    with monkeypatch.context() as patched:
        patched.setattr(socket, "gethostname", lambda: "elsewhere")
        take_lock(kb.database, runs.begin(kb.database, DECISIONS, "merge"))
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(update, kb, people(LATER))
        wait([waiting], timeout=3)
        assert not waiting.done()
        [said] = caplog.messages
        assert "waiting, for 59" in said
        assert "on elsewhere since 2" in said
        assert "`knowloom update resolve --break-lock`" in said
        kb.resolve(break_lock=True)
        assert waiting.result().written == 1


def test_a_clock_that_is_set_ends_no_process(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has a lock is known to be there whatever time it is said to have been started at."""
    take_lock(kb.database, runs.begin(kb.database, "a", "update run"))
    started, booted = psutil.Process().create_time(), psutil.boot_time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: started + 86_400)
    monkeypatch.setattr(psutil, "boot_time", lambda: booted + 86_400)
    with pytest.raises(SourceBusy):
        take_lock(kb.database, runs.begin(kb.database, "a", "update run"))
