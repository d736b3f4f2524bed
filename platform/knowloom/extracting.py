"""Extracting: documents in, typed objects out, each with its document, place and extractor.

A document is a source, and what is found in it one run. The findings of every chunk are kept on
disk before they are written, so that whatever ends the process, no chunk is done a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import orjson

from knowloom.base import KnowledgeBase
from knowloom.documents.chunks import chunks
from knowloom.documents.document import Chunk, Document
from knowloom.documents.read import documents_in, read
from knowloom.errors import DocumentUnreadable, ExtraMissing, Fault, ModelError, UsageError
from knowloom.extract.checks import of_known_classes
from knowloom.extract.findings import Extraction, Extractor, Passage
from knowloom.extract.hooks import Hooks
from knowloom.extract.kept import Kept
from knowloom.extract.same_name import SameName
from knowloom.extract.statements import Located, Teller
from knowloom.ontology.as_json import to_json
from knowloom.sandbox.process import ProcessTier
from knowloom.store import documents as stored
from knowloom.store import runs
from knowloom.store.write import WriteReport

_CHUNKS_AT_ONCE = 32
_ASKED_AGAIN = "model"  # the code of a fault that the same command may mend


@dataclass(slots=True)
class DocumentReport:
    """What became of one document.

    Args:
        name: the document's, which is the name of the source too.
        chunks: how many it has; 0 for one that is unchanged or unreadable.
        findings: objects found, by class.
        dropped: what was said but could not be kept, by reason code.
        faults: why the document or some of its chunks could not be read or extracted.
        unchanged: True when all of it was extracted before, by the same extractor.
        write: what reached the graph; None when nothing was to be written.
    """

    name: str
    chunks: int = 0
    findings: Counter[str] = field(default_factory=Counter[str])
    dropped: Counter[str] = field(default_factory=Counter[str])
    faults: list[Fault] = field(default_factory=list[Fault])
    unchanged: bool = False
    write: WriteReport | None = None


def extract(
    kb: KnowledgeBase,
    paths: Iterable[Path],
    extractor: Extractor,
    *,
    same_name: bool = True,
    again: bool = False,
    dry_run: bool = False,
    tier: ProcessTier | None = None,
    advance: Callable[[int], None] = lambda _: None,
    chunked: Callable[[int], None] = lambda _: None,
) -> Iterator[DocumentReport]:
    """Extract documents into the graph, yielding a report as each is done.

    A document that did not change since this extractor did all of it with this ontology is passed
    over. One that cannot be read, or only in part, is reported, and the others go on.

    Args:
        kb: where to; its ontology says what is looked for.
        paths: documents, and folders of them.
        extractor: finds the objects.
        same_name: join a name to the one thing of a compatible class that has it, known or found
            before; else every mention of a class without a key is a thing of its own.
        again: also extract what is unchanged.
        dry_run: read and extract, and write nothing.
        tier: runs the hooks of classes; that of `Hooks` when None.
        advance: called with every number of bytes that is done; `size_of` has the sum.
        chunked: called with every number of chunks that is done.

    Raises:
        UsageError: the ontology has no classes.
        StoreError: the server went away; the same call again goes on from there.
    """
    if not len(kb.ontology):
        raise UsageError("there are no classes to look for: run `knowloom ontology load` first")
    if not dry_run:
        kb.migrate()
    files, passed_over = documents_in(paths)
    yield from (DocumentReport(fault.where, faults=[fault]) for fault in passed_over)
    rule = _known_names(kb) if same_name and files else None
    spool = Path(":memory:") if dry_run else kb.workspace / "extracted.sqlite"
    ontology = orjson.dumps(to_json(kb.ontology), option=orjson.OPT_SORT_KEYS)
    classes = blake2b(ontology, digest_size=16).hexdigest()
    with Kept(spool, f"{extractor.name} {extractor.version} {classes}") as kept:
        work = _Extracting(
            kb,
            ontology,
            extractor,
            kept,
            rule,
            dry_run,
            again,
            advance,
            chunked,
            Hooks(kb.ontology, tier),
        )
        for path in files:
            yield work.document(path)


def size_of(paths: Iterable[Path]) -> int:
    """Return how many bytes the documents among these files and folders have."""
    return sum(path.stat().st_size for path in documents_in(paths)[0])


def _known_names(kb: KnowledgeBase) -> SameName:
    """Return the rule, knowing every name in the graph."""
    rule = SameName(kb.ontology)
    for uid, concept, name, aliases in stored.names(kb.database, kb.ontology):
        rule.add(uid, concept, name, aliases)
    return rule


@dataclass(slots=True)
class _Extracting:
    """What one call of `extract` works with."""

    kb: KnowledgeBase
    ontology: bytes  # all that it says
    extractor: Extractor
    kept: Kept
    rule: SameName | None
    dry_run: bool
    again: bool
    advance: Callable[[int], None]
    chunked: Callable[[int], None]
    hooks: Hooks
    _left: int = 0  # bytes of the document that are not done

    def document(self, path: Path) -> DocumentReport:
        """Extract one document and write what it says."""
        report = DocumentReport(path.as_posix())
        try:
            document = read(path)
            self._left = path.stat().st_size
            self._read(document, report)
            self._advance(self._left)
        except DocumentUnreadable as error:
            report.faults.append(Fault(report.name, error.why, error.code))
        except ExtraMissing as error:
            report.faults.append(Fault(report.name, str(error), "extra"))
        return report

    def _advance(self, characters: int) -> None:
        """Tell that so much is done; not every format has a byte for a character."""
        done = min(characters, self._left)
        self._left -= done
        self.advance(done)

    def _read(self, document: Document, report: DocumentReport) -> None:
        """Extract what is new in a document and write it."""
        state = self._state(document)
        known = runs.loaded_digest(self.kb.database, document.name)
        if known and known[0] == state and not self.again:
            report.unchanged = True
            return
        characters = self._extract(document, report)
        if not characters:
            return
        self._write(document, report, characters)
        if self.dry_run:
            return
        if not report.faults:
            runs.remember_digest(self.kb.database, document.name, state, report.findings.total())
        if all(fault.code != _ASKED_AGAIN for fault in report.faults):
            self.kept.forget(document.digest)

    def _state(self, document: Document) -> str:
        """Return a hash of all that decides what extracting a document gives."""
        parts = (document.digest, self.extractor.name, self.extractor.version)
        return blake2b("\n".join(parts).encode() + self.ontology, digest_size=16).hexdigest()

    def _extract(self, document: Document, report: DocumentReport) -> int:
        """Extract the chunks that are not kept yet, and return how long the document is."""
        done = set(self.kept.done(document.digest))
        characters = 0
        source = chunks(document.sections)
        while batch := self._next(source, report):
            if not self.dry_run:
                stored.put_chunks(self.kb.database, document.digest, batch)
            new = [chunk for chunk in batch if chunk.number not in done]
            made = list(self._extractions(new, report))
            self.kept.keep(document.digest, made)
            report.chunks += len(batch)
            self.chunked(len(batch))
            before, characters = characters, batch[-1].start + len(batch[-1].text)
            self._advance(characters - before)
        return characters

    def _next(self, source: Iterator[Chunk], report: DocumentReport) -> list[Chunk]:
        """Return the next chunks; what comes before damage in a document is good."""
        batch: list[Chunk] = []
        try:
            batch.extend(islice(source, _CHUNKS_AT_ONCE))
        except DocumentUnreadable as error:
            report.faults.append(Fault(report.name, error.why, error.code))
        return batch

    def _extractions(
        self, batch: Sequence[Chunk], report: DocumentReport
    ) -> Iterator[tuple[int, Located]]:
        """Yield what is found in chunks; where a model fails on some, each is tried by itself."""
        try:
            yield from list(self._located(batch))
        except ModelError:
            for chunk in batch:
                try:
                    yield from list(self._located([chunk]))
                except ModelError as error:
                    where = f"{report.name}, chunk {chunk.number}"
                    report.faults.append(Fault(where, str(error), _ASKED_AGAIN))

    def _located(self, batch: Sequence[Chunk]) -> Iterator[tuple[int, Located]]:
        extractions = self.extractor.extract([Passage(chunk.text) for chunk in batch])
        known = [
            (of_known_classes(extraction, self.kb.ontology), chunk.text)
            for chunk, extraction in zip(batch, extractions, strict=True)
        ]
        for chunk, extraction in zip(batch, self.hooks.applied(known), strict=True):
            yield chunk.number, Located(chunk.start, _fresh(chunk, extraction))

    def _write(self, document: Document, report: DocumentReport, characters: int) -> None:
        """Say what was found, count it, and write it."""
        found = partial(self.kept.of, document.digest)
        for located in found():
            report.findings.update(f.concept for f in located.extraction.findings)
            report.dropped.update(d.code for d in located.extraction.dropped)
        teller = Teller(self.kb.ontology, document.digest, self.rule)
        said = teller.tell(found)
        if self.dry_run:
            for _ in said:
                pass
        else:
            report.write = self.kb.write_statements(
                said,
                source=document.name,
                command=f"extract --extractor {self.extractor.name}",
                whole=not report.faults,
            )
            stored.put_document(
                self.kb.database,
                document,
                run=report.write.run,
                characters=characters,
                chunks=report.chunks,
                extractor=f"{self.extractor.name} {self.extractor.version}",
            )
        report.dropped.update(d.code for d in teller.dropped)


def _fresh(chunk: Chunk, extraction: Extraction) -> Extraction:
    """Return what a chunk says first: what lies in the repeated sentences was found before."""
    if not chunk.fresh:
        return extraction
    kept = [f for f in extraction.findings if f.span is None or f.span.end > chunk.fresh]
    return Extraction(tuple(kept), extraction.dropped)
