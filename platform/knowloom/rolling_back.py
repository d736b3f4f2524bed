"""Rolling back: the graph as if a run had not been, whatever came after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.base import KnowledgeBase
from knowloom.errors import CannotRollBack, NotFound
from knowloom.store import runs
from knowloom.store.edges import EdgeWriter, updates_of
from knowloom.store.instances import InstanceWriter
from knowloom.store.retract import mentions_again, pattern, tidy
from knowloom.store.runs import ListedRun
from knowloom.store.statement import filled
from knowloom.update.timeline import without

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """What rolling a run back did.

    Args:
        run: the number of the run.
        source: whose it was.
        instances, facts: how many it had touched.
        updates: everything the server counted as changed.
    """

    run: int
    source: str
    instances: int
    facts: int
    updates: int = 0


def roll_back(kb: KnowledgeBase, number: int, *, dry_run: bool = False) -> RollbackReport:
    """Leave the graph as if a run had not been.

    What it wrote is kept as history; what it ended stands again, as far as later runs of the same
    source leave it. The source is read whole at its next update.

    Args:
        kb: where.
        number: of the run.
        dry_run: say what would change; write nothing.

    Raises:
        NotFound: there is no such run.
        CannotRollBack: it was rolled back before, or later runs of its source do not tell what
            they repeated.
    """
    listed = {run.id: run for run in runs.listed(kb.database)}
    if number not in listed:
        raise NotFound("run", str(number), "see `knowloom update history`")
    run = listed[number]
    others = [
        r
        for r in listed.values()
        if r.source == run.source and r.id != number and r.status != runs.UNDONE
    ]
    _check(run, others)
    touched = [r["uid"] for r in kb.database.read(cypher("update/touched_instances"), run=number)]
    facts = kb.database.read(cypher("update/touched_facts"), run=number)
    kept = kb.database.read(cypher("update/read_kept_facts"), run=number)
    report = RollbackReport(number, run.source, len(touched), len(facts) + len(kept))
    if dry_run:
        return report
    updates = _Rollback(kb, run, others).done(touched, facts, kept)
    return RollbackReport(number, run.source, report.instances, report.facts, updates)


def touched(kb: KnowledgeBase, number: int) -> tuple[int, int]:
    """Return how many instances and relationships a run wrote or ended."""
    instances = kb.database.read(cypher("update/touched_instances"), run=number)
    facts = kb.database.read(cypher("update/touched_facts"), run=number)
    kept = kb.database.read(cypher("update/read_kept_facts"), run=number)
    return len(instances), len(facts) + len(kept)


def _check(run: ListedRun, others: Sequence[ListedRun]) -> None:
    """Refuse what cannot be told from what is stored."""
    if run.status == runs.UNDONE:
        raise CannotRollBack(run.id, "it was rolled back before")
    if run.command.startswith("rollback"):
        raise CannotRollBack(run.id, "it took another run back: update the source again instead")
    unclear = [r.id for r in others if r.id > run.id and not r.complete and r.unchanged]
    if unclear:
        named = ", ".join(map(str, unclear))
        why = f"runs {named} of the same source repeated some of it; roll them back first"
        raise CannotRollBack(run.id, why)


class _Rollback:
    """Takes one run back."""

    def __init__(self, kb: KnowledgeBase, run: ListedRun, others: Sequence[ListedRun]) -> None:
        self._kb = kb
        self._run = run
        self._started = {r.id: r.started for r in others}
        self._complete = [r.id for r in others if r.complete]
        self._next = min((n for n in self._complete if n > run.id), default=0)

    def done(
        self,
        touched: Sequence[str],
        facts: Sequence[neo4j.Record],
        kept: Sequence[neo4j.Record],
    ) -> int:
        """Take everything back; return what the server changed."""
        database, ontology = self._kb.database, self._kb.ontology
        rollback = runs.begin(database, self._run.source, f"rollback {self._run.id}")
        instances = InstanceWriter(database, ontology, rollback)
        try:
            change = partial(
                without,
                run=self._run.id,
                source=self._run.source,
                started=self._started,
                complete=self._complete,
            )
            outcome = instances.amend(touched, change)
            again = {edge.tail.uid for edge in outcome.edges}
            again |= {row[end] for row in kept for end in ("head", "tail")}
            updates = outcome.updates + mentions_again(database, again)
            edges = EdgeWriter(database, ontology, rollback)
            for start in range(0, len(outcome.edges), _AT_ONCE):
                updates += edges.write(outcome.edges[start : start + _AT_ONCE], final=True).updates
            updates += self._facts(facts) + self._restored(kept)
            ends = {uid for row in facts for uid in (row["head"], row["tail"])}
            updates += tidy(database, ontology, instances.gone, instances.unlinked | ends | again)
        finally:
            instances.close()
        database.write(cypher("update/set_run_status"), id=self._run.id, status=runs.UNDONE)
        database.write(cypher("update/unmark_source"), name=self._run.source)
        runs.finish(database, rollback, "done", {})
        return updates

    def _facts(self, facts: Sequence[neo4j.Record]) -> int:
        """Let relationships be stated by the next run that repeated them, or by nobody."""
        updates = 0
        for (type_, keyed), rows in _grouped(facts).items():
            text = filled(
                cypher("update/replace_run_of_facts"),
                {"_LINK/*key*/": pattern(type_, keyed=keyed)},
            )
            summary = self._kb.database.write(
                text, rows=rows, run=self._run.id, next=self._next or None
            )
            updates += updates_of(summary.counters)
        return updates

    def _restored(self, kept: Sequence[neo4j.Record]) -> int:
        """Make relationships again that the run ceased to state, unless a later run did too."""
        if not kept:
            return 0
        updates = 0
        if not self._next:
            for (type_, keyed), rows in _grouped(kept).items():
                text = filled(
                    cypher("update/restore_facts"), {"_LINK/*key*/": pattern(type_, keyed=keyed)}
                )
                updates += updates_of(self._kb.database.write(text, rows=rows).counters)
        ids = [row["id"] for row in kept]
        self._kb.database.write(cypher("update/forget_kept_facts"), ids=ids)
        return updates


def _grouped(
    rows: Sequence[neo4j.Record],
) -> Mapping[tuple[str, bool], list[dict[str, Any]]]:
    """Return relationships by their type, those with a uid of their own apart."""
    groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for row in rows:
        plain = {name: row[name] for name in ("head", "tail", "uid")}
        if "body" in row.keys():  # noqa: SIM118 - of a record `in` looks at the values
            plain["properties"] = orjson.loads(row["body"])
        groups.setdefault((row["type"], row["uid"] is not None), []).append(plain)
    return groups
