"""Loading files: which loader, mapping and source, and whether there is anything to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b, file_digest
from itertools import chain
from pathlib import Path

import orjson

from knowloom.base import KnowledgeBase
from knowloom.errors import SourceError
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.mapping_file import mapping_to_toml, read_mapping
from knowloom.knowledge.plugins import Loader, loader, source_name
from knowloom.knowledge.record import Statement
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology
from knowloom.store import runs
from knowloom.store.write import Counts, WriteReport

Advance = Callable[[int], None]


@dataclass(slots=True)
class Part:
    """The files of one source, which are one run.

    Args:
        source: who says what they hold.
        files: each with the mapping that holds for it.
        proposed: True when nobody gave the mapping.
    """

    source: str
    files: list[tuple[Path, Mapping]] = field(default_factory=list[tuple[Path, Mapping]])
    proposed: bool = False


@dataclass(slots=True)
class LoadPlan:
    """What a load will do.

    Args:
        loader: reads the files.
        parts: one run each.
        ontology: what the files need; the stored one when nothing is missing there.
        added: concepts that the stored ontology lacks.
    """

    loader: Loader
    parts: list[Part]
    ontology: Ontology
    added: tuple[str, ...] = ()

    def added_to(self, now: Ontology) -> Ontology:
        """Return an ontology with the concepts that the files need and it lacks."""
        return now.with_concepts(self.ontology[name] for name in self.added if name not in now)

    def mappings(self) -> list[str]:
        """Return the proposed mappings as TOML texts, each with the file it is for."""
        return [
            f"# {path.name}\n{mapping_to_toml(mapping)}"
            for part in self.parts
            if part.proposed
            for path, mapping in part.files
            if mapping.objects or mapping.relations
        ]


def plan(
    kind: str,
    paths: Sequence[Path],
    ontology: Ontology,
    *,
    mapping: Path | None = None,
    labels: Path | None = None,
    source: str = "",
) -> LoadPlan:
    """Return what loading these files will do; without a mapping one is proposed for each.

    Args:
        kind: of the loader.
        paths: files, or directories of files with one of the loader's endings.
        ontology: as stored.
        mapping: a TOML file for all of them.
        labels: a file with the names of what triples call by an id, in place of the mapping's.
        source: one name for all of them; else the mapping's, else each file's own.

    Raises:
        UnknownLoader: no loader is called so.
        SourceError: a file cannot be read, or a directory holds none.
        MappingError: the mapping is faulty.
    """
    chosen = loader(kind)
    given = read_mapping(mapping) if mapping else None
    parts: dict[str, Part] = {}
    added: list[str] = []
    for path in _files(paths, chosen.suffixes):
        used = given
        if used is None:
            proposal = chosen.propose(path, ontology)
            used, ontology = proposal.mapping, proposal.ontology
            added += proposal.added
        if labels is not None:
            used = replace(used, labels=str(labels))
        name = source_name(path, used, source)
        part = parts.setdefault(name, Part(name, proposed=given is None))
        part.files.append((path, used))
    return LoadPlan(chosen, list(parts.values()), ontology, tuple(dict.fromkeys(added)))


def load(
    kb: KnowledgeBase, chosen: LoadPlan, advance: Advance = lambda _: None
) -> list[WriteReport]:
    """Load what a plan says, one run a source; a source that did not change is not read again.

    Args:
        kb: where to; its ontology gains the concepts that the plan adds.
        chosen: from `plan`.
        advance: called with every number of statements finished.

    Raises:
        StoreError: the server went away; the same load again goes on from there.
        SourceError: a file cannot be read any further.
    """
    kb.migrate()
    if chosen.added:
        sources = ", ".join(part.source for part in chosen.parts)
        kb.grow_ontology(chosen.added_to, comment=f"for {sources}")
    return [_load_part(kb, chosen, part, advance) for part in chosen.parts]


def _load_part(kb: KnowledgeBase, chosen: LoadPlan, part: Part, advance: Advance) -> WriteReport:
    """Load one source, unless all of it was loaded before exactly as it is now."""
    digest = digest_of(chosen, part, kb.ontology)
    known = runs.loaded_digest(kb.database, part.source)
    if known and known[0] == digest:
        return WriteReport(0, part.source, Counts(given=known[1], unchanged=known[1]))
    command = f"load {chosen.loader.kind}"
    said = statements(chosen.loader, part, kb.ontology)
    report = kb.write_statements(said, source=part.source, command=command, advance=advance)
    if not report.counts.rejected:
        runs.remember_digest(kb.database, part.source, digest, report.counts.given)
    return report


def statements(chosen: Loader, part: Part, ontology: Ontology) -> Iterator[Statement]:
    """Yield what the files of one source say, file after file."""
    return chain.from_iterable(
        chosen.statements(path, ontology=ontology, mapping=mapping, source=part.source)
        for path, mapping in part.files
    )


def digest_of(chosen: LoadPlan, part: Part, ontology: Ontology) -> str:
    """Return a hash of all that decides what a load of this source writes."""
    whole = blake2b(chosen.loader.kind.encode(), digest_size=16)
    whole.update(orjson.dumps(to_json(ontology), option=orjson.OPT_SORT_KEYS))
    for path, mapping in part.files:
        with path.open("rb") as file:
            whole.update(file_digest(file, lambda: blake2b(digest_size=16)).digest())
        whole.update(f"{path.name}\n{mapping_to_toml(mapping)}".encode())
    return whole.hexdigest()


def _is_hidden(path: Path, folder: Path) -> bool:
    """Return whether a file is one that programs keep for themselves in a folder."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _files(paths: Sequence[Path], suffixes: Sequence[str]) -> Iterator[Path]:
    """Yield the files meant, directories replaced by what they hold."""
    for path in paths:
        if not path.is_dir():
            if not path.exists():
                raise SourceError(path, "there is no such file")
            yield path
            continue
        found = sorted(
            p for p in path.rglob("*") if p.suffix.lower() in suffixes and not _is_hidden(p, path)
        )
        if not found:
            raise SourceError(path, f"it holds no file that ends in {', '.join(suffixes)}")
        yield from found
