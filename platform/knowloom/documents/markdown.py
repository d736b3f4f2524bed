"""Markdown (CommonMark with tables): its text without the marks, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowloom.documents.encoding import encoding_of
from knowloom.documents.html import pieces_of
from knowloom.documents.piece import Piece
from knowloom.documents.tidy import joint, one_line, raised
from knowloom.errors import DocumentUnreadable

# Parsed as a whole, with some hundred times its size in memory.
LARGEST = 8 * 1024 * 1024
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
# What is nested deeper is not parsed.
_PARSER = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def pieces(path: Path) -> Iterator[Piece]:
    """Yield each heading, paragraph, list item, row and line of code; the place is `line N`.

    Pictures give their alternative text, links theirs; front matter (`---`) is left out.

    Raises:
        DocumentUnreadable: not text, or too large.
    """
    if path.stat().st_size > LARGEST:
        raise DocumentUnreadable(path, f"it is larger than {LARGEST:,} bytes", "too-large")
    with path.open("r", encoding=encoding_of(path), errors="replace") as file:
        text = file.read()
    front = _FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    shift = text.count("\n", 0, front.end()) if front else 0
    tokens = _PARSER.parse(body)
    for line, block in _blocks(tokens):
        if lines := [text for text in map(one_line, block.split("\n")) if text]:
            yield Piece(f"line {line + shift + 1}", "\n".join(lines) + "\n")


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Yield the text of each block with the line it begins in, from 0."""
    row: list[str] | None = None
    line = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield line, " | ".join(row)
            row = None
        elif token.type == "inline" and row is not None:
            row.append(one_line(_inline(token.children or ())))
        elif token.type == "inline":
            yield line, _inline(token.children or ())
        elif token.type in {"fence", "code_block"}:
            yield line, token.content
        elif token.type == "html_block":
            yield line, "".join(piece.text for piece in pieces_of(token.content))


def _inline(tokens: Sequence[Token]) -> str:
    """Return the text of what stands in a paragraph, line breaks that are meant included."""
    text = ""
    soft = high = False
    for token in tokens:
        part = raised(text, _said(token)) if high else _said(token)
        high = token.type == "html_inline" and token.content.lower() == "<sup>"
        if soft and part:
            text, soft = text + joint(text, part), False
        text += part
        soft = soft or token.type == "softbreak"
    return text


def _said(token: Token) -> str:
    """Return the text of one token."""
    if token.type == "hardbreak" or (token.type == "html_inline" and _BREAK.match(token.content)):
        return "\n"
    return token.content if token.type in {"text", "code_inline", "image"} else ""
