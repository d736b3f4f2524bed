"""The options that say which database a command means."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from knowloom.settings import Settings, load_settings

_OPTIONS = (
    click.option("--uri", help="The Neo4j server; the workspace's local one when not given."),
    click.option("--username", help="The user to log in as; the password is NEO4J_PASSWORD."),
    click.option("--database", help="The database on the server."),
)


def workspace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--workspace`, and pass it `settings`."""
    return _with_settings(_workspace(command), ("workspace",))


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--uri`, `--username`, `--database`, `--workspace`, and pass it `settings`.

    The command's parameter `settings` is a `Settings`; open it with
    `knowloom.session.open_database`.
    """
    options = _with_settings(command, ("uri", "username", "database", "workspace"))
    for option in reversed(_OPTIONS):
        options = option(options)
    return _workspace(options)


_workspace = click.option(
    "--workspace",
    type=click.Path(file_okay=False),
    help="The folder of the local server; .knowloom when not given.",
)


def _with_settings(command: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    """Return `command` with the options `names` gathered into its parameter `settings`."""

    @wraps(command)
    def gathered(*args: Any, **options: Any) -> Any:
        flags = {name: options.pop(name) for name in names}
        settings: Settings = load_settings(flags)
        return command(*args, settings=settings, **options)

    return gathered
