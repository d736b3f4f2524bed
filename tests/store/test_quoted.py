"""Names from anywhere stay names in statements."""

from __future__ import annotations

from typing import LiteralString, cast

import neo4j
import pytest

from knowloom.ontology.names import quoted
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j
NAMES = (
    "Person",
    "odd `name`",
    "``",
    r"a\u0026b",
    r"a\u0060) DETACH DELETE (n",
    r"x\uu0060y",
    r"\u005cu0060",
    r"z\\u0060z",
    r"q\\\u0060",
    "back\\slash",
    "end\\",
    "tail\\u",
    "/* no comment */ // none",
    "näme 名字",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_label_is_the_name_to_the_letter(database: Database, name: str) -> None:
    """Whatever it holds, nothing leaves the quotes."""
    text = f"CREATE (n:{quoted(name)}) RETURN labels(n) AS labels"  # knowloom: the one registry

    def work(tx: neo4j.ManagedTransaction) -> list[str]:
        [row] = tx.run(cast("LiteralString", text))
        return list(row["labels"])

    assert database.in_write(work) == [name]
