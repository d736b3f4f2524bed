"""The folder that is served: links to Browser's files, and the workspace's own."""

from __future__ import annotations

from pathlib import Path

from knowloom.server.config import STYLE
from knowloom.server.web import prepare


def test_links_are_made_and_mended(tmp_path: Path) -> None:
    """All of Browser is linked, whatever older links there were; our own files stay."""
    browser, web = tmp_path / "browser-2", tmp_path / "web"
    (browser / "assets").mkdir(parents=True)
    (browser / "index.html").write_text("new")
    served = web / "browser" / "knowloom"
    served.mkdir(parents=True)
    (served / STYLE).write_text("mine")
    (served / "guide-1.html").write_text("of an older password")
    (web / "browser" / "index.html").symlink_to(tmp_path / "gone" / "index.html")
    (web / "browser" / "dropped.js").symlink_to(tmp_path / "gone" / "dropped.js")
    for _ in range(2):
        prepare(web, browser, "guide-2.html")
        names = sorted(path.name for path in (web / "browser").iterdir())
        assert names == ["assets", "index.html", "knowloom"]
        assert (web / "browser" / "index.html").read_text() == "new"
        assert (served / STYLE).read_text() == "mine"
        assert [path.name for path in served.glob("guide*")] == ["guide-2.html"]


def test_a_first_style_is_there(tmp_path: Path) -> None:
    """A workspace without a style gets one, since Browser asks for it."""
    (tmp_path / "browser").mkdir()
    prepare(tmp_path / "web", tmp_path / "browser", "guide-2.html")
    assert (
        "Nothing is here yet"
        in (tmp_path / "web" / "browser" / "knowloom" / "guide-2.html").read_text()
    )
    assert "node {" in (tmp_path / "web" / "browser" / "knowloom" / STYLE).read_text()
