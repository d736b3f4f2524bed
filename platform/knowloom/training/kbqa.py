"""Training the ranker of paths on questions with their answers, or with annotated paths.

The encoder stays as it is. The head starts as the one that is shipped, and learns to tell the
paths that reach the answers from others that exist, and annotated chains from those of other
questions; with each step it goes over what it knew, so that it does not forget words which these
questions lack. The trees learn on scores that heads gave which had not seen the question, nor the
same one about another topic; half of them nor any that takes the same path, so that paths which no
question took have their chance. Answers choose what is right and never reach a feature.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.errors import ExtraMissing, UsageError
from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.neural.general import GeneralMeaning
from knowloom.kbqa.neural.head import Head, PathParts
from knowloom.kbqa.neural.ranker import Card, TrainedRanker, Trees, uncounted
from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.paths import Reached, Step
from knowloom.kbqa.rank import Asked, Learnt, Priors, path_key
from knowloom.kbqa.wording import learn
from knowloom.kbqa.words import part_of
from knowloom.training import general
from knowloom.training.phrases import relations

_FOLDS = 2
_DRAWN = 1  # seed of how general questions are written
_REPEATED = 0.5  # what general questions count: each as much as one of these
_GENERAL, _WAYS = 4_000, 4  # of them, and ways to write a relation: more take longer
_LEARNING = 3e-3
_AT_ONCE = 256
_RIVALS = 36  # wrong paths of a question that are looked at in one step
_STRANGERS = 20  # chains of other questions, likewise
_WORTH = 0.3  # the least F1 of a path that teaches the head
_GOOD = 0.5  # of the best F1, from which a path counts as right


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question to learn from.

    Args:
        id: of the question.
        asked: the question.
        found: the paths that exist from its topic.
        worth: of each, the F1 of what it reaches beside the answers.
        chains: annotated paths, which need not exist.
    """

    id: str
    asked: Asked
    found: tuple[Reached, ...]
    worth: tuple[float, ...]
    chains: tuple[Steps, ...] = ()


def train(
    lessons: Sequence[Lesson],
    *,
    epochs: int = 18,
    seed: int = 1,
    told: Callable[[str], None] = lambda _: None,
) -> TrainedRanker:
    """Return a ranker trained on questions.

    Args:
        lessons: those without any right path teach nothing.
        epochs: how often each is seen.
        seed: of all chance.
        told: called with a line now and then.

    Raises:
        ExtraMissing: the encoder, or LightGBM, is not installed.
        UsageError: no path answers any of them.
    """
    if find_spec("lightgbm") is None:
        raise ExtraMissing("training a ranker", "ranking")
    started = time.monotonic()
    lessons = [x for x in lessons if x.chains or max(x.worth, default=0) > 0]
    if not any(map(_teaches, lessons)):
        message = "no path of this graph answers any of the questions: load the one they are about"
        raise UsageError(message)
    teacher = _Teacher(epochs, seed)
    trees = _trees(lessons, teacher, told)
    head = teacher.head(lessons)
    digest = blake2b("\n".join(x.asked.text for x in lessons).encode(), digest_size=12)
    seconds = float(round(time.monotonic() - started))
    learnt, meaning = learnt_from(lessons), teacher.general
    card = Card(len(lessons), digest.hexdigest(), learnt, meaning.made_of, {"seconds": seconds})
    return TrainedRanker(head, trees, card, meaning)


_ROUNDS = 200
_SETTINGS: dict[str, Any] = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 5,
    "label_gain": [0, 1, 3, 7, 15],
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
}


def _trees(
    lessons: Sequence[Lesson], teacher: _Teacher, told: Callable[[str], None]
) -> Trees | None:
    """Return trees fitted to what heads say of questions they have not seen; None for too few."""
    if not any(max(x.worth, default=0) > 0 for x in lessons):
        return None
    folds = _folds(lessons, _words) or _folds(lessons, lambda lesson: lesson.id)
    if not folds:
        return None
    taken = _sheet(teacher, folds, told).trees()
    others = _folds(lessons, _way)
    return Trees(taken, _sheet(teacher, others, told).trees(counted=False) if others else None)


def _words(lesson: Lesson) -> str:
    """Return what a question says, which may be the same of other topics."""
    return " ".join(lesson.asked.said)


def _way(lesson: Lesson) -> str:
    """Return the path that a question takes; the first by name where several are right."""
    return min(map(path_key, _right(lesson)), default="")


def _folds(lessons: Sequence[Lesson], name: Callable[[Lesson], str]) -> list[list[Lesson]]:
    """Return questions in folds, those of one name in one; none where not all teach something."""
    folds: list[list[Lesson]] = [[] for _ in range(_FOLDS)]
    for lesson in lessons:
        folds[part_of(name(lesson), _FOLDS)].append(lesson)
    return folds if all(any(map(_teaches, fold)) for fold in folds) else []


def _sheet(
    teacher: _Teacher, folds: Sequence[Sequence[Lesson]], told: Callable[[str], None]
) -> _Sheet:
    """Return what heads say of each fold that learnt from the others."""
    sheet = _Sheet()
    for unseen in folds:
        seen = [x for fold in folds if fold is not unseen for x in fold]
        told(f"{len(seen)} questions, tried on {len(unseen)} others")
        sheet.add(teacher.ranker(seen), learnt_from(seen), unseen)
    return sheet


def _teaches(lesson: Lesson) -> bool:
    """Return whether a head learns anything from a question."""
    return bool(lesson.chains) or max(lesson.worth, default=0) >= _WORTH


@dataclass(slots=True)
class _Sheet:
    """What the trees learn from: the features of paths and their grades, question by question."""

    rows: list[list[float]] = field(default_factory=list[list[float]])
    grades: list[int] = field(default_factory=list[int])
    groups: list[int] = field(default_factory=list[int])

    def add(self, ranker: TrainedRanker, learnt: Learnt, unseen: Iterable[Lesson]) -> None:
        """Add questions that a ranker has not seen; their answers only grade."""
        for lesson in unseen:
            if max(lesson.worth, default=0) > 0:
                self.rows += ranker.rows(lesson.asked, lesson.found, learnt)
                self.grades += map(_grade, lesson.worth)
                self.groups.append(len(lesson.worth))

    def trees(self, *, counted: bool = True) -> Any:
        """Return trees fitted to all of it; `counted`: that see how often paths were taken."""
        import lightgbm

        rows = np.array(self.rows)
        table = rows if counted else uncounted(rows)
        data = lightgbm.Dataset(table, self.grades, group=self.groups)
        return lightgbm.train(_SETTINGS, data, _ROUNDS)


def learnt_from(lessons: Sequence[Lesson]) -> Learnt:
    """Return which paths questions took, and in which words."""
    pairs = ((lesson.asked.said, _right(lesson)) for lesson in lessons)
    return Learnt(priors_of(lessons), learn(pairs))


def priors_of(lessons: Sequence[Lesson]) -> Priors:
    """Return how often questions took a path."""
    paths: Counter[str] = Counter()
    lasts: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for lesson in lessons:
        for path in _right(lesson):
            paths[path_key(path)] += 1
            lasts[str(path[-1])] += 1
            asked[f"{lesson.asked.kind} {path[-1]}"] += 1
    return Priors(dict(paths), dict(lasts), dict(asked))


def _right(lesson: Lesson) -> list[Steps]:
    """Return the paths of a question that are right: annotated, else the best that exist."""
    if lesson.chains:
        return list(lesson.chains)
    best = max(lesson.worth, default=0.0)
    pairs = zip(lesson.found, lesson.worth, strict=True)
    return [one.path for one, worth in pairs if worth == best and best > 0][:3]


def _grade(worth: float) -> int:
    return min(int(worth * 4 + 0.5), 4) if worth >= 0.1 else 0


@cache
def _known() -> tuple[GeneralMeaning, general.Course]:
    """Return what is known of any graph, and the questions that it was learnt from."""
    meaning = GeneralMeaning()
    chance = random.Random(_DRAWN)
    lessons = general.lessons(relations(), chance).some(_GENERAL, _WAYS, chance)
    return meaning, general.Course(lessons, meaning.encoder)


class _Teacher:
    """Fits heads to questions.

    Args:
        epochs: how often each is seen.
        seed: of all chance.
    """

    def __init__(self, epochs: int, seed: int) -> None:
        self.general, self._course = _known()
        self._epochs, self._seed = epochs, seed

    def ranker(self, lessons: Sequence[Lesson]) -> TrainedRanker:
        """Return a ranker without trees."""
        return TrainedRanker(self.head(lessons), None, Card(0, "", Learnt()), self.general)

    def head(self, lessons: Sequence[Lesson]) -> Head:
        """Return a head fitted to questions, those left out that no path answers well enough."""
        lessons = list(filter(_teaches, lessons))
        chance, encoder = random.Random(self._seed), self.general.encoder
        torch.manual_seed(self._seed)
        head = self.general.head()
        asked = encoder.encode([lesson.asked.text for lesson in lessons])
        strangers = sorted({chain for lesson in lessons for chain in lesson.chains})
        steps = -(-len(lessons) // _AT_ONCE) * self._epochs
        optimiser = torch.optim.AdamW(head.parameters(), lr=_LEARNING, weight_decay=0.05)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING, total_steps=steps)
        order = list(range(len(lessons)))
        for _ in range(self._epochs):
            chance.shuffle(order)
            for start in range(0, len(order), _AT_ONCE):
                some = order[start : start + _AT_ONCE]
                picked = [_picked(lessons[i], strangers, chance) for i in some]
                repeated = self._course.any_loss(head, chance)
                loss = _loss(head, encoder, asked[some], picked) + _REPEATED * repeated
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        return head.eval()


Weighed = list[tuple[Steps, float]]


def _picked(lesson: Lesson, strangers: Sequence[Steps], chance: random.Random) -> Weighed:
    """Return right paths of a question with their weights, and wrong ones with none."""
    best = max(lesson.worth, default=0.0)
    pairs = list(zip(lesson.found, lesson.worth, strict=True))
    chains = set(lesson.chains)
    found: Weighed = []
    if best >= _WORTH:
        right = sorted((p for p in pairs if p[1] >= _GOOD * best), key=lambda p: -p[1])[:12]
        found += [(one.path, w * w + (one.path in chains)) for one, w in right]
        wrong = [one.path for one, worth in pairs if worth < _GOOD * best]
        found += [(path, 0.0) for path in chance.sample(wrong, min(_RIVALS, len(wrong)))]
    found += [(chain, 1.0) for chain in lesson.chains]
    others = chance.sample(strangers, min(_STRANGERS, len(strangers)))
    return found + [(path, 0.0) for path in others if path not in chains]


def _loss(head: Head, encoder: Encoder, asked: Tensor, picked: Sequence[Weighed]) -> Tensor:
    """Return how far heads are from giving right paths all the weight."""
    most = max(map(len, picked))
    padded = [[*paths, *[((), -1.0)] * (most - len(paths))] for paths in picked]
    flat = [path or (_PAD,) for paths in padded for path, _ in paths]
    steps, parts = PathParts.of(flat)
    paths = head.paths(encoder.steps(steps), parts.shaped(len(picked), most))
    weights = torch.tensor([[w for _, w in some] for some in padded])
    scores = torch.einsum("bd,bnd->bn", head.questions(asked), paths) * head.t.exp()
    scores = scores.masked_fill(weights < 0, -1e4)
    weights = weights.clamp(min=0)
    return -(F.log_softmax(scores, -1) * weights / weights.sum(-1, keepdim=True)).sum(-1).mean()


_PAD = Step("")
