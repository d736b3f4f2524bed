"""CSV and TSV files with a header line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import filterfalse
from pathlib import Path
from typing import TextIO, cast

from knowloom.errors import SourceError
from knowloom.knowledge.plugins import Row, Table
from knowloom.knowledge.record import Reject
from knowloom_loaders.tabular import Tabular
from knowloom_loaders.text import damage, opened

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 16 << 20
_SHOWN = 500


class CsvLoader(Tabular):
    """Reads files of values separated by commas, semicolons, tabs or bars.

    The first line names the columns and tells the separator; cells may be in double quotes. A
    row's place is the line it begins in.
    """

    kind = "csv"
    suffixes = (".csv", ".tsv", ".tab")

    def table(self, path: Path, columns: Sequence[str] = (), encoding: str = "") -> Table:
        """Return the table in a file with all its columns; see `Tabular.table`."""
        read = _read(path, encoding)
        header = cast(tuple[str, ...], next(read))
        return Table(header, cast(Iterator[Row | Reject], read))


def _read(path: Path, encoding: str) -> Iterator[tuple[str, ...] | Row | Reject]:
    """Yield the names of the columns and then every row.

    Python's reader is used rather than DuckDB's: it is twice as fast where rows become Python
    values anyway, and it can go on after the line that it cannot read.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    with opened(path, encoding) as file:
        lines = _Lines(file)
        header = _header(path, lines)
        yield header
        yield from _rows(lines, len(header))


class _Lines:
    """Lines of which some can be put back; `taken` are those since the last record."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: list[str] = []
        self.taken: list[str] = []
        self.number = 1
        first = next(filterfalse(str.isspace, self), "")
        self.delimiter = _delimiter(first)
        self.skip(max(len(self.taken) - 1, 0))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._file)
        self.taken.append(line)
        return line

    def skip(self, count: int) -> None:
        """Put all lines taken back but the first `count`, and forget those."""
        self._back += reversed(self.taken[count:])
        self.number += count
        self.taken.clear()


def _header(path: Path, lines: _Lines) -> tuple[str, ...]:
    """Return the names of the columns.

    Raises:
        SourceError: there is no line, or not in an encoding that is known.
    """
    try:
        cells = next(csv.reader(lines, delimiter=lines.delimiter, strict=True), None)
    except csv.Error as error:
        raise SourceError(path, f"its header is no line of CSV: {error}") from error
    if not cells:
        raise SourceError(path, "it is empty, and a CSV file begins with a line of column names")
    if why := damage("".join(lines.taken)):
        raise SourceError(path, f"its header {why}")
    lines.skip(len(lines.taken))
    return tuple(cell.strip() for cell in cells)


def _rows(lines: _Lines, width: int) -> Iterator[Row | Reject]:
    """Yield every row after the header.

    Where a record is faulty only its first line is given up, and reading goes on with the next:
    a quote that nobody closed must not swallow what follows.
    """
    taken = lines.taken
    reader = csv.reader(lines, delimiter=lines.delimiter, strict=True)
    while True:
        try:
            for cells in reader:
                if len(cells) == width and (taken[0].isascii() or not damage("".join(taken))):
                    yield lines.number, cells
                    lines.number += len(taken)
                    taken.clear()
                elif cells:
                    yield _faulty(lines, len(cells), width)
                    lines.skip(1)
                else:
                    lines.skip(1)
        except csv.Error as error:
            yield _reject(lines, f"is no line of CSV: {error}", "csv")
            lines.skip(1)
        else:
            return


def _faulty(lines: _Lines, cells: int, width: int) -> Reject:
    """Return the reject of a record in which something is wrong."""
    if why := damage("".join(lines.taken)):
        return _reject(lines, why, "encoding")
    reason = f"has {cells} cells, and the header has {width}"
    if len(lines.taken) > 1:
        last = lines.number + len(lines.taken) - 1
        reason += f"; a quote in it is closed only in line {last}"
    return _reject(lines, reason, "ragged")


def _reject(lines: _Lines, reason: str, code: str) -> Reject:
    """Return the reject of the line in which the present record begins."""
    return Reject(lines.number, reason, code, lines.taken[0].rstrip("\r\n")[:_SHOWN])


def _delimiter(header: str) -> str:
    """Return what separates the cells of a header: what it holds most of, outside quotes."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)
