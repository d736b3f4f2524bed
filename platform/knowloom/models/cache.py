"""Answers that were paid for, on disk: the same question is never paid for again.

One SQLite file, safe for several threads and processes. An answer is kept before it is returned,
so that whatever ends the process afterwards loses none.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path
from threading import Lock

import orjson

from knowloom.models.language_model import Completion, LanguageModel, Prompt

_SCHEMA = """
CREATE TABLE IF NOT EXISTS completion (
  question TEXT PRIMARY KEY, text TEXT, prompt_tokens INTEGER, completion_tokens INTEGER,
  cut INTEGER
) WITHOUT ROWID
"""


class Cached:
    """A model whose answers are kept.

    Args:
        model: asked what was not asked before.
        path: of the file, made when it is missing.
    """

    def __init__(self, model: LanguageModel, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._model = model
        self._lock = Lock()
        self._file = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(_SCHEMA)

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    def complete(self, prompt: Prompt) -> Completion:
        """Return the kept answer, or ask and keep it.

        Raises:
            ModelError: as the model.
        """
        question = self._question(prompt)
        if (kept := self._kept(question)) is not None:
            return kept
        answer = self._model.complete(prompt)
        row = (
            question,
            answer.text,
            answer.prompt_tokens,
            answer.completion_tokens,
            int(answer.cut),
        )
        with self._lock, self._file:
            self._file.execute("INSERT OR REPLACE INTO completion VALUES (?,?,?,?,?)", row)
        return answer

    def tokens(self, text: str) -> int:
        """Return the model's count."""
        return self._model.tokens(text)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _kept(self, question: str) -> Completion | None:
        with self._lock:
            row = self._file.execute(
                "SELECT text, prompt_tokens, completion_tokens, cut FROM completion"
                " WHERE question = ?",
                (question,),
            ).fetchone()
        if row is None:
            return None
        text, asked, answered, cut = row
        return Completion(text, asked, answered, 0.0, bool(cut), cached=True)

    def _question(self, prompt: Prompt) -> str:
        """Return a hash of all that decides the answer."""
        whole = orjson.dumps([self._model.name, prompt.text, prompt.limit, prompt.stop])
        return blake2b(whole, digest_size=16).hexdigest()
