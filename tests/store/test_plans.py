"""How the server carries out statements: plans that are kept for good, and errors side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, LiteralString, cast

import neo4j
import pytest
from neo4j.exceptions import ConstraintError

from knowloom.assets import asset_dir, cypher
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j

CYPHER = Path(str(asset_dir("cypher")))
KEPT = [
    file.relative_to(CYPHER).with_suffix("").as_posix()
    for file in sorted(CYPHER.rglob("*.cypher"))
    if "CYPHER replan=skip" in file.read_text(encoding="utf-8")
]
GROW = ("_Instance", "_Record", "_Statement", "_Snapshot")
THREADS = 8


def operators(plan: Any) -> Iterator[tuple[str, str]]:
    """Yield every operator of a plan with what it is applied to."""
    yield plan["operatorType"], plan["args"].get("Details", "")
    for child in plan.get("children", []):
        yield from operators(child)


@pytest.mark.parametrize("name", KEPT)
def test_a_plan_that_is_kept_looks_nothing_through(name: str, database: Database) -> None:
    """Also where it was made while the graph was empty, when looking through costs nothing."""
    text = cypher(name).replace("replan=skip", "replan=force")
    parameters = dict.fromkeys(re.findall(r"\$(\w+)", text))
    explained = database.write(cast(LiteralString, f"EXPLAIN {text}"), **parameters)
    looked_through = [
        details
        for kind, details in operators(explained.plan)
        if "AllNodes" in kind or ("Scan" in kind and any(label in details for label in GROW))
    ]
    assert not looked_through


def test_there_are_plans_that_are_kept() -> None:
    """The test above is of something."""
    assert "write/read_states" in KEPT


def test_an_error_of_one_thread_leaves_the_others_alone(database: Database) -> None:
    """Drivers that look at a connection after they gave it back hang here, or mix up answers."""
    uids = [f"u{number:02}" for number in range(30)]

    def create(tx: neo4j.ManagedTransaction) -> None:
        tx.run("UNWIND $uids AS uid CREATE (:_Instance {uid: uid})", uids=uids).consume()

    def merge(tx: neo4j.ManagedTransaction) -> None:
        tx.run("UNWIND $uids AS uid MERGE (:_Instance {uid: uid})", uids=uids).consume()

    def write(ready: Barrier) -> bool:
        ready.wait()
        try:
            database.in_write(create)
        except ConstraintError:
            database.in_write(merge)
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(20):
            ready = Barrier(THREADS)
            assert sum(pool.map(write, [ready] * THREADS)) == 1
            database.write("MATCH (n:_Instance) DELETE n")


def test_things_are_locked_though_nothing_of_them_changes(database: Database) -> None:
    """Another transaction waits, also where no node ever held what is set to nothing."""
    database.write("CREATE (:_Instance {uid: 'u'})")

    def hold(tx: neo4j.ManagedTransaction) -> Future[neo4j.ResultSummary]:
        tx.run(cypher("write/lock_instances"), given={"uids": ["u"]}).consume()
        waiting = pool.submit(database.write, "MATCH (n:_Instance {uid: 'u'}) SET n.said = 1")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=1)
        return waiting

    with ThreadPoolExecutor(1) as pool:
        waiting = database.in_write(hold)
        assert waiting.result().counters.properties_set == 1
