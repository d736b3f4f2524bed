"""The life of a managed server: started, found, killed, started again, stopped."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any, LiteralString
from urllib.request import urlopen

import neo4j
import psutil
import pytest
from neo4j.exceptions import AuthError

from knowloom.errors import ServerDidNotStart, ServerError, SettingsError
from knowloom.server import LocalServer, ServerInfo
from knowloom.server.workspace import State
from tests.server.conftest import Make

START = """
import sys
from pathlib import Path
from knowloom.server import TESTS, LocalServer, Ports
bolt, http = map(int, sys.argv[2:])
print(LocalServer(Path(sys.argv[1]), profile=TESTS, ports=Ports(bolt, http)).start().pid)
"""


def ask(info: ServerInfo, query: LiteralString, password: str = "") -> Any:
    """Return the first value of a query's answer, logged in as the server says."""
    auth = (info.user, password or info.password)
    with neo4j.GraphDatabase.driver(info.bolt_uri, auth=auth) as driver:
        records = driver.execute_query(query, database_="neo4j").records
    return records[0].value() if records else None


def started(server: LocalServer) -> ServerInfo:
    """Return the running server."""
    info = server.status()
    assert info is not None
    return info


def remembered(server: LocalServer) -> State:
    """Return what the workspace remembers."""
    state = server.workspace.state()
    assert state is not None
    return state


def start_apart(server: LocalServer) -> subprocess.Popen[str]:
    """Begin to start the server in a process of its own, which prints the number."""
    ports = [str(server.ports.bolt), str(server.ports.http)]
    command = [sys.executable, "-c", START, str(server.workspace.folder), *ports]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something that another process does; a minute at most."""
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.002)


def was_launched(server: LocalServer) -> bool:
    """Return whether the server's process is remembered."""
    state = server.workspace.state()
    return state is not None and state.pid is not None


def test_it_answers_with_its_password_only(running: LocalServer) -> None:
    """A login is needed, and the generated password is the one."""
    info = started(running)
    assert ask(info, "RETURN 1") == 1
    with pytest.raises(AuthError):
        ask(info, "RETURN 1", password="neo4j-neo4j")


def test_nobody_else_can_read_the_password(running: LocalServer) -> None:
    """The password file is for its owner only, and so is the workspace."""
    info = started(running)
    assert stat.S_IMODE(info.password_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.workspace.folder.stat().st_mode) == 0o700
    assert len(info.password) >= 20
    assert info.password not in " ".join(psutil.Process(info.pid).cmdline())


def test_it_listens_on_this_machine_only(running: LocalServer) -> None:
    """Every address that the process listens at is a loopback address."""
    connections = psutil.Process(started(running).pid).net_connections("tcp")
    hosts = {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}
    assert hosts
    assert hosts <= {"127.0.0.1", "::ffff:127.0.0.1"}


def test_it_serves_browser_and_the_files_of_the_workspace(running: LocalServer) -> None:
    """Neo4j Browser is there, and a file written later appears below /browser/knowloom/."""
    info = started(running)
    (running.workspace.served / "late.html").write_text("hello")
    with urlopen(f"{info.http_uri}/browser/") as page:
        assert b"Neo4j Browser" in page.read()
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    with urlopen(f"{info.http_uri}/browser/knowloom/late.html") as file:
        assert file.read() == b"hello"


def test_starting_again_finds_it(running: LocalServer) -> None:
    """A second start returns the same server, and so does one that has lost its number."""
    first = started(running)
    assert running.start() == first
    running.workspace.remember(State(remembered(running).ports))
    assert running.status() is None
    assert running.start() == first


def test_a_wrong_password_file_is_named(running: LocalServer) -> None:
    """When the file no longer holds the password the error says which file to mend."""
    info = started(running)
    right = info.password
    info.password_file.write_text("something-else")
    try:
        with pytest.raises(ServerError, match=f"{info.password_file}.*write the right one"):
            running.start()
    finally:
        info.password_file.write_text(right)
    assert running.start() == info


def test_a_killed_server_comes_back_with_its_data(running: LocalServer) -> None:
    """After a kill nothing runs, and the next start serves what was stored, at the same ports."""
    before = started(running)
    ask(before, "MERGE (:Kept {name: 'kept'})")
    psutil.Process(before.pid).kill()
    psutil.Process(before.pid).wait()
    assert running.status() is None
    after = running.start()
    assert after.pid != before.pid
    assert after.bolt_uri == before.bolt_uri
    assert ask(after, "MATCH (n:Kept) RETURN n.name") == "kept"


def test_a_number_that_belongs_to_a_stranger_and_busy_ports(running: LocalServer) -> None:
    """A process that has the old number is left alone, and taken ports are gone around."""
    before = started(running)
    assert running.stop()
    assert running.status() is None
    assert not running.stop()
    bolt = int(before.bolt_uri.rpartition(":")[2])
    running.workspace.remember(State(remembered(running).ports, os.getpid()))
    with closing(socket.create_server(("127.0.0.1", bolt))):
        after = running.start()
        assert after.bolt_uri != before.bolt_uri
        assert after.http_uri == before.http_uri
    assert running.start() == after


def test_a_lost_password_is_said_to_be_lost(running: LocalServer) -> None:
    """Without the password of an old store the start says where to put it back."""
    running.stop()
    file = running.workspace.password_file
    away = file.rename(file.with_name("away"))
    try:
        with pytest.raises(ServerDidNotStart, match="put it back into"):
            running.start()
    finally:
        away.rename(file)


def test_two_starts_at_once(make: Make) -> None:
    """Two commands that start a new workspace at once both find the one server."""
    server = make()
    both = [start_apart(server) for _ in range(2)]
    pids = {process.communicate()[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert pids == {str(started(server).pid)}


@pytest.mark.slow
def test_a_port_that_is_snatched_while_the_server_starts(make: Make) -> None:
    """When somebody takes the port after it was found free the server goes to the next one."""
    server = make()
    with socket.socket() as snatcher:
        # Bound but not listening: the port looks free until the server has begun to start.
        snatcher.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        snatcher.bind(("127.0.0.1", server.ports.bolt))

        def snatch() -> None:
            wait_until(lambda: was_launched(server))
            snatcher.listen()

        Thread(target=snatch, daemon=True).start()
        info = server.start()
        assert info.bolt_uri != f"bolt://localhost:{server.ports.bolt}"
        assert ask(info, "RETURN 1") == 1


@pytest.mark.parametrize("moment", ["with a password", "launched"])
def test_a_first_start_that_was_killed(make: Make, moment: str) -> None:
    """However far a killed command came, the next start ends with a server that answers."""
    server = make()
    command = start_apart(server)
    if moment == "launched":
        wait_until(lambda: was_launched(server))
    else:
        wait_until(server.workspace.password_file.exists)
    command.kill()
    command.communicate()
    left_behind = server.workspace.state()
    info = server.start()
    assert ask(info, "RETURN 1") == 1
    if moment == "launched":
        assert left_behind is not None
        assert info.pid == left_behind.pid


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0, 0.4])
def test_a_server_that_was_killed_while_it_made_its_first_store(
    make: Make, seconds: float
) -> None:
    """With command and server killed that early, the password of the workspace still fits."""
    server = make()
    command = start_apart(server)
    wait_until(lambda: server.workspace.has_run)
    time.sleep(seconds)
    command.kill()
    command.communicate()
    psutil.Process(remembered(server).pid).kill()
    assert ask(server.start(), "RETURN 1") == 1


def test_a_server_that_ends_at_once(make: Make) -> None:
    """The last words of the process are in the error, with the log's path."""
    server = make()
    server.prepare()
    (server.workspace.home / "data" / "databases").write_text("in the way")
    with pytest.raises(ServerDidNotStart, match=r"knowloom server logs.*console\.log"):
        server.start()
    assert server.status() is None


def test_a_workspace_that_is_a_file(tmp_path: Path) -> None:
    """A workspace that cannot be made is refused in one sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match="name another with --workspace"):
        LocalServer(tmp_path / "file").start()
    with pytest.raises(SettingsError, match="name another workspace"):
        LocalServer(tmp_path / "a:b")


def test_a_remembered_state_that_nobody_can_read(tmp_path: Path) -> None:
    """A damaged state file counts as none."""
    (tmp_path / "server.json").write_text('{"ports": {"bolt"')
    assert LocalServer(tmp_path).workspace.state() is None
    assert LocalServer(tmp_path).status() is None
