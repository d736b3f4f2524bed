"""The sources that `knowloom.toml` declares, and when they are read again."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from knowloom.errors import SettingsError
from knowloom.ontology.names import suggestions

_EVERY = re.compile(r"([1-9][0-9]*) (second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_FIELDS = frozenset(
    {"source", "kind", "mapping", "query", "allow_gone", "every", "cron", "jitter"}
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A source that a file declares.

    Args:
        name: of the source.
        source: a path, relative to the file; an address of JSON lines, or a database's.
        kind, query: as for `knowloom update run`.
        mapping: a file, relative to the declaring one; None to propose one.
        allow_gone: the largest share of things that may go at once.
        every: seconds from one run to the next; 0 for none.
        cron: the same as five fields of cron; empty for none.
        jitter: up to so many seconds later, by chance.
    """

    name: str
    source: str
    kind: str = ""
    query: str = ""
    mapping: Path | None = None
    allow_gone: float = 0.3
    every: int = 0
    cron: str = ""
    jitter: int = 0


def declared(file: Path | None) -> dict[str, Declared]:
    """Return the sources that a file declares, by name.

    Args:
        file: `knowloom.toml`; None for none.

    Raises:
        SettingsError: the file or one of its sources cannot be used; the place is named.
    """
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}; mend it and run again") from error
    found = content.get("sources", {})
    if not isinstance(found, dict):
        raise SettingsError(f"{file}: sources must be tables such as [sources.people]")
    tables = cast(dict[str, Any], found)
    return {name: _declared(file, name, table) for name, table in tables.items()}


def seconds_of(text: str) -> int:
    """Return how long a time in words is; 0 for what is none.

    >>> seconds_of("15 minutes"), seconds_of("1 day"), seconds_of("soon")
    (900, 86400, 0)
    """
    found = _EVERY.fullmatch(text.strip())
    return int(found[1]) * _SECONDS[found[2]] if found else 0


def _declared(file: Path, name: str, table: Any) -> Declared:
    where = f"{file}: sources.{name}"
    given = cast(dict[str, Any], table if isinstance(table, dict) else {})
    if not isinstance(given.get("source"), str):
        raise SettingsError(f"{where} needs `source`: a path or an address")
    for key in given:
        if key not in _FIELDS:
            near = suggestions(key, _FIELDS)
            hint = (
                f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(_FIELDS))}"
            )
            raise SettingsError(f"{where}: {key!r} is nothing that a source has; {hint}")
    every = str(given.get("every", ""))
    if every and not seconds_of(every):
        raise SettingsError(f"{where}: every = {every!r} is no time; write such as '15 minutes'")
    if every and given.get("cron"):
        raise SettingsError(f"{where} has both every and cron: keep one")
    source = str(given["source"])
    mapping = given.get("mapping")
    return Declared(
        name=name,
        source=source if "://" in source else str(file.parent / source),
        kind=str(given.get("kind", "")),
        query=str(given.get("query", "")),
        mapping=file.parent / str(mapping) if mapping else None,
        allow_gone=float(given.get("allow_gone", 0.3)),
        every=seconds_of(every),
        cron=str(given.get("cron", "")),
        jitter=int(given.get("jitter", 0)),
    )
