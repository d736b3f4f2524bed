"""The bulk load of many rows: from the start of the command until constraints are online.

    python bench/bulk.py [--nodes 1000000] [--edges 3000000] [--folder DIR]

Starts a managed server in DIR (a temporary one by default), generates the files once, and runs
`knowloom load csv … --bulk` in a process of its own, whose peak memory is printed too.
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


def run(folder: Path, *arguments: str) -> tuple[float, int]:
    """Run a knowloom command; return seconds and the peak memory of its own process in bytes."""
    command = [sys.executable, "-m", "knowloom", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder)
    watched, peak = psutil.Process(process.pid), 0
    while process.poll() is None:  # `wait4` would count the import tool's Java as well
        with suppress(psutil.NoSuchProcess):
            peak = max(peak, watched.memory_info().rss)
        time.sleep(0.1)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, peak


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=3_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="knowloom-bulk-"))
    folder.mkdir(exist_ok=True)
    generate(folder, options.nodes, options.edges)
    run(folder, "server", "start")
    run(folder, "ontology", "load", str(HERE / "ontologies" / "people.py"))
    mapping = str(HERE / "mappings" / "people.toml")
    files = ["nodes.csv", "edges.csv"]
    seconds, memory = run(folder, "load", "csv", *files, "--mapping", mapping, "--bulk")
    rows = options.nodes + options.edges
    print(f"bulk: {rows:,} rows in {seconds:.1f} s = {rows / seconds:,.0f} rows/s")
    print(f"peak memory of the command: {memory / 1e6:,.0f} MB")
    run(folder, "server", "stop")


if __name__ == "__main__":
    main()
