"""Days as texts write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_MONTH = "|".join(rf"{m}|{m[:3]}\.?" for m in _MONTHS)
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = (
    rf"(?i:\d{{4}}-\d{{2}}-\d{{2}}|{_ORDINAL}\s+(?:{_MONTH}),?\s+\d{{4}}"
    rf"|(?:{_MONTH})\s+{_ORDINAL},?\s+\d{{4}}|\d{{4}}年\d{{1,2}}月\d{{1,2}}日)"
)
"""An expression that matches a day."""


def read_date(text: str) -> date:
    """Return a date written in one of the ways a slot takes.

    Raises:
        ValueError: there is no such day.

    >>> read_date("6 December 1947"), read_date("Dec. 6, 1947"), read_date("1947年12月6日")
    (datetime.date(1947, 12, 6), datetime.date(1947, 12, 6), datetime.date(1947, 12, 6))
    """
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    word = re.search(r"[A-Za-z]{3,}", text)
    if word is None:
        return date(*numbers)
    month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(word[0].lower()[:3]))
    day, year = numbers
    return date(year, month, day)
