"""How well names are put in their place: the released questions, and leaves held out (item 29)."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from knowloom.errors import Fault, TaxonomyFaulty
from knowloom.evaluation.taxonomy_published import SOURCE, Published, published
from knowloom.evaluation.taxonomy_scores import (
    calibration,
    interval,
    paired,
    published_similarity,
    rank_of,
    right,
    similarity,
)
from knowloom.models.encoders import Encoder
from knowloom.taxonomy.candidates import candidates
from knowloom.taxonomy.index import Entry, Index, entries
from knowloom.taxonomy.near import near
from knowloom.taxonomy.place import ranked
from knowloom.taxonomy.questions import Question
from knowloom.taxonomy.rank import Rules, Scorer
from knowloom.taxonomy.tree import Taxonomy

_HITS = (1, 3, 10)
_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a question.

    Args:
        question: with its golds.
        ranked: candidates, best first.
        confidence: in the first of them.
        candidate: whether a gold was among the candidates.
    """

    question: Question
    ranked: tuple[str, ...]
    confidence: float
    candidate: bool

    @property
    def said(self) -> str:
        """The parent."""
        return self.ranked[0] if self.ranked else ""

    @property
    def is_right(self) -> bool:
        """Whether that is a gold."""
        return right(self.said, self.question.golds)

    @property
    def wup(self) -> float:
        """Wu & Palmer similarity, ours: the best over the golds."""
        golds = self.question.golds
        return max(similarity(self.question.taxonomy, self.said, gold) for gold in golds)

    @property
    def published_wup(self) -> float:
        """Wu & Palmer similarity as CodeTaxo's scorer has it."""
        golds = self.question.golds
        return max(published_similarity(self.question.taxonomy, self.said, g) for g in golds)


@dataclass(frozen=True, slots=True)
class Measured:
    """How one scorer did.

    Args:
        name: of the scorer.
        answers: one a question.
        seconds: of placing, without what was encoded before.
    """

    name: str
    answers: tuple[Answer, ...]
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return all figures, shares from 0 to 1."""
        rights = [float(a.is_right) for a in self.answers]
        ranks = [rank_of(a.ranked, a.question.golds) for a in self.answers]
        low, high = interval(rights)
        sure = [a.confidence for a in self.answers]
        return {
            "scorer": self.name,
            "questions": len(rights),
            "accuracy": _mean(rights),
            "interval": [round(low, 4), round(high, 4)],
            "wup_codetaxo": _mean([a.published_wup for a in self.answers]),
            "wup": _mean([a.wup for a in self.answers]),
            "mrr": _mean([1 / r if r else 0.0 for r in ranks]),
            **{f"hit@{k}": _mean([float(0 < r <= k) for r in ranks]) for k in _HITS},
            "candidates": _mean([float(a.candidate) for a in self.answers]),
            "calibration_error": round(calibration(sure, [a.is_right for a in self.answers]), 4),
            "by_depth": self._by_depth(),
            "seconds": round(self.seconds, 2),
        }

    def _by_depth(self) -> dict[str, list[float]]:
        """Return accuracy and number of questions by the depth of the parent."""
        found: dict[int, list[float]] = defaultdict(list)
        for answer in self.answers:
            depths = answer.question.taxonomy.depths
            found[depths[answer.question.golds[0]]].append(float(answer.is_right))
        return {str(depth): [_mean(found[depth]), len(found[depth])] for depth in sorted(found)}


@dataclass(frozen=True, slots=True)
class Compared:
    """A data set, what scorers did on it, and what others did.

    Args:
        name: of the data set.
        measured: the one that is asked about first, baselines behind it.
        beside: figures published of the same questions.
        paired: of stored outputs: how often only ours and only theirs are right, and p.
    """

    name: str
    measured: tuple[Measured, ...]
    beside: Published | None = None
    paired: Mapping[str, tuple[int, int, float]] = field(
        default_factory=dict[str, tuple[int, int, float]]
    )

    def as_json(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return {
            "name": self.name,
            "measured": [one.as_json() for one in self.measured],
            "published": {} if self.beside is None else dict(self.beside.figures),
            "paired": {name: list(found) for name, found in self.paired.items()},
        }

    def _published(self) -> list[tuple[str, tuple[float, float]]]:
        return [] if self.beside is None else list(self.beside.figures.items())

    def as_markdown(self) -> str:
        """Return the tables."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        first = self.measured[0].as_json()
        yield f"## {self.name}: {first['questions']} names"
        yield ""
        heads = "scorer | accuracy (95 %) | Wu&P, CodeTaxo's | Wu&P, ours | MRR | hit@3 | hit@10"
        yield f"| {heads} | candidates | calibration error |"
        yield "|---" * 9 + "|"
        for one in self.measured:
            yield _row(one.as_json())
        for name, (accuracy, wup) in self._published():
            yield f"| {name} ({SOURCE}) | {accuracy} | {wup} | | | | | | |"
        depths = ", ".join(f"{d}: {a:.0%} of {n}" for d, (a, n) in first["by_depth"].items())
        yield f"\nby depth of the parent: {depths}; {first['seconds']} s"
        for name, (ours, theirs, p) in self.paired.items():
            said = f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
            yield f"\nbeside {name}: only ours right {ours}, only theirs {theirs}, {said}"


def measured(
    questions: Sequence[Question], encoder: Encoder, scorers: Iterable[Scorer]
) -> list[Measured]:
    """Return how scorers do on the same questions; nothing but the answers depends on golds."""
    prepared = _Prepared(questions, encoder)
    return [prepared.measured(scorer) for scorer in scorers]


def held_out(
    taxonomies: Sequence[Taxonomy],
    encoder: Encoder,
    learn: Callable[[list[Taxonomy]], Sequence[Scorer]],
    *,
    repeats: int = _REPEATS,
    seed: int = 99,
) -> list[Measured]:
    """Return how scorers do on leaves of existing taxonomies, a fifth of them at a time.

    This is what choices are made by; the questions of a data set are not looked at.

    Args:
        taxonomies: whose leaves are asked for.
        encoder: of names and definitions.
        learn: makes scorers of taxonomies without those leaves.
        repeats: how often.
        seed: of the chance.

    Raises:
        TaxonomyFaulty: no taxonomy has a leaf.
    """
    from knowloom.taxonomy.questions import New
    from knowloom.training.parting import parted

    chance = random.Random(seed)
    pooled: dict[str, list[Measured]] = defaultdict(list)
    for _ in range(repeats):
        parts = [parted(taxonomy, chance) for taxonomy in taxonomies]
        asked = [
            Question(rest, New(name, whole.definitions.get(name, "")), golds)
            for whole, (rest, out) in zip(taxonomies, parts, strict=True)
            for name, golds in out.items()
        ]
        if not asked:
            what = "has no leaf to ask for: it wants three names, and one below another"
            raise TaxonomyFaulty([Fault("taxonomy", what, "too-small")])
        scorers = {one.name: one for one in (*learn([rest for rest, _ in parts]), Rules())}
        for one in measured(asked, encoder, scorers.values()):
            pooled[one.name].append(one)
    return [
        Measured(name, tuple(a for one in some for a in one.answers), sum(o.seconds for o in some))
        for name, some in pooled.items()
    ]


def compared(
    name: str,
    questions: Sequence[Question],
    found: Sequence[Measured],
    stored: Mapping[str, Sequence[str]] | None = None,
) -> Compared:
    """Return figures with what was published, and paired tests against stored outputs."""
    ours = [answer.is_right for answer in found[0].answers]
    tests = {
        title: paired(ours, [right(s, q.golds) for s, q in zip(said, questions, strict=True)])
        for title, said in (stored or {}).items()
    }
    return Compared(name, tuple(found), published(questions), tests)


def read_outputs(path: Path, questions: Sequence[Question]) -> list[str]:
    """Return the parents that somebody's program answered, in the order of the questions.

    The file is a JSON list of names, or of `name.add_parent(parent)`.

    Raises:
        TaxonomyFaulty: it is none, or has another number of answers.
    """
    try:
        said: Any = orjson.loads(path.read_bytes())
        answers = [str(one).rpartition("add_parent(")[2].rstrip(")") for one in said]
    except (OSError, orjson.JSONDecodeError, TypeError) as error:
        raise TaxonomyFaulty([Fault(str(path), f"cannot be read ({error})", "file")]) from None
    if len(answers) != len(questions):
        what = f"has {len(answers)} answers to {len(questions)} questions"
        raise TaxonomyFaulty([Fault(str(path), what, "length")])
    return answers


def taxonomies_of(questions: Iterable[Question]) -> list[Taxonomy]:
    """Return the taxonomies of questions, each once."""
    return list({id(q.taxonomy): q.taxonomy for q in questions}.values())


class _Prepared:
    """Questions with everything encoded."""

    def __init__(self, questions: Sequence[Question], encoder: Encoder) -> None:
        from knowloom.training.taxonomy import known_of

        self._questions = questions
        self._known = {id(t): known_of(t, encoder) for t in taxonomies_of(questions)}
        self._asked: list[Entry] = entries([q.new for q in questions], encoder)

    def measured(self, scorer: Scorer) -> Measured:
        """Return how a scorer does."""
        started = time.monotonic()
        indexes = {id(t): Index(t, self._known[id(t)]) for t in taxonomies_of(self._questions)}
        pairs = zip(self._questions, self._asked, strict=True)
        answers = tuple(_answer(q, indexes[id(q.taxonomy)], e, scorer) for q, e in pairs)
        return Measured(scorer.name, answers, time.monotonic() - started)


def _answer(question: Question, index: Index, entry: Entry, scorer: Scorer) -> Answer:
    close = near(index, entry)
    nodes = {index.names[node] for node in candidates(index, entry, close)}
    found = ranked(index, entry, scorer, close)
    sure = scorer.sureness(found[0][1]) if found else 0.0
    there = bool(nodes.intersection(question.golds))
    return Answer(question, tuple(name for name, _ in found), sure, there)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _row(one: Mapping[str, Any]) -> str:
    low, high = one["interval"]
    cells = [
        one["scorer"],
        f"{100 * one['accuracy']:.1f} ({100 * low:.1f} to {100 * high:.1f})",
        *(f"{100 * one[key]:.1f}" for key in ("wup_codetaxo", "wup", "mrr", "hit@3", "hit@10")),
        f"{100 * one['candidates']:.1f}",
        f"{100 * one['calibration_error']:.1f}",
    ]
    return f"| {' | '.join(cells)} |"
