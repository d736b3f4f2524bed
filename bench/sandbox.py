"""What running a program apart costs, beside running it here.

    python bench/sandbox.py [--rounds 20] [--objects 100000]

The baseline is the same program in this process, with nothing between it and the machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import psutil

from knowloom.sandbox.monty import MontyTier, workers
from knowloom.sandbox.outcome import Limits
from knowloom.sandbox.process import ProcessTier

SMALL = "answer = sum(range(10))"
OBJECTS = """\
class Paper:
    def __init__(self, uid, name, year, cites):
        self.uid = uid
        self.name = name
        self.year = year
        self.cites = cites

search_results = [Paper(*row) for row in rows]
answer = len([p for p in search_results if p.year > 1990])
"""
LIMITS = Limits(seconds=60, memory=4 << 30, output=100_000_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--objects", type=int, default=100_000)
    given = parser.parse_args()
    process, monty = ProcessTier(LIMITS), MontyTier(LIMITS)
    started = time.perf_counter()
    workers()
    monty.run(SMALL, {}, result="answer")
    show("monty, first run", time.perf_counter() - started, 0.050)
    tiers: tuple[tuple[str, Callable[[str, dict[str, Any]], object], float, float], ...] = (
        ("here", here, 0, 0),
        ("monty", lambda s, i: done(monty.run(s, i, result="answer")), 0.005, 3.0),
        ("process", lambda s, i: done(process.run(s, i, result="answer")), 0.150, 1.5),
    )
    for name, work, most, _ in tiers:
        show(f"{name}, a small program", seconds(work, SMALL, {}, given.rounds), most)
    rows = [[f"u{i}", f"Paper {i}", 1950 + i % 75, i % 1000] for i in range(given.objects)]
    for name, work, _, most in tiers:
        show(f"{name}, {len(rows):,} objects", seconds(work, OBJECTS, {"rows": rows}, 3), most)
    peak = psutil.Process().memory_info().rss
    print(f"{'memory of this process':34} {peak / 1e6:10,.0f} MB")


def here(source: str, inputs: dict[str, Any]) -> None:
    """Run a program in this process: the baseline."""
    exec(compile(source, "<program>", "exec"), dict(inputs))


def done(outcome: Any) -> None:
    """Make sure that a program ran."""
    if not outcome.done:
        raise RuntimeError(outcome.message)


def seconds(
    work: Callable[[str, dict[str, Any]], object], source: str, inputs: dict[str, Any], rounds: int
) -> float:
    """Return the median of how long a program takes."""
    times: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        work(source, inputs)
        times.append(time.perf_counter() - started)
    return median(times)


def show(what: str, taken: float, most: float) -> None:
    """Print a time, and whether it is above its limit."""
    verdict = "  TOO SLOW" if most and taken > most else ""
    print(f"{what:34} {taken * 1e3:10,.2f} ms{verdict}")


if __name__ == "__main__":
    main()
