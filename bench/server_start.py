"""How long the managed server takes to start and to stop: `server_start.py [--runs N] [--first]`.

Beside it, in the same run and on the same store, what a start takes without knowloom's class-data
archive. With `--first` also the very first start of a machine, download included, from an empty
cache.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from knowloom.server import LocalServer, Ports
from knowloom.server.archive import class_archive
from knowloom.server.machine import free_port

PATIENCE = 300.0  # seconds for the archive to be made in the background


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--first", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.first:
            first_ever(Path(folder))
        repeated(Path(folder), given.runs)


def first_ever(folder: Path) -> None:
    """Print how long a new machine waits for its first server."""
    server = new_server(folder / "first", folder / "cache")
    show("first start, with the download", [timed(server.start)])
    server.stop()


def repeated(folder: Path, runs: int) -> None:
    """Print the medians of starts and stops of a server that has run before."""
    server = new_server(folder / "again")
    server.start()
    server.stop()
    archive = wait_for_archive(server)
    starts: list[float] = []
    plain: list[float] = []
    stops: list[float] = []
    for _ in range(runs):  # in turn, so that a busy machine disturbs both alike
        starts.append(timed(server.start))
        stops.append(timed(server.stop))
        with hidden(archive):
            plain.append(timed(server.start))
        stops.append(timed(server.stop))
    show("start", starts)
    show("start without the class-data archive", plain)
    show("stop", stops)
    print(f"with the archive a start takes {median(starts) / median(plain):.2f} of the time")


@contextmanager
def hidden(archive: Path) -> Iterator[None]:
    """Take the archive away for a while, without another being made in its place."""
    aside, refused = archive.with_suffix(".aside"), archive.with_suffix(".refused")
    archive.rename(aside)
    refused.touch()
    try:
        yield
    finally:
        refused.unlink()
        aside.rename(archive)


def new_server(workspace: Path, cache: Path | None = None) -> LocalServer:
    """Return a server of a new workspace."""
    return LocalServer(workspace, ports=Ports(free_port(27_800), free_port(27_900)), cache=cache)


def wait_for_archive(server: LocalServer) -> Path:
    """Return the class-data archive, once it is made."""
    installation = server.installation
    archive = class_archive(installation.folder, server.java(), installation.class_path)
    until = time.monotonic() + PATIENCE
    while not archive.file.exists():
        if time.monotonic() > until:
            raise SystemExit(f"no archive was made: see {archive.file.with_suffix('.log')}")
        time.sleep(0.2)
    return archive.file


def timed(work: Callable[[], Any]) -> float:
    """Return how many seconds `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def show(what: str, seconds: list[float]) -> None:
    """Print the median and all values."""
    values = " ".join(f"{s:.2f}" for s in sorted(seconds))
    print(f"{what}: median {median(seconds):.2f} s ({values})")


if __name__ == "__main__":
    main()
