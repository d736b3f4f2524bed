"""The rows that every write benchmark writes: seeded, so that all of them do the same work."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

LABELS = ("Researcher", "Engineer", "Student")
RELATIONSHIPS = ("KNOWS", "ADVISES")
_EPOCH = date(1990, 1, 1)


def nodes(count: int, seed: int = 7) -> list[Row]:
    """Return `count` people: uid, label, name, age, score and the date they joined."""
    chance = random.Random(seed)
    return [
        {
            "uid": f"person-{number:07d}",
            "label": LABELS[number % len(LABELS)],
            "name": f"Person {number}",
            "age": chance.randint(18, 90),
            "score": round(chance.random() * 100, 3),
            "joined": _EPOCH + timedelta(days=chance.randrange(12_000)),
        }
        for number in range(count)
    ]


def edges(count: int, node_count: int, seed: int = 11) -> list[Row]:
    """Return `count` relationships between different people, none of them twice."""
    chance = random.Random(seed)
    found: dict[tuple[str, int, int], None] = {}
    while len(found) < count:
        start, end = chance.randrange(node_count), chance.randrange(node_count)
        if start != end:
            found[chance.choice(RELATIONSHIPS), start, end] = None
    return [
        {"type": kind, "start": f"person-{start:07d}", "end": f"person-{end:07d}"}
        for kind, start, end in found
    ]


def by(key: str, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows grouped by the value of `key`."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def batches(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    """Yield `rows` in lists of at most `size`."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
