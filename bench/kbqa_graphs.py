"""Load a graph that questions are asked of: `python bench/kbqa_graphs.py NAME`.

The graph goes into the empty database that NEO4J_URI, or the workspace's server, means. Data lie
in `KNOWLOOM_DATA`: neo4j-graph-examples/movies @fb0e497 and /northwind @47c5b50, the pooled
Freebase graph of the WebQSP development questions, vaijsc/keallm @cf68f91 (MetaQA) and
zmtkeke/IRN @32f70d3 (PathQuestion). None is laid out by knowloom: they stand for graphs that were
there before. `noise` adds facts to a loaded pooled graph until it holds three million.
"""

from __future__ import annotations

import csv
import os
import random
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from knowloom.session import open_database
from knowloom.store.database import Database

DATA = Path(os.environ.get("KNOWLOOM_DATA", Path.home() / ".cache" / "knowloom-data"))
Row = dict[str, Any]
NOISE = 3_000_000

_UNIQUE = "CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
_NODES = "UNWIND $rows AS row CREATE (n:{label}) SET n = row"
_LINKS = (
    "UNWIND $rows AS row MATCH (a:{start} {{{start_key}: row.start}}) "
    "MATCH (b:{end} {{{end_key}: row.end}}) CREATE (a)-[r:{type}]->(b) SET r = row.values"
)
_FACTS = (
    "UNWIND $rows AS row MATCH (a:Entity {name: row[0]}) MATCH (b:Entity {name: row[2]}) "
    "CREATE (a)-[:$(row[1])]->(b)"
)
NORTHWIND = {
    "Category": "categories",
    "Customer": "customers",
    "Employee": "employees",
    "Order": "orders",
    "Product": "products",
    "Region": "regions",
    "Shipper": "shippers",
    "Supplier": "suppliers",
    "Territory": "territories",
}
_NUMBERS = frozenset({"unitPrice", "unitsInStock", "unitsOnOrder", "reorderLevel", "freight"})
_DATES = frozenset({"birthDate", "hireDate", "orderDate", "requiredDate", "shippedDate"})
_LEFT_OUT = frozenset({"picture", "photo", "photoPath", "notes", "homePage"})
# type, start label, end label, file, column of the start, column of the end
_NORTHWIND_LINKS = (
    ("PART_OF", "Product", "Category", "products", "productID", "categoryID"),
    ("SUPPLIES", "Supplier", "Product", "products", "supplierID", "productID"),
    ("PURCHASED", "Customer", "Order", "orders", "customerID", "orderID"),
    ("SOLD", "Employee", "Order", "orders", "employeeID", "orderID"),
    ("SHIPS", "Shipper", "Order", "orders", "shipVia", "orderID"),
    ("ORDERS", "Order", "Product", "order-details", "orderID", "productID"),
    ("REPORTS_TO", "Employee", "Employee", "employees", "employeeID", "reportsTo"),
    ("IN_REGION", "Territory", "Region", "territories", "territoryID", "regionID"),
    ("IN_TERRITORY", "Employee", "Territory", "employee-territories", "employeeID", "territoryID"),
)


def put(database: Database, text: str, rows: Iterable[Any]) -> None:
    """Run a statement for rows, some thousands at a time."""
    rest = iter(rows)
    while part := list(islice(rest, 5_000)):
        database.write(text, rows=part)


def movies(database: Database) -> None:
    """Run the script that the graph's authors publish."""
    script = (DATA / "graphs/neo4j_movies/scripts/movies.cypher").read_text(encoding="utf-8")
    for statement in script.split(";"):
        if statement.strip():
            database.run(statement)


def northwind(database: Database) -> None:
    """Lay the tables out as Neo4j's own guide to this data does."""
    keys: dict[str, str] = {}
    for label, file in NORTHWIND.items():
        rows = list(_table(file))
        keys[label] = next(iter(rows[0]))
        database.run(_UNIQUE.format(label=label, key=keys[label]))
        foreign = {"supplierID", "categoryID", "customerID", "employeeID", "shipVia", "regionID"}
        drop = (foreign | {"reportsTo"}) - {keys[label]}
        kept = [{k: v for k, v in row.items() if k not in drop} for row in rows]
        if label == "Employee":
            for row in kept:
                row["name"] = f"{row['firstName']} {row['lastName']}"
        put(database, _NODES.format(label=label), kept)
    for type_, start, end, file, column, other in _NORTHWIND_LINKS:
        extra = ("unitPrice", "quantity", "discount") if type_ == "ORDERS" else ()
        rows = [
            {"start": row[column], "end": row[other], "values": {k: row[k] for k in extra}}
            for row in _table(file)
            if row.get(other)
        ]
        names = {"type": type_, "start": start, "end": end}
        put(database, _LINKS.format(**names, start_key=keys[start], end_key=keys[end]), rows)


def _table(name: str) -> Iterator[Row]:
    """Yield the rows of a table with numbers and days as such, without what is not known."""
    path = DATA / f"graphs/neo4j_northwind/import/{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            known = {
                k: v for k, v in row.items() if k and v not in ("NULL", "") and k not in _LEFT_OUT
            }
            yield {k: _value(k, v.strip()) for k, v in known.items()}


def _value(column: str, text: str) -> object:
    if column in _NUMBERS | {"quantity", "discount"}:
        return float(text) if column in {"unitPrice", "freight", "discount"} else int(text)
    if column in _DATES:
        from datetime import date

        return date.fromisoformat(text[:10])
    return text == "1" if column == "discontinued" else text


def triples(database: Database, path: Path) -> None:
    """Load head, relation, tail as nodes with a unique name and relationships between them."""
    database.run(_UNIQUE.format(label="Entity", key="name"))
    with path.open(encoding="utf-8") as file:
        facts = list(dict.fromkeys(tuple(x.rstrip("\n").split("\t")[:3]) for x in file))
    names = dict.fromkeys(name for head, _, tail in facts for name in (head, tail))
    put(database, _NODES.format(label="Entity"), ({"name": name} for name in names))
    put(database, _FACTS, (list(fact) for fact in facts))


def noise(database: Database) -> None:
    """Add nodes and facts of chance to a loaded graph, with its own relations."""
    chance = random.Random(7)
    rows = database.read("MATCH (n:Entity) RETURN n.name AS name")
    real = [row["name"] for row in rows]
    types = [
        r["t"] for r in database.read("CALL db.relationshipTypes() YIELD relationshipType AS t")
    ]
    made = [f"noise {number}" for number in range(1_000_000)]
    put(database, _NODES.format(label="Entity"), ({"name": name} for name in made))
    # One fact in thirty touches a real node, the rest lie between made ones.
    put(
        database,
        _FACTS,
        (
            [
                chance.choice(real) if number % 30 == 0 else chance.choice(made),
                chance.choice(types),
                chance.choice(made),
            ]
            for number in range(NOISE)
        ),
    )


def main(name: str) -> None:
    """Load one graph and say what it holds."""
    folder = DATA / "kbqa"
    files = {
        "webqsp": folder / "webqsp/triples.tsv",
        "metaqa": folder / "metaqa/kg_named.tsv",
        "pathquestion2": folder / "pathquestion/2H-kb.txt",
        "pathquestion3": folder / "pathquestion/3H-kb.txt",
    }
    with open_database() as database:
        if name in files:
            triples(database, files[name])
        else:
            {"movies": movies, "northwind": northwind, "noise": noise}[name](database)
        [row] = database.read(
            "MATCH (n) WITH count(n) AS nodes MATCH ()-[r]->() RETURN nodes, count(r) AS links"
        )
        print(f"{name}: {row['nodes']:,} nodes, {row['links']:,} relationships")


if __name__ == "__main__":
    main(sys.argv[1])
