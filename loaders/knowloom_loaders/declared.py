"""What code declares: things, relations, and which of them are the same."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    Statement,
    Value,
    Values,
    key_values,
    lacking,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.ontology.concepts import ENDS, Attribute, Kind, Ontology
from knowloom.ontology.names import suggestions
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit

_TIMES = {"date": date, "datetime": datetime}
_TRIGGER = "trigger"  # what KnowCoder calls the name of an event


class Faulty(Exception):
    """Something in the code cannot be understood; `line` says where, `code` names it."""

    def __init__(self, line: int, what: str, code: str) -> None:
        self.line = line
        self.code = code
        super().__init__(what)


@dataclass(slots=True, eq=False)
class Thing:
    """A thing that code declares.

    Args:
        concept: its class.
        line: where it is declared first.
        values, links: what is said of it.
        uid: its identity when the code says it; empty when not.
        number: which of the things of this class and name it is, counted from 1.
    """

    concept: str
    line: int
    values: Values = field(default_factory=dict[str, Value | list[Value]])
    links: dict[str, list[Thing]] = field(default_factory=dict[str, list["Thing"]])
    uid: str = ""
    number: int = 1


@dataclass(slots=True, eq=False)
class Related:
    """A relation that code declares: its class, where, its ends and its own values."""

    concept: str
    line: int
    head: Thing
    tail: Thing
    values: Values


Said = Any  # a plain value, a Thing, a Related, or a list of these


class Declared:
    """All that a file declares.

    Two variables are two things, whatever they are called. A class that is called in the middle
    of something else, as in `PlaceOfBirth(Person("Mozart"), …)`, means the first thing of that
    class and name.

    Args:
        ontology: the classes.
        source: who says it.
    """

    def __init__(self, ontology: Ontology, source: str) -> None:
        self.ontology = ontology
        self._source = source
        self._things: list[Thing] = []
        self._related: list[Related] = []
        self._first: dict[tuple[str, object], Thing] = {}
        self._count: Counter[tuple[str, object]] = Counter()

    def make(
        self,
        concept: str,
        given: Sequence[Said],
        by_name: Mapping[str, Said],
        line: int,
        *,
        named: bool,
    ) -> Thing | Related:
        """Return what a call of a class declares.

        Args:
            concept: the class.
            given: arguments by position.
            by_name: arguments by name.
            line: where.
            named: whether the call is what a variable is assigned.

        Raises:
            Faulty: an argument does not fit.
        """
        arguments = self._named(concept, given, by_name, line)
        if self.ontology.kind(concept) is Kind.RELATION:
            return self._relate(concept, arguments, line)
        thing = Thing(concept, line, uid=self._uid(arguments.pop("uid", ""), line))
        for name, said in arguments.items():
            self.set(thing, name, said, line)
        return self._settled(thing, named=named)

    def set(self, thing: Thing, name: str, said: Said, line: int, *, add: bool = False) -> None:
        """Say the value of an attribute.

        Args:
            thing: of what.
            name: the attribute.
            said: its value or values; None says nothing.
            line: where.
            add: whether to keep what was said before.

        Raises:
            Faulty: there is no such attribute, or the value does not fit it.
        """
        attribute = self._attribute(thing.concept, name, line)
        items = [item for item in _listed(said) if item is not None]
        if attribute.is_link:
            if wrong := [item for item in items if not isinstance(item, Thing)]:
                what = f"{name} leads to things, and {_shown(wrong[0])} is none"
                raise Faulty(line, what, "link-type")
            things = thing.links.get(name, []) if add else []
            thing.links[name] = [*things, *cast(list[Thing], items)]
        elif items:
            values = _listed(thing.values.get(name, [])) if add else []
            thing.values[name] = _read(attribute, [*values, *items], line)

    def statements(self) -> Iterator[Statement]:
        """Yield a record for each thing and a fact for each relation."""
        for thing in self._things:
            try:
                uid = self._identity(thing)
                links = {n: tuple(map(self._mention, t)) for n, t in thing.links.items()}
            except Faulty as fault:
                yield Reject(fault.line, str(fault), fault.code, _shown(thing))
                continue
            yield Record(thing.concept, uid, thing.values, links, thing.line)
        for said in self._related:
            try:
                head, tail = self._mention(said.head), self._mention(said.tail)
            except Faulty as fault:
                yield Reject(said.line, str(fault), fault.code, _shown(said))
                continue
            yield Fact(said.concept, "", head, tail, said.values, said.line)

    def _named(
        self, concept: str, given: Sequence[Said], by_name: Mapping[str, Said], line: int
    ) -> dict[str, Said]:
        """Return the arguments of a call by the names of their attributes."""
        names = self._positional(concept)
        if len(given) > len(names):
            what = f"{concept} takes {len(names)} by position, and {len(given)} values are given"
            raise Faulty(line, what, "arguments")
        arguments = dict(zip(names, given, strict=False))
        for name, said in by_name.items():
            if name == _TRIGGER and _TRIGGER not in self.ontology.attributes(concept):
                name = "name"  # noqa: PLW2901  (the same thing under its other name)
            if name in arguments:
                raise Faulty(line, f"{concept} is given {name} twice", "arguments")
            arguments[name] = said
        return arguments

    def _positional(self, concept: str) -> tuple[str, ...]:
        """Return the attributes that can be given by position.

        KnowCoder gives the roles of events so, behind the trigger (spec 3.2).
        """
        kind = self.ontology.kind(concept)
        if kind is Kind.RELATION:
            return ENDS
        known = self.ontology.attributes(concept)
        roles = [n for n in known if n not in ("name", "aliases")] if kind is Kind.EVENT else []
        return ("name", *roles)

    def _attribute(self, concept: str, name: str, line: int) -> Attribute:
        """Return an attribute of a class."""
        known = self.ontology.attributes(concept)
        if name in known:
            return known[name]
        near = suggestions(name, known)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise Faulty(line, f"{name} is no attribute of {concept}{hint}", "unknown-attribute")

    def _uid(self, said: Said, line: int) -> str:
        """Return the identity that the code says."""
        if isinstance(said, str):
            return said
        raise Faulty(line, f"uid is {_shown(said)}, which is no text", "type")

    def _relate(self, concept: str, arguments: dict[str, Said], line: int) -> Related:
        """Take note of a relation."""
        ends = [arguments.pop(end, None) for end in ENDS]
        for end, said in zip(ENDS, ends, strict=True):
            if not isinstance(said, Thing):
                what = f"{concept} needs a thing as its {end}, and has {_shown(said)}"
                raise Faulty(line, what, "missing-end")
        values: Values = {}
        for name, said in arguments.items():
            attribute = self._attribute(concept, name, line)
            if said is not None and said != []:
                values[name] = _read(attribute, _listed(said), line)
        related = Related(concept, line, ends[0], ends[1], values)
        self._related.append(related)
        return related

    def _settled(self, thing: Thing, *, named: bool) -> Thing:
        """Return the thing that a call means: itself, or the one it was called before."""
        called = (thing.concept, thing.uid or thing.values.get("name", ""))
        first = self._first.setdefault(called, thing)
        if first is not thing and not named:
            first.values |= thing.values
            first.links |= thing.links
            return first
        self._count[called] += 1
        thing.number = self._count[called]
        self._things.append(thing)
        return thing

    def _identity(self, thing: Thing) -> str:
        """Return the uid of a thing, now that all is said of it."""
        if thing.uid:
            return thing.uid
        if (key := self.ontology.key(thing.concept)) is None:
            called = f"{thing.concept}/{thing.values.get('name', '')}#{thing.number}"
            return uid_of_source_id(self._source, called)
        found = key_values(self.ontology, thing.concept, thing.values)
        if found is None:
            missing = ", ".join(lacking(key[1], thing.values))
            what = f"lacks {missing}, by which a {thing.concept} is known"
            raise Faulty(thing.line, what, "missing-key")
        return uid_of_key(key[0], found)

    def _mention(self, thing: Thing) -> Mention:
        """Return a reference to a thing."""
        key = self.ontology.key(thing.concept)
        names = key[1] if key else ()
        values = tuple((n, cast(Any, thing.values[n])) for n in names if n in thing.values)
        return Mention(thing.concept, self._identity(thing), values)


def constant(node: ast.expr, ontology: Ontology | None = None) -> Said:
    """Return a plain value that is written out: a text, a number, True, None or a date.

    Args:
        node: the expression.
        ontology: to suggest the class that a call may mean.

    Raises:
        Faulty: it is anything else.
    """
    match node:
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Call(func=func, args=args, keywords=[]):
            return _time(func, args, ontology)
        case _:
            what = f"{_short(ast.unparse(node))} is neither a value nor a call of a class"
            raise Faulty(node.lineno, what, "code")


def _time(func: ast.expr, args: Sequence[ast.expr], ontology: Ontology | None) -> Said:
    """Return the date that `date(…)`, `datetime(…)` or their `fromisoformat(…)` give."""
    values = [constant(argument) for argument in args]
    name = ast.unparse(func)
    parts = name.split(".")
    if parts[0] == "datetime" and parts[1:2] in (["date"], ["datetime"]):
        parts = parts[1:]
    if parts[0] not in _TIMES or parts[1:] not in ([], ["fromisoformat"]):
        near = suggestions(name, [c.name for c in ontology]) if ontology else []
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise Faulty(func.lineno, f"{name} is no concept of the ontology{hint}", "unknown-concept")
    plain = parts[0]
    make: Any = _TIMES[plain].fromisoformat if parts[1:] else _TIMES[plain]
    try:
        return make(*values)
    except (TypeError, ValueError, OverflowError) as error:
        raise Faulty(func.lineno, f"is no {plain}: {error}", "type") from error


def _read(attribute: Attribute, items: list[object], line: int) -> Any:
    """Return the values of an attribute as they are stored."""
    if wrong := [item for item in items if isinstance(item, (Thing, Related))]:
        what = f"{attribute.name} holds plain values, and {_shown(wrong[0])} is none"
        raise Faulty(line, what, "type")
    try:
        return reader(attribute)(items)
    except Unfit as unfit:
        raise Faulty(line, f"{attribute.name} {unfit}", unfit.code) from None


def _listed(said: object) -> list[object]:
    """Return a list as it is, anything else as the only item of one."""
    return cast(list[object], said) if isinstance(said, list) else [said]


def _shown(said: Said) -> str:
    """Return what was said, for a sentence."""
    if isinstance(said, Thing):
        return f"{said.concept}({said.values.get('name', '')!r})"
    if isinstance(said, Related):
        return f"{said.concept}({_shown(said.head)}, {_shown(said.tail)})"
    return _short(repr(said))


def _short(text: str) -> str:
    """Return a text, shortened."""
    return text if len(text) <= 80 else f"{text[:79]}…"
