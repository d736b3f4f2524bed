"""Training of what questions mean in any graph, from the phrases of `corpus/` alone.

Relations are written as many schemas would write them: with or without the kind before the name,
in either direction, and through a node between. Questions about one thing are nested into others,
so that longer paths are learnt, too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.neural.general import General
from knowloom.kbqa.neural.head import Head, PathParts
from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.paths import Step
from knowloom.training.phrases import Kind, Relation, kinds, relations

_WAYS = 10  # to write a relation
_NESTED = 6_000  # questions about a thing that is not named itself
_RIGHT, _WRONG = 2, 4  # paths beside a question in one step
_AT_ONCE, _EPOCHS, _LEARNING = 128, 16, 3e-3
_LAYER_ROUNDS, _LAYER_LEARNING, _SMOOTHED = 100, 0.05, 0.05
_FLAT = frozenset({"date", "number", "text", "money"})
_DOMAINS = {
    "person": "people", "place": "location", "city": "location", "country": "location",
    "org": "organization", "company": "business", "school": "education", "show": "tv",
    "song": "music", "album": "music", "artist": "music", "band": "music", "team": "sports",
    "player": "sports", "disease": "medicine", "drug": "medicine", "species": "biology",
    "building": "architecture", "ship": "boats", "airport": "aviation", "war": "military",
    "battle": "military", "party": "government", "office": "government", "software": "computer",
    "planet": "astronomy",
}  # fmt: skip
_ASKING = ("{}", "what is {}", "who are {}", "list {}", "show me {}")
_NAMING = ("what is the {} of it", "it {}", "what {} does it have")
_WITH_KIND = ("what {} is it", "which {} did it", "what {} does it have", "the {} of it",
              "what {} are in it", "name the {}")  # fmt: skip

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class End:
    """A relation, seen from one of its ends.

    Args:
        kind: of the thing at this end.
        other: of those at the other.
        asked: questions as people ask them.
        named: questions that only name the relation.
        called: what stands for the other end.
        ways: to write the relation from here.
    """

    kind: str
    other: str
    asked: tuple[str, ...]
    named: tuple[str, ...]
    called: tuple[str, ...]
    ways: tuple[Steps, ...]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learnt from: questions, each with the ends that its path consists of."""

    ends: tuple[End, ...]
    questions: tuple[tuple[str, Key], ...]

    def at(self) -> dict[str, list[int]]:
        """Return which ends there are of each kind of thing."""
        found: dict[str, list[int]] = {}
        for i, end in enumerate(self.ends):
            found.setdefault(end.kind, []).append(i)
        return found

    def some(self, questions: int, ways: int, chance: random.Random) -> Lessons:
        """Return so many of the questions, and so many ways to write each relation."""
        ends = tuple(replace(end, ways=end.ways[:ways]) for end in self.ends)
        count = min(questions, len(self.questions))
        return Lessons(ends, tuple(chance.sample(self.questions, count)))


def lessons(known: Iterable[Relation], chance: random.Random, nested: int = _NESTED) -> Lessons:
    """Return what is learnt from relations.

    Args:
        known: the relations.
        chance: picks ways to write them, and what is nested in what.
        nested: how many questions go over a thing that they do not name.
    """
    both = [(one, forward) for one in known for forward in (True, False)]
    ends = [end for one, forward in both if (end := _end(one, forward, chance)).asked]
    found = Lessons(tuple(ends), ())
    plain = [(text, (i,)) for i, end in enumerate(ends) for text in (*end.asked, *end.named)]
    return Lessons(found.ends, (*plain, *_nested(found, nested, chance)))


def _end(one: Relation, forward: bool, chance: random.Random) -> End:
    """Return a relation as seen from its left end, or from its right one."""
    kinds_ = (one.left, one.right) if forward else (one.right, one.left)
    called = one.called if forward else one.called_back
    named = [chance.choice(_NAMING).format(name) for name in one.names] if forward else []
    named += [chance.choice(_ASKING).format(text) for text in called]
    ways = dict.fromkeys(written(one, forward, chance) for _ in range(2 * _WAYS))
    asked = one.asked if forward else one.asked_back
    return End(*kinds_, asked, tuple(named), called, tuple(ways)[:_WAYS])


def written(one: Relation, forward: bool, chance: random.Random) -> Steps:
    """Return a way in which a schema may write a relation, as steps from one of its ends.

    >>> one = Relation("film", "person", "", ("directed by",))
    >>> written(one, False, random.Random(2))[0].forward
    False
    """
    name = _under(chance.choice(one.names))
    here, there = (one.left, one.right) if forward else (one.right, one.left)
    back = _back_name(one, chance)
    if one.via and chance.random() < 0.6:
        between = chance.choice(("", "{0}.", "{1}.{0}.")).format(
            _under(one.via), _domain(one.left)
        )
        role = name if forward and chance.random() < 0.5 else _under(there)
        if chance.random() < 0.4:
            return Step(between + _under(here), False), Step(between + role)
        return Step(_prefix(here, chance) + (name if forward else back)), Step(between + role)
    if forward:
        return (Step(_prefix(here, chance) + name),)
    if one.called_back and chance.random() < 0.4:
        return (Step(_prefix(here, chance) + back),)
    return (Step(_prefix(there, chance) + name, False),)


def _back_name(one: Relation, chance: random.Random) -> str:
    """Return what a relation may be called from its right end."""
    if not one.called_back:
        return _under(one.via)
    said = chance.choice(one.called_back).split()
    return "_".join(word for word in said if word not in {"the", "it", "its"})


def _prefix(kind: str, chance: random.Random) -> str:
    """Return what schemas put before the name of a relation."""
    drawn, under = chance.random(), _under(kind)
    if drawn < 0.4:
        return ""
    if drawn < 0.6:
        return f"{under}."
    return f"{under}.{under}." if drawn < 0.75 else f"{_domain(kind)}.{under}."


def _under(text: str) -> str:
    return text.replace(" ", "_")


def _domain(kind: str) -> str:
    return _under(_DOMAINS.get(kind, kind))


def _nested(known: Lessons, count: int, chance: random.Random) -> list[tuple[str, Key]]:
    """Return questions that put what stands for a thing in the place of its name."""
    at = known.at()
    starts = [
        i
        for i, end in enumerate(known.ends)
        if end.called and end.other in at and not {end.kind, end.other} & _FLAT
    ]
    found: list[tuple[str, Key]] = []
    while starts and len(found) < count:
        first = chance.choice(starts)
        second = chance.choice(at[known.ends[first].other])
        inner = chance.choice(known.ends[first].called)
        asked = chance.choice(known.ends[second].asked).split()
        if "it" in asked and re.search(r"\bit\b", inner):
            place = asked.index("it")
            found.append((" ".join([*asked[:place], inner, *asked[place + 1 :]]), (first, second)))
    return found


def train(
    known: Sequence[Relation] | None = None,
    *,
    seed: int = 1,
    epochs: int = _EPOCHS,
    told: Callable[[str], None] = lambda _: None,
) -> General:
    """Return the weights, trained on the corpus.

    Args:
        known: relations to learn from; all when None.
        seed: of all chance.
        epochs: how often each question is seen.
        told: called with a line now and then.
    """
    chance, encoder = random.Random(seed), Encoder()
    torch.manual_seed(seed)
    known = relations() if known is None else known
    made = General([kind.name for kind in kinds()])
    told(f"{len(known)} relations")
    made.wanted = _layer(encoder, *_wanted(known, kinds()))
    made.named = _layer(encoder, *_named(kinds()))
    made.head = _head(lessons(known, chance), encoder, epochs, chance, told)
    return made.eval()


def own_first(head: Head, encoder: Encoder, known: Sequence[Relation]) -> float:
    """Return for which share of people's questions their own relation is nearest, from 0 to 1.

    Args:
        head: that moves questions and paths; it has to be in evaluation mode.
        encoder: that it was trained on.
        known: the relations that are told apart.
    """
    held = lessons(known, random.Random(1), nested=0)
    pairs = [(text, i) for i, end in enumerate(held.ends) for text in end.asked]
    paths = [(i, way) for i, end in enumerate(held.ends) for way in end.ways[:3]]
    steps, parts = PathParts.of([way for _, way in paths])
    with torch.inference_mode():
        asked = head.questions(encoder.encode([text for text, _ in pairs]))
        best = (asked @ head.paths(encoder.steps(steps), parts).T).argmax(1)
    right = [paths[int(place)][0] == i for place, (_, i) in zip(best, pairs, strict=True)]
    return sum(right) / len(right)


def _wanted(known: Sequence[Relation], of: Sequence[Kind]) -> tuple[list[str], list[int]]:
    """Return questions with the place of the kind of thing they want."""
    place = {name: i for i, kind in enumerate(of) for name in kind.among}
    pairs: list[tuple[str, int]] = []
    for one in known:
        pairs += [(text, place[one.right]) for text in (*one.asked, *one.called)]
        pairs += [(text, place[one.left]) for text in (*one.asked_back, *one.called_back)]
    for i, kind in enumerate(of):
        pairs += [(form.format(noun), i) for noun in kind.nouns for form in _WITH_KIND]
    return [text for text, _ in pairs], [i for _, i in pairs]


def _named(of: Sequence[Kind]) -> tuple[list[str], list[int]]:
    """Return names with the place of the kind they belong to."""
    pairs = [(name, i) for i, kind in enumerate(of) for name in kind.examples]
    return [name for name, _ in pairs], [i for _, i in pairs]


def _layer(encoder: Encoder, texts: Sequence[str], places: Sequence[int]) -> nn.Linear:
    """Return a layer that tells the kinds of texts."""
    rows, right = encoder.encode(texts), torch.tensor(places)
    layer = nn.Linear(rows.shape[1], max(places) + 1)
    optimiser = torch.optim.AdamW(layer.parameters(), _LAYER_LEARNING, weight_decay=0.05)
    for _ in range(_LAYER_ROUNDS):
        loss = F.cross_entropy(layer(rows), right, label_smoothing=_SMOOTHED)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return layer


class Course:
    """Questions about any graph, to be learnt or not to be forgotten.

    Args:
        known: what is learnt.
        encoder: of the questions.
    """

    def __init__(self, known: Lessons, encoder: Encoder) -> None:
        self._known, self._at, self._encoder = known, known.at(), encoder
        self._asked = encoder.encode([text for text, _ in known.questions])

    def __len__(self) -> int:
        return len(self._known.questions)

    def loss(self, head: Head, some: Sequence[int], chance: random.Random) -> Tensor:
        """Return how far a head is from giving some questions' own paths all the weight."""
        keys = [self._known.questions[i][1] for i in some]
        beside = _beside(self._known, self._at, keys, chance)
        return _loss(head, self._encoder, self._asked[list(some)], keys, beside)

    def any_loss(self, head: Head, chance: random.Random) -> Tensor:
        """Return the same of questions drawn at random."""
        some = chance.sample(range(len(self)), min(_AT_ONCE, len(self)))
        return self.loss(head, some, chance)


def _head(
    known: Lessons,
    encoder: Encoder,
    epochs: int,
    chance: random.Random,
    told: Callable[[str], None],
) -> Head:
    """Return a head that moves questions to the paths they ask for."""
    head, course = Head(), Course(known, encoder)
    told(f"{len(course)} questions")
    total = ceil(len(course) / _AT_ONCE) * epochs
    optimiser = torch.optim.AdamW(head.parameters(), _LEARNING, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING, total_steps=total)
    order = list(range(len(course)))
    for epoch in range(epochs):
        chance.shuffle(order)
        for start in range(0, len(order), _AT_ONCE):
            loss = course.loss(head, order[start : start + _AT_ONCE], chance)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        told(f"epoch {epoch + 1} of {epochs}")
    return head


Beside = list[tuple[Key, Steps]]


def _beside(
    known: Lessons, at: dict[str, list[int]], keys: Sequence[Key], chance: random.Random
) -> Beside:
    """Return paths for questions to choose among: their own, and for each some near it."""
    picked: list[Key] = []
    for key in keys:
        picked += [key] * _RIGHT
        picked += [_rival(known.ends, at, key, chance) for _ in range(_WRONG)]
    return [(key, _path(known.ends, key, chance)) for key in picked]


def _rival(ends: Sequence[End], at: dict[str, list[int]], key: Key, chance: random.Random) -> Key:
    """Return a path from a like thing: another one, a longer one, or one that parts on the way."""
    other = chance.choice(at[ends[key[0]].kind])
    drawn = chance.random()
    if len(key) > 1 and drawn < 0.6:
        astray = (key[0], chance.choice(at[ends[key[1]].kind]))
        return chance.choice([(key[0],), (key[1],), astray, (other, key[1])])
    first = key[0] if len(key) == 1 and drawn < 0.35 else other
    further = at.get(ends[first].other)
    return (first, chance.choice(further)) if further and drawn < 0.5 else (other,)


def _path(ends: Sequence[End], key: Key, chance: random.Random) -> Steps:
    steps = tuple(step for i in key for step in chance.choice(ends[i].ways))
    return steps if len(steps) <= 3 else (*steps[:2], steps[-1])


def _loss(
    head: Head, encoder: Encoder, asked: Tensor, keys: Sequence[Key], beside: Beside
) -> Tensor:
    """Return how far a head is from giving questions' own paths all the weight."""
    steps, parts = PathParts.of([steps for _, steps in beside])
    paths = head.paths(encoder.steps(steps), parts)
    scores = head.questions(asked) @ paths.T * head.t.exp()
    place = {key: i for i, key in enumerate(dict.fromkeys(key for key, _ in beside))}
    own = torch.tensor([place[key] for key in keys])[:, None]
    right = (own == torch.tensor([place[key] for key, _ in beside])).float()
    return -(F.log_softmax(scores, -1) * right / right.sum(-1, keepdim=True)).sum(-1).mean()
