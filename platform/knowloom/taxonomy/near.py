"""How near a new name is to all known ones by vectors, and whom its neighbours vote for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowloom.taxonomy.index import BOTH, GENUS, NAME, TEXT, Entry, Floats, Index

_NEIGHBOURS = 12
_SHARP = 0.07  # of the weights of neighbours: the smaller, the more the nearest counts


@dataclass(frozen=True, slots=True)
class Near:
    """Cosines between a new name and every name of a taxonomy; what is compared with what.

    Args:
        both, name, text: like with like.
        genus_name, genus_genus, genus_both: the new one's genus with name, genus and both.
        text_name, name_text: the new one's definition with names, and the other way round.
        pull: how much each name draws the new one to its own parents.
        votes: for each name by id: as parent, as neighbour, as grandparent, as any ancestor of
            neighbours, and the nearest neighbour below it.
    """

    both: Floats
    name: Floats
    text: Floats
    genus_name: Floats
    genus_genus: Floats
    genus_both: Floats
    text_name: Floats
    name_text: Floats
    pull: Floats
    votes: dict[int, list[float]]


def near(index: Index, entry: Entry) -> Near:
    """Return the cosines of a new name with all names."""
    own = entry.vectors
    names = index.vectors(NAME) @ own[[NAME, TEXT, GENUS]].T
    texts = index.vectors(TEXT) @ own[[TEXT, NAME]].T
    both = index.vectors(BOTH) @ own[[BOTH, GENUS]].T
    mean = both[:, 0] + names[:, 0]
    return Near(
        both=both[:, 0],
        name=names[:, 0],
        text=texts[:, 0],
        genus_name=names[:, 2],
        genus_genus=index.vectors(GENUS) @ own[GENUS],
        genus_both=both[:, 1],
        text_name=names[:, 1],
        name_text=texts[:, 1],
        pull=index.edges.pull(index.vectors(BOTH), own[BOTH]),
        votes=_votes(index, (mean / 2).astype(np.float32)),
    )


def best(scores: Floats, count: int) -> list[int]:
    """Return the ids of the highest scores, highest first."""
    count = min(count, len(scores))
    some = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, dtype=int)
    return [int(i) for i in some[np.argsort(-scores[some], kind="stable")]]


def _votes(index: Index, scores: Floats) -> dict[int, list[float]]:
    """Return what the nearest names say of each name that is one of them or above one."""
    nearest = best(scores, _NEIGHBOURS)
    if not nearest:
        return {}
    weights = np.exp((scores[nearest] - scores[nearest[0]]) / _SHARP)
    weights /= weights.sum()
    found: dict[int, list[float]] = {}
    for node, weight in zip(nearest, weights.tolist(), strict=True):
        for other, steps in index.above(node).items():
            votes = found.setdefault(other, [0.0, 0.0, 0.0, 0.0, -1.0])
            if steps <= 2:
                votes[(1, 0, 2)[steps]] += weight
            votes[3] += weight
            votes[4] = max(votes[4], float(scores[node]))
    return found
