"""Statements as a person reads and runs them: complete, with values in place of parameters.

A link, a guide and a favourite cannot carry parameters, so here values become literals. Each is
written so that nothing in it can end it: what is shown is data, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import LiteralString

from knowloom.assets import cypher
from knowloom.ontology.names import quoted
from knowloom.store.statement import filled

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEYWORDS = frozenset({"NOT", "NULL", "TYPED", "NORMALIZED", "NFC", "NFD", "NFKC", "NFKD", "IS"})
# Quotes and ends of lines. The server reads `\\uXXXX` before it looks for quotes, so none of these
# can be written that way.
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
Literal = str | int | Sequence[str]


def shown(
    name: LiteralString,
    /,
    *,
    labels: Iterable[str] = (),
    link: str = "",
    caption: str = "name",
    columns: Iterable[str] = (),
    **values: Literal,
) -> LiteralString:
    """Return a statement of `cypher/browser` that can be run as it stands.

    Args:
        name: the file without its ending.
        labels: of the class that it is about.
        link: the relationship type that it is about.
        caption: the property with the name.
        columns: further properties to show.
        values: its parameters.

    >>> print(shown("around", uid='"5"'))
    MATCH (n:_Instance {uid: "\\"5\\""})
    OPTIONAL MATCH (n)-[e]-(m:_Instance)
    RETURN n, e, m LIMIT 100
    """
    lines = cypher(f"browser/{name}").splitlines()
    code = "\n".join(line for line in lines if line[:2] != "//")
    label: LiteralString = ":".join([readable(one) for one in labels])
    more: LiteralString = "".join(
        [f", n.{readable(one)} AS {readable(one)}" for one in columns],
    )
    parts: dict[str, LiteralString] = {
        "/*columns*/": more,
        "_Label": label,
        "_LINK": readable(link),
        "n._name": f"n.{readable(caption)}",
        **{f"${key}": literal(value) for key, value in values.items()},
    }
    return filled(code, parts)


def readable(name: str) -> LiteralString:
    """Return a name as an identifier, in quotes only where Cypher needs them.

    >>> readable("Person"), readable("odd `name`"), readable("null")
    ('Person', '`odd ``name```', '`null`')
    """
    if _PLAIN.fullmatch(name) and name.upper() not in _KEYWORDS:
        return name  # pyright: ignore[reportReturnType]  # letters, digits and underscores
    return quoted(name)


def literal(value: Literal) -> LiteralString:
    """Return a value as Cypher writes it.

    >>> literal(3), literal("R&D"), literal(["a", "b"])
    ('3', '"R&D"', '["a", "b"]')
    """
    if isinstance(value, int):
        return str(value)  # pyright: ignore[reportReturnType]  # digits
    if isinstance(value, str):
        safe = value.translate(_ESCAPES)
        return f'"{safe}"'  # pyright: ignore[reportReturnType]  # nothing can leave the quotes
    items: LiteralString = ", ".join([literal(one) for one in value])
    return f"[{items}]"
