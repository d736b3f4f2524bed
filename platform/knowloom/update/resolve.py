"""Resolving: finding which things are one, joining those that are, asking where it is not certain.

It looks at what changed since it last looked, and at whatever shares a block with that. At fixed
weights the outcome does not depend on how often it was done in between.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from knowloom.assets import cypher
from knowloom.knowledge.proposal import About, Deed, Proposal
from knowloom.ontology.concepts import Ontology
from knowloom.store import policies, review, runs
from knowloom.store.database import Database
from knowloom.update.apply import Applier, Held, Write
from knowloom.update.blocking import SCHEME
from knowloom.update.clusters import (
    Case,
    Clusters,
    Decision,
    Pair,
    attached,
    cluster,
    components,
)
from knowloom.update.identity import lesson
from knowloom.update.lock import DECISIONS, alone
from knowloom.update.merging import BY_EVIDENCE, Taken, decisions
from knowloom.update.names import spelled_alike
from knowloom.update.neighbours import Neighbours
from knowloom.update.plan import Plan, plan_identity
from knowloom.update.profiles import Profile
from knowloom.update.scores import (
    Band,
    Levels,
    Weights,
    contradiction,
    fitted,
    score,
    weights_of,
)

_THINGS_AT_ONCE = 500
_MOST_LESSONS = 200_000


@dataclass(slots=True)
class Resolved:
    """What resolving did, or in a trial would do.

    Args:
        run: its number; 0 when nothing was joined or parted.
        looked_at: how many things were looked at.
        pairs: how many pairs were compared.
        joined: pairs of things that are one from now on, by evidence.
        parted: pairs that are not any more.
        review: what a person has to decide.
        names: what the things of these pairs are called by themselves, by uid.
    """

    run: int = 0
    looked_at: int = 0
    pairs: int = 0
    joined: list[Decision] = field(default_factory=list[Decision])
    parted: list[Decision] = field(default_factory=list[Decision])
    review: tuple[Case, ...] = ()
    names: dict[str, str] = field(default_factory=dict[str, str])


def resolve(
    database: Database,
    ontology: Ontology,
    *,
    everything: bool = False,
    dry_run: bool = False,
    break_lock: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Resolved:
    """Join what is one as far as evidence goes, and put what is not certain up for review.

    Args:
        database: where to.
        ontology: the classes as stored.
        everything: look at all things, not only at those that changed since the last time.
        dry_run: say what would be joined, and write nothing.
        break_lock: take the lock from a run that is no more.
        advance: called with every number of things looked at.

    Raises:
        SourceBusy: somebody else is resolving or deciding, and not done soon.
    """
    command = "update resolve"
    if dry_run:
        run = runs.begin(database, DECISIONS, command)
        return _Resolving(database, ontology, run, advance).tried(everything)
    with alone(database, command, by_force=break_lock) as run:
        return _Resolving(database, ontology, run, advance).done(everything)


def is_behind(database: Database) -> bool:
    """Return whether something happened that `resolve` has not looked at."""
    [row] = database.read(cypher("update/read_looked_at"))
    if row["newest"] is None:
        return False
    if row["run"] is None or row["undone"] or row["weights"] != _version(weights_in(database)):
        return True
    upto: int = min(row["newest"], (row["unfinished"] or row["newest"] + 1) - 1)
    looked_at: int = row["run"]
    return looked_at < upto


def weights_in(database: Database) -> Weights:
    """Return the weights of the last fit; the shipped ones when there was none."""
    found = policies.fitted(database).get("weights")
    return weights_of(found) if found else Weights()


def fit_weights(
    database: Database,
    ontology: Ontology,
    kept: Mapping[str, str],
    start: Weights,
    advance: Callable[[int], None] = lambda _: None,
    most: int = _MOST_LESSONS,
) -> Weights:
    """Return weights fitted to pairs of things that share a block, without labels.

    Args:
        database, ontology: as for `resolve`.
        kept: absorbed uid to the uid under which the thing is kept.
        start: the weights to begin with.
        advance: called with every number of things looked at.
        most: pairs that are learnt from, those of things drawn by chance where there are more;
            the same again with the same things.
    """
    near = Neighbours(database, ontology, kept)
    uids = sorted(r["uid"] for r in database.read(cypher("update/read_changed"), run=0))
    near.take_in(uids, advance)
    near.load(uids)

    def lessons() -> Iterator[tuple[Levels, bool | None]]:
        # A pair is asked for by the first of its two: so each is drawn as likely as any other.
        for uid in random.Random(0).sample(uids, len(uids)):
            for other in near.partners(uid):
                if uid < other and not any(map(near.is_mention, (uid, other))):
                    found = score(near[uid], near[other], ontology, start)
                    band = start.band(found)
                    pair = Pair(uid, other, found.probability, band, found.veto)
                    yield lesson(near[uid], near[other], pair, ontology)

    return fitted(islice(lessons(), most), start)


class _Resolving:
    """One look at what changed."""

    def __init__(
        self, database: Database, ontology: Ontology, run: runs.Run, advance: Callable[[int], None]
    ) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run
        self._advance = advance
        self._weights = weights_in(database)
        self._taken = decisions(database)
        self._near = Neighbours(database, ontology, run.kept)
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._maybe: dict[str, list[str]] = {}
        self._found = Resolved()

    def tried(self, everything: bool) -> Resolved:
        """Say what would be joined and parted."""
        changed, _ = self._changed(everything)
        self._compare(changed)
        return self._found

    def done(self, everything: bool) -> Resolved:
        """Join and part, then note what was looked at."""
        changed, newest = self._changed(everything)
        self._compare(changed)
        self._decide()
        review.put(self._database, [self._proposal(case) for case in self._found.review])
        self._near.store(self._maybe)
        version = _version(self._weights)
        self._database.write(cypher("update/put_looked_at"), run=newest, weights=version)
        if self._run.recorded:
            counts = {"given": len(changed), "written": len(self._found.joined)}
            runs.finish(self._database, self._run, "done", counts)
            self._found.run = self._run.id
        return self._found

    def _changed(self, everything: bool) -> tuple[list[str], int]:
        """Return the things to look at, and up to which run that is."""
        [row] = self._database.read(cypher("update/read_looked_at"))
        since = 0 if everything or row["undone"] else row["run"] or 0
        if row["weights"] != _version(self._weights):
            since = 0
        found = self._database.read(cypher("update/read_changed"), run=since)
        newest = min(self._run.id, (row["unfinished"] or self._run.id + 1) - 1)
        changed = {r["uid"] for r in found}
        changed |= {uid for uid, holder in self._run.kept.items() if holder in changed}
        return sorted(changed), newest

    def _compare(self, changed: Sequence[str]) -> None:
        """Compare what changed with its neighbours, and work out what is one."""
        again = self._near.take_in(changed)
        start = again | {uid for t in self._taken for uid in _ends(t) if {*_ends(t)} & again}
        around = self._around(start)
        manual = tuple(t.decision for t in self._taken if not t.is_automatic)
        loose = {uid for uid in around if self._near.is_mention(uid)}
        loose -= {uid for d in manual if d.same for uid in d[:2]}
        pairs = self._pairs.values()
        clusters = cluster(around - loose, pairs, manual, contradicts=self._contradiction)
        clusters = attached(clusters, loose, pairs, manual, contradicts=self._contradiction)
        now = set(self._automatic(clusters, manual))
        near = around | again
        automatic = [t for t in self._taken if t.is_automatic]
        before = {t.decision for t in automatic if {*_ends(t)} & near}
        self._found.looked_at, self._found.pairs = len(changed), len(self._pairs)
        self._found.joined = sorted(now - before)
        self._found.parted = sorted(before - now)
        self._found.review = clusters.review
        for uid in {u for d in now ^ before for u in d[:2]}:
            names = self._near[uid].names if uid in self._near else ()
            self._found.names[uid] = next(iter(names), uid)

    def _around(self, start: Iterable[str]) -> set[str]:
        """Return everything that pairs, merges or decisions connect with some things."""
        tied: dict[str, set[str]] = {}
        for one in self._taken:
            left, right = _ends(one)
            tied.setdefault(left, set()).add(right)
            tied.setdefault(right, set()).add(left)
        found, seen, todo = set[str](), set[str](), set(start)
        while todo:
            seen |= todo  # of what is tied, nothing may be left that could be found
            self._near.load(sorted(todo))
            here = [uid for uid in sorted(todo) if uid in self._near]
            found.update(here)
            self._maybe |= {uid: list(self._compared(uid)) for uid in here}
            near = {other for uid in here for other in self._maybe[uid]}
            near |= {other for uid in todo for other in tied.get(uid, ())}
            self._advance(len(todo))
            todo = near - seen
        return found

    def _compared(self, uid: str) -> Iterator[str]:
        """Yield what may be one with a thing."""
        for other in self._near.partners(uid):
            left, right = min(uid, other), max(uid, other)
            pair = self._pairs.get((left, right))
            if pair is None:
                one, two = self._near[left], self._near[right]
                found = score(one, two, self._ontology, self._weights)
                band = self._weights.band(found)
                if any(map(self._near.is_mention, (left, right))):
                    band = _band_of_mention(one, two, band)
                pair = Pair(left, right, found.probability, band, found.veto)
                self._pairs[left, right] = pair
            if pair.band is not Band.DIFFERENT:
                yield other

    def _automatic(self, clusters: Clusters, manual: Sequence[Decision]) -> Iterator[Decision]:
        """Yield the pairs that hold the clusters together without anybody's decision."""
        home = {uid: i for i, group in enumerate(clusters.groups) for uid in group}
        decided = {(d.left, d.right) for d in manual}
        for ends, pair in self._pairs.items():
            together = ends[0] in home and home[ends[0]] == home.get(ends[1])
            if pair.band is Band.SAME and together and ends not in decided:
                yield Decision(*ends, same=True)

    def _contradiction(self, one: str, other: str) -> str:
        near, vetoes = self._near, self._weights.vetoes
        return contradiction(near[one], near[other], self._ontology, vetoes)

    def _decide(self) -> None:
        """Store the decisions and let what follows from them follow, some things at a time."""
        joined, parted = set(self._found.joined), set(self._found.parted)
        before = [t.decision for t in self._taken]
        after = [d for d in before if d not in parted] + sorted(joined)
        turned = {uid for d in joined | parted for uid in d[:2]}
        edges = [d[:2] for d in {*before, *after}]
        uids = {uid for edge in edges for uid in edge}
        groups = [g for g in components(uids, edges) if g & turned]
        applier = Applier(self._database, self._ontology, self._run)
        for some in _parts(groups):
            self._apply(applier, some, after, joined, parted)

    def _apply(
        self,
        applier: Applier,
        uids: set[str],
        after: Sequence[Decision],
        joined: set[Decision],
        parted: set[Decision],
    ) -> None:
        """Carry out the decisions on some things, in one transaction."""
        kept = self._run.kept
        standing = tuple(d for d in after if d.left in uids)

        def make(held: Held) -> Plan:
            return plan_identity(held.stored, held.ties, standing, kept)

        now = {"at": datetime.now(UTC), "by": BY_EVIDENCE}
        new = [
            {"id": self._run.id, **d._asdict(), **now, "automatic": True}
            for d in sorted(joined)
            if d.left in uids
        ]
        gone = [_row(t) for t in self._taken if t.decision in parted and t.decision.left in uids]
        more: list[Write] = [
            (cypher("update/put_decisions"), {"rows": new}),
            (cypher("update/take_back_decisions"), {"rows": gone, "run": self._run.id, **now}),
        ]
        applier.apply({kept.get(uid, uid) for uid in uids}, make, more)

    def _proposal(self, case: Case) -> Proposal:
        """Return a case as a question to a person."""
        called = [self._near[uid].names[:1] or (uid,) for uid in case.members]
        names = " = ".join(name for (name, *_) in called)
        why = [f"{p.probability:.2f}: {p.left} and {p.right}" for p in case.pairs[:5]]
        return Proposal(
            about=About.IDENTITY,
            subject=" = ".join(case.members),
            body={"members": list(case.members), "names": names, "reason": case.reason},
            confidence=round(case.pairs[0].probability, 4) if case.pairs else 0.0,
            why=(case.reason, *why),
            deeds=(Deed("proposed", BY_EVIDENCE, datetime.now(UTC)),),
        )


def _band_of_mention(one: Profile, other: Profile, band: Band) -> Band:
    """Return what follows where a name is all that is known of a thing: nobody is asked."""
    is_alike = one.keys & other.keys or spelled_alike(one.names, other.names)
    return band if band is Band.SAME and is_alike else Band.DIFFERENT


def _version(weights: Weights) -> str:
    """Return what the outcome depends on besides records and decisions."""
    return f"{weights.version} {SCHEME}"


def _parts(groups: Iterable[frozenset[str]]) -> Iterator[set[str]]:
    """Yield groups together as large as one transaction should be."""
    some: set[str] = set()
    for group in groups:
        some |= group
        if len(some) >= _THINGS_AT_ONCE:
            yield some
            some = set()
    if some:
        yield some


def _ends(taken: Taken) -> tuple[str, str]:
    return (taken.decision.left, taken.decision.right)


def _row(taken: Taken) -> dict[str, Any]:
    return {"id": taken.id, "left": taken.decision.left, "right": taken.decision.right}
