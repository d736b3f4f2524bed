"""Type hints and literals of ontology files, read from the syntax tree; nothing is evaluated."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from knowloom.ontology.concepts import ConceptRange, Enumeration, Range, Scalar

_LISTS = {"list", "List", "set", "Sequence", "tuple"}


class Unreadable(Exception):
    """A part of an ontology file that says nothing an ontology can hold; the text says why."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a type hint says: the range of a value, whether there are many, whether None is one."""

    range: Range
    many: bool = False
    optional: bool = False


def read_hint(node: ast.expr) -> Hint:
    """Return what a type hint says.

    Raises:
        Unreadable: it is no type of an attribute.

    >>> read_hint(ast.parse("list[Person | Group]", mode="eval").body).many
    True
    """
    members = list(_members(node))
    optional = any(_is_none(m) for m in members)
    rest = [m for m in members if not _is_none(m)]
    if len(rest) == 1 and isinstance(rest[0], ast.Subscript):
        return _read_subscript(rest[0], optional)
    names = [_name(m) for m in rest]
    if not names:
        raise Unreadable("None alone is no type")
    scalars = [n for n in names if n in set(Scalar)]
    if scalars and len(names) > 1:
        raise Unreadable(f"{ast.unparse(node)} mixes {scalars[0]} with other types")
    if scalars:
        return Hint(Scalar(scalars[0]), optional=optional)
    return Hint(ConceptRange(tuple(dict.fromkeys(names))), optional=optional)


def _read_subscript(node: ast.Subscript, optional: bool) -> Hint:
    outer = _name(node.value)
    if outer in _LISTS:
        inner = read_hint(node.slice)
        if inner.many:
            raise Unreadable(f"{ast.unparse(node)} is a list of lists")
        return Hint(inner.range, many=True, optional=optional)
    if outer == "Literal":
        literal = read_literal(node.slice)
        values: tuple[Any, ...] = (literal,)
        if isinstance(literal, tuple):
            values = cast(tuple[Any, ...], literal)
        if not all(isinstance(v, str) for v in values):
            raise Unreadable("Literal may hold text only")
        return Hint(Enumeration(tuple(dict.fromkeys(values))), optional=optional)
    raise Unreadable(f"{ast.unparse(node)} is no type of an attribute")


def _members(node: ast.expr) -> list[ast.expr]:
    """Return the members of a union however it is written; quoted hints are read as well."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    if isinstance(node, ast.Subscript) and _is_called(node.value, "Optional"):
        return [*_members(node.slice), ast.Constant(None)]
    if isinstance(node, ast.Subscript) and _is_called(node.value, "Union"):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return [m for part in inner for m in _members(part)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _members(ast.parse(node.value.strip(), mode="eval").body)
        except SyntaxError:
            raise Unreadable(f"{node.value!r} is no type") from None
    return [node]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_called(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )


def _name(node: ast.expr) -> str:
    """Return the last part of a plain or dotted name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            raise Unreadable(f"{ast.unparse(node)} is no name of a type")


def read_name(node: ast.expr) -> str:
    """Return the name that an expression is.

    Raises:
        Unreadable: it is something else.
    """
    return _name(node)


def read_literal(node: ast.expr) -> Any:
    """Return the value of a literal; `date(…)` and `datetime(…)` become ISO text.

    Raises:
        Unreadable: it is no literal.
    """
    if isinstance(node, ast.Call) and _is_called(node.func, "date"):
        return date(*(read_literal(a) for a in node.args)).isoformat()
    if isinstance(node, ast.Call) and _is_called(node.func, "datetime"):
        return datetime(*(read_literal(a) for a in node.args)).isoformat()
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        raise Unreadable(f"{ast.unparse(node)[:80]} is no literal") from None


def read_texts(node: ast.expr) -> tuple[str, ...]:
    """Return a text or a list of texts as a tuple.

    Raises:
        Unreadable: it is something else.
    """
    value = read_literal(node)
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, tuple | list):
        raise Unreadable(f"{ast.unparse(node)} is no list of texts")
    texts = tuple(v for v in values if isinstance(v, str))  # pyright: ignore[reportUnknownVariableType]
    if len(texts) != len(values):  # pyright: ignore[reportUnknownArgumentType]
        raise Unreadable(f"{ast.unparse(node)} is no list of texts")
    return texts
