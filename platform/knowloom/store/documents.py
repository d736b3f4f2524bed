"""Documents and their chunks in the graph, and what instances are called there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from knowloom.assets import cypher
from knowloom.documents.document import Chunk, Document
from knowloom.ontology.concepts import Ontology
from knowloom.store.database import Database

_NAMES_AT_ONCE = 10_000
_TEXTS_AT_ONCE = 1_000


class Named(NamedTuple):
    """What an instance is called: its uid, most specific class, name and aliases."""

    uid: str
    concept: str
    name: str
    aliases: Sequence[str] = ()


class Place(NamedTuple):
    """Where a source says something: the offset of a character, as a run read it."""

    source: str
    run: int
    start: int


class Quoted(NamedTuple):
    """Where something stands in a document, and the text around it.

    Args:
        text: the chunk that holds it.
        at: offset of the chunk in the document.
        place: of the chunk, such as `page 3`; may be empty.
    """

    text: str
    at: int
    place: str


def put_document(
    database: Database,
    document: Document,
    *,
    run: int,
    characters: int,
    chunks: int,
    extractor: str,
) -> None:
    """Store what is known of a document when all its chunks are: it is what its source is now.

    What the run found in it is quoted from it, whatever the source becomes.
    """
    about = {
        "name": document.name,
        "media": document.media,
        "characters": characters,
        "chunks": chunks,
        "extractor": extractor,
    }
    database.write(
        cypher("documents/put_document"),
        digest=document.digest,
        source=document.name,
        run=run,
        set=about,
    )


def put_chunks(database: Database, digest: str, chunks: Sequence[Chunk]) -> None:
    """Store chunks of a document; those already there stay as they are."""
    rows = [
        {
            "id": f"{digest}:{chunk.number}",
            "set": {
                "number": chunk.number,
                "start": chunk.start,
                "text": chunk.text,
                "place": chunk.place,
            },
        }
        for chunk in chunks
    ]
    database.write(cypher("documents/put_chunks"), digest=digest, rows=rows)


def names(database: Database, ontology: Ontology) -> Iterator[Named]:
    """Yield what each instance is called that has a name."""
    after = ""
    while True:
        [row] = database.read(cypher("documents/read_names"), after=after, limit=_NAMES_AT_ONCE)
        columns = zip(row["uids"], row["labels"], row["names"], row["aliases"], strict=True)
        for uid, labels, name, aliases in columns:
            concept = next(iter(ontology.most_specific(labels)), "Entity")
            yield Named(uid, concept, name, aliases)
        if len(row["uids"]) < _NAMES_AT_ONCE:
            return
        after = row["uids"][-1]


def texts(database: Database) -> Iterator[str]:
    """Yield the texts of all chunks of the documents that are stored."""
    after = ""
    while True:
        rows = database.read(cypher("documents/read_texts"), after=after, limit=_TEXTS_AT_ONCE)
        yield from (row["text"] for row in rows)
        if len(rows) < _TEXTS_AT_ONCE:
            return
        after = rows[-1]["id"]


def passages(database: Database, places: Iterable[Place]) -> dict[Place, Quoted]:
    """Return the text around those places that lie in documents."""
    wanted = [place._asdict() for place in places]
    rows = database.read(cypher("documents/read_passage"), places=wanted)
    return {
        Place(row["source"], row["run"], row["start"]): Quoted(
            row["text"], row["at"], row["place"]
        )
        for row in rows
    }
