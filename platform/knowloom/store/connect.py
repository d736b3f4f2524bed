"""Opening a database: where it is, that it answers, and that it is new enough."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from neo4j.exceptions import ConfigurationError

from knowloom.assets import cypher
from knowloom.errors import SettingsError, UnsupportedServer
from knowloom.store.database import Database

MINIMUM_VERSION = (5, 26)
_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A database, and how to log in.

    Args:
        uri: `bolt://…` or `neo4j://…`.
        user: empty, like `password`, for a server without authentication.
        password: kept out of the representation.
        database: its name on the server.
    """

    uri: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a server says of itself.

    Args:
        version: such as `5.26.31` or `2026.09.0`.
        edition: `community` or `enterprise`.
        agent: its product name.
    """

    version: str
    edition: str
    agent: str = "Neo4j"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers that compare.

        >>> ServerInfo("2026.09.0", "community").numbers > ServerInfo("5.26.31", "").numbers
        True
        """
        found = _NUMBERS.match(self.version)
        return tuple(int(part or 0) for part in found.groups()) if found else ()


def connect(endpoint: Endpoint) -> Database:
    """Return an open database that has proved it can be used.

    Raises:
        ServerUnreachable: nobody answers, or the server has no such database.
        AuthenticationFailed: the user or password is refused.
        UnsupportedServer: it is older than Neo4j 5.26.
        SettingsError: the address cannot be used.
    """
    auth = (endpoint.user, endpoint.password) if endpoint.password else None
    try:
        database = Database(endpoint.uri, auth, endpoint.database)
    except (ConfigurationError, ValueError) as error:
        raise SettingsError(f"{endpoint.uri!r} cannot be used as an address: {error}") from error
    try:
        database.verify()
        check_version(endpoint.uri, server_info(database))
    except BaseException:
        database.close()
        raise
    return database


def server_info(database: Database) -> ServerInfo:
    """Return version and edition of the server behind `database`."""
    [row] = database.read(cypher("server/components"))
    return ServerInfo(row["version"], row["edition"], row["name"])


def check_version(uri: str, info: ServerInfo) -> None:
    """Refuse a server that is older than `MINIMUM_VERSION`.

    Raises:
        UnsupportedServer: with what was found and what is needed.
    """
    if info.numbers < MINIMUM_VERSION:
        needed = ".".join(map(str, MINIMUM_VERSION))
        raise UnsupportedServer(uri, f"{info.agent} {info.version}", f"Neo4j {needed} or newer")
