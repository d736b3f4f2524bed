"""Five formats, one text: what documents say, whatever they are written in."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

from knowloom.documents.chunks import chunks
from knowloom.documents.read import documents_in, read
from knowloom.documents.sentences import sentences
from scripts.document_writers import pdf, word, word_package
from scripts.make_documents import FOLDER, documents
from tests.documents.reading import Written, text_of

SENTENCES = [
    "Grace Hopper",
    "Grace Hopper was born on 9 December 1906 in New York City.",
    "She received her doctorate from Yale University in 1934 and joined the Navy.",
    "G. Hopper wrote “The Education of a Computer”.",
    "Name | Year",
    "FLOW-MATIC | 1955",
    "It was the first of its kind.",
]
TABLE = [("Name", "Year"), ("FLOW-MATIC", "1955")]
FIRST = " ".join(SENTENCES[1:4])
MARKDOWN = f"""# Grace Hopper

Grace Hopper was *born* on 9 December 1906 in
[New York City](https://example.org). She received her doctorate from Yale
University in 1934 and joined the Navy. G. Hopper wrote “The Education of a Computer”.

| Name | Year |
|---|---|
| FLOW-MATIC | 1955 |

{SENTENCES[-1]}
"""
HTML = f"""<!doctype html><title>Grace Hopper</title><meta charset="utf-8"><nav>Home</nav>
<h1>Grace Hopper</h1><p>{FIRST.replace("born", "<b>born</b>").replace(" in ", chr(10) + "in ")}
<table><tr><th>Name<th>Year<tr><td>FLOW-MATIC<td>1955</table>
<div>{SENTENCES[-1]}</div><script>var unseen = "unseen"</script>"""
TEXT = """Grace Hopper

Grace Hopper was born on 9 December 1906 in New York City. She received
her doctorate from Yale University in 1934 and joined the Navy. G. Hopper
wrote “The Education of a Computer”.

Name | Year
FLOW-MATIC | 1955

It was the first of its kind.
"""
PDF = [
    "Grace Hopper",
    "",
    "Grace Hopper was born on 9 December 1906 in New York City. She re-",
    "ceived her doctorate from Yale University in 1934 and joined the",
    "Navy. G. Hopper wrote “The Education of a Computer”.",
    "",
    "Name | Year",
    "",
    "FLOW-MATIC | 1955",
    "",
    SENTENCES[-1],
]
FILES = {
    "hopper.md": MARKDOWN.encode(),
    "hopper.html": HTML.encode(),
    "hopper.txt": TEXT.encode(),
    "hopper.pdf": pdf([PDF]),
    "hopper.docx": word(["# Grace Hopper", FIRST, TABLE, SENTENCES[-1]]),
}
CHINESE = (
    "姚期智1946年生于上海。他说：“这是图灵奖。”\n后来他去了清华大学（Tsinghua University）。\n"
)


def _sentences(text: str) -> list[str]:
    """Return the texts of the sentences."""
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize("name", FILES)
def test_each_format_gives_the_same_sentences(name: str, written: Written) -> None:
    """A fixture per format says the same, line breaks and mark-up aside (item 32)."""
    assert _sentences(text_of(written(name, FILES[name]))) == SENTENCES


@pytest.mark.parametrize("name", FILES)
def test_the_content_decides_about_the_format(name: str, written: Written) -> None:
    """PDF, Word and HTML are told by their first bytes: another ending does not matter."""
    if name.endswith((".pdf", ".docx", ".html")):
        assert _sentences(text_of(written("hopper.dat", FILES[name]))) == SENTENCES


@pytest.mark.parametrize("name", FILES)
def test_sections_follow_each_other_without_a_gap(name: str, written: Written) -> None:
    """Each section begins where the one before ended, and none is empty."""
    sections = list(read(written(name, FILES[name])).sections)
    assert sections[0].start == 0
    assert all(section.text for section in sections)
    assert all(a.start + len(a.text) == b.start for a, b in pairwise(sections))


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("hopper.md", {"line 1", "line 3", "line 7", "line 9", "line 11"}),
        ("hopper.html", {'section "Grace Hopper"', "table 1"}),
        ("hopper.txt", {"line 1", "line 3", "line 7", "line 10"}),
        ("hopper.pdf", {"page 1"}),
        ("hopper.docx", {'section "Grace Hopper"', "table 1"}),
    ],
)
def test_places_are_what_people_call_them(name: str, places: set[str], written: Written) -> None:
    """Pages, lines, tables and sections: where a reader of the source finds it."""
    assert {s.place for s in read(written(name, FILES[name])).sections} == places


def test_a_document_knows_its_name_its_kind_and_its_digest(written: Written) -> None:
    """The digest of plain text is that of its bytes; the name is the path unless another is."""
    path = written("hopper.txt", FILES["hopper.txt"])
    document = read(path)
    digest = hashlib.blake2b(FILES["hopper.txt"], digest_size=16).hexdigest()
    assert (document.name, document.media, document.digest) == (
        path.as_posix(),
        "text/plain",
        digest,
    )
    assert read(path, name="Hopper").name == "Hopper"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"],
)
def test_chinese_text_comes_in_many_encodings(encoding: str, written: Written) -> None:
    """Unicode with and without a mark, and GB18030, are told apart."""
    assert text_of(written("yao.txt", CHINESE.encode(encoding))) == CHINESE


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1", "utf-16"])
def test_western_text_comes_in_many_encodings(encoding: str, written: Written) -> None:
    """Old encodings of Western languages are taken for CP1252, of which Latin-1 is a part."""
    text = "Kurt Gödel was born in Brünn. Émile lived in Zürich, near the Café «Odéon».\n"
    assert text_of(written("names.txt", text.encode(encoding))) == text


def test_a_foreign_byte_late_in_a_file_is_seen(written: Written) -> None:
    """A file that is ASCII for megabytes may still be CP1252 in the end."""
    text = "All is plain here.\n\n" * 120_000 + "Kurt Gödel is not.\n"
    assert text_of(written("late.txt", text.encode("cp1252"))).endswith("Kurt Gödel is not.\n")


@pytest.mark.parametrize(
    ("meta", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        ('<meta charset="shift_jis">', "shift_jis"),
        ('<meta charset="no-such-thing">', "utf-8"),
        ('<meta charset="utf-8">', "utf-16"),
        ("", "utf-8"),
    ],
)
def test_a_page_says_its_encoding(meta: str, encoding: str, written: Written) -> None:
    """A page is read as it says, under the names browsers know, unless that cannot be."""
    said = "Gödel said “no”." if encoding == "cp1252" else "大学"
    page = f"<!doctype html><html><head>{meta}</head><body>{said}</body></html>"
    assert text_of(written("page.html", page.encode(encoding))) == f"{said}\n"


def test_the_same_bytes_read_in_another_way_are_another_document(written: Written) -> None:
    """Markdown without its marks is another text: places in the one mean nothing in the other."""
    content = b"**Emmy Noether** was [born](https://example.org) in Erlangen."
    digests = {read(written(name, content)).digest for name in ("a.txt", "a.md", "a.html")}
    assert len(digests) == 3
    assert read(written("b.md", content)).digest in digests


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("a.html", "<p>Emmy Noether<sup>1</sup> knew 10<sup>6</sup> on 5 km<sup>2</sup>."),
        ("a.md", "Emmy Noether<sup>1</sup> knew 10<sup>6</sup> on 5 km<sup>2</sup>."),
    ],
)
def test_raised_numbers_are_no_part_of_a_name_or_number(
    name: str, page: str, written: Written
) -> None:
    """A power is none of the digits of a number, and a note's mark no part of a name."""
    said = "Emmy Noether knew 10⁶ on 5 km².\n"
    assert text_of(written(name, page.encode())) == said


def test_word_text_that_nobody_sees_is_not_read(written: Written) -> None:
    """Hidden text and a text's old place are none; a raised number is no digit of another."""

    def run(text: str, how: str = "") -> str:
        return f"<w:r><w:rPr>{how}</w:rPr><w:t>{text}</w:t></w:r>"

    raised = '<w:vertAlign w:val="superscript"/>'
    shown = '<w:vanish w:val="0"/>'
    before = "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"
    body = (
        f"<w:body><w:p>{run('Seen.')}{run('Obey me.', '<w:vanish/>')}{run(' Here.', before)}</w:p>"
        f"<w:p><w:moveFrom>{run('Moved.')}</w:moveFrom></w:p>"
        f"<w:p><w:moveTo>{run('Moved.')}</w:moveTo></w:p>"
        f"<w:p>{run('Noether')}{run('1', raised)}{run(' knew 10')}{run('6', raised)}"
        f"{run('th', raised)}{run('.', shown)}</w:p></w:body>"
    )
    path = written("a.docx", word_package(body))
    assert text_of(path) == "Seen. Here.\nMoved.\nNoether knew 10⁶th.\n"


def test_hidden_parts_of_a_page_are_not_read(written: Written) -> None:
    """What no visitor sees, such as an order to a language model, is no text of the page."""
    page = """<html><body><p>Seen.<p hidden>Unseen.<p style="display: none">Unseen.
    <span aria-hidden="true">Unseen.</span><template>Unseen.</template><noscript>Unseen.</noscript>
    <footer>Unseen.</footer><!-- Unseen. --><textarea>Unseen.</textarea><p>Seen, too."""
    assert text_of(written("page.html", page.encode())) == "Seen.\nSeen, too.\n"


def test_a_table_that_arranges_the_page_is_no_row(written: Written) -> None:
    """The cells of a table with tables in it are read as blocks."""
    page = """<table><tr><td><h1>Title</h1><td><p>One.<p>Two.<table><tr><td>a<td>b</table></table>
    <pre>line
  line</pre>"""
    assert text_of(written("p.html", page.encode())) == "Title\nOne.\nTwo.\na | b\nline\nline\n"


def test_markdown_keeps_code_lists_and_html(written: Written) -> None:
    """Items, quotations, code and HTML give a line each; front matter and pictures' links none."""
    text = "---\na: b\n---\n- one\n  more\n- two\n\n> said\n\n```\nx = 1\n```\n"
    text += "\n<p>raw</p>\n\n![alt](a.png)"
    path = written("a.md", text.encode())
    assert text_of(path) == "one more\ntwo\nsaid\nx = 1\nraw\nalt\n"
    assert next(read(path).sections).place == "line 4"


def test_word_text_in_boxes_controls_and_changes_is_read(written: Written) -> None:
    """Content controls, tracked insertions, text boxes and notes are text; deletions are none."""

    def run(text: str) -> str:
        return f"<w:r><w:t>{text}</w:t></w:r>"

    body = (
        f"<w:body><w:sdt><w:sdtContent><w:p>{run('Control.')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p><w:ins>{run('In')}</w:ins><w:r><w:delText>out</w:delText></w:r>{run('serted.')}</w:p>"
        f"<w:p><w:r><w:txbxContent><w:p>{run('Box.')}</w:p></w:txbxContent></w:r>{run('Around.')}"
        "<w:r><w:br/><w:t>Below</w:t><w:tab/><w:t>it.</w:t></w:r></w:p></w:body>"
    )
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:footnote><w:p>{run('A note.')}</w:p></w:footnote></w:footnotes>"
    )
    path = written("a.docx", word_package(body, more={"word/footnotes.xml": notes.encode()}))
    assert text_of(path) == "Control.\nInserted.\nBox.\nAround.\nBelow it.\nA note.\n"
    assert list(read(path).sections)[-1].place == "footnotes"


def test_a_sentence_runs_across_pages_of_a_pdf(written: Written) -> None:
    """Page numbers and running titles do not part a sentence; words keep meant hyphens."""
    first = [
        "A title",
        "",
        "The well-known Tim Berners-",
        "Lee and the well-",
        "known others wrote",
    ]
    second = ["A title", "", "it on two", "pages."]
    path = written("a.pdf", pdf([[*first, "", "1"], [*second, "", "2"]]))
    assert text_of(path).splitlines() == [
        "A title",
        "The well-known Tim Berners-Lee and the well-known others wrote it on two pages.",
    ]
    found = list(chunks(read(path).sections, size=40))
    assert found[-1].place == "page 1"


def test_a_page_of_figures_keeps_its_figures(written: Written) -> None:
    """Rows of numbers at the edges of pages are no running titles, and one page has no number."""
    rows = ["1947 1978", "1960 1987", "1964 1991", "1939 1968"]
    assert text_of(written("a.pdf", pdf([rows, rows]))).split() == " ".join(rows * 2).split()
    assert text_of(written("b.pdf", pdf([["1947"]]))) == "1947\n"


def test_a_chinese_pdf_is_joined_without_spaces(written: Written) -> None:
    """The lines of a Chinese paragraph are joined as they are."""
    path = written("a.pdf", pdf([["姚期智1946年生于上海。他在", "清华大学工作。"]], chinese=True))
    assert text_of(path) == "姚期智1946年生于上海。他在清华大学工作。\n"


def test_ligatures_and_signs_that_nobody_sees_are_resolved(written: Written) -> None:
    """Ligatures become letters; soft hyphens, zero-width and control characters go."""
    text = "The ﬁrst of\xadfice\u200b is\xa0\x07ﬂat.\ufeff\n"
    assert text_of(written("a.txt", text.encode())) == "The first office is flat.\n"


def test_a_very_long_line_is_read_in_parts(written: Written) -> None:
    """A megabyte without a line break is the same text, in sections of bounded length."""
    text = "One sentence is here. " * 50_000
    sections = list(read(written("a.txt", text.encode())).sections)
    assert "".join(s.text for s in sections).split() == text.split()
    assert max(len(s.text) for s in sections) <= 70_000


def test_documents_are_found_in_folders(tmp_path: Path) -> None:
    """Folders give what has a known ending, by name, once; the others are reported."""
    for name in ("b.txt", "a.md", "sub/c.PDF", "sub/d.xyz", ".git/e.txt", ".hidden.md", "e.xyz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found, faults = documents_in([tmp_path, tmp_path / "b.txt", tmp_path / "e.xyz", Path("gone")])
    assert [p.relative_to(tmp_path).as_posix() for p in found] == [
        "a.md",
        "b.txt",
        "sub/c.PDF",
        "e.xyz",
    ]
    assert [(fault.where, fault.code) for fault in faults] == [
        ((tmp_path / "sub/d.xyz").as_posix(), "unsupported"),
        ("gone", "missing"),
    ]


@pytest.mark.parametrize("name", [name for name, _ in documents()])
def test_the_binary_samples_are_what_the_script_makes(name: str) -> None:
    """The committed PDF and Word samples are made by the committed script, byte for byte."""
    assert (FOLDER / name).read_bytes() == dict(documents())[name]


def test_the_samples_are_read_in_five_formats() -> None:
    """All sample documents are read, and each has sentences."""
    found, faults = documents_in([FOLDER])
    media = {read(path).media for path in found}
    assert (len(found), len(media), faults) == (14, 5, [])
    assert all(len(list(chunks(read(path).sections))) >= 1 for path in found)
