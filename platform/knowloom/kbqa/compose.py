"""From what a question mentions to the programs it may mean, the likeliest first.

A program is the smallest tree over the schema that joins what is mentioned: links that the
question names cost nothing, others a little, words that nothing explains cost most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

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
    cues_of,
    mentioned,
)
from knowloom.kbqa.programs import Branch, Condition, Node, Order, Program
from knowloom.kbqa.schema import Link, Schema, Value
from knowloom.kbqa.words import name_words, stem

_HALF = 0.5  # weight of a value of which only a part is named
_DROPPED = 0.12  # what it costs not to read a name as one
_AGAIN = 0.1  # what it costs to follow the same link again
_OPPOSED = 0.3  # what a link among equals costs the wrong way round
_UNSAID = 0.22  # what a link costs that the question does not name
_ASKING = frozenset({"did", "does", "do", "has", "have"})  # behind `what`: no class is asked for
_FELLOW = frozenset({"co", "fellow"})
_BEAM = 6
_LONGEST = 3
_TIMES = frozenset({"year", "date"})
_SIZES = frozenset({"number", "year", "date"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that a question may mean.

    Args:
        program: to be run.
        covered: positions of the words that it explains.
        cost: of what it adds by itself.
        score: the higher the likelier, about 1 at best.
        unexplained: how much the words say that it does not explain.
    """

    program: Program
    covered: Positions
    cost: float
    score: float = 0.0
    unexplained: float = 0.0


@dataclass(frozen=True, slots=True)
class _Grown:
    """A tree on its way: its root, what it explains, what it cost."""

    root: Node
    covered: Positions
    cost: float


def compose(
    question: Question, schema: Schema, named: Sequence[Named], literals: Sequence[Literal]
) -> list[Candidate]:
    """Return the programs that a question may mean, the likeliest first.

    Args:
        question: taken apart.
        schema: what the graph holds.
        named: instances that the question may name; those at the same place exclude each other.
        literals: likewise values.
    """
    cues = cues_of(question)
    found: dict[Program, Candidate] = {}
    for anchors in _readings(question, schema, named, literals):
        composer = Composer(question, schema, cues, anchors)
        for candidate in composer.candidates():
            scored = composer.scored(candidate)
            known = found.get(scored.program)
            if known is None or known.score < scored.score:
                found[scored.program] = scored
    return sorted(found.values(), key=lambda c: -c.score)


@dataclass(frozen=True, slots=True)
class Anchors:
    """One way to read the names and values of a question."""

    named: tuple[Named, ...]
    literals: tuple[Literal, ...]
    dropped: int = 0

    @property
    def taken(self) -> Positions:
        """The positions of the words that are part of one."""
        return frozenset(i for a in (*self.named, *self.literals) for i in a.at)


def _readings(
    question: Question, schema: Schema, named: Sequence[Named], literals: Sequence[Literal]
) -> Iterator[Anchors]:
    """Yield the ways to read names and values, the fullest first."""
    everything: list[Named | Literal] = [*named, *literals]
    spans = sorted({a.at for a in everything}, key=lambda at: (-len(at), min(at)))
    kept: list[Positions] = []
    for span in spans:
        if not any(span & other for other in kept):
            kept.append(span)
    choices: list[list[Named | Literal | None]] = []
    for span in sorted(kept, key=min):
        here = [a for a in everything if a.at == span]
        here.sort(key=lambda a: -(a.fit if isinstance(a, Named) else 0.95))
        is_class = any(question.find(p) == span for ps in schema.classes.values() for p in ps)
        choices.append([*here[:4], None] if is_class or len(span) == 1 else [*here[:4]])
    for number, picked in enumerate(product(*choices)):
        if number >= 24:
            return
        yield Anchors(
            tuple(a for a in picked if isinstance(a, Named)),
            tuple(a for a in picked if isinstance(a, Literal)),
            sum(a is None for a in picked),
        )


class Composer:
    """Builds programs for one reading of a question."""

    def __init__(self, question: Question, schema: Schema, cues: Cues, anchors: Anchors) -> None:
        self.question = question
        self.schema = schema
        self.cues = cues
        self.anchors = anchors
        self.said = _untaken(mentioned(question, schema), anchors.taken)
        self.bounds = bounds_of(question, anchors.taken | cues.used)
        self._known_ways: dict[tuple[str, str], list[list[tuple[Link, bool]]]] = {}

    def candidates(self) -> Iterator[Candidate]:
        """Yield programs for every kind of question that this may be."""
        yield from self._comparing()
        for root in self._roots():
            trees = self._attached(root)
            for tree in trees:
                yield from self._given(tree)

    def scored(self, candidate: Candidate) -> Candidate:
        """Return a candidate with its score: what is explained less what was added."""
        whole = self.question.weight(self.question.content)
        said = self.question.weight(candidate.covered | self.cues.used)
        share = said / whole if whole else 0.0
        score = share - candidate.cost - _DROPPED * self.anchors.dropped
        return replace(candidate, score=score, unexplained=whole - said)

    # Roots

    def _roots(self) -> Iterator[_Grown]:
        """Yield what may be looked for: classes, the ends of named links, named instances."""
        classes = self.said.classes
        first = min((min(at) for at in classes.values()), default=0)
        for concept, at in classes.items():
            late = 0.0 if min(at) == first and self.cues.kind != "yesno" else 0.12
            yield _Grown(Node(concept), at, late + self._aside(at))
        for number, named in enumerate(self.anchors.named):
            yield _Grown(_node_of([named]), named.at, 0.05 + 0.02 * bool(number))
        if self.cues.kind != "yesno":
            for concept, cost in self._unsaid_classes().items():
                if concept not in classes:
                    yield _Grown(Node(concept), frozenset(), cost)
            for concept in dict.fromkeys(self._value_owners()):
                yield _Grown(Node(concept), frozenset(), 0.1)

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

    def _attached(self, root: _Grown) -> list[_Grown]:
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

    def _worth(self, tree: _Grown) -> float:
        """Return what a tree leaves unexplained and adds; the less the better."""
        whole = self.question.weight(self.question.content) or 1.0
        left = self.question.weight(self.question.content - tree.covered)
        return left / whole + tree.cost

    def _extended(self, trees: Sequence[_Grown], goal: Node, at: Positions) -> list[_Grown]:
        """Return trees that also lead to a goal, over the cheapest ways."""
        grown: list[_Grown] = []
        for tree in trees:
            for spot, concept in _spots(tree.root):
                for steps in self._ways(concept, goal.concept):
                    added, covered, cost = self._laid(steps, goal, at)
                    root = _hang(tree.root, spot, added)
                    grown.append(_Grown(root, tree.covered | covered | at, tree.cost + cost))
                    if merged := self._merged(tree, spot, steps, goal, at):
                        grown.append(merged)
        return sorted(grown, key=self._worth)[:_BEAM]

    def _merged(
        self,
        tree: _Grown,
        spot: tuple[int, ...],
        steps: Sequence[tuple[Link, bool]],
        goal: Node,
        at: Positions,
    ) -> _Grown | None:
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
                return _Grown(root, tree.covered | at, tree.cost)
        return None

    def _ways(self, start: str, goal: str) -> list[list[tuple[Link, bool]]]:
        """Return the shortest ways over links between two classes, named ones first."""
        if (start, goal) not in self._known_ways:
            self._known_ways[start, goal] = self._found_ways(start, goal)
        return self._known_ways[start, goal]

    def _found_ways(self, start: str, goal: str) -> list[list[tuple[Link, bool]]]:
        found: list[tuple[float, int, list[tuple[Link, bool]]]] = []
        frontier: list[tuple[float, list[tuple[Link, bool]], tuple[str, ...]]] = [
            (0.0, [], (start,))
        ]
        for _ in range(_LONGEST):
            further: list[tuple[float, list[tuple[Link, bool]], tuple[str, ...]]] = []
            for cost, way, concepts in frontier:
                for link, forward, ends in self.schema.steps_from(concepts):
                    if way and way[-1][0] is link and way[-1][1] != forward and len(way) == 1:
                        back = 0.1
                    else:
                        back = 0.0
                    price = cost + back + self._price(link, ends)
                    step = [*way, (link, forward)]
                    if self.schema.related(ends, (goal,)):
                        found.append((price, len(found), step))
                    further.append((price, step, ends))
            frontier = sorted(further, key=lambda f: f[0])[:40]
        return [way for _, _, way in sorted(found)[:5]]

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

    def _hung(self, tree: _Grown, link: Link) -> Iterator[_Grown]:
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
                    yield _Grown(
                        root,
                        tree.covered | at,
                        tree.cost + 0.05 + self._opposed(link, forward, None),
                    )

    def _joint(self, tree: _Grown) -> Iterator[_Grown]:
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
                yield _Grown(root, tree.covered | at, tree.cost)

    # Conditions

    def _conditioned(
        self, trees: Sequence[_Grown], condition: Condition, at: Positions
    ) -> list[_Grown]:
        """Return trees whose nodes also meet a condition."""
        grown: list[_Grown] = []
        owner = condition.value.owner
        for tree in trees:
            for spot, concept in _spots(tree.root):
                if concept and self.schema.ontology.is_a(concept, owner):
                    node = _node_at(tree.root, spot)
                    met = replace(node, conditions=(*node.conditions, condition))
                    said = self.said.values.get(condition.value)
                    named = said[0] if said else frozenset[int]()
                    grown.append(
                        _Grown(
                            _put(tree.root, spot, met),
                            tree.covered | at | named,
                            tree.cost + 0.05 * len(spot),
                        )
                    )
        if not grown:
            goal = Node(owner, conditions=(condition,))
            return self._extended(trees, goal, at)
        return sorted(grown, key=self._worth)[:_BEAM]

    def _bounded(self, tree: _Grown, bound: Bound) -> Iterator[_Grown]:
        """Yield trees of which some value compares with a number as the question says."""
        any_found = False
        for spot, concept in _spots(tree.root):
            for value in self._sized(concept, bound.temporal):
                cost, named = self._value_cost(value, bound)
                node = _node_at(tree.root, spot)
                tests = tuple(_tests(value, bound))
                met = replace(node, conditions=(*node.conditions, *tests))
                any_found = True
                yield _Grown(
                    _put(tree.root, spot, met),
                    tree.covered | bound.at | named,
                    tree.cost + cost + 0.04 * len(spot),
                )
        yield from self._bounded_links(tree, bound)
        if not any_found:
            yield tree

    def _bounded_links(self, tree: _Grown, bound: Bound) -> Iterator[_Grown]:
        """Yield trees where what a relationship carries compares with the number."""
        links = {link.type: link for link in self.schema.links}
        for number, branch in enumerate(tree.root.branches):
            link = links.get(branch.types[0])
            for value in link.qualifiers if link else ():
                if value.kind not in (_TIMES if bound.temporal else _SIZES):
                    continue
                cost, named = self._value_cost(value, bound)
                new = replace(branch, conditions=(*branch.conditions, *_tests(value, bound)))
                branches = (*tree.root.branches[:number], new, *tree.root.branches[number + 1 :])
                root = replace(tree.root, branches=branches)
                yield _Grown(root, tree.covered | bound.at | named, tree.cost + cost + 0.05)

    def _sized(self, concept: str, temporal: bool) -> list[Value]:
        """Return the values of a class that compare with a number, or a year."""
        kinds = _TIMES if temporal else frozenset({"number", "year"})
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

    # What is given back

    def _given(self, tree: _Grown) -> Iterator[Candidate]:
        """Yield programs that ask a tree for what the question wants."""
        kind = self.cues.kind
        if kind == "yesno":
            yield Candidate(Program(tree.root, reduce="exists"), tree.covered, tree.cost)
            return
        ordered = list(self._ordered(tree))
        for program, covered, cost in ordered or [(Program(tree.root), tree.covered, tree.cost)]:
            if kind == "count" and not self.cues.picks:
                yield from self._counted(program, covered, cost)
            elif not tree.root.keys:
                wrong = 0.15 if kind in {"when"} else 0.0
                if kind in {"where", "who"}:
                    wrong += self._strange(tree.root.concept)
                if not self.cues.fold:
                    yield Candidate(program, covered, cost + wrong)
            yield from self._valued(program, covered, cost)

    def _counted(self, program: Program, covered: Positions, cost: float) -> Iterator[Candidate]:
        """Yield counts of what is found, of its different values, and of what each has."""
        if not program.root.keys:
            yield Candidate(replace(program, reduce="count"), covered, cost)
        words = self.question.words
        for i, word in enumerate(words):
            grouped = word in {"each", "every", "per"} and program.root.branches
            if grouped and i + 1 in self.said.classes.get(program.root.concept, ()):
                yield Candidate(replace(program, reduce="group"), covered, cost - 0.2)
        for having, at in self._having():
            if program.root.branches:
                yield Candidate(
                    replace(program, reduce="count", having=having), covered | at, cost - 0.02
                )
        if "different" in words or "distinct" in words:
            for value, at, price in self._wanted(program.root):
                found = replace(program, give=value, reduce="distinct")
                spot = words.index("different" if "different" in words else "distinct")
                yield Candidate(found, covered | at | {spot}, cost + price - 0.05)

    def _having(self) -> Iterator[tuple[tuple[str, int], Positions]]:
        for bound in self.bounds:
            if isinstance(bound.number, int) and not bound.temporal:
                yield (bound.operator, bound.number), bound.at

    def _ordered(self, tree: _Grown) -> Iterator[tuple[Program, Positions, float]]:
        """Yield programs that pick by the question's superlative."""
        for by, most, at, limit in self.cues.picks:
            covered = tree.covered | at
            if by == "count":
                for number, branch in enumerate(tree.root.branches[:2]):
                    if not branch.node.keys:
                        rest = [b for i, b in enumerate(tree.root.branches) if i != number]
                        root = replace(tree.root, branches=(branch, *rest))
                        order = Order(None, most, limit)
                        yield Program(root, order=order), covered, tree.cost
            for below, concept in self._holders(tree.root):
                for value in self._picking(concept, by):
                    cost, named = self._pick_cost(value, by)
                    order = Order(value, most, limit, below)
                    extra = 0.06 if below else 0.0
                    yield (
                        Program(tree.root, order=order),
                        covered | named,
                        tree.cost + cost + extra,
                    )

    def _holders(self, root: Node) -> Iterator[tuple[bool, str]]:
        yield False, root.concept
        if root.branches and len(root.branches[0].node.keys) != 1:
            yield True, root.branches[0].node.concept

    def _picking(self, concept: str, by: str) -> list[Value]:
        """Return the values of a class that a superlative may pick by."""
        values = self.schema.values_of(concept) if concept else ()
        timely = by in {"time", "age"}
        kinds = _TIMES if timely else frozenset({"number"}) if by == "count" else _SIZES
        return [v for v in values if v.kind in kinds]

    def _pick_cost(self, value: Value, by: str) -> tuple[float, Positions]:
        if value in self.said.values:
            return 0.0, self.said.values[value][0]
        if by in {"time", "age"}:
            life = value.phrases[0] if value.phrases else frozenset[str]()
            if "die" in life or "until" in life or "requir" in life:
                return 0.2, frozenset()
            born = "birth" in life
            return (0.0 if born else 0.03) if by == "age" else (0.2 if born else 0.03), frozenset()
        if by == "price" and any(p & {"pric", "cost"} for p in value.phrases):
            return 0.0, frozenset()
        return 0.3, frozenset()

    def _valued(self, program: Program, covered: Positions, cost: float) -> Iterator[Candidate]:
        """Yield programs that give a value of what is found, or of a relationship."""
        fold = self.cues.fold
        for value, at, price in self._wanted(program.root):
            if fold and value.kind not in _SIZES:
                continue
            if self.cues.kind == "count" and not fold and value.kind != "number":
                continue
            if self.cues.kind == "count" and not fold and not program.root.keys:
                continue
            extra = 0.0 if program.root.keys or fold else 0.12
            found = replace(program, give=value, reduce=fold)
            yield Candidate(found, covered | at, cost + price + extra)
        links = {link.type: link for link in self.schema.links}
        branches = program.root.branches
        link = links.get(branches[0].types[0]) if branches else None
        for value in link.qualifiers if link else ():
            price, at = self._want_cost(value)
            if price < 0.3:
                found = replace(program, give=value, qualifier=True, reduce=fold)
                yield Candidate(found, covered | at, cost + price + 0.03)

    def _wanted(self, root: Node) -> Iterator[tuple[Value, Positions, float]]:
        """Yield the values of the root that the question may want."""
        for value in self.schema.values_of(root.concept) if root.concept else ():
            price, at = self._want_cost(value)
            if price < 0.3:
                yield value, at, price

    def _want_cost(self, value: Value) -> tuple[float, Positions]:
        kind = self.cues.kind
        year = {"year", "date", "day"} & set(self.question.words)
        at = frozenset(i for i, w in enumerate(self.question.words) if w in {"year", "date"})
        timely = value.kind in _TIMES
        if value in self.said.values:
            found, weight = self.said.values[value]
            wrong = 0.2 if kind == "when" and not timely else 0.0
            wrong += 0.1 if kind in {"who", "where"} and value.kind != "text" else 0.0
            wrong += 0.15 if weight < _HALF else 0.0
            return 0.1 * (1 - weight) + wrong, found | (at if timely else frozenset())
        if timely and (kind == "when" or year):
            return 0.1, at
        return 1.0, frozenset()

    # Two things compared

    def _comparing(self) -> Iterator[Candidate]:
        """Yield programs that compare two named things by a value."""
        pairs = [
            (a, b)
            for a in self.anchors.named
            for b in self.anchors.named
            if min(a.at) < min(b.at) and self.schema.related((a.concept,), (b.concept,))
        ]
        picks = list(self.cues.picks) + list(self._thans())
        for (a, b), (by, most, at, _) in product(pairs, picks):
            covered = a.at | b.at | at
            for value in self._picking(_general(self.schema, a.concept, b.concept), by):
                cost, named = self._pick_cost(value, by)
                order = Order(value, most)
                if self.cues.kind == "yesno":
                    program = Program(_node_of([a]), order=order, other=_node_of([b]))
                elif "or" in self.question.words:
                    both = Node(
                        _general(self.schema, a.concept, b.concept),
                        (*a.keys, *b.keys),
                        (a.name, b.name),
                    )
                    program = Program(both, order=order)
                else:
                    continue
                yield Candidate(program, covered | named, cost)

    def _thans(self) -> Iterator[tuple[str, bool, Positions, int]]:
        """Yield comparisons that need `than`, or say before and after."""
        words = self.question.words
        for i, word in enumerate(words):
            if word in {"before", "after"}:
                yield "time", word == "after", frozenset({i}), 1
            if words[i + 1 : i + 2] == ["than"] or word in {"more", "less"}:
                from knowloom.kbqa.lexicon import superlative

                if word in {"more", "less"}:
                    follow = superlative(" ".join(words[i + 1 : i + 2]))
                    by = follow[0] if follow else "number"
                    yield by, word == "more", frozenset({i, i + 1} if follow else {i}), 1
                elif found := superlative(word):
                    yield (*found, frozenset({i}), 1)


def _tests(value: Value, bound: Bound) -> Iterator[Condition]:
    """Yield the conditions that a bound means for a value."""
    yield Condition(value, bound.operator, bound.number)
    if bound.upper is not None:
        yield Condition(value, "<=", bound.upper)


def _general(schema: Schema, a: str, b: str) -> str:
    """Return the class of both: the more general one, or what they share."""
    shared = [c for c in schema.ontology.lineage(a) if schema.ontology.is_a(b, c)]
    return shared[0] if shared else a


def _node_of(group: Sequence[Named]) -> Node:
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
