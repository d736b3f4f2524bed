"""Paths that lead away from the thing a question is about, and what lies at their ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from knowloom.kbqa.words import is_mediator_name, name_words


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One relationship of a path.

    Args:
        type: of the relationship.
        forward: whether it is followed the way it points.
    """

    type: str
    forward: bool = True

    def __str__(self) -> str:
        return self.type if self.forward else f"~{self.type}"


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship as seen from one of its nodes."""

    step: Step
    other: str


class Around(Protocol):
    """What a graph tells about the surroundings of nodes; their keys mean nothing."""

    def edges(self, keys: Sequence[str], cap: int) -> Mapping[str, Sequence[Edge]]:
        """Return the relationships of each node, at most `cap` of a type and direction."""
        ...

    def name(self, key: str) -> str:
        """Return what a node is called; empty for one that only joins others."""
        ...


@dataclass(frozen=True, slots=True)
class Reached:
    """A path that exists, and what it leads to.

    Args:
        path: at least one step.
        count: of the nodes at its end, those that only join others left out.
        samples: what some of them are called.
        ends: what they are called, perhaps not all of many.
        fan: how many nodes its first steps lead to.
        mediated: whether its last step leaves nodes that only join others.
    """

    path: Path
    count: int
    samples: tuple[str, ...]
    ends: tuple[str, ...] = ()
    fan: int = 1
    mediated: bool = False


@dataclass(slots=True)
class Triples:
    """A graph in memory: `Around` for training and tests.

    >>> graph = Triples([("Ada", "born_in", "London"), ("London", "lies_in", "UK")])
    >>> [str(r.path[-1]) for r in reached(graph, ["Ada"])]
    ['born_in', 'lies_in']
    """

    facts: Iterable[tuple[str, str, str]] = field(repr=False)
    _edges: dict[str, list[Edge]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._edges = defaultdict(list)
        for head, type_, tail in dict.fromkeys(self.facts):
            self._edges[head].append(Edge(Step(type_), tail))
            self._edges[tail].append(Edge(Step(type_, False), head))

    def __contains__(self, key: str) -> bool:
        return key in self._edges

    def edges(self, keys: Sequence[str], cap: int) -> Mapping[str, Sequence[Edge]]:
        """Return the relationships of each node, at most `cap` of a type and direction."""
        return {key: capped(self._edges.get(key, ()), cap) for key in keys}

    def name(self, key: str) -> str:
        """Return the node's own key, empty where that is an id only."""
        return "" if is_mediator_name(key) else key


def turns(path: Path) -> bool:
    """Return whether the last step of a path undoes the one before.

    >>> turns((Step("ACTED_IN"), Step("ACTED_IN", False)))
    True
    """
    return (
        len(path) > 1 and path[-1].type == path[-2].type and path[-1].forward != path[-2].forward
    )


def capped(edges: Sequence[Edge], cap: int) -> Sequence[Edge]:
    """Return at most `cap` of the edges of each type and direction."""
    if len(edges) <= cap:
        return edges
    seen: dict[Step, int] = defaultdict(int)
    kept: list[Edge] = []
    for edge in edges:
        seen[edge.step] += 1
        if seen[edge.step] <= cap:
            kept.append(edge)
    return kept


def reached(
    around: Around, topics: Sequence[str], *, hops: int = 2, cap: int = 500, most: int = 20_000
) -> list[Reached]:
    """Return the paths that lead away from the topics, with what they lead to.

    A path that turns back does not lead to the topic again, and one that ends at nodes that only
    join others is no answer.

    Args:
        around: the graph.
        topics: keys of one thing, or of several that the question may mean.
        hops: the longest path, in steps.
        cap: relationships of one type and direction followed from a node.
        most: nodes that are looked at from one round.
    """
    own = set(topics)
    layers: dict[Path, list[str]] = {(): list(topics)}
    found: list[Reached] = []
    for _ in range(hops):
        keys = list(dict.fromkeys(key for ends in layers.values() for key in ends))[:most]
        edges = around.edges(keys, cap)
        further: dict[Path, dict[str, None]] = {}
        for path, ends in layers.items():
            for key in ends:
                joins = not around.name(key)
                for edge in edges.get(key, ()):
                    back = joins or turns((*path, edge.step))
                    if not (back and edge.other in own):
                        further.setdefault((*path, edge.step), {})[edge.other] = None
        reached_now = {path: list(ends) for path, ends in further.items()}
        for path, ends in reached_now.items():
            found += _answering(around, path, ends, layers[path[:-1]])
        layers = reached_now
    return found


def _answering(
    around: Around, path: Path, ends: Sequence[str], before: Sequence[str]
) -> list[Reached]:
    """Return what a path leads to, without nodes that only join others."""
    named = {key: name for key in ends if (name := around.name(key))}
    if not named:
        return []
    mediated = len(path) > 1 and not any(around.name(key) for key in before[:3])
    samples = tuple(name for name, _ in zip(named.values(), range(SAMPLES), strict=False))
    return [Reached(path, len(named), samples, tuple(named.values()), len(before), mediated)]


SAMPLES = 5


def path_text(path: Path) -> str:
    """Return a path in words, for an encoder and for people.

    Words that a step and the one before it begin with are said once.

    >>> path_text((Step("film.actor.film"), Step("film.performance.character")))
    'film actor film, performance character'
    >>> path_text((Step("DIRECTED", False),))
    'directed of'
    """
    said: list[str] = []
    before: tuple[str, ...] = ()
    for step in path:
        words = name_words(step.type)
        shared = _shared(words, before)
        fresh = words[shared:] or words
        said.append(" ".join(fresh) + ("" if step.forward else " of"))
        before = words
    return ", ".join(said)


def _shared(words: Sequence[str], before: Sequence[str]) -> int:
    """Return how many words two names begin with alike."""
    pairs = enumerate(zip(words, before, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(words), len(before)))
