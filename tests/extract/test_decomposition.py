"""Topics that become proposed classes: with a scripted model, and replies of every bad kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.extract.decomposition import decomposition, proposed_classes
from knowloom.models.language_model import converse
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Concept, ConceptRange, Ontology

KNOWN = Ontology([Concept(name="Person")])
REPLY = '''\
Here are the classes:
```python
from datetime import date

class AcademicPaper(Entity):
    """Description: a scholarly article.
    Examples: "Attention Is All You Need"
    """
    published: date | None = None
    authors: list[Person] = []
    venue: Venue | None = None
    citations: int | None = None

class Venue(Entity):
    """Description: where papers appear."""

class Award(Event):
    """Description: a prize is given."""
    recipient: list[Person] = []
```
Tell me if you need more.
'''


def test_a_question_on_a_scientist_gives_papers() -> None:
    """Item 20: dates, authorship and citations; events with the types of their arguments."""
    model = Scripted([REPLY])
    made, faults = converse(
        model, decomposition('Geoffrey Hinton\'s "interests" of the past decade', KNOWN)
    )
    assert faults == []
    paper, venue, award = made
    assert [a.name for a in paper.attributes] == ["published", "authors", "venue", "citations"]
    assert paper.attributes[1].range == ConceptRange(("Person",))
    assert (venue.parents, award.parents) == (("Entity",), ("Event",))
    assert '["Person"]' in model.asked[0].text
    assert 'Hinton\'s \\"interests\\" of' in model.asked[0].text


@pytest.mark.parametrize(
    ("reply", "kept", "code"),
    [
        ("class A(Entity:\n    pass\nclass B(Entity):\n    pass", ["B"], "syntax"),
        ("class Person(Entity):\n    pass\nclass B(Entity):\n    pass", ["B"], "duplicate"),
        ("class A(B):\n    pass\nclass B(A):\n    pass\nclass C(Entity):\n    pass", ["C"], None),
        ("class A(Nowhere):\n    pass", ["A"], ""),
        ("class A(Entity):\n    x: Nowhere | None = None", ["A"], "range"),
        ("class A(Entity):\n    x: lambda: 1", [], None),
        ("class A(Entity):\n    uid: str = ''", [], None),
        ('{"classes": ["A"]}', [], ""),
        ("", [], ""),
        ("class A(Entity):\n    __import__('os').system('true')", [], None),
    ],
)
def test_bad_replies_are_refused_class_by_class(
    reply: str, kept: list[str], code: str | None
) -> None:
    """Item 21: a message for each, the rest is kept. `None`: any fault, empty: no fault."""
    made, faults = proposed_classes(reply, KNOWN)
    assert [c.name for c in made] == kept
    codes = {fault.code for fault in faults}
    assert codes == set() if code == "" else codes and (code is None or code in codes)


@given(st.text(alphabet="class AB(Entity):\n x: int='\"[]{},.#", max_size=200))
def test_any_reply_ends_in_classes_that_fit(reply: str) -> None:
    """What is proposed can be added to what is known."""
    made, _ = proposed_classes(reply, KNOWN)
    KNOWN.with_concepts(made)
