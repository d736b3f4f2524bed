"""Words with their places, as the trained extractor reads them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowloom.documents.sentences import sentences
from knowloom.extract.findings import Span

_MARKS = "['\u2019]"
# What a short form ends with stands alone; a character of a script without spaces, a number with
# what belongs to it, a word with its inner marks, a run of one mark, anything else by itself.
_WORD = re.compile(
    rf"(?:n{_MARKS}t|{_MARKS}(?:s|S|t|re|ve|ll|d|m))\b"
    r"|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[+-]?\.?\d+(?:[.,:/-]\d+)*(?!\w|-\w)"
    rf"|[^\W_]+(?:(?!{_MARKS}(?:s|S|t|re|ve|ll|d|m)\b)(?:[.&/]|-(?!-)|{_MARKS})[^\W_]+)*\.?"
    r"|([^\w\s])\1*|\S"
)


def words(text: str) -> list[Span]:
    """Return where the words of a text stand.

    >>> text = "Ada's (of the U.S.) met Sen. Lee, 3.5% or $1,000. Then he left."
    >>> " ".join(text[a:b] for a, b in words(text))
    "Ada 's ( of the U.S. ) met Sen. Lee , 3.5 % or $ 1,000 . Then he left ."
    """
    return [Span(start, end) for start, end in _split(text)]


def _split(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of words; a full stop belongs to its word unless it ends a sentence."""
    ends = {sentence.end for sentence in sentences(text)}
    for found in _WORD.finditer(text):
        start, end = found.span()
        if end in ends and end - start > 1 and text[end - 1] == "." and text[start] != ".":
            yield start, end - 1
            yield end - 1, end
        else:
            yield start, end
