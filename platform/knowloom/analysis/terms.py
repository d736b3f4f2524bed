"""The parts of a task that mean something: names of things, nouns of the ontology, verbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from knowloom.analysis.directives import Directives, directives_of
from knowloom.analysis.question import Path
from knowloom.analysis.vocabulary import Noun, Vocabulary
from knowloom.analysis.words import Word, deeds, words_of

_LONGEST = 8  # words of a name


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


SMALL = _split(
    "a an the of in at by for and is are was were be been there what which who whose whom how do"
    " does did has have had with from on to into their its it than that those these show give list"
    " plot draw me as please all any among year"
)
_BASES = _split(
    "write publish direct act star produce play die work study employ found compose sing appear"
    " occur make release contain win receive design develop create lead earn educate"
)
# What people do with things; each has to fit a link that the question takes, but for those that
# may be said of any.
VERBS = {
    form
    for verb in _BASES
    for form in (verb, f"{verb}s", f"{verb}ed", f"{verb.removesuffix('e')}ed")
} | {"wrote", "written", "born", "won", "made", "sang", "sung"}


# What never stands within the name of a class or attribute.
_APART = (VERBS | SMALL) - _split("of the in at by for to on year")


class CannotRead(Exception):
    """A task that was not understood; `reason` says which part."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Named(NamedTuple):
    """A thing of the graph that a phrase names.

    Args:
        uid: its own.
        name: its name.
        classes: its labels.
        exact: False when only its name without middle initials is the phrase.
    """

    uid: str
    name: str
    classes: tuple[str, ...]
    exact: bool = True


class Way(NamedTuple):
    """A link by which units are connected to things.

    Args:
        path: from the unit.
        units: how many.
        uid: of the thing.
    """

    path: Path
    units: int
    uid: str = ""


class Lookup(Protocol):
    """What a reader of tasks asks the graph."""

    def named(self, phrases: Sequence[str]) -> Mapping[str, Sequence[Named]]:
        """Return what phrases name, by phrase; capitals do not matter."""
        ...

    def ways(self, uids: Sequence[str], unit: str) -> Sequence[Way]:
        """Return the links between these things and the instances of a class."""
        ...

    def values(
        self, unit: str, attributes: Sequence[str], words: Sequence[str]
    ) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return, by word, the attributes of a class that have it as value, and that value."""
        ...


@dataclass(slots=True)
class Term:
    """A part of a task that means something: a noun, a verb, a thing, or a word still unknown."""

    start: int
    end: int
    text: str
    noun: Noun | None = None
    things: tuple[Named, ...] = ()
    verb: frozenset[str] = frozenset()
    used: bool = False

    @property
    def only_class(self) -> str:
        """The one class that a noun means; empty when it is none or several."""
        classes = self.noun.classes if self.noun else ()
        return classes[0] if len(classes) == 1 else ""


def phrases_of(task: str, vocabulary: Vocabulary) -> list[str]:
    """Return the phrases of a task that may name things: those that hold a word of no class."""
    words = words_of(task)
    known = [_is_small(w) or bool(vocabulary.noun([w.stem])) for w in words]
    spans = [
        (start, end)
        for start in range(len(words))
        for end in range(min(start + _LONGEST, len(words)), start, -1)
        if not known[start] and not all(known[start:end])
    ]
    return [task[words[start].start : words[end - 1].end] for start, end in spans]


def _is_small(word: Word) -> bool:
    return word.text.casefold() in SMALL


class Terms:
    """One task, word by word.

    Args:
        task: as written.
        vocabulary: the words of the ontology.
        lookup: the words of the graph.
        classes_first: take what may be a class or a thing for the class.
    """

    def __init__(
        self, task: str, vocabulary: Vocabulary, lookup: Lookup, *, classes_first: bool = False
    ) -> None:
        self.task = task
        self.doubtful: list[str] = []
        self._classes_first = classes_first
        self.vocabulary = vocabulary
        self.lookup = lookup
        self.words = words_of(task)
        self.said: Directives = directives_of(self.words)
        self.notes: list[str] = []
        self.terms: list[Term] = []
        self._find_things()
        self._find_nouns()
        begun = {term.start for term in self.terms if term.things}
        self.said.per = [
            at for at in self.said.per if at + 1 not in begun and not self._by_whom(at)
        ]  # `by Google`, `by people who`
        self.terms.sort(key=lambda term: term.start)

    def _free(self, at: int) -> bool:
        """Return whether nothing has taken a word yet."""
        return at not in self.said.taken and not any(t.start <= at < t.end for t in self.terms)

    def _by_whom(self, at: int) -> bool:
        """Return whether a `by` names who did it: `directed by people who were born in Oslo`."""
        around = [w.text.casefold() for w in self.words[max(at - 1, 0) : at + 3]]
        return (
            len(around) == 4
            and around[0] in VERBS
            and around[1] == "by"
            and (around[3] in {"who", "that", "which", "whose", "from"} or around[3] in VERBS)
        )

    def _find_things(self) -> None:
        """Find the longest phrases that name things of the graph."""
        spans = [
            (start, end)
            for start in range(len(self.words))
            for end in range(start + 1, min(start + _LONGEST, len(self.words)) + 1)
            if self._may_name(start, end)
        ]
        phrases = {span: self._phrases(*span) for span in spans}
        asked = list(dict.fromkeys(p for some in phrases.values() for p in some))
        found = self.lookup.named(asked)
        for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
            things = [n for phrase in phrases[span] for n in found.get(phrase, ())]
            if things and all(self._free(at) for at in range(*span)):
                if self._noun([self.words[at] for at in range(*span)]):
                    self.doubtful.append(phrases[span][0])
                    if self._classes_first:
                        continue
                once = {one.uid: one for one in things}
                self.terms.append(Term(*span, phrases[span][0], things=tuple(once.values())))

    def _may_name(self, start: int, end: int) -> bool:
        """Return whether a phrase may be a name."""
        words = self.words[start:end]
        if any(at in self.said.taken for at in range(start, end)):
            return False
        edges = {w.text for w in (words[0], words[-1]) if w.text.islower()}
        if edges & (SMALL | {"or"}):
            return False
        return not all(self._is_word(w) for w in words) or self._is_value(start)

    def _is_word(self, word: Word) -> bool:
        """Return whether a word is one of the ontology's or a small one."""
        plain = word.text.casefold()
        return plain in SMALL or plain in VERBS or bool(self._noun([word]))

    def _is_value(self, start: int) -> bool:
        """Return whether what begins here stands behind `is`: a value and no noun."""
        return start > 0 and self.words[start - 1].text in {"is", "are"} and start > 1

    def _phrases(self, start: int, end: int) -> list[str]:
        """Return a phrase as written, and in the singular."""
        text = self.task[self.words[start].start : self.words[end - 1].end]
        return [text, text[:-1]] if text.endswith("s") and text[-2:-1].islower() else [text]

    def _find_nouns(self) -> None:
        """Find the longest phrases that are names of classes and attributes, then verbs."""
        for length in (4, 3, 2, 1):
            for start in range(len(self.words) - length + 1):
                span = range(start, start + length)
                words = [self.words[at] for at in span]
                edges = {words[0].text.casefold(), words[-1].text.casefold()}
                if not all(self._free(at) for at in span) or (edges - {"year"}) & SMALL:
                    continue
                if length > 1 and any(w.text.casefold() in _APART for w in words):
                    continue
                if length == 1 and words[0].text.casefold() in VERBS:
                    verb = deeds(words[0].stem)
                    self.terms.append(Term(start, start + 1, words[0].text, verb=verb))
                elif noun := self._noun(words):
                    text = self.task[words[0].start : words[-1].end]
                    self.terms.append(Term(start, start + length, text, noun=noun))

    def _noun(self, words: Sequence[Word]) -> Noun | None:
        stems = [w.stem for w in words if w.text.casefold() not in SMALL - {"year"}]
        return (self.vocabulary.noun(stems) or None) if stems else None

    def _nouns(self) -> list[Term]:
        return [t for t in self.terms if t.noun is not None and not t.used]

    def _things(self) -> list[Term]:
        return [t for t in self.terms if t.things and not t.used]

    def _small(self) -> set[str]:
        return {w.text.casefold() for w in self.words}
