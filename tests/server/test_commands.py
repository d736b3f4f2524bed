"""`knowloom server` and `knowloom browser`, as a person or a script uses them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from knowloom.cli import cli
from knowloom.errors import ServerUnreachable
from knowloom.server import LocalServer
from tests.server.conftest import Make
from tests.server.test_local import started


def said(server: LocalServer, *command: str, code: int = 0) -> str:
    """Return what a command prints for the server's workspace; it ends with this exit code."""
    arguments = [*command, "--workspace", str(server.workspace.folder)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == code
    return result.stdout


def facts(server: LocalServer, *command: str, code: int = 0) -> dict[str, Any]:
    """Return the JSON document that a command prints."""
    found = json.loads(said(server, *command, "--json", code=code))
    assert isinstance(found, dict)
    return found


def test_start_says_how_to_log_in(running: LocalServer) -> None:
    """The address, a link for Browser, and a command that shows the password."""
    info = started(running)
    text = said(running, "server", "start")
    assert info.bolt_uri in text
    assert f"{info.http_uri}/browser/?dbms=" in text
    match = re.search(r"the password: (.+)$", text, re.MULTILINE)
    assert match is not None
    shown = subprocess.run(shlex.split(match[1]), capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == info.password
    assert info.password not in text


def test_a_script_gets_the_same_facts_from_start_and_status(running: LocalServer) -> None:
    """With --json both print where the server is and which file holds the password."""
    info = started(running)
    found = facts(running, "server", "status")
    assert found == facts(running, "server", "start")
    assert (found["running"], found["bolt"], found["pid"]) == (True, info.bolt_uri, info.pid)
    assert found["password_file"] == str(info.password_file)


def test_logs_are_what_the_server_printed(running: LocalServer) -> None:
    """The console output is printed, and the path of the detailed log."""
    text = said(running, "server", "logs")
    assert "Started." in text
    assert str(running.workspace.home / "logs" / "debug.log") in text


def test_open_prints_a_link_with_the_query(running: LocalServer) -> None:
    """The query of the command line is the one that the link puts into the editor."""
    link = said(running, "browser", "open", "--query", "MATCH (n:Person) RETURN n").splitlines()[0]
    query = parse_qs(urlsplit(link).query)
    assert query["arg"] == ["MATCH (n:Person) RETURN n"]
    assert query["dbms"][0].startswith("neo4j://neo4j@localhost:")
    assert facts(running, "browser", "open")["link"].startswith("http://localhost:")


def test_nothing_runs(make: Make) -> None:
    """Without a server the commands say so, make nothing, and name the one that starts it.

    A script need not read that: the exit code says it too.
    """
    server = make()
    assert facts(server, "server", "status", code=1)["running"] is False
    assert "knowloom server start" in said(server, "server", "status", code=1)
    assert facts(server, "server", "stop") == {"stopped": False}
    assert "nothing yet" in said(server, "server", "logs")
    with pytest.raises(ServerUnreachable, match="knowloom server start"):
        said(server, "browser", "open")
    assert not server.workspace.folder.exists()
