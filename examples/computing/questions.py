"""Three questions about the history of computing, answered with typed objects.

Each function asks one: its docstring is the question, its body the way to the answer. After
`knowloom demo` they can be asked again, or changed, with

    python examples/computing/questions.py
"""

from __future__ import annotations

from collections import defaultdict

import knowloom
from knowloom import KnowledgeBase
from ontology import City, Employment, Person, ResearchInstitute, TuringAward


def laureates(kb: KnowledgeBase) -> dict[str, Person]:
    """Return everyone who won the Turing Award, by uid."""
    return {person.uid: person for award in kb.find(TuringAward) for person in award.recipient}


def bell_labs(kb: KnowledgeBase) -> list[str]:
    """Who won the Turing Award and worked at Bell Labs at some time?"""
    winners = laureates(kb)
    kb.bind(Employment)  # so that facts come back as objects of the class in ontology.py
    facts = kb.subgraph("Bell Labs").relations
    people = [fact.head_entity for fact in facts if isinstance(fact, Employment)]
    return sorted({person.name for person in people if person.uid in winners})


def lineage(kb: KnowledgeBase) -> list[str]:
    """Which laureates had a doctoral advisor who won the Turing Award, too?"""
    winners = laureates(kb)
    return sorted(
        f"{person.name} ← {advisor.name}"
        for person in kb.find(Person)
        for advisor in person.advisor
        if person.uid in winners and advisor.uid in winners
    )


def abroad(kb: KnowledgeBase) -> list[str]:
    """Which research institutes outside the United States are known for a laureate?

    A research university is a research institute, too: it has both classes as parents.
    """
    cities = {c.uid for c in kb.find(City) if c.country and c.country.name != "United States"}
    institutes = {
        institute.uid
        for institute in kb.find(ResearchInstitute)
        if institute.located_in and institute.located_in.uid in cities
    }
    winners = laureates(kb)
    known: dict[str, list[str]] = defaultdict(list)
    for person in kb.find(Person):
        for place in person.affiliation:
            if person.uid in winners and place.uid in institutes:
                known[place.name].append(person.name)
    return sorted(f"{place}: {', '.join(sorted(names))}" for place, names in known.items())


QUESTIONS = (bell_labs, lineage, abroad)


if __name__ == "__main__":
    with knowloom.connect() as base:
        for question in QUESTIONS:
            print((question.__doc__ or "").partition("\n")[0])
            print(*(f"  {answer}" for answer in question(base)), sep="\n")
