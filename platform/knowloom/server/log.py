"""What Neo4j's programs print, read for the one sentence that helps."""

from __future__ import annotations

import re
from pathlib import Path

_CAUSE = re.compile(r"^Caused by: (?:[\w.$]+: )?(.+)$", re.MULTILINE)
_THROWN = re.compile(r'^Exception in thread "[^"]*" (?:[\w.$]+: )?(.+)$', re.MULTILINE)
_STACK = re.compile(r"^\s+(?:at |\.\.\. \d+ more)")
_ERROR = re.compile(r"^\S+ \S+ ERROR +(.+)$", re.MULTILINE)


def last_cause(said: str) -> str:
    """Return the sentence in a program's output that best says why it ended.

    >>> last_cause("… ERROR it failed\\nCaused by: java.io.IOException: No space left\\n\\tat x")
    'No space left'
    """
    for pattern in (_CAUSE, _THROWN, _ERROR):
        if found := pattern.findall(said):
            return str(found[-1]).rstrip(".")
    lines = [line for line in said.splitlines() if line.strip() and not _STACK.match(line)]
    return lines[-1].strip().rstrip(".") if lines else "its process ended without a word"


def is_disk_full(said: str) -> bool:
    """Return whether a program ended for want of room."""
    return "No space left on device" in said or "Disk quota exceeded" in said


def text_of(file: Path) -> str:
    """Return what a log file holds; empty when it is not there."""
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
