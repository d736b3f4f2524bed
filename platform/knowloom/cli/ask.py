"""`knowloom ask`: questions in English, answered from the stored graph."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, look_at
from knowloom.errors import UsageError
from knowloom.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from knowloom.backing import Backed
    from knowloom.kbqa.answer import Answer
    from knowloom.store.database import Database
    from knowloom.update.past import Past

_SHOWN = 50  # values and facts that a person reads; --json has all


@click.command()
@click.argument("question", required=False)
@click.option("--topic", help="The name of the thing that the question is about.")
@click.option("--show-code", is_flag=True, help="Also print the program, as Cypher and Python.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="Say nothing with less confidence than this.",
)
@click.option("--as-of", type=click.DateTime(), help="As the graph stood at this moment, in UTC.")
@click.option("--valid", type=click.DateTime(["%Y-%m-%d"]), help="What held on this day.")
@click.option("--by-model", is_flag=True, help="Let the language model of the settings write it.")
@connection_options
@json_option
def ask(
    question: str | None,
    topic: str | None,
    show_code: bool,
    threshold: float | None,
    as_of: datetime | None,
    valid: datetime | None,
    by_model: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Answer QUESTION from the stored graph, with the way to the answer and its evidence.

    Nothing is written. A graph that knowloom did not load is read as it is. Without a question,
    each line that is typed is one.

    \b
    Example:
        knowloom ask "Who designed Python?"
        knowloom ask "How many programming languages are there?" --show-code
    """
    from knowloom.asking import Asker
    from knowloom.asking_by_model import ask_by_model
    from knowloom.asking_then import PastAsker
    from knowloom.backing import backed
    from knowloom.browser.place import browser_place
    from knowloom.models.named import model_named
    from knowloom.sandbox.chosen import limits_of, weakest_of
    from knowloom.session import open_database
    from knowloom.store.census import demand_things

    then = as_of is not None or valid is not None
    if by_model and (topic is not None or threshold is not None or then):
        raise UsageError("--by-model takes no --topic, --threshold, --as-of or --valid")
    model = model_named(settings) if by_model else None
    with open_database(settings) as database:
        demand_things(database)
        limits, weakest = limits_of(settings), weakest_of(settings)
        asker = Asker(database, limits=limits, weakest=weakest)
        if then:
            past = _past(database, as_of, valid)
            asker = PastAsker(database, past, limits=limits, weakest=weakest)
        place = browser_place(settings, database)
        for text in [question] if question else _typed():
            answer = (
                ask_by_model(asker, model, text)
                if model
                else asker.ask(text, topic=topic, threshold=threshold)
            )
            link = place.elements(found.key for found in answer.values)
            if answer.cypher and answer.values and not link:  # a number: what counted it
                link = place.link(answer.shown_cypher)
            facts = backed(database, asker.schema.ontology, answer.evidence)
            lines = [*_lines(answer, facts, show_code, then=then), *look_at(link)]
            emit(_json(answer, facts, link), as_json, lines)


def _past(database: Database, as_of: datetime | None, valid: datetime | None) -> Past:
    """Return the graph at another time."""
    from knowloom.ontology.build import Classes
    from knowloom.store.ontology import load
    from knowloom.update.past import Past

    classes = Classes(load(database))
    return Past(database, classes, as_of, valid.date() if valid else None)


def _typed() -> Iterator[str]:
    """Yield the lines that are typed, until there are no more."""
    while True:
        try:
            line = click.prompt("?", prompt_suffix=" ") if sys.stdin.isatty() else input()
        except (EOFError, click.Abort):
            return
        if line.strip():
            yield line


def _json(answer: Answer, facts: Sequence[Backed], link: str) -> dict[str, Any]:
    """Return an answer for scripts."""
    from knowloom.subgraph.graph import json_value

    return {
        "question": answer.question,
        "answers": [json_value(found.value) for found in answer.values],
        "numbers": [f.number for f in answer.values] if any(
            f.number is not None for f in answer.values
        ) else None,
        "confidence": answer.confidence,
        "why_not": answer.why_not or None,
        "way": answer.way,
        "cypher": answer.cypher or None,
        "parameters": json_value(dict(answer.parameters)),
        "python": answer.python,
        "evidence": [
            {"fact": list(one.fact[:3]), "sources": list(one.sources), "disputed": one.disputed}
            for one in facts
        ],
        "browser": link or None,
    }  # fmt: skip


def _lines(
    answer: Answer, facts: Sequence[Backed], show_code: bool, *, then: bool
) -> Iterator[str]:
    """Yield an answer for a person."""
    if not answer.values:
        yield f"I do not know: {answer.why_not}."
        if answer.guesses:
            guessed = ", ".join(str(found.value) for found in answer.guesses[:5])
            yield f"A guess, {answer.confidence:.0%} sure: {guessed}"
    for found in answer.values[:_SHOWN]:
        yield str(found.value) if found.number is None else f"{found.value}: {found.number}"
    if len(answer.values) > _SHOWN:
        yield f"… and {len(answer.values) - _SHOWN} more (--json has all)"
    if answer.way:
        yield ""
        yield f"how      {answer.way} ({answer.confidence:.0%} sure)"
    for one in facts[:10]:
        marks = (*one.sources, *(("disputed",) if one.disputed else ()))
        told = f"  ({'; '.join(marks)})" if marks else ""
        yield f"fact     {' - '.join(one.fact[:3])}{told}"
    if show_code and answer.python:
        yield from (*(("", answer.shown_cypher) if answer.cypher else ()), "", answer.python)
    if show_code and then:
        yield "note     the statement speaks of today; the Python found this in the past"
