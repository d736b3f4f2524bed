"""Opening the database that the settings mean: the one at their address, or the local one."""

from __future__ import annotations

from knowloom.errors import ServerUnreachable
from knowloom.settings import Settings, load_settings
from knowloom.store.connect import Endpoint, connect
from knowloom.store.database import Database


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
    return connect(endpoint(load_settings() if settings is None else settings))


def _local_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of the managed server of the workspace."""
    raise ServerUnreachable(str(settings.workspace), "its server does not run")
