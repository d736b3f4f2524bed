"""Reprojecting: showing what the records say under another policy or ontology."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import neo4j

from knowloom.assets import cypher
from knowloom.knowledge.instance import Revision, State, reshape
from knowloom.ontology.concepts import Ontology
from knowloom.store import runs
from knowloom.store.check import shows_otherwise
from knowloom.store.database import Database
from knowloom.store.edges import EdgeWriter
from knowloom.store.policies import Rules, rules_of
from knowloom.store.revise import Reviser, StateReader
from knowloom.store.runs import Run
from knowloom.update.lock import DECISIONS

_CHUNK = 2_000


def show_anew(database: Database, ontology: Ontology) -> None:
    """Show of every instance what its records say by an ontology that was changed."""
    run = runs.begin(database, DECISIONS, "ontology load")
    changed = reproject(database, ontology, run, lambda _: None)
    runs.finish(database, run, "done", {"written": changed})


def reproject(
    database: Database, ontology: Ontology, run: Run, advance: Callable[[int], None]
) -> int:
    """Show of every instance what its records say under the policy that stands; return how many
    show something else now.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: in whose name.
        advance: called with every number of instances looked at.
    """
    rules = rules_of(database)
    reader, reviser = StateReader(database, ontology), Reviser(database, ontology, run)
    changed, after = 0, ""
    while True:
        [row] = database.read(cypher("update/next_promoted"), after=after, limit=_CHUNK)
        uids: list[str] = row["uids"]
        if not uids:
            return changed
        changed += _some(database, ontology, run, rules, reader, reviser, uids)
        advance(len(uids))
        after = uids[-1]


def _some(
    database: Database,
    ontology: Ontology,
    run: Run,
    rules: Rules,
    reader: StateReader,
    reviser: Reviser,
    uids: Sequence[str],
) -> int:
    """Reproject some instances."""

    def plan(tx: neo4j.ManagedTransaction, some: Sequence[str]) -> list[Revision]:
        return [
            _reshaped(state, ontology, rules)
            for state, properties in reader.read_in(tx, some)
            if shows_otherwise(state, properties, ontology, rules)
        ]

    revised = reviser.apply(plan, uids)
    edges = [
        reviser.edge(revision, *link)
        for revision in revised.revisions
        for link in revision.add_links
    ]
    if edges:
        EdgeWriter(database, ontology, run).write(edges, final=True)
    return len(revised.revisions)


def _reshaped(state: State, ontology: Ontology, rules: Rules) -> Revision:
    return reshape(state, state.evidence, ontology, rules.kept, rules.policy)
