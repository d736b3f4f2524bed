"""Neo4j Browser in a real Chromium, before a real managed server with the demo on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from knowloom.browser.links import browser_link
from knowloom.browser.style import grass
from knowloom.cli import cli
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.server import LocalServer, ServerInfo
from knowloom.server.config import STYLE
from knowloom.store.connect import Endpoint, connect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

HOPPER = 'MATCH p = (:Person {name: "Grace Hopper"})-[:BORN_IN]->() RETURN p'


@pytest.fixture
def enter(page: Any, info: ServerInfo) -> Callable[[str], Any]:
    """Follow a link and log in as a person does: the password is all there is to type."""

    def follow(link: str) -> Any:
        page.goto(link)
        page.fill("[data-testid=password]", info.password)
        page.click("[data-testid=connect]")
        page.get_by_text("connected as user").first.wait_for()
        return page

    return follow


def run(page: Any) -> None:
    """Run what is in the editor, by the key a person presses."""
    page.click("[data-testid=activeEditor] .monaco-editor")
    page.keyboard.press("Control+Enter")


def drawn(page: Any) -> dict[str, str]:
    """Return the caption of each drawn node with its colour."""
    page.wait_for_selector("circle.b-outline")
    return {
        " ".join(node.text_content().split()): node.query_selector(
            "circle.b-outline"
        ).get_attribute("fill")
        for node in page.query_selector_all("g.node")
    }


def starts(name: str) -> Callable[[str], bool]:
    """Return whether a caption is a name, or as much of it as there was room for."""
    return lambda caption: len(caption) > 1 and name.startswith(caption.rstrip("…"))


def in_editor(page: Any) -> str:
    """Return the text in the editor without white space, since it wraps where it likes."""
    lines = page.query_selector_all("[data-testid=activeEditor] .monaco-editor .view-line")
    return "".join("".join(line.text_content() for line in lines).split())


def colour(server: LocalServer, label: str) -> str:
    """Return the colour that the served style sheet has for a label."""
    sheet = (server.workspace.served / STYLE).read_text("utf-8")
    return sheet.partition(f"node.{label} {{")[2].partition("color: ")[2][:7]


def most_specific(server: LocalServer, name: str) -> str:
    """Return which label of a thing has the last rule in the style sheet, so that it wins."""
    told = CliRunner().invoke(cli, ["search", name, "--json", "--limit", "1"])
    labels: list[str] = json.loads(told.stdout)[0]["labels"]
    sheet = (server.workspace.served / STYLE).read_text("utf-8")
    return max(labels, key=lambda label: sheet.index(f"node.{label} {{"))


def link_of(*words: str) -> str:
    """Return the link that a command gives."""
    told = CliRunner().invoke(cli, [*words, "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    link: str = (found[0] if isinstance(found, list) else found)["browser"]
    return link


def test_after_the_log_in_everything_is_there(
    page: Any, enter: Any, info: ServerInfo, local: LocalServer
) -> None:
    """Style and guide come by themselves, the query is in the editor, and nothing calls out."""
    answered: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    enter(browser_link(info.http_uri, info.bolt_uri, info.user, HOPPER))
    page.wait_for_selector("[data-testid=guidesDrawer] pre.runnable")
    assert "What is in this graph" in page.inner_text("[data-testid=guidesDrawer]")
    assert in_editor(page) == "".join(HOPPER.split())
    page.get_by_text(STYLE).first.wait_for()
    run(page)
    found = drawn(page)
    assert found.pop("Grace Hopper") == colour(local, most_specific(local, "Grace Hopper"))
    assert set(found.values()) == {colour(local, "City")}
    assert {urlsplit(url).hostname for url in answered} <= {"localhost", None}


def test_a_guide_query_runs(enter: Any, info: ServerInfo, local: LocalServer) -> None:
    """A click on the arrow of a query in the guide draws its graph."""
    page = enter(browser_link(info.http_uri, info.bolt_uri, info.user))
    page.wait_for_selector("[data-testid=guidesDrawer] pre.runnable")
    page.click("[data-testid=guideNextSlide]")
    query = page.locator("[data-testid=guidesDrawer] pre.runnable:visible").first
    assert query.inner_text().strip().startswith("MATCH (n:Person)")
    links = page.locator("[data-testid=guidesDrawer] pre.runnable:visible").nth(3)
    links.click()
    assert in_editor(page) == "MATCHp=(:Person)-[:AFFILIATION]->()RETURNpLIMIT25"
    query.locator("i").click()
    assert set(drawn(page).values()) <= {
        colour(local, name)
        for name in re.findall(r"node\.(\w+) \{", (local.workspace.served / STYLE).read_text())
    }
    assert len(drawn(page)) > 10


@pytest.mark.parametrize(
    ("words", "captions"),
    [
        (("find", "Person", "name=Alan Turing"), {"Alan Turing", "London"}),
        (("why", "Alan Turing"), {"Alan Turing", "people.csv"}),
        (("ontology", "show", "Person"), {"Person", "Entity"}),
    ],
    ids=("find", "why", "ontology"),
)
def test_a_printed_link_lands_and_draws(
    enter: Any, local: LocalServer, words: tuple[str, ...], captions: set[str]
) -> None:
    """The link that a command prints has its query in the editor; one key draws the graph."""
    page = enter(link_of(*words))
    assert in_editor(page).startswith("MATCH(")
    run(page)
    found = drawn(page)
    assert {name for name in captions if any(map(starts(name), found))} == captions


def test_nobody_reads_the_guide_without_a_log_in(info: ServerInfo, local: LocalServer) -> None:
    """Its name is not to be guessed, and the folder is not listed; who knows it may read."""
    folder = f"{info.http_uri}/browser/knowloom"
    with urlopen(f"{folder}/{local.workspace.guide.name}") as answer:
        assert b"knowloom find Person" in answer.read()
    for name in ("", "guide.html", "guide-.html", "guide-*.html"):
        with pytest.raises(HTTPError):
            urlopen(f"{folder}/{name}")


def test_a_style_of_500_classes_loads(
    page: Any, enter: Any, info: ServerInfo, local: LocalServer
) -> None:
    """Browser takes a sheet that large, and draws the deepest class by its rule."""
    tops = [Concept(name=f"Branch{n}") for n in range(8)]
    below = [Concept(name=f"Class{n}", parents=(f"Branch{n % 8}",)) for n in range(491)]
    deepest = Concept(name="Deepest", parents=("Class490",))
    sheet = grass(Ontology([*tops, *below, deepest]))
    (local.workspace.served / "wide.grass").write_text(sheet, encoding="utf-8")
    with connect(Endpoint(info.bolt_uri, info.user, info.password)) as database:
        database.write("CREATE (:Entity:Branch2:Class490:Deepest {name: 'Low', uid: 'wide'})")
        enter(browser_link(info.http_uri, info.bolt_uri, info.user, "MATCH (n:Deepest) RETURN n"))
        page.get_by_text(STYLE).first.wait_for()
        run(page)
        page.wait_for_selector("circle.b-outline")
        page.click("[data-testid=activeEditor] .monaco-editor")
        page.keyboard.insert_text(f":style {info.http_uri}/browser/knowloom/wide.grass")
        page.keyboard.press("Control+Enter")
        wanted = sheet.partition("node.Deepest {")[2].partition("color: ")[2][:7]
        page.wait_for_selector(f"circle.b-outline[fill='{wanted}']")
        database.write("MATCH (n:Deepest) DELETE n")


def test_a_wrong_password_is_said(page: Any, info: ServerInfo) -> None:
    """Browser names what is wrong and keeps the form."""
    page.goto(browser_link(info.http_uri, info.bolt_uri, info.user))
    page.fill("[data-testid=password]", "not the password")
    page.click("[data-testid=connect]")
    page.get_by_text("Unauthorized").first.wait_for()
    assert page.query_selector("[data-testid=password]")
