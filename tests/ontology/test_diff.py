"""Differences: applied, undone, told, and what they mean for stored data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from knowloom.errors import OntologyError
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.diff import Change, Relabel, diff, effect, labels_after

BORN = Attribute(name="born", range=Scalar.DATE)
NAMES = ["A", "B", "C", "D", "E"]
RANGES: list[Range] = [Scalar.STR, Scalar.INT, Enumeration(("x", "y")), ConceptRange(("Entity",))]


@st.composite
def ontologies(draw: st.DrawFn) -> Ontology:
    """Draw a small ontology over few names, so that two of them have much in common."""
    concepts: list[Concept] = []
    for i, name in enumerate(draw(st.permutations(NAMES))[: draw(st.integers(0, 5))]):
        above = [c.name for c in concepts[:i]]
        parents = draw(st.lists(st.sampled_from(above), max_size=1)) if above else []
        attributes = [
            Attribute(name=n, range=draw(st.sampled_from(RANGES)), many=draw(st.booleans()))
            for n in draw(st.lists(st.sampled_from(["p", "q", "r"]), max_size=2, unique=True))
        ]
        concepts.append(
            Concept(
                name=name,
                parents=tuple(parents) or ("Entity",),
                attributes=tuple(attributes),
                aliases=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=1))),
                description=draw(st.sampled_from(["", "x"])),
            )
        )
    return Ontology(concepts)


@given(ontologies(), ontologies())
def test_applying_a_difference_gives_the_new_and_undoing_it_the_old(
    old: Ontology, new: Ontology
) -> None:
    """`diff` then `apply` is the new ontology, `undo` the old one, through JSON as well."""
    change = diff(old, new)
    assert change.apply(old) == new
    assert change.undo().apply(new) == old
    assert change.undo().undo() == change
    assert change.undo().renamed == {new: old for old, new in change.renamed.items()}
    assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change


@given(ontologies(), ontologies())
def test_no_change_is_silent_and_no_silence_hides_one(old: Ontology, new: Ontology) -> None:
    """A change is empty exactly for equal ontologies, and every step of it is told."""
    change = diff(old, new)
    assert bool(change) == (old != new)
    told = {note.where.partition(".")[0] for note in change.notes} | set(change.renamed.values())
    assert {step.name for step in change.steps} <= told


@given(ontologies(), ontologies(), st.data())
def test_labels_after_a_change_are_those_of_the_new_ontology(
    old: Ontology, new: Ontology, data: st.DataObject
) -> None:
    """Labels are closed under the new superclasses, and classes that remain stay."""
    names = [c.name for c in old]
    assume(names)
    direct = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    labels = {a for n in direct for a in old.lineage(n)}
    change = diff(old, new)
    after = labels_after(labels, change, old, new)
    assert {a for n in after for a in new.lineage(n)} == set(after)
    assert {n for n in old.most_specific(labels) if n in new and n not in change.renamed} <= set(
        after
    )
    assert labels_after(labels, diff(old, old), old, old) == tuple(sorted(labels))


@given(ontologies(), ontologies())
def test_relabelling_plans_agree_with_labels(old: Ontology, new: Ontology) -> None:
    """For direct instances of one class the plan and the exact computation say the same."""
    change = diff(old, new)
    plan = {r.concept: r for r in effect(change, old, new).relabel}
    for concept in old:
        current = change.renamed.get(concept.name, concept.name)
        if current not in new:
            assert concept.name not in plan
            continue
        labels = set(old.lineage(concept.name))
        move = plan.get(concept.name, Relabel(concept.name, (), ()))
        expected = (labels | set(move.add)) - set(move.remove)
        assert expected == set(labels_after(labels, change, old, new))


def people(*extra: Concept, **person: object) -> Ontology:
    """Return an ontology of a person, an author, and others."""
    base = replace(Concept(name="Person", attributes=(BORN,)), **person)  # type: ignore[arg-type]
    return Ontology([base, Concept(name="Author", parents=("Person",)), *extra])


def notes(old: Ontology, new: Ontology) -> list[str]:
    """Return the sentences of a difference."""
    return [str(note) for note in diff(old, new).notes]


def test_differences_are_told_in_sentences() -> None:
    """Additions, removals, moves and every kind of change have a sentence."""
    old = people(Concept(name="Old"), Concept(name="Agent"))
    new = Ontology(
        [
            Concept(
                name="Person",
                attributes=(replace(BORN, many=True, policy="union"), Attribute(name="died")),
                key=("name",),
                description="A human being.",
            ),
            Concept(name="Author", parents=("Agent",)),
            Concept(name="Agent"),
            Concept(name="New", parents=("Agent",)),
        ]
    )
    assert notes(old, new) == [
        "Person.born is now list[date], and was date; has policy 'union', and had none",
        "Person.died is added as str",
        "Person has key ('name',), and had none",
        "Person has description 'A human being.', and had none",
        "Author hangs below Agent, and hung below Person",
        "Old is removed",
        "New is added below Agent",
    ]
    assert notes(new, old)[1] == "Person.died is removed"


def test_the_order_of_attributes_is_told() -> None:
    """Two orders of the same attributes are a difference with a sentence."""
    died = Attribute(name="died")
    old, new = people(attributes=(BORN, died)), people(attributes=(died, BORN))
    assert notes(old, new) == ["Person has its attributes in the order died, born"]


@pytest.mark.parametrize("said", [{"aliases": ("Person",)}, {"title": "Person"}])
def test_a_renaming_is_seen_where_the_new_concept_says_so(said: dict[str, object]) -> None:
    """An added concept that names a removed one took its place; its subclasses did not move."""
    human = replace(Concept(name="Human", attributes=(BORN,)), **said)  # type: ignore[arg-type]
    new = Ontology([human, Concept(name="Author", parents=("Human",))])
    change = diff(people(), new)
    assert change.renamed == {"Person": "Human"}
    assert [str(n) for n in change.notes] == ["Person is now called Human"]
    assert change.undo().renamed == {"Human": "Person"}
    plan = effect(change, people(), new)
    assert plan.renamed == (("Person", "Human"),)
    assert plan.orphaned == ()
    assert plan.risks == ()
    assert plan.relabel == (
        Relabel("Person", ("Human",), ("Person",)),
        Relabel("Author", ("Human",), ("Person",)),
    )


def test_an_ambiguous_renaming_is_none() -> None:
    """Where two could have taken a place, neither is guessed; a shared alias says nothing."""
    heirs = [Concept(name=n, aliases=("Person",)) for n in ("Human", "Man")]
    assert diff(Ontology([Concept(name="Person")]), Ontology(heirs)).renamed == {}
    planet, god = (Concept(name=n, aliases=("Mercury",)) for n in ("MercuryPlanet", "MercuryGod"))
    assert diff(Ontology([planet]), Ontology([god])).renamed == {}


def test_without_a_word_no_renaming_is_guessed() -> None:
    """A removed and an added concept with nothing in common in name are just that."""
    new = Ontology(
        [Concept(name="Human", attributes=(BORN,)), Concept(name="Author", parents=("Human",))]
    )
    change = diff(people(), new)
    assert change.renamed == {}
    assert effect(change, people(), new).orphaned == ("Person",)


def test_a_change_only_applies_where_it_starts() -> None:
    """Another starting point is refused with every concept that differs."""
    change = diff(people(), people(Concept(name="New"), key=("name",)))
    with pytest.raises(OntologyError) as caught:
        change.apply(people(Concept(name="New"), description="other"))
    assert [(f.where, f.code) for f in caught.value.faults] == [
        ("Person", "stale"),
        ("New", "stale"),
    ]
    with pytest.raises(OntologyError, match="does not exist"):
        diff(people(), Ontology()).apply(Ontology())


def test_instances_of_a_removed_class_fall_to_its_superclass() -> None:
    """What is left of an instance's classes is what remains above."""
    new = people().without(["Author"])
    change = diff(people(), new)
    assert labels_after({"Author", "Person", "Entity"}, change, people(), new) == (
        "Entity",
        "Person",
    )
    assert effect(change, people(), new).orphaned == ("Author",)


def test_an_instance_of_two_classes_keeps_what_either_gives() -> None:
    """A label leaves a node only when no class of it implies it any more."""
    old = people(Concept(name="Winner", parents=("Person",)))
    new = old.with_concepts([Concept(name="Author")])
    labels = {"Author", "Winner", "Person", "Entity"}
    assert labels_after(labels, diff(old, new), old, new) == tuple(sorted(labels))
    assert effect(diff(old, new), old, new).relabel == (Relabel("Author", (), ("Person",)),)


def risks(before: Iterable[Attribute], after: Iterable[Attribute]) -> list[tuple[str, str, str]]:
    """Return the risks of changing a person's attributes."""
    old, new = people(attributes=tuple(before)), people(attributes=tuple(after))
    return [(r.concept, r.attribute, r.code) for r in effect(diff(old, new), old, new).risks]


NUMBER = Attribute(name="n", range=Scalar.INT)
TAGS = Attribute(name="tags", many=True)
FRIEND = Attribute(name="friend", range=ConceptRange(("Person",)))


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (NUMBER, None, ["removed"]),
        (NUMBER, replace(NUMBER, range=Scalar.STR), ["type"]),
        (TAGS, replace(TAGS, many=False), ["single"]),
        (TAGS, replace(TAGS, range=Scalar.INT, many=False), ["type", "single"]),
        (NUMBER, replace(NUMBER, many=True), []),
        (NUMBER, replace(NUMBER, required=True), ["required"]),
        (NUMBER, replace(NUMBER, minimum="0"), ["bounds"]),
        (replace(NUMBER, minimum="0"), replace(NUMBER, minimum="-5"), []),
        (replace(NUMBER, maximum="9"), replace(NUMBER, maximum="8"), ["bounds"]),
        (replace(NUMBER, minimum="0", maximum="9"), NUMBER, []),
        (NUMBER, replace(NUMBER, name="number", aliases=("n",)), ["renamed"]),
        (FRIEND, replace(FRIEND, range=ConceptRange(("Author",))), ["type"]),
        (FRIEND, replace(FRIEND, range=ConceptRange(("Entity",))), []),
        (FRIEND, replace(FRIEND, relationship="LIKES"), ["relationship"]),
        (NUMBER, replace(NUMBER, description="other"), []),
        (
            Attribute(name="e", range=Enumeration(("a", "b"))),
            Attribute(name="e", range=Enumeration(("a",))),
            ["type"],
        ),
        (Attribute(name="e", range=Enumeration(("a",))), Attribute(name="e"), []),
    ],
)
def test_values_at_risk_are_named_once(
    before: Attribute, after: Attribute | None, codes: list[str]
) -> None:
    """Each change that stored values may not survive is a risk, told at the topmost class."""
    found = risks([before], [after] if after else [])
    assert found == [("Person", before.name, code) for code in codes]


def test_a_new_required_attribute_is_a_risk() -> None:
    """What is stored lacks it."""
    assert risks([], [replace(NUMBER, required=True)]) == [("Person", "n", "required")]


def test_a_class_that_moves_loses_what_it_inherited() -> None:
    """Attributes of the old superclass are gone from the subclass alone."""
    new = people().with_concepts([Concept(name="Author")])
    found = effect(diff(people(), new), people(), new)
    assert [str(r) for r in found.risks] == ["Author.born is no attribute any more"]


def test_a_new_key_is_a_risk() -> None:
    """Identities made from now on differ from those stored."""
    old, new = people(key=("name",)), people(key=("name", "born"))
    found = effect(diff(old, new), old, new)
    assert [str(r) for r in found.risks] == [
        "Person is identified by name, born, no longer by name of Person"
    ]


def test_a_renamed_target_is_no_risk() -> None:
    """A range that follows a renaming is the same range."""
    old = Ontology([Concept(name="Person", attributes=(FRIEND,))])
    new = Ontology(
        [
            Concept(
                name="Human",
                aliases=("Person",),
                attributes=(replace(FRIEND, range=ConceptRange(("Human",))),),
            )
        ]
    )
    assert effect(diff(old, new), old, new).risks == ()
