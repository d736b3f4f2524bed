"""The ledger of runs, and taking any of them back as if it had not happened.

Later runs may have touched the same things: what they say stays, and what the run had ended
stands again where no later run ends it. Only where a person decided on something that the run
brought is it refused, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from knowloom.assets import cypher
from knowloom.errors import DecisionDepends, NotFound, UsageError
from knowloom.knowledge.evidence import is_spoken_of
from knowloom.knowledge.instance import native
from knowloom.knowledge.stated import Stated
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.values import reader
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.runs import Run
from knowloom.update.apply import Applier, Held, Make, Write
from knowloom.update.lock import DECISIONS, begin_writing, drop_lock, take_lock
from knowloom.update.merging import decisions
from knowloom.update.plan import (
    Difference,
    Plan,
    Restates,
    Tie,
    differences,
    plan_without,
)

ROLLED_BACK = "rolled back"
_BATCH = 1_000
_COUNTS = ("given", "written", "unchanged", "rejected", "removed", "updates")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One run as the ledger keeps it.

    Args:
        id: its number.
        source, command: who was read, and what a person ran.
        status: running, done, rejects, failed, interrupted or rolled back.
        started, finished: in UTC; None while it runs, and when it never came to an end.
        by: who ran it, as far as known.
        counts: of statements.
        error: why it failed.
    """

    id: int
    source: str
    command: str
    status: str
    started: datetime
    finished: datetime | None
    by: str
    counts: Mapping[str, int]
    error: str


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What rolling a run back did, or would do.

    Args:
        run: the run.
        things: how many things changed.
        relationships: how many stated relationships did.
        differences: the first of what is shown otherwise.
    """

    run: int
    things: int
    relationships: int
    differences: tuple[Difference, ...]


def history(database: Database, source: str | None = None, limit: int = 20) -> list[LedgerEntry]:
    """Return the last runs that wrote something, the newest first.

    Args:
        database: where to read.
        source: only those of this source.
        limit: the most runs to return.
    """
    rows = database.read(cypher("update/read_history"), source=source, limit=limit)
    return [_entry(row["run"]) for row in rows]


def entry(database: Database, run: int) -> LedgerEntry:
    """Return one run.

    Raises:
        NotFound: no run has this number.
    """
    return _entry(_run(database, run)["run"])


def rollback(
    database: Database, ontology: Ontology, number: int, *, dry_run: bool = False
) -> RolledBack:
    """Take a run back: the graph is as if it had not happened.

    The next update of its source compares all of it again.

    Args:
        database: where to.
        ontology: the classes as stored.
        number: of the run.
        dry_run: say what would change, and change nothing.

    Raises:
        NotFound: no run has this number.
        UsageError: it is rolled back already, or a decision.
        DecisionDepends: a later merge or decision concerns something that only this run speaks of.
        SourceBusy: an update of its source is running, or a decision goes on and on.
    """
    found = _run(database, number)
    past = _entry(found["run"])
    if past.status == ROLLED_BACK:
        raise UsageError(f"run {number} is rolled back already")
    if past.source == DECISIONS:
        raise UsageError(
            f"run {number} is `{past.command}`, which is not rolled back: "
            "what was joined is taken back with `knowloom split UID`"
        )
    run = runs.begin(database, past.source, "update rollback")
    restates = _restates(found["next"])
    if dry_run:
        return _Rollback(database, ontology, run, number, restates).tried()
    take_lock(database, run)
    try:
        work = _Rollback(database, ontology, begin_writing(database, run), number, restates)
        work.refuse_if_decided()
        return work.done()
    finally:
        drop_lock(database, run)


def traces(database: Database, ontology: Ontology, number: int) -> RolledBack:
    """Return what would change were a run rolled back, whether it may be or not.

    Raises:
        NotFound: no run has this number.
    """
    found = _run(database, number)
    run = runs.begin(database, found["run"]["source"], "update show")
    return _Rollback(database, ontology, run, number, _restates(found["next"])).traced()


class _Rollback:
    """One run on its way out."""

    def __init__(
        self,
        database: Database,
        ontology: Ontology,
        run: Run,
        number: int,
        restates: Restates | None,
    ) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run
        self._number = number
        self._restates = restates
        self._applier = Applier(database, ontology, run)
        self._shown: list[Difference] = []
        self._things = self._relationships = 0

    def tried(self) -> RolledBack:
        """Say what would change."""
        self.refuse_if_decided()
        return self.traced()

    def traced(self) -> RolledBack:
        """Say what would change, without asking whether it may."""
        for uids in _parts(self._touched()):
            self._note(self._applier.plan(uids, self._make({})))
        return self._outcome()

    def done(self) -> RolledBack:
        """Take the records back, then bring back the facts that the run ended."""
        for uids in _parts(self._touched()):
            self._note(self._applier.apply(uids, self._make({}), [self._touching(uids)]))
        ended = self._database.read(cypher("update/read_ended"), id=self._number)
        for start in range(0, len(ended), _BATCH):
            self._restate(ended[start : start + _BATCH])
        marked = {"rolled_back_by": self._run.id}
        self._database.write(
            cypher("update/mark_run"), id=self._number, status=ROLLED_BACK, set=marked
        )
        self._database.write(cypher("update/drop_snapshot"), source=self._run.source)
        if self._run.recorded:
            counts = {"written": self._things + self._relationships}
            runs.finish(self._database, self._run, "done", counts)
        return self._outcome()

    def refuse_if_decided(self) -> None:
        """Refuse when a later merge names something that nobody else speaks of."""
        later = [
            t
            for t in decisions(self._database)
            if t.id > self._number and t.decision.same and not t.is_automatic
        ]
        named = {uid for t in later for uid in t.decision[:2]}
        rows = self._database.read(cypher("update/read_judged"), run=self._number)
        judged = {row["uid"] for row in rows}
        if not named | judged:
            return
        holders = {self._run.kept.get(uid, uid) for uid in named} | judged
        plan = self._applier.plan(holders, self._make({}))
        names: list[str] = []
        for change in plan.changes:
            gone = {e.uid for e in change.before} - {e.uid for e in change.after}
            gone &= named
            if change.uid in judged and not is_spoken_of(change.after):
                gone.add(change.uid)
            for uid in sorted(gone):
                called = next((e.values.get("name") for e in change.before if e.uid == uid), "")
                names.append(f"{called} ({uid})")
        if names:
            raise DecisionDepends(self._number, names)

    def _touched(self) -> list[str]:
        rows = self._database.read(cypher("update/read_touched"), id=self._number)
        return sorted(row["uid"] for row in rows)

    def _touching(self, uids: Iterable[str]) -> Write:
        """Return what notes things for whoever looks at what changed."""
        return cypher("runs/put_touched"), {"run": self._run.id, "uids": sorted(uids)}

    def _make(self, ended: Mapping[Tie, Sequence[Stated]]) -> Make:
        def make(held: Held) -> Plan:
            return plan_without(
                held.stored,
                held.ties,
                self._number,
                self._run.kept,
                restates=self._restates,
                ended=ended,
            )

        return make

    def _restate(self, rows: Sequence[Any]) -> None:
        """Let facts stand again that the run ended, or have been ended by the next run instead."""
        restates = self._restates
        again: dict[Tie, list[Stated]] = {}
        qualifiers: dict[str, dict[str, Any]] = {}
        changes: list[dict[str, Any]] = []
        for row in rows:
            run, ended = row["run"], row["superseded_by"]
            if run == self._number:
                stays = restates is not None and ended > restates.run
                change = {"run": restates.run if restates else 0, "superseded_by": ended}
                changes.append({"id": row["id"], **change} if stays else _forgotten(row))
            elif restates is not None:
                changes.append({"id": row["id"], "run": run, "superseded_by": restates.run})
            else:
                kept = self._run.kept
                head, tail = (kept.get(row[end], row[end]) for end in ("head", "tail"))
                tie = Tie(row["type"], head, tail, row["qualifiers"])
                said = Stated(run, row["row"], row["head"], row["tail"])
                again.setdefault(tie, []).append(said)
                qualifiers[tie.qualifiers] = _typed(tie, self._ontology)
                changes.append(_forgotten(row))
        more: list[Write] = [(cypher("update/change_statements"), {"rows": changes})]
        ends = {end for tie in again for end in (tie.head, tie.tail)}
        more.append(self._touching(ends))

        def make(held: Held) -> Plan:
            held.qualifiers |= qualifiers
            return self._make(again)(held)

        self._note(self._applier.apply(ends, make, more))

    def _note(self, plan: Plan) -> None:
        self._things += len(plan.changes)
        self._relationships += len(plan.ties)
        if len(self._shown) < 20:
            self._shown += list(differences(plan, self._ontology, self._run.policy))[
                : 20 - len(self._shown)
            ]

    def _outcome(self) -> RolledBack:
        return RolledBack(self._number, self._things, self._relationships, tuple(self._shown))


def _typed(tie: Tie, ontology: Ontology) -> dict[str, Any]:
    """Return the qualifiers of a relationship in the types that they have."""
    said: dict[str, Any] = orjson.loads(tie.qualifiers or "{}")
    for concept in ontology:
        if said and concept.relationship_type == tie.type and concept.parents:
            attributes = ontology.attributes(concept.name)
            return {n: reader(attributes[n])(v) if n in attributes else v for n, v in said.items()}
    return said


def _forgotten(row: Any) -> dict[str, Any]:
    """Return a statement as one that is no history any more."""
    return {"id": row["id"], "run": row["run"], "superseded_by": None}


def _parts(uids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(uids), _BATCH):
        yield uids[start : start + _BATCH]


def _run(database: Database, number: int) -> Any:
    """Return the row of one run."""
    rows: Iterable[Any] = database.read(cypher("update/read_run"), id=number)
    for row in rows:
        return row
    raise NotFound("run", str(number), "`knowloom update history` lists them")


def _restates(next_: Mapping[str, Any] | None) -> Restates | None:
    """Return the next run of a source when it said everything again that it did not end."""
    if next_ is None or not next_.get("snapshot"):
        return None
    return Restates(next_["id"], native(next_["started"]))


def _entry(properties: Mapping[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        id=properties["id"],
        source=properties["source"],
        command=properties.get("command", ""),
        status=properties.get("status", ""),
        started=native(properties["started"]),
        finished=native(properties.get("finished")),
        by=properties.get("by", ""),
        counts={name: properties[name] for name in _COUNTS if name in properties},
        error=properties.get("error", ""),
    )
