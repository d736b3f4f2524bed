"""Documents become typed objects in the graph, each chunk once, whatever ends the process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from knowloom import Entity, Field, ontology_of
from knowloom.base import KnowledgeBase
from knowloom.errors import ModelError, UsageError
from knowloom.extract.findings import Extraction, Finding, Passage, Span
from knowloom.extracting import DocumentReport, extract
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j


class City(Entity):
    """Description: a settlement."""


class Person(Entity, key=("name",)):
    """Description: a human being."""

    born: int | None = Field(default=None, minimum=1000)
    born_in: City | None = None


class Births:
    """Finds `X was born in Y in 1815`; counts the passages it was given."""

    name = "births"

    def __init__(self, version: str = "1", fails_on: str = "\0") -> None:
        self.version = version
        self.fails_on = fails_on
        self.given: list[str] = []

    def extract(self, passages: Sequence[Passage]) -> Iterable[Extraction]:
        """Yield the births that passages speak of."""
        for passage in passages:
            if self.fails_on in passage.text:
                raise ModelError("nobody answers")
            self.given.append(passage.text)
            yield Extraction(tuple(map(self._birth, _BIRTH.finditer(passage.text))))

    def _birth(self, found: re.Match[str]) -> Finding:
        city = Finding("City", {"name": found[2]}, Span(*found.span(2)))
        values = {"name": found[1], "born": int(found[3]), "born_in": city}
        return Finding("Person", values, Span(*found.span(1)))


_BIRTH = re.compile(r"(\w+) was born in (\w+) in (\d+)")


@pytest.fixture
def kb(database: Database, workspace: Path) -> KnowledgeBase:
    """A knowledge base that knows people, in an empty current directory."""
    made = KnowledgeBase(database, workspace / ".knowloom")
    made.save_ontology(ontology_of(Person, City))
    return made


def run(kb: KnowledgeBase, extractor: Births, *paths: str, **options: Any) -> list[DocumentReport]:
    """Extract and return all reports."""
    return list(extract(kb, [Path(p) for p in paths], extractor, **options))


def write(name: str, text: str) -> None:
    """Write a document."""
    Path(name).write_text(text, encoding="utf-8")


def test_a_document_becomes_objects_that_know_where_they_come_from(kb: KnowledgeBase) -> None:
    """The value is there, and `why` shows the sentence that says so."""
    write("ada.txt", "This is about Ada. Ada was born in London in 1815. She wrote.")
    [report] = run(kb, Births(), "ada.txt")
    assert report.write is not None
    assert report.write.counts.written == 2
    [ada] = kb.find(Person, name="Ada")
    assert (ada.born, ada.born_in and ada.born_in.name) == (1815, "London")
    [reason] = kb.why("Ada", "born")
    assert reason.evidence.source == "ada.txt"
    assert reason.quote == "Ada was born in London in 1815."


def test_an_unchanged_document_is_passed_over(kb: KnowledgeBase) -> None:
    """Nothing is extracted or written a second time, unless it is wanted."""
    write("ada.txt", "Ada was born in London in 1815.")
    run(kb, Births(), "ada.txt")
    before = kb.fingerprint()
    extractor = Births()
    [report] = run(kb, extractor, "ada.txt")
    assert report.unchanged
    assert extractor.given == []
    [report] = run(kb, extractor, "ada.txt", again=True)
    assert report.write is not None
    assert report.write.updates == 0
    assert kb.fingerprint() == before


def test_a_new_version_of_the_extractor_extracts_again(kb: KnowledgeBase) -> None:
    """What it found before is no answer any more."""
    write("ada.txt", "Ada was born in London in 1815.")
    run(kb, Births(), "ada.txt")
    [report] = run(kb, Births("2"), "ada.txt")
    assert not report.unchanged


def test_a_dry_run_writes_nothing(kb: KnowledgeBase) -> None:
    """It tells what would be found."""
    write("ada.txt", "Ada was born in London in 1815.")
    [report] = run(kb, Births(), "ada.txt", dry_run=True)
    assert report.findings == {"Person": 1}
    assert report.write is None
    assert kb.find(Person) == []
    assert kb.database.read("MATCH (n:_Document) RETURN n") == []


def test_documents_join_by_name(kb: KnowledgeBase) -> None:
    """Two documents that name one city mean one city, unless told to keep apart."""
    write("ada.txt", "Ada was born in London in 1815.")
    write("bob.txt", "Bob was born in London in 1820.")
    run(kb, Births(), "ada.txt", "bob.txt")
    assert len(kb.find(City)) == 1
    write("eve.txt", "Eve was born in London in 1830.")
    run(kb, Births(), "eve.txt", same_name=False)
    assert len(kb.find(City)) == 2


def test_faulty_documents_are_reported_and_the_others_go_on(kb: KnowledgeBase) -> None:
    """An empty file, a missing one and one of no known kind each have a report."""
    write("ada.txt", "Ada was born in London in 1815.")
    write("empty.txt", "")
    Path("folder").mkdir()
    write("folder/data.xyz", "?")
    reports = run(kb, Births(), "empty.txt", "gone.txt", "folder", "ada.txt")
    faults = {fault.where: fault.code for r in reports for fault in r.faults}
    assert faults == {
        "empty.txt": "empty",
        "gone.txt": "missing",
        "folder/data.xyz": "unsupported",
    }
    assert len(kb.find(Person)) == 1


def test_classes_that_nobody_declared_are_dropped(kb: KnowledgeBase) -> None:
    """An extractor that was trained on other classes costs no more than its findings."""

    class Stranger(Births):
        def extract(self, passages: Sequence[Passage]) -> Iterable[Extraction]:
            """Yield a thing of an unknown class, by itself and within a known one."""
            alien = Finding("Alien", {"name": "Ada"}, Span(0, 3))
            person = Finding("Person", {"name": "Ada", "born_in": alien}, Span(0, 3))
            for _ in passages:
                yield Extraction((alien, person))

    write("ada.txt", "Ada was born.")
    [report] = run(kb, Stranger(), "ada.txt")
    assert report.dropped == {"unknown-type": 2}
    assert len(kb.find(Person)) == 1


def test_without_classes_there_is_nothing_to_look_for(database: Database, workspace: Path) -> None:
    """The message says what to do first."""
    write("ada.txt", "Ada was born.")
    with pytest.raises(UsageError, match="ontology load"):
        run(KnowledgeBase(database, workspace), Births(), "ada.txt")


def test_a_missing_library_costs_its_formats_only(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says what to install, and plain text needs nothing."""
    monkeypatch.setattr("knowloom.documents.formats.find_spec", lambda _: None)
    write("ada.html", "<p>Ada was born in London in 1815.</p>")
    write("bob.txt", "Bob was born in London in 1820.")
    html, text = run(kb, Births(), "ada.html", "bob.txt")
    assert [fault.code for fault in html.faults] == ["extra"]
    assert "knowloom[documents]" in html.faults[0].what
    assert text.findings == {"Person": 1}


def test_a_failing_chunk_costs_no_other_chunk(kb: KnowledgeBase) -> None:
    """What a model answered is kept; the next run asks for the failed chunk alone."""
    births = [f"P{i} was born in Paris in 19{i}." + " And so on." * 100 for i in range(10, 20)]
    write("many.txt", "\n".join(births))
    broken = Births(fails_on="P15")
    [report] = run(kb, broken, "many.txt")
    assert [fault.code for fault in report.faults] == ["model"]
    assert len(kb.find(Person)) == 9
    mended = Births()
    [report] = run(kb, mended, "many.txt")
    assert len(mended.given) == 1
    assert len(kb.find(Person)) == 10
    [report] = run(kb, mended, "many.txt")
    assert report.unchanged


def test_a_killed_run_goes_on_where_it_was(kb: KnowledgeBase) -> None:
    """Chunks whose findings were kept are not extracted again, and the result is the same."""
    births = [f"P{i} was born in Paris in 19{i}." + " And so on." * 100 for i in range(10, 99)]
    write("many.txt", "\n".join(births))
    with pytest.raises(KeyboardInterrupt):
        run(kb, _Interrupted(after=40), "many.txt")
    rest = Births()
    run(kb, rest, "many.txt")
    assert 0 < len(rest.given) < 70
    assert len(kb.find(Person)) == 89


def test_what_was_kept_is_of_the_same_ontology(kb: KnowledgeBase) -> None:
    """Chunks that were done with other classes are done again with those that are stored now."""
    births = [f"P{i} was born in Paris in 19{i}." + " And so on." * 100 for i in range(10, 20)]
    write("many.txt", "\n".join(births))
    kb.save_ontology(ontology_of(City))
    run(kb, Births(fails_on="P15"), "many.txt")
    kb.save_ontology(ontology_of(Person, City))
    run(kb, Births(), "many.txt")
    assert len(kb.find(Person)) == 10


def test_a_damaged_document_is_extracted_anew(kb: KnowledgeBase) -> None:
    """What damage hides comes back by no second try, so what is known by then is looked for."""
    text = b"Ada was born in London in 1815. " * 5_000
    Path("a.txt").write_bytes(text + "\n\n大学".encode("gb18030") * 40_000 + b"\xff\xff\n")
    [report] = run(kb, Births(), "a.txt")
    assert {fault.code for fault in report.faults} == {"damaged"}
    again = Births()
    run(kb, again, "a.txt", again=True)
    assert again.given


def test_each_reading_of_the_same_bytes_is_quoted_from_itself(kb: KnowledgeBase) -> None:
    """A place in a file's Markdown is another than in the same file as plain text."""
    text = "# [A title](https://example.org/of/another/length)\n\nAda was born in London in 1815."
    for name in ("a.txt", "a.md"):
        write(name, text)
    run(kb, Births(), "a.txt", "a.md")
    assert {(r.evidence.source, r.quote) for r in kb.why("Ada", "born")} == {
        (name, "Ada was born in London in 1815.") for name in ("a.txt", "a.md")
    }


class _Interrupted(Births):
    """Is interrupted after some passages."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def extract(self, passages: Sequence[Passage]) -> Iterable[Extraction]:
        """Yield the births, until it is interrupted."""
        for extraction in super().extract(passages):
            if len(self.given) > self.after:
                raise KeyboardInterrupt
            yield extraction


def test_overlapping_sentences_are_said_once(kb: KnowledgeBase) -> None:
    """The sentence that two chunks share is found in the first alone."""
    text = "And so on. " * 105 + "Ada was born in London in 1815. " + "And so on. " * 100
    write("long.txt", text)
    [report] = run(kb, Births(), "long.txt")
    assert report.chunks > 1
    assert report.findings == {"Person": 1}


def test_what_a_changed_document_says_no_more_goes(kb: KnowledgeBase) -> None:
    """Its old sentences leave nothing behind that no other document says."""
    write("a.txt", "Ada was born in London in 1815. Bob was born in Rome in 1900.")
    write("b.txt", "Ada was born in London in 1815.")
    run(kb, Births(), "a.txt", "b.txt")
    write("a.txt", "Cid was born in Rome in 1950.")
    run(kb, Births(), "a.txt", "b.txt")
    assert {p.name for p in kb.find(Person)} == {"Ada", "Cid"}
    assert {c.name for c in kb.find(City)} == {"London", "Rome"}
    assert {r.evidence.source for r in kb.why("Ada", "born") if not r.evidence.superseded_by} == {
        "b.txt"
    }
    assert kb.check().faults == []


def test_what_a_document_said_is_quoted_from_what_it_was_then(kb: KnowledgeBase) -> None:
    """The sentence that stands there now says something else, or stands somewhere else."""
    write("a.txt", "Ada was born in London in 1815.")
    run(kb, Births(), "a.txt")
    write("a.txt", "Ada was born in London in 1816.")
    run(kb, Births(), "a.txt")
    written = [f"Ada was born in London in {year}." for year in (1816, 1815)]
    assert [reason.quote for reason in kb.why("Ada", "born")] == written
    write("a.txt", "Bob was born in Rome in 1900. " + written[0])
    run(kb, Births(), "a.txt")
    assert [reason.quote for reason in kb.why("Ada", "born")] == written


def test_a_document_that_fails_in_part_takes_nothing_away(kb: KnowledgeBase) -> None:
    """Only one that was understood to its end says what it does not say."""
    write("a.txt", "Ada was born in London in 1815.")
    run(kb, Births(), "a.txt")
    write("a.txt", "Nothing is known any more.")
    run(kb, Births(fails_on="Nothing"), "a.txt")
    assert [p.name for p in kb.find(Person)] == ["Ada"]
    run(kb, Births(), "a.txt")
    assert kb.find(Person) == []
