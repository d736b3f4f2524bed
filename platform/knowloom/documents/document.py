"""Documents, the places in them, and chunks: texts with offsets back into their source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Section(NamedTuple):
    """A run of text from one place of a document.

    Args:
        start: offset of its first character in the document's text.
        text: never empty.
        place: where it stands in the source, as people say it: `page 3`, `table 2`, or empty.
    """

    start: int
    text: str
    place: str


class Document(NamedTuple):
    """A source file as text.

    Args:
        name: what people call it: its path as given, with forward slashes.
        media: such as `application/pdf`.
        digest: of the file's bytes and of how they were read, 32 hexadecimal digits: the same
            bytes are another text as Markdown than as plain text.
        sections: reads the text, section after section; the file is read while this is consumed.
    """

    name: str
    media: str
    digest: str
    sections: Iterator[Section]


class Chunk(NamedTuple):
    """A run of whole sentences of a document.

    Args:
        number: counted from 0 within the document.
        start: offset of its first character in the document's text.
        text: as in the document, character for character.
        place: of its first character; see `Section`.
        fresh: offset *in the chunk's text* where the sentences begin that no earlier chunk holds.
        cut: whether the text ends inside a sentence, because that is longer than any chunk may be.
    """

    number: int
    start: int
    text: str
    place: str
    fresh: int
    cut: bool = False
