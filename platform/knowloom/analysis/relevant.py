"""Ontology search: the classes that matter to a task (spec 77)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import orjson

from knowloom.analysis.definitions import definitions
from knowloom.analysis.vocabulary import Vocabulary
from knowloom.analysis.words import words_of
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology

_LONGEST = 3  # words of a name


class Form(StrEnum):
    """The forms in which classes are shown."""

    CODE = "code"
    JSON = "json"
    TEXT = "text"


def relevant(task: str, vocabulary: Vocabulary, more: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the classes that a task speaks of, by their names or those of their attributes.

    A class of its own counts before one that has an attribute of the name; `more` counts where the
    words mean nothing.

    Args:
        task: what is asked.
        vocabulary: the words of the ontology.
        more: classes of the things that the task names, and of a search for its words.

    >>> from knowloom.ontology.concepts import Attribute, Concept
    >>> paper = Concept(name="AcademicPaper", attributes=(Attribute(name="citation_count"),))
    >>> relevant("citation trend of papers", Vocabulary(Ontology([paper, Concept(name="Dog")])))
    ('AcademicPaper',)
    """
    words = [word.stem for word in words_of(task)]
    classes: dict[str, None] = {}
    owners: dict[str, None] = {}
    for length in range(_LONGEST, 0, -1):
        for start in range(len(words) - length + 1):
            noun = vocabulary.noun(words[start : start + length])
            classes.update(dict.fromkeys(noun.classes))
            owners.update(dict.fromkeys(path.owner for path in noun.paths))
    if not classes and not owners:
        classes.update(dict.fromkeys(_partly(words, vocabulary)))
    known = [n for n in (*classes, *owners) if vocabulary.ontology[n].parents]
    return tuple(dict.fromkeys(known)) or tuple(dict.fromkeys(more))


def _partly(words: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """Return the classes of whose name a task has a part."""
    said = set(words)
    return [c.name for c in vocabulary.ontology if vocabulary.class_stems(c.name) & said]


def shown(ontology: Ontology, form: Form) -> str:
    """Return classes as code, JSON or text."""
    if form is Form.CODE:
        return definitions(ontology)
    if form is Form.JSON:
        return orjson.dumps(to_json(ontology), option=orjson.OPT_INDENT_2).decode()
    lines: list[str] = []
    for concept in ontology:
        lines.append(
            f"{concept.name} ({', '.join(concept.parents)}): {concept.description}".strip()
        )
        for a in concept.attributes:
            kind = " or ".join(getattr(a.range, "concepts", ())) or str(a.range)
            lines.append(f"  {a.name}: {'several ' if a.many else ''}{kind}")
    return "\n".join(lines)
