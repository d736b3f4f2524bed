"""Classes that texts speak of: sayings by hand, phrases that repeat, what is told of things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.extract.discovery import discovered, sayings, singular


@pytest.mark.parametrize(
    ("sentence", "general", "special"),
    [
        ("Journals such as Nature and Science print them.", "journal", ["Nature", "Science"]),
        ("It is read by vehicles, including cars, trucks and buses.", "vehicle", ["car", "truck"]),
        ("There are hammers, saws and other tools.", "tool", ["hammer", "saw"]),
        ("Ada Lovelace is a mathematician who wrote notes.", "mathematician", ["Ada Lovelace"]),
        ("A transformer is a neural network.", "neural network", ["transformer"]),
        ("Unix was one of the operating systems of its time.", "operating system", ["Unix"]),
    ],
)
def test_what_is_a_kind_of_what(sentence: str, general: str, special: list[str]) -> None:
    """Hearst's sentences, names and kinds told apart."""
    said = [s for s in sayings(sentence) if s.general == general]
    assert [s.special for s in said][: len(special)] == special
    assert all(s.is_name == s.special[0].isupper() for s in said)


@pytest.mark.parametrize(
    "sentence",
    ["She is a woman of few words.", "It was a failure.", "They like it.", "Such as it is."],
)
def test_pronouns_are_no_examples(sentence: str) -> None:
    """Nobody is called She."""
    assert not [s for s in sayings(sentence) if s.is_name]


def test_what_is_told_of_things() -> None:
    """Attributes in three kinds of sentences."""
    said = ["The venue of a paper is told.", "Each paper has a title.", "A paper's author wrote."]
    [paper] = [f for f in discovered(said, "research") if f.phrase == "paper"]
    assert set(paper.told) == {"venue", "title", "author"}


def test_phrases_repeat_and_the_topic_counts_more() -> None:
    """Once is not enough; what stands beside the topic comes first."""
    said = ["The robot met a cat.", "A cat slept.", "A cat ate.", "A cat left.", "The dog met it."]
    about = ["It has the rule for robots.", "The rule of robots is old.", "A rule.", *said]
    phrases = [f.phrase for f in discovered(about, "robots")]
    assert "dog" not in phrases
    assert phrases.index("rule") < phrases.index("cat")
    assert "cat slept" not in phrases
    assert len(discovered(about, "robots", most=1)) == 1


def test_sentences_are_quoted() -> None:
    """At most three, the first ones."""
    [found] = discovered([f"The cat sat on {i}." for i in range(9)], "x")
    assert (found.support, len(found.said)) == (9, 3)


@pytest.mark.parametrize(
    ("plural", "one"), [("universities", "university"), ("bus", "bus"), ("physics", "physics")]
)
def test_singular(plural: str, one: str) -> None:
    """By the library, but for words that it takes wrongly for plurals."""
    assert singular(plural) == one


@given(st.lists(st.text(max_size=200), max_size=5), st.text(max_size=20))
def test_any_text_may_be_read(sentences: list[str], topic: str) -> None:
    """Nothing found is nothing proposed."""
    for found in discovered(sentences, topic):
        assert found.phrase
        assert found.phrase == found.phrase.lower()
