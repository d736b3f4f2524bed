"""Answers: values with the program that found them, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from knowloom.kbqa.compose import Candidate

_SHARP = 6.0
_UNEXPLAINED = 0.3  # what a word that nothing explains costs
_GAP, _EMPTY = 0.06, 0.45
THRESHOLD = 0.5  # of the confidence; below, the answer is that we do not know


@dataclass(frozen=True, slots=True)
class Found:
    """One value of an answer.

    Args:
        value: plain, or the name of an instance.
        key: the instance's element id; empty for a plain value.
        number: what belongs to it where things were counted by group.
        weight: what speaks for it beside the others of an answer.
    """

    value: Any
    key: str = ""
    number: int | None = None
    weight: float = 1.0


class Fact(NamedTuple):
    """A fact that an answer rests on.

    Args:
        start: what it tells of.
        said: the attribute, or the type of the relationship.
        end: the value, or the other end.
        key: the element id of what it tells of; empty when that is not one thing.
    """

    start: str
    said: str
    end: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a graph says to a question.

    Args:
        question: as asked.
        values: none when it is not known; those with the most weight come first.
        confidence: from 0 to 1.
        why_not: why nothing is said; empty when something is.
        way: the path to the answer in words.
        cypher: the program as a statement, with its parameters.
        python: the same program over typed objects.
        evidence: the facts that it rests on.
        guesses: values that were found but not surely enough to be said.
    """

    question: str
    values: tuple[Found, ...] = ()
    confidence: float = 0.0
    why_not: str = ""
    way: str = ""
    cypher: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    python: str = ""
    evidence: tuple[Fact, ...] = ()
    guesses: tuple[Found, ...] = ()

    @property
    def shown_cypher(self) -> str:
        """The statement with its parameters before it, as Neo4j Browser takes them."""
        given = "".join(f":param {n} => {_cypher(v)};\n" for n, v in self.parameters.items())
        return given + self.cypher


def _cypher(value: Any) -> str:
    """Return a plain value as Cypher writes it."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_cypher, value))}]"  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{text}'"


@dataclass(frozen=True, slots=True)
class Run:
    """A candidate with what it found."""

    candidate: Candidate
    values: tuple[Found, ...]


def chosen(runs: Sequence[Run]) -> tuple[Run | None, float]:
    """Return the likeliest candidate and how sure it is.

    Empty results and results that are no answer count less, results that several programs agree
    on a little more.

    Args:
        runs: in order of their scores.
    """
    best: tuple[float, Run] | None = None
    for run in runs:
        worth = worth_of(run)
        agreeing = sum(1 for other in runs if other is not run and other.values == run.values)
        worth += min(agreeing, 2) * 0.01 if run.values else 0.0
        if best is None or worth > best[0]:
            best = worth, run
    if best is None:
        return None, 0.0
    worth, run = best
    sure = confidence(worth, run)
    likelier = any(
        other.candidate.score > run.candidate.score + _GAP and worth_of(other) < worth
        for other in runs
    )
    # What was most likely meant found nothing: the question may rest on what is not so.
    return run, min(sure, _EMPTY) if likelier else sure


def margin(scores: Sequence[float]) -> float:
    """Return how sure the first of ranked scores is, from 0 to 1: its share among the next.

    >>> margin([2.0]), margin([1.0, 1.0])
    (1.0, 0.5)
    """
    shares = [math.exp(_SHARP * (score - scores[0])) for score in scores[:5]]
    return round(1 / sum(shares), 3)


def worth_of(run: Run) -> float:
    """Return the score of a candidate less what speaks against its result."""
    return run.candidate.score - _penalty(run)


def _penalty(run: Run) -> float:
    """Return what speaks against a result, whatever the program."""
    program = run.candidate.program
    values = [found.value for found in run.values]
    if program.reduce in {"exists"}:
        return 0.0 if values == [True] else 0.03
    if not values or values == [None]:
        return 0.35
    if program.reduce in {"count", "distinct"} and values == [0]:
        return 0.35
    if program.reduce in {"sum"} and values == [0]:
        return 0.35
    return 0.0


def confidence(worth: float, run: Run) -> float:
    """Return how sure a result is, from what its program explains of the question."""
    if not run.values:
        return 0.0
    values = [found.value for found in run.values]
    # False is no zero here: it answers a question that wants yes or no.
    zero = len(values) == 1 and values[0] is not False and values[0] == 0
    empty = values == [None] or zero
    sure = max(0.0, min(1.0, (worth - 0.3) / 0.6))
    sure *= max(0.0, 1.0 - _UNEXPLAINED * run.candidate.unexplained)
    return round(min(sure, 0.4) if empty else sure, 3)
