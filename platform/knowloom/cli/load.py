"""`knowloom load`: files become typed objects."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, look_at, progress, reject_lines
from knowloom.errors import NotBulkLoadable
from knowloom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from knowloom.base import KnowledgeBase
    from knowloom.loading import LoadPlan
    from knowloom.store.write import WriteReport


@click.command()
@click.argument("kind")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="What the columns mean (TOML).")
@click.option(
    "--labels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Names of what triples call by an id: a JSON object, or an id and a name a line.",
)
@click.option("--source", default="", help="Who says it; the file's name when not given.")
@click.option("--allow-rejects", default=0, metavar="N", help="Exit 0 with up to N rejects.")
@click.option("--bulk", is_flag=True, help="First load of many rows, through the import tool.")
@click.option("--dry-run", is_flag=True, help="Say what would be loaded; write nothing.")
@connection_options
@json_option
@click.pass_context
@refreshing
def load(
    ctx: click.Context,
    kind: str,
    paths: tuple[Path, ...],
    mapping: Path | None,
    labels: Path | None,
    source: str,
    allow_rejects: int,
    bulk: bool,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Load files of one KIND: csv, jsonl, parquet, triples, rdf or code.

    Without --mapping one is proposed and shown. Loading the same again changes nothing; what
    cannot be loaded is listed with its reason in a file, and the rest goes on.

    \b
    Examples:
        knowloom load csv people.csv --mapping mapping.toml
        knowloom load triples train.txt --labels names.json --dry-run
    """
    from knowloom import loading
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        chosen = loading.plan(
            kind, paths, kb.ontology, mapping=mapping, labels=labels, source=source
        )
        for text in chosen.mappings():
            click.echo(text, err=True)
        if dry_run:
            emit(_planned(chosen), as_json, _plan_lines(chosen))
            return
        with progress("loading") as advance:
            if bulk:
                reports = _bulk(kb, settings, chosen, advance)
            else:
                reports = loading.load(kb, chosen, advance)
        place = browser_place(settings, kb.database)
    data = [{**_data(r), "browser": place.run(r.run)} for r in reports]
    lines = [line for r in reports for line in _lines(r)]
    emit(data, as_json, [*lines, *look_at(place.run(max((r.run for r in reports), default=0)))])
    if sum(r.counts.rejected for r in reports) > allow_rejects:
        ctx.exit(1)


def _bulk(
    kb: KnowledgeBase, settings: Settings, chosen: LoadPlan, advance: Callable[[int], None]
) -> list[WriteReport]:
    """Load through the import tool of the managed server."""
    from knowloom.bulk import bulk_load
    from knowloom.server.local import LocalServer

    if settings.uri:
        raise NotBulkLoadable(
            f"--bulk needs the managed local server, and {settings.uri} is another: "
            "load without it, or unset NEO4J_URI"
        )
    return bulk_load(kb, LocalServer.of(settings), chosen, advance)


def _planned(chosen: LoadPlan) -> dict[str, Any]:
    return {
        "sources": {p.source: [str(path) for path, _ in p.files] for p in chosen.parts},
        "mappings": chosen.mappings(),
        "new_concepts": list(chosen.added),
    }


def _plan_lines(chosen: LoadPlan) -> list[str]:
    lines = [
        f"would load {path} as source {part.source}"
        for part in chosen.parts
        for path, _ in part.files
    ]
    if chosen.added:
        lines.append(f"would add to the ontology: {', '.join(chosen.added)}")
    return lines


def _data(report: WriteReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "run": report.run,
        **asdict(report.counts),
        "updates": report.updates,
        "rejects": str(report.rejects_file) if report.rejects_file else None,
    }


def _lines(report: WriteReport) -> list[str]:
    counts = report.counts
    lines = [
        f"{report.source}: {counts.given:,} read, {counts.written:,} written, "
        f"{counts.unchanged:,} unchanged, {counts.rejected:,} rejected"
    ]
    return [*lines, *reject_lines(report.rejects, counts.rejected, report.rejects_file)]
