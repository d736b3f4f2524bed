"""`knowloom demo`: the whole story on shipped data, from an empty folder to answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.resources import as_file
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.assets import asset_dir
from knowloom.cli.connection import connection_options
from knowloom.errors import UsageError
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.ontology.concepts import Ontology

# Things first, then what is said of two of them; each file with the kind of its loader.
_FILES = (
    ("places.csv", "csv"),
    ("topics.csv", "csv"),
    ("organizations.csv", "csv"),
    ("people.csv", "csv"),
    ("employment.csv", "csv"),
    ("doctorates.csv", "csv"),
    ("publications.jsonl", "json"),
    ("artifacts.jsonl", "json"),
    ("awards.jsonl", "json"),
    ("milestones.jsonl", "json"),
)
_QUERY = "MATCH p = (:TuringAward)-[:RECIPIENT]->(:Person)-[:ADVISOR]->() RETURN p LIMIT 50"


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")
@connection_options
def demo(settings: Settings, dry_run: bool) -> None:
    """Load the shipped example and look at it.

    Starts the workspace's Neo4j, loads an ontology and 600 things from the history of computing,
    and asks three questions about them. The server keeps running; run again, the demo finds
    everything in place.

    \b
    Example:
        knowloom demo
        knowloom demo --workspace /tmp/demo
    """
    with as_file(asset_dir("examples") / "computing") as folder:
        lines = _plan(folder, settings) if dry_run else _story(folder, settings)
        for line in lines:
            click.echo(line)


def _plan(folder: Path, settings: Settings) -> Iterator[str]:
    """Yield what the demo would do."""
    where = (
        settings.uri or f"the local Neo4j of {settings.workspace}, started when it is not there"
    )
    yield f"would use {where}"
    yield f"would load the ontology {folder / 'ontology.py'}"
    yield from (f"would load {folder / name}" for name, _ in _FILES)
