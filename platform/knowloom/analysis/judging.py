"""Judging an attempt by rule, and saying what its numbers bear (spec 82 and 85)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from knowloom.analysis.charts import Chart
from knowloom.analysis.results import Results, Table, Test
from knowloom.sandbox.outcome import Outcome

FEWEST = 8  # of a sample, for a statement
SURE = 0.05  # the largest p of a statement
_CHART = re.compile(r"\b(?:charts?|plots?|diagrams?|histograms?|draw|pie)\b", re.IGNORECASE)


def reasons_against(
    task: str, outcome: Outcome, results: Results, charts: Sequence[Chart], *, line: int = 0
) -> list[str]:
    """Return why an attempt is no good; nothing when it is.

    Args:
        task: what was asked.
        outcome: how the program ended.
        results: what it found.
        charts: made of that.
        line: of the analysis code in which it failed; 0 when unknown.
    """
    if not outcome.done:
        where = f" (line {line} of the analysis)" if line else ""
        return [
            f"the program {_ENDED.get(outcome.ended.value, 'failed')}{where}: {outcome.message}"
        ]
    found = list(_empty(results))
    found += [f"chart {n}: {fault}" for n, c in enumerate(charts, 1) for fault in c.faults]
    if asks_for_chart(task) and not charts:
        found.append("the task asks for a chart and the program made none")
    return found


def asks_for_chart(task: str) -> bool:
    """Return whether a task asks for a picture."""
    return _CHART.search(task) is not None


_ENDED = {
    "refused": "was refused",
    "timeout": "took too long",
    "memory": "took too much memory",
    "output": "gave too much",
    "crashed": "crashed",
}


def _empty(results: Results) -> Iterator[str]:
    """Yield what is missing from results."""
    if not (results.values or results.tables or results.charts):
        yield "the program left nothing in analysis_results"
        return
    known = [v for v in results.values if v.value is not None and v.value not in ([], {})]
    rows = [row for table in results.tables for row in table.rows]
    if not known and not any(cell is not None for row in rows for cell in row):
        if not results.charts or results.values or results.tables:
            yield "all that was found is nothing"
        return
    for value in results.values:
        if value.value is None:
            yield f"{value.name} is not known"
    for table in results.tables:
        yield from _blank_columns(table)


def _blank_columns(table: Table) -> Iterator[str]:
    if not table.rows:
        yield f"the table {table.name!r} has no rows"
    for name, kind in zip(table.columns, table.types, strict=True):
        if table.rows and kind == "empty":
            yield f"{name} is known of no row of the table {table.name!r}"


def notes_on_disputes(results: Results, disputed: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what has to be said of numbers that rest on values on which sources differ.

    Args:
        results: with the uids behind each number.
        disputed: attributes in dispute, by the uid of an object that was looked at.

    >>> from knowloom.analysis.results import Value
    >>> found = Results((Value("answer", 7, ("a", "b")),))
    >>> notes_on_disputes(found, {"a": ["year"], "c": ["year"]})[0]
    'disputed: year of 1 of the 2 objects behind these numbers, and of 1 more that was looked at'
    """
    behind = {uid for value in results.values for uid in value.uids}
    behind |= {uid for table in results.tables for uids in table.uids for uid in uids}
    notes: list[str] = []
    for name in sorted({name for names in disputed.values() for name in names}):
        uids = {uid for uid, names in disputed.items() if name in names}
        here, beside = len(uids & behind), len(uids - behind)
        more = f"of {beside:,} {'more ' if here else 'objects '}that "
        more += "was looked at" if beside == 1 else "were looked at"
        said = f"of {here:,} of the {len(behind):,} objects behind these numbers" if here else more
        notes.append(f"disputed: {name} {said}" + (f", and {more}" if here and beside else ""))
    return notes


def insights(results: Results) -> list[str]:
    """Return what the tests bear out: one sentence each, with what it rests on.

    Nothing is stated of fewer than 8, above p = 0.05, or where a difference may be 0 as well.

    >>> from knowloom.analysis.results import Test
    >>> insights(Results(tests=(Test("Mann-Kendall", 21.0, 0.003, 12, "sales rise with year"),)))
    ['sales rise with year (Mann-Kendall, statistic 21, p = 0.003, n = 12)']
    """
    return [_said(test) for test in results.tests if _bears(test)]


def not_borne_out(results: Results) -> list[str]:
    """Return what was tested and cannot be stated: one sentence each, with what speaks for it.

    >>> from knowloom.analysis.results import Test
    >>> not_borne_out(Results(tests=(Test("Mann-Kendall", 1.0, 0.9, 9, "sales rise with year"),)))
    ['not borne out: sales rise with year (Mann-Kendall, statistic 1, p = 0.9, n = 9)']
    """
    tests = [test for test in results.tests if test.said and not _bears(test)]
    return [f"not borne out: {_said(test)}" for test in tests]


def _bears(test: Test) -> bool:
    if not test.said or test.p is None or test.p >= SURE or test.n < FEWEST:
        return False
    return test.low is None or test.high is None or test.low > 0 or test.high < 0


def _said(test: Test) -> str:
    parts = [test.name]
    if test.statistic is not None:
        parts.append(f"statistic {test.statistic:,.6g}")
    if test.low is not None and test.high is not None:
        parts.append(f"difference {test.low:,.4g} to {test.high:,.4g} in 95 of 100 samples")
    if test.p is not None:
        parts.append("p < 0.001" if test.p < 0.001 else f"p = {test.p:.2g}")
    few = f", fewer than {FEWEST}" if test.n < FEWEST else ""
    return f"{test.said} ({', '.join(parts)}, n = {test.n:,}{few})"
