"""Scoring extractors: events in both variants, costs, and published figures beside ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.cli import cli
from knowloom.errors import SourceError
from knowloom.evaluation.extraction import Together, measured
from knowloom.evaluation.published import Benchmark, beside, digest_of
from knowloom.evaluation.spans import Task, scored
from knowloom.extract.annotated import Annotated, Argument, Entity, Event, read_annotated
from knowloom.extract.findings import Extraction, Finding, Passage, Span
from knowloom.extract.model import LanguageModelExtractor
from knowloom.models.metered import Metered, Spent
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology

TEXT = "Ada won a prize, then won another."
FIRST, SECOND = TEXT.index("won"), TEXT.rindex("won")
WIN = Event(FIRST, FIRST + 3, "Win", (Argument(0, 3, "winner"),))
SENTENCE = Annotated(TEXT, events=(WIN,))
ONTOLOGY = Ontology(
    [
        Concept(name="Person"),
        Concept(
            name="Win",
            parents=("Event",),
            attributes=(Attribute(name="winner", range=ConceptRange(("Person",)), many=True),),
        ),
    ]
)


def win(at: int, *winners: tuple[int, int]) -> Extraction:
    """Return an extraction of one event."""
    parts = tuple(Finding("Person", {"name": TEXT[a:b]}, Span(a, b)) for a, b in winners)
    return Extraction((Finding("Win", {"name": "won", "winner": parts}, Span(at, at + 3)),))


@pytest.mark.parametrize(
    ("said", "trigger", "by_type", "by_trigger"),
    [
        (win(FIRST, (0, 3)), 1, 1, 1),
        (win(SECOND, (0, 3)), 0, 1, 0),  # the variants differ: the wrong trigger (item 122)
        (win(FIRST, (10, 15)), 1, 0, 0),
        (win(FIRST), 1, 0, 0),
        (Extraction(), 0, 0, 0),
    ],
)
def test_events_by_hand(said: Extraction, trigger: int, by_type: int, by_trigger: int) -> None:
    """Triggers, and arguments with and without the place of the trigger."""
    tables = scored([SENTENCE], [said]).tables
    assert tables[Task.TRIGGERS].micro.right == trigger
    assert tables[Task.ARGUMENTS_OF_TYPE].micro.right == by_type
    assert tables[Task.ARGUMENTS_OF_TRIGGER].micro.right == by_trigger


def test_an_argument_is_an_entity_and_its_event_is_none() -> None:
    """What stands in a role counts among the entities."""
    [label] = scored([SENTENCE], [win(FIRST, (0, 3))]).entities.classes
    assert label == "Person"


def test_a_model_is_measured_with_its_costs() -> None:
    """Triggers are looked for, then given: the arguments are those of given ones (S3 §5.1)."""

    def answer(prompt: str) -> str:
        if "confirmed" in prompt:
            return 'results = [Win(trigger="won", winner=[Person("Ada")])]'
        return 'results = [Win("won")]' if "Event Classes" in prompt else "results = []"

    spent = Spent()
    model = Metered(Scripted(answer), spent)
    extractor = LanguageModelExtractor(model, ONTOLOGY)
    got = measured(extractor, "hand.jsonl", [SENTENCE], spent)
    assert got.report.tables[Task.ARGUMENTS_OF_TRIGGER].micro.f1 == 1
    cost = got.cost()
    assert (cost["calls"], cost["calls_per_sentence"]) == (5, 5)
    assert cost["prompt_tokens_per_sentence"] > 50
    assert "arguments, by type and trigger" in got.as_markdown()


def test_sets_are_pooled_and_averaged() -> None:
    """Micro over all items, macro as the mean of the sets (item 123)."""
    good = Annotated("Ada.", (Entity(0, 3, "Person"),))
    bad = Annotated("Bob met Cy.", (Entity(0, 3, "Person"), Entity(8, 10, "Person")))

    class Knows:
        name = version = "knows"

        def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
            found = Finding("Person", {"name": "Ada"}, Span(0, 3))
            return [Extraction((found,) if p.text == "Ada." else ()) for p in passages]

    both = Together(tuple(measured(Knows(), n, [s]) for n, s in (("a", good), ("b", bad))))
    assert both.micro(Task.ENTITIES).recall == pytest.approx(1 / 3)
    assert both.macro_f1(Task.ENTITIES) == pytest.approx(0.5)
    assert "| mean of sets | 50.0% |" in both.as_markdown()


def test_published_figures_stand_beside_only_what_they_are_of() -> None:
    """The same sentences, as many items, and an extractor that was trained too."""
    report = scored([SENTENCE], [win(FIRST, (0, 3))])
    known = Benchmark("Mine", digest_of([SENTENCE]), Task.TRIGGERS, 1, "S0", {"X": 50.0})
    assert beside(report, digest_of([SENTENCE]), trained=True, sets=[known]) is known
    untrained = beside(report, known.digest, trained=False, sets=[known])
    assert "trained on its training part" in str(untrained)
    other = beside(report, digest_of([Annotated("Other.")]), trained=True, sets=[known])
    assert "no known test set" in str(other)
    more = Benchmark("Mine", known.digest, Task.TRIGGERS, 2, "S0", {"X": 50.0})
    assert "1 triggers are annotated, 2 in Mine" in str(
        beside(report, known.digest, trained=True, sets=[more])
    )


def test_annotated_events_are_read(tmp_path: Path) -> None:
    """And a place outside of the text is named with its line."""
    path = tmp_path / "events.jsonl"
    path.write_text(
        json.dumps({"text": TEXT, "events": [[FIRST, FIRST + 3, "Win", [[0, 3, "winner"]]]]}),
        encoding="utf-8",
    )
    assert read_annotated(path) == [SENTENCE]
    path.write_text('{"text": "a", "events": [[0, 1, "Win", [[0, 9, "winner"]]]]}')
    with pytest.raises(SourceError, match=r"line 1.*\[0, 9, 'winner'\] lies outside"):
        read_annotated(path)


def test_characters_with_bmes_tags_are_read(tmp_path: Path) -> None:
    """Chinese needs no spaces (item 135)."""
    path = tmp_path / "resume.bmes"
    path.write_text("王 B-NAME\n芳 E-NAME\n是 O\n\n教 S-TITLE\n授 S-TITLE\n", encoding="utf-8")
    first, second = read_annotated(path)
    assert (first.text, first.entities) == ("王芳是", (Entity(0, 2, "NAME"),))
    assert second.entities == (Entity(0, 1, "TITLE"), Entity(1, 2, "TITLE"))


@pytest.mark.neo4j
@pytest.mark.usefixtures("login")
def test_the_command_scores_several_sets(tmp_path: Path) -> None:
    """Each by itself, then together."""
    line = json.dumps({"text": "Ada.", "entities": [[0, 3, "Person"]]})
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path in paths:
        path.write_text(line, encoding="utf-8")
    command = ["evaluate", "extract", *map(str, paths), "--extractor", "gazetteer", "--json"]
    done = CliRunner().invoke(cli, command, catch_exceptions=False)
    body = json.loads(done.stdout)
    assert [one["name"] for one in body["sets"]] == ["a.jsonl", "b.jsonl"]
    assert body["together"]["entities"]["micro"]["wanted"] == 2
