"""RDF and triples as files: formats, blank nodes, labels, and ontologies they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom.errors import SourceError
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.record import Fact, Record, Reject
from knowloom.knowledge.triples import Label
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom_loaders.labels import read_labels
from knowloom_loaders.rdf_file import RdfLoader
from knowloom_loaders.triples_file import TriplesLoader

ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            iri="http://x/Person",
            attributes=(
                Attribute(name="age", range=Scalar.INT),
                Attribute(name="knows", range=ConceptRange(("Person",)), many=True),
            ),
        )
    ]
)
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FORMATS = {
    ".nt": f"""<http://x/a> <{RDF}type> <http://x/Person> .
        <http://x/a> <http://x/age> "36"^^<http://www.w3.org/2001/XMLSchema#integer> .
        <http://x/a> <http://x/knows> _:b .""",
    ".nq": f"""<http://x/a> <{RDF}type> <http://x/Person> <http://x/graph> .
        <http://x/a> <http://x/age> "36" <http://x/graph> .
        <http://x/a> <http://x/knows> _:b <http://x/other> .""",
    ".ttl": "@prefix x: <http://x/> . x:a a x:Person ; x:age 36 ; x:knows [] .",
    ".trig": "@prefix x: <http://x/> . x:g { x:a a x:Person ; x:age 36 ; x:knows [] . }",
    ".rdf": f"""<rdf:RDF xmlns:rdf="{RDF}" xmlns:x="http://x/"><x:Person rdf:about="http://x/a">
        <x:age>36</x:age><x:knows><rdf:Description/></x:knows></x:Person></rdf:RDF>""",
}


@pytest.mark.parametrize("ending", FORMATS)
def test_each_format_says_the_same(ending: str, tmp_path: Path) -> None:
    """A class, a value and a link to a nameless thing come out of every format, twice alike."""
    path = tmp_path / f"people{ending}"
    path.write_text(FORMATS[ending])
    found, again = (list(RdfLoader().statements(path, ontology=ONTOLOGY)) for _ in range(2))
    assert found == again
    assert [(r.concept, r.values) for r in found if isinstance(r, Record)] == [
        ("Person", {"age": 36}),
        ("Person", {}),
    ]
    assert [f.attribute for f in found if isinstance(f, Fact)] == ["knows"]


def test_an_unknown_ending_is_a_source_error(tmp_path: Path) -> None:
    """A file whose ending tells no RDF format is named."""
    with pytest.raises(SourceError, match=r"no RDF format has the ending '\.doc'"):
        list(RdfLoader().statements(tmp_path / "people.doc", ontology=ONTOLOGY))


def test_a_triple_about_a_triple_is_rejected(tmp_path: Path) -> None:
    """What RDF 1.2 says of triples themselves cannot be held, and is said so."""
    path = tmp_path / "people.nt"
    path.write_text(
        "<http://x/a> <http://x/knows> <<( <http://x/a> <http://x/b> <http://x/c> )>> ."
    )
    [reject] = RdfLoader().statements(path, ontology=ONTOLOGY)
    assert isinstance(reject, Reject)
    assert "a triple as its subject or object" in reject.reason


def test_a_known_ontology_is_kept_and_an_unknown_one_inferred(tmp_path: Path) -> None:
    """A file that the ontology has words for needs nothing new; any other shows its own."""
    path = tmp_path / "people.tsv"
    path.write_text("Ada\tknows\tBo\n")
    assert TriplesLoader().propose(path, ONTOLOGY).ontology is ONTOLOGY
    path.write_text("/m/1\t/people/human/parent\t/m/2\n")
    proposal = TriplesLoader().propose(path, ONTOLOGY)
    assert proposal.added == ("Topic", "Human")
    said = TriplesLoader().statements(path, ontology=proposal.ontology, mapping=proposal.mapping)
    assert [type(s) for s in said] == [Record, Record, Fact]


def test_labels_are_read_from_json_and_from_lines(tmp_path: Path) -> None:
    """Names stand in a JSON object, alone or with alternatives, or behind a tab in lines."""
    path = tmp_path / "names.json"
    path.write_text(
        '{"a": "A", "b": {"label": "B", "alternatives": ["C", 7, "C"]}, "c": null, "d": {}}'
    )
    assert read_labels(path) == {"a": Label("A"), "b": Label("B", ("C",))}
    path = tmp_path / "names.tsv"
    path.write_text("a\tA\n\nb\tB b\r\n")
    assert read_labels(path) == {"a": Label("A"), "b": Label("B b")}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("n.json", "{", "no JSON"),
        ("n.json", "[]", "no JSON object"),
        ("n.tsv", "a\tA\nb B\n", "line 2 has no tab"),
    ],
)
def test_a_label_file_that_is_none_says_why(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    """A label file in no known form is a source error."""
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match=why):
        read_labels(tmp_path / name)


def test_labels_come_with_the_mapping(tmp_path: Path) -> None:
    """The mapping of triples names the file with their labels."""
    (tmp_path / "names.json").write_text('{"/m/1": "Ada"}')
    path = tmp_path / "people.tsv"
    path.write_text("/m/1\tage\t36\n")
    mapping = Mapping(labels=str(tmp_path / "names.json"))
    [record] = TriplesLoader().statements(path, ontology=ONTOLOGY, mapping=mapping)
    assert isinstance(record, Record)
    assert record.values == {"name": "Ada", "age": 36}
