"""Charts as Vega-Lite specs, made of a table and checked by rule (spec 84).

A spec holds its data and reaches nowhere else. What cannot be a chart is said: no rows, one
point, nothing but nothing, a column that is not there, a size that is no number. Where a program
leaves the choice to us it follows from the data: numbers over time are a line, the few parts of a
whole are a pie where shares are asked for, all else are bars.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from knowloom.analysis.results import ChartOf, Plain, Results, Table
from knowloom.errors import ExtraMissing

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
MARKS = ("bar", "line", "area", "pie", "histogram", "scatter", "heatmap", "network")
_MOST_BARS = 120
_WIDE_BARS = 60  # more are drawn narrower
_MOST_PARTS = 8
_NUMBERS = {"int", "float"}
_TIMES = {"date", "datetime"}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that was made, or why it could not be.

    Args:
        mark: what it is.
        table: the name of the table that it shows.
        spec: Vega-Lite, with the data inside.
        faults: why it is no good; empty when it is.
        notes: what it leaves out.
        rows: how many it shows.
    """

    mark: str
    table: str
    spec: Plain
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rows: int = 0
    uids: tuple[str, ...] = field(default=(), repr=False)


def charts_of(results: Results) -> list[Chart]:
    """Return the charts that a program asked for.

    >>> from knowloom.analysis.results import read_results
    >>> found = read_results({
    ...     "tables": {"t": {"columns": ["year", "papers"], "rows": [[2015, 3], [2016, 5]]}},
    ...     "charts": [{"mark": "", "table": "t", "x": "year", "y": "papers"}]})
    >>> charts_of(found)[0].mark
    'line'
    """
    tables = {table.name: table for table in results.tables}
    return [_chart(asked, tables) for asked in results.charts]


def _chart(asked: ChartOf, tables: Mapping[str, Table]) -> Chart:
    if asked.mark == "vega-lite":
        return _own_spec(asked)
    table = tables.get(asked.table)
    if table is None:
        return Chart(asked.mark, asked.table, {}, (f"there is no table {asked.table!r}",))
    columns = [name for name in (asked.x, asked.y, asked.color) if name]
    missing = [name for name in columns if name not in table.columns]
    if missing or len(columns) < 2:
        said = ", ".join(map(repr, missing)) or "two columns"
        return Chart(asked.mark, table.name, {}, (f"the table {table.name!r} lacks {said}",))
    mark = asked.mark or chosen_mark(table, asked.x, asked.y)
    if mark not in MARKS:
        return Chart(mark, table.name, {}, (f"{mark!r} is no kind of chart",))
    shown = _shown(table, columns, mark)
    faults = tuple(_faults(shown, table, asked, mark))
    notes = _notes(shown, table)
    below = "; ".join([asked.title or f"{asked.y} by {asked.x}", *notes])
    spec = {} if faults else _SPECS[mark](replace(asked, title=below), shown, table)
    uids = sorted({uid for one in table.uids for uid in one})
    return Chart(mark, table.name, spec, faults, notes, len(shown), tuple(uids))


def chosen_mark(table: Table, x: str, y: str) -> str:
    """Return the kind of chart that suits two columns of a table."""
    kind = table.types[table.columns.index(x)]
    sizes = table.types[table.columns.index(y)]
    if kind in _TIMES or (kind == "int" and "year" in x.casefold()):
        return "line"
    if kind in _NUMBERS and sizes in _NUMBERS:
        return "scatter"
    if y == "share" and len(table.rows) <= _MOST_PARTS:
        return "pie"
    return "bar"


def _shown(table: Table, columns: Sequence[str], mark: str) -> list[dict[str, Any]]:
    """Return the rows that a chart shows: those with a size, not more than can be seen."""
    places = [table.columns.index(name) for name in columns]
    rows = [
        {name: row[at] for name, at in zip(columns, places, strict=True)} for row in table.rows
    ]
    known = [row for row in rows if row[columns[1]] is not None]
    if mark not in {"bar", "pie"}:
        return known
    return _told_apart(known[:_MOST_BARS], columns)


def _told_apart(rows: list[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows in which no two have one label, which would be drawn as one."""
    x, *rest = columns
    times: dict[tuple[Any, ...], int] = {}
    for row in rows:
        label = (row[x], *(row[name] for name in rest[1:]))
        times[label] = times.get(label, 0) + 1
        if times[label] > 1:
            row[x] = f"{row[x]} ({times[label]})"
    return rows


def _notes(shown: Sequence[Any], table: Table) -> tuple[str, ...]:
    left = len(table.rows) - len(shown)
    return (f"{left:,} of {len(table.rows):,} rows are not in the chart",) if left else ()


def _faults(
    shown: Sequence[Mapping[str, Any]], table: Table, asked: ChartOf, mark: str
) -> Iterable[str]:
    """Yield why a chart of these rows would be no good."""
    if not table.rows:
        yield "the chart is empty: its table has no rows"
    elif not shown:
        yield f"the chart is empty: {asked.y} is known of none of the {len(table.rows):,} rows"
    elif len(shown) == 1:
        yield "the chart has a single point"
    sizes = table.types[table.columns.index(asked.y)]
    if shown and mark not in {"network", "heatmap"} and sizes not in _NUMBERS:
        yield f"{asked.y} is no number: the axis would be mislabelled"
    if mark in {"network", "heatmap"} and not asked.color:
        yield f"a {mark} needs a third column for the size"
    if mark == "pie" and any(_negative(row[asked.y]) for row in shown):
        yield "parts of a whole cannot be negative"
    if shown and sizes in _NUMBERS and not any(row[asked.y] for row in shown):
        yield f"{asked.y} is 0 in all rows"


def _negative(value: Any) -> bool:
    return isinstance(value, (int, float)) and value < 0


def _own_spec(asked: ChartOf) -> Chart:
    """Return the chart of a program's own spec, if it holds its data and nothing else."""
    values = _inline(asked.spec)
    faults: list[str] = []
    if reaching := sorted(set(_reaching(asked.spec))):
        faults.append(f"a spec may not have {', '.join(reaching)}: its data has to be inside")
    if not values:
        faults.append("the chart is empty: its spec holds no values")
    elif len(values) == 1:
        faults.append("the chart has a single point")
    named = set(_fields(asked.spec))
    there = {name for row in values if isinstance(row, dict) for name in cast(Plain, row)}
    if values and (unknown := sorted(named - there)) and "transform" not in asked.spec:
        faults.append(f"the data of the chart lacks {', '.join(unknown)}")
    spec = {} if faults else {**asked.spec, "$schema": SCHEMA}
    return Chart("vega-lite", "", spec, tuple(faults), (), len(values))


def _inline(spec: Plain) -> list[Any]:
    data: Any = spec.get("data")
    values: Any = cast(Plain, data).get("values") if isinstance(data, dict) else None
    return cast(list[Any], values) if isinstance(values, list) else []


def _reaching(part: Any) -> Iterable[str]:
    """Yield the keys by which a spec would reach out of itself."""
    if isinstance(part, dict):
        for key, value in cast(Plain, part).items():
            if key in {"url", "href", "loader", "usermeta", "lookup"}:
                yield key
            yield from _reaching(value) if key != "values" else ()
    elif isinstance(part, list):
        for value in cast(list[Any], part):
            yield from _reaching(value)


def _fields(part: Any) -> Iterable[str]:
    if isinstance(part, dict):
        for key, value in cast(Plain, part).items():
            if key == "field" and isinstance(value, str):
                yield value
            elif key != "data":
                yield from _fields(value)
    elif isinstance(part, list):
        for value in cast(list[Any], part):
            yield from _fields(value)


def _title(asked: ChartOf) -> Any:
    """Return what stands above a chart; what is behind a semicolon stands smaller below it."""
    text, _, below = asked.title.partition("; ")
    return {"text": text, "subtitle": below} if below else text


def _base(asked: ChartOf, shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "title": _title(asked),
        "background": "white",
        "data": {"values": list(shown)},
        "width": 480,
        "height": 300,
    }


def _channel(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return how a column is drawn; dots and brackets in its name mean nothing."""
    quoted = name.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")
    return {"field": quoted, "type": kind, "title": name, **more}


def _bars(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    """Return bars, lying where names are long; in the order of the table."""
    order = [str(row[asked.x]) for row in shown]
    kind = table.types[table.columns.index(asked.x)]
    across = _channel(asked.x, "ordinal" if kind in _NUMBERS else "nominal", sort=None)
    spec = _base(asked, shown)
    size = _channel(asked.y, "quantitative")
    lies = max(map(len, order)) > 6 or len(order) > 24
    across["axis"] = {"labelLimit": 260, "title": None} if lies else {"labelAngle": 0}
    encoding: dict[str, Any] = {"y" if lies else "x": across, "x" if lies else "y": size}
    if asked.color:
        encoding["color"] = _channel(asked.color, "nominal")
        encoding["yOffset" if lies else "xOffset"] = _channel(asked.color, "nominal")
    if lies:
        narrow = len(order) > _WIDE_BARS
        spec["height"] = {"step": 12 if narrow else 18}
        across["axis"]["labelFontSize"] = 8 if narrow else 10
    return {**spec, "mark": {"type": "bar", "tooltip": True}, "encoding": encoding}


def _lines(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    kind = table.types[table.columns.index(asked.x)]
    if kind in _TIMES:
        across = _channel(asked.x, "temporal")
    elif kind in _NUMBERS:
        across = _channel(asked.x, "quantitative", scale={"zero": False}, axis={"format": "d"})
    else:
        across = _channel(asked.x, "ordinal", sort=None)
    encoding: dict[str, Any] = {"x": across, "y": _channel(asked.y, "quantitative")}
    if asked.color:
        encoding["color"] = _channel(asked.color, "nominal")
    mark = {"type": "area" if asked.mark == "area" else "line", "point": True, "tooltip": True}
    return {**_base(asked, shown), "mark": mark, "encoding": encoding}


def _pie(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    """Return a pie whose parts are labelled with their size."""
    sizes = [row[asked.y] for row in shown]
    whole = sum(sizes) or 1
    named = [{**row, "_part": f"{row[asked.y] / whole:.1%}"} for row in shown]
    encoding = {
        "theta": _channel(asked.y, "quantitative", stack=True),
        "color": _channel(asked.x, "nominal", sort=[row[asked.x] for row in shown]),
        "order": {
            "field": _channel(asked.y, "")["field"],
            "type": "quantitative",
            "sort": "descending",
        },
    }
    label = {"text": {"field": "_part", "type": "nominal"}, "color": {"value": "black"}}
    return {
        **_base(asked, named),
        "height": 320,
        "encoding": encoding,
        "layer": [
            {"mark": {"type": "arc", "outerRadius": 120, "tooltip": True}},
            {"mark": {"type": "text", "radius": 142}, "encoding": label},
        ],
    }


def _histogram(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    encoding = {
        "x": _channel(asked.x, "quantitative", bin={"maxbins": 40}),
        "y": _channel(asked.y, "quantitative", aggregate="sum"),
    }
    return {**_base(asked, shown), "mark": {"type": "bar", "tooltip": True}, "encoding": encoding}


def _scatter(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    encoding: dict[str, Any] = {
        "x": _channel(asked.x, "quantitative"),
        "y": _channel(asked.y, "quantitative"),
    }
    if asked.color:
        encoding["color"] = _channel(asked.color, "nominal")
    return {
        **_base(asked, shown),
        "mark": {"type": "point", "tooltip": True},
        "encoding": encoding,
    }


def _heatmap(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    encoding = {
        "x": _channel(asked.x, "nominal", sort=None, axis={"labelAngle": -40}),
        "y": _channel(asked.y, "nominal", sort=None),
        "color": _channel(asked.color, "quantitative"),
    }
    return {**_base(asked, shown), "mark": {"type": "rect", "tooltip": True}, "encoding": encoding}


def _network(asked: ChartOf, shown: Sequence[Mapping[str, Any]], table: Table) -> dict[str, Any]:
    """Return nodes on a circle with a line for each row, thicker for a larger number."""
    import math

    names = list(dict.fromkeys(str(row[at]) for row in shown for at in (asked.x, asked.y)))
    turn = 2 * math.pi / len(names)
    places = {
        name: (round(math.cos(n * turn), 6), round(math.sin(n * turn), 6))
        for n, name in enumerate(names)
    }
    lines = [
        {
            "from": (one := str(row[asked.x])),
            "to": (other := str(row[asked.y])),
            "size": row[asked.color],
            "x": places[one][0],
            "y": places[one][1],
            "x2": places[other][0],
            "y2": places[other][1],
        }
        for row in shown
    ]
    dots = [{"name": name, "x": x, "y": y} for name, (x, y) in places.items()]
    x: dict[str, Any] = {"field": "x", "type": "quantitative", "axis": None}
    y: dict[str, Any] = {"field": "y", "type": "quantitative", "axis": None}
    x["scale"] = {"domain": [-1.5, 1.5]}
    y["scale"] = {"domain": [-1.2, 1.2]}
    width: dict[str, Any] = {"field": "size", "type": "quantitative", "title": asked.color}
    width |= {"scale": {"range": [1, 6], "zero": False}, "legend": None}
    rule = {"x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}, "size": width}
    base = _base(asked, ())
    return {
        **{key: value for key, value in base.items() if key != "data"},
        "width": 560,
        "height": 480,
        "layer": [
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "opacity": 0.5},
                "encoding": rule,
            },
            {
                "data": {"values": dots},
                "mark": {"type": "circle", "size": 90, "opacity": 1},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": dots},
                "mark": {"type": "text", "dy": -12},
                "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}},
            },
        ],
    }


_SPECS = {
    "bar": _bars,
    "line": _lines,
    "area": _lines,
    "pie": _pie,
    "histogram": _histogram,
    "scatter": _scatter,
    "heatmap": _heatmap,
    "network": _network,
}


def svg(spec: Plain) -> str:
    """Return a chart as SVG.

    Raises:
        ExtraMissing: the libraries for it are not installed.
    """
    drawn: str = _converter().vegalite_to_svg(dict(spec), vl_version="6.4", allowed_base_urls=[])
    return drawn


def png(spec: Plain) -> bytes:
    """Return a chart as PNG, at twice its size.

    Raises:
        ExtraMissing: the libraries for it are not installed.
    """
    drawn: bytes = _converter().vegalite_to_png(
        dict(spec), vl_version="6.4", scale=2, allowed_base_urls=[]
    )
    return drawn


def _converter() -> Any:
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        raise ExtraMissing("drawing charts", "charts") from error
    return vl_convert
