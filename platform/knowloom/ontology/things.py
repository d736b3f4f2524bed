"""Things: the bases of all classes that stand for concepts (design §4, items 1 and 2).

They are pydantic models, so that constructing and assigning validate; `Thing.materialise` is the
quick way for values that are known to be right.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypedDict,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic import Field as PydanticField
from pydantic._internal._model_construction import ModelMetaclass
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from knowloom.ontology.concepts import (
    ENDS,
    Attribute,
    Binding,
    ConceptRange,
    Enumeration,
    Range,
    Scalar,
)
from knowloom.ontology.values import acceptor

PYTHON_TYPES: Mapping[Scalar, type] = {
    Scalar.STR: str,
    Scalar.INT: int,
    Scalar.FLOAT: float,
    Scalar.BOOL: bool,
    Scalar.DATE: date,
    Scalar.DATETIME: datetime,
}
_WORD = re.compile(r"\w+")
# A value of any of them is kept as a list.
_COLLECTIONS = (list, set, Sequence)
_SCALARS = {python: scalar for scalar, python in PYTHON_TYPES.items()}


class ClassKeywords(TypedDict, total=False):
    """What a class statement may say of its concept beside its parents."""

    key: str | tuple[str, ...]
    aliases: tuple[str, ...]
    patterns: tuple[str, ...]
    title: str
    iri: str
    description_origin: str
    binding: Binding | None


@dataclass(frozen=True, slots=True)
class TypeOf:
    """What a type hint says of an attribute; `optional` when None is possible."""

    range: Range
    many: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a field says of its attribute beside its type, default, description and examples."""

    aliases: tuple[str, ...] = ()
    policy: str = ""
    minimum: str = ""
    maximum: str = ""
    iri: str = ""
    relationship: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema of the field, with its bounds if it has any."""
        schema = handler(source)
        if not (self.minimum or self.maximum):
            return schema
        if (given := type_of(source)) is None:
            return schema
        accept = acceptor(
            Attribute(
                name="the field",
                range=given.range,
                many=given.many,
                minimum=self.minimum,
                maximum=self.maximum,
            )
        )

        def bounded(value: object) -> object:
            return value if value is None else accept(value)

        return core_schema.no_info_after_validator_function(bounded, schema)


def Field(  # noqa: N802  (pydantic and dataclasses taught people to look for this name)
    *,
    default: Any = ...,
    description: str = "",
    examples: Iterable[str] = (),
    aliases: Iterable[str] = (),
    policy: str = "",
    minimum: float | date | str | None = None,
    maximum: float | date | str | None = None,
    iri: str = "",
    relationship: str = "",
    kw_only: bool = True,
) -> Any:
    """Return the declaration of an attribute that has more to say than its type and default.

    Args:
        default: None for at most one value, [] for many; without it a value is required.
        description, examples, aliases, policy, iri, relationship: see `Attribute`.
        minimum, maximum: inclusive bounds of a number or date.
        kw_only: for type checkers only; `name` and a relation's ends may be given by position.

    >>> class City(Entity):
    ...     population: int | None = Field(default=None, minimum=0)
    >>> City("Toronto", population=2_794_356)
    City('Toronto', population=2794356)
    """
    about = About(
        aliases=tuple(aliases),
        policy=policy,
        minimum=bound_text(minimum),
        maximum=bound_text(maximum),
        iri=iri,
        relationship=relationship,
    )
    field = cast(
        FieldInfo,
        PydanticField(
            default=default, description=description or None, examples=list(examples) or None
        ),
    )
    if about != About():
        field.metadata.append(about)
    return field


def bound_text(bound: float | date | str | None) -> str:
    """Return a bound as `Attribute` keeps it."""
    if bound is None:
        return ""
    return bound.isoformat() if isinstance(bound, date) else str(bound)


def _shadowed(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hints that name a type by a name which an attribute of the class has too.

    Read inside the class, `date: date | None = None` would mean the attribute; here the hint means
    what the module knows by that name.
    """
    declared: Mapping[str, Any] = namespace.get("__annotations__", {})
    scalars = {scalar.value for scalar in Scalar} & declared.keys()
    hints = {
        name: hint
        for name, hint in (declared.items() if scalars else ())
        if isinstance(hint, str) and not scalars.isdisjoint(_WORD.findall(hint))
    }
    if not hints:
        return {}
    module = vars(sys.modules[namespace["__module__"]])
    holder = type("Hints", (), {"__annotations__": hints})
    with suppress(NameError):  # of a class that comes later
        return inspect.get_annotations(holder, globals=module, locals={}, eval_str=True)
    return {}


@dataclass_transform(kw_only_default=True, field_specifiers=(Field,))
class ThingType(ModelMetaclass):
    """The type of all concept classes: keeps what the class statement says of the concept."""

    if not TYPE_CHECKING:

        def __new__(mcs, name, bases, namespace, **keywords):
            said = {k: keywords.pop(k) for k in ClassKeywords.__annotations__ if k in keywords}
            namespace["__said__"] = said
            namespace.setdefault("__concepts__", (name,))
            namespace.get("__annotations__", {}).update(_shadowed(namespace))
            return super().__new__(mcs, name, bases, namespace, **keywords)


@dataclass_transform(kw_only_default=False, field_specifiers=(Field,))
class RelationType(ThingType):
    """The type of relation classes, whose two ends may be given by position."""


class Thing(BaseModel, metaclass=ThingType):
    """What all instances have in common.

    Two things are equal when their concepts, their uids and their plain values are equal and
    their links lead to the same things: those with the same uid, or without one those with the
    same concepts and name. Targets are not compared any deeper, so cycles are harmless. The hash
    is that of the uid, else of concepts and name: what has no uid yet changes its hash when it
    gets one.

    Assignments are validated like construction; what is appended to a list is judged on writing.

    Args:
        uid: the permanent identity in the graph; empty for what was never stored.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True, protected_namespaces=())
    __concepts__: ClassVar[tuple[str, ...]]
    __said__: ClassVar[ClassKeywords]
    __positional__: ClassVar[tuple[str, ...]] = ()
    __blank__: ClassVar[tuple[type, dict[str, Any], tuple[str, ...]]] = (object, {}, ())

    uid: str = Field(default="", kw_only=True)

    def __init_subclass__(
        cls,
        *,
        key: str | tuple[str, ...] = (),
        aliases: tuple[str, ...] = (),
        patterns: tuple[str, ...] = (),
        title: str = "",
        iri: str = "",
        description_origin: str = "",
        binding: Binding | None = None,
    ) -> None:
        """Take what a class statement may say of its concept; see `Concept`."""

    if TYPE_CHECKING:
        # Of a class known only at run time, such as one of `Classes`, nothing can be checked; for
        # classes that are written out, the checkers know better.
        def __init__(self, *args: Any, **values: Any) -> None: ...

    else:

        def __init__(self, /, *args, **values):
            super().__init__(**_named(type(self), args, values), **values)

        __init__.__pydantic_base_init__ = True

        def __setattr__(self, name, value):
            if name in type(self).__pydantic_fields__:
                self.__dict__[name] = _assignable(type(self), name, value)
                self.__pydantic_fields_set__.add(name)
            else:
                super().__setattr__(name, value)

    @classmethod
    def materialise(cls, values: dict[str, Any]) -> Self:
        """Return an instance with these values, unchecked and without a copy of them.

        Attributes that are not among `values` are None, or a list of their own when they hold
        many; references may be set later through the instance's `__dict__`.
        """
        owner, blank, lists = cls.__blank__
        if owner is not cls:
            owner, blank, lists = _blank(cls)
        full = {**blank, **values}
        for name in lists:
            if name not in values:
                full[name] = []
        made = _new(cls)
        _set(made, "__dict__", full)
        _set(made, "__pydantic_fields_set__", set(values))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Thing):
            return NotImplemented
        return self.__concepts__ == other.__concepts__ and _content(self) == _content(other)

    def __hash__(self) -> int:
        return hash(_reference(self))

    def __repr__(self) -> str:
        first = [_short(self.__dict__.get(name)) for name in self.__positional__]
        shown = {n: v for n, v in self.__dict__.items() if v not in _NOTHING}
        rest = [
            f"{name}={_short(value)}"
            for name, value in shown.items()
            if name != "uid" and name not in self.__positional__
        ]
        return f"{type(self).__name__}({', '.join(first + rest)})"

    def __str__(self) -> str:
        return repr(self)


class Entity(Thing):
    """The base class for all entities."""

    __positional__: ClassVar[tuple[str, ...]] = ("name",)

    name: str = Field(default="", description="What it is called.", kw_only=False)
    aliases: list[str] = Field(default=[], description="Other names of the same thing.")


class Event(Thing):
    """The base class for all events."""

    __positional__: ClassVar[tuple[str, ...]] = ("name",)

    name: str = Field(default="", description="What it is called.", kw_only=False)
    aliases: list[str] = Field(default=[], description="Other names of the same thing.")


class Relation(Thing, metaclass=RelationType):
    """The base class for all relations."""

    __positional__: ClassVar[tuple[str, ...]] = ENDS

    # Subclasses narrow both ends; only Any lets strict type checkers agree to that.
    head_entity: Any
    tail_entity: Any


BASES: Mapping[str, type[Thing]] = {"Entity": Entity, "Event": Event, "Relation": Relation}
_NOTHING: tuple[object, ...] = (None, "", [])
_new = object.__new__
_set = object.__setattr__


def concepts_of(thing: Thing | type[Thing]) -> tuple[str, ...]:
    """Return the names of the concepts that `thing` is a direct instance of.

    One for most; several, sorted, for an instance of a combined class.

    >>> concepts_of(Entity("Ada"))
    ('Entity',)
    """
    return thing.__concepts__


def type_of(annotation: Any) -> TypeOf | None:
    """Return what a resolved type hint says, None when it can describe no attribute.

    >>> type_of(list[int])
    TypeOf(range=<Scalar.INT: 'int'>, many=True, optional=False)
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_of(arguments[0])
    if origin in _COLLECTIONS:
        inner = type_of(arguments[0])
        return None if inner is None or inner.many or inner.optional else replace(inner, many=True)
    if origin in (Union, UnionType):
        return _type_of_union(arguments)
    if origin is Literal and all(isinstance(value, str) for value in arguments):
        return TypeOf(Enumeration(arguments))
    return _type_of_class(annotation) if isinstance(annotation, type) else None


def _type_of_class(given: type) -> TypeOf | None:
    """Return what a plain class as a hint says."""
    if issubclass(given, Thing):
        return TypeOf(ConceptRange((given.__name__,)))
    return TypeOf(_SCALARS[given]) if given in _SCALARS else None


def _type_of_union(members: tuple[Any, ...]) -> TypeOf | None:
    """Return what `A | B | None` says: one type, or several concepts."""
    given = [type_of(m) for m in members if m is not NoneType]
    optional = NoneType in members
    if len(given) == 1 and given[0]:
        return replace(given[0], optional=optional)
    ranges = [t.range for t in given if t and not t.many]
    concepts = [r.concepts for r in ranges if isinstance(r, ConceptRange)]
    if len(concepts) != len(given):
        return None
    return TypeOf(ConceptRange(tuple(chain.from_iterable(concepts))), optional=optional)


def _named(cls: type[Thing], args: tuple[Any, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return positional arguments by the names of their fields.

    Raises:
        TypeError: too many of them, or one is also given by name.
    """
    names = cls.__positional__[: len(args)]
    if len(args) > len(names):
        most = " and ".join(cls.__positional__)
        what = f"{cls.__name__} takes {most} by position, and {len(args)} values were given"
        raise TypeError(what)
    if twice := [n for n in names if n in values]:
        what = f"{cls.__name__} got {twice[0]} twice, by position and by name"
        raise TypeError(what)
    return dict(zip(names, args, strict=True))


def _assignable(cls: type[Thing], name: str, value: Any) -> Any:
    """Return `value` as validated for the field `name`.

    Pydantic's own validation of assignments replaces the instance's `__dict__` and refuses a
    thing that refers to itself; a stand-in has neither fault.

    Raises:
        ValidationError: the value does not fit.
    """
    stand_in = _new(cls)
    _set(stand_in, "__dict__", {})
    _set(stand_in, "__pydantic_fields_set__", set[str]())
    _set(stand_in, "__pydantic_extra__", None)
    _set(stand_in, "__pydantic_private__", None)
    cls.__pydantic_validator__.validate_assignment(stand_in, name, value)
    return stand_in.__dict__[name]


def _blank(cls: type[Thing]) -> tuple[type, dict[str, Any], tuple[str, ...]]:
    """Return and keep what an instance of `cls` holds where nothing is known."""
    if not cls.__pydantic_fields_complete__:
        cls.model_rebuild()
    single: dict[str, Any] = {}
    lists: list[str] = []
    for name, field in cls.model_fields.items():
        default = None if field.is_required() else field.get_default(call_default_factory=False)
        if isinstance(default, list) or get_origin(field.annotation) in _COLLECTIONS:
            lists.append(name)
        else:
            single[name] = default
    cls.__blank__ = cls, single, tuple(lists)
    return cls.__blank__


def _reference(thing: Thing) -> tuple[str, ...]:
    """Return what tells one thing from another: its uid, else its concepts and name."""
    known = thing.__dict__
    if uid := known.get("uid"):
        return (uid,)
    return (*thing.__concepts__, str(known.get("name") or ""))


def _content(thing: Thing) -> dict[str, Any]:
    """Return the values of a thing with references in place of the things it links to."""
    return {name: _flat(value) for name, value in thing.__dict__.items() if value not in _NOTHING}


def _flat(value: Any) -> Any:
    """Return a value to compare by; linked things have no order."""
    if isinstance(value, Thing):
        return [_reference(value)]
    if isinstance(value, list):
        links = [_reference(v) for v in cast(Iterable[object], value) if isinstance(v, Thing)]
        return sorted(links) or value  # pyright: ignore[reportUnknownVariableType]
    return value


def _short(value: Any) -> str:
    """Return a value as `repr` shows it, without what linked things link to themselves."""
    if isinstance(value, Thing):
        name = value.__dict__.get("name") or value.__dict__.get("uid") or ""
        return f"{type(value).__name__}({name!r})"
    if isinstance(value, list):
        items = cast(Sequence[object], value)
        shown = [_short(item) for item in items[:3]] + ["…"] * (len(items) > 3)
        return f"[{', '.join(shown)}]"
    if isinstance(value, (date, datetime)):
        return f"{type(value).__name__}({value.isoformat()})"
    return repr(value)
