"""The same-name rule: one name within compatible classes is one thing (S0 §4.1.4, item 53).

It joins what documents say to what is known until identity resolution looks closer. Two classes
are compatible when one is the other or a superclass of it. A name that fits several things joins
none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from knowloom.ontology.concepts import Ontology


class Known(NamedTuple):
    """A thing that a name may stand for.

    Args:
        uid: its identity.
        concept: its most specific class.
        name: what it is called first of all.
    """

    uid: str
    concept: str
    name: str


def normal(name: str) -> str:
    """Return a name as it is compared: without case, white space made single spaces.

    >>> normal("  Alan\\nTURING ")
    'alan turing'
    """
    return " ".join(name.split()).casefold()


class SameName:
    """Tells which thing a name stands for.

    >>> from knowloom.ontology.concepts import Concept
    >>> ontology = Ontology([Concept(name="Person"), Concept(name="Author", parents=("Person",))])
    >>> rule = SameName(ontology)
    >>> rule.add("u1", "Author", "Alan Turing", ["A. M. Turing"])
    >>> rule.find("Person", "a. m. turing")
    Known(uid='u1', concept='Author', name='Alan Turing')
    >>> rule.find("Entity", "Alan Mathison Turing") is None
    True
    """

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._known: dict[str, list[Known]] = {}

    def add(self, uid: str, concept: str, name: str, aliases: Iterable[str] = ()) -> None:
        """Learn what a thing is called."""
        known = Known(uid, concept, name)
        for each in {normal(name), *map(normal, aliases)} - {""}:
            self._known.setdefault(each, []).append(known)

    def find(self, concept: str, name: str) -> Known | None:
        """Return the one thing of a compatible class that has this name.

        Things of the very class come before those of its sub- and superclasses.
        """
        fitting = [k for k in self._known.get(normal(name), ()) if self._compatible(k, concept)]
        for chosen in ([k for k in fitting if k.concept == concept], fitting):
            if chosen:
                return chosen[0] if len({k.uid for k in chosen}) == 1 else None
        return None

    def _compatible(self, known: Known, concept: str) -> bool:
        """Return whether one of the two classes is a superclass of the other."""
        ontology = self._ontology
        if known.concept not in ontology or concept not in ontology:
            return False
        return ontology.is_a(known.concept, concept) or ontology.is_a(concept, known.concept)
