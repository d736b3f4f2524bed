"""Spans for what a model names as text (item 49; decisions G39 and G40).

A name stands where it first occurs and no other object of its class stands yet; the argument of an
event where it occurs nearest to the trigger; the end of a relation where the entity of that name
stands. A name occurs as it is written, or else with other white space between its words. What does
not occur is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from knowloom.extract.findings import Dropped, Extraction, Finding, Said, Span
from knowloom.ontology.concepts import Kind, Ontology


def placed(extraction: Extraction, text: str, ontology: Ontology) -> Extraction:
    """Return an extraction whose findings have spans, those that the text does not hold dropped.

    >>> from knowloom.ontology.concepts import Concept
    >>> ontology = Ontology([Concept(name="Person")])
    >>> twice = Extraction((Finding("Person", {"name": "Ada"}),) * 2)
    >>> [f.span for f in placed(twice, "Ada met Ada.", ontology).findings]
    [Span(start=0, end=3), Span(start=8, end=11)]
    """
    placing = _Placing(text, ontology)
    found = [placing.place(finding) for finding in extraction.findings]
    dropped = (*extraction.dropped, *placing.dropped)
    return Extraction(tuple(f for f in found if f is not None), dropped)


class _Placing:
    """Places the findings of one text, in order."""

    def __init__(self, text: str, ontology: Ontology) -> None:
        self._text = text
        self._ontology = ontology
        self._taken: set[tuple[str, Span]] = set()
        self._first: dict[tuple[str, str], Span] = {}
        self.dropped: list[Dropped] = []

    def place(self, finding: Finding) -> Finding | None:
        """Return a finding with its spans; None when its name or an end is not in the text."""
        if self._ontology.kind(finding.concept) is Kind.RELATION:
            return self._relation(finding)
        span = None
        if finding.name and (span := self._free(finding.concept, finding.name)) is None:
            self._miss(finding)
            return None
        near = span.start if span is not None else 0
        values = {
            n: v for n, s in finding.values.items() if (v := self._part(s, near)) is not None
        }
        return replace(finding, values=values, span=span)

    def _relation(self, finding: Finding) -> Finding | None:
        values = {n: v for n, s in finding.values.items() if (v := self._part(s, 0)) is not None}
        whole = len(values) == len(finding.values)
        return replace(finding, values=values) if whole else None

    def _part(
        self, said: Said | Finding | tuple[Said | Finding, ...], near: int
    ) -> Said | Finding | tuple[Said | Finding, ...] | None:
        """Return a value in which every object has its span; None when nothing is left."""
        if isinstance(said, tuple):
            parts = [self._argument(part, near) for part in said]
            return tuple(part for part in parts if part is not None) or None
        return self._argument(said, near)

    def _argument(self, said: Said | Finding, near: int) -> Said | Finding | None:
        if not isinstance(said, Finding):
            return said
        span = self._first.get((said.concept, said.name)) or self._nearest(said.name, near)
        if said.name and span is None:
            self._miss(said)
            return None
        inner = {n: v for n, s in said.values.items() if (v := self._part(s, near)) is not None}
        return replace(said, values=inner, span=span)

    def _free(self, concept: str, name: str) -> Span | None:
        """Return where a name first stands and nothing of its class stands yet."""
        found = list(occurrences(self._text, name))
        free = [span for span in found if (concept, span) not in self._taken]
        if not found:
            return None
        span = (free or found)[0]
        self._taken.add((concept, span))
        self._first.setdefault((concept, name), span)
        return span

    def _nearest(self, name: str, near: int) -> Span | None:
        return min(
            occurrences(self._text, name), key=lambda s: (abs(s.start - near), s), default=None
        )

    def _miss(self, finding: Finding) -> None:
        reason = f"{finding.name!r} does not occur in the text"
        self.dropped.append(Dropped("not-in-text", reason, f"{finding.concept}({finding.name!r})"))


def occurrences(text: str, name: str) -> Iterator[Span]:
    """Yield where a name occurs, exactly, or else with other white space.

    >>> [*occurrences("Alan\\nTuring, Alan Kay", "Alan Turing")]
    [Span(start=0, end=11)]
    """
    exact = list(re.finditer(re.escape(name), text)) if name else []
    words = name.split()
    if not exact and words:
        exact = list(re.finditer(r"\s+".join(map(re.escape, words)), text))
    yield from (Span(*found.span()) for found in exact)
