"""The case study on real papers: what `knowloom analyse` finds is what DuckDB reads in the files.

Needs the papers data set; the graph is built by the loaders of all rows in which the two authors
stand, the numbers to compare with are read from the whole files.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from knowloom.cli import cli
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from tests.sandbox.confined import needs_confinement

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("KNOWLOOM_DATA") or Path.home() / ".cache/knowloom-data") / "papers"
AUTHORS = ("Hinton", "Yoshua Bengio")
pytestmark = [
    pytest.mark.neo4j,
    needs_confinement,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the papers data set in KNOWLOOM_DATA"),
]

Row = tuple[Any, ...]
SHARES = "Share of Geoffrey Hinton's papers by venue between 2009 and 2018, as a pie chart"
HINTON = "Citations per publication of Geoffrey Hinton between 2009 and 2018"
BENGIO = "Show the citation count of each publication of Yoshua Bengio as a bar chart"
EXPECTED = {
    SHARES: "SELECT venue, count(*), count(*) / sum(count(*)) OVER () FROM hinton"
    " WHERE year BETWEEN 2009 AND 2018 GROUP BY venue",
    HINTON: "SELECT title, citations FROM hinton WHERE year BETWEEN 2009 AND 2018",
    BENGIO: "SELECT title, citations FROM bengio",
}


def _loaded(folder: Path) -> None:
    """Build the graph, as docs/how-to/case-study.md says, of the rows of the two authors."""
    for file in sorted(DATA.glob("*/*.json")):
        rows = [
            row
            for row in json.loads(file.read_text(encoding="utf-8"))
            if any(name in (row.get("author") or "") for name in AUTHORS)
        ]
        (folder / file.name).write_text(json.dumps(rows), encoding="utf-8")
    files = [str(path) for path in sorted(folder.glob("*.json"))]
    mapping = str(ROOT / "bench/mappings/papers.toml")
    for command in (
        ["ontology", "load", str(ROOT / "bench/ontologies/papers.py")],
        ["load", "jsonl", *files, "--mapping", mapping],
    ):
        done = CliRunner().invoke(cli, command)
        assert done.exit_code == 0, done.output


def _raw() -> duckdb.DuckDBPyConnection:
    """Return the tables of the raw files."""
    files = duckdb.connect()
    files.execute("SET VARIABLE folder = $folder", {"folder": str(DATA)})
    files.execute((ROOT / "bench/tasks/papers.sql").read_text(encoding="utf-8"))
    return files


def test_the_case_study(
    database: Database, login: Endpoint, workspace: Path, tmp_path: Path
) -> None:
    """Tables, charts and the raw files say the same, and each row leads to its papers."""
    folder = tmp_path / "rows"
    folder.mkdir()
    _loaded(folder)
    raw = _raw()
    for task, query in EXPECTED.items():
        out = workspace / "out"
        done = CliRunner().invoke(cli, ["analyse", task, "--out", str(out)])
        assert done.exit_code == 0, done.output
        said = json.loads((out / "results.json").read_text(encoding="utf-8"))
        [table], [chart] = said["tables"], said["charts"]
        expected = sorted(raw.execute(query).fetchall(), key=str)
        found = sorted((tuple(row) for row in table["rows"]), key=str)
        assert len(expected) > 2
        assert [row[:-1] for row in found] == [row[:-1] for row in expected]
        assert [row[-1] for row in found] == pytest.approx([row[-1] for row in expected])
        assert all(table["uids"])
        assert chart["mark"] == ("pie" if task == SHARES else "bar")
        drawn = [row[table["columns"][-1]] for row in chart["spec"]["data"]["values"]]
        assert drawn == [row[-1] for row in table["rows"] if row[-1] is not None]
        left = len(table["rows"]) - len(drawn)
        assert bool(left) == any(f"{left} of" in note for note in chart["notes"])
        assert (out / "chart-1.svg").stat().st_size > 1000
