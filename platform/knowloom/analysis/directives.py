"""What a task wants done, read from its small words: top 10, since 2015, as a pie chart.

Each pattern takes words out of the task; what no pattern takes must be a name, a class, an
attribute or a value, or the task is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowloom.analysis.question import Fold
from knowloom.analysis.words import Word

_NUMBERS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"}
_TENS = {"eight": "8", "nine": "9", "ten": "10", "twelve": "12", "twenty": "20"}
_YEAR = r"((?:1[5-9]|20)\d\d)"
_AMOUNT = r"(\d[\d,]*(?:\.\d+)?)(?: times)?\b"
_IN = r"(?:(?:in|of|from|during|for) )"
_DECADE = re.compile(rf"\b{_IN}?the ((?:1[5-9]|20)\d0)s\b")
_MARKS = {"heat": "heatmap"}

_CHART = re.compile(
    r"\b(?:(?:as|in|with|on) an? )?(pie|bar|line|area|scatter|heat|network) "
    r"(?:chart|plot|graph|diagram|map)s?\b|\bas an? (pie|histogram|network|scatter)\b"
    r"|\b(histogram)\b"
)
_TIMES = (
    (re.compile(rf"\b{_IN}?(?:the )?years {_YEAR} (?:to|until|through) {_YEAR}\b"), (">=", "<=")),
    (re.compile(rf"\bbetween {_YEAR} and {_YEAR}\b"), (">=", "<=")),
    (re.compile(rf"\bfrom {_YEAR} (?:to|until|till|through) {_YEAR}\b"), (">=", "<=")),
    (re.compile(rf"\b(?:in |from )?{_YEAR}-{_YEAR}\b"), (">=", "<=")),
    (re.compile(rf"\b(?:since|from) {_YEAR}(?: on| onwards)\b"), (">=",)),
    (re.compile(rf"\bsince {_YEAR}\b"), (">=",)),
    (re.compile(rf"\bafter {_YEAR}\b"), (">",)),
    (re.compile(rf"\bbefore {_YEAR}\b"), ("<",)),
    (re.compile(rf"\b(?:until|till|up to) {_YEAR}\b"), ("<=",)),
    (re.compile(rf"\b{_IN}?{_YEAR} (?:or|and)(?: in)? {_YEAR}\b"), ("or", "or")),
    (re.compile(rf"\b{_IN}?(?:the year )?{_YEAR}\b"), ("==",)),
)
_ABOVE = (
    (re.compile(rf"\b(?:at most|(?:not|no) more than) {_AMOUNT}"), "<="),
    (re.compile(rf"\b(?:at least|(?:not|no) (?:fewer|less) than) {_AMOUNT}"), ">="),
    (re.compile(rf"\b(?:more than|over|above) {_AMOUNT}"), ">"),
    (re.compile(rf"\b(?:fewer than|less than|under|below) {_AMOUNT}"), "<"),
    (re.compile(rf"\b(?:exactly|precisely) {_AMOUNT}"), "=="),
)
_MOST = (
    re.compile(r"\b(?:the )?(?:top|first) (\d+)\b"),
    re.compile(r"\b(?:with )?which (\d+)\b"),
    re.compile(r"\b(?:the )?(\d+)\b"),
)
_FLAGS = {
    "change": r"\bchange points?\b|\bchanged? (?:the )?most\b|\b(?:the )?level of\b",
    "outliers": r"\boutliers?(?: in| by)?\b",
    "pairs": r"\bpairs? of\b",
    "together": r"\b(?:occurs? |occurring |appear )?together\b",
    "partners": r"\bwith (?:which|whom|what)\b",
    "trend": r"\btrends?(?: in)?\b|\bdevelop(?:ed|s|ment)?(?: of)?\b|\bover (?:the years|time)\b"
    r"|\bevol(?:ve|ved|ution)\b|\bover the years\b",
    "distribution": r"\bdistribut(?:ion|ions|ed)\b",
    "compare": r"\bcompare[ds]?\b|\bcomparison\b|\bdifference between\b|\bmore than\b",
    "share": r"\b(?:with )?(?:what |which )?(?:shares?|proportions?|percentages?|fractions?)\b",
    "how_many": r"\b(?:in )?how many\b",
    "number": r"\b(?:the )?numbers? of\b|\bcounts?(?: of)?\b",
    "distinct": r"\b(?:different|distinct|unique)\b",
    "frequent": r"\b(?:frequent|common|often|popular)\b",
    "most": r"\bmost\b|\blargest\b|\bhighest\b|\bbiggest\b",
    "least": r"\bfewest\b|\bleast\b|\blowest\b|\bsmallest\b",
}
_FOLDS = (
    (Fold.TOTAL, re.compile(r"\b(?:in total|total|sum of|altogether|overall)\b")),
    (Fold.MEAN, re.compile(r"\b(?:average|mean|on average)\b")),
    (Fold.MEDIAN, re.compile(r"\bmedians?\b")),
    (Fold.LARGEST, re.compile(r"\bmaximum\b|\bwhat (?:is|was) the (?:largest|highest)\b")),
    (Fold.SMALLEST, re.compile(r"\bminimum\b|\bwhat (?:is|was) the (?:smallest|lowest)\b")),
)
_NOT = re.compile(r"\b(?:not|never)\b")
_WITHOUT = re.compile(r"\b(?:without|with no|(?:has|have|had) no)(?: any)?\b")
_PER = re.compile(r"\b(?:per|by|(?:of |for )?(?:each|every))\b")


@dataclass(slots=True)
class Directives:
    """What the small words of a task say.

    Args:
        flags: names of kinds of work to the place of the first word that says so.
        times: relation, year and place; those of relation `or` go together.
        above: a relation and a number.
        fold: how values become one.
        most: the k of the first k.
        chart: the mark that the task names.
        per: places of words such as `per` and `by`.
        nots: places of words that say that something is not so.
        without: places of the words behind `without` and the like.
        told: places of numbers that something is above or below.
        taken: places of the words that were read.
    """

    flags: dict[str, int] = field(default_factory=dict[str, int])
    times: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    above: tuple[str, float] | None = None
    fold: Fold | None = None
    most: int = 0
    chart: str = ""
    per: list[int] = field(default_factory=list[int])
    nots: list[int] = field(default_factory=list[int])
    without: list[int] = field(default_factory=list[int])
    told: list[int] = field(default_factory=list[int])
    taken: set[int] = field(default_factory=set[int])

    def __contains__(self, flag: str) -> bool:
        return flag in self.flags


def directives_of(words: list[Word]) -> Directives:
    """Return what the small words of a task say.

    >>> from knowloom.analysis.words import words_of
    >>> read = directives_of(words_of("The 5 most cited papers since 2010, as a bar chart"))
    >>> read.most, read.times, read.chart, sorted(read.flags)
    (5, [('>=', 2010, 4)], 'bar', ['most'])
    """
    line = _Line(words)
    read = Directives(taken=line.taken)
    for match in line.take(_CHART):
        mark = next(filter(None, match.groups()))
        read.chart = _MARKS.get(mark, mark)
    _read_numbers(line, read)
    for fold, pattern in _FOLDS:
        for _ in line.take(pattern):
            read.fold = fold
    for name, text in _FLAGS.items():
        for match in line.take(re.compile(text)):
            read.flags.setdefault(name, line.place(match.start()))
    for pattern in _MOST:
        for match in line.take(pattern):
            read.most = read.most or int(match.group(1))
    read.per = [line.place(match.start()) for match in line.take(_PER)]
    read.without = [line.place(match.end()) + 1 for match in line.take(_WITHOUT)]
    read.nots = [line.place(match.start()) for match in line.take(_NOT)]
    return read


def _read_numbers(line: _Line, read: Directives) -> None:
    """Read years, and numbers that something is above or below."""
    for pattern, relations in _TIMES:
        for match in line.take(pattern):
            at = line.place(match.start())
            found = zip(relations, map(int, match.groups()), strict=True)
            read.times += [(relation, year, at) for relation, year in found]
    for match in line.take(_DECADE):
        at, first = line.place(match.start()), int(match.group(1))
        read.times += [(">=", first, at), ("<=", first + 9, at)]
    for pattern, relation in _ABOVE:
        for match in line.take(pattern):
            read.told.append(line.place(match.start()))
            read.above = (relation, _number(match.group(1)))


def _number(text: str) -> float:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number


class _Line:
    """The words of a task on one line, small; words that a pattern took are gone."""

    def __init__(self, words: list[Word]) -> None:
        self.taken: set[int] = set()
        self._starts: list[int] = []
        self._text = ""
        for word in words:
            self._starts.append(len(self._text))
            plain = word.text.casefold()
            self._text += f"{(_NUMBERS | _TENS).get(plain, plain)} "

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield the matches of a pattern and take their words out."""
        for match in list(pattern.finditer(self._text)):
            places = [
                at for at, start in enumerate(self._starts) if match.start() <= start < match.end()
            ]
            self.taken.update(places)
            yield match
            blank = re.sub(r"\S", "\x00", match.group())
            self._text = self._text[: match.start()] + blank + self._text[match.end() :]

    def place(self, at: int) -> int:
        """Return which word begins at or before a place on the line."""
        return max(n for n, start in enumerate(self._starts) if start <= at)
