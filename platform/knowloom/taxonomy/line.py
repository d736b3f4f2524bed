"""A weight for each feature: how likely each candidate is the parent, beside the others.

A straight line where trees are steps. It learns from few questions what trees need many for, and
errs elsewhere than they do. Numbers in, numbers out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowloom.taxonomy.index import Floats

Numbers = NDArray[np.float64]
_FAR = 5.0  # spreads from the mean, beyond which a feature counts no more
_RESTRAINT = 0.3  # what the square of a weight costs, for each question
_STEPS = 15
_SMALLEST = 1e-30  # so that shares of candidates without a chance do not become 0 / 0


@dataclass(frozen=True, slots=True)
class Line:
    """What each feature counts.

    Args:
        middle, spread: of each feature, where it learnt.
        weights: what one spread more than the middle counts.
    """

    middle: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]

    def scores(self, rows: Floats) -> Numbers:
        """Return a score for each row, as the logarithm of a chance; only differences count."""
        scaled = _scaled(rows, np.array(self.middle), np.array(self.spread))
        made: Numbers = scaled.astype(np.float64) @ np.array(self.weights)
        return made

    def between(self, other: Line) -> Line:
        """Return the line halfway to one of the same middle and spread."""
        pairs = zip(self.weights, other.weights, strict=True)
        return replace(self, weights=tuple((mine + its) / 2 for mine, its in pairs))


def line(
    rows: Floats,
    wanted: Sequence[bool] | NDArray[np.bool_],
    sizes: Sequence[int],
    scale: tuple[Numbers, Numbers] | None = None,
) -> Line:
    """Return the weights by which the parents of all questions are likeliest (Newton's method).

    The chance of a candidate is the softmax over its question's candidates; of several parents,
    any counts.

    Args:
        rows: features, questions one after another.
        wanted: whether each row is a parent; each question has one at least.
        sizes: how many rows each question has.
        scale: middle and spread of each feature, where other rows than these say them.

    >>> made = line(np.array([[0.0], [1.0], [0.0], [2.0]]), [False, True, False, True], [2, 2])
    >>> bool(made.weights[0] > 0)
    True
    """
    middle, spread = scale or scale_of(rows)
    at = _Questions(_scaled(rows, middle, spread), np.array(wanted, dtype=np.float32), sizes)
    weights, restraint = np.zeros(rows.shape[1]), _RESTRAINT * len(sizes)
    loss, chances, share = at.shares(weights, restraint)
    for _ in range(_STEPS):
        step = at.step(weights, chances, share, restraint)
        found = at.shares(weights - step, restraint)
        while not found[0] <= loss and np.abs(step).max() > 1e-6:
            step = step / 2
            found = at.shares(weights - step, restraint)
        if not found[0] <= loss:
            break
        settled = loss - found[0] < 1e-4 * loss
        weights, (loss, chances, share) = weights - step, found
        if settled:
            break
    rounded = (np.round(part.astype(float), 6) for part in (middle, spread, weights))
    return Line(*(tuple(part.tolist()) for part in rounded))


def scale_of(rows: Floats) -> tuple[Numbers, Numbers]:
    """Return the middle and the spread of each feature."""
    spread = rows.std(axis=0)
    return rows.mean(axis=0), np.where(spread > 1e-6, spread, 1.0)


class _Questions:
    """Scaled features of the candidates of questions."""

    def __init__(self, scaled: Floats, wanted: Floats, sizes: Sequence[int]) -> None:
        self.scaled, self.wanted = scaled, wanted
        self.starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
        self.of = np.repeat(np.arange(len(sizes)), sizes)

    def shares(self, weights: Numbers, restraint: float) -> tuple[float, Numbers, Numbers]:
        """Return the loss, the chance of each row, and its share in the chance of its parents."""
        scores = self.scaled @ weights
        scores -= np.maximum.reduceat(scores, self.starts)[self.of]
        powers = np.exp(scores)
        chances = powers / np.add.reduceat(powers, self.starts)[self.of] + _SMALLEST
        right = chances * self.wanted
        rights = np.add.reduceat(right, self.starts)
        loss = -float(np.log(rights).sum()) + restraint / 2 * float(weights @ weights)
        return loss, chances, right / rights[self.of]

    def step(
        self, weights: Numbers, chances: Numbers, share: Numbers, restraint: float
    ) -> Numbers:
        """Return where the loss grows, by how curved it is."""
        weighed = self.scaled * chances[:, None].astype(np.float32)
        means = np.add.reduceat(weighed, self.starts)
        curved = weighed.T @ self.scaled - means.T @ means
        slope = self.scaled.T @ (chances - share) + restraint * weights
        curved += restraint * np.eye(len(weights), dtype=np.float32)
        return np.linalg.solve(curved, slope).astype(np.float64)


def _scaled(rows: Floats, middle: Numbers, spread: Numbers) -> Floats:
    return np.clip((rows - middle) / spread, -_FAR, _FAR).astype(np.float32)
