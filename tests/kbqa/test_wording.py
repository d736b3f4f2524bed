"""Which words ask for which step is learnt from questions with their paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowloom.kbqa.paths import Path, Step
from knowloom.kbqa.wording import Fit, Wording, learn

PARENTS, JOB, PLACE = Step("parents"), Step("profession"), Step("place_of_birth")
TAUGHT: list[tuple[str, list[Path]]] = [
    ("what is it dad", [(PARENTS,)]),
    ("who is it mom", [(PARENTS,)]),
    ("what is it working on", [(JOB,)]),
    ("what is the job of it", [(JOB,)]),
    ("what is it dad working on", [(PARENTS, JOB)]),
    ("the birth place of it", [(PLACE,)]),
]


def taught() -> Wording:
    """Return what the questions teach."""
    return learn((text.split(), paths) for text, paths in TAUGHT)


def test_words_that_share_no_letter_are_learnt() -> None:
    """`working` asks for a profession, `mom` for parents."""
    wording = taught()
    said = ["what", "is", "it", "mom", "working", "on"]
    right = wording.fit(said, (PARENTS, JOB))
    assert right.whole > wording.fit(said, (PARENTS,)).whole
    assert right.whole > wording.fit(said, (PARENTS, PLACE)).whole
    assert right.least > wording.fit(said, (PARENTS, PLACE)).least


def test_order_is_told_by_the_distance_from_the_topic() -> None:
    """The job of the mom of somebody is not the mom of his job."""
    wording = taught()
    said = ["what", "is", "the", "job", "of", "the", "mom", "of", "it"]
    assert wording.fit(said, (PARENTS, JOB)).order == 1
    assert wording.fit(said, (JOB, PARENTS)).order == -1


def test_steps_that_no_question_took_are_known_by_their_names() -> None:
    """A relationship without a lesson is told by its own words."""
    wording = taught()
    said = ["what", "is", "the", "capital", "of", "it"]
    assert wording.fit(said, (Step("capital"),)).whole > wording.fit(said, (PLACE,)).whole


def test_nothing_learnt_says_nothing() -> None:
    """Without training all paths fit alike."""
    assert Wording().fit(["what"], (JOB,)) == Fit()


@given(st.lists(st.sampled_from(["it", "dad", "job", "of", "xyz"]), max_size=8))
def test_any_question_can_be_held_against_any_path(said: list[str]) -> None:
    """Figures stay within bounds."""
    fit = taught().fit(said, (PARENTS, JOB, PARENTS))
    assert -1 <= fit.order <= 1
    assert -6 <= fit.least <= 6


def test_shares_add_up() -> None:
    """The words of a step are shares of what was said for it."""
    for words in taught().steps.values():
        assert 0.8 < sum(words.values()) < 1.01
