"""Wrong steps of a first hour: each is answered with one sentence that says what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from knowloom.browser import place
from knowloom.cli import cli
from knowloom.errors import NoBrowser
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.store import ontology
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

COMMANDS = [
    ("find", "Person"),
    ("search", "ada"),
    ("ask", "Who?"),
    ("analyse", "Number of people"),
    ("load", "csv", "x.csv"),
    ("review", "list"),
    ("update", "history"),
    ("browser", "open"),
    ("browser", "style"),
    ("browser", "guide"),
    ("browser", "queries"),
]


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
    COMMANDS,
    ids=" ".join,
)
def test_a_stopped_server(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Nothing runs: the command that starts it is named."""
    line = said(tmp_path, *words)
    assert "`knowloom server start`" in line
    assert "\n" not in line


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nobody_at_the_address(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A port where nobody answers, as behind a firewall: the address and what to check."""
    (tmp_path / "x.csv").write_text("name\nAda\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{taken.getsockname()[1]}"
        line = said(tmp_path, *words, NEO4J_URI=uri, NEO4J_PASSWORD="x")
    assert uri in line
    assert "check NEO4J_URI" in line
    assert "\n" not in line


@pytest.mark.neo4j
@pytest.mark.parametrize("words", COMMANDS[::9], ids=" ".join)
def test_a_wrong_password(tmp_path: Path, endpoint: Endpoint, words: tuple[str, ...]) -> None:
    """The server refuses: which variables hold the login."""
    line = said(tmp_path, *words, NEO4J_URI=endpoint.uri, NEO4J_PASSWORD="wrong")
    assert "set NEO4J_USERNAME and NEO4J_PASSWORD" in line
    assert "\n" not in line


@pytest.mark.neo4j
@pytest.mark.usefixtures("database", "login")
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("find", "Person"), "`knowloom ontology load FILE`"),
        (("why", "Ada"), "try `knowloom search`"),
        (("subgraph", "Ada"), "try `knowloom search`"),
        (("search", "ada"), "begin with `knowloom ontology load FILE`"),
        (("ask", "Who?"), "begin with `knowloom ontology load FILE`"),
        (("analyse", "Number of people"), "begin with `knowloom ontology load FILE`"),
    ],
    ids=str,
)
def test_no_data_yet(
    tmp_path: Path, endpoint: Endpoint, words: tuple[str, ...], hint: str
) -> None:
    """An empty graph has no classes and no things: it is said with what to do."""
    login = {"NEO4J_URI": endpoint.uri, "NEO4J_PASSWORD": endpoint.password}
    line = said(tmp_path, *words, **login)
    assert hint in line
    assert "\n" not in line


@pytest.mark.neo4j
@pytest.mark.usefixtures("login")
def test_classes_are_found_before_there_is_data(database: Database) -> None:
    """An ontology is something to look for."""
    ontology.save(database, Ontology([Concept(name="Guest", description="Who is invited.")]))
    done = CliRunner().invoke(cli, ["search", "invited"])
    assert done.exit_code == 0, done.output
    assert "Guest" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("find", "Person"),
        ("subgraph", "Ada"),
        ("search", "ada"),
        ("analyse", "Number of people"),
        ("review", "list"),
        ("update", "history"),
    ],
    ids=str,
)
@pytest.mark.parametrize("limit", ["-5", "0", "99999999999999999999"])
def test_a_limit_that_is_none(words: tuple[str, ...], limit: str) -> None:
    """No server is asked for fewer than one, or more than it can count."""
    done = CliRunner().invoke(cli, [*words, "--limit", limit])
    assert isinstance(done.exception, click.BadParameter | SystemExit), done.exception
    assert "--limit" in str(done.exception) + done.output


@pytest.mark.neo4j
@pytest.mark.usefixtures("database", "login")
def test_a_guide_to_nothing_says_what_to_do(tmp_path: Path) -> None:
    """A style, a guide and favourites can be written before there is anything."""
    for what in ("style", "guide", "queries"):
        done = CliRunner().invoke(cli, ["browser", what, "--to", str(tmp_path / what)])
        assert done.exit_code == 0, done.output
    guide = (tmp_path / "guide" / "guide.html").read_text("utf-8")
    assert "Nothing is here yet" in guide


@pytest.mark.neo4j
@pytest.mark.usefixtures("database", "login")
def test_browser_behind_a_blocked_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bolt answers and the page does not: which port it is, and how to get through."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        page = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setattr(place, "_address", lambda _: page)
        done = CliRunner().invoke(cli, ["browser", "open"])
    assert isinstance(done.exception, NoBrowser)
    assert page in str(done.exception)
    assert "let that port" in str(done.exception)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """Somebody removed the folder in which the shell still stands."""
    gone = f'rmdir "$PWD"; exec {sys.executable} -m knowloom find Person'
    ran = subprocess.run(
        ["sh", "-c", gone], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert ran.stderr == "knowloom: this folder is not there any more: change to another\n"
