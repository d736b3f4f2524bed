"""Deciding which value is right: a person's word, kept as a record and shown like one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowloom.errors import NotFound, UsageError
from knowloom.knowledge.evidence import (
    Evidence,
    evidence_of,
    in_order,
    is_spoken_of,
    review_by,
)
from knowloom.knowledge.instance import State
from knowloom.knowledge.project import show
from knowloom.knowledge.record import Mention, Record, Value, content_hash
from knowloom.ontology.concepts import Attribute, ConceptRange, Ontology
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.update.apply import Applier, Held
from knowloom.update.lock import writing
from knowloom.update.plan import Plan, plan_records

COMMAND = "review accept"


def decide(
    database: Database, ontology: Ontology, uid: str, attribute: str, value: object, *, by: str
) -> int:
    """Decide which value of a thing is right, whatever sources say; return the run that says so.

    The value is shown from then on, under any policy and after any update. What it is based on
    stays; `knowloom update rollback RUN` takes it back. A later decision replaces it.

    Args:
        database: where to.
        ontology: the classes as stored.
        uid: of the thing.
        attribute: of the thing.
        value: as the attribute's type takes it, also as text; of a link the uid it leads to.
        by: who decides.

    Returns:
        The number of the run; 0 when it was decided so already.

    Raises:
        NotFound: there is no such thing.
        UsageError: it has no such attribute, or the value cannot be one.
        SourceBusy: somebody else still decides, after ten minutes.
    """
    with writing(database, review_by(by), COMMAND) as run:
        holder = run.kept.get(uid, uid)

        def make(held: Held) -> Plan:
            state = held.states.get(holder)
            if state is None or not is_spoken_of(state.evidence):
                how = "`knowloom search` finds things by a part of the name"
                raise NotFound("instance", uid, how)
            concept, found = _attribute(state, attribute, ontology, run.kept)
            record = _record(state, concept, found, value)
            hash_ = content_hash(record, run.source)
            evidence = evidence_of(
                record, hash_, run=run.id, source=run.source, recorded=run.started
            )
            return plan_records(
                {holder: state.evidence},
                [evidence],
                run=run.id,
                kept=run.kept,
                outdated=lambda e: e.key != evidence.key and _decides(e, attribute),
            )

        Applier(database, ontology, run).apply([holder], make)
        if run.recorded:
            runs.finish(database, run, "done", {"given": 1, "written": 1})
    return run.id if run.recorded else 0


def _attribute(
    state: State, name: str, ontology: Ontology, kept: Mapping[str, str]
) -> tuple[str, Attribute]:
    """Return an attribute of a thing, and the class it has it by."""
    concepts = show(state.evidence, ontology, kept).concepts
    for concept in concepts:
        if found := ontology.attributes(concept).get(name):
            return concept, found
    raise UsageError(f"{' and '.join(concepts)} has no attribute {name!r}")


def _record(state: State, concept: str, attribute: Attribute, value: object) -> Record:
    """Return a decision as a record like the last one it agrees with.

    It holds as long as that one, and goes where that one goes when merged things are split.
    """
    record = Record(concept, state.uid)
    if isinstance(attribute.range, ConceptRange):
        mention = Mention(attribute.range.concepts[0], str(value))
        record.links[attribute.name] = (mention,)
        wanted: object = str(value)
    else:
        try:
            taken: Any = reader(attribute)(value)
        except Unfit as unfit:
            raise UsageError(f"{attribute.name} {unfit}") from unfit
        record.values[attribute.name] = taken
        wanted = taken
    for each in reversed(in_order(state.evidence)):
        if not each.is_decision and wanted in _values(each, attribute.name):
            record.valid_from, record.valid_to = each.valid_from, each.valid_to
            record.uid = each.uid or state.uid
            break
    return record


def _decides(evidence: Evidence, attribute: str) -> bool:
    """Return whether evidence is a decision on an attribute."""
    return evidence.is_decision and bool(_values(evidence, attribute))


def _values(evidence: Evidence, attribute: str) -> list[Value | list[Value]]:
    """Return what evidence says of an attribute, a list of many as the one value it is."""
    said = evidence.values.get(attribute)
    return [*evidence.links.get(attribute, ()), *([] if said is None else [said])]
