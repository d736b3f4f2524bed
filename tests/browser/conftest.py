"""A managed server with the demo on it, and a real Chromium before it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from knowloom.cli import cli
from knowloom.server import TESTS, LocalServer, ServerInfo

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds, on a busy machine


@pytest.fixture(scope="package")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A managed server of its own, since only such a one serves our files; it holds the demo."""
    folder = tmp_path_factory.mktemp("browser") / ".knowloom"
    server = LocalServer(folder, profile=TESTS)
    server.start()
    known = {name: os.environ.pop(name, None) for name in ("NEO4J_URI", "NEO4J_PASSWORD")}
    try:
        told = CliRunner().invoke(cli, ["demo", "--workspace", str(folder)])
        assert told.exit_code == 0, told.output
        yield server
    finally:
        os.environ.update({name: value for name, value in known.items() if value is not None})
        server.stop()


@pytest.fixture
def info(shown: LocalServer) -> ServerInfo:
    """Where that server is."""
    found = shown.status()
    assert found is not None
    return found


@pytest.fixture
def local(info: ServerInfo, shown: LocalServer, monkeypatch: pytest.MonkeyPatch) -> LocalServer:
    """That server as the one that commands mean."""
    for name in ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KNOWLOOM_WORKSPACE", str(shown.workspace.folder))
    return shown


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """An empty page of a fresh profile."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium on this machine: see `make test-browser`")
    api = pytest.importorskip("playwright.sync_api", reason="playwright: `make test-browser`")
    with api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            headless=True,
            args=FLAGS,
            viewport={"width": 1400, "height": 900},
        )
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        context.close()
