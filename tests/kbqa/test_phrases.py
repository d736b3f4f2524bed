"""The phrases that the default ranker of paths is trained on."""

from __future__ import annotations

from collections import Counter

import pytest

from knowloom.training.phrases import Relation, kinds, relation_of, relations


def test_a_block_says_what_a_relation_is() -> None:
    """The first line names it, the others say what is asked about either end."""
    block = """person > place via stay: lives in, residence
      ? where does it live | it address
      = the home of it
      < who lives in it
      <= the people of it"""
    assert relation_of(block) == Relation(
        "person", "place", "stay", ("lives in", "residence"),
        ("where does it live", "it address"), ("the home of it",),
        ("who lives in it",), ("the people of it",),
    )  # fmt: skip


@pytest.mark.parametrize(
    "block", ["person: place", "person > place", "Person > Place: in", "? who"]
)
def test_what_is_no_relation_is_refused(block: str) -> None:
    """The line that is wrong is named."""
    with pytest.raises(ValueError, match="kind > kind") as caught:
        relation_of(block)
    assert block in str(caught.value)


def test_every_phrase_has_a_place_for_its_thing() -> None:
    """Questions and what stands for things say `it`; each relation has names and questions."""
    wrong = [
        text
        for one in relations()
        for text in (*one.asked, *one.called, *one.asked_back, *one.called_back)
        if "it" not in text.split()
    ]
    assert not wrong
    assert all(len(one.names) > 1 and len(one.asked) > 2 for one in relations())


def test_no_relation_is_there_twice() -> None:
    """Two that part the same kinds of things have other questions."""
    asked = Counter(text for one in relations() for text in set(one.asked))
    assert max(Counter((r.left, r.right, r.names) for r in relations()).values()) == 1
    assert sum(count > 1 for count in asked.values()) < len(asked) / 20


def test_every_end_is_of_one_kind() -> None:
    """The kinds share out the ends of the relations, and no name is an example of two."""
    among = [name for kind in kinds() for name in kind.among]
    assert len(among) == len(set(among))
    assert {end for one in relations() for end in (one.left, one.right)} <= set(among)
    examples = Counter(name for kind in kinds() for name in kind.examples)
    assert max(examples.values()) == 1
