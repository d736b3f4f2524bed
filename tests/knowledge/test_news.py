"""How rows are known again: by all that decides what they say, and by nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from knowloom.knowledge.mapping import Cell, Mapping, Objects
from knowloom.knowledge.news import news
from knowloom.knowledge.plugins import Row, Table
from knowloom.knowledge.record import Reject
from knowloom.ontology.concepts import Attribute, Concept, Ontology

PERSON = Concept(name="Person", key=("name",), attributes=(Attribute(name="age"),))
PEOPLE = Ontology([PERSON])
SECTION = Objects(
    concept="Person", attributes={"name": Cell(column="name"), "age": Cell(column="age")}
)
MAPPING = Mapping(objects=(SECTION,))
COLUMNS = ("name", "age")


def marks(
    rows: Sequence[Row | Reject],
    mapping: Mapping = MAPPING,
    ontology: Ontology = PEOPLE,
    columns: tuple[str, ...] = COLUMNS,
    source: str = "a",
    file: str = "a.csv",
) -> list[bytes]:
    """Return the marks of rows."""
    table = Table(columns, iter(rows))
    found = news(table, mapping, ontology, source=source, file=file, known=())
    return [mark for some in found for mark in some.marks]


def test_the_place_of_a_row_does_not_matter() -> None:
    """Nor whether its cells come as a list; equal cells made in different ways are equal."""
    one, two = marks([(1, ["Ada", "36"]), (7, ["Ad" + "a"[:1], str(36)])])
    assert one == two


def test_any_other_cell_is_another_row() -> None:
    """Also where its text is the same, or Python says that it is equal."""
    cells = [1, 1.0, True, "1", None, math.nan, date(2020, 1, 1), "2020-01-01", Decimal(1), ["1"]]
    found = marks([(1, ["Ada", cell]) for cell in cells])
    assert len(set(found)) == len(cells)
    assert found == marks([(1, ["Ada", cell]) for cell in cells])


def test_all_that_gives_a_row_its_meaning_counts() -> None:
    """Mapping, ontology, columns, source and file."""
    rows = [(1, ["Ada", "36"])]
    other = Mapping(objects=(replace(SECTION, null=("36",)),))
    wider = Ontology([PERSON, Concept(name="Group")])
    found = {
        *marks(rows),
        *marks(rows, other),
        *marks(rows, ontology=wider),
        *marks(rows, columns=("age", "name")),
        *marks(rows, source="b"),
        *marks(rows, file="b.csv"),
    }
    assert len(found) == 6


def test_rows_that_depend_on_each_other_have_no_marks() -> None:
    """Things told apart by counting, and what is no row."""
    counted = Ontology([replace(PERSON, key=())])
    assert marks([(1, ["Ada", "36"])], ontology=counted) == []
    assert marks([Reject(1, "is no row", "csv"), (2, ["Ada", "36"])])[0] == b""
