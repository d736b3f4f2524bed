"""Any ontology survives the graph without loss (item 61)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Direction,
    Enumeration,
    Ontology,
    PropertyBinding,
    RelationshipBinding,
    Scalar,
)
from knowloom.store import ontology as store
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j

_names = st.sampled_from([f"C{i}" for i in range(6)])
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_lists = st.lists(_texts, max_size=3).map(tuple)
_ranges = st.one_of(
    st.sampled_from(Scalar),
    st.lists(_texts, min_size=1, max_size=3).map(lambda v: Enumeration(tuple(v))),
    st.lists(_names, min_size=1, max_size=3, unique=True).map(lambda v: ConceptRange(tuple(v))),
)
_bounds = st.sampled_from(["", "0", "17"])
_attributes = st.lists(
    st.builds(
        Attribute,
        name=st.sampled_from(["name", "size", "größe", "born", "part_of"]),
        range=_ranges,
        many=st.booleans(),
        required=st.booleans(),
        description=_texts,
        examples=_lists,
        aliases=_lists,
        policy=st.sampled_from(["", "union", "latest"]),
        iri=_texts,
        relationship=st.sampled_from(["", "PART_OF", "odd `type`"]),
    )
    | st.builds(Attribute, name=st.just("year"), range=st.just(Scalar.INT), minimum=_bounds),
    max_size=4,
    unique_by=lambda a: a.name,
).map(tuple)
_bindings = st.one_of(
    st.none(),
    st.builds(
        Binding,
        labels=st.lists(_texts, min_size=1, max_size=2).map(tuple),
        identity=_texts,
        attributes=st.just(
            (
                ("name", PropertyBinding("full name")),
                ("size", RelationshipBinding("HAS", Direction.IN)),
            )
        ),
    ),
)


@st.composite
def ontologies(draw: st.DrawFn) -> Ontology:
    """Ontologies of six concepts with every field in use."""
    concepts: list[Concept] = []
    for i in range(6):
        parents = tuple(sorted(draw(st.sets(st.sampled_from(range(i)), max_size=1)))) if i else ()
        attributes = draw(_attributes)
        concepts.append(
            Concept(
                name=f"C{i}",
                parents=tuple(f"C{p}" for p in parents) or ("Entity",),
                attributes=attributes,
                key=tuple(a.name for a in attributes[:1]),
                description=draw(_texts),
                description_origin=draw(_texts),
                examples=draw(_lists),
                aliases=draw(_lists),
                title=draw(_texts),
                iri=draw(_texts),
                binding=draw(_bindings),
                post_process=draw(_texts),
            )
        )
    return Ontology(draw(st.permutations(concepts)))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ontologies())
def test_what_is_stored_comes_back_equal(database: Database, ontology: Ontology) -> None:
    """Every field survives, whatever was stored before (item 61)."""
    store.save(database, ontology)
    loaded = store.load(database)
    assert loaded == ontology
    assert [c.name for c in loaded] == [c.name for c in ontology]


def test_an_empty_graph_holds_the_empty_ontology(database: Database) -> None:
    """Reading before anything is stored is no error."""
    assert store.load(database) == Ontology()
