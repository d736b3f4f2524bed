"""Values: does one fit its attribute, and how is it read from text, JSON or a driver's types.

Two sides of one rule. `checker` is strict: it judges what is about to be stored. `reader` is
lenient: it turns what a file or a foreign graph holds into what is stored, and then judges it by
the same rule. All sentences continue the attribute's name: `born` `is 'soon', which is not a date
(YYYY-MM-DD)`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, cast

from knowloom.errors import Fault, OntologyError
from knowloom.ontology.concepts import Attribute, ConceptRange, Enumeration, Range, Scalar
from knowloom.ontology.verdicts import Unfit

Value = str | int | float | bool | date | datetime
Accept = Callable[[object], Value | list[Value]]

_LARGEST = sys.float_info.max
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DAY_IN_A_ZONE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})")
_KINDS: Mapping[Scalar, str] = {
    Scalar.STR: "text",
    Scalar.INT: "a whole number",
    Scalar.FLOAT: "a number",
    Scalar.BOOL: "true or false",
    Scalar.DATE: "a date (YYYY-MM-DD)",
    Scalar.DATETIME: "a date and time (YYYY-MM-DDTHH:MM:SS)",
}


def checker(attribute: Attribute) -> Callable[[object], str | None]:
    """Return a function that says what is wrong with a value of `attribute`, None when nothing.

    A whole number is fine for a `float` attribute, a bool is no number, a datetime is no date.

    >>> born = checker(Attribute(name="born", range=Scalar.DATE))
    >>> born(date(1947, 12, 6)), born("soon")
    (None, "is 'soon', which is not a date (YYYY-MM-DD)")
    """
    accept = acceptor(attribute)

    def check(value: object) -> str | None:
        try:
            accept(value)
        except Unfit as unfit:
            return str(unfit)
        return None

    return check


def acceptor(attribute: Attribute) -> Accept:
    """Return a function that gives back a fitting value as it is stored, else raises `Unfit`.

    The value itself comes back when it needs no change, so `is` tells whether it did.

    Raises:
        OntologyError: the bounds of `attribute` cannot be read.
    """
    if isinstance(attribute.range, ConceptRange):
        return _refusing(attribute.range)
    one = _one(attribute)
    if not attribute.many:
        return one
    if attribute.range is Scalar.DATETIME:  # Neo4j stores no list of moments with and without zone
        return _listed(lambda value: cast(Value, _moment(one(value))))
    return _listed(one)


def reader(attribute: Attribute) -> Accept:
    """Return a function that makes a value of `attribute` from text, JSON or driver values.

    Numbers, dates and truth values are read from text, whole floats become integers, Neo4j's
    temporal values become Python's; thousands separators are not read. A single value given for
    an attribute that holds many becomes a list of one.

    The function raises `Unfit`, a ValueError whose text continues the attribute's name.

    >>> reader(Attribute(name="year", range=Scalar.INT))("1947")
    1947
    >>> reader(Attribute(name="tags", many=True))("a")
    ['a']
    """
    accept = acceptor(attribute)
    if isinstance(attribute.range, ConceptRange):
        return accept
    convert = _TEXT_READ if isinstance(attribute.range, Enumeration) else _READ[attribute.range]

    def read_one(value: object) -> Value | list[Value]:
        if type(value) is str:  # as in every text file
            return accept(convert(value))
        return accept(convert(_native(_single(value))))

    def read_many(value: object) -> Value | list[Value]:
        items = _items(value)
        return accept([convert(_native(item)) for item in ([value] if items is None else items)])

    return read_many if attribute.many else read_one


def bounds_fault(attribute: Attribute) -> str | None:
    """Return what is wrong with the bounds of `attribute`, None when they can be used."""
    if not (attribute.minimum or attribute.maximum):
        return None
    if attribute.range not in _READ or attribute.range in (Scalar.STR, Scalar.BOOL):
        return "has a minimum or maximum, which only numbers and dates can have"
    scalar = cast(Scalar, attribute.range)
    try:
        low, high = _bound(attribute.minimum, scalar), _bound(attribute.maximum, scalar)
    except Unfit as unfit:
        return f"has a bound that {unfit}"
    if low is not None and high is not None and _moment(low) > _moment(high):
        return f"has the minimum {attribute.minimum} above the maximum {attribute.maximum}"
    return None


def _refusing(range_: ConceptRange) -> Accept:
    """Return an acceptor for link attributes, which hold no plain values."""
    what = f"refers to {' or '.join(range_.concepts)}, so it cannot hold a plain value"

    def refuse(value: object) -> Value:
        raise Unfit(what)

    return refuse


def _listed(one: Accept) -> Accept:
    """Return an acceptor for lists whose items `one` accepts."""

    def accept(value: object) -> Value | list[Value]:
        if type(value) is not list:
            if not isinstance(value, (list, tuple, set, frozenset)):
                raise Unfit(f"is {_shown(value)}, which is not a list")
            value = list(cast(Iterable[object], value))
        items = cast(list[Value], value)
        for position, item in enumerate(items):
            if (kept := one(item)) is not item:
                rest = map(one, items[position + 1 :])
                return cast(list[Value], [*items[:position], kept, *rest])
        return items

    return accept


def _one(attribute: Attribute) -> Accept:
    """Return an acceptor for single values of a plain range."""
    if isinstance(attribute.range, Enumeration):
        return _enumerated(attribute.range.values)
    if fault := bounds_fault(attribute):
        raise OntologyError([Fault(attribute.name, fault, "bounds")])
    scalar = cast(Scalar, attribute.range)
    low, high = _bound(attribute.minimum, scalar), _bound(attribute.maximum, scalar)
    return _MAKERS[scalar](low, high)


def _enumerated(values: tuple[str, ...]) -> Accept:
    """Return an acceptor for these texts."""
    allowed = frozenset(values)

    def accept(value: object) -> Value:
        if type(value) is str and value in allowed:
            return value
        if isinstance(value, str) and value in allowed:
            return str.__str__(value)
        raise Unfit(f"is {_shown(value)}, which is not one of {', '.join(map(repr, values))}")

    return accept


def _text(low: Any, high: Any) -> Accept:
    """Return an acceptor for text; bounds do not apply."""

    def accept(value: object) -> Value:
        if type(value) is str and value.isascii():
            return value
        if not isinstance(value, str):
            raise _unlike(value, Scalar.STR)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unfit("holds half a surrogate pair, which is no character", "text") from None
        return value if type(value) is str else str.__str__(value)

    return accept


def _truth(low: Any, high: Any) -> Accept:
    """Return an acceptor for truth values; bounds do not apply."""

    def accept(value: object) -> Value:
        if value is True or value is False:
            return value
        raise _unlike(value, Scalar.BOOL)

    return accept


def _integer(low: Any, high: Any) -> Accept:
    """Return an acceptor for integers of 64 bits within inclusive bounds."""
    least: int = -(2**63) if low is None else max(low, -(2**63))
    most: int = 2**63 - 1 if high is None else min(high, 2**63 - 1)

    def accept(value: object) -> Value:
        if type(value) is int and least <= value <= most:
            return value
        if not isinstance(value, int) or isinstance(value, bool):
            raise _unlike(value, Scalar.INT)
        if not -(2**63) <= value < 2**63:
            raise Unfit(f"is {_shown(int(value))}, which does not fit 64 bits", "bounds")
        return _within(int(value), low, high)

    return accept


def _number(low: Any, high: Any) -> Accept:
    """Return an acceptor for finite floats within inclusive bounds."""
    least: float = -_LARGEST if low is None else low
    most: float = _LARGEST if high is None else high

    def accept(value: object) -> Value:
        if type(value) is float and least <= value <= most:
            return value
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise _unlike(value, Scalar.FLOAT)
        if not -_LARGEST <= value <= _LARGEST:
            raise Unfit(f"is {_shown(value)}, which is not a finite number", "bounds")
        if (number := float(value)) != value:
            raise Unfit(f"is {value}, which is not exact as a float", "bounds")
        return _within(number, low, high)

    return accept


def _day(low: Any, high: Any) -> Accept:
    """Return an acceptor for dates within inclusive bounds."""
    least: date = low or date.min
    most: date = high or date.max

    def accept(value: object) -> Value:
        if type(value) is date and least <= value <= most:
            return value
        if not isinstance(value, date) or isinstance(value, datetime):
            raise _unlike(value, Scalar.DATE)
        return _within(date(value.year, value.month, value.day), low, high)

    return accept


def _instant(low: Any, high: Any) -> Accept:
    """Return an acceptor for datetimes within inclusive bounds; one without zone counts as UTC."""
    unbound = low is None and high is None

    def accept(value: object) -> Value:
        if unbound and type(value) is datetime and value.tzinfo in (None, UTC):
            return value
        if not isinstance(value, datetime):
            raise _unlike(value, Scalar.DATETIME)
        return _within(at_fixed_offset(value), low, high)

    return accept


def at_fixed_offset(value: datetime) -> datetime:
    """Return the same moment with an offset of whole minutes in place of a zone.

    The driver shows zones a time of its own make; `ZoneInfo` takes it for Python's, reads beyond
    it, and the process crashes. Offsets with seconds it refuses, the server those of more than 18
    hours.

    Raises:
        Unfit: in UTC it is out of all years; the server would take it, and nobody could read it.
    """
    if (offset := value.utcoffset()) is None:
        return value.replace(tzinfo=None)
    try:
        at = value.astimezone(UTC)
    except OverflowError:
        raise Unfit(f"is {_shown(value)}, which is not in the years 1 to 9999 in UTC") from None
    if offset % timedelta(minutes=1) or abs(offset) > timedelta(hours=18):
        return at
    return value.replace(tzinfo=timezone(offset))


_MAKERS: Mapping[Scalar, Callable[[Any, Any], Accept]] = {
    Scalar.STR: _text,
    Scalar.INT: _integer,
    Scalar.FLOAT: _number,
    Scalar.BOOL: _truth,
    Scalar.DATE: _day,
    Scalar.DATETIME: _instant,
}


def _within(value: Value, low: Any, high: Any) -> Value:
    """Return `value`, which lies between its bounds; None is no bound."""
    if low is not None and _moment(value) < _moment(low):
        raise Unfit(f"is {value}, which is less than {low}", "bounds")
    if high is not None and _moment(value) > _moment(high):
        raise Unfit(f"is {value}, which is more than {high}", "bounds")
    return value


def _moment(value: Any) -> Any:
    """Return `value` so that it compares: datetimes without a zone are taken as UTC."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _bound(text: str, scalar: Scalar) -> Value | None:
    """Return a bound as a value of its range, None when there is none."""
    return _MAKERS[scalar](None, None)(_READ[scalar](text)) if text else None  # type: ignore[return-value]


def _shown(value: object) -> str:
    """Return `value` for a sentence, shortened."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _unlike(value: object, scalar: Scalar) -> Unfit:
    """Return the error for a value of another type."""
    return Unfit(f"is {_shown(value)}, which is not {_KINDS[scalar]}")


def _items(value: object) -> Iterable[object] | None:
    """Return what a collection holds, None when `value` is no collection."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return cast(Iterable[object], value)
    return None


def _single(value: object) -> object:
    """Return the one item of a collection, or a plain value as it is."""
    if (items := _items(value)) is None:
        return value
    found = list(items)
    if len(found) != 1:
        raise Unfit(f"holds {len(found)} values, and only one is possible", "cardinality")
    return found[0]


def _native(value: object) -> object:
    """Return Neo4j's dates and times as Python's; no driver is imported for it."""
    if (convert := getattr(value, "to_native", None)) is None:
        return value
    try:
        return cast(object, convert())
    except ValueError as error:
        raise Unfit(f"is {value}, which Python cannot hold ({error})") from None


def _read_text(value: object) -> object:
    """Return text as it is, other plain values as they are written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, (int, float)) else value


def _read_integer(value: object) -> object:
    """Return the integer that a text or a whole float is."""
    if type(value) is int:
        return value
    if isinstance(value, str):
        if "_" in value:
            return value
        try:
            return int(value)
        except ValueError:
            value = _read_number(value)
    # Beyond 2**53 a float no longer says which integer it was.
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    return value


def _read_number(value: object) -> object:
    """Return the number that a text is."""
    if not isinstance(value, str) or "_" in value:
        return value
    try:
        return float(value)
    except ValueError:
        return value


def _read_truth(value: object) -> object:
    """Return the truth value that a text, 0 or 1 is."""
    if isinstance(value, str):
        return _TRUTH.get(value.strip().lower(), value)
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    return value


def _read_day(value: object) -> object:
    """Return the date that a text or a midnight is; of one in a zone, as XML has it, the day."""
    if isinstance(value, str):
        text = value.strip()
        if zoned := _zoned(text):
            text = zoned[1]
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            return value
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    return value


def _read_instant(value: object) -> object:
    """Return the datetime that a text or the start of a date is."""
    if isinstance(value, str):
        text = value.strip()
        if zoned := _zoned(text):
            text = f"{zoned[1]}T00:00{zoned[2]}"
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return value


def _zoned(text: str) -> re.Match[str] | None:
    """Return a day in a zone as the two, which `fromisoformat` takes for a day and an hour."""
    return _DAY_IN_A_ZONE.fullmatch(text) if len(text) > 10 else None


_TEXT_READ = _read_text
_READ: Mapping[Range, Callable[[object], object]] = {
    Scalar.STR: _read_text,
    Scalar.INT: _read_integer,
    Scalar.FLOAT: _read_number,
    Scalar.BOOL: _read_truth,
    Scalar.DATE: _read_day,
    Scalar.DATETIME: _read_instant,
}
