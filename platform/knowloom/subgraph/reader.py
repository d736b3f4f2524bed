"""Back to objects: typed instances read from the graph by class, by value, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from knowloom.assets import cypher
from knowloom.errors import NotFound, UsageError
from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import Kind
from knowloom.ontology.things import Thing, concepts_of
from knowloom.store.collector import paused_collector
from knowloom.store.database import Database
from knowloom.store.read import GraphReader
from knowloom.store.seeds import SeedFinder
from knowloom.store.select import Selection, select, select_all
from knowloom.store.select_facts import FactSelection, select_facts
from knowloom.subgraph.expand import Bounds, Expansion
from knowloom.subgraph.graph import Subgraph
from knowloom.subgraph.shape import Shapes

_MANY_TYPES = 100


class Reader:
    """Reads typed objects through the bindings of an ontology; it never writes.

    What is worked out about the ontology is kept, so one reader serves many reads. Each read is
    one transaction, and its objects are its own.

    Args:
        database: where to read.
        classes: the classes of the ontology that the objects are made of.
    """

    def __init__(self, database: Database, classes: Classes) -> None:
        self._database = database
        self._shapes = Shapes(classes)
        self._bindings = self._shapes.bindings
        self._seeds = SeedFinder(database, self._bindings)

    def find(
        self,
        concept: str,
        where: Mapping[str, object] | None = None,
        limit: int | None = 100,
    ) -> list[Thing]:
        """Return instances of a class, sorted by uid, with links to what they refer to.

        The things referred to have their own values, and links among all that was read. Of a
        `Relation` class they are its facts with their qualifiers, which lead to their two ends;
        those have their own values.

        Args:
            concept: instances of its subclasses are found too.
            where: attribute to the value it has, or to a list of which it has one; an attribute
                that holds many has to hold one of them. Text is read as the attribute's type. For
                a link, or an end of a fact, it is the uid or name of the target, or the target
                itself.
            limit: at most so many, those with the first uids, of facts those whose ends have
                them; None for all.

        Raises:
            UnknownConcept: the ontology has no such concept.
            UnknownAttribute: the concept has no such attribute.
            UsageError: a value cannot be one of its attribute.
        """
        if self._shapes.ontology.kind(concept) is Kind.RELATION:
            return self._facts(select_facts(self._bindings, concept, where, limit))
        selection = select(self._bindings, concept, where, limit)
        return list(self._selected(selection).seeds)

    def everything(self, concept: str | None = None) -> Subgraph:
        """Return all instances of a class with what they refer to, or the whole graph.

        All of it is in memory at once: about 2 kB for each instance.

        Args:
            concept: None for the instances of every class.

        Raises:
            UnknownConcept: the ontology has no such concept.
        """
        if concept is not None:
            return self._selected(select(self._bindings, concept))
        everything = select_all(self._bindings)
        return self._expanded(Bounds(0), lambda walk: walk.whole(everything))

    def subgraph(
        self,
        seed: str | Sequence[str],
        hops: int = 1,
        *,
        limit: int = 5_000,
        per_node_cap: int = 1_000,
    ) -> Subgraph:
        """Return what lies around an instance (item 67).

        Which instances a limit keeps depends on their uids alone, so the same graph always gives
        the same subgraph; `truncated` says what was cut.

        Args:
            seed: a uid, a name or an alias; or several. A name that several instances bear means
                all of them.
            hops: how many relationships away from a seed, in any direction; 0 or more.
            limit: instances in all, at least 1.
            per_node_cap: relationships followed from one instance in each direction, at least 1.

        Raises:
            NotFound: a seed is no uid, name or alias.
            UsageError: a number is out of its range.
        """
        if hops < 0 or limit < 1 or per_node_cap < 1:
            raise UsageError("hops must be 0 or more, limit and per_node_cap 1 or more")
        seeds = [seed] if isinstance(seed, str) else list(dict.fromkeys(seed))
        keys = self._seeds.keys(seeds)
        for wanted in seeds:
            if wanted not in keys:
                hint = "try `knowloom search` with a part of the name"
                raise NotFound("instance", wanted, hint)
        starts = list(dict.fromkeys(key for wanted in seeds for key in keys[wanted]))
        bounds = Bounds(hops, limit, per_node_cap)
        return self._expanded(bounds, lambda walk: walk.around(starts))

    @cached_property
    def _graph(self) -> GraphReader:
        """The reading statements; of a large ontology only types in use are sent with them."""
        plain = self._shapes.plain_types()
        if len(plain) > _MANY_TYPES:
            [used] = self._database.read(cypher("read/types_in_use"))
            plain = sorted(set(plain).intersection(used["types"]))
        return GraphReader(self._bindings, plain)

    def _facts(self, selection: FactSelection) -> list[Thing]:
        """Return the facts of a selection, sorted by uid."""
        found = self._expanded(Bounds(0), lambda walk: walk.stated(selection)).relations
        is_a = self._shapes.ontology.is_a
        # A type may store facts of several concepts; their ends tell of which one is.
        return [
            fact for fact in found if any(is_a(c, selection.concept) for c in concepts_of(fact))
        ]

    def _selected(self, selection: Selection) -> Subgraph:
        """Return the instances of a selection and what they refer to."""
        return self._expanded(Bounds(1), lambda walk: walk.selected(selection))

    def _expanded(self, bounds: Bounds, walk: Callable[[Expansion], Subgraph]) -> Subgraph:
        """Return what a walk reads in one transaction."""
        with paused_collector():
            return self._database.in_read(
                lambda tx: walk(Expansion(tx, self._graph, self._shapes, bounds))
            )
