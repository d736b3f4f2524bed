"""The extractors by name, made ready for one knowledge base."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from knowloom.base import KnowledgeBase
from knowloom.errors import UsageError
from knowloom.extract.findings import Extractor
from knowloom.extract.gazetteer import Gazetteer, Name, known_names
from knowloom.extract.patterns import Patterns, Rules
from knowloom.settings import Settings, load_settings
from knowloom.store import documents as stored

NAMES = ("rules", "gazetteer", "patterns", "model")


def extractor_named(name: str, kb: KnowledgeBase, settings: Settings | None = None) -> Extractor:
    """Return an extractor that knows the classes and the names of a knowledge base.

    Args:
        name: `rules` (gazetteer and patterns), `gazetteer`, `patterns`, or `model`.
        kb: its ontology declares the patterns; the names are its instances' and the examples of
            its classes.
        settings: name the language model; those that hold in the current directory when None.

    Raises:
        UsageError: no extractor is called so, or no model is set.
        OntologyError: a pattern of the ontology is faulty.
    """
    if name not in NAMES:
        raise UsageError(f"no extractor is called {name!r}: use {', '.join(NAMES)}")
    if name == "model":
        return _model(kb, load_settings() if settings is None else settings)
    gazetteer = Gazetteer(kb.ontology, chain(known_names(kb.ontology), _names(kb)))
    if name == "gazetteer":
        return gazetteer
    return (Rules if name == "rules" else Patterns)(kb.ontology, gazetteer)


def _model(kb: KnowledgeBase, settings: Settings) -> Extractor:
    """Return the extractor that asks the model of the settings, each question once."""
    from knowloom.extract.model import LanguageModelExtractor
    from knowloom.models.cache import Cached
    from knowloom.models.openai_compatible import OpenAICompatible

    if not settings.model:
        raise UsageError("no language model is set: set KNOWLOOM_MODEL and KNOWLOOM_MODEL_URL")
    model = OpenAICompatible(settings.model_url, settings.model, settings.model_key)
    cached = Cached(model, kb.workspace / "answers.sqlite")
    return LanguageModelExtractor(cached, kb.ontology, limit=int(settings.model_context))


def _names(kb: KnowledgeBase) -> Iterator[Name]:
    """Yield what the instances of a knowledge base are called."""
    for _, concept, name, aliases in stored.names(kb.database, kb.ontology):
        yield Name(name, concept)
        yield from (Name(alias, concept) for alias in aliases)
