"""Types of values, guessed from some of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple, cast

from knowloom.ontology.concepts import Scalar

# A number with a leading zero, such as a postal code, is a text.
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_TRUTH = frozenset(("true", "false"))


class Guess(NamedTuple):
    """The type of some values, and whether some of them are lists."""

    range: Scalar
    many: bool


def guess(values: Iterable[object]) -> Guess | None:
    """Return the narrowest type that fits all values; None when some are objects.

    Texts that look like numbers, dates or truth values count as such. Without any value the type
    is text.

    >>> guess(["1", "2.5"])
    Guess(range=<Scalar.FLOAT: 'float'>, many=False)
    >>> guess([["a"], "01"])
    Guess(range=<Scalar.STR: 'str'>, many=True)
    >>> guess(["2024-02-29+01:00"])  # a day in a zone, as XML has it
    Guess(range=<Scalar.DATE: 'date'>, many=False)
    """
    found: set[Scalar] = set()
    many = False
    for value in values:
        many = many or isinstance(value, list)
        for item in cast(list[object], value) if isinstance(value, list) else [value]:
            if isinstance(item, (dict, list)):
                return None
            if item is not None:
                found.add(_scalar(item))
    return Guess(common(found), many)


def common(found: set[Scalar]) -> Scalar:
    """Return the one type that all of several fit."""
    if len(found) == 1:
        return found.pop()
    if found == {Scalar.INT, Scalar.FLOAT}:
        return Scalar.FLOAT
    if found == {Scalar.DATE, Scalar.DATETIME}:
        return Scalar.DATETIME
    return Scalar.STR


def _scalar(item: object) -> Scalar:
    """Return the type of one value."""
    if isinstance(item, str):
        return _of_text(item)
    if isinstance(item, bool):
        return Scalar.BOOL
    if isinstance(item, int):
        return Scalar.INT if -(2**63) <= item < 2**63 else Scalar.STR
    if isinstance(item, float):
        return Scalar.FLOAT
    if isinstance(item, datetime):
        return Scalar.DATETIME
    return Scalar.DATE if isinstance(item, date) else Scalar.STR


def _of_text(text: str) -> Scalar:
    """Return the type that a text looks like."""
    if _INTEGER.fullmatch(text):
        return Scalar.INT
    if _NUMBER.fullmatch(text):
        return Scalar.FLOAT
    if text in _TRUTH:
        return Scalar.BOOL
    day = _DAY.fullmatch(text)
    try:
        datetime.fromisoformat(day[1] if day else text)
    except ValueError:
        return Scalar.STR
    if day:
        return Scalar.DATE
    return Scalar.DATETIME if len(text) > 10 else Scalar.STR
