"""Links into Neo4j Browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from knowloom.browser.links import browser_link

HTTP, BOLT = "http://localhost:7474", "bolt://localhost:7687"


def argument(link: str) -> str:
    """Return the text that the link puts into the editor."""
    return parse_qs(urlsplit(link).query, strict_parsing=True)["arg"][0]


def test_with_a_user_the_form_is_filled_in() -> None:
    """The user, the address and the database are in the link, a password never is."""
    query = parse_qs(urlsplit(browser_link(HTTP, BOLT, "neo4j", database="films")).query)
    assert query == {"dbms": ["neo4j://neo4j@localhost:7687"], "db": ["films"]}


def test_without_a_user_browser_connects_by_itself() -> None:
    """A server without authentication gets a link that asks nothing."""
    link = browser_link(HTTP + "/", BOLT)
    assert link == "http://localhost:7474/browser/?preselectAuthMethod=NO_AUTH"


@given(st.text(st.characters(codec="utf-8", exclude_characters="&#"), min_size=1))
def test_any_query_survives(query: str) -> None:
    """What is in the editor is the query, whatever characters it has."""
    assert argument(browser_link(HTTP, BOLT, "neo4j", query)) == query
