"""Statements as JSON Lines: what is written is read back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowloom.knowledge.export import is_statement, statement_of, to_jsonl
from knowloom.knowledge.record import Fact, Mention, Record, Reject, uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom_loaders.json_file import JsonLoader

ONTOLOGY = Ontology(
    [
        Concept(name="City", key=("name",)),
        Concept(
            name="Person",
            attributes=(
                Attribute(name="born", range=Scalar.DATE),
                Attribute(name="seen", range=Scalar.DATETIME),
                Attribute(name="score", range=Scalar.FLOAT),
                Attribute(name="lived_in", range=ConceptRange(("City",)), many=True),
            ),
        ),
        Concept(
            name="Visit",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("City",)), required=True),
                Attribute(name="day", range=Scalar.DATE),
            ),
        ),
    ]
)

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
UIDS = st.text("0123456789abcdef", min_size=4, max_size=6)
CITIES = st.builds(lambda n: Mention("City", uid_of_key("City", (n,)), (("name", n),)), NAMES)
PEOPLE = st.builds(lambda uid: Mention("Person", uid), UIDS)
VALUES = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "born": st.dates(),
        "seen": st.datetimes(timezones=st.just(UTC)),
        "score": st.floats(allow_nan=False, allow_infinity=False),
        "aliases": st.lists(NAMES, min_size=1, max_size=2),
    },
)
RECORDS = st.builds(
    lambda uid, values, links, more: Record("Person", uid, values, links, **more),
    UIDS,
    VALUES,
    st.fixed_dictionaries({}, optional={"lived_in": st.lists(CITIES, min_size=1).map(tuple)}),
    st.fixed_dictionaries(
        {},
        optional={
            "observed": st.datetimes(timezones=st.just(UTC)),
            "valid_from": st.dates(),
            "valid_to": st.dates(),
            "confidence": st.floats(0, 1),
        },
    ),
)
FACTS = st.one_of(
    st.builds(
        lambda h, t, day: Fact("Visit", "", h, t, {"day": day} if day else {}),
        PEOPLE,
        CITIES,
        st.none() | st.dates(),
    ),
    st.builds(lambda h, t: Fact("", "lived_in", h, t), PEOPLE, CITIES),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(RECORDS | FACTS, max_size=5))
def test_statements_survive_their_text(tmp_path: Path, said: list[Record | Fact]) -> None:
    """Reading the lines of some statements gives the same statements, each with its line."""
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(to_jsonl(said)))
    found = list(JsonLoader().statements(path, ontology=ONTOLOGY))
    assert [s.row for s in found] == list(range(1, len(said) + 1))
    for statement in found:
        assert not isinstance(statement, Reject)
        statement.row = 0
    assert found == said


def test_a_line_says_only_what_is_known() -> None:
    """What a record does not say is not in its line, and neither is where it stood."""
    record = Record("Person", "u1", {"born": date(1815, 12, 10)}, row=7, confidence=0.5)
    record.observed = datetime(2020, 1, 1, tzinfo=UTC)
    [line] = to_jsonl([record])
    assert orjson.loads(line) == {
        "concept": "Person",
        "uid": "u1",
        "values": {"born": "1815-12-10"},
        "observed": "2020-01-01T00:00:00+00:00",
        "confidence": 0.5,
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"concept": "A", "values": {}}, True),
        ({"concept": "A", "uid": "u"}, True),
        ({"relation": "R", "head": {}, "tail": {}}, True),
        ({"concept": "A"}, False),
        ({"concept": "A", "values": {}, "price": 1}, False),
        ({"head": "a", "tail": "b"}, False),
        ({"name": "A", "uid": "u"}, False),
    ],
)
def test_statements_are_told_from_other_objects(found: dict[str, Any], expected: bool) -> None:
    """An object is a statement if it has the parts of one and no others."""
    assert is_statement(found) is expected


def test_short_forms_are_understood() -> None:
    """A thing without a uid is what its key says, and a reference may be only a uid."""
    found = statement_of(
        {"concept": "City", "values": {"name": "Bonn", "area": None}}, ONTOLOGY, row=3
    )
    assert found == Record("City", uid_of_key("City", ("Bonn",)), {"name": "Bonn"}, row=3)
    found = statement_of({"concept": "Person", "uid": "u", "links": {"lived_in": "c"}}, ONTOLOGY)
    assert isinstance(found, Record)
    assert found.links == {"lived_in": (Mention("City", "c"),)}


@pytest.mark.parametrize(
    ("found", "code", "reason"),
    [
        ({"concept": "Person", "values": {"name": "A"}}, "missing-key", "no uid"),
        ({"concept": 7, "uid": "u"}, "type", "concept 7"),
        ({"concept": "Person", "uid": 7}, "type", "uid 7"),
        ({"concept": "Person", "uid": "u", "values": []}, "type", "values [], which is no object"),
        ({"concept": "Person", "uid": "u", "values": {"born": "x"}}, "type", "born is 'x'"),
        ({"concept": "Person", "uid": "u", "links": {"lived_in": [7]}}, "type", "refers to 7"),
        ({"concept": "Person", "uid": "u", "confidence": 2}, "bounds", "confidence is 2"),
        ({"relation": "Visit", "head": "a", "tail": "b"}, "type", "refers to 'a'"),
    ],
)
def test_a_faulty_statement_is_rejected(found: dict[str, Any], code: str, reason: str) -> None:
    """What is no statement is rejected with what is wrong."""
    reject = statement_of(found, ONTOLOGY, row=2)
    assert isinstance(reject, Reject)
    assert (reject.row, reject.code) == (2, code)
    assert reason in reject.reason
