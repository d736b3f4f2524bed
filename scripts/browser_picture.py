"""Make docs/pictures/browser.png: the demo in Neo4j Browser, as a person sees it after the log-in.

make test-browser          installs what this needs
knowloom demo
python scripts/browser_picture.py
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from knowloom.browser.links import browser_link
from knowloom.server.local import LocalServer
from knowloom.settings import load_settings

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "browser.png"
QUERY = """\
MATCH p = (:TuringAward)-[:RECIPIENT]->(t:Person)-[:AFFILIATION]->(o:Organization)
WHERE o.name = "University of Toronto"
OPTIONAL MATCH q = (t)-[:BORN_IN]->()
OPTIONAL MATCH r = (t)-[:ADVISOR]->()
RETURN p, q, r"""
_SETTLED = 8_000  # milliseconds until the nodes have found their places


def main() -> None:
    """Log in, run a query, and take the picture."""
    info = LocalServer.of(load_settings()).status()
    if info is None:
        raise SystemExit("no server runs here: run knowloom demo first")
    link = browser_link(info.http_uri, info.bolt_uri, info.user, QUERY)
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium"),
            headless=True,
            args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": 1500, "height": 700},
        )
        page = context.new_page()
        page.goto(link)
        page.fill("[data-testid=password]", info.password)
        page.click("[data-testid=connect]")
        page.wait_for_selector("[data-testid=guidesDrawer] pre.runnable")
        page.click("[data-testid=guideNextSlide]")
        _draw(page)
        page.screenshot(path=PICTURE)
        context.close()
    print(PICTURE)


def _draw(page: Any) -> None:
    """Run what is in the editor and give the graph room."""
    page.click("[data-testid=activeEditor] .monaco-editor")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("circle.b-outline")
    inspector = page.locator("[data-testid=vizInspector]").bounding_box()
    page.mouse.click(inspector["x"] + inspector["width"] - 22, inspector["y"] + 28)
    page.wait_for_timeout(_SETTLED)


if __name__ == "__main__":
    main()
