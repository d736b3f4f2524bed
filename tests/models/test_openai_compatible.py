"""An endpoint that speaks OpenAI's protocol, with all its faults; a real HTTP server plays it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.doctor import State, examine_model
from knowloom.errors import (
    ModelAnswerUnusable,
    ModelError,
    ModelOverloaded,
    ModelRefused,
    ModelUnreachable,
    SettingsError,
)
from knowloom.models.cache import Cached
from knowloom.models.language_model import Prompt
from knowloom.models.named import model_named
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.settings import Settings, load_settings
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from tests.models.speaking import SECRET, Act, Speaking, answer, send, speaking

pytest.importorskip("openai", reason="the extra `llm` is not installed")


@pytest.fixture
def server() -> Iterator[Speaking]:
    """A running server."""
    with speaking() as state:
        yield state


def failing(status: int, **headers: str) -> Act:
    """Return an act that answers with an error."""
    return lambda handler: send(handler, status, b'{"error": {"message": "no"}}', **headers)


def garbled(handler: BaseHTTPRequestHandler) -> None:
    """Answer with what is no answer."""
    send(handler, 200, b'{"choices": []}')


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent, and hang up."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    handler.connection.close()


def slow(handler: BaseHTTPRequestHandler) -> None:
    """Answer after the client has given up."""
    time.sleep(1)
    answer(handler)


def test_an_answer_comes_with_its_cost(server: Speaking) -> None:
    """Temperature 0, the limit and the stops reach the endpoint; tokens come back."""
    completion = server.model().complete(Prompt("Hello", limit=99, stop=("END",)))
    assert completion.text == 'results = [Person("Ada")]'
    assert (completion.prompt_tokens, completion.completion_tokens) == (7, 5)
    [asked] = server.asked
    assert (asked["temperature"], asked["max_tokens"], asked["stop"]) == (0, 99, ["END"])


def test_what_may_be_repeated_is_repeated_as_long_as_it_says(server: Speaking) -> None:
    """After 429 with Retry-After and after 500 the same question is asked again."""
    server.acts = [failing(429, Retry_After="1"), failing(500)]
    started = time.monotonic()
    assert server.model().complete(Prompt("Hello")).text
    assert time.monotonic() - started >= 1
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (failing(429, Retry_After="0"), ModelOverloaded),
        (failing(503), ModelUnreachable),
        (failing(401), ModelRefused),
        (failing(404), ModelRefused),
        (garbled, ModelAnswerUnusable),
        (cut, ModelError),
        (slow, ModelUnreachable),
    ],
)
def test_faults_are_told_apart(server: Speaking, act: Act, error: type[ModelError]) -> None:
    """Each fault has its error, and none shows the key."""
    server.acts = [act] * 3
    with pytest.raises(error) as caught:
        server.model(timeout=0.4, retries=1).complete(Prompt("Hello"))
    assert SECRET not in str(caught.value)


def test_nobody_there() -> None:
    """The address is named, and what to do."""
    from knowloom.models.openai_compatible import OpenAICompatible

    model = OpenAICompatible("http://127.0.0.1:9/v1", "tiny", SECRET, retries=0)
    with pytest.raises(ModelUnreachable, match=r"127\.0\.0\.1:9"):
        model.complete(Prompt("Hello"))
    assert SECRET not in repr(model)


def test_a_kept_answer_is_not_paid_for_again(server: Speaking, tmp_path: Path) -> None:
    """Another process with the same file asks nobody; another limit is another question."""
    path = tmp_path / "answers.sqlite"
    first = Cached(server.model(), path)
    assert not first.complete(Prompt("Hello")).cached
    first.close()
    again = Cached(server.model(), path)
    assert again.complete(Prompt("Hello")).cached
    assert not again.complete(Prompt("Hello", limit=1)).cached
    assert len(server.asked) == 2


@pytest.mark.neo4j
def test_a_document_through_a_model(
    server: Speaking,
    database: Database,
    endpoint: Endpoint,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command asks the model of the settings, writes what it says, and never asks twice."""
    for name, value in {
        "NEO4J_URI": endpoint.uri,
        "NEO4J_USERNAME": endpoint.user,
        "NEO4J_PASSWORD": endpoint.password,
        "KNOWLOOM_MODEL": "tiny",
        "KNOWLOOM_MODEL_URL": server.url,
        "KNOWLOOM_MODEL_KEY": SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    kb = KnowledgeBase(database, workspace)
    kb.save_ontology(Ontology([Concept(name="Person")]))
    Path("ada.txt").write_text("Ada wrote notes.", encoding="utf-8")
    for _ in range(2):
        command = ["extract", "ada.txt", "--extractor", "model", "--again", "--json"]
        done = CliRunner().invoke(cli, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert SECRET not in done.output
    assert [str(person) for person in kb.find("Person")] == ["Person('Ada')"]
    assert len(server.asked) == 1


def test_threads_share_a_cache(tmp_path: Path) -> None:
    """Many threads at once get their own answers."""
    model = Cached(Scripted(lambda text: text.upper()), tmp_path / "answers.sqlite")
    got: dict[int, str] = {}

    def ask(number: int) -> None:
        got[number] = model.complete(Prompt(f"q{number % 7}")).text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: f"Q{number % 7}" for number in range(40)}


def test_a_script_that_is_over_says_so() -> None:
    """An unexpected question is an error, not a guess."""
    model = Scripted(["one"])
    model.complete(Prompt("a"))
    with pytest.raises(ModelError, match="no answer left"):
        model.complete(Prompt("b"))
    assert [p.text for p in model.asked] == ["a", "b"]


@pytest.mark.parametrize(
    ("acts", "code", "said"),
    [
        ([], 0, "found Person 'Ada'"),
        ([failing(401)], 1, "check KNOWLOOM_MODEL and KNOWLOOM_MODEL_KEY"),
        ([garbled], 1, "cannot be used"),
    ],
)
def test_the_doctor_tries_a_model(
    server: Speaking,
    acts: list[Act],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One tiny real extraction, and what is wrong with the endpoint."""
    server.acts = acts
    monkeypatch.setenv("KNOWLOOM_MODEL", "tiny")
    monkeypatch.setenv("KNOWLOOM_MODEL_URL", server.url)
    monkeypatch.setenv("KNOWLOOM_MODEL_KEY", SECRET)
    found = examine_model(load_settings())
    assert (found.state is State.OK) == (code == 0)
    assert said in f"{found.what} {found.fix}"
    assert SECRET not in f"{found.what} {found.fix}"


def test_the_doctor_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to set."""
    monkeypatch.delenv("KNOWLOOM_MODEL", raising=False)
    found = examine_model(Settings())
    assert (found.state, "KNOWLOOM_MODEL" in found.fix) == (State.MISSING, True)


def test_a_key_that_cannot_be_one() -> None:
    """Such as the dots of an example."""
    with pytest.raises(SettingsError, match="KNOWLOOM_MODEL_KEY is no key"):
        model_named(Settings(model="tiny", model_key="…"))
