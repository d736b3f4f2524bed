"""From what a question mentions to the programs it may mean, the likeliest first.

A program is the smallest tree over the schema that joins what is mentioned: links that the
question names cost nothing, others a little, words that nothing explains cost most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from knowloom.kbqa.grow import (
    DROPPED,
    HALF,
    SIZES,
    TIMES,
    Anchors,
    Grower,
    Grown,
    general,
    node_of,
)
from knowloom.kbqa.mentions import (
    Literal,
    Named,
    Positions,
    Question,
    cues_of,
)
from knowloom.kbqa.programs import Node, Order, Program
from knowloom.kbqa.schema import Schema, Value


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


def _readings(
    question: Question, schema: Schema, named: Sequence[Named], literals: Sequence[Literal]
) -> Iterator[Anchors]:
    """Yield the ways to read names and values, the fullest first."""
    everything: list[Named | Literal] = [*named, *literals]
    places = {*(n.at for n in named), *(x.at for x in literals)}
    spans = sorted(places, key=lambda at: (-len(at), min(at)))
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


class Composer(Grower):
    """Builds programs for one reading of a question."""

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
        score = share - candidate.cost - DROPPED * self.anchors.dropped
        return replace(candidate, score=score, unexplained=whole - said)

    # What is given back

    def _given(self, tree: Grown) -> Iterator[Candidate]:
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

    def _ordered(self, tree: Grown) -> Iterator[tuple[Program, Positions, float]]:
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
        if timely:
            return [v for v in values if v.kind in TIMES]
        named = frozenset[Value]() if by == "count" else self.said.values.keys()
        return [v for v in values if v.kind == "number" or (v.kind in SIZES and v in named)]

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
            if fold and value.kind not in SIZES:
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
        timely = value.kind in TIMES
        if value in self.said.values:
            found, weight = self.said.values[value]
            wrong = 0.2 if kind == "when" and not timely else 0.0
            wrong += 0.1 if kind in {"who", "where"} and value.kind != "text" else 0.0
            wrong += 0.15 if weight < HALF else 0.0
            return 0.1 * (1 - weight) + wrong, found | (at if timely else frozenset[int]())
        if timely and (kind == "when" or year):
            return 0.1, at
        return 1.0, frozenset()

    # Two things compared

    def _comparing(self) -> Iterator[Candidate]:
        """Yield programs that compare two named things by a value."""
        pairs = [
            (a, b) for a in self.anchors.named for b in self.anchors.named if min(a.at) < min(b.at)
        ]
        picks = list(self.cues.picks) + list(self._thans())
        for (a, b), (by, most, at, _) in product(pairs, picks):
            covered = a.at | b.at | at
            for value in self._picking(general(self.schema, a.concept, b.concept), by):
                cost, named = self._pick_cost(value, by)
                order = Order(value, most)
                if self.cues.kind == "yesno":
                    program = Program(node_of([a]), order=order, other=node_of([b]))
                elif "or" in self.question.words:
                    both = Node(
                        general(self.schema, a.concept, b.concept),
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
