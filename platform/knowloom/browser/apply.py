"""Style and guide as files: where the managed server shows them, or in a folder to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from knowloom.assets import cypher
from knowloom.browser.style import grass, inline
from knowloom.errors import KnowloomError
from knowloom.ontology.concepts import Ontology
from knowloom.server.config import STYLE
from knowloom.server.files import disk_room, write_text
from knowloom.server.local import LocalServer
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.browser.guide import Page, Tried
    from knowloom.store.database import Database

_TITLE = "knowloom: what is in this graph"


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide that was made for one graph.

    Args:
        pages: with the queries that work there.
        log: how each query went, those that were left out too.
    """

    pages: Sequence[Page]
    log: Sequence[Tried]


def make_guide(database: Database, ontology: Ontology) -> Guide:
    """Return a guide to what a graph holds, its queries tried there.

    Args:
        database: read only.
        ontology: as stored there.
    """
    from knowloom.browser.guide import pages, tried
    from knowloom.browser.survey import survey

    return Guide(*tried(database, pages(ontology, survey(database, ontology))))


def style_files(ontology: Ontology) -> Mapping[str, str]:
    """Return the style as files: GraSS, and the line of a server's configuration that holds it."""
    setting = f"browser.post_connect_cmd=style {inline(ontology)}\n"
    return {STYLE: grass(ontology), "style.conf": setting}


def guide_files(guide: Guide) -> Mapping[str, str]:
    """Return a guide as files: for Neo4j Browser, and as AsciiDoc for its successor."""
    from knowloom.browser.pages import as_asciidoc, as_html

    return {
        "guide.html": as_html(_TITLE, guide.pages),
        "guide.adoc": as_asciidoc(_TITLE, guide.pages),
    }


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, which is made when it is not there, and return where they are.

    Raises:
        DiskFull: no room is left.
    """
    with disk_room(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_text(folder / name, text)
    return [folder / name for name in files]


def write_style(server: LocalServer, ontology: Ontology) -> None:
    """Give the workspace's Browser the style of an ontology; the next connection applies it.

    Args:
        server: managed; it has been started once, and need not run.
        ontology: the one whose instances it holds.

    Raises:
        DiskFull: no room is left.
    """
    write_files(server.workspace.served, {STYLE: grass(ontology)})


def write_guide(server: LocalServer, guide: Guide, mark: str = "") -> Path:
    """Give the workspace's Browser a guide, and return its file; the next connection opens it.

    Args:
        server: managed; it has been started once.
        guide: to what it holds.
        mark: the end of the file, by which the guide is known again.

    Raises:
        DiskFull: no room is left.
    """
    from knowloom.browser.pages import as_html

    file = server.workspace.guide
    write_files(file.parent, {file.name: as_html(_TITLE, guide.pages) + mark})
    return file


def restyle(settings: Settings, ontology: Ontology) -> None:
    """Give the managed server's Browser the style of an ontology; other servers are left alone.

    Args:
        settings: those of the connection that the ontology is stored through.
        ontology: as stored.
    """
    if not settings.uri:
        write_style(LocalServer.of(settings), ontology)


def refresh(settings: Settings, database: Database, ontology: Ontology) -> str:
    """Bring what is made of the graph up to date: the review queue, and Browser's style and guide.

    What a command was asked for is done when this is called, so nothing that goes wrong makes it
    fail: what was there before stays. A guide is made only when the graph has changed since the
    last one. Browser of a server that is not the managed one is left alone.

    Args:
        settings: those of the connection.
        database: open.
        ontology: as stored.

    Returns:
        What went wrong, in a sentence; empty when nothing did.
    """
    from neo4j.exceptions import DriverError, Neo4jError

    from knowloom.update.disputes import note

    try:
        if not settings.uri:
            restyle(settings, ontology)
        note(database, ontology)
        if not settings.uri:
            _renew_guide(LocalServer.of(settings), database, ontology)
    except (KnowloomError, DriverError, Neo4jError, OSError) as error:
        return str(error)
    return ""


def bring_up_to_date(settings: Settings) -> str:
    """Do what `refresh` does for the graph that the settings mean.

    Args:
        settings: those of the connection.

    Returns:
        What went wrong, in a sentence; empty when nothing did.
    """
    from neo4j.exceptions import DriverError, Neo4jError

    from knowloom.session import open_database
    from knowloom.store import ontology as store

    try:
        with open_database(settings) as database:
            return refresh(settings, database, store.load(database))
    except (KnowloomError, DriverError, Neo4jError) as error:
        return str(error)


def _renew_guide(server: LocalServer, database: Database, ontology: Ontology) -> None:
    """Write a guide unless there is one to the graph as it is."""
    [row] = database.read(cypher("browser/state"))
    content = orjson.dumps([row["state"], grass(ontology)])
    mark = f"<!-- {blake2b(content, digest_size=8).hexdigest()} -->\n"
    file = server.workspace.guide
    if file.is_file() and file.read_text("utf-8").endswith(mark):
        return
    write_guide(server, make_guide(database, ontology), mark)
