"""What an ontology becomes by proposals of classes and names that are accepted; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowloom.errors import Fault, OntologyError
from knowloom.knowledge.proposal import About, Proposal
from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Concept, ConceptRange, Ontology
from knowloom.ontology.fitting import fitting


@dataclass(frozen=True, slots=True)
class Growth:
    """What accepting proposals would do.

    Args:
        ontology: with all that it can take.
        accepted: the proposals that it took, with the names that classes have now.
        faults: why it cannot take the others.
    """

    ontology: Ontology
    accepted: tuple[Proposal, ...]
    faults: tuple[Fault, ...]


def concept_of(proposal: Proposal) -> Concept:
    """Return the class that is proposed; aliases propose none."""
    between = proposal.about is About.BETWEEN
    return concept_from_json(proposal.body["concept"] if between else proposal.body)


def grown(ontology: Ontology, proposals: Sequence[Proposal]) -> Growth:
    """Return an ontology with as many proposals as it can take, and why not with the others.

    A class that was renamed since is meant by its old name. A class that is there already in
    another form is left as it is, and nothing enters that `check` would find fault with.

    Args:
        ontology: as it is now.
        proposals: of classes, classes between others, and other names.
    """
    faults: list[Fault] = []
    left = _first_of_each(ontology, _as_called_now(ontology, proposals), faults)
    while True:
        after, left = _taken(ontology, left, faults)
        wrong = _new_faults(ontology, after)
        if not wrong:
            return Growth(after, tuple(left), tuple(faults))
        faults += wrong
        left = _without_blamed(left, wrong, after)


def _first_of_each(
    ontology: Ontology, proposals: Sequence[Proposal], faults: list[Fault]
) -> list[Proposal]:
    """Return proposals without those of a class that is another by now; note these."""
    kept: list[Proposal] = []
    there: dict[str, Concept] = {}
    for proposal in proposals:
        if proposal.about.is_class:
            concept = concept_of(proposal)
            known = there.setdefault(concept.name, ontology.get(concept.name) or concept)
            if known != concept:
                what = "is a class by now, and not as it is proposed here: reject this"
                faults.append(Fault(concept.name, what, "duplicate"))
                continue
        kept.append(proposal)
    return kept


def _as_called_now(ontology: Ontology, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return proposals that refer to renamed classes, whose old names are aliases, by new ones."""
    new = {concept_of(p).name for p in proposals if p.about.is_class}
    names: dict[str, str] = {}
    for concept in ontology:
        for said in {concept.title, *concept.aliases}:
            if said not in new and said not in ontology:
                names[said] = "" if said in names else concept.name  # two may be called so
    names = {said: name for said, name in names.items() if name}
    return [replace(p, body=_body_called(p, names)) for p in proposals]


def _body_called(proposal: Proposal, names: Mapping[str, str]) -> Mapping[str, object]:
    body = proposal.body
    if proposal.about is About.ALIAS:
        return {**body, "of": names.get(body["of"], body["of"])}
    concept = _concept_called(concept_of(proposal), names)
    if proposal.about is About.CONCEPT:
        return concept_to_json(concept)
    taking = [names.get(name, name) for name in body["taking"]]
    return {**body, "concept": concept_to_json(concept), "taking": taking}


def _concept_called(concept: Concept, names: Mapping[str, str]) -> Concept:
    """Return a class whose parents and ranges have other names."""
    attributes = tuple(
        replace(a, range=ConceptRange(tuple(names.get(n, n) for n in a.range.concepts)))
        if isinstance(a.range, ConceptRange)
        else a
        for a in concept.attributes
    )
    parents = dict.fromkeys(names.get(parent, parent) for parent in concept.parents)
    return replace(concept, parents=tuple(parents), attributes=attributes)


def _taken(
    ontology: Ontology, proposals: Sequence[Proposal], faults: list[Fault]
) -> tuple[Ontology, list[Proposal]]:
    """Return an ontology with what its structure allows of proposals, and these."""
    left = list(proposals)
    while True:
        classes = [p for p in left if p.about is not About.ALIAS]
        concepts, wrong = fitting(ontology, map(concept_of, classes))
        names = {concept.name for concept in concepts}
        left = [p for p in left if p.about is About.ALIAS or concept_of(p).name in names]
        faults += wrong
        after = ontology.with_concepts(concepts)
        changed: dict[str, Concept] = {}
        refused: list[Proposal] = []
        for proposal in left:
            try:
                _amend(proposal, after, changed)
            except OntologyError as error:
                faults += error.faults or [Fault(proposal.subject, str(error), "unknown-concept")]
                refused.append(proposal)
        if not refused:
            return after.with_concepts(changed.values()) if changed else after, left
        left = [p for p in left if p not in refused]


def _new_faults(before: Ontology, after: Ontology) -> list[Fault]:
    """Return what `check` finds in an ontology and did not find before."""
    found = check(after)
    known = set(check(before)) if found else set[Fault]()
    return [fault for fault in found if fault not in known]


def _without_blamed(
    proposals: Sequence[Proposal], wrong: Sequence[Fault], after: Ontology
) -> list[Proposal]:
    """Return proposals without those of faulty classes, else of what is new above these."""
    faulty = {fault.where.partition(".")[0] for fault in wrong}
    above = {ancestor for name in faulty for ancestor in after.ancestors(name)}
    for blamed in (faulty, above):
        kept = [p for p in proposals if not p.about.is_class or concept_of(p).name not in blamed]
        if len(kept) < len(proposals):
            return kept
    return []


def _amend(proposal: Proposal, ontology: Ontology, changed: dict[str, Concept]) -> None:
    """Note how known classes change by a proposal.

    Raises:
        OntologyError: one of them is not there, is a root, or would be its own superclass.
    """
    if proposal.about is About.ALIAS:
        concept = _known(proposal.body["of"], ontology, changed)
        said = (n for n in proposal.body["names"] if n not in {concept.name, concept.title})
        aliases = tuple(dict.fromkeys([*concept.aliases, *said]))
        changed[concept.name] = replace(concept, aliases=aliases)
    elif proposal.about is About.BETWEEN:
        new = concept_of(proposal)
        moved = [_known(name, ontology, changed) for name in proposal.body["taking"]]
        after = {c.name: _moved(c, new) for c in moved}
        ontology.with_concepts({**changed, **after}.values())
        changed.update(after)


def _known(name: str, ontology: Ontology, changed: Mapping[str, Concept]) -> Concept:
    concept = changed.get(name) or ontology[name]
    if not concept.parents:
        raise OntologyError([Fault(name, "is a root and cannot be redefined", "root")])
    return concept


def _moved(concept: Concept, new: Concept) -> Concept:
    """Return a class below a new one in place of their common superclasses."""
    parents = (new.name if p in new.parents else p for p in concept.parents)
    return replace(concept, parents=tuple(dict.fromkeys(parents)))
