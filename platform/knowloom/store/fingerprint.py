"""Reading a whole graph to fingerprint it."""

from __future__ import annotations

import orjson

from knowloom.assets import cypher
from knowloom.knowledge.fingerprint import Fingerprint
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology
from knowloom.store.database import Database

_CHUNK = 5_000


def fingerprint(database: Database, ontology: Ontology) -> str:
    """Return the fingerprint of what a database holds.

    Args:
        database: read in chunks of some thousand instances.
        ontology: as stored there.
    """
    taken = Fingerprint(orjson.dumps(to_json(ontology), option=orjson.OPT_SORT_KEYS))
    after, chunks = "", list[list[str]]()
    while True:
        rows = database.read(cypher("fingerprint/read_instances"), after=after, limit=_CHUNK)
        chunk = rows[0]["chunk"]
        for uid, labels, properties in chunk:
            taken.instance(uid, labels, properties)
        if not chunk:
            break
        chunks.append([uid for uid, _, _ in chunk])
        after = chunk[-1][0]
    for uids in chunks:
        for row in database.read(cypher("fingerprint/read_relationships"), uids=uids):
            for head, kind, tail, properties in row["chunk"]:
                taken.relationship(head, kind, tail, properties)
    return taken.digest()
