"""Python code as a source: read, never run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom_loaders.code_file import CodeLoader


def link(name: str, *concepts: str, many: bool = False) -> Attribute:
    """Return a link attribute."""
    return Attribute(name=name, range=ConceptRange(concepts), many=many)


ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            attributes=(
                Attribute(name="born", range=Scalar.DATE),
                Attribute(name="seen", range=Scalar.DATETIME),
                Attribute(name="age", range=Scalar.INT),
                link("friends", "Person", many=True),
                link("lives_in", "City"),
            ),
        ),
        Concept(name="City", key=("name",)),
        Concept(
            name="PlaceOfBirth",
            parents=("Relation",),
            attributes=(
                link("head_entity", "Person"),
                link("tail_entity", "City"),
                Attribute(name="year", range=Scalar.INT),
            ),
        ),
        Concept(
            name="Education",
            parents=("Event",),
            attributes=(
                link("institution", "Entity", many=True),
                link("student", "Person", many=True),
            ),
        ),
    ]
)


def read(tmp_path: Path, text: str) -> list[Any]:
    """Return what code says."""
    path = tmp_path / "said.py"
    path.write_text(text, encoding="utf-8")
    return list(CodeLoader().statements(path, ontology=ONTOLOGY, source="s"))


def person(name: str, number: int = 1) -> str:
    """Return the uid of a person by name and number."""
    return uid_of_source_id("s", f"Person/{name}#{number}")


def test_instantiation_code_is_read(tmp_path: Path) -> None:
    """Entities, relations and events of KnowCoder's results become records and facts."""
    found = read(
        tmp_path,
        """# Extract the relations from the following sentence.
sentence = "Mozart was born in Salzburg."

from Entities import Person, City
from Relations import PlaceOfBirth

class Ignored(Entity):
    pass

results = [
    Person("Mozart"),
    PlaceOfBirth(Person("Mozart"), City("Salzburg")),
    Education(trigger="studied", institution=[Entity("Home")], student=[Person("Mozart")]),
]
""",
    )
    mozart = Mention("Person", person("Mozart"))
    salzburg = Mention("City", uid_of_key("City", ("Salzburg",)), (("name", "Salzburg"),))
    home = uid_of_source_id("s", "Entity/Home#1")
    assert found == [
        Record("Person", mozart.uid, {"name": "Mozart"}, row=11),
        Record("City", salzburg.uid, {"name": "Salzburg"}, row=12),
        Record("Entity", home, {"name": "Home"}, row=13),
        Record(
            "Education",
            uid_of_source_id("s", "Education/studied#1"),
            {"name": "studied"},
            {"institution": (Mention("Entity", home),), "student": (mozart,)},
            row=13,
        ),
        Fact("PlaceOfBirth", "", mozart, salzburg, row=12),
    ]


def test_declarations_are_read(tmp_path: Path) -> None:
    """Variables, dates, later assignments and cycles are understood."""
    found = read(
        tmp_path,
        """import datetime
ada: Person = Person("Ada", born=date(1815, 12, 10), seen=datetime.fromisoformat("1840-01-01"))
bo = Person(name="Bo", age=-1, friends=[ada], lives_in=City("Bonn"))
ada.friends.append(bo)
ada.friends.extend([ada])
ada.aliases = ["Countess"]
ada.aliases.append("Lady")
PlaceOfBirth(ada, tail_entity=City("London"), year=1815)
""",
    )
    records = {r.values["name"]: r for r in found if isinstance(r, Record)}
    assert records["Ada"].values == {
        "name": "Ada",
        "born": date(1815, 12, 10),
        "seen": datetime(1840, 1, 1),
        "aliases": ["Countess", "Lady"],
    }
    assert [m.uid for m in records["Ada"].links["friends"]] == [person("Bo"), person("Ada")]
    assert records["Bo"].values["age"] == -1
    assert [f.values for f in found if isinstance(f, Fact)] == [{"year": 1815}]


def test_variables_are_different_things(tmp_path: Path) -> None:
    """Two variables of one name are two things; a call inside another means the first."""
    found = read(
        tmp_path,
        'a = Person("Ada")\nb = Person("Ada")\n'
        'c = Person("Cy", friends=[Person("Ada", age=9), b])\n',
    )
    assert [(r.uid, r.values.get("age")) for r in found] == [
        (person("Ada"), 9),
        (person("Ada", 2), None),
        (person("Cy"), None),
    ]
    assert [m.uid for m in found[2].links["friends"]] == [person("Ada"), person("Ada", 2)]


def test_a_uid_in_code_is_the_identity(tmp_path: Path) -> None:
    """A thing that names its uid has it, and is the same wherever that stands."""
    found = read(tmp_path, 'a = [Person("Ada", uid="u1"), Person("Ada", uid="u2", age=1)]')
    assert [r.uid for r in found] == ["u1", "u2"]


def test_roles_of_events_may_stand_by_position(tmp_path: Path) -> None:
    """In KnowCoder's event style the roles follow the trigger in their order."""
    found = read(tmp_path, 'r = [Education("studied", [Entity("MIT")], [Person("Ada")])]')
    assert list(found[-1].links) == ["institution", "student"]


def test_code_is_never_run(tmp_path: Path) -> None:
    """Statements that do something have no effect and are rejected."""
    victim = tmp_path / "victim"
    victim.write_text("")
    found = read(
        tmp_path,
        f"""import os
os.remove({str(victim)!r})
x = [Person(open({str(victim)!r}).read()) for _ in range(9)]
for i in range(3):
    Person("A")
def f(): pass
y = Person(f"{{1}}")
z = Person(__import__("os").name)
""",
    )
    assert victim.exists()
    assert [r.row for r in found if isinstance(r, Reject)] == [2, 3, 4, 6, 7, 8]
    assert not [r for r in found if isinstance(r, Record)]


FAULTY = {
    "an unknown class": ('r = [Persn("A")]', "unknown-concept", "did you mean Person?"),
    "an unknown attribute": ('a = Person("A", agee=1)', "unknown-attribute", "did you mean age?"),
    "a wrong value": ('a = Person("A", age="old")', "type", "age is 'old'"),
    "too much by position": ('a = Person("A", 1)', "arguments", "takes 1 by position"),
    "an argument twice": ('a = Person("A", name="B")', "arguments", "given name twice"),
    "arguments not written out": ('a = Person("A", **b)', "code", "not written out"),
    "a text for a link": ('a = Person("A", friends=["B"])', "link-type", "'B' is none"),
    "a thing for a value": ('a = Person("A", age=City("B"))', "type", "City('B') is none"),
    "a relation without an end": ('PlaceOfBirth(Person("A"))', "missing-end", "tail_entity"),
    "no such day": ('a = Person("A", born=date(2021, 2, 30))', "type", "is no date"),
    "a date with arguments by name": ('a = Person("A", born=date(year=1))', "code", "neither"),
    "two targets": ('a = b = Person("A")', "code", "neither an assignment"),
    "an index": ('a = {}\na["x"] = Person("A")', "code", "neither a value"),
    "an attribute of nothing": ("b.friends = []", "code", "b is no thing"),
    "an uid that is no text": ('a = Person("A", uid=7)', "type", "uid is 7"),
    "bytes": ('a = Person(b"A")', "code", "neither a value"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_faults_are_named_with_their_line(case: str, tmp_path: Path) -> None:
    """What cannot be understood is rejected with its line, a name for the fault and the text."""
    text, code, reason = FAULTY[case]
    reject = next(s for s in read(tmp_path, f"\n{text}") if isinstance(s, Reject))
    assert (reject.row, reject.code) == (2, code)
    assert reason in reject.reason
    assert reject.given == text.split("\n")[0]


def test_a_thing_that_cannot_be_identified_takes_its_relations_along(tmp_path: Path) -> None:
    """Without the values of its key neither a thing nor what refers to it can be stored."""
    found = read(tmp_path, 'c = City()\nPlaceOfBirth(Person("A"), c)\n')
    assert [(type(s), s.row) for s in found] == [(Reject, 1), (Record, 2), (Reject, 2)]


def test_times_keep_their_zone(tmp_path: Path) -> None:
    """A datetime may be built by its module's name and carry a zone in its text."""
    text = 'a = Person("A", seen=datetime.datetime.fromisoformat("2020-01-01T00:00:00+00:00"))'
    assert read(tmp_path, text)[0].values["seen"] == datetime(2020, 1, 1, tzinfo=UTC)


def test_only_the_missing_part_of_a_key_is_named(tmp_path: Path) -> None:
    """A key of several parts tells which of them is not there."""
    prize = Concept(
        name="Prize", key=("name", "year"), attributes=(Attribute(name="year", range=Scalar.INT),)
    )
    path = tmp_path / "said.py"
    path.write_text('Prize("Turing")\n')
    [found] = CodeLoader().statements(path, ontology=Ontology([prize]), source="s")
    assert isinstance(found, Reject)
    assert found.reason == "lacks year, by which a Prize is known"
