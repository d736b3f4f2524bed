"""Templates: sentences with slots, as the ontology's `patterns` declare them, made ready to match.

A template is plain words with slots in braces that name attributes of its class: `{name} was born
in {born_in}`. `[…]` may be missing, `(a|b)` is one of several, `...` skips a few words. An
attribute that holds many takes an enumeration (`A, B and C`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowloom.errors import Fault, OntologyError
from knowloom.extract.dates import DATE
from knowloom.ontology.concepts import Attribute, Concept, Enumeration, Ontology, Scalar

FIRST_MARK = 0xE100  # a mention stands in a sentence as one character of Unicode's private area
LAST_MARK = 0xF8FF
_MARK = f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]"
_THE = r"(?:[Tt]he\s+)?"
_ONE = rf"{_THE}{_MARK}"
_MANY = rf"{_ONE}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|、|和){_ONE})*"
_NUMBER = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?"
_PART = re.compile(r"\{(\w+)\}|(\.\.\.|…)|([\[\]()|])|(\s+)|([^\s\[\]()|{}…]+)")
_CAPITAL = re.compile(r"[A-ZÀ-Þ][\w\u2019'.\-]*(?:\s+[A-ZÀ-Þ][\w\u2019'.\-]*)*")


@dataclass(frozen=True, slots=True)
class Template:
    """A template that is ready to match.

    Args:
        concept: the class that declares it.
        slots: attribute of each slot by the name of its group.
        expression: matches a sentence in which mentions are marks.
        text: as declared.
    """

    concept: str
    slots: Mapping[str, Attribute]
    expression: re.Pattern[str]
    text: str


def templates(ontology: Ontology) -> list[Template]:
    """Return the templates of all classes.

    Raises:
        OntologyError: a template is faulty; all faults at once.
    """
    found: list[Template] = []
    faults: list[Fault] = []
    for concept in ontology:
        for text in concept.patterns:
            try:
                found.append(_compiled(concept, ontology.attributes(concept.name), text))
            except ValueError as problem:
                what = f"the pattern {text!r} {problem}"
                faults.append(Fault(concept.name, what, "pattern"))
    if faults:
        raise OntologyError(faults)
    return found


def reserved(made: Iterable[Template]) -> re.Pattern[str] | None:
    """Return what matches the capitalised words of templates, which are no names there."""
    words = {
        phrase
        for template in made
        for phrase in _CAPITAL.findall(re.sub(r"\{\w+\}", " | ", template.text))
    }
    if not words:
        return None
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b")


def read_number(text: str, attribute: Attribute) -> int | float:
    """Return a number; thousands may be parted by commas.

    Raises:
        ValueError: the attribute takes whole numbers and this is none.
    """
    plain = text.replace(",", "")
    return int(plain) if attribute.range is Scalar.INT else float(plain)


def _compiled(concept: Concept, attributes: Mapping[str, Attribute], text: str) -> Template:
    """Return a template; a ValueError continues its text."""
    slots: dict[str, Attribute] = {}
    expression = "".join(_parts(text, attributes, slots))
    if not slots:
        raise ValueError("has no slot; name an attribute in braces")
    try:
        made = re.compile(rf"(?<!\w){expression}(?!\w)")
    except re.error as error:
        raise ValueError(f"has unbalanced brackets ({error.msg})") from None
    return Template(concept.name, slots, made, text)


def _parts(
    text: str, attributes: Mapping[str, Attribute], slots: dict[str, Attribute]
) -> Iterator[str]:
    """Yield a template part by part as a regular expression, noting its slots."""
    position = 0
    for part in _PART.finditer(text):
        if part.start() != position:
            raise ValueError(f"cannot be read at {text[position : part.start()]!r}")
        position = part.end()
        slot, gap, bracket, space, word = part.groups()
        if slot:
            yield _slot(slot, attributes, slots)
        elif gap:
            yield r"[^.!?。\uff01\uff1f]{0,60}?"
        elif bracket:
            yield {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}[bracket]
        elif space:
            yield r"\s*"
        else:
            yield rf"{re.escape(word)}"
    if position != len(text):
        raise ValueError(f"cannot be read at {text[position:]!r}")


def _slot(name: str, attributes: Mapping[str, Attribute], slots: dict[str, Attribute]) -> str:
    if (attribute := attributes.get(name)) is None:
        raise ValueError(f"names {name!r}, which is no attribute of its class")
    if name in slots:
        raise ValueError(f"names {name!r} twice")
    slots[name] = attribute
    return f"(?P<{name}>{_expression(attribute)})"


def _expression(attribute: Attribute) -> str:
    """Return what the slot of an attribute matches."""
    match attribute.range:
        case Scalar.DATE | Scalar.DATETIME:
            return DATE
        case Scalar.INT | Scalar.FLOAT:
            return _NUMBER
        case Enumeration(values):
            return "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
        case Scalar.BOOL:
            raise ValueError(f"has a slot for {attribute.name}, which is true or false")
        case _:
            return _MANY if attribute.many else _ONE
