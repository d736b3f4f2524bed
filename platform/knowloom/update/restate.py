"""Restating: what a source says is taken for all it says, and what it said besides goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from knowloom.assets import cypher
from knowloom.knowledge.record import Fact, Record, Statement, content_hash
from knowloom.ontology.concepts import Ontology
from knowloom.store.database import Database
from knowloom.store.runs import Run
from knowloom.store.write import Validator
from knowloom.update.retract import retract, said_uid
from knowloom.update.snapshot import fact_line, record_line


class Restatement:
    """All that a source says, noted while it is written.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: of the source.
    """

    def __init__(self, database: Database, ontology: Ontology, run: Run) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run
        self._now: set[str] = set()

    def noted(self, said: Iterable[Statement]) -> Iterator[Statement]:
        """Yield statements as they are, and note them."""
        validator = Validator(self._ontology, lambda _: None)
        for statement in said:
            if isinstance(statement, Record):
                hash_ = content_hash(statement, self._run.source)
                self._now.add(record_line(statement.uid, hash_))
            elif isinstance(statement, Fact) and (edge := validator.edge(statement)) is not None:
                self._now.add(fact_line(edge.kind.type, edge.head.uid, edge.tail.uid, edge.uid))
            yield statement

    def retract_others(self) -> int:
        """Take back what earlier runs of the source said and this one did not.

        Returns:
            How many statements went.
        """
        if not self._run.earlier:
            return 0
        gone = stated_by(self._database, self._run) - self._now
        retract(self._database, self._ontology, self._run, gone)
        return len(gone)


def stated_by(database: Database, run: Run) -> set[str]:
    """Return the lines of all that the graph holds of a source; it is looked through for them.

    Args:
        database: where to look.
        run: of the source; what its earlier runs wrote and still stands is what counts.
    """
    lines = {
        record_line(row["uid"], row["hash"])
        for row in database.read(
            cypher("update/read_records"), source=run.source, own=list(run.earlier)
        )
    }
    for row in database.read(cypher("update/read_statements"), own=list(run.earlier)):
        head, tail, uid = row["head"], row["tail"], row["uid"] or ""
        if row["ends"]:
            head, tail = row["ends"].split(" ")
            uid = said_uid(row["type"], head, tail, row["properties"])
        lines.add(fact_line(row["type"], head, tail, uid))
    return lines
