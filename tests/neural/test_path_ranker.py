"""The ranker of paths learns from questions, and is the same after it was saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from knowloom.errors import NotTrained, UsageError
from knowloom.kbqa.paths import Step, Triples, reached
from knowloom.kbqa.rank import Asked

pytestmark = pytest.mark.neural
pytest.importorskip("torch")
pytest.importorskip("lightgbm")

PEOPLE = [f"Person {i}" for i in range(40)]
FACTS = [
    fact
    for i, name in enumerate(PEOPLE)
    for fact in (
        (name, "people.zork", f"Town {i}"),
        (name, "people.blip", f"Club {i}"),
        (name, "people.age", str(20 + i)),
    )
]


def test_learns_words_that_mean_nothing_by_themselves(tmp_path: Path) -> None:
    """What `frob` asks for can only be learnt from answers."""
    from knowloom.kbqa.neural.ranker import load_ranker, save_ranker
    from knowloom.training.kbqa import Lesson, train

    graph = Triples(FACTS)
    taught: list[Lesson] = []
    for i, name in enumerate(PEOPLE[:30]):
        for word, relation in (("frob", "people.zork"), ("quux", "people.blip")):
            found = tuple(reached(graph, [name]))
            worth = tuple(float(one.path == (Step(relation),)) for one in found)
            question = Asked.of(f"what does {name} {word}?", name)
            taught.append(Lesson(f"{word}-{i}", question, found, worth))
    weak = replace(taught[0], id="weak", worth=tuple(0.1 * (w > 0) for w in taught[0].worth))
    told = replace(taught[1], id="told", chains=((Step("people.blip"),),))
    ranker = train([*taught, weak, told], epochs=20)
    save_ranker(tmp_path / "ranker", ranker)
    again = load_ranker(tmp_path / "ranker")
    there = reached(graph, [PEOPLE[35]])
    for word, relation in (("frob", "people.zork"), ("quux", "people.blip")):
        asked = Asked.of(f"what does {PEOPLE[35]} {word}?", PEOPLE[35])
        scores = again.scores(asked, there)
        assert there[scores.index(max(scores))].path == (Step(relation),)
        assert scores == pytest.approx(ranker.scores(asked, there), abs=1e-4)


def test_words_of_no_training_question_still_mean_something() -> None:
    """What the default knows is not forgotten while something else is learnt."""
    from knowloom.kbqa.neural.general import GeneralMeaning
    from knowloom.kbqa.neural.head import near
    from knowloom.training.kbqa import Lesson, train

    graph = Triples(FACTS)
    taught: list[Lesson] = []
    for i, name in enumerate(PEOPLE[:20]):
        found = tuple(reached(graph, [name]))
        worth = tuple(float(one.path == (Step("people.zork"),)) for one in found)
        taught.append(Lesson(str(i), Asked.of(f"what does {name} frob?", name), found, worth))
    ranker, before = train(taught, epochs=6), GeneralMeaning()
    paths = [(Step("cause_of_death"),), (Step("place_of_birth"),)]
    for asked, best in (("what killed it", 0), ("which town is it a native of", 1)):
        for head in (before.head().eval(), ranker.head):
            scores = near(head, before.encoder, asked, paths)
            assert scores.index(max(scores)) == best


def test_a_ranker_that_builds_on_other_weights_is_refused(tmp_path: Path) -> None:
    """Its numbers would mean something else."""
    from knowloom.kbqa.neural.general import GeneralMeaning
    from knowloom.kbqa.neural.ranker import Card, TrainedRanker, load_ranker, save_ranker
    from knowloom.kbqa.rank import Learnt

    general = GeneralMeaning()
    for builds_on in (general.made_of, "other"):
        ranker = TrainedRanker(general.head(), None, Card(0, "", Learnt(), builds_on), general)
        save_ranker(tmp_path / builds_on, ranker)
    assert load_ranker(tmp_path / general.made_of).card.builds_on == general.made_of
    with pytest.raises(NotTrained, match="builds on"):
        load_ranker(tmp_path / "other")


def test_questions_of_one_name_share_a_fold() -> None:
    """Else heads would know the wording, or the path, of what they are judged by."""
    from knowloom.training.kbqa import Lesson, _folds, _way, _words

    def lesson(number: int, words: str, worth: float = 1.0) -> Lesson:
        found = tuple(reached(Triples(FACTS), [PEOPLE[number]]))[:1]
        asked = Asked.of(f"{words} {PEOPLE[number]}?", PEOPLE[number])
        return Lesson(f"{words}-{number}", asked, found, (worth,))

    several = [lesson(n, words) for n in range(6) for words in ("a of", "b of", "c of", "d of")]
    wordings = [{one.asked.text for one in fold} for fold in _folds(several, _words)]
    assert len(wordings) == 2
    assert not wordings[0] & wordings[1]
    assert _folds(several, _way) == []  # all take the same path
    assert sum(map(len, _folds([lesson(n, "a of") for n in range(9)], lambda x: x.id))) == 9
    assert _folds([lesson(1, "a of")], _words) == []
    assert _folds([lesson(n, "a of", 0.0) for n in range(9)], lambda x: x.id) == []


def test_half_of_the_trees_see_no_counts() -> None:
    """What was never taken is not worse for that alone; the rest of a row is left as it is."""
    import lightgbm
    import numpy as np

    from knowloom.kbqa.neural.ranker import Trees, uncounted
    from knowloom.kbqa.rank import COUNTS, NAMES

    chance = np.random.default_rng(1)
    rows = chance.random((200, len(NAMES)))
    counts = [NAMES.index(name) for name in COUNTS]
    grades = rows[:, counts[0]] > 0.5
    trees = lightgbm.train(
        {"objective": "binary", "verbose": -1}, lightgbm.Dataset(rows, grades), 5
    )
    some, other = rows[:1].copy(), rows[:1].copy()
    some[0, counts], other[0, counts] = 0.0, 1.0
    assert (uncounted(some) == uncounted(other)).all()
    assert (uncounted(rows).sum(axis=1) < rows.sum(axis=1)).all()
    [low], [high] = (Trees(trees).scores(each.tolist()) for each in (some, other))
    assert low < high
    [below], [above] = (Trees(trees, trees).scores(each.tolist()) for each in (some, other))
    assert below == pytest.approx(low)
    assert above == pytest.approx((low + high) / 2)


def test_nothing_to_learn_is_said() -> None:
    """Such as questions about another graph."""
    from knowloom.training.kbqa import Lesson, train

    with pytest.raises(UsageError, match="no path of this graph answers"):
        train([Lesson("1", Asked.of("who is it?", "it"), (), ())])


def test_a_folder_without_a_ranker(tmp_path: Path) -> None:
    """What is no trained ranker is said."""
    from knowloom.kbqa.neural.ranker import load_ranker

    with pytest.raises(NotTrained):
        load_ranker(tmp_path)
