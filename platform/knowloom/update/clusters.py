"""Clusters: which things are one, from scored pairs and what people decided.

The clusters are the connected components of the pairs that are certain enough. A component that
holds two things which cannot be one goes to review whole: nothing in it is joined but by hand.
What people decide comes before every score. All of it is a function of the pairs and decisions;
the order in which they came does not matter but for two decisions on one pair, where the later
one stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from knowloom.update.scores import Band


class Decision(NamedTuple):
    """What a person said of two things.

    Args:
        left, right: the uids, in order.
        same: whether they are one.
    """

    left: str
    right: str
    same: bool


Decisions = tuple[Decision, ...]
"""In the order taken; the last on a pair stands."""


class Pair(NamedTuple):
    """Two things that were compared, `left` before `right`, and what came of it.

    Args:
        left, right: the uids.
        probability: that they are one, 0 to 1.
        band: what follows from it.
        veto: what rules it out; empty when nothing does.
    """

    left: str
    right: str
    probability: float
    band: Band
    veto: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Something for a person to decide.

    Args:
        members: the uids concerned, in order.
        reason: why it is not decided.
        pairs: the pairs that speak for joining them, the most probable first.
    """

    members: tuple[str, ...]
    reason: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """What is one, and what has to be looked at.

    Args:
        groups: every thing in one of them; the first member is the one whose uid is kept.
        review: the undecided cases.
    """

    groups: tuple[tuple[str, ...], ...]
    review: tuple[Case, ...] = ()

    def kept(self) -> dict[str, str]:
        """Return every uid with the uid under which its thing is kept."""
        return {uid: group[0] for group in self.groups for uid in group}


def merge(decisions: Decisions, one: str, other: str) -> Decisions:
    """Return the decisions with two things declared one; the same when they are already.

    >>> once = merge((), "a", "b")
    >>> merge(once, "b", "a") == once
    True
    >>> split(once, "a", "b")
    ()
    """
    return _decide(decisions, one, other, same=True)


def split(decisions: Decisions, one: str, other: str) -> Decisions:
    """Return the decisions with two things parted.

    Where a merge by hand stands it is taken back, which restores exactly what was before it;
    otherwise they are declared different.
    """
    left, right = _ordered(one, other)
    standing = [i for i, d in enumerate(decisions) if (d.left, d.right) == (left, right)]
    if standing and decisions[standing[-1]].same:
        return decisions[: standing[-1]] + decisions[standing[-1] + 1 :]
    return _decide(decisions, one, other, same=False)


def cluster(
    uids: Iterable[str],
    pairs: Iterable[Pair],
    decisions: Decisions = (),
    *,
    contradicts: Callable[[str, str], str] = lambda _, __: "",
    order: Callable[[str], Any] = str,
) -> Clusters:
    """Return the clusters of some things.

    Args:
        uids: the things; pairs and decisions on others are left out.
        pairs: those that were compared.
        decisions: what people decided.
        contradicts: why two things cannot be one, also where they were not compared; nothing
            when they may be.
        order: the first of a cluster in this order keeps its uid; the age of a thing, say.
    """
    known = set(uids)
    verdicts = {(d.left, d.right): d.same for d in decisions if {d.left, d.right} <= known}
    scored = [p for p in pairs if {p.left, p.right} <= known]
    manual = sorted(ends for ends, same in verdicts.items() if same)
    automatic = [
        (p.left, p.right)
        for p in scored
        if p.band is Band.SAME and verdicts.get((p.left, p.right), True)
    ]
    objection = _objecting(verdicts, contradicts)
    groups: list[tuple[str, ...]] = []
    review: list[Case] = []
    for members in components(known, [*manual, *automatic]):
        if reason := _first_objection(members, objection):
            review.append(_case(members, reason, scored))
            parts = components(members, [e for e in manual if e[0] in members])
            groups.extend(_by_age(part, order) for part in parts)
        else:
            groups.append(_by_age(members, order))
    groups.sort(key=lambda group: order(group[0]))
    review.extend(_doubts(scored, verdicts, groups, review))
    return Clusters(tuple(groups), tuple(review))


def attached(
    clusters: Clusters,
    mentions: Collection[str],
    pairs: Iterable[Pair],
    decisions: Decisions = (),
    *,
    contradicts: Callable[[str, str], str] = lambda _, __: "",
    order: Callable[[str], Any] = str,
) -> Clusters:
    """Return clusters with the things that are only mentioned, each where it can belong.

    A mention says too little to hold others together: those that are the same among themselves
    join a cluster when there is only one for them, and stay by themselves when there are several.

    Args:
        clusters: of the things that somebody describes.
        mentions: the things that nobody does.
        pairs, decisions, contradicts, order: as in `cluster`.

    >>> same = [Pair("a", "m", 1.0, Band.SAME), Pair("b", "m", 1.0, Band.SAME)]
    >>> attached(Clusters((("a",), ("b",))), ["m"], same).groups
    (('a',), ('b',), ('m',))
    >>> attached(Clusters((("a", "b"),)), ["m"], same).groups
    (('a', 'b', 'm'),)
    """
    loose = set(mentions)
    home = {uid: i for i, group in enumerate(clusters.groups) for uid in group}
    verdicts = {(d.left, d.right): d.same for d in decisions}
    same = [
        (p.left, p.right)
        for p in pairs
        if p.band is Band.SAME
        and {p.left, p.right} & loose
        and verdicts.get((p.left, p.right), True)
    ]
    objection = _objecting(verdicts, contradicts)
    groups = [set(group) for group in clusters.groups]
    alone: list[frozenset[str]] = []
    for members in components(loose, [ends for ends in same if {*ends} <= loose]):
        near = {uid for ends in same if {*ends} & members for uid in ends if uid in home}
        homes = {home[uid] for uid in near}
        whole = members.union(*(groups[i] for i in homes))
        if _first_objection(members, objection):
            alone.extend(frozenset({uid}) for uid in members)
        elif len(homes) == 1 and not _first_objection(whole, objection):
            groups[homes.pop()] |= members
        else:
            alone.append(members)
    found = [
        (*kept, *_by_age(group - {*kept}, order))
        for kept, group in zip(clusters.groups, groups, strict=True)
    ]
    found += [_by_age(group, order) for group in alone]
    return Clusters(tuple(sorted(found, key=lambda group: order(group[0]))), clusters.review)


def components(uids: Iterable[str], edges: Iterable[tuple[str, str]]) -> Iterator[frozenset[str]]:
    """Yield the connected components, those with the least member first."""
    around: dict[str, list[str]] = {uid: [] for uid in sorted(uids)}
    for left, right in edges:
        around[left].append(right)
        around[right].append(left)
    seen: set[str] = set()
    for start in around:
        if start in seen:
            continue
        found, todo = {start}, [start]
        while todo:
            new = [uid for uid in around[todo.pop()] if uid not in found]
            found.update(new)
            todo.extend(new)
        seen |= found
        yield frozenset(found)


def _decide(decisions: Decisions, one: str, other: str, *, same: bool) -> Decisions:
    left, right = _ordered(one, other)
    standing = {(d.left, d.right): d.same for d in decisions}
    if standing.get((left, right)) is same:
        return decisions
    return (*decisions, Decision(left, right, same))


def _ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _by_age(members: Iterable[str], order: Callable[[str], Any]) -> tuple[str, ...]:
    return tuple(sorted(members, key=lambda uid: (order(uid), uid)))


def _objecting(
    verdicts: Mapping[tuple[str, str], bool], contradicts: Callable[[str, str], str]
) -> Callable[[str, str], str]:
    """Return what tells why two things cannot be one, decisions first."""

    def objection(one: str, other: str) -> str:
        verdict = verdicts.get(_ordered(one, other))
        if verdict is None:
            return contradicts(one, other)
        return "" if verdict else "declared different"

    return objection


def _first_objection(members: frozenset[str], objection: Callable[[str, str], str]) -> str:
    """Return why a component cannot be one thing, nothing when it can."""
    ordered = sorted(members)
    for i, one in enumerate(ordered):
        for other in ordered[i + 1 :]:
            if reason := objection(one, other):
                return f"{one} and {other}: {reason}"
    return ""


def _case(members: frozenset[str], reason: str, scored: Sequence[Pair]) -> Case:
    """Return a component as a case, with the pairs that hold it together."""
    inside = [p for p in scored if p.left in members and p.right in members]
    return Case(tuple(sorted(members)), reason, _ranked(p for p in inside if not p.veto))


def _doubts(
    scored: Sequence[Pair],
    verdicts: Mapping[tuple[str, str], bool],
    groups: Sequence[Sequence[str]],
    review: Sequence[Case],
) -> Iterator[Case]:
    """Yield the pairs that are not certain, unless a decision, group or case covers them."""
    home = {uid: i for i, group in enumerate(groups) for uid in group}
    covered = {uid: i for i, case in enumerate(review) for uid in case.members}
    for pair in _ranked(p for p in scored if p.band is Band.REVIEW):
        one, other = pair.left, pair.right
        if (one, other) in verdicts or home[one] == home[other]:
            continue
        if one in covered and covered[one] == covered.get(other):
            continue
        yield Case((one, other), "not certain", (pair,))


def _ranked(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=lambda p: (-p.probability, p.left, p.right)))
