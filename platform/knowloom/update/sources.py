"""Sources that are kept up to date: where they are, what they mean, when they are looked at.

Given on the command line, or by name in the `[sources.NAME]` tables of `knowloom.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from knowloom.errors import SettingsError, UsageError
from knowloom.ontology.names import suggestions

GUARD = 0.5
_DURATION = re.compile(r"([1-9][0-9]*) ?(s|m|h|d)")
_LONGEST = 36_525 * 86_400
_SECRETS = re.compile(r"(?<=://)[^/?#]*@|[?#].*", re.S)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source and how it is kept up to date.

    Args:
        name: under which what it says is kept.
        location: a file, a folder, an `http` address of JSON lines, or an SQLAlchemy address.
        kind: of the loader for files; found by their endings when empty.
        mapping: a TOML file that says what the columns mean; proposed when None.
        query: what a database is asked.
        resolve: True when things that are one are to be found after each run.
        delta: True when it tells changes only, so that what it leaves out stays.
        guard: the share, 0 to 1, of its statements that may go in one run.
        allow_rejects: how many statements may be rejected.
        every: seconds from one run to the next; 0 for none.
        cron: the times of its runs, in the five fields of cron; empty for none.
        jitter: the most seconds by which a run is put off, so that many do not begin together.
        is_named: False when it is only called by its place.
    """

    name: str
    location: str
    kind: str = ""
    mapping: Path | None = None
    query: str = ""
    delta: bool = False
    resolve: bool = False
    guard: float = GUARD
    allow_rejects: int = 0
    every: int = 0
    cron: str = ""
    jitter: int = 0
    is_named: bool = True

    @property
    def scheme(self) -> str:
        """What kind of place it is: `http`, `database` or `files`."""
        scheme = self.location.partition("://")[0] if "://" in self.location else ""
        if scheme in ("http", "https"):
            return "http"
        return "database" if scheme else "files"

    @property
    def place(self) -> str:
        """Where it is, as messages and logs may tell it: without who logs in and with what.

        >>> Source(name="a", location="https://ann:secret@example.org/a.jsonl?key=secret").place
        'https://example.org/a.jsonl'
        """
        return _SECRETS.sub("", self.location) if self.scheme != "files" else self.location


_KEYS = {field.name for field in fields(Source)} - {"name", "is_named"}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "delta": (bool,),
    "resolve": (bool,),
    "guard": (int, float),
    "allow_rejects": (int,),
}


def read_sources(file: Path | None) -> dict[str, Source]:
    """Return the sources of a `knowloom.toml` by name; none without a file.

    Raises:
        SettingsError: a table cannot be used; the message names the place.
    """
    if file is None:
        return {}
    tables: Any = tomllib.loads(file.read_text(encoding="utf-8")).get("sources", {})
    if not isinstance(tables, dict):
        raise SettingsError(f"{file}: write each source as a table [sources.NAME]")
    named = cast("dict[str, Any]", tables)
    return {name: _source(file, name, table) for name, table in named.items()}


def source_of(location: str, known: Mapping[str, Source], **options: Any) -> Source:
    """Return the source a person means: the name of a known one, or a place.

    Args:
        location: what was typed.
        known: from `read_sources`.
        options: fields that were given beside it; None for those that were not.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if location in known:
        known_fields = {f.name: getattr(known[location], f.name) for f in fields(Source)}
        return Source(**{**known_fields, **given})
    name = given.pop("name", "")
    return Source(name=name or _name_of(location), location=location, is_named=bool(name), **given)


def seconds(text: str) -> int:
    """Return a duration such as `90 s`, `15m`, `6h` or `1d` in seconds; 0 when it is none.

    One of more than a century is none either.

    >>> seconds("15m"), seconds("soon")
    (900, 0)
    """
    found = _DURATION.fullmatch(text.strip())
    length = int(found[1]) * _SECONDS[found[2]] if found else 0
    return length if length <= _LONGEST else 0


def _source(file: Path, name: str, table: Any) -> Source:
    """Return the source of one table."""
    where = f"{file}: [sources.{name}]"
    if not isinstance(table, dict) or "location" not in table:
        raise SettingsError(f"{where} needs a `location`: a file, a folder or an address")
    values: dict[str, Any] = dict(table)  # pyright: ignore[reportUnknownArgumentType]
    for key, value in values.items():
        if key not in _KEYS:
            near = suggestions(key, sorted(_KEYS))
            hint = (
                f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(_KEYS))}"
            )
            raise SettingsError(f"{where}: {key!r} is no key of a source; {hint}")
        if not isinstance(value, _TYPES.get(key, (str,))):
            raise SettingsError(f"{where}: {key} = {value!r} is of the wrong type")
    for key in ("every", "jitter"):
        if key in values:
            text = values[key]
            values[key] = seconds(text)
            if not values[key]:
                raise SettingsError(f"{where}: {key} = {text!r} is no time, such as 90s or 6h")
    if "guard" in values and not 0 <= values["guard"] <= 1:
        raise SettingsError(f"{where}: guard = {values['guard']!r} is no share from 0 to 1")
    if values.get("every") and values.get("cron"):
        raise SettingsError(f"{where}: give `every` or `cron`, not both")
    if "mapping" in values:
        values["mapping"] = file.parent / values["mapping"]
    if "://" not in values["location"]:
        values["location"] = str(file.parent / values["location"])
    return Source(name=name, **values)


def _name_of(location: str) -> str:
    """Return the name of a place: that of the file, or the address without who logs in."""
    if "://" not in location:
        return Path(location).resolve().name
    try:
        parts = urlsplit(location)
    except ValueError as error:
        raise UsageError(f"{location!r} is no address: {error}") from error
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
