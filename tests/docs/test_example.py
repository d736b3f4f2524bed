"""The shipped example holds together: every class and every reference in it is there."""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "computing"
FILES = sorted([*FOLDER.glob("*.csv"), *FOLDER.glob("*.jsonl")])
# Columns whose values are names of other things.
REFERENCES = {
    "about",
    "advisor",
    "affiliation",
    "authors",
    "born_in",
    "broader",
    "country",
    "designers",
    "given_for",
    "influenced_by",
    "located_in",
    "organization",
    "owner",
    "participants",
    "person",
    "place",
    "presented_by",
    "recipient",
    "university",
    "written_in",
}
Row = dict[str, list[str]]


def _rows(path: Path) -> list[Row]:
    """Return the rows of a file, each value as a list of texts."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            return [
                {n: _texts(cell.split("|")) for n, cell in r.items()} for r in csv.DictReader(file)
            ]
        return [{n: _texts(value) for n, value in json.loads(line).items()} for line in file]


def _texts(value: object) -> list[str]:
    """Return a value, or each of several, as text; nothing for an empty one."""
    return [str(v) for v in (value if isinstance(value, list) else [value]) if v != ""]


def _classes() -> set[str]:
    """Return the names of the classes that the ontology file defines."""
    tree = ast.parse((FOLDER / "ontology.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


ROWS = {path.name: _rows(path) for path in FILES}


@pytest.mark.parametrize("file", ROWS)
def test_every_reference_names_a_row(file: str) -> None:
    """What a row refers to is described by a row of its own, so no thing is a mere mention."""
    known = {name for rows in ROWS.values() for row in rows for name in row.get("name", [])}
    missing = [
        (value, column)
        for row in ROWS[file]
        for column in REFERENCES & row.keys()
        for value in row[column]
        if value not in known
    ]
    assert missing == []


@pytest.mark.parametrize("file", ROWS)
def test_every_class_is_defined(file: str) -> None:
    """The class that a row names stands in the ontology file."""
    assert {name for row in ROWS[file] for name in row.get("class", [])} <= _classes()


@pytest.mark.parametrize("file", sorted(set(ROWS) - {"employment.csv", "doctorates.csv"}))
def test_every_thing_is_described_once(file: str) -> None:
    """No two rows of a file have one name, but for awards, which are given every year."""
    key = ("name", "year") if file == "awards.jsonl" else ("name",)
    given = [tuple(row[column][0] for column in key) for row in ROWS[file]]
    assert len(given) == len(set(given))


def test_the_description_counts_right() -> None:
    """The table of the example's README gives the number of rows of each file."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `([\w.]+)` \| (\d+) \|", text, flags=re.M))
    assert said == {file: str(len(rows)) for file, rows in ROWS.items()}


def test_the_turing_award_is_complete() -> None:
    """There is one Turing Award for each year from 1966 to 2024, with 79 people in all."""
    awards = [row for row in ROWS["awards.jsonl"] if row["class"] == ["TuringAward"]]
    assert [int(*row["year"]) for row in awards] == list(range(1966, 2025))
    assert len({name for row in awards for name in row["recipient"]}) == 79


def test_lives_and_jobs_go_forward() -> None:
    """Nobody dies before birth, and no employment ends before it begins."""
    spans = [(row["born"], row["died"]) for row in ROWS["people.csv"]]
    spans += [(row["since"], row["until"]) for row in ROWS["employment.csv"]]
    assert [span for span in spans if all(span) and span[0] > span[1]] == []
