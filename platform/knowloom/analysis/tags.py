"""The tags by which a text asks for an analysis or a web search (S0 §4.2.1, spec 76)."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What is asked for; the value is the word in the tags."""

    ANALYSIS = "data_analysis"
    SEARCH = "web_search"


class Asked(NamedTuple):
    """One query of a text.

    Args:
        kind: what for.
        text: the query, without white space around it.
        whole: False when its end tag is missing and it runs to the next tag or the end.
    """

    kind: Kind
    text: str
    whole: bool = True


_TAG = re.compile(r"<(begin|end)_(data_analysis|web_search)>")


def queries_in(text: str) -> list[Asked]:
    """Return the queries that a text holds between tags, in order; empty ones are left out.

    A begin tag within a query is part of neither: it ends the one before, which then is not whole,
    and begins the next. An end tag of the other kind, or without a begin, means nothing.

    >>> queries_in("Now <begin_data_analysis> papers per year <end_data_analysis> it is.")
    [Asked(kind=<Kind.ANALYSIS: 'data_analysis'>, text='papers per year', whole=True)]
    """
    found: list[Asked] = []
    kind: Kind | None = None
    start = 0
    for tag in _TAG.finditer(text):
        named = Kind(tag.group(2))
        if tag.group(1) == "end" and named is not kind:
            continue
        if kind is not None:
            whole = tag.group(1) == "end"
            found.append(Asked(kind, _plain(text[start : tag.start()]), whole))
        kind = named if tag.group(1) == "begin" else None
        start = tag.end()
    if kind is not None:
        found.append(Asked(kind, _plain(text[start:]), False))
    return [one for one in found if one.text]


def _plain(text: str) -> str:
    """Return a query without tags that mean nothing in it."""
    return _TAG.sub("", text).strip()
