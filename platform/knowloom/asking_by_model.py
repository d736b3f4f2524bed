"""Asking with a language model: it writes the program, the sandbox runs it (spec item 73)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from knowloom.asking import Asker
from knowloom.kbqa import by_model
from knowloom.kbqa.answer import Answer, Found
from knowloom.kbqa.mentions import Question
from knowloom.kbqa.programs import Node
from knowloom.models.fenced import code_in
from knowloom.models.language_model import LanguageModel
from knowloom.sandbox.gate import faults_of
from knowloom.sandbox.outcome import Outcome

ROUNDS = 3
_AGREED, _ALONE = 0.9, 0.6
_FUNCTION = re.compile(r"^def answer\(.*?(?=^\S|\Z)", re.DOTALL | re.MULTILINE)


def ask_by_model(asker: Asker, model: LanguageModel, text: str) -> Answer:
    """Return the answer that a program of a language model finds.

    The model gets the classes, the question and the program that is composed without it. What is
    wrong with its own - no Python, an error, an empty result - goes back to it, at most three
    times in all; a result that stays empty is no answer. An answer that the composed program gives
    too is surer than one that it does not: a rule of thumb, not measured.

    Args:
        asker: of the graph; it only reads.
        model: that writes the program.
        text: the question.

    Raises:
        ModelError: the model could not be asked.
        SandboxTooWeak: this machine cannot confine its program; nothing was run.
    """
    plain = asker.ask(text)
    draft = found[0] if (found := _FUNCTION.findall(plain.python)) else ""
    keyed = [
        Node(named.concept, named.keys, (named.name,))
        for named in asker.linked(Question.of(text))[0]
    ]
    faults: list[str] = []
    source = ""
    for _ in range(ROUNDS):
        said = model.complete(by_model.prompt(text, asker.schema, draft, faults))
        code = code_in(said.text)
        source = by_model.source(code, asker.schema)
        fault, values = _tried(asker, source, code, keyed)
        if not fault:
            return _answer(plain, source, values)
        faults.append(fault)
    why = f"the model's program was no good {ROUNDS} times: {faults[-1]}"
    return Answer(text, why_not=why, python=source)


def _tried(asker: Asker, source: str, code: str, keyed: Sequence[Node]) -> tuple[str, list[Any]]:
    """Return what is wrong with a program, or nothing and what it found."""
    if wrong := faults_of(code):
        return str(wrong[0]), []
    if "def answer(" not in code:
        return "it defines no function `answer(objects)`", []
    outcome: Outcome = asker.run_apart(source, by_model.needed(code, asker.schema, keyed))
    if not outcome.done:
        return outcome.message, []
    if outcome.values is None:
        return "`answer` has to return a list", []
    values = [value for value in outcome.values if value is not None]
    return ("", values) if values else ("it found nothing", [])


def _answer(plain: Answer, source: str, values: Sequence[Any]) -> Answer:
    """Return what a program found as an answer."""
    keys = {str(found.value): found.key for found in plain.values}
    found = tuple(Found(value, keys.get(str(value), "")) for value in values)
    agreed = {str(v) for v in values} == {str(f.value) for f in plain.values}
    return Answer(
        plain.question,
        found,
        _AGREED if agreed else _ALONE,
        way="a program of the language model" + (", as composed without it" if agreed else ""),
        python=source,
        evidence=plain.evidence if agreed else (),
    )
