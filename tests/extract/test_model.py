"""Asking a model: the papers' prompts word for word, answers placed and checked."""

from __future__ import annotations

import pytest

from knowloom.errors import PromptTooLong
from knowloom.extract.checks import in_range, induced
from knowloom.extract.findings import Extraction, Finding, Passage, Span, Trigger
from knowloom.extract.model import LanguageModelExtractor
from knowloom.extract.prompts import (
    Task,
    concepts_of,
    direct,
    imported,
    instruction,
    partitioned,
    recalling,
)
from knowloom.extract.spans import placed
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology

ENDS = (
    Attribute(name="head_entity", range=ConceptRange(("Human",)), required=True),
    Attribute(name="tail_entity", range=ConceptRange(("SpatialEntity",)), required=True),
)
ONTOLOGY = Ontology(
    [
        Concept(name="Human", description="a human being.", examples=("Ada",)),
        Concept(name="SpatialEntity", description="a place."),
        Concept(name="PlaceOfBirth", parents=("Relation",), attributes=ENDS),
        Concept(
            name="Education",
            parents=("Event",),
            attributes=(Attribute(name="student", range=ConceptRange(("Human",)), many=True),),
        ),
    ]
)
SENTENCE = "Ada met Ada in London."


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            Task.NER,
            "This is an object-oriented programming task: some Entity Classes are defined above. "
            "Please instantiate all the corresponding Entity Objects in the following sentence.",
        ),
        (
            Task.RE,
            "This is an object-oriented programming task: some Relation Classes and related "
            "Entity Classes are defined above. Please instantiate all the corresponding Relation "
            "Objects in the following sentence.",
        ),
        (
            Task.ED,
            "This is an object-oriented programming task: some Event Classes are defined above. "
            "Please instantiate all the corresponding Event Objects in the following sentence.",
        ),
    ],
)
def test_tasks_are_worded_as_in_the_paper(task: Task, expected: str) -> None:
    """S1 §3.2.1 and App. L, word for word."""
    assert instruction(task) == expected


def test_confirmed_triggers_are_told() -> None:
    """Item 48, as S1 App. L prints it."""
    told = instruction(Task.EAE, triggers=[Trigger("Education", "graduate")])
    assert told.endswith(
        " It is important to note that the triggers of the events are confirmed as follows: "
        '"graduate" is the trigger of event type "Education".'
    )


def test_a_direct_prompt_as_a_whole() -> None:
    """Definitions, task and sentence, nothing else."""
    assert direct(ONTOLOGY, ["Human"], Task.NER, 'He said "hi".') == (
        "class Entity:\n"
        '    """\n'
        "    The base class for all entities.\n"
        '    """\n'
        "    def __init__(self, name: str):\n"
        "        self.name = name\n"
        "\n\n"
        "class Human(Entity):\n"
        '    """\n'
        "    Description: a human being.\n"
        "    Examples: Ada\n"
        '    """\n'
        "    pass\n"
        "\n"
        '"""\n'
        "This is an object-oriented programming task: some Entity Classes are defined above. "
        "Please instantiate all the corresponding Entity Objects in the following sentence.\n"
        '"""\n'
        'sentence = "He said \\"hi\\"."\n'
    )


def test_import_based_prompts() -> None:
    """S0 §4.1.3: types are recalled first, closed or open, then instantiated."""
    closed = recalling(["Human", "SpatialEntity"], Task.NER, SENTENCE)
    assert closed.startswith("From Entity Import Human, SpatialEntity\n")
    opened = recalling([], Task.NER, SENTENCE, closed=False)
    assert "Import" not in opened.partition("According")[0]
    assert (
        "According to the Entity Types you have learned, please import all the possible Entity "
        "Types in the sentence." in opened
    )
    second = imported(["Human"], Task.NER, SENTENCE)
    assert second.startswith("From Entity Import Human\n")
    assert (
        "Some Entity Types are imported above. Please instantiate all the possible Entity Objects "
        "in the following sentence." in second
    )


def test_prompts_are_split_and_never_cut() -> None:
    """Every class is asked for once, within the limit; one that does not fit alone is refused."""
    ontology = Ontology(Concept(name=f"C{i}", description="word " * 20) for i in range(50))
    wanted = concepts_of(ontology, Task.NER)
    words = Scripted([]).tokens
    parts = list(partitioned(ontology, wanted, Task.NER, SENTENCE, limit=300, count=words))
    assert [name for group, _ in parts for name in group] == wanted
    assert all(words(prompt) <= 300 for _, prompt in parts)
    with pytest.raises(PromptTooLong):
        list(partitioned(ontology, wanted, Task.NER, SENTENCE, limit=30, count=words))


def test_a_model_is_asked_for_each_kind_and_read_as_data() -> None:
    """Answers are united, placed in the passage and checked; what is wrong is counted."""

    def answer(prompt: str) -> str:
        if "Entity Objects" in prompt:
            return 'results = [Human("Ada"), Human("Ada"), Human("Bob"), Robot("R2")]'
        if "Relation Objects" in prompt:
            return 'results = [PlaceOfBirth(Human("Ada"), SpatialEntity("London"))]'
        return "I cannot help with that."

    model = Scripted(answer)
    [extraction] = LanguageModelExtractor(model, ONTOLOGY).extract([Passage(SENTENCE)])
    assert len(model.asked) == 3
    first, second, birth = extraction.findings
    assert (first.span, second.span) == (Span(0, 3), Span(8, 11))
    assert isinstance(tail := birth.values["tail_entity"], Finding)
    assert tail.span == Span(15, 21)
    assert {d.code for d in extraction.dropped} >= {"not-in-text", "unknown-type"}


def test_the_version_tells_models_apart() -> None:
    """Another limit or another ontology is another extractor."""
    one = LanguageModelExtractor(Scripted([]), ONTOLOGY)
    assert one.version == LanguageModelExtractor(Scripted([]), ONTOLOGY).version
    assert one.version != LanguageModelExtractor(Scripted([]), ONTOLOGY, limit=9).version
    assert one.version != LanguageModelExtractor(Scripted([]), Ontology()).version


def test_an_argument_stands_nearest_to_its_trigger() -> None:
    """Of two places of a name the one by the trigger is meant (G39)."""
    text = "Ada. " + "So it was. " * 5 + "Then Ada graduated."
    event = Finding(
        "Education", {"name": "graduated", "student": (Finding("Human", {"name": "Ada"}),)}
    )
    [found] = placed(Extraction((event,)), text, ONTOLOGY).findings
    assert isinstance(students := found.values["student"], tuple)
    assert isinstance(students[0], Finding)
    assert students[0].span is not None
    assert text[students[0].span.start - 5 :].startswith("Then Ada")


def test_chinese_needs_no_spaces_to_be_placed() -> None:
    """Item 135."""
    found = placed(Extraction((Finding("Human", {"name": "姚期智"}),)), "据说姚期智。", ONTOLOGY)
    assert found.findings[0].span == Span(2, 5)


def test_ranges_are_checked() -> None:
    """A relation with the wrong end is dropped, an event loses the wrong argument only."""
    human, place = Finding("Human", {"name": "Ada"}), Finding("SpatialEntity", {"name": "London"})
    wrong = Finding("PlaceOfBirth", {"head_entity": place, "tail_entity": human})
    event = Finding("Education", {"name": "graduated", "student": (place, human)})
    checked = in_range(Extraction((wrong, event)), ONTOLOGY)
    [kept] = checked.findings
    assert kept.values["student"] == (human,)
    assert [d.code for d in checked.dropped] == ["range", "range"]


def test_finer_classes_climb_to_the_user_s() -> None:
    """University becomes Organization; what has no ancestor there is dropped (item 46)."""
    library = Ontology(
        [
            Concept(name="Organization"),
            Concept(name="University", parents=("Organization",)),
            Concept(name="Animal"),
        ]
    )
    wanted = Ontology([Concept(name="Organization")])
    said = Extraction((Finding("University", {"name": "U"}), Finding("Animal", {"name": "A"})))
    climbed = induced(said, library, wanted)
    assert [f.concept for f in climbed.findings] == ["Organization"]
    assert [d.code for d in climbed.dropped] == ["no-ancestor"]
