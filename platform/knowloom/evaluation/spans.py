"""Span-based scores of extraction (items 121 and 123; S1 App. G, S3 §5.1).

A prediction counts when span and class are those of the annotation, a relation when both its ends
count too (strict). Counts are pooled over all sentences: micro. Macro is the mean over classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowloom.extract.annotated import Annotated
from knowloom.extract.findings import Extraction, Finding
from knowloom.ontology.concepts import ENDS


@dataclass(slots=True)
class Score:
    """How much was right.

    >>> score = Score(right=3, said=4, wanted=6)
    >>> score.precision, score.recall, round(score.f1, 3)
    (0.75, 0.5, 0.6)
    """

    right: int = 0
    said: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """The share of what was said that is right; 0 when nothing was said."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """The share of what is wanted that was said; 0 when nothing is."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_json(self) -> dict[str, float]:
        """Return counts and scores."""
        scores = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        counts = {"right": self.right, "said": self.said, "wanted": self.wanted}
        return {**counts, **{name: round(value, 4) for name, value in scores.items()}}


@dataclass(slots=True)
class Table:
    """The scores of one task: of each class and of all."""

    classes: dict[str, Score] = field(default_factory=dict[str, Score])

    def count(self, said: Iterable[Hashable], wanted: Iterable[Hashable]) -> None:
        """Count one sentence: each item ends with its class; one said twice counts twice."""
        there, known = Counter(said), Counter(wanted)
        for item in there | known:
            score = self.classes.setdefault(_class_of(item), Score())
            score.right += min(there[item], known[item])
            score.said += there[item]
            score.wanted += known[item]

    @property
    def micro(self) -> Score:
        """All classes together."""
        scores = self.classes.values()
        return Score(
            sum(s.right for s in scores),
            sum(s.said for s in scores),
            sum(s.wanted for s in scores),
        )

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the classes that are wanted."""
        wanted = [s.f1 for s in self.classes.values() if s.wanted]
        return sum(wanted) / len(wanted) if wanted else 0.0


@dataclass(slots=True)
class Report:
    """What an extractor scored on annotated sentences.

    Args:
        entities, relations: the tables of both tasks.
        sentences: how many.
        seconds: of extraction alone.
    """

    entities: Table = field(default_factory=Table)
    relations: Table = field(default_factory=Table)
    sentences: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        return {
            "sentences": self.sentences,
            "sentences_per_second": round(self.sentences / self.seconds, 1) if self.seconds else 0,
            **{name: _table(table) for name, table in self._tables()},
        }

    def as_markdown(self) -> str:
        """Return the report as Markdown tables, one a task."""
        return "\n".join(
            line
            for name, table in self._tables()
            if table.classes
            for line in _markdown(name, table)
        )

    def _tables(self) -> Sequence[tuple[str, Table]]:
        return (("entities", self.entities), ("relations", self.relations))


def scored(annotated: Sequence[Annotated], extractions: Iterable[Extraction]) -> Report:
    """Return the scores of extractions of annotated sentences, one each, in order."""
    report = Report()
    for sentence, extraction in zip(annotated, extractions, strict=True):
        report.sentences += 1
        report.entities.count(_entities(extraction), sentence.entities)
        report.relations.count(_relations(extraction), sentence.relations)
    return report


def _entities(extraction: Extraction) -> set[Hashable]:
    """Return what an extraction says of spans; each once, as a part of a relation or by itself."""
    found: set[Hashable] = set()
    for finding in extraction.findings:
        ends = [finding.values.get(end) for end in ENDS]
        for one in (finding, *ends):
            if isinstance(one, Finding) and one.span is not None:
                found.add((*one.span, one.concept))
    return found


def _relations(extraction: Extraction) -> set[Hashable]:
    found: set[Hashable] = set()
    for finding in extraction.findings:
        ends = [e for end in ENDS if isinstance(e := finding.values.get(end), Finding)]
        if len(ends) == len(ENDS) and all(end.span is not None for end in ends):
            places = [(*(end.span or ()), end.concept) for end in ends]
            found.add((*places, finding.concept))
    return found


def _class_of(item: Any) -> str:
    return str(item[-1])


def _table(table: Table) -> dict[str, Any]:
    return {
        "micro": table.micro.as_json(),
        "macro_f1": round(table.macro_f1, 4),
        "classes": {name: s.as_json() for name, s in sorted(table.classes.items())},
    }


def _markdown(name: str, table: Table) -> list[str]:
    """Return the lines of one table, in per cent."""
    rows = [*sorted(table.classes.items()), ("micro", table.micro)]
    return [
        f"| {name} | P | R | F1 | wanted |",
        "|---|---|---|---|---|",
        *(
            f"| {label} | {s.precision:.1%} | {s.recall:.1%} | {s.f1:.1%} | {s.wanted:,} |"
            for label, s in rows
        ),
        "",
    ]
