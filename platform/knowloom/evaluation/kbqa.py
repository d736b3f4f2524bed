"""How well questions are answered: the metrics of several authors, side by side (item 72).

An answer that is held back counts as a miss everywhere. Questions without a gold answer are left
out of every figure and counted apart: RoG leaves them out, NSM's code counts them as hits, and
ToG's counts an empty answer as right, since it is part of every text; here it is wrong.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from knowloom.evaluation.taxonomy_scores import calibration
from knowloom.kbqa.words import plain

_ROUNDS = 1_000
SURE = 0.8  # a confidence from which somebody would rely on an answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a data set.

    Args:
        id: unique in it.
        question: as asked.
        topics: what it is about, where the set says so.
        gold: the right answers; none where there is none.
        kind: what sort of question it is, such as `2-hop`.
        answerable: False where the right answer is that nothing is known.
        chains: annotated paths, as types of relationships.
        cypher: the statement that gives the right answers, where the set has one.
    """

    id: str
    question: str
    topics: tuple[str, ...]
    gold: frozenset[str]
    kind: str = ""
    answerable: bool = True
    chains: tuple[tuple[str, ...], ...] = ()
    cypher: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """What an answer is worth by each metric, from 0 to 1.

    Args:
        hit: strict Hits@1: the chance that one of the answers that share the first place is right.
        any_hit: whether one of it is right.
        f1: of the sets.
        exact: whether the sets are equal.
        tog: whether an answer holds or is held by a gold one, spaces left out.
        rog: whether a gold answer is part of all answers joined.
    """

    hit: float
    any_hit: float
    f1: float
    exact: float
    tog: float
    rog: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Args:
        asked: the question.
        answers: as text, the likeliest first; empty where nothing was said.
        first: how many of them share the first place; None for all.
        confidence: from 0 to 1.
        seconds: it took.
        error: nothing, `not linked`, `no path`, `wrong path`, `constraint` or `held back`.
        program: the statement that gave them.
    """

    asked: Asked
    answers: tuple[str, ...]
    confidence: float
    seconds: float
    error: str = ""
    program: str = ""
    first: int | None = None
    scores: Scores = field(default=Scores(0, 0, 0, 0, 0, 0))

    def as_json(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return {
            "id": self.asked.id,
            "question": self.asked.question,
            "kind": self.asked.kind,
            "gold": sorted(self.asked.gold),
            "answers": list(self.answers),
            "confidence": self.confidence,
            "seconds": round(self.seconds, 4),
            "error": self.error,
            "program": self.program,
            **asdict(self.scores),
        }


def scored(answers: Sequence[str], gold: Iterable[str], first: int | None = None) -> Scores:
    """Return what answers are worth beside the right ones.

    Args:
        answers: the likeliest first.
        gold: the right ones.
        first: how many of the answers share the first place; None for all.

    >>> scored(["London", "Paris"], ["london"]).hit, scored([], ["london"]).tog
    (0.5, 0.0)
    """
    best = {plain(answer) for answer in answers[:first]} - {""}
    said = {plain(answer) for answer in answers} - {""}
    right = {plain(answer) for answer in gold}
    if not said or not right:
        return Scores(0, 0, 0, 0, 0, 0)
    common = len(said & right)
    bare = [answer.replace(" ", "") for answer in said]
    lenient = any(
        a in g or g in a for a in bare for g in (x.replace(" ", "") for x in right) if a and g
    )
    joined = " ".join(sorted(said))
    return Scores(
        len(best & right) / len(best) if best else 0.0,
        float(common > 0),
        2 * common / (len(said) + len(right)),
        float(said == right),
        float(lenient),
        float(any(g in joined for g in right)),
    )


def error_of(outcome: Outcome, reachable: bool | None) -> str:
    """Return what went wrong with an answer, as far as can be told.

    Args:
        outcome: with its scores.
        reachable: whether some path leads to a right answer; None where that is not known.
    """
    if not outcome.asked.answerable:
        return "said all the same" if outcome.answers else ""
    if outcome.scores.f1 == 1:
        return ""
    if outcome.error:
        return outcome.error
    if reachable is False:
        return "no path"
    return "constraint" if outcome.scores.any_hit else "wrong path"


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a data set.

    Args:
        questions: with a gold answer; all means are over these.
        without_gold: left out.
        said: of those with a gold answer, how many were answered.
        means: of each metric, in per cent.
        interval: of the strict Hits@1, 95 %, by bootstrap over questions.
        seconds: median and 95th percentile of a question.
        errors: how many of each class.
        kinds: of each kind of question, how many there are, strict Hits@1 and set F1, in per cent.
        calibration: how far confidence and share of right answers lie apart, of what was said,
            in per cent.
        misled: the share of questions to which something wrong was said, `SURE`, in per cent.
        unanswerable, held_back: questions without an answer in the graph, and to how many of
            them nothing was said.
    """

    questions: int
    without_gold: int
    said: int
    means: dict[str, float]
    interval: tuple[float, float]
    seconds: tuple[float, float]
    errors: dict[str, int]
    kinds: dict[str, tuple[int, float, float]]
    calibration: float
    misled: float
    unanswerable: int = 0
    held_back: int = 0

    def lines(self) -> list[str]:
        """Return the figures for a person."""
        found = [
            f"questions with an answer   {self.questions} ({self.without_gold} without, left out)",
            f"answered                   {self.said}",
        ]
        found += [f"{_CALLED[name]:<27}{value:.1f}" for name, value in self.means.items()]
        low, high = self.interval
        found.append(f"{'strict Hits@1, 95 %':<27}{low:.1f} to {high:.1f}")
        found.append(f"seconds, median and p95    {self.seconds[0]:.3f}, {self.seconds[1]:.3f}")
        found.append(f"calibration error          {self.calibration:.1f}")
        found.append(f"wrong though {SURE:.0%} sure     {self.misled:.1f}")
        if self.unanswerable:
            found.append(f"held back of unanswerable  {self.held_back} of {self.unanswerable}")
        named = {name: count for name, count in self.errors.items() if name}
        found.append(f"errors                     {named}")
        if len(self.kinds) > 1:
            found.append("by kind                    questions, strict Hits@1, set F1")
            found += [f"  {k:<25}{n}, {h:.1f}, {f:.1f}" for k, (n, h, f) in self.kinds.items()]
        return found


_CALLED = {
    "hit": "strict Hits@1",
    "any_hit": "any hit",
    "f1": "set F1",
    "exact": "exact set",
    "tog": "ToG's match",
    "rog": "RoG's Hit",
}


def summary(outcomes: Sequence[Outcome], seed: int = 1) -> Summary:
    """Return the figures of a data set.

    Args:
        outcomes: of all its questions.
        seed: of the bootstrap.
    """
    wanted = [o for o in outcomes if o.asked.answerable and o.asked.gold]
    none = [o for o in outcomes if not o.asked.answerable]
    means = {name: 100 * _mean([getattr(o.scores, name) for o in wanted]) for name in _CALLED}
    said = [o for o in wanted if o.answers]
    errors: dict[str, int] = {}
    for outcome in outcomes:
        errors[outcome.error] = errors.get(outcome.error, 0) + 1
    times = sorted(o.seconds for o in outcomes) or [0.0]
    return Summary(
        len(wanted),
        len(outcomes) - len(wanted) - len(none),
        len(said),
        means,
        bootstrap([o.scores.hit for o in wanted], seed),
        (times[len(times) // 2], times[min(int(len(times) * 0.95), len(times) - 1)]),
        errors,
        _kinds(wanted),
        100 * calibration([o.confidence for o in said], [o.scores.hit > 0.5 for o in said]),
        100 * _mean([float(_misleads(o)) for o in outcomes]),
        len(none),
        sum(not o.answers for o in none),
    )


def _misleads(outcome: Outcome) -> bool:
    """Return whether something wrong was said with confidence."""
    return bool(outcome.answers) and not outcome.scores.any_hit and outcome.confidence >= SURE


def _kinds(outcomes: Sequence[Outcome]) -> dict[str, tuple[int, float, float]]:
    """Return the figures of each kind of question."""
    found: dict[str, tuple[int, float, float]] = {}
    for kind in sorted({o.asked.kind for o in outcomes}):
        scores = [o.scores for o in outcomes if o.asked.kind == kind]
        hit, f1 = (100 * _mean([getattr(s, name) for s in scores]) for name in ("hit", "f1"))
        found[kind] = (len(scores), hit, f1)
    return found


def bootstrap(values: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """Return the 95 % interval of a mean, in per cent.

    >>> bootstrap([1.0] * 10)
    (100.0, 100.0)
    """
    if not values:
        return 0.0, 0.0
    chance = random.Random(seed)
    means = sorted(_mean(chance.choices(values, k=len(values))) for _ in range(_ROUNDS))
    return 100 * means[int(_ROUNDS * 0.025)], 100 * means[int(_ROUNDS * 0.975)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


Answering = Callable[[Asked], Outcome]


def evaluated(
    questions: Iterable[Asked], answering: Answering, told: Callable[[int], None] = lambda _: None
) -> list[Outcome]:
    """Return what becomes of questions; the gold answers are looked at afterwards only.

    Args:
        questions: of a data set.
        answering: gets each question without its gold answers, and without its kind, which some
            sets take from them.
        told: called with every number of finished questions.
    """
    outcomes: list[Outcome] = []
    for asked in questions:
        blind = Asked(asked.id, asked.question, asked.topics, frozenset())
        outcome = answering(blind)
        outcomes.append(_judged(outcome, asked))
        told(1)
    return outcomes


def _judged(outcome: Outcome, asked: Asked) -> Outcome:
    """Return an outcome with its scores and its error."""
    scores = scored(outcome.answers, asked.gold, outcome.first)
    known = replace(outcome, asked=asked, scores=scores)
    return replace(known, error=error_of(known, None))
