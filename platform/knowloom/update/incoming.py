"""Sources as files: a path is one, an address and a query become one; unchanged ones are told.

What comes over HTTP are JSON lines, what comes from a database are the rows of one query.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from knowloom.errors import ExtraMissing, SourceError, UsageError

_TIMEOUT = 60.0  # seconds without a byte
_MOST = 4 << 30  # bytes of a feed
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """A source that can be read.

    Args:
        paths: files or folders.
        kind: of the loader; empty to tell by the ending.
        etag, modified: what an HTTP server said, to ask next time whether it changed.
        unchanged: True when the server says that nothing did; there are no paths then.
    """

    paths: tuple[Path, ...] = ()
    kind: str = ""
    etag: str = ""
    modified: str = ""
    unchanged: bool = False


@contextmanager
def incoming(
    source: str, *, query: str = "", etag: str = "", modified: str = ""
) -> Generator[Incoming]:
    """Yield a source as files, for as long as the block takes.

    Args:
        source: a path, an `http(s)://` address of JSON lines, or an SQLAlchemy address.
        query: for a database: what to ask.
        etag, modified: of the last time.

    Raises:
        SourceError: it is not there, or cannot be read.
        ExtraMissing: for a database, without SQLAlchemy.
    """
    if "://" not in source:
        yield Incoming((Path(source),))
        return
    with TemporaryDirectory(prefix="knowloom-") as folder:
        file = Path(folder) / "rows.jsonl"
        if source.startswith(("http://", "https://")):
            yield _fetched(source, file, etag, modified)
        else:
            if not query:
                raise UsageError("a database needs --query: what to ask it")
            _asked(source, query, file)
            yield Incoming((file,), "jsonl")


def _fetched(address: str, file: Path, etag: str, modified: str) -> Incoming:
    """Fetch a feed, unless its server says that it did not change."""
    import urllib3

    headers = {"Accept": "application/x-ndjson, application/jsonl, */*"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": modified} if modified else {}
    retries = urllib3.Retry(4, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
    pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=retries)
    where = Path(address.partition("?")[0])
    try:
        answer = pool.request("GET", address, headers=headers, preload_content=False)
        if answer.status == 304:
            return Incoming(etag=etag, modified=modified, unchanged=True)
        if answer.status != 200:
            raise SourceError(where, f"its server answers with status {answer.status}")
        _save(answer, file, where)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise SourceError(where, f"it cannot be fetched: {error}") from error
    told = answer.headers
    return Incoming((file,), "jsonl", told.get("ETag", ""), told.get("Last-Modified", ""))


def _save(answer: Any, file: Path, where: Path) -> None:
    """Write an answer to a file; one that is cut off is an error, not a shorter source."""
    size = 0
    with file.open("wb") as out:
        for block in answer.stream(_BLOCK):
            size += len(block)
            if size > _MOST:
                raise SourceError(where, f"it is longer than {_MOST >> 30} GiB")
            out.write(block)
    plain = "Content-Encoding" not in answer.headers
    promised = answer.headers.get("Content-Length", "") if plain else ""
    if promised.isdecimal() and size != int(promised):
        raise SourceError(where, f"it ends after {size:,} of {int(promised):,} bytes")


def _asked(address: str, query: str, file: Path) -> None:
    """Write the rows of a query as JSON lines."""
    try:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError
    except ModuleNotFoundError as error:
        raise ExtraMissing("reading a database", "sql") from error
    where = Path(address.partition("@")[2] or address)
    try:
        engine = sqlalchemy.create_engine(address)
        with engine.connect() as connection, file.open("wb") as out:
            rows = connection.execution_options(stream_results=True).execute(
                sqlalchemy.text(query)
            )
            for row in rows.mappings():
                line = orjson.dumps(dict(row), default=str, option=orjson.OPT_APPEND_NEWLINE)
                out.write(line)
        engine.dispose()
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        why = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise SourceError(where, f"it cannot be asked: {why}") from error
