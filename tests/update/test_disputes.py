"""Disputes in the queue: asked, decided, kept, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from knowloom.assets import cypher
from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import DecisionDepends, NotFound, UsageError
from knowloom.fitting import fit_policy
from knowloom.knowledge.evidence import is_spoken_of, review_by
from knowloom.knowledge.policies import Policy
from knowloom.knowledge.proposal import About, Proposal, State
from knowloom.reviewing import accept, reject
from knowloom.store import review
from knowloom.store.connect import Endpoint
from knowloom.update.deciding import decide
from knowloom.update.disputes import disputed, followed, note
from tests.update.conftest import Write
from tests.update.people import person, uid
from tests.update.test_policies import NAMES, said, under

ADA = uid("Ada", "a")
BY_REVIEW = Policy(choices={"home": "review"})


def run(*arguments: str) -> Result:
    """Return what a command did."""
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def home(kb: KnowledgeBase) -> str | None:
    """Return where Ada lives, as it is shown."""
    [ada] = kb.find("Person", name="Ada")
    return ada.home  # type: ignore[attr-defined, no-any-return]


def asked(kb: KnowledgeBase, state: State | None = State.OPEN) -> list[Proposal]:
    """Return the disputes in the queue, brought up to date."""
    note(kb.database, kb.ontology)
    return review.listed(kb.database, state=state, about=About.DISPUTE)


@pytest.fixture
def contested(kb: KnowledgeBase, write: Write) -> KnowledgeBase:
    """Two sources differ on where Ada lives, and the policy asks."""
    fit_policy(kb, BY_REVIEW)
    write([person("Ada", home="Rome")], "a")
    write([person("Ada", home="Oslo")], "b")
    return kb


def decision(day: int, /, **values: Any) -> Any:
    """Return what a person decided so many days after the start."""
    return said(review_by("ann"), day, **values)


@pytest.mark.parametrize("name", NAMES)
def test_a_decision_is_shown_under_every_policy(name: str) -> None:
    """Whatever the policy would choose, and what the decided sources say again."""
    told = [said("a", 1, age=1), said("b", 2, age=2), said("a", 9, age=1), said("b", 9, age=2)]
    shown = under(name, *told, decision(5, age=1))
    assert shown.values == {"age": 1}
    assert not shown.disputes


def test_what_nobody_had_said_opens_the_question_again() -> None:
    """The decided value stays shown, and the new one is a side."""
    told = [said("a", 1, age=1), said("b", 2, age=2), decision(5, age=1), said("b", 9, age=3)]
    shown = under("latest", *told)
    assert shown.values == {"age": 1}
    assert [side.value for side in shown.disputes["age"]] == [1, 2, 3]
    again = under("latest", *told, decision(11, age=3))
    assert (again.values, again.disputes) == ({"age": 3}, {})


def test_a_decision_says_nothing_of_other_attributes_or_classes() -> None:
    """It keeps no class and no value alive that no source speaks of."""
    shown = under("latest", said("a", 1, home="Rome"), decision(2, age=1))
    assert shown.values == {"home": "Rome"}
    assert not is_spoken_of([decision(2, age=1)])


@given(st.permutations(range(6)), st.sampled_from(NAMES))
def test_the_order_of_records_never_matters(order: list[int], name: str) -> None:
    """Any permutation of records and decisions shows the same, and disputes the same."""
    told = [
        said("a", 1, age=1),
        said("b", 2, age=2),
        decision(3, age=2),
        decision(4, age=1),
        said("c", 5, age=3),
        said("a", 6, age=2),
    ]
    assert under(name, *(told[i] for i in order)) == under(name, *told)


def question(*values: object, state: State = State.OPEN) -> Proposal:
    """Return a dispute about some values."""
    sides = [{"value": value} for value in values]
    return Proposal(about=About.DISPUTE, subject="x.age", body={"sides": sides}, state=state)


@given(
    st.sets(st.integers(0, 3), min_size=2),
    st.sets(st.integers(0, 3), min_size=2),
    st.sampled_from(State),
)
def test_a_question_follows_its_dispute(before: set[int], after: set[int], state: State) -> None:
    """Looking twice changes nothing; open is what is disputed and was not left as it is."""
    stored, now = question(*before, state=state), question(*after)
    became = followed(stored, now) or stored
    assert followed(became, now) is None
    is_left = state is State.REJECTED and after <= before
    assert (became.state is State.OPEN) is not is_left
    gone = followed(stored, None) or stored
    assert gone.state is not State.OPEN
    assert followed(gone, None) is None


pytest_neo4j = pytest.mark.neo4j


@pytest_neo4j
def test_a_dispute_is_asked_once_and_settles_itself(
    contested: KnowledgeBase, write: Write
) -> None:
    """Looked at again it is the same question; when sources agree it is none."""
    [one] = asked(contested)
    assert one.body["attribute"] == "home"
    assert [(s["value"], s["sources"]) for s in one.body["sides"]] == [
        ("Oslo", ["b"]),
        ("Rome", ["a"]),
    ]
    assert asked(contested) == [one]
    assert disputed(contested.database, contested.ontology, [ADA]) == {ADA: ["home"]}
    write([person("Ada", home="Oslo")], "a")
    assert asked(contested) == []
    [settled] = asked(contested, State.SETTLED)
    assert [deed.what for deed in settled.deeds] == ["proposed", "settled"]


@pytest_neo4j
def test_an_accepted_value_outlives_fits_and_runs(contested: KnowledgeBase, write: Write) -> None:
    """It is shown whatever sources repeat, and by whatever policy."""
    kb = contested
    done = accept(kb, asked(kb), who="ann", value="Rome")
    assert [p.body["decided"] for p in done.accepted] == ["Rome"]
    assert (home(kb), asked(kb)) == ("Rome", [])
    write([person("Ada", home="Oslo", born=1815)], "b")
    assert (home(kb), asked(kb)) == ("Rome", [])
    fit_policy(kb, Policy(choices={"home": "latest"}))
    fit_policy(kb, Policy(choices={"home": "truth-discovery"}))
    assert (home(kb), asked(kb)) == ("Rome", [])
    assert not kb.check().counts
    [why] = [r for r in kb.why(ADA, "home") if r.evidence.is_decision]
    assert (why.evidence.source, why.shown) == ("_review by ann", True)


@pytest_neo4j
def test_a_new_value_asks_again_and_a_later_decision_replaces_the_first(
    contested: KnowledgeBase, write: Write
) -> None:
    """What was decided is shown until somebody decides otherwise."""
    kb = contested
    accept(kb, asked(kb), who="ann", value="Rome")
    write([person("Ada", home="Bergen")], "c")
    [again] = asked(kb)
    assert [d.what for d in again.deeds] == ["proposed", "accepted", "reopened"]
    assert home(kb) == "Rome"
    accept(kb, [again], who="ben", value="Bergen")
    assert (home(kb), asked(kb)) == ("Bergen", [])
    accept_again = decide(kb.database, kb.ontology, ADA, "home", "Bergen", by="ben")
    assert accept_again == 0


@pytest_neo4j
def test_a_decision_is_taken_back_like_any_run(contested: KnowledgeBase, write: Write) -> None:
    """The graph is as before, and the question is open again."""
    kb = contested
    before = kb.fingerprint()
    [accepted] = accept(kb, asked(kb), who="ann", value="Rome").accepted
    assert kb.fingerprint() != before
    kb.rollback(accepted.body["run"])
    assert kb.fingerprint() == before
    assert not kb.check().counts
    [again] = asked(kb)
    assert again.deeds[-1].what == "reopened"


@pytest_neo4j
def test_after_a_rollback_what_it_touched_is_looked_at(
    contested: KnowledgeBase, write: Write
) -> None:
    """The dispute of the run that went is settled, and nothing else is looked at for it."""
    kb = contested
    for source in "ab":
        write([person(f"Nobody {i}", born=i) for i in range(20)], source)
    assert len(asked(kb)) == 1
    [row] = kb.database.read(cypher("review/read_looked_at"))
    kb.rollback(next(run for run in kb.history("b") if run.counts["written"] == 1).id)
    looked_at = kb.database.read(cypher("review/read_contested"), run=row["run"])
    assert [each["uid"] for each in looked_at] == [ADA]
    assert not kb.database.read(cypher("review/read_looked_at"))[0]["undone"]
    assert asked(kb) == []
    assert [p.state for p in asked(kb, None)] == [State.SETTLED]


@pytest_neo4j
def test_rejecting_keeps_what_the_policy_chose(contested: KnowledgeBase, write: Write) -> None:
    """It is shown as disputed, and asked again only about something new; it can be decided yet."""
    kb = contested
    before = kb.fingerprint()
    [one] = asked(kb)
    left = reject(kb, one, who="ann")
    write([person("Ada", home="Oslo", born=1815)], "b")
    assert asked(kb) == []
    assert home(kb) == "Oslo"
    assert {r.disputed for r in kb.why(ADA, "home") if r.evidence.stands} == {True}
    kb.rollback(kb.history("b")[0].id)
    assert kb.fingerprint() == before
    accept(kb, [left], who="ann", value="Rome")
    assert home(kb) == "Rome"


@pytest_neo4j
def test_a_run_is_not_taken_back_under_a_decision(contested: KnowledgeBase) -> None:
    """Nothing else speaks of Ada, and somebody decided about her: refused, by name."""
    kb = contested
    accept(kb, asked(kb), who="ann")
    first, second = (kb.history(source)[0].id for source in "ab")
    kb.rollback(second)
    with pytest.raises(DecisionDepends, match=ADA):
        kb.rollback(first)


@pytest_neo4j
def test_what_nobody_speaks_of_goes_and_comes_back_decided(
    contested: KnowledgeBase, write: Write
) -> None:
    """A decision keeps nothing alive; the thing comes back as it was decided."""
    kb = contested
    accept(kb, asked(kb), who="ann", value="Rome")
    for source in "ab":
        kb.write_statements([], source=source, command="test", whole=True)
    assert kb.find("Person") == []
    assert not kb.check().counts
    write([person("Ada", home="Oslo")], "b")
    assert home(kb) == "Rome"


@pytest_neo4j
@pytest.mark.parametrize("seed", range(8))
def test_decisions_replay(kb: KnowledgeBase, write: Write, seed: int) -> None:
    """Whatever sources say when, the last decisions show; fitted anew it is the same graph."""
    chance = Random(seed)
    fit_policy(kb, BY_REVIEW)
    decided: str | None = None
    homes = [f"town {i}" for i in range(4)]
    for _ in range(8):
        if chance.random() < 0.3 and (questions := asked(kb)):
            sides = questions[0].body["sides"]
            decided = chance.choice(sides)["value"]
            accept(kb, questions, who=chance.choice(["ann", "ben"]), value=decided)
        else:
            write([person("Ada", home=chance.choice(homes))], chance.choice("abc"))
        if decided:
            assert home(kb) == decided
    before, questions = kb.fingerprint(), asked(kb, None)
    assert not kb.check().counts
    fit_policy(kb, BY_REVIEW)
    assert kb.fingerprint() == before
    assert [(p.subject, p.state) for p in asked(kb, None)] == [
        (p.subject, p.state) for p in questions
    ]


@pytest_neo4j
def test_merged_things_dispute_as_one(kb: KnowledgeBase, write: Write) -> None:
    """The question is about the one that is kept; after a split each has its own home again."""
    fit_policy(kb, BY_REVIEW)
    write([person("Ada", home="Rome")], "a")
    write([person("Countess", "b", home="Oslo")], "b")
    assert asked(kb) == []
    kb.merge(ADA, uid("Countess", "b"))
    [one] = asked(kb)
    assert one.body["uid"] == ADA
    accept(kb, [one], who="ann", value="Oslo")
    write([person("Ada", home="Rome", born=1815)], "a")
    assert home(kb) == "Oslo"
    kb.split(uid("Countess", "b"))
    assert asked(kb) == []
    assert home(kb) == "Rome"
    assert not kb.check().counts


@pytest_neo4j
def test_time_travel_knows_when_it_was_decided(contested: KnowledgeBase) -> None:
    """Before the decision the graph shows what it showed."""
    kb = contested
    moment = kb.history("b")[0].started
    accept(kb, asked(kb), who="ann", value="Rome")
    [then] = kb.as_of(moment).find("Person", {"name": "Ada"})
    assert then.home == "Oslo"  # type: ignore[attr-defined]
    assert home(kb) == "Rome"


@pytest_neo4j
def test_a_link_is_decided_by_its_uid(kb: KnowledgeBase, write: Write) -> None:
    """Several groups are a dispute once things have one by experience."""
    write([person("Ada", group=["X"])], "a")
    run = decide(kb.database, kb.ontology, ADA, "group", _group(kb, "X"), by="ann")
    assert run
    write([person("Ada", group=["Y"])], "b")
    [ada] = kb.find("Person", name="Ada")
    assert [g.name for g in ada.group] == ["X"]  # type: ignore[attr-defined]
    assert not kb.check().counts


@pytest_neo4j
def test_wrong_decisions_are_refused(contested: KnowledgeBase) -> None:
    """In one sentence, and nothing changes."""
    kb = contested
    before = kb.fingerprint()
    for what, value, error in (
        ("born", "soon", UsageError),
        ("hat", "red", UsageError),
    ):
        with pytest.raises(error):
            decide(kb.database, kb.ontology, ADA, what, value, by="ann")
    with pytest.raises(NotFound):
        decide(kb.database, kb.ontology, "nobody", "home", "Rome", by="ann")
    with pytest.raises(UsageError, match="one dispute"):
        accept(kb, [*asked(kb), *asked(kb)], who="ann", value="Rome")
    assert kb.fingerprint() == before


@pytest_neo4j
def test_the_queue_on_the_command_line(
    contested: KnowledgeBase, login: Endpoint, workspace: Path
) -> None:
    """List, show, accept with a value, and the commands that read mark what is open."""
    listed = run("review", "list", "--about", "dispute")
    assert "Ada, home: Oslo (b) or Rome (a)?" in listed.stdout
    assert "home=Oslo (disputed)" in run("find", "Person").stdout
    assert "shown, disputed" in run("why", "Ada", "home").stdout
    [row] = json.loads(run("review", "list", "--json").stdout)
    shown = run("review", "show", row["id"]).stdout
    assert "Oslo" in shown and "Rome" in shown and "shown" in shown
    trial = run("review", "accept", row["id"], "--value", "Rome", "--dry-run")
    assert trial.exit_code == 0
    assert home(contested) == "Oslo"
    done = run("review", "accept", row["id"], "--value", "Rome", "--by", "ann")
    assert "Ada, home: Rome" in done.stdout
    assert "knowloom update rollback" in done.stdout
    assert "home=Rome  " not in run("find", "Person").stdout
    assert "(disputed)" not in run("find", "Person").stdout
    assert "review by ann" in run("why", "Ada", "home").stdout
    assert run("review", "list").stdout == "Nothing is open.\n"


def _group(kb: KnowledgeBase, name: str) -> str:
    [found] = kb.find("Group", name=name)
    return found.uid
