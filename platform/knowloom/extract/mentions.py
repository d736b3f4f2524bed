"""Mentions: where a sentence names something, known or not, and whom its pronouns mean.

What is known is found by the gazetteer. What is not is guessed from its form: a run of capitalised
words, a text in quotation marks. `he` and `she` mean the first person of the nearest sentence
before that names one, a last name alone means the person of that name named before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from knowloom.extract.dates import DATE
from knowloom.extract.gazetteer import Gazetteer
from knowloom.ontology.concepts import Ontology

_UPPER = "A-ZÀ-ÖØ-ÞĀ-Ž"
_WORD = (
    rf"(?:[{_UPPER}]\.(?:\s?[{_UPPER}]\.)*|(?:Ste?|Mt|Ft)\.(?=\s[{_UPPER}])"
    rf"|[{_UPPER}][\w\u2019'\-&]*\w|[{_UPPER}])"
)
_INSIDE = r"(?:of|the|de|van|von|der|den|di|da|la|le|du|del|for|and\sthe)"
_ELIDED = r"(?:(?:d|l|dell|dall|nell|sull)[\u2019'])?"  # Jeanne d'Arc
_PHRASE = re.compile(rf"\b{_WORD}(?:\s+(?:{_INSIDE}\s+){{0,2}}{_ELIDED}{_WORD})*")
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,200})[”\"]|《([^》]{1,200})》")
_DATE = re.compile(DATE)
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
# Words that begin sentences with a capital and are no part of a name.
_STARTERS = frozenset(
    [
        "A",
        "An",
        "The",
        "This",
        "That",
        "These",
        "Those",
        "In",
        "On",
        "At",
        "By",
        "From",
        "For",
        "With",
        "After",
        "Before",
        "During",
        "Since",
        "Until",
        "When",
        "While",
        "As",
        "It",
        "Its",
        "He",
        "She",
        "His",
        "Her",
        "They",
        "Their",
        "We",
        "Our",
        "I",
        "My",
        "You",
        "There",
        "Here",
        "Both",
        "Each",
        "Every",
        "Many",
        "Most",
        "Some",
        "Several",
        "Two",
        "Three",
        "Four",
        "Five",
        "If",
        "Although",
        "Though",
        "But",
        "And",
        "Or",
        "So",
        "Yet",
        "Later",
        "Then",
        "Together",
        "Today",
        "Now",
        "Once",
        "Also",
        "However",
        "Because",
        "What",
        "Who",
        "Where",
        "Which",
        "Why",
        "How",
    ]
)
_PEOPLE = frozenset({"person", "human", "human being", "people"})


class Mentioned(NamedTuple):
    """A place where something is named.

    Args:
        start, end: of the name, or of the pronoun.
        outer: start and end of all that stands for it, quotation marks included.
        name: what it is called; for a pronoun the name of whom it means.
        concept: its class, None when that is not known.
        itself: False for a pronoun or a last name, which say no more than their full name does.
    """

    start: int
    end: int
    outer: tuple[int, int]
    name: str
    concept: str | None
    itself: bool = True


class Reader:
    """Reads the sentences of one passage in order and remembers who was named.

    Args:
        ontology: tells which classes are people: `Person` or `Human`, by name or alias.
        gazetteer: finds what is known.
        reserved: capitalised words of templates, which are no names where they stand.
    """

    def __init__(
        self, ontology: Ontology, gazetteer: Gazetteer, reserved: re.Pattern[str] | None = None
    ) -> None:
        self._ontology = ontology
        self._gazetteer = gazetteer
        self._reserved = reserved
        self._people = people(ontology)
        self._named: dict[str, Mentioned] = {}  # last name to whom it means
        self._subject: Mentioned | None = None

    def read(self, text: str, start: int, end: int) -> list[Mentioned]:
        """Return what the sentence between two places of a text names, in order."""
        sentence = text[start:end]
        found = [self._resolved(m) for m in self._direct(sentence, start)]
        pronouns = [
            self._subject._replace(start=s, end=e, outer=(s, e), itself=False)
            for s, e in ((start + p.start(), start + p.end()) for p in _PRONOUN.finditer(sentence))
            if self._subject is not None
        ]
        return sorted([*found, *pronouns])

    def remember(self, mentions: Iterable[Mentioned]) -> None:
        """Note the people that a sentence named, now that their classes are known."""
        persons = [m for m in mentions if self.is_person(m.concept)]
        for mention in persons:
            if " " in mention.name:
                self._named[mention.name.rpartition(" ")[2]] = mention
        self._subject = next(iter(persons), self._subject)

    def is_person(self, concept: str | None) -> bool:
        """Return whether instances of a class are people."""
        return concept is not None and not self._people.isdisjoint(self._ontology.lineage(concept))

    def _resolved(self, mention: Mentioned) -> Mentioned:
        """Return a last name alone as the person it means."""
        meant = self._named.get(mention.name) if mention.concept is None else None
        if meant is None:
            return mention
        return mention._replace(name=meant.name, concept=meant.concept, itself=False)

    def _direct(self, sentence: str, base: int) -> Iterator[Mentioned]:
        """Yield names that stand in a sentence, none overlapping another."""
        taken = [m.span() for m in (*_DATE.finditer(sentence), *self._reserved_in(sentence))]
        for one in (*self._quoted(sentence), *self._written(sentence)):
            begin, stop = one.outer
            if all(stop <= s or begin >= e for s, e in taken):
                taken.append(one.outer)
                yield one._replace(
                    start=base + one.start,
                    end=base + one.end,
                    outer=(base + begin, base + stop),
                )

    def _reserved_in(self, sentence: str) -> Iterator[re.Match[str]]:
        return self._reserved.finditer(sentence) if self._reserved else iter(())

    def _quoted(self, sentence: str) -> Iterator[Mentioned]:
        """Yield what stands in quotation marks, a full stop or comma at its end left out."""
        for found in _QUOTED.finditer(sentence):
            group = 1 if found[1] is not None else 2
            name = found[group].rstrip(".,")
            start = found.start(group)
            concept = self._gazetteer.concept_of(name)
            yield Mentioned(start, start + len(name), found.span(), name, concept)

    def _written(self, sentence: str) -> list[Mentioned]:
        """Return known names and capitalised phrases; of those that overlap, the longer ones."""
        known = [
            Mentioned(m.start, m.end, (m.start, m.end), sentence[m.start : m.end], m.concept)
            for m in self._gazetteer.matches(sentence)
        ]
        guessed = [
            Mentioned(start, end, (start, end), sentence[start:end], None)
            for start, end in _phrases(sentence)
            if all(
                end <= k.start
                or start >= k.end
                or (start <= k.start and k.end < end)
                or (start < k.start and k.end <= end)
                for k in known
            )
        ]
        return sorted([*known, *guessed], key=lambda m: (m.start - m.end, m.start))


def people(ontology: Ontology) -> frozenset[str]:
    """Return the classes whose name or an alias says that their instances are people."""
    return frozenset(
        c.name
        for c in ontology
        if not _PEOPLE.isdisjoint({c.name.lower(), *(a.lower() for a in c.aliases)})
    )


def _phrases(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where capitalised phrases stand, without the words that merely begin sentences."""
    for found in _PHRASE.finditer(sentence):
        start, end = found.span()
        while start < end:
            word = re.match(r"[\w\u2019'\-.]+", sentence[start:end])
            if word is None or word[0] not in _STARTERS:
                break
            rest = sentence[start + word.end() : end]
            start += word.end() + len(rest) - len(rest.lstrip())
        if start < end and sentence[start].isupper():
            yield start, end
