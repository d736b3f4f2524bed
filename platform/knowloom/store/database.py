"""One Neo4j database behind a driver: reads, writes, and errors a person can act on."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, LiteralString, Self, TypeVar

import neo4j
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable, SessionExpired

from knowloom.errors import AuthenticationFailed, ServerFailed, ServerUnreachable, StoreError

# What goes wrong is told by knowloom's errors; without a handler Python prints the driver's log.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

T = TypeVar("T")
_IDLE = 5  # seconds after which a connection is tried before it is used: servers are restarted
_REASON = re.compile(r"\(reason (?:\[Errno -?\d+\] )?(.*?)\)$", re.MULTILINE)


class Database:
    """A driver together with the one database it speaks to; a context manager.

    Every statement names the database (which saves a round trip), reads use read access, and
    transactions are retried only on the codes that the server calls transient.

    Args:
        uri: `bolt://…` or `neo4j://…`, with `+s` for TLS.
        auth: user and password; None for a server without authentication.
        name: the database.
    """

    def __init__(self, uri: str, auth: tuple[str, str] | None, name: str = "neo4j") -> None:
        self.uri = uri
        self.name = name
        self.user = auth[0] if auth else ""
        self._auth = auth
        self.driver = self._new_driver()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the driver's connections."""
        self.driver.close()

    def reconnect(self) -> None:
        """Leave all connections for new ones, since the server was restarted."""
        self.driver.close()
        self.driver = self._new_driver()

    def verify(self) -> None:
        """Prove that the database answers; tried once, unlike reads and writes.

        Raises:
            ServerUnreachable: nobody answers, or the server has no such database.
            AuthenticationFailed: the user or password is refused.
        """
        try:
            with self._session(neo4j.READ_ACCESS) as session:
                session.run("RETURN 1").consume()
        except ValueError as error:  # how older drivers say that a name leads nowhere
            raise ServerUnreachable(self.uri, str(error)) from error

    def read(self, query: LiteralString, /, **parameters: Any) -> list[neo4j.Record]:
        """Return all rows of a reading statement."""
        return self.in_read(lambda tx: list(tx.run(query, parameters)))

    def write(self, query: LiteralString, /, **parameters: Any) -> neo4j.ResultSummary:
        """Run a writing statement in a transaction of its own and return its counters."""
        return self.in_write(lambda tx: tx.run(query, parameters).consume())

    def run(self, query: LiteralString, /, **parameters: Any) -> neo4j.ResultSummary:
        """Run one statement outside a managed transaction: schema commands and batches."""
        with self._session(neo4j.WRITE_ACCESS) as session:
            return session.run(query, parameters).consume()

    def in_read(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Return `work(transaction)` with read access, repeated when the server says so."""
        with self._session(neo4j.READ_ACCESS) as session:
            return session.execute_read(work)

    def in_write(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Return `work(transaction)` with write access; it may be called again, whole."""
        with self._session(neo4j.WRITE_ACCESS) as session:
            return session.execute_write(work)

    def _new_driver(self) -> neo4j.Driver:
        # The driver leaves the types of its options open.
        return neo4j.GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]
            self.uri,
            auth=self._auth,
            notifications_min_severity="OFF",
            connection_timeout=10,
            connection_acquisition_timeout=30,
            liveness_check_timeout=_IDLE,
        )

    @contextmanager
    def _session(self, access: str) -> Generator[neo4j.Session]:
        """Yield a session, translating what goes wrong on the way to the server."""
        try:
            with self.driver.session(  # pyright: ignore[reportUnknownMemberType]
                database=self.name, default_access_mode=access
            ) as session:
                yield session
        except (ServiceUnavailable, SessionExpired) as error:
            raise ServerUnreachable(self.uri, _reason(error)) from error
        except Neo4jError as error:
            if translated := self._translated(error):
                raise translated from error
            raise

    def _translated(self, error: Neo4jError) -> StoreError | None:
        """Return the error a person can act on; None when the statement itself was wrong."""
        code = error.code or ""
        _, kind, area, *_ = [*code.split("."), "", "", ""]
        if code == "Neo.ClientError.Database.DatabaseNotFound":
            return ServerUnreachable(self.uri, f"it has no database {self.name!r}")
        if area == "Security" and not code.endswith("Forbidden"):
            why = "" if code.endswith("Unauthorized") else _first_line(error)
            return AuthenticationFailed(self.uri, self.user, why)
        if kind in {"TransientError", "DatabaseError"} or area in {"Security", "Transaction"}:
            return ServerFailed(self.uri, code, _first_line(error))
        return None


def _first_line(error: Neo4jError) -> str:
    """Return what a server says is wrong, without the details that follow."""
    return (error.message or str(error)).splitlines()[0].rstrip(" .:")


def _reason(error: DriverError) -> str:
    """Return why there is no connection, in the operating system's words if it has some."""
    text = str(error)
    if reasons := _REASON.findall(text):
        return str(reasons[-1]).strip()
    return (text.splitlines() or [type(error).__name__])[0].rstrip(" .:")
