"""`knowloom migrate`: the database's own schema, and a user's migrations."""

from __future__ import annotations

from pathlib import Path

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, table
from knowloom.session import open_database
from knowloom.settings import Settings
from knowloom.store import migrate as migrations
from knowloom.store.chain import Entry, Migration, pending
from knowloom.store.ontology import resume

_directory = click.option(
    "--dir",
    "directories",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A directory of your own migrations, after knowloom's.",
)


@click.group()
def migrate() -> None:
    """Bring the database's own schema up to date."""


@migrate.command()
@connection_options
@_directory
@json_option
def status(settings: Settings, directories: tuple[Path, ...], as_json: bool) -> None:
    """Show which migrations are applied and which are pending.

    \b
    knowloom migrate status
    knowloom migrate status --dir migrations
    """
    with open_database(settings) as database:
        entries = [e for chain in _chains(directories) for e in migrations.status(database, chain)]
    rows = [(e.source, e.state.value, e.at) for e in entries]
    emit(
        [_row(entry) for entry in entries],
        as_json,
        () if as_json else table(("migration", "state", "applied at"), rows),
    )


@migrate.command()
@connection_options
@_directory
@click.option("--dry-run", is_flag=True, help="Print the Cypher that would run; change nothing.")
@click.option("--force-unlock", is_flag=True, help="Remove the lock of a process that died.")
@json_option
def up(
    settings: Settings,
    directories: tuple[Path, ...],
    dry_run: bool,
    force_unlock: bool,
    as_json: bool,
) -> None:
    """Apply what is pending, and finish what an interrupted ontology change left to do.

    \b
    knowloom migrate up
    knowloom migrate up --dry-run
    knowloom migrate up --dir migrations
    """
    done: list[Migration] = []
    with open_database(settings) as database:
        for chain in _chains(directories):
            if dry_run:
                done.extend(pending(migrations.status(database, chain)))
            else:
                done.extend(migrations.up(database, chain, force_unlock=force_unlock))
        if not dry_run:
            resume(database)
    data = {"dry_run": dry_run, "migrations": [_file(m, dry_run) for m in done]}
    emit(data, as_json, _said(done, dry_run))


def _chains(directories: tuple[Path, ...]) -> list[migrations.Chain]:
    """Return knowloom's chain and those of the user's directories."""
    return [migrations.shipped(), *map(migrations.from_directory, directories)]


def _row(entry: Entry) -> dict[str, str]:
    """Return an entry for a script."""
    return {
        "version": entry.version,
        "description": entry.description,
        "source": entry.source,
        "state": entry.state.value,
        "at": entry.at,
    }


def _file(migration: Migration, with_text: bool) -> dict[str, object]:
    """Return a migration for a script."""
    facts: dict[str, object] = {"version": migration.version, "source": migration.source}
    return facts | ({"statements": list(migration.executable)} if with_text else {})


def _said(done: list[Migration], dry_run: bool) -> list[str]:
    """Return what a person reads: the Cypher of a dry run, else what was applied."""
    if not done:
        return ["Nothing is pending."]
    if not dry_run:
        return [f"applied {migration.source}" for migration in done]
    return [
        line
        for migration in done
        for line in (f"// {migration.source}", *(f"{s};" for s in migration.executable))
    ]
