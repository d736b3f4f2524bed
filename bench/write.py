"""The typed write against the hand-written loop and other libraries, on the same rows.

    python bench/write.py [--nodes 100000] [--edges 200000] [--rounds 3] [--others]

`--others` needs the environments that `baselines/setup.sh` makes.

Writes into the database of the settings, which must be empty, and empties it between rounds.
Prints rows per second and ratios to `baselines/bolt_loop.py` of the same run, and how many times
as long ten times the rows take.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString, cast

import rows

from knowloom.knowledge.record import Fact, Mention, Record, Statement, uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.ontology.names import quoted
from knowloom.session import endpoint
from knowloom.settings import load_settings
from knowloom.store import migrate, runs
from knowloom.store.connect import Endpoint, connect
from knowloom.store.database import Database
from knowloom.store.ontology import save
from knowloom.store.write import Writer

HERE = Path(__file__).parent
OTHERS = ("py2neo_bulk.py", "neomodel_loop.py", "neontology_loop.py", "graphrag_writer.py")
PERSON = Concept(
    name="Person",
    key=("id",),
    attributes=(
        Attribute(name="id"),
        Attribute(name="age", range=Scalar.INT, minimum="0", maximum="150"),
        Attribute(name="score", range=Scalar.FLOAT),
        Attribute(name="joined", range=Scalar.DATE),
        *(
            Attribute(name=kind.lower(), range=ConceptRange(("Person",)), many=True)
            for kind in rows.RELATIONSHIPS
        ),
    ),
)
ONTOLOGY = Ontology([PERSON, *(Concept(name=n, parents=("Person",)) for n in rows.LABELS)])


def records(given: list[rows.Row]) -> Iterator[Statement]:
    """Yield the records that a loader would make of the rows."""
    for number, row in enumerate(given, 1):
        values = {
            "id": row["uid"],
            "name": row["name"],
            "age": row["age"],
            "score": row["score"],
            "joined": row["joined"],
        }
        yield Record(row["label"], uid_of_key("Person", (row["uid"],)), values, {}, number)


def facts(given: list[rows.Row]) -> Iterator[Statement]:
    """Yield the facts that a loader would make of the rows."""
    for number, row in enumerate(given, 1):
        start, end = row["start"], row["end"]
        yield Fact(
            "",
            row["type"].lower(),
            Mention("Person", uid_of_key("Person", (start,)), (("id", start),)),
            Mention("Person", uid_of_key("Person", (end,)), (("id", end),)),
            {},
            number,
        )


def empty(database: Database) -> None:
    """Delete all nodes, constraints and indexes: those of one library would slow the next."""
    database.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 20000 ROWS")
    for row in database.read("SHOW CONSTRAINTS YIELD name"):
        database.run(cast(LiteralString, f"DROP CONSTRAINT {quoted(row['name'])}"))
    for row in database.read("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"):
        database.run(cast(LiteralString, f"DROP INDEX {quoted(row['name'])}"))


def measure(database: Database, nodes: list[rows.Row], edges: list[rows.Row]) -> dict[str, float]:
    """Return nodes/s and edges/s of the typed write into an empty database."""
    migrate.up(database, migrate.shipped())
    save(database, ONTOLOGY)
    rates: dict[str, float] = {}
    for name, said, count in (
        ("nodes_per_s", records(nodes), len(nodes)),
        ("edges_per_s", facts(edges), len(edges)),
    ):
        run = runs.begin(database, f"bench {name}", "bench")
        started = time.perf_counter()
        report = Writer(database, ONTOLOGY, run).write(said)
        rates[name] = count / (time.perf_counter() - started)
        assert report.counts.written == count, report.counts
    return rates


def baseline(script: str, place: Endpoint, nodes: int, edges: int) -> dict[str, float]:
    """Run a baseline in a process of its own and return its rates."""
    venv = Path(script).stem.split("_")[0]  # as setup.sh names them
    python = HERE.parent / ".cache" / "bench-venvs" / venv / "bin" / "python"
    command = [
        str(python if python.exists() else sys.executable),
        str(HERE / "baselines" / script),
        *("--uri", place.uri, "--nodes", str(nodes), "--edges", str(edges)),
        *(("--user", place.user, "--password", place.password) if place.password else ()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--others", action="store_true", help="also other libraries")
    options = parser.parse_args()
    nodes = rows.nodes(options.nodes)
    edges = rows.edges(options.edges, options.nodes)
    gc.freeze()  # a load reads its rows from a file: the collector never sees all of them
    place = endpoint(load_settings())
    found: dict[str, list[dict[str, float]]] = {}
    tenth = options.nodes // 10
    few = nodes[:tenth], rows.edges(options.edges // 10, tenth)
    growth: list[dict[str, float]] = []
    with connect(place) as database:
        for _ in range(options.rounds):
            empty(database)
            growth.append(measure(database, *few))
            empty(database)
            loop = baseline("bolt_loop.py", place, options.nodes, options.edges)
            found.setdefault("bolt_loop", []).append(loop)
            empty(database)
            found.setdefault("knowloom", []).append(measure(database, nodes, edges))
        for script in OTHERS:
            if options.others:
                empty(database)
                share = 1 if "py2neo" in script else 20
                rates = baseline(script, place, options.nodes // share, options.edges // share)
                found[Path(script).stem] = [rates]
        empty(database)
    report(found)
    for unit in ("nodes_per_s", "edges_per_s"):
        small, large = (
            statistics.median(rates[unit] for rates in measured)
            for measured in (growth, found["knowloom"])
        )
        print(f"ten times the {unit.split('_')[0]} take {10 * small / large:.1f} times as long")


def report(found: dict[str, list[dict[str, float]]]) -> None:
    """Print medians and ratios to the loop."""
    for unit in ("nodes_per_s", "edges_per_s"):
        base = statistics.median(r[unit] for r in found["bolt_loop"])
        for name, rates in found.items():
            measured = [r[unit] for r in rates if r[unit]]
            if not measured:  # a library that writes no relationships alone
                continue
            rate = statistics.median(measured)
            print(f"{name:18} {unit:12} {rate:10,.0f}  {rate / base:5.2f} x bolt_loop")


if __name__ == "__main__":
    main()
