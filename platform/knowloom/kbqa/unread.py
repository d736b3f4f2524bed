"""What a question says that no program takes in, and without which it means something else.

For most words that nothing explains an answer is only less sure. Those here turn it round: the
films that were not released in 1999 are not those that were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowloom.kbqa.mentions import Cues, Positions, Question
from knowloom.kbqa.programs import Branch, Program, nodes_of
from knowloom.kbqa.words import listed

_TURNING = listed(
    """not never no none nor neither cannot without except excluding besides only solely
    half hundred thousand million billion dozen percent percentage
    second third fourth fifth sixth seventh eighth ninth tenth next previous penultimate
    january february march april june july august september october november december"""
)
_MAY = re.compile(r"(?:\b(?:in|of|on|since|until|after|before|between|by)|\d) May\b|\bMay \d")
_NUMBER = re.compile(r"(?<!\S)-\d+|\b\d{4}-\d\d(?:-\d\d)?\b")
_EVERY = listed("all every each most")


def unread(question: Question, cues: Cues, program: Program, covered: Positions) -> str:
    """Return what a program does not heed of a question but has to; empty when nothing.

    Args:
        question: taken apart.
        cues: how it is built.
        program: what may be meant.
        covered: the positions of the words that it explains.

    >>> from knowloom.kbqa.mentions import cues_of
    >>> from knowloom.kbqa.programs import Node
    >>> question = Question.of("Which films were not released in 1999?")
    >>> unread(question, cues_of(question), Program(Node("Film")), frozenset({1, 4, 6}))
    'not'
    """
    words = question.words
    left = [(i, word) for i, word in enumerate(words) if i not in covered]
    for i, word in left:
        quantified = cues.kind == "yesno" and i == 1 and word in _EVERY
        month = word == "may" and _MAY.search(question.text)
        turning = word in _TURNING or word.endswith("n't")
        if turning or month or quantified or _is_unheeded(word, cues, program):
            return word
    known = " ".join(_names(program))
    return next((n for n in _NUMBER.findall(question.text) if n not in known), "")


def _is_unheeded(word: str, cues: Cues, program: Program) -> bool:
    """Return whether a word joins or compares what a program does not."""
    match word:
        case "than":
            return program.other is None
        case "or":
            return program.order is None and not any(
                len(branch.types) > 1 for branch in _branches(program)
            )
        case "same":
            return not any(branch.also or branch.apart for branch in _branches(program))
        case "top":
            return not cues.picks
        case _:
            return False


def _branches(program: Program) -> Iterator[Branch]:
    for node in nodes_of(program):
        yield from node.branches


def _names(program: Program) -> Iterator[str]:
    """Yield the names and values that a program looks for."""
    for node in nodes_of(program):
        yield from node.names
        yield from (str(condition.operand) for condition in node.conditions)
