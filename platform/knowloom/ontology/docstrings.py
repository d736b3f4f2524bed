"""The docstring of a concept's class: a description, and examples (S1 §2.1, item 3)."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from typing import Any

_DESCRIPTION = "Description:"
_EXAMPLES = "Examples:"


def read_docstring(text: str | None) -> tuple[str, tuple[str, ...]]:
    """Return description and examples.

    A docstring without `Description:` is a description as a whole.

    >>> read_docstring('Description: a human being.\\nExamples: "Ada", "Alan"')
    ('a human being.', ('Ada', 'Alan'))
    """
    if not text:
        return "", ()
    before, found, after = inspect.cleandoc(text).partition(f"\n{_EXAMPLES}")
    if not found and before.startswith(_EXAMPLES):
        before, after = "", before.removeprefix(_EXAMPLES)
    description = before.removeprefix(_DESCRIPTION).strip()
    return description, read_examples(after)


def read_examples(text: str) -> tuple[str, ...]:
    """Return examples that are separated by commas, quoted or not; pairs in parentheses are one.

    >>> read_examples('Salzburg, (Mozart, Salzburg)')
    ('Salzburg', '(Mozart, Salzburg)')
    """
    text = text.strip()
    if not text:
        return ()
    try:
        found: list[Any] = ast.literal_eval(f"[{text}]")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        found = []
    if found and all(isinstance(one, str) for one in found):
        return tuple(found)
    return tuple(part for part in _split(text) if part)


def docstring(description: str, examples: Sequence[str]) -> str:
    """Return the text of a docstring in which every example is quoted."""
    lines = [f"{_DESCRIPTION} {description}".rstrip()]
    if examples:
        lines.append(f"{_EXAMPLES} {', '.join(quoted_example(e) for e in examples)}")
    return "\n".join(lines)


def quoted_example(text: str) -> str:
    """Return an example in double quotes where that is enough, else as Python writes it."""
    plain = text.isprintable() and '"' not in text and "\\" not in text
    return f'"{text}"' if plain else repr(text)


def _split(text: str) -> list[str]:
    """Return the parts between commas that are outside parentheses."""
    parts, depth, start = list[str](), 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth <= 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]
