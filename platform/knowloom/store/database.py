"""One Neo4j database behind a driver: reads, writes, and errors a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j
from neo4j.exceptions import AuthError, ClientError, ServiceUnavailable

from knowloom.errors import AuthenticationFailed, ServerUnreachable

T = TypeVar("T")


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
        self._user = auth[0] if auth else ""
        self.driver = neo4j.GraphDatabase.driver(
            uri, auth=auth, notifications_min_severity="OFF", connection_acquisition_timeout=30
        )

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

    def read(self, query: str, **parameters: Any) -> list[neo4j.Record]:
        """Return all rows of a reading statement."""
        return self.in_read(lambda tx: list(tx.run(query, parameters)))

    def write(self, query: str, **parameters: Any) -> neo4j.ResultSummary:
        """Run a writing statement in a transaction of its own and return its counters."""
        return self.in_write(lambda tx: tx.run(query, parameters).consume())

    def run(self, query: str, **parameters: Any) -> neo4j.ResultSummary:
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

    @contextmanager
    def _session(self, access: str) -> Iterator[neo4j.Session]:
        """Yield a session, translating what goes wrong on the way to the server."""
        try:
            with self.driver.session(database=self.name, default_access_mode=access) as session:
                yield session
        except AuthError as error:
            raise AuthenticationFailed(self.uri, self._user) from error
        except ServiceUnavailable as error:
            raise ServerUnreachable(self.uri, str(error).splitlines()[0]) from error
        except ClientError as error:
            if error.code == "Neo.ClientError.Database.DatabaseNotFound":
                raise ServerUnreachable(self.uri, f"it has no database {self.name!r}") from error
            raise
