"""A small world of people, and ways to write it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.knowledge.record import Statement
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.write import Writer, WriteReport

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.update.people import ONTOLOGY

Write = Callable[..., WriteReport]


@pytest.fixture
def kb(database: Database, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base of people, empty; the database stays open for the next test."""
    made = KnowledgeBase(database, tmp_path_factory.mktemp("workspace"))
    made.save_ontology(ONTOLOGY)
    return made


@pytest.fixture
def write(kb: KnowledgeBase) -> Write:
    """Writes statements as a run of a source."""

    def write(said: Iterable[Statement], source: str = "a") -> WriteReport:
        run = runs.begin(kb.database, source, "test")
        return Writer(kb.database, kb.ontology, run).write(said)

    return write
