"""What a source said last time, thing by thing, so that only what differs is sent to the graph.

One SQLite file in the workspace. It may be lost or out of step at any time: it holds only together
with the mark that the source has in the graph, and without it all that the source says is sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_SCHEMA = """
CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, mark TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (
  source TEXT, key TEXT, hash TEXT, PRIMARY KEY (source, key, hash)
) WITHOUT ROWID;
CREATE TEMP TABLE now (key TEXT, hash TEXT, PRIMARY KEY (key, hash)) WITHOUT ROWID;
CREATE TEMP TABLE part (number INTEGER PRIMARY KEY, key TEXT, hash TEXT);
"""


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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def note(self, said: Sequence[tuple[str, str]]) -> list[bool]:
        """Note what is said of things now; return for each whether the same was said last time."""
        self._file.executemany("INSERT OR IGNORE INTO now VALUES (?, ?)", said)
        if not self.holds:
            return [False] * len(said)
        self._file.execute("DELETE FROM part")
        self._file.executemany("INSERT INTO part VALUES (?, ?, ?)", _numbered(said))
        rows = self._file.execute(
            "SELECT number FROM part JOIN said ON said.source = ? AND said.key = part.key"
            " AND said.hash = part.hash",
            (self._source,),
        )
        known = {number for (number,) in rows}
        return [number in known for number in range(len(said))]

    def gone(self) -> Iterator[str]:
        """Yield the keys of things that nothing is said of any more."""
        rows = self._file.execute(
            "SELECT DISTINCT key FROM said WHERE source = ? AND NOT EXISTS"
            " (SELECT 1 FROM now WHERE now.key = said.key)",
            (self._source,),
        )
        yield from (key for (key,) in rows.fetchall())

    def several(self) -> set[str]:
        """Return the keys of things said otherwise than last time, of which much is said."""
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
        return self._one("SELECT 1 FROM now WHERE key = ?", (key,))

    def count(self) -> int:
        """Return of how many things something was said last time."""
        [number] = self._file.execute(
            "SELECT count(DISTINCT key) FROM said WHERE source = ?", (self._source,)
        ).fetchone()
        return int(number)

    def commit(self, mark: str) -> None:
        """Keep what is said now under the mark that the graph will have."""
        with self._file:
            self._file.execute(
                "DELETE FROM said WHERE source = ? AND NOT EXISTS"
                " (SELECT 1 FROM now WHERE now.key = said.key AND now.hash = said.hash)",
                (self._source,),
            )
            self._file.execute(
                "INSERT OR IGNORE INTO said SELECT ?, key, hash FROM now", (self._source,)
            )
            self._file.execute("INSERT OR REPLACE INTO source VALUES (?, ?)", (self._source, mark))

    def _one(self, query: str, values: tuple[str, ...]) -> bool:
        return self._file.execute(query, values).fetchone() is not None


def _numbered(said: Sequence[tuple[str, str]]) -> Iterator[tuple[int, str, str]]:
    return ((number, key, hash_) for number, (key, hash_) in enumerate(said))
