"""Values: the strict rules of storing and the lenient ones of reading."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from timeit import repeat

import neo4j.time
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import OntologyError, UnknownConcept
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Kind,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.rules import compile_concept
from knowloom.ontology.values import (
    Value,
    acceptor,
    bounds_fault,
    checker,
    reader,
)
from knowloom.ontology.verdicts import Problem, Unfit

COLOURS = Enumeration(("red", "green"))


@dataclass(frozen=True)
class Ref:
    """A reference as the rules see it."""

    concept: str
    values: tuple[tuple[str, object], ...] = ()


def attribute(range_: Range, **more: object) -> Attribute:
    """Return an attribute `x` of this range."""
    return Attribute(name="x", range=range_, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("range_", "value"),
    [
        (Scalar.STR, ""),
        (Scalar.STR, "Gödel \U0001f600"),
        (Scalar.INT, -(2**63)),
        (Scalar.INT, 2**63 - 1),
        (Scalar.FLOAT, 1.5),
        (Scalar.FLOAT, -0.0),
        (Scalar.BOOL, True),
        (Scalar.DATE, date(1947, 12, 6)),
        (Scalar.DATETIME, datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (Scalar.DATETIME, datetime(2024, 2, 29)),
        (COLOURS, "red"),
    ],
)
def test_a_fitting_value_comes_back_as_it_is(range_: Range, value: Value) -> None:
    """What fits is accepted without being touched."""
    assert checker(attribute(range_))(value) is None
    assert acceptor(attribute(range_))(value) is value


@pytest.mark.parametrize(
    ("range_", "value", "sentence"),
    [
        (Scalar.DATE, "soon", "is 'soon', which is not a date (YYYY-MM-DD)"),
        (Scalar.DATE, datetime(2020, 1, 1), "which is not a date"),
        (Scalar.DATETIME, date(2020, 1, 1), "which is not a date and time"),
        (Scalar.INT, True, "is True, which is not a whole number"),
        (Scalar.INT, 1.0, "which is not a whole number"),
        (Scalar.INT, "1", "which is not a whole number"),
        (Scalar.INT, 2**63, "which does not fit 64 bits"),
        (Scalar.FLOAT, math.nan, "is nan, which is not a finite number"),
        (Scalar.FLOAT, math.inf, "is inf, which is not a finite number"),
        (Scalar.FLOAT, False, "which is not a number"),
        (Scalar.FLOAT, 2**53 + 1, "which is not exact as a float"),
        (Scalar.FLOAT, 10**400, "which is not a finite number"),
        (Scalar.BOOL, 1, "is 1, which is not true or false"),
        (Scalar.STR, 3, "is 3, which is not text"),
        (Scalar.STR, None, "is None, which is not text"),
        (Scalar.STR, ["a"], "is ['a'], which is not text"),
        (Scalar.STR, "bad \ud800", "holds half a surrogate pair"),
        (COLOURS, "blue", "is 'blue', which is not one of 'red', 'green'"),
        (COLOURS, ["red"], "which is not one of"),
        (ConceptRange(("Person",)), "Ada", "refers to Person, so it cannot hold a plain value"),
    ],
)
def test_an_unfitting_value_is_described(range_: Range, value: object, sentence: str) -> None:
    """What does not fit gives a sentence that continues the attribute's name."""
    said = checker(attribute(range_))(value)
    assert said is not None
    assert sentence in said


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
@pytest.mark.parametrize("many", [False, True])
def test_moments_that_utc_cannot_tell_are_refused(text: str, many: bool) -> None:
    """The server would store them, and the driver could not read them."""
    with pytest.raises(ValueError, match="not in the years 1 to 9999 in UTC"):
        reader(attribute(Scalar.DATETIME, many=many))(text)


def test_moments_are_stored_in_a_way_that_the_server_takes() -> None:
    """Great offsets become UTC; of those in a list all have a zone."""
    noon, east = datetime(2024, 1, 1, 12), timezone(timedelta(hours=18, minutes=30))
    read = reader(attribute(Scalar.DATETIME))(noon.replace(tzinfo=east))
    assert isinstance(read, datetime)
    assert (read, read.utcoffset()) == (noon.replace(tzinfo=east), timedelta())
    both = [noon, noon.replace(tzinfo=UTC)]
    assert reader(attribute(Scalar.DATETIME, many=True))(both) == [both[1], both[1]]


def test_long_values_are_shortened_in_sentences() -> None:
    """A sentence stays a sentence whatever the value."""
    said = checker(attribute(Scalar.INT))("x" * 10_000)
    assert said is not None
    assert len(said) < 150


@pytest.mark.parametrize(
    ("range_", "low", "high", "inside", "outside"),
    [
        (Scalar.INT, "0", "10", [0, 10, 5], [-1, 11]),
        (Scalar.FLOAT, "-1.5", "", [-1.5, 1e300], [-1.6]),
        (Scalar.FLOAT, "0", "1", [0.0, 1.0], [-0.1, 1.1]),
        (Scalar.DATE, "1900-01-01", "", [date(1900, 1, 1)], [date(1899, 12, 31)]),
        (
            Scalar.DATETIME,
            "2020-01-01T00:00:00Z",
            "",
            [datetime(2020, 1, 1), datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))],
            [datetime(2020, 1, 1, 0, tzinfo=timezone(timedelta(hours=1)))],
        ),
    ],
)
def test_bounds_are_inclusive(
    range_: Range, low: str, high: str, inside: list[object], outside: list[object]
) -> None:
    """A value on a bound fits, one beyond it does not."""
    check = checker(attribute(range_, minimum=low, maximum=high))
    assert [check(value) for value in inside] == [None] * len(inside)
    assert all(
        "which is less than" in s or "which is more than" in s for s in map(check, outside) if s
    )
    assert None not in [check(value) for value in outside]


@pytest.mark.parametrize(
    ("range_", "low", "high", "sentence"),
    [
        (Scalar.STR, "a", "", "only numbers and dates"),
        (COLOURS, "", "z", "only numbers and dates"),
        (Scalar.INT, "many", "", "is 'many', which is not a whole number"),
        (Scalar.DATE, "2020-01-02", "2020-01-01", "minimum 2020-01-02 above the maximum"),
        (Scalar.INT, "0", "0", None),
        (Scalar.INT, "", "", None),
    ],
)
def test_unusable_bounds_are_named(
    range_: Range, low: str, high: str, sentence: str | None
) -> None:
    """Bounds on the wrong type, unreadable ones and reversed ones are faults."""
    bounded = attribute(range_, minimum=low, maximum=high)
    fault = bounds_fault(bounded)
    assert (fault is None) if sentence is None else (fault is not None and sentence in fault)


def test_an_acceptor_with_unreadable_bounds_cannot_be_made() -> None:
    """Bounds that mean nothing are refused instead of passed over."""
    with pytest.raises(OntologyError, match="'many', which is not a whole number"):
        acceptor(attribute(Scalar.INT, minimum="many"))


def test_lists_are_judged_item_by_item() -> None:
    """Every item of a list must fit, and a single value is no list."""
    check = checker(attribute(Scalar.INT, many=True))
    assert check([]) is None
    assert check([1, 2]) is None
    assert check([1, "2"]) == "is '2', which is not a whole number"
    assert check(1) == "is 1, which is not a list"
    assert check("ab") == "is 'ab', which is not a list"


def test_lists_are_changed_only_where_needed() -> None:
    """Whole numbers in a list of floats become floats; tuples become lists."""
    accept = acceptor(attribute(Scalar.FLOAT, many=True))
    given = [0.5, 1, 2]
    kept = accept(given)
    assert kept == [0.5, 1.0, 2.0]
    assert [type(v) for v in kept] == [float] * 3  # type: ignore[union-attr]
    assert given == [0.5, 1, 2]
    assert accept((0.5,)) == [0.5]


@pytest.mark.parametrize(
    ("range_", "given_", "read"),
    [
        (Scalar.INT, "1947", 1947),
        (Scalar.INT, " -7 ", -7),
        (Scalar.INT, "1947.0", 1947),
        (Scalar.INT, 1947.0, 1947),
        (Scalar.FLOAT, "2.50", 2.5),
        (Scalar.FLOAT, 3, 3.0),
        (Scalar.FLOAT, "1e3", 1000.0),
        (Scalar.BOOL, "Yes", True),
        (Scalar.BOOL, "false", False),
        (Scalar.BOOL, "0", False),
        (Scalar.BOOL, 1, True),
        (Scalar.DATE, "1947-12-06", date(1947, 12, 6)),
        (Scalar.DATE, "1947-12-06T00:00:00", date(1947, 12, 6)),
        (Scalar.DATE, neo4j.time.Date(1947, 12, 6), date(1947, 12, 6)),
        (Scalar.DATE, "1947-12-06Z", date(1947, 12, 6)),
        (Scalar.DATE, " 1947-12-06-05:00", date(1947, 12, 6)),
        (Scalar.DATETIME, "2024-02-29Z", datetime(2024, 2, 29, tzinfo=UTC)),
        (
            Scalar.DATETIME,
            "2024-02-29-05:00",
            datetime(2024, 2, 29, tzinfo=timezone(timedelta(hours=-5))),
        ),
        (Scalar.DATETIME, "2024-02-29T12:30:00Z", datetime(2024, 2, 29, 12, 30, tzinfo=UTC)),
        (Scalar.DATETIME, date(2024, 2, 29), datetime(2024, 2, 29)),
        (Scalar.DATETIME, neo4j.time.DateTime(2024, 2, 29, 12), datetime(2024, 2, 29, 12)),
        (Scalar.STR, 42, "42"),
        (Scalar.STR, True, "true"),
        (Scalar.STR, date(2024, 1, 2), "2024-01-02"),
        (Scalar.STR, ["one"], "one"),
        (COLOURS, "red", "red"),
    ],
)
def test_values_are_read_from_what_files_and_graphs_hold(
    range_: Range, given_: object, read: Value
) -> None:
    """Text, JSON and driver values become what is stored."""
    value = reader(attribute(range_))(given_)
    assert (value, type(value)) == (read, type(read))


@pytest.mark.parametrize(
    ("range_", "given_"),
    [
        (Scalar.INT, "1,000"),
        (Scalar.INT, "1_000"),
        (Scalar.INT, "1.5"),
        (Scalar.INT, 2.0**60),
        (Scalar.INT, ""),
        (Scalar.INT, True),
        (Scalar.FLOAT, "1,5"),
        (Scalar.FLOAT, "nan"),
        (Scalar.FLOAT, "1_0.0"),
        (Scalar.BOOL, "maybe"),
        (Scalar.BOOL, 2),
        (Scalar.DATE, "1947"),
        (Scalar.DATE, "6.12.1947"),
        (Scalar.DATE, "1947-12-06T10:00:00"),
        (Scalar.DATE, neo4j.time.Date(12_000, 1, 1) if neo4j.time.MAX_YEAR > 9999 else "9999999"),
        (Scalar.DATETIME, "noon"),
        (Scalar.STR, ["two", "texts"]),
        (Scalar.STR, None),
        (Scalar.STR, {"a": 1}),
        (COLOURS, "RED"),
    ],
)
def test_what_cannot_be_read_is_refused(range_: Range, given_: object) -> None:
    """Nothing is guessed: thousands separators, partial dates and lost precision are refused."""
    with pytest.raises(Unfit):
        reader(attribute(range_))(given_)


def test_reading_one_value_for_many_gives_a_list() -> None:
    """A single value for an attribute that holds many is a list of one."""
    read = reader(attribute(Scalar.INT, many=True))
    assert read("1") == [1]
    assert read(["1", 2.0]) == [1, 2]
    assert read([]) == []


def test_bounds_hold_when_reading() -> None:
    """What is read is judged by the rule of storing."""
    with pytest.raises(Unfit, match="is 1700, which is less than 1800"):
        reader(attribute(Scalar.INT, minimum="1800"))("1700")


STORED: dict[Range, st.SearchStrategy[Value]] = {
    Scalar.STR: st.text(st.characters(codec="utf-8")),
    Scalar.INT: st.integers(-(2**63), 2**63 - 1),
    Scalar.FLOAT: st.floats(allow_nan=False, allow_infinity=False),
    Scalar.BOOL: st.booleans(),
    Scalar.DATE: st.dates(),
    Scalar.DATETIME: st.datetimes(timezones=st.none() | st.just(UTC)),
}


@given(st.sampled_from(list(STORED)).flatmap(lambda r: st.tuples(st.just(r), STORED[r])))
def test_reading_what_was_written_as_text_gives_it_back(case: tuple[Range, Value]) -> None:
    """For every scalar, text made by `str` (ISO for times) reads back as the same value."""
    range_, value = case
    written = value.isoformat() if isinstance(value, (date, datetime)) else str(value)
    assert reader(attribute(range_))(written) == value
    assert reader(attribute(range_))(value) == value


@given(st.sampled_from(list(STORED)), st.one_of(*STORED.values(), st.none(), st.binary()))
def test_a_reader_returns_what_fits_or_raises_unfit(range_: Range, value: object) -> None:
    """Whatever is given, the result fits the attribute or the error says why not."""
    try:
        read = reader(attribute(range_))(value)
    except Unfit as unfit:
        assert str(unfit)
    else:
        assert checker(attribute(range_))(read) is None


PERSON = Concept(
    name="Person",
    attributes=(
        Attribute(name="born", range=Scalar.DATE, required=True),
        Attribute(name="height", range=Scalar.FLOAT),
        Attribute(name="works_at", range=ConceptRange(("Organization",))),
        Attribute(name="knows", range=ConceptRange(("Person",)), many=True),
    ),
)
WORLD = Ontology(
    [
        PERSON,
        Concept(name="Author", parents=("Person",)),
        Concept(name="Agent"),
        Concept(name="Organization", parents=("Agent",)),
        Concept(name="University", parents=("Organization",)),
        Concept(
            name="Employment",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(
                    name="tail_entity", range=ConceptRange(("Organization",)), required=True
                ),
                Attribute(name="since", range=Scalar.INT, required=True),
            ),
        ),
    ]
)
BORN = date(1947, 12, 6)


def codes(problems: object) -> list[str]:
    """Return the codes of problems."""
    assert isinstance(problems, (list, tuple))
    return [p.code for p in problems]


def test_a_correct_record_has_no_problem() -> None:
    """Inherited attributes, subclasses and superclasses of ranges are all right."""
    rules = compile_concept(WORLD, "Author")
    links = {"works_at": (Ref("University"),), "knows": (Ref("Author"), Ref("Entity"))}
    assert rules.problems({"name": "Ada", "born": BORN}, links) == ()
    assert rules.problems({"name": "Ada", "born": BORN}, links) == ()


def test_values_are_put_in_stored_form_in_place() -> None:
    """A whole number becomes a float in the record itself, also when something else is wrong."""
    rules = compile_concept(WORLD, "Person")
    good: dict[str, object] = {"born": BORN, "height": 2}
    assert rules.problems(good, {}) == ()
    assert type(good["height"]) is float
    bad: dict[str, object] = {"height": 2}
    assert codes(rules.problems(bad, {})) == ["missing"]
    assert type(bad["height"]) is float


def test_every_problem_of_a_record_is_found() -> None:
    """All problems come at once, each naming its attribute."""
    rules = compile_concept(WORLD, "Person")
    found = rules.problems(
        {"name": 3, "bron": BORN, "works_at": "MIT"},
        {"works_at": (Ref("Person"),), "height": (Ref("Person"),), "likes": ()},
    )
    assert list(found) == [
        Problem("type", "name is 3, which is not text"),
        Problem("unknown-attribute", "bron is no attribute of Person; did you mean born?"),
        Problem("type", "works_at refers to Organization, so it cannot hold a plain value"),
        Problem("missing", "born is missing, and Person needs it"),
        Problem("link-type", "works_at refers to Person, which is no kind of Organization"),
        Problem("link-type", "height holds plain values, not references"),
        Problem("unknown-attribute", "likes is no attribute of Person"),
    ]


@pytest.mark.parametrize("nothing", [None, []])
def test_none_and_an_empty_list_are_missing(nothing: object) -> None:
    """A required attribute needs a value."""
    tagged = Concept(name="T", attributes=(Attribute(name="tags", many=True, required=True),))
    rules = compile_concept(Ontology([tagged]), "T")
    assert "missing" in codes(rules.problems({"tags": nothing}, {}))
    assert codes(rules.problems({"tags": ["a"]}, {})) == []


def test_zero_and_false_are_values() -> None:
    """A required attribute may be 0 or False."""
    counted = Concept(
        name="T",
        attributes=(
            Attribute(name="n", range=Scalar.INT, required=True),
            Attribute(name="b", range=Scalar.BOOL, required=True),
        ),
    )
    assert compile_concept(Ontology([counted]), "T").problems({"n": 0, "b": False}, {}) == ()


def test_a_single_link_has_one_target() -> None:
    """Two targets for an attribute that holds one are a problem; also when met a second time."""
    rules = compile_concept(WORLD, "Person")
    links = {"works_at": (Ref("Organization"), Ref("University"))}
    for _ in range(2):
        assert codes(rules.problems({"born": BORN}, links)) == ["cardinality"]


def test_links_to_unknown_or_unrelated_concepts_are_problems() -> None:
    """A target must be a subclass or a superclass of the range, and known."""
    rules = compile_concept(WORLD, "Person")
    assert rules.refusal("works_at", "Agent") is None
    assert rules.refusal("works_at", "Award") == "refers to Award, which is no concept"
    assert rules.refusal("works_at", "Author") is not None
    assert rules.refusal("name", "Author") == "holds plain values, not references"


def test_facts_are_judged_by_their_ends_and_qualifiers() -> None:
    """A relation's ends must fit, and its required qualifiers be there (item 10)."""
    rules = compile_concept(WORLD, "Employment")
    assert rules.fact_problems({"since": 1987}, "Author", "University") == ()
    wrong = rules.fact_problems({}, "University", "Author")
    assert codes(wrong) == ["missing", "link-type", "link-type"]
    assert wrong[1].reason == "head_entity refers to University, which is no kind of Person"


def test_rules_of_an_unknown_concept_cannot_be_made() -> None:
    """A wrong name is told with a near one."""
    with pytest.raises(UnknownConcept, match="did you mean Person"):
        compile_concept(WORLD, "Persson")


def test_roots_have_rules_too() -> None:
    """Mentions may know no more than a root."""
    assert compile_concept(WORLD, Kind.ENTITY).problems({"name": "x", "aliases": ["y"]}, {}) == ()


def test_judging_a_correct_record_takes_two_microseconds_at_most() -> None:
    """The hot path of writing stays one: four scalars in 2 µs, best of many on a busy machine."""
    rules = compile_concept(WORLD, "Person")
    values: dict[str, object] = {
        "name": "Ada Lovelace",
        "aliases": ["Ada Byron"],
        "born": BORN,
        "height": 1.7,
    }
    judge: Callable[[], object] = lambda: rules.problems(values, {})  # noqa: E731
    assert min(repeat(judge, number=10_000, repeat=7)) / 10_000 < 2e-6


@pytest.mark.parametrize(("text", "is_long"), [("a" * 8_000, False), ("a" * 8_001, True)])
@pytest.mark.parametrize("sign", ["a", "名"])
def test_keys_are_as_long_as_an_index_takes(text: str, is_long: bool, sign: str) -> None:
    """A key is measured in bytes; a longer one is a problem of its record and no fault later."""
    name = sign * (len(text) // len(sign.encode()) + is_long)
    named = Concept(name="T", key=("name",))
    found = compile_concept(Ontology([named]), "T").problems({"name": name}, {})
    assert [problem.code for problem in found] == ["key-length"] * is_long
    plain = Concept(name="T", attributes=(Attribute(name="text"),))
    assert compile_concept(Ontology([plain]), "T").problems({"text": name}, {}) == ()
