"""Plans as values: what comes, what is decided, what is taken back, by law."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.knowledge.evidence import Evidence, Key
from knowloom.knowledge.project import show
from knowloom.knowledge.stated import Stated, restated, stated_by, statements_of
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology
from knowloom.update.clusters import Decisions, merge, split
from knowloom.update.plan import (
    Restates,
    Stored,
    Tie,
    applied,
    differences,
    plan_identity,
    plan_records,
    plan_without,
)

ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            attributes=(
                Attribute(name="home"),
                Attribute(name="tags", many=True),
                Attribute(name="friend", many=True, range=ConceptRange(("Person",))),
            ),
        )
    ]
)
START = datetime(2020, 1, 1, tzinfo=UTC)
UIDS = [f"u{i}" for i in range(5)]
Said = tuple[str, str, str]  # who says it, of whom, what


def record(said: Said, run: int) -> Evidence:
    """Return what a source says in a run: a home, a tag and a friend, all told by one value."""
    source, uid, value = said
    return Evidence(
        run=run,
        source=source,
        recorded=START + timedelta(days=run),
        hash=f"{source} {value}",
        concept="Person",
        values={"name": f"{uid} {value}", "home": value, "tags": [value]},
        links={"friend": (f"u{ord(value) % 5}",)},
        uid=uid,
    )


def told(
    stored: Stored, run: int, said: Sequence[Said], kept: Mapping[str, str] | None = None
) -> Stored:
    """Return what is stored once a source has said all this in one run."""
    kept = kept or {}
    spoken = {(source, uid) for source, uid, _ in said}
    repeated = {(uid, f"{source} {value}") for source, uid, value in said}
    plan = plan_records(
        stored,
        [record(each, run) for each in said],
        run=run,
        kept=kept,
        outdated=lambda e: (e.source, e.uid) in spoken and e.key not in repeated,
    )
    return applied(stored, plan)


def canonical(stored: Stored) -> dict[str, list[Evidence]]:
    """Return what is stored without the order in which it lies and where."""
    return {
        uid: sorted((replace(e, stored=False) for e in found), key=lambda e: (e.key, e.run))
        for uid, found in stored.items()
        if found
    }


RUNS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.lists(
            st.tuples(st.sampled_from(UIDS), st.sampled_from("xyz")),
            min_size=1,
            max_size=4,
            unique=True,
        ),
    ),
    min_size=1,
    max_size=6,
)


def history(drawn: Iterable[tuple[str, list[tuple[str, str]]]]) -> list[list[Said]]:
    """Return runs, each of one source."""
    return [[(source, uid, value) for uid, value in said] for source, said in drawn]


def whole(runs: Iterable[tuple[int, Sequence[Said]]]) -> Stored:
    """Return what is stored after runs with these numbers."""
    stored: Stored = {}
    for number, said in runs:
        stored = told(stored, number, said)
    return stored


@st.composite
def decisions(draw: st.DrawFn) -> Decisions:
    """Some merges by hand."""
    taken: Decisions = ()
    for _ in range(draw(st.integers(0, 3))):
        one, other = draw(st.permutations(UIDS))[:2]
        taken = merge(taken, one, other)
    return taken


@settings(max_examples=1500)
@given(RUNS)
def test_saying_it_again_plans_nothing(drawn: list[tuple[str, list[tuple[str, str]]]]) -> None:
    """The last run's statements planned once more are an empty plan."""
    runs = history(drawn)
    stored = whole(enumerate(runs, 1))
    again = plan_records(stored, [record(said, 99) for said in runs[-1]], run=99, kept={})
    assert not again


@settings(max_examples=1500)
@given(RUNS, st.lists(st.tuples(st.sampled_from(UIDS), st.sampled_from("xyz")), max_size=3))
def test_the_inverse_of_a_plan_takes_it_back(
    drawn: list[tuple[str, list[tuple[str, str]]]], more: list[tuple[str, str]]
) -> None:
    """Carried out and then inverted, a plan leaves what was stored; nothing shows otherwise."""
    stored = whole(enumerate(history(drawn), 1))
    plan = plan_records(
        stored,
        [record(("a", *each), 99) for each in more],
        run=99,
        kept={},
        outdated=lambda e: e.uid == "u1",
    )
    back = applied(applied(stored, plan), plan.inverse())
    assert canonical(back) == canonical(stored)
    shown = {(d.uid, d.attribute): (d.before, d.after) for d in differences(plan, ONTOLOGY)}
    undone = {
        (d.uid, d.attribute): (d.after, d.before) for d in differences(plan.inverse(), ONTOLOGY)
    }
    assert shown == undone


@settings(max_examples=1500)
@given(RUNS, decisions(), st.permutations(UIDS))
def test_split_after_merge_restores_what_was_stored(
    drawn: list[tuple[str, list[tuple[str, str]]]], taken: Decisions, pick: list[str]
) -> None:
    """Merged on top of any decisions and split again, records lie where they lay."""
    stored = dict.fromkeys(UIDS, ()) | dict(whole(enumerate(history(drawn), 1)))
    first = plan_identity(stored, {}, taken, {})
    before = applied(stored, first)
    once = merge(taken, pick[0], pick[1])
    second = plan_identity(before, {}, once, first.kept)
    merged = applied(before, second)
    again = plan_identity(merged, {}, once, second.kept)
    assert not again
    if once != taken:
        third = plan_identity(merged, {}, split(once, pick[0], pick[1]), second.kept)
        assert canonical(applied(merged, third)) == canonical(before)
        assert third.kept == first.kept


@settings(max_examples=1500)
@given(RUNS, decisions(), st.integers(0, 6))
def test_merging_and_telling_may_come_in_any_order(
    drawn: list[tuple[str, list[tuple[str, str]]]], taken: Decisions, at: int
) -> None:
    """Decisions taken in the middle of the runs and after them leave the same records together."""
    runs = list(enumerate(history(drawn), 1))
    late = dict.fromkeys(UIDS, ()) | dict(whole(runs))
    expected = applied(late, plan_identity(late, {}, taken, {}))
    early: Stored = dict.fromkeys(UIDS, ()) | dict(whole(runs[:at]))
    plan = plan_identity(early, {}, taken, {})
    early = applied(early, plan)
    for number, said in runs[at:]:
        early = told(early, number, said, plan.kept)
    together = {frozenset(e.key for e in found) for found in early.values() if found}
    assert together == {frozenset(e.key for e in found) for found in expected.values() if found}


@settings(max_examples=1500)
@given(RUNS, decisions(), st.integers(0, 99))
def test_what_is_shown_does_not_depend_on_the_order_of_records(
    drawn: list[tuple[str, list[tuple[str, str]]]], taken: Decisions, seed: int
) -> None:
    """Records of different runs in any order of arrival, with any merges, show the same."""
    everything = [
        record(said, number) for number, run in enumerate(history(drawn), 1) for said in run
    ]
    shuffled = Random(seed).sample(everything, len(everything))
    pictures: list[dict[str, object]] = []
    for order in (everything, shuffled):
        stored: Stored = dict.fromkeys(UIDS, ())
        for each in {(e.key, e.run): e for e in order}.values():
            after = (*stored[each.uid], each)
            stored = {**stored, each.uid: after}
        plan = plan_identity(stored, {}, taken, {})
        pictures.append(
            {
                uid: show(found, ONTOLOGY, plan.kept)
                for uid, found in applied(stored, plan).items()
                if found
            }
        )
    assert pictures[0] == pictures[1]


@settings(max_examples=1500)
@given(RUNS, st.integers(0, 5))
def test_a_run_taken_back_never_was(
    drawn: list[tuple[str, list[tuple[str, str]]]], which: int
) -> None:
    """The records without a run are those of the other runs alone."""
    numbered: list[tuple[int, list[Said]]] = []
    stored: Stored = {}
    for number, said in enumerate(history(drawn), 1):
        # What a source has said already it does not say again here: see the next test.
        new = [s for s in said if record(s, 0).key not in {e.key for e in _standing(stored)}]
        stored = told(stored, number, new)
        numbered.append((number, new))
    run = numbered[which % len(numbered)][0]
    plan = plan_without(stored, {}, run, {})
    expected = whole((n, said) for n, said in numbered if n != run)
    assert canonical(applied(stored, plan)) == canonical(expected)
    back = applied(applied(stored, plan), plan.inverse())
    assert canonical(back) == canonical(stored)


@settings(max_examples=1500)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(UIDS), st.sampled_from("xyz")), max_size=5, unique=True
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 4),
)
def test_a_snapshot_taken_back_never_was(drawn: list[list[tuple[str, str]]], which: int) -> None:
    """A snapshot repeats what it does not end, so what it repeats stays when another one goes."""
    runs = [(n, [("a", *each) for each in said]) for n, said in enumerate(drawn, 1)]
    run = runs[which % len(runs)][0]
    after = [n for n, _ in runs if n > run]
    stored = _snapshots(runs)
    next_ = Restates(min(after), START + timedelta(days=min(after))) if after else None
    plan = plan_without(stored, {}, run, {}, restates=next_)
    expected = _snapshots([r for r in runs if r[0] != run])
    assert _visible(applied(stored, plan)) == _visible(expected)


def _snapshots(runs: Iterable[tuple[int, list[Said]]]) -> Stored:
    """Return what is stored after snapshots of one source."""
    stored: Stored = {}
    for number, said in runs:
        incoming = [record(s, number) for s in said]
        outdated = _none_of({e.key for e in incoming})
        plan = plan_records(stored, incoming, run=number, kept={}, outdated=outdated)
        stored = applied(stored, plan)
    return stored


def _none_of(keys: Collection[Key]) -> Callable[[Evidence], bool]:
    return lambda evidence: evidence.key not in keys


def _standing(stored: Stored) -> list[Evidence]:
    return [e for found in stored.values() for e in found if not e.superseded_by]


def _visible(stored: Stored) -> set[tuple[str, str, int]]:
    """Return what stands, with the run since which it does."""
    return {(*e.key, e.run) for e in _standing(stored)}


STATED = st.lists(
    st.builds(
        Stated,
        st.integers(1, 9),
        st.integers(0, 3),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["c", "d"]),
    ),
    max_size=4,
)


@settings(max_examples=1000)
@given(STATED)
def test_statements_survive_as_properties(statements: list[Stated]) -> None:
    """Statements kept on a relationship come back as they were, whatever else it carries."""
    properties = restated({"_position": 3, "_run": 1, "since": 1999}, statements, "a", "c")
    assert statements_of(properties, "a", "c") == statements
    assert {n: v for n, v in properties.items() if n in ("_position", "since")} == {
        "_position": 3,
        "since": 1999,
    }
    assert stated_by(statements, "a", "c").keys() <= properties.keys()


@settings(max_examples=1000)
@given(
    st.dictionaries(st.tuples(st.sampled_from(UIDS), st.sampled_from(UIDS)), st.integers(1, 5)),
    decisions(),
)
def test_relationships_follow_their_ends_and_come_back(
    drawn: dict[tuple[str, str], int], taken: Decisions
) -> None:
    """Merged, no relationship ends at what is absorbed; split, all lie where they lay."""
    stored: Stored = dict.fromkeys(UIDS, ())
    ties = {Tie("KNOWS", *ends): (Stated(run, 0, *ends),) for ends, run in drawn.items()}
    plan = plan_identity(stored, ties, taken, {})
    merged = dict(ties) | {t.tie: t.after for t in plan.ties}
    there = {tie: found for tie, found in merged.items() if found}
    assert not any({tie.head, tie.tail} & plan.kept.keys() for tie in there)
    assert sorted(s for found in there.values() for s in found) == sorted(
        s for found in ties.values() for s in found
    )
    back = plan_identity(applied(stored, plan), there, (), plan.kept)
    restored = {**there, **{t.tie: t.after for t in back.ties}}
    assert {tie: found for tie, found in restored.items() if found} == ties
