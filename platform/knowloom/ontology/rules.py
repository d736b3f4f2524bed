"""Rules: does what is said of a thing fit its concept, judged for many records quickly.

What one value has to be is told by `knowloom.ontology.values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from knowloom.ontology.concepts import ENDS, ConceptRange, Ontology
from knowloom.ontology.names import suggestions
from knowloom.ontology.values import acceptor
from knowloom.ontology.verdicts import Problem, Refers, Unfit

_NOTHING: tuple[object, ...] = (None, [])
_LONGEST_KEY = 8_000  # bytes; an entry of Neo4j's index has some 8,160 at most
FEW = 500  # characters, of which four keys surely fit


class CompiledConcept:
    """The rules of one concept, ready to judge many records quickly.

    Args:
        ontology: where the concept and those it refers to are defined.
        concept: its name.

    Raises:
        UnknownConcept: the ontology has no such concept.
        OntologyError: the bounds of an attribute cannot be read.

    >>> from knowloom.ontology.concepts import Attribute, Concept, Scalar
    >>> person = Concept(name="Person", attributes=(Attribute(name="born", range=Scalar.INT),))
    >>> rules = compile_concept(Ontology([person]), "Person")
    >>> rules.problems({"name": "Ada", "born": 1815}, {})
    ()
    >>> rules.problems({"bron": 1815}, {})[0].reason
    'bron is no attribute of Person; did you mean born?'
    """

    __slots__ = (
        "_accept",
        "_allowed",
        "_attributes",
        "_key",
        "_ontology",
        "_required",
        "concept",
    )

    def __init__(self, ontology: Ontology, concept: str) -> None:
        self.concept = concept
        self._ontology = ontology
        self._attributes = ontology.attributes(concept)
        _, self._key = ontology.key(concept) or ("", ())
        self._accept = {n: acceptor(a) for n, a in self._attributes.items()}
        self._required = tuple(
            n for n, a in self._attributes.items() if a.required and n not in ENDS
        )
        self._allowed: dict[str, dict[str, str | None]] = {
            n: {} for n, a in self._attributes.items() if a.is_link
        }

    def problems(
        self, values: dict[str, Any], links: Mapping[str, Sequence[Refers]]
    ) -> tuple[Problem, ...]:
        """Return what keeps a record from being stored; empty when nothing does.

        Values that are stored in another form are replaced in place: a whole number given for a
        `float` attribute becomes one.
        """
        try:
            accept = self._accept
            for name, value in values.items():
                if (kept := accept[name](value)) is not value:
                    values[name] = kept
        except (KeyError, Unfit):
            return self._all_problems(values, links)
        for name in self._required:
            if values.get(name) in _NOTHING and not links.get(name):
                return self._all_problems(values, links)
        if links and not self._links_fit(links):
            return self._all_problems(values, links)
        for name in self._key:
            if len(str(values.get(name))) > FEW:
                return self._all_problems(values, links)
        return ()

    def fact_problems(self, values: dict[str, Any], head: str, tail: str) -> tuple[Problem, ...]:
        """Return what keeps a fact of this `Relation` concept from being stored.

        Args:
            values: the qualifiers; replaced in place as by `problems`.
            head, tail: the concepts that the two ends are taken for.
        """
        found = list(self.problems(values, {}))
        for end, target in zip(ENDS, (head, tail), strict=True):
            if why := self.refusal(end, target):
                found.append(Problem("link-type", f"{end} {why}"))
        return tuple(found)

    def is_link(self, name: str) -> bool:
        """Return whether `name` is an attribute whose values are instances."""
        return name in self._allowed

    def refusal(self, name: str, target: str) -> str | None:
        """Return why the link attribute `name` cannot lead to a `target`, None when it can.

        A subclass of the range fits, and so does a superclass: the reference may know less than
        the range says (item 10).
        """
        if (known := self._allowed.get(name)) is None:
            return "holds plain values, not references" if name in self._accept else "is unknown"
        if target not in known:
            known[target] = self._judged(name, target)
        return known[target]

    def _judged(self, name: str, target: str) -> str | None:
        """Return what `refusal` keeps."""
        concepts = cast(ConceptRange, self._attributes[name].range).concepts
        ontology = self._ontology
        if target not in ontology:
            return f"refers to {target}, which is no concept"
        if any(ontology.is_a(target, c) or ontology.is_a(c, target) for c in concepts):
            return None
        return f"refers to {target}, which is no kind of {' or '.join(concepts)}"

    def _all_problems(
        self, values: dict[str, Any], links: Mapping[str, Sequence[Refers]]
    ) -> tuple[Problem, ...]:
        """Return every problem of a record that is known to have one."""
        found: list[Problem] = []
        for name, value in values.items():
            if name not in self._accept:
                found.append(self._unknown(name))
                continue
            try:
                values[name] = self._accept[name](value)
            except Unfit as unfit:
                found.append(Problem(unfit.code, f"{name} {unfit}"))
        for name in self._required:
            if values.get(name) in _NOTHING and not links.get(name):
                found.append(Problem("missing", f"{name} is missing, and {self.concept} needs it"))
        key = [(name, values.get(name)) for name in self._key]
        return (*found, *_key_problems(key), *self._link_problems(links))

    def _links_fit(self, links: Mapping[str, Sequence[Refers]]) -> bool:
        """Return whether all links are known by now to be right."""
        for name, targets in links.items():
            if (known := self._allowed.get(name)) is None:
                return False
            if len(targets) > 1 and not self._attributes[name].many:
                return False
            for target in targets:
                if known.get(target.concept, "not judged yet") or may_be_long(target.values):
                    return False
        return True

    def _link_problems(self, links: Mapping[str, Sequence[Refers]]) -> list[Problem]:
        """Return the links that lead to the wrong concept, or to too many."""
        found: list[Problem] = []
        for name, targets in links.items():
            if name not in self._accept:
                found.append(self._unknown(name))
                continue
            if len(targets) > 1 and not self._attributes[name].many:
                given = f"{name} refers to {len(targets)} things, and holds one at most"
                found.append(Problem("cardinality", given))
            whys = dict.fromkeys(self.refusal(name, t.concept) for t in targets)
            found += (Problem("link-type", f"{name} {why}") for why in whys if why)
            found += (p for t in targets for p in reference_problems(name, t))
        return found

    def _unknown(self, name: str) -> Problem:
        """Return the problem of an attribute that the concept does not have."""
        near = suggestions(name, self._accept)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return Problem("unknown-attribute", f"{name} is no attribute of {self.concept}{hint}")


def may_be_long(key: Iterable[tuple[str, object]]) -> bool:
    """Return whether a key deserves a closer look at how much room it takes."""
    for _, value in key:  # noqa: SIM110 - it is asked of every end of every fact
        if len(str(value)) > FEW:
            return True
    return False


def reference_problems(name: str, target: Refers) -> Iterator[Problem]:
    """Yield the problem of a reference by a key that the server's index cannot hold.

    Args:
        name: of the attribute, or the end of a fact.
        target: the reference.
    """
    for code, reason in _key_problems(target.values):
        yield Problem(code, f"{name} refers to {target.concept}, whose {reason}")


def _key_problems(key: Iterable[tuple[str, object]]) -> Iterator[Problem]:
    """Yield the problem of a key that the server's index cannot hold."""
    parts = dict(key)
    size = sum(len(str(value).encode(errors="replace")) for value in parts.values())
    if size > _LONGEST_KEY:
        named = " and ".join(parts)
        what = f"{named} take {size:,} bytes, and a key has at most {_LONGEST_KEY:,}"
        yield Problem("key-length", what)


def compile_concept(ontology: Ontology, concept: str) -> CompiledConcept:
    """Return the rules of one concept; keep them, they are made to be used many times."""
    return CompiledConcept(ontology, concept)
