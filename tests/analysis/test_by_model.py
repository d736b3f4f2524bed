"""`knowloom analyse --by-model` with a server that speaks OpenAI's protocol, from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowloom import Entity
from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.ontology.live import ontology_of
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from tests.models.speaking import Speaking, say, speaking
from tests.sandbox.confined import needs_confinement

pytest.importorskip("openai", reason="the extra `llm` is not installed")
pytestmark = [pytest.mark.neo4j, needs_confinement]

CODE = """\
Here it is:
```python
books = [o for o in search_results if isinstance(o, Book) and o.pages is not None]
analysis_results = {{
    "values": {{"answer": {{"value": {value}, "uids": [b.uid for b in books]}}}},
}}
```
"""
RIGHT = CODE.format(value="sum(b.pages for b in books)")
BROKEN = CODE.format(value="sum(b.paages for b in books)")
EMPTY = CODE.format(value="None")
ENDLESS = "```python\nwhile True:\n    pass\n```"
ESCAPING = "```python\nimport os\nanalysis_results = dict(os.environ)\n```"


class Book(Entity, key=("name",)):
    """Description: what one reads."""

    pages: int | None = None


@pytest.fixture
def server(
    database: Database, login: Endpoint, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Speaking]:
    """A graph of books, and a model behind an endpoint that the settings name."""
    base = KnowledgeBase(database, workspace)
    base.save_ontology(ontology_of(Book))
    base.write([Book("One", pages=90), Book("Two", pages=10), Book("Three")])
    with speaking() as state:
        monkeypatch.setenv("KNOWLOOM_MODEL", "tiny")
        monkeypatch.setenv("KNOWLOOM_MODEL_URL", state.url)
        yield state


def _says(server: Speaking, answers: Sequence[str]) -> None:
    """Let the model give these answers, one a request; the last again and again."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        say(handler, answers[min(len(server.asked), len(answers)) - 1])

    server.acts += [answer] * 20


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["analyse", "All pages of books", "--by-model", *arguments])


def _asked(server: Speaking) -> list[str]:
    return [request["messages"][-1]["content"] for request in server.asked]


def test_code_is_written_run_judged_and_its_number_traced(server: Speaking) -> None:
    """The model sees classes and no datum, and judges what came out."""
    _says(server, [RIGHT, "GOOD"])
    done = _run("--trace", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["values"][0]["value"] == 100
    assert len(said["values"][0]["uids"]) == 2
    code, judge = _asked(server)
    assert "class Book" in code
    assert "Two" not in code
    assert "answer: 100" in judge


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ([BROKEN], "paages"),
        ([EMPTY], "all that was found is nothing"),
        ([ENDLESS], "took too long"),
        ([ESCAPING], "os cannot be imported"),
        (["Sorry, I cannot."], "was refused"),
        ([RIGHT, "BAD: it counts no books"], "it counts no books"),
    ],
)
def test_what_was_wrong_goes_back_to_the_model(
    server: Speaking, monkeypatch: pytest.MonkeyPatch, bad: list[str], reason: str
) -> None:
    """And the next attempt answers."""
    monkeypatch.setenv("KNOWLOOM_SANDBOX_SECONDS", "1")
    _says(server, [*bad, RIGHT, "GOOD"])
    done = _run("--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["values"][0]["value"] == 100
    assert reason in said["attempts"][0]["reasons"][0]
    assert reason in _asked(server)[len(bad)]
    assert len(said["attempts"]) == 2


def test_after_three_attempts_there_is_no_answer(server: Speaking) -> None:
    """All reasons are told, and no number."""
    _says(server, [BROKEN])
    done = _run()
    assert done.exit_code == 1
    assert "Not answered after 3 attempt(s)" in done.output
    assert "  3. " in done.output
    assert "answer:" not in done.output
    assert len(server.asked) == 3


def test_a_model_that_is_not_there_is_told_without_a_traceback(
    server: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do."""
    monkeypatch.setenv("KNOWLOOM_MODEL_URL", "http://127.0.0.1:9/v1")
    done = _run()
    assert done.exit_code != 0
    assert "127.0.0.1:9" in f"{done.output} {done.exception}"
    monkeypatch.setenv("KNOWLOOM_MODEL", "")
    assert "KNOWLOOM_MODEL" in f"{_run().output} {_run().exception}"


def test_the_limits_of_the_settings_hold_for_its_programs(
    server: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the output, which a program that a model wrote may well flood."""
    monkeypatch.setenv("KNOWLOOM_SANDBOX_OUTPUT", "1k")
    _says(server, ["```python\nanalysis_results = {'values': {'a': 'x' * 5000}}\n```"])
    done = _run("--json")
    assert done.exit_code == 1
    assert "more than allowed" in json.loads(done.output)["attempts"][0]["reasons"][0]
