"""CSV files as Neo4j's import tool reads them: one sheet for nodes or relationships of a kind."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

ARRAY_DELIMITER = "\x1f"
_ALLOWED = frozenset("\n\t")


class Unstageable(Exception):
    """A value that these files cannot hold.

    That is an empty text or list, some control characters, and a time without a zone: those with
    one are in the same column, and the tool would take it for one in UTC.
    """


class Sheet:
    """A header file and a data file.

    `is_broken` tells whether a line may end within a cell.

    Args:
        folder: where they go.
        name: without an ending.
        columns: as the header says them, such as `born:date`.
    """

    def __init__(self, folder: Path, name: str, columns: Sequence[str]) -> None:
        self.header = folder / f"{name}.header.csv"
        self.data = folder / f"{name}.csv"
        with self.header.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(columns)
        self._file: TextIO = self.data.open("w", encoding="utf-8", newline="")
        self._row: Callable[[Sequence[Any]], Any]
        self._row = csv.writer(self._file, lineterminator="\n").writerow
        self.is_broken = False

    def write(self, row: Sequence[Any]) -> None:
        """Add a row of any cells."""
        self.is_broken = True
        self._row(row)

    def add(self, lines: bytes, count: int) -> None:
        """Add so many rows that are text with their ends already, in UTF-8."""
        self.is_broken = self.is_broken or lines.count(b"\n") > count
        self._file.flush()
        self._file.buffer.write(lines)

    def close(self) -> None:
        """Finish the data file."""
        self._file.close()


def is_argument(name: str) -> bool:
    """Return whether a label or a type can stand on the command line of the import tool.

    It takes `=` for the end of the name and `:` for the end of a label. Others go into a column
    of their own, which costs room in every line.
    """
    return name.replace("_", "x").isalnum()


def cell(value: object) -> object:
    """Return a value as a cell; None is an empty one.

    Raises:
        Unstageable: it would not come back as it is.
    """
    return _CELLS[type(value)](value)


def _text(value: Any) -> str:
    if value and (value.isprintable() or _is_plain(value)):
        return str(value)
    raise Unstageable


def _is_plain(value: str) -> bool:
    return all(c >= " " or c in _ALLOWED for c in value) and "\x7f" not in value


def _list(values: Any) -> str:
    if not values:
        raise Unstageable
    return ARRAY_DELIMITER.join(str(cell(v)) for v in values)


def _zoned(value: Any) -> str:
    if value.tzinfo is None:
        raise Unstageable
    return str(value.isoformat())


_CELLS: Mapping[type, Callable[[Any], object]] = {
    str: _text,
    int: lambda value: value,
    float: repr,
    bool: lambda value: "true" if value else "false",
    date: date.isoformat,
    datetime: _zoned,
    list: _list,
    type(None): lambda value: None,
}
