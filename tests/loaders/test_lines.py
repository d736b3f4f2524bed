"""Rows that are a line of text each are known again by the line."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import pytest

from knowloom.knowledge.mapping import Cell, Mapping, Objects
from knowloom.knowledge.plugins import loader, news_of
from knowloom.knowledge.record import Record, Reject, Statement
from knowloom.ontology.concepts import Attribute, Concept, Ontology

ONTOLOGY = Ontology([Concept(name="Town", key=("name",), attributes=(Attribute(name="river"),))])
MAPPING = Mapping(
    objects=(Objects(concept="Town", attributes={n: Cell(column=n) for n in ("name", "river")}),)
)
HEADER = "name,river\n"
TOWNS = {
    "csv": ("Rome,Tiber\n", "Ulm,Danube\n", "Bonn,Rhine\n"),
    "jsonl": tuple(
        f'{{"name": "{name}", "river": "{river}"}}\n'
        for name, river in (("Rome", "Tiber"), ("Ulm", "Danube"), ("Bonn", "Rhine"))
    ),
}
FAULTY = {"csv": "Oslo\n", "jsonl": '{"name": "Oslo"\n'}

kinds = pytest.mark.parametrize("kind", TOWNS)


def read(
    folder: Path, kind: str, text: str, known: Container[bytes] = ()
) -> tuple[list[bytes], list[Statement]]:
    """Return the marks of a file's rows, and what those say that are not known."""
    path = folder / f"towns.{kind}"
    path.write_text((HEADER if kind == "csv" else "") + text, newline="")
    found = list(news_of(loader(kind), path, ONTOLOGY, MAPPING, "towns", known))
    marks = [mark for some in found for mark in some.marks]
    return marks, [s for some in found for _, said in some.new for s in said]


def told(said: list[Statement]) -> list[tuple[int, str]]:
    """Return the places of statements, and the names or reasons in them."""
    return [
        (s.row, str(s.values["name"]) if isinstance(s, Record) else s.code)
        for s in said
        if isinstance(s, Record | Reject)
    ]


@kinds
def test_only_other_lines_are_made_out(kind: str, tmp_path: Path) -> None:
    """Wherever they stand, however they end; each is told with its number."""
    rome, ulm, bonn = TOWNS[kind]
    known, said = read(tmp_path, kind, rome + ulm)
    first = 2 if kind == "csv" else 1
    assert told(said) == [(first, "Rome"), (first + 1, "Ulm")]
    for text in (ulm + bonn + rome.rstrip(), (ulm + bonn + rome).replace("\n", "\r\n")):
        marks, said = read(tmp_path, kind, text, known)
        assert told(said) == [(first + 1, "Bonn")]
        assert set(known) < set(marks)


@kinds
def test_a_faulty_line_is_told_every_time(kind: str, tmp_path: Path) -> None:
    """With its number, and without harm to the lines around it, blank ones among them."""
    rome, ulm, bonn = TOWNS[kind]
    known, _ = read(tmp_path, kind, rome + bonn)
    first = 2 if kind == "csv" else 1
    code = "ragged" if kind == "csv" else "json"
    for _ in range(2):
        _, said = read(tmp_path, kind, rome + "\n" + FAULTY[kind] + ulm + bonn, known)
        assert told(said) == [(first + 2, code), (first + 3, "Ulm")]


def test_what_separates_cells_counts(tmp_path: Path) -> None:
    """The same line holds other cells when the header is separated by something else."""
    path = tmp_path / "towns.csv"
    seen: set[bytes] = set()
    for header in ("name,river\n", "name;river\n"):
        path.write_text(header + "a,b;c\n")
        [some] = news_of(loader("csv"), path, ONTOLOGY, MAPPING, "towns", ())
        seen.update(some.marks)
    assert len(seen) == 2


def test_a_line_that_is_no_text_is_no_hindrance(tmp_path: Path) -> None:
    """It is a reject with its number, and the others are known again."""
    path = tmp_path / "towns.jsonl"
    lines = [line.encode() for line in TOWNS["jsonl"]]
    lines[1] = lines[1].replace(b"Ulm", b"U\xfflm")
    path.write_bytes(b"".join(lines))
    found = list(news_of(loader("jsonl"), path, ONTOLOGY, MAPPING, "towns", ()))
    said = [s for some in found for _, part in some.new for s in part]
    assert told(said) == [(1, "Rome"), (2, "encoding"), (3, "Bonn")]


def test_a_load_does_not_take_what_is_no_more_for_there(tmp_path: Path) -> None:
    """Only an update can take something out."""
    rome, ulm, _ = TOWNS["jsonl"]
    path = tmp_path / "towns.jsonl"
    path.write_text(rome + ulm.replace("}", ', "_deleted": true}'))
    said = list(loader("jsonl").statements(path, ontology=ONTOLOGY, mapping=MAPPING))
    assert told(said) == [(1, "Rome"), (2, "deletion")]
