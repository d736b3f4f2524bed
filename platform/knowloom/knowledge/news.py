"""Rows that are known again: of a table that was read before, only the other rows are work."""

from __future__ import annotations

import marshal
from collections.abc import Container, Iterator, Sequence
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

import orjson

from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.mapping_file import mapping_to_toml
from knowloom.knowledge.plugins import Lines, News, Row, Table, all_new, in_blocks
from knowloom.knowledge.record import Reject
from knowloom.knowledge.rows import compile_mapping, counts_names, said_in
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology

MARK_BYTES = 8
_PLAIN = 2  # the last form of `marshal` in which equal cells are always equal bytes


def news(
    table: Table,
    mapping: Mapping,
    ontology: Ontology,
    *,
    source: str,
    file: str,
    known: Container[bytes],
) -> Iterator[News]:
    """Yield what the rows of a table say, but for those that are known; see `Discerning.news`.

    Where things are told apart by counting their names no row is known again.

    Raises:
        MappingError: the mapping does not fit the columns or the ontology.
    """
    speak = compile_mapping(mapping, ontology, table.columns, source=source, file=file)
    if counts_names(mapping, ontology, file):
        yield from all_new(said_in(speak, table.rows))
        return
    about = _about(table, mapping, ontology, source, file)
    for block in table.blocks or in_blocks(table.rows):
        if isinstance(block, Lines):
            marks = _marks_of_lines(block.lines, about + block.form.encode())
            new = [number for number, mark in enumerate(marks) if mark not in known]
            found = zip(new, block.rows_of(new), strict=True)
            yield News(marks, [(marks[number], said_in(speak, rows)) for number, rows in found])
            continue
        rows = list(block)
        marks = _marks(rows, about)
        said = zip(marks, rows, strict=True)
        yield News(marks, [(m, said_in(speak, (row,))) for m, row in said if m not in known])


def _about(table: Table, mapping: Mapping, ontology: Ontology, source: str, file: str) -> bytes:
    """Return a hash of all that decides what rows say beside their cells."""
    parts = [
        version("knowloom"),
        table.columns,
        mapping_to_toml(mapping),
        to_json(ontology),
        source,
        file,
    ]
    whole = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return blake2b(whole, digest_size=MARK_BYTES).digest()


def _marks_of_lines(lines: Sequence[str], about: bytes) -> list[bytes]:
    """Return the mark of each line; how it ends is not part of it, for the last may not."""
    made = blake2b(about, digest_size=MARK_BYTES).copy
    marks: list[bytes] = []
    for line in lines:
        mark = made()
        mark.update(line.rstrip("\r\n").encode(errors="surrogatepass"))
        marks.append(mark.digest())
    return marks


def _marks(rows: Sequence[Row | Reject], about: bytes) -> list[bytes]:
    """Return the mark of each row; an empty one for what is none."""
    if Reject in map(type, rows):
        return [b"" if isinstance(row, Reject) else _mark(row, about) for row in rows]
    given: Any = rows
    try:
        bodies = [marshal.dumps(cells, _PLAIN) for _, cells in given]
    except ValueError:  # cells of a type of their own
        return [_mark(row, about) for row in given]
    return [blake2b(body + about, digest_size=MARK_BYTES).digest() for body in bodies]


def _mark(row: Row, about: bytes) -> bytes:
    """Return the mark of a row."""
    cells: Any = row[1]
    try:
        body = marshal.dumps(cells, _PLAIN)
    except ValueError:
        body = repr(cells).encode()
    return blake2b(body + about, digest_size=MARK_BYTES).digest()
