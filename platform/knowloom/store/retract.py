"""What sources cease to say: facts that lose their last evidence, and things nobody speaks of.

Facts that go are kept as `_RetractedFact`, so that their run can be rolled back; records are kept
anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.knowledge.record import uid_of_fact
from knowloom.ontology.concepts import ENDS, ConceptRange, Kind, Ontology
from knowloom.ontology.names import quoted, quoted_labels
from knowloom.store.database import Database
from knowloom.store.edges import updates_of
from knowloom.store.instances import StateReader
from knowloom.store.runs import Run
from knowloom.store.statement import filled

_AT_ONCE = 5_000


class FactKey(NamedTuple):
    """Which relationship: type, the uids of its ends, and its own where there may be several."""

    type: str
    head: str
    tail: str
    uid: str | None = None


def retract_facts(database: Database, run: Run, facts: Sequence[FactKey]) -> tuple[int, set[str]]:
    """Take facts back that a run's source states no more; one goes with its last evidence.

    Returns:
        What the server changed, and the ends of what went.
    """
    updates, ends = 0, set[str]()
    for type_, keyed, part in _parts(facts):

        def work(
            tx: neo4j.ManagedTransaction,
            type_: str = type_,
            keyed: bool = keyed,
            part: Sequence[FactKey] = part,
        ) -> int:
            found = _read(tx, type_, keyed, part)
            kept = [row for row in found if set(_runs(row["properties"])) & set(run.own)]
            if not kept:
                return 0
            if not run.recorded:
                run.record(tx)
            _keep(tx, run, type_, kept)
            amended = [_amended(row, set(run.own)) for row in kept]
            return amend(tx, type_, keyed, amended)

        changed = database.in_write(work)
        run.recorded = run.recorded or changed > 0
        updates += changed
        ends.update(end for fact in part for end in (fact.head, fact.tail))
    return updates, ends


def amend(
    tx: neo4j.ManagedTransaction, type_: str, keyed: bool, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Set which runs state relationships of a type; return what the server changed."""
    text = filled(cypher("update/amend_facts"), {"_LINK/*key*/": pattern(type_, keyed=keyed)})
    return updates_of(tx.run(text, rows=list(rows)).consume().counters)


def pattern(type_: str, *, keyed: bool) -> LiteralString:
    """Return what stands for a relationship in a pattern, behind its colon."""
    return f"{quoted(type_)} {{uid: row.uid}}" if keyed else quoted(type_)


def tidy(
    database: Database, ontology: Ontology, gone: Collection[str], ends: Iterable[str]
) -> int:
    """Let things without a standing record stay only where something refers to them.

    Args:
        database: where.
        ontology: tells what the ends of relationships are.
        gone: instances without a standing record.
        ends: of relationships that went.
    """
    updates = 0
    for concept, rows in _referred(database, ontology).items():
        labels = quoted_labels(ontology.lineage(concept))
        text = cypher("update/show_as_mention").replace("/*labels*/", labels)
        updates += updates_of(database.write(text, rows=rows).counters)
    for uids in _pages(sorted({*ends, *gone})):
        rows = [
            {"uid": row["uid"], "body": _mention_body(row)}
            for row in database.read(cypher("update/idle_mentions"), uids=uids)
        ]
        if rows:
            idle = database.write(cypher("update/remove_idle_mentions"), rows=rows)
            updates += updates_of(idle.counters)
    return updates


def mentions_again(database: Database, uids: Iterable[str]) -> int:
    """Make things again that were known by references only, before these come back."""
    updates = 0
    for part in _pages(sorted(set(uids))):
        by_labels: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in database.read(cypher("update/kept_mentions"), uids=part):
            labels, values = orjson.loads(row["body"])
            by_labels.setdefault(tuple(labels), []).append({"uid": row["uid"], "set": values})
        for labels, rows in by_labels.items():
            text = cypher("write/merge_mentions").replace("/*labels*/", quoted_labels(labels))
            updates += updates_of(database.write(text, rows=rows).counters)
    return updates


def _mention_body(row: neo4j.Record) -> str:
    """Return what a thing was taken for and called."""
    labels = [label for label in row["labels"] if label[0] != "_"]
    values = {n: v for n, v in row["properties"].items() if n[0] != "_" and n != "uid"}
    return orjson.dumps([labels, values], default=str).decode()


def _referred(database: Database, ontology: Ontology) -> dict[str, list[dict[str, Any]]]:
    """Return instances that show nothing and are referred to, by what they are taken for."""
    rows = database.read(cypher("update/gone_but_referred"))
    if not rows:
        return {}
    concepts = {row["uid"]: _meant(ontology, row["into"], row["from"]) for row in rows}
    reader = StateReader(database, ontology)
    found: dict[str, list[dict[str, Any]]] = {}
    for state, _ in reader.read(list(concepts)):
        key = ontology.key(state.evidence[-1].concept) if state.evidence else None
        values = state.evidence[-1].values if state.evidence else {}
        known = {n: values[n] for n in (key[1] if key else ()) if n in values}
        found.setdefault(concepts[state.uid], []).append({"uid": state.uid, "set": known})
    return found


def _meant(ontology: Ontology, into: Sequence[str], out_of: Sequence[str]) -> str:
    """Return what relationships of these types take the thing at their ends for."""
    for concept in ontology:
        attributes = ontology.attributes(concept.name)
        if ontology.kind(concept.name) is Kind.RELATION:
            for end, types in zip(ENDS, (out_of, into), strict=True):
                range_ = attributes[end].range
                if concept.relationship_type in types and isinstance(range_, ConceptRange):
                    return range_.concepts[0]
            continue
        for attribute in concept.attributes:
            if isinstance(attribute.range, ConceptRange):
                if attribute.relationship_type in into:
                    return attribute.range.concepts[0]
                if attribute.relationship_type in out_of:
                    return concept.name
    return "Entity"


def _read(
    tx: neo4j.ManagedTransaction, type_: str, keyed: bool, facts: Sequence[FactKey]
) -> list[neo4j.Record]:
    text = filled(cypher("update/read_facts"), {"_LINK/*key*/": pattern(type_, keyed=keyed)})
    rows = [{"head": f.head, "tail": f.tail, "uid": f.uid} for f in facts]
    return list(tx.run(text, rows=rows))


def _keep(
    tx: neo4j.ManagedTransaction, run: Run, type_: str, rows: Sequence[neo4j.Record]
) -> None:
    """Keep relationships as they were."""

    def identity(row: neo4j.Record) -> str:
        of = uid_of_fact(type_, row["head"], row["tail"], {"uid": row["uid"] or ""})
        return f"{of}:{run.id}"

    kept = [
        {
            "id": identity(row),
            "type": type_,
            "head": row["head"],
            "tail": row["tail"],
            "uid": row["uid"],
            "body": orjson.dumps(row["properties"], default=str).decode(),
        }
        for row in rows
    ]
    tx.run(cypher("update/keep_facts"), rows=kept, run=run.id, source=run.source).consume()


def _amended(row: neo4j.Record, without: set[int]) -> dict[str, Any]:
    """Return a relationship's evidence without some runs."""
    properties: Mapping[str, Any] = row["properties"]
    said = zip(_runs(properties), _rows(properties), strict=True)
    left = [(number, place) for number, place in said if number not in without]
    return {
        "head": row["head"],
        "tail": row["tail"],
        "uid": row["uid"],
        "runs": [number for number, _ in left],
        "rows": [place for _, place in left],
    }


def _runs(properties: Mapping[str, Any]) -> list[int]:
    return [properties["_run"], *(properties.get("_runs") or ())]


def _rows(properties: Mapping[str, Any]) -> list[int]:
    more = list(properties.get("_rows") or ())
    more += [0] * (len(properties.get("_runs") or ()) - len(more))
    return [properties.get("_row") or 0, *more]


def _parts(facts: Sequence[FactKey]) -> Iterator[tuple[str, bool, list[FactKey]]]:
    """Yield facts of one type at a time, those with a uid of their own apart."""
    groups: dict[tuple[str, bool], list[FactKey]] = {}
    for fact in facts:
        groups.setdefault((fact.type, fact.uid is not None), []).append(fact)
    for (type_, keyed), group in groups.items():
        for start in range(0, len(group), _AT_ONCE):
            yield type_, keyed, group[start : start + _AT_ONCE]


def _pages(uids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(uids), _AT_ONCE):
        yield list(uids[start : start + _AT_ONCE])
