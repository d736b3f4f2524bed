"""Inheritance means the same on both tiers, `isinstance` over subclasses included."""

from __future__ import annotations

import json

import pytest

from knowloom.sandbox.flatten import flatten
from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.outcome import Ended
from knowloom.sandbox.process import ProcessTier
from tests.sandbox.confined import needs_confinement

_CLASSES = '''
class Thing:
    """What all have in common."""
    kind = "thing"

    def __init__(self, name=""):
        self.name = name

    def said(self):
        return f"{self.kind} {self.name}"


class Work(Thing):
    kind = "work"

    def __init__(self, name, year=None):
        super().__init__(name)
        self.year = year


class Prized(Thing):
    def said(self):
        return super().said() + "!"


class Paper(Work):
    def said(self):
        return "paper: " + super().said()


class PrizedPaper(Paper, Prized):
    pass


things = [Thing("a"), Work("b", 1), Prized("c"), Paper("d", 2), PrizedPaper("e", 3)]
'''
_QUESTIONS = [
    "answer = [[isinstance(t, k) for t in things] for k in ()]",
    "answer = [isinstance(t, Thing) for t in things]",
    "answer = [isinstance(t, Work) for t in things]",
    "answer = [isinstance(t, (Prized, Paper)) for t in things]",
    "answer = [isinstance(t, (Prized, int)) for t in [*things, 3, 'x']]",
    "answer = [t.said() for t in things]",
    "answer = [type(t).__name__ for t in things]",
    "answer = [type(t) is Paper for t in things]",
    "answer = [t.year for t in things if isinstance(t, Work)]",
    "answer = {type(t).__name__: t.kind for t in things}",
]


@needs_confinement
@pytest.mark.parametrize("question", _QUESTIONS)
def test_both_tiers_give_the_same_bytes(question: str) -> None:
    source = _CLASSES + question
    confined = ProcessTier().run(source, {}, result="answer")
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    interpreted = MontyTier().run(source, {}, result="answer")
    assert confined.done, confined.message
    if interpreted.ended is not Ended.UNSUPPORTED:
        assert json.dumps(interpreted.value) == json.dumps(confined.value)
    else:
        assert question == _QUESTIONS[0]  # classes in variables are left to the process


@pytest.mark.parametrize(
    "source",
    [
        "class A: pass\nclass B(A): pass\nk = A\nx = isinstance(B(), k)",
        "class A: pass\nclass B(A): pass\nx = issubclass(B, A)",
        "class A: pass\nclass B(A): pass\nf = isinstance\nx = f(B(), A)",
        "class A:\n    shared = []\nclass B(A): pass\n",
        "class A(Exception): pass\nclass B(A): pass\n",
        "class A: pass\nclass B(A): pass\nmatch B():\n    case A(): x = 1",
        "class A: pass\nclass B(A): pass\nA = B",
    ],
)
def test_what_only_real_classes_do_is_left_to_the_process_tier(source: str) -> None:
    assert flatten(source) is None


def test_lines_of_errors_are_those_of_the_program() -> None:
    source = _CLASSES + "\n\nanswer = 1 / 0"
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    outcome = MontyTier().run(source, {}, result="answer")
    assert outcome.ended is Ended.FAILED
    assert source.splitlines()[outcome.line - 1] == "answer = 1 / 0"


def test_a_program_without_inheritance_stays_as_it_is() -> None:
    source = "class A:\n    pass\n\n\nx  =  A()\n"
    flat = flatten(source)
    assert flat is not None
    assert flat.source == source
