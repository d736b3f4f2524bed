"""Rows to statements: identity, links, relations, filters, and what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import MappingError
from knowloom.knowledge.mapping_file import parse_mapping
from knowloom.knowledge.plugins import Table
from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    Statement,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.knowledge.rows import statements
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar


def link(name: str, *concepts: str, many: bool = False) -> Attribute:
    """Return a link attribute."""
    return Attribute(name=name, range=ConceptRange(concepts), many=many)


ONTOLOGY = Ontology(
    [
        Concept(name="Person", key=("name",)),
        Concept(name="Author", parents=("Person",), attributes=(Attribute(name="pen_name"),)),
        Concept(name="Company", key=("name",)),
        Concept(
            name="Award",
            key=("name", "year"),
            attributes=(Attribute(name="year", range=Scalar.INT, required=True),),
        ),
        Concept(name="Place"),
        Concept(
            name="Journal",
            key=("number",),
            attributes=(Attribute(name="number", range=Scalar.INT),),
        ),
        Concept(
            name="Work",
            attributes=(
                Attribute(name="year", range=Scalar.INT),
                Attribute(name="tags", many=True),
                link("authors", "Person", many=True),
                link("award", "Award"),
                link("owner", "Person", "Company"),
                link("written_in", "Place"),
                link("journal", "Journal"),
            ),
        ),
        Concept(
            name="Employment",
            parents=("Relation",),
            attributes=(
                link("head_entity", "Person"),
                link("tail_entity", "Company"),
                Attribute(name="since", range=Scalar.INT),
            ),
        ),
    ]
)


def said(mapping: str, *rows: Sequence[object], columns: str, file: str = "f.csv") -> list[Any]:
    """Return what rows say under a mapping, the columns named in one text."""
    table = Table(tuple(columns.split()), iter(list(enumerate(rows, 1))))
    parsed = parse_mapping(mapping)
    return list(statements(table, parsed, ONTOLOGY, source="src", file=file))


def rejected(mapping: str, *rows: Sequence[object], columns: str) -> list[tuple[int, str, str]]:
    """Return the rejects among what rows say."""
    found: list[Statement] = said(mapping, *rows, columns=columns)
    return [(r.row, r.code, r.reason) for r in found if isinstance(r, Reject)]


def faults(mapping: str, columns: str = "name") -> str:
    """Return what is wrong with a mapping."""
    with pytest.raises(MappingError) as error:
        said(mapping, columns=columns)
    return str(error.value)


PERSON = '[[objects]]\nconcept = "Person"\nattributes = { name = "name" }\n'
WORK = '[[objects]]\nconcept = "Work"\n'


def test_a_thing_with_a_key_is_the_same_everywhere() -> None:
    """An object's uid comes from the values of its key and the class that declares it."""
    text = '[[objects]]\nconcept = "Author"\nattributes = { name = "n", pen_name = "p" }'
    [record] = said(text, ("Mary Ann Evans", "George Eliot"), columns="n p")
    assert record == Record(
        "Author",
        uid_of_key("Person", ("Mary Ann Evans",)),
        {"name": "Mary Ann Evans", "pen_name": "George Eliot"},
        row=1,
    )


def test_a_composite_key_is_made_of_typed_values() -> None:
    """All parts of a key count, as the types of their attributes."""
    text = '[[objects]]\nconcept = "Award"\nattributes = { name = "n", year = "y" }'
    assert said(text, ("Prize", "1999"), columns="n y")[0].uid == uid_of_key(
        "Award", ("Prize", 1999)
    )


@pytest.mark.parametrize("given_id", ["7", 7, 7.0])
def test_an_id_is_the_same_as_text_and_as_number(given_id: object) -> None:
    """CSV, JSON and Parquet of one source identify the same things."""
    text = WORK + 'id = { column = "i", prefix = "work/" }'
    assert said(text, (given_id,), columns="i")[0].uid == uid_of_source_id("src", "work/7")


def test_things_without_key_and_id_stay_apart() -> None:
    """Two keyless things of one name are two, and the same two when the source is read again."""
    text = '[[objects]]\nconcept = "Place"\nattributes = { name = "n" }'
    first, second = (said(text, ("Paris",), ("Paris",), columns="n") for _ in range(2))
    assert [r.uid for r in first] == [uid_of_source_id("src", f"Place/Paris#{n}") for n in (1, 2)]
    assert first == second


@pytest.mark.parametrize(
    ("mapping", "columns", "code"),
    [
        (PERSON, "name", "missing-key"),
        (
            '[[objects]]\nconcept = "Award"\nattributes = { name = "name", year = "y" }',
            "name y",
            "missing-key",
        ),
        (WORK + 'id = "name"', "name", "missing-key"),
    ],
)
def test_what_cannot_be_identified_is_rejected(mapping: str, columns: str, code: str) -> None:
    """A row without the values of its key, or without its id, is rejected."""
    [(_, found, reason)] = rejected(mapping, ["", None][: len(columns.split())], columns=columns)
    assert (found, "is known" in reason) == (code, True)


def test_the_row_may_name_its_class() -> None:
    """A column can name a class below that of the section; without a value that one counts."""
    subclass = 'subclass = { column = "class", map = { writer = "Author" } }'
    text = PERSON.replace("attributes", f"{subclass}\nattributes")
    rows = ("Ada", "Author"), ("Bo", ""), ("Cy", "writer"), ("Di", "Company"), ("Ed", "Autor")
    found = said(text, *rows, columns="name class")
    assert [r.concept for r in found[:3]] == ["Author", "Person", "Author"]
    assert [r.code for r in found[3:]] == ["unknown-concept"] * 2
    assert "did you mean Author?" in found[4].reason


def test_no_value_is_no_value() -> None:
    """Empty cells, missing cells, empty lists and the texts for nothing are left out."""
    text = 'null = ["", "NULL", "-1"]\n' + WORK
    text += 'attributes = { name = "n", year = "y", tags = "t" }'
    lists: tuple[list[object], ...] = ([], ["NULL", "x", None])
    rows = ("NULL", "-1", lists[0]), ("", -1, None), ("a", "", lists[1])
    found = said(text, *rows, columns="n y t")
    assert [r.values for r in found] == [{}, {}, {"name": "a", "tags": ["x"]}]


def test_values_take_the_types_of_their_attributes() -> None:
    """Texts become numbers, split texts become lists, constants and file names become values."""
    text = (
        WORK
        + """
    [objects.attributes]
    name = { column = "n", prefix = "The ", map = { "1" = "One" } }
    year = { file = '(\\d{4})\\.csv' }
    tags = { column = "t", split = ";" }
    """
    )
    found = said(text, ("1", " a;b ;; c"), columns="n t", file="icml2015.csv")
    assert found[0].values == {"name": "The One", "year": 2015, "tags": ["a", "b", "c"]}


def test_a_record_knows_when_and_how_surely_it_holds() -> None:
    """Observation, validity and confidence of a record can come from columns."""
    text = (
        WORK
        + 'observed = "o"\nvalid_from = "f"\nvalid_to = { value = 2020-01-01 }\nconfidence = "c"'
    )
    [record, reject] = said(
        text, ("2019-05-01T10:00:00", "2018-01-01", "0.5"), ("", "", "2"), columns="o f c"
    )
    assert record.observed == datetime(2019, 5, 1, 10, tzinfo=UTC)
    assert (record.valid_from, record.valid_to) == (date(2018, 1, 1), date(2020, 1, 1))
    assert record.confidence == 0.5
    assert reject.reason == "has a confidence (column 'c') that is 2.0, which is more than 1.0"


def test_links_lead_to_things_by_their_keys() -> None:
    """A link attribute gets a mention for each name, with the key values it carries."""
    text = WORK + 'attributes = { authors = { column = "a", split = ";" } }'
    [record] = said(text, ("Ada; Bo",), columns="a")
    assert record.links["authors"] == tuple(
        Mention("Person", uid_of_key("Person", (n,)), (("name", n),)) for n in ("Ada", "Bo")
    )


def test_a_link_may_name_class_and_several_key_values() -> None:
    """A reference can say a narrower class, and give each part of a key."""
    text = (
        WORK
        + """
    [objects.attributes]
    authors = { column = "a", concept = "Author", by = "name" }
    award = { concept = "Award", key = { name = "p", year = "y" } }
    owner = { column = "a", concept = "Company" }
    written_in = { concept = "Place", id = "a" }
    journal = "j"
    """
    )
    [record, bare] = said(text, ("Ada", "Prize", "1999", "5"), ("", "", "", ""), columns="a p y j")
    assert record.links["authors"][0] == Mention(
        "Author", uid_of_key("Person", ("Ada",)), (("name", "Ada"),)
    )
    assert record.links["award"][0] == Mention(
        "Award", uid_of_key("Award", ("Prize", 1999)), (("name", "Prize"), ("year", 1999))
    )
    assert record.links["owner"][0].concept == "Company"
    assert record.links["written_in"][0].uid == uid_of_source_id("src", "Ada")
    assert record.links["journal"][0].uid == uid_of_key("Journal", (5,))
    assert bare.links == {}


def test_a_row_can_state_relations() -> None:
    """A relation row becomes a fact with its ends and qualifiers, one for each pair of ends."""
    text = """
    [[relations]]
    relation = "Employment"
    head = { column = "p", split = ";" }
    tail = "c"
    attributes = { since = "s" }
    """
    [one, *two] = said(text, ("Ada", "Acme", "1843"), ("Bo;Cy", "Acme", ""), columns="p c s")
    ada, acme = uid_of_key("Person", ("Ada",)), uid_of_key("Company", ("Acme",))
    assert one == Fact(
        "Employment",
        "",
        Mention("Person", ada, (("name", "Ada"),)),
        Mention("Company", acme, (("name", "Acme"),)),
        {"since": 1843},
        1,
    )
    assert [(f.head.values[0][1], f.row, f.values) for f in two] == [("Bo", 2, {}), ("Cy", 2, {})]


def test_a_row_can_state_one_value_of_a_link() -> None:
    """A link attribute can be stated by rows of its own, with the class that has it."""
    text = """
    [[relations]]
    attribute = "authors"
    head = { concept = "Work", id = "w" }
    tail = "a"
    """
    [fact] = said(text, (1, "Ada"), columns="w a")
    assert (fact.relation, fact.attribute) == ("", "authors")
    assert (fact.head.concept, fact.head.uid) == ("Work", uid_of_source_id("src", "1"))


EMPLOYMENT = '[[relations]]\nrelation = "Employment"\nhead = "name"\ntail = "c"\n'


def test_a_relation_needs_both_ends() -> None:
    """A row that only states a relation is rejected without an end, others not."""
    assert rejected(EMPLOYMENT, ("Ada", ""), ("", "Acme"), columns="name c") == [
        (1, "missing-end", "has no tail (column 'c'), and Employment needs both ends"),
        (2, "missing-end", "has no head (column 'name'), and Employment needs both ends"),
    ]
    found = said(PERSON + EMPLOYMENT, ("Ada", ""), ("Bo", "Acme"), columns="name c")
    assert [type(s) for s in found] == [Record, Record, Fact]


def test_rows_that_do_not_count_say_nothing() -> None:
    """Conditions choose rows by the texts in a column, also by having none."""
    text = PERSON.replace(
        "attributes", 'where = { s = ["a", ""] }\nunless = { t = "x" }\nattributes'
    )
    rows = ("A", "a", ""), ("B", "b", ""), ("C", None, ""), ("D", "a", "x"), ("E", "a", ["x", "y"])
    assert [r.values["name"] for r in said(text, *rows, columns="name s t")] == ["A", "C"]


def test_a_reject_names_everything_that_is_wrong() -> None:
    """All values of a row that do not fit are named with column, value and what would be right."""
    text = WORK + 'attributes = { year = "y", journal = "j", name = "n" }'
    [reject] = said(text, ("soon", "first", "ok"), columns="y j n")
    assert reject == Reject(
        1,
        "year (column 'y') is 'soon', which is not a whole number; "
        "journal (column 'j') is 'first', which is not a whole number",
        "type",
        "y=soon, j=first, n=ok",
    )


def test_other_rows_go_on() -> None:
    """A row that is rejected does not keep the next from being read."""
    text = WORK + 'attributes = { year = "y" }'
    found = said(text, ("1",), ("x",), ("3",), columns="y")
    assert [type(s) for s in found] == [Record, Reject, Record]


def test_half_a_key_is_no_reference() -> None:
    """A reference with only some of its key's values is rejected."""
    text = (
        WORK + 'attributes = { award = { concept = "Award", key = { name = "n", year = "y" } } }'
    )
    [(_, code, reason)] = rejected(text, ("Prize", ""), columns="n y")
    assert code == "missing"
    assert reason.startswith("award (column 'n' and column 'y') has no year")


def test_an_object_is_no_value() -> None:
    """A nested object where a plain value or a name is needed is rejected with advice."""
    text = WORK + 'attributes = { authors = "a", name = "n" }'
    [(_, _, reason)] = rejected(text, ([{"name": "Ada"}], {"x": 1}), columns="a n")
    assert "name (column 'n') is {'x': 1}, which is not text" in reason
    assert "name a part of it, as in `author.name`" in reason


def test_faults_of_rows_pass_through() -> None:
    """What a loader could not read as a row is among the statements."""
    fault = Reject(2, "has 3 cells, and the header has 1", "ragged")
    table = Table(("name",), iter([(1, ("Ada",)), fault]))
    found = list(statements(table, parse_mapping(PERSON), ONTOLOGY, source="s", file="f"))
    assert found[1] is fault


MISFITS = {
    "an unknown class": ('[[objects]]\nconcept = "Persn"', "did you mean Person?"),
    "a relation as objects": ('[[objects]]\nconcept = "Employment"', "use [[relations]]"),
    "an unknown attribute": (WORK + 'attributes = { yaer = "name" }', "did you mean year?"),
    "an unknown column": (PERSON.replace('"name" }', '"nmae" }'), "did you mean name?"),
    "a key that is not there": ('[[objects]]\nconcept = "Person"', "lacks name"),
    "an id for a class with a key": (
        PERSON.replace("attr", 'id = "name"\nattr'),
        "by its key name",
    ),
    "a constant that does not fit": (WORK + 'attributes = { year = { value = "x" } }', "'x'"),
    "a file name that does not fit": (
        WORK + "attributes = { year = { file = '[0-9]+' } }",
        "f.csv",
    ),
    "a reference for a plain value": (
        WORK + 'attributes = { year = { column = "name", concept = "Person" } }',
        "holds plain values",
    ),
    "a link to the wrong class": (
        WORK + 'attributes = { authors = { column = "name", concept = "Company" } }',
        "which is not a Person",
    ),
    "a link to one of several classes": (
        WORK + 'attributes = { owner = "name" }',
        "Add `concept`",
    ),
    "a link by name to a keyless class": (WORK + 'attributes = { written_in = "name" }', "no key"),
    "a link by half a key": (WORK + 'attributes = { award = "name" }', "give a column for each"),
    "a link by what is no key": (
        WORK + 'attributes = { authors = { column = "name", by = "aliases" } }',
        "identified by name",
    ),
    "a link by id to a class with a key": (
        WORK + 'attributes = { authors = { concept = "Person", id = "name" } }',
        "not by an id",
    ),
    "a class as a relation": (EMPLOYMENT.replace("Employment", "Person"), "use [[objects]]"),
    "a link without its class": (
        '[[relations]]\nattribute = "authors"\nhead = "name"\ntail = "name"',
        "the class that has authors",
    ),
    "a plain attribute as a relation": (
        '[[relations]]\nattribute = "year"\ntail = "name"\n'
        'head = { concept = "Work", id = "name" }',
        "use [[objects]]",
    ),
    "another file": (PERSON.replace("concept", 'file = "g.csv"\nconcept'), "no section"),
    "a condition on no column": (PERSON.replace("attr", 'where = { x = "" }\nattr'), "no column"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_mapping_that_does_not_fit_says_why(case: str) -> None:
    """What keeps a mapping from fitting the columns or the ontology is said before any row."""
    text, what = MISFITS[case]
    assert what in faults(text)


def test_a_column_that_is_there_twice_cannot_be_meant() -> None:
    """A mapping may use columns with a name of their own only."""
    assert "is the name of columns 1 and 2" in faults(PERSON, "name name")
    assert said(PERSON, ("x", "y", "Ada"), columns="x x name")[0].values == {"name": "Ada"}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
HOSTILE = st.sampled_from(
    [
        "`",
        '"',
        "'}) DETACH DELETE n //",
        "\r\n",
        "\x00",
        "\u202eabc",
        "{a.b}",
        "$x",
        "\\u0060",
        " ",
    ]
)


@given(TEXT | HOSTILE, TEXT | HOSTILE)
def test_any_text_arrives_unchanged(name: str, tag: str) -> None:
    """Whatever a cell holds is the value of the attribute, of the key and of the reference."""
    text = PERSON + WORK + 'attributes = { tags = "t", authors = "name" }'
    person, work = said(text, (name, tag), columns="name t")
    assert person.values == {"name": name}
    assert person.uid == uid_of_key("Person", (name,))
    assert work.values == {"tags": [tag]}
    assert work.links["authors"][0].values == (("name", name),)
