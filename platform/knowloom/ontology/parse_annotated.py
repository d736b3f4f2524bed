"""Classes in the annotated style: `class Person(Entity): born: date | None = None` (design §4)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from knowloom.errors import Fault
from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    Direction,
    PropertyBinding,
    RelationshipBinding,
)
from knowloom.ontology.docstrings import read_docstring
from knowloom.ontology.hints import Unreadable, read_hint, read_literal, read_name, read_texts

_CLASS_TEXTS = {"title", "iri", "description_origin"}
_FIELD_TEXTS = {"description", "policy", "iri", "relationship"}
_CLASS_LISTS = {"key", "aliases", "patterns"}
_FIELD_LISTS = {"examples", "aliases"}
_REQUIRED = object()


@dataclass(slots=True)
class Reading:
    """Where a file is read: its name, its text, its faults so far, and where names stand in it.

    Args:
        file: how messages call it.
        text: all of it.
        faults: appended to.
        lines: `Concept` and `Concept.attribute` to `file:line`.
    """

    file: str
    text: str
    faults: list[Fault] = field(default_factory=list[Fault])
    lines: dict[str, str] = field(default_factory=dict[str, str])

    def fault(self, node: ast.AST, what: str, code: str = "unreadable") -> None:
        """Note what is wrong at a node."""
        self.faults.append(Fault(self.at(node), what, code))

    def at(self, node: ast.AST) -> str:
        """Return `file:line` of a node."""
        return f"{self.file}:{getattr(node, 'lineno', 1)}"

    def guarded(self, node: ast.AST, work: Callable[[], Any], default: Any = None) -> Any:
        """Return what `work` reads; note a fault and return `default` when it cannot."""
        try:
            return work()
        except Unreadable as error:
            self.fault(node, str(error))
            return default


def read_class(node: ast.ClassDef, reading: Reading) -> Concept:
    """Return the concept of a class in the annotated style; what is wrong is noted.

    Args:
        node: the class statement.
        reading: the file it stands in.
    """
    description, examples = read_docstring(ast.get_docstring(node, clean=False))
    parents = tuple(
        name for base in node.bases if (name := reading.guarded(base, partial(read_name, base)))
    )
    concept = Concept(
        name=node.name,
        parents=parents,
        attributes=tuple(_attributes(node, reading)),
        description=description,
        examples=examples,
        post_process=_post_process(node, reading),
    )
    return replace(concept, **_class_keywords(node, reading))


def _class_keywords(node: ast.ClassDef, reading: Reading) -> dict[str, Any]:
    """Return what the class statement says beside its parents."""
    given: dict[str, Any] = {}
    for keyword in node.keywords:
        name, value = keyword.arg or "**", keyword.value
        if name in _CLASS_LISTS:
            given[name] = reading.guarded(keyword, partial(read_texts, value), ())
        elif name in _CLASS_TEXTS:
            given[name] = reading.guarded(keyword, partial(_text, value), "")
        elif name == "binding":
            given[name] = reading.guarded(keyword, partial(_binding, value))
        else:
            known = ", ".join(sorted({"binding", *_CLASS_LISTS, *_CLASS_TEXTS}))
            reading.fault(keyword, f"{name} is no class keyword (known are {known})")
    return given


def _attributes(node: ast.ClassDef, reading: Reading) -> Iterator[Attribute]:
    """Yield the attributes of a class body; note statements that are no part of an ontology."""
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name()):
                attribute = reading.guarded(statement, partial(_attribute, statement))
                if attribute is not None:
                    reading.lines[f"{node.name}.{attribute.name}"] = reading.at(statement)
                    yield attribute
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.FunctionDef(name="post_process"):
                pass
            case _:
                what = ast.unparse(statement).splitlines()[0][:60]
                reading.fault(statement, f"`{what}` is no part of an ontology")


def _attribute(node: ast.AnnAssign) -> Attribute:
    """Return the attribute that an annotated name declares."""
    hint = read_hint(node.annotation)
    given = _field(node.value)
    default = given.pop("default")
    if default not in (_REQUIRED, None, "") and default != []:
        raise Unreadable(f"the default must be None or [], not {default!r}")
    assert isinstance(node.target, ast.Name)
    return Attribute(
        name=node.target.id,
        range=hint.range,
        many=hint.many,
        required=default is _REQUIRED,
        **given,
    )


def _field(node: ast.expr | None) -> dict[str, Any]:
    """Return what the right-hand side of a declaration says; at least `default`."""
    if node is None:
        return {"default": _REQUIRED}
    if not isinstance(node, ast.Call):
        return {"default": read_literal(node)}
    if read_name(node.func) != "Field":
        raise Unreadable(f"{ast.unparse(node.func)} is not Field")
    if node.args:
        raise Unreadable("Field takes keywords only")
    given: dict[str, Any] = {"default": _REQUIRED}
    for keyword in node.keywords:
        given.update(_field_keyword(keyword.arg or "**", keyword.value))
    return given


def _field_keyword(name: str, value: ast.expr) -> dict[str, Any]:
    if name in _FIELD_TEXTS:
        return {name: _text(value)}
    if name in _FIELD_LISTS:
        return {name: read_texts(value)}
    if name in {"minimum", "maximum"}:
        bound = read_literal(value)
        return {name: "" if bound is None else str(bound)}
    if name == "default":
        return {name: _REQUIRED if _is_ellipsis(value) else read_literal(value)}
    if name == "kw_only":
        return {}
    known = ", ".join(sorted({*_FIELD_TEXTS, *_FIELD_LISTS, "default", "minimum", "maximum"}))
    raise Unreadable(f"{name} is no keyword of Field (known are {known})")


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _text(node: ast.expr) -> str:
    value = read_literal(node)
    if not isinstance(value, str):
        raise Unreadable(f"{ast.unparse(node)} is no text")
    return value


def _binding(node: ast.expr) -> Binding | None:
    """Return `Binding(labels=…, identity=…, attributes=…)` as a value."""
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if not isinstance(node, ast.Call) or read_name(node.func) != "Binding" or node.args:
        raise Unreadable("a binding is written Binding(labels=(…,), identity=…, attributes=…)")
    given: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg == "labels":
            given["labels"] = read_texts(keyword.value)
        elif keyword.arg == "identity":
            given["identity"] = _text(keyword.value)
        elif keyword.arg == "attributes":
            given["attributes"] = tuple(_bound_pairs(keyword.value))
        else:
            raise Unreadable(f"{keyword.arg} is no keyword of Binding")
    if not given.get("labels"):
        raise Unreadable("a binding needs labels")
    return Binding(**given)


def _bound_pairs(
    node: ast.expr,
) -> Iterator[tuple[str, PropertyBinding | RelationshipBinding]]:
    """Yield attribute names with what they are read from; a dictionary or pairs."""
    if isinstance(node, ast.Dict):
        pairs = list(zip(node.keys, node.values, strict=True))
    elif isinstance(node, ast.Tuple | ast.List):
        pairs = [_pair(element) for element in node.elts]
    else:
        raise Unreadable("attributes of a binding are pairs of name and binding")
    for name, value in pairs:
        if name is None:
            raise Unreadable("** has no place in a binding")
        yield _text(name), _bound(value)


def _pair(node: ast.expr) -> tuple[ast.expr | None, ast.expr]:
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        return node.elts[0], node.elts[1]
    raise Unreadable(f"{ast.unparse(node)} is no pair of name and binding")


def _bound(node: ast.expr) -> PropertyBinding | RelationshipBinding:
    if isinstance(node, ast.Constant):
        return PropertyBinding(_text(node))
    if not isinstance(node, ast.Call) or not node.args:
        raise Unreadable(f"{ast.unparse(node)} is neither a property nor Out(…) nor In(…)")
    what = _text(node.args[0])
    match read_name(node.func):
        case "PropertyBinding":
            return PropertyBinding(what)
        case "Out":
            return RelationshipBinding(what)
        case "In":
            return RelationshipBinding(what, Direction.IN)
        case other:
            raise Unreadable(f"{other} is neither PropertyBinding nor Out nor In")


def _post_process(node: ast.ClassDef, reading: Reading) -> str:
    """Return the source of the class's own hook, empty without one."""
    return post_process_source(node, reading.text)


def post_process_source(node: ast.ClassDef, text: str) -> str:
    """Return the source of a class's `post_process` method with its decorators, not indented."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "post_process":
            first = min([statement.lineno, *(d.lineno for d in statement.decorator_list)])
            lines = text.splitlines()[first - 1 : statement.end_lineno]
            indent = len(lines[0]) - len(lines[0].lstrip())
            return "\n".join(line[indent:] for line in lines)
    return ""
