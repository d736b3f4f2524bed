"""What a question mentions: instances, classes, values, links, numbers and cues of operators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowloom.kbqa.lexicon import AVERAGE, COMPARATORS, LIGHT, NUMBERS, TOTAL, superlative
from knowloom.kbqa.schema import Link, Phrase, Schema, Value
from knowloom.kbqa.words import STOP, listed, name_words, stem, words_of

Positions = frozenset[int]
_AUXILIARY = listed("is are was were did does do has have had can could will would should")
_TEMPORAL = frozenset({"after", "before", "since", "until", "later", "earlier"})
_PROPER, _LIGHT = 2.5, 0.4  # what a name, and a word that says little, count
SMALL = frozenset({"for", "about", "by"})  # that tell links apart
_SURE = 0.8
_FAR = 4  # words between the parts of one phrase


@dataclass(frozen=True, slots=True)
class Named:
    """Instances of one class that a part of the question names.

    Args:
        keys: element ids.
        name: what they are called.
        concept: their class.
        at: the positions of the words.
        fit: how well the words fit the name, up to 1.
    """

    keys: tuple[str, ...]
    name: str
    concept: str
    at: Positions
    fit: float = 1.0


@dataclass(frozen=True, slots=True)
class Literal:
    """A plain value that instances have, such as the country of customers."""

    value: Value
    literal: Any
    at: Positions


@dataclass(frozen=True, slots=True)
class Bound:
    """A number or year with how it compares."""

    operator: str
    number: int | float
    at: Positions
    temporal: bool
    upper: int | None = None


@dataclass(frozen=True, slots=True)
class Cues:
    """How a question is built.

    Args:
        kind: `yesno`, `count`, `when`, `where`, `who` or `what`.
        picks: superlatives: what they pick by, whether by the most, their positions, how many.
        fold: `avg`, `sum` or nothing.
        head: the position behind the question word.
    """

    kind: str
    picks: tuple[tuple[str, bool, Positions, int], ...] = ()
    fold: str = ""
    head: int = 0
    used: Positions = frozenset()

    @property
    def is_worked_out(self) -> bool:
        """Whether the answer has to be counted, compared or picked, not only found."""
        return self.kind in {"yesno", "count"} or bool(self.picks or self.fold)


@dataclass(slots=True)
class Question:
    """A question taken apart.

    Args:
        text: as asked.
        words: in lower case.
        stems: of the words.
        content: positions of words that mean something by themselves.
    """

    text: str
    words: list[str]
    stems: list[str] = field(init=False)
    content: Positions = field(init=False)
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.stems = [stem(word) for word in self.words]
        self.content = frozenset(i for i, w in enumerate(self.words) if w not in STOP)
        proper = set(_proper(self.text))
        self.weights = [
            _PROPER if i and w in proper else _LIGHT if w in LIGHT else 1.0
            for i, w in enumerate(self.words)
        ]

    def weight(self, positions: Positions) -> float:
        """Return how much the words at these positions say."""
        return sum(self.weights[i] for i in positions & self.content)

    @classmethod
    def of(cls, text: str) -> Question:
        """Return a text as a question; of a very long one only its start counts."""
        return cls(text, words_of(text[:2_000])[:120])

    def find(self, phrase: Phrase) -> Positions | None:
        """Return where all stems of a phrase stand close together; None where they do not.

        >>> sorted(Question.of("when was it first released").find(frozenset({"releas"})))
        [4]
        """
        if not phrase:
            return None
        places = [[i for i, s in enumerate(self.stems) if s == part] for part in phrase]
        if not all(places):
            return None
        best = min(
            (
                chosen
                for first in places[0]
                if (chosen := [min(p, key=lambda i: abs(i - first)) for p in places])
            ),
            key=lambda chosen: max(chosen) - min(chosen),
        )
        return frozenset(best) if max(best) - min(best) <= _FAR else None


def _proper(text: str) -> list[str]:
    """Return the words of a text that are written with a capital or hold a digit."""
    return words_of(
        " ".join(w for w in text[:2_000].split() if w[:1].isupper() or w[:1].isdigit())
    )


def cues_of(question: Question) -> Cues:
    """Return how a question is built.

    >>> cues_of(Question.of("How many films are there?")).kind
    'count'
    >>> cues_of(Question.of("Who is the oldest actor?")).picks
    (('age', False, frozenset({3}), 1),)
    """
    words = question.words
    kind, head = "what", 0
    if words and words[0] in _AUXILIARY:
        kind, head = "yesno", 1
    for i, word in enumerate(words):
        pair = words[i : i + 2]
        if pair in (["how", "many"], ["how", "much"]):
            kind, head = "count", i + 2
            break
        if word in {"when", "where", "who", "whom", "whose"}:
            kind, head = {"whom": "who", "whose": "who"}.get(word, word), i + 1
            break
        if word in {"which", "what"}:
            kind, head = "what", i + 1
            break
    if kind == "count" and head >= 2 and "old" in words:
        kind = "when"
    fold, folded = _fold(words)
    picks = tuple(_picks(question))
    used = frozenset(i for pick in picks for i in pick[2]) | folded
    return Cues(kind, picks, fold, head, used)


def _fold(words: Sequence[str]) -> tuple[str, Positions]:
    for i, word in enumerate(words):
        if word in AVERAGE:
            return "avg", frozenset({i})
        if word in TOTAL:
            numbered = words[i + 1 : i + 2] == ["number"]
            return "sum", frozenset({i, i + 1} if numbered else {i})
    return "", frozenset()


def _picks(question: Question) -> Iterable[tuple[str, bool, Positions, int]]:
    """Yield the superlatives, unless they compare with a number."""
    words = question.words
    for i, word in enumerate(words):
        found = superlative(word)
        if found is None or words[i + 1 : i + 2] == ["than"] or words[i - 1 : i] == ["at"]:
            continue
        by, most = found
        at, limit = {i}, 1
        if words[i - 1 : i] in (["most"], ["least"]):
            at = {i, i - 1}
            most = most if words[i - 1] == "most" else not most
        if by == "count" and superlative(" ".join(words[i + 1 : i + 2])):
            continue
        for j in (min(at) - 1, min(at) - 2):
            if j >= 0 and words[j] in NUMBERS and NUMBERS[words[j]] > 1:
                limit = NUMBERS[words[j]]
                at |= {j}
        for j, other in enumerate(words[: min(at)]):
            listed = words[j - 1 : j] in (["the"], ["top"], ["which"], ["what"]) and (
                other in NUMBERS or other.isdecimal()
            )
            if limit == 1 and listed and 1 < (counted := NUMBERS.get(other) or int(other)) < 100:
                limit = counted
                at |= {j}
        yield by, most, frozenset(at), limit


def bounds_of(question: Question, taken: Positions) -> list[Bound]:
    """Return the numbers and years of a question and how they compare.

    Args:
        question: taken apart.
        taken: positions that belong to a name.

    >>> [(b.operator, b.number) for b in bounds_of(Question.of("after 2006"), frozenset())]
    [('>', 2006)]
    """
    words, found = question.words, list[Bound]()
    i = 0
    while i < len(words):
        number = None if i in taken else _number(words[i])
        if number is None:
            i += 1
            continue
        if words[i - 1 : i] == ["between"] and words[i + 1 : i + 2] == ["and"]:
            upper = _number(words[i + 2]) if i + 2 < len(words) else None
            if upper is not None:
                at = frozenset({i - 1, i, i + 1, i + 2})
                found.append(Bound(">=", number, at, True, int(upper)))
                i += 3
                continue
        if words[i].endswith("s") and _number(words[i]) is not None:
            decade = int(number)
            found.append(Bound(">=", decade, frozenset({i}), True, decade + 9))
        else:
            found.append(_bound(words, i, number))
        i += 1
    return found


def _bound(words: Sequence[str], i: int, number: int | float) -> Bound:
    """Return a number with the comparison that stands before it."""
    for said, operator in COMPARATORS:
        if tuple(words[max(i - len(said), 0) : i]) == said:
            at = frozenset(range(i - len(said), i + 1))
            temporal = bool(set(said) & _TEMPORAL) or _year_like(number)
            return Bound(operator, number, at, temporal and _year_like(number))
    return Bound("=", number, frozenset({i}), _year_like(number))


def _year_like(number: int | float) -> bool:
    return isinstance(number, int) and 1000 <= number <= 2100


def _number(word: str) -> int | float | None:
    if word in NUMBERS:
        return NUMBERS[word]
    bare = word.removesuffix("s") if len(word) == 5 and word.endswith("0s") else word
    try:
        return (
            int(bare)
            if bare.isdecimal() and len(bare) < 16
            else float(bare)
            if "." in bare
            else None
        )
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Which elements of a schema a question speaks of, and where."""

    classes: dict[str, Positions]
    values: dict[Value, tuple[Positions, float]]
    links: dict[Link, tuple[Positions, float]]


def mentioned(question: Question, schema: Schema) -> Mentioned:
    """Return the classes, values and links that a question speaks of.

    Args:
        question: taken apart.
        schema: what there is.
    """
    classes: dict[str, Positions] = {}
    for concept, phrases in schema.classes.items():
        for number, phrase in enumerate(phrases):
            at = question.find(phrase)
            if (
                at
                and (number == 0 or at & question.content)
                and not (len(at) < len(classes.get(concept, ())))
            ):
                classes.setdefault(concept, at)
    qualifiers = [q for link in schema.links for q in link.qualifiers]
    values = {v: hit for v in (*schema.values, *qualifiers) if (hit := _hit(question, v.phrases))}
    links = {link: hit for link in schema.links if (hit := _link_hit(question, link))}
    return Mentioned(classes, values, links)


def _link_hit(question: Question, link: Link) -> tuple[Positions, float] | None:
    """Return where a question speaks of a link: all words that may mean it."""
    hit = _hit(question, link.phrases)
    if hit is None:
        small = set(name_words(link.attribute)) & SMALL & set(question.words)
        return (frozenset(), 0.6) if small else None
    if hit[1] < _SURE:
        return hit
    places = [at for phrase in link.phrases if (at := question.find(phrase))]
    return frozenset(i for at in places for i in at), hit[1]


def _hit(question: Question, phrases: Sequence[Phrase]) -> tuple[Positions, float] | None:
    """Return where phrases stand in a question, and how sure it is that they are meant."""
    best: tuple[Positions, float] | None = None
    own = phrases[0] if phrases else frozenset[str]()
    for phrase in phrases:
        at = question.find(phrase)
        weight = 1.0 if phrase == own else 0.85
        if at and (best is None or (len(at) * weight) > len(best[0]) * best[1]):
            best = at, weight
    if best is None and len(own) > 1:
        parts = [at for part in own if (at := question.find(frozenset({part})))]
        if parts:
            share = len(parts) / len(own)
            best = frozenset(i for at in parts for i in at), 0.7 * share
    return best
