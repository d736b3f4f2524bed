"""Finding the answers to a question about a known thing: the paths from it, and the likeliest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import LiteralString, Protocol

from knowloom.assets import cypher
from knowloom.kbqa.paths import SAMPLES, Path, Reached, Step
from knowloom.kbqa.programs import Branch, Node, Program
from knowloom.kbqa.rank import Asked, Meaning, default_scores
from knowloom.kbqa.schema import Schema
from knowloom.kbqa.words import is_mediator_name
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.statement import filled

_EACH = 2_000  # relationships of one node that are followed
_CAP = 300  # nodes of one path that are gone on from
_MANY = 40  # types of relationships: with more, paths are two steps long
_NAMES = "/*or name*/"


class Ranker(Protocol):
    """Says which of the paths that exist a question means."""

    def scores(self, asked: Asked, found: Sequence[Reached]) -> list[float]:
        """Return a score for each path, the more the likelier."""
        ...


class PlainRanker:
    """The default: words, and meaning where an encoder is given; nothing is trained.

    Args:
        similar: returns how alike a question and each path are; None for words only.
    """

    def __init__(
        self, similar: Callable[[str, Sequence[Path]], list[Meaning]] | None = None
    ) -> None:
        self._similar = similar

    def scores(self, asked: Asked, found: Sequence[Reached]) -> list[float]:
        """Return a score for each path, the more the likelier."""
        paths = [one.path for one in found]
        meanings = (
            self._similar(asked.text, paths) if self._similar else [Meaning() for _ in paths]
        )
        return default_scores(asked, found, meanings)


def plain_ranker() -> PlainRanker:
    """Return the default ranker, with an encoder where `knowloom[neural]` is installed."""
    if find_spec("torch") is None:
        return PlainRanker()
    from knowloom.kbqa.neural.encoder import Encoder

    return PlainRanker(Encoder().similar)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A path with its score."""

    reached: Reached
    score: float


class Pathfinder:
    """Finds and ranks the paths that lead away from things.

    Args:
        database: where to look; it is only read.
        schema: what holds the names of its nodes.
        ranker: see `Ranker`.
    """

    def __init__(self, database: Database, schema: Schema, ranker: Ranker) -> None:
        self._database = database
        self._schema = schema
        self._ranker = ranker

    def ranked(self, question: str, topic: str, keys: Sequence[str]) -> list[Ranked]:
        """Return the paths from the nodes that a topic means, the likeliest first.

        Args:
            question: as asked.
            topic: what the nodes are called.
            keys: their element ids.
        """
        found = self.reached(keys, self.hops)
        scores = self._ranker.scores(Asked.of(question, topic), found)
        pairs = sorted(zip(scores, range(len(found)), strict=True), key=lambda p: (-p[0], p[1]))
        return [Ranked(found[i], score) for score, i in pairs]

    @cached_property
    def hops(self) -> int:
        """How long paths are: in a graph of few types three steps, else two."""
        [row] = self._database.read(cypher("kbqa/count_types"))
        return 3 if row["types"] <= _MANY else 2

    def reached(self, keys: Sequence[str], hops: int) -> list[Reached]:
        """Return the paths from nodes, each round of steps in one statement.

        Args:
            keys: element ids.
            hops: the longest path, in steps.
        """
        layers: list[tuple[Path, Sequence[str], bool]] = [((), list(keys), False)]
        found: list[Reached] = []
        for _ in range(hops):
            rows = self._database.read(
                self._statement,
                groups=[ends for _, ends, _ in layers],
                topics=list(keys),
                each=_EACH,
                cap=_CAP,
            )
            further: list[tuple[Path, Sequence[str], bool]] = []
            for row in rows:
                before, fan, mediator = layers[int(row["number"])]
                path: Path = (*before, Step(row["type"], row["forward"]))
                ends: list[tuple[str, str]] = [(key, name) for key, name in row["ends"]]
                named = [name for _, name in ends if not is_mediator_name(name)]
                if named:
                    samples = tuple(named[:SAMPLES])
                    count = max(row["nodes"], len(samples))
                    found.append(Reached(path, count, samples, tuple(named), len(fan), mediator))
                joins = all(is_mediator_name(name) for _, name in ends[:3])
                further.append((path, [key for key, _ in ends], joins))
            layers = further
        return sorted(found, key=lambda one: one.path)

    @cached_property
    def _statement(self) -> LiteralString:
        """The statement that follows relationships, with all properties that hold names."""
        names = {self._schema.name_of(c).property for c in self._schema.classes} - {"name"}
        others: list[LiteralString] = [f", m.{quoted(name)}" for name in sorted(names)]
        return filled(cypher("kbqa/explore"), {_NAMES: "".join(others)})


def program_of(path: Path, keys: Sequence[str], name: str) -> Program:
    """Return the program that follows a path from nodes and gives what lies at its end.

    Args:
        path: at least one step.
        keys: element ids of the nodes.
        name: what they are called.

    >>> program_of((Step("DIRECTED", False),), ["4:x:1"], "Top Gun").root.branches[0].types
    ('DIRECTED',)
    """
    node = Node("", tuple(keys), (name,) * len(keys))
    for step in path:
        node = Node("", branches=(Branch((step.type,), not step.forward, node),))
    return Program(node)
