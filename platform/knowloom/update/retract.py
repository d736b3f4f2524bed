"""Retracting: what a source does not say any more goes when nobody else says it either.

Records become history, facts are kept aside; things of which nothing is left are out of sight
unless something refers to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, LiteralString

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.knowledge.evidence import Key
from knowloom.knowledge.instance import State, said_in
from knowloom.knowledge.record import uid_of_fact
from knowloom.knowledge.stated import Stated, restated, statements_of
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.edges import EdgeWriter, updates_of
from knowloom.store.revise import Reviser
from knowloom.store.runs import Run
from knowloom.store.statement import filled
from knowloom.update.snapshot import Goes, parted

_BATCH = 2_000


def retract(database: Database, ontology: Ontology, run: Run, lines: Collection[str]) -> int:
    """Take back what a source does not say any more; done twice, it changes nothing.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: of the source; it is recorded with the first change.
        lines: what goes, as in `knowloom.update.snapshot`.

    Returns:
        What the server counted as changed.
    """
    records, facts = parted(sorted(lines))
    updates = 0
    for start in range(0, len(facts), _BATCH):
        updates += _retract_facts(database, run, facts[start : start + _BATCH])
    by_holder: dict[str, set[Key]] = {}
    for uid, hash_ in records:
        by_holder.setdefault(run.kept.get(uid, uid), set()).add((uid, hash_))
    holders = sorted(by_holder)
    for start in range(0, len(holders), _BATCH):
        part = {uid: by_holder[uid] for uid in holders[start : start + _BATCH]}
        updates += _retract_records(database, ontology, run, part)
    return updates


def _retract_records(
    database: Database, ontology: Ontology, run: Run, gone: Mapping[str, set[Key]]
) -> int:
    """Make records history, by who holds them."""

    def outdated(state: State) -> Collection[Key]:
        own = {e.key for e in state.evidence if e.source == run.source and not e.superseded_by}
        return own & gone[state.uid]

    reviser = Reviser(database, ontology, run)
    revised = reviser.revise({uid: [] for uid in gone}, outdated)
    edges = [
        reviser.edge(revision, *link)
        for revision in revised.revisions
        for link in revision.add_links
    ]
    if not edges:
        return revised.updates
    return revised.updates + EdgeWriter(database, ontology, run).write(edges, final=True).updates


def _retract_facts(database: Database, run: Run, facts: Sequence[Goes]) -> int:
    """Take the statements of this source from behind relationships."""
    by_type: dict[str, list[Goes]] = {}
    for fact in facts:
        by_type.setdefault(fact.type, []).append(fact)

    def work(tx: neo4j.ManagedTransaction) -> int:
        ends = sorted({run.kept.get(u, u) for f in facts for u in (f.head, f.tail)})
        tx.run(cypher("write/lock_instances"), given={"uids": ends}).consume()
        updates = sum(_retract_type(tx, run, type_, found) for type_, found in by_type.items())
        if updates:
            text = cypher("write/retire_unmentioned")
            updates += updates_of(tx.run(text, given={"rows": ends}).consume().counters)
            if not run.recorded:
                run.record(tx)
        return updates

    updates = database.in_write(work)
    run.recorded = run.recorded or updates > 0
    return updates


def _retract_type(
    tx: neo4j.ManagedTransaction, run: Run, type_: str, facts: Sequence[Goes]
) -> int:
    """Take statements of one type back inside a transaction."""
    text = filled(cypher("update/read_facts"), {"_LINK": quoted(type_)})
    rows = [
        {"head": run.kept.get(f.head, f.head), "tail": run.kept.get(f.tail, f.tail)} for f in facts
    ]
    puts: dict[LiteralString, list[dict[str, Any]]] = {}
    history: list[dict[str, Any]] = []
    for fact, row, found in zip(facts, rows, list(tx.run(text, rows=rows)), strict=True):
        for properties in found["found"]:
            statements = statements_of(properties, row["head"], row["tail"])
            gone = list(_gone(fact, properties, statements, run))
            if not gone:
                continue
            left = [s for s in statements if s not in gone]
            put = row | {"set": restated(properties, left, row["head"], row["tail"])}
            key: LiteralString = quoted(type_)
            if "uid" in properties:
                key = f"{key} {{uid: row.set.uid}}"
            puts.setdefault(key, []).append(put)
            history += _history(type_, properties, gone, run)
    updates = 0
    for key, given in puts.items():
        put_text = filled(cypher("write/put_stated"), {"_LINK/*key*/": key})
        updates += updates_of(tx.run(put_text, rows=given).consume().counters)
    if history:
        tx.run(cypher("update/keep_statements"), rows=history).consume()
    return updates


def _gone(
    fact: Goes, properties: Mapping[str, Any], statements: Iterable[Stated], run: Run
) -> Iterator[Stated]:
    """Yield the statements behind a relationship that are the fact, by this source."""
    uid = properties.get("uid")
    if fact.head in run.kept or fact.tail in run.kept:
        uid = said_uid(fact.type, fact.head, fact.tail, properties)
    if fact.uid and fact.uid != uid:
        return
    for each in statements:
        if each.run in run.own and (each.head, each.tail) == (fact.head, fact.tail):
            yield each


def _history(
    type_: str, properties: Mapping[str, Any], gone: Iterable[Stated], run: Run
) -> Iterator[dict[str, Any]]:
    """Yield statements as they are kept for history."""
    said = said_in(properties)
    uid = properties.get("uid", "")
    text = orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode() if uid else ""
    for each in gone:
        stated = {"type": type_, **each._asdict(), "qualifiers": text, "superseded_by": run.id}
        yield {"id": f"{type_} {each.head} {each.tail} {uid} {each.run} {run.id}", **stated}


def said_uid(type_: str, head: str, tail: str, properties: Mapping[str, Any]) -> str:
    """Return the uid of a fact between the things that its source means.

    After a merge the relationship lies between others, and bears another uid.

    Args:
        type_: of the relationship.
        head, tail: the uids that the source means.
        properties: of the relationship.
    """
    if "uid" not in properties:
        return ""
    return uid_of_fact(type_, head, tail, said_in(properties))
