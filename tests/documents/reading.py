"""Documents read to their end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from knowloom.documents.read import read

Written = Callable[[str, bytes], Path]


def text_of(path: Path) -> str:
    """Return the whole text of a document."""
    return "".join(section.text for section in read(path).sections)
