"""Ontologies as text, in every style there is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import orjson

from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import ROOTS, Ontology
from knowloom.ontology.render_annotated import render_annotated
from knowloom.ontology.render_executable import render_executable


class Style(StrEnum):
    """How an ontology is written down."""

    ANNOTATED = "annotated"
    KNOWCODER = "knowcoder"
    EXECUTABLE = "executable"
    JSON = "json"
    RDF = "rdf"


def render(
    ontology: Ontology, style: Style | str = Style.ANNOTATED, names: Iterable[str] | None = None
) -> str:
    """Return an ontology, or some concepts with all they need, as text.

    Args:
        ontology: the concepts.
        style: every style but `executable` reads back to equal concepts.
        names: which concepts; all when None.

    Raises:
        UnknownConcept: a name is no concept.
    """
    chosen = ontology if names is None else _part(ontology, names)
    match Style(style):
        case Style.ANNOTATED:
            return render_annotated(chosen)
        case Style.EXECUTABLE:
            return render_executable(chosen)
        case Style.JSON:
            return orjson.dumps(to_json(chosen), option=orjson.OPT_INDENT_2).decode() + "\n"
        case Style.KNOWCODER:
            from knowloom.ontology.render_knowcoder import render_knowcoder

            return render_knowcoder(chosen)
        case Style.RDF:
            from knowloom.ontology.as_rdf import to_rdf

            return to_rdf(chosen)


def _part(ontology: Ontology, names: Iterable[str]) -> Ontology:
    """Return the ontology of some concepts and all they need."""
    return Ontology(ontology[name] for name in ontology.closure(names) if name not in ROOTS)
