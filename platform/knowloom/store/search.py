"""Finding instances by their names and concepts by their definitions (item 63).

Neo4j keeps the full-text indexes itself, in the transaction of each write (item 64), and scores
by BM25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString

from neo4j.exceptions import ClientError

from knowloom.assets import cypher
from knowloom.errors import StoreError, UsageError
from knowloom.store.database import Database

_SPECIAL = re.compile(r'[+\-&|!(){}\[\]^"~*?:\\/]')
_APART = re.compile(r"[^A-Za-z0-9]")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
# Lucene refuses more than 1,024 clauses: a word makes one for each of two fields, a near spelling
# up to fifty for each.
_MOST_TERMS = 480
_MOST_NEAR = 5
_SHORTEST_NEAR = 4  # letters


class Kind(StrEnum):
    """What is searched for."""

    INSTANCE = "instance"
    CONCEPT = "concept"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found.

    Args:
        kind: what it is.
        id: an instance's uid, or a concept's name.
        name: what it is called; empty for an instance without a name.
        labels: an instance's classes, or a concept's root.
        text: a concept's description.
        score: BM25, above 0; comparable within one search and kind.
    """

    kind: Kind
    id: str
    name: str
    labels: tuple[str, ...]
    text: str
    score: float


def search(
    database: Database,
    text: str,
    *,
    kind: Kind | None = None,
    limit: int = 10,
    syntax: bool = False,
) -> list[Hit]:
    """Return what matches any word of `text`, best first.

    When nothing does, words of four letters and more also match near spellings.

    Args:
        database: with knowloom's schema.
        text: words; all of it is data, whatever signs it holds.
        kind: only instances or only concepts; both when None.
        limit: how many of each kind at most.
        syntax: read `text` as a Lucene query instead: `name:hinton~`, `"back propagation"`.

    Raises:
        UsageError: with `syntax`, the query cannot be read.
        StoreError: the indexes are not there yet.
    """
    if syntax:
        return _found(database, text, kind, limit)
    return _found(database, plain_query(text), kind, limit) or _found(
        database, near_query(text), kind, limit
    )


def plain_query(text: str) -> str:
    """Return the Lucene query that looks for the words of `text` and nothing else.

    >>> plain_query('AC/DC (live) AND "more"')
    'AC\\\\/DC \\\\(live\\\\) and \\\\"more\\\\"'
    """
    return " ".join(_escaped(word) for word in _words(text))


def near_query(text: str) -> str:
    """Return the Lucene query that also looks for words spelt much like those of `text`.

    >>> near_query("Hintn of Toronto")
    'Hintn~ of Toronto~'
    """
    words = list(_words(text))
    long = [word for word in words if len(word) >= _SHORTEST_NEAR and word.isalpha()]
    near = set(long[:_MOST_NEAR])
    return " ".join(f"{_escaped(word)}~" if word in near else _escaped(word) for word in words)


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, each once, as long as an index can be asked for them."""
    left = _MOST_TERMS
    for word in dict.fromkeys(text.split()):
        if left <= 0:
            return
        yield word[:left]
        # Neo4j may take a word apart at each sign that is no plain letter or digit.
        left -= len(_APART.findall(word)) + 1


def _escaped(word: str) -> str:
    """Return a word as Lucene reads it as data."""
    if word in _OPERATORS:
        return word.lower()
    return _SPECIAL.sub(r"\\\g<0>", word)


def _found(database: Database, query: str, kind: Kind | None, limit: int) -> list[Hit]:
    """Return the hits of a query, best first; halves of characters are no text and left out."""
    query = query.encode("utf-8", "ignore").decode("utf-8")
    if not query.strip():
        return []
    kinds = tuple(Kind) if kind is None else (kind,)
    hits = [hit for one in kinds for hit in _ask(database, query, one, limit)]
    return sorted(hits, key=lambda hit: -hit.score)


def _ask(database: Database, query: str, kind: Kind, limit: int) -> list[Hit]:
    """Return the hits of a query among instances or concepts."""
    try:
        rows = database.read(_STATEMENTS[kind], query=query, limit=limit)
    except ClientError as error:
        if "no such fulltext schema index" in str(error):
            message = "the full-text indexes are not there yet: run `knowloom migrate up`"
            raise StoreError(message) from error
        why = (error.message or "").partition("\n")[0].rpartition(": ")[2]
        raise UsageError(f"{query!r} is no search query: {why}") from error
    return [
        Hit(
            kind=kind,
            id=row["id"],
            name=row["name"],
            labels=tuple(label for label in row["labels"] if label and label[0] != "_"),
            text=row["text"],
            score=row["score"],
        )
        for row in rows
    ]


_STATEMENTS: Mapping[Kind, LiteralString] = {
    Kind.INSTANCE: cypher("search/instances"),
    Kind.CONCEPT: cypher("search/concepts"),
}
