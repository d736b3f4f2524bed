"""Paths from a topic: which exist, and which one a question means without training."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowloom.kbqa.paths import Step, Triples, path_text, reached
from knowloom.kbqa.rank import (
    NAMES,
    Asked,
    Learnt,
    Meaning,
    Untaught,
    default_scores,
    features,
)
from knowloom.kbqa.words import is_mediator_name, without_name

FACTS = (
    ("Ada", "people.person.place_of_birth", "London"),
    ("Ada", "people.person.spouse_s", "m.01"),
    ("m.01", "people.marriage.spouse", "William"),
    ("m.01", "people.marriage.from", "1835"),
    ("Ada", "people.person.profession", "Mathematician"),
    ("London", "location.location.containedby", "England"),
)


def best(question: str) -> str:
    """Return the likeliest path from Ada, by words alone."""
    asked = Asked.of(question, "Ada")
    found = reached(Triples(FACTS), ["Ada"])
    scores = default_scores(asked, found, [Meaning()] * len(found))
    return path_text(found[scores.index(max(scores))].path)


def test_paths_end_at_named_nodes() -> None:
    """A node that only joins others is passed, and never an answer."""
    found = {path_text(one.path): one for one in reached(Triples(FACTS), ["Ada"])}
    assert "people person spouse s" not in found
    through = found["people person spouse s, marriage spouse"]
    assert (through.ends, through.mediated) == (("William",), True)


def test_words_choose() -> None:
    """Without training, the words of a path decide, and dates answer when."""
    assert best("what is the profession of ada") == "people person profession"
    assert best("who is ada's spouse") == "people person spouse s, marriage spouse"


def test_topic_is_no_end() -> None:
    """Paths do not turn back to where they began."""
    assert all("Ada" not in one.ends for one in reached(Triples(FACTS), ["Ada"], hops=3))


def test_features_have_names() -> None:
    """Each feature of a path is named."""
    found = reached(Triples(FACTS), ["Ada"])
    many = len(found)
    rows = features(
        Asked.of("who", "Ada"), found, [Meaning()] * many, [Untaught()] * many, Learnt()
    )
    assert {len(row) for row in rows} == {len(NAMES)}


def test_mediators() -> None:
    """Freebase ids and nothing at all are no names."""
    assert is_mediator_name("m.0gx_1")
    assert is_mediator_name("")
    assert not is_mediator_name("m. night shyamalan")


@given(st.text(max_size=60), st.text(max_size=20))
def test_masking_never_fails(question: str, name: str) -> None:
    """Any name can be taken out of any question."""
    assert isinstance(without_name(question, name), str)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("rs"), st.sampled_from("abc"))))
def test_reached_follows_facts(facts: list[tuple[str, str, str]]) -> None:
    """One step reaches exactly what a relationship joins to the topic."""
    found = {one.path: set(one.ends) for one in reached(Triples(facts), ["a"], hops=1)}
    for path, ends in found.items():
        [step] = path
        joined = {(h if not step.forward else t) for h, r, t in facts if r == step.type
                  and (h if step.forward else t) == "a"}  # fmt: skip
        assert ends == joined
    assert all(isinstance(step, Step) for path in found for step in path)
