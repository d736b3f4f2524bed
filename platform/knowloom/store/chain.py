"""Migration files as values, and which of them are to be applied. No file, no database.

Names, statements and checksums are those of neo4j-migrations, so that each tool can read what
the other applied.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from knowloom.errors import Fault, MigrationChanged, MigrationError

_FILE = re.compile(
    r"(?P<kind>[VR])(?P<version>\d+(?:_\d+)*|\d+(?:\.\d+)*)__(?P<name>[\w ]+)\.cypher", re.ASCII
)
_END = re.compile(r";(?:\r?\n|\r)")
_COMMENTS = re.compile(r"(?:\s+|//[^\r\n]*|/\*.*?\*/)+", re.DOTALL)
_SCHEMA = re.compile(
    r"(CYPHER\s+\d+\s+)?(CREATE|DROP)\s+(OR\s+REPLACE\s+)?"
    r"((RANGE|TEXT|POINT|LOOKUP|VECTOR|FULLTEXT|BTREE)\s+)?(INDEX|CONSTRAINT)\b",
    re.IGNORECASE,
)
_BATCHES = re.compile(r"\}\s*IN\s+(\S+\s+)?(CONCURRENT\s+)?TRANSACTIONS\b", re.IGNORECASE)
_UNSUPPORTED = (
    (re.compile(r"^\s*:use\s", re.IGNORECASE | re.MULTILINE), "`:use`: run it per database"),
    (re.compile(r"\$\{nm:"), "the placeholder `${nm:…}`: write the value out"),
    (
        re.compile(r"^\s*//\s*(assert|assume)\s+(that\s|q')", re.IGNORECASE | re.MULTILINE),
        "a precondition (`// assert …`): remove it",
    ),
)


class Step(StrEnum):
    """How a migration's statements are run."""

    DATA = "data"  # all in one transaction, together with the note that they were applied
    SCHEMA = "schema"  # one transaction each: Neo4j lets schema and data not share one
    BATCHES = "batches"  # outside managed transactions: `CALL … IN TRANSACTIONS` asks for that


@dataclass(frozen=True)
class Migration:
    """One migration file.

    Args:
        version: digits and dots, as they stand in the name: `0001`, `1.2`.
        description: the rest of the name, underscores as spaces.
        source: the file's name.
        statements: all that its text holds, those that are only comments included.
        repeatable: True for one that is applied again whenever it changes.
    """

    version: str
    description: str
    source: str
    statements: tuple[str, ...]
    repeatable: bool = False

    @cached_property
    def checksum(self) -> str:
        """CRC32 over all statements, as a decimal number."""
        return checksum(self.statements)

    @cached_property
    def executable(self) -> tuple[str, ...]:
        """The statements that are more than comments."""
        return tuple(s for s in self.statements if _code(s))

    @cached_property
    def step(self) -> Step:
        """How its statements are run."""
        if any(_BATCHES.search(s) for s in self.executable):
            return Step.BATCHES
        return Step.SCHEMA if any(is_schema(s) for s in self.executable) else Step.DATA

    @property
    def order(self) -> tuple[int, ...]:
        """What migrations are sorted by."""
        return _order(self.version)


@dataclass(frozen=True)
class Applied:
    """What the database remembers of one migration; `checksum` is that of the latest repeat."""

    version: str
    description: str
    source: str
    checksum: str
    at: str = ""


class State(StrEnum):
    """How a migration file and the database relate."""

    APPLIED = "applied"
    PENDING = "pending"
    REPEAT = "repeat"  # a repeatable one that changed since
    CHANGED = "changed"  # one that must not change, and did
    MISSING = "missing"  # applied from a file that is not here
    LATE = "late"  # not applied, but something after it is


_WRONG = {
    State.CHANGED: "was applied with another content; restore it and put the change into a new "
    "migration",
    State.MISSING: "was applied and is not here; restore the file, or upgrade what brought it",
    State.LATE: "sorts before one that is applied; give it a later version",
}


@dataclass(frozen=True)
class Entry:
    """One migration in the chain; `migration` is None when its file is missing."""

    version: str
    description: str
    source: str
    state: State
    at: str = ""
    migration: Migration | None = None


def split(text: str) -> tuple[str, ...]:
    """Return the statements of a script: each ends with a semicolon at the end of a line.

    >>> split("RETURN ';' AS a;\\nRETURN 2;\\n")
    ("RETURN ';' AS a", 'RETURN 2')
    """
    pieces = (piece.strip() for piece in _END.split(text.removeprefix("\ufeff")))
    return tuple(s for piece in pieces if (s := piece.removesuffix(";").strip()))


def checksum(statements: Iterable[str]) -> str:
    """Return the CRC32 chained over the statements in UTF-8, as a decimal number.

    >>> checksum(["MATCH (n) RETURN count(n) AS n"] * 3)
    '1902097523'
    """
    value = 0
    for statement in statements:
        value = zlib.crc32(statement.encode(), value)
    return str(value)


def is_schema(statement: str) -> bool:
    """Return whether a statement creates or drops indexes or constraints."""
    return bool(_SCHEMA.match(_code(statement)))


def parse(source: str, text: str) -> Migration:
    """Return the migration that a file holds.

    Args:
        source: its name, such as `V0001__first_constraints.cypher`.
        text: its content.

    Raises:
        MigrationError: the name is no migration's, the text holds what is not supported, or
            schema and data stand in one file; all faults at once.
    """
    if not (name := _FILE.fullmatch(source)):
        raise MigrationError([_bad_name(source)])
    migration = Migration(
        version=name["version"].replace("_", "."),
        description=name["name"].replace("_", " "),
        source=source,
        statements=split(text),
        repeatable=name["kind"] == "R",
    )
    if faults := _text_faults(migration, text):
        raise MigrationError(faults)
    return migration


def arrange(migrations: Iterable[Migration]) -> tuple[Migration, ...]:
    """Return migrations in the order of their versions.

    Raises:
        MigrationError: two have the same version.
    """
    ordered = sorted(migrations, key=lambda m: m.order)
    twice = [
        Fault(b.source, f"has the same version as {a.source}; give it the next one", "version")
        for a, b in pairwise(ordered)
        if a.order == b.order
    ]
    if twice:
        raise MigrationError(twice)
    return tuple(ordered)


def compare(migrations: Sequence[Migration], applied: Sequence[Applied]) -> tuple[Entry, ...]:
    """Return every migration that is at hand or applied, in order, with its state.

    Args:
        migrations: those at hand, in order.
        applied: what the database remembers.

    >>> first = Migration("0001", "first", "V0001__first.cypher", ("RETURN 1",))
    >>> [(entry.version, entry.state.value) for entry in compare([first], [])]
    [('0001', 'pending')]
    """
    done = {a.version: a for a in applied}
    newest = max((_order(a.version) for a in applied), default=())
    known = [_entry(m, done.pop(m.version, None), newest) for m in migrations]
    lost = [Entry(a.version, a.description, a.source, State.MISSING, a.at) for a in done.values()]
    return tuple(sorted([*known, *lost], key=lambda entry: _order(entry.version)))


def pending(entries: Iterable[Entry]) -> tuple[Migration, ...]:
    """Return the migrations to apply, in order: new ones, and repeatable ones that changed.

    Raises:
        MigrationChanged: an applied file has another checksum now.
        MigrationError: an applied file is missing, or a new one sorts before an applied one.
    """
    entries = tuple(entries)
    faults = [
        Fault(e.source, _WRONG[e.state], e.state.value) for e in entries if e.state in _WRONG
    ]
    if any(entry.state is State.CHANGED for entry in entries):
        raise MigrationChanged(faults)
    if faults:
        raise MigrationError(faults)
    due = (State.PENDING, State.REPEAT)
    return tuple(e.migration for e in entries if e.migration and e.state in due)


def _entry(migration: Migration, applied: Applied | None, newest: tuple[int, ...]) -> Entry:
    """Return a file at hand with how it relates to what was applied."""
    if applied is None:
        state = State.LATE if migration.order < newest else State.PENDING
    elif applied.checksum == migration.checksum:
        state = State.APPLIED
    else:
        state = State.REPEAT if migration.repeatable else State.CHANGED
    at = applied.at if applied else ""
    return Entry(migration.version, migration.description, migration.source, state, at, migration)


def _order(version: str) -> tuple[int, ...]:
    """Return what a version is sorted by."""
    return tuple(int(part) for part in version.split("."))


def _code(statement: str) -> str:
    """Return a statement without the comments before it."""
    return statement[found.end() :] if (found := _COMMENTS.match(statement)) else statement


def _bad_name(source: str) -> Fault:
    """Return the fault of a file name."""
    return Fault(
        source,
        "is no migration's name; write V<version>__<name>.cypher or R<version>__<name>.cypher "
        "with letters, digits and underscores",
        "name",
    )


def _text_faults(migration: Migration, text: str) -> list[Fault]:
    """Return what of a file's text cannot be run as it is meant."""
    faults = [
        Fault(migration.source, f"uses {what}", "unsupported")
        for pattern, what in _UNSUPPORTED
        if pattern.search(text)
    ]
    kinds = {is_schema(s) for s in migration.executable}
    if len(kinds) > 1:
        mixed = "mixes schema and data, which Neo4j refuses in one transaction; use two files"
        faults.append(Fault(migration.source, mixed, "mixed"))
    return faults
