"""What databases and feeds answer, and how they fail."""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from knowloom.base import KnowledgeBase
from knowloom.errors import SourceError, UsageError
from knowloom.update.sources import source_of
from knowloom.updating import UpdateReport, update
from tests.update.test_updating import MAPPING, ROWS, counts, folder, lines, names, source, writes

__all__ = ["folder"]  # the fixture
pytestmark = pytest.mark.neo4j


def test_a_database_is_asked(kb: KnowledgeBase, folder: Path) -> None:
    """The rows of a query are a snapshot like those of a file."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("CREATE TABLE people (name, born, home, groups)")
        crm.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", ROWS)
    place = source(
        f"sqlite:///{folder / 'crm.db'}", folder, query="SELECT * FROM people ORDER BY name"
    )
    assert counts(update(kb, place)) == (4, 0, 0)
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("DELETE FROM people WHERE name = 'Cid'")
        crm.execute("UPDATE people SET home = 'Nice' WHERE name = 'Bob'")
    assert counts(update(kb, place)) == (1, 2, 1)
    with pytest.raises(SourceError, match="does not answer"):
        update(kb, source(f"sqlite:///{folder / 'crm.db'}", folder, query="SELECT nonsense"))
    with pytest.raises(UsageError):
        update(kb, source(f"sqlite:///{folder / 'crm.db'}", folder))


def test_two_queries_of_a_database_are_told_apart(kb: KnowledgeBase, folder: Path) -> None:
    """Under the name of the database only one is asked, unless a name says so."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("CREATE TABLE people (name, born, home, groups)")
        crm.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", ROWS)
    place = f"sqlite:///{folder / 'crm.db'}"

    def asked(query: str, **more: Any) -> UpdateReport:
        given = {"query": f"SELECT * FROM people {query}", "mapping": folder / "mapping.toml"}
        return update(kb, source_of(place, {}, **given, **more))

    assert asked("LIMIT 2").written == 2
    assert asked("LIMIT 2").skipped
    with pytest.raises(UsageError, match="another query before"):
        asked("WHERE name > 'C'")
    assert asked("WHERE name > 'C'", name="others").written == 2
    assert counts(asked("WHERE name > 'B'", name=place, guard=1.0)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("name, born, home AS city, groups", "'home' is no column .* name, born, city, groups"),
        ("*, 'Bonn' AS home", "'home' is the name of 2 columns"),
    ],
)
def test_columns_that_a_query_does_not_answer_are_named(
    kb: KnowledgeBase, folder: Path, asked: str, why: str
) -> None:
    """Nothing is written, though rows of JSON may leave out what they like."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("CREATE TABLE people (name, born, home, groups)")
        crm.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", ROWS)
    place = f"sqlite:///{folder / 'crm.db'}"
    update(kb, source(place, folder, query="SELECT * FROM people"))
    before = kb.fingerprint()
    with pytest.raises(UsageError, match=why):
        update(kb, source(place, folder, query=f"SELECT {asked} FROM people"))
    assert kb.fingerprint() == before


def test_bytes_of_a_database_are_text_or_rejected(kb: KnowledgeBase, folder: Path) -> None:
    """Those that are no text are told with their row, unless nobody asks for them."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("CREATE TABLE people (name, born, home, groups, photo)")
        homes = ["Zürich".encode(), b"\xff\xd8\x00", "Oslo"]
        rows = [(f"p{i}", "1900", home, "", b"\xff") for i, home in enumerate(homes)]
        crm.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", rows)
    place = source(f"sqlite:///{folder / 'crm.db'}", folder, query="SELECT * FROM people")
    report = update(kb, place)
    assert [(r.row, r.code) for r in report.rejects] == [(2, "type")]
    assert "bytes that are no text" in report.rejects[0].reason
    assert {vars(p)["home"] for p in kb.find("Person")} == {"Zürich", "Oslo"}


class Feed(BaseHTTPRequestHandler):
    """Serves lines with an ETag, and answers 304 to those who have them."""

    content = b""
    etag = ""
    encoding = ""
    status = 200
    answers: list[int] = []
    logins: list[str | None] = []

    def do_GET(self) -> None:
        status = type(self).status
        if self.etag and self.headers["If-None-Match"] == self.etag:
            status = 304
        self.answers.append(status)
        self.logins.append(self.headers["Authorization"])
        self.send_response(status)
        self.send_header("Retry-After", "600")
        self.send_header("ETag", self.etag)
        if self.encoding:
            self.send_header("Content-Encoding", self.encoding)
        self.end_headers()
        if status == 200:
            self.wfile.write(self.content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a feed that this test fills."""
    Feed.answers.clear()
    Feed.status, Feed.encoding = 200, ""
    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/people.jsonl"
        server.shutdown()
        thread.join()


def test_a_feed_tells_changes(kb: KnowledgeBase, folder: Path, address: str) -> None:
    """Lines are changes: what they leave out stays, deletions go; unchanged, none is sent."""
    place = source(address, folder, delta=True)
    Feed.content, Feed.etag = lines(ROWS), '"1"'
    assert counts(update(kb, place)) == (4, 0, 0)
    before = writes(kb)
    assert update(kb, place).skipped
    assert writes(kb) == before
    Feed.content, Feed.etag = lines([("Bob", "1900", "Nice", "Y")], ["Ada", "Nobody"]), '"2"'
    report = update(kb, place)
    assert (report.written, report.removed) == (1, 1)
    assert names(kb) == {"Bob": ["Y"], "Cid": [], "Dan": ["Z"]}
    Feed.content, Feed.etag = lines([ROWS[1]]), '"3"'
    assert update(kb, place).written == 1
    [row] = kb.database.read("MATCH (n:Person {name: 'Bob'}) RETURN n.home AS home")
    assert row["home"] == "Rome"
    assert Feed.answers == [200, 304, 200, 200]


def test_a_feed_as_snapshot_with_a_huge_field(
    kb: KnowledgeBase, folder: Path, address: str
) -> None:
    """Ten megabytes in one field are one value; a server that fails changes nothing."""
    place = source(address, folder)
    huge = ("Eve", "2000", "x" * 10_000_000, "")
    Feed.content, Feed.etag = lines([*ROWS, huge]), '"1"'
    assert counts(update(kb, place)) == (5, 0, 0)
    Feed.content, Feed.etag = lines(ROWS), '"2"'
    assert counts(update(kb, place)) == (0, 4, 1)
    Feed.status = 404
    Feed.etag = ""
    with pytest.raises(SourceError, match="404"):
        update(kb, place)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_feed_that_is_packed(
    kb: KnowledgeBase, folder: Path, address: str, encoding: str
) -> None:
    """Is read like others."""
    Feed.encoding, Feed.etag = encoding, ""
    Feed.content = (gzip if encoding == "gzip" else zlib).compress(lines(ROWS))
    assert counts(update(kb, source(address, folder))) == (4, 0, 0)


@pytest.mark.parametrize("size", [20, 60, -4])
def test_a_packed_feed_that_is_cut_off_changes_nothing(
    kb: KnowledgeBase, folder: Path, address: str, size: int
) -> None:
    """Though its server calls it whole."""
    place = source(address, folder, guard=1.0)
    Feed.content, Feed.etag, Feed.encoding = gzip.compress(lines(ROWS)), "", "gzip"
    update(kb, place)
    before = kb.fingerprint()
    Feed.content = gzip.compress(lines([("Eve", "2000", "Bonn", ""), *ROWS]))[:size]
    with pytest.raises(SourceError, match="cut off"):
        update(kb, place)
    assert kb.fingerprint() == before


def test_a_feed_under_another_mapping_is_read_again(
    kb: KnowledgeBase, folder: Path, address: str
) -> None:
    """That its lines did not change says nothing about what they mean."""
    place = source(address, folder)
    Feed.content, Feed.etag = lines(ROWS), '"1"'
    (folder / "mapping.toml").write_text(MAPPING.replace('born = "born"', ""))
    assert counts(update(kb, place)) == (4, 0, 0)
    assert update(kb, place).skipped
    (folder / "mapping.toml").write_text(MAPPING)
    assert counts(update(kb, place)) == (4, 0, 0)
    [row] = kb.database.read("MATCH (n:Person {name: 'Bob'}) RETURN n.born AS born")
    assert row["born"] == 1900
    assert update(kb, place).skipped
    assert Feed.answers == [200, 304, 200, 304]


@pytest.mark.parametrize(("status", "why"), [(304, "304"), (503, "503"), (401, "401")])
def test_a_feed_that_does_not_answer_is_told_at_once(
    status: int, why: str, kb: KnowledgeBase, folder: Path, address: str
) -> None:
    """Without its login and query, and without waiting for as long as it says."""
    secret = address.replace("://", "://ann:sec%3Aret@") + "?token=secret"
    place = source(secret, folder)
    Feed.content, Feed.etag, Feed.status = lines(ROWS), "", status
    with pytest.raises(SourceError, match=why) as raised:
        update(kb, place)
    assert "sec" not in str(raised.value)
    assert Feed.logins[-1] == "Basic YW5uOnNlYzpyZXQ="
    with pytest.raises(SourceError, match="refused") as raised:
        update(kb, source("http://ann:secret@127.0.0.1:9/x?token=secret", folder))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("said", [False, 0, "", "0", "false", "No ", None])
def test_what_is_said_not_to_be_gone_is_there(
    said: object, kb: KnowledgeBase, folder: Path
) -> None:
    """However a database or feed puts it."""
    path = folder / "people.jsonl"
    path.write_text(json.dumps({"name": "Ada", "_deleted": said}) + "\n")
    update(kb, source(path, folder, delta=True))
    assert len(kb.find("Person")) == 1


@pytest.mark.parametrize("delta", [False, True])
def test_a_file_says_that_things_are_no_more(delta: bool, kb: KnowledgeBase, folder: Path) -> None:
    """Also one that tells all there is; a folder is refused, since its files have no order."""
    file = folder / "data" / "people.jsonl"
    file.parent.mkdir()
    file.write_bytes(lines(ROWS))
    for place in (file, file.parent):
        update(kb, source(place, folder, name=place.name, delta=delta))
    file.write_bytes(lines(ROWS[1:], ["Ada"]))
    assert counts(update(kb, source(file, folder, name=file.name, delta=delta)))[2] == 1
    with pytest.raises(SourceError, match="cannot; give it by itself, with --name data"):
        update(kb, source(file.parent, folder, name="data", delta=delta))


def test_addresses_that_are_none_are_told_without_secrets(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of who logs in is told, and which library is missing is called by its name."""
    for place in ("sqlite://ann:secret@host:port/crm", "no such://ann:secret@host/crm"):
        with pytest.raises(SourceError) as raised:
            update(kb, source(place, folder, query="SELECT 1"))
        assert "secret" not in str(raised.value)
    with pytest.raises(SourceError, match="no address"):
        update(kb, source("http://ann:secret@host:port/x", folder))
    with pytest.raises(UsageError, match="no address"):
        source_of("http://[::1/x", {})
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(UsageError, match=r"knowloom\[sql\]"):
        update(kb, source("sqlite:///x.db", folder, query="SELECT 1"))
