"""`knowloom demo`: the whole story on shipped data, from an empty folder to answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import chdir
from importlib import import_module
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knowloom.assets import asset_dir, cypher
from knowloom.cli.connection import connection_options
from knowloom.errors import RecordsRejected, UsageError
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.ontology.concepts import Ontology

# What things there are first, then what was made and won; each kind is one load.
_LOADS = (
    ("csv", ("places", "topics", "organizations", "people", "employment", "doctorates")),
    ("jsonl", ("publications", "artifacts", "awards", "milestones")),
)
_QUERY = "MATCH p = (:TuringAward)-->(:Person)-[:ADVISOR]->() RETURN p"


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")
@connection_options
def demo(settings: Settings, dry_run: bool) -> None:
    """Load the shipped example and look at it.

    Starts the workspace's Neo4j, loads an ontology and 600 things from the history of computing,
    and asks three questions about them. The server keeps running. Run again, the demo finds
    everything in place and writes nothing.

    \b
    Example:
        knowloom demo
        knowloom demo --workspace ~/computing
    """
    with as_file(asset_dir("examples") / "computing") as folder:
        for line in (_plan if dry_run else _story)(folder, settings):
            click.echo(line)


def _plan(folder: Path, settings: Settings) -> Iterator[str]:
    """Yield what the demo would do."""
    yield f"would write to {settings.uri or f'the local Neo4j of {settings.workspace}'}"
    yield f"would load {folder / 'ontology.py'}"
    yield from (f"would load {path}" for _, paths in _loads(folder) for path in paths)
    yield f"would read the documents in {folder / 'documents'}"


def _story(folder: Path, settings: Settings) -> Iterator[str]:
    """Do what the demo does, yielding what there is to see."""
    from knowloom.browser.apply import refresh
    from knowloom.session import knowledge_base

    if settings.uri:
        ending = [f"It is all at {settings.uri}"]
    else:
        yield f"Starting the Neo4j of {settings.workspace} …"
        ending = _started(settings)
    with knowledge_base(settings) as kb:
        _store_ontology(kb, folder / "ontology.py")
        yield from _data(kb, folder)
        yield from _documents(kb, folder / "documents")
        refresh(settings, kb.database, kb.ontology)
        yield from _classes(kb)
        yield from _answers(kb, folder)
    yield ""
    yield f"Ask more     edit and run {folder / 'questions.py'}"
    yield from ending


def _started(settings: Settings) -> list[str]:
    """Start the local server and return how to look at it and how to stop it."""
    from knowloom.browser.links import browser_link
    from knowloom.cli.server import started
    from knowloom.server.local import LocalServer

    info = started(LocalServer.of(settings))
    return [
        f"Look at it   {browser_link(info.http_uri, info.bolt_uri, info.user, _QUERY)}",
        f"Log in       as {info.user}; the password: cat {info.password_file}",
        f"Stop it      knowloom server stop --workspace {settings.workspace}",
    ]


def _store_ontology(kb: KnowledgeBase, file: Path) -> None:
    """Store the example's ontology.

    Raises:
        UsageError: the database holds something else already.
    """
    from knowloom.ontology.parse import read_ontology

    ontology = read_ontology(file)
    _demand_own(kb, ontology)
    kb.save_ontology(ontology)


def _demand_own(kb: KnowledgeBase, ontology: Ontology) -> None:
    """Refuse a database that somebody uses for something else."""
    strange = [concept.name for concept in kb.ontology if concept.name not in ontology]
    if strange or kb.database.read(cypher("server/foreign_node")):
        raise UsageError(
            f"{kb.database.uri} holds data of its own, and the demo wants an empty database: "
            "run `knowloom demo --workspace DIR` with a new folder, NEO4J_URI not being set"
        )


def _data(kb: KnowledgeBase, folder: Path) -> Iterator[str]:
    """Load the example's files and yield a line for each.

    Raises:
        RecordsRejected: something in them does not fit the ontology.
    """
    from knowloom import loading

    for kind, paths in _loads(folder):
        chosen = loading.plan(kind, paths, kb.ontology, mapping=folder / "mapping.toml")
        for report in loading.load(kb, chosen):
            counts = report.counts
            yield f"{report.source}: {counts.written} written, {counts.unchanged} unchanged"
            if counts.rejected:
                raise RecordsRejected(counts.rejected, report.rejects_file)


def _documents(kb: KnowledgeBase, folder: Path) -> Iterator[str]:
    """Read the example's documents; yield what they add, and one point where they disagree."""
    from knowloom.extracting import extract
    from knowloom.extractors import extractor_named

    with chdir(folder.parent):  # a document is called by its path, wherever the example lies
        reports = list(extract(kb, [Path(folder.name)], extractor_named("rules", kb)))
    found = sum(report.findings.total() for report in reports)
    new = sum(report.write.counts.written for report in reports if report.write)
    unchanged = sum(report.unchanged for report in reports)
    yield f"{len(reports)} documents: {found} findings, {new} written, {unchanged} unchanged"
    if faults := [fault for report in reports for fault in report.faults]:
        yield f"  {len(faults)} not read, the first one {faults[0]}"
    yield ""
    yield "When did Alan Turing die?"
    for reason in kb.why("Alan Turing", "died"):
        says = reason.quote or f"row {reason.evidence.row}"
        shown = "  (shown)" if reason.shown else ""
        yield f"  {reason.value}  {reason.evidence.source}: {says}{shown}"


def _loads(folder: Path) -> list[tuple[str, list[Path]]]:
    """Return each kind of loader with the files for it."""
    return [(kind, [folder / f"{name}.{kind}" for name in names]) for kind, names in _LOADS]


def _classes(kb: KnowledgeBase) -> Iterator[str]:
    """Yield the classes as a tree, each with the number of its instances."""
    from knowloom.cli.drawing import tree_lines
    from knowloom.store.census import population

    yield ""
    yield from tree_lines(kb.ontology, population(kb.database, kb.ontology))


def _answers(kb: KnowledgeBase, folder: Path) -> Iterator[str]:
    """Yield the example's questions with their answers; they are a script that users run too."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    for question in import_module("questions").QUESTIONS:
        yield ""
        yield (question.__doc__ or "").partition("\n")[0]
        yield from (f"  {answer}" for answer in question(kb))
