"""`knowloom ontology`: check, load, show, compare, export, infer and undo ontologies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.drawing import concept_lines, tree_lines
from knowloom.cli.output import emit, json_option
from knowloom.errors import Fault, OntologyError, SourceError, UnknownLoader
from knowloom.knowledge.plugins import kinds, loader
from knowloom.ontology.as_json import concept_to_json
from knowloom.ontology.check import check as faults_of
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.diff import diff as difference
from knowloom.ontology.parse import read_ontology
from knowloom.ontology.render import render
from knowloom.session import knowledge_base
from knowloom.settings import Settings
from knowloom.store.census import population
from knowloom.store.ontology import OntologyChange
from knowloom.store.transition import Orphans

_MOST_LINES = 40

_files = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True)
)
_on_orphans = click.option(
    "--on-orphans",
    type=click.Choice([o.value for o in Orphans]),
    default=Orphans.REFUSE.value,
    show_default=True,
    help="What happens to stored data that the new ontology does not describe.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")


@click.group()
def ontology() -> None:
    """Check, load, show, compare and undo ontologies."""


@ontology.command()
@_files
@json_option
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Check ontology files without a database: structure, names, ranges, keys.

    Several files are one ontology. Exit code 1 when something is wrong.

    \b
    Example:
        knowloom ontology check people.py places.py
    """
    found: list[Fault] = []
    read = Ontology()
    try:
        read = read_ontology(files)
        found = faults_of(read)
    except OntologyError as error:
        found = list(error.faults)
    data = {
        "concepts": len(read),
        "faults": [{"where": f.where, "what": f.what, "code": f.code} for f in found],
    }
    emit(data, as_json, [*map(str, found), f"{len(read)} concepts, {len(found)} faults"])
    if found:
        ctx.exit(1)
