"""The `post_process` hooks of classes: the last check, run in the sandbox (items 13 and 47).

A hook is source in the ontology. It sees an object and the text it was found in, and may change or
drop it; subclasses inherit it. It never runs in this process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowloom.extract.findings import Dropped, Extraction, Finding, Span
from knowloom.extract.kept import finding_from_json, finding_to_json
from knowloom.ontology.concepts import ENDS, ROOTS, Kind, Ontology
from knowloom.sandbox.outcome import Limits
from knowloom.sandbox.process import ProcessTier

_RUNNER = Path(__file__).with_name("hook_runner.py")
_LIMITS = Limits(seconds=10, memory=512 << 20)
_RESULT = "_done"


class Hooks:
    """Runs the hooks of an ontology.

    Args:
        ontology: its classes may have hooks.
        tier: runs them.

    >>> from knowloom.ontology.concepts import Concept
    >>> hook = "@classmethod\\ndef post_process(cls, obj, sentence):\\n    return None"
    >>> hooks = Hooks(Ontology([Concept(name="Pronoun", post_process=hook)]))
    >>> hooks.applied([(Extraction((Finding("Pronoun", {"name": "he"}),)), "he")])[0].findings
    ()
    """

    def __init__(self, ontology: Ontology, tier: ProcessTier | None = None) -> None:
        self._ontology = ontology
        self._tier = tier or ProcessTier(_LIMITS)
        self._hooked = {
            c.name
            for c in ontology
            if any(ontology[name].post_process for name in ontology.lineage(c.name))
        }
        self._classes = "\n".join(self._definitions())

    def applied(self, extractions: Sequence[tuple[Extraction, str]]) -> list[Extraction]:
        """Return extractions, each with its text, after the hooks of their objects.

        What a hook drops is counted as `hook`, and so is an object whose hook fails.

        Raises:
            SandboxTooWeak: this machine cannot confine a hook; none has run.
        """
        rows = [
            (number, finding, text)
            for number, (extraction, text) in enumerate(extractions)
            for finding in extraction.findings
            if self._concerns(finding)
        ]
        after = iter(self._run([(finding, text) for _, finding, text in rows]) if rows else ())
        return [self._rebuilt(extraction, text, after) for extraction, text in extractions]

    def _concerns(self, finding: Finding) -> bool:
        """Return whether a finding or one in it has a hook."""
        parts = (p for v in finding.values.values() for p in (v if isinstance(v, tuple) else (v,)))
        return finding.concept in self._hooked or any(
            isinstance(part, Finding) and self._concerns(part) for part in parts
        )

    def _run(self, rows: Sequence[tuple[Finding, str]]) -> Sequence[Finding | str | None]:
        """Return each finding after the hooks, None when dropped, or why it cannot be kept."""
        source = "\n".join(
            (
                _RUNNER.read_text(encoding="utf-8"),
                self._classes,
                f"{_RESULT} = _run(_rows, globals())",
            )
        )
        given = [[finding_to_json(finding), text] for finding, text in rows]
        outcome = self._tier.run(source, {"_rows": given}, result=_RESULT)
        if not outcome.done or len(outcome.value) != len(rows):
            return [f"the hooks ended: {outcome.message}"] * len(rows)
        told: list[dict[str, Any] | str | None] = outcome.value
        return [finding_from_json(one) if isinstance(one, dict) else one for one in told]

    def _rebuilt(
        self, extraction: Extraction, text: str, after: Iterator[Finding | str | None]
    ) -> Extraction:
        """Return an extraction with what became of its findings, in order."""
        findings: list[Finding] = []
        dropped = list(extraction.dropped)
        for finding in extraction.findings:
            made = next(after) if self._concerns(finding) else finding
            if isinstance(made, Finding) and self._is_whole(made):
                findings.append(_placed(finding, made, text))
            else:
                reason = made if isinstance(made, str) else f"the hook of {finding.concept}"
                dropped.append(Dropped("hook", reason, finding.name))
        return Extraction(tuple(findings), tuple(dropped))

    def _is_whole(self, finding: Finding) -> bool:
        """Return whether a relation still has both ends."""
        is_relation = self._ontology.kind(finding.concept) is Kind.RELATION
        return not is_relation or all(end in finding.values for end in ENDS)

    def _definitions(self) -> Iterator[str]:
        """Yield the classes that hooks need, parents first, with nothing but their hooks."""
        needed = {name for hooked in self._hooked for name in self._ontology.lineage(hooked)}
        plain = {c.name for c in self._ontology} - needed
        yield from (f"class {root}(_Root): pass" for root in ROOTS)
        for name in self._ontology.parents_first():
            if name in ROOTS:
                continue
            concept = self._ontology[name]
            parents = ", ".join(concept.parents) if name not in plain else "_Root"
            body = concept.post_process or "pass"
            yield f"class {name}({parents}):\n" + "\n".join(f"    {x}" for x in body.splitlines())


def _placed(before: Finding, after: Finding, text: str) -> Finding:
    """Return a finding whose span is that of its name, where the hook shortened it."""
    if after.span is None or after.name == before.name or not after.name:
        return after
    at = text.find(after.name, after.span.start, after.span.end)
    return replace(after, span=Span(at, at + len(after.name))) if at >= 0 else after
