"""RDF files: N-Triples, N-Quads, Turtle, TriG and RDF/XML, read by pyoxigraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from knowloom.errors import SourceError
from knowloom.knowledge.record import Reject
from knowloom.knowledge.triples import Literal, Triple
from knowloom_loaders.linked import Linked

if TYPE_CHECKING:
    import pyoxigraph

_SHOWN = 500
_RANDOM = re.compile(r"[0-9a-f]{30,32}")


class RdfLoader(Linked):
    """Reads RDF as a stream; the ending of a file tells its format, and graph names are ignored.

    A triple's place is its number, a fault's its line.
    """

    kind = "rdf"
    suffixes = (".nt", ".nq", ".ttl", ".trig", ".rdf", ".owl", ".xml")
    named = False

    def triples(self, path: Path, encoding: str = "") -> Iterator[Triple | Reject]:
        """Yield the triples of a file; see `Linked.triples`."""
        blank = _Blank()
        try:
            for number, found in enumerate(_parsed(path, _format(path)), 1):
                yield found if isinstance(found, Reject) else blank.triple(number, found)
        except OSError as error:
            raise SourceError(path, error.strerror or str(error)) from error


def _format(path: Path) -> pyoxigraph.RdfFormat:
    """Return the format that the ending of a file tells."""
    import pyoxigraph

    ending = path.suffix.lower().removeprefix(".")
    if ending in ("owl", "xml"):
        return pyoxigraph.RdfFormat.RDF_XML
    if (found := pyoxigraph.RdfFormat.from_extension(ending)) is None:
        raise SourceError(path, f"no RDF format has the ending {path.suffix!r}")
    return found


def _parsed(path: Path, format_: pyoxigraph.RdfFormat) -> Iterator[pyoxigraph.Quad | Reject]:
    """Yield what the parser finds; it goes on after a fault by itself.

    In XML, though, it takes what follows for something else, so that nothing more can be trusted.
    """
    import pyoxigraph

    parser = pyoxigraph.parse(path=path, format=format_)
    last = -1
    while True:
        try:
            yield next(parser)
        except StopIteration:
            return
        except SyntaxError as error:
            line = error.lineno or 0
            if line != last:
                yield Reject(line, f"is no {format_.name}: {error.msg}", "syntax")
            last = line
            if format_ == pyoxigraph.RdfFormat.RDF_XML:
                return


class _Blank:
    """Names blank nodes alike at every reading, also those without a name in the file."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def triple(self, number: int, quad: pyoxigraph.Quad) -> Triple | Reject:
        """Return a triple of plain texts."""
        import pyoxigraph

        subject = self._name(quad.subject)
        object_: str | Literal | None
        if isinstance(quad.object, pyoxigraph.Literal):
            datatype = quad.object.datatype.value
            object_ = Literal(quad.object.value, datatype, quad.object.language or "")
        else:
            object_ = self._name(quad.object)
        if subject is None or object_ is None:
            what = "has a triple as its subject or object, which knowloom cannot hold"
            return Reject(number, what, "syntax", str(quad)[:_SHOWN])
        return Triple(number, subject, quad.predicate.value, object_)

    def _name(self, node: object) -> str | None:
        """Return what a node is called, None when it is no node."""
        import pyoxigraph

        if isinstance(node, pyoxigraph.NamedNode):
            return node.value
        if not isinstance(node, pyoxigraph.BlankNode):
            return None
        if not _RANDOM.fullmatch(node.value):
            return f"_:{node.value}"
        return f"_:#{self._numbers.setdefault(node.value, len(self._numbers) + 1)}"
