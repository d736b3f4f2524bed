"""Fetching: what a source holds now, as files, unless it says itself that nothing changed."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import unquote

import orjson

from knowloom.errors import ExtraMissing, Fault, MappingError, SourceError, UsageError
from knowloom.knowledge.mapping_file import read_mapping
from knowloom.update.sources import Source

DELETED = "_deleted"
"""The field of a line or column of a row that says that a thing is no more."""
_ALIVE = frozenset(("", "0", "0.0", "f", "false", "n", "no", "none", "null"))
_LINES = (".jsonl", ".ndjson")
_MARK = f'"{DELETED}"'.encode()
_PATIENCE = 60.0
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a source from its last run.

    Args:
        etag, modified: what its server called that state.
    """

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source holds now.

    Args:
        files: with what it says.
        deleted: with what it says is no more, likewise.
        kind: of the loader for them; empty to go by their endings.
        etag, modified: what its server calls this state.
        unchanged: True when the server says that it is that of the last run.
    """

    files: tuple[Path, ...] = ()
    deleted: tuple[Path, ...] = ()
    kind: str = ""
    etag: str = ""
    modified: str = ""
    unchanged: bool = False
    headers: dict[str, str] = field(default_factory=dict[str, str])


def fetch(source: Source, known: Known, folder: Path) -> Fetched:
    """Return what a source holds now.

    Args:
        source: where it is.
        known: from its last run.
        folder: an empty one for what is fetched.

    Raises:
        SourceError: it cannot be reached or read; nothing is written then.
        ExtraMissing: a database needs the extra `sql`.
    """
    match source.scheme:
        case "http":
            return _from_http(source, known, folder)
        case "database":
            return _from_database(source, folder)
        case _:
            return _from_files(source, folder)


def _from_files(source: Source, folder: Path) -> Fetched:
    path = Path(source.location)
    if not path.exists():
        raise SourceError(path, "there is no such file or folder")
    for file in sorted(path.rglob("[!.]*")) if path.is_dir() else [path]:
        if not (file.suffix.lower() in _LINES and file.is_file() and _deletes(file)):
            continue
        if file != path:
            raise SourceError(
                file,
                f"it says with {DELETED!r} that things are no more, which a file of a folder "
                f"cannot; give it by itself, with --name {source.name}",
            )
        with path.open("rb") as lines:
            return _parted(lines, path.name, folder)
    return Fetched((path,), kind=source.kind)


def _deletes(file: Path) -> bool:
    """Return whether a file of lines says of anything that it is no more."""
    with file.open("rb") as lines:
        return any(_MARK in line and _deletion(line) is not None for line in lines)


def _from_http(source: Source, known: Known, folder: Path) -> Fetched:
    """Return the lines at an address, unless its server says that nothing changed."""
    import urllib3

    headers = {"Accept": "application/x-ndjson, application/json;q=0.5, */*;q=0.1"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    retries = urllib3.Retry(3, backoff_factor=0.5, respect_retry_after_header=False)
    pool = urllib3.PoolManager(timeout=_PATIENCE, retries=retries)
    try:
        if login := re.match(r"\w+://([^/?#]*)@", source.location):
            headers |= urllib3.make_headers(basic_auth=unquote(login[1]))
        answer = pool.request("GET", source.location, headers=headers, preload_content=False)
        if answer.status == 304 and known != Known():
            return Fetched(unchanged=True, etag=known.etag, modified=known.modified)
        if answer.status != 200:
            raise SourceError(source.place, f"its server answers with status {answer.status}")
        raw = folder / "fetched.part"
        is_packed = answer.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
        with raw.open("wb") as file:
            for chunk in answer.stream(_CHUNK, decode_content=not is_packed):
                file.write(chunk)
        answer.release_conn()
    except urllib3.exceptions.LocationValueError as error:
        raise SourceError(source.place, "it is no address") from error
    except urllib3.exceptions.HTTPError as error:
        why = getattr(error, "reason", error)  # all else that is told of a retry holds the address
        raise SourceError(source.place, f"its server does not answer: {why}") from error
    try:
        with gzip.open(raw) if is_packed else raw.open("rb") as lines:
            found = _parted(lines, _file_name(source), folder)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(source.place, f"its answer is damaged or cut off: {error}") from error
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    return Fetched(found.files, found.deleted, "jsonl", etag, modified)


def _from_database(source: Source, folder: Path) -> Fetched:
    """Return the rows that a database answers a query with, as lines."""
    if not source.query:
        raise UsageError(f"{source.name}: say with a query which rows of the database are meant")
    return _parted(_rows(source), _file_name(source), folder)


def _rows(source: Source) -> Iterator[bytes]:
    """Yield the rows of a query as JSON."""
    try:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise ExtraMissing("reading a database", "sql") from error
    try:
        engine = _engine(sqlalchemy, source)
        with engine.connect().execution_options(stream_results=True) as connection:
            answer = connection.execute(sqlalchemy.text(source.query))
            _check_columns(source, tuple(answer.keys()))
            for row in answer.mappings():
                yield orjson.dumps(dict(row), default=_told) + b"\n"
        engine.dispose()
    except SQLAlchemyError as error:
        why = str(error).splitlines()[0].replace(source.location, source.place)
        raise SourceError(source.name, f"the database does not answer the query: {why}") from error
    except ImportError as error:
        raise SourceError(
            source.name, f"the driver of the database is missing: {error}"
        ) from error


def _check_columns(source: Source, names: Sequence[str]) -> None:
    """Refuse a mapping of columns that a query does not answer, or under one name several times.

    Raises:
        MappingError: it names them.
    """
    if source.mapping is None:
        return
    faults: list[Fault] = []
    for column in read_mapping(source.mapping).for_file(_file_name(source)).columns:
        times = names.count(column) or names.count(column.split(".")[0])
        known = "" if times else f": they are {', '.join(names)}"
        number = f"the name of {times} columns" if times else "no column"
        if times != 1:
            what = f"{column!r} is {number} of what the query answers{known}"
            faults.append(Fault(str(source.mapping), what, "column"))
    if faults:
        raise MappingError(faults)


def _told(value: object) -> object:
    """Return a value of a database as JSON can say it.

    Bytes are read as text. Those that are none become what no attribute takes, so that the row is
    rejected where its attribute is wanted.
    """
    if not isinstance(value, bytes | bytearray | memoryview):
        return str(value)
    raw = bytes(cast(bytes, value))  # whichever of the three the driver gives
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"bytes that are no text": len(raw)}


def _engine(sqlalchemy: Any, source: Source) -> Any:
    """Return what speaks to the database of a source."""
    try:
        return sqlalchemy.create_engine(source.location)
    except ValueError as error:
        raise SourceError(source.name, f"{source.place} is no address of a database") from error


def _file_name(source: Source) -> str:
    """Return a name for the file of a source that is none."""
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in source.name)
    return name if name.endswith((".jsonl", ".ndjson")) else f"{name}.jsonl"


def _parted(lines: Iterable[bytes], name: str, folder: Path) -> Fetched:
    """Write lines to a file, and those that say that something is no more to another.

    Of a thing that is both said and deleted the later line counts, so an earlier deletion of what
    is said again further on is left out by whoever reads both.
    """
    said, deleted = folder / "said" / name, folder / "deleted" / name
    with ExitStack() as stack:
        files: dict[Path, IO[bytes]] = {}
        for place in (said, deleted):
            place.parent.mkdir()
            files[place] = stack.enter_context(place.open("wb"))
        for line in lines:
            if _MARK in line and (found := _deletion(line)) is not None:
                files[deleted].write(found)
                files[said].write(b"\n")  # so that every line keeps its number
            else:
                files[said].write(line)
                files[deleted].write(b"\n")
    return Fetched((said,), (deleted,) if deleted.read_bytes().strip() else (), "jsonl")


def _deletion(line: bytes) -> bytes | None:
    """Return a line that says that something is no more without the mark; None for others."""
    try:
        found: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    said = str(found.pop(DELETED, ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if said.strip().casefold() in _ALIVE:
        return None
    return orjson.dumps(found) + b"\n"
