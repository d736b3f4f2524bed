"""Snapshots: what a source said when it was last read whole, so that only changes are written.

A statement is one line of text: a record by its uid and content hash, a fact by its type, ends and
uid. The lines lie in a fixed number of parts by their checksum; a part is compressed. A snapshot
only saves work: without one, or with one that mirrors an older run, everything is compared with
the graph itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Set
from typing import NamedTuple

PARTS = 64
_TAB = "\t"


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


def packed(lines: Iterable[str]) -> dict[int, bytes]:
    """Return lines as the parts in which they are kept, each a function of its lines.

    >>> unpacked(packed(["a 1", "b 2"])) == {"a 1", "b 2"}
    True
    """
    parts: dict[int, list[str]] = {number: [] for number in range(PARTS)}
    for line in lines:
        parts[zlib.crc32(line.encode()) % PARTS].append(line)
    return {
        number: zlib.compress("\n".join(sorted(found)).encode(), 1)
        for number, found in parts.items()
    }


def unpacked(parts: Mapping[int, bytes]) -> set[str]:
    """Return the lines of parts."""
    lines: set[str] = set()
    for body in parts.values():
        if text := zlib.decompress(body).decode():
            lines.update(text.split("\n"))
    return lines


def lost(now: Collection[str], gone: Iterable[str], before: Set[str]) -> int:
    """Return how much of what goes is not replaced by anything.

    A record whose thing the source still speaks of, and a fact whose ends still have one of its
    type, count as changed.

    Args:
        now: what the source says.
        gone: what it does not say any more.
        before: what it said.

    >>> lost({"u1 0b"}, ["u1 0a", "u2 0c"], {"u1 0a", "u2 0c"})
    1
    """
    subjects = [subject(line) for line in gone]
    replaced = {subject(line) for line in now if line not in before}
    left = {each for each in subjects if each not in replaced}
    if left:  # what it says unchanged is looked through only for these
        left -= {subject(line) for line in now}
    return sum(each in left for each in subjects)


def subject(line: str) -> str:
    """Return what a line speaks of: the uid of a record, the type and ends of a fact."""
    if _TAB in line:
        return line.rpartition(_TAB)[0]
    return line.rpartition(" ")[0]
