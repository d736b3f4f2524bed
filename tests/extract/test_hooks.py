"""Hooks of classes, run in the sandbox: they change and drop objects, and reach nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from knowloom.extract.findings import Extraction, Finding, Span
from knowloom.extract.hooks import Hooks
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology
from knowloom.sandbox.outcome import Limits
from knowloom.sandbox.process import ProcessTier
from tests.sandbox.confined import needs_confinement

pytestmark = needs_confinement

PRONOUNS = """\
PRONOUNS = {"he", "she", "him", "her", "they", "i", "you", "we"}

@classmethod
def post_process(cls, obj, sentence):
    return None if obj.name.strip().lower() in cls.PRONOUNS else obj
"""
FACILITY = """\
@classmethod
def post_process(cls, obj, sentence):
    obj.name = obj.name.split(" as ")[0].rstrip()
    return obj
"""
STAR = """\
@classmethod
def post_process(cls, obj, sentence):
    return obj if "stars" in sentence else None
"""
ENDS = tuple(
    Attribute(name=name, range=ConceptRange(("Entity",)), required=True)
    for name in ("head_entity", "tail_entity")
)
ONTOLOGY = Ontology(
    [
        Concept(name="Human", post_process=PRONOUNS),
        Concept(name="Writer", parents=("Human",)),
        Concept(name="Facility", post_process=FACILITY),
        Concept(name="Film", post_process=STAR),
        Concept(name="City"),
        Concept(name="LivesIn", parents=("Relation",), attributes=ENDS),
        Concept(
            name="Meeting",
            parents=("Event",),
            attributes=(Attribute(name="guests", range=ConceptRange(("Human",)), many=True),),
        ),
    ]
)


def apply(*findings: Finding, text: str = "") -> Extraction:
    """Return findings after their hooks."""
    [after] = Hooks(ONTOLOGY).applied([(Extraction(findings), text)])
    return after


def named(concept: str, name: str) -> Finding:
    """Return a finding."""
    return Finding(concept, {"name": name})


def test_the_three_rules_of_the_paper() -> None:
    """S1 Table 9: pronouns drop, names end before `as`, the sentence decides (item 13)."""
    text = "He met Ada at the old mill as a guest."
    at = text.index("the old mill")
    mill = Finding("Facility", {"name": "the old mill as a guest"}, Span(at, len(text) - 1))
    after = apply(named("Human", "He"), named("Human", "Ada"), mill, text=text)
    assert [f.name for f in after.findings] == ["Ada", "the old mill"]
    assert after.findings[1].span == Span(at, at + len("the old mill"))
    assert [(d.code, d.given) for d in after.dropped] == [("hook", "He")]
    assert apply(named("Film", "X"), text="It stars her.").findings
    assert not apply(named("Film", "X"), text="It is dull.").findings


def test_subclasses_inherit() -> None:
    """A writer is a human too; what has no hook is left alone."""
    after = apply(named("Writer", "she"), named("Writer", "Ada"), named("City", "she"))
    assert [(f.concept, f.name) for f in after.findings] == [("Writer", "Ada"), ("City", "she")]


def test_objects_in_objects() -> None:
    """A relation goes with its end, an event only loses the guest."""
    he, ada, city = named("Human", "he"), named("Human", "Ada"), named("City", "Rome")
    after = apply(
        Finding("LivesIn", {"head_entity": he, "tail_entity": city}),
        Finding("LivesIn", {"head_entity": ada, "tail_entity": city}),
        Finding("Meeting", {"name": "met", "guests": (he, ada)}),
    )
    lives, meeting = after.findings
    assert lives.values["head_entity"] == ada
    assert meeting.values["guests"] == (ada,)


def test_what_no_hook_touches_comes_back_equal() -> None:
    """Days, numbers, spans and confidence survive the way."""
    found = Finding("Human", {"name": "Ada", "born": date(1815, 12, 10), "n": 2}, Span(0, 3), 0.5)
    assert apply(found, text="Ada").findings == (found,)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "raised ZeroDivisionError"),
        ("return 'Ada'", "gave back str"),
        ("obj.name = object(); return obj", "a value of type object"),
        ("return open('/etc/passwd').read()", "raised PermissionError"),
        ("import os; os._exit(0)", "the hooks ended"),
        ("while True: pass", "took longer"),
        ("return [0] * 10**12", "raised MemoryError"),
    ],
)
def test_a_bad_hook_costs_its_object_only(body: str, said: str) -> None:
    """Counted with its reason; objects without a hook stay."""
    hook = f"@classmethod\ndef post_process(cls, obj, sentence):\n    {body}"
    ontology = Ontology([Concept(name="Bad", post_process=hook), Concept(name="City")])
    tier = ProcessTier(Limits(seconds=1, memory=512 << 20))
    given = Extraction((named("Bad", "x"), named("City", "Rome")))
    [after] = Hooks(ontology, tier).applied([(given, "")])
    assert [f.name for f in after.findings] == ["Rome"]
    [dropped] = after.dropped
    assert (dropped.code, said in dropped.reason) == ("hook", True), dropped


def test_no_hook_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started where there is nothing to run."""
    monkeypatch.setattr(ProcessTier, "run", None)
    given = Extraction((named("City", "Rome"),))
    assert Hooks(ONTOLOGY).applied([(given, ""), (Extraction(), "")]) == [given, Extraction()]


def test_a_class_may_be_called_like_anything() -> None:
    """Classes of users never meet the names of the runner."""
    body = "obj.name = cls.__name__; return obj"
    hook = f"@classmethod\ndef post_process(cls, obj, sentence):\n    {body}"
    ontology = Ontology([Concept(name=n, post_process=hook) for n in ("Object", "Any", "date")])
    given = Extraction(tuple(named(n, "x") for n in ("Object", "Any", "date")))
    [after] = Hooks(ontology).applied([(given, "")])
    assert [f.name for f in after.findings] == ["Object", "Any", "date"]
