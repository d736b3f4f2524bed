"""Encoders: texts become vectors of length 1, near each other when they mean alike.

`MiniLM` needs `knowloom[neural]` and no network; `Spelling` needs numpy only and sees letters, not
meanings. What was encoded once is kept on disk by its content.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowloom.errors import ExtraMissing

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Something that turns texts into vectors."""

    @property
    def name(self) -> str:
        """Which encoder it is; vectors of different ones are not comparable."""
        ...

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text; rows have length 1, or 0 for a text without letters."""
        ...


class Spelling:
    """Vectors of words and pieces of words: no weights, any language.

    >>> one, other, third = Spelling().encode(["film director", "film directors", "oxygen"])
    >>> bool(one @ other > 0.7 > 0.2 > one @ third)
    True
    """

    name = "spelling-1"
    width = 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text."""
        made = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in zip(made, texts, strict=True):
            for piece, weight in _pieces(text):
                code = zlib.crc32(piece.encode())
                row[code % self.width] += weight if code >> 20 & 1 else -weight
        return long_as_one(made)


class Kept:
    """An encoder whose vectors are kept in a file; a text is encoded once.

    Args:
        encoder: asked for what is not there yet.
        path: of the file, made when it is missing.
    """

    def __init__(self, encoder: Encoder, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._file = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, row BLOB)")

    @property
    def name(self) -> str:
        """The encoder's."""
        return self._encoder.name

    @property
    def width(self) -> int:
        """The encoder's."""
        return self._encoder.width

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text."""
        keys = [blake2b(f"{self.name} {t}".encode(), digest_size=16).digest() for t in texts]
        found = {key: row for key in set(keys) if (row := self._row(key)) is not None}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            rows = self._encoder.encode(list(missing.values()))
            found.update(zip(missing, rows, strict=True))
            with self._file:
                self._file.executemany(
                    "INSERT OR REPLACE INTO vector VALUES (?, ?)",
                    [(key, found[key].tobytes()) for key in missing],
                )
        if not keys:
            return np.zeros((0, self.width), dtype=np.float32)
        return np.stack([found[key] for key in keys])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _row(self, key: bytes) -> Vectors | None:
        found = self._file.execute("SELECT row FROM vector WHERE key = ?", (key,)).fetchone()
        return None if found is None else np.frombuffer(found[0], dtype=np.float32)


def encoder_here() -> Encoder:
    """Return the best encoder that is installed."""
    from knowloom.models.minilm import MiniLM

    try:
        return MiniLM()
    except (ExtraMissing, ModuleNotFoundError):
        return Spelling()


def _pieces(text: str) -> list[tuple[str, float]]:
    """Return words and three to five letters in a row, with how much they weigh."""
    words = ["".join(c for c in word if c.isalnum()) for word in text.casefold().split()]
    found = [(word, 2.0) for word in words if word]
    for word in words:
        marked = f"<{word}>"
        for size in (3, 4, 5):
            found += [
                (marked[i : i + size], 1 / size) for i in range(max(0, len(marked) - size + 1))
            ]
    return found


def long_as_one(rows: Vectors) -> Vectors:
    """Return rows of length 1; one of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    made: Vectors = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return made
