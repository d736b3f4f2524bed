"""Plans: exactly what will change, worked out before anything does, and how to take it back.

A plan says of each thing which records it holds before and after, of each relationship what stands
behind it, and where merged things are kept. It is a function of what is stored, what comes and
what people decided; everything that is shown follows from it by projection. The inverse of a plan
is a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from knowloom.knowledge.evidence import Evidence, Key, is_spoken_of
from knowloom.knowledge.policies import DEFAULT, Policy
from knowloom.knowledge.project import Projection, show
from knowloom.knowledge.stated import Stated
from knowloom.ontology.concepts import Ontology
from knowloom.update.clusters import Decisions, components

Stored = Mapping[str, tuple[Evidence, ...]]
"""The records of each thing, by the uid under which it is kept."""


class Change(NamedTuple):
    """One thing and its records, before and after; nothing after when it is not there any more."""

    uid: str
    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]


class Tie(NamedTuple):
    """A relationship that is stated, told by type, ends and qualifiers."""

    type: str
    head: str
    tail: str
    qualifiers: str = ""


class TieChange(NamedTuple):
    """One relationship and what stands behind it, before and after."""

    tie: Tie
    before: tuple[Stated, ...]
    after: tuple[Stated, ...]


class Restates(NamedTuple):
    """A run that says everything again that it does not end, and when it started."""

    run: int
    started: datetime


NOTHING_ENDED: Mapping[Tie, Sequence[Stated]] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What will change.

    Args:
        changes: of things, in the order of their uids.
        ties: of relationships that are stated.
        kept: absorbed uid to the uid under which the thing is kept from then on.
        kept_before: the same as it is now.
    """

    changes: tuple[Change, ...] = ()
    ties: tuple[TieChange, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict[str, str])
    kept_before: Mapping[str, str] = field(default_factory=dict[str, str])

    def __bool__(self) -> bool:
        return bool(self.changes or self.ties) or self.kept != self.kept_before

    def inverse(self) -> Plan:
        """Return the plan that leads back."""
        return Plan(
            tuple(Change(c.uid, c.after, c.before) for c in self.changes),
            tuple(TieChange(t.tie, t.after, t.before) for t in self.ties),
            self.kept_before,
            self.kept,
        )


class Difference(NamedTuple):
    """One attribute of one thing that shows something else after a plan; None for nothing."""

    uid: str
    attribute: str
    before: Any
    after: Any


def plan_records(
    stored: Stored,
    incoming: Iterable[Evidence],
    *,
    run: int,
    kept: Mapping[str, str],
    outdated: Callable[[Evidence], bool] = lambda _: False,
) -> Plan:
    """Return what incoming records change.

    Args:
        stored: the records of all things that the incoming ones speak of, and of those with
            outdated ones.
        incoming: in the order said; one that stands already changes nothing.
        run: the number of the run that brings them.
        kept: absorbed uid to the uid under which the thing is kept.
        outdated: tells which stored records their source does not state any more.
    """
    new: dict[str, dict[Key, Evidence]] = {}
    for each in incoming:
        new.setdefault(kept.get(each.uid, each.uid), {})[each.key] = each
    changes: list[Change] = []
    for uid in sorted({*stored, *new}):
        before = stored.get(uid, ())
        standing = {e.key for e in before if not e.superseded_by}
        fresh = [e for key, e in new.get(uid, {}).items() if key not in standing]
        old = [e.superseded(run) if not e.superseded_by and outdated(e) else e for e in before]
        after = (*old, *fresh)
        if after != before:
            changes.append(Change(uid, before, after))
    return Plan(tuple(changes), (), kept, kept)


def plan_identity(
    stored: Stored,
    ties: Mapping[Tie, Sequence[Stated]],
    decisions: Decisions,
    kept: Mapping[str, str],
    *,
    retie: Callable[[Tie, str, str], Tie] = lambda tie, head, tail: tie._replace(
        head=head, tail=tail
    ),
) -> Plan:
    """Return what decisions change: records move to where their things are kept.

    Args:
        stored: the records of all things that the decisions name, by where they are kept now; a
            thing that only others refer to has none.
        ties: what stands behind the stated relationships of these things.
        decisions: all that stand and concern these things.
        kept: absorbed uid to the uid under which the thing is kept now.
        retie: returns a relationship between other ends.
    """
    own: dict[str, list[Evidence]] = {}
    for uid, evidence in stored.items():
        own.setdefault(uid, [])
        for each in evidence:
            own.setdefault(each.uid, []).append(each)
    named = {uid for uid, to in kept.items() if to in stored}
    everything = {*own, *named}
    after = dict(kept)
    for group in groups(everything, decisions):
        first = min(group, key=lambda uid: _age(uid, own.get(uid, ())))
        for uid in group:
            after.pop(uid, None)
            if uid != first:
                after[uid] = first
    held: dict[str, list[Evidence]] = {}
    for uid in sorted(everything):
        held.setdefault(after.get(uid, uid), []).extend(own.get(uid, ()))
    changes = [
        Change(uid, stored.get(uid, ()), tuple(held.get(uid, ())))
        for uid in sorted({*stored, *held})
        if sorted(stored.get(uid, ()), key=_place) != sorted(held.get(uid, ()), key=_place)
        or (uid in stored) != (uid in held)
    ]
    return Plan(tuple(changes), tuple(_retied(ties, after, retie)), after, dict(kept))


def plan_without(
    stored: Stored,
    ties: Mapping[Tie, Sequence[Stated]],
    run: int,
    kept: Mapping[str, str],
    *,
    restates: Restates | None = None,
    ended: Mapping[Tie, Sequence[Stated]] = NOTHING_ENDED,
) -> Plan:
    """Return what takes a run back, as if it had never been.

    Args:
        stored: the records of all things that the run touched.
        ties: what stands behind the relationships that the run stated.
        run: its number.
        kept: absorbed uid to the uid under which the thing is kept.
        restates: the next run of the same source when that one said everything again that it did
            not end, as snapshots do; None when there is none.
        ended: what the run ended behind relationships, as it was before.
    """
    changes: list[Change] = []
    for uid, before in sorted(stored.items()):
        after = without(before, run, restates=restates)
        if after != before:
            changes.append(Change(uid, before, after))
    tied: list[TieChange] = []
    for tie in sorted({*ties, *ended}):
        said = tuple(ties.get(tie, ()))
        left = [s for s in said if s.run != run]
        if restates:
            left += [s._replace(run=restates.run) for s in said if s.run == run]
        else:
            left += ended.get(tie, ())
        if sorted(left) != sorted(said):
            tied.append(TieChange(tie, said, tuple(sorted(set(left)))))
    return Plan(tuple(changes), tuple(tied), kept, kept)


def without(
    evidence: Sequence[Evidence], run: int, *, restates: Restates | None = None
) -> tuple[Evidence, ...]:
    """Return the records of a thing as they would be had a run not happened.

    What the run said goes. What it ended stands again, until the next run of the same source that
    spoke of the same thing; where that one said the same, nothing ended at all.

    Args:
        evidence: of one thing, history included.
        run: its number.
        restates: see `plan_without`.
    """
    found: list[Evidence] = []
    dropped: set[tuple[Key, int]] = set()
    for each in evidence:
        if each.run == run and restates and not 0 < each.superseded_by <= restates.run:
            again = replace(each, run=restates.run, recorded=restates.started, stored=False)
            found.append(again)
        elif each.run == run:
            continue
        elif each.superseded_by == run:
            found.append(_standing_again(each, evidence, run, restates, dropped))
        else:
            found.append(each)
    return tuple(e for e in found if (e.key, e.run) not in dropped)


def applied(stored: Stored, plan: Plan) -> dict[str, tuple[Evidence, ...]]:
    """Return what is stored once a plan is carried out."""
    after = dict(stored)
    for change in plan.changes:
        if change.after or change.uid not in plan.kept:
            after[change.uid] = change.after
        else:
            after.pop(change.uid, None)
    return after


def differences(plan: Plan, ontology: Ontology, policy: Policy = DEFAULT) -> Iterator[Difference]:
    """Yield what a plan changes of what things show."""
    for change in plan.changes:
        before = _shown(change.before, ontology, plan.kept_before, policy)
        after = _shown(change.after, ontology, plan.kept, policy)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield Difference(change.uid, name, before.get(name), after.get(name))


def groups(uids: Collection[str], decisions: Decisions) -> Iterator[frozenset[str]]:
    """Yield which of these things are one by decision, each thing in one group."""
    verdicts = {(d.left, d.right): d.same for d in decisions}
    same = [pair for pair, is_same in verdicts.items() if is_same and {*pair} <= {*uids}]
    yield from components(uids, same)


def _standing_again(
    each: Evidence,
    evidence: Sequence[Evidence],
    run: int,
    restates: Restates | None,
    dropped: set[tuple[Key, int]],
) -> Evidence:
    """Return a record that a run ended as it would be without that run."""
    later = [
        number
        for e in evidence
        if e.uid == each.uid and e.source == each.source
        for number in ((e.superseded_by,) if e.run == run else (e.run,))
        if number > run
    ]
    next_ = restates.run if restates else min(later, default=0)
    for again in evidence:
        if again.key == each.key and again.source == each.source and again.run == next_:
            dropped.add((again.key, again.run))
            return replace(each, superseded_by=again.superseded_by)
    return replace(each, superseded_by=next_)


def _retied(
    ties: Mapping[Tie, Sequence[Stated]],
    kept: Mapping[str, str],
    retie: Callable[[Tie, str, str], Tie],
) -> Iterator[TieChange]:
    """Yield the relationships that lie elsewhere once things are kept elsewhere."""
    there: dict[Tie, list[Stated]] = {}
    for tie, statements in ties.items():
        there.setdefault(tie, [])
        for each in statements:
            ends = (kept.get(each.head, each.head), kept.get(each.tail, each.tail))
            there.setdefault(retie(tie, *ends), []).append(each)
    for tie, found in sorted(there.items()):
        before, after = tuple(ties.get(tie, ())), tuple(sorted(set(found)))
        if tuple(sorted(before)) != after:
            yield TieChange(tie, before, after)


def _shown(
    evidence: Sequence[Evidence], ontology: Ontology, kept: Mapping[str, str], policy: Policy
) -> dict[str, Any]:
    """Return what a thing shows, its classes under `is a`."""
    if not is_spoken_of(evidence):
        return {}
    shown: Projection = show(evidence, ontology, kept, policy)
    links = {name: list(uids) for name, uids in shown.links.items()}
    return {"is a": " and ".join(shown.concepts), **shown.values, **links}


def _age(uid: str, evidence: Iterable[Evidence]) -> tuple[bool, int, str]:
    """Return what the older of two things is less in; one that nobody speaks of is the younger."""
    runs = [e.run for e in evidence]
    return (not runs, min(runs, default=0), uid)


def _place(evidence: Evidence) -> tuple[str, str, int]:
    return (*evidence.key, evidence.run)
