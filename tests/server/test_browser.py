"""Links and styles with a real server behind them, and with a real Chromium before them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import neo4j
import pytest

from knowloom.browser.apply import write_style
from knowloom.browser.links import browser_link
from knowloom.browser.style import grass
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.server import LocalServer, ServerInfo
from knowloom.server.config import STYLE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PATIENCE = 60_000  # milliseconds, on a busy machine
ONTOLOGY = Ontology(
    [Concept(name="Person"), Concept(name="Author", parents=("Person",)), Concept(name="City")]
)
GRAPH = """
CREATE (:_Instance:Entity:Person:Author {name: 'Ann'})-[:BORN_IN]->
       (:_Instance:Entity:City {name: 'R&D'}), (:_Run {command: 'load'})
"""


def argument(link: str) -> str:
    """Return the text that the link puts into the editor."""
    return parse_qs(urlsplit(link).query, strict_parsing=True)["arg"][0]


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (n:_Concept&!_Run) RETURN count(n) AS n",
        "RETURN 'R&D #1' AS a, \"&#\" AS b, 1 AS `c&d` // a & b # c",
        "RETURN 'back\\\\&slash' AS x",
    ],
)
def test_ampersand_and_hash_mean_the_same(running: LocalServer, query: str) -> None:
    """Browser cuts a text at & and #, so the link has neither, and yet asks the same."""
    link = browser_link("http://localhost:7474", "bolt://localhost:7687", "neo4j", query)
    assert not {"&", "#"} & set(argument(link))
    info = running.status()
    assert info is not None
    with neo4j.GraphDatabase.driver(info.bolt_uri, auth=(info.user, info.password)) as driver:
        asked, meant = (
            driver.execute_query(cast("neo4j.Query", text)).records
            for text in (argument(link), query)
        )
    assert [r.data() for r in asked] == [r.data() for r in meant]


def test_the_workspace_serves_the_style(running: LocalServer) -> None:
    """What is written is what Browser will fetch, at once."""
    write_style(running, ONTOLOGY)
    info = running.status()
    assert info is not None
    with urlopen(f"{info.http_uri}/browser/knowloom/{STYLE}") as page:
        assert page.read().decode() == grass(ONTOLOGY)


@pytest.fixture
def info(running: LocalServer) -> ServerInfo:
    """A server with a small graph and its style."""
    write_style(running, ONTOLOGY)
    found = running.status()
    assert found is not None
    with neo4j.GraphDatabase.driver(found.bolt_uri, auth=(found.user, found.password)) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        driver.execute_query(GRAPH)
    return found


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """An empty page of a fresh profile."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, headless=True, args=FLAGS
        )
        yield context.new_page()
        context.close()


def colour(label: str) -> str:
    """Return the colour that the style sheet has for a label."""
    return grass(ONTOLOGY).partition(f"node.{label} {{")[2].partition("color: ")[2][:7]


@pytest.mark.browser
@pytest.mark.slow
def test_the_printed_link_leads_to_a_styled_graph(page: Any, info: ServerInfo) -> None:
    """One password and one key press away from the link the graph is drawn in our colours."""
    query = "MATCH (n:_Instance|_Run) WHERE n.name <> '&#' OR n:_Run RETURN n"
    answered: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    page.goto(browser_link(info.http_uri, info.bolt_uri, info.user, query))
    page.fill("[data-testid=password]", info.password, timeout=PATIENCE)
    page.click("[data-testid=connect]")
    page.get_by_text("connected as user").first.wait_for(timeout=PATIENCE)
    page.click("[data-testid=activeEditor] .monaco-editor")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("circle.b-outline", timeout=PATIENCE)
    page.wait_for_selector(f"circle.b-outline[fill='{colour('Author')}']", timeout=PATIENCE)
    drawn = {
        node.text_content().strip(): node.query_selector("circle.b-outline").get_attribute("fill")
        for node in page.query_selector_all("g.node")
    }
    assert drawn == {"Ann": colour("Author"), "R&D": colour("City"), "load": colour("_Run")}
    assert {urlsplit(url).hostname for url in answered} <= {"localhost", None}
