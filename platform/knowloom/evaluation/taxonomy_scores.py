"""Scores of parents given for names: accuracy, Wu & Palmer, ranks, tests; pure (item 30).

Two variants of Wu & Palmer similarity stand side by side, because they differ by up to a point:
ours, and that of CodeTaxo's code, with which the published figures were made.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from knowloom.taxonomy.tree import Taxonomy


def plain(name: str) -> str:
    """Return a name as the published scorer compares it."""
    return " ".join(name.replace("_", " ").lower().split())


def named(taxonomy: Taxonomy, said: str) -> str | None:
    """Return the name of a taxonomy that is meant, None when it has none such."""
    if said in taxonomy:
        return said
    return next((name for name in taxonomy.parents if plain(name) == plain(said)), None)


def similarity(taxonomy: Taxonomy, said: str, gold: str) -> float:
    """Return Wu & Palmer similarity where names may have several parents.

    It is the best over all ways up: 2·d / (2·d + a + b), where d is the depth of a common ancestor
    by its longest way from a root (1 for a root), a and b the least steps up to it. What is not in
    the taxonomy gets 0, and so does what shares no root.

    >>> from knowloom.taxonomy.tree import taxonomy
    >>> tree = taxonomy([("a", "b"), ("b", "c")])
    >>> similarity(tree, "a", "c"), similarity(tree, "c", "c"), similarity(tree, "x", "c")
    (0.5, 1.0, 0.0)
    """
    one = named(taxonomy, said)
    if one is None:
        return 0.0
    ups, others = taxonomy.above(one), taxonomy.above(gold)
    shared = ups.keys() & others.keys()
    depths = taxonomy.depths
    return max((2 * depths[n] / (2 * depths[n] + ups[n] + others[n]) for n in shared), default=0.0)


def published_similarity(taxonomy: Taxonomy, said: str, gold: str) -> float:
    """Return Wu & Palmer similarity as CodeTaxo's scorer has it.

    A name's depth is that of the way along first parents; the common ancestor is the deepest of
    all; what is not in the taxonomy counts as a child of the root.
    """

    def depth(name: str) -> int:
        return len(taxonomy.lineage(name))

    one = named(taxonomy, said)
    if one is None:
        return 2 / (2 + depth(gold))
    shared = taxonomy.above(one).keys() & taxonomy.above(gold).keys()
    deepest = max((depth(name) for name in shared), default=0)
    return 2 * deepest / (depth(one) + depth(gold))


def right(said: str, golds: Sequence[str]) -> bool:
    """Return whether a parent is one of the golds."""
    return plain(said) in {plain(gold) for gold in golds}


def rank_of(ranked: Sequence[str], golds: Sequence[str]) -> int:
    """Return the place of the first gold, from 1; 0 when there is none."""
    wanted = {plain(gold) for gold in golds}
    return next((i for i, name in enumerate(ranked, 1) if plain(name) in wanted), 0)


def interval(
    values: Sequence[float], *, level: float = 0.95, draws: int = 2000, seed: int = 1
) -> tuple[float, float]:
    """Return the bootstrap interval of a mean.

    Args:
        values: one an item.
        level: how sure, from 0 to 1.
        draws: samples with replacement.
        seed: of the chance.

    >>> interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    if not values:
        return 0.0, 0.0
    chance = random.Random(seed)
    means = sorted(math.fsum(chance.choices(values, k=len(values))) for _ in range(draws))
    cut = round(draws * (1 - level) / 2)
    return means[cut] / len(values), means[draws - 1 - cut] / len(values)


def paired(ours: Sequence[bool], theirs: Sequence[bool]) -> tuple[int, int, float]:
    """Return how often only we and only they are right, and McNemar's exact two-sided p.

    >>> paired([True] * 6, [False] * 6)
    (6, 0, 0.03125)
    """
    both = list(zip(ours, theirs, strict=True))
    a, b = sum(x and not y for x, y in both), sum(y and not x for x, y in both)
    tail = sum(math.comb(a + b, k) for k in range(min(a, b) + 1)) / 2 ** (a + b)
    return a, b, min(1.0, 2 * tail)


def calibration(confidences: Sequence[float], rights: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error: how far said and true shares lie apart, in bins.

    >>> calibration([1.0, 0.0], [True, False])
    0.0
    """
    boxes: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for sure, was in zip(confidences, rights, strict=True):
        boxes[min(bins - 1, int(sure * bins))].append((sure, was))
    total = max(1, len(confidences))
    return math.fsum(abs(sum(s for s, _ in box) - sum(w for _, w in box)) / total for box in boxes)
