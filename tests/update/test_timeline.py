"""Taking a run out of what sources said: the same as if it had never been."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.knowledge.project import Evidence
from knowloom.update.timeline import without

START = datetime(2024, 1, 1)


def when(run: int) -> datetime:
    """Return when a run began."""
    return START + timedelta(days=run)


def history(said: dict[int, frozenset[str]], source: str = "s") -> list[Evidence]:
    """Return the records that runs leave, each saying all that the source says then."""
    made: list[Evidence] = []
    standing: dict[str, int] = {}
    for run in sorted(said):
        for hash_ in sorted(said[run] - set(standing)):
            standing[hash_] = len(made)
            made.append(Evidence(run, source, when(run), hash_, "Person", {"name": hash_}))
        for hash_ in sorted(set(standing) - said[run]):
            at = standing.pop(hash_)
            made[at] = made[at].superseded(run)
    return made


def shape(evidence: list[Evidence]) -> set[tuple[str, int, int, str, datetime]]:
    """Return what counts of records that were not undone."""
    return {
        (e.hash, e.run, e.superseded_by, e.source, e.recorded) for e in evidence if not e.undone
    }


RUNS = st.dictionaries(
    st.integers(1, 8), st.frozensets(st.sampled_from("abc")), min_size=1, max_size=8
)


@settings(max_examples=2000)
@given(RUNS, st.data())
def test_without_a_run_is_as_if_it_had_not_been(
    said: dict[int, frozenset[str]], data: st.DataObject
) -> None:
    """Whatever later runs repeated or changed."""
    run = data.draw(st.sampled_from(sorted(said)))
    others = {n: when(n) for n in said if n != run}
    left = {n: what for n, what in said.items() if n != run}
    assert shape(without(history(said), run, "s", others, others)) == shape(history(left))


@settings(max_examples=1000)
@given(RUNS, st.data())
def test_two_runs_in_either_order(said: dict[int, frozenset[str]], data: st.DataObject) -> None:
    """Rolled back one after the other, the order does not matter."""
    first = data.draw(st.sampled_from(sorted(said)))
    second = data.draw(st.sampled_from(sorted(said)))
    left = {n: what for n, what in said.items() if n not in {first, second}}
    evidence = history(said)
    for gone in dict.fromkeys((first, second)):
        rest = {n: when(n) for n in said if n not in {first, second} or n == second != gone}
        evidence = without(evidence, gone, "s", rest, rest)
    assert shape(evidence) == shape(history(left))


@given(RUNS, RUNS)
def test_what_others_said_stays(
    said: dict[int, frozenset[str]], other: dict[int, frozenset[str]]
) -> None:
    """The same objects, not only equal ones."""
    run = max(said)
    theirs = history(other, "t")
    left = {n: when(n) for n in said if n != run}
    kept = without([*theirs, *history(said)], run, "s", left, left)
    assert all(any(one is e for one in kept) for e in theirs)
