"""What every baseline shares: its arguments, its clock and the one JSON line it prints."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script in a venv without knowloom

import rows

Rows = list[rows.Row]
Writer = Callable[[Rows], None]


@dataclass(frozen=True)
class Target:
    """The server that a baseline writes to; `auth` is None where it asks for none."""

    uri: str
    auth: tuple[str, str] | None
    database: str

    def driver(self) -> Any:
        """Return an official driver for this server."""
        import neo4j

        return neo4j.GraphDatabase.driver(self.uri, auth=self.auth)


def arguments(description: str, nodes: int, edges: int) -> argparse.Namespace:
    """Return the parsed command line, with the row counts that suit this baseline as defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--uri", default="bolt://localhost:7687")
    parser.add_argument("--user", default="neo4j")
    parser.add_argument("--password", help="left out: a server without authentication")
    parser.add_argument("--database", default="neo4j")
    parser.add_argument("--nodes", type=int, default=nodes, help="how many nodes to write")
    parser.add_argument("--edges", type=int, default=edges, help="how many relationships")
    return parser.parse_args()


def measure(
    name: str,
    description: str,
    setup: Callable[[Target], tuple[Writer, Writer | None]],
    *,
    nodes: int = 100_000,
    edges: int = 200_000,
) -> None:
    """Run a baseline on an empty database and print its rates as one JSON line.

    Args:
        name: what the line calls it.
        description: for `--help`.
        setup: given the server, makes constraints and returns the writers of nodes and of
            relationships; None for the second where this server lacks what it needs.
        nodes, edges: how many rows by default.
    """
    given = arguments(description, nodes, edges)
    auth = (given.user, given.password) if given.password else None
    target = Target(given.uri, auth, given.database)
    people, links = rows.nodes(given.nodes), rows.edges(given.edges, given.nodes)
    _demand_empty(target)
    write_nodes, write_edges = setup(target)
    rates = {"nodes_per_s": _rate(write_nodes, people), "edges_per_s": None}
    if write_edges:
        rates["edges_per_s"] = _rate(write_edges, links)
    _demand_counts(target, len(people), len(links) if write_edges else 0)
    print(json.dumps({"name": name, **rates, "nodes": len(people), "edges": len(links)}))


def _rate(write: Writer, given: Rows) -> int:
    """Return how many rows a second `write` writes."""
    started = time.perf_counter()
    write(given)
    return round(len(given) / (time.perf_counter() - started))


def _counts(target: Target) -> tuple[int, int]:
    """Return how many nodes and relationships are stored."""
    with target.driver() as driver:
        found = driver.execute_query(
            "RETURN COUNT { () } AS nodes, COUNT { ()-->() } AS edges", database_=target.database
        ).records[0]
    return found["nodes"], found["edges"]


def _demand_empty(target: Target) -> None:
    """Stop unless the database holds nothing: a baseline neither deletes nor measures updates."""
    if (found := _counts(target)) != (0, 0):
        sys.exit(f"{target.uri} holds {found[0]} nodes: point a baseline at an empty database")


def _demand_counts(target: Target, nodes: int, edges: int) -> None:
    """Stop when rows were lost: a rate for work not done is worth nothing."""
    if (found := _counts(target)) != (nodes, edges):
        sys.exit(f"{nodes} nodes and {edges} relationships went in, {found} are stored")
