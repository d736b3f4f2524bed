"""Talks with a model: what it is shown, what it may answer, and what is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import PromptTooLong
from knowloom.extract.findings import Extraction, Finding, Passage, Trigger
from knowloom.extract.prompts import Tag, Task, direct, imported, instruction, recalling
from knowloom.extract.strategies import Asking, Search, Strategy, conversation, imports_in
from knowloom.models.language_model import converse
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Kind, Ontology

HUMANS = ConceptRange(("Human",))
ENTITIES = Ontology([Concept(name="Human"), Concept(name="City")])
EVENTS = Ontology(
    [
        Concept(name="Human"),
        Concept(
            name="Marriage",
            parents=("Event",),
            attributes=(Attribute(name="spouse", range=HUMANS, many=True),),
        ),
        Concept(name="Attack", parents=("Event",)),
    ]
)
SENTENCE = "Ada went to Rome."


def ask(
    model: Scripted,
    ontology: Ontology = ENTITIES,
    passage: Passage | None = None,
    *,
    strategy: Strategy = Strategy.AUTO,
    search: Search | None = None,
    limit: int = 2048,
) -> Extraction:
    """Return what a scripted model extracts."""
    asking = Asking(ontology, model.tokens, limit, strategy, search)
    return converse(model, conversation(passage or Passage(SENTENCE), asking))


def names(extraction: Extraction) -> list[tuple[str, object]]:
    """Return class and name of what was found."""
    return [(f.concept, f.name) for f in extraction.findings]


def test_a_data_set_s_name_stands_before_or_behind() -> None:
    """Item 52: S1's suffix and S3's prefix, word for word."""
    assert instruction(Task.NER, dataset="CoNLL2003-NER", tag=Tag.BEFORE) == (
        'This is an object-oriented programming task: For DATASET "CoNLL2003-NER", some Entity '
        "Classes are defined above. Please instantiate all the corresponding Entity Objects in "
        "the following sentence."
    )
    assert instruction(Task.ED, dataset="ACE05").endswith(
        "in the following sentence from DATASET ACE05."
    )


def test_event_detection_shows_classes_with_arguments_by_position() -> None:
    """G12: positional for triggers, by keyword for arguments."""
    assert 'arg_names = ["spouse"]' in direct(EVENTS, ["Marriage"], Task.ED, SENTENCE)
    assert "spouse: List[Human]" in direct(EVENTS, ["Marriage"], Task.EAE, SENTENCE)


def test_closed_domain_shows_all_names_then_those_imported() -> None:
    """Two calls; the second prompt holds the recalled types only (item 35)."""
    model = Scripted(["Import City\nImport Robot", 'results = [City("Rome")]'])
    extraction = ask(model, strategy=Strategy.CLOSED)
    assert [prompt.text for prompt in model.asked] == [
        recalling(["Human", "City"], Task.NER, SENTENCE),
        imported(["City"], Task.NER, SENTENCE),
    ]
    assert names(extraction) == [("City", "Rome")]
    assert [(d.code, d.given) for d in extraction.dropped] == [("unknown-type", "import Robot")]


def test_open_domain_shows_nothing() -> None:
    """What is recalled is held against the library, unknown types counted (item 36)."""
    model = Scripted(["from Entities import Human, Wizard", 'results = [Human("Ada")]'])
    extraction = ask(model, strategy=Strategy.OPEN)
    assert model.asked[0].text == recalling([], Task.NER, SENTENCE, closed=False)
    assert "City" not in model.asked[0].text
    assert names(extraction) == [("Human", "Ada")]
    assert [d.code for d in extraction.dropped] == ["unknown-type"]


def test_nothing_imported_asks_nothing_more() -> None:
    """One call where no class occurs."""
    model = Scripted(["There are none."])
    assert ask(model, strategy=Strategy.CLOSED) == Extraction()


def test_retrieval_brings_names_first_then_definitions() -> None:
    """For models that were not trained on the ontology (G10)."""
    model = Scripted(["Import City", 'results = [City("Rome")]'])
    found = ask(model, strategy=Strategy.RETRIEVAL, search=lambda _text, _kind: ["City", "Human"])
    assert [prompt.text for prompt in model.asked] == [
        recalling(["City", "Human"], Task.NER, SENTENCE),
        direct(ENTITIES, ["City"], Task.NER, SENTENCE),
    ]
    assert names(found) == [("City", "Rome")]


def large() -> Ontology:
    """Return an ontology that no prompt holds."""
    return Ontology(
        Concept(name=f"C{i}", description="a thing of its own kind.") for i in range(2000)
    )


def test_a_large_ontology_is_searched() -> None:
    """Left open, the strategy follows the size: one prompt where all fits, else retrieval."""

    def search(_text: str, kind: Kind) -> list[str]:
        assert kind is Kind.ENTITY
        return [f"C{i}" for i in range(500)]

    model = Scripted(["Import C3", "results = []"])
    ask(model, large(), search=search)
    assert len(model.asked) == 2
    assert "C499" not in model.asked[0].text  # a hundred candidates at most
    assert "class C3(Entity)" in model.asked[1].text
    small = Scripted(["results = []"])
    ask(small, search=search)
    assert "class City(Entity)" in small.asked[0].text


@pytest.mark.parametrize("strategy", [Strategy.DIRECT, Strategy.CLOSED])
def test_prompts_are_split_to_the_limit(strategy: Strategy) -> None:
    """Every class is shown once, no prompt is longer than allowed (item 39)."""
    model = Scripted(lambda _: "results = []")
    ask(model, large(), strategy=strategy, limit=400)
    assert all(model.tokens(prompt.text) <= 400 for prompt in model.asked)
    shown = " ".join(prompt.text for prompt in model.asked)
    assert all(f"C{i}" in shown for i in range(0, 2000, 97))


def test_a_class_that_leads_far_is_shown_lean() -> None:
    """Its own attributes are all there, what they lead to is not."""
    far = [
        Concept(
            name=f"C{i}",
            description="a thing of its own kind.",
            attributes=(Attribute(name="next", range=ConceptRange((f"C{i + 1}",))),),
        )
        for i in range(200)
    ]
    ontology = Ontology([*far, Concept(name="C200")])
    model = Scripted(lambda _: "results = []")
    ask(model, ontology, strategy=Strategy.DIRECT, limit=300)
    assert all(model.tokens(prompt.text) <= 300 for prompt in model.asked)
    assert "next: C1 = None" in model.asked[0].text
    assert "class C2(" not in model.asked[0].text


def test_a_passage_that_does_not_fit_is_refused() -> None:
    """Nothing is cut."""
    long = Passage("word " * 300)
    with pytest.raises(PromptTooLong):
        ask(Scripted(lambda _: ""), ENTITIES, long, strategy=Strategy.CLOSED, limit=200)


def test_triggers_first_then_arguments() -> None:
    """Only classes with a trigger are asked for arguments; a trigger without any stays."""
    model = Scripted(
        [
            "results = []",
            'results = [Marriage("married"), Attack("fought")]',
            'results = [Marriage(trigger="married", spouse=[Human("Ada")])]',
            "results = []",
        ]
    )
    text = "Ada married, then fought."
    extraction = ask(model, EVENTS, Passage(text))
    assert names(extraction) == [("Marriage", "married"), ("Attack", "fought")]
    assert extraction.findings[0].values["spouse"][0].name == "Ada"  # type: ignore[index, union-attr]
    assert model.asked[2].text == direct(
        EVENTS, ["Marriage"], Task.EAE, text, triggers=[Trigger("Marriage", "married")]
    )


def test_given_triggers_are_not_looked_for() -> None:
    """Item 48: the confirmed ones are told."""
    model = Scripted(["results = []", 'results = [Attack("hit")]'])
    given_one = Passage("They hit.", (Trigger("Attack", "hit"),))
    assert names(ask(model, EVENTS, given_one)) == [("Attack", "hit")]
    assert '"hit" is the trigger of event type "Attack".' in model.asked[1].text


def test_a_damaged_answer_is_asked_for_once_more() -> None:
    """What was whole is kept, what is mended replaces what was broken."""
    model = Scripted(['results = [Human("Ada"), City("Ro', 'results = [City("Rome")]'])
    extraction = ask(model)
    assert names(extraction) == [("Human", "Ada"), ("City", "Rome")]
    assert 'City("Ro' in model.asked[1].text
    assert "truncated" not in {d.code for d in extraction.dropped}


def test_what_stays_damaged_is_counted() -> None:
    """One repair and no more."""
    model = Scripted(['results = [City("Ro', "I am sorry."])
    extraction = ask(model)
    assert extraction.findings == ()
    assert "truncated" in {d.code for d in extraction.dropped}


def test_retrieval_without_a_search_is_a_mistake_of_the_caller() -> None:
    """It is said before anything is asked."""
    with pytest.raises(ValueError, match="search"):
        ask(Scripted([]), strategy=Strategy.RETRIEVAL)


@given(st.text())
def test_any_text_may_be_read_for_imports(text: str) -> None:
    """Names only, each once."""
    found = imports_in(text)
    assert len(found) == len(set(found))
    assert imports_in("".join(f"Import {name}\n" for name in found)) == found


def test_findings_are_united() -> None:
    """Two groups that say the same say it once (item 38)."""
    model = Scripted(lambda _: 'results = [C1("Ada")]')
    found = ask(model, large(), strategy=Strategy.DIRECT, limit=4000)
    assert found.findings == (Finding("C1", {"name": "Ada"}, found.findings[0].span),)
