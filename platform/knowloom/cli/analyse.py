"""`knowloom analyse`: a task becomes a program over objects, and its numbers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import AT_MOST, emit, json_option, look_at, table
from knowloom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from knowloom.analysis.cycle import Analysis, Attempt
    from knowloom.analysis.results import Results, Table

_ROWS_SHOWN = 40
_UIDS_SHOWN = 5
_PARTS = ("definitions", "declaration", "analysis", "all")


@click.command()
@click.argument("task")
@click.option("--by-model", is_flag=True, help="Let the language model of the settings write it.")
@click.option("--show-code", type=click.Choice(_PARTS), help="Print this part of the program too.")
@click.option("--trace", is_flag=True, help="Print the uids behind each number.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write results, program and charts into this folder.",
)
@click.option(
    "--limit", type=AT_MOST, default=100_000, show_default=True, help="Read so many of a class."
)
@connection_options
@json_option
@click.pass_context
def analyse(
    ctx: click.Context,
    task: str,
    by_model: bool,
    show_code: str | None,
    trace: bool,
    out: Path | None,
    limit: int,
    settings: Settings,
    as_json: bool,
) -> None:
    """Answer TASK by a program over the objects of the graph.

    A planner writes the program from the words of the task and the classes of the graph; a task
    of which it does not understand every word is refused, with the reason. Programs run in the
    sandbox and see objects, no database. Nothing in the graph is changed.

    \b
    Examples:
        knowloom analyse "Number of papers per year"
        knowloom analyse "Share of Geoffrey Hinton's papers by venue, as a pie chart" --out hinton
        knowloom analyse "Top 10 authors by number of papers" --trace --show-code analysis
    """
    from knowloom.analysing import analyse as analysed
    from knowloom.browser.place import browser_place
    from knowloom.models.named import model_named
    from knowloom.sandbox.chosen import limits_of, weakest_of
    from knowloom.session import knowledge_base
    from knowloom.store.census import demand_things

    model = model_named(settings) if by_model else None
    with knowledge_base(settings) as kb:
        demand_things(kb.database)
        done = analysed(
            kb,
            task,
            model=model,
            most=limit,
            limits=limits_of(settings),
            weakest=weakest_of(settings),
        )
        link = browser_place(settings, kb.database).things(_behind(done.results))
    written = _written(done, out) if out else []
    if as_json:
        data = _data(done, show_code, trace=trace, written=written)
        emit({**data, "browser": link}, as_json)
    else:
        lines = _lines(done, show_code, trace=trace, written=written)
        emit(None, as_json, [*lines, *look_at(link)])
    if not done.good:
        ctx.exit(1)


def _data(done: Analysis, part: str | None, *, trace: bool, written: list[Path]) -> dict[str, Any]:
    """Return an analysis for a script."""
    from knowloom.analysis.judging import insights, not_borne_out

    best = done.best
    found = done.results.json()
    disputes = best.disputed
    for one in found["values"]:
        one["disputed"] = _disputes(one["uids"], disputes)
    for one in found["tables"]:
        one["disputed"] = [_disputes(uids, disputes) for uids in one["uids"]]
    if not trace:
        for one in (*found["values"], *found["tables"]):
            one.pop("uids")
    shown: dict[str, Any] = {
        "task": done.task,
        "good": done.good,
        **found,
        "insights": insights(done.results),
        "not_borne_out": not_borne_out(done.results),
        "charts": [asdict(chart) for chart in best.charts] if done.good else [],
        "understood": list(best.notes),
        "attempts": [{"code": a.code, "reasons": list(a.reasons)} for a in done.attempts],
        "disputed": {uid: list(names) for uid, names in sorted(disputes.items())},
        "files": [str(path) for path in written],
    }
    if best.ran:
        outcome = best.ran.outcome
        shown["ran"] = {"level": outcome.level.value, "seconds": round(outcome.seconds, 3)}
        shown["objects"] = len(best.ran.program.crossing)
    if part:
        shown["code"] = _code(best, part)
    return shown


def _lines(done: Analysis, part: str | None, *, trace: bool, written: list[Path]) -> Iterator[str]:
    """Yield an analysis for a person."""
    from knowloom.analysis.judging import insights, not_borne_out

    best = done.best
    if part:
        yield from _code(best, part).splitlines()
        yield ""
    if not done.good:
        yield f"Not answered after {len(done.attempts)} attempt(s):"
        for number, attempt in enumerate(done.attempts, 1):
            yield from (f"  {number}. {reason}" for reason in attempt.reasons)
    yield from _found(done.results, best.disputed, trace=trace)
    yield from (f"note: {note}" for note in (*best.notes, *done.results.notes))
    for number, chart in enumerate(best.charts if done.good else (), 1):
        yield from (f"note: chart {number}: {note}" for note in chart.notes)
    yield from (f"insight: {one}" for one in insights(done.results))
    yield from not_borne_out(done.results)
    if done.good and best.ran:
        yield f"from {len(best.ran.program.crossing):,} objects"
    yield from (f"wrote {path}" for path in written)


def _disputes(uids: Iterable[str], disputes: Mapping[str, Sequence[str]]) -> int:
    """Return how many of the objects behind a number have a value in dispute."""
    return sum(uid in disputes for uid in uids)


def _found(
    results: Results, disputes: Mapping[str, Sequence[str]], *, trace: bool
) -> Iterator[str]:
    """Yield values and tables, with the uids behind them if asked."""
    for value in results.values:
        behind = f"   {_uids(value.uids, disputes)}" if trace else ""
        yield f"{value.name}: {_shown(value.value)}{behind}"
    for one in results.tables:
        yield from _table(one, disputes, trace=trace)


def _behind(results: Results) -> Iterator[str]:
    """Yield the uids behind values and rows, each once."""
    found = [one.uids for one in results.values]
    found += [uids for one in results.tables for uids in one.uids]
    yield from dict.fromkeys(uid for uids in found for uid in uids)


def _table(one: Table, disputes: Mapping[str, Sequence[str]], *, trace: bool) -> list[str]:
    """Return the lines of a table."""
    rows = [[_shown(cell) for cell in row] for row in one.rows[:_ROWS_SHOWN]]
    columns = list(one.columns)
    if trace:
        columns.append("uids")
        rows = [[*row, _uids(uids, disputes)] for row, uids in zip(rows, one.uids, strict=False)]
    lines = table(columns, rows)
    left = len(one.rows) - len(rows)
    return [*lines, f"… {left:,} more rows (--json has all)"] if left else lines


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:,.6g}"
    return f"{cell:,}" if isinstance(cell, int) and abs(cell) >= 10_000 else str(cell)


def _uids(uids: Sequence[str], disputes: Mapping[str, Sequence[str]]) -> str:
    """Return uids for a person: the disputed first, and marked."""
    ordered = sorted(uids, key=lambda uid: uid not in disputes)[:_UIDS_SHOWN]
    shown = " ".join(
        f"{uid} (disputed: {', '.join(disputes[uid])})" if uid in disputes else uid
        for uid in ordered
    )
    left = len(uids) - _UIDS_SHOWN
    return f"{shown} … {left:,} more" if left > 0 else shown


def _code(attempt: Attempt, part: str) -> str:
    """Return a part of a program; all of it runs alone, with its data."""
    if attempt.ran is None:
        return attempt.code
    made = attempt.ran.program
    if part == "all":
        return made.alone()
    return {
        "definitions": made.definitions,
        "declaration": made.crossing.declaration,
        "analysis": made.analysis,
    }[part]


def _written(done: Analysis, folder: Path) -> list[Path]:
    """Write an analysis into a folder; return the files."""
    from importlib.util import find_spec

    import orjson

    from knowloom.analysis.charts import png, svg

    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, bytes] = {}
    for number, chart in enumerate(done.best.charts if done.good else (), 1):
        files[f"chart-{number}.vl.json"] = orjson.dumps(chart.spec, option=orjson.OPT_INDENT_2)
        if find_spec("vl_convert") is not None:
            files[f"chart-{number}.svg"] = svg(chart.spec).encode()
            files[f"chart-{number}.png"] = png(chart.spec)
    if done.best.ran is not None:
        files["program.py"] = done.best.ran.program.alone().encode()
    body = _data(done, None, trace=True, written=[])
    body.pop("ran", None)  # how long it took is no part of what was found
    files["results.json"] = orjson.dumps(body, option=orjson.OPT_INDENT_2)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]
