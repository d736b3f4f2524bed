"""The statistics of planned programs, held against scipy's."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from knowloom.analysis import blocks

numbers = st.lists(st.integers(-20, 20).map(float), min_size=2, max_size=40)


@given(numbers)
def test_mann_kendall_counts_pairs_and_agrees_with_kendalls_tau(values: list[float]) -> None:
    found = blocks.mann_kendall(values)
    tau = stats.kendalltau(range(len(values)), values)
    assert math.isclose(found["p"], 1.0) or 0 <= found["p"] < 1
    if not math.isnan(tau.statistic):
        assert (found["statistic"] > 0) == (tau.statistic > 0)


def test_mann_kendall_of_a_textbook_series() -> None:
    found = blocks.mann_kendall([4.0, 6.0, 5.0, 8.0, 9.0, 7.0, 10.0, 12.0, 11.0, 14.0])
    z = (found["statistic"] - 1) / math.sqrt(10 * 9 * 25 / 18)
    assert found["statistic"] == 37
    assert math.isclose(found["p"], 2 * stats.norm.sf(z), rel_tol=1e-12)


@given(st.lists(st.lists(st.integers(0, 200), min_size=2, max_size=2), min_size=3, max_size=6))
def test_chi_square_is_that_of_scipy(counts: list[list[int]]) -> None:
    assume(all(sum(row) for row in counts))
    assume(all(sum(column) for column in zip(*counts, strict=True)))
    found = blocks.chi_square(counts)
    theirs = stats.chi2_contingency(counts, correction=False)
    assert math.isclose(found["statistic"], theirs.statistic, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(found["p"], theirs.pvalue, rel_tol=1e-8, abs_tol=1e-12)


@given(st.floats(0.01, 200), st.integers(1, 40))
def test_the_tail_of_chi_square_is_that_of_scipy(score: float, freedom: int) -> None:
    theirs = stats.chi2.sf(score, freedom)
    assert math.isclose(blocks.chi_tail(score, freedom), theirs, rel_tol=1e-9, abs_tol=1e-13)


@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=2))
def test_fisher_is_that_of_scipy(counts: list[list[int]]) -> None:
    theirs = stats.fisher_exact(counts).pvalue
    assert math.isclose(blocks.fisher(counts), theirs, rel_tol=1e-7)


@given(numbers, numbers)
def test_mann_whitney_is_that_of_scipy(one: list[float], other: list[float]) -> None:
    assume(len(set(one + other)) > 1)
    found = blocks.mann_whitney(one, other)
    theirs = stats.mannwhitneyu(one, other, method="asymptotic")
    assert math.isclose(found["statistic"], theirs.statistic)
    assert math.isclose(found["p"], theirs.pvalue, rel_tol=1e-9)


@given(st.lists(st.integers(-99, 99), min_size=1), st.floats(0, 1))
def test_quantiles_are_those_of_numpy(values: list[int], part: float) -> None:
    import numpy as np

    mine = blocks.quantile(values, part)
    assert mine is not None
    assert math.isclose(mine, float(np.quantile(values, part)), rel_tol=1e-9, abs_tol=1e-9)


def test_the_bootstrap_finds_a_difference_and_none() -> None:
    low, high = blocks.bootstrap([1.0, 2, 3] * 20, [5.0, 6, 7] * 20, blocks.mean, 200)
    assert high < 0
    low, high = blocks.bootstrap([1.0, 2, 3] * 20, [1.0, 2, 3] * 20, blocks.mean, 200)
    assert low <= 0 <= high
    assert blocks.bootstrap([1.0, 9], [3.0], blocks.mean, 50) == blocks.bootstrap(
        [1.0, 9], [3.0], blocks.mean, 50
    )


def test_a_change_point_is_where_the_level_changes() -> None:
    found = blocks.change_point(list(range(2000, 2020)), [1.0, 2] * 6 + [9.0, 8] * 4)
    assert found["at"] == 2012
    assert found["p"] == pytest.approx(0.005)
    assert found["statistic"] == pytest.approx(7)


def test_fences_are_tukeys() -> None:
    assert blocks.fences([1.0, 2, 3, 4, 5]) == [-1.0, 7.0]


def test_nothing_is_known_of_nothing() -> None:
    folds = (blocks.mean, blocks.median, blocks.total, blocks.largest, blocks.smallest)
    assert [fold([]) for fold in folds] == [None] * 5
