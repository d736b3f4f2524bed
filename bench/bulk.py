"""The bulk load of many rows: from the start of the command until constraints are online.

    python bench/bulk.py [--nodes 1000000] [--edges 3000000] [--folder DIR] [--growth]

Starts a managed server in DIR (a temporary one by default), generates the files once, and runs
`knowloom load csv … --bulk` in a process of its own. Its peak memory is printed too, with that of
the processes of ours that it starts. `--growth` does the same with a tenth of the rows first.
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
from pathlib import Path

import psutil

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


def run(folder: Path, *arguments: str) -> tuple[float, int, int]:
    """Run a knowloom command; return seconds, and the peak memory in bytes.

    The first number is that of the command's own process, the second has its Python children too.
    """
    command = [sys.executable, "-m", "knowloom", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder)
    watched, own, together = psutil.Process(process.pid), 0, 0
    while process.poll() is None:  # `wait4` would count the import tool's Java as well
        with suppress(psutil.NoSuchProcess):
            here = watched.memory_info().rss
            children = [c for c in watched.children() if c.name().startswith("python")]
            own = max(own, here)
            together = max(together, here + sum(c.memory_info().rss for c in children))
        time.sleep(0.1)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, own, together


def measure(folder: Path, nodes: int, edges: int) -> float:
    """Load so many rows in a workspace of their own; print the figures and return the seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    generate(folder, nodes, edges)
    run(folder, "server", "start")
    run(folder, "ontology", "load", str(HERE / "ontologies" / "people.py"))
    mapping = str(HERE / "mappings" / "people.toml")
    files = ["nodes.csv", "edges.csv"]
    seconds, own, together = run(folder, "load", "csv", *files, "--mapping", mapping, "--bulk")
    rows = nodes + edges
    print(f"bulk: {rows:,} rows in {seconds:.1f} s = {rows / seconds:,.0f} rows/s")
    print(f"peak memory: {own / 1e6:,.0f} MB, with the readers {together / 1e6:,.0f} MB")
    run(folder, "server", "stop")
    return seconds


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
