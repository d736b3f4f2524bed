"""A language model writes the program: what it is asked, what goes back to it, what it may do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.asking import Asker
from knowloom.asking_by_model import ROUNDS, ask_by_model
from knowloom.cli import cli
from knowloom.models.scripted import Scripted
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from tests.models.speaking import say, speaking
from tests.sandbox.confined import needs_confinement

pytestmark = [pytest.mark.neo4j, needs_confinement]

GRAPH = """
CREATE (a:Person {name: 'Ann Lee', age: 31}), (b:Person {name: 'Bob Ray', age: 44}),
  (n:Film {title: 'Night Train', released: 1991}), (d:Film {title: 'Day Break', released: 1999}),
  (a)-[:DIRECTED]->(n), (b)-[:DIRECTED]->(d), (b)-[:ACTED_IN {role: 'Guard'}]->(n)
"""
RIGHT = """
Here it is:
```python
def answer(objects):
    found = []
    for one in objects:
        if isinstance(one, Film) and one.name == "Night Train":
            found += [other.name for fact, other in one.follow(["DIRECTED"], False)]
    return found
```
"""
BROKEN = "```python\ndef answer(objects):\n    return objects[0].nmae\n```"
EMPTY = "```python\ndef answer(objects):\n    return [o for o in objects if o.name == 'x']\n```"
LONG = "```python\ndef answer(objects):\n    return ['x' * 5_000]\n```"
NONE = "```python\nprint('hello')\n```"


@pytest.fixture
def asker(database: Database) -> Asker:
    """Two films and those who made them."""
    database.run(GRAPH)
    return Asker(database)


def test_sees_classes_and_draft_and_no_datum(asker: Asker) -> None:
    """The prompt has the classes, the composed function and the question."""
    model = Scripted([RIGHT])
    answer = ask_by_model(asker, model, "Who directed Night Train?")
    assert [found.value for found in answer.values] == ["Ann Lee"]
    [asked] = model.asked
    assert "class Film(Thing):" in asked.text
    assert ".follow(['DIRECTED'], False): Person" in asked.text
    assert "def answer(objects):" in asked.text
    assert "Ann Lee" not in asked.text
    assert answer.confidence == 0.9


def test_faults_go_back_until_it_is_right(asker: Asker) -> None:
    """An error and an empty result are told to the model."""
    model = Scripted([BROKEN, EMPTY, RIGHT])
    answer = ask_by_model(asker, model, "Who directed Night Train?")
    assert [found.value for found in answer.values] == ["Ann Lee"]
    assert "nmae" in model.asked[1].text
    assert "it found nothing" in model.asked[2].text


def test_three_bad_programs_are_no_answer(asker: Asker) -> None:
    """Nothing is made up; the last reason is said."""
    model = Scripted([NONE] * (ROUNDS + 1))
    answer = ask_by_model(asker, model, "Who directed Night Train?")
    assert not answer.values
    assert "no function `answer" in answer.why_not
    assert len(model.asked) == ROUNDS


def test_what_it_must_not_do_is_refused(asker: Asker) -> None:
    """Files and the network are out of reach, and the model hears so."""
    model = Scripted(["```python\nimport os\ndef answer(objects):\n    return [1]\n```"] * ROUNDS)
    answer = ask_by_model(asker, model, "Who directed Night Train?")
    assert not answer.values
    assert "os" in answer.why_not


def test_an_answer_of_its_own_is_less_sure(asker: Asker) -> None:
    """What the composed program does not say, too, is a model's word alone."""
    model = Scripted(["```python\ndef answer(objects):\n    return ['Somebody']\n```"])
    answer = ask_by_model(asker, model, "Who directed Night Train?")
    assert ([f.value for f in answer.values], answer.confidence) == (["Somebody"], 0.6)


@pytest.mark.parametrize(("most", "answers"), [("4k", []), ("8k", ["x" * 5_000])])
def test_the_settings_limit_its_programs(
    asker: Asker,
    login: Endpoint,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    most: str,
    answers: list[str],
) -> None:
    """What a program finds may be as large as the settings say."""
    pytest.importorskip("openai", reason="the extra `llm` is not installed")
    with speaking() as model:
        model.usual = lambda handler: say(handler, LONG)
        monkeypatch.setenv("KNOWLOOM_MODEL", "tiny")
        monkeypatch.setenv("KNOWLOOM_MODEL_URL", model.url)
        monkeypatch.setenv("KNOWLOOM_SANDBOX_OUTPUT", most)
        command = ["ask", "Who directed Night Train?", "--by-model", "--json"]
        said = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert json.loads(said.stdout)["answers"] == answers, said.output
