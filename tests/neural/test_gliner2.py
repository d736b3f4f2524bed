"""Weights of GLiNER2 as an extractor: a real model of random weights, saved and loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")
pytest.importorskip("gliner2", reason="the extra `gliner2` is not installed")

import gliner2
import torch

from knowloom.errors import NotTrained
from knowloom.extract.findings import Finding, Passage
from knowloom.extract.neural.gliner2 import Gliner2, is_gliner2, load
from knowloom.extractors import trained
from knowloom.models.minilm import weights_folder
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology

pytestmark = [
    pytest.mark.neural,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("default"),
]
ONTOLOGY = Ontology(
    [
        Concept(name="Person"),
        Concept(name="LargeCity"),
        Concept(
            name="LivesIn",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("LargeCity",)), required=True),
            ),
        ),
    ]
)
PASSAGES = [
    Passage("Ada Lovelace lives in London."),
    Passage(""),
    Passage("  \n"),
    Passage("据说姚期智。 Ada Lovelace!"),
    Passage("\x00\ufeff " + "(" * 500),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows nothing, as GLiNER2 saves it."""
    torch.manual_seed(1)
    configuration = gliner2.ExtractorConfig(model_name=str(weights_folder()), architecture="span")
    model: Any = gliner2.AutoExtractor.from_config(configuration)
    path = tmp_path_factory.mktemp("weights") / "gliner2"
    model.save_pretrained(path)
    return path


def test_it_keeps_the_promises_of_an_extractor(folder: Path) -> None:
    """One extraction a passage, classes of the ontology, places that count in the passage."""
    assert is_gliner2(folder)
    loaded = load(folder, ONTOLOGY)
    extractor = Gliner2(loaded._model, ONTOLOGY, loaded.version, least=0.3)  # pyright: ignore[reportPrivateUsage]
    extractions = list(extractor.extract(PASSAGES))
    assert len(extractions) == len(PASSAGES)
    assert extractions[1].findings == extractions[2].findings == ()
    found = [(p, f) for p, e in zip(PASSAGES, extractions, strict=True) for f in e.findings]
    assert {"Person", "LargeCity"} & {f.concept for _, f in found}
    assert "LivesIn" in {f.concept for _, f in found}
    for passage, finding in found:
        if finding.concept == "LivesIn":
            assert {type(end) for end in finding.values.values()} == {Finding}
            continue
        assert finding.span is not None
        assert passage.text[slice(*finding.span)] == finding.values["name"]
    again = Gliner2(loaded._model, ONTOLOGY, loaded.version, least=0.3)  # pyright: ignore[reportPrivateUsage]
    assert list(again.extract(PASSAGES)) == extractions


def test_a_folder_is_enough_to_use_it(folder: Path) -> None:
    """Its name and version tell it from others."""
    extractor = trained(str(folder), ONTOLOGY)
    assert (extractor.name, len(extractor.version)) == ("gliner2", 16)


def test_damaged_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    """With the folder and what is to be done."""
    for file in folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes()[:200])
    with pytest.raises(NotTrained, match="GLiNER2"):
        load(tmp_path, ONTOLOGY)
