"""Opening the database that the settings mean: the one at their address, or the local one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from knowloom.errors import AuthenticationFailed, ServerUnreachable
from knowloom.settings import Settings, load_settings
from knowloom.store import connect as store
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase


def endpoint(settings: Settings) -> Endpoint:
    """Return where the database is and how to log in.

    Without an address in the settings this is the managed local server of the workspace, with the
    password that it keeps for itself.

    Raises:
        ServerUnreachable: no address is set and the managed server does not run.
    """
    if settings.uri:
        return Endpoint(settings.uri, settings.username, settings.password, settings.database)
    return _local_endpoint(settings)


def open_database(settings: Settings | None = None) -> Database:
    """Return the open database that the settings mean; a context manager.

    Args:
        settings: those that hold in the current directory when None.

    Raises:
        ServerUnreachable: nobody answers there, or the managed server does not run.
        AuthenticationFailed: the user or password is refused.
        UnsupportedServer: it is older than Neo4j 5.26.
        SettingsError: a setting cannot be used.
    """
    chosen = load_settings() if settings is None else settings
    try:
        return store.connect(endpoint(chosen))
    except AuthenticationFailed as error:
        if chosen.uri:
            raise
        file = Path(chosen.workspace) / "password"
        mend = f"if it was changed on the server, write the new one into {file}"
        raise AuthenticationFailed(error.uri, error.user, error.why, mend) from error


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """Return the knowledge base that the settings mean; a context manager.

    Raises:
        KnowloomError: as `open_database`.
    """
    from knowloom.base import KnowledgeBase

    return KnowledgeBase(open_database(settings), Path(settings.workspace))


def connect(
    uri: str | None = None,
    *,
    username: str | None = None,
    database: str | None = None,
    workspace: str | Path | None = None,
) -> KnowledgeBase:
    """Return the knowledge base of this place, like the command line; a context manager.

    Args:
        uri: the Neo4j server; when None `NEO4J_URI`, else `knowloom.toml`, else the managed local
            server of the workspace. The password is `NEO4J_PASSWORD`, or the managed server's.
        username, database: likewise.
        workspace: the folder of the managed server, `.knowloom` when None.

    Raises:
        ServerUnreachable: nobody answers there, or the managed server does not run.
        AuthenticationFailed: the user or password is refused.
        UnsupportedServer: it is older than Neo4j 5.26.
        SettingsError: a setting cannot be used.
    """
    given = {"uri": uri, "username": username, "database": database, "workspace": workspace}
    return knowledge_base(load_settings(given))


def _local_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of the managed server of the workspace."""
    from knowloom.server.local import LocalServer

    if (server := LocalServer.of(settings).status()) is None:
        raise ServerUnreachable(str(settings.workspace), "its server does not run")
    return Endpoint(server.bolt_uri, server.user, server.password, settings.database)
