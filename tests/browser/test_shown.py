"""Statements that are shown: complete, and true to the values in them."""

from __future__ import annotations

from typing import LiteralString, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowloom.browser.place import BrowserPlace, browser_place
from knowloom.browser.shown import literal, readable, shown
from knowloom.settings import Settings
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["\\u0022", "\\\\u0022", 'a" RETURN 1 //', "\\", "it's", "\\\\", "a\nb\rc", "`", "\u2028"]
)


@pytest.mark.neo4j
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_a_literal_is_the_value_and_nothing_else(database: Database, value: str) -> None:
    """Whatever a text holds, the server reads back that text; nothing can end the literal."""
    text = cast(LiteralString, f"RETURN {literal(value)} AS one, {literal([value])} AS many")
    [row] = database.read(text)
    assert (row["one"], row["many"]) == (value, [value])


@pytest.mark.neo4j
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"),
        min_size=1,
        max_size=20,
    )
    | st.sampled_from(["null", "NOT", "Person", "is", "odd `name`", "match"])
)
def test_a_readable_name_is_an_identifier(database: Database, name: str) -> None:
    """Whatever a class is called, its shown name is that label."""
    labels = cast(LiteralString, f"CREATE (n:{readable(name)}) RETURN labels(n) AS labels")
    with (
        database.driver.session(database=database.name) as session,
        session.begin_transaction() as tx,
    ):
        [row] = list(tx.run(labels))
        [counted] = list(tx.run(shown("count", labels=[name], **{"class": name})))
        tx.rollback()
    assert row["labels"] == [name]
    assert (counted["class"], counted["instances"]) == (name, 1)


def test_plain_names_stand_as_they_are() -> None:
    """A person reads no more quotes than there have to be."""
    assert readable("Person") == "Person"
    assert "`" not in shown("table", labels=["Film"], caption="title", columns=["year"])


@pytest.mark.neo4j
def test_another_server_says_where_its_browser_is(endpoint: Endpoint, database: Database) -> None:
    """The address comes from the server itself, the user from the login."""
    place = browser_place(Settings(uri=endpoint.uri), database)
    assert place.http_uri.startswith("http://localhost:")
    assert place.user == endpoint.user
    assert "cmd=edit" in place.run(7)


def test_without_an_address_there_is_no_link() -> None:
    """A server that does not say where its Browser is gets no link, rather than a wrong one."""
    place = BrowserPlace("", "neo4j://db.example.org:7687", "ann", "neo4j")
    assert (place.thing("a"), place.things(["a", "b"]), place.concept("")) == ("", "", "")


def test_one_thing_is_shown_with_what_surrounds_it() -> None:
    """Several things are shown with what lies between them, no more than a picture can hold."""
    place = BrowserPlace("http://localhost:7474", "bolt://localhost:7687", "", "neo4j")
    assert place.things(["a"]) == place.thing("a")
    assert place.things([]) == ""
    assert "a99" in place.things(f"a{n}" for n in range(1000))
    assert "a100" not in place.things(f"a{n}" for n in range(1000))
