"""The queue of proposals in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.errors import ProposalDecided, UnknownProposal, UsageError
from knowloom.knowledge.proposal import About, Deed, Proposal, State
from knowloom.store.database import Database

_MOST = 100_000


def put(database: Database, proposals: Sequence[Proposal]) -> list[str]:
    """Put proposals into the queue; what was proposed before stays as it is, decided or not.

    Returns:
        The ids of those that are new.
    """
    rows = [{"id": p.id, "set": _written(p)} for p in proposals]
    statement = cypher("review/put_proposals")
    found = database.in_write(lambda tx: list(tx.run(statement, rows=rows)))
    return [row["id"] for row in found if row["made"]]


def renew(database: Database, proposals: Sequence[Proposal]) -> None:
    """Put proposals as they are given, in place of those that are there."""
    rows = [{"id": p.id, "set": _written(p)} for p in proposals]
    if rows:
        database.write(cypher("review/renew_proposals"), rows=rows)


def listed(
    database: Database,
    *,
    state: State | None = State.OPEN,
    about: About | None = None,
    limit: int = _MOST,
) -> list[Proposal]:
    """Return proposals, those with most behind them first."""
    rows = database.read(cypher("review/read_proposals"), state=state, about=about, limit=limit)
    return [_read(row) for row in rows]


def some(database: Database, ids: Sequence[str]) -> list[Proposal]:
    """Return the proposals of some ids, in no order; ids that none has are passed over."""
    return [_read(row) for row in database.read(cypher("review/read_proposals_of"), ids=ids)]


def one(database: Database, key: str) -> Proposal:
    """Return the proposal of an id or subject; a dispute also by its thing's name, `Ada.born`.

    Raises:
        UnknownProposal: there is none.
        UsageError: several are called so, and not just one of them is open.
    """
    found = [_read(row) for row in database.read(cypher("review/read_proposal"), key=key)]
    if not found:
        raise UnknownProposal(key)
    meant = [p for p in found if p.state is State.OPEN] or found
    if len(meant) > 1:
        ids = ", ".join(f"{p.id} ({p.about}, {p.state})" for p in meant)
        raise UsageError(f"{key!r} is what several proposals are about: give one of {ids}")
    return meant[0]


def change(database: Database, before: Proposal, after: Proposal) -> None:
    """Store what became of a proposal.

    Raises:
        ProposalDecided: somebody else changed it in the meantime.
    """
    written = _written(after)
    statement = cypher("review/change_proposal")
    parameters = {
        "id": before.id,
        "state": before.state,
        "before": len(before.deeds),
        "set": {name: written[name] for name in ("body", "confidence", "why", "state", "deeds")},
    }
    if not database.in_write(lambda tx: list(tx.run(statement, parameters))):
        now = one(database, before.id)
        raise ProposalDecided(now.id, now.state, now.deeds[-1].who)


def _written(proposal: Proposal) -> dict[str, Any]:
    body = proposal.body
    called = f"{body['name']}.{body['attribute']}" if proposal.is_dispute else None
    return {
        "about": proposal.about,
        "subject": proposal.subject,
        "called": called,
        "body": orjson.dumps(body).decode(),
        "confidence": proposal.confidence,
        "why": list(proposal.why),
        "state": proposal.state,
        "deeds": [
            orjson.dumps([d.what, d.who, d.when.isoformat(), d.note]).decode()
            for d in proposal.deeds
        ],
    }


def _read(row: neo4j.Record) -> Proposal:
    deeds = (orjson.loads(deed) for deed in row["deeds"])
    return Proposal(
        about=About(row["about"]),
        subject=row["subject"],
        body=orjson.loads(row["body"]),
        confidence=row["confidence"],
        why=tuple(row["why"]),
        state=State(row["state"]),
        deeds=tuple(
            Deed(what, who, datetime.fromisoformat(when), note) for what, who, when, note in deeds
        ),
    )
