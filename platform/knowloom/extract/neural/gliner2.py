"""Weights of GLiNER2 (Zaratiana et al., 2025) as an extractor, for people who have them.

It is asked for the classes of the ontology by their names in words, entities with their
definitions, and knows nothing of them otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any

from knowloom.errors import NotTrained
from knowloom.extract.findings import Extraction, Finding, Passage, Span
from knowloom.ontology.concepts import Concept, ConceptRange, Kind, Ontology
from knowloom.ontology.names import relationship_type

CONFIGURATION = "config.json"
_WEIGHTS = "model.safetensors"
_AT_ONCE = 8
_WORDS, _OVERLAP = 160, 32  # of a text that is looked at in one piece


class Gliner2:
    """Finds entities and relations of the classes that an ontology has.

    Args:
        model: with its weights.
        ontology: whose classes are looked for; abstract ends are looked for by their own names.
        version: tells its weights from others.
        least: the confidence, 0 to 1, from which on something counts as found.
    """

    name = "gliner2"

    def __init__(
        self, model: Any, ontology: Ontology, version: str, *, least: float = 0.5
    ) -> None:
        self._model = model
        self.version = version
        self._least = least
        self._entities = _asked(ontology, Kind.ENTITY)
        self._relations = _asked(ontology, Kind.RELATION)
        self._ends = {
            name: (_end(ontology, name, "head_entity"), _end(ontology, name, "tail_entity"))
            for name in self._relations.values()
        }

    def extract(self, passages: Sequence[Passage]) -> Iterator[Extraction]:
        """Yield the entities of each passage, then the relations between them."""
        spoken = [i for i, passage in enumerate(passages) if passage.text.strip()]
        answers: list[Mapping[str, Any]] = []
        if spoken and (self._entities or self._relations):
            answers = self._model.batch_extract_long(
                [passages[i].text for i in spoken],
                self._schema(),
                batch_size=_AT_ONCE,
                threshold=self._least,
                include_confidence=True,
                include_spans=True,
                chunk_size=_WORDS,
                chunk_overlap=_OVERLAP,
            )
        found = dict(zip(spoken, answers, strict=False))
        yield from (self._one(found.get(i, {}), p.text) for i, p in enumerate(passages))

    def _schema(self) -> Any:
        schema = self._model.create_schema()
        if self._entities:
            schema = schema.entities(dict.fromkeys(self._entities, ""))
        if self._relations:
            schema = schema.relations(list(self._relations))
        return schema

    def _one(self, answer: Mapping[str, Any], text: str) -> Extraction:
        """Return what one answer says, each place taken for the class it is surest of."""
        said = [
            (float(each["confidence"]), self._entities[words], each)
            for words, found in answer.get("entities", {}).items()
            for each in found
            if _stands(each, text)
        ]
        entities: dict[Span, Finding] = {}
        for sure, concept, each in sorted(said, key=lambda one: (-one[0], one[1])):
            span = Span(each["start"], each["end"])
            entities.setdefault(span, Finding(concept, {"name": each["text"]}, span, sure))
        findings = list(entities.values())
        for words, pairs in answer.get("relation_extraction", {}).items():
            there = [p for p in pairs if _stands(p["head"], text) and _stands(p["tail"], text)]
            findings += self._related(self._relations[words], there, entities)
        return Extraction(tuple(findings))

    def _related(
        self, relation: str, pairs: Sequence[Mapping[str, Any]], entities: Mapping[Span, Finding]
    ) -> Iterator[Finding]:
        """Yield the relations of one class, each pair of places once."""
        seen: set[tuple[Span, Span]] = set()
        for pair in pairs:
            ends = (pair["head"], pair["tail"])
            head, tail = (Span(end["start"], end["end"]) for end in ends)
            if head == tail or (head, tail) in seen:
                continue
            seen.add((head, tail))
            values = {
                role: entities.get(span) or Finding(concept, {"name": end["text"]}, span)
                for role, span, end, concept in zip(
                    ("head_entity", "tail_entity"),
                    (head, tail),
                    ends,
                    self._ends[relation],
                    strict=True,
                )
            }
            sure = min(float(end["confidence"]) for end in ends)
            yield Finding(relation, values, None, sure)


def _stands(each: Mapping[str, Any], text: str) -> bool:
    """Return whether a place holds what is said of it; stand-ins for odd characters do not."""
    return bool(each["text"].strip()) and text[each["start"] : each["end"]] == each["text"]


def is_gliner2(folder: Path) -> bool:
    """Return whether a folder holds weights of GLiNER2."""
    return (folder / CONFIGURATION).is_file() and (folder / _WEIGHTS).is_file()


def load(folder: Path, ontology: Ontology) -> Gliner2:
    """Return the extractor of the weights in a folder; nothing is downloaded.

    Raises:
        NotTrained: the folder cannot be used.
        ModuleNotFoundError: `gliner2` is not installed.
    """
    from gliner2 import AutoExtractor

    with (folder / _WEIGHTS).open("rb") as file:
        version = file_digest(file, "sha256").hexdigest()[:16]
    try:
        model = AutoExtractor.from_pretrained(str(folder))
    except (OSError, ValueError, RuntimeError) as error:
        raise NotTrained(folder, f"GLiNER2 cannot read it: {error}") from error
    return Gliner2(model, ontology, version)


def _asked(ontology: Ontology, kind: Kind) -> dict[str, str]:
    """Return the classes of a kind by their names in words, the roots left out."""
    concepts = [c for c in ontology if c.parents and ontology.kind(c.name) is kind]
    return {_words(concept): concept.name for concept in concepts}


def _words(concept: Concept) -> str:
    return (concept.title or relationship_type(concept.name).replace("_", " ")).lower()


def _end(ontology: Ontology, relation: str, role: str) -> str:
    """Return the class that the end of a relation has when nothing else is known."""
    attribute = ontology.attributes(relation).get(role)
    if attribute is None or not isinstance(attribute.range, ConceptRange):
        return "Entity"
    return attribute.range.concepts[0]
