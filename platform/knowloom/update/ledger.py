"""What a source said last time, thing by thing, so that only what differs is sent to the graph.

One SQLite file in the workspace. It may be lost or out of step at any time: it holds only together
with the mark that the source has in the graph, and without it all that the source says is sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_SCHEMA = """
CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, mark TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (
  source TEXT, key TEXT, hash TEXT, PRIMARY KEY (source, key, hash)
) WITHOUT ROWID;
CREATE TEMP TABLE now (key TEXT, hash TEXT, PRIMARY KEY (key, hash)) WITHOUT ROWID;
"""
_AT_ONCE = 5_000


class Ledger:
    """What one source said, and says now.

    Args:
        path: of the file, made when it is missing.
        source: its name.
        mark: the source's in the graph; what is kept under another does not count.
    """

    def __init__(self, path: Path, source: str, mark: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._source = source
        self._file = sqlite3.connect(path, timeout=60)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.executescript(_SCHEMA)
        kept = self._file.execute("SELECT mark FROM source WHERE name = ?", (source,)).fetchone()
        self.holds = bool(mark) and kept is not None and kept[0] == mark
        self._waiting: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def note(self, key: str, hash_: str) -> bool:
        """Note what is said of a thing now; return whether the same was said last time."""
        self._waiting.append((key, hash_))
        if len(self._waiting) >= _AT_ONCE:
            self._flush()
        return self.holds and self._one(
            "SELECT 1 FROM said WHERE source = ? AND key = ? AND hash = ?",
            (self._source, key, hash_),
        )

    def gone(self) -> Iterator[str]:
        """Yield the keys of things that nothing is said of any more."""
        self._flush()
        rows = self._file.execute(
            "SELECT DISTINCT key FROM said WHERE source = ? AND NOT EXISTS"
            " (SELECT 1 FROM now WHERE now.key = said.key)",
            (self._source,),
        )
        yield from (key for (key,) in rows.fetchall())

    def several(self) -> set[str]:
        """Return the keys of things said otherwise than last time, of which much is said."""
        self._flush()
        rows = self._file.execute(
            "WITH before AS (SELECT key, hash FROM said WHERE source = ?),"
            " differing AS ("
            "  SELECT key FROM (SELECT key, hash FROM now EXCEPT SELECT key, hash FROM before)"
            "  UNION"
            "  SELECT key FROM (SELECT key, hash FROM before EXCEPT SELECT key, hash FROM now))"
            " SELECT key FROM differing WHERE"
            " (SELECT count(*) FROM now WHERE now.key = differing.key) > 1 OR"
            " ((SELECT count(*) FROM before WHERE before.key = differing.key) > 1 AND"
            "  EXISTS (SELECT 1 FROM now WHERE now.key = differing.key))",
            (self._source,),
        )
        return {key for (key,) in rows.fetchall()}

    def is_said(self, key: str) -> bool:
        """Return whether anything is said of a thing now."""
        self._flush()
        return self._one("SELECT 1 FROM now WHERE key = ?", (key,))

    def count(self) -> int:
        """Return of how many things something was said last time."""
        [number] = self._file.execute(
            "SELECT count(DISTINCT key) FROM said WHERE source = ?", (self._source,)
        ).fetchone()
        return int(number)

    def commit(self, mark: str) -> None:
        """Keep what is said now under the mark that the graph will have."""
        self._flush()
        with self._file:
            self._file.execute("DELETE FROM said WHERE source = ?", (self._source,))
            self._file.execute("INSERT INTO said SELECT ?, key, hash FROM now", (self._source,))
            self._file.execute("INSERT OR REPLACE INTO source VALUES (?, ?)", (self._source, mark))

    def _one(self, query: str, values: tuple[str, ...]) -> bool:
        return self._file.execute(query, values).fetchone() is not None

    def _flush(self) -> None:
        if self._waiting:
            self._file.executemany("INSERT OR IGNORE INTO now VALUES (?, ?)", self._waiting)
            self._waiting = []
