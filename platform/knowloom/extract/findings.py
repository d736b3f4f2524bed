"""What an extractor finds in a passage: objects with spans, and what was dropped with its reason.

Every extractor, with or without a language model, speaks in these values; nothing here knows
Neo4j, documents or models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol


class Span(NamedTuple):
    """A half-open range of characters, counted from 0."""

    start: int
    end: int


Said = str | int | float | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that a passage speaks of.

    Args:
        concept: the class it is taken for; a concept of the ontology once the checks are done.
        values: attribute name to a literal, another finding, or a tuple of these. An entity's name
            and an event's trigger are the value of `name`; a relation's ends are `head_entity` and
            `tail_entity`.
        span: where the name or trigger stands in the passage; None for relations, and for names
            that the passage does not hold.
        confidence: 0 to 1; None when the extractor does not say.

    >>> hinton = Finding("Person", {"name": "Geoffrey Hinton"}, Span(0, 15))
    >>> Finding("Award", {"name": "won", "recipient": (hinton,)}, Span(16, 19)).name
    'won'
    """

    concept: str
    values: Mapping[str, Said | Finding | tuple[Said | Finding, ...]] = field(
        default_factory=dict[str, "Said | Finding | tuple[Said | Finding, ...]"]
    )
    span: Span | None = None
    confidence: float | None = None

    @property
    def name(self) -> str:
        """The name or trigger, empty when there is none."""
        name = self.values.get("name", "")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something an extractor said that did not become a finding, and why.

    Args:
        code: a short stable name, such as `unknown-type`, `not-in-text`, `syntax`, `range`.
        reason: one sentence that says what is wrong and what would be right.
        given: the text in question, shortened to 500 characters.
        line: where in the completion, counted from 1; 0 when it is not from a completion.
    """

    code: str
    reason: str
    given: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Trigger:
    """A confirmed event trigger of a passage (item 48)."""

    concept: str
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to extract from: a chunk of a document, or one annotated sentence.

    Args:
        text: what `Span`s count in.
        triggers: confirmed event triggers, when the task is their arguments.
    """

    text: str
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that an extractor made of one passage."""

    findings: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()


class Extractor(Protocol):
    """Turns passages into findings.

    An extractor promises: one `Extraction` for each passage, in order; findings whose concepts and
    attributes are the ontology's; spans that count in the passage.
    """

    @property
    def name(self) -> str:
        """What users call it, such as `gazetteer`."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same passage may give other findings."""
        ...

    def extract(self, passages: Sequence[Passage]) -> Iterable[Extraction]:
        """Yield what each passage speaks of."""
        ...
