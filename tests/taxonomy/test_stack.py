"""What first scores say of a candidate beside its kin, and who may teach the trees on top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_taxonomy import world

from knowloom.models.encoders import Spelling
from knowloom.taxonomy.features import COLUMNS
from knowloom.taxonomy.index import index
from knowloom.taxonomy.stack import TOLD, Kin, kin, told
from knowloom.taxonomy.tree import taxonomy
from knowloom.training.taxonomy import Example, fitted

EDGES = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("b", "e"), ("gone", "c"), ("gone", "f")]


def some() -> tuple[list[str], Kin]:
    """Return a graph with two parents for some, of which one name is no candidate."""
    at = index(taxonomy(EDGES), Spelling())
    names = [name for name in at.names if name != "gone"]
    return names, kin(at, [at.ids[name] for name in names])


def test_the_best_above_below_and_beside() -> None:
    """Over all parents; siblings also by a parent that is no candidate itself."""
    names, among = some()
    values = np.array([float("abcdef".index(name)) for name in names])
    above, below, beside = (
        dict(zip(names, found.tolist(), strict=True))
        for found in (among.above(values, -1), among.below(values, -1), among.beside(values, -1))
    )
    assert above == {"a": -1, "b": 0, "c": 0, "d": 2, "e": 1, "f": -1}
    assert below == {"a": 2, "b": 4, "c": 3, "d": -1, "e": -1, "f": -1}
    assert beside == {"a": -1, "b": 2, "c": 5, "d": 4, "e": 3, "f": 2}


def test_what_is_below_counts_once() -> None:
    """Also where two ways lead down to it."""
    names, among = some()
    found = dict(zip(names, told(np.zeros(6), among), strict=True))
    mass = TOLD.index("mass")
    assert float(np.exp(found["a"][mass])) == pytest.approx(5 / 6, abs=1e-4)
    assert float(np.exp(found["b"][mass])) == pytest.approx(3 / 6, abs=1e-4)
    assert found["a"][TOLD.index("mass_below")] == pytest.approx(3 / 5, abs=1e-4)


@given(st.lists(st.integers(-2000, 2000), min_size=6, max_size=6), st.integers(-100, 100))
def test_only_differences_count(scores: list[int], more: int) -> None:
    """And nothing is ever undefined, however far apart they are."""
    _, among = some()
    found = told(np.array(scores, dtype=float), among)
    assert found.shape == (6, len(TOLD))
    assert np.isfinite(found).all()
    assert np.allclose(told(np.array(scores, dtype=float) + more, among), found)


def test_no_candidates() -> None:
    """No rows."""
    at = index(world(20), Spelling())
    assert told(np.zeros(0), kin(at, [])).shape == (0, len(TOLD))


def test_no_line_has_seen_the_answer_that_the_trees_learn() -> None:
    """Where features are chance, trees find no more in what the lines say of them.

    Were a line to speak of names it learnt from, the parent would have its best share, also where
    the same name is asked for again, and trees would look at nothing else.
    """
    flat = index(taxonomy([("root", str(n)) for n in range(20)]), Spelling())
    among, draw = kin(flat, range(1, 21)), np.random.default_rng(1)
    asked: list[Example] = []
    for number in range(60):
        rows = draw.normal(size=(20, len(COLUMNS))).astype(np.float32)
        wanted = draw.permutation(np.arange(20) == 0)
        asked += [Example(str(number), rows, tuple(wanted.tolist()), among)] * 3
    [trees] = fitted(asked, [1], elsewhere=True).trees
    gains = trees.feature_importance("gain")
    heard = gains[len(COLUMNS) :]
    assert len(heard) == len(TOLD)
    assert fitted(asked, [1]).trees[0].num_feature() == len(COLUMNS)
    assert heard.sum() < 3 * gains.sum() * len(TOLD) / len(gains)
