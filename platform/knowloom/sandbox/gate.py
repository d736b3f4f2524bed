"""The gate: what a program may be made of, told before it runs (spec 81).

It is there for good messages and early ends, not for safety: what it lets through is confined all
the same, and what slips past it gains nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from knowloom.errors import Fault

_LONGEST = 200_000  # characters
_DEEPEST = 60  # nodes within nodes


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IMPORTS = _words(
    "bisect calendar collections dataclasses datetime decimal enum fractions functools heapq"
    " itertools json math operator random re statistics string textwrap typing unicodedata"
    " __future__"
)
_NAMES = _words(
    "__import__ breakpoint compile delattr eval exec exit getattr globals help input locals"
    " memoryview open quit setattr vars"
)
_DEFINED = _words(
    "__init__ __repr__ __str__ __eq__ __lt__ __le__ __gt__ __ge__ __ne__ __hash__ __len__"
    " __iter__ __contains__ __getitem__ __post_init__ __name__ __add__ __sub__ __call__"
    " __enter__ __exit__"
)
_ATTRIBUTES = frozenset(
    {"format_map", "gi_frame", "cr_frame", "ag_frame", "tb_frame", "f_globals"}
)
_STATEMENTS = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await, ast.TryStar)


def faults_of(source: str, *, libraries: tuple[str, ...] = ()) -> list[Fault]:
    """Return why a program may not run, with the lines; nothing when it may.

    Args:
        source: Python.
        libraries: packages that it may import besides the harmless part of the standard library.

    >>> [fault.what for fault in faults_of("import os")]
    ['os cannot be imported here']
    """
    if len(source) > _LONGEST:
        return [Fault("line 1", f"it is longer than {_LONGEST:,} characters", "size")]
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        what = getattr(error, "msg", None) or str(error)
        return [Fault(f"line {line}", f"it is no Python: {what}", "syntax")]
    if _depth(tree) > _DEEPEST:
        return [Fault("line 1", f"it is nested deeper than {_DEEPEST} levels", "size")]
    allowed = _IMPORTS.union(libraries)
    return [fault for node in ast.walk(tree) for fault in _wrong(node, allowed)]


def _wrong(node: ast.AST, allowed: frozenset[str]) -> Iterator[Fault]:
    """Yield what is wrong with one node."""
    line = f"line {getattr(node, 'lineno', 1)}"
    match node:
        case ast.Import(names=names):
            for one in names:
                if one.name.partition(".")[0] not in allowed:
                    yield Fault(line, f"{one.name} cannot be imported here", "import")
        case ast.ImportFrom(module=module, level=level):
            if level or (module or "").partition(".")[0] not in allowed:
                yield Fault(line, f"{module or '.'} cannot be imported here", "import")
        case ast.Name(id=name) if name in _NAMES or _is_inner(name):
            yield Fault(line, f"{name} cannot be used here", "name")
        case ast.Attribute(attr=name) if name in _ATTRIBUTES or _is_inner(name):
            yield Fault(line, f".{name} cannot be used here", "name")
        case ast.Constant(value=str() as text) if "__" in text and "{" in text:
            yield Fault(line, "a format with inner names cannot be used here", "format")
        case node if isinstance(node, _STATEMENTS):
            yield Fault(line, f"{type(node).__name__} cannot be used here", "statement")
        case _:
            pass


def _is_inner(name: str) -> bool:
    """Return whether a name is one of Python's own, but for those that classes define."""
    return name.startswith("__") and name.endswith("__") and name not in _DEFINED


def _depth(tree: ast.AST) -> int:
    """Return how deep nodes stand in nodes, without recursion."""
    deepest = 0
    todo = [(tree, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest
