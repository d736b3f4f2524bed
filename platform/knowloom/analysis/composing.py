"""Composing: a question that was read becomes a program of building blocks (spec 85)."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path as File
from typing import Any

from knowloom.analysis import blocks
from knowloom.analysis.question import Ask, Filter, Fold, Path, Question

_FOLDS = {
    Fold.TOTAL: "total",
    Fold.MEAN: "mean",
    Fold.MEDIAN: "median",
    Fold.LARGEST: "largest",
    Fold.SMALLEST: "smallest",
}
_SAID = {
    Fold.TOTAL: "total",
    Fold.MEAN: "average",
    Fold.MEDIAN: "median",
    Fold.LARGEST: "largest",
    Fold.SMALLEST: "smallest",
}
_IMPORTS = "import math\nimport random"


def compose(question: Question) -> str:
    """Return the analysis code that answers a question.

    It stands behind class definitions and `search_results`, leaves `analysis_results`, and names
    the uids behind each value and row.
    """
    body = "\n".join([*_units(question), *_COMPOSERS[question.ask](question)])
    return f"{_IMPORTS}\n\n\n{_needed(body)}\n\n\n{body}\n"


@cache
def _functions() -> dict[str, tuple[str, frozenset[str]]]:
    """Return the source of each block, with the names that it uses."""
    text = File(blocks.__file__).read_text(encoding="utf-8")
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            source = ast.get_source_segment(text, node) or ""
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            found[node.name] = (source, frozenset(used))
    return found


def _needed(body: str) -> str:
    """Return the blocks that code uses, with those that they use, in the order of the file."""
    known = _functions()
    todo = {n.id for n in ast.walk(ast.parse(body)) if isinstance(n, ast.Name)}
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name in known and name not in found:
            found.add(name)
            todo |= known[name][1]
    return "\n\n\n".join(source for name, (source, _) in known.items() if name in found)


def _units(question: Question) -> list[str]:
    """Return the code that gathers what is counted."""
    lines: list[str] = []
    for path in dict.fromkeys(p for p in question.paths if p.back):
        owners = f"[o for o in search_results if isinstance(o, {path.owner})]"
        lines.append(f"{_index(path)} = inverted({owners}, lambda o: several(o.{path.attribute}))")
    lines.append(f"units = [o for o in search_results if isinstance(o, {question.unit})]")
    for one in question.filters:
        lines.append(f"units = [u for u in units if {_holds(one)}]  # {_comment(one.said)}")
    return lines


def _comment(text: str) -> str:
    return " ".join(text.split())


def _index(path: Path) -> str:
    return f"by_{path.owner}_{path.attribute}"


def _keys(path: Path, variable: str = "u") -> str:
    """Return the expression for the values of a path, as a list."""
    if path.back:
        return f"{_index(path)}.get({variable}.uid, [])"
    some = f"several({variable}.{path.attribute})"
    return f"[day.year for day in {some}]" if path.year else some


def _value(question: Question, variable: str = "u") -> str:
    """Return the expression for the measure of a unit; None where it is not known."""
    path = question.measure
    assert path is not None
    if question.counted:
        return f"len(distinct({_keys(path, variable)}))"
    return f"{variable}.{path.attribute}"


def _holds(one: Filter, variable: str = "u") -> str:
    """Return the expression that is true of what a filter keeps."""
    if one.path is None:
        return f"{variable}.uid in {_set(one.values)}"
    keys = _keys(one.path, variable)
    if one.relation == "exists":
        return f"not {keys}" if one.negated else f"bool({keys})"
    if one.counted:
        known = f"{keys} and " if not one.path.back else ""  # unknown is not 0
        return f"{known}len(distinct({keys})) {one.relation} {one.values[0]!r}"
    part = "v" if variable == "u" else f"{variable}v"
    said = f"any({_is(one, part)} for {part} in {keys})"
    if not one.negated:
        return said
    return f"not {said}" if one.path.back else f"{keys} and not {said}"


def _is(one: Filter, part: str) -> str:
    """Return the expression that is true of a value that a filter means."""
    assert one.path is not None
    if one.relation == "some":
        return " and ".join(f"({_holds(inner, part)})" for inner in one.inner)
    if one.relation != "is":
        return f"{part} {one.relation} {one.values[0]!r}"
    if one.path.link:
        return f"{part}.uid in {_set(one.values)}"
    return f"{part} in {list(one.values)!r}"


def _set(values: tuple[Any, ...]) -> str:
    return "{" + ", ".join(map(repr, sorted(values))) + "}"


def _number(question: Question, of: str) -> str:
    """Return the expression for the number of some units."""
    if question.measure is None:
        return f"len({of})"
    if question.counted:
        of = f"[u for u in {of} if {_keys(question.measure)}]"  # unknown is not 0
    return f"{_FOLDS[question.fold]}(known({of}, lambda u: {_value(question)}))"


def measured(question: Question) -> str:
    """Return what the numbers of a question are, as the head of a column."""
    unit = _plural(question.unit)
    if question.measure is None:
        return unit
    name = question.measure.name.replace("_", " ")
    said = f"number of {name}" if question.counted else name
    return said if question.fold is Fold.COUNT else f"{_SAID[question.fold]} {said}"


def _plural(name: str) -> str:
    return f"{name.lower()}s" if not name.endswith("s") else name.lower()


def _result(
    table: str,
    *,
    values: str = "",
    tests: str = "",
    chart: str = "",
    notes: str = "",
    when: str = "",
) -> list[str]:
    """Return the code that leaves the results; `when` tells whether there is a table at all."""
    parts = [f'    "values": {{{values}}},']
    if notes:
        parts.append(f'    "notes": {notes},')
    if table:
        parts.append(f'    "tables": {{"main": {table}}}{when},')
    if chart:
        parts.append(f'    "charts": [{chart}]{when},')
    if tests:
        parts.append(f'    "tests": [{tests}],')
    return ["analysis_results = {", *parts, "}"]


def _chart(question: Question, x: str, y: str, *, mark: str = "", color: str = "") -> str:
    """Return the chart that the code asks for; a single row needs none."""
    if question.most == 1 and not question.chart:
        return ""
    chosen = question.chart or mark
    title = f"{color} of {x} and {y}" if chosen == "network" else f"{y} by {x}"
    if about := ", ".join(dict.fromkeys(one.said for one in question.filters)):
        title = f"{title}; {about}"
    said = {"mark": chosen, "table": "main", "x": x, "y": y, "color": color, "title": title}
    return repr({name: text for name, text in said.items() if text or name == "mark"})


def _count(question: Question) -> list[str]:
    if question.group is not None:
        keys = f"[key for u in units for key in {_keys(question.group)}]"
        uids = "sorted({identity(k) for k in found if hasattr(k, 'uid')} or uids_of(units))"
        value = f'"answer": {{"value": len(found), "uids": {uids}}}'
        return [f"found = distinct({keys})", *_result("", values=value)]
    value = '"answer": {"value": len(units), "uids": uids_of(units)}'
    return _result("", values=value)


def _aggregate(question: Question) -> list[str]:
    known = f"{_value(question)} is not None"
    if question.counted:
        known = _keys(question.measure) if question.measure else "True"  # unknown is not 0
    some = f"some = [u for u in units if {known}]"
    number = f"{_FOLDS[question.fold]}([{_value(question)} for u in some])"
    value = f'"answer": {{"value": {number}, "uids": uids_of(some)}}'
    return [some, *_result("", values=value)]


def _list(question: Question) -> list[str]:
    name, column = question.unit.lower(), measured(question)
    lines = [
        f"lines = [([called(u), {_value(question)}], [u.uid]) for u in units]",
    ]
    if question.counted:
        lines.append("lines = [line for line in lines if line[0][1]]")
    return [
        *lines,
        _ranked(question),
        *_result(
            f"table({[name, column]!r}, lines)",
            chart=_chart(question, name, column, mark="bar"),
        ),
    ]


def _ranked(question: Question) -> str:
    """Return the code that puts rows in their order and keeps the first."""
    down = not question.smallest
    if question.by_key:
        return "lines = in_order(lines)"
    if question.ties:
        return f"lines = level(lines, 1, {down})"
    return f"lines = first(lines, 1, {question.most}, {down})"


def _groups(question: Question) -> list[str]:
    """Return the code for rows of a key and a number."""
    assert question.group is not None
    return [
        f"groups = grouped(units, lambda u: {_keys(question.group)})",
        "lines = [",
        f"    ([called(key), {_number(question, 'some')}], uids_of(some)) for key, some in groups",
        "]",
    ]


def _group(question: Question) -> list[str]:
    assert question.group is not None
    key, column = question.group.name, measured(question)
    return [
        *_groups(question),
        _ranked(question),
        _apart(question),
        *_result(
            f"table({[key, column]!r}, lines)",
            chart=_chart(question, key, column),
            notes="apart",
        ),
    ]


def _apart(question: Question) -> str:
    """Return the code that tells how many units are in no group."""
    assert question.group is not None
    said = f" {_plural(question.unit)} are in no group: they have no {question.group.name}"
    of = "f'{len(units) - len(some)} of {len(units)}'"
    some = f"[u for u in units if {_keys(question.group)}]"
    return f"apart = [{of} + {said!r} for some in [{some}] if len(some) < len(units)]"


def _fold_groups(question: Question) -> list[str]:
    assert question.group is not None
    number = f"{_FOLDS[question.fold]}([len(some) for _, some in groups])"
    behind = "sorted({uid for _, some in groups for uid in uids_of(some)})"
    return [
        f"groups = grouped(units, lambda u: {_keys(question.group)})",
        *_result("", values=f'"answer": {{"value": {number}, "uids": {behind}}}'),
    ]


def _count_groups(question: Question) -> list[str]:
    assert question.above is not None
    relation, number = question.above
    return [
        *_groups(question),
        "lines = [line for line in lines if line[0][1] is not None]",
        f"lines = [line for line in lines if line[0][1] {relation} {number!r}]",
        "behind = sorted({uid for _, uids in lines for uid in uids})",
        *_result("", values='"answer": {"value": len(lines), "uids": behind}'),
    ]


def _share(question: Question) -> list[str]:
    assert question.group is not None
    key, column = question.group.name, measured(question)
    return [
        *_groups(question),
        f"lines = first(lines, 1, {question.most}, True)",
        "whole = total([row[1] for row, _ in lines]) or 1",
        "lines = [([*row, row[1] / whole], uids) for row, uids in lines]",
        _apart(question),
        *_result(
            f"table({[key, column, 'share']!r}, lines)",
            chart=_chart(question, key, "share"),
            notes="apart",
        ),
    ]


def _share_above(question: Question) -> list[str]:
    assert question.above is not None
    relation, number = question.above
    return _part_of(f"{_value(question)} is not None", f"{_value(question)} {relation} {number!r}")


def _share_of(question: Question) -> list[str]:
    path = question.sides[0].path
    assert path is not None
    known = "True" if path.back else _keys(path)  # of an unknown one nothing is said
    if question.sides[0].relation == "exists":
        known = "True"
    return _part_of(known, " and ".join(f"({_holds(side)})" for side in question.sides))


def _part_of(known: str, so: str) -> list[str]:
    """Return the lines that give the share of units for which something holds.

    Args:
        known: tells of which units it is known.
        so: tells of which of these it holds.
    """
    value = '"answer": {"value": len(these) / len(some) if some else None, "uids": uids_of(some)}'
    return [
        f"some = [u for u in units if {known}]",
        f"these = [u for u in some if {so}]",
        *_result(
            "table(['', 'number'], [(['those', len(these)], uids_of(these)),"
            " (['all', len(some)], uids_of(some))])",
            values=value,
        ),
    ]


def _trend(question: Question) -> list[str]:
    assert question.group is not None
    key, column = question.group.name, measured(question)
    return [
        *_groups(question),
        "lines = in_order(lines)",
        "test = mann_kendall([row[1] for row, _ in lines if row[1] is not None])",
        f"test['said'] = {f'{column} '!r} + ('rises' if test['statistic'] > 0 else 'falls')"
        f" + {f' with {key}'!r}",
        *_result(
            f"table({[key, column]!r}, lines)",
            tests="test",
            chart=_chart(question, key, column, mark="line"),
        ),
    ]


def _distribution(question: Question) -> list[str]:
    key = measured(question) if question.group is None else question.group.name
    column = _plural(question.unit)
    how = f"[{_value(question)}]" if question.group is None else _keys(question.group)
    counts = [
        f"groups = grouped(units, lambda u: [v for v in {how} if v is not None and v != 0])"
        if question.counted
        else f"groups = grouped(units, lambda u: [v for v in {how} if v is not None])",
        "lines = [([called(key), len(some)], uids_of(some)) for key, some in groups]",
        "lines = in_order(lines)"
        if question.group is None
        else "lines = first(lines, 1, 0, True)",
    ]
    if question.group is not None:
        mark = "bar"
    else:
        key = key.removeprefix(f"{_SAID.get(question.fold, '')} ")
        mark = "bar" if question.counted else "histogram"
    return [
        *counts,
        *_result(
            f"table({[key, column]!r}, lines)", chart=_chart(question, key, column, mark=mark)
        ),
    ]


def _compare(question: Question) -> list[str]:
    fold = _FOLDS[question.fold]
    one, other = question.sides
    assert one.path is not None
    column = measured(question)
    lines: list[str] = []
    for name, side in (("one", one), ("other", other)):
        lines.append(
            f"{name} = [u for u in units if {_holds(side)} and {_value(question)} is not None]"
        )
        lines.append(f"of_{name} = known({name}, lambda u: {_value(question)})")
    lines += [
        f"line_{name} = ([{side.said!r}, len({name}), {fold}(of_{name})], uids_of({name}))"
        for name, side in (("one", one), ("other", other))
    ]
    lines += [
        "test = mann_whitney(of_one, of_other)",
        f"difference = {fold}(of_one) - {fold}(of_other) if of_one and of_other else None",
        "if of_one and of_other:",
        f"    test['low'], test['high'] = bootstrap(of_one, of_other, {fold}, 200)",
        f"test['said'] = {f'{column} is '!r} + ('higher' if (difference or 0) > 0 else 'lower')"
        f" + {f' for {one.said} than for {other.said}'!r}",
    ]
    value = '"difference": {"value": difference, "uids": uids_of(one) + uids_of(other)}'
    return [
        *lines,
        *_result(
            f"table({[one.path.name, 'n', column]!r}, [line_one, line_other])",
            values=value,
            tests="test",
            chart=_chart(question, one.path.name, column, mark="bar"),
        ),
    ]


def _compare_shares(question: Question) -> list[str]:
    assert question.group is not None
    one, other = question.sides
    assert one.path is not None
    key, column = question.group.name, _plural(question.unit)
    keys = _keys(question.group)
    return [
        "lines = []",
        f"every = sorted({{called(k) for u in units for k in {keys}}}, key=str)",
        "counts = []",
        f"for side, some in (({one.said!r}, [u for u in units if {_holds(one)}]),"
        f" ({other.said!r}, [u for u in units if {_holds(other)}])):",
        f"    groups = {{called(key): these for key, these in grouped(some, lambda u: {keys})}}",
        "    counts.append([len(groups.get(name, [])) for name in every])",
        "    lines += [([side, name, len(groups[name])], uids_of(groups[name]))"
        " for name in every if name in groups]",
        "counts = [[row[at] for row in counts] for at in range(len(every))"
        " if sum(row[at] for row in counts)]",
        "test = chi_square(counts)",
        f"test['said'] = {f'the shares of {key} differ between {one.said} and {other.said}'!r}",
        *_result(
            f"table({[one.path.name, key, column]!r}, lines)",
            tests="test",
            chart=_chart(question, key, column, mark="bar", color=one.path.name),
        ),
    ]


def _pairs(question: Question) -> list[str]:
    assert question.group is not None
    key, column = question.group.name, measured(question)
    heads = [key, f"other {key}", column]
    return [
        f"pairs = pairs_of(units, lambda u: {_keys(question.group)})",
        "lines = [([called(a), called(b), len(some)], uids_of(some)) for a, b, some in pairs]",
        f"lines = first(lines, 2, {question.most}, True)",
        *_result(
            f"table({heads!r}, lines)",
            chart=_chart(question, heads[0], heads[1], mark="network", color=column),
        ),
    ]


def _partners(question: Question) -> list[str]:
    assert question.group is not None
    self_uids = _set(question.filters[0].values)
    key, column = question.group.name, measured(question)
    return [
        f"groups = grouped(units, lambda u: [k for k in {_keys(question.group)}"
        f" if k.uid not in {self_uids}])",
        "lines = [([called(key), len(some)], uids_of(some)) for key, some in groups]",
        f"lines = first(lines, 1, {question.most}, True)",
        *_result(
            f"table({[key, column]!r}, lines)", chart=_chart(question, key, column, mark="bar")
        ),
    ]


def _change(question: Question) -> list[str]:
    assert question.group is not None
    key, column = question.group.name, measured(question)
    return [
        *_groups(question),
        "lines = [line for line in in_order(lines) if line[0][1] is not None]",
        "test = change_point([row[0] for row, _ in lines], [row[1] for row, _ in lines])"
        " if len(lines) > 1 else {'name': 'change point', 'n': len(lines), 'at': None}",
        f"test['said'] = {f'the level of {column} changed in '!r} + str(test['at'])",
        *_result(
            f"table({[key, column]!r}, lines)",
            values='"answer": {"value": test["at"],'
            ' "uids": sorted({uid for _, uids in lines for uid in uids})}',
            tests="test",
            chart=_chart(question, key, column, mark="line"),
        ),
    ]


def _outliers(question: Question) -> list[str]:
    name, column = question.unit.lower(), measured(question)
    return [
        f"low, high = fences(known(units, lambda u: {_value(question)}))",
        f"some = [u for u in units if {_value(question)} is not None"
        f" and not low <= {_value(question)} <= high]",
        f"lines = first([([called(u), {_value(question)}], [u.uid]) for u in some], 1, 0, True)",
        *_result(
            f"table({[name, column]!r}, lines)",
            values='"outliers": {"value": len(some), "uids": uids_of(some or units)},'
            ' "low fence": {"value": low, "uids": uids_of(units)},'
            ' "high fence": {"value": high, "uids": uids_of(units)}',
            chart=_chart(question, name, column, mark="bar"),
            when=" if lines else []",
        ),
    ]


_COMPOSERS = {
    Ask.COUNT: _count,
    Ask.AGGREGATE: _aggregate,
    Ask.LIST: _list,
    Ask.GROUP: _group,
    Ask.FOLD_GROUPS: _fold_groups,
    Ask.COUNT_GROUPS: _count_groups,
    Ask.SHARE: _share,
    Ask.SHARE_ABOVE: _share_above,
    Ask.SHARE_OF: _share_of,
    Ask.TREND: _trend,
    Ask.DISTRIBUTION: _distribution,
    Ask.COMPARE: _compare,
    Ask.COMPARE_SHARES: _compare_shares,
    Ask.PAIRS: _pairs,
    Ask.PARTNERS: _partners,
    Ask.CHANGE: _change,
    Ask.OUTLIERS: _outliers,
}
