"""Bad input: what is good in a file is read, and the rest is said with its place and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom.errors import SourceError
from knowloom.knowledge.mapping import Cell, Mapping, Objects
from knowloom.knowledge.plugins import Loader
from knowloom.knowledge.record import Record, Reject, Statement
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom_loaders.code_file import CodeLoader
from knowloom_loaders.csv_file import CsvLoader
from knowloom_loaders.json_file import JsonLoader
from knowloom_loaders.parquet_file import ParquetLoader
from knowloom_loaders.rdf_file import RdfLoader
from knowloom_loaders.triples_file import TriplesLoader

ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            key=("name",),
            attributes=(
                Attribute(name="born", range=Scalar.INT),
                Attribute(name="knows", range=ConceptRange(("Person",)), many=True),
            ),
        )
    ]
)
MAPPING = Mapping(
    objects=(
        Objects(
            concept="Person", attributes={"name": Cell(column="name"), "born": Cell(column="born")}
        ),
    )
)
LOADERS: dict[str, Loader] = {
    ".csv": CsvLoader(),
    ".tsv": CsvLoader(),
    ".jsonl": JsonLoader(),
    ".json": JsonLoader(),
    ".parquet": ParquetLoader(),
    ".txt": TriplesLoader(),
    ".nt": RdfLoader(),
    ".ttl": RdfLoader(),
    ".rdf": RdfLoader(),
    ".py": CodeLoader(),
}
BIG = "x" * (1 << 20)
LABEL = b"<http://www.w3.org/2000/01/rdf-schema#label>"
TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://x/Person>"
NT = b"<http://x/a> " + TYPE + b" .\n<http://x/a> " + LABEL + b' "A" .\n'


def read(tmp_path: Path, ending: str, content: bytes) -> list[Statement]:
    """Return what a file with this content says."""
    path = tmp_path / f"people{ending}"
    path.write_bytes(content)
    tabular = ending in (".csv", ".tsv", ".jsonl", ".json", ".parquet")
    mapping = MAPPING if tabular else None
    return list(LOADERS[ending].statements(path, ontology=ONTOLOGY, mapping=mapping))


# Ending and content; the names that arrive; place and code of what is rejected.
PARTLY = {
    "a row too short": (".csv", b"name,born\nA,1\nB\nC,3\n", "AC", [(3, "ragged")]),
    "a row too long": (".csv", b"name,born\nA,1,x\nC,3\n", "C", [(2, "ragged")]),
    "a quote never closed": (".csv", b'name,born\nA,1\n"B,2\nC,3\nD,4', "ACD", [(3, "csv")]),
    "two stray quotes": (
        ".csv",
        b'name,born\n"A,1\nB,2\n"C,3\nD,4\n',
        "BD",
        [(2, "csv"), (4, "csv")],
    ),
    "a quote closed far below": (
        ".csv",
        b'name,born\n"A,1\nB,2\nC",3,4\nD,4\n',
        "BD",
        [(2, "ragged"), (4, "ragged")],
    ),
    "text behind a quote": (".csv", b'name,born\n"A"x,1\nB,2\n', "B", [(2, "csv")]),
    "a byte that is no UTF-8": (
        ".csv",
        b"name,born\nA,1\ncaf\xe9,2\n\xc3\xa9,3\n",
        "Aé",
        [(3, "encoding")],
    ),
    "a wrong number": (".csv", b"name,born\nA,soon\nB,2\n", "B", [(2, "type")]),
    "no key": (".csv", b"name,born\n,1\nB,2\n", "B", [(2, "missing-key")]),
    "blank lines": (".csv", b"\n\nname,born\n\nA,1\n\nB\n", "A", [(7, "ragged")]),
    "a number too large": (".csv", b"name,born\nA,9223372036854775808\n", "", [(2, "bounds")]),
    "a line that is no JSON": (
        ".jsonl",
        b'{"name":"A"}\n{"name":\n{"name":"C"}',
        "AC",
        [(2, "json")],
    ),
    "a line that is no object": (
        ".jsonl",
        b'{"name":"A"}\n7\n[1]\nnull\n',
        "A",
        [(2, "json"), (3, "json"), (4, "json")],
    ),
    "a first line that is no JSON": (".jsonl", b'oops\n{"name":"B"}\n', "B", [(1, "json")]),
    "JSON with NaN": (".jsonl", b'{"name":"A","born":NaN}\n{"name":"B"}', "B", [(1, "json")]),
    "half a surrogate pair": (".jsonl", b'{"name":"\\ud800"}\n{"name":"B"}', "B", [(1, "json")]),
    "JSON that is no UTF-8": (".jsonl", b'{"name":"A"}\n{"name":"\xff"}', "A", [(2, "encoding")]),
    "a value of another type": (
        ".jsonl",
        b'{"name":"A","born":{}}\n{"name":["B"]}',
        "B",
        [(1, "type")],
    ),
    "an array cut off": (".json", b'[{"name":"A"}, {"name":"B"', "A", [(2, "json")]),
    "an array never closed": (".json", b'[{"name":"A"}, {"name":"B"}', "AB", [(3, "json")]),
    "a faulty item of an array": (
        ".json",
        b'[{"name":"A"}, {"name" 2}, {"name":"C"}, 7]',
        "AC",
        [(2, "json"), (4, "json")],
    ),
    "a triple too short": (".txt", b"A\tborn\t1\nB\tborn\nC\tborn\t3\n", "AC", [(2, "ragged")]),
    "an empty part": (".txt", b"A\tborn\t1\nB\t\t2\n", "A", [(2, "ragged")]),
    "an unknown predicate": (".txt", b"A\tborn\t1\nB\tate\tC\n", "A", [(2, "unknown-attribute")]),
    "a triple with a wrong number": (".txt", b"A\tborn\t1\nB\tborn\tsoon\n", "A", [(2, "type")]),
    "a triple that is no UTF-8": (".txt", b"A\tborn\t1\nB\xff\tborn\t2\n", "A", [(2, "encoding")]),
    "two values for one": (".txt", b"A\tborn\t1\nA\tborn\t2\n", "A", [(1, "cardinality")]),
    "a line that is no triple": (".nt", NT + b"oops\n", "A", [(3, "syntax")]),
    "a triple cut off": (".nt", NT + b'<http://x/a> <http://x/born> "1', "A", [(3, "syntax")]),
    "N-Triples that are no UTF-8": (
        ".nt",
        b"<http://x/b> " + LABEL + b' "\xe9" .\n' + NT,
        "A",
        [(1, "syntax")],
    ),
    "a class of no ontology": (
        ".nt",
        NT + b"<http://x/b> " + TYPE.replace(b"Person", b"Dog") + b" .\n",
        "A",
        [(3, "unknown-concept")],
    ),
    "a value for a link": (
        ".nt",
        NT + b'<http://x/a> <http://x/knows> "B" .\n',
        "A",
        [(3, "link-type")],
    ),
    "an unknown prefix": (".ttl", NT + b"<http://x/a> y:z 1 .\n", "A", [(3, "syntax")]),
    "XML cut off": (
        ".rdf",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/"'
        b' xmlns:s="http://www.w3.org/2000/01/rdf-schema#"><x:Person rdf:about="http://x/a">'
        b"<s:label>A</s:label></x:Person><x:Person",
        "A",
        [(0, "syntax")],
    ),
    "a class that is none": (
        ".py",
        b'r = [Person("A"), Persn("B"), Person("C")]',
        "AC",
        [(1, "unknown-concept")],
    ),
    "a computed value": (".py", b'a = Person("A")\nb = Person("B" + "b")\n', "A", [(2, "code")]),
    "code that does something": (
        ".py",
        b'import os\nos.system("ls")\na = Person("A")\n',
        "A",
        [(2, "unknown-concept")],
    ),
    "a variable of no value": (
        ".py",
        b'a = Person("A", knows=[b])\nc = Person("C")\n',
        "C",
        [(1, "code")],
    ),
    "an unknown attribute": (
        ".py",
        b'a = Person("A", birth=1)\nc = Person("C")\n',
        "C",
        [(1, "unknown-attribute")],
    ),
    "an object without its key": (
        ".py",
        b'a = Person(born=1)\nc = Person("C")\n',
        "C",
        [(1, "missing-key")],
    ),
}


@pytest.mark.parametrize("case", PARTLY)
def test_what_is_good_is_read_and_the_rest_is_said(case: str, tmp_path: Path) -> None:
    """Each faulty part is rejected once with its place, and everything else arrives."""
    ending, content, names, rejects = PARTLY[case]
    said = read(tmp_path, ending, content)
    assert "".join(str(s.values["name"]) for s in said if isinstance(s, Record)) == names
    assert [(s.row, s.code) for s in said if isinstance(s, Reject)] == rejects
    assert all(s.reason and len(s.given) <= 500 for s in said if isinstance(s, Reject))


UNREADABLE = {
    "an empty file": (".csv", b"", "it is empty"),
    "blank lines only": (".csv", b"\n\n", "it is empty"),
    "a header that is no UTF-8": (".csv", b"name,ge\xf6ffnet\n", "0xF6.*encoding"),
    "a header with a quote never closed": (
        ".csv",
        b'"name,born\nA,1\n',
        "header is no line of CSV",
    ),
    "UTF-16 without a mark": (
        ".csv",
        "name,born\nA,1\n".encode("utf-16-le"),
        'encoding = "utf-16-le"',
    ),
    "UTF-16 the other way": (
        ".csv",
        "name,born\nA,1\n".encode("utf-16-be"),
        'encoding = "utf-16-be"',
    ),
    "UTF-16 cut off": (".csv", "name,born\nA,1\n".encode("utf-16")[:-1], "truncated"),
    "gzip": (".csv", b"\x1f\x8b\x08\x00", r"compressed \(gzip\): unpack"),
    "zip": (".jsonl", b"PK\x03\x04", r"compressed \(zip\)"),
    "no Parquet": (".parquet", b"name,born\nA,1\n", "arquet"),
    "an empty Parquet file": (".parquet", b"", "too small|arquet"),
    "code that is no Python": (".py", b'a = Person("A")\nb = Person("B"\n', "line 2 is no Python"),
    "code with a NUL": (".py", b'a = Person("A\x00")', "null bytes"),
    "code nested too deeply": (".py", b"a = " + b"-" * 50_000 + b"1", "nested too deeply"),
    "an unknown encoding of code": (".py", b"# coding: klingon\n", "klingon"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_says_why(case: str, tmp_path: Path) -> None:
    """A file of which nothing can be read is an error with its name and the reason."""
    ending, content, why = UNREADABLE[case]
    with pytest.raises(SourceError, match=f"(?s)people{ending} cannot be read: .*{why}"):
        read(tmp_path, ending, content)


FINE = {
    "a byte order mark": (".csv", b"\xef\xbb\xbfname,born\nA,1\n", ["A"]),
    "UTF-16 with its mark": (".csv", "name,born\nÄ,1\n".encode("utf-16"), ["Ä"]),
    "Windows line ends": (".csv", b"name,born\r\nA,1\r\nB,2\r\n", ["A", "B"]),
    "old line ends": (".csv", b"name,born\rA,1\rB,2", ["A", "B"]),
    "no end of line": (".csv", b"name,born\nA,1", ["A"]),
    "only a header": (".csv", b"name,born\n", []),
    "spaces in the header": (".csv", b" name , born\nA,1\n", ["A"]),
    "line breaks in cells": (".csv", b'name,born\n"A\r\nB",1\nC,2\n', ["A\r\nB", "C"]),
    "quotes in cells": (".csv", b'name,born\n"A ""x""",1\n', ['A "x"']),
    "a NUL": (".csv", b"name,born\nA\x00B,1\n", ["A\x00B"]),
    "a cell of 1 MB": (".csv", f"name,born\n{BIG},1\n".encode(), [BIG]),
    "columns of one name": (".csv", b"x,name,x,born,\n1,A,2,1,\n", ["A"]),
    "semicolons": (".csv", b"name;born\nA,a;1\n", ["A,a"]),
    "tabs": (".tsv", b"name\tborn\nA\t1\n", ["A"]),
    "JSON with a mark": (".jsonl", b'\xef\xbb\xbf{"name":"A"}\n', ["A"]),
    "an empty JSON Lines file": (".jsonl", b"", []),
    "blank lines between objects": (".jsonl", b'\n{"name":"A"}\n\n\r\n{"name":"B"}', ["A", "B"]),
    "a long JSON text": (".jsonl", f'{{"name":"{BIG}"}}'.encode(), [BIG]),
    "an empty array": (".json", b" [ ]\n", []),
    "an array in one line": (".json", b'[{"name":"A"},{"name":"B"}]', ["A", "B"]),
    "one object over several lines": (".json", b'{\n  "name": "A"\n}\n', ["A"]),
    "brackets in JSON texts": (".json", b'[\n{"name":"]}\\"["},\n{"name":"B"}]', [']}"[', "B"]),
    "a long text in an array": (".json", f'[{{"name":"{BIG}"}}]'.encode(), [BIG]),
    "triples under a header": (".txt", b"head\trelation\ttail\nA\tborn\t1\n", ["A"]),
    "triples with more columns": (".txt", b"A\tborn\t1\t0.9\n", ["A"]),
    "no triples": (".txt", b"", []),
    "no RDF": (".nt", b"# nothing\n", []),
    "no code": (".py", b'"""Nothing."""\n', []),
    "code with a mark": (".py", b'\xef\xbb\xbfresults = [Person("\\d")]', ["\\d"]),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_only_unusual_is_read(case: str, tmp_path: Path) -> None:
    """Everything arrives, unchanged and without a reject."""
    ending, content, names = FINE[case]
    said = read(tmp_path, ending, content)
    assert [s.values["name"] for s in said if isinstance(s, Record)] == names
    assert [s for s in said if isinstance(s, Reject)] == []


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    """A file in an old encoding is read when its mapping names that."""
    path = tmp_path / "people.csv"
    path.write_bytes("name,born\nGödel,1906\n".encode("latin-1"))
    mapping = Mapping(encoding="latin-1", objects=MAPPING.objects)
    [record] = CsvLoader().statements(path, ontology=ONTOLOGY, mapping=mapping)
    assert isinstance(record, Record)
    assert record.values["name"] == "Gödel"
    with pytest.raises(SourceError, match="no encoding is called 'klingon'"):
        list(
            CsvLoader().statements(
                path,
                ontology=ONTOLOGY,
                mapping=Mapping(encoding="klingon", objects=MAPPING.objects),
            )
        )
