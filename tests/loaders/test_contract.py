"""What every loader promises, whatever it reads; a new one needs a case here."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from knowloom.errors import SourceError, UnknownLoader
from knowloom.knowledge.mapping import Cell, Mapping, Objects
from knowloom.knowledge.plugins import Loader, kinds, loader, news_of
from knowloom.knowledge.record import Record, uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, Ontology

NAMES = ("Ada Lovelace", "Kurt Gödel", 'Say "hi", ok')
PERSON = Concept(name="Person", key=("name",), attributes=(Attribute(name="motto"),))
ONTOLOGY = Ontology([PERSON])
MAPPING = Mapping(
    objects=(
        Objects(
            concept="Person",
            attributes={"name": Cell(column="name"), "motto": Cell(column="motto")},
        ),
    )
)
TABULAR = {"csv", "jsonl", "parquet"}


def _csv(path: Path) -> Path:
    cells = (name.replace('"', '""') for name in NAMES)
    rows = "".join(f'"{cell}",\n' for cell in cells)
    return _written(path / "people.csv", f"name,motto\n{rows}")


def _jsonl(path: Path) -> Path:
    rows = "".join(f'{{"name": "{name}"}}\n' for name in map(_escaped, NAMES))
    return _written(path / "people.jsonl", rows)


def _parquet(path: Path) -> Path:
    file = path / "people.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (name VARCHAR, motto VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, NULL)", [(name,) for name in NAMES])
        connection.table("t").write_parquet(str(file))
    return file


def _triples(path: Path) -> Path:
    return _written(path / "people.tsv", "".join(f"{name}\tmotto\tnone\n" for name in NAMES))


def _rdf(path: Path) -> Path:
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    type_ = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    rows = "".join(
        f'<http://x/{i}> <{label}> "{_escaped(name)}" .\n'
        f"<http://x/{i}> <{type_}> <http://x/Person> .\n"
        for i, name in enumerate(NAMES)
    )
    return _written(path / "people.nt", rows)


def _code(path: Path) -> Path:
    return _written(
        path / "people.py", f"results = [{', '.join(f'Person({n!r})' for n in NAMES)}]"
    )


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _escaped(text: str) -> str:
    return text.replace('"', '\\"')


CASES: dict[str, Callable[[Path], Path]] = {
    "code": _code,
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "rdf": _rdf,
    "triples": _triples,
}


@pytest.fixture(params=sorted(CASES))
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of source in turn."""
    return str(request.param)


def _mapping(kind: str) -> Mapping | None:
    return MAPPING if kind in TABULAR else None


def test_every_loader_has_a_case() -> None:
    """A loader that is installed is held to the contract below."""
    assert set(kinds()) == set(CASES)


def test_a_kind_that_nobody_offers_is_named_with_those_that_are() -> None:
    """Asking for an unknown kind says which kinds there are."""
    with pytest.raises(UnknownLoader, match=r"'xls'; installed are code, csv, jsonl"):
        loader("xls")


def test_a_loader_says_its_kind_and_endings(kind: str, tmp_path: Path) -> None:
    """The kind is the name of the entry point, and its files have one of the endings."""
    found: Loader = loader(kind)
    assert found.kind == kind
    assert CASES[kind](tmp_path).suffix in found.suffixes


def test_names_arrive_as_they_are(kind: str, tmp_path: Path) -> None:
    """The same people come out of every format, with the same identity."""
    path = CASES[kind](tmp_path)
    said = list(loader(kind).statements(path, ontology=ONTOLOGY, mapping=_mapping(kind)))
    assert [s.values["name"] for s in said if isinstance(s, Record)] == list(NAMES)
    assert [s.uid for s in said if isinstance(s, Record)] == [
        uid_of_key("Person", (name,)) for name in NAMES
    ]
    assert all(isinstance(s, Record) and s.row > 0 for s in said)


def test_reading_again_says_the_same(kind: str, tmp_path: Path) -> None:
    """Two readings of a file give equal statements in the same order."""
    path = CASES[kind](tmp_path)
    keyless = Ontology([Concept(name="Person", attributes=PERSON.attributes)])
    first, second = (
        list(loader(kind).statements(path, ontology=keyless, mapping=_mapping(kind)))
        for _ in range(2)
    )
    assert first == second


def test_the_name_of_the_source_counts(kind: str, tmp_path: Path) -> None:
    """Keyless things of one file under two source names are different things."""
    path = CASES[kind](tmp_path)
    keyless = Ontology([Concept(name="Person", attributes=PERSON.attributes)])

    def uids(source: str) -> set[str]:
        read = loader(kind).statements(
            path, ontology=keyless, mapping=_mapping(kind), source=source
        )
        return {s.uid for s in read if isinstance(s, Record)}

    assert len(uids("a")) == len(NAMES)
    assert not uids("a") & uids("b")
    assert uids("") == uids(path.name)


def test_a_proposal_can_be_used(kind: str, tmp_path: Path) -> None:
    """What a loader proposes for a known ontology reads the file without rejects."""
    path = CASES[kind](tmp_path)
    proposal = loader(kind).propose(path, ONTOLOGY)
    assert proposal.ontology == ONTOLOGY
    said = loader(kind).statements(path, ontology=ONTOLOGY, mapping=proposal.mapping)
    assert [s.values["name"] for s in said if isinstance(s, Record)] == list(NAMES)


def test_a_file_that_is_not_there_is_a_source_error(kind: str, tmp_path: Path) -> None:
    """A missing file, or a folder in its place, is named with the reason."""
    missing = tmp_path / f"none{loader(kind).suffixes[0]}"
    for path, why in ((missing, "No such file"), (tmp_path, "directory|ending")):
        with pytest.raises(SourceError, match=why):
            list(loader(kind).statements(path, ontology=ONTOLOGY, mapping=_mapping(kind)))


def test_reading_can_be_given_up(kind: str, tmp_path: Path) -> None:
    """Whoever stops after the first statement leaves no open file behind."""
    read = loader(kind).statements(
        CASES[kind](tmp_path), ontology=ONTOLOGY, mapping=_mapping(kind)
    )
    assert len(list(islice(read, 1))) == 1
    del read


def test_what_is_known_is_left_out(kind: str, tmp_path: Path) -> None:
    """With nothing known all is said, in order; a table knows its rows again."""
    path, mapping = CASES[kind](tmp_path), _mapping(kind) or Mapping()
    said = list(loader(kind).statements(path, ontology=ONTOLOGY, mapping=_mapping(kind)))
    first = list(news_of(loader(kind), path, ONTOLOGY, mapping, path.name, ()))
    assert [s for some in first for _, new in some.new for s in new] == said
    marks = [mark for some in first for mark in some.marks]
    assert len(set(marks)) == len(marks) == (len(NAMES) if kind in TABULAR else 0)
    if marks:
        [some] = news_of(loader(kind), path, ONTOLOGY, mapping, path.name, marks[:2])
        assert [(mark, list(new)) for mark, new in some.new] == [(marks[2], said[2:])]
        [other] = news_of(loader(kind), path, ONTOLOGY, mapping, "somebody else", marks)
        assert len(other.new) == len(NAMES)
