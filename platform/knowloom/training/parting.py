"""Taxonomies taken apart: leaves to ask for, and small taxonomies cut out of large ones; pure."""

from __future__ import annotations

import math
import random

from knowloom.taxonomy.tree import Taxonomy

SHARE = 0.2  # of the leaves, missing together
LARGE = 100  # names; what has more is cut into small ones as well
_LEAST, _MOST = 8, 80  # names of what is cut out
_BARE = 0.25  # of the cuttings lose their definitions


def parted(
    taxonomy: Taxonomy, chance: random.Random, share: float = SHARE
) -> tuple[Taxonomy, dict[str, tuple[str, ...]]]:
    """Return a taxonomy without some of its leaves, and these with their parents.

    Args:
        taxonomy: with three names at least, else nothing is taken out.
        chance: which.
        share: how many of the leaves, one at least.
    """
    leaves = taxonomy.leaves
    if len(taxonomy) < 3 or not leaves:
        return taxonomy, {}
    out = chance.sample(leaves, max(1, round(share * len(leaves))))
    return taxonomy.without(out), {name: taxonomy.parents[name] for name in out}


def cuttings(whole: Taxonomy, chance: random.Random, count: int) -> list[Taxonomy]:
    """Return small taxonomies cut out of a large one: as many of one size as of twice it.

    What learnt from a few large taxonomies only does badly in small ones, and the other way
    round; a quarter of the cuttings have no definitions, as many an ontology has none.

    Args:
        whole: of any size; none are cut out of a small one.
        chance: which names.
        count: how many.
    """
    if len(whole) <= LARGE:
        return []
    tops = [n for n in whole.parents if len(_some_below(whole, n, _LEAST, None)) >= _LEAST]
    made: list[Taxonomy] = []
    for _ in range(count if tops else 0):
        size = math.exp(chance.uniform(math.log(_LEAST), math.log(_MOST)))
        kept = _some_below(whole, chance.choice(tops), int(size), chance)
        made.append(_only(whole, kept, bare=chance.random() < _BARE))
    return made


def _some_below(
    whole: Taxonomy, top: str, size: int, chance: random.Random | None
) -> dict[str, None]:
    """Return a name and up to so many below it, grown from the top child by child."""
    kept = {top: None}
    front = list(whole.children.get(top, ()))
    while front and len(kept) < size:
        name = front.pop(chance.randrange(len(front)) if chance else -1)
        if name not in kept:
            kept[name] = None
            front += whole.children.get(name, ())
    return kept


def _only(whole: Taxonomy, kept: dict[str, None], *, bare: bool) -> Taxonomy:
    parents = {
        name: tuple(p for p in above if p in kept)
        for name, above in whole.parents.items()
        if name in kept
    }
    meant = {} if bare else {n: t for n, t in whole.definitions.items() if n in kept}
    return Taxonomy(parents, meant)
