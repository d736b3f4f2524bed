"""Survivorship: each policy by example, all of them by law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.knowledge.evidence import Evidence, known_after
from knowloom.knowledge.policies import POLICIES, Policy, Side, policy_of
from knowloom.knowledge.project import project
from knowloom.knowledge.truth import Trust
from knowloom.ontology import check
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

START = datetime(2020, 1, 1, tzinfo=UTC)
ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            attributes=(
                Attribute(name="home"),
                Attribute(name="age", range=Scalar.INT),
                Attribute(name="born", range=Scalar.DATE),
                Attribute(name="size", range=Scalar.FLOAT),
                Attribute(name="tags", many=True),
                Attribute(name="knows", many=True, range=ConceptRange(("Person",))),
            ),
        ),
        Concept(name="Author", parents=("Person",)),
    ]
)
NAMES = sorted(POLICIES)


def said(source: str, day: int, /, **values: Any) -> Evidence:
    """Return what a source said so many days after the start; `since`, `until` tell validity."""
    since, until = values.pop("since", None), values.pop("until", None)
    sure, run = values.pop("sure", None), values.pop("run", day)
    return Evidence(
        run=run,
        source=source,
        recorded=START + timedelta(days=day),
        hash=f"{source}{day}{values}{since}{until}",
        concept="Person",
        values=values,
        valid_from=since,
        valid_to=until,
        confidence=sure,
    )


def under(name: str, *evidence: Evidence, at: date | None = None, **more: Any) -> Any:
    """Return the projection when every attribute has this policy."""
    policy = Policy(single=name, many=name, **more)
    return project(evidence, ONTOLOGY, policy, at=at)


def test_an_older_document_does_not_override_a_newer_validity() -> None:
    """What holds since 2019 stays when a later document tells of 2010; `latest` would take it."""
    new = said("a", 1, home="Rome", since=date(2019, 1, 1))
    old = said("b", 9, home="Oslo", since=date(2010, 1, 1))
    assert under("latest-valid", new, old).values == {"home": "Rome"}
    assert under("latest", new, old).values == {"home": "Oslo"}


def test_a_new_value_closes_the_interval_before_it() -> None:
    """Each day shows the value that began last before it; before all of them none is known."""
    evidence = [
        said("a", 1, home="Oslo", since=date(2010, 1, 1)),
        said("a", 2, home="Rome", since=date(2015, 1, 1), until=date(2017, 1, 1)),
    ]
    days = [date(2009, 1, 1), date(2012, 1, 1), date(2016, 12, 31), date(2017, 1, 1)]
    shown = [under("latest-valid", *evidence, at=d).values.get("home") for d in days]
    assert shown == [None, "Oslo", "Rome", "Oslo"]


def test_what_has_ended_is_shown_when_nothing_holds() -> None:
    """Without an open interval the one that ended last is the last that is known."""
    evidence = [
        said("a", 5, home="Oslo", since=date(2001, 1, 1), until=date(2003, 1, 1)),
        said("a", 2, home="Rome", since=date(2000, 1, 1), until=date(2009, 1, 1)),
    ]
    assert under("latest-valid", *evidence).values == {"home": "Rome"}


def test_a_tie_of_two_sources_is_a_dispute() -> None:
    """Two sources that say different things at one moment: the later run shows, both are kept."""
    projection = under("latest", said("a", 1, age=1, run=1), said("b", 1, age=2, run=2))
    assert projection.values == {"age": 2}
    assert projection.disputes == {"age": (Side(2, ("b",)), Side(1, ("a",)))}


def test_the_most_trusted_source_comes_first_and_others_fill_in() -> None:
    """A later word of a less trusted source counts only where the trusted one is silent."""
    evidence = [said("good", 1, age=1), said("bad", 5, age=2, home="Oslo")]
    shown = under("trusted-source-order", *evidence, trusted=("good", "bad"))
    assert shown.values == {"age": 1, "home": "Oslo"}


def test_max_and_min_compare_numbers_dates_and_text() -> None:
    """The largest and smallest survive whatever the type, of many-valued attributes too."""
    evidence = [
        said("a", 1, age=3, born=date(1990, 1, 1), tags=["x", "b"]),
        said("b", 2, age=1, born=date(1980, 1, 1), tags=["c"]),
    ]
    assert under("max", *evidence).values == {"age": 3, "born": date(1990, 1, 1), "tags": ["x"]}
    assert under("min", *evidence).values == {"age": 1, "born": date(1980, 1, 1), "tags": ["b"]}


def test_review_keeps_all_and_says_so() -> None:
    """The latest shows, every value is a side of the dispute until all agree."""
    evidence = [said("a", 1, age=1), said("b", 2, age=2), said("c", 3, age=2)]
    shown = under("review", *evidence)
    assert shown.values == {"age": 2}
    assert shown.disputes == {"age": (Side(2, ("b", "c")), Side(1, ("a",)))}
    assert not under("review", *evidence[1:]).disputes


def test_accurate_sources_outweigh_many_bad_ones() -> None:
    """One source that is right 98 times in 100 beats two that hardly ever are."""
    trust = Trust(accuracy={"good": {"": 0.98}, "bad": {"": 0.3}, "worse": {"": 0.3}})
    evidence = [said("good", 1, age=1), said("bad", 2, age=2), said("worse", 3, age=2)]
    assert under("truth-discovery", *evidence, trust=trust).values == {"age": 1}
    assert under("truth-discovery", *evidence).values == {"age": 2}


def test_copies_do_not_count_twice() -> None:
    """Two copiers of one source do not outvote two independent ones."""
    trust = Trust(copies={"c": {"b": 1.0}, "d": {"b": 1.0}})
    evidence = [
        *(said(source, i, age=2) for i, source in enumerate("bcd", 1)),
        *(said(source, i, age=1) for i, source in enumerate("xy", 5)),
    ]
    assert under("truth-discovery", *evidence, trust=trust).values == {"age": 1}
    assert under("truth-discovery", *evidence).values == {"age": 2}


def test_an_even_vote_is_disputed() -> None:
    """Two sources of equal accuracy that contradict each other leave the value disputed."""
    shown = under("truth-discovery", said("a", 1, age=1), said("b", 2, age=2))
    assert shown.values == {"age": 2}
    assert [side.value for side in shown.disputes["age"]] == [2, 1]


def test_coarse_dates_and_rounded_numbers_support_the_exact() -> None:
    """A year and a day in it agree, as do numbers within tolerance; the exact one shows."""
    evidence = [
        said("a", 1, born=date(1990, 3, 2), size=100.0),
        said("b", 2, born=date(1990, 1, 1), size=100.01),
        said("c", 3, born=date(1991, 5, 5), size=250.0),
    ]
    shown = under("truth-discovery", *evidence)
    assert shown.values == {"born": date(1990, 3, 2), "size": 100.01}
    assert not shown.disputes


def test_a_value_that_changes_is_told_by_the_later_words() -> None:
    """With a rate of change three old words do not outvote two new ones; as of then they do."""
    trust = Trust(change={"home": 0.3})
    old = [said(s, -4000 + i, home="Oslo") for i, s in enumerate("abc")]
    new = [said(s, i, home="Rome") for i, s in enumerate("de")]
    shown = under("truth-discovery", *old, *new, trust=trust)
    assert shown.values == {"home": "Rome"}
    then = (START - timedelta(days=3500)).date()
    assert under("truth-discovery", *old, *new, trust=trust, at=then).values == {"home": "Oslo"}
    assert under("truth-discovery", *old, *new).values == {"home": "Oslo"}


def test_of_many_values_the_improbable_are_left_out_and_disputed() -> None:
    """A tag that only a bad source gives is not shown, but is a side of the dispute."""
    trust = Trust(accuracy={"good": {"": 0.95}, "bad": {"": 0.2}})
    evidence = [said("good", 1, tags=["x"]), said("bad", 2, tags=["x", "y"])]
    shown = under("truth-discovery", *evidence, trust=trust)
    assert shown.values == {"tags": ["x"]}
    assert shown.disputes["tags"] == (Side("x", ("bad", "good")), Side("y", ("bad",)))


def test_learned_functionality_shows_as_dispute() -> None:
    """Two values of an attribute of which things have one by experience are kept and disputed."""
    evidence = [said("a", 1, tags=["x"]), said("b", 2, tags=["y"])]
    assert not under("union", *evidence).disputes
    shown = under("union", *evidence, trust=Trust(functionality={"tags": 0.99}))
    assert shown.values == {"tags": ["x", "y"]}
    assert "tags" in shown.disputes


def test_a_declared_policy_comes_before_the_settings() -> None:
    """The attribute's own policy, then `Concept.attribute`, then `attribute`, then cardinality."""
    ontology = Ontology(
        [
            Concept(
                name="Thing",
                attributes=(
                    Attribute(name="a", policy="min.v1"),
                    Attribute(name="b"),
                    Attribute(name="c"),
                    Attribute(name="d"),
                ),
            )
        ]
    )
    low = dict.fromkeys("abcd", "1")
    high = dict.fromkeys("abcd", "2")
    evidence = [said("x", 1, **high), said("y", 2, **low)]
    evidence = [Evidence(**{**_fields(e), "concept": "Thing"}) for e in evidence]
    policy = Policy(choices={"a": "max", "Thing.b": "max", "b": "min", "c": "max.v1"})
    assert project(evidence, ontology, policy).values == {"a": "1", "b": "2", "c": "2", "d": "1"}


def _fields(evidence: Evidence) -> dict[str, Any]:
    return {name: getattr(evidence, name) for name in Evidence.__slots__}


def test_ontologies_may_declare_exactly_these_policies() -> None:
    """The checker of ontologies and the projection know the same names."""
    assert {name.partition(".")[0] for name in POLICIES} == check.POLICIES


def test_a_policy_survives_json_and_its_version_tells_it_apart() -> None:
    """Plain values and back is the same policy; any other parameter is another version."""
    policy = Policy(trusted=("a",), trust=Trust(accuracy={"a": {"": 0.7}}), choices={"x": "max"})
    again = policy_of(orjson.loads(orjson.dumps(policy.as_json())))
    assert again == policy
    assert again.version == policy.version != Policy().version


def test_travel_in_recorded_time_restores_what_was_superseded() -> None:
    """After run 1 the old record stood; after run 2 the new one does."""
    old, new = said("a", 1, age=1, run=1).superseded(2), said("a", 2, age=2, run=2)
    assert project(known_after([old, new], 1), ONTOLOGY).values == {"age": 1}
    assert project(known_after([old, new], 2), ONTOLOGY).values == {"age": 2}


DAYS = st.dates(date(2015, 1, 1), date(2022, 1, 1))


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """Some record of a person, with or without validity and confidence."""
    values: dict[str, Any] = {
        "home": draw(st.sampled_from(["Oslo", "Rome", "oslo"])),
        "age": draw(st.integers(0, 3)),
        "born": draw(st.sampled_from([date(1990, 1, 1), date(1990, 3, 2), date(1991, 1, 1)])),
        "size": draw(st.sampled_from([1.0, 1.0005, 2.0])),
        "tags": draw(st.lists(st.sampled_from("xyz"), max_size=3)),
    }
    for name in draw(st.sets(st.sampled_from(sorted(values)))):
        del values[name]
    since = draw(st.none() | DAYS)
    until = draw(st.none() | DAYS)
    if since and until and until <= since:
        until = None
    found = said(
        draw(st.sampled_from("abc")),
        draw(st.integers(0, 4)),
        since=since,
        until=until,
        sure=draw(st.sampled_from([None, 0.5])),
        run=draw(st.integers(1, 4)),
        **values,
    )
    return found.superseded(9) if draw(st.integers(0, 5)) == 0 else found


RECORDS = st.lists(evidence(), min_size=1, max_size=6)
FITTED = Trust(
    accuracy={"a": {"": 0.9}, "b": {"": 0.4, "age": 0.95}},
    copies={"c": {"a": 0.9}},
    change={"home": 0.5},
)


@pytest.mark.parametrize("name", NAMES)
@given(records=RECORDS, at=st.none() | DAYS, seed=st.integers(0, 99))
def test_no_policy_depends_on_the_order_of_arrival(
    name: str, records: list[Evidence], at: date | None, seed: int
) -> None:
    """Any permutation of the records gives the same values and the same disputes."""
    shuffled = Random(seed).sample(records, len(records))
    shown = under(name, *records, at=at, trust=FITTED, trusted=("b",))
    assert under(name, *shuffled, at=at, trust=FITTED, trusted=("b",)) == shown


@pytest.mark.parametrize("name", NAMES)
@given(records=RECORDS)
def test_said_twice_is_said_once(name: str, records: list[Evidence]) -> None:
    """Repeated records change neither values nor disputes."""
    assert under(name, *records, *records) == under(name, *records)


@pytest.mark.parametrize("name", NAMES)
@given(records=RECORDS, at=st.none() | DAYS)
def test_only_what_was_said_is_shown(name: str, records: list[Evidence], at: date | None) -> None:
    """Every shown value and every side of a dispute is a value some standing record says."""
    shown = under(name, *records, at=at, trust=FITTED)
    standing = [e for e in records if not e.superseded_by]
    for attribute, values in shown.values.items():
        heard = [e.values[attribute] for e in standing if attribute in e.values]
        flat = [v for each in heard for v in (each if isinstance(each, list) else [each])]
        assert all(v in flat for v in (values if isinstance(values, list) else [values]))
    for attribute, disputed in shown.disputes.items():
        for side in disputed:
            assert set(side.sources) <= {e.source for e in standing if attribute in e.values}


@pytest.mark.parametrize("name", NAMES)
@given(record=evidence())
def test_a_single_sure_record_is_shown_as_it_is(name: str, record: Evidence) -> None:
    """One record without rivals is the projection, but for lists reduced by their policy."""
    record = said("a", 1, **record.values)
    shown = under(name, record).values
    single = {n: v for n, v in record.values.items() if n != "tags"}
    assert {n: v for n, v in shown.items() if n != "tags"} == single
    assert not under(name, record).disputes
