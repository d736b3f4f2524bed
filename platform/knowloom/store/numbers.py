"""Very many things and relationships by number: told apart many at a time, in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_PACKED = np.dtype([("high", "<u8"), ("low", "<u4")])  # 12 bytes, as many as a uid has
_FIRST = 1 << 12
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # odd, and its product with any number is well mixed
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Keys:
    """What things or relationships are told apart by: 96 bits each, in two columns.

    Args:
        high: the first 64 bits.
        low: the rest.
    """

    high: NDArray[np.uint64]
    low: NDArray[np.uint32]

    @classmethod
    def in_(cls, packed: bytes) -> Keys:
        """Return the keys in what `record.packed_uids` returned."""
        both = np.frombuffer(packed, _PACKED)
        return cls(both["high"].astype(np.uint64), both["low"].astype(np.uint32))

    @classmethod
    def of_pairs(cls, heads: Ints, tails: Ints) -> Keys:
        """Return a key for each pair of numbers below 2**32."""
        high = (heads.astype(np.uint64) << _HALF) | tails.astype(np.uint64)
        return cls(high, np.zeros(len(heads), np.uint32))

    def __len__(self) -> int:
        """Return how many keys these are."""
        return len(self.high)

    def __getitem__(self, chosen: Mask | Ints) -> Keys:
        """Return some of them."""
        return Keys(self.high[chosen], self.low[chosen])

    def are_first(self) -> Mask:
        """Return for each key whether none before it is equal."""
        if len(np.unique(self.high)) == len(self):  # by far the most frequent, and soon told
            return np.ones(len(self), np.bool_)
        are, met = np.zeros(len(self), np.bool_), set[tuple[int, int]]()
        for i, key in enumerate(zip(self.high.tolist(), self.low.tolist(), strict=True)):
            are[i] = key not in met
            met.add(key)
        return are


class Numbers:
    """Gives keys the numbers from 0 on, in the order in which they come.

    A table of slots with open addressing, every step of which is taken for many keys at once: a
    dictionary's look-ups wait for the memory one after the other, and take ten times as long. It
    holds 12 bytes for each key and 4 for each slot, of which at most half are taken.
    """

    def __init__(self) -> None:
        self._count = 0
        self._keys = _empty(_FIRST)
        self._slots = _free(2 * _FIRST)

    def __len__(self) -> int:
        """Return how many keys have a number."""
        return self._count

    def find(self, keys: Keys) -> Ints:
        """Return the numbers of keys, -1 for one that has none."""
        found = np.full(len(keys), -1, np.int64)
        places, slots = np.arange(len(keys)), self._first_slots(keys.high)
        high, low = keys.high, keys.low
        while len(places):
            held = self._slots[slots]
            same = (self._keys.high[held] == high) & (self._keys.low[held] == low) & (held >= 0)
            found[places[same]] = held[same]
            further = ~same & (held >= 0)
            places, slots = places[further], self._next(slots[further])
            high, low = high[further], low[further]
        return found

    def add(self, keys: Keys) -> Ints:
        """Give keys the next numbers, and return those; all are new, and none is there twice."""
        numbers = np.arange(self._count, self._count + len(keys))
        if (count := self._count + len(keys)) > len(self._keys):
            self._make_room(1 << (2 * count - 1).bit_length())
        self._keys.high[numbers], self._keys.low[numbers] = keys.high, keys.low
        self._count = count
        self._place(numbers.astype(np.int32))
        return numbers

    def _make_room(self, room: int) -> None:
        """Make room for so many keys, a power of two, and keep those that there are."""
        before, numbers = self._keys, np.arange(self._count, dtype=np.int32)
        self._keys, self._slots = _empty(room), _free(2 * room)
        self._keys.high[numbers], self._keys.low[numbers] = (
            before.high[numbers],
            before.low[numbers],
        )
        self._place(numbers)

    def _place(self, numbers: NDArray[np.int32]) -> None:
        """Give keys that have numbers their slots."""
        slots = self._first_slots(self._keys.high[numbers])
        while len(numbers):
            free = self._slots[slots] < 0
            self._slots[slots[free]] = numbers[free]
            further = self._slots[slots] != numbers  # of two that want one slot the last has it
            numbers, slots = numbers[further], self._next(slots[further])

    def _first_slots(self, high: NDArray[np.uint64]) -> Ints:
        """Return the slots at which the search for keys begins."""
        bits = np.uint64(64 - (len(self._slots) - 1).bit_length())
        return ((high * _GOLDEN) >> bits).astype(np.int64)

    def _next(self, slots: Ints) -> Ints:
        return (slots + 1) & (len(self._slots) - 1)


def _empty(count: int) -> Keys:
    return Keys(np.zeros(count, np.uint64), np.zeros(count, np.uint32))


def _free(count: int) -> NDArray[np.int32]:
    return np.full(count, -1, np.int32)


def lines_of(columns: Sequence[Ints | bytes]) -> NDArray[np.uint8]:
    """Return lines of text as bytes, one a row, all of one length.

    Args:
        columns: numbers, written with as many digits as the largest of them has, and what stands
            between them in every line.
    """
    count = max(len(each) for each in columns if not isinstance(each, bytes))
    return np.concatenate(
        [
            np.broadcast_to(np.frombuffer(each, np.uint8), (count, len(each)))
            if isinstance(each, bytes)
            else digits_of(each, len(str(each.max(initial=0))))
            for each in columns
        ],
        axis=1,
    )


def digits_of(numbers: Ints, width: int) -> NDArray[np.uint8]:
    """Return numbers as decimal digits, one number a row, leading zeros included."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)
