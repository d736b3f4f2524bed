"""Asking the graph as it stood at another time: programs run over objects projected from records.

Names are looked up among those of today; what belongs to them, and all else, is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from knowloom.asking import Asker
from knowloom.assets import cypher
from knowloom.errors import UsageError
from knowloom.kbqa.answer import Answer, Fact, Found, Run
from knowloom.kbqa.programs import Node, Program, nodes_of
from knowloom.materials import Materials, past_materials
from knowloom.sandbox.outcome import Level, Limits
from knowloom.store.database import Database
from knowloom.update.past import Past


class PastAsker(Asker):
    """Answers questions about a graph at another time; it never writes.

    Args:
        database: where to look.
        past: the time.
        limits: of the programs; the defaults when None.
        weakest: the level of confinement below which none is run.
    """

    def __init__(
        self,
        database: Database,
        past: Past,
        *,
        limits: Limits | None = None,
        weakest: Level = Level.FULL,
    ) -> None:
        super().__init__(database, limits=limits, weakest=weakest)
        self._past = past
        self._known: dict[Program, tuple[Found, ...]] = {}

    def ask(
        self, text: str, *, topic: str | None = None, threshold: float | None = None
    ) -> Answer:
        """Return what the graph would have said; see `Asker.ask`.

        Raises:
            UsageError: a topic is given; paths are explored in the graph of today only.
        """
        if topic is not None:
            raise UsageError("paths from a topic are explored today only: leave --topic out")
        return super().ask(text, threshold=threshold)

    def values(self, program: Program) -> tuple[Found, ...]:
        """Return what a program finds at that time."""
        if program not in self._known:
            self._known[program] = self._then(program)
        return self._known[program]

    def _then(self, program: Program) -> tuple[Found, ...]:
        """Return what the Python of a program finds over the past."""
        keys = [key for node in nodes_of(program) for key in node.keys]
        rows = self.database.read(cypher("kbqa/uids"), keys=keys)
        uids: dict[str, str] = {row["key"]: row["uid"] for row in rows}
        other = _by_uid(program.other, uids) if program.other else None
        program = replace(program, root=_by_uid(program.root, uids), other=other)
        outcome = self.in_sandbox(program)
        grouped = program.reduce == "group"
        values = outcome.values or ()
        return tuple(Found(v[0], number=v[1]) if grouped else Found(v) for v in values)

    def _materials(self, nodes: Iterable[Node], most: int) -> Materials:
        """Return what a Python program looks at, as it was; all of it."""
        return past_materials(self._past, self.schema, nodes)

    def _evidence(self, run: Run) -> Iterator[Fact]:
        """Yield nothing: the relationships of today prove nothing of another time."""
        return iter(())


def _by_uid(node: Node, uids: Mapping[str, str]) -> Node:
    """Return a node and what hangs from it with uids for element ids."""
    branches = tuple(replace(b, node=_by_uid(b.node, uids)) for b in node.branches)
    return replace(node, keys=tuple(uids.get(key, key) for key in node.keys), branches=branches)
