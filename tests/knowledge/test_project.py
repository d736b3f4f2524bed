"""Projection and fingerprint: pure functions with laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowloom.knowledge.fingerprint import Fingerprint
from knowloom.knowledge.project import Evidence, project
from knowloom.ontology.concepts import Attribute, Concept, Ontology, Scalar

ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            attributes=(
                Attribute(name="age", range=Scalar.INT),
                Attribute(name="tags", many=True),
                Attribute(name="title", many=True, policy="latest.v1"),
            ),
        ),
        Concept(name="Author", parents=("Person",)),
    ]
)
START = datetime(2020, 1, 1, tzinfo=UTC)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    number = draw(st.integers(1, 50))
    age, tags = draw(st.integers(0, 99)), draw(st.lists(st.sampled_from("xyz")))
    return Evidence(
        run=number,
        source=draw(st.sampled_from("ab")),
        recorded=START + timedelta(days=number),
        hash=f"{age}{tags}",
        concept=draw(st.sampled_from(["Person", "Author"])),
        values={"age": age, "tags": list(tags)},
        row=draw(st.integers(0, 5)),
        superseded_by=draw(st.sampled_from([0, 0, 99])),
    )


@given(st.lists(evidence(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(said: list[Evidence], random: object) -> None:
    """Any permutation of the records projects to the same instance."""
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert project(shuffled, ONTOLOGY) == project(said, ONTOLOGY)


@given(st.lists(evidence(), min_size=1, max_size=6))
def test_saying_it_twice_adds_nothing(said: list[Evidence]) -> None:
    """Projection is idempotent: repeated records change nothing."""
    assert project(said + said, ONTOLOGY) == project(said, ONTOLOGY)


@given(st.lists(evidence(), min_size=1, max_size=6))
def test_union_loses_nothing(said: list[Evidence]) -> None:
    """Every standing value of a many-valued attribute is shown, once."""
    standing = {t for e in said if not e.superseded_by for t in e.values["tags"]}  # type: ignore[union-attr]
    shown = project(said, ONTOLOGY).values.get("tags", [])
    assert isinstance(shown, list)
    assert sorted(shown) == sorted(standing)


def test_most_specific_class_wins() -> None:
    """A person of one source and an author of another is an author."""
    one = Evidence(1, "a", START, "h1", "Person", {"age": 3})
    two = Evidence(2, "b", START, "h2", "Author", {})
    assert project([one, two], ONTOLOGY).concepts == ("Author",)
    assert project([one, two], ONTOLOGY).values == {"age": 3}


def test_declared_policy_beats_the_default() -> None:
    """A list under `latest` is replaced whole."""
    one = Evidence(1, "a", START, "h1", "Person", {"title": ["Dr", "Prof"]})
    two = Evidence(2, "b", START, "h2", "Person", {"title": ["Sir"]})
    assert project([one, two], ONTOLOGY).values["title"] == ["Sir"]


def test_the_unsure_do_not_override() -> None:
    """A later guess shows only where nobody is sure (decision 7)."""
    stated = Evidence(1, "table", START, "h1", "Person", {"age": 3})
    guess = Evidence(2, "text", START + timedelta(1), "h2", "Person", {"age": 4}, confidence=0.9)
    assert project([stated, guess], ONTOLOGY).values["age"] == 3
    assert project([guess], ONTOLOGY).values["age"] == 4


names = st.text(st.characters(codec="utf-8"), max_size=4)


@given(
    st.lists(names, min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    st.randoms(use_true_random=False),
)
def test_fingerprint_ignores_uids_and_order(
    values: list[str], edges: list[tuple[int, int]], random: object
) -> None:
    """Renaming uids and reading in another order leaves the fingerprint as it is."""
    size = len(values)

    def taken(uids: list[str], order: list[int]) -> str:
        fingerprint = Fingerprint(b"")
        for i in order:
            fingerprint.instance(uids[i], ["Person", "_Instance"], {"name": values[i], "_run": i})
        for a, b in edges:
            fingerprint.relationship(uids[a % size], "KNOWS", uids[b % size], {"_run": 1})
        return fingerprint.digest()

    order = list(range(size))
    plain = taken([f"u{i}" for i in order], order)
    random.shuffle(order)  # type: ignore[attr-defined]
    assert taken([f"v{i}" for i in range(size)], order) == plain


def test_fingerprint_tells_ends_apart() -> None:
    """The direction of a relationship and the thing it leads to are part of the knowledge."""

    def taken(head: str, tail: str) -> str:
        fingerprint = Fingerprint(b"")
        for name in "abc":
            fingerprint.instance(name, ["Person"], {"name": name})
        fingerprint.relationship(head, "KNOWS", tail, {})
        return fingerprint.digest()

    assert len({taken("a", "b"), taken("b", "a"), taken("a", "c")}) == 3
