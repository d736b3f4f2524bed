"""CSV and TSV files with a header line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain, count, filterfalse
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
_CHUNK = 1 << 17  # characters: some thousand rows


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
        blocks = cast(Iterator[Iterable[Row | Reject]], read)
        return Table(header, chain.from_iterable(blocks), blocks)


def _read(path: Path, encoding: str) -> Iterator[tuple[str, ...] | Iterable[Row | Reject]]:
    """Yield the names of the columns and then every block of rows.

    Python's reader is used rather than DuckDB's: it is twice as fast where rows become Python
    values anyway, and it can go on after the line that it cannot read.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    with opened(path, encoding) as file:
        lines = _Lines(file)
        lines.begin()
        header = _header(path, lines)
        yield header
        yield from _blocks(lines, len(header))


class _Lines:
    """Lines of which some can be put back; `taken` are those since the last record.

    Args:
        file: none was taken yet.
        delimiter: what separates cells, if that is known.
        number: of the first line.
    """

    def __init__(self, file: TextIO, delimiter: str = "", number: int = 1) -> None:
        self._file = file
        self._back: list[str] = []
        self.taken: list[str] = []
        self.delimiter = delimiter
        self.number = number

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._file)
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """Pass over lines without text and find out what separates cells."""
        first = next(filterfalse(str.isspace, self), "")
        self.delimiter = _delimiter(first)
        self.skip(max(len(self.taken) - 1, 0))

    def skip(self, count: int) -> None:
        """Put all lines taken back but the first `count`, and forget those."""
        self.put_back(self.taken[count:])
        self.pass_over(count)

    def pass_over(self, count: int) -> None:
        """Forget what was taken, `count` lines for good."""
        self.number += count
        self.taken.clear()

    def some(self) -> list[str]:
        """Take and return some lines; none when there are no more."""
        if not self._back:
            return self._file.readlines(_CHUNK)
        lines = self._back[::-1]
        self._back.clear()
        return lines

    def put_back(self, lines: list[str]) -> None:
        """Let lines be the next that are taken."""
        self._back += reversed(lines)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lines that are a row each; what they hold is looked at when somebody wants to know.

    Args:
        lines: not damaged.
        delimiter: what separates cells.
        number: of the first line.
        width: how many cells a row has to have.
    """

    lines: list[str]
    delimiter: str
    number: int
    width: int

    def __iter__(self) -> Iterator[Row | Reject]:
        cells = _parsed(self.lines, self.delimiter)
        if set(map(len, cells)) == {self.width}:
            return zip(count(self.number), cells, strict=False)
        file = StringIO("".join(self.lines), newline="")
        return _rows(_Lines(file, self.delimiter, self.number), self.width)

    @property
    def form(self) -> str:
        """What separates cells."""
        return self.delimiter

    def rows_of(self, numbers: Sequence[int]) -> Iterator[Iterable[Row | Reject]]:
        """Yield what some lines hold; see `Lines.rows_of`."""
        lines = [self.lines[number] for number in numbers]
        cells = _parsed(lines, self.delimiter)
        if len(cells) == len(lines) and {self.width}.issuperset(map(len, cells)):
            yield from (((self.number + n, row),) for n, row in zip(numbers, cells, strict=True))
            return
        for number, line in zip(numbers, lines, strict=True):
            yield _Rows([line], self.delimiter, self.number + number, self.width)


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


def _blocks(lines: _Lines, width: int) -> Iterator[Iterable[Row | Reject]]:
    """Yield every row after the header, in blocks.

    Where each line is a row, a block that nobody reads costs next to nothing.
    """
    while some := lines.some():
        if _are_rows(some, lines.delimiter):
            yield _Rows(some, lines.delimiter, lines.number, width)
            lines.pass_over(len(some))
            continue
        end = lines.number + len(some)
        lines.put_back(some)
        block: list[Row | Reject] = []
        for row in _rows(lines, width):
            block.append(row)
            if lines.number >= end:
                break
        yield block


def _are_rows(lines: list[str], delimiter: str) -> bool:
    """Return whether each of these lines is a row of its own that is not damaged."""
    text = "".join(lines)
    if damage(text):
        return False
    return '"' not in text or len(_parsed(lines, delimiter)) == len(lines)


def _parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    """Return the cells of lines; nothing when they are no CSV."""
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return []


def _rows(lines: _Lines, width: int) -> Iterator[Row | Reject]:
    """Yield every row after the header, each looked at for itself.

    Where a record is faulty only its first line is given up, and reading goes on with the next:
    a quote that nobody closed must not swallow what follows.
    """
    taken = lines.taken
    reader = csv.reader(lines, delimiter=lines.delimiter, strict=True)
    while True:
        try:
            for cells in reader:
                if len(cells) == width and (taken[0].isascii() or not damage("".join(taken))):
                    number = lines.number
                    lines.pass_over(len(taken))
                    yield number, cells
                elif cells:
                    faulty = _faulty(lines, len(cells), width)
                    lines.skip(1)
                    yield faulty
                else:
                    lines.skip(1)
        except csv.Error as error:
            faulty = _reject(lines, f"is no line of CSV: {error}", "csv")
            lines.skip(1)
            yield faulty
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
