"""`knowloom browser`: Neo4j Browser on the workspace's graph."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.browser.links import browser_link
from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option
from knowloom.errors import NoBrowser, ServerUnreachable
from knowloom.server.config import STYLE
from knowloom.server.local import LocalServer
from knowloom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from knowloom.browser.apply import Guide
    from knowloom.browser.guide import Tried

_PATIENCE = 5.0  # seconds in which a server that is there answers

_dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would be written; write nothing."
)
_to = click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files into this folder; where the managed server shows them when not given.",
)


@click.group()
def browser() -> None:
    """Open Neo4j Browser on this graph; make its style, guide and saved queries."""


@browser.command("open")
@click.option("--query", default="", help="A Cypher statement to put into the editor.")
@connection_options
@json_option
def open_(settings: Settings, query: str, as_json: bool) -> None:
    """Print a link that opens Neo4j Browser, and open it where there is a desktop.

    The server must run. The link fills in everything but the password.

    \b
    knowloom browser open
    knowloom browser open --query 'MATCH (p:Person) RETURN p LIMIT 25'
    """
    from knowloom.browser.apply import bring_up_to_date

    link, user, password = _theirs(settings, query) if settings.uri else _ours(settings, query)
    _demand_answer(link, settings)
    bring_up_to_date(settings)
    lines = [
        link,
        f"Log in as {user}; the password: {password}" if user else "No log-in is needed",
        *(["The query is in the editor: run it with Ctrl+Enter"] if query else []),
    ]
    emit({"link": link, "user": user, "password": password}, as_json, lines)
    if not as_json and _at_a_desktop():
        click.launch(link)


@browser.command()
@_to
@_dry_run
@connection_options
@json_option
def style(folder: Path | None, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Write the style of the stored ontology: a colour and a caption for every class.

    The managed server's Browser applies it when it connects; loading an ontology writes it, too.
    For another server --to names a folder: drop style.grass there onto Browser, or add the line
    in style.conf to the server's neo4j.conf.

    \b
    Example:
        knowloom browser style
        knowloom browser style --to for-the-server
    """
    from knowloom.browser.apply import style_files
    from knowloom.session import open_database
    from knowloom.store import ontology as store

    with open_database(settings) as database:
        ontology = store.load(database)
    files = style_files(ontology)
    if folder is None and not settings.uri:
        files = {STYLE: files[STYLE]}
    _write(_place(folder, settings), files, as_json, dry_run=dry_run)


@browser.command()
@_to
@_dry_run
@connection_options
@json_option
def guide(folder: Path | None, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Write a guide to the graph: what is in it, with queries that work on it.

    Each query is run first; one that gives nothing, or takes longer than a second, is left out.
    The managed server's Browser opens the guide when it connects, and every load renews it. For
    another server --to names a folder; guide.adoc is for the newer Browser.

    \b
    Example:
        knowloom browser guide
        knowloom browser guide --to for-the-server
    """
    from knowloom.browser.apply import guide_files

    made = _made(settings)
    files = guide_files(made)
    if folder is None and not settings.uri:
        # Under its secret name; the other form is of no use to this Browser.
        files = {LocalServer.of(settings).workspace.guide.name: files["guide.html"]}
    _write(_place(folder, settings), files, as_json, made.log, dry_run=dry_run)


@browser.command()
@_to
@_dry_run
@connection_options
@json_option
def queries(folder: Path | None, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Write the guide's queries as files that Browser takes for favourites.

    Drop them onto the favourites of Neo4j Browser; it keeps them on your side, so no server can
    bring them.

    \b
    Example:
        knowloom browser queries --to queries
    """
    from knowloom.browser.pages import favourites

    made = _made(settings)
    place = folder or Path("queries")
    _write(place, favourites(made.pages), as_json, made.log, dry_run=dry_run)


def _demand_answer(link: str, settings: Settings) -> None:
    """Refuse a link that leads nowhere from here.

    Raises:
        NoBrowser: nobody answers where it leads.
    """
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(link)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "localhost", port), _PATIENCE).close()
    except OSError as error:
        served = f"{parts.scheme}://{parts.netloc}"
        where = settings.uri or str(settings.workspace)
        raise NoBrowser(where, served) from error


def _ours(settings: Settings, query: str) -> tuple[str, str, str]:
    """Return link, user and where the password is for the managed server.

    Raises:
        ServerUnreachable: it does not run.
    """
    if (info := LocalServer.of(settings).status()) is None:
        raise ServerUnreachable(str(settings.workspace), "its server does not run")
    link = browser_link(info.http_uri, info.bolt_uri, info.user, query, settings.database)
    return link, info.user, f"cat {info.password_file}"


def _theirs(settings: Settings, query: str) -> tuple[str, str, str]:
    """Return link, user and where the password is for another server.

    Raises:
        NoBrowser: it does not say where its Browser is.
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import open_database

    with open_database(settings) as database:
        place = browser_place(settings, database)
    if not place.http_uri:
        raise NoBrowser(settings.uri)
    link = browser_link(place.http_uri, place.bolt_uri, place.user, query, place.database)
    return link, place.user, "the one in NEO4J_PASSWORD"


def _made(settings: Settings) -> Guide:
    """Return the guide of the graph that the settings name."""
    from knowloom.browser.apply import make_guide
    from knowloom.session import open_database
    from knowloom.store import ontology as store

    with open_database(settings) as database:
        return make_guide(database, store.load(database))


def _place(folder: Path | None, settings: Settings) -> Path:
    """Return where files go: the folder given, else where the managed server shows them.

    Raises:
        UsageError: another server is meant, and no folder is given.
    """
    if folder is not None:
        return folder
    if settings.uri:
        raise click.UsageError(
            f"nothing can be put onto {settings.uri} from here: name a folder with --to"
        )
    return LocalServer.of(settings).workspace.served


def _write(
    folder: Path,
    files: Mapping[str, str],
    as_json: bool,
    log: Iterable[Tried] = (),
    *,
    dry_run: bool,
) -> None:
    """Write files and say so, with the queries that were left out."""
    from knowloom.browser.apply import write_files

    if not dry_run:
        write_files(folder, files)
    said = "would write" if dry_run else "wrote"
    tried = list(log)
    lines = [f"{said} {folder / name}" for name in files]
    lines = lines or ["There is nothing to query yet: `knowloom ontology load`, `knowloom load`"]
    if tried:
        slowest = max((one.seconds for one in tried if one.good), default=0.0)
        good = sum(one.good for one in tried)
        lines.append(f"{good} queries work here, the slowest in {slowest:.2f} s")
    lines += [f"left out: {one.query.title}" for one in tried if not one.good]
    emit(_facts(folder, files, tried, dry_run=dry_run), as_json, lines)


def _facts(
    folder: Path, files: Mapping[str, str], tried: list[Tried], *, dry_run: bool
) -> dict[str, Any]:
    """Return what a script wants to know."""
    return {
        "written": not dry_run,
        "files": [str(folder / name) for name in files],
        "queries": [
            {
                "title": one.query.title,
                "query": one.query.text,
                "rows": one.rows,
                "seconds": one.seconds if one.good else None,
                "kept": one.good,
            }
            for one in tried
        ],
    }


def _at_a_desktop() -> bool:
    """Return whether a person sits before this and a window can open."""
    has_windows = sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    return bool(has_windows) and sys.stdout.isatty()
