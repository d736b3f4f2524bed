"""Word (.docx): paragraphs and tables in order, streamed from the XML in the ZIP file.

Read with the standard library's ZIP and expat, because python-docx (the usual choice) unpacks all
parts into memory and passes over the text of content controls, text boxes and tracked insertions.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType
from zipfile import BadZipFile, ZipFile, ZipInfo

from knowloom.documents.piece import Piece
from knowloom.documents.tidy import one_line, raised
from knowloom.errors import DocumentUnreadable

# More than any book: a part of this size, unpacked, is a bomb or a data set.
LARGEST_PART = 256 * 1024 * 1024
# Text of real documents packs to a tenth or a fifth; only what is also large counts.
_LARGEST_RATIO = 200
_HARMLESS = 8 * 1024 * 1024
_DEEPEST = 1_000
_BLOCK = 64 * 1024
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main "
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
# What a paragraph or run was before a tracked change, and where a moved text stood.
_PAST = frozenset({"pPrChange", "rPrChange", "moveFrom"})
_NO = frozenset({"0", "false", "off"})
_HEADING = re.compile(r"(?:Heading\d|Title)", re.IGNORECASE)
_NOTES = ("footnotes", "endnotes")
_ROOTS = frozenset({"document", *_NOTES})
_NO_WORD = "it is a ZIP archive, but no Word file: unpack it, or save it as .docx"
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}


def pieces(path: Path) -> Iterator[Piece]:
    """Yield the paragraphs and tables, then the foot- and endnotes.

    The place is the heading above (`section "Early life"`), `table N` or `footnotes`. Headers and
    footers of pages are left out, and so is hidden text.

    Raises:
        DocumentUnreadable: damaged, no Word file, a ZIP bomb, or XML with a DOCTYPE.
    """
    try:
        with ZipFile(path) as archive:
            main = _main_part(archive)
            yield from _Body(path).pieces(archive, main)
            for notes in _NOTES:
                part = posixpath.join(posixpath.dirname(main.filename), f"{notes}.xml")
                if part in archive.NameToInfo:
                    body = _Body(path, notes)
                    yield from body.pieces(archive, archive.getinfo(part))
    except KeyError:
        raise DocumentUnreadable(path, _NO_WORD, "unsupported") from None
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ExpatError) as error:
        why = f"it is no Word file that can be opened ({error})"
        raise DocumentUnreadable(path, why, "damaged") from error


def _main_part(archive: ZipFile) -> ZipInfo:
    """Return the part that holds the document, usually `word/document.xml`.

    Raises:
        KeyError: there is none.
    """
    relations = archive.getinfo("_rels/.rels")
    with archive.open(relations) as file:
        text = file.read(_BLOCK)
    targets: list[str] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").endswith("/officeDocument"):
            targets.append(attributes.get("Target", ""))

    _parser(started).Parse(text, True)
    return archive.getinfo(posixpath.normpath((targets or ["word/document.xml"])[0].lstrip("/")))


def _parser(started: Callable[[str, dict[str, str]], None]) -> XMLParserType:
    """Return an XML parser that refuses a DOCTYPE, and with it all entities."""
    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = started
    parser.StartDoctypeDeclHandler = _refused
    return parser


def _refused(*_: object) -> None:
    """Raise, because a Word file has no DOCTYPE."""
    raise BadZipFile("its XML has a DOCTYPE, which no word processor writes")


class _Body:
    """Turns the elements of one part into pieces, a block of XML at a time."""

    def __init__(self, path: Path, place: str = "") -> None:
        self._path = path
        self._place = place
        self._found: list[Piece] = []
        self._depth = 0
        self._silent = 0  # depth of the element whose content is not to be read; 0: none
        self._texts: list[list[str]] = []  # of the paragraphs that are open; text boxes nest
        self._cells: list[list[list[str]]] = []  # rows' cells of the tables that are open
        self._tables = 0
        self._reads_text = False
        self._heading = False
        self._hidden = self._raised = False  # how the run that is open is written

    def pieces(self, archive: ZipFile, part: ZipInfo) -> Iterator[Piece]:
        """Yield the pieces of a part.

        Raises:
            DocumentUnreadable: it unpacks to more than a document does.
            BadZipFile: damaged.
            ExpatError: not XML.
        """
        self._check(part)
        parser = _parser(self._started)
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._said
        parser.buffer_text = True
        with archive.open(part) as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
                yield from self._taken()
        parser.Parse(b"", True)
        yield from self._taken()

    def _check(self, part: ZipInfo) -> None:
        """Raise when unpacking would fill the memory; ZIP unpacks no more than it declares."""
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > LARGEST_PART or (
            part.file_size > _HARMLESS and ratio > _LARGEST_RATIO
        ):
            why = f"it unpacks to {part.file_size:,} bytes, which no document does (a ZIP bomb?)"
            raise DocumentUnreadable(self._path, why, "too-large")
        if part.flag_bits & 0x1:
            raise DocumentUnreadable(self._path, "it is encrypted", "encrypted")

    def _taken(self) -> list[Piece]:
        """Return what was found since the last call."""
        found, self._found = self._found, []
        return found

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        """Take notice of an element that begins."""
        self._depth += 1
        if self._depth > _DEEPEST:
            why = f"its XML is nested deeper than {_DEEPEST} elements"
            raise DocumentUnreadable(self._path, why, "damaged")
        if self._silent:
            return
        tag = _tag(name)
        if self._depth == 1 and tag not in _ROOTS:
            raise DocumentUnreadable(self._path, _NO_WORD, "unsupported")
        if name == _FALLBACK or tag in _PAST:
            self._silent = self._depth
        elif tag == "p":
            self._texts.append([])
            self._heading = False
        elif tag == "r":
            self._hidden = self._raised = False
        elif tag in {"pStyle", "vanish", "vertAlign"}:
            value = next((v for n, v in attributes.items() if _tag(n) == "val"), "")
            self._styled(tag, value)
        elif tag == "tbl":
            self._cells.append([])
        elif tag == "tc" and self._cells:
            self._cells[-1].append([])
        elif tag == "t":
            self._reads_text = True
        elif tag in _BREAKS and self._texts:
            self._texts[-1].append(_BREAKS[tag])

    def _styled(self, tag: str, value: str) -> None:
        """Take notice of how a paragraph or a run is written."""
        if tag == "pStyle":
            self._heading = _HEADING.match(value) is not None
        elif tag == "vanish":
            self._hidden = value not in _NO
        else:
            self._raised = value == "superscript"

    def _said(self, text: str) -> None:
        """Keep text that readers see."""
        if self._reads_text and self._texts and not (self._silent or self._hidden):
            before = "".join(self._texts[-1][-2:]) if self._raised else ""
            self._texts[-1].append(raised(before, text) if self._raised else text)

    def _ended(self, name: str) -> None:
        """Take notice of an element that ends."""
        silent = self._silent
        if silent == self._depth:
            self._silent = 0
        self._depth -= 1
        if silent:
            return
        tag = _tag(name)
        if tag == "t":
            self._reads_text = False
        elif tag == "p" and self._texts:
            self._paragraph("".join(self._texts.pop()))
        elif tag == "tr" and self._cells:
            self._row()
        elif tag == "tbl" and self._cells:
            self._cells.pop()
            self._tables += not self._cells

    def _paragraph(self, text: str) -> None:
        """Keep a paragraph: in a cell, or as a piece."""
        lines = [line for line in map(one_line, text.split("\n")) if line]
        if self._cells and self._cells[-1]:
            self._cells[-1][-1].extend(lines)
        elif lines:
            if self._heading:
                self._place = f'section "{lines[0][:80]}"'
            self._found.append(Piece(self._place, "\n".join(lines) + "\n"))

    def _row(self) -> None:
        """Keep a row of a table; one of a table in a cell belongs to the cell."""
        cells = [" ".join(cell) for cell in self._cells[-1]]
        self._cells[-1].clear()
        row = " | ".join(cells)
        if not any(cells):
            return
        if len(self._cells) > 1 and self._cells[-2]:
            self._cells[-2][-1].append(row)
        else:
            self._found.append(Piece(f"table {self._tables + 1}", row + "\n"))


def _tag(name: str) -> str:
    """Return the local name of an element or attribute of WordprocessingML, else nothing."""
    return name.removeprefix(_W if name.startswith(_W) else _STRICT) if " " in name else ""
