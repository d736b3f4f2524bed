"""Statements whose labels, types or property names come from an ontology."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import LiteralString


def filled(text: LiteralString, parts: Mapping[str, LiteralString]) -> LiteralString:
    """Return a statement with its placeholders replaced, all at once.

    A part is never looked at again, so a label that happens to be spelt like a placeholder stays
    a label.

    Args:
        text: a shipped statement; its placeholders stand in comments, so that it is valid as it
            is and then reads knowloom's own layout.
        parts: placeholder to what stands in its place; names in it went through `quoted`.

    >>> filled("MATCH (n:A/*|more*/) RETURN n", {"/*|more*/": "|`/*|more*/`"})
    'MATCH (n:A|`/*|more*/`) RETURN n'
    """
    placeholders = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    return re.sub(  # pyright: ignore[reportReturnType]
        placeholders, lambda found: parts[found[0]], text
    )
