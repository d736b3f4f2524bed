"""`knowloom update`: sources are kept up to date, and any run can be looked at and undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options, workspace_option
from knowloom.cli.identity import fit, resolve
from knowloom.cli.output import AT_MOST, emit, json_option, look_at, progress, reject_lines, table
from knowloom.errors import KnowloomError, UsageError
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.update.rollback import LedgerEntry, RolledBack
    from knowloom.update.sources import Source
    from knowloom.updating import UpdateReport


@click.group()
def update() -> None:
    """Keep the graph up to date with its sources."""


update.add_command(resolve)
update.add_command(fit)


@update.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--name", help="What the source is called; its place when not given.")
@click.option("--kind", help="How files are read: csv, jsonl, parquet, triples, rdf or code.")
@click.option("--mapping", type=click.Path(path_type=Path), help="What the columns mean (TOML).")
@click.option("--query", help="What a database is asked.")
@click.option("--delta", is_flag=True, default=None, help="It tells changes only.")
@click.option("--resolve", is_flag=True, default=None, help="Find things that are one after it.")
@click.option("--guard", type=click.FloatRange(0, 1), help="The share that may go; 0.5 if unset.")
@click.option("--allow-rejects", type=int, metavar="N", help="Exit 0 with up to N rejects.")
@click.option("--break-lock", is_flag=True, help="Take the lock of a run that is no more.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@connection_options
@json_option
@click.pass_context
@refreshing
def run(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    break_lock: bool,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
    **options: Any,
) -> None:
    """Look at sources again, and write only what changed.

    A SOURCE is a file, a folder, the address of a database, an http address of JSON lines, or the
    name of a table [sources.NAME] in knowloom.toml. What it does not say any more goes when no
    other source says it; a line or row with `_deleted` set says that a thing is no more. One that
    fails is told of, and the others are looked at all the same.

    \b
    Examples:
        knowloom update run people.csv --mapping mapping.toml
        knowloom update run sqlite:///crm.db --query "SELECT * FROM people" --mapping m.toml
        knowloom update run https://example.org/people.jsonl --mapping m.toml --delta
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base
    from knowloom.settings import find_file
    from knowloom.update.sources import read_sources, source_of
    from knowloom.updating import update as bring_up_to_date

    known = read_sources(find_file(Path.cwd()))
    chosen = [source_of(location, known, **options) for location in sources]
    _refuse_one_name(chosen)
    data: list[dict[str, Any]] = []
    code = 0
    with knowledge_base(settings) as kb:
        place = browser_place(settings, kb.database)
        for source in chosen:
            try:
                with progress("reading") as advance:
                    report = bring_up_to_date(
                        kb, source, dry_run=dry_run, break_lock=break_lock, advance=advance
                    )
            except KnowloomError as error:
                click.echo(f"knowloom: {_failed(source, error, len(chosen))}", err=True)
                data.append({"source": source.name, "error": str(error)})
                code = max(code, error.exit_code)
                continue
            data.append({**_data(report), "browser": place.run(report.run)})
            if report.rejected > source.allow_rejects or report.unresolved:
                code = max(code, 1)
            if not as_json:
                emit(None, as_json, _lines(report))
    emit(data, as_json, look_at(place.run(max(row.get("run", 0) for row in data))))
    if code:
        ctx.exit(code)


def _refuse_one_name(sources: Sequence[Source]) -> None:
    """Refuse places of one name, but for those that tell changes only.

    Raises:
        UsageError: two are called alike.
    """
    first: dict[str, Source] = {}
    for source in sources:
        before = first.setdefault(source.name, source)
        if before.location != source.location and not source.delta:
            raise UsageError(
                f"{before.place} and {source.place} would both be the source {source.name}, and "
                "what the first says would go for what the second says: look at each by itself, "
                "with a --name of its own"
            )


def _failed(source: Source, error: KnowloomError, among: int) -> str:
    """Return what went wrong, with the source where there are several."""
    said = str(error)
    return said if among == 1 or source.name in said else f"{source.name}: {said}"


@update.command()
@click.option("--source", help="Only runs of this source.")
@click.option("--limit", type=AT_MOST, default=20, show_default=True, help="Show at most so many.")
@connection_options
@json_option
def history(source: str | None, limit: int, settings: Settings, as_json: bool) -> None:
    """List the runs that wrote something, the newest first.

    \b
    Example:
        knowloom update history --source people
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        found = kb.history(source, limit)
        place = browser_place(settings, kb.database)
    rows = [
        (e.id, e.source, e.command, e.status, f"{e.started:%Y-%m-%d %H:%M:%S}", _counted(e))
        for e in found
    ]
    columns = ("run", "source", "command", "status", "started", "statements")
    lines = [*table(columns, rows), *look_at(place.runs())] if rows else ["There is no run yet."]
    emit([{**_entry(e), "browser": place.run(e.id)} for e in found], as_json, lines)


@update.command()
@click.argument("run", type=int, metavar="RUN")
@connection_options
@json_option
def show(run: int, settings: Settings, as_json: bool) -> None:
    """Show one run: who, when, and what the graph shows because of it.

    \b
    Example:
        knowloom update show 2611210617411234
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base
    from knowloom.update.rollback import entry, traces

    with knowledge_base(settings) as kb:
        found = entry(kb.database, run)
        left = traces(kb.database, kb.ontology, run)
        link = browser_place(settings, kb.database).run(run)
    changes = _changes(left, back=True)
    data: dict[str, Any] = {**_entry(found), "things": left.things, "changes": changes}
    data["browser"] = link
    lines = [
        f"{name}: {value}" for name, value in _entry(found).items() if value not in ("", None)
    ]
    lines += [f"things it touched: {left.things:,}"]
    lines += [
        f"  {c['uid']} {c['attribute']}: {c['before']!r} -> {c['after']!r}"
        for c in data["changes"]
    ]
    emit(data, as_json, [*lines, *look_at(link)])


@update.command()
@click.argument("run", type=int, metavar="RUN")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@connection_options
@json_option
@refreshing
def rollback(run: int, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Take a run back: the graph is as if it had not happened.

    What later runs say stays. It is refused where a later `knowloom merge` names something that
    only this run speaks of.

    \b
    Example:
        knowloom update rollback 2611210617411234 --dry-run
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        done = kb.rollback(run, dry_run=dry_run)
        link = browser_place(settings, kb.database).run(run)
    data: dict[str, Any] = {
        "things": done.things,
        "relationships": done.relationships,
        "browser": link,
    }
    changes = _changes(done)
    lines = [f"run {run}: {done.things:,} things and {done.relationships:,} relationships changed"]
    if dry_run:
        lines = [line.replace("changed", "would change") for line in lines]
    lines += [*_change_lines(changes), *look_at(link)]
    emit({"run": run, **data, "changes": changes}, as_json, lines)


@update.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Look at every source once, and end.")
@connection_options
@json_option
@click.pass_context
def schedule(ctx: click.Context, /, once: bool, settings: Settings, as_json: bool) -> None:
    """Keep the sources of knowloom.toml up to date, at the times it says.

    Each table [sources.NAME] with `every` or `cron` is looked at when it is due, one run at a
    time; runs that were missed are made up for by one, and failing sources are left alone for
    longer and longer. SIGTERM and Ctrl-C let what is under way end.

    \b
    Examples:
        knowloom update schedule
        knowloom update schedule --once
        knowloom update schedule status
    """
    if ctx.invoked_subcommand:
        return
    from knowloom import scheduling
    from knowloom.browser.apply import refresh
    from knowloom.session import knowledge_base
    from knowloom.settings import find_file
    from knowloom.update.sources import read_sources
    from knowloom.updating import update as bring_up_to_date

    def look(source: Source) -> UpdateReport:
        with knowledge_base(settings) as kb:
            report = bring_up_to_date(kb, source)
            refresh(settings, kb.database, kb.ontology)
        return report

    sources = list(read_sources(find_file(Path.cwd())).values())
    workspace = Path(settings.workspace)
    if not sources:
        raise click.UsageError(f"no knowloom.toml of {Path.cwd()} or above has [sources.NAME]")
    if once:
        outcomes = scheduling.look_once(sources, look, workspace)
        rows = [(name, o["status"], o.get("error", "")) for name, o in outcomes.items()]
        emit(outcomes, as_json, table(("source", "status", ""), rows))
        if any(o["status"] == "failed" for o in outcomes.values()):
            ctx.exit(1)
        return
    timed = [s for s in sources if s.every or s.cron]
    if not timed:
        raise click.UsageError("knowloom.toml has no [sources.NAME] with `every` or `cron`")
    scheduling.keep_up_to_date(timed, look, workspace, _stopped(), say=_say)


@schedule.command()
@workspace_option
@json_option
@click.pass_context
def status(ctx: click.Context, /, settings: Settings, as_json: bool) -> None:
    """Show when each source was last looked at, what came of it, and when it is next.

    Exits with 1 while a source is failing, so that a monitor can call it.

    \b
    Example:
        knowloom update schedule status
    """
    from knowloom.scheduling import HEALTH, Health, is_at_work

    workspace = Path(settings.workspace)
    found = Health.read(workspace / HEALTH).sources
    rows = [
        (name, k.get("last"), k.get("status"), k.get("failures"), k.get("next"), k.get("error"))
        for name, k in sorted(found.items())
    ]
    columns = ("source", "last", "status", "failures", "next", "error")
    lines = table(columns, rows) if rows else ["No scheduler has been at work here."]
    if rows and not is_at_work(workspace):
        lines.append("No scheduler is at work now: knowloom update schedule")
    emit(found, as_json, lines)
    if any(known.get("status") == "failed" for known in found.values()):
        ctx.exit(1)


def _stopped() -> Event:
    """Return an event that SIGTERM and Ctrl-C set; a second Ctrl-C ends at once.

    A second SIGTERM means no more than the first: `timeout` sends two, supervisors repeat it.
    """
    import signal

    stop = Event()

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _say("stopping: what is under way is waited for")
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop


def _say(line: str) -> None:
    """Write a line with the time to the log."""
    click.echo(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", err=True)


def _changes(done: RolledBack, *, back: bool = False) -> list[dict[str, Any]]:
    """Return what a rollback changes of what is shown, or backwards what the run changed."""
    found = [d._asdict() for d in done.differences]
    return [{**d, "before": d["after"], "after": d["before"]} for d in found] if back else found


def _change_lines(changes: Iterable[dict[str, Any]]) -> list[str]:
    return [f"  {c['uid']} {c['attribute']}: {c['before']!r} -> {c['after']!r}" for c in changes]


def _entry(found: LedgerEntry) -> dict[str, Any]:
    """Return a run for a script."""
    data = asdict(found)
    return {**data, **data.pop("counts")}


def _counted(found: LedgerEntry) -> str:
    """Return the counts of a run in a few words."""
    names = ("written", "removed", "rejected")
    return ", ".join(f"{found.counts[n]:,} {n}" for n in names if found.counts.get(n))


def _data(report: UpdateReport) -> dict[str, Any]:
    found = asdict(report)
    found["rejects_file"] = str(report.rejects_file) if report.rejects_file else None
    return found


def _lines(report: UpdateReport) -> Iterator[str]:
    if report.skipped:
        yield f"{report.source}: unchanged"
    else:
        yield (
            f"{report.source}: {report.given:,} read, {report.written:,} written, "
            f"{report.unchanged:,} unchanged, {report.removed:,} removed, "
            f"{report.rejected:,} rejected"
        )
    if report.joined or report.to_review:
        yield f"  {report.joined:,} pairs found to be one, {report.to_review:,} put up for review"
    if report.unresolved:
        yield f"  who is who is for the next update to find: {report.unresolved}"
    yield from (f"  {change}" for change in report.changes)
    yield from reject_lines(report.rejects, report.rejected, report.rejects_file)
