"""The hierarchy: linearisation, ancestors and order are those of Python classes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import OntologyError, UnknownConcept
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

ROOT = "Entity"
Shape = list[tuple[int, ...]]


@st.composite
def shapes(draw: st.DrawFn, most: int = 12) -> Shape:
    """Draw, for each of some numbered classes, distinct parents among the earlier ones."""
    size = draw(st.integers(1, most))
    return [
        tuple(draw(st.lists(st.integers(0, i - 1), max_size=3, unique=True))) if i else ()
        for i in range(size)
    ]


def concepts(shape: Shape) -> list[Concept]:
    """Return a concept for each number; those without parents hang below the root."""
    return [
        Concept(name=f"C{i}", parents=tuple(f"C{p}" for p in parents) or (ROOT,))
        for i, parents in enumerate(shape)
    ]


def python_mro(shape: Shape) -> dict[str, tuple[str, ...]] | None:
    """Return Python's own method resolution orders, None when it cannot build the classes."""
    made: dict[str, type] = {ROOT: type(ROOT, (), {})}
    for concept in concepts(shape):
        try:
            made[concept.name] = type(concept.name, tuple(made[p] for p in concept.parents), {})
        except TypeError:
            return None
    return {n: tuple(c.__name__ for c in t.__mro__[:-1]) for n, t in made.items()}


@given(shapes())
def test_lineage_is_pythons_own_mro(shape: Shape) -> None:
    """For any hierarchy our order is Python's, and what Python cannot build is refused."""
    expected = python_mro(shape)
    if expected is None:
        with pytest.raises(OntologyError, match="cannot be put in one order"):
            Ontology(concepts(shape))
    else:
        ontology = Ontology(reversed(concepts(shape)))
        assert {n: ontology.lineage(n) for n in expected} == expected


@given(shapes().filter(lambda s: python_mro(s) is not None))
def test_questions_about_the_hierarchy_agree(shape: Shape) -> None:
    """Descendants invert ancestors, `is_a` is both, and orders put superclasses first."""
    ontology = Ontology(concepts(shape))
    names = [c.name for c in ontology]
    for name in names:
        below = ontology.descendants(name)
        assert len(set(below)) == len(below)
        assert set(below) == {n for n in names if name in ontology.ancestors(n)}
        assert all(ontology.is_a(n, name) for n in (name, *below))
        assert set(ontology.children(name)) == {n for n in names if name in ontology[n].parents}
    order = ontology.parents_first()
    assert sorted(order) == sorted([*names, "Entity", "Event", "Relation"])
    assert all(order.index(a) < order.index(n) for n in names for a in ontology.ancestors(n))


@given(shapes().filter(lambda s: python_mro(s) is not None), st.data())
def test_most_specific_names_imply_all_the_others(shape: Shape, data: st.DataObject) -> None:
    """What is most specific is unrelated, and its superclasses cover what was given."""
    ontology = Ontology(concepts(shape))
    names = data.draw(st.lists(st.sampled_from([c.name for c in ontology])))
    chosen = ontology.most_specific([*names, "no concept"])
    assert {a for n in chosen for a in ontology.lineage(n)} >= set(names)
    assert not any(a in ontology.ancestors(b) for a in chosen for b in chosen)
    assert list(chosen) == sorted(set(chosen))


def test_layered_diamonds_take_no_time() -> None:
    """Fifty layers of two classes with both parents have 2**50 paths, and are walked at once."""
    layers = [
        Concept(name=f"{side}{i}", parents=(f"A{i - 1}", f"B{i - 1}") if i else (ROOT,))
        for i in range(50)
        for side in "AB"
    ]
    ontology = Ontology(layers)
    assert len(ontology.descendants(ROOT)) == 100
    assert len(ontology.lineage("A49")) == 100


def test_long_chains_need_no_recursion() -> None:
    """A chain deeper than Python's stack is no problem."""
    chain = [Concept(name=f"C{i}", parents=(f"C{i - 1}" if i else ROOT,)) for i in range(3000)]
    ontology = Ontology(reversed(chain))
    assert len(ontology.lineage("C2999")) == 3001


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ([Concept(name="A", parents=("B",))], "unknown-parent"),
        ([Concept(name="A", parents=("B",)), Concept(name="B", parents=("A",))], "cycle"),
        ([Concept(name="A", parents=("A",))], "cycle"),
        ([Concept(name="A"), Concept(name="A")], "duplicate"),
        ([Concept(name="Entity")], "root"),
        ([Concept(name="A", parents=())], "no-parent"),
        ([Concept(name="A", parents=("Entity", "Event"))], "mixed-roots"),
        (
            [
                Concept(name="A"),
                Concept(name="B", parents=("A",)),
                Concept(name="C", parents=("A", "B")),
            ],
            "unlinearisable",
        ),
    ],
)
def test_what_is_no_hierarchy_is_refused(given_: list[Concept], code: str) -> None:
    """Structural faults are errors with the concept's name (item 21)."""
    with pytest.raises(OntologyError) as caught:
        Ontology(given_)
    assert code in {f.code for f in caught.value.faults}


def test_a_subclass_inherits_attributes() -> None:
    """The attributes of a subclass contain its ancestors', narrowed ones in their place (5)."""
    person = Concept(
        name="Person",
        attributes=(
            Attribute(name="born", range=Scalar.DATE),
            Attribute(name="works_at", range=ConceptRange(("Group",))),
        ),
    )
    narrowed = Attribute(name="born", range=Scalar.DATE, required=True)
    author = Concept(name="Author", parents=("Person",), attributes=(narrowed,))
    ontology = Ontology([Concept(name="Group"), person, author])
    assert list(ontology.attributes("Author")) == ["name", "aliases", "born", "works_at"]
    assert ontology.attributes("Author")["born"] is narrowed
    assert not ontology.attributes("Person")["born"].required


def test_the_nearest_key_applies() -> None:
    """A key is inherited until a subclass declares its own."""
    ontology = Ontology(
        [
            Concept(name="Person", key=("name",)),
            Concept(name="Author", parents=("Person",)),
            Concept(name="Member", parents=("Author",), key=("name", "aliases")),
        ]
    )
    assert ontology.key("Author") == ("Person", ("name",))
    assert ontology.key("Member") == ("Member", ("name", "aliases"))
    assert ontology.key("Event") is None


def test_a_closure_is_complete_and_ordered() -> None:
    """Ancestors and hinted concepts come with what is asked for, superclasses first (item 15)."""
    ontology = Ontology(
        [
            Concept(
                name="Author",
                parents=("Person",),
                attributes=(Attribute(name="wrote", range=ConceptRange(("Novel",))),),
            ),
            Concept(name="Novel", parents=("Book",)),
            Concept(name="Person"),
            Concept(name="Book"),
            Concept(name="Unrelated"),
        ]
    )
    closed = ontology.closure(["Author"])
    assert set(closed) == {"Entity", "Person", "Author", "Book", "Novel"}
    assert all(closed.index(p) < closed.index(n) for n in closed for p in ontology[n].parents)


def test_an_unknown_concept_is_told_with_near_names() -> None:
    """A wrong name raises with suggestions; `get` gives None."""
    ontology = Ontology([Concept(name="Person")])
    with pytest.raises(UnknownConcept, match="did you mean Person"):
        ontology["Persn"]
    assert ontology.get("Persn") is None
    assert ontology.get("Person") == Concept(name="Person")


@given(shapes().filter(lambda s: python_mro(s) is not None))
def test_equality_does_not_depend_on_order(shape: Shape) -> None:
    """Ontologies with the same concepts are equal and hash alike."""
    one, other = Ontology(concepts(shape)), Ontology(reversed(concepts(shape)))
    assert one == other
    assert hash(one) == hash(other)
    assert one != one.with_concepts([Concept(name="New")])
