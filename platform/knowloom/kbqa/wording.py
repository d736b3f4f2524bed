"""Which words questions use for which relationship, learnt from questions and their paths.

Each word of a question is said because of one step of its path, or of none; which, is found by
expectation and maximisation (Brown et al. 1993, model 1). A step that no question took is known
by the words of its own name, so paths of other questions' steps, and steps never seen, are scored
too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from knowloom.kbqa.paths import Path, Step
from knowloom.kbqa.words import name_words, stem

_ROUNDS = 6
_OWN = 2.0  # how many questions the words of a step's own name count for
_RARE = 1e-4  # share of a word that no question said
_KEPT = 0.01  # least share of a word among those of a step
_MOST = 6.0
TOPIC = "it"


@dataclass(frozen=True, slots=True)
class Wording:
    """The shares of words by step, and in all questions.

    Args:
        steps: of each step, its words' shares.
        seen: how many questions took it.
        common: the share of each word in all questions.
    """

    steps: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, dict[str, float]])
    seen: Mapping[str, float] = field(default_factory=dict[str, float])
    common: Mapping[str, float] = field(default_factory=dict[str, float])

    def fit(self, said: Sequence[str], path: Path) -> Fit:
        """Return how well a path explains the words of a question.

        Args:
            said: the words as they stand, the topic as `TOPIC`.
            path: at least one step.
        """
        words = [(at, stem(word)) for at, word in enumerate(said) if word != TOPIC]
        if not words or not self.common:
            return Fit()
        topic = said.index(TOPIC) if TOPIC in said else 0
        table = [[self._lift(step, word) for _, word in words] for step in path]
        whole = [
            math.log(0.3 + 0.7 * sum(column) / len(path)) for column in zip(*table, strict=True)
        ]
        best = [max(range(len(words)), key=row.__getitem__) for row in table]
        least = min(math.log(row[at]) for row, at in zip(table, best, strict=True))
        away = [abs(words[at][0] - topic) for at in best]
        pairs = list(pairwise(away))
        order = sum((b > a) - (b < a) for a, b in pairs) / len(pairs) if pairs else 0.0
        return Fit(sum(whole) / len(whole), max(-_MOST, min(least, _MOST)), order)

    def _lift(self, step: Step, word: str) -> float:
        """Return how much likelier a word is where a question takes a step."""
        common = max(self.common.get(word, 0.0), _RARE)
        name, seen = str(step), self.seen.get(str(step), 0.0)
        own = _stems(step.type)
        share = (word in own) / len(own) * 0.7 + 0.3 * common if own else common
        told = self.steps.get(name, {}).get(word, 0.0)
        return (seen * told + _OWN * share) / (seen + _OWN) / common + 1e-9


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a path explains the words of a question.

    Args:
        whole: mean of the words' log shares beside those in all questions.
        least: the best word of the step that is said least, likewise.
        order: whether steps farther from the topic are said farther from it, from -1 to 1.
    """

    whole: float = 0.0
    least: float = 0.0
    order: float = 0.0


def _stems(type_: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(stem, name_words(type_.rpartition(".")[2]))))


def learn(pairs: Iterable[tuple[Sequence[str], Sequence[Path]]]) -> Wording:
    """Return which words questions use for which step.

    Args:
        pairs: the words of each question as they stand, the topic as `TOPIC`, and its right paths,
            which share the question among them.
    """
    seen: dict[str, float] = defaultdict(float)
    counts: dict[str, float] = defaultdict(float)
    samples: list[tuple[list[str], list[str], float]] = []
    for said, paths in pairs:
        words = [stem(word) for word in said if word != TOPIC]
        for word in set(words):
            counts[word] += 1
        for path in paths:
            taken = [str(step) for step in path]
            samples.append((words, taken, 1 / len(paths)))
            for step in set(taken):
                seen[step] += 1 / len(paths)
    total = sum(counts.values())
    common = {word: count / total for word, count in counts.items()}
    steps: dict[str, dict[str, float]] = {}
    for _ in range(_ROUNDS):
        steps = _again(samples, steps, common)
    kept = {
        step: {word: round(share, 4) for word, share in shares.items() if share >= _KEPT}
        for step, shares in steps.items()
    }
    return Wording(kept, dict(seen), common)


def _again(
    samples: Iterable[tuple[Sequence[str], Sequence[str], float]],
    known: Mapping[str, Mapping[str, float]],
    common: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """Return the shares after words have been given to the steps that explain them."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for words, steps, weight in samples:
        for word in words:
            shares = [known[step].get(word, 0.0) if known else common[word] for step in steps]
            whole = common[word] + sum(shares)
            for step, share in zip(steps, shares, strict=True):
                counts[step][word] += weight * share / whole
    sums = {step: sum(words.values()) or 1.0 for step, words in counts.items()}
    return {
        step: {word: count / sums[step] for word, count in words.items()}
        for step, words in counts.items()
    }
