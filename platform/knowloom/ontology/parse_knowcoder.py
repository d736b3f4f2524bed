"""Classes in the KnowCoder style: constructors with hints, docstrings, hooks (S1 §2.1, App. L)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from knowloom.errors import Fault
from knowloom.ontology.concepts import ENDS, ROOTS, Attribute, Concept, ConceptRange, Kind, Scalar
from knowloom.ontology.docstrings import read_docstring, read_examples
from knowloom.ontology.hints import Hint, read_hint, read_name, read_texts
from knowloom.ontology.names import RESERVED_ATTRIBUTES, attribute_name, is_name
from knowloom.ontology.parse_annotated import Reading

TRIGGER_EXAMPLES = "# Examples:"
_ENTITY = ConceptRange((Kind.ENTITY.value,))
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_class(
    node: ast.ClassDef,
    comments: Mapping[int, str],
    faults: list[Fault],
    file: str,
    text: str = "",
) -> Concept | None:
    """Return the concept of a class in the KnowCoder style, None for one without a parent.

    Args:
        node: the class statement.
        comments: the file's comments by line, for examples beside an event's trigger.
        faults: appended to.
        file: how messages call it.
        text: the whole file, for the source of a hook; without it the hook is written anew.
    """
    reading = Reading(file, text, faults)
    if node.name in ROOTS:
        return None
    if not node.bases:
        reading.fault(node, "has no parent; use Entity, Event or Relation", "no-parent")
        return None
    _note_strangers(node, reading)
    init = _method(node, "__init__")
    description, examples = read_docstring(ast.get_docstring(node, clean=False))
    return Concept(
        name=node.name,
        parents=tuple(_parents(node, reading)),
        attributes=tuple(_attributes(init, reading)) if init else (),
        description=description,
        examples=examples or (_trigger_examples(init, comments) if init else ()),
        post_process=_post_process(node, text),
    )


def _parents(node: ast.ClassDef, reading: Reading) -> Iterator[str]:
    for base in node.bases:
        if name := reading.guarded(base, partial(read_name, base)):
            yield name


def _note_strangers(node: ast.ClassDef, reading: Reading) -> None:
    """Note what a class says that no ontology holds."""
    for keyword in node.keywords:
        reading.fault(keyword, f"{keyword.arg or '**'} has no place in a class with __init__")
    hook = _method(node, "post_process") is not None
    for statement in node.body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.FunctionDef(name="__init__" | "post_process"):
                pass
            case ast.Assign() if hook:
                pass
            case _:
                what = ast.unparse(statement).splitlines()[0][:60]
                reading.fault(statement, f"`{what}` is no part of an ontology")


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    methods = (s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == name)
    return next(methods, None)


def _attributes(init: ast.FunctionDef, reading: Reading) -> Iterator[Attribute]:
    """Yield what a constructor declares: roles by position, else its parameters."""
    for statement in init.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="arg_names")], value=value):
                yield from _roles(reading.guarded(value, partial(read_texts, value), ()))
                return
            case _:
                pass
    given = [*init.args.posonlyargs, *init.args.args][1:] + init.args.kwonlyargs
    is_event = bool(given) and given[0].arg == "trigger"
    for at, argument in enumerate(given):
        hint = _hint(argument, reading, is_event=is_event)
        if hint is not None:
            yield from _parameter(argument.arg, hint, first=at == 0)


def _roles(names: Iterable[str]) -> Iterator[Attribute]:
    """Yield the attributes of an event whose arguments are positional (S1 App. L, decision G12).

    A role that is no identifier, such as `from`, keeps its name as an alias.
    """
    roles = list(dict.fromkeys(names))
    taken = {role for role in roles if _is_attribute(role)}
    for role in roles:
        name = role
        if not _is_attribute(role):
            name = attribute_name(role)
            while name in taken:
                name += "_"
            taken.add(name)
        aliases = () if name == role else (role,)
        yield Attribute(name=name, range=_ENTITY, many=True, aliases=aliases)


def _is_attribute(text: str) -> bool:
    return is_name(text) and text not in RESERVED_ATTRIBUTES


def _hint(argument: ast.arg, reading: Reading, *, is_event: bool) -> Hint | None:
    """Return the hint of a parameter; one without is text, for a role any number of entities."""
    annotation = argument.annotation
    if annotation is not None:
        found: Hint | None = reading.guarded(annotation, partial(read_hint, annotation))
        return found
    if argument.arg in ENDS:
        return Hint(_ENTITY)
    if is_event and argument.arg != "trigger":
        return Hint(_ENTITY, many=True)
    return Hint(Scalar.STR)


def _parameter(name: str, hint: Hint, *, first: bool) -> Iterator[Attribute]:
    """Yield the attribute that a parameter declares, unless it only repeats its root's."""
    root = None
    if name in ENDS:
        root = ROOTS[Kind.RELATION].attributes[ENDS.index(name)]
    elif first and name in {"name", "trigger"}:
        root = replace(ROOTS[Kind.ENTITY].attributes[0], description="")
    if root is None:
        yield Attribute(name=name, range=hint.range, many=hint.many)
    elif (hint.range, hint.many) != (root.range, root.many):
        yield replace(root, range=hint.range, many=hint.many)


def _trigger_examples(init: ast.FunctionDef, comments: Mapping[int, str]) -> tuple[str, ...]:
    """Return the examples in the comment beside a trigger."""
    for argument in init.args.args:
        comment = comments.get(argument.lineno, "")
        if argument.arg == "trigger" and comment.startswith(TRIGGER_EXAMPLES):
            return read_examples(comment.removeprefix(TRIGGER_EXAMPLES))
    return ()


def _post_process(node: ast.ClassDef, text: str) -> str:
    """Return the source of a hook, with the class's constants, which it may use (S1 Table 9)."""
    if _method(node, "post_process") is None:
        return ""
    kept = [s for s in node.body if isinstance(s, ast.Assign) or _is_hook(s)]
    if not text or not _adjoin(kept, node.body):
        return "\n".join(ast.unparse(statement) for statement in kept)
    first = min([kept[0].lineno, *(d.lineno for d in getattr(kept[0], "decorator_list", ()))])
    lines = _LINE_END.split(text)[first - 1 : kept[-1].end_lineno]
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] for line in lines)


def _is_hook(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and statement.name == "post_process"


def _adjoin(some: list[ast.stmt], body: list[ast.stmt]) -> bool:
    """Return whether nothing else stands between some statements of a body."""
    first = body.index(some[0])
    return body[first : first + len(some)] == some
