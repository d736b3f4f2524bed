"""Files that are damaged, closed, no documents, or made to do harm: an error, in bounded time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowloom.documents import apart
from knowloom.documents.apart import pieces_apart
from knowloom.documents.read import read
from knowloom.errors import DocumentUnreadable, ExtraMissing, SourceError
from scripts.document_writers import pdf, pdf_objects, word, word_package, zipped
from tests.documents.reading import Written, text_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PASSWORD = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00><00>]" % (
    b"41" * 32,
    b"42" * 32,
)
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
RELATIONS = b'<r><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></r>'
LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{last};" * 10}">'
    for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def _body(content: str) -> str:
    """Return the body of a Word document."""
    return f"<w:body>{content}</w:body>"


def _paragraph(text: str) -> str:
    """Return a paragraph of a Word document."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _encrypted_part() -> bytes:
    """Return a Word file with the bit set that says its document is encrypted."""
    content = bytearray(word(["Hello."]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(b"word/document.xml") if mark == b"PK\x03\x04" else 0
        start = content.rindex(mark, 0, at) if at else content.rindex(mark)
        content[start + offset] |= 1
    return bytes(content)


UNREADABLE = {
    "empty file": ("a.txt", b"", "empty"),
    "empty PDF file": ("a.pdf", b"", "empty"),
    "nothing but white space": ("a.txt", b" \r\n\t\n", "empty"),
    "a byte order mark and no more": ("a.txt", b"\xef\xbb\xbf", "empty"),
    "a page without text": ("a.html", b"<html><script>x</script><img src=a.png>", "empty"),
    "Word file without text": ("a.docx", word([]), "empty"),
    "Markdown without text": ("a.md", b"---\na: b\n---\n<!-- no -->\n", "empty"),
    "text under the name of a PDF": ("a.pdf", b"Hello.", "damaged"),
    "text under the name of a Word file": ("a.docx", b"Hello.", "damaged"),
    "PDF without objects": ("a.pdf", b"%PDF-1.7\nrubbish", "damaged"),
    "PDF cut off": ("a.pdf", pdf([["Hello."]])[:300], "damaged"),
    "PDF whose pages are no pages": (
        "a.pdf",
        pdf_objects({1: CATALOGUE, 2: b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>"}),
        "damaged",
    ),
    "Word file cut off": ("a.docx", word(["Hello." * 99])[:-30], "damaged"),
    "Word file with changed bytes": (
        "a.docx",
        word(["Hello, hello. " * 99]).replace(word(["Hello, hello. " * 99])[430:450], b"x" * 20),
        "damaged",
    ),
    "Word file with XML that is none": ("a.docx", word_package("<w:body><w:p>"), "damaged"),
    "Word file with a DOCTYPE": (
        "a.docx",
        word_package(_body(_paragraph("&i;")), head=f'<!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>'),
        "damaged",
    ),
    "Word file that reads another file": (
        "a.docx",
        word_package(_body("&x;"), head='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "damaged",
    ),
    "Word file nested deeply": (
        "a.docx",
        word_package(_body("<w:p>" * 5_000 + "</w:p>" * 5_000)),
        "damaged",
    ),
    "ZIP bomb": ("a.docx", word_package(_body(_paragraph("a" * 999) * 50_000)), "too-large"),
    "encrypted PDF": ("a.pdf", pdf([["Hello."]], trailer=PASSWORD), "encrypted"),
    "encrypted Word file": ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "Word file with an encrypted part": ("a.docx", _encrypted_part(), "encrypted"),
    "scan without a text layer": ("a.pdf", pdf([[], []]), "no-text"),
    "old Word file": ("a.doc", OLE, "unsupported"),
    "spreadsheet": (
        "a.xlsx",
        zipped({"_rels/.rels": RELATIONS, "xl/workbook.xml": b"<workbook/>"}),
        "unsupported",
    ),
    "any ZIP archive": ("a.zip", zipped({"a.txt": b"Hello."}), "unsupported"),
    "picture": ("a.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "unsupported"),
    "RTF": ("a.txt", b"{\\rtf1 Hello.}", "unsupported"),
    "program": ("a", b"\x7fELF" + bytes(range(256)), "unsupported"),
    "bytes without meaning": ("a.txt", bytes(range(256)) * 9, "unsupported"),
    "UTF-16 that ends in between": ("a.txt", b"\xff\xfea\0b\0\0\xd8", "damaged"),
}


@pytest.mark.parametrize(("name", "content", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_is_an_error_with_its_reason(
    name: str, content: bytes, code: str, written: Written
) -> None:
    """The error names the file, the reason and what to do, and has a code for scripts."""
    path = written(name, content)
    with pytest.raises(DocumentUnreadable) as caught:
        text_of(path)
    assert caught.value.code == code
    assert isinstance(caught.value, SourceError)
    assert str(caught.value) == f"{path} cannot be read: {caught.value.why}"


def test_what_is_not_there_or_closed_is_an_error(tmp_path: Path) -> None:
    """A missing file, a folder and a pipe are no documents."""
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    codes: dict[str, str] = {}
    for path in (tmp_path / "gone.txt", tmp_path, pipe):
        with pytest.raises(DocumentUnreadable) as caught:
            read(path)
        codes[path.name] = caught.value.code
    assert list(codes.values()) == ["missing", "unsupported", "unsupported"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root opens every file")
def test_a_file_that_may_not_be_opened_is_an_error(written: Written) -> None:
    """A file without the right to read it is named, with the reason of the system."""
    path = written("a.txt", b"Hello.")
    path.chmod(0)
    with pytest.raises(DocumentUnreadable, match="permission denied"):
        read(path)


def _ring() -> bytes:
    """Return a PDF whose tree of pages has itself as a branch."""
    kids = b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2000000 >>"
    return pdf_objects({1: CATALOGUE, 2: kids, 3: PAGE})


def _deep_tree() -> bytes:
    """Return a PDF whose tree of pages is 20,000 levels high."""
    objects = {1: CATALOGUE}
    for number in range(2, 20_000):
        objects[number] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1)
    return pdf_objects({**objects, 20_000: PAGE})


def _nested_arrays() -> bytes:
    """Return a PDF with 100,000 brackets in each other."""
    kids = b"<< /Type /Pages /Kids [3 0 R] /Count 1 /X %s %s >>" % (b"[" * 100_000, b"]" * 100_000)
    return pdf_objects({1: CATALOGUE, 2: kids, 3: PAGE})


def _one_page_many_times() -> bytes:
    """Return a small PDF that says it has a million pages, all of them the same."""
    kids = b"<< /Type /Pages /Kids [%s] /Count 1000000 >>" % (b"3 0 R " * 50_000)
    return pdf_objects({1: CATALOGUE, 2: kids, 3: PAGE})


HOSTILE = {
    "PDF with a ring of pages": ("a.pdf", _ring()),
    "PDF with a deep tree of pages": ("a.pdf", _deep_tree()),
    "PDF with nested arrays": ("a.pdf", _nested_arrays()),
    "PDF that says a million pages": ("a.pdf", _one_page_many_times()),
    "HTML nested 30,000 deep": ("a.html", b"<div>" * 30_000 + b"Hello."),
    "HTML of elements never closed": ("a.html", b"<b><i><p>" * 3_000 + b"Hello."),
    "HTML of tables in tables": ("a.html", b"<table><tr><td>" * 1_000 + b"Hello."),
    "HTML that laughs a billion times": (
        "a.html",
        f'<?xml version="1.0"?><!DOCTYPE html [{LAUGHS}]><html><p>&i;&i;'.encode(),
    ),
    "HTML of one attribute": ("a.html", b"<p a='" + b"x" * 1_000_000 + b"'>Hello."),
    "Markdown of quotations": ("a.md", b"> " * 5_000 + b"Hello."),
    "Markdown of brackets": ("a.md", b"[" * 50_000 + b"Hello."),
    "Markdown of stars": ("a.md", b"*a_ " * 20_000),
    "Markdown of ticks": ("a.md", b"`".join(b"`" * (n % 90) + b"a" for n in range(3_000))),
    "text of one letter": ("a.txt", b"a" * 3_000_000),
    "text of spaces": ("a.txt", b" " * 3_000_000 + b"a"),
    "text of line breaks": ("a.txt", b"\n" * 3_000_000 + b"a"),
}


@pytest.mark.parametrize(("name", "content"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_text_or_an_error_in_bounded_time(
    name: str, content: bytes, written: Written
) -> None:
    """Whatever a file is made to do, reading ends soon, with text or with the error of a file."""
    began = time.monotonic()
    path = written(name, content)
    try:
        length = len(text_of(path))
    except DocumentUnreadable as error:
        length = len(error.why)
    assert 0 < length < 10_000_000
    assert time.monotonic() - began < 60


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on memory")
def test_memory_is_limited(written: Written) -> None:
    """A file that takes more memory than allowed is an error, and ours is not touched."""
    path = written("a.html", b"<p>x" * 3_000_000)
    before = psutil.Process().memory_info().rss
    with pytest.raises(DocumentUnreadable) as caught:
        list(pieces_apart("html", path, memory=400 * 1024 * 1024))
    assert caught.value.code in {"too-large", "damaged"}
    assert psutil.Process().memory_info().rss - before < 100 * 1024 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on memory")
def test_a_page_that_takes_all_memory_is_too_large(written: Written) -> None:
    """PDFium gives up without a word; the file is not damaged for that."""
    path = written("a.pdf", pdf([["Hello there. " * 250] * 1_600]))
    with pytest.raises(DocumentUnreadable) as caught:
        list(pieces_apart("pdf", path, memory=400 * 1024 * 1024))
    assert caught.value.code == "too-large"


def test_time_is_limited(written: Written) -> None:
    """A file that takes more processor time than allowed is an error."""
    path = written("a.html", b"<div>" * 300_000 + b"x")
    with pytest.raises(DocumentUnreadable, match="more than 1 s of processor time") as caught:
        list(pieces_apart("html", path, seconds=1))
    assert caught.value.code == "too-slow"


def test_endless_text_is_cut_short(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may unpack to more text than we take; what came before the limit is there."""
    monkeypatch.setattr(apart, "LONGEST_TEXT", 1_000)
    path = written("a.docx", word(["Hello. " * 20] * 100))
    read_before = 0
    with pytest.raises(DocumentUnreadable) as caught:
        for section in read(path).sections:
            read_before += len(section.text)
    assert caught.value.code == "too-large"
    assert 0 < read_before <= 1_000


def test_what_was_read_before_the_damage_is_good(written: Written) -> None:
    """Sections come as they are read: those before a damaged part are there."""
    content = _body(_paragraph("Good.") * 5_000)[: -len("</w:body>")]
    path = written("a.docx", word_package(content))
    texts: list[str] = []
    with pytest.raises(DocumentUnreadable):
        texts.extend(section.text for section in read(path).sections)
    assert len(texts) > 100
    assert set(texts) == {"Good.\n"}


def test_whoever_stops_listening_ends_the_reader(written: Written) -> None:
    """No process is left when only the first section is wanted."""
    before = psutil.Process().children()
    sections = read(written("a.docx", word(["Hello. " * 20] * 20_000))).sections
    assert next(sections).start == 0
    children = [child for child in psutil.Process().children() if child not in before]
    assert len(children) == 1
    sections.close()  # type: ignore[attr-defined]
    assert psutil.wait_procs(children, timeout=10)[1] == []


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "may not do"),
        ("import subprocess; subprocess.run(['true'])", "may not do"),
        ("import os; os.system('true')", "may not do"),
        ("import os; os.execv('/bin/true', ['true'])", "may not do"),
        ("import urllib.request as u; u.urlopen('http://127.0.0.1:9')", "may not do"),
        ("open('big', 'wb').write(b'x' * 1_000_000)", "File too large"),
    ],
)
def test_a_reader_starts_no_program_and_opens_no_connection(
    statement: str, refused: str, tmp_path: Path
) -> None:
    """Even a library that were taken over could not call anybody, start or fill anything."""
    text = f"from knowloom.documents import apart; apart.limit(1 << 30, 9); {statement}"
    ran = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert refused in ran.stderr.splitlines()[-1]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["a.pdf", "a.docx"]),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_any_damage_is_text_or_an_error(
    written: Written, name: str, changes: list[tuple[int, int]]
) -> None:
    """Bytes changed anywhere give a text or the error of a file, never another exception."""
    whole = pdf([["Hello there."] * 9] * 3) if name == "a.pdf" else word(["Hello there."] * 9)
    content = bytearray(whole)
    for at, byte in changes:
        content[at % len(content)] = byte
    path = written(name, bytes(content))
    try:
        assert text_of(path)
    except DocumentUnreadable as error:
        assert error.code


def test_a_zip_file_that_lies_about_its_size_is_an_error(written: Written) -> None:
    """A part that unpacks to more than the archive says is cut there, and damaged."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for part, content in _parts(word(["Hello. " * 5_000])).items():
            archive.writestr(part, content)
    whole = file.getvalue()
    size = len(_parts(whole)["word/document.xml"]).to_bytes(4, "little")
    path = written("a.docx", whole.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(DocumentUnreadable) as caught:
        text_of(path)
    assert caught.value.code == "damaged"


def _parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of a ZIP file."""
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["a.pdf", "a.html", "a.md"])
def test_without_its_library_a_format_says_how_to_add_it(
    name: str, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing library is no fault of the document: the command that adds it is named."""
    monkeypatch.setattr("knowloom.documents.formats.find_spec", lambda _: None)
    path = written(name, pdf([["Hello."]]) if name == "a.pdf" else b"Hello.")
    with pytest.raises(ExtraMissing, match=r"pip install 'knowloom\[documents\]'"):
        read(path)
