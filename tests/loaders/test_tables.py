"""CSV, JSON and Parquet: places, nested values, types, and names with odd characters."""

from __future__ import annotations

import csv
from collections.abc import Mapping as Lookup
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowloom.errors import MappingError, SourceError
from knowloom.knowledge.mapping import Cell, Mapping, Objects, Reference
from knowloom.knowledge.record import Record, Reject
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom_loaders.csv_file import CsvLoader
from knowloom_loaders.json_file import JsonLoader
from knowloom_loaders.parquet_file import ParquetLoader
from knowloom_loaders.paths import paths, picker
from knowloom_loaders.tabular import Tabular

ONTOLOGY = Ontology(
    [
        Concept(name="Person", key=("name",)),
        Concept(
            name="Work",
            attributes=(
                Attribute(name="city"),
                Attribute(name="price"),
                Attribute(name="year", range=Scalar.INT),
                Attribute(name="day", range=Scalar.DATE),
                Attribute(name="tags", many=True),
                Attribute(name="authors", range=ConceptRange(("Person",)), many=True),
            ),
        ),
    ]
)


def read(
    loader: Tabular, path: Path, attributes: Lookup[str, Cell | Reference]
) -> list[Record | Reject]:
    """Return the works in a file, and what could not be read."""
    mapping = Mapping(objects=(Objects(concept="Work", attributes=attributes),))
    said = loader.statements(path, ontology=ONTOLOGY, mapping=mapping)
    return [s for s in said if isinstance(s, (Record, Reject))]


def test_a_row_is_where_its_line_begins(tmp_path: Path) -> None:
    """In CSV the header is line 1, and a record over several lines counts from its first."""
    path = tmp_path / "works.csv"
    path.write_text('name\n"A\nB"\nC\n')
    assert [r.row for r in read(CsvLoader(), path, {"name": Cell(column="name")})] == [2, 4]


def test_objects_are_read_by_paths(tmp_path: Path) -> None:
    """A path goes through objects and lists; a field of that very name comes first."""
    path = tmp_path / "works.jsonl"
    path.write_text(
        '{"name":"A","place":{"city":"Bonn"},"by":[{"name":"Ada"},{"name":"Bo"},{}]}\n'
        '{"name":"B","place.city":"Oslo","place":null,"by":{"name":"Cy"}}\n'
    )
    found = read(
        JsonLoader(),
        path,
        {
            "name": Cell(column="name"),
            "city": Cell(column="place.city"),
            "authors": Cell(column="by.name"),
        },
    )
    records = [r for r in found if isinstance(r, Record)]
    assert [r.values["city"] for r in records] == ["Bonn", "Oslo"]
    named = [[m.values[0][1] for m in r.links["authors"]] for r in records]
    assert named == [["Ada", "Bo"], ["Cy"]]


def test_a_misspelt_field_is_noticed(tmp_path: Path) -> None:
    """A field that no object has is said once if the objects have one that is much like it."""
    path = tmp_path / "works.jsonl"
    path.write_text('{"name":"A","title":"B"}\n{"name":"C"}\n')
    found = read(JsonLoader(), path, {"name": Cell(column="name"), "city": Cell(column="titel")})
    assert [(r.row, r.code) for r in found if isinstance(r, Reject)] == [(0, "column")]
    assert len(read(JsonLoader(), path, {"city": Cell(column="pages")})) == 2


def test_an_array_may_be_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    """Objects that lie across the borders of what is read at once arrive whole, in order."""
    path = tmp_path / "works.json"
    items = ", ".join(f'{{"name": "Ä{i:05d}\\"]}}{"x" * (i % 97)}"}}' for i in range(3000))
    path.write_text(f"[{items}]", encoding="utf-8")
    found = read(JsonLoader(), path, {"name": Cell(column="name")})
    assert [str(r.values["name"])[:6] for r in found if isinstance(r, Record)] == [
        f"Ä{i:05d}" for i in range(3000)
    ]
    assert [r.row for r in found] == list(range(1, 3001))


def _parquet(path: Path, query: str) -> Path:
    """Return a Parquet file with the rows of a query."""
    with duckdb.connect() as connection:
        connection.sql(query).write_parquet(str(path))
    return path


def test_parquet_values_keep_their_types(tmp_path: Path) -> None:
    """Numbers, dates and lists arrive as such, and exact decimals as text."""
    query = """SELECT 'A' AS name, 7::HUGEINT AS year, DATE '2020-02-29' AS day,
        ['x', NULL] AS tags, 1.10::DECIMAL(9,2) AS price, {'city': 'Bonn'} AS place"""
    [record] = read(
        ParquetLoader(),
        _parquet(tmp_path / "works.parquet", query),
        {n: Cell(column=n) for n in ("name", "year", "day", "tags", "price")}
        | {"city": Cell(column="place.city")},
    )
    assert isinstance(record, Record)
    assert {n: str(v) for n, v in record.values.items()} == {
        "name": "A",
        "year": "7",
        "day": "2020-02-29",
        "tags": "['x']",
        "price": "1.10",
        "city": "Bonn",
    }


def test_a_path_is_no_pattern(tmp_path: Path) -> None:
    """A name with pattern characters, or a folder called `key=value`, is read as it is."""
    folder = tmp_path / "year=[2015]*"
    folder.mkdir()
    path = _parquet(folder / "wo?rks.parquet", "SELECT 'A' AS name")
    assert ParquetLoader().table(path).columns == ("name",)
    with pytest.raises(MappingError, match="'year' is no column"):
        read(ParquetLoader(), path, {"year": Cell(column="year")})


def test_a_truncated_parquet_file_is_a_source_error(tmp_path: Path) -> None:
    """A Parquet file whose end is missing says so."""
    path = _parquet(tmp_path / "works.parquet", "SELECT range::VARCHAR AS name FROM range(5000)")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(SourceError, match=r"works\.parquet cannot be read"):
        read(ParquetLoader(), path, {"name": Cell(column="name")})


def test_many_rows_of_parquet_come_in_order(tmp_path: Path) -> None:
    """Rows are numbered from 1 through all batches."""
    path = _parquet(tmp_path / "works.parquet", "SELECT range::VARCHAR AS name FROM range(12345)")
    found = read(ParquetLoader(), path, {"name": Cell(column="name")})
    assert [(r.row, r.values["name"]) for r in found if isinstance(r, Record)] == [
        (i + 1, str(i)) for i in range(12345)
    ]


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_any_text_survives_each_format(tmp_path: Path, texts: list[str]) -> None:
    """What is written to CSV, JSON Lines, an array or Parquet comes back as it was."""
    rows = [{"name": text} for text in texts]
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([["name"], *([text] for text in texts)])
    (tmp_path / "t.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    (tmp_path / "t.json").write_bytes(orjson.dumps(rows))
    for loader, name in (
        (CsvLoader(), "t.csv"),
        (JsonLoader(), "t.jsonl"),
        (JsonLoader(), "t.json"),
    ):
        found = read(loader, tmp_path / name, {"name": Cell(column="name")})
        assert [r.values["name"] for r in found if isinstance(r, Record)] == texts


def test_paths_are_found_in_samples() -> None:
    """The columns of objects are the paths to their plain values, each once."""
    objects: list[dict[str, Any]] = [
        {"a": 1, "b": {"c": [{"d": 2}, {"e": 3}]}},
        {"b": {"c": []}, "f": [1]},
    ]
    found = paths(objects)
    assert found == ("a", "b.c.d", "b.c.e", "b.c", "f")
    assert picker(found)(objects[0]) == [1, [2, None], [None, 3], [{"d": 2}, {"e": 3}], None]


def test_a_table_that_fits_no_class_needs_a_mapping(tmp_path: Path) -> None:
    """Without a mapping, a table for which there is no class is refused with what to do."""
    path = tmp_path / "ships.csv"
    path.write_text("imo,flag\n1,NO\n")
    with pytest.raises(MappingError, match=r"ships\.csv: fits no class of the ontology: give a"):
        list(CsvLoader().statements(path, ontology=ONTOLOGY))
    assert CsvLoader().propose(path, ONTOLOGY).added == ("Ship",)


def test_whole_numbers_beyond_64_bits_stay_what_they_are(tmp_path: Path) -> None:
    """As text to the last digit; where a number is wanted the reject shows it as it is written."""
    huge, path = "123456789012345678901234567890", tmp_path / "t.jsonl"
    path.write_text(
        f'{{"a": {{"b": [{huge}]}}, "c": {huge}}}\n{{"a": {{"b": [1e300]}}, "c": 1}}\n'
    )
    loader = JsonLoader()
    [text, _] = read(loader, path, {"tags": Cell(column="a.b")})
    assert isinstance(text, Record)
    assert text.values["tags"] == [huge]
    [number, plain] = read(loader, path, {"year": Cell(column="c")})
    assert isinstance(number, Reject)
    assert number.reason == f"year (column 'c') is {huge}, which does not fit 64 bits"
    assert isinstance(plain, Record)
    assert plain.values == {"year": 1}
