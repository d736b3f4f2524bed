"""Turns at writing relationships: one transaction is committed while the next is stated.

Why, and why no more than that: docs/decisions/0002-edges-take-turns.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from threading import Lock
from typing import TypeVar

T = TypeVar("T")

# Seconds. Who commits may wait for a stranger, who waits for the nodes of the next in turn: that
# one goes on then, and should the server find that they lock each other out, it is repeated.
_PATIENCE = 1.0

# Nodes are of four colours, and every pair of colours is in one of six parts. The two parts of a
# round have no colour in common.
_PART_OF = {
    **dict.fromkeys([(0, 0), (0, 1), (1, 1)], 0),
    **dict.fromkeys([(2, 2), (2, 3), (3, 3)], 1),
    **{(0, 2): 2, (1, 3): 3, (0, 3): 4, (1, 2): 5},
}
_ROUNDS = ((0, 1), (2, 3), (4, 5))


class Turns:
    """The turns of transactions: one at a time carries out statements, and one is committed."""

    def __init__(self) -> None:
        self.stating = Lock()
        self.committing = Lock()


class Turn:
    """The turn of one transaction, to be closed when that has ended.

    From the end of its statements on it has the turn to commit, unless that took too long to get.

    Args:
        turns: of all that take turns.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._commits = False

    def close(self) -> None:
        """Give the turn to commit to the next."""
        if self._commits:
            self._commits = False
            self._turns.committing.release()

    def statements(self, work: Callable[[], T]) -> T:
        """Carry out statements; again, where the commit after them failed."""
        self.close()
        with self._turns.stating:
            done = work()
            self._commits = self._turns.committing.acquire(timeout=_PATIENCE)
        return done


def in_turn(
    items: Sequence[T], ends: Callable[[T], tuple[str, str]], most: int
) -> Iterator[list[T]]:
    """Yield items in batches, nearly all of which share no end with the one before.

    Items with the same ends stay in their order.

    Args:
        items: relationships.
        ends: the uids of the two nodes of one.
        most: items in a batch.
    """
    parts: list[list[T]] = [[] for _ in set(_PART_OF.values())]
    for item in items:
        first, second = sorted(map(_colour, ends(item)))
        parts[_PART_OF[first, second]].append(item)
    nothing: list[T] = []
    for one, other in _ROUNDS:
        batches, others = _batches(parts[one], most), _batches(parts[other], most)
        for both in zip_longest(batches, others, fillvalue=nothing):
            yield from filter(None, both)


def _batches(items: list[T], most: int) -> Iterator[list[T]]:
    return (items[start : start + most] for start in range(0, len(items), most))


def _colour(uid: str) -> int:
    return ord(uid[-1]) & 3
