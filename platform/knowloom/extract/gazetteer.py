"""The gazetteer: names that are known, found in text by one pass over it (recipes: dictionary).

Pure: it is made of names, wherever they come from, and matches them with Aho and Corasick's
algorithm, so that its speed hardly depends on how many there are.

A match counts when it

* begins and ends at the edge of a word, in scripts that part words by spaces;
* is the longest one there, and the first of those that overlap;
* is written as the name is: a name with capital letters is found in capitals or as it is, never in
  small letters alone (`Go` is not `go`), one of up to three characters only exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from knowloom.extract.findings import Extraction, Finding, Passage, Span
from knowloom.ontology.concepts import ROOTS, Kind, Ontology

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_SHORT = 3  # names of so many characters are found only as they are written
_PARTED = 0x2E80  # scripts from here on write words without spaces between them


class Name(NamedTuple):
    """A name, and the class of what it names."""

    text: str
    concept: str


class Match(NamedTuple):
    """Where a name stands in a text, and the class of what it names."""

    start: int
    end: int
    concept: str


class Gazetteer:
    """Finds known names.

    Args:
        ontology: the classes.
        names: any number; a name of things of several classes is taken for their nearest common
            class, and left out when that is a root.

    >>> from knowloom.ontology.concepts import Concept
    >>> ontology = Ontology([Concept(name="Person"), Concept(name="Language")])
    >>> names = [Name("Ada Lovelace", "Person"), Name("Ada", "Language"), Name("Go", "Language")]
    >>> [*Gazetteer(ontology, names).matches("Ada Lovelace did not go with Ada.")]
    [Match(start=0, end=12, concept='Person'), Match(start=29, end=32, concept='Language')]
    """

    name = "gazetteer"

    def __init__(self, ontology: Ontology, names: Iterable[Name]) -> None:
        self._written, self._concepts = _unambiguous(ontology, names)
        # An event is more than its name, and a relation has none.
        self._entities = {n for n in set(self._concepts.values()) if _is_entity(ontology, n)}

    @property
    def version(self) -> str:
        """A hash of all names with their classes."""
        whole = blake2b(digest_size=8)
        for folded in sorted(self._concepts):
            whole.update(f"{folded}\n{self._concepts[folded]}\n".encode())
        return whole.hexdigest()

    def extract(self, passages: Sequence[Passage]) -> Iterator[Extraction]:
        """Yield the known names in each passage as findings without further values."""
        for passage in passages:
            text = passage.text
            yield Extraction(
                tuple(
                    Finding(m.concept, {"name": text[m.start : m.end]}, Span(m.start, m.end))
                    for m in self.matches(text)
                    if m.concept in self._entities
                )
            )

    def matches(self, text: str) -> Iterator[Match]:
        """Yield where names stand, in order, none overlapping another."""
        if not self._concepts:
            return
        searcher, folded_names = self._searcher
        last = 0
        for number, start, end in searcher.find_matches_as_indexes(
            folded(text), overlapping=False
        ):
            name = folded_names[number]
            if start >= last and _is_word(text, start, end) and self._fits(name, text[start:end]):
                yield Match(start, end, self._concepts[name])
                last = end

    def concept_of(self, name: str) -> str | None:
        """Return the class of what a name names; None when the name is not known."""
        return self._concepts.get(folded(name))

    @cached_property
    def _searcher(self) -> tuple[AhoCorasick, list[str]]:
        from ahocorasick_rs import AhoCorasick, MatchKind

        names = list(self._concepts)
        return AhoCorasick(names, matchkind=MatchKind.LeftmostLongest), names

    def _fits(self, name: str, found: str) -> bool:
        """Return whether a text is written as one of the ways a name is written."""
        written = self._written[name]
        if found in written:
            return True
        if len(found) <= _SHORT:
            return False
        return found != found.lower() or any(w == w.lower() for w in written)


def folded(text: str) -> str:
    """Return a text in small letters, every character still at its place.

    >>> folded("İZMİR") == "İzmİr"  # whose small letter would be two characters
    True
    """
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def known_names(ontology: Ontology) -> Iterator[Name]:
    """Yield the examples of every concept, which name things of it.

    Examples that are no names, such as pairs, match nothing.
    """
    for concept in ontology:
        yield from (Name(example, concept.name) for example in concept.examples)


def _unambiguous(
    ontology: Ontology, names: Iterable[Name]
) -> tuple[Mapping[str, set[str]], Mapping[str, str]]:
    """Return each name in small letters with the ways it is written, and with its class."""
    written: dict[str, set[str]] = {}
    concepts: dict[str, str] = {}
    mixed: set[str] = set()
    for text, concept in names:
        if not (key := folded(text := text.strip())):
            continue
        written.setdefault(key, set()).add(text)
        known = concepts.setdefault(key, concept)
        if known != concept:
            common = _common(ontology, known, concept)
            concepts[key] = common or known
            if common is None:
                mixed.add(key)
    return written, {key: c for key, c in concepts.items() if key not in mixed}


def _is_entity(ontology: Ontology, concept: str) -> bool:
    return ontology.kind(concept) is Kind.ENTITY


def _common(ontology: Ontology, one: str, other: str) -> str | None:
    """Return the narrower of two classes in line, else the nearest that both are; no root."""
    if ontology.is_a(one, other):
        return one
    if ontology.is_a(other, one):
        return other
    above = ontology.ancestors(other)
    return next((c for c in ontology.ancestors(one) if c in above and c not in ROOTS), None)


def _is_word(text: str, start: int, end: int) -> bool:
    """Return whether a range begins and ends at the edges of words."""
    return not (
        (start > 0 and _joined(text[start - 1], text[start]))
        or (end < len(text) and _joined(text[end - 1], text[end]))
    )


def _joined(one: str, other: str) -> bool:
    """Return whether two characters are within one word."""
    if ord(one) >= _PARTED or ord(other) >= _PARTED:
        return False
    return (one.isalnum() or one == "_") and (other.isalnum() or other == "_")
