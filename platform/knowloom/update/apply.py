"""Carrying plans out: one transaction a plan, worked out again under the locks it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, LiteralString

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.knowledge.instance import (
    Revision,
    State,
    record_id,
    reshape,
    said_in,
)
from knowloom.knowledge.project import Evidence
from knowloom.knowledge.record import uid_of_fact
from knowloom.knowledge.stated import Stated, stated_by, statements_of
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.edges import EdgeWriter, updates_of
from knowloom.store.revise import Reviser, StateReader, run_rows, sent_record
from knowloom.store.runs import Run
from knowloom.store.statement import filled
from knowloom.update.plan import Change, Plan, Stored, Tie

Make = Callable[["Held"], Plan]


@dataclass(slots=True)
class Held:
    """What is stored of some things.

    Args:
        states: each of them by its uid.
        ties: what stands behind the relationships of theirs that are stated.
        qualifiers: the qualifiers of these relationships by their canonical text.
    """

    states: dict[str, State] = field(default_factory=dict[str, State])
    ties: dict[Tie, list[Stated]] = field(default_factory=dict[Tie, list[Stated]])
    qualifiers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @property
    def stored(self) -> Stored:
        """The records by the uid of the thing that holds them."""
        return {uid: state.evidence for uid, state in self.states.items()}


class Applier:
    """Reads what plans are made of, and carries them out.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: in whose name; it is recorded with the first change.
    """

    def __init__(self, database: Database, ontology: Ontology, run: Run) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run
        self._states = StateReader(database, ontology)

    def plan(self, uids: Iterable[str], make: Make) -> Plan:
        """Return what would be carried out; nothing is written.

        Args:
            uids: the things whose records and relationships the plan is made of.
            make: makes it.
        """
        wanted = sorted(set(uids))
        return self._database.in_read(lambda tx: make(self._held(tx, wanted, retired=True)))

    def apply(self, uids: Iterable[str], make: Make, more: Sequence[Write] = ()) -> Plan:
        """Carry a plan out, in one transaction, and return it.

        Args:
            uids: the things whose records and relationships the plan is made of.
            make: makes it from what is stored under locks.
            more: statements of the same transaction with their parameters.
        """
        wanted = sorted(set(uids))

        def work(tx: neo4j.ManagedTransaction) -> tuple[Plan, int]:
            text = cypher("write/revive_instances")
            revived = tx.run(text, uids=wanted, labels=None).consume().counters
            tx.run(cypher("write/lock_instances"), given={"uids": wanted}).consume()
            held = self._held(tx, wanted)
            plan = make(held)
            updates = self._carry_out(tx, plan, held) if plan or revived.labels_added else 0
            for text, parameters in more:
                updates += updates_of(tx.run(text, dict(parameters)).consume().counters)
            if updates and not self._run.recorded:
                self._run.record(tx)
            return plan, updates

        plan, updates = self._database.in_write(work)
        self._run.recorded = self._run.recorded or updates > 0
        return plan

    def _held(
        self, tx: neo4j.ManagedTransaction, uids: Sequence[str], *, retired: bool = False
    ) -> Held:
        """Return what is stored of some things, when asked of those set aside too."""
        states = self._states.read_in(tx, uids, retired=retired)
        held = Held({state.uid: state for state, _ in states})
        for row in tx.run(cypher("update/read_ties"), uids=list(uids)):
            said = said_in(row["properties"])
            text = ""
            if "uid" in row["properties"]:
                text = orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()
            held.qualifiers[text] = said
            tie = Tie(row["type"], row["head"], row["tail"], text)
            held.ties[tie] = statements_of(row["properties"], row["head"], row["tail"])
        return held

    def _carry_out(self, tx: neo4j.ManagedTransaction, plan: Plan, held: Held) -> int:
        """Write a plan and return the server's count."""
        self._run.kept = plan.kept
        released = sorted(plan.kept_before.keys() - plan.kept.keys())
        moved = {u: to for u, to in plan.kept.items() if plan.kept_before.get(u) != to}
        absorbed = sorted(moved.keys() - plan.kept_before.keys())
        updates = _run(tx, cypher("update/release"), released)
        updates += self._move_records(tx, plan)
        turned = {plan.kept_before.get(uid, uid) for uid in (*released, *moved)} | {
            *moved.values()
        }
        referrers = self._referrers(tx, turned)
        revisions = self._revisions(tx, plan, referrers - {*absorbed})
        reviser = Reviser(self._database, self._ontology, self._run)
        updates += reviser.write(tx, revisions, sweep=False)
        rows = [{"uid": uid, "to": plan.kept[uid]} for uid in absorbed]
        updates += _run(tx, cypher("update/absorb"), rows)
        rows = [{"uid": uid, "to": to} for uid, to in sorted(moved.items())]
        updates += _run(tx, cypher("update/redirect"), rows)
        edges = [
            reviser.edge(revision, *link) for revision in revisions for link in revision.add_links
        ]
        writer = EdgeWriter(self._database, self._ontology, self._run)
        updates += writer.write_in(tx, edges, final=True).updates
        updates += self._put_ties(tx, plan, held)
        loose = {link.target for r in revisions for link in r.remove_links}
        loose.update(change.uid for change in plan.changes)
        loose.update(uid for uid, state in held.states.items() if state.mention)
        loose.update(end for t in plan.ties for end in (t.tie.head, t.tie.tail))
        updates += run_rows(tx, cypher("write/retire_unmentioned"), sorted(loose))
        return updates + reviser.relabel(tx, revisions)

    def _move_records(self, tx: neo4j.ManagedTransaction, plan: Plan) -> int:
        """Let record nodes belong to who holds them from now on; set those aside nobody holds."""
        before = {_id(c, e): (c.uid, e) for c in plan.changes for e in c.before}
        after = {_id(c, e): (c.uid, e) for c in plan.changes for e in c.after}
        moved = [
            {"id": id_, "uid": uid}
            for id_, (uid, evidence) in after.items()
            if evidence.stored and before.get(id_, ("",))[0] != uid
        ]
        gone = [
            {"id": id_, **sent_record(evidence)}
            for id_, (_, evidence) in before.items()
            if id_ not in after
        ]
        text = cypher("update/undo_records")
        return _run(tx, cypher("update/move_records"), moved) + _run(
            tx, text, gone, run=self._run.id
        )

    def _referrers(self, tx: neo4j.ManagedTransaction, uids: Iterable[str]) -> set[str]:
        """Return whose records refer to things that are kept elsewhere now."""
        [row] = tx.run(cypher("update/read_referrers"), uids=sorted(uids))
        return set(row["uids"])

    def _revisions(
        self, tx: neo4j.ManagedTransaction, plan: Plan, referrers: Iterable[str]
    ) -> list[Revision]:
        """Return what changes about the nodes of a plan and of those that refer to them."""
        changes = {change.uid: change for change in plan.changes}
        there = sorted(uid for uid in {*changes, *referrers} if uid not in plan.kept)
        revisions: list[Revision] = []
        for state, _ in self._states.read_in(tx, there):
            evidence, known = state.evidence, state
            if change := changes.get(state.uid):
                evidence = change.after
                if not state.evidence:  # what it is known by is told by what it held
                    known = replace(state, evidence=change.before)
            if evidence or known.evidence:
                revisions.append(
                    reshape(known, evidence, self._ontology, plan.kept, self._run.policy)
                )
        return revisions

    def _put_ties(self, tx: neo4j.ManagedTransaction, plan: Plan, held: Held) -> int:
        """Write what stands behind relationships."""
        by_statement: dict[LiteralString, list[dict[str, Any]]] = {}
        for change in plan.ties:
            tie = change.tie
            row: dict[str, Any] = {"head": tie.head, "tail": tie.tail}
            row["set"] = stated_by(change.after, tie.head, tie.tail)
            key: LiteralString = quoted(tie.type)
            if tie.qualifiers:
                values = held.qualifiers[tie.qualifiers]
                uid = uid_of_fact(tie.type, tie.head, tie.tail, values)
                row["set"] |= {**values, "uid": uid}
                key = f"{key} {{uid: row.set.uid}}"
            text = filled(cypher("write/put_stated"), {"_LINK/*key*/": key})
            by_statement.setdefault(text, []).append(row)
        return sum(_run(tx, text, rows) for text, rows in by_statement.items())


Write = tuple[LiteralString, Mapping[str, Any]]
"""A statement and its parameters."""


def _id(change: Change, evidence: Evidence) -> str:
    return record_id(change.uid, evidence)


def _run(
    tx: neo4j.ManagedTransaction, text: LiteralString, rows: Sequence[Any], **more: Any
) -> int:
    """Run a statement over rows, if there are any, and return what the server changed."""
    if not rows:
        return 0
    return updates_of(tx.run(text, rows=rows, **more).consume().counters)
