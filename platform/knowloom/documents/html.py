"""HTML: the title and the main text, as a browser's parser understands the page.

No script runs, and nothing that the page refers to is fetched.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowloom.documents.encoding import encoding_of
from knowloom.documents.piece import Piece
from knowloom.documents.tidy import one_line, raised
from knowloom.errors import DocumentUnreadable

# The parsed page takes some ten times as much memory as its file.
LARGEST = 48 * 1024 * 1024
_HEAD = 4096  # bytes in which a page may say its encoding; browsers look at 1,024
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# What browsers take these names for.
_REALLY = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}


def _words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


_UNREAD = _words(
    "script style noscript template svg math head nav footer iframe object embed canvas audio"
    " video map select button textarea input dialog"
)
_BLOCKS = _words(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption"
    " figure form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu ol p pre section summary"
    " table tbody td tfoot th thead tr ul"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SPACE = re.compile(r"\s+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def pieces(path: Path) -> Iterator[Piece]:
    """Yield the title, then what stands in the page's `main` (or all of it) block by block.

    The place is the heading above (`section "Early life"`) or `table N`. Navigation, footers,
    forms, scripts and what is hidden are left out.

    Raises:
        DocumentUnreadable: too large, or in no encoding that is known.
    """
    content = path.read_bytes()
    if len(content) > LARGEST:
        raise DocumentUnreadable(path, f"it is larger than {LARGEST:,} bytes", "too-large")
    yield from pieces_of(decoded(path, content))


def pieces_of(text: str) -> Iterator[Piece]:
    """Yield the pieces of a page; see `pieces`."""
    page = LexborHTMLParser(text)
    if title := _title(page):
        yield Piece("title", title + "\n")
    root = page.css_first("main, [role=main]") or page.body
    if root is not None:
        yield from _Blocks().pieces(root)


def _title(page: LexborHTMLParser) -> str:
    """Return the title of a page; nothing when its first heading says the same."""
    title, heading = page.css_first("head title"), page.css_first("h1")
    said = one_line(title.text()) if title is not None else ""
    return "" if heading is not None and one_line(heading.text()) == said else said


def decoded(path: Path, content: bytes) -> str:
    """Return the text of a page in the encoding that it says, or else that is found."""
    said = _CHARSET.search(content[:_HEAD])
    if said and not content.startswith(
        (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        try:
            name = codecs.lookup(said[1].decode("ascii")).name
            return content.decode(_REALLY.get(name, name))
        except (LookupError, UnicodeDecodeError):
            pass  # as often, it is not what it says
    return content.decode(encoding_of(path), errors="replace")


class _Blocks:
    """Walks a page and keeps the blocks of text that it passes."""

    def __init__(self) -> None:
        self._found: list[Piece] = []
        self._texts: list[str] = []  # of the block that is open
        self._cells: list[str] | None = None  # of the row that is open, inside a table of data
        self._tables = 0
        self._verbatim = 0  # how many `pre` are open
        self._raised = 0  # how many texts of the block stood before the `sup` that is open
        self._section = ""

    def pieces(self, root: LexborNode) -> Iterator[Piece]:
        """Yield the pieces below `root`, by a loop: pages may nest deeper than calls can."""
        node: LexborNode = root
        while True:  # nodes are compared by `mem_id`: `==` writes both as HTML to compare that
            entered = self._entered(node)
            if entered and node.child is not None:
                node = node.child
                continue
            if entered:
                self._left(node)
            while node.mem_id != root.mem_id and node.next is None and node.parent is not None:
                node = node.parent
                self._left(node)
            yield from self._found
            self._found.clear()
            if node.mem_id == root.mem_id or node.next is None:
                break
            node = node.next

    def _entered(self, node: LexborNode) -> bool:
        """Take notice of a node that begins; tell whether to read what is in it."""
        tag = node.tag or ""
        if node.is_text_node:
            self._say(node.text_content or "")
        if not node.is_element_node or tag in _UNREAD or _is_hidden(node):
            return False
        if tag in _BLOCKS:
            self._flush()
        if tag == "br":
            self._texts.append("\n")
        elif tag == "sup":
            self._raised = len(self._texts)
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "table":
            self._tables += 1
            self._cells = [] if _is_data(node) else None
        return True

    def _left(self, node: LexborNode) -> None:
        """Take notice of a node that ends."""
        tag = node.tag or ""
        if tag == "pre":
            self._verbatim -= 1
        elif tag == "sup":
            before, text = self._texts[: self._raised], "".join(self._texts[self._raised :])
            self._texts = [*before, raised("".join(before[-2:]), text)]
        if self._cells is not None and tag in {"td", "th"}:
            self._cells.append(one_line("".join(self._texts)))
            self._texts.clear()
        elif self._cells is not None and tag == "tr":
            self._row(self._cells)
        elif tag in {"table", "caption"}:
            outer, self._cells = (None if tag == "table" else self._cells), None
            self._flush()
            self._cells = outer
        elif tag in _BLOCKS:
            self._flush(heading=tag in _HEADINGS)

    def _say(self, text: str) -> None:
        """Keep the text of a node; outside `pre` its line breaks are spaces."""
        self._texts.append(text if self._verbatim else _SPACE.sub(" ", text))

    def _flush(self, *, heading: bool = False) -> None:
        """Keep the block that is open, unless a cell holds it."""
        if self._cells is not None:
            self._texts.append(" ")
            return
        lines = [line for line in map(one_line, "".join(self._texts).split("\n")) if line]
        self._texts.clear()
        if lines:
            if heading:
                self._section = f'section "{lines[0][:80]}"'
            self._found.append(Piece(self._section, "\n".join(lines) + "\n"))

    def _row(self, cells: list[str]) -> None:
        """Keep a row of a table."""
        if any(cells):
            self._found.append(Piece(f"table {self._tables}", " | ".join(cells) + "\n"))
        cells.clear()


def _is_data(table: LexborNode) -> bool:
    """Tell whether a table holds data; one with tables or headings in it arranges the page."""
    return all(node.mem_id == table.mem_id for node in table.css("table, h1, h2, h3"))


def _is_hidden(node: LexborNode) -> bool:
    """Tell whether a reader of the page does not see an element."""
    attributes = node.attributes
    return bool(attributes) and (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or _HIDDEN.search(attributes.get("style") or "") is not None
    )
