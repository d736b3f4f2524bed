"""Identity: which things are one, kept up to date as things change.

Identity says who, policies say what is true; the two never mix. At fixed weights the outcome is a
function of the profiles and decisions, whatever the order and the batches in which they came, and
only the blocks that a change touches are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from knowloom.ontology.concepts import Ontology
from knowloom.update.blocking import LIMIT, Blocks
from knowloom.update.clusters import Clusters, Decisions, Pair, cluster
from knowloom.update.profiles import Profile
from knowloom.update.scores import (
    Band,
    Levels,
    Weights,
    compare,
    contradiction,
    fitted,
    score,
)


class Identity:
    """Tells which things are one.

    Args:
        ontology: classes, keys and kinds of attributes.
        weights: the parameters of the scores.
        limit: see `Blocks`.

    >>> from knowloom.ontology.concepts import Concept
    >>> identity = Identity(Ontology([Concept(name="Person")]))
    >>> touched = identity.update([
    ...     Profile("u1", ("Person",), ("Alan Turing",)),
    ...     Profile("u2", ("Person",), ("Turing, Alan",)),
    ... ])
    >>> identity.clusters().groups
    (('u1', 'u2'),)
    """

    def __init__(
        self, ontology: Ontology, weights: Weights | None = None, *, limit: int = LIMIT
    ) -> None:
        self._ontology = ontology
        self._weights = weights or Weights()
        self._blocks = Blocks(ontology, limit)
        self._pairs: dict[str, dict[str, Pair]] = {}

    def update(self, changed: Iterable[Profile], gone: Iterable[str] = ()) -> set[str]:
        """Take in new and changed things; return those whose cluster may be another one now.

        Args:
            changed: their profiles as they are now.
            gone: uids of things that are no more.
        """
        again = self._blocks.put(changed, gone)
        touched = set(again)
        for uid in again:
            touched.update(self._pairs.pop(uid, {}))
        for uid in touched - again:
            self._pairs[uid] = {u: p for u, p in self._pairs[uid].items() if u not in again}
        for uid in sorted(again):
            if uid in self._blocks:
                self._pairs.setdefault(uid, {})
            for other in self._blocks.partners(uid):
                if other not in again or uid < other:
                    self._note(uid, other)
                    touched.add(other)
        return {uid for uid in touched if uid in self._blocks}

    def clusters(
        self,
        decisions: Decisions = (),
        *,
        around: Iterable[str] | None = None,
        order: Callable[[str], Any] = str,
    ) -> Clusters:
        """Return the clusters.

        Args:
            decisions: what people decided.
            around: only the clusters that these things are in, as `update` returned them or as
                a new decision names them; None for all.
            order: see `cluster`.
        """
        uids = set(self._pairs) if around is None else self._reachable(around, decisions)
        pairs = [p for uid in sorted(uids) for p in self._pairs[uid].values() if p.left == uid]
        return cluster(uids, pairs, decisions, contradicts=self._contradiction, order=order)

    def pairs(self) -> Iterator[Pair]:
        """Yield every pair that was compared, in order."""
        for uid in sorted(self._pairs):
            yield from (p for _, p in sorted(self._pairs[uid].items()) if p.left == uid)

    def fit(self) -> Weights:
        """Return weights fitted to the pairs there are, without labels."""
        return fitted(
            (
                lesson(self._blocks[pair.left], self._blocks[pair.right], pair, self._ontology)
                for pair in self.pairs()
            ),
            self._weights,
        )

    def _note(self, one: str, other: str) -> None:
        """Compare two things and keep what came of it, unless that is nothing."""
        left, right = min(one, other), max(one, other)
        found = score(self._blocks[left], self._blocks[right], self._ontology, self._weights)
        pair = Pair(left, right, found.probability, self._weights.band(found), found.veto)
        self._pairs.setdefault(left, {})[right] = pair
        self._pairs.setdefault(right, {})[left] = pair

    def _contradiction(self, one: str, other: str) -> str:
        blocks, vetoes = self._blocks, self._weights.vetoes
        return contradiction(blocks[one], blocks[other], self._ontology, vetoes)

    def _reachable(self, start: Iterable[str], decisions: Decisions) -> set[str]:
        """Return everything that pairs or decisions connect with some things.

        Pairs in doubt connect too, for they make a case with what lies on their other side.
        """
        decided: dict[str, set[str]] = {}
        for left, right, _ in decisions:
            decided.setdefault(left, set()).add(right)
            decided.setdefault(right, set()).add(left)
        found = {uid for uid in start if uid in self._blocks}
        todo = sorted(found)
        while todo:
            uid = todo.pop()
            near = {u for u, p in self._pairs[uid].items() if p.band is not Band.DIFFERENT}
            new = {u for u in near | decided.get(uid, set()) if u in self._blocks} - found
            found |= new
            todo.extend(new)
        return found


def lesson(
    one: Profile, other: Profile, pair: Pair, ontology: Ontology
) -> tuple[Levels, bool | None]:
    """Return what a pair teaches about weights: a veto and a shared key settle it."""
    levels = compare(one, other, ontology)
    if pair.veto:
        return levels, False
    return levels, True if "key" in levels else None
