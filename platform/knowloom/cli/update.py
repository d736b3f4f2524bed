"""`knowloom update`: read sources again, list runs, and take them back."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, look_at, progress, table
from knowloom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from knowloom.store.runs import ListedRun
    from knowloom.updating import UpdateReport

_dry_run = click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")


@click.group()
def update() -> None:
    """Read sources again, and write only what differs; list runs and take them back."""


@update.command()
@click.argument("source")
@click.option("--name", default="", help="What the source is called; by itself when not given.")
@click.option("--kind", default="", help="The kind of its files, as in `knowloom load`.")
@click.option("--mapping", type=click.Path(path_type=Path), help="What the columns mean (TOML).")
@click.option("--query", default="", help="What to ask a database.")
@click.option(
    "--allow-gone",
    default=0.3,
    show_default=True,
    metavar="SHARE",
    help="Refuse to take back more than this share of what the source said.",
)
@click.option("--allow-rejects", default=0, metavar="N", help="Exit 0 with up to N rejects.")
@click.option("--take-over", is_flag=True, help="Go on although another machine has the source.")
@_dry_run
@connection_options
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    source: str,
    name: str,
    kind: str,
    mapping: Path | None,
    query: str,
    allow_gone: float,
    allow_rejects: int,
    take_over: bool,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Bring the graph up to date with SOURCE: a file, a folder, a feed, or a database.

    SOURCE may also be the name of one that knowloom.toml declares. It says all there is in it:
    what it says no more loses its evidence, and goes with its last one. A feed is an http(s)
    address of JSON lines; a database an SQLAlchemy address with --query.

    \b
    Examples:
        knowloom update run people.csv --mapping mapping.toml
        knowloom update run https://example.org/people.jsonl --name people
        knowloom update run sqlite:///crm.db --query "SELECT * FROM people" --dry-run
    """
    from knowloom.browser.apply import refresh
    from knowloom.scheduling import request_for
    from knowloom.session import knowledge_base
    from knowloom.settings import find_file
    from knowloom.update.declared import declared
    from knowloom.updating import Request
    from knowloom.updating import update as updated

    known = declared(find_file(Path.cwd())).get(source)
    if known is not None:
        request = replace(request_for(known), take_over=take_over)
    else:
        request = Request(source, name, kind, mapping, query, allow_gone, take_over)
    with knowledge_base(settings) as kb, progress("reading") as advance:
        report = updated(kb, request, dry_run=dry_run, advance=advance)
        if not dry_run:
            refresh(settings, kb.database, kb.ontology)
    emit(_data(report), as_json, _lines(report, dry_run=dry_run))
    if report.counts.rejected > allow_rejects:
        ctx.exit(1)


@update.command()
@click.argument("source", required=False)
@click.option("--limit", default=20, show_default=True, help="How many runs at most.")
@connection_options
@json_option
def history(source: str | None, limit: int, settings: Settings, as_json: bool) -> None:
    """List the runs that wrote something, of SOURCE or of all, the newest first.

    \b
    Example:
        knowloom update history people.csv
    """
    from knowloom.session import open_database
    from knowloom.store import runs

    with open_database(settings) as database:
        found = runs.listed(database, source, limit)
    emit([asdict(one) for one in found], as_json, _history(found))


@update.command()
@click.argument("number", type=int)
@connection_options
@json_option
def show(number: int, settings: Settings, as_json: bool) -> None:
    """Show a run: what it was given, and what rolling it back would touch.

    \b
    Example:
        knowloom update show 2411210504150000
    """
    from knowloom.browser.place import browser_place
    from knowloom.errors import NotFound
    from knowloom.rolling_back import touched
    from knowloom.session import knowledge_base
    from knowloom.store import runs

    with knowledge_base(settings) as kb:
        found = next((r for r in runs.listed(kb.database) if r.id == number), None)
        if found is None:
            raise NotFound("run", str(number), "see `knowloom update history`")
        instances, facts = touched(kb, number)
        link = browser_place(settings, kb.database).run(number)
    data = {**asdict(found), "instances": instances, "facts": facts}
    lines = [f"{name:10} {value}" for name, value in data.items()]
    emit({**data, "browser": link}, as_json, [*lines, *look_at(link)])


@update.command()
@click.argument("number", type=int)
@_dry_run
@connection_options
@json_option
def rollback(number: int, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Leave the graph as if the run NUMBER had not been, whatever came after it.

    \b
    Example:
        knowloom update rollback 2411210504150000 --dry-run
    """
    from knowloom.rolling_back import roll_back
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        done = roll_back(kb, number, dry_run=dry_run)
    said = "would take back" if dry_run else "took back"
    line = f"{said} run {done.run} of {done.source}: {done.instances:,} instances, "
    emit(asdict(done), as_json, [f"{line}{done.facts:,} relationships"])


@update.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Run each source once, now, and end: for cron.")
@connection_options
@click.pass_context
def schedule(ctx: click.Context, once: bool, settings: Settings) -> None:
    """Keep the sources of knowloom.toml up to date, each on its own times.

    Ends on SIGTERM or Ctrl-C, once the run on its way has come to its end.

    \b
    Examples:
        knowloom update schedule
        knowloom update schedule --once
        knowloom update schedule status
    """
    if ctx.invoked_subcommand is not None:
        return
    import signal
    from threading import Event

    from knowloom.errors import UsageError
    from knowloom.scheduling import Schedule
    from knowloom.settings import find_file
    from knowloom.update.declared import declared

    sources = list(declared(find_file(Path.cwd())).values())
    if not sources:
        raise UsageError("knowloom.toml declares no source: add one as [sources.NAME]")
    made = Schedule(settings, sources, lambda line: click.echo(line, err=True))
    if once:
        if not made.once():
            ctx.exit(1)
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    made.keep(stop)


@schedule.command()
@connection_options
@json_option
def status(settings: Settings, as_json: bool) -> None:
    """Show the last and the next run of each scheduled source.

    \b
    Example:
        knowloom update schedule status
    """
    from knowloom.scheduling import standings

    found = standings(settings)
    columns = ("source", "status", "last run", "next run", "failures", "message")
    rows = [
        (s.source, s.status, _moment(s.finished), _moment(s.next), s.failures, s.message[:60])
        for s in found
    ]
    lines = table(columns, rows) if found else ["Nothing is scheduled in this workspace."]
    emit([asdict(s) for s in found], as_json, lines)


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}" if when else ""


def _data(report: UpdateReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "run": report.run,
        **asdict(report.counts),
        "changed": report.changed,
        "gone": report.gone,
        "gone_facts": report.gone_facts,
        "as_before": report.unchanged,
        "updates": report.write.updates if report.write else 0,
    }


def _lines(report: UpdateReport, *, dry_run: bool) -> list[str]:
    counts = report.counts
    if report.unchanged:
        return [f"{report.source}: as before ({counts.given:,} statements)"]
    said = "would send" if dry_run else "sent"
    lines = [
        f"{report.source}: {counts.given:,} read, {said} {report.changed:,} that differ; "
        f"{report.gone:,} instances and {report.gone_facts:,} relationships are said no more"
    ]
    if report.write is not None:
        lines.append(
            f"  {counts.written:,} written, {counts.unchanged:,} unchanged, "
            f"{counts.rejected:,} rejected"
        )
        lines += [f"  row {r.row}: {r.reason}" for r in report.write.rejects[:5]]
    if report.run:
        lines.append(f"  taken back by: knowloom update rollback {report.run}")
    return lines


def _history(found: Sequence[ListedRun]) -> list[str]:
    if not found:
        return ["No run has written anything."]
    columns = ("run", "source", "command", "started", "status", "given", "written", "unchanged")
    rows = [
        (
            r.id,
            r.source,
            r.command,
            f"{r.started:%Y-%m-%d %H:%M:%S}",
            r.status,
            f"{r.given:,}",
            f"{r.written:,}",
            f"{r.unchanged:,}",
        )
        for r in found
    ]
    return table(columns, rows)
