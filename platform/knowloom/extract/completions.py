"""Completions: what a model answered, read as data and never run (items 40, 42 to 44; S1 App. J).

A completion is Python text such as `results = [Person("Ada"), LivesIn(Person("Ada"), City("B"))]`
among anything else that a model may say. Only calls of known classes with literals count. One that
parses is read at once; one that does not is searched for objects, and each that is whole is kept.
Everything else is refused, with its reason and line.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from knowloom.extract.findings import Dropped, Extraction, Finding, Said
from knowloom.ontology.concepts import ENDS, Kind, Ontology

_LONGEST = 1_000_000  # characters that are looked at; what is behind them is dropped
_LONGEST_OBJECT = 20_000
_DEEPEST = 40  # brackets within brackets
_MOST_FAULTS = 200  # after so many, the rest is one fault

_RESULTS = re.compile(r"\bresults?\s*=\s*(?=[\[(A-Z])")
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n?")
_KEYWORDS = "|".join(k for k in keyword.kwlist if k.islower())
_ROLE_KEYWORD = re.compile(rf"(?<=[(,\s])({_KEYWORDS})(?=\s*=[^=])")
_CALL = re.compile(r"[^\W\d]\w*\s*\(")
_TOKEN = re.compile(
    r"""(?P<string>[bBrRuUfF]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"""
    r"""|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"""
    r"""|(?P<comment>\#[^\n]*)|(?P<open>[\[({])|(?P<close>[\])}])|(?P<quote>["'])""",
    re.DOTALL,
)
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\uff02", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\uff07", "'"),
        "\uff08": "(",
        "\uff09": ")",
        "\uff0c": ",",
        "\u3001": ",",
        "\uff1d": "=",
        "\u3010": "[",
        "\u3011": "]",
    }
)


class Refused(Exception):
    """A piece of a completion that is no object; `code` is that of `Dropped`."""

    def __init__(self, code: str, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        self.line = line


def parse_completion(text: str, ontology: Ontology) -> Extraction:
    """Return the objects that a completion makes, without spans, and what was refused.

    Args:
        text: all that the model answered.
        ontology: the classes that may be called. The positional arguments of an entity or event
            are `name` and then its own attributes in order, a relation's the two ends first.

    >>> from knowloom.ontology.concepts import Concept
    >>> ontology = Ontology([Concept(name="Person")])
    >>> answer = 'Sure! results = [Person("Ada"), Hero("Bob"), Person("Ev'
    >>> read = parse_completion(answer, ontology)
    >>> [finding.name for finding in read.findings], [dropped.code for dropped in read.dropped]
    (['Ada'], ['broken', 'unknown-type', 'truncated'])
    """
    reading = _Reading(ontology)
    body, line = _body(text[:_LONGEST])
    if len(text) > _LONGEST:
        reading.drop("too-long", f"only the first {_LONGEST:,} characters are read", "", 0)
    if not reading.whole(body, line):
        reading.drop("broken", "no Python as a whole: objects are looked for in it", body, line)
        reading.pieces(body, line)
    return Extraction(tuple(reading.findings), tuple(reading.dropped))


class _Piece(NamedTuple):
    """A candidate for an object: its text, where it begins, and whether it is whole."""

    start: int
    end: int
    whole: bool


class _Reading:
    """What has been read of one completion."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self.findings: list[Finding] = []
        self.dropped: list[Dropped] = []

    def whole(self, body: str, line: int) -> bool:
        """Read a body that is Python as it stands; return whether it is."""
        if _depth(body) > _DEEPEST:
            return False
        tree = _parsed(_ROLE_KEYWORD.sub(r"\1_", body))
        if tree is None:
            return False
        for statement in tree.body:
            for node in _objects(statement):
                self._keep(node, body, line)
        return True

    def pieces(self, body: str, line: int) -> None:
        """Read a body object by object, each as far as it is whole."""
        position = 0
        faults = 0
        while (piece := _next_piece(body, position)) is not None:
            given = body[piece.start : piece.end]
            at = line + body.count("\n", 0, piece.start)
            call = _call(given) if piece.whole else None
            if call is not None:
                self._keep(call, given, at)
                position = piece.end
                continue
            name = given.partition("(")[0].strip()
            if piece.whole:
                self.drop("syntax", f"{name}(…) is no Python that can be read", given, at)
            else:
                self.drop("truncated", f"{name}(… does not end", given, at)
            faults += 1
            if faults >= _MOST_FAULTS:
                self.drop("too-broken", "the rest is not looked at", body[piece.end :], at)
                return
            position = piece.start + len(name) + 1

    def drop(self, code: str, reason: str, given: str, line: int) -> None:
        """Note what was refused."""
        self.dropped.append(Dropped(code, reason, given[:500], line))

    def _keep(self, node: ast.expr, body: str, line: int) -> None:
        """Keep the object that an expression makes, or note why it makes none."""
        try:
            self.findings.append(self._object(node, line))
        except Refused as problem:
            given = ast.get_source_segment(body, node) if len(body) < _LONGEST_OBJECT else None
            self.drop(problem.code, str(problem), given or ast.unparse(node), problem.line)

    def _object(self, node: ast.expr, line: int) -> Finding:
        at = line + node.lineno - 1
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise Refused("refused", f"{_shown(node)} is no call of a class", at)
        concept = node.func.id
        if concept not in self._ontology:
            raise Refused("unknown-type", f"no class is called {concept}", at)
        values: dict[str, Said | Finding | tuple[Said | Finding, ...]] = {}
        order = self._order(concept)
        if len(node.args) > len(order):
            raise Refused("arguments", f"{concept} takes at most {len(order)} by position", at)
        for name, argument in zip(order, node.args, strict=False):
            self._set(values, concept, name, argument, line)
        for given in node.keywords:
            if (role := self._role(concept, given.arg)) is None:
                self.drop("unknown-role", f"{concept} has no {given.arg}", _shown(node), at)
            else:
                self._set(values, concept, role, given.value, line)
        return Finding(concept, values)

    def _set(
        self,
        values: dict[str, Said | Finding | tuple[Said | Finding, ...]],
        concept: str,
        name: str,
        node: ast.expr,
        line: int,
    ) -> None:
        """Set one attribute, unless nothing is said of it; a part that is refused is left out."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            parts: list[Said | Finding] = []
            for element in node.elts:
                try:
                    if (part := self._said(element, line)) is not None:
                        parts.append(part)
                except Refused as problem:
                    self.drop(problem.code, f"{concept}.{name}: {problem}", "", problem.line)
            if parts:
                values[name] = tuple(parts)
        elif (said := self._said(node, line)) is not None:
            values[name] = said

    def _said(self, node: ast.expr, line: int) -> Said | Finding | None:
        """Return one value: a literal, a day, or an object; None for `None` and an empty text."""
        match node:
            case ast.Constant(value=str() | int() | float() | bool() as value):
                return value if value != "" else None
            case ast.Constant(value=None):
                return None
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.Call(func=ast.Name(id="date"), args=parts, keywords=[]):
                return _day(parts, line + node.lineno - 1)
            case ast.Call():
                return self._object(node, line)
            case _:
                at = line + node.lineno - 1
                raise Refused("refused", f"{_shown(node)} is no literal", at)

    def _order(self, concept: str) -> Sequence[str]:
        """Return the attributes that stand by position, in order."""
        attributes = self._ontology.attributes(concept)
        first = ENDS if self._ontology.kind(concept) is Kind.RELATION else ("name",)
        return [*first, *(name for name in attributes if name not in {*first, "aliases"})]

    def _role(self, concept: str, given: str | None) -> str | None:
        """Return the attribute that a keyword means; `trigger` is the name of an event."""
        if given is None:
            return None
        attributes = self._ontology.attributes(concept)
        if given in attributes:
            return given
        if given == "trigger" and self._ontology.kind(concept) is Kind.EVENT:
            return "name"
        plain = given.rstrip("_")
        return next((n for n, a in attributes.items() if plain in {n, *a.aliases}), None)


def _body(text: str) -> tuple[str, int]:
    """Return the part of a completion that holds its objects, and the line it begins in."""
    found = _RESULTS.search(text)
    start = found.end() if found else 0
    fences = list(_FENCE.finditer(text))
    if not found and fences:
        start = fences[0].end()
    end = next((fence.start() for fence in fences if fence.start() > start), len(text))
    return text[start:end], 1 + text.count("\n", 0, start)


def _objects(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the expressions of a statement that should be objects; others make one fault each."""
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    if isinstance(value, ast.List | ast.Tuple):
        yield from value.elts
    elif value is not None:
        yield value
    else:
        yield ast.copy_location(ast.Constant(value=ast.unparse(statement)), statement)


def _next_piece(body: str, position: int) -> _Piece | None:
    """Return the next thing that looks like a call, up to the bracket that closes it."""
    found = _CALL.search(body, position)
    if found is None:
        return None
    depth, start = 0, found.start()
    for token in _TOKEN.finditer(body, found.end() - 1, start + _LONGEST_OBJECT):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
            if depth == 0:
                return _Piece(start, token.end(), True)
        elif token["quote"]:
            break  # a text without an end: nothing behind it can be trusted
        if depth > _DEEPEST:
            break
    return _Piece(start, min(len(body), start + _LONGEST_OBJECT), False)


def _call(given: str) -> ast.expr | None:
    """Return the expression that a piece is, mended where models are known to slip."""
    for mended in (given, given.translate(_PLAIN), _without_line_breaks(given.translate(_PLAIN))):
        if (tree := _parsed(_ROLE_KEYWORD.sub(r"\1_", mended))) is not None and tree.body:
            first = tree.body[0]
            return first.value if isinstance(first, ast.Expr) and len(tree.body) == 1 else None
    return None


def _without_line_breaks(given: str) -> str:
    """Return a piece in which line breaks inside of texts are spaces."""
    return _TOKEN.sub(lambda t: t[0].replace("\n", " ") if t["string"] else t[0], given)


def _parsed(text: str) -> ast.Module | None:
    """Return the tree of a text; None when it is no Python."""
    try:
        return ast.parse(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _depth(text: str) -> int:
    """Return how deep brackets stand in brackets, those in texts counted too."""
    depth = deepest = 0
    for bracket in re.finditer(r"[\[({\])}]", text):
        depth += 1 if bracket[0] in "[({" else -1
        deepest = max(deepest, depth)
    return deepest


def _day(parts: Sequence[ast.expr], line: int) -> date:
    """Return the day that `date(y, m, d)` names."""
    numbers = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, int)]
    try:
        year, month, day = numbers
        return date(year, month, day)
    except ValueError as problem:
        raise Refused("refused", f"date(…) names no day: {problem}", line) from None


def _shown(node: ast.AST) -> str:
    """Return an expression as text, shortened."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"
