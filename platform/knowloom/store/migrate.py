"""Applying migrations to a database, and what it remembers of them.

Chains are kept as neo4j-migrations keeps them. knowloom's own migrations are a chain with the
target `knowloom`; those of a user's directory are the chain without a target, which that tool
reads and writes too. Both share its lock.
"""

from __future__ import annotations

import getpass
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import neo4j
from neo4j.exceptions import ClientError, ConstraintError

from knowloom.assets import asset_dir, cypher
from knowloom.errors import Fault, MigrationError, MigrationsLocked, SourceError, StoreError
from knowloom.store.chain import Applied, Entry, Migration, Step, arrange, compare, parse, pending
from knowloom.store.database import Database

_AWAIT_SECONDS = 600
_DEFAULT_LOCK = "John Doe"  # the name neo4j-migrations gives the lock of the default database
_ALREADY_THERE = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"


@dataclass(frozen=True)
class Chain:
    """Migrations that are applied one after another.

    Args:
        target: what keeps its nodes apart from other chains in the database; may be empty.
        migrations: in order.
    """

    target: str
    migrations: tuple[Migration, ...]


def shipped() -> Chain:
    """Return knowloom's own migrations."""
    return Chain("knowloom", _read(asset_dir("migrations")))


def from_directory(directory: Path) -> Chain:
    """Return the migrations of a user's directory.

    Args:
        directory: its files ending in `.cypher` are all migrations.

    Raises:
        SourceError: there is no such directory.
        MigrationError: a file is no migration, or two have the same version.
    """
    if not directory.is_dir():
        raise SourceError(directory, "it is no directory")
    return Chain("", _read(directory))


def status(database: Database, chain: Chain) -> tuple[Entry, ...]:
    """Return every migration of a chain, at hand or applied, with its state."""
    rows = database.read(cypher("migrations/read_chain"), target=chain.target)
    return compare(chain.migrations, [Applied(**row.data()) for row in rows])


def up(
    database: Database,
    chain: Chain,
    *,
    force_unlock: bool = False,
    applied: Callable[[Migration], None] = lambda _: None,
) -> tuple[Migration, ...]:
    """Apply what is pending, in order, and return it.

    A data migration and the note that it was applied share one transaction. A schema migration
    is noted right after; when a crash comes between, it is applied again, which changes nothing.
    One with `IN TRANSACTIONS` is applied again as a whole, so it must be written for that.

    Args:
        database: with write access.
        chain: see `shipped` and `from_directory`.
        force_unlock: remove the lock of a dead process first.
        applied: called after each migration.

    Raises:
        MigrationChanged: an applied file has another checksum now.
        MigrationsLocked: another process is migrating.
        MigrationError: a file is missing, out of order, or one of its statements failed.
    """
    if force_unlock:
        database.write(cypher("migrations/force_unlock"), name=_lock_name(database))
    if not pending(status(database, chain)):
        return ()
    _require_constraints(database)
    with _locked(database):
        entries = status(database, chain)
        due = pending(entries)
        repeats = {e.version for e in entries if e.at}
        for migration in due:
            _apply(database, chain, migration, repeated=migration.version in repeats)
            applied(migration)
    return due


def _read(directory: Path | Traversable) -> tuple[Migration, ...]:
    """Return the migrations among the files of a directory."""
    files = sorted((f for f in directory.iterdir() if f.name.endswith(".cypher")), key=_name)
    migrations: list[Migration] = []
    faults: list[Fault] = []
    for file in files:
        try:
            migrations.append(parse(file.name, file.read_text(encoding="utf-8")))
        except MigrationError as error:
            faults.extend(error.faults)
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault(file.name, f"cannot be read: {error}", "unreadable"))
    if faults:
        raise MigrationError(faults)
    return arrange(migrations)


def _name(file: Path | Traversable) -> str:
    """Return the name of a file."""
    return file.name


def _require_constraints(database: Database) -> None:
    """Create what the chain and the lock rest on."""
    for name in (
        "require_unique_version",
        "index_repeated_at",
        "require_unique_lock_id",
        "require_unique_lock_name",
    ):
        _run_schema(database, cypher(f"migrations/{name}"))
    await_indexes(database)


def await_indexes(database: Database) -> None:
    """Wait until every index is ready to be used.

    Raises:
        ServerFailed: one failed to be built, or took more than ten minutes.
    """
    database.run(cypher("server/await_indexes"), seconds=_AWAIT_SECONDS)


def _apply(database: Database, chain: Chain, migration: Migration, *, repeated: bool) -> None:
    """Run one migration and note it."""
    started = time.monotonic()

    def note(tx: neo4j.ManagedTransaction) -> None:
        if migration.step is Step.DATA:
            _run_all(tx, migration)
        seconds = time.monotonic() - started
        facts = _facts(migration, seconds) | {
            "target": chain.target or None,
            "user": database.user,
        }
        _note(tx, facts, repeated=repeated)

    if migration.step is not Step.DATA:
        _run_each(database, migration)
    database.in_write(note)


def _run_each(database: Database, migration: Migration) -> None:
    """Run every statement in a transaction of its own."""
    for number, statement in enumerate(migration.executable, start=1):
        with _addressed(migration, number):
            _run_schema(database, _trusted(statement))
    await_indexes(database)


def _run_all(tx: neo4j.ManagedTransaction, migration: Migration) -> None:
    """Run all statements in one transaction."""
    for number, statement in enumerate(migration.executable, start=1):
        with _addressed(migration, number):
            tx.run(_trusted(statement)).consume()


def _run_schema(database: Database, statement: LiteralString) -> None:
    """Run a statement on its own; an index that is already there is as good as a new one."""
    try:
        database.run(statement)
    except ClientError as error:
        if error.code != _ALREADY_THERE:
            raise


def _trusted(statement: str) -> LiteralString:
    """Return the text of a migration file, which is a statement by its nature."""
    return statement  # pyright: ignore[reportReturnType]


@contextmanager
def _addressed(migration: Migration, number: int) -> Generator[None]:
    """Say which statement of which file the server refused."""
    try:
        yield
    except ClientError as error:
        what = f"statement {number} was refused: {error.message}; mend it and run again"
        raise MigrationError([Fault(migration.source, what, "refused")]) from error


def _facts(migration: Migration, seconds: float) -> dict[str, Any]:
    """Return what is written down of an applied migration."""
    return {
        "migration": {
            "version": migration.version,
            "description": migration.description,
            "type": "CYPHER",
            "repeatable": migration.repeatable,
            "source": migration.source,
            "checksum": migration.checksum,
        },
        "milliseconds": round(seconds * 1000),
        "by": _who(),
    }


def _note(tx: neo4j.ManagedTransaction, facts: dict[str, Any], *, repeated: bool) -> None:
    """Write down that a migration was applied."""
    if repeated:
        tx.run(cypher("migrations/record_repeated"), facts).consume()
        return
    tx.run(cypher("migrations/create_baseline"), facts).consume()
    tx.run(cypher("migrations/record_applied"), facts).consume()


@contextmanager
def _locked(database: Database) -> Generator[None]:
    """Hold the lock that keeps other migrating processes out of this database.

    Raises:
        MigrationsLocked: another process holds it, or died holding it.
    """
    token, name = str(uuid4()), _lock_name(database)
    holder = f"{_who()}@{socket.gethostname()}"
    try:
        database.write(cypher("migrations/lock"), id=token, name=name, by=holder)
    except ConstraintError as error:
        raise MigrationsLocked([_held(database, name)]) from error
    try:
        yield
    finally:
        # When the server is gone, its own error is what matters.
        with suppress(StoreError):
            database.write(cypher("migrations/unlock"), id=token)


def _held(database: Database, name: str) -> Fault:
    """Return the fault of a lock that somebody else holds."""
    rows = database.read(cypher("migrations/read_lock"), name=name)
    since = "by a process that has just finished: run again"
    if rows:
        age = "" if rows[0]["age"] is None else f" for {rows[0]['age']:,} seconds"
        since = (
            f"by {rows[0]['by'] or 'another tool'}{age}: wait for it, or if that process is dead "
            "run `knowloom migrate up --force-unlock`"
        )
    return Fault(database.uri, f"is locked {since}", "locked")


def _lock_name(database: Database) -> str:
    """Return the name under which this database is locked."""
    return _DEFAULT_LOCK if database.name.lower() == "neo4j" else database.name.lower()


def _who() -> str:
    """Return the name of the user who runs this process; empty when there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
