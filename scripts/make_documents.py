"""Make the sample documents that are no plain text: PDF and Word files.

    python scripts/make_documents.py [FOLDER]

Byte for byte the same each time, so that a test can tell whether the committed files are what
this script makes. A soft hyphen in a text is where a line may break inside a word.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from scripts.document_writers import Row, pdf, word

FOLDER = Path(__file__).parents[1] / "examples" / "computing" / "documents"
WIDTH = 78  # characters of a line of a PDF
LINES = 24  # of a page, so that a paragraph runs across two

ALAN_TURING = [
    "Alan Turing",
    "Alan Turing was a British mathe\xadma\xadti\xadcian and a founder of the theory of "
    "compu\xadta\xadtion. Alan Mathison Turing was born on 23 June 1912 in London. He studied "
    "mathe\xadma\xadtics at King's College, which is part of the Uni\xadver\xadsity of "
    "Cambridge. Alan Turing received his doc\xadtorate from Princeton Uni\xadver\xadsity in "
    "1938. Alonzo Church was his advisor.",
    "Alan Turing wrote “On Computable Numbers, with an Application to the "
    "Entscheidungs\xadproblem” in 1936. The paper describes a machine with a tape, which "
    "everybody calls the Turing machine now. During the war he broke ciphers at Bletchley Park.",
    "Alan Turing worked at the National Physical Labora\xadtory, the NPL, from 1945 to 1947. "
    "There he designed a computer that was called ACE. James H. Wilkinson, who received the "
    "Turing Award in 1970, was his assis\xadtant. Alan Turing worked at the Uni\xadver\xadsity "
    "of Manchester from 1948 to 1954. Freddie Williams and Tom Kilburn had built the machine "
    "there that was called the Manchester Baby.",
    "A. M. Turing wrote “Computing Machinery and Intel\xadli\xadgence”, which appeared in Mind "
    "in 1950. Its test of whether a machine thinks is older than the term arti\xadfi\xadcial "
    "intel\xadli\xadgence. Alan Turing died on 8 June 1954.",
    "The Turing Award bears his name. Alan Perlis received the Turing Award in 1966, when it "
    "was given for the first time.",
]
CLAUDE_SHANNON = [
    "Claude Shannon",
    "Claude Shannon was an American mathe\xadma\xadti\xadcian and engineer. Claude Elwood "
    "Shannon was born on 30 April 1916 in Petoskey. Claude Shannon received his doc\xadtorate "
    "from the Massa\xadchu\xadsetts Institute of Tech\xadnology in 1940.",
    "Claude Shannon joined Bell Telephone Labora\xadtories in 1941. He wrote “A "
    "Mathe\xadma\xadti\xadcal Theory of Commu\xadni\xadca\xadtion” in 1949; it appeared in the "
    "Bell System Tech\xadnical Journal, and it founded infor\xadma\xadtion theory. Claude "
    "Shannon worked at MIT from 1956 to 1978. Ivan Sutherland, whose Sketchpad was the first "
    "program to draw with, was one of his doc\xadtoral students; Ivan Sutherland received his "
    "doc\xadtorate from MIT in 1963.",
    "John McCarthy, Marvin Minsky, Nathaniel Rochester and C. E. Shannon called the meeting of "
    "1956 in Hanover from which arti\xadfi\xadcial intel\xadli\xadgence has its name. Shannon "
    "is also known for a mouse that learned its way through a maze, and for juggling.",
    "Claude Shannon died on 24 February 2001.",
]
PUBLIC_KEYS = [
    "Public-key cryptography",
    "Two keys are better than one: what the public key locks, only the private key opens. "
    "Whitfield Diffie and Martin Hellman wrote “New Directions in Crypto\xadgraphy” in 1976. "
    "Whit Diffie was born in Washington, D.C., on 5 June 1944. Martin Hellman has worked at "
    "Stanford since 1971. Whitfield Diffie and Martin Hellman received the Turing Award in "
    "2015.",
    "Ron Rivest, Adi Shamir and Len Adleman wrote “A Method for Obtaining Digital "
    "Signa\xadtures and Public-Key Crypto\xadsystems” in 1978. The letters of RSA are the "
    "initials of R. L. Rivest, A. Shamir and L. M. Adleman. All three were at MIT then. Adi "
    "Shamir joined the Weizmann Institute of Science in 1980, and in the same year Leonard "
    "Adleman joined USC, the Uni\xadver\xadsity of Southern California. Adi Shamir wrote “How "
    "to Share a Secret” in 1979. Ronald Rivest, Adi Shamir and Leonard Adleman received the "
    "Turing Award in 2002.",
    "Shafi Goldwasser and Silvio Micali wrote “Proba\xadbi\xadlis\xadtic Encryp\xadtion” in "
    "1984. Manuel Blum was the advisor of both. Shafi Goldwasser and Silvio Micali received the "
    "Turing Award in 2012.",
]
FRANCES_ALLEN: list[str | list[Row]] = [
    "# Frances Allen",
    "Frances Allen was an American computer scientist and a pioneer of compilers. Frances "
    "Elizabeth “Fran” Allen was born on 4 August 1932 in Peru, a small town in the state of New "
    "York. Fran Allen took a degree in mathematics at the University of Michigan in 1957.",
    "# Career",
    "Frances Allen worked at IBM from 1957 to 2002. At first she taught Fortran, the language "
    "of John Backus, to the scientists of International Business Machines. With John Cocke she "
    "found ways to make compiled programs faster. John Cocke was born on 30 May 1925 in "
    "Charlotte. John Cocke worked at IBM from 1956 to 1992.",
    "# Awards",
    "Frances Allen received the Turing Award in 2006. She was the first woman to receive it.",
    [
        ("Person", "Award", "Year"),
        ("John Backus", "Turing Award", "1977"),
        ("Kenneth E. Iverson", "Turing Award", "1979"),
        ("John Cocke", "Turing Award", "1987"),
        ("Frances Allen", "Turing Award", "2006"),
    ],
    "All four worked at “Big Blue”, as people call IBM. Frances Allen died on 4 August 2020, "
    "her birthday.",
]
BELL_LABS: list[str | list[Row]] = [
    "# Bell Labs",
    "Bell Labs is an industrial laboratory in Murray Hill. Bell Telephone Laboratories was "
    "founded in 1925 by AT&T. Its name is Nokia Bell Labs today.",
    "# People",
    "Richard Hamming was born on 11 February 1915 in Chicago. Richard Hamming received his "
    "doctorate from the University of Illinois Urbana-Champaign in 1942. Richard Hamming worked "
    "at Bell Labs from 1946 to 1976. He wrote “Error Detecting and Error Correcting Codes” in "
    "1950. Richard Hamming received the Turing Award in 1969.",
    "Bjarne Stroustrup was born on 30 December 1950 in Aarhus. Bjarne Stroustrup received his "
    "doctorate from the University of Cambridge in 1979; David Wheeler was his advisor. In the "
    "same year he joined Bell Labs. There Bjarne Stroustrup designed C++, which he first called "
    "“C with Classes”.",
    "Alfred Aho and Jeffrey Ullman met as students at Princeton University. Both joined Bell "
    "Labs. Alfred V. Aho, Ravi Sethi and Jeffrey D. Ullman wrote “Compilers: Principles, "
    "Techniques, and Tools” in 1986. Alfred Aho and Jeffrey Ullman received the Turing Award in "
    "2020.",
]


def main(folder: Path) -> None:
    """Write the documents into a folder."""
    for name, content in documents():
        (folder / name).write_bytes(content)


def documents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each document."""
    yield "alan-turing.pdf", pdf(list(pages(ALAN_TURING)))
    yield "bell-labs.docx", word(BELL_LABS)
    yield "claude-shannon.pdf", pdf(list(pages(CLAUDE_SHANNON)))
    yield "frances-allen.docx", word(FRANCES_ALLEN)
    yield "public-key-cryptography.pdf", pdf(list(pages(PUBLIC_KEYS)))


def pages(paragraphs: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each page, with a title above and a number below."""
    lines = [line for paragraph in paragraphs for line in (*wrapped(paragraph), "")]
    for number, start in enumerate(range(0, len(lines), LINES), start=1):
        yield ["People of computing", "", *lines[start : start + LINES], "", str(number)]


def wrapped(paragraph: str) -> Iterator[str]:
    """Yield the lines of a paragraph, words parted at soft hyphens where they do not fit."""
    line = ""
    for whole in paragraph.split():
        word_ = whole
        while len(line) + len(word_.replace("\xad", "")) > WIDTH:
            fitting = _fitting(word_, WIDTH - len(line) - 1)
            yield line + fitting.replace("\xad", "") + "-" if fitting else line.rstrip()
            line, word_ = "", word_.removeprefix(fitting).lstrip("\xad")
        line += word_.replace("\xad", "") + " "
    yield line.rstrip()


def _fitting(word_: str, room: int) -> str:
    """Return the longest part of a word, up to a soft hyphen, that fits."""
    parts = word_.split("\xad")
    starts = ("\xad".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return next((start for start in starts if len(start.replace("\xad", "")) <= room), "")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
