"""How many of the fifty tasks the planner answers, beside queries over the raw files.

    python bench/analysis_tasks.py papers DATA/papers [--workspace .knowloom]
    python bench/analysis_tasks.py fb15k237 DATA/graphs/fb15k237 [--workspace .knowloom]
    python bench/analysis_tasks.py computing_later examples/computing [--workspace .knowloom]

The graph of the workspace holds the set, loaded as docs/analysing.md says. The queries that judge
are in bench/tasks and read the files with DuckDB. A task that is refused is a failure, unless the
graph cannot answer it; one with another number is wrong. Each task is run twice and has to give
the same bytes.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from knowloom.analysing import analyse
from knowloom.analysis.cycle import Analysis
from knowloom.base import KnowledgeBase
from knowloom.session import knowledge_base
from knowloom.settings import load_settings

TASKS = Path(__file__).parent / "tasks"


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", choices=sorted(path.stem for path in TASKS.glob("*.toml")))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workspace", type=Path)
    given = parser.parse_args()
    files = raw(given.set, given.folder)
    tasks = tomllib.loads((TASKS / f"{given.set}.toml").read_text(encoding="utf-8"))["task"]
    counts = {"exact": 0, "refused": 0, "wrong": 0}
    took: list[float] = []
    with knowledge_base(load_settings({"workspace": given.workspace})) as kb:
        for task in tasks:
            verdict, seconds = judged(kb, files, task)
            counts[verdict] += 1
            took.append(seconds)
            print(f"{verdict:8} {seconds:6.2f} s  {task['text']}")
    print(f"{counts['exact']} of {len(tasks)} exact, {counts['refused']} refused,", end=" ")
    print(f"{counts['wrong']} wrong; median {median(took):.2f} s, longest {max(took):.2f} s")


def raw(name: str, folder: Path) -> duckdb.DuckDBPyConnection:
    """Return the tables of a set, read from its files."""
    files = duckdb.connect()
    files.execute("SET memory_limit = '3GB'")
    files.execute("SET VARIABLE folder = $folder", {"folder": str(folder)})
    files.execute((TASKS / f"{name.partition('_')[0]}.sql").read_text(encoding="utf-8"))
    return files


def judged(
    kb: KnowledgeBase, files: duckdb.DuckDBPyConnection, task: dict[str, Any]
) -> tuple[str, float]:
    """Return whether the planner gives what the query gives, and how long it took."""
    started = time.perf_counter()
    done = analyse(kb, task["text"])
    seconds = time.perf_counter() - started
    if not done.good:
        print(f"         {done.best.reasons[0]}")
        return "exact" if "refuse" in task else "refused", seconds
    if "refuse" in task:
        return "wrong", seconds
    if said(done) != said(analyse(kb, task["text"])):
        return "wrong", seconds
    return ("exact" if equal(done, files, task) else "wrong"), seconds


def said(done: Analysis) -> str:
    """Return all that an analysis found, as text."""
    charts = [chart.spec for chart in done.best.charts]
    return json.dumps([done.results.json(), charts], sort_keys=True, default=list)


def equal(done: Analysis, files: duckdb.DuckDBPyConnection, task: dict[str, Any]) -> bool:
    """Return whether an analysis has the rows, and the statistic, of the queries."""
    gold = files.execute(task["gold"]).fetchall()
    values = {value.name: value.value for value in done.results.values}
    if len(gold) == 1 and len(gold[0]) == 1:
        found = [(values.get("answer"),)]
    else:
        rows = [row for table in done.results.tables[:1] for row in table.rows]
        found = [row[: len(gold[0])] for row in rows]
    one, other = rounded(gold), rounded(found)
    same = one == other if task.get("ordered") else sorted(one) == sorted(other)
    if "statistic" not in task:
        return same
    [(number,)] = files.execute(task["statistic"]).fetchall()
    mine = values.get("difference", next((t.statistic for t in done.results.tests), None))
    return same and rounded([(number,)]) == rounded([(mine,)])


def rounded(rows: list[Any]) -> list[str]:
    """Return rows as text, in which numbers that differ by less than a billionth are equal."""
    return [repr([f"{c:.9g}" if isinstance(c, (int, float)) else c for c in row]) for row in rows]


if __name__ == "__main__":
    main()
