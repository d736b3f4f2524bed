"""What the reader of a format makes: pieces of text, each with its place."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """A run of text from one place of a source, ending where a `Section` may end.

    Args:
        place: such as `page 3`; see `Section`.
        text: never empty; a line break ends each paragraph, and none stands inside one.
    """

    place: str
    text: str
