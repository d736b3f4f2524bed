"""The bulk load: a first load of many rows through Neo4j's own import tool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from knowloom import loading
from knowloom.assets import cypher
from knowloom.base import KnowledgeBase
from knowloom.errors import NotBulkLoadable
from knowloom.knowledge.record import Statement
from knowloom.loading import LoadPlan, Part, digest_of
from knowloom.preparing import prepared, statements_at
from knowloom.server.bulk import NodeFile, RelationshipFile, import_full
from knowloom.server.files import own_folder
from knowloom.server.local import LocalServer
from knowloom.store import runs
from knowloom.store.carry import Carried, carry
from knowloom.store.collector import paused_collector
from knowloom.store.migrate import await_indexes
from knowloom.store.owed import (
    begin_indexes,
    forget,
    owed_to,
    restore_constraints,
    restore_properties,
)
from knowloom.store.prepare import Prepared
from knowloom.store.sheets import is_argument
from knowloom.store.stage import Stage
from knowloom.store.write import Counts, RejectFile, Writer, WriteReport


def bulk_load(
    kb: KnowledgeBase,
    server: LocalServer,
    chosen: LoadPlan,
    advance: Callable[[int], None] = lambda _: None,
) -> list[WriteReport]:
    """Load what a plan says into a managed server that holds no instance yet.

    The result has the same fingerprint as that of a normal load. Ended at any point, this leaves
    either the empty graph or the loaded one; the same command again completes it.

    Args:
        kb: connected to the server.
        server: the managed one; it is restarted.
        chosen: from `loading.plan`.
        advance: called with every number of statements read.

    Raises:
        NotBulkLoadable: there are instances already, and not of a bulk load that was ended early.
        ServerError: the import failed; the graph is as it was.
    """
    was_cut = owed_to(kb.database) is not None
    kb.migrate()
    if was_cut:
        return _go_on(kb, chosen, advance)
    if kb.database.read(cypher("bulk/count_instances"))[0]["some"]:
        raise NotBulkLoadable(
            "--bulk is for a first load, and this graph holds instances: load without it"
        )
    if chosen.added:
        kb.grow_ontology(chosen.added_to)
    server.workspace.prepare()
    with own_folder(server.workspace.folder, "bulk-") as folder:
        return _load(kb, server, chosen, folder, advance)


def _go_on(
    kb: KnowledgeBase, chosen: LoadPlan, advance: Callable[[int], None]
) -> list[WriteReport]:
    """Complete a load that was cut when its instances were there; as often as it is cut again."""
    reports = loading.load(kb, chosen, advance)
    await_indexes(kb.database)
    forget(kb.database)
    return reports


def _load(
    kb: KnowledgeBase,
    server: LocalServer,
    chosen: LoadPlan,
    folder: Path,
    advance: Callable[[int], None],
) -> list[WriteReport]:
    """Stage, import, make the constraints, write what was left over, and make the indexes."""
    loads = [_Load(kb, chosen, part) for part in chosen.parts]
    stage = Stage(folder, kb.ontology)
    with ExitStack() as listing:
        for load in loads:
            listing.enter_context(load.rejects)
        with paused_collector():
            for load in loads:
                load.stage_in(stage, advance)
        stage.close()
        carried = carry(kb.database, folder, len(stage), [load.run for load in loads])
        import_full(server, *_files(stage, carried), numbered=True)
        kb.database.reconnect()
        restore_properties(kb.database, carried.owed)
        restore_constraints(kb.database, carried.owed)
        reports = [load.complete() for load in loads]
    begin_indexes(kb.database, carried.owed)
    await_indexes(kb.database)
    forget(kb.database)
    return reports


class _Load:
    """One source on its way.

    Args:
        kb: where to.
        chosen: the plan.
        part: the source's part of it.
    """

    def __init__(self, kb: KnowledgeBase, chosen: LoadPlan, part: Part) -> None:
        self._kb = kb
        self._chosen = chosen
        self._part = part
        self.run = runs.begin(kb.database, part.source, f"load {chosen.loader.kind} --bulk")
        self.rejects = RejectFile(kb.workspace / "rejects" / f"{self.run.id}.jsonl")
        self.given = 0
        self.left: list[Statement] = []

    def stage_in(self, stage: Stage, advance: Callable[[int], None]) -> None:
        """Stage what the source says."""
        kind, files = self._chosen.loader.kind, self._part.files
        blocks = prepared(kind, files, self._kb.ontology, self.run)
        staged = stage.add(self.run, _watched(blocks, advance), self.rejects.add)
        self.given = staged.given
        again = statements_at(kind, files, self._kb.ontology, self.run.source, staged.again)
        self.left = [*staged.left, *again]

    def complete(self) -> WriteReport:
        """Record the run and write what was left over; return all counts."""
        database = self._kb.database
        database.in_write(self.run.record)
        self.run.recorded = True
        report = Writer(database, self._kb.ontology, self.run).write(self.left)
        rejected = self.rejects.count
        counts = Counts(
            given=self.given,
            written=self.given - rejected - report.counts.unchanged - report.counts.rejected,
            unchanged=report.counts.unchanged,
            rejected=rejected + report.counts.rejected,
        )
        runs.finish(database, self.run, "done", asdict(counts))
        if not counts.rejected:
            digest = digest_of(self._chosen, self._part, self._kb.ontology)
            runs.remember_digest(database, self._part.source, digest, counts.given)
        path = self.rejects.path if rejected else None
        listed = [*self.rejects.first, *report.rejects]
        return WriteReport(self.run.id, self._part.source, counts, counts.written, listed, path)


def _watched(blocks: Iterator[Prepared], advance: Callable[[int], None]) -> Iterator[Prepared]:
    """Yield blocks, telling how many statements went by."""
    for block in blocks:
        yield block
        advance(block.given)


def _files(stage: Stage, carried: Carried) -> tuple[list[NodeFile], list[RelationshipFile]]:
    """Return all sheets as the import tool is given them."""
    nodes = [
        *((stage.labels(concept), sheet) for concept, sheet in stage.nodes.items()),
        *carried.nodes,
    ]
    links = [
        *(
            (kind.type if is_argument(kind.type) else "", sheet)
            for kind, sheet in stage.edges.items()
        ),
        *carried.relationships,
    ]
    return (
        [NodeFile(labels, s.header, (s.data,), s.is_broken) for labels, s in nodes],
        [RelationshipFile(type_, s.header, (s.data,), s.is_broken) for type_, s in links],
    )
