"""Reading typed objects against a hand-written loop that makes dicts, on the same graph.

    python bench/read.py [--nodes 100000] [--rounds 5]

Writes into the database of the settings, which must be empty, and empties it afterwards. Prints
objects per second for the whole graph with all links, also a tenth of its size, and the time of
the two-hop neighbourhood of one instance. Twice as many links as nodes, three classes below two
others, a date each.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.session import endpoint
from knowloom.settings import load_settings
from knowloom.store import migrate
from knowloom.store.connect import connect
from knowloom.store.database import Database
from knowloom.subgraph.reader import Reader

sys.path.insert(0, str(Path(__file__).parent / "baselines"))
import read_loop

BATCH = 10_000
_EPOCH = date(1990, 1, 1)
CREATE_NODES = """
UNWIND $rows AS row
CREATE (n:_Instance:Entity:{parent}:{concept})
SET n = row
"""
CREATE_LINKS = """
UNWIND $rows AS row
MATCH (a:_Instance {{uid: row.start}})
MATCH (b:_Instance {{uid: row.end}})
CREATE (a)-[:{type} {{uid: row.uid, _derived: true, _position: row.position}}]->(b)
"""


def _link(name: str, target: str) -> Attribute:
    return Attribute(name=name, range=ConceptRange((target,)), many=True)


def _plain(name: str, range_: Scalar) -> Attribute:
    return Attribute(name=name, range=range_)


ONTOLOGY = Ontology(
    [
        Concept(name="Agent", attributes=(_plain("joined", Scalar.DATE),)),
        Concept(name="Place", attributes=(_plain("joined", Scalar.DATE),)),
        Concept(
            name="City",
            parents=("Place",),
            attributes=(_plain("population", Scalar.INT), _plain("country", Scalar.STR)),
        ),
        Concept(
            name="Organization",
            parents=("Agent",),
            attributes=(
                _plain("founded", Scalar.INT),
                _plain("url", Scalar.STR),
                _link("located_in", "City"),
            ),
        ),
        Concept(
            name="Person",
            parents=("Agent",),
            attributes=(
                _plain("age", Scalar.INT),
                _plain("height", Scalar.FLOAT),
                _link("employer", "Organization"),
                _link("lives_in", "City"),
                _link("knows", "Person"),
            ),
        ),
    ]
)
CLASSES = (("Person", "Agent"), ("Organization", "Agent"), ("City", "Place"))
LINKS = (("EMPLOYER", 0, 1), ("LIVES_IN", 0, 2), ("KNOWS", 0, 0), ("LOCATED_IN", 1, 2))


def uid(number: int) -> str:
    """Return a uid as long as those that knowloom makes."""
    return f"{number:024x}"


def values(number: int) -> dict[str, Any]:
    """Return what is stored of one instance, provenance included."""
    own: tuple[dict[str, Any], ...] = (
        {"age": number % 90, "height": 1.5 + number % 50 / 100},
        {"founded": 1800 + number % 200, "url": f"https://example.org/{number}"},
        {"population": number * 7, "country": "Canada"},
    )
    return {
        "uid": uid(number),
        "name": f"{CLASSES[number % 3][0]} {number}",
        "joined": _EPOCH + timedelta(days=number % 12_000),
        "_run": 2411202243000000,
        "_hash": f"{number:016x}",
        "_row": number + 1,
        **own[number % 3],
    }


def fill(database: Database, count: int) -> None:
    """Store `count` instances and twice as many links."""
    chance = random.Random(7)
    for kind, (concept, parent) in enumerate(CLASSES):
        text = CREATE_NODES.format(concept=concept, parent=parent)
        _write(database, text, [values(i) for i in range(kind, count, 3)])
    links: dict[str, list[dict[str, Any]]] = {}
    for number in range(2 * count):
        type_, start, end = chance.choice(LINKS)
        row = {
            "uid": uid(number),
            "start": uid(3 * chance.randrange(count // 3) + start),
            "end": uid(3 * chance.randrange(count // 3) + end),
            "position": chance.randrange(3),
        }
        links.setdefault(type_, []).append(row)
    for type_, rows in links.items():
        _write(database, CREATE_LINKS.format(type=type_), rows)


def _write(database: Database, text: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        database.run(text, rows=rows[start : start + BATCH])


def empty(database: Database) -> None:
    """Delete all nodes."""
    database.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 20000 ROWS")


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes; what it made before is cleared away first."""
    gc.collect()
    started = time.perf_counter()
    made = work()
    taken = time.perf_counter() - started
    del made
    return taken


def measure_all(database: Database, reader: Reader, count: int, rounds: int) -> dict[str, float]:
    """Return the median seconds for the whole graph: objects, dicts, dicts without collector."""

    def loop() -> object:
        return read_loop.read(database.driver, database.name)

    def loop_paused() -> object:
        gc.disable()
        try:
            return loop()
        finally:
            gc.enable()

    ways: dict[str, Callable[[], object]] = {
        "knowloom objects": reader.everything,
        "hand-written dicts": loop,
        "the same, collector paused": loop_paused,
    }
    assert len(reader.everything()) == len(read_loop.read(database.driver, database.name)) == count
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            found[name].append(seconds(work))
    return {name: statistics.median(times) for name, times in found.items()}


def measure_points(reader: Reader, count: int, queries: int = 500) -> list[float]:
    """Return sorted seconds of two-hop neighbourhoods of single instances, after a warm-up."""
    chance = random.Random(3)
    seeds = [uid(chance.randrange(count)) for _ in range(queries)]
    for seed in seeds[:100]:
        reader.subgraph(seed, hops=2)
    return sorted(seconds_of_point(reader, seed) for seed in seeds)


def seconds_of_point(reader: Reader, seed: str) -> float:
    """Return how long the two hops around one instance take."""
    started = time.perf_counter()
    reader.subgraph(seed, hops=2)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    medians: dict[int, float] = {}
    with connect(endpoint(load_settings())) as database:
        assert not database.read("MATCH (n:_Instance) RETURN n LIMIT 1"), "the graph is not empty"
        migrate.up(database, migrate.shipped())
        reader = Reader(database, Classes(ONTOLOGY))
        for count in (options.nodes // 10, options.nodes):
            fill(database, count)
            times = measure_all(database, reader, count, options.rounds)
            medians[count] = times["knowloom objects"]
            base = times["the same, collector paused"]
            for name, taken in times.items():
                rate = f"{count / taken:10,.0f} objects/s"
                print(f"{count:8,} {name:28} {taken:6.2f} s {rate}  {base / taken:5.2f} x")
            if count == options.nodes:
                points = measure_points(reader, count)
                p50, p95 = points[len(points) // 2], points[len(points) * 19 // 20]
                print(f"two hops around one: p50 {p50 * 1e3:.2f} ms, p95 {p95 * 1e3:.2f} ms")
            empty(database)
    small, large = medians.values()
    print(f"ten times the graph takes {large / small:.1f} times as long")


if __name__ == "__main__":
    main()
