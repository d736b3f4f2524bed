"""Text files with a triple a line: head, relation and tail, separated by tabs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowloom.knowledge.record import Reject
from knowloom.knowledge.triples import Triple
from knowloom.ontology.align import normal_form
from knowloom_loaders.linked import Linked
from knowloom_loaders.text import damage, opened

_SHOWN = 500
_HEADERS = frozenset(map(normal_form, ("head", "subject", "source", "h", "s")))
_RELATIONS = frozenset(map(normal_form, ("relation", "predicate", "r", "p")))


class TriplesLoader(Linked):
    """Reads triples whose things are called by a name or an id; further columns are ignored.

    Things and values are not told apart in such a file: an object is a value where the ontology
    has a plain attribute for the relation.
    """

    kind = "triples"
    suffixes = (".tsv", ".txt")
    named = True

    def triples(self, path: Path, encoding: str = "") -> Iterator[Triple | Reject]:
        """Yield the triples of a file; see `Linked.triples`."""
        with opened(path, encoding) as file:
            for number, line in enumerate(file, 1):
                if line.isspace() or (number == 1 and _is_header(line)):
                    continue
                yield _triple(number, line.rstrip("\r\n"))


def _triple(number: int, line: str) -> Triple | Reject:
    """Return the triple in a line."""
    cells = line.split("\t")
    if not line.isascii() and (why := damage(line)):
        return Reject(number, why, "encoding", line[:_SHOWN].encode(errors="replace").decode())
    if len(cells) < 3:
        what = f"has {len(cells)} parts, not head, relation and tail with tabs between them"
        return Reject(number, what, "ragged", line[:_SHOWN])
    if not all(cells[:3]):
        return Reject(number, "has an empty head, relation or tail", "ragged", line[:_SHOWN])
    return Triple(number, cells[0], cells[1], cells[2])


def _is_header(line: str) -> bool:
    """Return whether a line names the columns."""
    head, _, rest = line.partition("\t")
    return normal_form(head) in _HEADERS and normal_form(rest.split("\t")[0]) in _RELATIONS
