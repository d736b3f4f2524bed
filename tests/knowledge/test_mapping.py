"""Mapping files: what they say, what is wrong with them, and back to text."""

from __future__ import annotations

import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import MappingError, SourceError
from knowloom.knowledge.mapping import Cell, Mapping, Objects, Reference, Relations
from knowloom.knowledge.mapping_file import mapping_to_toml, parse_mapping, read_mapping

COMPLETE = r"""
source = "papers"
encoding = "latin-1"
null = ["", "NULL"]

[[objects]]
file = "icml*.json"
concept = "Paper"
subclass = { column = "kind", map = { P = "Poster" } }
id = { column = "paper_id", prefix = "paper/" }
where = { status = ["Poster", "Oral"], open = "yes" }
unless = { track = "" }
null = "?"
observed = "seen"
valid_from = "from"
valid_to = { value = 2020-01-01 }
confidence = "score"

[objects.attributes]
title = "title"
tags = { column = "tags", split = ";" }
year = { file = '\d{4}' }
venue = { value = "ICML" }
authors = { column = "author", split = ";", concept = "Author", by = "name" }
award = { concept = "Award", key = { name = "award", year = "award_year" } }
session = { concept = "Session", id = "session_id" }

[[relations]]
relation = "Employment"
head = "person"
tail = { column = "org", concept = "Organization" }
[relations.attributes]
since = "from"

[[relations]]
attribute = "affiliation"
head = { concept = "Person", id = "person_id" }
tail = { column = "org", concept = "Organization", by = "name" }
"""


def test_every_part_of_a_mapping_file_is_read() -> None:
    """A file that uses every key becomes the mapping that says the same."""
    mapping = parse_mapping(COMPLETE)
    objects, (employment, affiliation) = mapping.objects[0], mapping.relations
    assert (mapping.source, mapping.encoding) == ("papers", "latin-1")
    assert objects == Objects(
        file="icml*.json",
        concept="Paper",
        subclass=Cell(column="kind", map={"P": "Poster"}),
        id=Cell(column="paper_id", prefix="paper/"),
        where={"status": ("Poster", "Oral"), "open": ("yes",)},
        unless={"track": ("",)},
        null=("?",),
        observed=Cell(column="seen"),
        valid_from=Cell(column="from"),
        valid_to=Cell(value=date(2020, 1, 1)),
        confidence=Cell(column="score"),
        attributes={
            "title": Cell(column="title"),
            "tags": Cell(column="tags", split=";"),
            "year": Cell(file=r"\d{4}"),
            "venue": Cell(value="ICML"),
            "authors": Reference(concept="Author", key={"name": Cell(column="author", split=";")}),
            "award": Reference(
                concept="Award",
                key={"name": Cell(column="award"), "year": Cell(column="award_year")},
            ),
            "session": Reference(concept="Session", id=Cell(column="session_id")),
        },
    )
    assert employment.head == Reference(key={"": Cell(column="person")})
    assert employment.attributes == {"since": Cell(column="from")}
    assert employment.null == ("", "NULL")
    assert affiliation.head == Reference(concept="Person", id=Cell(column="person_id"))
    assert affiliation.tail.key == {"name": Cell(column="org")}


def test_a_mapping_names_its_columns_once() -> None:
    """The columns of a mapping are all that its cells and conditions name, without repetition."""
    columns = parse_mapping(COMPLETE).columns
    assert set(columns) >= {"status", "open", "track", "kind", "author", "award_year", "org"}
    assert len(columns) == len(set(columns))


def test_sections_are_for_the_files_they_name() -> None:
    """A section with a file pattern counts only for the files that fit it."""
    mapping = parse_mapping(COMPLETE)
    assert len(mapping.for_file("icml2015.json").objects) == 1
    assert mapping.for_file("nips2015.json").objects == ()
    assert len(mapping.for_file("nips2015.json").relations) == 2


OBJECTS = '[[objects]]\nconcept = "A"\n'
RELATIONS = '[[relations]]\nrelation = "R"\nhead = "h"\ntail = "t"\n'

FAULTY = {
    "no TOML": ("concept = ", "is not TOML"),
    "nothing": ("", "says nothing"),
    "a misspelt section": ("[[object]]\nconcept = 'A'", "did you mean objects?"),
    "a misspelt key": (OBJECTS + "atributes = {}", "did you mean attributes?"),
    "an unknown key": (OBJECTS + "colour = 'red'", "is no key that is known here"),
    "no class": ("[[objects]]\nattributes = { name = 'n' }", "say which class the rows are"),
    "a table for an array": ("[objects]\nconcept = 'A'", "write [[objects]]"),
    "a number for a text": ("source = 7\n" + OBJECTS, "is 7, which is not a text"),
    "a number for a column": (OBJECTS + "id = 7", "write a column"),
    "an empty column": (OBJECTS + "id = ''", "is empty, and names no column"),
    "a list for a constant": (OBJECTS + "id = { value = [1] }", "not a single value"),
    "a cell without a source": (OBJECTS + "id = { split = ';' }", "needs exactly one of column"),
    "a cell with two sources": (
        OBJECTS + "id = { column = 'a', value = 1 }",
        "needs exactly one of column",
    ),
    "a broken pattern": (OBJECTS + "id = { file = '(' }", "is no regular expression"),
    "a number among texts": (OBJECTS + "null = [0]", "write it in quotes"),
    "a reference to nothing": (
        OBJECTS + "attributes = { a = { concept = 'B' } }",
        "needs a column for the thing's key, or its `id`",
    ),
    "a reference with key and id": (
        OBJECTS + "attributes = { a = { column = 'c', id = 'd' } }",
        "and not both",
    ),
    "a relation without an end": (
        "[[relations]]\nrelation = 'R'\nhead = 'h'",
        "say where the thing comes from",
    ),
    "a relation without a name": (
        "[[relations]]\nhead = 'h'\ntail = 't'",
        "needs one of `relation` and `attribute`",
    ),
    "a relation with two names": (
        RELATIONS + "attribute = 'a'",
        "needs one of `relation` and `attribute`",
    ),
    "a number as a condition": (OBJECTS + "where = { a = 1 }", "holds 1, which is not a text"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_mapping_says_what_is_wrong(case: str) -> None:
    """Each fault of a mapping file is named with its place."""
    text, what = FAULTY[case]
    with pytest.raises(MappingError) as error:
        parse_mapping(text, "my.toml")
    assert what in str(error.value)
    assert all(fault.where.startswith("my.toml") for fault in error.value.faults)


def test_all_faults_come_at_once() -> None:
    """A file with several faults names them all."""
    with pytest.raises(MappingError) as error:
        parse_mapping(OBJECTS + "id = 7\ncolour = 'red'\n" + RELATIONS + "size = 1")
    assert [fault.where for fault in error.value.faults] == [
        "the mapping: objects[1].id",
        "the mapping: objects[1].colour",
        "the mapping: relations[1].size",
    ]


def test_paths_count_from_the_mapping_file(tmp_path: Path) -> None:
    """A label file is looked for beside the mapping that names it."""
    (tmp_path / "fb.toml").write_text('labels = "names.json"')
    assert read_mapping(tmp_path / "fb.toml").labels == str(tmp_path / "names.json")


def test_an_unreadable_mapping_file_is_a_source_error(tmp_path: Path) -> None:
    """A mapping file that is missing or in another encoding is named with the reason."""
    with pytest.raises(SourceError, match="No such file"):
        read_mapping(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'source = "caf\xe9"')
    with pytest.raises(SourceError, match="not UTF-8"):
        read_mapping(tmp_path / "latin.toml")


TEXTS = st.text(min_size=1, max_size=8)
NAMES = st.text(string.ascii_letters + string.digits + ".- é\"'", min_size=1, max_size=8)
CONDITIONS = st.dictionaries(
    NAMES, st.lists(st.text(max_size=5), max_size=2).map(tuple), max_size=2
)
SHAPES = st.fixed_dictionaries(
    {"split": st.text(max_size=2), "prefix": st.text(max_size=2)},
    optional={"map": st.dictionaries(NAMES, TEXTS, max_size=2)},
)
VALUES = st.one_of(st.text(max_size=8), st.integers(-99, 99), st.booleans(), st.dates())
CELLS = st.one_of(
    st.builds(lambda column, shape: Cell(column=column, **shape), TEXTS, SHAPES),
    st.builds(lambda value, shape: Cell(value=value, **shape), VALUES, SHAPES),
    st.builds(lambda file: Cell(file=file), st.sampled_from([r"\d+", "^([a-z]+)"])),
)
BY_ID = st.builds(lambda c, i: Reference(concept=c, id=i), st.text(max_size=4), CELLS)
BY_KEY = st.builds(
    lambda c, k: Reference(concept=c, key=k), TEXTS, st.dictionaries(TEXTS, CELLS, min_size=1)
)
SHARED = {"file": TEXTS, "where": CONDITIONS, "unless": CONDITIONS}
OBJECT_SECTIONS = st.builds(
    Objects,
    concept=TEXTS,
    subclass=st.none() | CELLS,
    id=st.none() | CELLS,
    attributes=st.dictionaries(NAMES, st.one_of(CELLS, BY_ID, BY_KEY), max_size=3),
    observed=st.none() | CELLS,
    confidence=st.none() | CELLS,
    null=st.lists(st.text(max_size=4), max_size=2).map(tuple),
    **SHARED,
)
RELATION_SECTIONS = st.builds(
    Relations,
    relation=TEXTS,
    head=st.one_of(BY_ID, BY_KEY),
    tail=st.one_of(BY_ID, BY_KEY, st.builds(lambda c: Reference(key={"": c}), CELLS)),
    attributes=st.dictionaries(NAMES, CELLS, max_size=2),
    **SHARED,
)
MAPPINGS = st.builds(
    Mapping,
    source=st.text(max_size=8),
    encoding=st.sampled_from(["", "latin-1"]),
    objects=st.lists(OBJECT_SECTIONS, min_size=1, max_size=2).map(tuple),
    relations=st.lists(RELATION_SECTIONS, max_size=2).map(tuple),
)


@given(MAPPINGS)
def test_a_mapping_survives_its_text(mapping: Mapping) -> None:
    """Reading the text of a mapping gives the same mapping."""
    assert parse_mapping(mapping_to_toml(mapping)) == mapping
