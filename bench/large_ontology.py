"""A library of 30,572 concepts: time and memory, beside as many plain Python classes (item 17).

    python bench/large_ontology.py [--rounds 5] [--store]

With `--store` also writes it into the database of the settings, which must be empty, reads it
back, and empties it afterwards. The concepts are made up, seeded, in the proportions of a library
taken from a public knowledge base.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from knowloom.ontology.build import Classes
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.ontology.diff import diff
from knowloom.ontology.generate import generated
from knowloom.ontology.parse import parse
from knowloom.ontology.render import render
from knowloom.ontology.statistics import statistics
from knowloom.session import endpoint
from knowloom.settings import load_settings
from knowloom.store import migrate
from knowloom.store import ontology as store
from knowloom.store.connect import connect

sys.path.insert(0, str(Path(__file__).parent))
from read import empty

LINEAGE_MOST = 1e-3  # seconds for one look-up on a fresh ontology
MEMORY_MOST = 400e6  # bytes
SAVE_MOST = 20.0  # seconds
LOAD_MOST = 5.0  # seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--store", action="store_true")
    given = parser.parse_args()
    concepts = generated()
    print(f"{len(concepts):,} concepts, median of {given.rounds} rounds")
    in_time(concepts, given.rounds)
    in_memory()
    if given.store:
        in_store(Ontology(concepts))


def in_time(concepts: list[Concept], rounds: int) -> None:
    """Print what the ontology costs as a value, and its ratio to plain classes."""
    plain = seconds(lambda: plain_classes(concepts), rounds)
    show("plain Python classes", plain)
    built = seconds(lambda: Ontology(concepts), rounds)
    show("Ontology, its structure checked", built, of=plain)
    ontology = Ontology(concepts)
    show("first children and descendants of Entity", seconds(first_descendants(concepts), rounds))
    show("check", seconds(lambda: check(ontology), rounds))
    show("statistics", seconds(lambda: statistics(ontology), rounds))
    show("diff with itself", seconds(lambda: diff(ontology, Ontology(concepts)), rounds))
    text = render(ontology, "annotated")
    show("render as one Python file", seconds(lambda: render(ontology, "annotated"), 1))
    show("parse that file", seconds(lambda: parse(text), 1))
    single_calls(concepts)


def single_calls(concepts: list[Concept]) -> None:
    """Print the slowest of many single calls, each the first of its name."""
    ontology = Ontology(concepts)
    names = random.Random(5).sample([c.name for c in concepts], 2000)
    classes = Classes(ontology)
    lineages = sorted(each(ontology.lineage, names))
    show("lineage, slowest of 2,000", lineages[-1], most=LINEAGE_MOST)
    attributes = sorted(each(ontology.attributes, names))
    show("attributes, slowest of 2,000", attributes[-1])
    made = sorted(each(classes.__getitem__, names[:200]))
    show("class with its ancestors, median of 200", made[len(made) // 2])


def in_memory() -> None:
    """Print what Python allocates for an ontology with every linearisation it can be asked for."""
    tracemalloc.start()
    ontology = Ontology(generated())
    for concept in ontology:
        ontology.lineage(concept.name)
        ontology.attributes(concept.name)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    verdict = "" if kept <= MEMORY_MOST else "  TOO MUCH"
    print(f"{'memory, all lineages and attributes known':46} {kept / 1e6:9.1f} MB{verdict}")
    process = psutil.Process().memory_info().rss
    print(f"{'memory of this process':46} {process / 1e6:9.1f} MB")


def in_store(ontology: Ontology) -> None:
    """Print what storing and reading back cost."""
    with connect(endpoint(load_settings())) as database:
        if database.read("MATCH (n:_Concept) RETURN n LIMIT 1"):
            sys.exit("the graph holds an ontology: point this at an empty database")
        migrate.up(database, migrate.shipped())
        show("save", seconds(lambda: store.save(database, ontology), 1), most=SAVE_MOST)
        show("save again, nothing differs", seconds(lambda: store.save(database, ontology), 1))
        show("load", seconds(lambda: store.load(database), 1), most=LOAD_MOST)
        if store.load(database) != ontology:
            sys.exit("what was read is not what was stored")
        empty(database)


def plain_classes(concepts: list[Concept]) -> dict[str, type]:
    """Return a bare Python class for each concept."""
    made: dict[str, type] = {n: type(n, (), {}) for n in ("Entity", "Event", "Relation")}
    for concept in concepts:
        made[concept.name] = type(concept.name, tuple(made[p] for p in concept.parents), {})
    return made


def first_descendants(concepts: list[Concept]) -> Callable[[], Any]:
    """Return a question to an ontology that has not been asked anything."""
    fresh = [Ontology(concepts) for _ in range(10)]
    return lambda: fresh.pop().descendants("Entity")


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median of how long `work` takes."""
    times: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def each(question: Callable[[str], object], names: list[str]) -> Iterator[float]:
    """Yield how long the answer for each name takes."""
    for name in names:
        started = time.perf_counter()
        question(name)
        yield time.perf_counter() - started


def show(what: str, taken: float, *, of: float = 0, most: float = 0) -> None:
    """Print a time, its ratio to a baseline, and whether it is above a limit."""
    ratio = f"  {taken / of:5.2f} x plain classes" if of else ""
    verdict = "  TOO SLOW" if most and taken > most else ""
    print(f"{what:46} {taken * 1e3:9.2f} ms{ratio}{verdict}")


if __name__ == "__main__":
    main()
