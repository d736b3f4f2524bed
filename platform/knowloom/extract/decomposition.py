"""A research topic becomes classes: what a model proposes, read as data (items 20 and 21).

The paper gives no prompt for this step (S0 §4.1.1), so the wording is our own. What comes back is
Python that is parsed and never run; each class stands or falls by itself.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from itertools import pairwise

from knowloom.errors import Fault, OntologyError
from knowloom.models.language_model import Conversation, Prompt
from knowloom.ontology.concepts import ROOTS, Concept, ConceptRange, Kind, Ontology
from knowloom.ontology.fitting import fitting
from knowloom.ontology.parse import parse

_TOKENS = 2000
_CODE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_CLASS = re.compile(r"^(?:# knowloom:.*\n)?class\s", re.MULTILINE)
_NO_CLASSES = frozenset({*ROOTS, "List", "Optional", "Union", "Literal", "Field"})
_ASKED = '''\
"""
You organise knowledge as Python classes. Below is a research topic. Decide which concepts have to
be collected from documents so that the topic can be worked on, and write one class for each.

- An entity is a subclass of Entity, something that happens is a subclass of Event, or either is a
  subclass of another class of yours or of the known classes.
- Properties, relations to other entities and the participants of events are annotated attributes
  with a default: str, int, float, bool, date, another class, or a list of them.
- The docstring begins with "Description: " and may go on with a line "Examples: ".

Write only classes, such as:

class AcademicPaper(Entity):
    \\"\\"\\"Description: a scholarly article.
    Examples: "Attention Is All You Need"
    \\"\\"\\"
    published: date | None = None
    authors: list[Person] = []
    citations: int | None = None
"""
known_classes = [{known}]
topic = "{topic}"
'''


def decomposition(topic: str, known: Ontology) -> Conversation[tuple[list[Concept], list[Fault]]]:
    """Ask which classes a topic needs.

    Args:
        topic: in any words.
        known: the classes that are there; a proposal may stand below them.

    Returns:
        The classes that can be, those of known names left out, and why others cannot.
    """
    names = ", ".join(f'"{c.name}"' for c in known)
    asked = _ASKED.replace("{known}", names).replace("{topic}", topic.replace('"', '\\"'))
    completion = yield Prompt(asked, limit=_TOKENS)
    return proposed_classes(completion.text, known)


def proposed_classes(text: str, known: Ontology) -> tuple[list[Concept], list[Fault]]:
    """Return the classes that a text defines, and what is wrong with the others.

    Args:
        text: Python among anything else.
        known: classes that may be referred to; a class of such a name is refused.

    >>> text = "class Award(Event):\\n    year: int | None = None"
    >>> made, faults = proposed_classes(text, Ontology())
    >>> [c.name for c in made], faults
    (['Award'], [])
    """
    code = "\n".join(_CODE.findall(text)) or text
    pieces = [_whole(piece) for piece in _pieces(code)]
    found: dict[str, Concept] = {}
    faults: list[Fault] = []
    for number, piece in enumerate(pieces, 1):
        try:
            [concept] = _alone(piece, f"class {number}")
        except OntologyError as error:
            faults += error.faults
            continue
        if concept.name in known or concept.name in found:
            faults.append(Fault(concept.name, "there is a class of this name", "duplicate"))
        else:
            found[concept.name] = concept
    return _fitting(found, known, faults)


def _pieces(code: str) -> list[str]:
    """Return the text of each class."""
    starts = [match.start() for match in _CLASS.finditer(code)]
    return [code[a:b] for a, b in pairwise([*starts, len(code)])]


def _whole(piece: str) -> str:
    """Return a class without what follows it that is no part of it."""
    lines = piece.splitlines()
    head = 1 + lines[0].startswith("#")
    behind = (i for i, line in enumerate(lines) if i >= head and line.strip())
    end = next((i for i in behind if not lines[i][0].isspace()), len(lines))
    return "\n".join(lines[:end])


def _alone(piece: str, where: str) -> list[Concept]:
    """Return the class of a piece; what it refers to need not be there."""
    try:
        tree = ast.parse(piece)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise OntologyError([Fault(where, f"is not Python: {error}", "syntax")]) from None
    own = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id[:1].isupper()}
    others = sorted(used - own - _NO_CLASSES)
    stubs = "".join(f"class {name}(Entity):\n    pass\n\n\n" for name in others)
    return [concept for concept in parse(f"{stubs}{piece}", where) if concept.name in own]


def _fitting(
    found: dict[str, Concept], known: Ontology, faults: list[Fault]
) -> tuple[list[Concept], list[Fault]]:
    """Return classes whose parents and ranges are there, and that make no circle."""
    there = {*found, *ROOTS, *(c.name for c in known)}
    made: list[Concept] = []
    for concept in found.values():
        parents = tuple(p for p in concept.parents if p in there) or (Kind.ENTITY.value,)
        kept = tuple(
            a
            for a in concept.attributes
            if not isinstance(a.range, ConceptRange) or there.issuperset(a.range.concepts)
        )
        faults += [
            Fault(f"{concept.name}.{a.name}", "it refers to a class that is not proposed", "range")
            for a in concept.attributes
            if a not in kept
        ]
        made.append(replace(concept, parents=parents, attributes=kept))
    made, wrong = fitting(known, made)
    return made, [*faults, *wrong]
