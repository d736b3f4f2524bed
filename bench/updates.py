"""What keeping up to date costs, and whether any run can be taken back.

    python bench/updates.py table [--rows 100000]     an unchanged file, and one with 1 % changed
    python bench/updates.py papers [--resolve]         the papers data set, a file after the other
    python bench/updates.py rollbacks [--cases 100]    random runs, one of the last ten taken back

Writes into the database of the settings, which must be empty, and empties it. `papers` reads
`KNOWLOOM_DATA` (paperlists, https://github.com/papercopilot/paperlists @33f9884).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from knowloom import loading
from knowloom.base import KnowledgeBase
from knowloom.errors import DecisionDepends
from knowloom.knowledge.record import Fact, Mention, Record, Statement, uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.ontology.parse import parse
from knowloom.session import knowledge_base
from knowloom.settings import load_settings
from knowloom.update.sources import Source
from knowloom.updating import UpdateReport, update

HERE = Path(__file__).parent
PERSON = Concept(
    name="Person",
    key=("name",),
    attributes=(
        Attribute(name="age", range=Scalar.INT),
        Attribute(name="home"),
        Attribute(name="friends", range=ConceptRange(("Person",)), many=True),
    ),
)
KNOWS = Concept(
    name="Knows",
    parents=("Relation",),
    attributes=(
        Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
        Attribute(name="tail_entity", range=ConceptRange(("Person",)), required=True),
        Attribute(name="since", range=Scalar.INT),
    ),
)
ONTOLOGY = Ontology([PERSON, KNOWS])
MAPPING = """
[[objects]]
concept = "Person"
attributes = { name = "name", age = "age", home = "home" }
"""


def empty(kb: KnowledgeBase) -> None:
    """Take everything but the migrations and the ontology out of the database."""
    kb.database.run(
        "MATCH (n:_Instance|_Retired|_Redirect|_Record|_Run|_Source|_Snapshot|_Statement|_Undone"
        "|_Touched|_Decision|_Block|_Blocked|_Resolved|_Policy|_Proposal) "
        "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
    )


def timed(work: Callable[[], UpdateReport]) -> tuple[float, UpdateReport]:
    """Return how long an update took, and its report."""
    started = time.perf_counter()
    report = work()
    return time.perf_counter() - started, report


def table(kb: KnowledgeBase, rows: int, folder: Path) -> None:
    """Measure a first run, an unchanged one, one with 1 % of the rows changed, one with all."""
    kb.save_ontology(ONTOLOGY)
    (folder / "mapping.toml").write_text(MAPPING)
    path = folder / "people.csv"
    source = Source(name="people", location=str(path), mapping=folder / "mapping.toml")

    def put(changed: int, by: int = 1) -> None:
        lines = [f"p{i},{i % 90 + by * (i < changed)},town {i % 500}" for i in range(rows)]
        path.write_text("name,age,home\n" + "\n".join(lines) + "\n")

    put(0)
    first, report = timed(lambda: update(kb, source))
    print(f"first run: {report.written:,} rows in {first:.1f} s, {rows / first:,.0f} rows/s")
    unchanged, report = timed(lambda: update(kb, source))
    print(f"unchanged: {unchanged:.3f} s, {report.updates} changes by the server's counters")
    put(rows // 100)
    reading = hashed(kb, source)
    changed, report = timed(lambda: update(kb, source))
    allowed = reading + 3 * first / rows * report.written
    print(
        f"{report.written:,} rows changed: {changed:.2f} s; reading and hashing takes "
        f"{reading:.2f} s, with 3 x the first run's cost of a row {allowed:.2f} s"
    )
    put(rows, by=2)
    everything, all_changed = timed(lambda: update(kb, source))
    allowed = reading + 3 * everything / rows * report.written
    print(
        f"{all_changed.written:,} rows changed: {everything:.1f} s; with 3 x its cost of a row, "
        f"{report.written:,} might take {allowed:.2f} s"
    )


def hashed(kb: KnowledgeBase, source: Source) -> float:
    """Return how many seconds it takes to read and hash what a source says, and no more."""
    started = time.perf_counter()
    plan = loading.plan(
        "csv", [Path(source.location)], kb.ontology, mapping=source.mapping, source=source.name
    )
    for statement in loading.statements(plan.loader, plan.parts[0], kb.ontology):
        blake2b(repr(statement).encode(), digest_size=8).digest()
    return time.perf_counter() - started


def papers(kb: KnowledgeBase, resolve: bool) -> None:
    """Load the papers file by file, oldest first, and all at once; compare."""
    data = Path(os.environ.get("KNOWLOOM_DATA", Path.home() / ".cache" / "knowloom-data"))
    found = sorted(data.glob("papers/*/*.json"), key=lambda p: (_year(p), p.name))
    text = (HERE / "ontologies" / "papers.py").read_text()
    mapping = HERE / "mappings" / "papers.toml"
    kb.save_ontology(parse(text))
    costs: list[tuple[int, float, int]] = []
    for path in found:
        source = Source(
            name=path.name,
            location=str(path),
            mapping=mapping,
            allow_rejects=10**9,
            kind="jsonl",
            resolve=resolve,
        )
        seconds, report = timed(lambda source=source: update(kb, source))  # type: ignore[misc]
        costs.append((_year(path), seconds, report.given))
    once = kb.fingerprint()
    by_year: dict[int, tuple[float, int]] = {}
    for year, seconds, given in costs:
        before = by_year.get(year, (0.0, 0))
        by_year[year] = (before[0] + seconds, before[1] + given)
    for year, (seconds, given) in by_year.items():
        print(
            f"{year}: {given:6,} statements, {seconds:6.2f} s, {1e3 * seconds / given:.2f} ms each"
        )
    empty(kb)
    for path in found:
        plan = loading.plan("jsonl", [path], kb.ontology, mapping=mapping, source=path.name)
        loading.load(kb, plan)
    if resolve:
        who = kb.resolve()
        print(f"{len(who.joined):,} pairs one, {len(who.review):,} to review")
    print(f"fingerprint by updates and by one load: {once == kb.fingerprint()}")


def _year(path: Path) -> int:
    """Return the year in the name of a file."""
    return int(re.findall(r"\d{4}", path.stem)[0])


def rollbacks(kb: KnowledgeBase, cases: int) -> None:
    """Take one of the last ten of random runs back, and compare with the runs without it."""
    kb.save_ontology(ONTOLOGY)
    same = refused = 0
    for case in range(cases):
        chance = random.Random(case)
        history = [(f"s{chance.randrange(3)}", [*_said(chance)]) for _ in range(12)]
        which = chance.randrange(2, 12)
        numbers = _written(kb, history)
        try:
            kb.rollback(numbers[which])
        except DecisionDepends:
            refused += 1
            continue
        found = kb.fingerprint()
        _written(kb, [h for i, h in enumerate(history) if i != which])
        same += found == kb.fingerprint()
    print(f"{cases} random cases: {same} as if the run had not been, {refused} refused")


def _written(kb: KnowledgeBase, history: list[tuple[str, list[Statement]]]) -> list[int]:
    """Write runs into an empty graph and return their numbers."""
    empty(kb)
    return [kb.write_statements(said, source=s, command="bench").run for s, said in history]


def _said(chance: random.Random) -> Iterator[Statement]:
    """Yield what a source says in one run, hardly ever the same twice."""
    names = [f"p{i}" for i in range(12)]
    for name in chance.sample(names, 4):
        friends = tuple(_mention(n) for n in chance.sample(names, chance.randrange(3)))
        values: dict[str, object] = {"name": name, "age": chance.randrange(10**6)}
        yield Record("Person", _mention(name).uid, values, {"friends": friends})  # type: ignore[arg-type]
    for _ in range(2):
        head, tail = (_mention(n) for n in chance.sample(names, 2))
        yield Fact("Knows", "", head, tail, {"since": chance.randrange(10**6)})


def _mention(name: str) -> Mention:
    return Mention("Person", uid_of_key("Person", (name,)), (("name", name),))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("table", "papers", "rollbacks"))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--resolve", action="store_true", help="find who is who after each file")
    options = parser.parse_args()
    with knowledge_base(load_settings()) as kb, TemporaryDirectory() as folder:
        kb.migrate()
        if kb.database.read("MATCH (n:_Instance) RETURN n LIMIT 1"):
            sys.exit(f"{kb.database.uri} holds instances: point the bench at an empty database")
        match options.part:
            case "table":
                table(kb, options.rows, Path(folder))
            case "papers":
                papers(kb, options.resolve)
            case _:
                rollbacks(kb, options.cases)
        empty(kb)


if __name__ == "__main__":
    main()
