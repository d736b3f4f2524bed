"""What else a question about a known thing names, held against what hangs from a path.

A path answers "which roles did he play"; a film or a year that the question names as well hangs
from the path. At a node that only joins others it decides which of them count. At an end it only
tells which of the ends are likelier, since graphs seldom know everything of every end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from knowloom.kbqa.paths import Path, Step
from knowloom.kbqa.programs import Branch, Node, Program
from knowloom.kbqa.words import STOP, is_date, words_of

_WEAK = STOP | {"first", "last", "new", "old", "name", "one", "two", "other", "time", "year"}

Way = tuple[str, ...]
"""The keys of the nodes that one way of going a path passes, its end first, without the topic."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A relationship that hangs from a node of a path.

    Args:
        node: key of the path's node.
        step: the relationship as seen from it.
        other: key of what it leads to.
        name: of that.
    """

    node: str
    step: Step
    other: str
    name: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the nodes at one place of a path have to be linked to.

    Args:
        place: of the path's nodes, 0 for its end.
        step: the relationship.
        others: what it leads to, names by key.
    """

    place: int
    step: Step
    others: Mapping[str, str]

    def of(self, program: Program) -> Program:
        """Return the program of the path with the link that has to exist."""
        branch = Branch(
            (self.step.type,),
            self.step.forward,
            Node("", tuple(self.others), tuple(self.others.values())),
        )
        return replace(program, root=_with(program.root, branch, self.place))


def _with(node: Node, branch: Branch, place: int) -> Node:
    """Return a chain of nodes with a branch added to the one at a place."""
    if not place:
        return replace(node, branches=(*node.branches, branch))
    [onward, *others] = node.branches
    onward = replace(onward, node=_with(onward.node, branch, place - 1))
    return replace(node, branches=(onward, *others))


def wanted_words(question: str, topic: str) -> list[str]:
    """Return the words of a question that may name something else than its topic.

    >>> wanted_words("What did Ann Lee play in Night Train?", "Ann Lee")
    ['play', 'night', 'train']
    """
    own = _WEAK | set(words_of(topic))
    return [word for word in words_of(question[:2_000]) if word not in own and len(word) > 2]


def narrowings(
    question: str, topic: str, path: Path, ways: Sequence[Way], hanging: Iterable[Hanging]
) -> Iterator[Narrowing]:
    """Yield what else a question names near a path, the longest first.

    Each is met by some of the ends and not by all.

    Args:
        question: as asked.
        topic: the name of what the path starts at.
        path: that was chosen.
        ways: in which it can be gone.
        hanging: what hangs from their nodes.
    """
    said, own = words_of(question[:2_000]), set(words_of(topic)) | _WEAK
    places = {key: place for way in ways for place, key in enumerate(way)}
    taken = {step.type for step in path}
    found: dict[tuple[str, int, Step], dict[str, str]] = defaultdict(dict)
    for one in hanging:
        mention = _mention(one.name, said)
        if set(mention.split()) <= own or (one.step.type in taken and not places[one.node]):
            continue
        found[mention, places[one.node], one.step][one.other] = one.name
    joined: dict[tuple[str, Step], set[str]] = defaultdict(set)
    for one in hanging:
        joined[one.other, one.step].add(one.node)
    ends = {way[0] for way in ways}
    for mention, place, step in sorted(found, key=lambda k: (-len(k[0]), -k[1], k[2])):
        others = found[mention, place, step]
        nodes = {node for key in others for node in joined[key, step]}
        if {way[0] for way in ways if way[place] in nodes} < ends:
            yield Narrowing(place, step, others)


def met_by(narrowing: Narrowing, hanging: Iterable[Hanging]) -> frozenset[str]:
    """Return the keys of the nodes that are linked as wanted."""
    return frozenset(
        one.node for one in hanging if one.step == narrowing.step and one.other in narrowing.others
    )


def _mention(name: str, said: Sequence[str]) -> str:
    """Return the words of a question that name something; nothing where it is not named.

    A day is named by its year, and what has a long name by two or more of its first words.
    """
    if is_date(name):
        return name[:4] if name[:4] in said else ""
    words = words_of(name)
    bare = [word.removesuffix("'s") for word in said]
    for size in range(len(words), min(len(words), 2) - 1, -1):
        for i in range(len(said) - size + 1):
            if bare[i : i + size] == words[:size]:
                return " ".join(words[:size])
    return ""
