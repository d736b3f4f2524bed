"""Merging and splitting by hand: decisions in the graph, and what follows from them."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

import neo4j

from knowloom.assets import cypher
from knowloom.errors import NotFound, UsageError
from knowloom.knowledge.policies import Policy
from knowloom.ontology.concepts import Ontology
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.runs import Run
from knowloom.update import clusters
from knowloom.update.apply import Applier, Held, Make, Write
from knowloom.update.clusters import Decision, Decisions
from knowloom.update.lock import deciding
from knowloom.update.plan import Plan, plan_identity

BY_EVIDENCE = "knowloom"


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision as it is kept.

    Args:
        id: its number; later ones are larger, and compare with the numbers of runs.
        decision: what was decided.
        at: when.
        by: who.
        is_automatic: whether evidence decided, and nobody.
    """

    id: int
    decision: Decision
    at: datetime
    by: str
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge or split did.

    Args:
        run: its number; 0 when nothing changed.
        groups: the things concerned, those that are one together, the uid that is kept first.
        plan: the exact changes.
        policy: by which they are shown.
    """

    run: int
    groups: tuple[tuple[str, ...], ...]
    plan: Plan
    policy: Policy


def decisions(database: Database) -> list[Taken]:
    """Return the decisions that stand, in the order taken."""
    return [_taken(row) for row in database.read(cypher("update/read_decisions"))]


def decisions_near(database: Database, uids: Iterable[str]) -> list[Taken]:
    """Return the decisions that stand about some things and all that others join them to.

    Args:
        database: read once for each step away from the things.
        uids: of the things.

    Returns:
        The decisions in the order taken.
    """
    found: set[Taken] = set()
    seen, todo = set[str](), set(uids)
    while todo:
        rows = database.read(cypher("update/read_decisions_of"), uids=sorted(todo))
        seen |= todo
        new = {_taken(row) for row in rows}
        found |= new
        todo = {uid for taken in new for uid in taken.decision[:2]} - seen
    return sorted(found, key=lambda taken: (taken.id, taken.decision))


def _taken(row: neo4j.Record) -> Taken:
    """Return a decision as it was taken."""
    decision = Decision(row["left"], row["right"], row["same"])
    return Taken(row["id"], decision, row["at"].to_native(), row["by"], row["automatic"])


def merge(
    database: Database,
    ontology: Ontology,
    one: str,
    other: str,
    *,
    by: str = "",
    dry_run: bool = False,
) -> Merged:
    """Declare two things one: the older keeps its uid, the other leads there.

    Records, relationships and references of both belong to one thing from then on. Nothing is
    lost: `split` restores exactly what was there.

    Args:
        database: where to.
        ontology: the classes as stored.
        one, other: their uids, of merged things too.
        by: who decides; the user of this machine when empty.
        dry_run: work out what would change, and change nothing.

    Raises:
        NotFound: there is no such thing.
        UsageError: it is one thing twice.
    """
    if one == other:
        raise UsageError(f"{one} is one thing already: give two uids")
    _check(database, (one, other))
    with deciding(database, "merge", dry_run=dry_run) as run:
        taken = decisions_near(database, (one, other))
        before = tuple(t.decision for t in taken)
        after = clusters.merge(before, one, other)
        return _decide(database, ontology, run, taken, after, by=by, dry_run=dry_run)


def split(database: Database, ontology: Ontology, uid: str, *, dry_run: bool = False) -> Merged:
    """Take back the merges that name a thing: it stands for itself again, as it was before.

    What evidence had joined is declared different, so that it stays apart.

    Args:
        database, ontology, dry_run: as in `merge`.
        uid: of the thing, as it was called before it was merged.

    Raises:
        NotFound: there is no such thing, or no merge names it.
    """
    _check(database, (uid,))
    with deciding(database, "split", dry_run=dry_run) as run:
        taken = decisions_near(database, (uid,))
        naming = [t for t in taken if t.decision.same and uid in t.decision[:2]]
        if not naming:
            raise NotFound("merge", uid, "`knowloom why UID` lists the records of a thing")
        back = {t.decision for t in naming}
        after = [d for d in (t.decision for t in taken) if d not in back]
        after += [t.decision._replace(same=False) for t in naming if t.is_automatic]
        return _decide(database, ontology, run, taken, tuple(after), dry_run=dry_run)


def part(
    database: Database, ontology: Ontology, members: Sequence[str], *, by: str = ""
) -> Merged:
    """Declare some things different from each other, whatever evidence says.

    Args:
        database, ontology, by: as in `merge`.
        members: their uids.
    """
    among = {*members}
    with deciding(database, "part") as run:
        taken = decisions_near(database, members)
        after = [t.decision for t in taken if not (t.is_automatic and {*t.decision[:2]} <= among)]
        for one, other in combinations(members, 2):
            after.append(Decision(min(one, other), max(one, other), same=False))
        return _decide(database, ontology, run, taken, tuple(dict.fromkeys(after)), by=by)


def _decide(
    database: Database,
    ontology: Ontology,
    run: Run,
    taken: list[Taken],
    after: Decisions,
    *,
    by: str = "",
    dry_run: bool = False,
) -> Merged:
    """Carry out what leads from the decisions taken to others."""
    before, standing = {t.decision for t in taken}, set(after)
    gone = [t for t in taken if t.decision not in standing]
    new = [d for d in after if d not in before]
    named = {uid for d in (*new, *(t.decision for t in gone)) for uid in d[:2]}
    near = _near([*before, *after], named)
    holders = {run.kept.get(uid, uid) for uid in near}
    make = _maker(tuple(d for d in after if d.left in near), run.kept)
    applier = Applier(database, ontology, run)
    if dry_run:
        plan = applier.plan(holders, make)
    else:
        signed = {"at": datetime.now(UTC), "by": by or _user()}
        rows = [{"id": run.id, **d._asdict(), **signed} for d in new]
        ids = [{"id": t.id, "left": t.decision.left, "right": t.decision.right} for t in gone]
        more: list[Write] = [
            (cypher("update/put_decisions"), {"rows": rows}),
            (cypher("update/take_back_decisions"), {"rows": ids, "run": run.id, **signed}),
        ]
        plan = applier.apply(holders, make, more)
        counts = {"given": 1, "written": len(plan.changes)}
        runs.finish(database, run, "done", counts)
    return Merged(run.id if run.recorded else 0, _groups(near, plan), plan, run.policy)


def _maker(standing: Decisions, kept: Mapping[str, str]) -> Make:
    """Return what makes the plan of some decisions."""

    def make(held: Held) -> Plan:
        return plan_identity(held.stored, held.ties, standing, kept)

    return make


def _near(found: Iterable[Decision], start: set[str]) -> set[str]:
    """Return all things that decisions connect with some, those among them."""
    around: dict[str, set[str]] = {}
    for left, right, _ in found:
        around.setdefault(left, set()).add(right)
        around.setdefault(right, set()).add(left)
    seen, todo = set(start), sorted(start)
    while todo:
        new = around.get(todo.pop(), set()) - seen
        seen |= new
        todo.extend(new)
    return seen


def _groups(near: set[str], plan: Plan) -> tuple[tuple[str, ...], ...]:
    """Return the things concerned as groups, the kept uid first."""
    found: dict[str, list[str]] = {}
    for uid in sorted(near):
        found.setdefault(plan.kept.get(uid, uid), []).append(uid)
    return tuple(
        (kept, *(uid for uid in members if uid != kept)) for kept, members in sorted(found.items())
    )


def _check(database: Database, uids: Iterable[str]) -> None:
    """Refuse uids that nothing has."""
    for row in database.read(cypher("update/read_holders"), uids=list(uids)):
        if row["kind"] is None or row["kind"] == "retired":
            hint = "give a uid, as `knowloom find` and `knowloom search` show them"
            raise NotFound("instance", row["uid"], hint)


def _user() -> str:
    """Return who runs this, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
