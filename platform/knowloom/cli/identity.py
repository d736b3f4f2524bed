"""`knowloom merge` and `split`: who is who, decided by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.ontology.concepts import Ontology
    from knowloom.update.merging import Merged

_trial = click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")


@click.command()
@click.argument("one", metavar="UID")
@click.argument("other", metavar="UID")
@_trial
@connection_options
@json_option
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
def split(uid: str, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Take back the merges that name a thing.

    It stands for itself again, with the records, relationships and references that are its own,
    those that came after the merge included.

    \b
    Example:
        knowloom split 91c07ab34de25f68c0113a9d
    """
    _decide(settings, lambda kb: kb.split(uid, dry_run=dry_run), dry_run, as_json)


def _decide(
    settings: Settings, decide: Callable[[KnowledgeBase], Merged], dry_run: bool, as_json: bool
) -> None:
    """Carry a decision out and say what came of it."""
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        done = decide(kb)
        emit(_data(done, kb.ontology), as_json, _lines(done, kb.ontology, dry_run))


def _data(done: Merged, ontology: Ontology) -> dict[str, Any]:
    from knowloom.update.plan import differences

    return {
        "run": done.run,
        "groups": done.groups,
        "changes": [d._asdict() for d in differences(done.plan, ontology)],
    }


def _lines(done: Merged, ontology: Ontology, dry_run: bool) -> Iterator[str]:
    from knowloom.update.plan import differences

    for group in done.groups:
        yield f"one thing: {', '.join(group)}"
    for found in differences(done.plan, ontology):
        yield f"  {found.uid} {found.attribute}: {found.before!r} -> {found.after!r}"
    if not done.plan:
        yield "nothing changes"
    elif dry_run:
        yield "nothing was written (--dry-run)"
