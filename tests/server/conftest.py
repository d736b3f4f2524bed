"""Managed servers of the tests' own."""

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


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The one server that most tests of this folder use."""
    workspace = tmp_path_factory.mktemp("local") / "ws"
    server = LocalServer(workspace, profile=TESTS, ports=high_ports())
    yield server
    server.stop()


@pytest.fixture
def running(shared: LocalServer) -> LocalServer:
    """The shared server, running; a test may stop, kill or refill it."""
    shared.start()
    return shared


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
