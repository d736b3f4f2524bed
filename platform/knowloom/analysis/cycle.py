"""The cycle: search, code, query, run, judge; and again from the start (spec 77 to 83).

A generator that yields what it needs and receives it, so that it is tested without a graph, a
model or a sandbox. It ends with all attempts: the good one, or the reasons why there is none. What
could not be found out is a gap, never a text.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from knowloom.analysis.charts import Chart, charts_of
from knowloom.analysis.definitions import definitions
from knowloom.analysis.judging import asks_for_chart, notes_on_disputes, reasons_against
from knowloom.analysis.program import Program
from knowloom.analysis.prompts import code_prompt, judge_prompt, judgement
from knowloom.analysis.results import Results
from knowloom.models.fenced import code_in
from knowloom.models.language_model import Completion, Prompt
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.things import Thing
from knowloom.sandbox.outcome import Outcome

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Search:
    """Wanted: the classes that matter; answered by `Seen`.

    Args:
        task: what is asked.
        reasons: why the attempt before was no good.
    """

    task: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The part of the ontology that a program sees.

    Args:
        ontology: the classes, closed.
        chosen: those that matter, without what they need.
        code: the analysis code, where a planner wrote it; else a model is asked.
        notes: how the task was understood.
        reason: why no classes or no code could be found; then nothing is run.
        plan: what the planner knows beyond the code, for the instance query.
    """

    ontology: Ontology
    chosen: tuple[str, ...]
    code: str = ""
    notes: tuple[str, ...] = ()
    reason: str = ""
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """Wanted: the objects for a program; answered by `Gathered`."""

    task: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class Gathered:
    """Objects, and what is not among them.

    Args:
        things: instances and facts.
        cut: what was left out, for people; empty when nothing was.
        whole: True when a number over them is a number over the graph.
    """

    things: list[Thing]
    cut: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """Wanted: a program run over objects; answered by `Ran`."""

    code: str
    seen: Seen
    things: list[Thing]


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a program.

    Args:
        program: that was run.
        outcome: how it ended.
        results: what it found.
        disputed: by uid of an object, the attributes it asked for on which sources differ.
    """

    program: Program
    outcome: Outcome
    results: Results
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One round of the cycle.

    Args:
        code: the analysis code; empty when none was written.
        ran: what became of it; None when it was not run.
        charts: that it asked for.
        reasons: why it is no good; empty when it is.
        notes: how the task was understood, and what was left out.
    """

    code: str
    ran: Ran | None = None
    charts: tuple[Chart, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def disputed(self) -> Mapping[str, tuple[str, ...]]:
        """By uid of an object, the attributes that were asked for and on which sources differ."""
        none: dict[str, tuple[str, ...]] = {}
        return self.ran.disputed if self.ran else none


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the cycle came to.

    Args:
        task: what was asked.
        attempts: all of them, in order.
    """

    task: str
    attempts: tuple[Attempt, ...] = field(default=())

    @property
    def good(self) -> bool:
        """Whether the task is answered."""
        return bool(self.attempts) and not self.attempts[-1].reasons

    @property
    def best(self) -> Attempt:
        """The good attempt, else that with the fewest reasons against it; the later of equals."""
        ran = [a for a in self.attempts if a.ran and a.ran.outcome.done]
        return min(reversed(ran or self.attempts), key=lambda a: len(a.reasons))

    @property
    def results(self) -> Results:
        """What was found; nothing unless the task is answered."""
        ran = self.best.ran
        return ran.results if self.good and ran else Results()


Step = Search | Query | Run | Prompt
Cycle = Generator[Step, Any, Analysis]


def cycle(task: str, *, judged: bool = False) -> Cycle:
    """Run the cycle for a task, at most three times.

    Args:
        task: what is asked.
        judged: ask a model whether a result that passed all rules answers the task.
    """
    attempts: list[Attempt] = []
    reasons: tuple[str, ...] = ()
    while len(attempts) < MOST_ATTEMPTS:
        seen: Seen = yield Search(task, reasons)
        if seen.reason:
            attempts.append(Attempt("", reasons=(seen.reason,)))
            break
        code = seen.code
        if not code:
            completion: Completion = yield code_prompt(task, definitions(seen.ontology), reasons)
            code = code_in(completion.text)
        attempt = yield from _tried(task, seen, code)
        if judged and not attempt.reasons:
            attempt = yield from _judged(task, attempt)
        attempts.append(attempt)
        reasons = attempt.reasons
        if not reasons or seen.code:
            break  # what a planner wrote it would write again
    return Analysis(task, tuple(attempts))


def _tried(task: str, seen: Seen, code: str) -> Generator[Step, Any, Attempt]:
    """Query, run, and judge by rule."""
    gathered: Gathered = yield Query(task, seen)
    ran: Ran = yield Run(code, seen, gathered.things)
    charts = tuple(charts_of(ran.results))
    dropped: tuple[str, ...] = ()
    if seen.plan is not None and not asks_for_chart(task):
        dropped = tuple(f"no chart: {fault}" for c in charts for fault in c.faults)
        charts = tuple(chart for chart in charts if not chart.faults)
    line = ran.program.line_of_analysis(ran.outcome.line)
    reasons = reasons_against(task, ran.outcome, ran.results, charts, line=line)
    if not gathered.whole:
        reasons.append(f"not all objects could be looked at: {gathered.cut}")
    notes = (
        *seen.notes,
        *dropped,
        *((gathered.cut,) if gathered.cut else ()),
        *notes_on_disputes(ran.results, ran.disputed),
    )
    return Attempt(code, ran, charts, tuple(reasons), notes)


def _judged(task: str, attempt: Attempt) -> Generator[Step, Any, Attempt]:
    """Ask a model whether a result answers the task."""
    assert attempt.ran is not None
    said: Completion = yield judge_prompt(task, attempt.code, summary(attempt.ran.results))
    if reason := judgement(said.text):
        return Attempt(attempt.code, attempt.ran, attempt.charts, (reason,), attempt.notes)
    return attempt


def summary(results: Results, most: int = 10) -> str:
    """Return results as a few lines of text."""
    lines = [f"{value.name}: {value.value}" for value in results.values]
    for table in results.tables:
        lines.append(f"{table.name}: {' | '.join(table.columns)}")
        lines += [" | ".join(map(str, row)) for row in table.rows[:most]]
        if len(table.rows) > most:
            lines.append(f"… {len(table.rows) - most:,} more rows")
    return "\n".join(lines)
