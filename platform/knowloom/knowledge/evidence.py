"""Evidence: a record as it is kept, with who said it and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import orjson

from knowloom.knowledge.record import Mention, Record, Values, content_hash

_SORTED = orjson.OPT_SORT_KEYS
_REVIEW = "_review by "

Key = tuple[str, str]
"""The uid that a record's own identity gives, and its content hash."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record as it is kept: what was said, and who said it when.

    Args:
        run: the number of the run that wrote it.
        source: the name of the source.
        recorded: when the run started.
        hash: see `record.content_hash`.
        concept: the class the source took the thing for.
        values: attribute values.
        links: attribute name to the uids referred to, in order.
        row, end: where in the source; 0 when unknown.
        observed, valid_from, valid_to, confidence: as in `Record`.
        superseded_by: the run in which the source said something else instead; 0 while it stands.
        stored: True when it has a record node of its own.
        uid: the instance that the record's own identity points to, which after a merge is not the
            one that holds it; empty when nobody asks.
    """

    run: int
    source: str
    recorded: datetime
    hash: str
    concept: str
    values: Values
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    row: int = 0
    end: int = 0
    observed: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    confidence: float | None = None
    superseded_by: int = 0
    stored: bool = False
    uid: str = ""

    @property
    def stands(self) -> bool:
        """Whether its source says it still."""
        return not self.superseded_by

    @property
    def is_decision(self) -> bool:
        """Whether a person decided so between the values that sources say."""
        return self.source.startswith(_REVIEW)

    @property
    def key(self) -> Key:
        """What tells it from all other records that stand."""
        return (self.uid, self.hash)

    @property
    def time(self) -> datetime:
        """When it was said: observed if known, else recorded (G16)."""
        return self.observed or self.recorded

    @property
    def begins(self) -> date:
        """The first day on which it is said to hold; the day it was said when nobody tells."""
        return self.valid_from or self.time.date()

    @property
    def is_sure(self) -> bool:
        """False when the source itself says that it may be wrong."""
        return self.confidence is None or self.confidence >= 1

    def superseded(self, run: int) -> Evidence:
        """Return this evidence as history: no longer what its source says."""
        return replace(self, superseded_by=run)

    def completed(self, said: Evidence) -> Evidence:
        """Return this evidence with the links that are missing from it, and all in their order.

        Args:
            said: the same, as its source says it.
        """
        for name, uids in said.links.items():
            known = [uid for uid in dict.fromkeys(self.links.get(name, ())) if uid in uids]
            if known != [*dict.fromkeys(uids)]:
                return replace(self, links=said.links)
        return self


def evidence_of(
    record: Record, hash_: str, *, run: int, source: str, recorded: datetime
) -> Evidence:
    """Return `record` as the evidence that this run keeps of it."""
    return Evidence(
        run=run,
        source=source,
        recorded=recorded,
        hash=hash_,
        concept=record.concept,
        values=record.values,
        links={name: tuple(m.uid for m in found) for name, found in record.links.items()},
        row=record.row,
        end=record.end,
        observed=record.observed,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        confidence=record.confidence,
        uid=record.uid,
    )


def content_hash_of(evidence: Evidence) -> str:
    """Return `record.content_hash` of a record as it is kept."""
    links = {
        name: tuple(Mention(evidence.concept, uid) for uid in uids)
        for name, uids in evidence.links.items()
    }
    record = Record(
        concept=evidence.concept,
        uid=evidence.uid,
        values=dict(evidence.values),
        links=links,
        observed=evidence.observed,
        valid_from=evidence.valid_from,
        valid_to=evidence.valid_to,
        confidence=evidence.confidence,
    )
    return content_hash(record, evidence.source)


def body(evidence: Evidence) -> str:
    """Return the values and links of a record as canonical JSON, as record nodes keep it."""
    said = {"values": evidence.values, "links": evidence.links}
    return orjson.dumps(said, option=_SORTED).decode()


def review_by(who: str) -> str:
    """Return the source in whose name a person decides; no file or table is called so.

    >>> review_by("ann")
    '_review by ann'
    """
    return f"{_REVIEW}{who}"


def is_spoken_of(evidence: Iterable[Evidence]) -> bool:
    """Return whether a source says anything of a thing still; a decision alone keeps nothing."""
    return any(e.stands and not e.is_decision for e in evidence)


def known_after(evidence: Iterable[Evidence], run: int) -> tuple[Evidence, ...]:
    """Return the evidence as it stood when a run had ended: travel in recorded time.

    Args:
        evidence: of one instance, history included.
        run: its number; what later runs wrote is left out, what they superseded stands.
    """
    return tuple(
        replace(e, superseded_by=0) if e.superseded_by > run else e
        for e in evidence
        if e.run <= run
    )


def sources_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the names of the sources that stand behind an instance, sorted."""
    return tuple(sorted({e.source for e in evidence if e.stands}))


def in_order(evidence: Iterable[Evidence]) -> Sequence[Evidence]:
    """Return the standing evidence as it was said, first to last.

    Where two were said at the same moment the later run, and in it the later row, is the later
    word; the hash and how sure it is only make the order total.
    """
    return sorted((e for e in evidence if e.stands), key=_order)


def _order(evidence: Evidence) -> tuple[datetime, int, int, str, float]:
    sure = 1.0 if evidence.confidence is None else evidence.confidence
    return (evidence.time, evidence.run, evidence.row, evidence.hash, sure)
