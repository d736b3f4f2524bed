"""Scores by hand, and the files of annotated sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from knowloom.cli import cli
from knowloom.errors import SourceError
from knowloom.evaluation.spans import Report, Table, scored
from knowloom.extract.annotated import Annotated, Entity, Relation, read_annotated
from knowloom.extract.findings import Extraction, Finding, Span

ADA, CITY = Entity(0, 3, "Person"), Entity(13, 19, "City")
SENTENCE = Annotated("Ada lives in London.", (ADA, CITY), (Relation(ADA, CITY, "LivesIn"),))


def entity(concept: str, start: int, end: int) -> Finding:
    """Return a finding with a span."""
    return Finding(concept, {"name": SENTENCE.text[start:end]}, Span(start, end))


def score(*findings: Finding, sentence: Annotated = SENTENCE) -> Report:
    """Return the scores of one sentence."""
    return scored([sentence], [Extraction(findings)])


def test_all_right() -> None:
    """Ends of a relation count as entities, each once."""
    ends = {"head_entity": entity("Person", 0, 3), "tail_entity": entity("City", 13, 19)}
    report = score(Finding("LivesIn", ends), entity("Person", 0, 3))
    assert report.entities.micro.f1 == 1
    assert report.relations.micro.f1 == 1


@pytest.mark.parametrize(
    ("finding", "right"),
    [
        (entity("Person", 0, 3), 1),
        (entity("City", 0, 3), 0),
        (entity("Person", 0, 4), 0),
        (Finding("Person", {"name": "Ada"}), 0),
    ],
)
def test_span_and_class_both_count(finding: Finding, right: int) -> None:
    """A wrong class at the right place is wrong, so is a name without a place."""
    assert score(finding).entities.micro.right == right


def test_a_relation_needs_both_ends_right() -> None:
    """Strict: with a wrong class at one end it does not count."""
    ends = {"head_entity": entity("Person", 0, 3), "tail_entity": entity("Person", 13, 19)}
    report = score(Finding("LivesIn", ends))
    assert (report.relations.micro.right, report.relations.micro.said) == (0, 1)


def test_nothing_said_and_nothing_wanted() -> None:
    """No division by nothing."""
    assert score().entities.micro.f1 == 0
    assert score(sentence=Annotated("No.")).entities.macro_f1 == 0


def test_an_item_said_twice_counts_twice() -> None:
    """A table counts what it is given."""
    table = Table()
    table.count([(0, 1, "A"), (0, 1, "A")], [(0, 1, "A")])
    assert (table.micro.right, table.micro.said, table.micro.wanted) == (1, 2, 1)


items = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("AB")), max_size=6)


@given(st.lists(st.tuples(items, items), max_size=4))
def test_classes_add_up_to_micro(sentences: list[tuple[list[object], list[object]]]) -> None:
    """The sums of all classes are those of all sentences, and no score leaves 0 to 1."""
    table = Table()
    for said, wanted in sentences:
        table.count(said, wanted)
    assert table.micro.said == sum(len(said) for said, _ in sentences)
    assert table.micro.wanted == sum(len(wanted) for _, wanted in sentences)
    assert 0 <= table.micro.f1 <= 1


def test_three_formats_say_the_same(tmp_path: Path) -> None:
    """Ours, CoNLL04's JSON, and columns."""
    ours = tmp_path / "a.jsonl"
    body = {"text": SENTENCE.text, "entities": [list(ADA), list(CITY)]}
    ours.write_text(json.dumps({**body, "relations": [[0, 1, "LivesIn"]]}) + "\n\n")
    assert read_annotated(ours) == [SENTENCE]
    words = ["Ada", "lives", "in", "London", "."]
    by_word = tmp_path / "a.json"
    by_word.write_text(
        json.dumps(
            [
                {
                    "tokens": words,
                    "entities": [[0, 1, "Person"], [3, 4, "City"]],
                    "relations": [[0, 1, 3, 4, "LivesIn"]],
                }
            ]
        )
    )
    columns = tmp_path / "a.txt"
    tags = ["B-Person", "O", "O", "B-City", "O"]
    columns.write_text("\n".join(f"{w}\t{t}" for w, t in zip(words, tags, strict=True)) + "\n\n")
    [one], [other] = read_annotated(by_word), read_annotated(columns)
    assert one.text == other.text == "Ada lives in London ."
    assert one.entities == other.entities == (ADA, CITY)
    assert one.relations == (Relation(ADA, CITY, "LivesIn"),)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jsonl", "{", "line 1"),
        ("a.jsonl", '{"text": "Ada", "entities": [[0, 9, "P"]]}', "outside"),
        ("a.jsonl", '{"text": "Ada", "relations": [[0, 1, "R"]]}', "line 1"),
        ("a.json", "{}", "no list"),
        (
            "a.json",
            '[{"tokens": ["a"], "entities": [[0, 5, "P"]], "relations": []}]',
            "sentence 1",
        ),
    ],
)
def test_faulty_files_name_the_place(tmp_path: Path, name: str, content: str, says: str) -> None:
    """The line or sentence, and what is wrong."""
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(SourceError, match=says):
        read_annotated(path)


def test_training_can_be_tried(tmp_path: Path) -> None:
    """`--dry-run` counts what would be learnt, with nothing installed."""
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "Ada", "entities": [[0, 3, "P"]]}))
    command = ["train", "extract", str(path), "--out", str(tmp_path / "out"), "--dry-run"]
    done = CliRunner().invoke(cli, command)
    assert "would learn from 1 sentences, 1 entities, 0 relations" in done.output
    assert not (tmp_path / "out").exists()
