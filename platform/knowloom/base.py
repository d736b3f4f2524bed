"""The knowledge base: everything a program does with one graph, in one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from knowloom.knowledge.record import Statement
from knowloom.knowledge.spoken import statements
from knowloom.ontology.build import Classes, Thing
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.live import reached
from knowloom.store import migrate, owed
from knowloom.store import ontology as stored
from knowloom.store.database import Database
from knowloom.store.write import Writer, WriteReport

if TYPE_CHECKING:
    from datetime import date

    from knowloom.store.check import Audit
    from knowloom.store.runs import Run
    from knowloom.store.search import Hit
    from knowloom.subgraph.graph import Subgraph
    from knowloom.subgraph.reader import Reader
    from knowloom.subgraph.why import Reason
    from knowloom.update.merging import Merged
    from knowloom.update.past import Past
    from knowloom.update.resolve import Resolved
    from knowloom.update.rollback import LedgerEntry, RolledBack

T = TypeVar("T", bound=Thing)


class KnowledgeBase:
    """One graph: its ontology, its instances, and what can be done with them.

    Open it with `knowloom.connect()`; it is a context manager. knowloom's own schema is brought
    up to date when something is written first.

    Args:
        database: open; closed with the knowledge base.
        workspace: the folder for lists of rejected records.
    """

    def __init__(self, database: Database, workspace: Path) -> None:
        self.database = database
        self.workspace = workspace
        self._bound: dict[str, type[Thing]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    @cached_property
    def ontology(self) -> Ontology:
        """The classes as stored, read once."""
        return stored.load(self.database)

    @cached_property
    def classes(self) -> Classes:
        """The Python classes of the ontology, each built when it is first used."""
        return Classes(self.ontology, tuple(self._bound.values()))

    @cached_property
    def reader(self) -> Reader:
        """Reads typed objects; kept, since it remembers what it worked out."""
        from knowloom.subgraph.reader import Reader

        return Reader(self.database, self.classes)

    def bind(self, *classes: type[Thing]) -> None:
        """Let instances come back as objects of these classes of yours.

        Args:
            classes: named like the concepts they stand for; their bases and the classes they
                refer to come along.

        Raises:
            OntologyError: a class is no concept of the stored ontology.
        """
        new = {c.__name__: c for c in reached(*classes)}
        if all(self._bound.get(name) is c for name, c in new.items()):
            return
        self._bound.update(new)
        for kept in ("classes", "reader"):
            self.__dict__.pop(kept, None)

    def save_ontology(self, ontology: Ontology, **options: Any) -> stored.OntologyChange:
        """Store an ontology in place of the present one; see `knowloom.store.ontology.save`."""
        if not options.get("dry_run"):
            self.migrate()
        return self._shown(stored.save(self.database, ontology, **options))

    def grow_ontology(
        self, after: Callable[[Ontology], Ontology], *, comment: str = ""
    ) -> stored.OntologyChange:
        """Store what the present ontology becomes; see `knowloom.store.ontology.grow`."""
        self.migrate()
        return self._shown(stored.grow(self.database, after, comment=comment))

    def undo_ontology(self, **options: Any) -> stored.OntologyChange:
        """Revert the last change of the ontology; see `knowloom.store.ontology.undo`."""
        return self._shown(stored.undo(self.database, **options))

    def _shown(self, saved: stored.OntologyChange) -> stored.OntologyChange:
        """Forget the ontology before a change, and show what records say by the new one."""
        self._forget()
        if saved.version and saved.change.shows_otherwise:
            from knowloom.update.reproject import show_anew

            show_anew(self.database, self.ontology)
        return saved

    def migrate(self) -> None:
        """Bring knowloom's own schema up to date, also where a bulk load was cut before it did."""
        migrate.up(self.database, migrate.shipped())
        if (missing := owed.owed_to(self.database)) is not None:
            owed.give(self.database, missing)

    def write(self, things: Iterable[Thing], *, source: str = "python") -> WriteReport:
        """Write objects and all they refer to; writing them again changes nothing.

        Args:
            things: instances of concept classes, from anywhere.
            source: who says so; a source that says something else of the same thing later
                replaces what it said before, other sources are kept beside it.

        Returns:
            Exact counts, with the first rejected objects and their reasons.

        Raises:
            StoreError: the server went away; the same call again goes on from there.
        """
        said = statements(things, self.ontology, source)
        return self.write_statements(said, source=source, command="write")

    def write_statements(
        self,
        said: Iterable[Statement],
        *,
        source: str,
        command: str,
        advance: Callable[[int], None] = lambda _: None,
        whole: bool = False,
    ) -> WriteReport:
        """Write records and facts as one run of a source; see `knowloom.knowledge.record`.

        Args:
            said: statements, consumed once.
            source: who says so.
            command: what a person ran.
            advance: called with every number of statements finished.
            whole: True when this is all that the source says; what it said before and does not
                say now goes, unless some of it was rejected.

        Raises:
            SourceBusy: somebody goes on and on deciding who is who, or what is shown.
        """
        from knowloom.update.lock import writing

        self.migrate()
        with writing(self.database, source, command) as run:
            rejects = self.workspace / "rejects" / f"{run.id}.jsonl"
            writer = Writer(self.database, self.ontology, run, rejects)
            if whole:
                return self._restated(run, writer, said, advance)
            return writer.write(said, advance)

    def _restated(
        self, run: Run, writer: Writer, said: Iterable[Statement], advance: Callable[[int], None]
    ) -> WriteReport:
        """Write all that a source says; what it said before and does not say now goes."""
        from knowloom.update.restate import Restatement

        restatement = Restatement(self.database, self.ontology, run)
        report = writer.write(restatement.noted(said), advance)
        if not report.counts.rejected and restatement.retract_others():
            report = replace(report, run=run.id)
        return report

    @overload
    def find(self, concept: type[T], /, limit: int = 1000, **where: object) -> list[T]: ...
    @overload
    def find(self, concept: str, /, limit: int = 1000, **where: object) -> list[Thing]: ...
    def find(
        self, concept: type[Thing] | str, /, limit: int = 1000, **where: object
    ) -> Sequence[Thing]:
        """Return instances of a class with these attribute values; see `Reader.find`.

        Args:
            concept: a class of yours, or the name of a concept; of a `Relation` class its facts
                are returned, with `head_entity`, `tail_entity` and their qualifiers.
            limit: the most instances to return.
            where: attribute name to the value it has, or to a list of which it has one.

        Raises:
            UnknownConcept: there is no such concept.
            UsageError: it has no such attribute, or the value cannot be one.
        """
        if not isinstance(concept, str):
            self.bind(concept)
            concept = concept.__name__
        return self.reader.find(concept, where, limit)

    def subgraph(
        self,
        seed: str | Sequence[str],
        hops: int = 1,
        *,
        limit: int = 5_000,
        per_node_cap: int = 1_000,
    ) -> Subgraph:
        """Return an instance and what surrounds it, as typed objects; see `Reader.subgraph`."""
        return self.reader.subgraph(seed, hops, limit=limit, per_node_cap=per_node_cap)

    def search(self, text: str, *, limit: int = 10) -> list[Hit]:
        """Return instances and concepts that hold these words, best first."""
        from knowloom.store.search import search

        return search(self.database, text, limit=limit)

    def why(self, uid: str, attribute: str | None = None) -> list[Reason]:
        """Return where the values of an instance come from.

        Args:
            uid: or a name.
            attribute: only this one; all when None.
        """
        from knowloom.subgraph.why import why

        return why(self.database, self.ontology, uid, attribute)

    def merge(self, one: str, other: str, *, dry_run: bool = False) -> Merged:
        """Declare two things one; see `knowloom.update.merging.merge`."""
        from knowloom.update.merging import merge

        self.migrate()
        return merge(self.database, self.ontology, one, other, dry_run=dry_run)

    def split(self, uid: str, *, dry_run: bool = False) -> Merged:
        """Take back the merges that name a thing; see `knowloom.update.merging.split`."""
        from knowloom.update.merging import split

        self.migrate()
        return split(self.database, self.ontology, uid, dry_run=dry_run)

    def resolve(self, **options: Any) -> Resolved:
        """Join what is one as far as evidence goes; see `knowloom.update.resolve.resolve`."""
        from knowloom.update.resolve import resolve

        self.migrate()
        return resolve(self.database, self.ontology, **options)

    def as_of(
        self, recorded: date | str | None = None, *, valid: date | str | None = None
    ) -> Past:
        """Return this knowledge base at another time, to `find`, `subgraph` and ask `why`.

        Args:
            recorded: as it stood then, in UTC when without a zone, or when a day began; None for
                now. A text is read as ISO 8601 has it.
            valid: what holds on that day; None for the last that is known.

        Raises:
            UsageError: that is no moment, or no day.
        """
        from knowloom.update.past import Past

        return Past(self.database, self.classes, recorded, valid)

    def history(self, source: str | None = None, limit: int = 20) -> list[LedgerEntry]:
        """Return the last runs; see `knowloom.update.rollback.history`."""
        from knowloom.update.rollback import history

        return history(self.database, source, limit)

    def rollback(self, run: int, *, dry_run: bool = False) -> RolledBack:
        """Take a run back; see `knowloom.update.rollback.rollback`."""
        from knowloom.update.rollback import rollback

        self.migrate()
        return rollback(self.database, self.ontology, run, dry_run=dry_run)

    def check(
        self, *, fix: bool = False, advance: Callable[[int], None] = lambda _: None
    ) -> Audit:
        """Compare what is stored with the ontology; see `knowloom.store.check.check`."""
        from knowloom.store.check import check

        return check(self.database, self.ontology, fix=fix, advance=advance)

    def fingerprint(self) -> str:
        """Return a hash of all that is known here: equal knowledge, equal fingerprint."""
        from knowloom.store.fingerprint import fingerprint

        return fingerprint(self.database, self.ontology)

    def _forget(self) -> None:
        """Read the ontology again when it is next asked for."""
        for kept in ("ontology", "classes", "reader"):
            self.__dict__.pop(kept, None)
