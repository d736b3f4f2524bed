"""The extractors by name, made ready for one knowledge base."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from knowloom.base import KnowledgeBase
from knowloom.errors import ExtraMissing, UsageError
from knowloom.extract.findings import Extractor
from knowloom.extract.gazetteer import Gazetteer, Name, known_names
from knowloom.extract.patterns import Patterns, Rules
from knowloom.session import knowledge_base
from knowloom.settings import Settings, load_settings
from knowloom.store import documents as stored

NAMES = ("rules", "gazetteer", "patterns", "model")


def extractor_named(name: str, kb: KnowledgeBase, settings: Settings | None = None) -> Extractor:
    """Return an extractor that knows the classes and the names of a knowledge base.

    Args:
        name: `rules` (gazetteer and patterns), `gazetteer`, `patterns`, `model`, or the folder of
            a trained one.
        kb: its ontology declares the patterns; the names are its instances' and the examples of
            its classes.
        settings: name the language model; those that hold in the current directory when None.

    Raises:
        UsageError: no extractor is called so, or no model is set.
        OntologyError: a pattern of the ontology is faulty.
    """
    if name not in NAMES:
        return trained(name)
    if name == "model":
        return _model(kb, load_settings() if settings is None else settings)
    gazetteer = Gazetteer(kb.ontology, chain(known_names(kb.ontology), _names(kb)))
    if name == "gazetteer":
        return gazetteer
    return (Rules if name == "rules" else Patterns)(kb.ontology, gazetteer)


def trained(folder: str) -> Extractor:
    """Return the trained extractor in a folder.

    Raises:
        UsageError: there is no such folder, and no extractor of that name.
        ExtraMissing: torch is not installed.
        NotTrained: the folder holds no extractor.
    """
    if not Path(folder).is_dir():
        known = f"{', '.join(NAMES)}, or the folder of a trained one"
        raise UsageError(f"no extractor is called {folder!r}: use {known}")
    try:
        from knowloom.extract.neural.trained import load
    except ModuleNotFoundError as error:
        raise ExtraMissing("a trained extractor", "neural") from error
    return load(Path(folder))


@contextmanager
def extractor_for(name: str, settings: Settings) -> Generator[Extractor]:
    """Yield an extractor; one that is trained needs no database."""
    if name not in NAMES:
        yield trained(name)
        return
    with knowledge_base(settings) as kb:
        yield extractor_named(name, kb, settings)


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
