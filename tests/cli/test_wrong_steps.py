"""Wrong steps of a first hour: each is answered with one sentence that says what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from knowloom.store.connect import Endpoint
from knowloom.store.database import Database


def said(folder: Path, *words: str, **environ: str) -> str:
    """Return what a command that fails says, in a process of its own."""
    known = {n: v for n, v in os.environ.items() if not n.startswith(("NEO4J_", "KNOWLOOM_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "knowloom", *words],
        cwd=folder,
        env={**known, **environ},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode in {1, 2}, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stderr.strip()


@pytest.mark.parametrize(
    "words",
    [("find", "Person"), ("browser", "open"), ("browser", "guide"), ("load", "csv", "x.csv")],
    ids=" ".join,
)
def test_a_stopped_server(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Nothing runs: the command that starts it is named."""
    line = said(tmp_path, *words)
    assert "`knowloom server start`" in line
    assert "\n" not in line


def test_nobody_at_the_address(tmp_path: Path) -> None:
    """A port where nobody answers, as behind a firewall: the address and what to check."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{taken.getsockname()[1]}"
        line = said(tmp_path, "find", "Person", NEO4J_URI=uri, NEO4J_PASSWORD="x")
    assert uri in line
    assert "check NEO4J_URI" in line
    assert "\n" not in line


@pytest.mark.neo4j
def test_a_wrong_password(tmp_path: Path, endpoint: Endpoint) -> None:
    """The server refuses: which variables hold the login."""
    line = said(tmp_path, "find", "Person", NEO4J_URI=endpoint.uri, NEO4J_PASSWORD="wrong")
    assert "set NEO4J_USERNAME and NEO4J_PASSWORD" in line
    assert "\n" not in line


@pytest.mark.neo4j
@pytest.mark.usefixtures("database", "login")
def test_no_data_yet(tmp_path: Path, endpoint: Endpoint, database: Database) -> None:
    """An empty graph has no classes and no things: each is said with what to do."""
    login = {"NEO4J_URI": endpoint.uri, "NEO4J_PASSWORD": endpoint.password}
    for words in (("find", "Person"), ("why", "Ada"), ("subgraph", "Ada")):
        line = said(tmp_path, *words, **login)
        assert line.startswith("knowloom: no ")
        assert "\n" not in line
