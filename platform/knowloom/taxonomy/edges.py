"""What the edges that are there say of a new name's parent, before anything is trained.

Two ridge regressions over all names that have a parent, in closed form: from a name's vector to
whose child it is, and to its parent's vector. Both come from one product, that of the new name's
vector with the inverse of the others' second moments: what all names share counts little in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from knowloom.taxonomy.index import Floats, Index

_RIDGE = 1.0
_PART = 10  # a tenth more names, and the regressions are made anew


@dataclass(frozen=True, slots=True)
class Edges:
    """Both regressions.

    Args:
        names: how many names there were.
        whitened: the inverse of the second moments of the names' vectors, with the ridge.
        shift: what a whitened vector adds to the mean way from a name to its parent.
        mean: that mean way; for the parent's name and definition, and for its name alone.
    """

    names: int
    whitened: Floats
    shift: Floats
    mean: Floats

    def fits(self, index: Index) -> bool:
        """Return whether the taxonomy has grown little since."""
        return _PART * (len(index) - self.names) < self.names

    def parent(self, vector: Floats) -> Floats:
        """Return where the parent of a name should be, in two rows of length 1."""
        found = vector + self.mean + (self.whitened @ vector) @ self.shift
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float32)

    def pull(self, both: Floats, vector: Floats) -> Floats:
        """Return how much each known name draws a new one to its own parents.

        Args:
            both: the vectors of the known names.
            vector: of the new one.
        """
        return np.asarray(both @ (self.whitened @ vector), dtype=np.float32)


def edges(index: Index, both: Floats, name: Floats) -> Edges:
    """Return the regressions over a taxonomy.

    Args:
        index: with at least one name.
        both, name: vectors of its names with and without definitions.
    """
    below = [node for node, above in enumerate(index.parents) if above]
    rows: NDArray[np.float64] = both[below].astype(np.float64)
    parents = [list(index.parents[node]) for node in below]
    ways = np.zeros((2, *rows.shape))
    for part, vectors in enumerate((both, name)):
        for place, some in enumerate(parents):
            ways[part, place] = vectors[some].mean(axis=0)
    ways -= rows
    mean = ways.sum(axis=1) / max(1, len(rows))
    shift = rows.T @ (ways - mean[:, None])
    return Edges(
        names=len(index),
        whitened=_whitened(rows).astype(np.float32),
        shift=shift.astype(np.float32),
        mean=mean.astype(np.float32),
    )


def _whitened(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of the second moments with the ridge, by the shorter side of the rows."""
    count, width = rows.shape
    if count >= width:
        return np.linalg.inv(rows.T @ rows + _RIDGE * np.eye(width)).astype(np.float64)
    kernel = rows @ rows.T + _RIDGE * np.eye(count)
    within = rows.T @ np.linalg.solve(kernel, rows).astype(np.float64)
    return (np.eye(width) - within) / _RIDGE
