"""Dates and times are stored as the driver would store them, by whatever way they get there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from knowloom.knowledge.record import Fact, Mention, Record, Statement, uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.store import runs
from knowloom.store.columns import columns
from knowloom.store.database import Database
from knowloom.store.write import Writer

pytestmark = pytest.mark.neo4j

KINDS = {
    "day": Attribute(name="day", range=Scalar.DATE),
    "at": Attribute(name="at", range=Scalar.DATETIME),
    "days": Attribute(name="days", range=Scalar.DATE, many=True),
}
EVENT = ConceptRange(("Happening",))
ONTOLOGY = Ontology(
    [
        Concept(name="Happening", key=("name",), attributes=tuple(KINDS.values())),
        Concept(
            name="Before",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=EVENT, required=True),
                Attribute(name="tail_entity", range=EVENT, required=True),
                KINDS["day"],
                KINDS["at"],
            ),
        ),
    ]
)
EAST = timezone(timedelta(hours=5, minutes=30))
NOON = datetime(2024, 5, 1, 12)
VALUES: list[dict[str, Any]] = [
    {"day": date.min, "at": datetime.min},
    {"day": date.max, "at": datetime.max},
    {"day": date(2024, 2, 29), "at": NOON.replace(microsecond=1)},
    {"at": NOON.replace(tzinfo=UTC)},
    {"day": date(1, 2, 3), "at": NOON.replace(tzinfo=EAST, microsecond=120_000)},
    {"days": [date(2024, 2, 29), date(987, 6, 5)]},
]
ZONED = [v for v in VALUES if v.get("at", NOON).tzinfo]
LOCAL = [v for v in VALUES if not v.get("at", NOON).tzinfo]


def write(database: Database, said: list[Statement], source: str) -> None:
    counts = Writer(database, ONTOLOGY, runs.begin(database, source, "test")).write(said).counts
    assert counts.written == len(said)


def happening(number: int) -> Mention:
    name = str(number)
    return Mention("Happening", uid_of_key("Happening", (name,)), (("name", name),))


def records(values: list[dict[str, Any]]) -> list[Statement]:
    return [
        Record("Happening", happening(n).uid, {"name": str(n), **each})
        for n, each in enumerate(values)
    ]


def differing(database: Database, holder: str, expected: dict[str, Any]) -> list[str]:
    """Return the properties that are not what the driver would have stored, types included."""
    [row] = database.read(
        "MATCH (n {name: $name}) OPTIONAL MATCH (n)-[e:BEFORE]->() "
        "WITH $given AS given, CASE $holder WHEN 'n' THEN n ELSE e END AS found "
        "RETURN [k IN keys(given) WHERE found[k] IS NULL OR found[k] <> given[k] "
        "OR valueType(found[k]) <> valueType(given[k])] AS differing",
        name=expected["name"],
        holder=holder,
        given={k: v for k, v in expected.items() if k != "name" or holder == "n"},
    )
    return row["differing"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("values", [VALUES, ZONED, LOCAL], ids=["mixed", "zoned", "local"])
@pytest.mark.parametrize("is_new", [True, False], ids=["created", "merged"])
def test_of_instances(database: Database, values: list[dict[str, Any]], is_new: bool) -> None:
    """Created or merged, all of one kind or of several."""
    if not is_new:
        write(database, [Record("Happening", happening(99).uid, {"name": "99"})], "a")
    write(database, records(values), "a")
    for number, each in enumerate(values):
        assert differing(database, "n", {"name": str(number), **each}) == []


@pytest.mark.parametrize("values", [VALUES, ZONED, LOCAL], ids=["mixed", "zoned", "local"])
def test_of_qualifiers(database: Database, values: list[dict[str, Any]]) -> None:
    """Relationships, some of them without a qualifier that others have."""
    plain = [each for each in values if "days" not in each]
    said = [
        Fact("Before", "", happening(n), happening(100), dict(each))
        for n, each in enumerate(plain)
    ]
    write(database, records([{} for _ in [*plain, 0]]), "a")
    write(database, [*said], "b")
    for number, each in enumerate(plain):
        assert differing(database, "e", {"name": str(number), **each}) == []


def test_of_records(database: Database) -> None:
    """When it was observed and when it holds, beside an instance's first record and as second."""
    provenance: dict[str, Any] = {
        "observed": NOON.replace(tzinfo=EAST, microsecond=7),
        "valid_from": date(1999, 12, 31),
        "valid_to": date(2000, 1, 1),
    }
    one = Record("Happening", happening(0).uid, {"name": "0"}, **provenance)
    write(database, [one], "a")
    inline = {"_observed": "observed", "_from": "valid_from", "_to": "valid_to"}
    expected = {name: provenance[said] for name, said in inline.items()}
    assert differing(database, "n", {"name": "0", **expected}) == []
    write(database, [Record("Happening", one.uid, {"name": "0", "day": date(1, 1, 1)})], "b")
    [row] = database.read("MATCH (r:_Record {source: 'a'}) RETURN properties(r) AS p")
    kept = {name: row["p"][name].to_native() for name in provenance}
    assert kept == provenance
    assert row["p"]["recorded"].tzinfo is not None


def test_shape_without_values() -> None:
    """A property that no thing has keeps its usual shape, so that few statements are planned."""
    assert columns([{}], {"day": "date", "at": ""}).shape == (("at", ""), ("day", "date"))
    assert columns([{"day": 5}], {"day": "date"}) == ((("day", ""),), {"column0": [5]})
