"""Expanding: new concepts find their place in the ontology, and wait in the review queue there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from knowloom.base import KnowledgeBase
from knowloom.errors import Fault, OntologyError
from knowloom.knowledge.growth import concept_of
from knowloom.knowledge.proposal import About, Deed, Proposal, State
from knowloom.models.encoders import Encoder
from knowloom.models.language_model import LanguageModel, converse
from knowloom.ontology.align import normal_form
from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.concepts import ROOTS, Concept, Kind, Ontology
from knowloom.ontology.names import concept_name
from knowloom.queueing import queue
from knowloom.store import review
from knowloom.taxonomy.grow import Growing
from knowloom.taxonomy.index import Entry, Index, entries
from knowloom.taxonomy.place import Band, Placement, Where, below, forms, place, ranked
from knowloom.taxonomy.prompt import alignment, worked_example
from knowloom.taxonomy.questions import New, of_ontology
from knowloom.taxonomy.rank import Scorer
from knowloom.taxonomy.words import spoken

_SHORTLIST = 10
_PLACED = (Kind.ENTITY, Kind.EVENT)  # relations have ends, which a name alone does not give


@dataclass(slots=True)
class Expanded:
    """What was proposed for new concepts.

    Args:
        placements: where each should go, in the order given.
        proposals: one each but for what is known already, as they stand in the queue: some may be
            decided already.
        known: names that classes have already, with these classes.
        new: the ids of those that did not wait there before.
        faults: names that could not be placed.
    """

    placements: list[Placement] = field(default_factory=list[Placement])
    proposals: list[Proposal] = field(default_factory=list[Proposal])
    known: dict[str, str] = field(default_factory=dict[str, str])
    new: list[str] = field(default_factory=list[str])
    faults: list[Fault] = field(default_factory=list[Fault])


def expand(
    kb: KnowledgeBase,
    news: Sequence[New],
    encoder: Encoder,
    scorer: Scorer,
    *,
    model: LanguageModel | None = None,
    dry_run: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Expanded:
    """Place new concepts one after another and put what that means into the review queue.

    A later one may stand below an earlier one; it then stays open until that is accepted. None
    stands below one that was rejected.

    Args:
        kb: whose ontology and queue.
        news: names with definitions.
        encoder: the one that the scorer learnt with.
        scorer: judges candidates.
        model: chooses among the scorer's best instead, where its answer is one of them.
        dry_run: put nothing into the queue.
        advance: called with every number of placed names.

    Raises:
        ModelError: the model could not be asked.
    """
    done = Expanded()
    growing = growing_from(kb.ontology, encoder)
    wanted = _wanted(kb.ontology, news, done.faults)
    rejected = _rejected(kb, wanted)
    for entry, new in zip(entries(list(wanted.values()), encoder), wanted, strict=True):
        named = replace(entry, new=replace(entry.new, name=new))
        placement = _placed(growing, entry, named, scorer, model)
        if placement.where is Where.SAME and placement.same in ROOTS:
            what = f"means the same as the root {placement.same}, which can have no other name"
            done.faults.append(Fault(entry.new.name, what, "root"))
            continue
        if named.new.name not in rejected:
            placement = growing.take(placement, named)
        placement = _fitted(kb.ontology, placement, done.proposals)
        done.placements.append(placement)
        if _says_nothing_new(kb.ontology, placement, entry.new):
            done.known[entry.new.name] = placement.same
        else:
            done.proposals.append(_proposal(kb.ontology, placement, entry.new))
        advance(1)
    if not dry_run:
        done.proposals, done.new = queue(kb, done.proposals)
    return done


def growing_from(ontology: Ontology, encoder: Encoder) -> Growing:
    """Return the entities and events of an ontology, ready to take new ones."""
    kept = [c for c in ontology if ontology.kind(c.name) in _PLACED]
    roots = [ROOTS[kind] for kind in _PLACED]
    whole = of_ontology(Ontology(kept)).free_of([Kind.RELATION.value])
    for kind in _PLACED:  # roots stay, also where nothing is below them yet
        if kind.value not in whole:
            whole = whole.with_node(kind.value, [], ROOTS[kind].description)
    listed = [*roots, *kept]
    made = entries([New(c.title or c.name, c.description) for c in listed], encoder)
    known = {
        c.name: replace(entry, new=New(c.name, c.description))
        for c, entry in zip(listed, made, strict=True)
    }
    spelt = [(said, c.name) for c in kept for said in (*c.aliases, c.title, c.name) if said]
    aliases = {normal_form(said): name for said, name in spelt}
    for form, name in [(f, name) for said, name in spelt for f in forms(said)]:
        aliases.setdefault(form, name)  # a name's own form counts before a less likely one
    return Growing(whole, Index(whole, known), aliases)


def place_queued(
    kb: KnowledgeBase, encoder: Encoder, scorer: Scorer, *, dry_run: bool = False
) -> Expanded:
    """Give the open classes of the review queue their place; what else they say stays.

    One that seems to be another name of a class is left as it is, and noted as a fault.

    Args:
        kb: whose ontology and queue.
        encoder: the one that the scorer learnt with.
        scorer: judges candidates.
        dry_run: change nothing.
    """
    waiting: dict[str, Proposal] = {}
    faults: list[Fault] = []
    for one in _placeable(kb, faults):
        waiting.setdefault(concept_name(concept_of(one).name), one)
    called = {name: concept_of(one).name for name, one in waiting.items()}
    concepts = map(concept_of, waiting.values())
    news = [New(c.name, c.description, c.aliases) for c in concepts]
    done = expand(kb, news, encoder, scorer, dry_run=True)
    done.proposals, done.known = [], {}
    done.faults += faults
    for placement in done.placements:
        if placement.where is Where.SAME:
            what = f"seems to be another name of {placement.same}: reject it, or keep its place"
            done.faults.append(Fault(called[placement.new.name], what, "same"))
            continue
        before = waiting[placement.new.name]
        parents = tuple(called.get(parent, parent) for parent in placement.parents)
        concept = replace(concept_of(before), parents=parents)
        deed = Deed("edited", placement.by, datetime.now(UTC), "; ".join(placement.why[:1]))
        after = before.edited(concept_to_json(concept), deed)
        done.proposals.append(after)
        if not dry_run and after.body != before.body:
            review.change(kb.database, before, after)
    return done


def _rejected(kb: KnowledgeBase, names: Iterable[str]) -> set[str]:
    """Return those of the names of classes that somebody rejected."""
    kinds = [about for about in About if about.is_class]
    asked = [Proposal(about=about, subject=n, body={}).id for n in names for about in kinds]
    found = review.some(kb.database, asked)
    return {proposal.subject for proposal in found if proposal.state is State.REJECTED}


def _placeable(kb: KnowledgeBase, faults: list[Fault]) -> list[Proposal]:
    """Return the open proposals of entities and events; note those of relations."""
    listed = [p for p in review.listed(kb.database, about=About.CONCEPT) if p.subject]
    above = {c.name: c.parents[0] for c in [*kb.ontology, *map(concept_of, listed)]}
    kept: list[Proposal] = []
    for one in listed:
        way = [concept_of(one).name]
        while (name := above.get(way[-1])) and name not in way:
            way.append(name)
        if way[-1] == Kind.RELATION:
            faults.append(Fault(one.subject, "is a relation: it keeps its place", "relation"))
        else:
            kept.append(one)
    return kept


def _placed(
    growing: Growing, entry: Entry, named: Entry, scorer: Scorer, model: LanguageModel | None
) -> Placement:
    found = place(growing.index, entry, scorer, growing.aliases)
    if model is None or (found.where is Where.SAME and found.band is Band.AUTOMATIC):
        return replace(found, new=named.new)
    best = ranked(growing.index, entry, scorer)
    names = _shown(growing, [name for name, _ in best[:_SHORTLIST]])
    example = worked_example(growing.index, entry, names)
    choice = converse(model, alignment(growing.taxonomy, entry, names, example))
    if choice.same:
        return replace(
            found,
            new=named.new,
            where=Where.SAME,
            same=choice.same,
            why=(f"{model.name} says that it means the same",),
            band=Band.REVIEW,
            taking=(),
            by=model.name,
        )
    if not choice.parents:
        said = f"{model.name} named none of the shortlist: the ranker's choice"
        return replace(found, new=named.new, why=(said, *found.why))
    chosen = below(growing.index, entry, scorer, best, choice.parents[:1])
    told = (f"{model.name} chose it", *chosen.why)
    return replace(chosen, new=named.new, why=told, by=model.name)


def _shown(growing: Growing, shortlist: list[str]) -> list[str]:
    """Return a shortlist with the roots: one of them is the answer when nothing else fits."""
    return [*shortlist, *(root for root in growing.taxonomy.roots if root not in shortlist)]


def _wanted(ontology: Ontology, news: Sequence[New], faults: list[Fault]) -> dict[str, New]:
    """Return names by the class name they would have; note those that relations have."""
    found: dict[str, New] = {}
    relations = {c.name.casefold() for c in ontology if ontology.kind(c.name) is Kind.RELATION}
    relations.add(Kind.RELATION.casefold())
    for new in news:
        name = concept_name(new.name)
        if name.casefold() in relations:
            faults.append(Fault(new.name, "a relation is called so", "relation"))
        elif name in found:
            what = f"would be the class {name}, which {found[name].name!r} is already"
            faults.append(Fault(new.name, what, "twice"))
        else:
            found[name] = new
    return found


def _fitted(ontology: Ontology, placement: Placement, before: Sequence[Proposal]) -> Placement:
    """Return a placement that Python's order of superclasses allows: else with one parent only."""
    if len(placement.parents) < 2 or placement.where is Where.SAME:
        return placement
    there = [concept_from_json(p.body) for p in before if p.about is About.CONCEPT]
    concept = Concept(name=placement.new.name, parents=placement.parents)
    try:
        ontology.with_concepts([*(c for c in there if c.name not in ontology), concept])
    except OntologyError:
        return replace(placement, parents=placement.parents[:1])
    return placement


def _says_nothing_new(ontology: Ontology, placement: Placement, new: New) -> bool:
    """Return whether a name and its aliases are names of the class they mean, as they stand."""
    known = ontology.get(placement.same) if placement.where is Where.SAME else None
    if known is None:
        return False
    names = {known.title, *known.aliases, spoken(known.name)}
    return all(said in names or spoken(said) in names for said in (new.name, *new.aliases))


def _proposal(ontology: Ontology, placement: Placement, new: New) -> Proposal:
    """Return what is to be decided about a placement."""
    about, body = _body(placement, new)
    why = [*placement.why]
    if placement.where is Where.SAME and placement.parents:
        why.append(f"if it is a class of its own: below {', '.join(placement.parents)}")
    return Proposal(
        about=about,
        subject=new.name if about is About.ALIAS else placement.new.name,
        body=body,
        confidence=placement.confidence,
        why=tuple(why),
        deeds=(Deed("proposed", placement.by or "taxonomy", datetime.now(UTC)),),
    )


def _body(placement: Placement, new: New) -> tuple[About, Mapping[str, object]]:
    if placement.where is Where.SAME:
        return About.ALIAS, {"of": placement.same, "names": [new.name, *new.aliases]}
    concept = Concept(
        name=placement.new.name,
        title="" if spoken(placement.new.name) == spoken(new.name) else new.name,
        parents=placement.parents or (Kind.ENTITY.value,),
        description=" ".join(new.definition.split()),
        aliases=new.aliases,
    )
    body = concept_to_json(concept)
    if placement.where is Where.BETWEEN:
        return About.BETWEEN, {"concept": body, "taking": list(placement.taking)}
    return About.CONCEPT, body
