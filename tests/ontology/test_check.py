"""Check: what is wrong with an ontology that is a hierarchy all the same."""

from __future__ import annotations

import pytest

from knowloom.errors import Fault
from knowloom.ontology.check import POLICIES, check, is_narrower, range_text
from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    PropertyBinding,
    Range,
    Scalar,
)

PERSON = Concept(name="Person", attributes=(Attribute(name="born", range=Scalar.DATE),))
AUTHOR = Concept(name="Author", parents=("Person",))
TO_PERSON = ConceptRange(("Person",))


def faults(*concepts: Concept) -> list[tuple[str, str]]:
    """Return place and code of all faults."""
    return [(f.where, f.code) for f in check(Ontology(concepts))]


def concept(
    *attributes: Attribute, name: str = "T", parents: tuple[str, ...] = ("Entity",)
) -> Concept:
    """Return a concept with these attributes."""
    return Concept(name=name, parents=parents, attributes=attributes)


def test_a_sound_ontology_has_no_fault() -> None:
    """Narrowed ranges, keys, policies, bounds and bindings that are right are passed."""
    sound = Ontology(
        [
            Concept(
                name="Person",
                attributes=(
                    Attribute(name="born", range=Scalar.DATE, minimum="1000-01-01"),
                    Attribute(name="likes", range=ConceptRange(("Entity",)), many=True),
                    Attribute(name="mood", policy="latest-valid.v2"),
                    *(
                        Attribute(name=f"p{i}", policy=policy)
                        for i, policy in enumerate(sorted(POLICIES))
                    ),
                ),
                key=("name", "born"),
                examples=tuple(map(str, range(10))),
                binding=Binding(labels=("PERSON",), attributes=(("born", PropertyBinding("b")),)),
            ),
            Concept(
                name="Author",
                parents=("Person",),
                attributes=(
                    Attribute(name="likes", range=TO_PERSON, many=True),
                    Attribute(name="mood", range=Enumeration(("calm",)), required=True),
                ),
            ),
            Concept(
                name="Wrote",
                parents=("Relation",),
                attributes=(Attribute(name="head_entity", range=TO_PERSON, required=True),),
            ),
        ]
    )
    assert check(sound) == []


@pytest.mark.parametrize("name", ["", "2nd", "class", "_Person", "Per son", "ﬁsh", "Perso`n"])
def test_names_must_be_identifiers(name: str) -> None:
    """What Python or our own labels cannot have as a name is a fault."""
    assert (name, "name") in faults(Concept(name=name))
    assert (f"T.{name}", "name") in faults(concept(Attribute(name=name)))


@pytest.mark.parametrize("name", ["uid", "model_dump", "model_fields"])
def test_reserved_attribute_names_are_faults(name: str) -> None:
    """Names that classes need for themselves cannot be attributes."""
    assert faults(concept(Attribute(name=name))) == [(f"T.{name}", "name")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (Attribute(name="x", range=ConceptRange(("Persn",))), "unknown-range"),
        (Attribute(name="x", range=ConceptRange(())), "range"),
        (Attribute(name="x", range=ConceptRange(("Wrote",))), "range"),
        (Attribute(name="x", range=Enumeration(())), "range"),
        (Attribute(name="x", range=Enumeration(("a", "a"))), "range"),
        (Attribute(name="x", policy="newest"), "policy"),
        (Attribute(name="x", policy="latest.vX"), "policy"),
        (Attribute(name="x", policy="latest.v"), "policy"),
        (Attribute(name="x", minimum="1"), "bounds"),
        (Attribute(name="x", range=Scalar.INT, minimum="one"), "bounds"),
        (Attribute(name="x", range=Scalar.INT, minimum="2", maximum="1"), "bounds"),
        (Attribute(name="x", relationship="X"), "relationship"),
        (Attribute(name="x", range=TO_PERSON, relationship="_X"), "relationship"),
        (Attribute(name="wrote", range=TO_PERSON), "relationship-clash"),
        (Attribute(name="name", range=Scalar.INT), "range-clash"),
        (Attribute(name="aliases"), "range-clash"),
    ],
)
def test_a_bad_attribute_is_one_fault(bad: Attribute, code: str) -> None:
    """Each mistake is told once, at the attribute."""
    wrote = Concept(name="Wrote", parents=("Relation",))
    assert faults(PERSON, wrote, concept(bad)) == [(f"T.{bad.name}", code)]


def test_an_attribute_twice_is_a_fault() -> None:
    """Two attributes of one name in one class are a fault."""
    twice = concept(Attribute(name="x"), Attribute(name="x"))
    assert faults(twice) == [("T.x", "duplicate-attribute")]


@pytest.mark.parametrize(
    ("keyed", "where"),
    [
        (Concept(name="T", key=("nme",)), "T.nme"),
        (Concept(name="T", key=("aliases",)), "T.aliases"),
        (Concept(name="T", key=("name", "name")), "T.name"),
        (Concept(name="T", key=("x",), attributes=(Attribute(name="x", range=TO_PERSON),)), "T.x"),
        (Concept(name="T", parents=("Relation",), key=("head_entity",)), "T"),
    ],
)
def test_a_bad_key_is_a_fault(keyed: Concept, where: str) -> None:
    """A key names single plain attributes, and relations have none."""
    assert (where, "key") in faults(PERSON, keyed)


@pytest.mark.parametrize(
    ("narrowed", "fits"),
    [
        (Attribute(name="x", range=ConceptRange(("Author",))), True),
        (Attribute(name="x", range=TO_PERSON, required=True), True),
        (Attribute(name="x", range=ConceptRange(("Author", "Person"))), True),
        (Attribute(name="x", range=ConceptRange(("Entity",))), False),
        (Attribute(name="x", range=TO_PERSON, many=True), False),
        (Attribute(name="x"), False),
    ],
)
def test_a_subclass_may_only_narrow(narrowed: Attribute, fits: bool) -> None:
    """What a subclass allows, its superclass must allow as well."""
    wide = concept(Attribute(name="x", range=TO_PERSON))
    below = concept(narrowed, name="Below", parents=("T",))
    assert faults(PERSON, AUTHOR, wide, below) == ([] if fits else [("Below.x", "range-clash")])


def test_a_required_attribute_stays_required() -> None:
    """A subclass cannot drop a requirement."""
    wide = concept(Attribute(name="x", required=True))
    below = concept(Attribute(name="x"), name="Below", parents=("T",))
    assert faults(wide, below) == [("Below.x", "range-clash")]


def test_inherited_ranges_that_clash_are_told() -> None:
    """Two parents that disagree need a redefinition that suits both."""
    left = concept(Attribute(name="x", range=TO_PERSON), name="Left")
    right = concept(Attribute(name="x", range=ConceptRange(("Author",))), name="Right")
    clash = concept(name="Both", parents=("Left", "Right"))
    assert faults(PERSON, AUTHOR, left, right, clash) == [("Both.x", "range-clash")]
    assert "redefine it" in check(Ontology([PERSON, AUTHOR, left, right, clash]))[0].what
    other_way = concept(name="Both", parents=("Right", "Left"))
    assert faults(PERSON, AUTHOR, left, right, other_way) == []
    mended = concept(*right.attributes, name="Both", parents=("Left", "Right"))
    assert faults(PERSON, AUTHOR, left, right, mended) == []


def test_relations_hold_plain_qualifiers_only() -> None:
    """A relationship cannot point to a third thing."""
    wrote = concept(
        Attribute(name="since", range=Scalar.DATE),
        Attribute(name="editor", range=TO_PERSON),
        name="Wrote",
        parents=("Relation",),
    )
    assert faults(PERSON, wrote) == [("Wrote.editor", "relation-link")]


def test_one_relationship_type_has_one_meaning() -> None:
    """Attributes of one class, and relations, do not share a relationship type."""
    links = concept(
        Attribute(name="born_in", range=TO_PERSON), Attribute(name="bornIn", range=TO_PERSON)
    )
    assert faults(PERSON, links) == [("T.bornIn", "relationship-clash")]
    relations = [Concept(name=n, parents=("Relation",)) for n in ("BornIn", "Born_In")]
    assert faults(*relations) == [("Born_In", "relationship-clash")]
    elsewhere = concept(Attribute(name="bornIn", range=TO_PERSON), name="Other")
    assert faults(PERSON, concept(links.attributes[0]), elsewhere) == []


def test_names_that_differ_in_case_only_are_faults() -> None:
    """`PERSON` beside `Person` would be mistaken for it, and `entity` for the root."""
    found = faults(PERSON, Concept(name="PERSON"), Concept(name="entity"))
    assert found == [("PERSON", "letter-case"), ("entity", "letter-case")]


def test_more_than_ten_examples_are_a_fault() -> None:
    """A concept has up to ten examples (item 9)."""
    assert faults(Concept(name="T", examples=tuple("abcdefghijk"))) == [("T", "examples")]


def test_bad_bindings_are_faults() -> None:
    """A binding names labels, and attributes that exist."""
    assert faults(Concept(name="T", binding=Binding(labels=()))) == [("T", "binding")]
    strange = Binding(labels=("X",), attributes=(("y", PropertyBinding("y")),))
    assert faults(Concept(name="T", binding=strange)) == [("T.y", "binding")]


def test_faults_say_what_would_be_right() -> None:
    """A fault is one sentence with the place, and a near name where there is one."""
    bad = concept(Attribute(name="x", range=ConceptRange(("Persn",))))
    assert check(Ontology([PERSON, bad])) == [
        Fault("T.x", "refers to Persn, which is no concept; did you mean Person?", "unknown-range")
    ]


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        (Scalar.INT, Scalar.INT, True),
        (Scalar.INT, Scalar.FLOAT, False),
        (Scalar.DATE, Scalar.DATETIME, False),
        (Enumeration(("a",)), Enumeration(("b", "a")), True),
        (Enumeration(("a", "c")), Enumeration(("b", "a")), False),
        (Enumeration(("a",)), Scalar.STR, True),
        (Scalar.STR, Enumeration(("a",)), False),
        (ConceptRange(("Author",)), TO_PERSON, True),
        (TO_PERSON, ConceptRange(("Author",)), False),
        (TO_PERSON, Scalar.STR, False),
        (ConceptRange(("Nobody",)), TO_PERSON, False),
    ],
)
def test_narrower_means_every_value_fits(narrow: Range, wide: Range, expected: bool) -> None:
    """A range is narrower when the other holds all its values in the same stored form."""
    assert is_narrower(narrow, wide, Ontology([PERSON, AUTHOR])) is expected


def test_ranges_are_written_as_in_python() -> None:
    """Sentences show types as people write them."""
    assert (
        range_text(Attribute(name="x", range=ConceptRange(("A", "B")), many=True)) == "list[A | B]"
    )
    assert range_text(Attribute(name="x", range=Enumeration(("a",)))) == "Literal['a']"
