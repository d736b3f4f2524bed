"""A program over objects: three parts of code that are one script and run alone (spec 80).

The parts are class definitions, the declaration that fills `search_results`, and the analysis that
leaves `analysis_results`. The data is apart from them, as rows, until somebody wants a script that
stands by itself.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from knowloom.analysis.definitions import definitions, with_attributes
from knowloom.analysis.results import Results, read_results
from knowloom.analysis.rows import Crossing, crossing
from knowloom.ontology.concepts import ENDS, Ontology
from knowloom.ontology.things import Thing
from knowloom.sandbox.outcome import Level, Limits, Outcome
from knowloom.sandbox.run import run

RESULT = "analysis_results"
_LIMITS = Limits(seconds=20.0)


@dataclass(frozen=True, slots=True)
class Program:
    """A program with the objects that it is about.

    Args:
        definitions: the classes.
        crossing: the objects, as rows and the code that makes them.
        analysis: the code that computes.
    """

    definitions: str
    crossing: Crossing
    analysis: str

    @property
    def source(self) -> str:
        """The three parts as one text; the objects are in a variable `rows`."""
        return self._joined("")

    def alone(self) -> str:
        """Return the program with its data: a script that runs anywhere and prints the result."""
        lines = ["rows = {"]
        for name, rows in self.crossing.rows.items():
            lines += [f"    {name!r}: [", *(f"        {row!r}," for row in rows), "    ],"]
        told = f"\n\n\nimport json\n\nprint(json.dumps({RESULT}, indent=2, default=str))\n"
        return self._joined("\n".join([*lines, "}"]) + "\n") + told

    def _joined(self, data: str) -> str:
        parts = [self.definitions, data + self.crossing.declaration, self.analysis]
        return "\n\n\n".join(part.strip("\n") for part in parts)

    def line_of_analysis(self, line: int) -> int:
        """Return the line of the analysis for one of the whole; 0 when it is in another part."""
        before = self._joined("").count("\n") - self.analysis.strip("\n").count("\n")
        return max(0, line - before)


def program(things: list[Thing], seen: Ontology, analysis: str) -> Program:
    """Return a program over objects; attributes that it never names do not cross.

    Args:
        things: the instances and facts for `search_results`.
        seen: the part of the ontology that the program's author saw.
        analysis: its code.
    """
    used = with_attributes(seen, named_in(analysis))
    crossed = crossing(things, used)
    return Program(definitions(used, crossed.joined), crossed, analysis)


def named_in(code: str) -> set[str]:
    """Return the names of attributes that code may ask for, as far as it can be read."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found | set(ENDS)


def execute(
    program: Program, *, limits: Limits | None = None, weakest: Level = Level.FULL
) -> tuple[Outcome, Results]:
    """Run a program in the sandbox; return what became of it and what it found.

    Args:
        program: to run.
        limits: what it may take; 20 seconds when None.
        weakest: the level of confinement below which nothing is run.

    Raises:
        SandboxTooWeak: this machine cannot confine it as demanded; nothing was run.
    """
    outcome = run(
        program.source,
        {"rows": _plain(program.crossing.rows)},
        result=RESULT,
        limits=limits or _LIMITS,
        weakest=weakest,
    )
    if not outcome.done:
        return outcome, Results()
    return outcome, read_results(outcome.value, program.crossing.uids)


def _plain(rows: Any) -> dict[str, list[list[Any]]]:
    return {name: list(one) for name, one in rows.items()}
