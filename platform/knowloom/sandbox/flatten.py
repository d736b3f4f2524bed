"""Classes with bases for an interpreter that has none: each takes over what it inherits.

What a program means stays the same: `isinstance(x, Paper)` asks for `Paper` and all its
subclasses, `super().method()` calls a copy of the inherited one. Where that cannot be promised the
program is left to the process tier, which has real inheritance.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Flat:
    """A program without inheritance.

    Args:
        source: its text.
        lines: line of the text to line of the program that it was made from.
    """

    source: str
    lines: Mapping[int, int]

    def line(self, number: int) -> int:
        """Return the line of the original program; 0 when it has none."""
        return self.lines.get(number, 0)


class _CannotFlatten(Exception):
    """A program does something with its classes that only real ones do."""


def flatten(source: str) -> Flat | None:
    """Return a program in which no class has a base; None when that would change its meaning.

    Args:
        source: Python that parses.

    >>> flat = flatten("class A:\\n    n = 1\\nclass B(A):\\n    pass\\nx = isinstance(B(), A)")
    >>> print(flat.source if flat else "")
    class A:
        n = 1
    <BLANKLINE>
    class B:
        n = 1
    x = isinstance(B(), (A, B))
    """
    tree = ast.parse(source)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    if not any(_program_bases(node, classes) for node in classes.values()):
        return Flat(source, {n: n for n in range(1, source.count("\n") + 2)})
    try:
        _check(tree, classes)
        lineage = _lineages(classes)
        body = [_flat(node, classes, lineage) for node in tree.body]
    except _CannotFlatten:
        return None
    made = ast.Module([_Instances(lineage).visit(node) for node in body], [])
    text = ast.unparse(ast.fix_missing_locations(made))
    return Flat(text, _lines(made, ast.parse(text)))


def _program_bases(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Return the bases of a class that the program defines itself."""
    return [b.id for b in node.bases if isinstance(b, ast.Name) and b.id in classes]


def _check(tree: ast.Module, classes: Mapping[str, ast.ClassDef]) -> None:
    """Refuse programs whose meaning depends on real classes.

    Raises:
        _CannotFlatten: this one's does.
    """
    inside = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    if len(inside) != len(classes):
        raise _CannotFlatten  # nested, or twice of one name
    for node in classes.values():
        foreign = len(_program_bases(node, classes)) != len(node.bases)
        if node.bases and (foreign or node.keywords or node.decorator_list):
            raise _CannotFlatten
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    named = {id(call.func) for call in calls if isinstance(call.func, ast.Name)}
    for found in ast.walk(tree):
        match found:
            case ast.Name(id="issubclass") | ast.MatchClass():
                raise _CannotFlatten
            case ast.Name(id="isinstance" | "super") if id(found) not in named:
                raise _CannotFlatten
            case ast.Name(id=name, ctx=ast.Store()) if name in {*classes, "isinstance", "super"}:
                raise _CannotFlatten
            case ast.arg(arg=name) if name in classes:
                raise _CannotFlatten
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
                if not all(isinstance(kind, ast.Name) for kind in _parts(kinds)):
                    raise _CannotFlatten
                if any(_is_variable(cast(ast.Name, k).id, classes) for k in _parts(kinds)):
                    raise _CannotFlatten
            case _:
                pass


def _is_variable(name: str, classes: Mapping[str, ast.ClassDef]) -> bool:
    """Return whether a name may hold any class; those of Python's own and the program's hold one.

    Imported classes such as `date` have no subclasses among the program's, so they stay as they
    are; a name in small letters that is not one of those is taken for a variable.
    """
    plain = {"int", "float", "str", "bool", "list", "dict", "tuple", "set", "date", "datetime"}
    return name not in classes and name not in plain


def _parts(kinds: ast.expr) -> list[ast.expr]:
    return kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]


def _lineages(classes: Mapping[str, ast.ClassDef]) -> dict[str, list[str]]:
    """Return each class with its superclasses in Python's method resolution order."""
    made: dict[str, type] = {}
    for name, node in classes.items():
        bases = _program_bases(node, classes)
        if not set(bases) <= set(made):
            raise _CannotFlatten  # one of them is defined further down
        try:
            made[name] = type(name, tuple(made[base] for base in bases), {})
        except TypeError as error:
            raise _CannotFlatten from error
    return {name: [one.__name__ for one in cls.__mro__[:-1]] for name, cls in made.items()}


def _flat(
    node: ast.stmt, classes: Mapping[str, ast.ClassDef], lineage: Mapping[str, list[str]]
) -> ast.stmt:
    """Return a class with all that it inherits; other statements as they are."""
    if not isinstance(node, ast.ClassDef) or not node.bases:
        return node
    above = lineage[node.name]
    members: dict[str, ast.stmt] = {}
    copies: dict[str, ast.stmt] = {}
    for at, name in enumerate(above):
        for member in classes[name].body:
            named = _member(member)
            if not named:
                continue
            kept = copy.deepcopy(member)
            if isinstance(kept, ast.FunctionDef):
                _Supers(above[at + 1 :], classes).visit(kept)
                inherited = copy.deepcopy(kept)
                inherited.name = _inherited(name, named)
                copies[inherited.name] = inherited
            members.setdefault(named, kept)
    used = _used([*members.values(), *copies.values()])
    doc = [n for n in node.body[:1] if isinstance(n, ast.Expr)]
    kept_copies = [copies[name] for name in copies if name in used]
    body = [*doc, *reversed(members.values()), *kept_copies] or [ast.Pass()]
    flat = ast.ClassDef(node.name, [], [], body, [])
    return ast.copy_location(flat, node)


def _member(member: ast.stmt) -> str:
    """Return the name of what a class holds; empty for what names nothing."""
    match member:
        case ast.FunctionDef(name=name, decorator_list=[]):
            return name
        case ast.AnnAssign(target=ast.Name(), value=None) | ast.Pass():
            return ""
        case ast.Expr(value=ast.Constant()):
            return ""
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant()):
            return name
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() | ast.Tuple()):
            return name
        case _:
            raise _CannotFlatten  # a list would be shared by the subclasses, a copy is not


def _inherited(concept: str, method: str) -> str:
    """Return what a copy of an inherited method is called."""
    return f"_{concept}_{method.strip('_')}"


def _used(members: list[ast.stmt]) -> set[str]:
    return {n.attr for m in members for n in ast.walk(m) if isinstance(n, ast.Attribute)}


class _Supers(ast.NodeTransformer):
    """Turns `super().method(…)` into a call of the copy of the inherited method."""

    def __init__(self, above: list[str], classes: Mapping[str, ast.ClassDef]) -> None:
        self._above = above
        self._classes = classes
        self._self = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Remember what the method calls its object."""
        if not self._self:
            self._self = node.args.args[0].arg if node.args.args else "self"
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Replace one call."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[]), attr=method):
                return self._called(node, method)
            case ast.Name(id="super"):
                if node.args:
                    raise _CannotFlatten
            case _:
                pass
        return node

    def _called(self, node: ast.Call, method: str) -> ast.expr:
        for name in self._above:
            body = self._classes[name].body
            if any(isinstance(m, ast.FunctionDef) and m.name == method for m in body):
                target = ast.Attribute(
                    ast.Name(self._self, ast.Load()), _inherited(name, method), ast.Load()
                )
                return ast.copy_location(ast.Call(target, node.args, node.keywords), node)
        if method != "__init__" or node.args or node.keywords:
            raise _CannotFlatten
        return ast.copy_location(ast.Constant(None), node)


class _Instances(ast.NodeTransformer):
    """Makes `isinstance` ask for subclasses by name."""

    def __init__(self, lineage: Mapping[str, list[str]]) -> None:
        self._lineage = lineage

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Widen the classes of one question."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
                names = dict.fromkeys(n for kind in _parts(kinds) for n in self._below(kind))
                if len(names) > 1:
                    loaded: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
                    node.args[1] = ast.Tuple(loaded, ast.Load())
            case _:
                pass
        return node

    def _below(self, kind: ast.expr) -> Iterator[str]:
        """Yield a class and its subclasses."""
        name = cast(ast.Name, kind).id
        yield name
        yield from (other for other, above in self._lineage.items() if name in above[1:])


def _lines(made: ast.AST, parsed: ast.AST) -> dict[int, int]:
    """Return which line of the text comes from which line of the program."""
    found: dict[int, int] = {}
    for old, new in zip(ast.walk(made), ast.walk(parsed), strict=False):
        if isinstance(old, ast.stmt) and isinstance(new, ast.stmt):
            found.setdefault(new.lineno, getattr(old, "lineno", 0))
    return found
