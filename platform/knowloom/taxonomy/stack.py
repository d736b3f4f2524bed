"""What first scores say of a candidate beside those above, below and beside it.

A line scores each candidate alone. Whether the class above is nearly as likely, or whether all
that is likely is below one of its children: that is told to the trees, in numbers of these.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowloom.taxonomy.index import Floats, Index

Numbers = NDArray[np.floating[Any]]
Places = NDArray[np.int64]
TOLD = (
    "share", "over_above", "over_below", "over_beside", "mass", "mass_of_above", "mass_below",
    "rank", "above_over_below",
)  # fmt: skip
_NONE = -14.0  # stands for the logarithm of a share where there is no candidate
_LEAST = 1e-6  # share that counts; so that no logarithm and no quotient is beyond bounds


@dataclass(frozen=True, slots=True)
class Kin:
    """Which of a question's candidates are above which, by their places.

    Args:
        count: how many candidates there are.
        child: the candidate of each edge.
        parent: what is above it; a place from `count` on is of a name that is no candidate.
        lower: the candidate of each way up; each has one that leads to itself.
        upper: where that leads.
    """

    count: int
    child: Places
    parent: Places
    lower: Places
    upper: Places

    def above(self, values: Numbers, none: float) -> Numbers:
        """Return the highest value of each candidate's parents."""
        among = self.parent < self.count
        return self._highest(self.child[among], values[self.parent[among]], none)

    def below(self, values: Numbers, none: float) -> Numbers:
        """Return the highest value of each candidate's children."""
        among = self.parent < self.count
        return self._highest(self.parent[among], values[self.child[among]], none)

    def beside(self, values: Numbers, none: float) -> Numbers:
        """Return the highest value of the other children of each candidate's parents."""
        order = np.lexsort((-values[self.child], self.parent))
        parents, found = self.parent[order], values[self.child[order]]
        best = np.searchsorted(parents, parents)
        second = np.minimum(best + 1, len(order) - 1)
        alone = (second == best) | (parents[second] != parents)
        runner_up = np.where(alone, none, found[second])
        others = np.where(best == np.arange(len(order)), runner_up, found[best])
        return self._highest(self.child[order], others, none)

    def _highest(self, places: Places, values: Numbers, none: float) -> Numbers:
        made = np.full(self.count, -np.inf)
        np.maximum.at(made, places, values)
        return np.where(np.isneginf(made), none, made)


def kin(index: Index, candidates: Sequence[int]) -> Kin:
    """Return which candidates are above which."""
    place = {node: at for at, node in enumerate(candidates)}
    over: dict[int, set[int]] = {}
    for node in candidates:
        _climb(index, node, place, over)
    lower, upper = _pairs([over[node] for node in candidates])
    child, parent = _pairs(
        [[place.setdefault(up, len(place)) for up in index.parents[n]] for n in candidates]
    )
    return Kin(len(candidates), child, parent, lower, upper)


def _pairs(some: Sequence[Collection[int]]) -> tuple[Places, Places]:
    """Return the place of each collection, as often as it has numbers, and these."""
    counts = [len(each) for each in some]
    numbers = np.fromiter(chain.from_iterable(some), dtype=np.int64, count=sum(counts))
    return np.repeat(np.arange(len(some)), counts), numbers


def _climb(index: Index, node: int, place: Mapping[int, int], over: dict[int, set[int]]) -> None:
    """Put into `over` the places of a name and of all above it, unless they are there."""
    waiting = [node]
    while waiting:
        parents = index.parents[waiting[-1]]
        if missing := [parent for parent in parents if parent not in over]:
            waiting += missing
            continue
        found = waiting.pop()
        over[found] = {place[found]} if found in place else set()
        over[found].update(*(over[parent] for parent in parents))


def told(scores: Numbers, among: Kin) -> Floats:
    """Return a row of `TOLD` for each candidate.

    Args:
        scores: logarithms of chances; only differences count.
        among: the candidates.
    """
    powers = np.exp(scores - scores.max(initial=-np.inf))
    shares = powers / powers.sum()
    logs = np.log(shares + _LEAST)
    above, below = among.above(logs, _NONE), among.below(logs, _NONE)
    mass = np.bincount(among.upper, shares[among.lower], among.count) + _LEAST
    order = np.empty(among.count)
    order[np.argsort(-logs, kind="stable")] = np.arange(among.count)
    columns = (
        logs,
        logs - above,
        logs - below,
        logs - among.beside(logs, _NONE),
        np.log(mass),
        mass / among.above(mass, 1.0),
        among.below(mass, 0.0) / mass,
        np.log1p(order),
        above - below,
    )
    return np.column_stack(columns).astype(np.float32)
