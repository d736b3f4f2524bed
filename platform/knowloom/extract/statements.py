"""Findings as records and facts: what a document says, each thing named by its identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from knowloom.extract.findings import Dropped, Extraction, Finding, Said
from knowloom.extract.same_name import SameName, normal
from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Statement,
    Value,
    Values,
    key_values,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.ontology.concepts import ENDS, Attribute, ConceptRange, Kind, Ontology
from knowloom.ontology.values import Accept, reader
from knowloom.ontology.verdicts import Unfit

_JOINED = "same name"


class Located(NamedTuple):
    """What was found in a chunk, and where the chunk begins in its document."""

    start: int
    extraction: Extraction


class Teller:
    """Says what one document says.

    Args:
        ontology: the classes as stored.
        digest: of the document.
        rule: joins names to what is known, and learns the new ones; None to keep every mention a
            thing of its own, unless its class has a key.
    """

    def __init__(self, ontology: Ontology, digest: str, rule: SameName | None) -> None:
        self._ontology = ontology
        self._digest = digest
        self._rule = rule
        self._readers: dict[tuple[str, str], Accept] = {}
        self.dropped: list[Dropped] = []

    def tell(self, found: Callable[[], Iterable[Located]]) -> Iterator[Statement]:
        """Yield what was found, everything once.

        A mention that says no more than a name is left out where the document says more of the
        same thing, so that one record does not become two.

        Args:
            found: gives the same again when it is called again: this reads it twice.
        """
        silent = self.dropped
        self.dropped = []  # the second reading drops the same once more
        telling = {s.uid for s in self._statements(found()) if isinstance(s, Record) and _tells(s)}
        self.dropped = silent
        seen: set[bytes] = set()
        for statement in self._statements(found()):
            if isinstance(statement, Record):
                if statement.uid in telling and not _tells(statement):
                    continue
                telling.add(statement.uid)
            content = _content(statement)
            if content not in seen:
                seen.add(content)
                yield statement

    def _statements(self, found: Iterable[Located]) -> Iterator[Statement]:
        for start, extraction in found:
            for finding in extraction.findings:
                yield from self._say(finding, start)

    def _say(self, finding: Finding, start: int) -> Iterator[Statement]:
        """Yield a finding's parts, then itself."""
        for said in finding.values.values():
            for part in said if isinstance(said, tuple) else (said,):
                if isinstance(part, Finding):
                    yield from self._say(part, start)
        if self._ontology.kind(finding.concept) is Kind.RELATION:
            yield from self._fact(finding, start)
        else:
            yield self._record(finding, start)

    def _record(self, finding: Finding, start: int) -> Record:
        values, links = self._values(finding, start)
        uid, called = self._identity(finding, values, start)
        if called and called != finding.name:
            values["name"] = called
            if normal(called) != normal(finding.name):
                values["aliases"] = [finding.name]
        record = Record(finding.concept, uid, values, links, confidence=finding.confidence)
        if finding.span is not None:
            record.row = start + finding.span.start + 1
            record.end = start + finding.span.end
        return record

    def _fact(self, finding: Finding, start: int) -> Iterator[Fact]:
        ends = [finding.values.get(end) for end in ENDS]
        head, tail = (self._mention(e, start) if isinstance(e, Finding) else None for e in ends)
        if head is None or tail is None:
            self._drop("missing-end", f"{finding.concept} lacks an end", finding)
            return
        values, _ = self._values(finding, start)
        at = finding.span or next(
            (e.span for e in ends if isinstance(e, Finding) and e.span is not None), None
        )
        row = 0 if at is None else start + at.start + 1
        yield Fact(finding.concept, "", head, tail, values, row)

    def _values(
        self, finding: Finding, start: int
    ) -> tuple[Values, dict[str, tuple[Mention, ...]]]:
        """Return what a finding says in the types of the ontology."""
        values: Values = {}
        links: dict[str, tuple[Mention, ...]] = {}
        attributes = self._ontology.attributes(finding.concept)
        for name, said in finding.values.items():
            attribute = attributes.get(name)
            if attribute is None:
                self._drop("unknown-attribute", f"{finding.concept} has no {name}", finding)
            elif attribute.is_link:
                if name not in ENDS:
                    links[name] = self._mentions(attribute, said, start)
            elif (value := self._value(finding, attribute, said)) is not None:
                values[name] = value
        return values, links

    def _value(
        self,
        finding: Finding,
        attribute: Attribute,
        said: Said | Finding | tuple[Said | Finding, ...],
    ) -> Value | list[Value] | None:
        """Return a value as its attribute takes it; None when it does not, which is noted."""
        key = (finding.concept, attribute.name)
        if key not in self._readers:
            self._readers[key] = reader(attribute)
        parts = said if isinstance(said, tuple) else (said,)
        given = [part.name if isinstance(part, Finding) else part for part in parts]
        try:
            return self._readers[key](given if isinstance(said, tuple) else given[0])
        except Unfit as problem:
            self._drop("value", f"{attribute.name} {problem}", finding)
            return None

    def _mentions(
        self, attribute: Attribute, said: Said | Finding | tuple[Said | Finding, ...], start: int
    ) -> tuple[Mention, ...]:
        """Return what a link attribute refers to; a text is the name of a thing in its range."""
        assert isinstance(attribute.range, ConceptRange)
        found: dict[str, Mention] = {}
        for part in said if isinstance(said, tuple) else (said,):
            meant = part
            if not isinstance(meant, Finding):
                meant = Finding(attribute.range.concepts[0], {"name": str(part)})
            mention = self._mention(meant, start)
            found[mention.uid] = mention
        return tuple(found.values())

    def _mention(self, finding: Finding, start: int) -> Mention:
        uid, called = self._identity(finding, {"name": finding.name}, start)
        name = called or finding.name
        return Mention(finding.concept, uid, (("name", name),) if name else ())

    def _identity(self, finding: Finding, values: Values, start: int) -> tuple[str, str]:
        """Return the uid of a thing, and what it is called if it is known."""
        ontology, concept, name = self._ontology, finding.concept, finding.name
        joins = self._rule is not None and name and ontology.kind(concept) is Kind.ENTITY
        if joins and self._rule and (known := self._rule.find(concept, name)):
            return known.uid, known.name
        key, given = ontology.key(concept), key_values(ontology, concept, values)
        if key is not None and given is not None:
            uid = uid_of_key(key[0], given)
        elif joins:
            broadest = ontology.lineage(concept)[-2:][0]
            uid = uid_of_source_id(_JOINED, f"{broadest}/{normal(name)}")
        else:
            uid = uid_of_source_id(self._digest, self._place(finding, start))
        if joins and self._rule:
            self._rule.add(uid, concept, name)
        return uid, ""

    def _place(self, finding: Finding, start: int) -> str:
        """Return a text that no other mention in the document has."""
        if finding.span is None:
            return f"{start} {finding.concept} {_plain(finding)!r}"
        return f"{start + finding.span.start} {start + finding.span.end} {finding.concept}"

    def _drop(self, code: str, reason: str, finding: Finding) -> None:
        self.dropped.append(Dropped(code, reason, repr(finding)[:500]))


def _tells(record: Record) -> bool:
    """Return whether a record says more than a name."""
    return bool(record.links) or any(name != "name" for name in record.values)


def _content(statement: Statement) -> bytes:
    """Return all that a statement says, without its place."""
    if isinstance(statement, Record):
        links = {name: [m.uid for m in found] for name, found in statement.links.items()}
        said: list[Any] = [statement.concept, statement.uid, statement.values, links]
    elif isinstance(statement, Fact):
        ends = (statement.head.uid, statement.tail.uid)
        said = [statement.relation, *ends, statement.values]
    else:
        said = [statement.row, statement.reason, statement.given]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _plain(finding: Finding) -> list[Any]:
    """Return the literal values of a finding, sorted."""
    return sorted((n, str(v)) for n, v in finding.values.items() if not isinstance(v, Finding))
