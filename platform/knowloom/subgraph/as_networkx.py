"""A subgraph for networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowloom.ontology.concepts import ENDS
from knowloom.ontology.things import concepts_of
from knowloom.subgraph.graph import links_of, plain_values

if TYPE_CHECKING:
    import networkx

    from knowloom.subgraph.graph import Subgraph


def as_networkx(subgraph: Subgraph) -> networkx.MultiDiGraph[str]:
    """Return the instances as nodes, links and facts as edges; see `Subgraph.networkx`."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for thing in subgraph.instances:
        graph.add_node(thing.uid)
        graph.nodes[thing.uid].update(plain_values(thing), _concepts=concepts_of(thing))
    for thing in subgraph.instances:
        for name, targets in links_of(thing).items():
            for target in targets:
                graph.add_edge(thing.uid, target.uid, key=name, _relation=name)
    for fact in subgraph.relations:
        head, tail = (vars(fact)[end].uid for end in ENDS)
        graph.add_edge(head, tail, key=fact.uid)
        graph.edges[head, tail, fact.uid].update(
            plain_values(fact), _relation=concepts_of(fact)[0]
        )
    return graph
