"""`knowloom doctor`: what works, what is missing, and its fix."""

from __future__ import annotations

from dataclasses import asdict

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option
from knowloom.doctor import Finding, State, examine, examine_model, is_ready
from knowloom.settings import Settings

_SIGNS = {State.OK: "ok", State.MISSING: "MISSING", State.OPTIONAL: "-", State.UNKNOWN: "?"}


@click.command()
@click.option("--model", is_flag=True, help="Also make the language model extract a sentence.")
@connection_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, model: bool, settings: Settings, as_json: bool) -> None:
    """Say what works, what is missing, and what fixes it.

    Nothing is changed. Exit code 1 when something needed is missing.

    \b
    Examples:
        knowloom doctor
        knowloom doctor --model
    """
    findings = [*examine(settings), *([examine_model(settings)] if model else [])]
    ready = is_ready(findings)
    emit(
        {"ready": ready, "checks": [asdict(finding) for finding in findings]},
        as_json,
        [line for finding in findings for line in _lines(finding)],
    )
    if not ready:
        ctx.exit(1)


def _lines(finding: Finding) -> list[str]:
    """Return a finding for a person: one line, and its fix on another."""
    lines = [f"{_SIGNS[finding.state]:8} {finding.name:10} {finding.what}"]
    if finding.fix:
        lines.append(f"{'':19} fix: {finding.fix}")
    return lines
