"""Proposals: how tables are read that come without a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from knowloom.knowledge.guess import Guess, guess
from knowloom.knowledge.mapping import Cell, Mapping, Objects, Reference, Relations
from knowloom.knowledge.plugins import Proposal, Sample, Table
from knowloom.knowledge.propose import propose
from knowloom.knowledge.record import Record, Reject
from knowloom.knowledge.rows import statements
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            key=("name",),
            aliases=("human being",),
            attributes=(
                Attribute(name="born", range=Scalar.DATE, aliases=("date of birth",)),
                Attribute(name="employer", range=ConceptRange(("Company",)), many=True),
            ),
        ),
        Concept(name="Author", parents=("Person",), attributes=(Attribute(name="pen_name"),)),
        Concept(name="Company", key=("name",)),
        Concept(
            name="Employment",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("Company",)), required=True),
                Attribute(name="since", range=Scalar.INT),
            ),
        ),
    ]
)


def proposed(
    name: str, columns: str, *rows: Sequence[object], ontology: Ontology = ONTOLOGY
) -> Proposal:
    """Return the proposal for a file with these columns, named in one text, and rows."""
    return propose(Sample(name, tuple(columns.split(",")), rows), ontology)


def test_columns_are_recognised_by_the_names_of_attributes() -> None:
    """Names, aliases and the class's own name tell which attribute a column is."""
    found = proposed(
        "people.csv", "Person,Date of Birth,employers,shoe size", ("Ada", "1815-12-10", "A|B", "7")
    )
    assert found.ontology is ONTOLOGY
    assert found.mapping == Mapping(
        objects=(
            Objects(
                concept="Person",
                attributes={
                    "name": Cell(column="Person"),
                    "born": Cell(column="Date of Birth"),
                    "employer": Cell(column="employers", split="|"),
                },
            ),
        )
    )


def test_a_column_of_classes_gives_each_row_its_class() -> None:
    """A column that holds names of classes is the class of each row, below what is common."""
    found = proposed(
        "x.csv", "class,name,pen_name", ("Author", "Ada", "A"), ("Person", "Bo", "NULL")
    )
    assert found.mapping == Mapping(
        objects=(
            Objects(
                concept="Person",
                subclass=Cell(column="class"),
                attributes={"name": Cell(column="name"), "pen_name": Cell(column="pen_name")},
                null=("", "NULL"),
            ),
        )
    )


def test_rows_of_several_kinds_and_of_classes_nobody_knows() -> None:
    """Each row is of the class it names, of whatever kind, and a row of no known class is told."""
    meeting = Concept(
        name="Meeting", parents=("Event",), attributes=(Attribute(name="year", range=Scalar.INT),)
    )
    columns = ("type", "name", "pen_name", "year")
    rows: tuple[Sequence[object], ...] = (
        ("Author", "Ada", "A", None),
        ("Company", "Acme", None, None),
        ("Meeting", "Talk", None, 1843),
        ("Ship", "Beagle", None, None),
        ("Person", "Bo", None, None),
    )
    known = ONTOLOGY.with_concepts([meeting])
    found = propose(Sample("x.jsonl", columns, rows), known)
    assert found.ontology is known
    table = Table(columns, iter(enumerate(rows, 1)))
    said = list(statements(table, found.mapping, known, source="s", file="x.jsonl"))
    records = {s.row: (s.concept, s.values) for s in said if isinstance(s, Record)}
    assert records == {
        1: ("Author", {"name": "Ada", "pen_name": "A"}),
        2: ("Company", {"name": "Acme"}),
        3: ("Meeting", {"name": "Talk", "year": 1843}),
        5: ("Person", {"name": "Bo"}),
    }
    assert [(s.row, s.code) for s in said if isinstance(s, Reject)] == [(4, "unknown-concept")]


def test_a_table_of_two_ends_is_a_relation() -> None:
    """Columns called like the classes at both ends, with qualifiers, state a relation."""
    found = proposed("employment.csv", "author,company,since", ("Ada", "Acme", "1843"))
    assert found.mapping == Mapping(
        relations=(
            Relations(
                relation="Employment",
                head=Reference(concept="Person", key={"": Cell(column="author")}),
                tail=Reference(concept="Company", key={"": Cell(column="company")}),
                attributes={"since": Cell(column="since")},
            ),
        )
    )


def test_a_table_of_nothing_known_becomes_a_class() -> None:
    """Without a class that fits, one is made from the file's name and its columns."""
    found = proposed(
        "order-details.csv",
        "orderDetailID,Unit Price,2nd,Tags,zip,ok,picture",
        ("1", "2.5", "1996-07-04", ["a"], "01234", "true", {"x": 1}),
        ("2", "3", "1996-07-05 10:00:00", ["b", "c"], "99999", "false", None),
    )
    concept = found.ontology["OrderDetail"]
    assert found.added == ("OrderDetail",)
    assert concept.title == "order-details"
    assert concept.key == ("order_detail_id",)
    assert [(a.name, a.range, a.many, a.aliases) for a in concept.attributes] == [
        ("order_detail_id", Scalar.INT, False, ("orderDetailID",)),
        ("unit_price", Scalar.FLOAT, False, ("Unit Price",)),
        ("n2nd", Scalar.DATETIME, False, ("2nd",)),
        ("tags", Scalar.STR, True, ("Tags",)),
        ("zip", Scalar.STR, False, ()),
        ("ok", Scalar.BOOL, False, ()),
    ]
    assert check(found.ontology) == []


def test_a_made_class_reads_its_own_table() -> None:
    """The rows that a class was made from fit it."""
    rows = (("7", "Acme GmbH", "NULL", "a|b"), ("8", "Zeta", "3", ""))
    found = proposed("companies.csv", "id,companyName,size,aliases", *rows, ontology=Ontology())
    table = Table(("id", "companyName", "size", "aliases"), iter(list(enumerate(rows, 2))))
    said = list(statements(table, found.mapping, found.ontology, source="s", file="companies.csv"))
    assert [s.values for s in said if isinstance(s, Record)] == [
        {"id": 7, "name": "Acme GmbH", "aliases": ["a", "b"]},
        {"id": 8, "name": "Zeta", "size": 3},
    ]


def test_a_new_class_takes_no_known_name() -> None:
    """A made class whose name is taken gets a number."""
    found = proposed("company.csv", "a,b,c", ("1", "2", "3"))
    assert found.added == ("Company_2",)
    assert found.ontology["Company"] == ONTOLOGY["Company"]


def test_columns_without_a_name_of_their_own_are_left_out() -> None:
    """Columns of the same name, and those without one, cannot be mapped."""
    found = proposed("t.csv", "a,,b,b", ("1", "2", "3", "4"), ontology=Ontology())
    assert found.mapping.columns == ("a",)


def test_an_id_that_repeats_is_no_key() -> None:
    """A column called like an id is a key only if every row has one of its own."""
    for values in (("1", "1"), ("1", ""), ()):
        rows = tuple((value, "x") for value in values)
        found = proposed("t.csv", "id,x", *rows, ontology=Ontology())
        assert found.ontology["T"].key == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Guess(Scalar.STR, False)),
        (["1", "-20"], Guess(Scalar.INT, False)),
        (["1", "1.5e3"], Guess(Scalar.FLOAT, False)),
        (["1", "x"], Guess(Scalar.STR, False)),
        (["007"], Guess(Scalar.STR, False)),
        (["99999999999999999999"], Guess(Scalar.FLOAT, False)),
        (["2020-02-29"], Guess(Scalar.DATE, False)),
        (["2020-02-30"], Guess(Scalar.STR, False)),
        (["20200229"], Guess(Scalar.INT, False)),
        (["true", "false"], Guess(Scalar.BOOL, False)),
        (["true", "1"], Guess(Scalar.STR, False)),
        ([True], Guess(Scalar.BOOL, False)),
        ([1, 2.5], Guess(Scalar.FLOAT, False)),
        ([2**70], Guess(Scalar.STR, False)),
        ([date(2020, 1, 1)], Guess(Scalar.DATE, False)),
        ([["a"], "b", None], Guess(Scalar.STR, True)),
        ([{}], None),
        ([[[1]]], None),
    ],
)
def test_types_are_guessed(values: list[object], expected: Guess | None) -> None:
    """The narrowest type that all values have is guessed."""
    assert guess(values) == expected


def test_what_only_looks_like_a_value_later_is_rejected() -> None:
    """A guess from the first rows is held to; a later row that does not fit is rejected."""
    found = proposed("t.csv", "n", ("1",), ontology=Ontology())
    table = Table(("n",), iter([(2, ("1",)), (3, ("one",))]))
    said = list(statements(table, found.mapping, found.ontology, source="s", file="t.csv"))
    assert [type(s) for s in said] == [Record, Reject]
