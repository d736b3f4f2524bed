"""Names and templates: what sentences say becomes objects, without a language model."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import OntologyError
from knowloom.extract.dates import read_date
from knowloom.extract.findings import Extraction, Finding, Passage
from knowloom.extract.gazetteer import Gazetteer, Name, folded
from knowloom.extract.patterns import Patterns, Rules
from knowloom.extract.templates import templates
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Kind,
    Ontology,
    Scalar,
)

PERSON = Concept(
    name="Person",
    attributes=(
        Attribute(name="born", range=Scalar.DATE),
        Attribute(name="born_in", range=ConceptRange(("City",))),
        Attribute(name="advisor", range=ConceptRange(("Person",)), many=True),
        Attribute(name="children", range=Scalar.INT),
        Attribute(name="hair", range=Enumeration(("red", "black"))),
    ),
    patterns=(
        "{name} was born [on {born}] [in {born_in}]",
        "{name} had {children} children",
        "{name}'s (advisor|advisors) (was|were) {advisor}",
        "{name} had {hair} hair",
        "{name}生于{born}",
    ),
)
ONTOLOGY = Ontology(
    [
        Concept(name="City"),
        Concept(name="Language"),
        PERSON,
        Concept(name="Author", parents=("Person",)),
        Concept(
            name="Works",
            parents=(Kind.RELATION.value,),
            patterns=("{head_entity} ... worked at {tail_entity}",),
            attributes=(Attribute(name="tail_entity", range=ConceptRange(("Company",))),),
        ),
        Concept(name="Company"),
        Concept(
            name="Prize",
            parents=(Kind.EVENT.value,),
            attributes=(
                Attribute(name="winner", range=ConceptRange(("Person",)), many=True),
                Attribute(name="year", range=Scalar.INT),
            ),
            patterns=("{winner} won the {name} in {year}",),
        ),
    ]
)
NAMES = [
    Name("London", "City"),
    Name("Ada Lovelace", "Author"),
    Name("Go", "Language"),
    Name("姚期智", "Person"),
    Name("Turing Award", "Prize"),
]
GAZETTEER = Gazetteer(ONTOLOGY, NAMES)


def found(text: str) -> list[Finding]:
    """Return what the rules' templates find in a text."""
    [extraction] = Patterns(ONTOLOGY, GAZETTEER).extract([Passage(text)])
    return list(extraction.findings)


def names(text: str) -> list[str]:
    """Return the names that the gazetteer finds in a text."""
    return [text[m.start : m.end] for m in GAZETTEER.matches(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("London calling", ["London"]),
        ("Londoners in London.", ["London"]),
        ("LONDON and london", ["LONDON"]),
        ("go with Go, GO!", ["Go"]),
        ("Ada Lovelace of London", ["Ada Lovelace", "London"]),
        ("据说姚期智生于上海", ["姚期智"]),
        ("Lon don", []),
    ],
)
def test_the_gazetteer_keeps_to_words_and_capitals(text: str, expected: list[str]) -> None:
    """Edges of words count where words are parted; small letters do not stand for capitals."""
    assert names(text) == expected


def test_a_name_of_two_classes_is_of_the_nearest_common_one() -> None:
    """A person and an author make a person; a person and a city make nothing."""
    made = Gazetteer(
        ONTOLOGY,
        [Name("X Y", "Person"), Name("X Y", "Author"), Name("P Q", "Person"), Name("P Q", "City")],
    )
    assert made.concept_of("X Y") == "Author"
    assert made.concept_of("P Q") is None


@given(st.text())
def test_folding_moves_no_character(text: str) -> None:
    """Every place in the folded text is that place in the text."""
    assert len(folded(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("6 December 1947", date(1947, 12, 6)),
        ("December 6, 1947", date(1947, 12, 6)),
        ("6th Dec. 1947", date(1947, 12, 6)),
        ("1947-12-06", date(1947, 12, 6)),
        ("1947年12月6日", date(1947, 12, 6)),
        ("1 May 2001", date(2001, 5, 1)),
    ],
)
def test_days_are_read_as_texts_write_them(text: str, day: date) -> None:
    """English and Chinese, with and without ordinals."""
    assert read_date(text) == day
    [person] = found(f"Ada Lovelace was born on {text}.")
    assert person.values["born"] == day


def test_a_template_makes_a_typed_object_with_its_place() -> None:
    """Known names keep their narrower class, unknown ones take that of the slot."""
    text = "In short, Ada Lovelace was born on 10 December 1815 in Nowhere Upon Sea."
    [person] = found(text)
    assert person.concept == "Author"
    assert person.span is not None
    assert text[person.span.start : person.span.end] == "Ada Lovelace"
    city = person.values["born_in"]
    assert isinstance(city, Finding)
    assert (city.concept, city.name) == ("City", "Nowhere Upon Sea")


@pytest.mark.parametrize(
    "name", ["Jeanne d'Arc", "Côte d\u2019Ivoire", "P&O", "St. John's", "Mt. Ida", "Vasco da Gama"]
)
def test_a_name_is_not_cut_where_small_letters_and_signs_are_part_of_it(name: str) -> None:
    """Half of a name is the name of something else."""
    [one] = found(f"Zoe Roe was born in {name}.")
    city = one.values["born_in"]
    assert isinstance(city, Finding)
    assert city.name == name


def test_the_fullest_reading_stays() -> None:
    """What says a part of the same is left out."""
    [person] = found("Ada Lovelace was born on 10 December 1815 in London.")
    assert set(person.values) == {"name", "born", "born_in"}


def test_pronouns_mean_the_person_before() -> None:
    """`She` is the first person of the sentence before, `her` as well."""
    text = (
        "Ada Lovelace was born in London. She had 3 children. Her advisors were A. B. Cee and Dee."
    )
    born, children, advisors = found(text)
    assert (children.name, children.values["children"]) == ("Ada Lovelace", 3)
    assert advisors.name == born.name
    assert isinstance(advisors.values["advisor"], tuple)
    assert [a.name for a in advisors.values["advisor"] if isinstance(a, Finding)] == [
        "A. B. Cee",
        "Dee",
    ]


def test_a_pronoun_without_anybody_means_nobody() -> None:
    """Nothing is guessed where nobody was named."""
    assert found("She had 3 children.") == []


def test_a_last_name_means_the_person_named_before() -> None:
    """`Brown` is Emmett Brown once he was named."""
    first, second = found("Emmett Brown was born in London. Brown had 2 children.")
    assert second.name == first.name == "Emmett Brown"


def test_relations_and_events() -> None:
    """A relation has its ends, an event its name and its roles."""
    relation, event = found(
        "Ada Lovelace once worked at Big Engines. Emmett Brown and Ada Lovelace won the "
        "Turing Award in 1985."
    )
    assert relation.concept == "Works"
    head, tail = relation.values["head_entity"], relation.values["tail_entity"]
    assert isinstance(head, Finding)
    assert isinstance(tail, Finding)
    assert (head.concept, tail.concept) == ("Author", "Company")
    assert (event.concept, event.name, event.values["year"]) == ("Prize", "Turing Award", 1985)


def test_what_cannot_be_meant_is_dropped_with_its_reason() -> None:
    """A city where a person is wanted, and a day that does not exist."""
    texts = ["London had 3 children.", "Ada Lovelace was born on 31 June 1815."]
    for text in texts:
        [extraction] = Patterns(ONTOLOGY, GAZETTEER).extract([Passage(text)])
        assert [d.code for d in extraction.dropped] == ["slot"]
        assert extraction.findings == ()


def test_chinese_needs_no_spaces() -> None:
    """A template in Chinese finds a known name and a day."""
    [person] = found("姚期智生于1946年12月24日。")
    assert person.values["born"] == date(1946, 12, 24)


def test_rules_say_each_name_once() -> None:
    """A name within a fitting sentence is not told a second time by itself."""
    rules = Rules(ONTOLOGY, GAZETTEER)
    [extraction] = rules.extract([Passage("Ada Lovelace had red hair. London is large.")])
    assert [(f.concept, f.name) for f in extraction.findings] == [
        ("City", "London"),
        ("Author", "Ada Lovelace"),
    ]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{nickname} is funny", "no attribute"),
        ("{name} and {name}", "twice"),
        ("born somewhere", "no slot"),
        ("{name} (was", "unbalanced"),
        ("{name} is {name", "cannot be read"),
    ],
)
def test_faulty_templates_are_told_with_their_class(pattern: str, says: str) -> None:
    """The fault names the class, the pattern and what is wrong."""
    ontology = Ontology([Concept(name="Thing", patterns=(pattern,))])
    with pytest.raises(OntologyError, match=says) as caught:
        templates(ontology)
    assert caught.value.faults[0].where == "Thing"


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    """Whatever a document holds, spans lie within it."""
    [extraction] = Rules(ONTOLOGY, GAZETTEER).extract([Passage(text)])
    assert isinstance(extraction, Extraction)
    for finding in extraction.findings:
        if finding.span is not None:
            assert 0 <= finding.span.start <= finding.span.end <= len(text)
