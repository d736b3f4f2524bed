"""Charts: chosen by the data, valid, equal to the table beside them, not blank; bad ones found."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import altair
import pytest
import vl_convert

from knowloom.analysis.charts import MARKS, Chart, charts_of, png, svg
from knowloom.analysis.results import read_results

_COLUMNS = {"columns": ["what", "size", "other"]}
_ROWS = [["a.b", 3, "x"], ["c", 5, "y"], ["d [e]", 1, "x"]]
_NUMBERS = {"columns": ["year", "papers", "size"], "rows": [[2015, 3, 1], [2016, 5, 2.5]]}


def _charts(table: Any, **asked: Any) -> list[Chart]:
    found = {"tables": {"t": table}, "charts": [{"mark": "", "table": "t", **asked}]}
    return charts_of(read_results(found))


def _one(table: Any, **asked: Any) -> Chart:
    [chart] = _charts(table, **asked)
    return chart


def _asked(mark: str) -> Chart:
    """Return a good chart of each kind."""
    if mark in {"line", "area", "histogram", "scatter"}:
        return _one(_NUMBERS, mark=mark, x="year", y="papers")
    if mark in {"heatmap", "network"}:
        return _one(
            {"columns": ["a", "b", "n"], "rows": [["x", "y", 1], ["y", "z", 2]]},
            mark=mark,
            x="a",
            y="b",
            color="n",
        )
    return _one({**_COLUMNS, "rows": _ROWS}, mark=mark, x="what", y="size")


@pytest.mark.parametrize("mark", MARKS)
def test_specs_are_valid_and_pictures_not_blank(mark: str) -> None:
    chart = _asked(mark)
    assert not chart.faults
    altair.Chart.from_dict(dict(chart.spec), validate=True)
    assert svg(chart.spec).startswith("<svg")
    assert png(chart.spec).startswith(b"\x89PNG")
    small = vl_convert.vegalite_to_png(dict(chart.spec), vl_version="6.4", scale=0.4)
    assert _share_of_ink(small) > 0.003


@pytest.mark.parametrize("mark", [m for m in MARKS if m != "network"])
def test_the_data_of_a_chart_is_that_of_the_table(mark: str) -> None:
    chart = _asked(mark)
    values = [tuple(row.values())[:2] for row in chart.spec["data"]["values"]]
    rows = _ROWS if chart.spec["data"]["values"][0].get("what") else None
    if rows:
        assert values == [tuple(row[:2]) for row in rows]
    else:
        assert len(values) == 2


@pytest.mark.parametrize(
    ("table", "x", "y", "mark"),
    [
        (_NUMBERS, "year", "papers", "line"),
        (_NUMBERS, "papers", "size", "scatter"),
        (
            {"columns": ["day", "n"], "rows": [["2020-01-01", 1], ["2020-01-02", 2]]},
            "day",
            "n",
            "line",
        ),
        ({"columns": ["v", "share"], "rows": [["a", 0.5], ["b", 0.5]]}, "v", "share", "pie"),
        (
            {"columns": ["v", "share"], "rows": [[str(i), 0.1] for i in range(10)]},
            "v",
            "share",
            "bar",
        ),
        ({**_COLUMNS, "rows": _ROWS}, "what", "size", "bar"),
    ],
)
def test_the_data_chooses_the_chart(table: Any, x: str, y: str, mark: str) -> None:
    assert _one(table, x=x, y=y).mark == mark
    assert _one(table, x=x, y=y, mark="bar").mark == "bar"


@pytest.mark.parametrize(
    ("table", "asked", "said"),
    [
        ({**_COLUMNS, "rows": []}, {}, "empty"),
        ({**_COLUMNS, "rows": [["a", 1, "x"]]}, {}, "single point"),
        ({**_COLUMNS, "rows": [["a", None, "x"], ["b", None, "y"]]}, {}, "known of none"),
        ({**_COLUMNS, "rows": [["a", "many", "x"], ["b", "few", "y"]]}, {}, "no number"),
        ({**_COLUMNS, "rows": [["a", 0, "x"], ["b", 0, "y"]]}, {}, "0 in all rows"),
        ({**_COLUMNS, "rows": [["a", -1, "x"], ["b", 2, "y"]]}, {"mark": "pie"}, "negative"),
        ({**_COLUMNS, "rows": _ROWS}, {"y": "height"}, "lacks 'height'"),
        ({**_COLUMNS, "rows": _ROWS}, {"mark": "heatmap"}, "third column"),
        ({**_COLUMNS, "rows": _ROWS}, {"mark": "cake"}, "no kind of chart"),
        ({**_COLUMNS, "rows": _ROWS}, {"mark": "network"}, "third column"),
    ],
)
def test_bad_charts_are_found_by_rule(table: Any, asked: dict[str, str], said: str) -> None:
    chart = _one(table, **{"x": "what", "y": "size", **asked})
    assert any(said in fault for fault in chart.faults), chart.faults
    assert not chart.spec


def _own(**parts: Any) -> Chart:
    spec = {"mark": "bar", "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}, **parts}
    [chart] = charts_of(read_results({"picture": spec}))
    return chart


def test_own_specs_hold_their_data_and_reach_nowhere() -> None:
    values = [{"a": 1, "b": 2}, {"a": 2, "b": 3}]
    assert not _own(data={"values": values}).faults
    for reaching in (
        {"data": {"url": "https://example.org/x.json"}},
        {"data": {"values": values}, "layer": [{"data": {"url": "file:///etc/passwd"}}]},
        {"data": {"values": values}, "transform": [{"lookup": "a", "from": {}}]},
        {"data": {"values": values}, "encoding": {"href": {"field": "a"}}},
    ):
        assert any("may not have" in fault for fault in _own(**reaching).faults)
    assert _own(data={"values": []}).faults
    assert any("lacks b" in f for f in _own(data={"values": [{"a": 1}, {"a": 2}]}).faults)


def test_a_chart_of_no_table_is_found() -> None:
    [chart] = charts_of(read_results({"tables": {}, "charts": [{"mark": "", "table": "u"}]}))
    assert chart.faults == ("there is no table 'u'",)


def test_two_rows_of_one_name_are_two_bars() -> None:
    chart = _one({**_COLUMNS, "rows": [["a", 1, "x"], ["a", 2, "y"]]}, x="what", y="size")
    assert [row["what"] for row in chart.spec["data"]["values"]] == ["a", "a (2)"]


def test_a_chart_of_many_bars_says_what_it_leaves_out() -> None:
    chart = _one({"columns": ["a", "n"], "rows": [[str(i), i] for i in range(199)]}, x="a", y="n")
    assert chart.rows == 120
    assert chart.notes == ("79 of 199 rows are not in the chart",)
    assert chart.spec["title"]["subtitle"] == chart.notes[0]


def _share_of_ink(picture: bytes) -> float:
    """Return the share of the bytes of a PNG's pixels that are not white (255)."""
    at, body = 8, b""
    width = height = depth = 0
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        part = picture[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, _, depth = struct.unpack(">IIBB", part[:10])
        if kind == b"IDAT":
            body += part
        at += 12 + length
    assert depth == 6  # red, green, blue and how opaque
    pixels = _unfiltered(zlib.decompress(body), width * 4, height)
    dark = sum(pixels[i] < 250 for i in range(0, len(pixels), 4))
    return dark / (width * height)


def _unfiltered(body: bytes, wide: int, height: int) -> bytearray:
    """Return the bytes of a PNG's rows (PNG specification, section 9)."""
    rows = bytearray()
    before = bytearray(wide)
    for y in range(height):
        kind, *line = body[y * (wide + 1) : (y + 1) * (wide + 1)]
        now = bytearray(line)
        for i in range(wide):
            left = now[i - 4] if i >= 4 else 0
            above = before[i]
            corner = before[i - 4] if i >= 4 else 0
            guess = 0
            if kind == 1:
                guess = left
            elif kind == 2:
                guess = above
            elif kind == 3:
                guess = (left + above) // 2
            elif kind == 4:
                near = left + above - corner
                guess = min((left, above, corner), key=lambda c: abs(near - c))
            now[i] = (now[i] + guess) & 255
        rows += now
        before = now
    return rows
