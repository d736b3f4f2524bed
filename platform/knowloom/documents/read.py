"""Documents from files: found, told apart, and read as text with places (items 32 and 135)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import blake2b
from importlib import import_module
from pathlib import Path

from knowloom.documents.apart import pieces_apart
from knowloom.documents.document import Document, Section
from knowloom.documents.formats import BY_SUFFIX, HEAD, Format, format_of, require
from knowloom.documents.piece import Piece
from knowloom.errors import DocumentUnreadable, Fault

_BLOCK = 1024 * 1024
_UNKNOWN = (
    f"its ending is none of {', '.join(BY_SUFFIX)}: name the file itself if it is a document"
)


def read(path: Path, *, name: str = "") -> Document:
    """Open a document: PDF, Word, HTML, Markdown or plain text, whatever its ending says.

    The sections follow each other without a gap, from 0. A line break ends a paragraph, a heading,
    a list item, a line of code or a row (its cells are parted by ` | `) and never stands inside a
    sentence. Nothing in a document is run, and nothing that it refers to is fetched.

    Args:
        path: of the file.
        name: of the document; by default its path as given, with forward slashes.

    Raises:
        DocumentUnreadable: at once, or while the sections are consumed; then what came before is
            good. Its `code` says why.
        ExtraMissing: the libraries for this format are not installed.

    >>> document = read(Path("notes.txt"))  # doctest: +SKIP
    >>> next(document.sections)  # doctest: +SKIP
    Section(start=0, text='First paragraph.\\n', place='line 1')
    """
    try:
        head, digest = _looked_at(path)
        format_ = format_of(path, head)
        if format_.edition:
            digest.update(f"{format_.reader} {format_.edition}".encode())
    except OSError as error:
        raise _closed(path, error) from None
    require(format_)
    sections = _sections(path, format_)
    return Document(name or path.as_posix(), format_.media, digest.hexdigest(), sections)


def _looked_at(path: Path) -> tuple[bytes, blake2b]:
    """Return the first bytes of a file and the digest of all."""
    if path.is_dir():
        raise DocumentUnreadable(path, "it is a folder, no file", "unsupported")
    if path.exists() and not path.is_file():
        raise DocumentUnreadable(path, "it is no regular file", "unsupported")
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        head = file.read(HEAD)
        digest.update(head)
        for block in iter(partial(file.read, _BLOCK), b""):
            digest.update(block)
    if not head:
        raise DocumentUnreadable(path, "it is empty", "empty")
    return head, digest


def _closed(path: Path, error: OSError) -> DocumentUnreadable:
    """Return the error of a file that does not open."""
    code = "missing" if isinstance(error, FileNotFoundError) else "denied"
    why = "there is no such file" if code == "missing" else (error.strerror or str(error)).lower()
    return DocumentUnreadable(path, why, code)


def _sections(path: Path, format_: Format) -> Iterator[Section]:
    """Yield the sections of a document.

    Raises:
        DocumentUnreadable: damaged, or there is no text in it.
    """
    start = 0
    try:
        for place, text in _pieces(path, format_):
            yield Section(start, text, place)
            start += len(text)
    except OSError as error:
        raise _closed(path, error) from None
    if not start:
        raise DocumentUnreadable(path, "there is no text in it", "empty")


def _pieces(path: Path, format_: Format) -> Iterator[Piece]:
    """Yield what the reader of a format yields."""
    if format_.apart:
        return pieces_apart(format_.reader, path)
    pieces: Iterator[Piece] = import_module(f"knowloom.documents.{format_.reader}").pieces(path)
    return pieces


def documents_in(paths: Iterable[Path]) -> tuple[list[Path], list[Fault]]:
    """Find the documents among files and folders.

    A file that is named is taken, whatever its ending; of a folder those at any depth whose ending
    is one of a format. Hidden files and folders in it (`.git`) are passed over, links to folders
    are not followed.

    Args:
        paths: files and folders; one that comes twice counts once.

    Returns:
        The files, those of a folder sorted by name; and a fault for each file that was passed over
        for its ending (code `unsupported`) and each path where nothing is (`missing`).
    """
    found: dict[Path, Path] = {}
    passed: dict[Path, Fault] = {}
    for path in paths:
        if not path.exists():
            fault = Fault(path.as_posix(), "there is no such file or folder", "missing")
            passed[path.absolute()] = fault
        elif not path.is_dir():
            found.setdefault(path.resolve(), path)
        else:
            for file in _files(path):
                if file.suffix.lower() in BY_SUFFIX:
                    found.setdefault(file.resolve(), file)
                else:
                    passed[file.resolve()] = Fault(file.as_posix(), _UNKNOWN, "unsupported")
    return list(found.values()), [fault for file, fault in passed.items() if file not in found]


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that are not hidden, by name."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in sorted(files) if not name.startswith("."))
