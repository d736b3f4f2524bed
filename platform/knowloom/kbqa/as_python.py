"""A program as Python over typed objects, equal in its answers to the statement.

The source defines a class for each concept that it uses and a function `answer`; it is run with
`things` and `facts`, plain data, and leaves what it found in `found`. Days are ISO text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from knowloom.kbqa.programs import Branch, Condition, Node, Order, Program, nodes_of
from knowloom.kbqa.schema import Value
from knowloom.ontology.names import is_name

_INDENT = "    "
_HEAD = """\
class Thing:
    def __init__(self, row):
        self.key = row["key"]
        self.name = row["name"]
        self.values = row["values"]
        self.leaving = []
        self.arriving = []

    def get(self, name):
        return self.values.get(name)

    def follow(self, types, forward):
        links = self.leaving if forward else self.arriving
        return [(fact, other) for fact, other in links if fact.type in types]


class Fact:
    def __init__(self, row):
        self.type = row["type"]
        self.values = row["values"]

    def get(self, name):
        return self.values.get(name)

"""
_LOAD = """
def load(things, facts):
    objects = {}
    for row in things:
        kind = Thing
        for name in row["classes"]:
            if name in CLASSES:
                kind = CLASSES[name]
                break
        made = kind(row)
        made.classes = row["classes"]
        objects[made.key] = made
    for row in facts:
        start, end = objects.get(row["start"]), objects.get(row["end"])
        if start is not None and end is not None:
            fact = Fact(row)
            start.leaving.append((fact, end))
            end.arriving.append((fact, start))
    return list(objects.values())


def year(value):
    return None if value is None else int(value[:4])


def holds(value, operator, operand):
    if value is None:
        return False
    if operator == "=":
        return value == operand
    if operator == "<":
        return value < operand
    if operator == "<=":
        return value <= operand
    if operator == ">":
        return value > operand
    return value >= operand


def once(values):
    seen = []
    for value in values:
        if value is not None and value not in seen:
            seen.append(value)
    return seen

"""


def python_of(program: Program) -> str:
    """Return the source of a program.

    Args:
        program: to be written.

    >>> text = python_of(Program(Node("Film"), reduce="count"))
    >>> compile(text, "program", "exec") is not None
    True
    """
    concepts = sorted({node.concept for node in nodes_of(program) if is_name(node.concept)})
    body = "\n".join(["def answer(objects):", *(f"{_INDENT}{line}" for line in _body(program))])
    return source_of(dict.fromkeys(concepts, ()), body)


def source_of(classes: Mapping[str, Sequence[str]], body: str) -> str:
    """Return a whole program.

    Args:
        classes: those that it knows, each with the ones above it, which come before it.
        body: that defines the function `answer`.
    """
    lines = [_HEAD]
    for name, parents in classes.items():
        lines.append(f"\nclass {name}({', '.join(parents) or 'Thing'}):\n    pass\n")
    listed = ", ".join(f"{name!r}: {name}" for name in classes)
    lines += [f"\nCLASSES = {{{listed}}}\n", _LOAD, body]
    lines.append("\n\nfound = answer(load(things, facts))\n")
    return "\n".join(lines)


def _body(program: Program) -> Iterator[str]:
    """Yield the lines of the function, without their first indent."""
    order = program.order
    if program.other is not None and order is not None and order.value is not None:
        yield from _compared(program, order, order.value)
        return
    yield "rows = []"
    yield from _loops(program.root)
    yield from _narrowed(program)
    yield from _returned(program)


def _compared(program: Program, order: Order, value: Value) -> Iterator[str]:
    sign = ">" if order.descending else "<"
    first = list(program.root.keys)
    second = list(program.other.keys) if program.other else []
    yield f"first = [o.get({value.property!r}) for o in objects if o.key in {first!r}]"
    yield f"second = [o.get({value.property!r}) for o in objects if o.key in {second!r}]"
    yield f"return [a {sign} b for a in first for b in second]"


def _loops(root: Node) -> Iterator[str]:
    """Yield nested loops that visit all ways through the tree."""
    counts = {"nodes": 0, "links": 0}
    depth = 0
    opened: list[str] = []

    def visit(node: Node, variable: str, behind: str) -> None:
        for branch in node.branches:
            _open(branch, variable, behind)

    def _open(branch: Branch, start: str, behind: str) -> None:
        link = f"r{counts['links']}"
        counts["links"] += 1
        counts["nodes"] += 1
        end = f"n{counts['nodes']}"
        types = list(branch.types)
        opened.append(f"for {link}, {end} in {start}.follow({types!r}, {branch.forward}):")
        tests = [*_tests(branch.node, end), *(_test(link, c) for c in branch.conditions)]
        if branch.apart and behind:
            tests.append(f"{end} is not {behind}")
        for type_ in branch.also:
            joined = f"[o for _, o in {start}.follow([{type_!r}], {branch.forward})]"
            tests.append(f"{end} in {joined}")
        opened.extend(f"if {test}:" for test in tests)
        visit(branch.node, end, start)

    opened.append("for n0 in objects:")
    opened.extend(f"if {test}:" for test in _tests(root, "n0"))
    visit(root, "n0", "")
    for line in opened:
        yield _INDENT * depth + line
        depth += 1
    has_link = counts["links"] > 0
    row = "(n0, r0, n1)" if has_link else "(n0, None, None)"
    yield _INDENT * depth + f"rows.append({row})"


def _tests(node: Node, variable: str) -> list[str]:
    tests: list[str] = []
    if node.keys:
        tests.append(f"{variable}.key in {list(node.keys)!r}")
    elif node.concept:
        tests.append(f"{node.concept!r} in {variable}.classes")
    return tests + [_test(variable, condition) for condition in node.conditions]


def _test(variable: str, condition: Condition) -> str:
    value = condition.value
    stored = f"{variable}.get({value.property!r})"
    if value.many:
        return f"{condition.operand!r} in ({stored} or [])"
    if value.kind == "date" and isinstance(condition.operand, int):
        stored = f"year({stored})"
    return f"holds({stored}, {condition.operator!r}, {condition.operand!r})"


def _narrowed(program: Program) -> Iterator[str]:
    """Yield the lines that keep those with enough, or with the most."""
    if program.having is not None:
        sign, number = program.having
        yield "held = {}"
        yield "for n0, r0, n1 in rows:"
        yield "    held.setdefault(n0.key, set()).add(n1.key)"
        test = f"holds(len(held[row[0].key]), {sign!r}, {number})"
        yield f"rows = [row for row in rows if {test}]"
    order = program.order
    if order is None:
        return
    if order.value is None:
        yield "ends = {}"
        yield "for n0, r0, n1 in rows:"
        yield "    ends.setdefault(n0.key, set()).add(n1.key)"
        yield "ranked = [(len(ends[row[0].key]), row) for row in rows]"
    else:
        holder = "row[2]" if order.below else "row[0]"
        yield f"ranked = [({holder}.get({order.value.property!r}), row) for row in rows]"
        yield "ranked = [(rank, row) for rank, row in ranked if rank is not None]"
    if order.limit > 1:
        yield f"ranked.sort(key=lambda pair: pair[0], reverse={order.descending})"
        yield "kept = once([row[0].key for rank, row in ranked])"
        yield f"kept = kept[:{order.limit}]"
        yield "rows = [row for rank, row in ranked if row[0].key in kept]"
    else:
        extreme = "max" if order.descending else "min"
        yield f"best = {extreme}([rank for rank, row in ranked]) if ranked else None"
        yield "rows = [row for rank, row in ranked if rank == best]"


def _returned(program: Program) -> Iterator[str]:
    """Yield the lines that give the answer back."""
    if program.reduce == "exists":
        yield "return [len(rows) > 0]"
        return
    if program.reduce == "group":
        yield "groups = {}"
        yield "for n0, r0, n1 in rows:"
        yield "    groups.setdefault(n0.key, (n0.name, set()))[1].add(n1.key)"
        yield "return [[name, len(ends)] for name, ends in groups.values()]"
        return
    if program.give is None:
        keys = "once([row[0].key for row in rows])"
        if program.reduce == "count":
            yield f"return [len({keys})]"
            return
        yield "names = {row[0].key: row[0].name for row in rows}"
        yield f"return [names[key] for key in {keys}]"
        return
    yield from _given(program, program.give)


def _given(program: Program, give: Value) -> Iterator[str]:
    """Yield the lines that give values back."""
    holder = 1 if program.qualifier else 0
    yield "holders = []"
    yield "for row in rows:"
    yield f"    if not any(row[{holder}] is other for other in holders):"
    yield f"        holders.append(row[{holder}])"
    yield f"values = [holder.get({give.property!r}) for holder in holders]"
    yield "values = [value for value in values if value is not None]"
    if program.reduce in {"sum", "min", "max"}:
        yield f"return [{program.reduce}(values)] if values else [None]"
    elif program.reduce == "avg":
        yield "return [sum(values) / len(values)] if values else [None]"
    elif program.reduce == "distinct":
        yield "return [len(once(values))]"
    elif give.many:
        yield "return once([one for value in values for one in value])"
    else:
        yield "return once(values)"
