"""The scheduler for five real minutes, with sources that grow, fail, and come and go."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

pytestmark = [pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(600)]
MINUTES = 5
SETTINGS = """
[sources.growing]
location = "growing.csv"
every = "5s"

[sources.coming_and_going]
location = "coming.csv"
every = "10s"
guard = 1.0

[sources.missing]
location = "missing.csv"
every = "5s"
"""
LINE = re.compile(r"^(\S+ \S+) (\w+): (.*)$", re.MULTILINE)


def put(path: Path, rows: int) -> None:
    """Write a table whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text("name\n" + "".join(f"{path.stem} {i}\n" for i in range(rows)))
    part.replace(path)


def test_five_minutes(database: Database, endpoint: Endpoint, tmp_path: Path) -> None:
    """Every change arrives, no two runs of a source overlap, none is lost, the end is clean."""
    (tmp_path / "knowloom.toml").write_text(SETTINGS)
    put(tmp_path / "growing.csv", 1)
    login = {
        "NEO4J_URI": endpoint.uri,
        "NEO4J_USERNAME": endpoint.user,
        "NEO4J_PASSWORD": endpoint.password,
    }
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "knowloom", "update", "schedule"],
            cwd=tmp_path,
            env=os.environ | login,
            stderr=log,
        )
        try:
            began, rows = time.monotonic(), 1
            while time.monotonic() - began < 60 * MINUTES:
                time.sleep(7)
                rows += 1
                put(tmp_path / "growing.csv", rows)
                if rows % 4 == 0:
                    (tmp_path / "coming.csv").unlink(missing_ok=True)
                elif rows % 4 == 2:
                    put(tmp_path / "coming.csv", rows)
                assert process.poll() is None
            time.sleep(20)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
    said = LINE.findall((tmp_path / "log").read_text())
    assert "Traceback" not in (tmp_path / "log").read_text()
    known = database.read("MATCH (n:_Instance) WHERE n.name STARTS WITH 'growing' RETURN n")
    assert len(known) == rows
    for name in ("growing", "coming_and_going", "missing"):
        turns = ["begun" if what == "begun" else "ended" for _, who, what in said if who == name]
        assert turns[::2] == ["begun"] * len(turns[::2])
        assert turns[1::2] == ["ended"] * len(turns[1::2])
        assert len(turns) % 2 == 0
    begun = [
        datetime.fromisoformat(at) for at, who, what in said if (who, what) == ("growing", "begun")
    ]
    moments = [round(at.timestamp()) % 5 for at in begun]
    [(on_time, _)] = Counter(moments).most_common(1)
    assert sum((at - on_time) % 5 in (0, 1, 4) for at in moments) >= 0.9 * len(begun), "it drifts"
    failed = [what for _, who, what in said if who == "missing" and what != "begun"]
    assert 2 <= len(failed) <= 5, "a failing source is left alone for longer and longer"
    assert database.read("MATCH (l:_SourceLock) RETURN l") == []
