"""The patterns extractor: sentences that fit a template of the ontology become objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

from knowloom.documents.sentences import sentences
from knowloom.extract.dates import read_date
from knowloom.extract.findings import Dropped, Extraction, Finding, Passage, Said, Span
from knowloom.extract.gazetteer import Gazetteer
from knowloom.extract.mentions import Mentioned, Reader
from knowloom.extract.templates import (
    FIRST_MARK,
    LAST_MARK,
    Template,
    read_number,
    reserved,
    templates,
)
from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    ConceptRange,
    Enumeration,
    Ontology,
    Scalar,
)

# What a sentence seems to say ranks below what a table states.
CONFIDENCE = 0.9
_MARKS = re.compile(f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]")
_POSSESSIVE = re.compile(r"['\u2019]s\b")


class Unlike(Exception):
    """A sentence has the form of a template, but what stands in a slot cannot be meant."""


class Patterns:
    """Finds what the templates of an ontology say.

    Args:
        ontology: declares the templates, see `Concept.patterns`.
        gazetteer: what is known by name; a name it does not know takes the class of its slot.

    Raises:
        OntologyError: templates are faulty.

    >>> from knowloom.ontology.concepts import Concept
    >>> born = Attribute(name="born", range=Scalar.DATE)
    >>> template = "{name} was born on {born}"
    >>> person = Concept(name="Person", attributes=(born,), patterns=(template,))
    >>> ontology = Ontology([person])
    >>> patterns = Patterns(ontology, Gazetteer(ontology, []))
    >>> [extraction] = patterns.extract([Passage("In 1815 Ada was born on 10 December 1815.")])
    >>> extraction.findings[0].values
    {'name': 'Ada', 'born': datetime.date(1815, 12, 10)}
    """

    name = "patterns"

    def __init__(self, ontology: Ontology, gazetteer: Gazetteer) -> None:
        self._ontology = ontology
        self._gazetteer = gazetteer
        self._templates = templates(ontology)
        self._reserved = reserved(self._templates)

    @property
    def version(self) -> str:
        """A hash of all templates."""
        texts = "\n".join(f"{t.concept}: {t.text}" for t in self._templates)
        return blake2b(texts.encode(), digest_size=8).hexdigest()

    def extract(self, passages: Sequence[Passage]) -> Iterator[Extraction]:
        """Yield what the sentences of each passage say."""
        for passage in passages:
            text = _MARKS.sub(" ", passage.text)
            reader = Reader(self._ontology, self._gazetteer, self._reserved)
            findings: list[Finding] = []
            dropped: list[Dropped] = []
            for start, end in sentences(text):
                mentions = reader.read(text, start, end)
                said = _fullest(list(self._sentence(text, start, end, mentions, dropped)))
                findings += said
                reader.remember(_typed(mentions, said))
            yield Extraction(tuple(findings), tuple(dropped))

    def _sentence(
        self,
        text: str,
        start: int,
        end: int,
        mentions: Sequence[Mentioned],
        dropped: list[Dropped],
    ) -> Iterator[Finding]:
        """Yield what one sentence says."""
        marked, kept = _marked(text, start, end, mentions)
        for template in self._templates:
            for found in template.expression.finditer(marked):
                try:
                    yield self._finding(template, found, kept)
                except Unlike as problem:
                    given = text[start:end][:500]
                    dropped.append(Dropped("slot", f"{template.text}: {problem}", given))

    def _finding(
        self, template: Template, found: re.Match[str], mentions: Sequence[Mentioned]
    ) -> Finding:
        """Return the object that a fitting sentence speaks of."""
        groups = {name: value for name, value in found.groupdict().items() if value is not None}
        values = {
            name: self._said(template.slots[name], text, mentions) for name, text in groups.items()
        }
        concept, span = template.concept, None
        if "name" in groups:
            named = _named(groups["name"], mentions)[0]
            concept = self._class(named, (concept,))
            span = Span(named.start, named.end)
        elif template.concept in self._ontology and not set(ENDS) & groups.keys():
            first = next(iter(_named(found[0], mentions)), None)
            span = Span(first.start, first.end) if first else None
        return Finding(concept, values, span, CONFIDENCE)

    def _said(
        self, attribute: Attribute, text: str, mentions: Sequence[Mentioned]
    ) -> Said | Finding | tuple[Said | Finding, ...]:
        """Return what stands in a slot, as its attribute takes it."""
        try:
            if attribute.range in {Scalar.DATE, Scalar.DATETIME}:
                return read_date(text)
            if attribute.range in {Scalar.INT, Scalar.FLOAT}:
                return read_number(text, attribute)
        except (ValueError, StopIteration):
            raise Unlike(f"{text!r} is no {attribute.range}") from None
        if isinstance(attribute.range, Enumeration):
            return text
        named = _named(text, mentions)
        if isinstance(attribute.range, ConceptRange):
            things = [self._thing(m, attribute.range.concepts) for m in named]
            return tuple(things) if attribute.many else things[0]
        return tuple(m.name for m in named) if attribute.many else named[0].name

    def _thing(self, mention: Mentioned, wanted: Sequence[str]) -> Finding:
        """Return the thing a mention names."""
        span = Span(mention.start, mention.end)
        concept = self._class(mention, wanted)
        return Finding(concept, {"name": mention.name}, span, CONFIDENCE)

    def _class(self, mention: Mentioned, wanted: Sequence[str]) -> str:
        """Return the class of what is mentioned where something of these classes is wanted."""
        if mention.concept is None:
            if wanted[0] in ROOTS:
                raise Unlike(f"nobody knows what {mention.name!r} is")
            return wanted[0]
        for concept in wanted:
            if self._ontology.is_a(mention.concept, concept):
                return mention.concept
        for concept in wanted:
            if self._ontology.is_a(concept, mention.concept):
                return concept
        raise Unlike(f"{mention.name!r} is {mention.concept}, not {' or '.join(wanted)}")


class Rules:
    """Gazetteer and patterns together: all known names, and what the templates say of them.

    Args:
        ontology: the classes with their templates.
        gazetteer: the known names.
    """

    name = "rules"

    def __init__(self, ontology: Ontology, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._patterns = Patterns(ontology, gazetteer)

    @property
    def version(self) -> str:
        """The templates' alone: names that are learnt do not make old documents new."""
        return self._patterns.version

    def extract(self, passages: Sequence[Passage]) -> Iterator[Extraction]:
        """Yield for each passage the known names, then what its sentences say."""
        both = zip(
            self._gazetteer.extract(passages), self._patterns.extract(passages), strict=True
        )
        for names, said in both:
            yield Extraction(_united(names.findings, said.findings), said.dropped)


def _fullest(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings without those that say a part of what another one says of the same."""
    return [
        f
        for i, f in enumerate(findings)
        if not any(
            _says_all_of(other, f) and (not _says_all_of(f, other) or j < i)
            for j, other in enumerate(findings)
            if j != i
        )
    ]


def _says_all_of(more: Finding, less: Finding) -> bool:
    """Return whether a finding says all that another one says."""
    same = (more.concept, more.span) == (less.concept, less.span)
    return same and all(more.values.get(name) == said for name, said in less.values.items())


def _united(names: Iterable[Finding], said: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return all findings; a bare name is left out where a sentence speaks of it as a whole."""
    places = {f.span for top in said for f in _parts(top) if f.span is not None}
    return (*(f for f in names if f.span not in places), *said)


def _parts(finding: Finding) -> Iterator[Finding]:
    """Yield a finding and all findings in it."""
    yield finding
    for said in finding.values.values():
        for part in said if isinstance(said, tuple) else (said,):
            if isinstance(part, Finding):
                yield from _parts(part)


def _marked(
    text: str, start: int, end: int, mentions: Sequence[Mentioned]
) -> tuple[str, list[Mentioned]]:
    """Return a sentence in which every mention is one character, and the mentions by its number.

    A possessive pronoun is followed by what a name would be: `his` reads as `Ada's`.
    """
    parts: list[str] = []
    kept = list(mentions[: LAST_MARK - FIRST_MARK])
    position = start
    for number, mention in enumerate(kept):
        begin, stop = mention.outer
        if begin < position:
            continue
        parts.append(text[position:begin])
        parts.append(chr(FIRST_MARK + number))
        if text[begin:stop].lower() in {"his", "her"}:
            parts.append("'s")
        position = stop
    parts.append(text[position:end])
    return _POSSESSIVE.sub("'s", "".join(parts)), kept


def _named(text: str, mentions: Sequence[Mentioned]) -> list[Mentioned]:
    """Return the mentions whose marks a text holds."""
    return [mentions[ord(mark) - FIRST_MARK] for mark in _MARKS.findall(text)]


def _typed(mentions: Sequence[Mentioned], said: Iterable[Finding]) -> list[Mentioned]:
    """Return the mentions with the classes that the sentence has shown them to have."""
    shown: Mapping[Span | None, str] = {
        part.span: part.concept for finding in said for part in _parts(finding)
    }
    return [
        m._replace(concept=shown.get(Span(m.start, m.end), m.concept))
        for m in mentions
        if m.itself
    ]
