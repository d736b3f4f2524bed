"""What the loaders of triples share: an ontology gives triples their meaning."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from knowloom.knowledge.infer import infer_ontology
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.plugins import Proposal, source_name
from knowloom.knowledge.record import Reject, Statement
from knowloom.knowledge.triples import RDF_TYPE, Triple, Vocabulary, statements
from knowloom.ontology.concepts import ROOTS, Ontology
from knowloom_loaders.labels import read_labels


class Linked(ABC):
    """A loader of triples; a format says only how they are read.

    Of a mapping it heeds `source`, `encoding` and `labels`.
    """

    kind: str
    suffixes: tuple[str, ...]
    named: bool  # whether things are called by names, which may serve as their keys

    @abstractmethod
    def triples(self, path: Path, encoding: str = "") -> Iterator[Triple | Reject]:
        """Yield the triples of a file.

        Args:
            path: the file.
            encoding: of text formats; empty to find it out.

        Raises:
            SourceError: the file cannot be read at all, or not any further.
        """

    def propose(self, path: Path, ontology: Ontology) -> Proposal:
        """Return the ontology given if it knows any predicate, else one inferred in addition.

        See `Loader.propose`.
        """
        vocabulary = Vocabulary(ontology)
        if any(_is_known(t, vocabulary) for t in self.triples(path) if isinstance(t, Triple)):
            return Proposal(Mapping(), ontology)
        inferred = infer_ontology(self.triples(path), ontology)
        return Proposal(Mapping(), inferred.ontology, inferred.added)

    def statements(
        self, path: Path, *, ontology: Ontology, mapping: Mapping | None = None, source: str = ""
    ) -> Iterator[Statement]:
        """Yield what a file says, which is read twice; see `Loader.statements`."""
        mapping = mapping or Mapping()
        labels = read_labels(Path(mapping.labels)) if mapping.labels else {}
        triples = partial(self.triples, path, mapping.encoding)
        name = source_name(path, mapping, source)
        yield from statements(triples, ontology, source=name, labels=labels, named=self.named)


def _is_known(triple: Triple, vocabulary: Vocabulary) -> bool:
    """Return whether a triple says something that only this ontology can mean."""
    if triple.predicate == RDF_TYPE:
        return isinstance(triple.object, str) and vocabulary.concept(triple.object) is not None
    return any(m.concept not in ROOTS for m in vocabulary.meanings(triple.predicate))
