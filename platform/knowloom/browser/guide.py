"""A guide to one graph: what is in it, with queries that were tried on it.

The pages are made from the ontology and the data. Every query is run before it is shown, and one
that gives nothing, or takes longer than a second, is left out.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import LiteralString

import neo4j
from neo4j.exceptions import Neo4jError

from knowloom.browser.shown import shown
from knowloom.browser.survey import Dispute, Seen, Survey
from knowloom.ontology.concepts import Ontology
from knowloom.store.database import Database

QUICK = 1.0  # seconds that a shown query may take
_PATIENCE = 15.0  # seconds after which no more queries are tried
_TRIES = 2  # the first also plans the query, which Browser's reader does not wait for twice


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a guide.

    Args:
        title: what it shows, a few words.
        text: complete, ready to run.
    """

    title: str
    text: LiteralString


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a guide.

    Args:
        title: its heading.
        says: paragraphs.
        queries: to run in Browser.
        commands: to type in a terminal.
    """

    title: str
    says: tuple[str, ...]
    queries: tuple[Query, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """How a query went on the graph.

    Args:
        query: it.
        rows: how many it gave.
        seconds: how long that took.
    """

    query: Query
    rows: int
    seconds: float

    @property
    def good(self) -> bool:
        """Whether it may be shown."""
        return self.rows > 0 and self.seconds <= QUICK


def pages(ontology: Ontology, found: Survey) -> list[Page]:
    """Return the pages of a guide, their queries not yet tried.

    Args:
        ontology: the classes.
        found: what the graph holds.

    >>> from knowloom.browser.survey import Survey
    >>> [page.title for page in pages(Ontology(), Survey({}))][:2]
    ['Nothing is here yet', 'How to ask']
    """
    if not found.classes:
        return [_EMPTY, _asking(found)]
    return [
        _overview(found),
        *map(_class_page, found.classes),
        _hierarchy(ontology, found),
        _sources(),
        *_evidence(found),
        _differences(found.disputes, found.open),
        _asking(found),
    ]


def tried(database: Database, given: Iterable[Page]) -> tuple[list[Page], list[Tried]]:
    """Return the pages with those queries that work here, and how each query went.

    Args:
        database: where to try them; they read only.
        given: pages with all their queries.
    """
    until = time.monotonic() + _PATIENCE
    log: list[Tried] = []
    kept: list[Page] = []
    for page in given:
        results = [_try(database, query, until) for query in page.queries]
        log += results
        kept.append(replace(page, queries=tuple(t.query for t in results if t.good)))
    return kept, log


def _try(database: Database, query: Query, until: float) -> Tried:
    """Run a query, again when it was slow, and return how the better time went.

    Args:
        database: where.
        query: it.
        until: when there is no time left; a query that was not run is as good as a slow one.
    """
    best = Tried(query, 0, float("inf"))
    for _ in range(_TRIES):
        started = time.monotonic()
        if started > until:
            break
        try:
            rows = _rows(database, query.text)
        except Neo4jError:  # it takes too long, or this graph lacks what it needs
            return best
        best = min(best, Tried(query, rows, time.monotonic() - started), key=lambda t: t.seconds)
        if best.good:
            break
    return best


def _rows(database: Database, text: LiteralString) -> int:
    """Return how many rows a query gives; it is stopped when it takes several seconds."""
    with database.driver.session(  # pyright: ignore[reportUnknownMemberType]
        database=database.name, default_access_mode=neo4j.READ_ACCESS
    ) as session:
        return len(list(session.run(neo4j.Query(text, timeout=3 * QUICK))))


_EMPTY = Page(
    "Nothing is here yet",
    ("Store an ontology and load something; this guide is then written anew.",),
    (),
    ("knowloom ontology load ontology.py", "knowloom load csv people.csv"),
)


def _overview(found: Survey) -> Page:
    """Return the page that counts."""
    listed = ", ".join(f"{one.concept.name} {one.count:,}" for one in found.classes)
    return Page(
        "What is in this graph",
        (
            f"{listed}.",
            "Every thing has the labels of all its classes, so a query for a class finds the "
            "instances of its subclasses, too.",
            "Click a query to have it in the editor; its arrow runs it.",
        ),
        (Query("How many of each class", _union(found.classes)),),
    )


def _union(classes: Iterable[Seen]) -> LiteralString:
    """Return one query that counts the instances of several classes."""
    parts: list[LiteralString] = [
        shown("count", labels=one.labels, **{"class": one.concept.name}) for one in classes
    ]
    text: LiteralString = "\nUNION ALL\n".join(parts)
    return text


def _class_page(one: Seen) -> Page:
    """Return the page of a class: some instances, a table, the best connected, its links."""
    name = one.concept.name
    says = [one.concept.description.splitlines()[0]] if one.concept.description else []
    queries = [
        Query(f"{name}: some of them", shown("some", labels=one.labels)),
        Query(
            f"{name}: as a table",
            shown("table", labels=one.labels, caption=one.caption, columns=one.columns),
        ),
        Query(
            f"{name}: the best connected",
            shown("connected", labels=one.labels, caption=one.caption),
        ),
    ]
    queries += [
        Query(f"{name}: {type_}", shown("links", labels=one.labels, link=type_))
        for type_ in one.links
    ]
    count = f"{one.count:,} instance{'s' if one.count > 1 else ''}, subclasses included."
    command = f"knowloom find {name}"
    return Page(name, (*says, count), tuple(queries), (command,))


def _hierarchy(ontology: Ontology, found: Survey) -> Page:
    """Return the page of the classes themselves."""
    name = found.classes[0].concept.name
    classes = f"{len(ontology)} class{'' if len(ontology) == 1 else 'es'}"
    return Page(
        "The classes",
        (f"The ontology has {classes}; as nodes they lie below their parents.",),
        (
            Query("All classes below each other", shown("hierarchy")),
            Query(f"The class {name}", shown("class", name=name)),
        ),
        ("knowloom ontology show", f"knowloom ontology show {name}"),
    )


def _sources() -> Page:
    """Return the page of runs and sources."""
    return Page(
        "How fresh it is",
        ("Everything was written by a run of a source. A run can be taken back.",),
        (
            Query("When each source was last read", shown("fresh")),
            Query("The last runs", shown("runs")),
        ),
        ("knowloom update history",),
    )


def _evidence(found: Survey) -> Iterator[Page]:
    """Yield the page that shows where one thing's values come from."""
    if found.example is None:
        return
    uid, name = found.example
    yield Page(
        "Why it says so",
        (
            f"Each value knows its source. Here is all that was said of {name}.",
            "For another thing, put its uid in place of this one.",
        ),
        (
            Query(f"{name} in a sentence", shown("summary", uid=uid)),
            Query(f"What sources say of {name}", shown("evidence", uid=uid)),
            Query(f"{name} and its records", shown("records", uid=uid)),
            Query(f"What surrounds {name}", shown("around", uid=uid)),
        ),
        (f"knowloom why {shlex.quote(' '.join(name.split()))}",),
    )


def _differences(disputes: Iterable[Dispute], open_: int) -> Page:
    """Return the page of what sources differ on, and of what waits for a person."""
    says = [
        f"{one.name}, {one.attribute}: {' or '.join(one.values)}"
        f" ({'open' if one.open else 'the first is shown'})."
        for one in disputes
    ]
    queries = [
        Query(f"What sources say of {one.name}", shown("evidence", uid=one.uid))
        for one in {one.uid: one for one in disputes}.values()
    ]
    if open_:
        waits = "1 value waits" if open_ == 1 else f"{open_:,} values wait"
        says.insert(0, f"{waits} for somebody to decide which is right.")
    return Page(
        "Where sources differ",
        tuple(says) or ("The sources that were looked at agree.",),
        (
            Query("Open disputes", shown("disputes")),
            *queries,
            Query("What waits for a decision", shown("proposals")),
        ),
        ("knowloom review list --about dispute",),
    )


def _asking(found: Survey) -> Page:
    """Return the page that says how to ask."""
    words = found.example[1] if found.example else ""
    queries = (Query(f"Find “{words}”", shown("search", words=_plain(words))),) if words else ()
    return Page(
        "How to ask",
        ("In Browser by words, or by a pattern of classes; in a terminal with knowloom.",),
        queries,
        (f"knowloom search {_plain(words) or 'WORDS'}", "knowloom browser open"),
    )


def _plain(words: str) -> str:
    """Return the words of a name without what a search would take for its own signs."""
    return " ".join("".join(c if c.isalnum() else " " for c in words).split())
