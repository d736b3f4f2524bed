"""`knowloom browser`: Neo4j Browser on the workspace's graph."""

from __future__ import annotations

import os
import sys

import click

from knowloom.browser.links import browser_link
from knowloom.cli.connection import workspace_option
from knowloom.cli.output import emit, json_option
from knowloom.errors import ServerUnreachable
from knowloom.server.local import LocalServer
from knowloom.settings import Settings


@click.group()
def browser() -> None:
    """Open Neo4j Browser on this graph."""


@browser.command("open")
@click.option("--query", default="", help="A Cypher statement to put into the editor.")
@workspace_option
@json_option
def open_(settings: Settings, query: str, as_json: bool) -> None:
    """Print a link that opens Neo4j Browser, and open it where there is a desktop.

    The server must run; log in with the password that `knowloom server status` names.

    \b
    knowloom browser open
    knowloom browser open --query 'MATCH (p:Person) RETURN p LIMIT 25'
    """
    if (info := LocalServer.of(settings).status()) is None:
        raise ServerUnreachable(str(settings.workspace), "its server does not run")
    link = browser_link(info.http_uri, info.bolt_uri, info.user, query, settings.database)
    emit({"link": link, "password_file": str(info.password_file)}, as_json, [link])
    if not as_json and _at_a_desktop():
        click.launch(link)


def _at_a_desktop() -> bool:
    """Return whether a person sits before this and a window can open."""
    has_windows = sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    return bool(has_windows) and sys.stdout.isatty()
