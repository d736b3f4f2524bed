"""A subgraph in other forms: JSON and networkx."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import orjson
import pytest

from knowloom.subgraph.graph import Subgraph, Truncated
from knowloom.subgraph.materialise import NodeRow, materialise
from knowloom.subgraph.shape import Shapes

Node = Callable[..., NodeRow]


@pytest.fixture
def subgraph(shapes: Shapes, node: Node) -> Subgraph:
    """Ada, employed at Analytical, knows Ben."""
    fact = ("EMPLOYMENT", "o", {"uid": "f", "since": 1843})
    rows = [
        node("a", "Author", [("KNOWS", "b"), fact], name="Ada", born=date(1815, 12, 10)),
        node("b", "Person+Pirate", name="Ben"),
        node("o", "Organization", name="Analytical"),
    ]
    return materialise(shapes, rows, ["@a"])


def test_json(subgraph: Subgraph) -> None:
    """Every part has its place, links and ends are uids, and any JSON library can write it."""
    shown = orjson.loads(orjson.dumps(subgraph.json()))
    assert shown["seeds"] == ["a"]
    assert shown["instances"][0] == {
        "uid": "a",
        "concepts": ["Author"],
        "values": {"name": "Ada", "born": "1815-12-10"},
        "links": {"knows": ["b"]},
    }
    assert shown["relations"] == [
        {
            "uid": "f",
            "concepts": ["Employment"],
            "values": {"since": 1843},
            "head_entity": "a",
            "tail_entity": "o",
        }
    ]
    assert shown["aside"]["b"]["labels"] == ["Pirate"]
    assert shown["truncated"] == {"instances": 0, "hubs": {}, "outside": 0}


def test_networkx(subgraph: Subgraph) -> None:
    """Nodes carry values, edges are links and facts with their qualifiers."""
    graph = subgraph.networkx()
    assert sorted(graph.nodes) == ["a", "b", "o"]
    assert graph.nodes["a"]["name"] == "Ada"
    assert graph.nodes["a"]["_concepts"] == ("Author",)
    assert graph.edges["a", "b", "knows"] == {"_relation": "knows"}
    assert graph.edges["a", "o", "f"] == {"_relation": "Employment", "since": 1843}
    assert graph.number_of_edges() == 2


def test_lookup_by_uid(subgraph: Subgraph) -> None:
    """Instances and facts are found by uid, and nothing else is."""
    assert subgraph["b"].uid == "b"
    assert subgraph["f"] is subgraph.relations[0]
    with pytest.raises(KeyError):
        subgraph["nobody"]


def test_what_was_cut_is_said() -> None:
    """The text names every cut, and a complete subgraph counts as not truncated."""
    assert str(Truncated()) == "nothing was cut"
    assert not Truncated(outside=3)
    cut = Truncated(instances=1200, hubs={"a": 5000})
    assert cut
    assert str(cut) == (
        "1,200 instances are over the limit and not read; "
        "a has 5,000 relationships, more than were followed"
    )
