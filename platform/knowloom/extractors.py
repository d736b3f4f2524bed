"""The extractors by name, made ready for one knowledge base."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from knowloom.base import KnowledgeBase
from knowloom.errors import ExtraMissing, UsageError
from knowloom.extract.findings import Extractor
from knowloom.extract.gazetteer import Gazetteer, Name, known_names
from knowloom.extract.neural.gliner2 import is_gliner2
from knowloom.extract.patterns import Patterns, Rules
from knowloom.models.metered import Metered, Spent
from knowloom.models.named import model_named
from knowloom.ontology.concepts import Kind, Ontology
from knowloom.session import knowledge_base
from knowloom.settings import Settings, load_settings
from knowloom.store import documents as stored
from knowloom.store.database import Database
from knowloom.store.search import Kind as Searched
from knowloom.store.search import search

_MOST_HITS = 1000  # classes of all kinds that a search looks at
NAMES = ("rules", "gazetteer", "patterns", "model")


def extractor_named(
    name: str,
    kb: KnowledgeBase,
    settings: Settings | None = None,
    spent: Spent | None = None,
) -> Extractor:
    """Return an extractor that knows the classes and the names of a knowledge base.

    Args:
        name: `rules` (gazetteer and patterns), `gazetteer`, `patterns`, `model`, or the folder of
            a trained one or of weights of GLiNER2.
        kb: its ontology declares the patterns; the names are its instances' and the examples of
            its classes.
        settings: name the language model; those that hold in the current directory when None.
        spent: counts what a language model is asked.

    Raises:
        UsageError: no extractor is called so, or no model is set.
        OntologyError: a pattern of the ontology is faulty.
    """
    if name not in NAMES:
        return trained(name, kb.ontology)
    if name == "model":
        return _model(kb, settings or load_settings(), spent or Spent())
    gazetteer = Gazetteer(kb.ontology, chain(known_names(kb.ontology), _names(kb)))
    if name == "gazetteer":
        return gazetteer
    return (Rules if name == "rules" else Patterns)(kb.ontology, gazetteer)


def trained(folder: str, ontology: Ontology) -> Extractor:
    """Return the trained extractor in a folder; weights of GLiNER2 look for an ontology's classes.

    Raises:
        UsageError: there is no such folder, and no extractor of that name.
        ExtraMissing: torch or gliner2 is not installed.
        NotTrained: the folder holds no extractor.
    """
    if not Path(folder).is_dir():
        known = f"{', '.join(NAMES)}, or the folder of a trained one"
        raise UsageError(f"no extractor is called {folder!r}: use {known}")
    if is_gliner2(Path(folder)):
        return _gliner2(Path(folder), ontology)
    try:
        from knowloom.extract.neural.trained import load
    except ModuleNotFoundError as error:
        raise ExtraMissing("a trained extractor", "neural") from error
    return load(Path(folder))


@contextmanager
def extractor_for(
    name: str, settings: Settings, spent: Spent | None = None
) -> Generator[Extractor]:
    """Yield an extractor; one that is trained needs no database."""
    if name not in NAMES and not is_gliner2(Path(name)):
        yield trained(name, Ontology([]))
        return
    with knowledge_base(settings) as kb:
        yield extractor_named(name, kb, settings, spent)


def _gliner2(folder: Path, ontology: Ontology) -> Extractor:
    from knowloom.extract.neural.gliner2 import load

    try:
        return load(folder, ontology)
    except ModuleNotFoundError as error:
        raise ExtraMissing("an extractor with weights of GLiNER2", "gliner2") from error


def _model(kb: KnowledgeBase, settings: Settings, spent: Spent) -> Extractor:
    """Return the extractor that asks the model of the settings, each question once."""
    from knowloom.extract.model import LanguageModelExtractor
    from knowloom.extract.strategies import Strategy
    from knowloom.models.cache import Cached

    cached = Cached(model_named(settings), kb.workspace / "answers.sqlite")
    return LanguageModelExtractor(
        Metered(cached, spent),
        kb.ontology,
        strategy=Strategy(settings.model_strategy),
        search=partial(classes_for, kb.database),
        limit=int(settings.model_context),
    )


def classes_for(database: Database, text: str, kind: Kind) -> list[str]:
    """Return the classes of a kind whose definitions share words with a text, best first."""
    hits = search(database, text, kind=Searched.CONCEPT, limit=_MOST_HITS)
    return [hit.id for hit in hits if kind in hit.labels]


def _names(kb: KnowledgeBase) -> Iterator[Name]:
    """Yield what the instances of a knowledge base are called."""
    for _, concept, name, aliases in stored.names(kb.database, kb.ontology):
        yield Name(name, concept)
        yield from (Name(alias, concept) for alias in aliases)
