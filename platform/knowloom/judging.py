"""Questions with gold answers, put to a graph: for scores, and for lessons to learn from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowloom.asking import Asker
from knowloom.errors import ExtraMissing, UsageError
from knowloom.evaluation.kbqa import Asked, Outcome
from knowloom.evaluation.kbqa_sets import read_questions
from knowloom.kbqa import rank
from knowloom.kbqa.answer import Found
from knowloom.kbqa.paths import Step
from knowloom.kbqa.words import part_of
from knowloom.pathfinding import Pathfinder, PlainRanker, Ranker
from knowloom.store.database import Database
from knowloom.store.seeds import SeedFinder

if TYPE_CHECKING:
    from knowloom.training.kbqa import Lesson

_MANY = 2**40


def ranker_of(folder: Path | None) -> Ranker | None:
    """Return the trained ranker of a folder; None for the default one.

    Raises:
        NotTrained: the folder holds none that can be used.
        ExtraMissing: the libraries that it needs are not installed.
    """
    if folder is None:
        return None
    try:
        from knowloom.kbqa.neural.ranker import load_ranker
    except ModuleNotFoundError as error:
        raise ExtraMissing("a trained ranker", "neural") from error
    return load_ranker(folder)


def wanted(database: Database, path: Path, graph: str | None, limit: int | None) -> list[Asked]:
    """Return the questions of a file, with gold answers looked up where it has statements.

    Args:
        database: where statements are run; read only.
        path: of the file.
        graph: only questions about this one.
        limit: so many, chosen by a hash of their ids.
    """
    questions = read_questions(path)
    if graph is not None:
        questions = [q for q in questions if q.kind.split(" ")[0] == graph]
    elif any(q.cypher for q in questions) and len({q.kind.split(" ")[0] for q in questions}) > 1:
        message = f"{path} asks about several graphs: say which one is loaded with --graph"
        raise UsageError(message)
    if limit is not None:
        questions = sorted(questions, key=lambda q: part_of(q.id, _MANY))[:limit]
    return [replace(q, gold=_gold(database, q.cypher)) if q.cypher else q for q in questions]


def _gold(database: Database, statement: str) -> frozenset[str]:
    """Return what a statement of a question file gives."""
    rows = database.read(statement)  # pyright: ignore[reportArgumentType]
    return frozenset(_text(row["answer"], row.get("number")) for row in rows)


def _text(value: Any, number: int | None = None) -> str:
    """Return a value as it is compared: numbers that differ by rounding only are the same."""
    if hasattr(value, "to_native"):
        value = value.to_native()
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if number is None else f"{text}: {number}"


def _said(found: Found) -> str:
    return _text(found.value, found.number)


def answering(asker: Asker) -> Callable[[Asked], Outcome]:
    """Return what answers questions of a data set; it never sees a gold answer."""

    def answer(asked: Asked) -> Outcome:
        started = time.monotonic()
        topic = asked.topics[0] if asked.topics else None
        found = asker.ask(asked.question, topic=topic)
        seconds = time.monotonic() - started
        error = "" if found.values else "held back" if found.guesses else "not linked"
        said = tuple(map(_said, found.values))
        first = sum(value.weight == found.values[0].weight for value in found.values)
        return Outcome(asked, said, found.confidence, seconds, error, found.cypher, first)

    return answer


def lessons(database: Database, questions: Iterable[Asked]) -> list[Lesson]:
    """Return questions with the paths that exist and how well each fits the answers."""
    from knowloom.training.kbqa import Lesson

    asker = Asker(database)
    finder = Pathfinder(database, asker.schema, PlainRanker())
    seeds = SeedFinder(database, asker.schema.bindings)
    found: list[Lesson] = []
    for asked in questions:
        if not asked.topics:
            continue
        keys = seeds.keys(asked.topics[:1]).get(asked.topics[0], [])
        paths = finder.reached(keys, finder.hops) if keys else []
        found.append(
            Lesson(
                asked.id,
                rank.Asked.of(asked.question, asked.topics[0]),
                tuple(paths),
                tuple(_f1(path.ends, asked.gold) for path in paths),
                tuple(tuple(map(Step, chain)) for chain in asked.chains),
            )
        )
    return found


def _f1(ends: Sequence[str], gold: frozenset[str]) -> float:
    said = frozenset(ends)
    common = len(said & gold)
    return 2 * common / (len(said) + len(gold)) if common else 0.0
