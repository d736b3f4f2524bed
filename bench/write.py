"""The typed write against the hand-written loop and other libraries, on the same rows.

    python bench/write.py [--nodes 100000] [--edges 200000] [--rounds 3] [--others]

`--others` needs the environments that `baselines/setup.sh` makes.

Writes into the database of the settings, which must be empty, and empties it after each writer.
Prints rows per second, of nodes, of edges and of all together, with ratios to
`baselines/bolt_loop.py` of the same run, and how many times as long ten times the rows take: for
one round more than asked for, which comes first and is told apart, since a server that was just
started is slow at whatever it has not compiled yet; and the medians of the rounds after it.
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
Rates = dict[str, float]
OURS, TENTH, LOOP = "knowloom", "a tenth of it", "bolt_loop"
AS_MANY = ("bolt_loop.py", "py2neo_bulk.py")  # the others are slow: a twentieth is enough
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


def measure(database: Database, nodes: list[rows.Row], edges: list[rows.Row]) -> Rates:
    """Return nodes/s and edges/s of the typed write into an empty database."""
    migrate.up(database, migrate.shipped())
    save(database, ONTOLOGY)
    rates: Rates = {}
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


def baseline(script: str, place: Endpoint, nodes: int, edges: int) -> Rates:
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
    answer: Rates = json.loads(done.stdout.splitlines()[-1])
    return answer


def together(rates: Rates, nodes: int, edges: int) -> Rates:
    """Return rates with that of all rows; 0 for a library that writes no relationships alone."""
    if not rates["edges_per_s"]:
        return rates | {"rows_per_s": 0}
    seconds = nodes / rates["nodes_per_s"] + edges / rates["edges_per_s"]
    return rates | {"rows_per_s": (nodes + edges) / seconds}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--others", action="store_true", help="also other libraries")
    options = parser.parse_args()
    scripts = ("bolt_loop.py", *(OTHERS if options.others else ()))
    nodes = rows.nodes(options.nodes)
    edges = rows.edges(options.edges, options.nodes)
    tenth = options.nodes // 10
    few = nodes[:tenth], rows.edges(options.edges // 10, tenth)
    gc.freeze()  # a load reads its rows from a file: the collector never sees all of them
    place = endpoint(load_settings())
    found: dict[str, list[Rates]] = {}
    with connect(place) as database:
        for _ in range(1 + options.rounds):
            for script in scripts:
                empty(database)
                share = 1 if script in AS_MANY else 20
                counts = options.nodes // share, options.edges // share
                rates = together(baseline(script, place, *counts), *counts)
                found.setdefault(Path(script).stem, []).append(rates)
            for name, rows_ in ((TENTH, few), (OURS, (nodes, edges))):
                empty(database)
                rates = together(measure(database, *rows_), *map(len, rows_))
                found.setdefault(name, []).append(rates)
        empty(database)
    print("the first round, in which the server compiles what it runs often:")
    report({name: rates[:1] for name, rates in found.items()})
    print(f"the median of {options.rounds} more:")
    report({name: rates[1:] for name, rates in found.items()})


def report(found: dict[str, list[Rates]]) -> None:
    """Print medians and ratios to the loop, and how rates change with the number of rows."""
    for unit in ("nodes_per_s", "edges_per_s", "rows_per_s"):
        medians = {
            name: statistics.median(measured)
            for name, rates in found.items()
            if (measured := [each[unit] for each in rates if each[unit]])
        }  # without a library that writes no relationships alone
        for name, rate in medians.items():
            print(f"  {name:18} {unit:12} {rate:10,.0f}  {rate / medians[LOOP]:5.2f} x {LOOP}")
        times = 10 * medians[TENTH] / medians[OURS]
        print(f"  ten times the {unit.split('_')[0]} take {times:.1f} times as long")


if __name__ == "__main__":
    main()
