"""Managed servers of the tests' own, each stopped when its test or file ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowloom.server import TESTS, LocalServer, Ports
from knowloom.server.machine import free_port

Make = Callable[..., LocalServer]


def high_ports() -> Ports:
    """Return free ports away from those that other servers on this machine begin at."""
    return Ports(bolt=free_port(27_687), http=free_port(27_474))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that runs; a test that stops it starts it again."""
    server = LocalServer(
        tmp_path_factory.mktemp("local") / "ws", profile=TESTS, ports=high_ports()
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A function that returns a server for a new workspace; stopped in the end."""
    made: list[LocalServer] = []

    def new(name: str = "ws", cache: Path | None = None) -> LocalServer:
        server = LocalServer(tmp_path / name, profile=TESTS, ports=high_ports(), cache=cache)
        made.append(server)
        return server

    yield new
    for server in made:
        server.stop()
