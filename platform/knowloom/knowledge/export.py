"""Statements as JSON objects, one a line, and back: how knowledge leaves and comes again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Lookup
from functools import lru_cache
from typing import Any, cast

import orjson

from knowloom.knowledge.mapping import PROVENANCE
from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    Statement,
    Values,
    key_values,
    uid_of_key,
)
from knowloom.ontology.concepts import Attribute, ConceptRange, Ontology
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit

Object = Lookup[str, Any]
_reader = lru_cache(4096)(reader)

_SHOWN = 500
_OF_RECORDS = {"uid", "concept", "values", "links", *PROVENANCE}
_OF_FACTS = {"relation", "attribute", "head", "tail", "values"}


def to_jsonl(statements: Iterable[Record | Fact]) -> Iterator[bytes]:
    r"""Yield a line of JSON for each statement, its end included.

    The kind `jsonl` reads these lines back without a mapping, and `statement_of` one of them.
    Where a statement stood in its source is not part of it.

    >>> [*to_jsonl([Record("City", "c1", {"name": "Bonn"})])]
    [b'{"concept":"City","uid":"c1","values":{"name":"Bonn"}}\n']
    """
    for statement in statements:
        said = _record(statement) if isinstance(statement, Record) else _fact(statement)
        yield orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def is_statement(found: Object) -> bool:
    """Return whether an object has the form that `to_jsonl` writes."""
    given = found.keys()
    if {"concept", "values"} <= given <= _OF_RECORDS or {"concept", "uid"} <= given <= _OF_RECORDS:
        return True
    return {"head", "tail"} < given <= _OF_FACTS


def statement_of(found: Object, ontology: Ontology, *, row: int = 0) -> Statement:
    """Return the statement that an object of this form is, a `Reject` when it is none.

    Values come back in the types of the ontology. A record without a `uid` is the thing that its
    key identifies.

    Args:
        found: as parsed from JSON.
        ontology: the classes.
        row: where it stands, counted from 1.
    """
    try:
        if "head" in found:
            return _read_fact(found, ontology, row)
        return _read_record(found, ontology, row)
    except Unfit as unfit:
        return Reject(row, str(unfit), unfit.code, repr(found)[:_SHOWN])


def _record(record: Record) -> dict[str, Any]:
    """Return a record as plain values."""
    said: dict[str, Any] = {"concept": record.concept, "uid": record.uid, "values": record.values}
    if record.links:
        links = record.links.items()
        said["links"] = {name: [_mention(m) for m in mentions] for name, mentions in links}
    times = {name: getattr(record, name) for name in PROVENANCE}
    return said | {name: value for name, value in times.items() if value is not None}


def _fact(fact: Fact) -> dict[str, Any]:
    """Return a fact as plain values."""
    named = {"relation": fact.relation} if fact.relation else {"attribute": fact.attribute}
    ends = {"head": _mention(fact.head), "tail": _mention(fact.tail)}
    return {**named, **ends, **({"values": fact.values} if fact.values else {})}


def _mention(mention: Mention) -> dict[str, Any]:
    """Return a reference as plain values."""
    said: dict[str, Any] = {"concept": mention.concept, "uid": mention.uid}
    return said | ({"values": dict(mention.values)} if mention.values else {})


def _read_record(found: Object, ontology: Ontology, row: int) -> Record:
    """Return the record that an object is."""
    concept = _text(found, "concept")
    values = _read_values(found, concept, ontology)
    uid = _text(found, "uid") if "uid" in found else _uid(concept, values, ontology)
    record = Record(concept, uid, values, row=row)
    known = _attributes(ontology, concept)
    for name, targets in _table(found, "links").items():
        range_ = known[name].range if name in known else None
        default = range_.concepts[0] if isinstance(range_, ConceptRange) else ""
        record.links[name] = tuple(_read_mention(t, ontology, default) for t in _listed(targets))
    for name, attribute in PROVENANCE.items():
        if found.get(name) is not None:
            setattr(record, name, _read(attribute, found[name]))
    return record


def _attributes(ontology: Ontology, concept: str) -> Lookup[str, Attribute]:
    """Return the attributes of a concept, none when there is no such concept."""
    return ontology.attributes(concept) if concept in ontology else {}


def _read_fact(found: Object, ontology: Ontology, row: int) -> Fact:
    """Return the fact that an object is."""
    relation = _text(found, "relation") if "relation" in found else ""
    attribute = "" if relation else _text(found, "attribute")
    values = _read_values(found, relation, ontology) if relation else {}
    head, tail = (_read_mention(found[end], ontology) for end in ("head", "tail"))
    return Fact(relation, attribute, head, tail, values, row)


def _read_mention(found: object, ontology: Ontology, default: str = "") -> Mention:
    """Return a reference; one that is only a uid is to a thing of the `default` class."""
    if isinstance(found, str) and default:
        return Mention(default, found)
    if not isinstance(found, dict):
        raise Unfit(f"refers to {found!r}, where a concept and a uid are needed")
    given = cast(Object, found)
    concept = _text(given, "concept")
    values = _read_values(given, concept, ontology)
    uid = _text(given, "uid") if "uid" in given else _uid(concept, values, ontology)
    plain = {n: v for n, v in values.items() if not isinstance(v, list)}
    return Mention(concept, uid, tuple(plain.items()))


def _read_values(found: Object, concept: str, ontology: Ontology) -> Values:
    """Return values in the types of their attributes; of what is unknown, as they are."""
    known = _attributes(ontology, concept)
    return {
        name: _read(known[name], value) if name in known and not known[name].is_link else value
        for name, value in _table(found, "values").items()
        if value is not None
    }


def _read(attribute: Attribute, value: object) -> Any:
    """Return one value in the type of its attribute."""
    try:
        return _reader(attribute)(value)
    except Unfit as unfit:
        raise Unfit(f"{attribute.name} {unfit}", unfit.code) from None


def _uid(concept: str, values: Values, ontology: Ontology) -> str:
    """Return the uid of the thing that these values identify."""
    key = ontology.key(concept) if concept in ontology else None
    found = key_values(ontology, concept, values) if key else None
    if key is None or found is None:
        raise Unfit(f"has no uid, and no key by which a {concept} is known", "missing-key")
    return uid_of_key(key[0], found)


def _listed(found: object) -> list[object]:
    """Return a list as it is, anything else as the only item of one."""
    return cast(list[object], found) if isinstance(found, list) else [found]


def _text(found: Object, name: str) -> str:
    """Return a text of an object."""
    if not isinstance(value := found.get(name), str) or not value:
        raise Unfit(f"has the {name} {value!r}, which is no text")
    return value


def _table(found: Object, name: str) -> Object:
    """Return an object within an object, an empty one when there is none."""
    if not isinstance(value := found.get(name, {}), dict):
        raise Unfit(f"has the {name} {value!r}, which is no object")
    return cast(Object, value)
