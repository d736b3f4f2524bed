"""Classes that texts speak of, found without a language model: what they call kinds of things.

Sentences of the kind that M. Hearst described in 1992 ("journals such as Nature", "a transformer
is a neural network", "hammers and other tools") say what stands below what; phrases that sentences
about a topic repeat say what else there is; "the venue of a paper" says what is told of it.
English only, and only proposals: a person decides.
"""

# ruff: noqa: RUF001 - curly apostrophes stand in texts

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _words(
    "a about above after again against all almost along already also although always am among an"
    " and another any are as at be became because become becomes been before began being below"
    " between both but by called can could did different do does doing done down due during each"
    " early either even every few first for found from further gave get give given good great had"
    " has have he her here him his how however i if in into is it its just kind kinds large last"
    " late later led less like made main make many may me mean means might more most much must"
    " near need never new next no nor not now of off often old on once one only onto or other"
    " others our out over own part per same second see several shall she should show shows since"
    " small so some still such than that the their them then there these they this those three"
    " through thus to together too took two under until up upon us use used uses using various"
    " very was way we well were what when where whether which while who whole whom whose why will"
    " with within without won work works would year years yet you your"
)
_BEFORE_NOUNS = _words(
    "a an the this these those each every some many several few all any both another other various"
    " its his her their our your one two three"
)
_NAME = r"[A-Z][\w’'.-]*(?:\s+(?:(?:of|de|van|von|the)\s+)?[A-Z][\w’'.-]*){0,4}"
_WORDS = r"(?:[a-z][a-z-]+\s+){0,3}[a-z][a-z-]+"
_FEW = r"(?:[a-z][a-z-]+\s+){0,3}?[a-z][a-z-]+"
_ITEM = rf"(?:(?:an?|the)\s+)?(?:{_NAME}|{_WORDS})"
_LIST = rf"{_ITEM}(?:\s*,\s*(?:and\s+|or\s+)?{_ITEM}){{0,12}}(?:\s+(?:and|or)\s+{_ITEM})?"
_LAST = r"(?=\s+(?:that|which|who|whose|for|of|in|from|and|at|by|with|to|on)\b|\s*[.,;:)]|$)"
# What is general, what is special, and whether the general one stands in the plural.
_SAYINGS = (
    rf"\b(?P<general>(?:^[A-Z]?)?{_WORDS})\s*,?\s+(?:such as|including|especially|like)\s+"
    rf"(?P<special>{_LIST})",
    rf"\b(?P<special>{_LIST})\s*,?\s+(?:and|or)\s+other\s+(?P<general>{_WORDS})",
    rf"(?:^|[.;]\s+)(?P<special>{_NAME}|(?:[Aa]n?|[Tt]he)\s+{_FEW})\s+(?:is|was|are|were)\s+"
    rf"(?:an?|one of the)\s+(?P<general>{_FEW}){_LAST}",
)
_HEARST = tuple(re.compile(saying) for saying in _SAYINGS)
_OF = re.compile(
    rf"\b[Tt]he\s+(?P<said>{_WORDS})\s+of\s+(?:an?|the|each|every)\s+(?P<holder>{_FEW}){_LAST}"
)
_OWN = re.compile(
    r"\b(?:[Aa]n?|[Tt]he|[Ee]ach|[Ee]very)\s+(?P<holder>[a-z-]+)['’]s\s+(?P<said>[a-z-]+)"
)
_HAS = re.compile(
    rf"\b(?:[Aa]n?|[Tt]he|[Ee]ach|[Ee]very)\s+(?P<holder>{_FEW})\s+has\s+(?:an?|its own)\s+"
    rf"(?P<said>{_FEW}){_LAST}"
)
_WORD = re.compile(r"[^\W\d_][\w-]*|[^\w\s]")
_LEAST = 2  # sentences that a phrase must be in to be proposed for itself
_MOSTLY = 0.6  # of its sentences have the same longer phrase
_LONGEST = 3  # words of a phrase
_LONGEST_SENTENCE = 1000  # characters; what is longer is no sentence
_QUOTED = 3  # sentences kept for each class


@dataclass(slots=True)
class Found:
    """A class that texts speak of.

    Args:
        phrase: what they call it, in the singular.
        above: what they say it is a kind of, counted.
        examples: names of such things.
        told: what they tell of such things: names of attributes, counted.
        said: the first sentences that speak of it.
        support: in how many sentences.
        near: in how many of these the topic is named too.
    """

    phrase: str
    above: Counter[str] = field(default_factory=Counter[str])
    examples: Counter[str] = field(default_factory=Counter[str])
    told: Counter[str] = field(default_factory=Counter[str])
    said: list[str] = field(default_factory=list[str])
    support: int = 0
    near: int = 0

    @property
    def weight(self) -> int:
        """How much speaks for it: a saying counts more than a repeated phrase."""
        sayings = sum(self.above.values()) + sum(self.examples.values()) + sum(self.told.values())
        return self.support + 2 * self.near + 3 * sayings


class Saying(NamedTuple):
    """That something is a kind, or a thing of a kind."""

    general: str
    special: str
    is_name: bool


def discovered(sentences: Iterable[str], topic: str, *, most: int = 20) -> list[Found]:
    """Return the classes that sentences speak of, those with most behind them first.

    Args:
        sentences: of any documents, in English.
        topic: what the classes should be about; sentences that name it count for more.
        most: how many at most.

    >>> said = ["Journals such as Nature print papers.", "A letter is a paper."]
    >>> [(f.phrase, list(f.examples), list(f.above)) for f in discovered(said, "journals")]
    [('journal', ['Nature'], []), ('letter', [], ['paper']), ('paper', [], [])]
    """
    about = {singular(word) for word in _plain(topic)} - _STOP
    found: defaultdict[str, Found] = defaultdict(lambda: Found(""))
    for sentence in (whole[:_LONGEST_SENTENCE] for whole in sentences):
        near = bool(about & {singular(word) for word in _plain(sentence)})
        for phrase in _noted(sentence, found):
            one = found[phrase]
            one.phrase = phrase
            one.support += 1
            one.near += near
            if len(one.said) < _QUOTED:
                one.said.append(sentence.strip())
    kept = [f for f in found.values() if f.above or f.examples or f.told or _is_repeated(f, found)]
    kept += [f for f in found.values() if f.phrase in _parents(kept) and f not in kept]
    return sorted(kept, key=lambda f: (-f.weight, f.phrase))[:most]


def sayings(sentence: str) -> Iterator[Saying]:
    """Yield what a sentence says to be a kind of what.

    >>> list(sayings("It uses tools such as hammers and saws."))
    [Saying(general='tool', special='hammer', is_name=False), \
Saying(general='tool', special='saw', is_name=False)]
    """
    for pattern in _HEARST:
        for match in pattern.finditer(sentence):
            general = _phrase(match["general"])
            if not general:
                continue
            for item in _items(match["special"]):
                is_name = item[0].isupper()
                if item != general:
                    yield Saying(general, item, is_name)


@cache
def singular(word: str) -> str:
    """Return a noun in the singular; other words are best left out before.

    >>> singular("networks"), singular("analyses"), singular("class")
    ('network', 'analysis', 'class')
    """
    if len(word) < 4 or word.endswith(("ss", "us", "is", "ics")):
        return word
    return _engine().singular_noun(word) or word


def _is_repeated(one: Found, found: dict[str, Found]) -> bool:
    """Return whether a phrase repeats, and not mostly as the beginning of a longer one."""
    longer = max(
        (f.support for f in found.values() if f.phrase.startswith(f"{one.phrase} ")), default=0
    )
    return one.support >= _LEAST and longer < _MOSTLY * one.support


def _parents(found: Sequence[Found]) -> set[str]:
    return {phrase for one in found for phrase in one.above}


def _noted(sentence: str, found: defaultdict[str, Found]) -> set[str]:
    """Note what a sentence says of kinds; return all the phrases it holds."""
    phrases = set(_phrases(sentence))
    for saying in sayings(sentence):
        phrases.add(saying.general)
        if saying.is_name:
            found[saying.general].examples[saying.special] += 1
        else:
            phrases.add(saying.special)
            found[saying.special].above[saying.general] += 1
    for pattern in (_OF, _OWN, _HAS):
        for match in pattern.finditer(sentence):
            holder, said = _phrase(match["holder"], first=True), _phrase(match["said"])
            if holder and said and holder != said:
                phrases.add(holder)
                found[holder].told[said] += 1
    return phrases


def _phrases(sentence: str) -> Iterator[str]:
    """Yield the runs of plain words behind words that nouns follow, in the singular."""
    run: list[str] = []
    behind = ""
    for word in [*_WORD.findall(sentence), "."]:
        if word.islower() and word not in _STOP and word.isascii():
            run.append(word)
            continue
        if behind in _BEFORE_NOUNS:
            # Where the noun ends and a verb begins is told by what else follows elsewhere.
            for length in range(1, min(len(run), _LONGEST) + 1):
                yield " ".join([*run[: length - 1], singular(run[length - 1])])
        run, behind = [], word.lower()


def _phrase(text: str, *, first: bool = False) -> str:
    """Return the last (or first) run of plain words of a text, in the singular; or nothing."""
    runs: list[list[str]] = [[]]
    none: list[str] = []
    for word in text.lower().split():
        if word not in _STOP:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    run = next((r for r in (runs if first else reversed(runs)) if r), none)
    return " ".join([*run[:-1], singular(run[-1])]) if 0 < len(run) <= _LONGEST else ""


def _items(text: str) -> Iterator[str]:
    """Yield the things of a list; of the last one only what belongs to it."""
    for item in re.split(r"\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or)\s+", text):
        plain = re.sub(r"^(?:an?|the)\s+", "", item.strip(), flags=re.IGNORECASE)
        if plain[:1].isupper():
            if plain.lower() not in _STOP:
                yield plain.rstrip(".'’-")
            continue
        if phrase := _phrase(plain, first=True):
            yield phrase


def _plain(text: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[^\W\d_]+", text)]


@cache
def _engine() -> Any:
    """Return what knows plurals; loaded when first needed, since that takes a while."""
    import inflect

    return inflect.engine()
