"""What edges and weights say: regressions in closed form, and a conditional logit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_taxonomy import world

from knowloom.models.encoders import Spelling
from knowloom.taxonomy.edges import edges
from knowloom.taxonomy.index import BOTH, NAME, WAY, Index, index
from knowloom.taxonomy.line import line
from knowloom.training.taxonomy import known_of


@pytest.mark.parametrize("width", [4, 200])
def test_parents_are_where_the_edges_point(width: int) -> None:
    """Whether there are more names than numbers or fewer."""
    at = index(world(60), Spelling())
    draw = np.random.default_rng(1)
    both = draw.normal(size=(60, width)).astype(np.float32)
    name = both.copy()
    turned = np.linalg.qr(draw.normal(size=(width, width)))[0]
    for node, above in enumerate(at.parents):
        if above:  # every parent is its last child turned round
            name[above[0]] = both[node] @ turned
    made = edges(at, both, name)
    rows = both[[n for n, above in enumerate(at.parents) if above]].astype(float)
    moments = rows.T @ rows + np.eye(width)
    assert np.allclose(made.whitened @ moments, np.eye(width), atol=1e-3)
    leaf = max(n for n, above in enumerate(at.parents) if above)
    found = made.parent(both[leaf])
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    other = next(n for n in range(60) if n != at.parents[leaf][0])
    if width == 200:
        assert found[1] @ name[at.parents[leaf][0]] > found[1] @ name[other]


def test_siblings_pull_a_name_to_their_parent() -> None:
    """A known leaf, asked for again, is drawn most to its own parent."""
    whole = world(120)
    at = index(whole, Spelling())
    vectors = at.vectors(BOTH)
    right = 0
    leaves = [at.ids[name] for name in whole.leaves]
    for leaf in leaves:
        pull = at.edges.pull(vectors, vectors[leaf])
        drawn = [float(pull[below].sum()) for below in at.children]
        right += int(np.argmax(drawn)) in at.parents[leaf]
    assert right > 0.9 * len(leaves)


def test_regressions_are_made_anew_when_the_taxonomy_has_grown() -> None:
    """By a tenth; before that they stay."""
    whole = world(60)
    known = known_of(whole, Spelling())
    at = Index(whole.without(whole.order[50:]), known)
    before = at.edges
    seen = [at.edges is before]
    for name in whole.order[50:]:
        at.add(known[name], whole.parents[name])
        seen.append(at.edges is before)
    assert seen == [True] * 5 + [False] * 6  # at once, and after each of ten
    mean = at.vectors(BOTH)[list(at.above(59))].mean(axis=0)
    assert np.allclose(at.vectors(WAY)[59], mean / np.linalg.norm(mean), atol=1e-5)
    assert at.vectors(NAME).shape == at.vectors(WAY).shape


@given(st.integers(0, 1000), st.floats(0.01, 100.0))
def test_weights_find_what_tells_and_do_not_mind_units(seed: int, unit: float) -> None:
    """One column tells, one is chance, one is always the same."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(60, 3)).astype(np.float32)
    rows[:, 2] = 7
    sizes = [5] * 12
    best = [int(np.argmax(rows[i : i + 5, 0])) + i for i in range(0, 60, 5)]
    wanted = np.isin(np.arange(60), best)
    made = line(rows, wanted, sizes)
    scores = made.scores(rows)
    assert made.weights[0] > abs(made.weights[1])
    assert made.weights[2] == 0
    assert (np.argmax(scores.reshape(12, 5), axis=1) + 5 * np.arange(12) == best).mean() > 0.5
    other = rows * np.array([unit, 1, 1], dtype=np.float32)
    again = line(other, wanted, sizes).scores(other)
    assert np.allclose(again - again.mean(), scores - scores.mean(), atol=0.02)
    halfway = made.between(replace(made, weights=(0.0, 0.0, 0.0)))
    assert np.allclose(halfway.scores(rows), scores / 2)
