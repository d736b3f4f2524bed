"""Hashes of records after a change of the ontology: who says the same again is known again.

A hash is of all that a source says, so it changes with the names of classes and attributes. That
of a record follows where it was the hash of what the record said before; any other stays, which
also makes it harmless to do this again after an interruption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from knowloom.assets import cypher
from knowloom.knowledge.evidence import Evidence, content_hash_of
from knowloom.knowledge.instance import record_id
from knowloom.ontology.concepts import Ontology
from knowloom.store.adjust import Act, Adjustment
from knowloom.store.census import rendered
from knowloom.store.database import Database
from knowloom.store.revise import StateReader

T = TypeVar("T")

_BATCH = 2_000
_SAYING_OTHERWISE = frozenset({Act.RENAME_IN_RECORDS, Act.RETYPE_RECORDS, Act.WRAP, Act.UNWRAP})


def follow(database: Database, ontology: Ontology, steps: Sequence[Adjustment]) -> None:
    """Let hashes of records, and what was remembered of sources, follow adjustments.

    Args:
        database: in which the adjustments were made.
        ontology: as it is afterwards.
        steps: all adjustments of one change, in their order.
    """
    if {step.act for step in steps} <= {Act.RELABEL}:
        return
    database.write(cypher("ontology/forget_mirrors"))
    changes = [step for step in steps if step.act in _SAYING_OTHERWISE]
    reader = StateReader(database, ontology)
    for uids in _concerned(database, ontology, changes):
        rows = [
            _row(state.uid, evidence, now)
            for state, _ in reader.read(uids)
            for evidence in state.evidence
            if (now := _followed(evidence, changes, ontology)) is not evidence
        ]
        if rows:
            database.write(cypher("ontology/put_hashes"), rows=rows)


def _row(uid: str, before: Evidence, now: Evidence) -> dict[str, str]:
    """Return how a record of an instance is found, and what it is to have."""
    ids = {"id": record_id(uid, before), "new": record_id(uid, now)}
    return {"uid": uid, **ids, "was": before.hash, "hash": now.hash}


def _concerned(
    database: Database, ontology: Ontology, changes: Iterable[Adjustment]
) -> Iterator[list[str]]:
    """Yield the uids of all instances whose records may say something otherwise, in batches."""
    labels = {c.new if c.act is Act.RETYPE_RECORDS else c.label for c in changes}
    for label in labels:
        if labels.isdisjoint(ontology.ancestors(label)):
            text, after = rendered("read_uids", label=label), ""
            while uids := [r["uid"] for r in database.read(text, after=after, limit=_BATCH)]:
                yield uids
                after = uids[-1]


def _followed(evidence: Evidence, changes: Sequence[Adjustment], ontology: Ontology) -> Evidence:
    """Return a record with the hash of what it says now, if it had that of what it said before."""
    before, taken = evidence, list[str]()
    for change in reversed(changes):
        if change.act is not Act.RETYPE_RECORDS:
            before = _before(before, change, ontology)
        elif change.new == evidence.concept:
            taken.append(change.old)
    for concept in (before.concept, *taken):
        if content_hash_of(replace(before, concept=concept)) == evidence.hash:
            now = content_hash_of(evidence)
            return evidence if now == evidence.hash else replace(evidence, hash=now)
    return evidence


def _before(evidence: Evidence, change: Adjustment, ontology: Ontology) -> Evidence:
    """Return a record as it was before one adjustment of its attributes."""
    if evidence.concept not in ontology or change.label not in ontology.lineage(evidence.concept):
        return evidence
    if change.act is Act.RENAME_IN_RECORDS:
        values = _called(evidence.values, change.new, change.old)
        return replace(
            evidence, values=values, links=_called(evidence.links, change.new, change.old)
        )
    if (value := evidence.values.get(change.old)) is None:
        return evidence
    alone = value[0] if isinstance(value, list) else [value]
    return replace(evidence, values={**evidence.values, change.old: alone})


def _called(part: Mapping[str, T], now: str, before: str) -> dict[str, T]:
    """Return values or links with one of them called as before."""
    return {before if name == now else name: value for name, value in part.items()}
