"""Trees over the schema that join what a question mentions, the cheapest first.

Links that the question names cost nothing, others a little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from typing import NamedTuple

from knowloom.kbqa.lexicon import PERSONS, PLACES
from knowloom.kbqa.mentions import (
    SMALL,
    Bound,
    Cues,
    Literal,
    Mentioned,
    Named,
    Positions,
    Question,
    bounds_of,
    mentioned,
)
from knowloom.kbqa.programs import Branch, Condition, Node
from knowloom.kbqa.schema import Link, Schema, Value
from knowloom.kbqa.words import name_words, stem

HALF = 0.5  # weight of a value of which only a part is named
DROPPED = 0.12  # what it costs not to read a name as one
_AGAIN = 0.1  # what it costs to follow the same link again
_OPPOSED = 0.3  # what a link among equals costs the wrong way round
_UNSAID = 0.22  # what a link costs that the question does not name
_ASKING = frozenset({"did", "does", "do", "has", "have"})  # behind `what`: no class is asked for
_FELLOW = frozenset({"co", "fellow"})
_COUNTED = 0.3  # what it costs that a number before a class compares with a value
_BEAM = 6
_LONGEST = 3  # links of a way
_WIDE = 40  # ways that are made longer
_SHORTEST = 5  # ways between two classes that are tried
_TURNED = 0.1  # what it costs to go back at once
TIMES = frozenset({"year", "date"})
SIZES = frozenset({"number", "year", "date"})


@dataclass(frozen=True, slots=True)
class Anchors:
    """One way to read the names and values of a question."""

    named: tuple[Named, ...]
    literals: tuple[Literal, ...]
    dropped: int = 0

    @property
    def taken(self) -> Positions:
        """The positions of the words that are part of one."""
        spans = [*(n.at for n in self.named), *(x.at for x in self.literals)]
        return frozenset(i for at in spans for i in at)


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree on its way: its root, what it explains, what it cost."""

    root: Node
    covered: Positions
    cost: float


class _Step(NamedTuple):
    """A link that may be followed, with its price; `number` tells equal ones apart."""

    price: float
    number: int
    link: Link
    forward: bool
    ends: tuple[str, ...]


class _Way(NamedTuple):
    """Links that follow each other; `place` tells those of one price apart."""

    price: float
    place: tuple[int, ...]
    steps: list[tuple[Link, bool]]
    ends: tuple[str, ...]


_Place = tuple[tuple[int, ...], _Way]


def _longer(way: _Way, place: tuple[int, ...], steps: Iterable[_Step]) -> Iterator[_Way]:
    """Yield a way with one more of some steps, the cheapest first, as the steps are."""
    first = way.steps[0] if len(way.steps) == 1 else None
    turned: _Way | None = None  # the step back costs more, and so comes later
    for price, number, link, forward, ends in steps:
        is_back = first is not None and first[0] is link and first[1] != forward
        so_far = way.price + (_TURNED if is_back else 0.0)
        longer = _Way(so_far + price, (*place, number), [*way.steps, (link, forward)], ends)
        if is_back:
            turned = longer
            continue
        if turned is not None and turned < longer:
            yield turned
            turned = None
        yield longer
    if turned is not None:
        yield turned


class Grower:
    """Grows trees from what may be looked for to all that a question mentions."""

    def __init__(self, question: Question, schema: Schema, cues: Cues, anchors: Anchors) -> None:
        self.question = question
        self.schema = schema
        self.cues = cues
        self.anchors = anchors
        self.said = _untaken(mentioned(question, schema), anchors.taken)
        self.bounds = bounds_of(question, anchors.taken | cues.used)
        self._known_ways: dict[tuple[str, str], list[list[tuple[Link, bool]]]] = {}
        self._known_begun: dict[str, list[_Place]] = {}
        self._known_steps: dict[tuple[str, ...], list[_Step]] = {}
        self._known_last: dict[tuple[tuple[str, ...], str], list[_Step]] = {}

    # Roots

    def _roots(self) -> Iterator[Grown]:
        """Yield what may be looked for: classes, the ends of named links, named instances."""
        classes = self.said.classes
        first = min((min(at) for at in classes.values()), default=0)
        for concept, at in classes.items():
            late = 0.0 if min(at) == first and self.cues.kind != "yesno" else 0.12
            yield Grown(Node(concept), at, late + self._aside(at))
        for number, named in enumerate(self.anchors.named):
            yield Grown(node_of([named]), named.at, 0.05 + 0.02 * bool(number))
        if self.cues.kind != "yesno":
            for concept, cost in self._unsaid_classes().items():
                if concept not in classes:
                    yield Grown(Node(concept), frozenset(), cost)
            for concept in dict.fromkeys(self._value_owners()):
                yield Grown(Node(concept), frozenset(), 0.1)

    def _aside(self, at: Positions) -> float:
        """Return what speaks against a class being what is looked for: other words ask for it."""
        words, head = self.question.words, self.cues.head
        if self.cues.kind == "what" and words[head : head + 1] and words[head] in _ASKING:
            return 0.2
        asked = frozenset({head})
        agent = words[head : head + 1] and words[head].endswith(("er", "or"))
        if agent and not asked & at and any(asked & hit for hit, _ in self.said.links.values()):
            return 0.2
        behind = max(at) + 1
        follows = words[behind] if behind < len(words) else ""
        ruled = any(behind in hit for hit, _ in self.said.links.values())
        return 0.25 if ruled and follows.endswith(("er", "ers", "or", "ors")) else 0.0

    def _value_owners(self) -> Iterator[str]:
        """Yield the classes of named values, where nothing else says what is looked for."""
        if not self.said.classes and not self.anchors.named:
            for value in self.said.values:
                if value.owner in self.schema.classes:
                    yield value.owner

    def _unsaid_classes(self) -> dict[str, float]:
        """Return classes at the ends of links from what is named, with what they cost."""
        found: dict[str, float] = {}
        if _FELLOW & set(self.question.words):
            found = {n.concept: 0.05 for n in self.anchors.named}
        bases = [(n.concept,) for n in self.anchors.named]
        bases += [(c,) for c in self.said.classes]
        for base in bases:
            for link, _, ends in self.schema.steps_from(base):
                for end in ends:
                    cost = 0.08 if link in self.said.links else 0.2
                    fitting = self._fits_cue(end)
                    found[end] = min(found.get(end, 1.0), cost - (0.06 if fitting else 0.0))
        return found

    def _fits_cue(self, concept: str) -> bool:
        """Return whether instances of a class answer to the question word."""
        words = {w for c in self.schema.ontology.lineage(concept) for w in name_words(c)}
        if self.cues.kind == "where":
            return bool(words & PLACES)
        return self.cues.kind == "who" and bool(words & PERSONS)

    def _strange(self, concept: str) -> float:
        """Return what speaks against a class answering to `who` or `where`."""
        if self._fits_cue(concept):
            return 0.0
        words = {w for c in self.schema.ontology.lineage(concept) for w in name_words(c)}
        odd = self.cues.kind == "where" or words & (PLACES | {"event", "topic", "work"})
        return 0.25 if odd else 0.15

    # Trees

    def _attached(self, root: Grown) -> list[Grown]:
        """Return trees from a root to all that is named."""
        trees = [root]
        for named in self.anchors.named:
            if set(named.keys) <= set(root.root.keys):
                continue
            goal = Node(named.concept, named.keys, (named.name,) * len(named.keys))
            trees = self._extended(trees, goal, named.at)
        for literal in self.anchors.literals:
            condition = Condition(literal.value, "=", literal.literal)
            trees = self._conditioned(trees, condition, literal.at)
        for concept, at in self.said.classes.items():
            more = [t for t in trees if not at <= t.covered]
            if more:
                grown = self._extended(more, Node(concept), at)
                trees = sorted([*trees, *grown], key=self._worth)[:_BEAM]
        for bound in self.bounds:
            trees = [t for tree in trees for t in self._bounded(tree, bound)]
            trees = sorted(trees, key=self._worth)[:_BEAM]
        for value, (at, _) in self.said.values.items():
            if value.kind == "yes" and not at <= self.anchors.taken:
                more = self._conditioned(trees, Condition(value, "=", True), at)
                trees = sorted([*trees, *more], key=self._worth)[:_BEAM]
        joint = [g for tree in trees for g in self._joint(tree)]
        for link in self.said.links:
            more = [
                t
                for t in trees
                if not self.said.links[link][0] & self.question.content <= t.covered
            ]
            grown = [g for t in more for g in self._hung(t, link)]
            trees = sorted([*trees, *grown], key=self._worth)[: _BEAM + 2]
        return [*trees, *joint]

    def _worth(self, tree: Grown) -> float:
        """Return what a tree leaves unexplained and adds; the less the better."""
        whole = self.question.weight(self.question.content) or 1.0
        left = self.question.weight(self.question.content - tree.covered)
        return left / whole + tree.cost

    def _extended(self, trees: Sequence[Grown], goal: Node, at: Positions) -> list[Grown]:
        """Return trees that also lead to a goal, over the cheapest ways."""
        grown: list[Grown] = []
        for tree in trees:
            for spot, concept in _spots(tree.root):
                for steps in self._ways(concept, goal.concept):
                    added, covered, cost = self._laid(steps, goal, at)
                    root = _hang(tree.root, spot, added)
                    grown.append(Grown(root, tree.covered | covered | at, tree.cost + cost))
                    if merged := self._merged(tree, spot, steps, goal, at):
                        grown.append(merged)
        return sorted(grown, key=self._worth)[:_BEAM]

    def _merged(
        self,
        tree: Grown,
        spot: tuple[int, ...],
        steps: Sequence[tuple[Link, bool]],
        goal: Node,
        at: Positions,
    ) -> Grown | None:
        """Return a tree whose end already is what a class mention means."""
        if goal.keys or goal.branches or len(steps) != 1:
            return None
        node = _node_at(tree.root, spot)
        link, forward = steps[0]
        for number, branch in enumerate(node.branches):
            fits = branch.types == (link.type,) and branch.forward == forward
            if fits and self.schema.related((branch.node.concept,), (goal.concept,)):
                refined = branch.node.concept
                if self.schema.ontology.is_a(goal.concept, refined) and not branch.node.keys:
                    refined = goal.concept
                new = replace(branch, node=replace(branch.node, concept=refined))
                branches = (*node.branches[:number], new, *node.branches[number + 1 :])
                root = _put(tree.root, spot, replace(node, branches=branches))
                return Grown(root, tree.covered | at, tree.cost)
        return None

    def _ways(self, start: str, goal: str) -> list[list[tuple[Link, bool]]]:
        """Return the shortest ways over links between two classes, named ones first."""
        if (start, goal) not in self._known_ways:
            self._known_ways[start, goal] = self._found_ways(start, goal)
        return self._known_ways[start, goal]

    def _found_ways(self, start: str, goal: str) -> list[list[tuple[Link, bool]]]:
        best: list[_Way] = []
        for place, way in self._begun(start):
            if len(best) == _SHORTEST and best[-1].price <= way.price:
                break
            best += _longer(way, place, self._leading(way.ends, goal))
            best = sorted(best)[:_SHORTEST]
        return [way.steps for way in best]

    def _begun(self, start: str) -> list[_Place]:
        """Return ways from a class that lack their last step, the cheapest first."""
        if start not in self._known_begun:
            places: list[_Place] = [((0, 0), _Way(0.0, (), [], (start,)))]
            begun = list(places)
            for length in range(1, _LONGEST):
                more = (_longer(way, place, self._priced(way.ends)) for place, way in places)
                kept = islice(merge(*more), _WIDE)
                places = [((length, i), way) for i, way in enumerate(kept)]
                begun += places
            self._known_begun[start] = sorted(begun, key=lambda one: one[1])
        return self._known_begun[start]

    def _priced(self, concepts: tuple[str, ...]) -> list[_Step]:
        """Return the links of instances of concepts, the cheapest first."""
        if concepts not in self._known_steps:
            steps = enumerate(self.schema.steps_from(concepts))
            priced = [
                _Step(self._price(x, to), i, x, forward, to) for i, (x, forward, to) in steps
            ]
            self._known_steps[concepts] = sorted(priced, key=lambda step: step[:2])
        return self._known_steps[concepts]

    def _leading(self, concepts: tuple[str, ...], goal: str) -> list[_Step]:
        """Return those of them that lead to a goal and may be on one of the shortest ways."""
        if (concepts, goal) not in self._known_last:
            related = self.schema.related
            last = (step for step in self._priced(concepts) if related(step.ends, (goal,)))
            self._known_last[concepts, goal] = list(islice(last, _SHORTEST + 1))
        return self._known_last[concepts, goal]

    def _price(self, link: Link, ends: Sequence[str]) -> float:
        """Return what a link costs; less where the question names it or what it leads to."""
        if link in self.said.links:
            small = SMALL & set(name_words(link.attribute))
            apart = 0.0 if not small else -0.03 if small & set(self.question.words) else 0.02
            return 0.03 + 0.05 * (1 - self.said.links[link][1]) + apart
        known = any(self.schema.ontology.is_a(c, e) for e in ends for c in self.said.classes)
        return _UNSAID * (0.45 if known else 1.0)

    def _laid(
        self, steps: Sequence[tuple[Link, bool]], goal: Node, at: Positions
    ) -> tuple[Branch, Positions, float]:
        """Return a way as branches, the words that name it and its cost."""
        covered: frozenset[int] = frozenset()
        cost = 0.0
        node = goal
        made: Branch | None = None
        seen: dict[str, int] = {}
        for number, (link, forward) in enumerate(reversed(steps)):
            ends = link.ends if forward else link.start
            together = _FELLOW & set(self.question.words)
            cost += 0.0 if together else _AGAIN * seen.get(link.type, 0)
            covered |= {i for i, w in enumerate(self.question.words) if w in together}
            seen[link.type] = seen.get(link.type, 0) + 1
            if not number:
                cost += self._far(link, at)
            if len(steps) == 1:
                cost += self._opposed(link, forward, at)
            if number:
                concept, spoken = self._named_class(ends)
                covered |= spoken
                node = Node(concept, branches=(made,) if made else ())
            cost += self._price(link, ends)
            covered |= self.said.links[link][0] if link in self.said.links else frozenset()
            # Who shares something with a named one is somebody else.
            apart = not number and len(steps) == 2 and steps[0][0] is steps[1][0]
            made = Branch((link.type,), forward, node, apart=apart)
        assert made is not None
        return made, covered, cost

    def _far(self, link: Link, at: Positions) -> float:
        """Return what it costs that the words for a link stand far from those it leads to."""
        named = self.said.links.get(link)
        if not named or not named[0] or not at:
            return 0.0
        return 0.004 * min(abs(i - j) for i in named[0] for j in at)

    def _opposed(self, link: Link, forward: bool, at: Positions | None) -> float:
        """Return what it costs to follow a link between equals this way, by the word order.

        Who reports to Ann is who has a link to her; whom Ann reports to stands behind hers.
        """
        named = self.said.links.get(link)
        if not named or not named[0] or not self.schema.related(link.start, link.ends):
            return 0.0
        words, spot = self.question.words, max(named[0])
        name = name_words(link.attribute or link.type)
        noun = (words[spot + 1 : spot + 2] == ["of"] and words[spot] != "part") or words[
            spot - 1 : spot
        ] == ["the"]
        agent = name[-1].endswith(("or", "er", "ors", "ers"))
        agent = agent and stem(name[-1]) == self.question.stems[spot]
        behind = at is None or min(at) > spot
        expected = behind and not noun
        if "by" in name and "by" not in words[spot : spot + 3]:
            expected = not expected
        if agent and not noun and words[spot] not in name:
            expected = not expected
        return 0.0 if forward == expected else _OPPOSED

    def _named_class(self, ends: Sequence[str]) -> tuple[str, Positions]:
        """Return the class of a node on the way: one that the question names, if it fits."""
        for concept, at in self.said.classes.items():
            if any(self.schema.ontology.is_a(concept, end) for end in ends):
                return concept, at
        return (ends[0] if len(ends) == 1 else ""), frozenset()

    def _hung(self, tree: Grown, link: Link) -> Iterator[Grown]:
        """Yield a tree whose root, or first branch's end, also has a link that is named."""
        at = self.said.links[link][0]
        for spot, concept in _spots(tree.root)[:3]:
            for forward, here, ends in (
                (True, link.start, link.ends),
                (False, link.ends, link.start),
            ):
                if self.schema.related((concept,), here):
                    end = ends[0] if len(ends) == 1 else ""
                    root = _hang(tree.root, spot, Branch((link.type,), forward, Node(end)))
                    yield Grown(
                        root,
                        tree.covered | at,
                        tree.cost + 0.05 + self._opposed(link, forward, None),
                    )

    def _joint(self, tree: Grown) -> Iterator[Grown]:
        """Yield trees in which two links join the same nodes: `acted in and directed`, `or`."""
        words = self.question.words
        if "or" not in words and "both" not in words and "and" not in words:
            return
        for number, branch in enumerate(tree.root.branches):
            ends = (branch.node.concept,)
            for link, (at, _) in self.said.links.items():
                if link.type in branch.types:
                    continue
                here, there = (
                    (link.start, link.ends) if branch.forward else (link.ends, link.start)
                )
                fits = self.schema.related(here, (tree.root.concept,))
                if not fits or not self.schema.related(there, ends):
                    continue
                either = "or" in words
                new = (
                    replace(branch, types=(*branch.types, link.type))
                    if either
                    else replace(branch, also=(*branch.also, link.type))
                )
                branches = tuple(
                    new if i == number else b
                    for i, b in enumerate(tree.root.branches)
                    if i == number or link.type not in b.types
                )
                root = replace(tree.root, branches=branches)
                yield Grown(root, tree.covered | at, tree.cost)

    # Conditions

    def _conditioned(
        self, trees: Sequence[Grown], condition: Condition, at: Positions
    ) -> list[Grown]:
        """Return trees whose nodes also meet a condition."""
        grown: list[Grown] = []
        owner = condition.value.owner
        for tree in trees:
            for spot, concept in _spots(tree.root):
                if concept and self.schema.ontology.is_a(concept, owner):
                    node = _node_at(tree.root, spot)
                    met = replace(node, conditions=(*node.conditions, condition))
                    said = self.said.values.get(condition.value)
                    named = said[0] if said else frozenset[int]()
                    grown.append(
                        Grown(
                            _put(tree.root, spot, met),
                            tree.covered | at | named,
                            tree.cost + 0.05 * len(spot),
                        )
                    )
        if not grown:
            goal = Node(owner, conditions=(condition,))
            return self._extended(trees, goal, at)
        return sorted(grown, key=self._worth)[:_BEAM]

    def _bounded(self, tree: Grown, bound: Bound) -> Iterator[Grown]:
        """Yield trees of which some value compares with a number as the question says."""
        any_found = False
        counted = max(bound.at) + 1  # `more than 2 ports` are no 2 of something else
        counts = any(counted in at for at in self.said.classes.values())
        for spot, concept in _spots(tree.root):
            for value in self._sized(concept, bound.temporal):
                cost, named = self._value_cost(value, bound)
                node = _node_at(tree.root, spot)
                tests = tuple(_tests(value, bound))
                met = replace(node, conditions=(*node.conditions, *tests))
                any_found = True
                yield Grown(
                    _put(tree.root, spot, met),
                    tree.covered | bound.at | named,
                    tree.cost + cost + 0.04 * len(spot) + _COUNTED * counts,
                )
        yield from self._bounded_links(tree, bound)
        if not any_found:
            yield tree

    def _bounded_links(self, tree: Grown, bound: Bound) -> Iterator[Grown]:
        """Yield trees where what a relationship carries compares with the number."""
        links = {link.type: link for link in self.schema.links}
        for number, branch in enumerate(tree.root.branches):
            link = links.get(branch.types[0])
            for value in link.qualifiers if link else ():
                if value.kind not in (TIMES if bound.temporal else SIZES):
                    continue
                cost, named = self._value_cost(value, bound)
                new = replace(branch, conditions=(*branch.conditions, *_tests(value, bound)))
                branches = (*tree.root.branches[:number], new, *tree.root.branches[number + 1 :])
                root = replace(tree.root, branches=branches)
                yield Grown(root, tree.covered | bound.at | named, tree.cost + cost + 0.05)

    def _sized(self, concept: str, temporal: bool) -> list[Value]:
        """Return the values of a class that compare with a number, or a year."""
        kinds = TIMES if temporal else frozenset({"number", "year"})
        values = self.schema.values_of(concept) if concept else ()
        return [v for v in values if v.kind in kinds]

    def _value_cost(self, value: Value, bound: Bound | None) -> tuple[float, Positions]:
        """Return what it costs to mean a value, and the words that name it."""
        if value in self.said.values:
            at, weight = self.said.values[value]
            return 0.06 * (1 - weight), at
        life = value.phrases[0] if value.phrases else frozenset[str]()
        if bound is not None and bound.temporal and life & {"birth", "die"}:
            return 0.3, frozenset()
        return (0.12 if bound is not None and bound.temporal else 0.3), frozenset()


def _tests(value: Value, bound: Bound) -> Iterator[Condition]:
    """Yield the conditions that a bound means for a value."""
    yield Condition(value, bound.operator, bound.number)
    if bound.upper is not None:
        yield Condition(value, "<=", bound.upper)


def general(schema: Schema, a: str, b: str) -> str:
    """Return the class of both: the more general one, or what they share."""
    shared = [c for c in schema.ontology.lineage(a) if schema.ontology.is_a(b, c)]
    return shared[0] if shared else a


def node_of(group: Sequence[Named]) -> Node:
    keys = tuple(key for n in group for key in n.keys)
    names = tuple(n.name for n in group for _ in n.keys)
    return Node(group[0].concept, keys, names)


def _untaken(said: Mentioned, taken: Positions) -> Mentioned:
    """Return what is mentioned outside names."""
    return Mentioned(
        {c: at for c, at in said.classes.items() if not at <= taken},
        {v: hit for v, hit in said.values.items() if not hit[0] <= taken},
        {k: hit for k, hit in said.links.items() if not hit[0] or not hit[0] <= taken},
    )


Spot = tuple[int, ...]


def _spots(root: Node) -> list[tuple[Spot, str]]:
    """Return the places of a tree's nodes that are not named, and their classes."""
    found: list[tuple[Spot, str]] = []
    queue: list[tuple[Spot, Node]] = [((), root)]
    while queue:
        spot, node = queue.pop(0)
        if not node.keys or not spot:
            found.append((spot, node.concept))
        queue += [((*spot, i), branch.node) for i, branch in enumerate(node.branches)]
    return found


def _node_at(root: Node, spot: Spot) -> Node:
    for i in spot:
        root = root.branches[i].node
    return root


def _put(root: Node, spot: Spot, node: Node) -> Node:
    """Return a tree with another node at a place."""
    if not spot:
        return node
    branch = root.branches[spot[0]]
    new = replace(branch, node=_put(branch.node, spot[1:], node))
    branches = (*root.branches[: spot[0]], new, *root.branches[spot[0] + 1 :])
    return replace(root, branches=branches)


def _hang(root: Node, spot: Spot, branch: Branch) -> Node:
    node = _node_at(root, spot)
    return _put(root, spot, replace(node, branches=(*node.branches, branch)))
