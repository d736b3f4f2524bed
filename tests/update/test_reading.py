"""Rows that are known again: they are not made out twice, and the outcome is the same."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from knowloom.base import KnowledgeBase
from knowloom.knowledge.plugins import Row as Cells
from knowloom.knowledge.record import Reject, Statement
from knowloom.knowledge.rows import said_in
from knowloom.update.snapshot import Turnover, changed_parts, lines_of, rows_of
from knowloom.update.sources import Source
from knowloom.updating import UpdateReport, update

pytestmark = pytest.mark.neo4j

MAPPING = """
[[objects]]
concept = "Person"
id = "name"
attributes = { name = "name", born = "born", home = "home" }

[[objects]]
concept = "Group"
attributes = { name = "group" }
unless = { group = "" }

[[relations]]
relation = "Employment"
head = { id = "name" }
tail = { key = { name = "group" } }
"""
COLUMNS = ("name", "born", "home", "group", "note")
Row = tuple[str, str, str, str, str]
ROWS: list[Row] = [
    ("Ada", "1815", "London", "X", ""),
    ("Bob", "1900", "Rome", "X", ""),
    ("Cid", "1950", "Oslo", "", ""),
    ("Dan", "1960", "Bonn", "Z", ""),
]


@pytest.fixture
def place(tmp_path: Path) -> Source:
    """A table of people and where they work, as yet empty."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return Source(
        name="people",
        location=str(tmp_path / "people.csv"),
        mapping=tmp_path / "mapping.toml",
        guard=1.0,
    )


@pytest.fixture
def made_out(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[object]]:
    """The cells of all rows that were made out since it was last cleared."""
    cells: list[Sequence[object]] = []

    def noted(
        speak: Callable[[int, Sequence[object]], Iterable[Statement]],
        rows: Iterable[Cells | Reject],
    ) -> Iterator[Statement]:
        rows = list(rows)
        cells.extend(row[1] for row in rows if not isinstance(row, Reject))
        return said_in(speak, rows)

    monkeypatch.setattr("knowloom.knowledge.news.said_in", noted)
    return cells


def put(place: Source, rows: Sequence[Row]) -> None:
    """Write rows as the table of a source."""
    with Path(place.location).open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


def counts(report: UpdateReport) -> tuple[int, int, int, int, int]:
    """Return what was given, written, unchanged, removed and rejected."""
    known = report.given, report.written, report.unchanged
    return (*known, report.removed, report.rejected)


def fresh(kb: KnowledgeBase, place: Source) -> str:
    """Return the fingerprint of an empty graph brought up to date with a source."""
    kb.database.run(
        "MATCH (n:_Instance|_Retired|_Record|_Run|_Source|_Snapshot|_Statement|_Touched) "
        "DETACH DELETE n"
    )
    update(kb, place)
    return kb.fingerprint()


def test_only_new_rows_are_made_out(
    kb: KnowledgeBase, place: Source, made_out: list[Sequence[object]]
) -> None:
    """A changed and a new row, wherever the others stand now; all are counted."""
    put(place, ROWS)
    assert counts(update(kb, place)) == (10, 9, 1, 0, 0)
    made_out.clear()
    changed: Row = ("Bob", "1901", "Rome", "X", "")
    put(place, [*ROWS[2:], changed, ROWS[0]])
    assert counts(update(kb, place)) == (10, 1, 9, 0, 0)
    assert made_out == [list(changed)]
    found = kb.fingerprint()
    assert not kb.check().counts
    assert fresh(kb, place) == found


def test_a_row_twice_is_given_twice(kb: KnowledgeBase, place: Source) -> None:
    """It says the same, so it goes with the last of both."""
    put(place, [*ROWS, ROWS[0]])
    assert counts(update(kb, place)) == (13, 9, 4, 0, 0)
    put(place, [*ROWS, ROWS[0], ROWS[0]])
    assert counts(update(kb, place)) == (16, 0, 16, 0, 0)
    put(place, ROWS)
    assert counts(update(kb, place)) == (10, 0, 10, 0, 0)
    put(place, ROWS[1:])
    assert counts(update(kb, place)) == (7, 0, 7, 2, 0)
    found = kb.fingerprint()
    assert fresh(kb, place) == found


def test_a_statement_stays_while_another_row_makes_it(kb: KnowledgeBase, place: Source) -> None:
    """The group of two people goes with the second; a note means nothing to the mapping."""
    put(place, ROWS)
    update(kb, place)
    noted: Row = ("Ada", "1815", "London", "X", "a note")
    put(place, [noted, *ROWS[1:]])
    assert counts(update(kb, place)) == (10, 0, 10, 0, 0)
    put(place, ROWS[1:])
    assert counts(update(kb, place)) == (7, 0, 7, 2, 0)
    assert kb.find("Group", name="X")
    put(place, ROWS[2:])
    assert counts(update(kb, place)) == (4, 0, 4, 3, 0)
    assert not kb.find("Group", name="X")
    assert not kb.check().counts


def test_a_rejected_row_is_rejected_again(
    kb: KnowledgeBase, place: Source, made_out: list[Sequence[object]]
) -> None:
    """Also where some are allowed; what else its rows say counts every time."""
    place = replace(place, allow_rejects=1)
    wrong: Row = ("Eve", "soon", "Rome", "W", "")
    put(place, [*ROWS, wrong])
    assert counts(update(kb, place)) == (13, 11, 1, 0, 1)
    made_out.clear()
    put(place, [*ROWS[1:], wrong])
    report = update(kb, place)
    assert counts(report) == (10, 0, 9, 0, 1)
    assert made_out == [list(wrong)]
    assert [reject.row for reject in report.rejects] == [5]
    put(place, ROWS[1:])
    assert counts(update(kb, place)) == (7, 0, 7, 4, 0)
    found = kb.fingerprint()
    assert fresh(kb, place) == found


def test_another_mapping_makes_all_rows_out(
    kb: KnowledgeBase, place: Source, made_out: list[Sequence[object]]
) -> None:
    """What rows mean is part of how they are known again."""
    put(place, ROWS)
    update(kb, place)
    made_out.clear()
    assert place.mapping
    place.mapping.write_text(MAPPING.replace('home = "home"', 'home = "note"'))
    assert counts(update(kb, place)) == (10, 4, 6, 0, 0)
    assert len(made_out) == len(ROWS)
    assert not kb.database.read("MATCH (n:Person) WHERE n.home IS NOT NULL RETURN n")


def test_a_trial_tells_what_a_run_does(kb: KnowledgeBase, place: Source) -> None:
    """Rows that are known count in both alike."""
    put(place, ROWS)
    update(kb, place)
    put(place, [*ROWS[2:], ("Eve", "2000", "", "X", "")])
    tried = update(kb, place, dry_run=True)
    assert counts(tried) == counts(update(kb, place)) == (7, 2, 5, 4, 0)


def test_a_trial_of_rows_that_are_rejected(kb: KnowledgeBase, place: Source) -> None:
    """Where something is rejected nothing goes, and a trial says so."""
    put(place, ROWS)
    update(kb, place)
    put(place, [*ROWS[2:], ("Ada", "soon", "London", "X", "")])
    tried = update(kb, place, dry_run=True)
    assert [line for line in tried.changes if line.startswith("-")] == []
    assert counts(tried) == counts(update(kb, place))


def test_a_trial_of_what_brings_its_classes(kb: KnowledgeBase, tmp_path: Path) -> None:
    """A source without a mapping can be tried before its classes are there."""
    path = tmp_path / "towns.csv"
    path.write_text("name,size\nRome,3\nOslo,1\nOslo,2\n")
    towns = Source(name="towns", location=str(path))
    tried = update(kb, towns, dry_run=True)
    assert "Town" not in kb.ontology
    assert counts(tried) == counts(update(kb, towns)) == (3, 3, 0, 0, 0)


def test_an_old_snapshot_serves_too(
    kb: KnowledgeBase, place: Source, made_out: list[Sequence[object]]
) -> None:
    """One that holds lines without rows saves no reading, and nothing is written in vain."""
    put(place, ROWS)
    update(kb, place)
    _make_old(kb)
    made_out.clear()
    put(place, ROWS[::-1])
    assert counts(update(kb, place)) == (10, 0, 10, 0, 0)
    assert len(made_out) == len(ROWS)
    made_out.clear()
    put(place, ROWS[:3])
    assert counts(update(kb, place)) == (7, 0, 7, 3, 0)
    assert made_out == []
    found = kb.fingerprint()
    assert fresh(kb, place) == found


@pytest.mark.parametrize("seed", range(4))
def test_any_states_one_after_the_other(kb: KnowledgeBase, place: Source, seed: int) -> None:
    """Random tables, with rows twice and faulty ones: each update as if it were the first."""
    chance = Random(seed)
    some: list[Row] = [
        (name, born, home, group, "")
        for name in "ABC"
        for born in ("1900", "1901", "soon")
        for home in ("Rome", "")
        for group in ("X", "Y", "")
    ]
    rows: list[Row] = []
    for _ in range(6):
        rows = [chance.choice(some) for _ in range(chance.randrange(1, 9))]
        put(place, rows)
        tried = counts(update(kb, place, dry_run=True))
        report = update(kb, place)
        assert tried == counts(report)
        given, written, unchanged, _, rejected = counts(report)
        assert given == written + unchanged + rejected
    put(place, [row for row in rows if row[1] != "soon"])
    update(kb, place)
    found = kb.fingerprint()
    assert not kb.check().counts
    assert fresh(kb, place) == found


def test_parts_hold_what_they_are_to_hold() -> None:
    """Whatever changes: also many times, so that all is kept anew now and then."""
    chance = Random(7)
    marks = [number.to_bytes(8, "big") for number in range(300)]
    rows = {mark: f"{mark.hex()} a\n" * chance.randrange(3) for mark in marks}
    parts = changed_parts((), None, Turnover(set(), rows)).parts
    times = 0
    for _ in range(200):
        before = rows_of(parts)
        assert before == rows
        rows = dict(rows)
        for mark in chance.sample(marks, chance.randrange(8)):
            if rows.pop(mark, None) is None:
                rows[mark] = f"{mark.hex()} b\n"
        come = {mark: rows[mark] for mark in rows.keys() - before.keys()}
        changed = changed_parts(parts, before, Turnover(before.keys() - rows.keys(), come))
        parts = [*([] if changed.anew else parts), *changed.parts]
        times += changed.anew
    assert 0 < times < 50
    assert lines_of(["a 1\nb 2\n", "", "a 1\n"]) == {"a 1", "b 2"}
    assert rows_of(changed_parts(parts, rows, Turnover(rows.keys(), {})).parts) == {}


def _make_old(kb: KnowledgeBase) -> None:
    """Keep a snapshot as it was kept before rows were."""
    [row] = kb.database.read("MATCH (s:_Snapshot) RETURN s.body AS body")
    lines = lines_of(zlib.decompress(bytes(row["body"])).decode().replace("\0", ""))
    kb.database.run(
        "MATCH (s:_Snapshot) SET s.body = $body REMOVE s.marks, s.gone",
        body=zlib.compress("\n".join(sorted(lines)).encode()),
    )
