"""Words with their places, as the trained extractor reads them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowloom.extract.findings import Span

# A character of a script without spaces; a word, with its inner marks; anything else by itself.
_WORD = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\W_]+(?:[.'\u2019&/\-][^\W_]+)*\.?|[^\s]"
)


def words(text: str) -> list[Span]:
    """Return where the words of a text stand.

    >>> [text[a:b] for text in ["Ada (of the U.S.), 3.5%"] for a, b in words(text)]
    ['Ada', '(', 'of', 'the', 'U.S.', ')', ',', '3.5', '%']
    """
    return [Span(start, end) for start, end in _split(text)]


def _split(text: str) -> Iterator[tuple[int, int]]:
    for found in _WORD.finditer(text):
        start, end = found.span()
        # A full stop belongs to a word only when it is an abbreviation or an initial.
        if text[end - 1] == "." and end - start > 2 and "." not in text[start : end - 1]:
            yield start, end - 1
            yield end - 1, end
        else:
            yield start, end
