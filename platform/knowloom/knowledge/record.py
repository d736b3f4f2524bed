"""Records: what one source said about one thing, once; and facts: what it said of two things.

Loaders, extractors and typed writes all speak in these values. Nothing here knows Neo4j.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import NamedTuple, cast

import orjson

from knowloom.ontology.concepts import Ontology

Value = str | int | float | bool | date | datetime
Values = dict[str, Value | list[Value]]
Pairs = tuple[tuple[str, Value], ...]

_CANONICAL = orjson.OPT_SORT_KEYS
_UID_BYTES = 12  # short enough for Neo4j to keep as text inside its property record


class Mention(NamedTuple):
    """A thing referred to: the concept it is taken for, and the uid its identity gives it.

    Args:
        concept: the most specific concept the reference itself tells.
        uid: see `uid_of_key` and `uid_of_source_id`.
        values: the key values the reference carries, so that the thing can exist before anything
            else is known of it.
    """

    concept: str
    uid: str
    values: Pairs = ()


@dataclass(slots=True)
class Record:
    """What one source said about one thing, once.

    Args:
        concept: the class the source takes it for.
        uid: the instance its identity points to; see `identify`.
        values: attribute name to a scalar, or to a list for attributes that hold many.
        links: attribute name to the things referred to.
        row: where in the source, a line or row number counted from 1; in a document the number of
            the first character of what it says; 0 when unknown.
        end: in a document the number of the last character; 0 otherwise.
        observed: when the source observed it (a document's date); None when unknown.
        valid_from, valid_to: when it holds in the world, half open; None when unknown.
        confidence: 0 to 1; None when the source does not say.
    """

    concept: str
    uid: str
    values: Values = field(default_factory=dict[str, Value | list[Value]])
    links: dict[str, tuple[Mention, ...]] = field(default_factory=dict[str, tuple[Mention, ...]])
    row: int = 0
    end: int = 0
    observed: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    confidence: float | None = None

    @property
    def is_plain(self) -> bool:
        """Whether of this record no more is known than what it says and its row."""
        return (
            self.observed is None
            and self.valid_from is None
            and self.valid_to is None
            and self.confidence is None
            and not self.end
        )


@dataclass(slots=True)
class Fact:
    """What one source said of two things: a relation-class fact, or one value of a link attribute.

    Args:
        relation: the name of a `Relation` concept, or empty when `attribute` is used.
        attribute: the name of a link attribute of the head's concept, or empty.
        head: where the relationship starts.
        tail: where it ends.
        values: qualifiers (relation concepts only).
        row: where in the source, counted from 1; 0 when unknown.
    """

    relation: str
    attribute: str
    head: Mention
    tail: Mention
    values: Values = field(default_factory=dict[str, Value | list[Value]])
    row: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """An input that cannot become a record or fact, and why.

    Args:
        row: where in the source, counted from 1; 0 when unknown.
        reason: one sentence naming the attribute or column and what would be right.
        code: a short stable name, such as `type`, `missing-key`, `ragged`.
        given: the input as text, shortened to 500 characters by whoever makes the reject.
    """

    row: int
    reason: str
    code: str
    given: str = ""


Statement = Record | Fact | Reject


@dataclass(frozen=True, slots=True)
class EndColumn:
    """One end of many facts.

    Args:
        concept: as in `Mention`.
        uids: of the things.
        said: what the references say of them, as `Mention.values`.
    """

    concept: str
    uids: Sequence[str]
    said: Sequence[Pairs]

    def mention(self, number: int) -> Mention:
        """Return one of the references."""
        return Mention(self.concept, self.uids[number], self.said[number])


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """One end of many facts, whose things are known by a key of one attribute.

    Args:
        concept: as in `Mention`.
        declarer: as in `uid_of_key`.
        name: of the attribute.
        values: of the things.
    """

    concept: str
    declarer: str
    name: str
    values: Sequence[Value]

    @property
    def uids(self) -> Sequence[str]:
        """The uids of the things; finding them out takes longer than all else here."""
        return uids_of_keys(self.declarer, self.values)

    def mention(self, number: int) -> Mention:
        """Return one of the references."""
        value = self.values[number]
        return Mention(self.concept, uid_of_key(self.declarer, (value,)), ((self.name, value),))


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Facts that differ in their ends alone, in columns; iterating gives them one by one.

    Args:
        relation, attribute: as in `Fact`.
        head, tail: the ends.
        rows: where in the source each is.
    """

    relation: str
    attribute: str
    head: EndColumn | KeyColumn
    tail: EndColumn | KeyColumn
    rows: Sequence[int]

    def __iter__(self) -> Iterator[Fact]:
        return (self.fact(number, {}) for number in range(len(self.rows)))

    def fact(self, number: int, values: Values) -> Fact:
        """Return one of the facts with the qualifiers it has."""
        ends = self.head.mention(number), self.tail.mention(number)
        return Fact(self.relation, self.attribute, *ends, values, self.rows[number])


def in_places(mentions: Iterable[Mention]) -> Iterable[tuple[int, Mention]]:
    """Return what a list refers to, each thing once, with its place in the list."""
    return enumerate({mention.uid: mention for mention in mentions}.values())


def uid_of_key(declarer: str, values: Sequence[Value]) -> str:
    """Return the uid of the thing whose declared key has these values.

    Args:
        declarer: the class that declares the key, so that a person met as an author is the same.
        values: in the order of the key.
    """
    return _digest(orjson.dumps([declarer, *values]))


def uids_of_keys(declarer: str, values: Iterable[Value]) -> list[str]:
    """Return for each value what `uid_of_key` returns for it alone."""
    dumps, size = orjson.dumps, _UID_BYTES
    return [blake2b(dumps([declarer, v]), digest_size=size).hexdigest() for v in values]


def packed_uids(uids: Sequence[str]) -> bytes:
    """Return uids as 12 bytes each; one that is no 24 hexadecimal digits, by its own hash."""
    text = "".join(uids)
    try:
        packed = bytes.fromhex(text)
    except ValueError:
        packed = b""
    if packed.hex() == text and set(map(len, uids)) <= {2 * _UID_BYTES}:
        return packed
    if len(uids) == 1:
        return blake2b(text.encode(), digest_size=_UID_BYTES).digest()
    return b"".join(packed_uids((uid,)) for uid in uids)


def uid_of_source_id(source: str, identifier: str | int) -> str:
    """Return the uid of the thing that `source` itself calls `identifier`."""
    return _digest(orjson.dumps(["@", source, identifier]))


def uid_of_fact(
    kind: str, head: str, tail: str, qualifiers: Mapping[str, Value | list[Value]]
) -> str:
    """Return the uid of a relationship: its type, ends and key qualifiers.

    Two employments of one person at one place differ in a qualifier, so they stay two.
    """
    if not qualifiers:
        return _digest(f"{kind} {head} {tail}".encode())
    return _digest(orjson.dumps([kind, head, tail, qualifiers], option=_CANONICAL))


def content_hash(record: Record, source: str) -> str:
    """Return a hash of all that `source` says in this record, 16 hexadecimal digits.

    Equal hashes mean: the same source says the same thing again. Where in the source it stands is
    not part of it.
    """
    return hash_of(said(record, source))


def said(record: Record, source: str) -> bytes:
    """Return all that `source` says in this record, in canonical form."""
    links = {name: sorted(m.uid for m in mentions) for name, mentions in record.links.items()}
    parts = [
        source,
        record.concept,
        record.values,
        links,
        record.observed,
        record.valid_from,
        record.valid_to,
        record.confidence,
    ]
    return orjson.dumps(parts, option=_CANONICAL)


def hash_of(content: bytes) -> str:
    """Return the hash of what `said` returned."""
    return blake2b(content, digest_size=8).hexdigest()


def key_values(ontology: Ontology, concept: str, values: Values) -> tuple[Value, ...] | None:
    """Return the values of the concept's key; None when it has none or a part is missing."""
    if (key := ontology.key(concept)) is None or lacking(key[1], values):
        return None
    return tuple(cast(Value, values[name]) for name in key[1])


def lacking(names: Sequence[str], values: Values) -> list[str]:
    """Return the parts of a key that are missing; a list is no identity, so it counts as such."""
    return [n for n in names if values.get(n) is None or isinstance(values[n], list)]


def _digest(identity: bytes) -> str:
    return blake2b(identity, digest_size=_UID_BYTES).hexdigest()
