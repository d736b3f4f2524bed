"""Where the Neo4j Browser of a database is, and links into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from knowloom.assets import cypher
from knowloom.browser.links import browser_link
from knowloom.browser.shown import shown
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.store.database import Database

_FEW = 20  # nodes that are shown with their surroundings
_MANY = 100  # things that one picture shows, and one link names


@dataclass(frozen=True, slots=True)
class BrowserPlace:
    """Where somebody opens Neo4j Browser on a database.

    Args:
        http_uri: where it is served; empty when that is not known, and then there are no links.
        bolt_uri: where it connects.
        user: who logs in; empty for a server without authentication.
        database: the one to use.

    >>> here = BrowserPlace("http://localhost:7474", "bolt://localhost:7687", "", "neo4j")
    >>> here.thing("42").startswith("http://localhost:7474/browser/?")
    True
    >>> BrowserPlace("", "bolt://localhost:7687", "", "neo4j").thing("42")
    ''
    """

    http_uri: str
    bolt_uri: str
    user: str
    database: str

    def link(self, query: str) -> str:
        """Return the link that puts a query into the editor."""
        if not self.http_uri:
            return ""
        return browser_link(self.http_uri, self.bolt_uri, self.user, query, self.database)

    def thing(self, uid: str) -> str:
        """Return the link to an instance and what surrounds it.

        Args:
            uid: or the element id, in a graph that knowloom did not lay out.
        """
        if ":" in uid:
            return self.link(shown("around_element", key=uid))
        return self.link(shown("around", uid=uid))

    def things(self, uids: Iterable[str]) -> str:
        """Return the link to several instances and what lies between them; "" for none."""
        own = [uid for uid in uids if uid and ":" not in uid][:_MANY]
        if len(own) == 1:
            return self.thing(own[0])
        return self.link(shown("between", uids=own)) if own else ""

    def elements(self, keys: Iterable[str]) -> str:
        """Return the link to some nodes, by their element ids, and their surroundings."""
        named = [key for key in keys if key][:_FEW]
        return self.link(shown("around_elements", keys=named)) if named else ""

    def evidence(self, uid: str) -> str:
        """Return the link to an instance with its records: what every source says of it."""
        return self.link(shown("records", uid=uid))

    def run(self, number: int) -> str:
        """Return the link to a run with its source and what it wrote; "" for none."""
        return self.link(shown("run", id=number)) if number else ""

    def runs(self) -> str:
        """Return the link to the last runs."""
        return self.link(shown("runs"))

    def queue(self) -> str:
        """Return the link to all that waits for a person's decision."""
        return self.link(shown("proposals"))

    def concept(self, name: str) -> str:
        """Return the link to a class; to all of them for an empty name."""
        return self.link(shown("class", name=name) if name else shown("hierarchy"))


def browser_place(settings: Settings, database: Database) -> BrowserPlace:
    """Return where the Browser of an open database is.

    The managed server serves it; another server is asked, and may not want to say.

    Args:
        settings: those the database was opened with.
        database: open.
    """
    if not settings.uri:
        from knowloom.server.local import LocalServer

        if info := LocalServer.of(settings).status():
            return BrowserPlace(info.http_uri, info.bolt_uri, info.user, settings.database)
    address = _address(database)
    return BrowserPlace(address, database.uri, database.user, database.name)


def _address(database: Database) -> str:
    """Return where a server says that it serves Browser; empty when it does not say."""
    from neo4j.exceptions import Neo4jError

    from knowloom.errors import StoreError

    try:
        rows = database.read(cypher("browser/address"))
    except (Neo4jError, StoreError):  # not everybody may see settings
        return ""
    told = {row["name"]: row["value"] for row in rows}
    host = urlsplit(database.uri).hostname or "localhost"
    for scheme in ("http", "https"):
        if told.get(f"server.{scheme}.enabled") == "true":
            name, _, port = told.get(f"server.{scheme}.advertised_address", "").rpartition(":")
            return f"{scheme}://{name or host}:{port}"
    return ""
