"""Programs that answer questions: one value, written as Cypher and as Python over typed objects.

A program is a tree: what is looked for at its root, below it what that has to be linked to. Both
texts that come from it give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, LiteralString

from knowloom.kbqa.schema import Schema, Value
from knowloom.ontology.names import quoted

Operand = Any


@dataclass(frozen=True, slots=True)
class Condition:
    """A value compares with an operand; of a date its year does when the operand is a number."""

    value: Value
    operator: str
    operand: Operand

    def __str__(self) -> str:
        return f"{self.value.attribute} {self.operator} {self.operand}"


@dataclass(frozen=True, slots=True)
class Node:
    """Instances of a class, those with the keys, which meet conditions and are linked further.

    Args:
        concept: empty for any.
        keys: element ids; empty for all.
        names: what the keys are called, for people.
        conditions: all hold.
        branches: all exist.
    """

    concept: str = ""
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """Relationships from a node to another.

    Args:
        types: of which it has one.
        forward: whether they are followed as they point.
        node: where they lead.
        conditions: on what the relationships carry.
        also: types that join the same two nodes the same way, too.
        apart: whether the end has to be another node than the one before its start.
    """

    types: tuple[str, ...]
    forward: bool
    node: Node
    conditions: tuple[Condition, ...] = ()
    also: tuple[str, ...] = ()
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Which of the found count: those with the most or least of a value, or of links.

    Args:
        value: None for the number of ends of the root's first branch.
        descending: whether the most counts.
        limit: how many; of one, those that are equal to it count too.
    """

    value: Value | None
    descending: bool
    limit: int = 1
    below: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """What to find and what to give back of it.

    Args:
        root: what is looked for.
        give: a value of it, or of its first branch's relationship; None for itself.
        reduce: `count`, `distinct`, `sum`, `avg`, `min`, `max`, `exists`, `group` or nothing.
        order: see `Order`.
        having: how many ends the root's first branch has to have, such as `(">", 3)`.
        other: what the root is compared with, by `order.value`; the answer is yes or no.
    """

    root: Node
    give: Value | None = None
    qualifier: bool = False
    reduce: str = ""
    order: Order | None = None
    having: tuple[str, int] | None = None
    other: Node | None = None

    @property
    def is_worked_out(self) -> bool:
        """Whether more is done than to follow links from one thing to others."""
        return bool(self.reduce or self.order or self.having or self.other or self.give)


def nodes_of(program: Program) -> Iterator[Node]:
    """Yield all nodes of a program."""
    queue = [program.root, *([program.other] if program.other else [])]
    while queue:
        node = queue.pop()
        yield node
        queue += [branch.node for branch in node.branches]


@dataclass(slots=True)
class _Writer:
    """Collects the clauses and parameters of a statement."""

    schema: Schema
    clauses: list[LiteralString] = field(default_factory=list[LiteralString])
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    nodes: int = 0
    links: int = 0

    def parameter(self, value: Any) -> LiteralString:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${quoted(name)}"

    def node(
        self,
        node: Node,
        lead: LiteralString = "",
        behind: LiteralString = "",
        *extra: LiteralString,
    ) -> None:
        """Write the clauses of the next node and of what hangs from it.

        Args:
            node: to be written.
            lead: the pattern that leads to it.
            behind: the variable of the node that this leads from.
            extra: further tests.
        """
        name = self.next_node
        self.nodes += 1
        labels: LiteralString = ""
        if node.concept:
            labels = ":" + self.schema.place(node.concept).pattern
        tests: list[LiteralString] = []
        if node.keys:
            tests.append(f"elementId({name}) IN {self.parameter(list(node.keys))}")
            labels = ""
        for condition in node.conditions:
            tests.append(self.test(name, condition))
        self.clauses.append(f"MATCH {lead}({name}{labels})")
        if tests or extra:
            self.clauses.append("WHERE " + " AND ".join([*tests, *extra]))
        for branch in node.branches:
            self.branch(name, branch, behind)

    @property
    def next_node(self) -> LiteralString:
        """The variable of the node that is written next."""
        return f"n{quoted(str(self.nodes))[1:-1]}"

    def branch(self, start: LiteralString, branch: Branch, behind: LiteralString) -> None:
        """Write a relationship from a node and where it leads.

        Args:
            start: the node's variable.
            branch: to be written.
            behind: the variable of the node that leads to the start; empty for the root.
        """
        link: LiteralString = f"r{quoted(str(self.links))[1:-1]}"
        self.links += 1
        kinds: list[LiteralString] = [quoted(t) for t in branch.types]
        types: LiteralString = "|".join(kinds)
        left, right = _arrows(branch.forward)
        end = self.next_node
        extra: list[LiteralString] = [self.test(link, c) for c in branch.conditions]
        if branch.apart and behind:
            extra.append(f"{end} <> {behind}")
        for type_ in branch.also:
            extra.append(f"EXISTS {{ ({start}){left}[:{quoted(type_)}]{right}({end}) }}")
        self.node(branch.node, f"({start}){left}[{link}:{types}]{right}", start, *extra)

    def test(self, variable: LiteralString, condition: Condition) -> LiteralString:
        """Return a condition on a node or relationship."""
        value = condition.value
        stored: LiteralString = f"{variable}.{quoted(value.property)}"
        operand = self.parameter(condition.operand)
        if value.many:
            return f"{operand} IN {stored}"
        if value.kind == "date" and isinstance(condition.operand, int):
            stored = f"{stored}.year"
        operators: dict[str, LiteralString] = {o: o for o in _OPERATORS}
        return f"{stored} {operators[condition.operator]} {operand}"


_OPERATORS: tuple[LiteralString, ...] = ("=", "<", "<=", ">", ">=", "<>")


def _arrows(forward: bool) -> tuple[LiteralString, LiteralString]:
    return ("-", "->") if forward else ("<-", "-")


def cypher_of(program: Program, schema: Schema) -> tuple[LiteralString, dict[str, Any]]:
    """Return a program as a reading statement and its parameters.

    Its columns are `value` (a plain value, or the key of an instance in `key` with its name) and,
    of groups, `number`.
    """
    writer = _Writer(schema)
    if program.other is not None and program.order is not None and program.order.value is not None:
        writer.node(program.root)
        writer.node(program.other)
        kept = quoted(program.order.value.property)
        sign: LiteralString = ">" if program.order.descending else "<"
        writer.clauses.append(f"RETURN n0.{kept} {sign} n1.{kept} AS value")
        return "\n".join(writer.clauses), writer.parameters
    writer.node(program.root)
    writer.clauses += _narrowed(program, writer)
    writer.clauses.append(_returned(program, schema))
    return "\n".join(writer.clauses), writer.parameters


def _narrowed(program: Program, writer: _Writer) -> Iterator[LiteralString]:
    """Yield the clauses that keep those with the most, or with enough."""
    carried: LiteralString = ", r0" if program.qualifier else ""
    if program.having is not None:
        sign, number = program.having
        kept: dict[str, LiteralString] = {o: o for o in _OPERATORS}
        yield "WITH n0, count(DISTINCT n1) AS held"
        yield f"WHERE held {kept[sign]} {writer.parameter(number)}"
    if (order := program.order) is None:
        return
    if order.value is None:
        yield "WITH n0, count(DISTINCT n1) AS rank"
    else:
        holder: LiteralString = "n1" if order.below else "n0"
        stored: LiteralString = f"{holder}.{quoted(order.value.property)}"
        yield f"WITH DISTINCT n0{carried}, {stored} AS rank WHERE rank IS NOT NULL"
    if order.limit > 1:
        direction: LiteralString = "DESC" if order.descending else "ASC"
        yield f"ORDER BY rank {direction} LIMIT {writer.parameter(order.limit)}"
        return
    extreme: LiteralString = "max" if order.descending else "min"
    yield f"WITH collect([n0, rank]) AS found, {extreme}(rank) AS best"
    yield "UNWIND found AS one WITH one[0] AS n0, one[1] AS rank, best WHERE rank = best"


def _returned(program: Program, schema: Schema) -> LiteralString:
    """Return the last clause."""
    name: LiteralString = _name(program.root.concept, "n0", schema)
    if program.reduce == "exists":
        return "RETURN count(n0) > 0 AS value"
    if program.reduce == "group":
        return f"RETURN elementId(n0) AS key, {name} AS value, count(DISTINCT n1) AS number"
    if program.give is not None:
        return _values(program, program.give)
    if program.reduce == "count":
        return "RETURN count(DISTINCT n0) AS value"
    return f"RETURN DISTINCT elementId(n0) AS key, {name} AS value"


def ways_of(program: Program, schema: Schema, most: int) -> tuple[LiteralString, dict[str, Any]]:
    """Return a statement that lists the ways in which a chain of nodes can be gone.

    Args:
        program: that follows a path.
        schema: what the graph holds.
        most: ways that are listed.

    Returns:
        Its one column, `way`, has the element ids of the nodes, the last one - the topic - left
        out.
    """
    writer = _Writer(schema)
    writer.node(program.root)
    passed: list[LiteralString] = [
        f"elementId(n{quoted(str(i))[1:-1]})" for i in range(writer.nodes - 1)
    ]
    listed: LiteralString = ", ".join(passed)
    writer.clauses.append(f"RETURN DISTINCT [{listed}] AS way LIMIT {writer.parameter(most)}")
    return "\n".join(writer.clauses), writer.parameters


def evidence_of(
    program: Program, schema: Schema, keys: list[str], limit: int = 30
) -> tuple[LiteralString, dict[str, Any]] | None:
    """Return a statement that lists the relationships that a program's answers rest on.

    Args:
        program: one that was run.
        schema: what the graph holds.
        keys: of the instances that were found; empty where plain values were.
        limit: of the relationships.

    Returns:
        None where it follows no relationship. Its columns are `start`, `type`, `end` and `key`,
        the element id of the start.
    """
    if not program.root.branches or program.other is not None:
        return None
    writer = _Writer(schema)
    root = program.root if program.root.keys or not keys else replace(program.root, keys=(*keys,))
    writer.node(root)
    names = {schema.name_of(c).property: None for c in schema.classes} | {"title": None}
    links: list[LiteralString] = [quoted(f"r{i}") for i in range(writer.links)]
    listed: LiteralString = ", ".join(links)
    calls: list[LiteralString] = [quoted(name) for name in names]
    start: LiteralString = ", ".join(f"startNode(r).{name}" for name in calls)
    end: LiteralString = ", ".join(f"endNode(r).{name}" for name in calls)
    writer.clauses.append(
        f"UNWIND [{listed}] AS r WITH DISTINCT r LIMIT {writer.parameter(limit)} "
        f"RETURN coalesce({start}) AS start, type(r) AS type, coalesce({end}) AS end, "
        "elementId(startNode(r)) AS key"
    )
    return "\n".join(writer.clauses), writer.parameters


def _values(program: Program, give: Value) -> LiteralString:
    """Return the last clause of a program that gives values."""
    holder: LiteralString = "r0" if program.qualifier else "n0"
    stored: LiteralString = f"{holder}.{quoted(give.property)}"
    if program.reduce in {"sum", "avg", "min", "max"}:
        folds: dict[str, LiteralString] = {f: f for f in ("sum", "avg", "min", "max")}
        fold = folds[program.reduce]
        return f"WITH DISTINCT {holder} RETURN {fold}({stored}) AS value"
    if program.reduce == "distinct":
        return f"RETURN count(DISTINCT {stored}) AS value"
    many = give.many
    listed: LiteralString = f"[] + {stored}" if many else f"[{stored}]"
    return f"UNWIND {listed} AS value WITH DISTINCT value WHERE value IS NOT NULL RETURN value"


def _name(concept: str, variable: LiteralString, schema: Schema) -> LiteralString:
    """Return the expression for what a node is called."""
    if not concept:
        return f"coalesce({variable}.name, {variable}.title)"
    return f"{variable}.{quoted(schema.name_of(concept).property)}"


def words_of_program(program: Program, schema: Schema) -> str:
    """Return the way to the answer, for people."""
    said = _node_words(program.root)
    if program.order is not None:
        by = program.order.value.attribute if program.order.value else "how many"
        said += f", the {'most' if program.order.descending else 'least'} by {by}"
    if program.having:
        said += f", with {program.having[0]} {program.having[1]} of them"
    if program.give is not None:
        said = f"{program.give.attribute} of {said}"
    return f"{program.reduce} of {said}" if program.reduce else said


def _node_words(node: Node) -> str:
    """Return a node and what hangs from it in words."""
    called = " or ".join(dict.fromkeys(node.names)) if node.keys else f"each {node.concept}"
    parts = [called, *map(str, node.conditions)]
    for branch in node.branches:
        types = " or ".join((*branch.types, *(f"and {t}" for t in branch.also)))
        arrow = f"-{types}→" if branch.forward else f"←{types}-"
        held = "".join(f" [{c}]" for c in branch.conditions)
        parts.append(f"{arrow}{held} ({_node_words(branch.node)})")
    return " ".join(parts)
