"""Analysing: a task becomes a program over the graph's objects, and its result (spec 76 to 85)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from knowloom.analysis.composing import compose
from knowloom.analysis.cycle import Analysis, Gathered, Query, Ran, Run, Search, Seen, Step, cycle
from knowloom.analysis.definitions import part_of
from knowloom.analysis.lookup import GraphLookup
from knowloom.analysis.program import Program, execute, named_in, program
from knowloom.analysis.question import Question
from knowloom.analysis.reading import read_task
from knowloom.analysis.relevant import relevant
from knowloom.analysis.results import Results
from knowloom.analysis.terms import CannotRead, phrases_of
from knowloom.analysis.vocabulary import Vocabulary
from knowloom.base import KnowledgeBase
from knowloom.models.language_model import LanguageModel
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.things import Thing
from knowloom.sandbox.outcome import Level, Limits, Outcome
from knowloom.store.search import Kind, search
from knowloom.subgraph.graph import links_of
from knowloom.update.disputes import disputed

MOST_OBJECTS = 100_000
_NAMING = {"name", "uid", "aliases"}  # what a thing is called decides no number
_HOPS = 2  # from a thing that a task names: its works, and what these refer to


def analyse(
    kb: KnowledgeBase,
    task: str,
    *,
    model: LanguageModel | None = None,
    most: int = MOST_OBJECTS,
    limits: Limits | None = None,
    weakest: Level = Level.FULL,
) -> Analysis:
    """Answer a task by computing over the objects of a graph.

    Args:
        kb: the graph; nothing is written.
        task: a question or instruction, in English where no model reads it.
        model: writes the analysis code and judges its result; a planner writes it when None.
        most: how many instances of a class are read at most; what is cut is said, and a planned
            number over a part counts as failure.
        limits: what a program may take; 20 seconds when None.
        weakest: the level of confinement below which no program is run.

    Returns:
        All attempts, the last of them good if one is.

    Raises:
        SandboxTooWeak: this machine cannot confine a program as demanded; nothing was run.
        ModelError: the model could not be asked.
    """
    desk = _Desk(kb, model, most, partial(execute, limits=limits, weakest=weakest))
    steps = cycle(task, judged=model is not None)
    try:
        step = next(steps)
        while True:
            step = steps.send(desk.answer(step))
    except StopIteration as end:
        done: Analysis = end.value
        return done


class _Desk:
    """Gives the cycle what it asks for: from the graph, the sandbox, the model."""

    def __init__(
        self,
        kb: KnowledgeBase,
        model: LanguageModel | None,
        most: int,
        execute: Callable[[Program], tuple[Outcome, Results]],
    ) -> None:
        self._kb = kb
        self._model = model
        self._most = most
        self._execute = execute
        self._vocabulary = Vocabulary(kb.ontology)
        self._lookup = GraphLookup(kb.database, kb.ontology)

    def answer(self, step: Step) -> Any:
        """Return what a step asks for."""
        match step:
            case Search(task=task):
                return self._planned(task) if self._model is None else self._found(task)
            case Query(task=task, seen=seen):
                return self._objects(seen.plan) if seen.plan else self._around(task, seen)
            case Run(code=code, seen=seen, things=things):
                made = program(things, seen.ontology, code)
                return self._ran(made)
            case prompt:
                assert self._model is not None
                return self._model.complete(prompt)

    def _ran(self, made: Program) -> Ran:
        """Run a program; say which of the values that it asks for are in dispute."""
        outcome, results = self._execute(made)
        if not outcome.done:
            return Ran(made, outcome, results)
        asked = named_in(made.analysis) - _NAMING
        differing = disputed(self._kb.database, self._kb.ontology, made.crossing.uids)
        found = {uid: tuple(sorted(asked.intersection(names))) for uid, names in differing.items()}
        return Ran(made, outcome, results, {uid: names for uid, names in found.items() if names})

    def _planned(self, task: str) -> Seen:
        """Return the classes and the code that a planner has for a task."""
        try:
            question = read_task(task, self._vocabulary, self._lookup)
        except CannotRead as error:
            return Seen(Ontology(), (), reason=f"the task cannot be read: {error.reason}")
        chosen = tuple(question.classes)
        return Seen(
            part_of(self._kb.ontology, chosen),
            chosen,
            compose(question),
            question.notes,
            "",
            question,
        )

    def _found(self, task: str) -> Seen:
        """Return the classes that matter to a task, for a model."""
        hits = search(self._kb.database, task, kind=Kind.CONCEPT, limit=3)
        named = [n for one in self._named(task).values() for n in one]
        more = [hit.id for hit in hits] + [
            name for thing in named for name in self._kb.ontology.most_specific(thing.classes)
        ]
        chosen = relevant(task, self._vocabulary, more)
        if not chosen:
            return Seen(Ontology(), (), reason="no class of the ontology is relevant to the task")
        return Seen(part_of(self._kb.ontology, chosen), chosen)

    def _named(self, task: str) -> dict[str, Any]:
        """Return the things that a task names, the longest phrases first."""
        phrases = phrases_of(task, self._vocabulary)
        return dict(self._lookup.named(phrases)) if phrases else {}

    def _objects(self, question: Question) -> Gathered:
        """Return the objects that a planned program is about."""
        seeds: list[Thing] = []
        cut: list[str] = []
        for name in question.classes:
            where = {
                f.path.attribute: list(f.values)
                for f in question.filters
                if f.path
                and f.path.link
                and f.relation == "is"
                and not (f.path.back or f.counted or f.negated)
                and name == question.unit
            }
            found = self._kb.reader.find(name, where, self._most + 1)
            if len(found) > self._most:
                cut.append(f"of the instances of {name} only {self._most:,} were read")
            seeds += found[: self._most]
        return Gathered([*seeds, *_referred(seeds)], "; ".join(cut), not cut)

    def _around(self, task: str, seen: Seen) -> Gathered:
        """Return the subgraph around what a task names, else all instances of the classes."""
        named = [thing.uid for one in self._named(task).values() for thing in one]
        if named:
            found = self._kb.subgraph(sorted(set(named)), _HOPS, limit=self._most)
            said = f"{found.truncated}" if found.truncated else ""
            return Gathered([*found.instances, *found.relations], said)
        seeds: list[Thing] = []
        cut: list[str] = []
        for name in seen.chosen:
            some = self._kb.reader.find(name, None, self._most + 1)
            if len(some) > self._most:
                cut.append(f"of the instances of {name} only {self._most:,} were read")
            seeds += some[: self._most]
        return Gathered([*seeds, *_referred(seeds)], "; ".join(cut))


def _referred(things: Iterable[Thing]) -> list[Thing]:
    """Return what things refer to, once each."""
    found = {t.uid: t for one in things for some in links_of(one).values() for t in some}
    return list(found.values())
