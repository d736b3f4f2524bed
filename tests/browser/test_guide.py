"""Guides: made from what a graph holds, with queries that give something there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowloom.base import KnowledgeBase
from knowloom.browser.apply import guide_files, make_guide, write_files
from knowloom.browser.guide import QUICK, Page, Query, tried
from knowloom.browser.pages import as_asciidoc, as_html, favourites
from knowloom.browser.shown import shown
from knowloom.cli import cli
from knowloom.ontology.parse import parse
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

ONTOLOGY = '''
class City(Entity, key=("name",)):
    """Description: a large town."""


class Person(Entity, key=("name",)):
    """Description: a human being."""

    born: int | None = None
    home: City | None = None


class Empty(Entity):
    """Description: nothing is one."""
'''


@pytest.fixture
def kb(database: Database, workspace: Path) -> KnowledgeBase:
    """A graph of two people in one city, of which two sources speak."""
    kb = KnowledgeBase(database, workspace)
    kb.save_ontology(parse(ONTOLOGY))
    classes = kb.classes
    rome = classes["City"](name="Rome")
    kb.write([classes["Person"](name="Ada", born=1815, home=rome)], source="one")
    kb.write(
        [classes["Person"](name="Ada", born=1816), classes["Person"](name="R&D <b>")], source="two"
    )
    return kb


def test_every_query_gives_something_quickly(kb: KnowledgeBase) -> None:
    """Of the queries in a guide all return rows on the graph it was made for."""
    guide = make_guide(kb.database, kb.ontology)
    queries = [query for page in guide.pages for query in page.queries]
    assert len(queries) > 10
    for query in queries:
        assert kb.database.read(query.text), query.title
    assert max(one.seconds for one in guide.log if one.good) <= QUICK


def test_the_pages_follow_the_ontology_and_the_data(kb: KnowledgeBase) -> None:
    """Classes with instances have a page each, classes without have none."""
    guide = make_guide(kb.database, kb.ontology)
    titles = [page.title for page in guide.pages]
    assert titles == [
        "What is in this graph",
        "Person",
        "City",
        "The classes",
        "How fresh it is",
        "Why it says so",
        "Where sources differ",
        "How to ask",
    ]
    said = " ".join(text for page in guide.pages for text in page.says)
    assert "Person 2, City 1" in said
    assert "Ada, born: 1816 or 1815" in said


def test_a_thing_is_summed_up_without_what_is_ours(kb: KnowledgeBase) -> None:
    """Its own class, its values and links, whether one source speaks of it or several."""
    told = {}
    for name in ("Ada", "Rome"):
        [uid] = [t.uid for t in (*kb.find("Person"), *kb.find("City")) if t.name == name]  # type: ignore[attr-defined]
        [told[name]] = kb.database.read(shown("summary", uid=uid))
        [said, *_] = kb.database.read(shown("evidence", uid=uid))
        assert "_run" not in str(said["says"])
    assert told["Ada"].data() == {
        "summary": "Ada, Person; born 1816",
        "leads": ["HOME Rome"],
        "sources": 2,
    }
    assert told["Rome"].data() == {"summary": "Rome, City", "leads": [], "sources": 1}


def test_evidence_quotes_exactly_what_a_document_says(kb: KnowledgeBase) -> None:
    """From the first to the last character of it, which are counted from 1."""
    kb.database.run(
        "MATCH (s:_Source {name: 'two'}), (r:_Record {source: 'two'}) SET r.row = 8, r.end = 10 "
        "CREATE (s)-[:_IS_DOCUMENT]->(:_Document {digest: 'd'})"
        "-[:_CHUNK]->(:_Chunk {id: 'c', start: 3, text: 'For Ada.'})"
    )
    [ada] = kb.find("Person", name="Ada")
    rows = kb.database.read(shown("evidence", uid=ada.uid))
    assert [row["passage"] for row in rows] == [None, "Ada"]


def test_an_empty_graph_has_a_guide(database: Database, workspace: Path) -> None:
    """It says what to do first, and shows no query."""
    kb = KnowledgeBase(database, workspace)
    guide = make_guide(kb.database, kb.ontology)
    assert guide.pages[0].title == "Nothing is here yet"
    assert [query for page in guide.pages for query in page.queries] == []


def test_what_gives_nothing_or_fails_is_left_out(database: Database) -> None:
    """A query without rows, with a fault, or without an end is tried and not shown."""
    queries = (
        Query("good", "RETURN 1"),
        Query("nothing", "MATCH (n:Nobody) RETURN n"),
        Query("faulty", "RETURN"),
        Query("endless", "UNWIND range(1, 1000000000) AS x RETURN sum(x)"),
    )
    [page], log = tried(database, [Page("", (), queries)])
    assert [query.title for query in page.queries] == ["good"]
    assert [one.good for one in log] == [True, False, False, False]


def test_nothing_in_a_name_is_taken_for_markup(kb: KnowledgeBase) -> None:
    """Names of things are data, in HTML, in AsciiDoc and in a file's name."""
    page = Page("<script>", ("R&D *b* [x]",), (Query("a/../b", "RETURN '<i>'"),))
    html = as_html("<t>", [page])
    assert "<script>" not in html
    assert "<i>" not in html
    assert "R&#38;D &#42;b&#42; &#91;x&#93;" in as_asciidoc("t", [page])
    assert list(favourites([page])) == ["01-a-b.cypher"]


def test_no_name_runs_as_part_of_a_favourite(kb: KnowledgeBase) -> None:
    """A title is a comment, whatever stands in it, and its file's name is of no bad length."""
    title = "Ann \\u000A UNWIND [1, 2, 3] AS row WITH row // \\\\u000D " + "长" * 300
    page = Page("", (), (Query(title, "RETURN 1 AS one"),))
    [(name, content)] = favourites([page]).items()
    assert len(name.encode()) <= 255
    assert content.startswith("// Ann /u000A UNWIND")
    with kb.database.driver.session(database=kb.database.name) as session:
        assert session.run(content).data() == [{"one": 1}]


def test_a_favourite_begins_with_its_title(kb: KnowledgeBase) -> None:
    """Browser takes the first line for the name."""
    files = favourites(make_guide(kb.database, kb.ontology).pages)
    assert all(text.startswith("// ") and text.count("\n") > 1 for text in files.values())
    assert len(set(files)) == len(files) > 10


def test_a_guide_is_two_files(kb: KnowledgeBase, tmp_path: Path) -> None:
    """HTML for Browser, AsciiDoc for its successor, with the same queries."""
    guide = make_guide(kb.database, kb.ontology)
    html, adoc = write_files(tmp_path / "new", guide_files(guide))
    count = sum(len(page.queries) for page in guide.pages)
    assert html.read_text("utf-8").count('<pre class="runnable">') == count
    assert adoc.read_text("utf-8").count("[source,cypher]") == count


def run(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, words)


@pytest.mark.usefixtures("kb", "login")
@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("style", ["style.conf", "style.grass"]),
        ("guide", ["guide.adoc", "guide.html"]),
        ("queries", ["01-how-many-of-each-class.cypher"]),
    ],
)
def test_for_another_server_the_files_go_into_a_folder(
    workspace: Path, command: str, files: Sequence[str]
) -> None:
    """A trial names the files, the command writes them."""
    told = run("browser", command, "--to", "out", "--dry-run")
    assert told.exit_code == 0, told.output
    assert not (workspace / "out").exists()
    assert run("browser", command, "--to", "out").exit_code == 0
    assert set(files) <= {path.name for path in (workspace / "out").iterdir()}


@pytest.mark.usefixtures("kb", "login")
def test_onto_another_server_nothing_can_be_put(workspace: Path, endpoint: Endpoint) -> None:
    """Without a folder the command says which option is missing."""
    told = run("browser", "style")
    assert told.exit_code == 2
    assert re.search("name a folder with --to", told.output)
