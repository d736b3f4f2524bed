"""Python files that instantiate classes: KnowCoder's results, and declarations with variables.

    results = [PlaceOfBirth(Person("Mozart"), City("Salzburg"))]

    ada = Person("Ada Lovelace", born=date(1815, 12, 10))
    ada.known_for.append(Topic("programming"))

The text is read with `ast` and never run (S1 App. L; items 62 and 68).
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowloom.errors import SourceError
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.plugins import Proposal, source_name
from knowloom.knowledge.record import Reject, Statement
from knowloom.ontology.concepts import Ontology
from knowloom_loaders.declared import Declared, Faulty, Said, Thing, constant

_SHOWN = 500
_IGNORED = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.Pass)


class CodeLoader:
    """Reads what Python code says that calls classes of the ontology and does nothing else.

    Imports and class definitions are passed over. A place is a line. What is faulty is rejected
    with its line and all that is built from it, up to the statement or the item of a list.
    """

    kind = "code"
    suffixes = (".py",)

    def propose(self, path: Path, ontology: Ontology) -> Proposal:
        """Return the ontology as it is: code names its classes; see `Loader.propose`."""
        return Proposal(Mapping(), ontology)

    def statements(
        self, path: Path, *, ontology: Ontology, mapping: Mapping | None = None, source: str = ""
    ) -> Iterator[Statement]:
        """Yield what a file says: its things first, then how they are related.

        See `Loader.statements`.
        """
        text = _read(path)
        declared = Declared(ontology, source_name(path, mapping or Mapping(), source))
        code = _Code(declared, {})
        try:
            for statement in _parsed(path, text).body:
                yield from _rejects(text, code.run(statement))
        except RecursionError as error:
            raise SourceError(path, "its expressions are nested too deeply") from error
        yield from declared.statements()


def _read(path: Path) -> bytes:
    """Return what is in a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error


def _parsed(path: Path, text: bytes) -> ast.Module:
    """Return the syntax tree of a Python text."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except SyntaxError as error:
        raise SourceError(path, f"line {error.lineno or 0} is no Python: {error.msg}") from error
    except ValueError as error:
        raise SourceError(path, f"it is no Python: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise SourceError(path, "its expressions are nested too deeply") from error


def _rejects(text: bytes, faults: Iterator[Faulty]) -> Iterator[Reject]:
    """Yield a reject for each fault, with the line it is in."""
    lines = text.splitlines()
    for fault in faults:
        line = lines[fault.line - 1] if 0 < fault.line <= len(lines) else b""
        given = line.decode(errors="replace").strip()[:_SHOWN]
        yield Reject(fault.line, str(fault), fault.code, given)


@dataclass(slots=True)
class _Code:
    """Follows the statements of a file.

    Args:
        declared: what they declare.
        variables: their names and what they stand for.
    """

    declared: Declared
    variables: dict[str, Said]

    def run(self, statement: ast.stmt) -> Iterator[Faulty]:
        """Follow one statement and yield what is wrong with it."""
        try:
            match statement:
                case ast.Assign(targets=[target], value=value):
                    yield from self._assign(target, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield from self._assign(target, value)
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=how)) as call):
                    self._add(owner, how, call)
                case ast.Expr(value=value):
                    yield from self._top(value)[1]
                case _ if not isinstance(statement, _IGNORED):
                    what = "is neither an assignment nor a call of a class, and code is never run"
                    yield Faulty(statement.lineno, what, "code")
                case _:
                    pass
        except Faulty as fault:
            yield fault

    def _assign(self, target: ast.expr, value: ast.expr) -> Iterator[Faulty]:
        """Follow `variable = …` and `variable.attribute = …`."""
        match target:
            case ast.Name(id=name):
                self.variables[name], faults = self._top(value, named=True)
                yield from faults
            case ast.Attribute(value=ast.Name() as owner, attr=attribute):
                self.declared.set(self._thing(owner), attribute, self._value(value), value.lineno)
            case _:
                raise Faulty(target.lineno, "assigns to more than a variable", "code")

    def _top(self, value: ast.expr, *, named: bool = False) -> tuple[Said, Iterator[Faulty]]:
        """Return the value of a whole statement; in a list each item stands for itself."""
        if not isinstance(value, (ast.List, ast.Tuple)):
            return self._value(value, named=named), iter(())
        found: list[Said] = []
        faults: list[Faulty] = []
        for item in value.elts:
            try:
                found.append(self._value(item))
            except Faulty as fault:
                faults.append(fault)
        return found, iter(faults)

    def _add(self, owner: ast.expr, how: str, call: ast.Call) -> None:
        """Follow `variable.attribute.append(…)` and the like, or a call with a module's name."""
        match owner, how, call.args:
            case ast.Name(id=name), "append" | "extend", [value] if name in self.variables:
                self._value(value)
            case ast.Attribute(value=ast.Name() as thing, attr=attribute), "append", [value]:
                said = [self._value(value)]
                self.declared.set(self._thing(thing), attribute, said, call.lineno, add=True)
            case ast.Attribute(value=ast.Name() as thing, attr=attribute), "extend", [value]:
                said = self._value(value)
                self.declared.set(self._thing(thing), attribute, said, call.lineno, add=True)
            case _:
                self._value(call)

    def _thing(self, name: ast.Name) -> Thing:
        """Return the thing that a variable stands for."""
        found = self.variables.get(name.id)
        if isinstance(found, Thing):
            return found
        raise Faulty(name.lineno, f"{name.id} is no thing that is declared above", "code")

    def _value(self, node: ast.expr, *, named: bool = False) -> Said:
        """Return what an expression says."""
        match node:
            case ast.Call():
                return self._call(node, named=named)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return [self._value(item) for item in items]
            case ast.Name(id=name):
                if name not in self.variables:
                    raise Faulty(node.lineno, f"{name} is not declared above", "code")
                return self.variables[name]
            case _:
                return constant(node)

    def _call(self, call: ast.Call, *, named: bool) -> Said:
        """Return the thing or relation that a call of a class makes, or a date."""
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in self.declared.ontology:
                given = [self._value(argument) for argument in call.args]
                if any(keyword.arg is None for keyword in call.keywords):
                    raise Faulty(call.lineno, "has arguments that are not written out", "code")
                by_name = {str(k.arg): self._value(k.value) for k in call.keywords}
                return self.declared.make(name, given, by_name, call.lineno, named=named)
            case _:
                return constant(call, self.declared.ontology)
