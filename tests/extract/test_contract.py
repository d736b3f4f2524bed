"""What every extractor promises; a class that extracts and is not here is a fault."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import knowloom.extract
from knowloom.extract.findings import Extractor, Finding, Passage
from knowloom.extract.gazetteer import Gazetteer, Name
from knowloom.extract.model import LanguageModelExtractor
from knowloom.extract.patterns import Patterns, Rules
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology

ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            examples=("Ada Lovelace",),
            attributes=(Attribute(name="home", range=ConceptRange(("City",))),),
            patterns=("{name} lives in {home}",),
        ),
        Concept(name="City", examples=("London",)),
    ]
)
PASSAGES = [
    Passage("Ada Lovelace lives in London."),
    Passage(""),
    Passage("  \n"),
    Passage("据说姚期智。 Ada Lovelace!"),
    Passage("\x00\ufeff " + "(" * 5000),
]


def _gazetteer() -> Gazetteer:
    return Gazetteer(ONTOLOGY, [Name("Ada Lovelace", "Person"), Name("London", "City")])


def _answer(prompt: str) -> str:
    return 'results = [Person("Ada Lovelace")]' if "Ada Lovelace lives" in prompt else "No."


EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    "Gazetteer": _gazetteer,
    "Patterns": lambda: Patterns(ONTOLOGY, _gazetteer()),
    "Rules": lambda: Rules(ONTOLOGY, _gazetteer()),
    "LanguageModelExtractor": lambda: LanguageModelExtractor(
        Scripted(_answer), ONTOLOGY, limit=100_000
    ),
}
# They need torch: tests/neural has the same promises.
ELSEWHERE = {"Gliner2", "Trained"}


@pytest.fixture(params=EXTRACTORS)
def extractor(request: pytest.FixtureRequest) -> Extractor:
    """Each extractor in turn."""
    return EXTRACTORS[request.param]()


def all_of(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield findings and those in them."""
    for finding in findings:
        yield finding
        for value in finding.values.values():
            parts = value if isinstance(value, tuple) else (value,)
            yield from all_of(tuple(p for p in parts if isinstance(p, Finding)))


def keeps_its_promises(extractor: Extractor) -> None:
    """Check one extraction a passage, in order, with places that count in the passage."""
    extractions = list(extractor.extract(PASSAGES))
    assert len(extractions) == len(PASSAGES)
    assert "Ada Lovelace" in {f.name for f in extractions[0].findings}
    assert extractions[1].findings == extractions[2].findings == ()
    for passage, extraction in zip(PASSAGES, extractions, strict=True):
        for finding in all_of(extraction.findings):
            assert finding.concept in ONTOLOGY
            assert set(finding.values) <= set(ONTOLOGY.attributes(finding.concept))
            if finding.span is not None:
                assert 0 <= finding.span.start < finding.span.end <= len(passage.text)
    assert list(extractor.extract([])) == []


def test_every_extractor_is_held_to_the_contract() -> None:
    """Whatever has an `extract` in the room of extractors is in the table above."""
    made: set[str] = set()
    for path in Path(next(iter(knowloom.extract.__path__))).rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(part, ast.FunctionDef) and part.name == "extract" for part in node.body
            ):
                made.add(node.name)
    assert made - {"Extractor"} == set(EXTRACTORS) | ELSEWHERE


def test_it_keeps_its_promises(extractor: Extractor) -> None:
    """With ordinary text, none, Chinese and rubbish."""
    keeps_its_promises(extractor)


def test_it_says_what_it_is(extractor: Extractor) -> None:
    """Name and version are part of every record's evidence; the same twice."""
    assert extractor.name
    assert extractor.version
    assert extractor.version == extractor.version.strip()


def test_the_same_passage_has_the_same_findings(extractor: Extractor) -> None:
    """Alone or among others."""
    together = list(extractor.extract(PASSAGES))
    alone = [one for passage in PASSAGES for one in extractor.extract([passage])]
    assert [t.findings for t in together] == [a.findings for a in alone]
