"""Disputes: what sources differ on and the policy cannot settle, as questions to a person.

The questions follow from the records and the policy. Looking looks at what changed since the last
time, asks what is new, asks again what a decision did not foresee, and takes back what is no
question any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson

from knowloom.assets import cypher
from knowloom.knowledge.evidence import is_spoken_of
from knowloom.knowledge.instance import State as Stored
from knowloom.knowledge.policies import Side
from knowloom.knowledge.project import show
from knowloom.knowledge.proposal import About, Deed, Proposal, State
from knowloom.ontology.concepts import Ontology
from knowloom.store import review
from knowloom.store.database import Database
from knowloom.store.policies import Rules, rules_of
from knowloom.store.revise import StateReader

BY_RECORDS = "knowloom"
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Dispute:
    """What sources differ on.

    Args:
        uid: of the thing.
        attribute: the attribute.
        is_link: whether its values are uids.
        sides: every value said and who says it, the shown ones first.
    """

    uid: str
    attribute: str
    is_link: bool
    sides: tuple[Side, ...] = field(default=())


def disputes_of(state: Stored, ontology: Ontology, rules: Rules) -> Iterator[Dispute]:
    """Yield the disputes about one thing.

    Args:
        state: what is stored of it.
        ontology: the classes as stored.
        rules: the policy, and what was merged.
    """
    if not is_spoken_of(state.evidence):
        return
    shown = show(state.evidence, ontology, rules.kept, rules.policy)
    for name, sides in shown.disputes.items():
        attributes = (ontology.attributes(c).get(name) for c in shown.concepts)
        is_link = any(a.is_link for a in attributes if a)
        yield Dispute(state.uid, name, is_link, sides)


def followed(stored: Proposal | None, asked: Proposal | None) -> Proposal | None:
    """Return what becomes of a question; None when it stays as it is.

    Args:
        stored: the question as it is kept; None for a new one.
        asked: the question as it would be asked today; None when there is no dispute.

    >>> asked = Proposal(about=About.DISPUTE, subject="a.born", body={"sides": [{"value": 1}]})
    >>> followed(None, asked) is asked
    True
    >>> followed(asked, None).state
    <State.SETTLED: 'settled'>
    """
    if stored is None:
        return asked
    if asked is None:
        return _with(stored, State.SETTLED, "settled") if stored.state is State.OPEN else None
    renewed = replace(asked, deeds=stored.deeds)
    if stored.state is State.OPEN:
        return None if renewed == stored else renewed
    if stored.state is State.REJECTED and _values(asked) <= _values(stored):
        return None
    return _with(renewed, State.OPEN, "reopened")


def note(database: Database, ontology: Ontology) -> int:
    """Bring the queue of disputes up to date with what changed; return how many questions did.

    Args:
        database: where to.
        ontology: the classes as stored.
    """
    [row] = database.read(cypher("review/read_looked_at"))
    newest = row["newest"]
    if newest is None:
        return 0
    rules = rules_of(database)
    version = _version(ontology, rules)
    since = row["run"] if row["rules"] == version and not row["undone"] else None
    upto = min(newest, (row["unfinished"] or newest + 1) - 1)
    if since is not None and since >= newest:
        return 0
    stored = {p.subject: p for p in review.listed(database, state=None, about=About.DISPUTE)}
    changed = 0
    for uids in _parts(database, since, stored):
        changed += _note(database, ontology, rules, stored, uids)
    database.write(cypher("review/put_looked_at"), run=upto, rules=version)
    return changed


def _note(
    database: Database,
    ontology: Ontology,
    rules: Rules,
    stored: Mapping[str, Proposal],
    uids: Sequence[str],
) -> int:
    """Bring the questions about some things up to date."""
    holders = sorted({rules.kept.get(uid, uid) for uid in uids})
    found = [
        dispute
        for state, _ in StateReader(database, ontology).read(holders)
        if len(state.evidence) > 1
        for dispute in disputes_of(state, ontology, rules)
    ]
    asked = {p.subject: p for p in _proposals(database, found)}
    looked = {*uids, *holders}
    subjects = {s for s, p in stored.items() if p.body["uid"] in looked} | asked.keys()
    after = [followed(stored.get(s), asked.get(s)) for s in sorted(subjects)]
    changed = [p for p in after if p is not None]
    review.renew(database, changed)
    return len(changed)


def _parts(
    database: Database, since: int | None, stored: Mapping[str, Proposal]
) -> Iterator[list[str]]:
    """Yield the uids of the things to look at, some at a time; all when nothing is known."""
    if since is not None:
        rows = database.read(cypher("review/read_contested"), run=since)
        uids = sorted(row["uid"] for row in rows)
        for start in range(0, len(uids), _CHUNK):
            yield uids[start : start + _CHUNK]
        return
    after, seen = "", set[str]()
    while True:
        [row] = database.read(cypher("update/next_promoted"), after=after, limit=_CHUNK)
        if not row["uids"]:
            break
        yield row["uids"]
        seen.update(row["uids"])
        after = row["uids"][-1]
    if gone := sorted({p.body["uid"] for p in stored.values()} - seen):
        yield gone


def _proposals(database: Database, found: Sequence[Dispute]) -> Iterator[Proposal]:
    """Yield disputes as questions."""
    uids = {d.uid for d in found} | {str(s.value) for d in found if d.is_link for s in d.sides}
    if not uids:
        return
    rows = database.read(cypher("review/read_names"), uids=sorted(uids))
    names = {row["uid"]: str(row["name"]) for row in rows}
    now = datetime.now(UTC)
    for one in found:
        sides = [
            {
                "value": side.value,
                "name": names.get(str(side.value), "") if one.is_link else "",
                "sources": list(side.sources),
            }
            for side in one.sides
        ]
        body = {
            "uid": one.uid,
            "name": names.get(one.uid, ""),
            "attribute": one.attribute,
            "sides": sides,
        }
        speaking = {source for side in one.sides for source in side.sources}
        yield Proposal(
            about=About.DISPUTE,
            subject=f"{one.uid}.{one.attribute}",
            body=orjson.loads(orjson.dumps(body)),
            confidence=round(len(one.sides[0].sources) / len(speaking), 4),
            why=tuple(_said(side) for side in sides),
            deeds=(Deed("proposed", BY_RECORDS, now),),
        )


def _said(side: Mapping[str, Any]) -> str:
    return f"{side['name'] or side['value']}: {', '.join(side['sources'])}"


def _with(proposal: Proposal, state: State, what: str) -> Proposal:
    deed = Deed(what, BY_RECORDS, datetime.now(UTC))
    return replace(proposal, state=state, deeds=(*proposal.deeds, deed))


def _values(proposal: Proposal) -> set[str]:
    return {str(side["value"]) for side in proposal.body["sides"]}


def _version(ontology: Ontology, rules: Rules) -> str:
    """Return a hash of everything but records that disputes depend on."""
    declared = sorted(
        f"{concept.name}.{a.name} {a.policy} {a.many}"
        for concept in ontology
        for a in concept.attributes
    )
    content = orjson.dumps([rules.policy.version, declared])
    return blake2b(content, digest_size=8).hexdigest()


def disputed(database: Database, ontology: Ontology, uids: Iterable[str]) -> dict[str, list[str]]:
    """Return the attributes on which sources differ, by the uid of the thing.

    Args:
        database: where to read.
        ontology: the classes as stored there.
        uids: of the things asked about; those without a dispute are left out.
    """
    rows = database.read(cypher("review/read_promoted"), uids=sorted(set(uids)))
    several = [row["uid"] for row in rows]
    found: dict[str, list[str]] = {}
    if not several:
        return found
    rules, states = rules_of(database), StateReader(database, ontology)
    for start in range(0, len(several), _CHUNK):
        for state, _ in states.read(several[start : start + _CHUNK]):
            for dispute in disputes_of(state, ontology, rules):
                found.setdefault(state.uid, []).append(dispute.attribute)
    return found
