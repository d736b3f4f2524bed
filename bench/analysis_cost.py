"""What it costs to hand objects to a program and to run it, by tier, beside doing it here.

    python bench/analysis_cost.py [--objects 100000]

Half of the objects are papers, each with three authors among the other half. The baseline computes
the same over the same objects in this process. Times are medians of three; memory is the most that
a run of the process tier held.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Callable
from statistics import median

from knowloom import Entity
from knowloom.analysis.program import Program, program
from knowloom.ontology.live import ontology_of
from knowloom.ontology.things import Thing
from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.outcome import Limits
from knowloom.sandbox.process import ProcessTier


class Person(Entity):
    """Description: a human being."""


class Paper(Entity):
    """Description: a scholarly article."""

    year: int | None = None
    citations: int | None = None
    authors: list[Person] = []


CODE = """
from collections import Counter

papers = [o for o in search_results if isinstance(o, Paper)]
counts = Counter(a.uid for p in papers if p.year > 1990 for a in p.authors)
analysis_results = {"most": counts.most_common(10), "cited": sum(p.citations for p in papers)}
"""
LIMITS = Limits(seconds=60, memory=4 << 30, output=100_000_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=100_000)
    given = parser.parse_args()
    things = objects(given.objects)
    ontology = ontology_of(Paper)
    here = seconds(lambda: computed(things))
    print(f"{'computed here':32} {here:7.2f} s")
    made: list[Program] = []
    show("made into rows", seconds(lambda: made.append(program(things, ontology, CODE))), here)
    rows = {"rows": {name: list(part) for name, part in made[0].crossing.rows.items()}}
    for name, tier in (("process", ProcessTier(LIMITS)), ("monty", MontyTier(LIMITS))):

        def run(tier: ProcessTier | MontyTier = tier) -> None:
            outcome = tier.run(made[0].source, rows, result="analysis_results")
            assert outcome.done, outcome.message

        show(f"handed over and run, {name}", seconds(run), here)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"{'most memory of a child':32} {most:7,.0f} MB")


def objects(number: int) -> list[Thing]:
    """Return papers and people."""
    people = [Person(f"Person {n}", uid=f"p{n:08}") for n in range(number // 2)]
    works = [
        Paper(
            f"Paper {n}",
            uid=f"w{n:08}",
            year=1950 + n % 75,
            citations=n % 1000,
            authors=[people[(n * k) % len(people)] for k in (1, 7, 13)],
        )
        for n in range(number - len(people))
    ]
    return [*people, *works]


def computed(things: list[Thing]) -> tuple[list[tuple[str, int]], int]:
    """Return what the program finds, without any of what is measured."""
    papers = [thing for thing in things if isinstance(thing, Paper)]
    counts = Counter(a.uid for p in papers if (p.year or 0) > 1990 for a in p.authors)
    return counts.most_common(10), sum(p.citations or 0 for p in papers)


def seconds(work: Callable[[], object]) -> float:
    """Return the median of three runs."""
    took: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return median(took)


def show(name: str, took: float, here: float) -> None:
    """Print a line with its ratio to the baseline."""
    print(f"{name:32} {took:7.2f} s {took / here:8.1f} times")


if __name__ == "__main__":
    main()
