"""What every language model promises; a class that answers prompts and is not here is a fault."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import knowloom.models
from knowloom.models.cache import Cached
from knowloom.models.language_model import LanguageModel, Prompt
from knowloom.models.metered import Metered, Spent
from knowloom.models.scripted import Scripted
from tests.models.speaking import Speaking, speaking

Make = Callable[[Path, Speaking], LanguageModel]


def _endpoint(_: Path, server: Speaking) -> LanguageModel:
    pytest.importorskip("openai", reason="the extra `llm` is not installed")
    return server.model()


def _local(folder: Path, _: Speaking) -> LanguageModel:
    pytest.importorskip("torch", reason="the extra `neural` is not installed")
    from knowloom.models.local import LocalModel
    from tests.models.tiny_model import tiny_model

    return LocalModel(tiny_model(folder / "tiny"))


MODELS: dict[str, Make] = {
    "Scripted": lambda _folder, _server: Scripted(lambda text: text),
    "Cached": lambda folder, _: Cached(Scripted(lambda text: text), folder / "answers.sqlite"),
    "Metered": lambda _folder, _server: Metered(Scripted(lambda text: text), Spent()),
    "OpenAICompatible": _endpoint,
    "LocalModel": _local,
}
neural = pytest.mark.filterwarnings("default")


@pytest.fixture
def server() -> Iterator[Speaking]:
    """A running endpoint."""
    with speaking() as state:
        yield state


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path: Path, server: Speaking) -> LanguageModel:
    """Each model in turn."""
    return MODELS[request.param](tmp_path, server)


def test_every_model_is_held_to_the_contract() -> None:
    """Whatever has a `complete` in the room of models is in the table above."""
    made: set[str] = set()
    for path in Path(next(iter(knowloom.models.__path__))).glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(part, ast.FunctionDef) and part.name == "complete" for part in node.body
            ):
                made.add(node.name)
    assert made - {"LanguageModel"} == set(MODELS)


@neural
def test_the_same_prompt_has_the_same_answer(model: LanguageModel) -> None:
    """Temperature 0: what is asked twice is answered alike, with its cost."""
    prompt = Prompt("results = [", limit=8)
    first, second = model.complete(prompt), model.complete(prompt)
    assert first.text == second.text
    assert first.prompt_tokens > 0
    assert first.completion_tokens <= max(prompt.limit, 8)


@neural
def test_tokens_grow_with_the_text(model: LanguageModel) -> None:
    """A prompt is never longer than it is counted, as far as the model lets us know."""
    short, long = model.tokens("one two"), model.tokens("one two three four five six")
    assert 0 < short < long
    assert model.tokens("") <= short


@neural
def test_it_has_a_name(model: LanguageModel) -> None:
    """The name is part of cache keys and of evidence."""
    assert model.name
    assert model.name == model.name.strip()
