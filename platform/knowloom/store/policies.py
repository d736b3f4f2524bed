"""What decides, beside the ontology, how records become instances: who is who, and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from knowloom.assets import cypher
from knowloom.knowledge.policies import DEFAULT, Policy, policy_of
from knowloom.store.database import Database


@dataclass(frozen=True, slots=True)
class Rules:
    """What is decided at one moment.

    Args:
        kept: absorbed uid to the uid under which the thing is kept.
        policy: how conflicts are settled.
    """

    kept: Mapping[str, str]
    policy: Policy


def rules_of(database: Database) -> Rules:
    """Return what stands: the merges, and the policy of the last fit."""
    kept = {row["uid"]: row["to"] for row in database.read(cypher("runs/read_redirects"))}
    return Rules(kept, policy_in(_body(database)))


def fitted(database: Database) -> dict[str, Any]:
    """Return what the last fit stored, as plain values; nothing when there was none."""
    body = _body(database)
    return orjson.loads(body) if body else {}


def store_fitted(database: Database, content: Mapping[str, Any]) -> None:
    """Store what a fit found in place of what the one before found."""
    database.write(cypher("runs/put_policy"), body=orjson.dumps(content).decode())


def policy_in(body: str | None) -> Policy:
    """Return the policy in what a fit stored; the shipped one when there was none."""
    return policy_of(orjson.loads(body)["policy"]) if body else DEFAULT


def _body(database: Database) -> str | None:
    rows = database.read(cypher("runs/read_policy"))
    return rows[0]["body"] if rows else None
