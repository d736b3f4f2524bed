"""Analysing: a task becomes a program over the graph's objects, and its result (spec 76 to 85)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowloom.analysis.composing import compose
from knowloom.analysis.definitions import part_of
from knowloom.analysis.lookup import GraphLookup
from knowloom.analysis.program import Program, execute, program
from knowloom.analysis.question import Question
from knowloom.analysis.reading import read_task
from knowloom.analysis.results import Results
from knowloom.analysis.vocabulary import Vocabulary
from knowloom.base import KnowledgeBase
from knowloom.ontology.things import Thing
from knowloom.sandbox.outcome import Outcome
from knowloom.subgraph.graph import links_of


def plan(kb: KnowledgeBase, task: str) -> Question:
    return read_task(task, Vocabulary(kb.ontology), GraphLookup(kb.database, kb.ontology))


def objects(kb: KnowledgeBase, question: Question, most: int = 100_000) -> tuple[list[Thing], bool]:
    seeds: list[Thing] = []
    cut = False
    for name in question.classes:
        where = {
            f.path.attribute: list(f.values)
            for f in question.filters
            if f.path and f.path.link and not f.path.back and name == question.unit
        }
        found = kb.reader.find(name, where, most + 1)
        cut = cut or len(found) > most
        seeds += found[:most]
    near = [t for seed in seeds for some in links_of(seed).values() for t in some]
    return [*seeds, *near], cut
