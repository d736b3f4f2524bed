"""What was extracted already, on disk: no chunk is done twice, whatever ends the process.

One SQLite file in the workspace; what has reached the graph is taken out again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from knowloom.extract.findings import Dropped, Extraction, Finding, Span
from knowloom.extract.statements import Located

_LARGEST = 2**63 - 1  # beyond it, and for what is no number, JSON has no place
_NUMBERS: Mapping[str, Callable[[str], int | float]] = {"int": int, "float": float}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS extraction (
  document TEXT, extractor TEXT, number INTEGER, start INTEGER, body BLOB,
  PRIMARY KEY (document, extractor, number)
) WITHOUT ROWID
"""


class Kept:
    """The extractions of chunks whose document is not finished.

    Args:
        path: of the file, made when it is missing.
        extractor: name and version of who extracts, and the classes it looks for; another's are
            not seen.
    """

    def __init__(self, path: Path, extractor: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._extractor = extractor
        self._file = sqlite3.connect(path, timeout=60)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def done(self, digest: str) -> Collection[int]:
        """Return the numbers of a document's chunks that are extracted."""
        rows = self._file.execute(
            "SELECT number FROM extraction WHERE document = ? AND extractor = ?",
            (digest, self._extractor),
        )
        return {number for (number,) in rows}

    def keep(self, digest: str, made: Iterable[tuple[int, Located]]) -> None:
        """Keep what was extracted from chunks of a document, by their numbers."""
        rows = [
            (digest, self._extractor, number, located.start, to_json(located.extraction))
            for number, located in made
        ]
        with self._file:
            self._file.executemany("INSERT OR REPLACE INTO extraction VALUES (?,?,?,?,?)", rows)

    def of(self, digest: str) -> Iterator[Located]:
        """Yield what was extracted from a document, chunk after chunk."""
        rows = self._file.execute(
            "SELECT start, body FROM extraction WHERE document = ? AND extractor = ?"
            " ORDER BY number",
            (digest, self._extractor),
        )
        for start, body in rows:
            yield Located(start, from_json(body))

    def forget(self, digest: str) -> None:
        """Forget a document: all of it is in the graph."""
        with self._file:
            self._file.execute("DELETE FROM extraction WHERE document = ?", (digest,))


def to_json(extraction: Extraction) -> bytes:
    """Return an extraction as JSON that `from_json` reads back equal."""
    return orjson.dumps(
        [
            [finding_to_json(f) for f in extraction.findings],
            [[d.code, d.reason, d.given, d.line] for d in extraction.dropped],
        ]
    )


def from_json(body: bytes) -> Extraction:
    """Return the extraction that `to_json` wrote."""
    findings, dropped = orjson.loads(body)
    return Extraction(tuple(map(finding_from_json, findings)), tuple(Dropped(*d) for d in dropped))


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return {
        "concept": finding.concept,
        "values": {name: _said(said) for name, said in finding.values.items()},
        "span": [*finding.span] if finding.span else None,
        "confidence": finding.confidence,
    }


def finding_from_json(body: Mapping[str, Any]) -> Finding:
    """Return the finding that `finding_to_json` wrote."""
    return Finding(
        body["concept"],
        {name: _read(said) for name, said in body["values"].items()},
        Span(*body["span"]) if body["span"] else None,
        body["confidence"],
    )


def _said(said: Any) -> Any:
    """Return one value in JSON; what JSON does not tell apart is wrapped."""
    if isinstance(said, tuple):
        return [_said(part) for part in said]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(said, Finding):
        return {"finding": finding_to_json(said)}
    if isinstance(said, datetime):
        return {"datetime": said.isoformat()}
    if isinstance(said, (int, float)) and not -_LARGEST <= said <= _LARGEST:
        return {type(said).__name__: str(said)}
    return {"date": said.isoformat()} if isinstance(said, date) else said


def _read(body: Any) -> Any:
    if isinstance(body, list):
        return tuple(_read(part) for part in body)  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(body, dict):
        return body
    [(kind, said)] = body.items()  # pyright: ignore[reportUnknownVariableType]
    if kind == "finding":
        return finding_from_json(said)  # pyright: ignore[reportUnknownArgumentType]
    if kind in _NUMBERS:
        return _NUMBERS[kind](said)  # pyright: ignore[reportUnknownArgumentType]
    return (datetime if kind == "datetime" else date).fromisoformat(said)  # pyright: ignore[reportUnknownArgumentType]
