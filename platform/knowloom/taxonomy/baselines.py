"""Scorers without any training or weights, reported beside the others (item 31)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from knowloom.taxonomy.index import Entry, Index
from knowloom.taxonomy.near import Near
from knowloom.taxonomy.rank import softmax


class _Untrained:
    """Says nothing of how sure it is."""

    def sureness(self, share: float) -> float:
        """Return the share."""
        return share


class Root(_Untrained):
    """Always the first root."""

    name = "always the root"

    def shares(
        self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]
    ) -> list[float]:
        """Return 1 for the first root."""
        root = next((node for node in candidates if not index.parents[node]), -1)
        return [float(node == root) for node in candidates]


class Overlap(_Untrained):
    """The name whose words, and those of its definition, are most shared; rare ones count more."""

    name = "word overlap"

    def shares(
        self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]
    ) -> list[float]:
        """Return the softmax of weighted overlaps."""
        rare = {word: index.rarity(word) for word in entry.bag}
        return softmax(
            [
                math.fsum(rare[word] for word in entry.bag & index.entries[node].bag)
                / max(1, len(index.entries[node].bag)) ** 0.5
                for node in candidates
            ],
            1.0,
        )


class Nearest(_Untrained):
    """The name whose vector is nearest."""

    name = "nearest by vector"

    def shares(
        self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]
    ) -> list[float]:
        """Return the softmax of cosines."""
        return softmax([float(near.both[node]) for node in candidates], 0.1)
