"""Opening a database, and what a person is told when it cannot be used."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import neo4j
import pytest

from knowloom.errors import (
    AuthenticationFailed,
    ServerFailed,
    ServerUnreachable,
    SettingsError,
    UnsupportedServer,
)
from knowloom.session import endpoint as endpoint_of
from knowloom.session import open_database
from knowloom.settings import Settings, load_settings
from knowloom.store.connect import Endpoint, ServerInfo, check_version, connect, server_info
from knowloom.store.database import Database


class Relay:
    """A wire to the real server that can be cut and mended."""

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self._target = (parts.hostname or "localhost", parts.port or 7687)
        self._open: list[socket.socket] = []
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]

    def cut(self) -> None:
        """Close every connection and accept no more."""
        for wire in (self._listener, *self._open):
            # A blocked accept or recv wakes up only when its socket is shut down first.
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()
        self._open.clear()

    def mend(self) -> None:
        """Accept connections again."""
        self._listener = self._listen(self.port)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            return


@pytest.fixture
def relay(endpoint: Endpoint) -> Iterator[Relay]:
    """A wire to the test server."""
    relay = Relay(endpoint.uri)
    yield relay
    relay.cut()


@pytest.fixture
def wired(endpoint: Endpoint, relay: Relay) -> Iterator[Database]:
    """The test server's database, reached over the wire."""
    uri = f"bolt://127.0.0.1:{relay.port}"
    with connect(replace(endpoint, uri=uri)) as database:
        yield database


def _closed_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.neo4j
def test_an_open_database_tells_its_version_and_edition(database: Database) -> None:
    """The server is new enough, or it would not have been opened."""
    info = server_info(database)
    assert info.numbers >= (5, 26)
    assert info.edition in {"community", "enterprise"}


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_nobody_at_the_address_is_told_at_once(scheme: str) -> None:
    """The message names the address and the command that starts a server; no retrying."""
    uri = f"{scheme}://127.0.0.1:{_closed_port()}"
    started = time.monotonic()
    with pytest.raises(ServerUnreachable, match="knowloom server start") as caught:
        connect(Endpoint(uri))
    assert caught.value.uri == uri
    assert uri in str(caught.value)
    assert time.monotonic() - started < 5


def test_an_unknown_host_is_unreachable() -> None:
    """A name that resolves to nothing is not a traceback."""
    with pytest.raises(ServerUnreachable, match=r"nowhere\.invalid"):
        connect(Endpoint("bolt://nowhere.invalid:7687"))


def test_an_address_the_driver_refuses_is_a_settings_error() -> None:
    """Whoever builds an endpoint by hand gets the same kind of message."""
    with pytest.raises(SettingsError, match="ftp://localhost"):
        connect(Endpoint("ftp://localhost:7687"))


@pytest.mark.neo4j
def test_a_wrong_password_is_told_with_the_user_and_what_to_set(endpoint: Endpoint) -> None:
    """The message names the user, never the password."""
    if not endpoint.password:
        pytest.skip("this server asks for no password")
    with pytest.raises(AuthenticationFailed, match="NEO4J_PASSWORD") as caught:
        connect(replace(endpoint, password="wrong-hunter2"))
    assert caught.value.user == endpoint.user
    assert "hunter2" not in str(caught.value)


@pytest.mark.neo4j
def test_no_password_where_one_is_needed_is_told(endpoint: Endpoint) -> None:
    """A server that asks for a login refuses a connection without one."""
    if not endpoint.password:
        pytest.skip("this server asks for no password")
    with pytest.raises(AuthenticationFailed, match="NEO4J_PASSWORD"):
        connect(replace(endpoint, password=""))


@pytest.mark.neo4j
def test_a_database_the_server_lacks_is_told_by_name(endpoint: Endpoint) -> None:
    """Community has one database; any other name is a mistake."""
    with pytest.raises(ServerUnreachable, match="'films'"):
        connect(replace(endpoint, database="films"))


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ("4.4.40", False),
        ("5.25.1", False),
        ("5.26.0", True),
        ("5.26.31", True),
        ("5.26-aura", True),
        ("2025.01.0", True),
        ("2026.09.0", True),
        ("unknown", False),
    ],
)
def test_a_server_older_than_5_26_is_refused(version: str, accepted: bool) -> None:
    """Versions compare as numbers, the calendar releases too; the message says what is needed."""
    info = ServerInfo(version, "community")
    if accepted:
        check_version("bolt://host", info)
        return
    with pytest.raises(UnsupportedServer, match=r"needs Neo4j 5\.26 or newer") as caught:
        check_version("bolt://host", info)
    assert version in str(caught.value)


@pytest.mark.neo4j
def test_a_server_that_goes_away_is_unreachable(wired: Database, relay: Relay) -> None:
    """A cut connection is told as such, not as the driver's own error."""
    relay.cut()
    with pytest.raises(ServerUnreachable, match=wired.uri):
        wired.run("RETURN 1")


@pytest.mark.neo4j
def test_a_transaction_survives_a_short_cut(wired: Database, relay: Relay) -> None:
    """Reads and writes are repeated, whole, until the server is back."""
    relay.cut()
    mending = threading.Timer(0.5, relay.mend)
    mending.start()
    assert wired.read("RETURN 7 AS n")[0]["n"] == 7
    mending.join()


@pytest.mark.neo4j
def test_what_the_server_gives_up_is_told_as_its_failure(database: Database) -> None:
    """The message says why, and that what was committed is kept."""

    @neo4j.unit_of_work(timeout=0.05)
    def slow(tx: neo4j.ManagedTransaction) -> None:
        tx.run("UNWIND range(1, 1000000000) AS i WITH i WHERE i < 0 RETURN i").consume()

    with pytest.raises(ServerFailed, match="committed is kept") as caught:
        database.in_read(slow)
    assert "TransactionTimedOut" in caught.value.code


def test_an_endpoint_hides_its_password() -> None:
    """It is printed in logs and test reports."""
    assert "hunter2" not in repr(Endpoint("bolt://host", "ann", "hunter2"))


@pytest.mark.neo4j
def test_the_settings_lead_to_the_database_they_name(endpoint: Endpoint) -> None:
    """An address in the settings wins over the managed server."""
    settings = Settings(
        uri=endpoint.uri,
        username=endpoint.user,
        password=endpoint.password,
        database=endpoint.database,
    )
    assert endpoint_of(settings) == endpoint
    with open_database(settings) as database:
        assert database.read("RETURN 1 AS n")[0]["n"] == 1


def test_without_an_address_and_without_a_local_server_the_way_out_is_told(
    tmp_path: Path,
) -> None:
    """The managed server is the default; when it does not run, the message starts it."""
    settings = load_settings(environ={}, directory=tmp_path)
    with pytest.raises(ServerUnreachable, match="knowloom server start"):
        open_database(settings)


def test_the_log_of_the_driver_is_not_printed() -> None:
    """A restarted server is no news to a person: who wants the log adds a handler."""
    code = "import logging, knowloom.store.database; logging.getLogger('neo4j.io').error('gone')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stderr == ""
