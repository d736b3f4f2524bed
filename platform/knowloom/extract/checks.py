"""Checks of what a model said: the classes of the user, then ranges (items 46, 47; S1 App. J)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from knowloom.extract.findings import Dropped, Extraction, Finding, Said
from knowloom.ontology.concepts import ConceptRange, Kind, Ontology


def induced(extraction: Extraction, library: Ontology, wanted: Ontology) -> Extraction:
    """Return an extraction in the classes of a smaller ontology: each finding's nearest ancestor.

    Args:
        extraction: in the classes of `library`.
        library: knows the ancestors.
        wanted: the user's classes; what has no ancestor among them is dropped.

    >>> from knowloom.ontology.concepts import Concept
    >>> library = Ontology([Concept(name="Organization"), Concept(name="University",
    ...     parents=("Organization",))])
    >>> wanted = Ontology([Concept(name="Organization")])
    >>> said = Extraction((Finding("University", {"name": "Harvard"}),))
    >>> induced(said, library, wanted).findings[0].concept
    'Organization'
    """
    dropped = list(extraction.dropped)

    def climb(finding: Finding) -> Finding | None:
        lineage = library.lineage(finding.concept)[:-1]  # a root tells nothing
        concept = next((name for name in lineage if name in wanted), None)
        if concept is None:
            reason = f"{finding.concept} is below no class of the ontology"
            dropped.append(Dropped("no-ancestor", reason, finding.name))
            return None
        return replace(finding, concept=concept, values=dict(_mapped(finding, climb)))

    findings = [climb(finding) for finding in extraction.findings]
    return Extraction(tuple(f for f in findings if f is not None), tuple(dropped))


def of_known_classes(extraction: Extraction, ontology: Ontology) -> Extraction:
    """Return an extraction without objects of classes that the ontology lacks (item 44).

    A relation that loses an end is dropped with it.
    """
    dropped = list(extraction.dropped)

    def checked(finding: Finding) -> Finding | None:
        if finding.concept not in ontology:
            reason = f"no class is called {finding.concept}"
            dropped.append(Dropped("unknown-type", reason, finding.name))
            return None
        values = dict(_mapped(finding, checked))
        whole = len(values) == len(finding.values)
        if not whole and ontology.kind(finding.concept) is Kind.RELATION:
            return None
        return replace(finding, values=values)

    findings = [checked(finding) for finding in extraction.findings]
    return Extraction(tuple(f for f in findings if f is not None), tuple(dropped))


def in_range(extraction: Extraction, ontology: Ontology) -> Extraction:
    """Return an extraction without objects where their class is not wanted.

    An end or role takes objects of its range, of a subclass, or of a superclass that they may
    belong to. A relation that loses an end is dropped with it.
    """
    dropped = list(extraction.dropped)

    def checked(finding: Finding) -> Finding | None:
        attributes = ontology.attributes(finding.concept)
        values: dict[str, Said | Finding | tuple[Said | Finding, ...]] = {}
        for name, said in finding.values.items():
            range_ = attributes[name].range
            if not isinstance(range_, ConceptRange):
                values[name] = said
                continue
            parts = said if isinstance(said, tuple) else (said,)
            fitting = [p for p in parts if _fits(p, range_, ontology)]
            for part in parts:
                if part not in fitting:
                    what = part.concept if isinstance(part, Finding) else repr(part)
                    reason = f"{finding.concept}.{name} takes {' or '.join(range_.concepts)}"
                    dropped.append(Dropped("range", f"{reason}, not {what}", repr(part)[:500]))
            kept = [p2 for p in fitting if (p2 := deeper(p)) is not None]
            if kept:
                values[name] = tuple(kept) if isinstance(said, tuple) else kept[0]
            elif ontology.kind(finding.concept) is Kind.RELATION:
                return None
        return replace(finding, values=values)

    def deeper(part: Said | Finding) -> Said | Finding | None:
        return checked(part) if isinstance(part, Finding) else part

    findings = [checked(finding) for finding in extraction.findings]
    return Extraction(tuple(f for f in findings if f is not None), tuple(dropped))


def _fits(part: Said | Finding, range_: ConceptRange, ontology: Ontology) -> bool:
    """Return whether a part may be an object of a range; a text may name one."""
    if not isinstance(part, Finding):
        return isinstance(part, str)
    return any(
        ontology.is_a(part.concept, wanted) or ontology.is_a(wanted, part.concept)
        for wanted in range_.concepts
    )


def _mapped(
    finding: Finding, change: Callable[[Finding], Finding | None]
) -> Iterator[tuple[str, Said | Finding | tuple[Said | Finding, ...]]]:
    """Yield a finding's values, the findings among them changed, those that are None left out."""
    for name, said in finding.values.items():
        parts = said if isinstance(said, tuple) else (said,)
        changed = [change(p) if isinstance(p, Finding) else p for p in parts]
        kept = [p for p in changed if p is not None]
        if kept:
            yield name, tuple(kept) if isinstance(said, tuple) else kept[0]
