"""Span-based scores of extraction (items 121 to 123; S1 App. G, S3 §5.1).

A prediction counts when it is at the place and of the class of the annotation. Counts are pooled
over all sentences: micro. Macro is the mean over classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from knowloom.extract.annotated import Annotated, Argument, Entity, Event, Relation
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


class Task(StrEnum):
    """What is compared, in the words of reports.

    `RELATIONS` is strict: the classes of both ends count too; `RELATIONS_BY_PLACE` are as the
    papers count them. Arguments count with their role and the class of their event, and in the
    second variant with the place of its trigger (item 122).
    """

    ENTITIES = "entities"
    RELATIONS = "relations"
    RELATIONS_BY_PLACE = "relations, ends of any class"
    TRIGGERS = "triggers"
    ARGUMENTS_OF_TYPE = "arguments, by type"
    ARGUMENTS_OF_TRIGGER = "arguments, by type and trigger"


Items = dict[Task, set[Hashable]]
"""Of each task what there is in one sentence; each item ends with its class."""


@dataclass(slots=True)
class Report:
    """What an extractor scored on annotated sentences, task by task."""

    tables: dict[Task, Table] = field(default_factory=lambda: {task: Table() for task in Task})

    @property
    def entities(self) -> Table:
        """Spans with their classes."""
        return self.tables[Task.ENTITIES]

    @property
    def relations(self) -> Table:
        """Relations, strict."""
        return self.tables[Task.RELATIONS]

    def asked(self) -> Iterator[tuple[Task, Table]]:
        """Yield the tasks that the annotation is about."""
        return ((task, table) for task, table in self.tables.items() if table.micro.wanted)

    def as_json(self) -> dict[str, Any]:
        """Return the tables as one JSON object."""
        return {task.value: _table(table) for task, table in self.asked()}

    def as_markdown(self) -> str:
        """Return the report as Markdown tables, one a task."""
        return "\n".join(line for task, table in self.asked() for line in _markdown(task, table))


def scored(annotated: Sequence[Annotated], extractions: Iterable[Extraction]) -> Report:
    """Return the scores of extractions of annotated sentences, one each, in order.

    What is said of a class of the annotation's events is taken for an event, all else with a span
    for an entity. What is said twice counts once.
    """
    events = {event.concept for sentence in annotated for event in sentence.events}
    report = Report()
    for sentence, extraction in zip(annotated, extractions, strict=True):
        said, wanted = items_said(extraction, events), items_wanted(sentence)
        for task, table in report.tables.items():
            table.count(said[task], wanted[task])
    return report


def items_wanted(sentence: Annotated) -> Items:
    """Return what an annotation holds."""
    relations = sentence.relations
    return {
        Task.ENTITIES: {*sentence.entities},
        Task.RELATIONS: {*relations},
        Task.RELATIONS_BY_PLACE: {(r.head[:2], r.tail[:2], r.concept) for r in relations},
        **_of_events(sentence.events),
    }


def items_said(extraction: Extraction, events: Set[str]) -> Items:
    """Return what an extraction holds, ends and arguments included.

    Args:
        extraction: of one sentence.
        events: the classes of events.
    """
    placed = [(f, Entity(*f.span, f.concept)) for f in _all(extraction.findings) if f.span]
    entities = {place for _, place in placed if place.concept not in events}
    relations = {r for f in extraction.findings if (r := _relation(f)) is not None}
    return {
        Task.ENTITIES: {*entities},
        Task.RELATIONS: {*relations},
        Task.RELATIONS_BY_PLACE: {(r.head[:2], r.tail[:2], r.concept) for r in relations},
        **_of_events([Event(*at, _arguments(f)) for f, at in placed if at.concept in events]),
    }


def _of_events(events: Sequence[Event]) -> Items:
    """Return triggers, and arguments in both variants."""
    roles = [(e, a, f"{e.concept}.{a.role}") for e in events for a in e.arguments]
    return {
        Task.TRIGGERS: {(e.start, e.end, e.concept) for e in events},
        Task.ARGUMENTS_OF_TYPE: {(a.start, a.end, role) for _, a, role in roles},
        Task.ARGUMENTS_OF_TRIGGER: {
            (e.start, e.end, a.start, a.end, role) for e, a, role in roles
        },
    }


def _all(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings and those in their values."""
    for finding in findings:
        yield finding
        yield from _all(one for _, one in _parts(finding))


def _parts(finding: Finding) -> Iterator[tuple[str, Finding]]:
    """Yield the findings among the values of one, with the attribute."""
    for attribute, value in finding.values.items():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Finding):
                yield attribute, one


def _relation(finding: Finding) -> Relation | None:
    """Return a relation whose ends both have places."""
    parts = dict(_parts(finding))
    places = [
        Entity(*end.span, end.concept) for name in ENDS if (end := parts.get(name)) and end.span
    ]
    return Relation(places[0], places[1], finding.concept) if len(places) == len(ENDS) else None


def _arguments(finding: Finding) -> tuple[Argument, ...]:
    """Return those arguments of an event that have places."""
    return tuple(Argument(*one.span, role) for role, one in _parts(finding) if one.span)


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
        f"| macro | | | {table.macro_f1:.1%} | |",
        "",
    ]
