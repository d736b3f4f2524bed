"""What the layout of a PDF means for its text: lists, margins, raised marks, page edges."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.document_writers import pdf, pdf_objects
from tests.documents.reading import Written, text_of

# Codes from A on are Hebrew letters, as a font of that script would say.
_HEBREW = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
2 beginbfrange <20> <40> <0020> <41> <5B> <05D0> endbfrange endcmap end end"""


def _drawn(*pages: str, to_unicode: bytes = b"") -> bytes:
    """Return a PDF of pages that are drawn with these operators."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: font + (b" /ToUnicode 4 0 R >>" if to_unicode else b" >>"),
        4: _stream(to_unicode),
    }
    for number, content in enumerate(pages):
        objects[5 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * number)
        )
        objects[6 + 2 * number] = _stream(content.encode("cp1252"))
    kids = b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(pages)))
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages))
    return pdf_objects(objects)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _at(x: float, y: float, text: str, size: int = 11) -> str:
    """Return the operators that write a text at a place."""
    return f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"


def _with_marks(*parts: str) -> str:
    """Return the operators of one line; every second part is small and raised."""
    shown = [
        f"/F1 {7 if raised else 11} Tf {4 * raised} Ts ({part}) Tj"
        for number, part in enumerate(parts)
        for raised in (number % 2,)
    ]
    return f"BT 72 700 Td {' '.join(shown)} ET\n"


def _column(lines: Sequence[str], x: float = 72, y: float = 770) -> str:
    return "".join(_at(x, y - 14 * number, line) for number, line in enumerate(lines))


def test_the_size_of_a_bullet_does_not_part_its_sentence(written: Written) -> None:
    """A bullet, a number or an initial of another size belongs to the line that it begins."""
    items = "".join(
        _at(66, y, mark, size)
        + _at(90, y, "Emmy Noether was born in Erlangen on a day in March, and taught at the")
        + _at(90, y - 14, "University of Erlangen.")
        for y, mark, size in ((770, "•", 16), (730, "2", 14))
    )
    said = "Emmy Noether was born in Erlangen on a day in March, and taught at the University of"
    path = written("a.pdf", _drawn(items))
    assert text_of(path) == f"• {said} Erlangen.\n2 {said} Erlangen.\n"


def test_a_wide_running_title_does_not_make_a_narrow_column_ragged(written: Written) -> None:
    """Lines of another size say nothing about where the lines of a column end."""
    title = _at(
        72,
        800,
        "Annals of the History of Computing, Volume Twelve, Number Three, in the Year 1950",
        8,
    )
    body = _column(["Sofya Kovalevskaya was born on 15 January", "1850 in Moscow."], y=784)
    assert text_of(written("a.pdf", _drawn(title + body))).splitlines()[1:] == [
        "Sofya Kovalevskaya was born on 15 January 1850 in Moscow."
    ]


def test_raised_numbers_are_powers_or_marks_of_notes(written: Written) -> None:
    """`10` with a raised `6` is not 106, and a name with a note is not `Noether1`."""
    line = _with_marks(
        "The 10", "6", " says Emmy Noether", "1,2", " of 5 km", "2", " or 10", "-3", " m, ended."
    )
    path = written("a.pdf", _drawn(line + _at(72, 686, "In 1882 she was 10.")))
    assert text_of(path) == (
        "The 10⁶ says Emmy Noether of 5 km² or 10⁻³ m, ended. In 1882 she was 10.\n"
    )


def test_what_is_written_from_right_to_left_is_joined(written: Written) -> None:
    """Lines that begin at the right margin are joined to paragraphs as others are."""
    lines = [(150, "JIHG FEDCBA JIHG FEDCBA JIHG FEDCBA"), (335, ".EDCBA FED")]
    content = "".join(_at(x, 770 - 14 * n, text) for n, (x, text) in enumerate(lines))
    text = text_of(written("a.pdf", _drawn(content, to_unicode=_HEBREW)))
    assert text == "אבגדהו זחטי אבגדהו זחטי אבגדהו זחטי דהו אבגדה.\n"


def test_pages_that_differ_by_their_figures_keep_their_lines(written: Written) -> None:
    """A form filled in again and again is no running title: its numbers are what it says."""
    pages = [
        [
            f"Station {7 * page + 3} measured {20 + 3 * page} degrees in Moscow.",
            "It was a normal day for all of us.",
            f"The sample of {1990 + 2 * page} weighed {11 * page + 5} grams.",
            "",
            f"Sheet {page + 1} of 4",
        ]
        for page in range(4)
    ]
    text = text_of(written("a.pdf", pdf(pages)))
    assert [text.count(what) for what in ("Station 24 measured 29", "1996 weighed 38")] == [1, 1]
    assert "Sheet" not in text


def test_the_last_line_of_a_letter_is_no_running_title(written: Written) -> None:
    """What stands right below the text belongs to it, though every page ends with the same."""
    text = "Emmy Noether was born in Erlangen. She taught at the University of Göttingen.\n"
    lines = ["Emmy Noether was born in Erlangen. She taught", "at the University of Göttingen."]
    assert text_of(written("a.pdf", pdf([lines, lines]))) == text + text


def test_hyphens_that_are_meant_stay(written: Written) -> None:
    """Years and letters with a hyphen are one word across lines, columns and pages."""
    left = _column(["Emmy Noether lived in Erlangen from 1882-", "1903, an IBM-", "compatible X-"])
    right = _column(["ray was made from 1933-", "1935 for her corre-"], x=320)
    path = written("a.pdf", _drawn(left + right, _column(["spondence in Göttingen."])))
    assert text_of(path) == (
        "Emmy Noether lived in Erlangen from 1882-1903, an IBM-compatible X-ray was made from "
        "1933-1935 for her correspondence in Göttingen.\n"
    )
