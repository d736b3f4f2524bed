"""Classes: the bases to write an ontology with, and classes built from one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from datetime import date
from timeit import repeat
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from knowloom.errors import OntologyError, UnknownConcept
from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Scalar,
)
from knowloom.ontology.generate import generated
from knowloom.ontology.things import Entity, Event, Field, Relation, Thing, concepts_of


class Group(Entity):
    """Description: people with a shared purpose."""


class Person(Entity, key="name", title="a person"):
    """Description: a human being."""

    born: date | None = None
    height: float | None = Field(default=None, minimum=0, maximum=3)
    mood: Literal["calm", "cross"] | None = None
    scores: list[int] = Field(default=[], maximum=10)
    groups: list[Group] = []
    friend: Person | None = None


class Author(Person):
    pass


class Membership(Relation):
    head_entity: Person
    tail_entity: Group
    since: int


def test_positions_and_names_both_construct() -> None:
    """Entities and events take their name by position, relations their ends (item 12)."""
    ada = Person("Ada", born=date(1815, 12, 10))
    assert (ada.name, ada.born, ada.groups) == ("Ada", date(1815, 12, 10), [])
    assert Event("Turing Award 2018") == Event(name="Turing Award 2018")
    group = Group("Society")
    member = Membership(ada, group, since=1840)
    assert member.head_entity is ada
    assert member == Membership(head_entity=ada, tail_entity=group, since=1840)


def test_wrong_positions_are_told() -> None:
    """Too many values by position, or one twice, are the caller's mistakes."""
    with pytest.raises(TypeError, match="Person takes name by position, and 2 values were given"):
        Person("Ada", "Byron")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Person got name twice"):
        Person("Ada", name="Byron")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"born": "soon"}, "born"),
        ({"height": -1.0}, "height"),
        ({"height": 3.5}, "height"),
        ({"mood": "glad"}, "mood"),
        ({"scores": [1, 11]}, "scores"),
        ({"groups": [Person("no group")]}, "groups"),
        ({"friend": Group("no person")}, "friend"),
        ({"birth": None}, "birth"),
    ],
)
def test_constructing_and_assigning_validate(values: dict[str, Any], where: str) -> None:
    """A wrong type, a value out of bounds and an unknown attribute are refused in both ways."""
    with pytest.raises(ValidationError, match=where):
        Person("Ada", **values)
    ada = Person("Ada")
    [(name, value)] = values.items()
    with pytest.raises((ValidationError, ValueError), match=where):
        setattr(ada, name, value)
    assert ada == Person("Ada")


def test_assigning_converts_like_constructing() -> None:
    """What construction reads leniently, assignment does too; the change is remembered."""
    ada = Person("Ada")
    ada.born = "1815-12-10"  # type: ignore[assignment]
    assert ada.born == date(1815, 12, 10)
    assert ada.model_fields_set == {"name", "born"}


def test_a_subclass_fits_where_its_superclass_is_meant() -> None:
    """Type hints accept subclasses (item 10)."""
    author = Author("Ursula")
    assert Person("Ada", friend=author).friend is author


def test_an_instance_may_refer_to_itself() -> None:
    """Cycles of any length can be made by assignment."""
    ada, ursula = Person("Ada"), Author("Ursula")
    ada.friend, ursula.friend = ursula, ada
    assert ada.friend is ursula
    assert ursula.friend is ada
    ada.friend = ada
    assert ada.friend is ada


def test_cyclic_things_compare_hash_and_show() -> None:
    """Equality, hash and repr end on cycles."""
    one, other = Person("Ada"), Person("Ada")
    one.friend, other.friend = one, other
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == "Person('Ada', friend=Person('Ada'))"


def test_equality_looks_at_values_and_at_who_is_linked() -> None:
    """Concept, uid and values count; targets count by uid or name, in no order."""
    a, b = Group("A"), Group("B", uid="b")
    assert Person("Ada", groups=[a, b]) == Person("Ada", groups=[Group("x", uid="b"), Group("A")])
    assert Person("Ada", groups=[a]) != Person("Ada", groups=[b])
    assert Person("Ada", scores=[1, 2]) != Person("Ada", scores=[2, 1])
    assert Person("Ada") != Author("Ada")
    assert Person("Ada", uid="1") != Person("Ada", uid="2")
    assert Person("Ada") != "Ada"
    assert len({Person("Ada"), Person("Ada"), Person("Ada", uid="1")}) == 2


def test_a_repr_stays_short() -> None:
    """Long lists are cut, empty values and uids left out, links shown by name."""
    ada = Person("Ada", uid="u", born=date(1815, 12, 10), groups=[Group(str(i)) for i in range(9)])
    assert repr(ada) == (
        "Person('Ada', born=date(1815-12-10), groups=[Group('0'), Group('1'), Group('2'), …])"
    )
    assert (
        repr(Membership(ada, Group("G"), since=1))
        == "Membership(Person('Ada'), Group('G'), since=1)"
    )


def test_class_keywords_are_not_inherited() -> None:
    """What a class statement says holds for that class alone."""
    assert Person.__said__ == {"key": "name", "title": "a person"}
    assert Author.__said__ == {}
    assert Author.__concepts__ == concepts_of(Author("x")) == ("Author",)


def test_an_unknown_class_keyword_is_refused() -> None:
    """A slip in a class keyword is an error where the class is made."""
    with pytest.raises(TypeError, match="kee"):

        class Wrong(Entity, kee="name"):  # pyright: ignore[reportUnusedClass]
            pass


def test_materialise_fills_what_is_not_given() -> None:
    """Unknown single values are None or their default, lists are fresh for each instance."""
    one = Person.materialise({"uid": "1", "name": "Ada", "born": date(1815, 12, 10)})
    other = Person.materialise({"uid": "2"})
    assert one == Person("Ada", uid="1", born=date(1815, 12, 10))
    assert (other.name, other.born, other.groups) == ("", None, [])
    other.groups.append(Group("G"))
    assert one.groups == []
    assert Membership.materialise({}).since is None
    other.__dict__["friend"] = other
    assert other.friend is other


def test_materialise_leaves_the_given_values_alone() -> None:
    """The dictionary given is neither kept nor changed."""
    values: dict[str, Any] = {"name": "Ada"}
    made = Person.materialise(values)
    made.name = "Byron"
    assert values == {"name": "Ada"}


def test_a_materialised_instance_behaves_like_any_other() -> None:
    """It validates assignments, dumps and compares."""
    made = Author.materialise({"name": "Ursula"})
    with pytest.raises(ValidationError):
        made.born = "soon"  # type: ignore[assignment]
    assert made.model_dump()["name"] == "Ursula"
    assert isinstance(made, Person)


def test_materialising_takes_two_microseconds_at_most() -> None:
    """Reading a large graph is not slowed by making objects; best of many on a busy machine."""
    values: dict[str, Any] = {"uid": "1", "name": "Ada", "born": date(1815, 12, 10)}
    make: Callable[[], object] = lambda: Person.materialise(values)  # noqa: E731
    assert min(repeat(make, number=10_000, repeat=7)) / 10_000 < 2e-6


WORLD = Ontology(
    [
        Concept(
            name="Agent",
            description="Who acts.",
            examples=("Ada", "the Senate"),
            attributes=(
                Attribute(name="knows", range=ConceptRange(("Agent",)), many=True),
                Attribute(name="size", range=Scalar.INT, minimum="0"),
            ),
        ),
        Concept(
            name="Writer",
            parents=("Agent",),
            attributes=(Attribute(name="wrote", range=ConceptRange(("Book",)), many=True),),
        ),
        Concept(
            name="Winner",
            parents=("Agent",),
            attributes=(
                Attribute(name="knows", range=ConceptRange(("Winner",)), many=True),
                Attribute(name="prize", range=Enumeration(("gold", "silver")), required=True),
            ),
        ),
        Concept(name="Laureate", parents=("Writer", "Winner")),
        Concept(name="Book"),
        Concept(name="Left", parents=("Agent",)),
        Concept(name="Contrary", parents=("Writer", "Left")),
        Concept(name="Opposite", parents=("Left", "Writer")),
        Concept(
            name="Wrote",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Writer",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("Book",)), required=True),
            ),
        ),
    ]
)


def test_built_classes_have_the_hierarchy_of_the_ontology() -> None:
    """Python's method resolution order is the ontology's lineage, with several parents too."""
    classes = Classes(WORLD)
    for name in WORLD.parents_first():
        mro = [c.__name__ for c in classes[name].__mro__]
        assert tuple(mro[: mro.index("Thing")]) == WORLD.lineage(name)
    assert issubclass(classes["Laureate"], classes["Winner"])
    assert issubclass(classes["Wrote"], Relation)


def test_built_classes_have_all_attributes_with_their_types() -> None:
    """Inherited attributes come as Python's order says, also in a diamond."""
    classes = Classes(WORLD)
    for name in WORLD.parents_first():
        fields = [f for f in classes[name].model_fields if f != "uid"]
        assert sorted(fields) == sorted(WORLD.attributes(name))
    winner = classes["Laureate"](name="W", prize="gold")
    with pytest.raises(ValidationError, match="is a Agent, not a Winner"):
        winner.knows = [classes["Agent"](name="A")]  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match="prize"):
        classes["Winner"](name="W")
    with pytest.raises(ValidationError, match="which is less than 0"):
        classes["Writer"](name="W", size=-1)
    with pytest.raises(ValidationError, match="'X', which is not a Book"):
        classes["Writer"](name="W", wrote=["X"])


def test_built_classes_are_described() -> None:
    """`help` shows the description and examples."""
    assert (
        Classes(WORLD)["Agent"].__doc__ == 'Description: Who acts.\nExamples: "Ada", "the Senate"'
    )


def test_classes_are_built_when_used_and_kept() -> None:
    """Asking for one class of 30,572 builds it and its ancestors only."""
    ontology = Ontology(generated())
    classes = Classes(ontology)
    deepest = max(ontology, key=lambda c: len(ontology.lineage(c.name))).name
    before = _models()
    made = classes[deepest]
    assert _models() - before == len(ontology.lineage(deepest)) - 1
    assert classes[deepest] is made
    assert len(classes) == 30_575
    assert deepest in classes


def _models() -> int:
    """Return how many concept classes there are."""
    gc.collect()
    todo, found = [Thing], set[type]()
    while todo:
        cls = todo.pop()
        found.add(cls)
        todo += cls.__subclasses__()
    return len(found)


def test_classes_of_an_ontology_can_be_forgotten() -> None:
    """Nothing keeps built classes alive but their users."""
    classes = Classes(WORLD)
    seen = weakref.ref(classes["Agent"])
    del classes
    gc.collect()
    assert seen() is None


def test_an_unknown_class_is_told() -> None:
    """Asking for what is no concept names near ones."""
    with pytest.raises(UnknownConcept, match="did you mean Writer"):
        Classes(WORLD)["Writter"]
    with pytest.raises(UnknownConcept):
        Classes(WORLD).combined(["Writer", "Nobody"])


def test_instances_of_several_classes_have_one_of_their_own() -> None:
    """A combined class is below all, whatever the order asked for, and says which they are."""
    classes = Classes(WORLD)
    both = classes.combined(["Writer", "Winner", "Agent"])
    assert both is classes.combined(("Winner", "Writer"))
    made = both(name="B", prize="silver")
    assert isinstance(made, classes["Writer"])
    assert isinstance(made, classes["Winner"])
    assert concepts_of(made) == ("Winner", "Writer")
    assert repr(made) == "Winner_Writer('B', prize='silver')"
    with pytest.raises(ValidationError, match="not a Winner"):
        both(name="B", prize="gold", knows=[classes["Writer"](name="W")])


def test_a_combined_class_of_one_line_is_the_most_specific() -> None:
    """Superclasses add nothing."""
    classes = Classes(WORLD)
    assert classes.combined(["Agent", "Writer", "Entity"]) is classes["Writer"]


def test_classes_that_cannot_be_combined_keep_their_names() -> None:
    """Where Python has no order for the bases, one is the base and all are named."""
    classes = Classes(WORLD)
    made = classes.combined(["Contrary", "Opposite"])(name="X")
    assert concepts_of(made) == ("Contrary", "Opposite")
    assert isinstance(made, classes["Contrary"])
    assert not isinstance(made, classes["Opposite"])


def test_own_classes_stand_for_their_concepts() -> None:
    """Bound classes are used by name, with their bases, and built ones inherit from them."""
    ontology = Ontology(
        [
            Concept(name="Person", attributes=(Attribute(name="new"),)),
            Concept(name="Author", parents=("Person",)),
            Concept(name="Novelist", parents=("Author",)),
        ]
    )
    classes = Classes(ontology, bound=[Author])
    assert classes["Author"] is Author
    assert classes["Person"] is Person
    assert issubclass(classes["Novelist"], Author)
    made = classes["Novelist"].materialise({"name": "N", "new": "kept"})
    assert made.new == "kept"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("concepts", "said"),
    [
        ([Concept(name="Person")], "Author: is bound to no concept"),
        ([Concept(name="Person"), Concept(name="Author")], "Author: has the bases Person"),
    ],
)
def test_a_class_that_does_not_fit_its_concept_is_refused(
    concepts: list[Concept], said: str
) -> None:
    """Binding to nothing, or below other parents, would make `isinstance` lie."""
    with pytest.raises(OntologyError, match=said):
        Classes(Ontology(concepts), bound=[Author])
