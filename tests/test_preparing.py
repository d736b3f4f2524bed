"""Preparing a bulk load in several processes: nothing is lost, twice or in another order."""

from __future__ import annotations

import sys
from heapq import merge
from operator import itemgetter
from pathlib import Path

import pytest

from knowloom.errors import SourceError
from knowloom.knowledge import plugins
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.mapping_file import parse_mapping
from knowloom.knowledge.plugins import Share, blocks_of, loader
from knowloom.knowledge.record import FactColumns, Record, Reject, Statement
from knowloom.ontology.parse import parse
from knowloom.preparing import prepared, statements_at
from knowloom.store.prepare import Prepared, Preparer
from knowloom.store.runs import Run
from knowloom_loaders import csv_file

ONTOLOGY = parse(
    'class Person(Entity, key=("name",)):\n'
    "    age: int | None = None\n"
    "    knows: list[Person] = []\n"
    "class Ship(Entity): pass\n"
    "class Owns(Relation):\n"
    "    head_entity: Person\n"
    "    tail_entity: Person\n"
    "    since: int | None = None\n"
)
PEOPLE = parse_mapping(
    '[[objects]]\nconcept = "Person"\nattributes = { name = "name", age = "age" }\n'
    '[[relations]]\nattribute = "knows"\n'
    'head = { column = "name", concept = "Person" }\ntail = "friend"\n'
    '[[relations]]\nrelation = "Owns"\nhead = "name"\ntail = "friend"\n'
    'attributes = { since = "age" }\n'
)
SHIPS = parse_mapping('[[objects]]\nconcept = "Ship"\nattributes = { name = "name" }\n')
ROWS = 10_123


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """More rows than two blocks hold, some of them faulty, one of them said twice."""
    ages = ("x" if i % 4_000 == 7 else str(i % 90) for i in range(ROWS))
    rows = (f"person {i % (ROWS - 1)},{age},person {i * 7 % ROWS}\n" for i, age in enumerate(ages))
    path = tmp_path / "people.csv"
    path.write_text("name,age,friend\n" + "".join(rows) + "ragged\n")
    return path


def shared(path: Path, kind: str, mapping: Mapping, of: int) -> list[Statement]:
    """Return what several shares say together."""
    shares = [
        blocks_of(loader(kind), path, ONTOLOGY, mapping, path.name, Share(turn, of))
        for turn in range(of)
    ]
    return [each for _, said in merge(*shares, key=itemgetter(0)) for each in said]


@pytest.mark.parametrize("of", [1, 2, 3])
def test_shares_say_together_what_the_loader_says(
    people: Path, of: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its order, faulty rows included."""
    monkeypatch.setattr(csv_file, "_CHUNK", 2_000)
    whole = list(loader("csv").statements(people, ontology=ONTOLOGY, mapping=PEOPLE))
    assert shared(people, "csv", PEOPLE, of) == whole
    assert len(whole) > 3 * ROWS - 10


# Two records over several lines, a quote that nobody closes, a byte that is no UTF-8, a line with
# too many cells and one without any.
ODD = (
    b'"Ada\nof\nAyre",1,\n"B\n"" o",2,Cy\n"Cy",3,\n\nDi,4\nE\xffe,5,\n'
    b'"Flo,6,\nGus,7,Cy\nHal,8,"Cy"\n'
)


@pytest.mark.parametrize("chunk", [1, 7, 30, 200, 1 << 17])
def test_where_blocks_end_does_not_matter(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is odd about lines, all shares together say it as one reading of all lines does."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"name,age,friend\n" + b"Zoe,1,\n" * 3 + ODD * 3 + b"Zoe,2,Cy\n")
    whole = list(loader("csv").statements(path, ontology=ONTOLOGY, mapping=PEOPLE))
    monkeypatch.setattr(csv_file, "_CHUNK", chunk)
    assert list(loader("csv").statements(path, ontology=ONTOLOGY, mapping=PEOPLE)) == whole
    assert shared(path, "csv", PEOPLE, 2) == whole
    records = [each for each in whole if isinstance(each, Record)]
    assert [each.row for each in records][:5] == [2, 3, 4, 5, 8]
    assert [each.values["name"] for each in records][3:6] == ["Ada\nof\nAyre", 'B\n" o', "Cy"]
    assert {each.code for each in whole if isinstance(each, Reject)} == {
        "ragged",
        "encoding",
        "csv",
    }


@pytest.mark.parametrize(
    ("kind", "text", "mapping"),
    [
        ("csv", "name\n" + "Argo\nBeagle\n" * 9, SHIPS),  # told apart by counting
        ("jsonl", '{"name": "Argo"}\n' * 9, SHIPS),
        ("jsonl", '{"concept": "Ship", "values": {"name": "Argo"}}\n' * 9, Mapping()),
        ("triples", "Argo\tis\tShip\n" * 9, Mapping()),
    ],
)
def test_what_cannot_be_divided_is_in_one_share(
    kind: str, text: str, mapping: Mapping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a row depends on those before it one share holds them all."""
    monkeypatch.setattr(plugins, "BLOCK", 2)
    path = tmp_path / f"ships.{kind}"
    path.write_text(text)
    whole = list(loader(kind).statements(path, ontology=ONTOLOGY, mapping=mapping))
    assert shared(path, kind, mapping, 2) == whole
    rest = blocks_of(loader(kind), path, ONTOLOGY, mapping, path.name, Share(1, 2))
    assert [each for _, said in rest for each in said] == []


def alone(path: Path) -> list[Prepared]:
    """Return the blocks as one process prepares them."""
    preparer = Preparer(ONTOLOGY, Run("people", "", id=1))
    said = blocks_of(loader("csv"), path, ONTOLOGY, PEOPLE, "people", Share())
    return [preparer.block((0, number), each) for number, each in said]


def together(path: Path) -> list[Prepared]:
    """Return the blocks as the readers prepare them."""
    return list(prepared("csv", [(path, PEOPLE)], ONTOLOGY, Run("people", "", id=1)))


def test_readers_prepare_what_one_process_prepares(people: Path) -> None:
    """Block by block, in order."""
    blocks = together(people)
    assert blocks == alone(people)
    assert [block.place for block in blocks] == [(0, 0), (0, 1), (0, 2)]
    assert sum(len(block.rejects) for block in blocks) == 2 * 3 + 1
    assert sum(len(t.places) for block in blocks for t in block.things.values()) == ROWS - 3


@pytest.mark.parametrize("sent", [0, 100_000])
def test_a_reader_that_ends_early(
    people: Path, sent: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did not deliver is read by the process that waits for it."""
    cut = tmp_path / "python"
    cut.write_text(f'#!/bin/sh\n"{sys.executable}" "$@" | head -c {sent}\n')
    cut.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(cut))
    assert together(people) == alone(people)


FRIENDS = parse_mapping(
    '[[relations]]\nattribute = "knows"\n'
    'head = { column = "from", concept = "Person" }\ntail = "to"\nnull = ["-"]\n'
)
OWNERS = parse_mapping('[[relations]]\nrelation = "Owns"\nhead = "from"\ntail = "to"\n')
PLAIN = "from,to\nAda,Bo\nAda,Bo\nBo,E\u0301va\n"


@pytest.mark.parametrize(
    ("last", "alike"),
    [("\u00c9va,Cy\n", True), ("Ada,-\n", False), ("Ada\n", False)],
)
def test_rows_that_only_say_what_is_related(last: str, *, alike: bool, tmp_path: Path) -> None:
    """In columns they say what they say one by one; any other row is looked at for itself."""
    path = tmp_path / "friends.csv"
    path.write_text(PLAIN + last)
    whole = list(loader("csv").statements(path, ontology=ONTOLOGY, mapping=FRIENDS))
    (_, said), *_ = blocks_of(loader("csv"), path, ONTOLOGY, FRIENDS, path.name, Share())
    assert list(said) == whole
    assert len(whole) == 4
    assert isinstance(said, FactColumns) == alike


@pytest.mark.parametrize("mapping", [FRIENDS, OWNERS])
def test_facts_in_columns_are_prepared_like_others(mapping: Mapping, tmp_path: Path) -> None:
    """Those too whose relationships have uids."""
    path = tmp_path / "friends.csv"
    path.write_text(PLAIN)
    (_, said), *_ = blocks_of(loader("csv"), path, ONTOLOGY, mapping, path.name, Share())
    assert isinstance(said, FactColumns)
    preparer = Preparer(ONTOLOGY, Run("friends", "", id=1))
    together, one_by_one = (preparer.block((0, 0), each) for each in (said, list(said)))
    assert together.given == one_by_one.given == 3
    for block in (together, one_by_one):
        (facts,) = block.facts.values()
        assert facts.those(range(3)) == list(said)
    ((kind, in_columns),), ((other, facts),) = together.facts.items(), one_by_one.facts.items()
    assert (kind, in_columns.edge, in_columns.heads, in_columns.tails, in_columns.rows) == (
        other,
        facts.edge,
        facts.heads,
        facts.tails,
        facts.rows,
    )
    assert bool(facts.cells) == (mapping is OWNERS)
    assert list(in_columns.cells) == list(facts.cells)


def test_facts_of_what_is_unknown_are_all_rejected(tmp_path: Path) -> None:
    """Each of them, in order, in columns or not."""
    path = tmp_path / "friends.csv"
    path.write_text(PLAIN)
    (_, said), *_ = blocks_of(loader("csv"), path, ONTOLOGY, FRIENDS, path.name, Share())
    assert isinstance(said, FactColumns)
    without = parse('class Person(Entity, key=("name",)): pass\n')
    rejected = Preparer(without, Run("friends", "", id=1)).block((0, 0), said)
    assert [(r.row, r.code) for r in rejected.rejects] == [(n, "unknown") for n in (2, 3, 4)]
    assert (rejected.given, rejected.facts) == (3, {})


def test_faults_of_a_file_are_raised_here(tmp_path: Path) -> None:
    """As if the file had been read in this process."""
    with pytest.raises(SourceError, match="No such file"):
        together(tmp_path / "gone.csv")


def test_statements_are_found_again(people: Path) -> None:
    """By the number of their file and block, and their number in it."""
    again = statements_at(
        "csv", [(people, PEOPLE)], ONTOLOGY, "people", {(0, 1): [0, 3], (0, 2): [1]}
    )
    said = loader("csv").statements(people, ontology=ONTOLOGY, mapping=PEOPLE, source="people")
    blocks = [
        list(each)
        for _, each in blocks_of(loader("csv"), people, ONTOLOGY, PEOPLE, "people", Share())
    ]
    assert list(again) == [blocks[1][0], blocks[1][3], blocks[2][1]]
    assert sum(map(len, blocks)) == sum(1 for _ in said)
