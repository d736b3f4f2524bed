"""Turns at writing relationships: which batch comes after which, and who waits for whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.store.turns import Turn, Turns, in_turn

UIDS = st.text("0123456789abcdef", min_size=1, max_size=3)
ENDS = st.tuples(UIDS, UIDS)


@given(st.lists(ENDS, max_size=80), st.integers(1, 20))
def test_batches_hold_everything_in_the_order_of_its_ends(
    edges: list[tuple[str, str]], most: int
) -> None:
    """What has the same two ends, either way, stays in its order; no batch is empty."""
    numbered = list(enumerate(edges))
    batches = list(in_turn(numbered, lambda each: each[1], most))
    assert sorted(each for batch in batches for each in batch) == numbered
    assert all(0 < len(batch) <= most for batch in batches)
    met: dict[frozenset[str], int] = {}
    for batch in batches:
        for number, ends in batch:
            assert met.get(frozenset(ends), -1) < number
            met[frozenset(ends)] = number


def test_batches_after_each_other_share_no_node() -> None:
    """But where one round follows another."""
    uids = [f"{number:02x}" for number in range(256)]
    edges = [(head, tail) for head in uids for tail in uids]
    batches = list(in_turn(edges, lambda each: each, 1_000))
    nodes = [{uid for ends in batch for uid in ends} for batch in batches]
    sharing = sum(not one.isdisjoint(other) for one, other in pairwise(nodes))
    assert len(batches) > 60
    assert sharing <= len(batches) / 5


def test_the_next_is_stated_while_one_commits() -> None:
    """And a third waits until the second may commit."""
    turns = Turns()
    committing, stated, order = Event(), Event(), list[str]()

    def first() -> None:
        with closing(Turn(turns)) as turn:
            turn.statements(lambda: order.append("first stated"))
            committing.set()
            assert stated.wait(10)
            order.append("first committed")

    def second() -> None:
        assert committing.wait(10)
        with closing(Turn(turns)) as turn:

            def work() -> None:
                order.append("second stated")
                stated.set()

            turn.statements(work)
            order.append("second committed")

    with ThreadPoolExecutor(2) as pool:
        for each in (pool.submit(first), pool.submit(second)):
            each.result()
    assert order == ["first stated", "second stated", "first committed", "second committed"]


def test_a_turn_is_given_back_whatever_happens() -> None:
    """Also by one that is stated again after its commit failed, and by one that failed before."""

    turns = Turns()

    def fail() -> None:
        raise ValueError

    with closing(Turn(turns)) as turn, pytest.raises(ValueError):
        turn.statements(fail)
    with closing(Turn(turns)) as turn:
        assert turn.statements(lambda: 1) == 1
        assert turn.statements(lambda: 2) == 2
    with closing(Turn(turns)) as turn:
        assert turn.statements(lambda: 3) == 3
