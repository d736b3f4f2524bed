"""What a program found, as typed data: values, tables, charts, notes (spec 80, 82 and 84).

A program leaves a variable `analysis_results`. It may hold the parts under their names, or be a
plain mapping, in which numbers and texts are values, and lists and mappings are tables. Each value
and each row of a table knows the uids of the objects behind it; where a program does not say which
those are, they are all that it was given, and that is marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

_PARTS = {"values", "tables", "charts", "notes", "tests"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One number or text.

    Args:
        name: what it is.
        value: None when the objects do not tell.
        uids: of the objects behind it.
        all_given: True when the program did not say which those are.
    """

    name: str
    value: Any
    uids: tuple[str, ...] = ()
    all_given: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named and typed columns.

    Args:
        name: what it is.
        columns: their names.
        types: `int`, `float`, `bool`, `str`, `date`, `datetime`, `mixed`, or `empty`.
        rows: of plain values, in the program's order.
        uids: of the objects behind each row.
        all_given: True when the program did not say which those are.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    uids: tuple[tuple[str, ...], ...]
    all_given: bool = False

    def column(self, name: str) -> list[Any]:
        """Return the values of a column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class ChartOf:
    """A chart that a program asks for; the host draws it.

    Args:
        mark: `bar`, `line`, `area`, `pie`, `histogram`, `scatter`, `heatmap` or `network`; empty
            for what suits the data; `vega-lite` for a spec of the program's own.
        table: the name of the table with its data.
        x, y: columns; of a pie the parts and their size.
        color: a column, or empty.
        title: what stands above it.
        spec: of the program's own, else empty.
    """

    mark: str
    table: str = ""
    x: str = ""
    y: str = ""
    color: str = ""
    title: str = ""
    spec: Plain = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Test:
    """The outcome of a statistical test.

    Args:
        name: such as `Mann-Kendall`.
        statistic: its number.
        p: how likely one so far off is by chance, 0 to 1; None where the test has none.
        n: of the sample.
        said: what was found, one sentence; stated only when the test bears it.
        low, high: a 95 % interval, where the test gives one.
    """

    name: str
    statistic: float | None
    p: float | None
    n: int
    said: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """All that a program found."""

    values: tuple[Value, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[ChartOf, ...] = ()
    tests: tuple[Test, ...] = ()
    notes: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """Return the results as JSON has them."""
        return asdict(self)


def read_results(found: Any, given: Sequence[str] = ()) -> Results:
    """Return what a program left in `analysis_results` as typed data.

    Args:
        found: plain data.
        given: the uids of all objects that the program was given.

    >>> read_results({"n": 3, "by_venue": {"ICML": 2, "NeurIPS": 1}}).tables[0].rows
    (('ICML', 2), ('NeurIPS', 1))
    """
    every = tuple(given)
    if not isinstance(found, dict):
        return _loose({"result": found}, every)
    known = cast(Plain, found)
    if not known or not set(known) <= _PARTS:
        return _loose(known, every)
    values = cast(Plain, known.get("values") or {})
    tables = cast(Plain, known.get("tables") or {})
    return Results(
        tuple(_value(name, value, every) for name, value in values.items()),
        tuple(_table(name, table, every) for name, table in tables.items()),
        tuple(c for one in known.get("charts") or () if (c := _chart(one))),
        tuple(_test(one) for one in known.get("tests") or ()),
        tuple(str(note) for note in known.get("notes") or ()),
    )


def _loose(found: Plain, every: tuple[str, ...]) -> Results:
    """Return the results of a program that names no parts."""
    values: list[Value] = []
    tables: list[Table] = []
    charts: list[ChartOf] = []
    for name, value in found.items():
        if chart := _chart(value):
            charts.append(chart)
        elif isinstance(value, (dict, list)) and "value" not in value:
            tables.append(_table(name, value, every))
        else:
            values.append(_value(name, value, every))
    return Results(tuple(values), tuple(tables), tuple(charts))


def _value(name: str, found: Any, every: tuple[str, ...]) -> Value:
    if isinstance(found, dict):
        known = cast(Plain, found)
        uids = _uids(known.get("uids"))
        return Value(name, known.get("value"), every if uids is None else uids, uids is None)
    return Value(name, found, every, True)


def _table(name: str, found: Any, every: tuple[str, ...]) -> Table:
    """Return a table, in whichever form the program has it."""
    uids: list[Any] | None = None
    match found:
        case {"columns": [*columns], "rows": [*rows]}:
            listed: Any = cast(Plain, found).get("uids")
            uids = cast(list[Any], listed) if isinstance(listed, list) else None
        case dict():
            columns = [name, "value"]
            rows = [[key, cell] for key, cell in cast(Plain, found).items()]
        case [dict(), *_]:
            columns = list(dict.fromkeys(key for one in cast(list[Plain], found) for key in one))
            rows = [[one.get(c) for c in columns] for one in cast(list[Plain], found)]
        case _:
            rows = [_listed(one) for one in cast(list[Any], found)]
            columns = [f"column {n + 1}" for n in range(max(map(len, rows), default=1))]
    width = len(columns)
    kept = tuple(tuple([*_listed(row), *[None] * width][:width]) for row in rows)
    behind = tuple(_uids(one) or () for one in uids or ())
    known = len(behind) == len(kept)
    return Table(
        name,
        tuple(map(str, columns)),
        tuple(type_of([row[at] for row in kept]) for at in range(width)),
        kept,
        behind if known else (every,) * len(kept),
        not known,
    )


def _listed(row: Any) -> list[Any]:
    return list(cast(Sequence[Any], row)) if isinstance(row, (list, tuple)) else [row]


def _uids(found: Any) -> tuple[str, ...] | None:
    if not isinstance(found, list):
        return None
    return tuple(str(uid) for uid in cast(list[Any], found))


def type_of(cells: Sequence[Any]) -> str:
    """Return the type that all cells of a column have; nothing does not count.

    >>> type_of([1, None]), type_of([1, 2.5]), type_of(["2020-01-31"]), type_of([1, "a"])
    ('int', 'float', 'date', 'mixed')
    """
    kinds = {_kind(cell) for cell in cells if cell is not None}
    if kinds == {"int", "float"}:
        return "float"
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "empty"


def _kind(cell: Any) -> str:
    if isinstance(cell, str):
        return "datetime" if _TIME.match(cell) else "date" if _DAY.fullmatch(cell) else "str"
    return type(cell).__name__ if isinstance(cell, (bool, int, float)) else "mixed"


def _chart(found: Any) -> ChartOf | None:
    """Return the chart that something asks for; None when it is none."""
    if not isinstance(found, dict):
        return None
    known = cast(Plain, found)
    if "$schema" in known or ("mark" in known and "encoding" in known):
        return ChartOf("vega-lite", title=str(known.get("title") or ""), spec=known)
    if "mark" not in known or "table" not in known:
        return None
    names = ("mark", "table", "x", "y", "color", "title")
    mark, table, x, y, color, title = (str(known.get(name) or "") for name in names)
    return ChartOf(mark, table, x, y, color, title)


def _test(found: Any) -> Test:
    known = cast(Plain, found) if isinstance(found, dict) else cast(Plain, {})
    return Test(
        str(known.get("name", "")),
        known.get("statistic"),
        known.get("p"),
        int(known.get("n") or 0),
        str(known.get("said") or ""),
        known.get("low"),
        known.get("high"),
    )
