"""A model in a folder, run for real; its weights are random (`make test-neural`)."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")

from knowloom.errors import ModelUnusable
from knowloom.extract.findings import Passage
from knowloom.extract.model import LanguageModelExtractor
from knowloom.models.language_model import Prompt
from knowloom.models.local import LocalModel
from knowloom.models.named import model_named
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.settings import Settings
from tests.models.test_contract import *  # noqa: F403 - the contract, with torch at hand
from tests.models.tiny_model import tiny_model

pytestmark = [
    pytest.mark.neural,
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder."""
    return tiny_model(tmp_path_factory.mktemp("model"))


def test_the_settings_may_name_a_folder(folder: Path) -> None:
    """No endpoint is needed then."""
    assert isinstance(model_named(Settings(model=str(folder))), LocalModel)


def test_the_limit_ends_an_answer(folder: Path) -> None:
    """And the completion says so; its tokens are counted."""
    answer = LocalModel(folder).complete(Prompt("results = [", limit=5))
    assert (answer.prompt_tokens, answer.completion_tokens) == (11, 5)
    assert answer.cut
    assert len(answer.text) <= 5


def test_a_stop_ends_an_answer(folder: Path) -> None:
    """It is no part of the answer."""
    model = LocalModel(folder)
    whole = model.complete(Prompt("Hello", limit=20)).text
    stop = whole[4]
    answer = model.complete(Prompt("Hello", limit=20, stop=(stop,)))
    assert answer.text == whole.partition(stop)[0]
    assert not answer.cut


def test_a_prompt_that_is_too_long_is_refused(folder: Path) -> None:
    """Never cut."""
    with pytest.raises(ModelUnusable, match="4,096"):
        LocalModel(folder).complete(Prompt("x" * 4000))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    """The folder is named."""
    with pytest.raises(ModelUnusable, match=str(tmp_path)):
        LocalModel(tmp_path)


def test_nonsense_is_dropped_and_counted(folder: Path) -> None:
    """Random letters make no objects and no crash."""
    ontology = Ontology([Concept(name="Person")])
    extractor = LanguageModelExtractor(LocalModel(folder), ontology, limit=4000)
    [extraction] = extractor.extract([Passage("Ada wrote.")])
    assert extraction.findings == ()
