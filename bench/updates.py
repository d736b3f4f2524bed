"""Updating a source of 100,000 rows: first, unchanged, and with one row in a hundred changed.

    python bench/updates.py [--rows 100000] [--workspace .knowloom]

The baseline is reading the file and hashing what it says, without a graph. The database of the
settings must be empty and is emptied afterwards.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from knowloom import loading
from knowloom.base import KnowledgeBase
from knowloom.knowledge.record import Record, content_hash
from knowloom.ontology.parse import parse
from knowloom.session import knowledge_base
from knowloom.settings import load_settings
from knowloom.updating import Request, update

sys.path.insert(0, str(Path(__file__).parent))
from read import empty

ONTOLOGY = """
class Group(Entity, key=("name",)):
    pass

class Person(Entity, key=("name",)):
    age: int | None = None
    score: float | None = None
    group: Group | None = None
"""
MAPPING = """
[[objects]]
concept = "Person"
[objects.attributes]
name = "name"
age = "age"
score = "score"
group = "group"
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, knowledge_base(load_settings()) as kb:
        if len(kb.ontology):
            sys.exit("the graph holds an ontology: point this at an empty database")
        kb.save_ontology(parse(ONTOLOGY))
        file, mapping = Path(folder) / "people.csv", Path(folder) / "mapping.toml"
        mapping.write_text(MAPPING)
        rows = [[f"p{i}", i % 90, i / 7, f"g{i % 1000}"] for i in range(given.rows)]
        request = Request(str(file), mapping=mapping)
        measure(kb, request, rows, file)
        empty(kb.database)


def measure(kb: KnowledgeBase, request: Request, rows: list[list[object]], file: Path) -> None:
    """Print what each kind of update costs."""
    save(file, rows)
    reading = seconds(lambda: read(kb, request))
    show("reading and hashing", reading)
    first = seconds(lambda: update(kb, request))
    each = (first - reading) / len(rows)
    show("first update", first, of=reading)
    show("unchanged", seconds(lambda: update(kb, request)), most=2.0)
    changed = random.Random(1).sample(range(len(rows)), len(rows) // 100)
    for i in changed:
        rows[i] = [rows[i][0], 99, -1.0, "g0"]
    save(file, rows)
    allowed = reading + 3 * each * len(changed)
    show(
        "one in a hundred changed", seconds(lambda: update(kb, request)), of=reading, most=allowed
    )
    (kb.workspace / "sources.sqlite").unlink()
    rows[0] = ["p0", 1, 1.0, "g1"]
    save(file, rows)
    show("one changed, the ledger lost", seconds(lambda: update(kb, request)), of=reading)


def read(kb: KnowledgeBase, request: Request) -> None:
    """Read and hash what a source says, and do nothing with it."""
    plan = loading.plan("csv", [Path(request.source)], kb.ontology, mapping=request.mapping)
    for said in loading.statements(plan.loader, plan.parts[0], kb.ontology):
        if isinstance(said, Record):
            content_hash(said, "people.csv")


def save(file: Path, rows: list[list[object]]) -> None:
    """Write the table."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["name", "age", "score", "group"])
        writer.writerows(rows)


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def show(what: str, taken: float, *, of: float = 0, most: float = 0) -> None:
    """Print a time, its ratio to the baseline, and whether it is above a limit."""
    ratio = f"  {taken / of:5.2f} x reading and hashing" if of else ""
    limit = f"  (at most {most:.2f} s)" if most else ""
    verdict = "  TOO SLOW" if most and taken > most else ""
    print(f"{what:30} {taken:8.2f} s{ratio}{limit}{verdict}", flush=True)


if __name__ == "__main__":
    main()
