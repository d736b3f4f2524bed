"""Adjusting stored instances to a changed ontology, in batches that may be done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.knowledge.instance import INSTANCE_LABEL, said_in
from knowloom.knowledge.record import uid_of_fact
from knowloom.store.census import rendered
from knowloom.store.database import Database

_BATCH = 5_000


class Act(StrEnum):
    """What is done to instances."""

    RELABEL = "relabel"
    RENAME_PROPERTY = "rename-property"
    RENAME_LINKS = "rename-links"
    RENAME_IN_RECORDS = "rename-in-records"
    RETYPE_RECORDS = "retype-records"
    WRAP = "wrap"
    UNWRAP = "unwrap"
    KEY_FACTS = "key-facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One thing to do to stored instances.

    Args:
        act: what is done.
        label: the class whose instances are concerned.
        old, new: the attribute, relationship type or class, before and after.
        labels: of `RELABEL`: all labels of the nodes concerned.
        add, remove: of `RELABEL`: the labels that come and go.
        count: how many nodes or relationships, where that is known beforehand.
    """

    act: Act
    label: str = INSTANCE_LABEL
    old: str = ""
    new: str = ""
    labels: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        return _SENTENCES[self.act](self)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, to be kept until all is done."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Adjustment:
        """Return what `to_json` was called on."""
        lists = {name: tuple(given[name]) for name in ("labels", "add", "remove")}
        fields: dict[str, Any] = {**given, **lists, "act": Act(given["act"])}
        return cls(**fields)

    def run(self, database: Database) -> None:
        """Do it; what was done before, wholly or in part, is not done twice."""
        _ACTS[self.act](self, database)


_SENTENCES: Mapping[Act, Callable[[Adjustment], str]] = {
    Act.RELABEL: lambda a: (
        f"{a.count:,} instances with the labels {', '.join(sorted(a.labels))}"
        + (f" gain {', '.join(a.add)}" if a.add else "")
        + (" and" if a.add and a.remove else "")
        + (f" lose {', '.join(a.remove)}" if a.remove else "")
    ),
    Act.RENAME_PROPERTY: lambda a: f"{a.label}.{a.old} of instances becomes {a.new}",
    Act.RENAME_LINKS: lambda a: f"relationships {a.old} become {a.new}",
    Act.RENAME_IN_RECORDS: lambda a: f"{a.label}.{a.old} of records becomes {a.new}",
    Act.RETYPE_RECORDS: lambda a: f"records of {a.old} become records of {a.new}",
    Act.WRAP: lambda a: f"values of {a.label}.{a.old} become lists",
    Act.UNWRAP: lambda a: f"lists of {a.label}.{a.old} become single values",
    Act.KEY_FACTS: lambda a: f"relationships {a.old} are told apart by their qualifiers",
}


def _relabel(a: Adjustment, database: Database) -> None:
    text = rendered("relabel", label=a.label)
    database.run(text, labels=list(a.labels), add=list(a.add), remove=list(a.remove))


def _rename_property(a: Adjustment, database: Database) -> None:
    database.run(rendered("rename_property", label=a.label, property=a.old, renamed=a.new))


def _retype_records(a: Adjustment, database: Database) -> None:
    database.run(cypher("ontology/retype_records"), old=a.old, new=a.new)


def _wrap(a: Adjustment, database: Database) -> None:
    database.run(rendered("wrap_values", label=a.label, property=a.old))


def _unwrap(a: Adjustment, database: Database) -> None:
    database.run(rendered("unwrap_values", label=a.label, property=a.old))


def _rename_links(a: Adjustment, database: Database) -> None:
    """Replace relationships; the uids of those that have one follow from the type, and change."""
    read = rendered("read_links", label=a.label, link=a.old)
    plain = rendered("replace_links", link=a.old, renamed=a.new)
    keyed = rendered("replace_keyed_links", link=a.old, renamed=a.new)

    def batch(tx: neo4j.ManagedTransaction) -> int:
        rows = [_addressed(a.new, row) for row in tx.run(read, limit=_BATCH)]
        tx.run(plain, rows=[row for row in rows if "uid" not in row["set"]]).consume()
        tx.run(keyed, rows=[row for row in rows if "uid" in row["set"]]).consume()
        return len(rows)

    while database.in_write(batch):
        pass
    past, every = rendered("rename_statements", label=a.label), a.label == INSTANCE_LABEL
    database.write(past, old=a.old, new=a.new, every=every)


def _key_facts(a: Adjustment, database: Database) -> None:
    """Give facts uids, since from now on several may stand between two things."""
    read, write = rendered("read_unkeyed", link=a.old), rendered("put_uids", link=a.old)

    def batch(tx: neo4j.ManagedTransaction) -> int:
        rows = [_addressed(a.old, row) for row in tx.run(read, limit=_BATCH)]
        tx.run(write, rows=rows).consume()
        return len(rows)

    while database.in_write(batch):
        pass


def _addressed(type_: str, row: neo4j.Record) -> dict[str, Any]:
    """Return a relationship with the uid it has, if any, when it is of the type `type_`."""
    properties: dict[str, Any] = row["properties"]
    uid = uid_of_fact(type_, row["head"], row["tail"], said_in(properties))
    kept = {**properties, "uid": uid} if "uid" in properties else properties
    where = {name: row[name] for name in ("id", "head", "tail")}
    return {**where, "uid": uid, "set": kept}


def _rename_in_records(a: Adjustment, database: Database) -> None:
    """Call an attribute otherwise in what records say."""
    text = rendered("read_bodies", label=a.label)
    mark, after = f'"{a.old}":', ""
    while rows := database.read(text, after=after, mark=mark, limit=_BATCH):
        changed = [{"id": row["id"], "body": _renamed(row["body"], a.old, a.new)} for row in rows]
        database.write(cypher("ontology/put_bodies"), rows=changed)
        after = rows[-1]["id"]


def _renamed(body: str, old: str, new: str) -> str:
    """Return the body of a record with one attribute called otherwise."""
    said = orjson.loads(body)
    for part in ("values", "links"):
        if old in said[part]:
            said[part].setdefault(new, said[part].pop(old))
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


_ACTS: Mapping[Act, Callable[[Adjustment, Database], None]] = {
    Act.RELABEL: _relabel,
    Act.RENAME_PROPERTY: _rename_property,
    Act.RENAME_LINKS: _rename_links,
    Act.RENAME_IN_RECORDS: _rename_in_records,
    Act.RETYPE_RECORDS: _retype_records,
    Act.WRAP: _wrap,
    Act.UNWRAP: _unwrap,
    Act.KEY_FACTS: _key_facts,
}
