"""`knowloom check`: compare what is stored with the ontology."""

from __future__ import annotations

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, progress
from knowloom.settings import Settings


@click.command()
@click.option("--fix", is_flag=True, help="Mend what is safe to mend.")
@click.option("--fingerprint", is_flag=True, help="Only print the fingerprint of what is known.")
@connection_options
@json_option
@click.pass_context
@refreshing
def check(
    ctx: click.Context, fix: bool, fingerprint: bool, settings: Settings, as_json: bool
) -> None:
    """Compare every instance with the ontology and with its records.

    Finds missing required values, wrong types, relations of wrong classes, labels that miss an
    ancestor, duplicate keys, and what is shown but follows from no record. With --fix, labels are
    added and projections renewed. Exit code 1 when something is left.

    \b
    Example:
        knowloom check --fix
    """
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        if fingerprint:
            found = kb.fingerprint()
            emit({"fingerprint": found}, as_json, [found])
            return
        with progress("checking") as advance:
            audit = kb.check(fix=fix, advance=advance)
        data = {
            "instances": audit.instances,
            "faults": [{"where": f.where, "what": f.what, "code": f.code} for f in audit.faults],
            "counts": dict(audit.counts),
            "fixed": audit.fixed,
            "fingerprint": kb.fingerprint(),
        }
    total = audit.counts.total()
    lines = [*map(str, audit.faults)]
    fixed = f", {audit.fixed} instances mended" if fix else ""
    lines.append(f"{audit.instances} instances checked, {total} faults{fixed}")
    emit(data, as_json, lines)
    if total and not (fix and audit.fixed >= total):
        ctx.exit(1)
