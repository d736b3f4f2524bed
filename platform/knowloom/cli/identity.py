"""Who is who: `knowloom merge` and `split` by hand, `update resolve` and `fit` by evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, look_at, progress
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.fitting import Fitted
    from knowloom.ontology.concepts import Ontology
    from knowloom.update.merging import Merged
    from knowloom.update.resolve import Resolved

_SHOWN = 20
_trial = click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")


@click.command()
@click.argument("one", metavar="UID")
@click.argument("other", metavar="UID")
@_trial
@connection_options
@json_option
@refreshing
def merge(one: str, other: str, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Declare two things one.

    The older of them keeps its uid, and the uid of the other leads to it; records, relationships
    and references of both belong to one thing from then on, and its other names become aliases.
    `knowloom split` takes it back exactly.

    \b
    Example:
        knowloom merge 5d2f9c0b7e14a86302b1fe77 91c07ab34de25f68c0113a9d
    """
    _decide(settings, lambda kb: kb.merge(one, other, dry_run=dry_run), dry_run, as_json)


@click.command()
@click.argument("uid", metavar="UID")
@_trial
@connection_options
@json_option
@refreshing
def split(uid: str, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Take back the merges that name a thing.

    It stands for itself again, with the records, relationships and references that are its own,
    those that came after the merge included.

    \b
    Example:
        knowloom split 91c07ab34de25f68c0113a9d
    """
    _decide(settings, lambda kb: kb.split(uid, dry_run=dry_run), dry_run, as_json)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Look at all things, not only changes.")
@click.option("--break-lock", is_flag=True, help="Take the lock of a run that is no more.")
@click.option("--dry-run", is_flag=True, help="Say what would be joined; write nothing.")
@connection_options
@json_option
@refreshing
def resolve(
    everything: bool, break_lock: bool, dry_run: bool, settings: Settings, as_json: bool
) -> None:
    """Find which things are one: join those that are, ask about those that may be.

    Looks at what changed since it last looked, and at what is called alike. `knowloom review`
    lists the questions, `knowloom split` parts what should not have been joined, for good.

    \b
    Examples:
        knowloom update resolve --dry-run
        knowloom update resolve --all
    """
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb, progress("comparing") as advance:
        done = kb.resolve(
            everything=everything, dry_run=dry_run, break_lock=break_lock, advance=advance
        )
    emit(_resolved(done), as_json, _resolved_lines(done, dry_run))


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be learned; write nothing.")
@connection_options
@json_option
@refreshing
def fit(dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Learn from the graph whom to believe and what tells things apart.

    Reads all records: how often each source is right and who copies whom, how attributes change,
    and how much each agreement of two things says. With [policies] in knowloom.toml it makes the
    policy by which conflicts are settled and things compared, until the next fit. What the new
    policy shows otherwise is shown at once.

    \b
    Example:
        knowloom update fit --dry-run
    """
    from knowloom.fitting import declared, fit_policy
    from knowloom.session import knowledge_base
    from knowloom.settings import find_file

    chosen = declared(find_file(Path.cwd()))
    with knowledge_base(settings) as kb, progress("learning") as advance:
        done = fit_policy(kb, chosen, dry_run=dry_run, advance=advance)
    for name, near in done.unheard.items():
        hint = f"did you mean {near!r}?" if near else "`knowloom update history` lists those heard"
        click.echo(f"[policies] trusts {name!r}, which has said nothing so far: {hint}", err=True)
    emit(asdict(done), as_json, _fitted_lines(done, dry_run))


def _decide(
    settings: Settings, decide: Callable[[KnowledgeBase], Merged], dry_run: bool, as_json: bool
) -> None:
    """Carry a decision out and say what came of it."""
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        done = decide(kb)
        link = browser_place(settings, kb.database).things(group[0] for group in done.groups)
        lines = [*_lines(done, kb.ontology, dry_run), *look_at(link)]
        emit({**_data(done, kb.ontology), "browser": link}, as_json, lines)


def _data(done: Merged, ontology: Ontology) -> dict[str, Any]:
    from knowloom.update.plan import differences

    return {
        "run": done.run,
        "groups": done.groups,
        "changes": [d._asdict() for d in differences(done.plan, ontology, done.policy)],
    }


def _lines(done: Merged, ontology: Ontology, dry_run: bool) -> Iterator[str]:
    from knowloom.update.plan import differences

    for group in done.groups:
        yield f"one thing: {', '.join(group)}"
    for found in differences(done.plan, ontology, done.policy):
        yield f"  {found.uid} {found.attribute}: {found.before!r} -> {found.after!r}"
    if not done.plan:
        yield "nothing changes"
    elif dry_run:
        yield "nothing was written (--dry-run)"


def _resolved(done: Resolved) -> dict[str, Any]:
    return {
        "run": done.run,
        "looked_at": done.looked_at,
        "pairs": done.pairs,
        "joined": [d[:2] for d in done.joined],
        "parted": [d[:2] for d in done.parted],
        "review": [asdict(case) for case in done.review],
    }


def _resolved_lines(done: Resolved, dry_run: bool) -> Iterator[str]:
    yield f"{done.looked_at:,} things looked at, {done.pairs:,} pairs compared"
    for title, found in (("one", done.joined), ("parted", done.parted)):
        for left, right, _ in found[:_SHOWN]:
            yield f"  {title}: {done.names[left]} ({left}) and {done.names[right]} ({right})"
        if len(found) > _SHOWN:
            yield f"  … and {len(found) - _SHOWN:,} more"
    if done.review:
        yield f"{len(done.review):,} not certain: `knowloom review list --about identity`"
    if dry_run:
        yield "nothing was written (--dry-run)"


def _fitted_lines(done: Fitted, dry_run: bool) -> Iterator[str]:
    yield f"policy {done.version}"
    for source, share in sorted(done.accuracy.items(), key=lambda found: -found[1]):
        copied = ", ".join(f"{o} {p:.0%}" for o, p in done.copies.get(source, {}).items())
        yield f"  {source}: right {share:.0%}{f', copies from {copied}' if copied else ''}"
    yield f"of things called alike {done.same:.0%} are one"
    yield "nothing was written (--dry-run)" if dry_run else f"{done.changed:,} show otherwise now"
