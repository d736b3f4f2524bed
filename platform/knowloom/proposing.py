"""Proposing: a topic becomes classes in the review queue, by a model or from texts (item 20)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from knowloom.base import KnowledgeBase
from knowloom.documents.chunks import chunks
from knowloom.documents.read import documents_in, read
from knowloom.documents.sentences import sentences
from knowloom.errors import DocumentUnreadable, Fault
from knowloom.extract.decomposition import decomposition
from knowloom.extract.discovery import Found, discovered
from knowloom.knowledge.proposal import About, Deed, Proposal
from knowloom.models.language_model import LanguageModel, converse
from knowloom.ontology.align import normal_form
from knowloom.ontology.as_json import concept_to_json
from knowloom.ontology.concepts import Attribute, Concept, Kind, Ontology, Scalar
from knowloom.ontology.fitting import fitting
from knowloom.ontology.names import attribute_name, concept_name
from knowloom.queueing import queue
from knowloom.store import documents as stored

_EXAMPLES = 5
_ATTRIBUTES = 8
# What the last word of an attribute's name says of its values.
_RANGES = {
    "date": Scalar.DATE,
    "birthday": Scalar.DATE,
    "year": Scalar.INT,
    "number": Scalar.INT,
    "count": Scalar.INT,
    "population": Scalar.INT,
    "age": Scalar.INT,
    "length": Scalar.FLOAT,
    "height": Scalar.FLOAT,
    "weight": Scalar.FLOAT,
    "price": Scalar.FLOAT,
}


@dataclass(slots=True)
class Proposed:
    """What was proposed for a topic.

    Args:
        proposals: all of them, as they stand in the queue.
        new: the ids of those that did not wait there before.
        faults: documents that could not be read, and classes that cannot be.
    """

    proposals: list[Proposal] = field(default_factory=list[Proposal])
    new: list[str] = field(default_factory=list[str])
    faults: list[Fault] = field(default_factory=list[Fault])


def propose_by_model(
    kb: KnowledgeBase, topic: str, model: LanguageModel, *, dry_run: bool = False
) -> Proposed:
    """Ask a model which classes a topic needs, and put them into the review queue.

    Raises:
        ModelError: the model could not be asked.
    """
    concepts, faults = converse(model, decomposition(topic, kb.ontology))
    done = Proposed(faults=faults)
    why = (f"{model.name} proposed it for {topic!r}",)
    done.proposals = [proposal(concept, 0.5, why, model.name) for concept in concepts]
    return _queued(kb, done, dry_run=dry_run)


def propose_from_texts(
    kb: KnowledgeBase,
    topic: str,
    paths: Sequence[Path] = (),
    *,
    most: int = 20,
    dry_run: bool = False,
) -> Proposed:
    """Find the classes that documents speak of, and put them into the review queue.

    Args:
        kb: whose queue; classes that its ontology has are not proposed.
        topic: what the classes should be about.
        paths: documents and folders of them; those that were extracted before when there are none.
        most: how many classes at most.
        dry_run: put nothing into the queue.
    """
    done = Proposed()
    texts = _read(paths, done.faults) if paths else stored.texts(kb.database)
    said = (text[s.start : s.end] for text in texts for s in sentences(text))
    found = discovered(said, topic, most=most + len(kb.ontology))
    concepts, faults = fitting(kb.ontology, _concepts(found, kb.ontology))
    done.faults += faults
    by_name = {concept_name(one.phrase): one for one in found}
    for concept in concepts[:most]:
        one = by_name[concept.name]
        sure = round(one.weight / (one.weight + 5), 2)
        done.proposals.append(proposal(concept, sure, one.said, "texts"))
    return _queued(kb, done, dry_run=dry_run)


def proposal(concept: Concept, confidence: float, why: Iterable[str], proposer: str) -> Proposal:
    """Return the proposal of a class."""
    return Proposal(
        about=About.CONCEPT,
        subject=concept.name,
        body=concept_to_json(concept),
        confidence=confidence,
        why=tuple(why),
        deeds=(Deed("proposed", proposer, datetime.now(UTC)),),
    )


def _queued(kb: KnowledgeBase, done: Proposed, *, dry_run: bool) -> Proposed:
    if not dry_run:
        done.proposals, done.new = queue(kb, done.proposals)
    return done


def _read(paths: Sequence[Path], faults: list[Fault]) -> Iterator[str]:
    """Yield the texts of documents, sentence overlap left out; note those that cannot be read."""
    files, passed_over = documents_in(paths)
    faults += passed_over
    for path in files:
        try:
            for chunk in chunks(read(path).sections, overlap=0):
                yield chunk.text
        except DocumentUnreadable as error:
            faults.append(Fault(path.as_posix(), error.why, error.code))


def _concepts(found: Sequence[Found], ontology: Ontology) -> list[Concept]:
    """Return a class for each thing found that the ontology lacks."""
    known = {
        normal_form(name): c.name
        for c in ontology
        for name in (c.name, c.title, *c.aliases)
        if name
    }
    own = {one.phrase: concept_name(one.phrase) for one in found}
    names = {phrase: known.get(normal_form(name), name) for phrase, name in own.items()}
    there = {c.name for c in ontology}
    new = [one for one in found if names[one.phrase] == own[one.phrase] not in there]
    return list({c.name: c for c in (_concept(one, names) for one in reversed(new))}.values())[
        ::-1
    ]


def _concept(one: Found, names: dict[str, str]) -> Concept:
    """Return the class that something found would be."""
    above = [names[phrase] for phrase, _ in one.above.most_common() if phrase in names]
    told = list(dict.fromkeys(attribute_name(text) for text, _ in one.told.most_common()))
    return Concept(
        name=names[one.phrase],
        parents=tuple(above[:1]) or (Kind.ENTITY.value,),
        examples=tuple(name for name, _ in one.examples.most_common(_EXAMPLES)),
        attributes=tuple(
            Attribute(name=name, range=_RANGES.get(name.rpartition("_")[2], Scalar.STR))
            for name in told[:_ATTRIBUTES]
            if name not in {"name", "aliases"}
        ),
    )
