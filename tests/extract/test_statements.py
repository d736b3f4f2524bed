"""Findings become records and facts: identity by name or place, values in the ontology's types."""

from __future__ import annotations

from datetime import date
from math import inf

import pytest

from knowloom.extract.findings import Extraction, Finding, Span
from knowloom.extract.kept import from_json, to_json
from knowloom.extract.same_name import SameName
from knowloom.extract.statements import Located, Teller
from knowloom.knowledge.record import Fact, Record, Statement, uid_of_key
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Kind,
    Ontology,
    Scalar,
)

ONTOLOGY = Ontology(
    [
        Concept(name="Place"),
        Concept(name="City", parents=("Place",)),
        Concept(
            name="Person",
            key=("name",),
            attributes=(
                Attribute(name="born", range=Scalar.DATE),
                Attribute(name="born_in", range=ConceptRange(("City",))),
            ),
        ),
        Concept(name="Author", parents=("Person",)),
        Concept(name="Prize", parents=(Kind.EVENT.value,)),
        Concept(
            name="Knows",
            parents=(Kind.RELATION.value,),
            attributes=(Attribute(name="since", range=Scalar.INT),),
        ),
    ]
)
ADA = Finding("Person", {"name": "Ada"}, Span(0, 3))


def told(*findings: Finding, rule: SameName | None = None, start: int = 0) -> list[Statement]:
    """Return what a document with these findings says."""
    located = [Located(start, Extraction(findings))]
    return list(Teller(ONTOLOGY, "d1", rule).tell(lambda: located))


def test_a_name_is_found_whatever_its_case_and_space() -> None:
    """Names are compared without case, white space counts once."""
    rule = SameName(ONTOLOGY)
    rule.add("u1", "Person", "Ada Lovelace", ["Countess of Lovelace"])
    assert (found := rule.find("Person", " ada\nLOVELACE ")) is not None
    assert found.uid == "u1"
    assert rule.find("Person", "countess of lovelace") == found


@pytest.mark.parametrize(("asked", "found"), [("Author", True), ("Person", True), ("City", False)])
def test_only_compatible_classes_join(asked: str, found: bool) -> None:
    """A person may turn out to be an author, but never a city."""
    rule = SameName(ONTOLOGY)
    rule.add("u1", "Person", "Paris")
    assert (rule.find(asked, "Paris") is not None) is found


def test_a_name_of_two_things_joins_neither() -> None:
    """Where a name is ambiguous nobody is guessed; one of the very class decides it."""
    rule = SameName(ONTOLOGY)
    rule.add("u1", "Person", "Ada")
    rule.add("u2", "Person", "Ada")
    assert rule.find("Person", "Ada") is None
    rule.add("u3", "Author", "Ada")
    assert (found := rule.find("Author", "Ada")) is not None
    assert found.uid == "u3"


def test_a_key_is_the_identity() -> None:
    """A person with a name is the person of that key, whoever says it."""
    [record] = told(ADA)
    assert isinstance(record, Record)
    assert record.uid == uid_of_key("Person", ("Ada",))


def test_a_record_knows_its_characters() -> None:
    """First and last character count from 1 in the document, not in the chunk."""
    [record] = told(ADA, start=100)
    assert isinstance(record, Record)
    assert (record.row, record.end) == (101, 103)


def test_without_the_rule_every_keyless_mention_is_a_thing_of_its_own() -> None:
    """Two cities called Paris stay two until somebody decides."""
    here, there = (Finding("City", {"name": "Paris"}, Span(at, at + 5)) for at in (0, 50))
    apart = told(here, there)
    assert len({r.uid for r in apart if isinstance(r, Record)}) == 2
    joined = told(here, there, rule=SameName(ONTOLOGY))
    assert len(joined) == 1


def test_events_of_one_trigger_stay_apart() -> None:
    """A trigger such as `won` is no name."""
    events = [Finding("Prize", {"name": "won"}, Span(at, at + 3)) for at in (0, 50)]
    records = told(*events, rule=SameName(ONTOLOGY))
    assert len({r.uid for r in records if isinstance(r, Record)}) == 2


def test_an_alias_becomes_one_and_leaves_the_name() -> None:
    """A known thing met under another name keeps the name it has."""
    rule = SameName(ONTOLOGY)
    rule.add("u1", "Author", "Ada Lovelace", ["Ada"])
    [record] = told(ADA, rule=rule)
    assert isinstance(record, Record)
    assert record.uid == "u1"
    assert record.values == {"name": "Ada Lovelace", "aliases": ["Ada"]}


def test_values_take_the_types_of_the_ontology() -> None:
    """A date written as text becomes a date, a nested finding a link and a record."""
    london = Finding("City", {"name": "London"}, Span(20, 26))
    ada = Finding("Person", {"name": "Ada", "born": "1815-12-10", "born_in": london}, Span(0, 3))
    city, person = told(ada, rule=SameName(ONTOLOGY))
    assert isinstance(city, Record)
    assert isinstance(person, Record)
    assert person.values["born"] == date(1815, 12, 10)
    assert [m.uid for m in person.links["born_in"]] == [city.uid]


def test_a_text_for_a_link_is_the_name_of_its_end() -> None:
    """`born_in="London"` means the city of that name."""
    ada = Finding("Person", {"name": "Ada", "born_in": "London"}, Span(0, 3))
    [person] = told(ada, rule=SameName(ONTOLOGY))
    assert isinstance(person, Record)
    [mention] = person.links["born_in"]
    assert (mention.concept, mention.values) == ("City", (("name", "London"),))


def test_a_value_that_does_not_fit_is_dropped_and_the_rest_stays() -> None:
    """It is counted once, though the findings are read twice."""
    ada = Finding("Person", {"name": "Ada", "born": "soon", "height": 3}, Span(0, 3))
    teller = Teller(ONTOLOGY, "d1", None)
    [record] = teller.tell(lambda: [Located(0, Extraction((ada,)))])
    assert isinstance(record, Record)
    assert record.values == {"name": "Ada"}
    assert [d.code for d in teller.dropped] == ["value", "unknown-attribute"]


def test_a_bare_name_adds_nothing_to_what_is_said_of_the_thing() -> None:
    """Whether it stands before or after: one record, not two."""
    born = Finding("Person", {"name": "Ada", "born": date(1815, 12, 10)}, Span(30, 33))
    again = Finding("Person", {"name": "Ada"}, Span(60, 63))
    records = told(ADA, born, again)
    assert [r.row for r in records if isinstance(r, Record)] == [31]


def test_what_contradicts_itself_stays_two_records() -> None:
    """A document that gives two birthdays says two things."""
    one, other = (
        Finding("Person", {"name": "Ada", "born": date(1815, 12, day)}, Span(day, day + 3))
        for day in (10, 11)
    )
    assert len(told(one, other, one)) == 2


def test_a_relation_becomes_a_fact_with_its_ends() -> None:
    """Both ends become records, the relation a fact between them, once."""
    bob = Finding("Person", {"name": "Bob"}, Span(10, 13))
    knows = Finding("Knows", {"head_entity": ADA, "tail_entity": bob, "since": "1830"})
    *ends, fact = told(knows, knows)
    assert isinstance(fact, Fact)
    assert (fact.relation, fact.values, fact.row) == ("Knows", {"since": 1830}, 1)
    assert [fact.head.uid, fact.tail.uid] == [r.uid for r in ends if isinstance(r, Record)]


def test_a_relation_without_an_end_is_dropped() -> None:
    """It is counted with its reason."""
    teller = Teller(ONTOLOGY, "d1", None)
    knows = Finding("Knows", {"head_entity": ADA})
    said = list(teller.tell(lambda: [Located(0, Extraction((knows,)))]))
    assert [type(s) for s in said] == [Record]
    assert [d.code for d in teller.dropped] == ["missing-end"]


def test_an_extraction_comes_back_from_json_equal() -> None:
    """Nested findings, tuples, dates, spans and huge numbers survive being kept on disk."""
    nested = Finding(
        "Prize",
        {
            "name": "won",
            "when": date(1990, 1, 2),
            "who": (ADA, "Bob"),
            "how_often": 2,
            "for": 10**20,
            "at_most": inf,
        },
        Span(4, 7),
        0.5,
    )
    extraction = Extraction((nested, ADA))
    assert from_json(to_json(extraction)) == extraction
