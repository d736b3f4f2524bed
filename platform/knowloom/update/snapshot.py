"""Snapshots: what a source said when it was last read whole, so that only changes are written.

A statement is one line of text: a record by its uid and content hash, a fact by its type, ends and
uid. The lines are kept by the rows that said them, and a row is known again by its mark: what it
says need not be made out again. A statement of which no row is known is a row of its own. The rows
lie in parts: what changes is added as one part more. A snapshot only saves work: without one, or
with one that mirrors an older run, everything is compared with the graph itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from hashlib import blake2b
from struct import iter_unpack
from typing import NamedTuple

Rows = Mapping[bytes, str]  # mark to lines, each ended by a newline

_MARK = 8  # bytes
_LARGE = 50_000  # rows in one part
_FEW = 64  # small parts
_MOST = 1.5  # how much may be kept for each row that counts
_END = "\0"  # of a row
_TAB = "\t"


class Part(NamedTuple):
    """Some rows as they are kept.

    Args:
        number: later parts have higher ones.
        marks: of the rows, one after the other; None where lines were kept without rows.
        body: their lines, compressed.
        gone: the marks of rows in earlier parts that are no more.
    """

    number: int
    marks: bytes | None
    body: bytes
    gone: bytes = b""


class Turnover(NamedTuple):
    """By which rows what is said differs from what was.

    Args:
        gone: the marks of rows that are no more.
        come: rows that were not there.
    """

    gone: Set[bytes]
    come: dict[bytes, str]


class Changed(NamedTuple):
    """What is to be done so that parts hold other rows.

    Args:
        parts: to be added.
        anew: whether all other parts go.
    """

    parts: list[Part]
    anew: bool


class Goes(NamedTuple):
    """A fact that is not said any more: its type, the uids the source means, its own uid."""

    type: str
    head: str
    tail: str
    uid: str


def record_line(uid: str, content_hash: str) -> str:
    """Return the line of a record."""
    return f"{uid} {content_hash}"


def fact_line(type_: str, head: str, tail: str, uid: str) -> str:
    """Return the line of a fact; `uid` is empty where type and ends tell all."""
    return _TAB.join((type_, head, tail, uid))


def parted(lines: Iterable[str]) -> tuple[list[tuple[str, str]], list[Goes]]:
    """Return the records, as uid and hash, and the facts among some lines.

    >>> parted(["u1 0a", fact_line("KNOWS", "u1", "u2", "")])
    ([('u1', '0a')], [Goes(type='KNOWS', head='u1', tail='u2', uid='')])
    """
    records: list[tuple[str, str]] = []
    facts: list[Goes] = []
    for line in lines:
        if _TAB in line:
            facts.append(Goes(*line.split(_TAB)))
        else:
            uid, _, hash_ = line.rpartition(" ")
            records.append((uid, hash_))
    return records, facts


def mark_of(line: str) -> bytes:
    """Return the mark of a statement of which no row is known."""
    return blake2b(line.encode(), digest_size=_MARK).digest()


def lines_of(rows: Iterable[str]) -> set[str]:
    """Return the lines of rows as they are kept."""
    lines = set("".join(rows).split("\n"))
    lines.discard("")
    return lines


def rows_of(parts: Iterable[Part]) -> dict[bytes, str]:
    """Return the rows that parts hold.

    >>> all_new = Turnover(set(), {b"8 bytes.": "a 1\\nb 2\\n"})
    >>> rows_of(changed_parts([], None, all_new).parts)
    {b'8 bytes.': 'a 1\\nb 2\\n'}
    """
    rows: dict[bytes, str] = {}
    for part in sorted(parts):
        for mark in _marks_in(part.gone):
            rows.pop(mark, None)
        text = zlib.decompress(part.body).decode()
        if part.marks is None:
            rows.update((mark_of(line), f"{line}\n") for line in text.split("\n") if line)
        else:
            rows.update(zip(_marks_in(part.marks), text.split(_END)[:-1], strict=True))
    return rows


def are_one_each(rows: Rows, lines: Collection[str]) -> bool:
    """Return whether every row says one line, and no two of them the same.

    Args:
        rows: to look at.
        lines: all that they say, as `lines_of` returns them.
    """
    return len(lines) == len(rows) == "".join(rows.values()).count("\n") and all(rows.values())


def changed_parts(parts: Sequence[Part], before: Rows | None, turnover: Turnover) -> Changed:
    """Return what is to be done so that parts hold other rows.

    What changed is one part more; where much of what is kept is out of date, or there are many
    small parts, all is kept anew.

    Args:
        parts: as they are kept.
        before: the rows they hold; None when they are of no use.
        turnover: what goes of these, and what comes.
    """
    gone, come = turnover
    if before is None:
        return Changed(_anew(come), anew=True)
    if not (gone or come):
        return Changed([], anew=False)
    kept = sum(len(part.marks or b"") + len(part.gone) for part in parts) // _MARK
    now = len(before) - len(gone) + len(come)
    outdated = kept + len(come) + len(gone) > _MOST * now
    if outdated or len(parts) >= _FEW + now // _LARGE:
        left = {mark: lines for mark, lines in before.items() if mark not in gone}
        return Changed(_anew(left | come), anew=True)
    number = max((part.number for part in parts), default=-1) + 1
    return Changed([_part(number, [*come.items()], gone)], anew=False)


def _anew(rows: Rows) -> list[Part]:
    """Return the parts of rows of which nothing is kept."""
    found = list(rows.items())
    starts = range(0, len(found), _LARGE)
    return [_part(number, found[at : at + _LARGE]) for number, at in enumerate(starts)]


def _part(number: int, rows: Sequence[tuple[bytes, str]], gone: Iterable[bytes] = ()) -> Part:
    """Return a part that holds rows, and says which of those before it are no more."""
    text = "".join(f"{lines}{_END}" for _, lines in rows)
    marks = b"".join(mark for mark, _ in rows)
    return Part(number, marks, zlib.compress(text.encode(), 1), b"".join(gone))


def _marks_in(joined: bytes) -> list[bytes]:
    """Return the marks in a row of them."""
    return [mark for (mark,) in iter_unpack(f"{_MARK}s", joined)]


def is_fact(line: str) -> bool:
    """Return whether a line is a fact, and no record."""
    return _TAB in line


def subject(line: str) -> str:
    """Return what a line speaks of: the uid of a record, the type and ends of a fact."""
    if is_fact(line):
        return line.rpartition(_TAB)[0]
    return line.rpartition(" ")[0]
