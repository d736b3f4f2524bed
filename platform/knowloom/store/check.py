"""The audit: compares what is stored with the ontology, and mends what is safe to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from knowloom.assets import cypher
from knowloom.errors import Fault
from knowloom.knowledge.evidence import is_spoken_of
from knowloom.knowledge.instance import INSTANCE_LABEL, State, known_aside, native, revise, said_in
from knowloom.knowledge.project import show
from knowloom.knowledge.record import Values
from knowloom.ontology.concepts import ENDS, Concept, ConceptRange, Kind, Ontology
from knowloom.ontology.names import quoted
from knowloom.ontology.rules import CompiledConcept, compile_concept
from knowloom.store.database import Database
from knowloom.store.policies import Rules, rules_of
from knowloom.store.revise import StateReader
from knowloom.store.statement import filled

_CHUNK = 2_000
_SHOWN = 1_000


@dataclass(slots=True)
class Audit:
    """What an audit found.

    Args:
        instances: how many were looked at.
        counts: how many faults of each code.
        faults: the first thousand, each with its address in the graph.
        fixed: how many were mended.
    """

    instances: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])
    faults: list[Fault] = field(default_factory=list[Fault])
    fixed: int = 0

    def add(self, fault: Fault, times: int = 1) -> None:
        """Note a fault; `times` counts others of its kind that are not listed."""
        self.counts[fault.code] += times
        if len(self.faults) < _SHOWN:
            self.faults.append(fault)


def check(
    database: Database,
    ontology: Ontology,
    *,
    fix: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Audit:
    """Compare every instance and relationship with the ontology and with their records.

    Args:
        database: read in chunks; written only with `fix`.
        ontology: as stored there.
        fix: add labels that miss, and show again what the records say.
        advance: called with the number of instances looked at.
    """
    audit = Audit()
    compiled: dict[str, CompiledConcept] = {}
    reader = StateReader(database, ontology)
    rules = rules_of(database)
    for uids in _chunks(database):
        mendable: list[State] = []
        for state, properties in reader.read(uids):
            faults = list(_instance_faults(state, properties, ontology, rules, compiled))
            for fault in faults:
                audit.add(fault)
            if any(f.code in {"labels", "projection"} for f in faults):
                mendable.append(state)
        if fix and mendable:
            audit.fixed += _mend(database, mendable, ontology, rules)
        audit.instances += len(uids)
        advance(len(uids))
    _check_relationships(database, ontology, audit)
    _check_keys(database, ontology, audit)
    return audit


def _chunks(database: Database) -> Iterator[list[str]]:
    after = ""
    while True:
        rows = database.read(cypher("check/next_uids"), after=after, limit=_CHUNK)
        uids: list[str] = rows[0]["uids"]
        if not uids:
            return
        yield uids
        after = uids[-1]


def _instance_faults(
    state: State,
    properties: Mapping[str, Any],
    ontology: Ontology,
    rules: Rules,
    compiled: dict[str, CompiledConcept],
) -> Iterator[Fault]:
    """Yield what is wrong with one instance as it is stored."""
    concepts = ontology.most_specific(state.labels)
    where = f"(:{concepts[0] if concepts else INSTANCE_LABEL} {{uid: '{state.uid}'}})"
    others = [x for x in state.labels if x[0] != "_" and x not in ontology]
    if not concepts or (others and not any(ontology[c].parents for c in concepts)):
        shown = ", ".join(sorted(x for x in state.labels if x[0] != "_")) or "none"
        yield Fault(where, f"has no class of the ontology (labels: {shown})", "unknown-class")
        return
    wanted = {label for c in concepts for label in ontology.lineage(c)}
    if missing := sorted(wanted - state.labels):
        yield Fault(where, f"lacks the labels {', '.join(missing)} of its superclasses", "labels")
    values = said_in(properties)
    yield from _value_faults(where, state, values, ontology, compiled)
    yield from _record_faults(where, state, properties, values, ontology, rules)


def _value_faults(
    where: str,
    state: State,
    values: Values,
    ontology: Ontology,
    compiled: dict[str, CompiledConcept],
) -> Iterator[Fault]:
    """Yield wrong types, unknown attributes and missing values."""
    concepts = ontology.most_specific(state.labels)
    known = {name for c in concepts for name in ontology.attributes(c)}
    linked = {link.type for link in state.links}
    for concept in concepts:
        attributes = ontology.attributes(concept)
        own = {n: v for n, v in values.items() if n in attributes or n not in known}
        rules = compiled.get(concept) or compile_concept(ontology, concept)
        compiled[concept] = rules
        for code, reason in rules.problems(own, {}):
            name = reason.split(" ", 1)[0]
            attribute = attributes.get(name)
            is_there = attribute is not None and attribute.relationship_type in linked
            if code == "missing" and (state.mention or is_there):
                continue
            yield Fault(f"{where}.{name}", reason, code)


def _record_faults(
    where: str,
    state: State,
    properties: Mapping[str, Any],
    values: Values,
    ontology: Ontology,
    rules: Rules,
) -> Iterator[Fault]:
    """Yield what is shown and does not follow from the records."""
    if not is_spoken_of(state.evidence):
        if not state.mention:
            yield Fault(where, "has no record: nobody said it", "no-record")
        return
    if "_promoted" not in properties:
        return
    projected = show(state.evidence, ontology, rules.kept, rules.policy)
    if projected.values != values:
        names = sorted(
            n for n in {*values, *projected.values} if _differ(n, values, projected.values)
        )
        yield Fault(where, f"shows another {', '.join(names)} than its records say", "projection")
    if _links_differ(state, ontology, rules):
        yield Fault(where, "has other links than its records say", "projection")


def shows_otherwise(
    state: State, properties: Mapping[str, Any], ontology: Ontology, rules: Rules
) -> bool:
    """Return whether an instance with records of its own shows something else than they say."""
    if not is_spoken_of(state.evidence):
        return False
    values = said_in(properties)
    projected = show(state.evidence, ontology, rules.kept, rules.policy)
    return projected.values != values or _links_differ(state, ontology, rules)


def _links_differ(state: State, ontology: Ontology, rules: Rules) -> bool:
    links = revise(state, (), ontology, run=0, kept=rules.kept, policy=rules.policy)
    there = {link.target for link in state.links}
    return bool(links.remove_links) or any(uid not in there for _, uid, _ in links.add_links)


def _differ(name: str, shown: Values, projected: Values) -> bool:
    return shown.get(name) != projected.get(name)


def _mend(database: Database, states: Sequence[State], ontology: Ontology, rules: Rules) -> int:
    """Add missing labels and show what the records say; return how many instances changed."""
    rows: list[dict[str, Any]] = []
    for state in states:
        concepts = ontology.most_specific(state.labels)
        wanted = {label for c in concepts for label in ontology.lineage(c)}
        row: dict[str, Any] = {"uid": state.uid, "add": sorted(wanted - state.labels)}
        row["remove"] = []
        if len(state.evidence) > 1:
            shown = show(state.evidence, ontology, rules.kept, rules.policy).values
            row["set"] = {**shown, "uid": state.uid, "_promoted": True, **known_aside(state.known)}
        rows.append(row)
    projected = [row for row in rows if "set" in row]
    labelled = [row for row in rows if "set" not in row]
    if projected:
        database.write(cypher("write/replace_instances"), given={"rows": projected})
    if labelled:
        database.write(cypher("check/add_labels"), rows=labelled)
    return len(rows)


def _check_relationships(database: Database, ontology: Ontology, audit: Audit) -> None:
    """Note relationships of unknown types, and those whose ends are of the wrong class."""
    expected = _expected_ends(ontology)
    (row,) = database.read(cypher("check/stored_types"))
    for type_ in sorted(row["types"]):
        tests: LiteralString = "".join(
            f" OR {_ends_test(*ends)}" for ends in expected.get(type_, [])
        )
        parts: dict[str, LiteralString] = {"_LINK": quoted(type_), "/*ends*/": tests}
        text = filled(cypher("check/misplaced_relationships"), parts)
        for number, found in enumerate(database.read(text, limit=100)):
            head, tail = (
                ", ".join(sorted(x for x in found[end] if x[0] != "_")) for end in ("head", "tail")
            )
            what = f"the ontology has no {type_} from {head or 'no class'} to {tail or 'no class'}"
            where = f"({{uid: '{found['uid']}'}})-[:{type_}]->()"
            rest = found["total"] - 99 if number == 99 else 1
            audit.add(Fault(where, what, "relationship"), rest)


def _expected_ends(ontology: Ontology) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Return for each relationship type the start and end classes that the ontology allows."""
    expected: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for concept in ontology:
        if ontology.kind(concept.name) is Kind.RELATION:
            head, tail = (_range(ontology, concept, end) for end in ENDS)
            expected.setdefault(concept.relationship_type, []).append((head, tail))
        for attribute in concept.attributes:
            if isinstance(attribute.range, ConceptRange) and attribute.name not in ENDS:
                ends = ((concept.name,), attribute.range.concepts)
                expected.setdefault(attribute.relationship_type, []).append(ends)
    return expected


def _range(ontology: Ontology, concept: Concept, end: str) -> tuple[str, ...]:
    range_ = ontology.attributes(concept.name)[end].range
    return range_.concepts if isinstance(range_, ConceptRange) else ()


def _ends_test(head: Sequence[str], tail: Sequence[str]) -> LiteralString:
    """Return a Cypher test that a is one of `head` and b one of `tail`."""
    head_test = " OR ".join(f"a:{quoted(label)}" for label in head)
    tail_test = " OR ".join(f"b:{quoted(label)}" for label in tail)
    return f"(({head_test}) AND ({tail_test}))"


def _check_keys(database: Database, ontology: Ontology, audit: Audit) -> None:
    """Note instances that share a key."""
    for concept in ontology:
        if not concept.key:
            continue
        text = cypher("check/duplicate_keys").replace("_Class", quoted(concept.name))
        for number, row in enumerate(database.read(text, keys=list(concept.key), limit=100)):
            shown = ", ".join(
                f"{k}={native(v)!r}" for k, v in zip(concept.key, row["values"], strict=True)
            )
            what = (
                f"{len(row['uids'])} instances share the key {shown}: {', '.join(row['uids'][:5])}"
            )
            rest = row["total"] - 99 if number == 99 else 1
            audit.add(Fault(f"(:{concept.name})", what, "duplicate-key"), rest)
