"""The bulk load of many rows: from the start of the command until they and constraints are there.

    python bench/bulk.py [--nodes 1000000] [--edges 3000000] [--folder DIR] [--growth]

Starts a managed server in DIR (a temporary one by default), generates the files once, and runs
`knowloom load csv … --bulk` in a process of its own. The figure is taken when the server answers
that both sources are written and that every constraint is online; the command goes on until all
indexes are and Browser's guide is made. Its peak memory is printed too, with that of the processes
of ours that it starts. `--growth` does the same with a tenth of the rows first.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psutil
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from knowloom.server import LocalServer

HERE = Path(__file__).parent
CLASSES = ("Person", "Researcher", "Engineer")


def generate(folder: Path, nodes: int, edges: int) -> None:
    """Write nodes.csv and edges.csv."""
    chance = random.Random(5)
    with (folder / "nodes.csv").open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(["code", "class", "name", "age", "score", "joined"])
        for i in range(nodes):
            day = f"20{i % 20:02d}-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
            write([f"p{i}", CLASSES[i % 3], f"Person {i}", i % 90, round(chance.random(), 4), day])
    with (folder / "edges.csv").open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(["from", "to"])
        for _ in range(edges):
            write([f"p{chance.randrange(nodes)}", f"p{chance.randrange(nodes)}"])


class Watch:
    """Asks a managed server, from outside the command, how far a load is.

    Args:
        server: running.
        sources: how many are loaded.
    """

    def __init__(self, server: LocalServer, sources: int) -> None:
        info = server.start()
        self._driver = GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]
            info.bolt_uri, auth=(info.user, info.password), notifications_min_severity="OFF"
        )
        self._wanted = [sources, *self._asked("SHOW CONSTRAINTS YIELD name RETURN count(*)")]

    def is_loaded(self) -> bool:
        """Return whether all is written and as many constraints are online as before."""
        try:
            done = self._asked("MATCH (r:_Run {status: 'done'}) RETURN count(r)")
            return self._wanted == done + self._asked(
                "SHOW INDEXES YIELD owningConstraint, state "
                "WHERE owningConstraint IS NOT NULL AND state = 'ONLINE' RETURN count(*)"
            )
        except (DriverError, Neo4jError):  # it is being started anew
            return False

    def close(self) -> None:
        """End the connection."""
        self._driver.close()

    def _asked(self, query: LiteralString) -> list[int]:
        # A session of its own, since what the server was asked before is not in the new store.
        with self._driver.session(  # pyright: ignore[reportUnknownMemberType]
            database="neo4j"
        ) as session:
            return next(session.run(query)).values()


def knowloom(*arguments: str) -> list[str]:
    """Return a command of knowloom."""
    return [sys.executable, "-m", "knowloom", *arguments]


@dataclass
class Load:
    """What a load took.

    Args:
        written: seconds until everything was written and constraints were online.
        ended: seconds until the command ended.
        own: peak memory of the command's own process, in bytes.
        together: that with its Python children too.
    """

    written: float = 0.0
    ended: float = 0.0
    own: int = 0
    together: int = 0


def load(folder: Path, watch: Watch, *arguments: str) -> Load:
    """Run a load."""
    took, started = Load(), time.perf_counter()
    process = subprocess.Popen(knowloom("load", *arguments), cwd=folder)
    watched = psutil.Process(process.pid)
    while process.poll() is None:  # `wait4` would count the import tool's Java as well
        with suppress(psutil.NoSuchProcess):
            here = watched.memory_info().rss
            children = [c for c in watched.children() if c.name().startswith("python")]
            took.own = max(took.own, here)
            together = here + sum(c.memory_info().rss for c in children)
            took.together = max(took.together, together)
        if not took.written and watch.is_loaded():
            took.written = time.perf_counter() - started
        time.sleep(0.2)
    took.ended = time.perf_counter() - started
    if process.returncode:
        sys.exit("the load failed")
    return took


def measure(folder: Path, nodes: int, edges: int) -> float:
    """Load so many rows in a workspace of their own; print the figures and return the seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    generate(folder, nodes, edges)
    ontology, mapping = HERE / "ontologies" / "people.py", HERE / "mappings" / "people.toml"
    for arguments in (("server", "start"), ("ontology", "load", str(ontology))):
        subprocess.run(knowloom(*arguments), cwd=folder, check=True)
    files = ["nodes.csv", "edges.csv"]
    watch = Watch(LocalServer(folder / ".knowloom"), len(files))
    took = load(folder, watch, "csv", *files, "--mapping", str(mapping), "--bulk")
    watch.close()
    rows = nodes + edges
    speed = rows / took.written
    print(f"bulk: {rows:,} rows in {took.written:.1f} s = {speed:,.0f} rows/s")
    print(f"all indexes online and the command at its end after {took.ended:.1f} s")
    print(f"peak memory: {took.own / 1e6:,.0f} MB, with the readers {took.together / 1e6:,.0f} MB")
    subprocess.run(knowloom("server", "stop"), cwd=folder, check=True)
    return took.written


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=3_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--growth", action="store_true", help="also a tenth of the rows")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="knowloom-bulk-"))
    counts = options.nodes, options.edges
    if options.growth:
        small = measure(folder / "tenth", *(count // 10 for count in counts))
        large = measure(folder / "whole", *counts)
        print(f"ten times the rows take {large / small:.1f} times as long")
    else:
        measure(folder, *counts)


if __name__ == "__main__":
    main()
