"""How well extractors do on annotated sentences, and what that costs (items 121 to 126)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from knowloom.evaluation.published import Benchmark, beside, digest_of
from knowloom.evaluation.spans import Report, Score, Task, scored
from knowloom.extract.annotated import Annotated
from knowloom.extract.findings import Extraction, Extractor, Passage, Span, Trigger
from knowloom.models.metered import Spent

_OF_ARGUMENTS = (Task.ARGUMENTS_OF_TYPE, Task.ARGUMENTS_OF_TRIGGER)


@dataclass(frozen=True, slots=True)
class Measured:
    """What an extractor did on one data set.

    Args:
        name: of the data set.
        sentences: how many.
        report: the scores.
        seconds: of extraction alone.
        spent: what a language model was asked; nothing where there is none.
        published: figures that may stand beside the scores, or why there are none.
    """

    name: str
    sentences: int
    report: Report
    seconds: float
    spent: Spent
    published: Benchmark | str

    def as_json(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return {
            "name": self.name,
            "sentences": self.sentences,
            **self.report.as_json(),
            "cost": self.cost(),
            "published": self.published
            if isinstance(self.published, str)
            else asdict(self.published),
        }

    def cost(self) -> dict[str, float]:
        """Return time and tokens, a sentence (item 126)."""
        each = max(self.sentences, 1)
        return {
            "seconds": round(self.seconds, 3),
            "seconds_per_sentence": round(self.seconds / each, 6),
            "calls": self.spent.calls,
            "cached_calls": self.spent.cached,
            "calls_per_sentence": round(self.spent.calls / each, 3),
            "prompt_tokens_per_sentence": round(self.spent.prompt_tokens / each, 1),
            "completion_tokens_per_sentence": round(self.spent.completion_tokens / each, 1),
        }

    def as_markdown(self) -> str:
        """Return the tables, the costs and the published figures."""
        return "\n".join(
            [f"## {self.name}", "", self.report.as_markdown(), *self._beside(), "", self._costs()]
        )

    def _costs(self) -> str:
        cost = self.cost()
        rate = self.sentences / self.seconds if self.seconds else 0
        text = f"{self.sentences:,} sentences in {self.seconds:,.1f} s, {rate:,.0f} a second"
        if not self.spent.calls:
            return text
        return (
            f"{text}; {self.spent.calls:,} calls ({self.spent.cached:,} from the cache), "
            f"{cost['prompt_tokens_per_sentence']:,} prompt tokens a sentence"
        )

    def _beside(self) -> Iterator[str]:
        """Yield the lines of the published figures."""
        if isinstance(self.published, str):
            yield self.published
            return
        known = self.published
        ours = 100 * self.report.tables[known.task].micro.f1
        yield f"| {known.name}, {known.task}, micro-F1 | |"
        yield "|---|---|"
        yield f"| this extractor | {ours:.1f} |"
        yield from (
            f"| {system} ({known.source}) | {f1} |" for system, f1 in known.figures.items()
        )


def measured(
    extractor: Extractor, name: str, sentences: Sequence[Annotated], spent: Spent | None = None
) -> Measured:
    """Return how an extractor does on annotated sentences.

    Arguments of events are asked for once more with the triggers given (S3 §5.1), and scored in
    both variants.

    Args:
        extractor: any.
        name: of the data set.
        sentences: of the data set.
        spent: counts what the extractor's language model is asked.
    """
    spent = Spent() if spent is None else spent
    before = replace(spent)
    started = time.monotonic()
    extractions = list(extractor.extract([Passage(sentence.text) for sentence in sentences]))
    given = _given_triggers(extractor, sentences)
    seconds = time.monotonic() - started
    report = scored(sentences, extractions)
    if given:
        tables = scored(sentences, given).tables
        report.tables.update({task: tables[task] for task in _OF_ARGUMENTS})
    cost = Spent(**{k: v - asdict(before)[k] for k, v in asdict(spent).items()})
    known = beside(report, digest_of(sentences), trained=extractor.name == "trained")
    return Measured(name, len(sentences), report, seconds, cost, known)


def _given_triggers(extractor: Extractor, sentences: Sequence[Annotated]) -> list[Extraction]:
    """Return extractions of passages whose triggers are given; none where none has arguments."""
    if not any(event.arguments for sentence in sentences for event in sentence.events):
        return []
    passages = [Passage(sentence.text, _triggers(sentence)) for sentence in sentences]
    return list(extractor.extract(passages))


def _triggers(sentence: Annotated) -> tuple[Trigger, ...]:
    return tuple(
        Trigger(
            event.concept, sentence.text[event.start : event.end], Span(event.start, event.end)
        )
        for event in sentence.events
    )


@dataclass(frozen=True, slots=True)
class Together:
    """Several data sets: pooled, and their plain mean (1.7.10 of the papers' metrics)."""

    parts: tuple[Measured, ...] = field(default_factory=tuple[Measured, ...])

    def micro(self, task: Task) -> Score:
        """Return all items of a task, pooled."""
        scores = [part.report.tables[task].micro for part in self.parts]
        return Score(
            sum(s.right for s in scores),
            sum(s.said for s in scores),
            sum(s.wanted for s in scores),
        )

    def macro_f1(self, task: Task) -> float:
        """Return the mean micro-F1 of those data sets that are about a task."""
        scores = [part.report.tables[task].micro for part in self.parts]
        asked = [score.f1 for score in scores if score.wanted]
        return sum(asked) / len(asked) if asked else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the tasks of all data sets."""
        return {
            task.value: {
                "micro": self.micro(task).as_json(),
                "macro_f1_of_sets": round(self.macro_f1(task), 4),
            }
            for task in Task
            if self.micro(task).wanted
        }

    def as_markdown(self) -> str:
        """Return one table of all data sets and tasks."""
        tasks = [task for task in Task if self.micro(task).wanted]
        rows = [
            (part.name, [part.report.tables[task].micro for task in tasks]) for part in self.parts
        ]
        lines = [
            f"| {name} | {' | '.join(f'{s.f1:.1%}' if s.wanted else '' for s in scores)} |"
            for name, scores in rows
        ]
        return "\n".join(
            [
                f"| F1 | {' | '.join(tasks)} |",
                "|---" * (len(tasks) + 1) + "|",
                *lines,
                f"| all, pooled | {' | '.join(f'{self.micro(t).f1:.1%}' for t in tasks)} |",
                f"| mean of sets | {' | '.join(f'{self.macro_f1(t):.1%}' for t in tasks)} |",
            ]
        )
