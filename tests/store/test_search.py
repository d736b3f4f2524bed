"""Search: words are data, scores are BM25, and the index follows every change."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowloom.assets import asset_dir
from knowloom.errors import StoreError, UsageError
from knowloom.ontology.concepts import Attribute, Concept, Ontology
from knowloom.store import ontology as store
from knowloom.store.chain import parse
from knowloom.store.database import Database
from knowloom.store.migrate import await_indexes
from knowloom.store.search import Hit, Kind, near_query, plain_query, search

NAMES = [
    "Geoffrey Hinton",
    "AC/DC",
    "The Who",
    "Who Framed Roger Rabbit",
    "Kurt Gödel",
    "北京大学",
]


def _named(database: Database, *names: str) -> None:
    """Store instances with these names."""
    database.write(
        "UNWIND $names AS name "
        "CREATE (:_Instance:Entity:Thing {uid: 'uid of ' + name, name: name})",
        names=list(names),
    )


def _found(database: Database, text: str) -> list[str]:
    """Return the names of the instances found, best first."""
    return [hit.name for hit in search(database, text, kind=Kind.INSTANCE)]


@pytest.mark.neo4j
def test_an_instance_is_found_by_any_word_of_its_name(database: Database) -> None:
    """A hit tells what it is, and how well it fits."""
    _named(database, *NAMES)
    [hit] = search(database, "hinton")
    assert replace(hit, score=0) == Hit(
        Kind.INSTANCE, "uid of Geoffrey Hinton", "Geoffrey Hinton", ("Entity", "Thing"), "", 0
    )
    assert hit.score > 0


@pytest.mark.neo4j
@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("AC/DC", "AC/DC"),
        ("ac/dc", "AC/DC"),
        ("the who", "The Who"),
        ("roger AND", "Who Framed Roger Rabbit"),
        ("NOT hinton", "Geoffrey Hinton"),
        ("-hinton", "Geoffrey Hinton"),
        ("(gödel)!", "Kurt Gödel"),
        ("北京", "北京大学"),
    ],
)
def test_signs_and_operators_are_words_like_others(
    database: Database, text: str, best: str
) -> None:
    """Nobody has to know Lucene's syntax to find what is called so."""
    _named(database, *NAMES)
    assert _found(database, text)[0] == best


@pytest.mark.neo4j
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.sampled_from('+-&|!(){}[]^"~*?:\\/<>=#@ ABNDORT') | st.characters(), max_size=30)
)
@example(" ".join(f"w{i}" for i in range(5000)))
@example("".join(chr(0x4E00 + i) for i in range(5000)))
@example("AND OR NOT")
@example("\ud800")
def test_no_text_is_too_strange_to_be_searched(database: Database, text: str) -> None:
    """Whatever a person types, there is an answer and no error."""
    assert isinstance(search(database, text), list)


@given(st.text())
def test_a_query_holds_no_sign_with_a_meaning(text: str) -> None:
    """Each of Lucene's signs stands behind a backslash, and no operator is left."""
    query = plain_query(text)
    assert not {"AND", "OR", "NOT"} & set(query.split())
    unescaped = query.replace("\\\\", "")
    for position, sign in enumerate(unescaped):
        if sign in '+-&|!(){}[]^"~*?:/':
            assert unescaped[position - 1] == "\\"


@pytest.mark.neo4j
def test_near_spellings_are_found_only_when_nothing_else_is(database: Database) -> None:
    """A typing mistake or a missing accent does not hide a name."""
    _named(database, *NAMES, "Hintze")
    assert _found(database, "Hinton") == ["Geoffrey Hinton"]
    assert _found(database, "Godel") == ["Kurt Gödel"]
    assert _found(database, "Geofrey")[0] == "Geoffrey Hinton"
    assert near_query("Geofrey of Lyon") == "Geofrey~ of Lyon~"


@pytest.mark.neo4j
def test_lucene_syntax_may_be_asked_for(database: Database) -> None:
    """Then signs mean what Lucene says, and a faulty query is told as such."""
    _named(database, *NAMES)
    [hit] = search(database, "+who -framed", syntax=True)
    assert hit.name == "The Who"
    with pytest.raises(UsageError, match="no search query"):
        search(database, "name:(", syntax=True)


@pytest.mark.neo4j
def test_empty_text_finds_nothing(database: Database) -> None:
    """Neither does text that holds no word."""
    _named(database, *NAMES)
    assert search(database, "") == search(database, " \t") == search(database, '"*" ( )') == []


@pytest.mark.neo4j
def test_hits_are_limited_and_ordered_by_score(database: Database) -> None:
    """The best come first."""
    _named(database, *(f"Smith {'x ' * i}" for i in range(20)))
    hits = search(database, "smith", limit=5)
    assert len(hits) == 5
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


# The index follows changes (item 64)


@pytest.mark.neo4j
def test_the_index_follows_insert_rename_alias_merge_and_delete(database: Database) -> None:
    """After each operation the very next query sees it."""
    assert _found(database, "Rigaud") == []
    _named(database, "Rigaud", "Rigault")
    assert _found(database, "Rigaud") == ["Rigaud"]
    database.write("MATCH (n:_Instance {name: 'Rigaud'}) SET n.name = 'Hyacinthe'")
    assert _found(database, "Rigaud") != ["Rigaud"]
    assert _found(database, "Hyacinthe") == ["Hyacinthe"]
    database.write("MATCH (n:_Instance {name: 'Hyacinthe'}) SET n.aliases = ['The Painter']")
    assert _found(database, "painter") == ["Hyacinthe"]
    database.write(
        "MATCH (kept:_Instance {name: 'Hyacinthe'}) MATCH (gone:_Instance {name: 'Rigault'}) "
        "SET kept.aliases = kept.aliases + gone.name DETACH DELETE gone"
    )
    assert _found(database, "Rigault") == ["Hyacinthe"]
    database.write("MATCH (n:_Instance {name: 'Hyacinthe'}) DETACH DELETE n")
    assert _found(database, "Rigault") == _found(database, "painter") == []


PAPER = Concept(
    name="AcademicPaper",
    description="A written work that reports research.",
    aliases=("article",),
    attributes=(Attribute(name="citation_count", description="How often it is cited."),),
)


@pytest.mark.neo4j
@pytest.mark.parametrize(
    "text", ["academic papers", "articles", "citations", "reporting research"]
)
def test_a_concept_is_found_by_what_it_is_and_what_can_be_said_of_it(
    database: Database, text: str
) -> None:
    """Names are split into words, and words are reduced to their stems (item 77)."""
    store.save(database, Ontology([PAPER, Concept(name="Person", description="A human being.")]))
    [hit, *_] = search(database, text, kind=Kind.CONCEPT)
    assert (hit.id, hit.labels) == ("AcademicPaper", ("Entity",))
    assert hit.text == PAPER.description


@pytest.mark.neo4j
def test_the_index_follows_the_ontology(database: Database) -> None:
    """A renamed concept is found by its new name, a removed one no longer."""
    store.save(database, Ontology([PAPER]))
    store.save(database, Ontology([replace(PAPER, name="Treatise", aliases=())]))
    assert [hit.id for hit in search(database, "treatises")] == ["Treatise"]
    assert search(database, "academic") == []
    store.save(database, Ontology())
    assert search(database, "treatise") == []


# Scores (item 63)


@pytest.mark.neo4j
def test_scores_are_bm25(database: Database) -> None:
    """The formula, worked out by hand on four short names, gives the index's scores."""
    _rebuild(database)
    _named(database, "red red fish", "red fish", "blue fish", "one two three four red")
    lengths = {"red red fish": 3, "red fish": 2, "one two three four red": 5}
    average = (3 + 2 + 2 + 5) / 4
    rarity = math.log(1 + (4 - 3 + 0.5) / (3 + 0.5))  # in 3 of 4 names
    for hit in search(database, "red"):
        often = hit.name.split().count("red")
        stretched = 1.2 * (1 - 0.75 + 0.75 * lengths[hit.name] / average)
        assert hit.score == pytest.approx(rarity * often / (often + stretched), rel=1e-5)


def _rebuild(database: Database) -> None:
    """Build the index anew: deleted entries count in its statistics until it is tidied."""
    database.run("DROP INDEX knowloom_instance_text IF EXISTS")
    file = asset_dir("migrations") / "V0002__full_text_search.cypher"
    for statement in parse(file.name, file.read_text(encoding="utf-8")).executable:
        database.run(statement)
    await_indexes(database)


@pytest.mark.neo4j
def test_without_indexes_the_way_to_get_them_is_told(database: Database) -> None:
    """A database that was never migrated is no mystery."""
    database.run("DROP INDEX knowloom_instance_text IF EXISTS")
    try:
        with pytest.raises(StoreError, match="knowloom migrate up"):
            search(database, "anything")
    finally:
        _rebuild(database)
