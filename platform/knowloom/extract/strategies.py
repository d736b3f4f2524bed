"""How a model is asked for what a passage holds: talks that yield prompts and read the answers.

Pure: a strategy is a generator, held with a real model or a scripted one alike. Whatever the
strategy, prompts stay within the limit, answers are read as data, and an answer that is damaged is
asked for once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from knowloom.errors import PromptTooLong
from knowloom.extract.checks import in_range
from knowloom.extract.completions import parse_completion
from knowloom.extract.findings import Dropped, Extraction, Passage, Trigger
from knowloom.extract.prompts import (
    Count,
    Task,
    concepts_of,
    direct,
    imported,
    lean,
    partitioned,
    recalling,
    repairing,
)
from knowloom.extract.spans import placed
from knowloom.models.language_model import Conversation, Prompt
from knowloom.ontology.concepts import Kind, Ontology

_CANDIDATES = 100  # classes that a search may bring, fewer where they do not fit
_BROKEN = frozenset({"syntax", "truncated", "too-broken"})
_IMPORT = re.compile(r"^\s*(?:from\s+\w+\s+)?import\s+([^#\n]+)", re.IGNORECASE | re.MULTILINE)

Search = Callable[[str, Kind], Sequence[str]]
"""Tells the classes of a kind that a text may speak of, the likeliest first."""


class Strategy(StrEnum):
    """What of the ontology a model is shown (S0 §4.1.3)."""

    AUTO = "auto"  # direct where one prompt holds all classes, else retrieval
    DIRECT = "direct"  # the definitions of all classes, in several prompts where they do not fit
    CLOSED = "closed"  # the names of all classes first; then it instantiates those it imports
    OPEN = "open"  # nothing: it recalls the classes that it was trained on
    RETRIEVAL = "retrieval"  # names that a search brings; then the definitions of those imported


@dataclass(frozen=True)
class Asking:
    """What every talk with a model needs.

    Args:
        ontology: the classes asked for.
        count: the model's own counting of tokens.
        limit: most tokens of a prompt.
        strategy: how it is asked.
        search: needed by `RETRIEVAL`, and by `AUTO` for a large ontology.
    """

    ontology: Ontology
    count: Count
    limit: int = 2048
    strategy: Strategy = Strategy.AUTO
    search: Search | None = None

    @cached_property
    def general(self) -> list[str]:
        """The classes, those with most below them first: what texts mean and do not say."""
        below = {c.name: len(self.ontology.descendants(c.name)) for c in self.ontology}
        return sorted(below, key=lambda name: -below[name])

    def fits(self, prompt: str) -> bool:
        """Return whether a prompt stays within the limit."""
        return self.count(prompt) <= self.limit


def conversation(passage: Passage, asking: Asking) -> Conversation[Extraction]:
    """Ask for the entities, relations, events and arguments of a passage.

    The arguments of events are asked for where triggers are confirmed: those of the passage, else
    those that were found.

    Args:
        passage: what to extract from.
        asking: how.

    Returns:
        All answers together, placed and checked; the same object said twice counts once.

    Raises:
        PromptTooLong: a class does not fit into a prompt with its passage.
    """
    parts: list[Extraction] = []
    for task in (Task.NER, Task.RE):
        parts.append((yield from _task(task, passage.text, asking)))
    if not passage.triggers:
        parts.append((yield from _task(Task.ED, passage.text, asking)))
    triggers = passage.triggers or tuple(
        Trigger(f.concept, f.name, f.span) for f in parts[-1].findings
    )
    if triggers:
        events = yield from _arguments(passage.text, triggers, asking)
        parts[2:] = [_with_triggers(events, parts[2:])]
    return _united(parts)


def imports_in(text: str) -> list[str]:
    """Return the classes that a completion imports, each once.

    >>> imports_in("Import Person\\nfrom Entities import City, Country")
    ['Person', 'City', 'Country']
    """
    names = (name for found in _IMPORT.findall(text) for name in re.findall(r"\w+", found))
    return list(dict.fromkeys(names))


def _task(task: Task, text: str, asking: Asking) -> Conversation[Extraction]:
    """Ask for the objects of one task."""
    wanted = concepts_of(asking.ontology, task)
    if not wanted:
        return Extraction()
    match _chosen(task, wanted, text, asking):
        case Strategy.DIRECT:
            return (yield from _direct(task, wanted, text, asking))
        case Strategy.OPEN:
            prompt = recalling((), task, text, closed=False)
            return (yield from _recalled(task, [prompt], text, asking))
        case Strategy.CLOSED:
            prompts = _import_prompts(task, wanted, text, asking)
            return (yield from _recalled(task, prompts, text, asking))
        case _:
            return (yield from _retrieved(task, text, asking))


def _chosen(task: Task, wanted: Sequence[str], text: str, asking: Asking) -> Strategy:
    """Return the strategy, decided where it is left open."""
    if asking.strategy is not Strategy.AUTO:
        return asking.strategy
    # A class takes more than three tokens: a large ontology need not be written out to be counted.
    small = len(wanted) * 3 < asking.limit
    if asking.search is None or (
        small and asking.fits(direct(asking.ontology, wanted, task, text))
    ):
        return Strategy.DIRECT
    return Strategy.RETRIEVAL


def _direct(
    task: Task, wanted: Sequence[str], text: str, asking: Asking
) -> Conversation[Extraction]:
    """Ask with definitions, in as few prompts as hold them."""
    parts: list[Extraction] = []
    prompts = partitioned(
        asking.ontology, wanted, task, text, limit=asking.limit, count=asking.count
    )
    for _, prompt in prompts:
        parts.append((yield from _objects(prompt, text, asking)))
    return _united(parts)


def _recalled(
    task: Task, prompts: Sequence[str], text: str, asking: Asking
) -> Conversation[Extraction]:
    """Ask which classes occur, then for their objects, without any definition."""
    known, dropped = yield from _imports(task, prompts, asking)
    parts = [Extraction((), dropped)]
    for prompt in _import_prompts(task, known, text, asking, second=True):
        parts.append((yield from _objects(prompt, text, asking)))
    return _united(parts)


def _retrieved(task: Task, text: str, asking: Asking) -> Conversation[Extraction]:
    """Ask which of the likeliest classes occur, then with their definitions (G10)."""
    wanted = _candidates(task, text, asking)
    while len(wanted) > 1 and not asking.fits(recalling(wanted, task, text)):
        wanted.pop()
    known, dropped = yield from _imports(task, [recalling(wanted, task, text)], asking)
    found = yield from _direct(task, known, text, asking)
    return _united([Extraction((), dropped), found])


def _candidates(task: Task, text: str, asking: Asking) -> list[str]:
    """Return the classes whose words a text has, then the most general ones."""
    if asking.search is None:
        raise ValueError("retrieval needs a search")
    kind = task.kind
    found = list(asking.search(text, kind))[: _CANDIDATES // 2]
    general = [n for n in asking.general if asking.ontology.kind(n) is kind and n not in found]
    return [*found, *general][:_CANDIDATES]


def _import_prompts(
    task: Task, concepts: Sequence[str], text: str, asking: Asking, *, second: bool = False
) -> list[str]:
    """Return as few prompts with an import clause as hold all the classes.

    Raises:
        PromptTooLong: the passage does not fit even with one class.
    """
    if not concepts:
        return []
    written = imported(concepts, task, text) if second else recalling(concepts, task, text)
    tokens = asking.count(written)
    if tokens <= asking.limit:
        return [written]
    if len(concepts) == 1:
        raise PromptTooLong(concepts[0], tokens, asking.limit)
    half = len(concepts) // 2
    return [
        prompt
        for part in (concepts[:half], concepts[half:])
        for prompt in _import_prompts(task, part, text, asking, second=second)
    ]


def _imports(
    task: Task, prompts: Sequence[str], asking: Asking
) -> Conversation[tuple[list[str], tuple[Dropped, ...]]]:
    """Ask which classes occur; those that are none of the task's are dropped (item 36)."""
    names: dict[str, None] = {}
    for prompt in prompts:
        completion = yield Prompt(prompt)
        names.update(dict.fromkeys(imports_in(completion.text)))
    ontology, kind = asking.ontology, task.kind
    known = [name for name in names if name in ontology and ontology.kind(name) is kind]
    dropped = tuple(
        Dropped("unknown-type", f"no {kind} class is called {name}", f"import {name}")
        for name in names
        if name not in known
    )
    return known, dropped


def _arguments(text: str, triggers: Sequence[Trigger], asking: Asking) -> Conversation[Extraction]:
    """Ask for the arguments of confirmed events, with the definitions of their classes only."""
    concepts = list(dict.fromkeys(t.concept for t in triggers if t.concept in asking.ontology))
    parts: list[Extraction] = []
    for concept in concepts:
        of_class = [t for t in triggers if t.concept == concept]
        prompt = direct(asking.ontology, [concept], Task.EAE, text, triggers=of_class)
        if not asking.fits(prompt):
            small = lean(asking.ontology, concept)
            prompt = direct(small, [concept], Task.EAE, text, triggers=of_class)
        if not asking.fits(prompt):
            raise PromptTooLong(concept, asking.count(prompt), asking.limit)
        parts.append((yield from _objects(prompt, text, asking)))
    return _united(parts)


def _with_triggers(events: Extraction, detected: Sequence[Extraction]) -> Extraction:
    """Return events with arguments, and those triggers besides that got none."""
    told = {(f.concept, f.name) for f in events.findings}
    bare = [f for d in detected for f in d.findings if (f.concept, f.name) not in told]
    dropped = tuple(d for part in detected for d in part.dropped)
    return Extraction((*events.findings, *bare), (*dropped, *events.dropped))


def _objects(prompt: str, text: str, asking: Asking) -> Conversation[Extraction]:
    """Ask for objects, once more for those that came damaged; place and check them."""
    completion = yield Prompt(prompt)
    read = parse_completion(completion.text, asking.ontology)
    broken = [d for d in read.dropped if d.code in _BROKEN]
    again = repairing(prompt, [d.given for d in broken])
    if broken and asking.fits(again):
        completion = yield Prompt(again)
        mended = parse_completion(completion.text, asking.ontology)
        left = broken[len(mended.findings) :]
        dropped = [d for d in read.dropped if d not in broken or d in left]
        read = Extraction((*read.findings, *mended.findings), (*dropped, *mended.dropped))
    return in_range(placed(read, text, asking.ontology), asking.ontology)


def _united(parts: Sequence[Extraction]) -> Extraction:
    """Return several extractions of one passage as one."""
    findings = {repr(finding): finding for part in parts for finding in part.findings}
    return Extraction(tuple(findings.values()), tuple(d for part in parts for d in part.dropped))
