"""The language model's question and answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom.models.encoders import Spelling
from knowloom.models.language_model import converse
from knowloom.models.scripted import Scripted
from knowloom.taxonomy.index import Entry, entries, index
from knowloom.taxonomy.prompt import Choice, alignment, chosen, prompt, worked_example
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.tree import taxonomy

GOLDEN = Path(__file__).parent / "golden" / "alignment.txt"
TREE = taxonomy(
    [
        ("event", "explosion"),
        ("explosion", "nuclear explosion"),
        ("explosion", "big bang"),
        ("event", "race"),
        ("race", "boat race"),
        ("sport", "race"),
    ],
    {
        "event": "something that happens",
        "explosion": "a violent release of energy",
        "nuclear explosion": 'the explosion of an "atomic" bomb',
        "boat race": "a race between people rowing or driving boats",
    },
)
CANDIDATES = {"Explosion": "explosion", "BoatRace": "boat race", "Event": "event"}


def airburst() -> Entry:
    """Return a new name."""
    new = New("airburst", "the explosion of a bomb in the atmosphere")
    return entries([new], Spelling())[0]


def test_the_prompt_is_golden() -> None:
    """Candidates with lineage as classes, one example, the new class last (item 26)."""
    made = prompt(TREE, airburst(), ["explosion", "nuclear explosion", "event"], "boat race")
    assert made == GOLDEN.read_text(encoding="utf-8")


def test_the_prompt_is_python() -> None:
    """It runs as it stands, whatever the definitions hold."""
    hostile = TREE.with_node("x", ["event"], '"""\nimport os\\\nclass Y(')
    made = prompt(hostile, airburst(), ["x", "nuclear explosion"], "boat race")
    space: dict[str, object] = {}
    exec(compile(made, "prompt", "exec"), space)
    assert {"Event", "Explosion", "NuclearExplosion", "Race", "X"} <= space.keys()
    assert "BoatRace" not in space
    assert "os" not in space


def test_the_example_is_no_candidate() -> None:
    """A leaf near the new name, never one that is asked about."""
    at = index(TREE, Spelling())
    assert worked_example(at, airburst(), ["explosion", "event"]) == "nuclear explosion"
    assert worked_example(at, airburst(), list(TREE.parents)) == ""


def test_a_conversation_is_one_question() -> None:
    """With its answer read."""
    model = Scripted(["class Airburst(NuclearExplosion):"])
    choice = converse(model, alignment(TREE, airburst(), ["nuclear explosion", "event"]))
    assert choice.parents == ("nuclear explosion",)
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("reply", "parents", "same"),
    [
        ("class Airburst(Explosion):", ("explosion",), ""),
        ("Sure!\n```python\nclass Airburst(explosion):\n    pass\n```", ("explosion",), ""),
        ("class Airburst( 'Explosion' ):", ("explosion",), ""),
        ("class Airburst(Explosion, BoatRace):", ("explosion", "boat race"), ""),
        ("class Airburst(Cutlery, Boat_Race):", ("boat race",), ""),
        ("Airburst = Explosion", (), "explosion"),
        ("airburst.add_parent(boat_race)", ("boat race",), ""),
        ("The base class is **BoatRace**.", ("boat race",), ""),
        ("The parent would be boat race, I think", ("boat race",), ""),
        ("EXPLOSION", ("explosion",), ""),
        ("`Explosion`", ("explosion",), ""),
        ("class Airburst(Cutlery):", (), ""),
        ("I cannot say.", (), ""),
        ("", (), ""),
        ("class Airburst(" * 500, (), ""),
    ],
)
def test_replies(reply: str, parents: tuple[str, ...], same: str) -> None:
    """Prose, quotes, case and fences do not matter; an unknown parent is none (item 27)."""
    assert chosen(reply, CANDIDATES) == Choice(parents, same, reply)


def test_names_that_would_be_one_class() -> None:
    """Get different ones, so that an answer means one of them."""
    tree = taxonomy([("a b", "ab"), ("a b", "aB"), ("a b", "a-b")])
    made = prompt(tree, airburst(), list(tree.parents))
    assert made.count("class AB") == made.count("class AB:") + 2
    model = Scripted(["class Airburst(AB_2):"])
    assert len(converse(model, alignment(tree, airburst(), list(tree.parents))).parents) == 1
