"""`knowloom config`: what is set, and where."""

from __future__ import annotations

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, table
from knowloom.settings import Settings


@click.group()
def config() -> None:
    """Show every setting and where it comes from."""


@config.command()
@connection_options
@json_option
def show(settings: Settings, as_json: bool) -> None:
    """Show each setting with its value and origin: flag, variable, file or default.

    A password is never shown.

    \b
    knowloom config show
    NEO4J_URI=bolt://localhost:7687 knowloom config show --json
    """
    rows = settings.shown()
    data = {name: {"value": value, "origin": origin} for name, value, origin in rows}
    emit(data, as_json, () if as_json else table(("setting", "value", "origin"), rows))
