"""Finding the answers to a question about a known thing: the paths from it, and the likeliest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from typing import LiteralString, Protocol

from knowloom.assets import cypher
from knowloom.kbqa.answer import Found
from knowloom.kbqa.narrow import Hanging, Way, met_by, narrowings, wanted_words
from knowloom.kbqa.paths import SAMPLES, Path, Reached, Step, turns
from knowloom.kbqa.programs import Branch, Node, Program, ways_of
from knowloom.kbqa.rank import Asked, Meaning, default_scores, kinds_of_likeliest
from knowloom.kbqa.schema import Schema
from knowloom.kbqa.words import is_mediator_name
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.statement import filled

_EACH = 2_000  # relationships of one node that are followed
_CAP = 300  # nodes of one path that are gone on from
_NEAR = 200  # relationships of a node of the chosen path that may narrow it
_WAYS = 2_000  # in which a path is gone that are looked at
_VOTING = 6  # paths that say which ends are likelier
_SHARP = 5.0  # how fast their say falls with their score
_MANY = 40  # types of relationships: with more, paths are two steps long
_NAMES, _OWN_NAMES = "/*or name*/", "/*or name of n*/"


class Ranker(Protocol):
    """Says which of the paths that exist a question means."""

    def scores(self, asked: Asked, found: Sequence[Reached]) -> list[float]:
        """Return a score for each path, the more the likelier."""
        ...


class Meant(Protocol):
    """Says what words mean."""

    def similar(self, question: str, paths: Sequence[Path]) -> list[Meaning]:
        """Return how alike a question and each path are."""
        ...

    def fits(self, question: str, samples: Sequence[Sequence[str]]) -> list[float]:
        """Return how well names are of the kind that a question wants, from 0 to 1."""
        ...


class PlainRanker:
    """The default, not trained on the graph: words, and meaning where something tells it.

    Args:
        meant: tells it; None for words only.
    """

    def __init__(self, meant: Meant | None = None) -> None:
        self._meant = meant

    def scores(self, asked: Asked, found: Sequence[Reached]) -> list[float]:
        """Return a score for each path, the more the likelier."""
        if self._meant is None:
            return default_scores(asked, found, [Meaning()] * len(found))
        meanings = self._meant.similar(asked.text, [one.path for one in found])
        scores = default_scores(asked, found, meanings)
        for i, fit in kinds_of_likeliest(self._meant.fits, asked, found, scores).items():
            scores[i] += fit
        return scores


def plain_ranker() -> PlainRanker:
    """Return the default ranker, which knows meaning where `knowloom[neural]` is installed."""
    if find_spec("torch") is None:
        return PlainRanker()
    from knowloom.kbqa.neural.general import GeneralMeaning

    return PlainRanker(GeneralMeaning())


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

    @property
    def hops(self) -> int:
        """How long paths are: in a graph of few types three steps, else two."""
        return 3 if self.few_types else 2

    @cached_property
    def few_types(self) -> bool:
        """Whether the graph has so few types of relationships that all ways can be looked at."""
        [row] = self._database.read(cypher("kbqa/count_types"))
        return bool(row["types"] <= _MANY)

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
                back=[_back(path) for path, _, _ in layers],
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

    def narrowed(
        self, question: str, topic: str, path: Path, program: Program
    ) -> tuple[Program, frozenset[str]]:
        """Return a path's program held to what else the question names, and the ends it names.

        Args:
            question: as asked.
            topic: what the path starts at.
            path: that was chosen.
            program: that follows it.

        Returns:
            The program, as it was where nothing narrows it, and the element ids of those ends
            that are linked to something that the question names.
        """
        words = wanted_words(question, topic)
        if not words:
            return program, frozenset()
        text, parameters = ways_of(program, self._schema, _WAYS)
        ways: list[Way] = [tuple(row["way"]) for row in self._database.read(text, **parameters)]
        nodes = list(dict.fromkeys(key for way in ways for key in way))
        rows = self._database.read(self._hanging, nodes=nodes, words=words, each=_NEAR)
        hanging = [
            Hanging(row["node"], Step(row["type"], row["forward"]), row["other"], row["name"])
            for row in rows
        ]
        found = list(narrowings(question, topic, path, ways, hanging))
        inner = [one for one in found if one.place]
        likely = frozenset(key for one in found if not one.place for key in met_by(one, hanging))
        return inner[0].of(program) if inner else program, likely

    @cached_property
    def _hanging(self) -> LiteralString:
        return filled(cypher("kbqa/hanging"), {_NAMES: self._names("m")})

    @cached_property
    def _statement(self) -> LiteralString:
        """The statement that follows relationships, with all properties that hold names."""
        parts: dict[str, LiteralString] = {_NAMES: self._names("m"), _OWN_NAMES: self._names("n")}
        return filled(cypher("kbqa/explore"), parts)

    def _names(self, variable: LiteralString) -> LiteralString:
        """Return the further properties of a node that may hold its name."""
        names = {self._schema.name_of(c).property for c in self._schema.classes} - {"name"}
        others: list[LiteralString] = [f", {variable}.{quoted(name)}" for name in sorted(names)]
        return "".join(others)


def weighed(
    values: Iterable[Found], ranked: Sequence[Ranked], likely: frozenset[str]
) -> tuple[Found, ...]:
    """Return the ends of the likeliest path, those first that other paths lead to as well.

    Args:
        values: what the likeliest path gives.
        ranked: all paths, that one first.
        likely: element ids of values that something else of the question speaks for.
    """
    weights: dict[str, float] = {}
    for one in ranked[1:_VOTING]:
        share = math.exp(_SHARP * (one.score - ranked[0].score))
        for name in one.reached.ends:
            weights[name] = weights.get(name, 0.0) + share / math.sqrt(len(one.reached.ends))
    found = [
        replace(v, weight=1 + weights.get(str(v.value), 0.0) + (v.key in likely)) for v in values
    ]
    return tuple(sorted(found, key=lambda v: -v.weight))


def _back(path: Path) -> list[str | bool]:
    """Return the step that undoes the last one of a path; nothing of none."""
    return [path[-1].type, not path[-1].forward] if path else []


def program_of(reached: Reached, keys: Sequence[str], name: str) -> Program:
    """Return the program that follows a path from nodes and gives what lies at its end.

    A path that turns back does not lead to where it came from: neither are the co-authors of
    somebody himself, nor is he whom a marriage joins him to.

    Args:
        reached: the path, with whether it passes nodes that only join others.
        keys: element ids of the nodes.
        name: what they are called.

    >>> found = Reached((Step("DIRECTED", False),), 1, ())
    >>> program_of(found, ["4:x:1"], "Top Gun").root.branches[0].types
    ('DIRECTED',)
    """
    path = reached.path
    node = Node("", tuple(keys), (name,) * len(keys))
    for i, step in enumerate(path):
        last = i == len(path) - 1
        back = not last and (turns(path[: i + 2]) or (reached.mediated and i == len(path) - 2))
        node = Node("", branches=(Branch((step.type,), not step.forward, node, apart=back),))
    return Program(node)
