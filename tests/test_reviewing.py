"""Proposing and deciding: nothing enters the ontology that nobody accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import ProposalDecided, UnknownProposal, UsageError
from knowloom.knowledge.growth import concept_of
from knowloom.knowledge.proposal import About, Proposal, State
from knowloom.models.scripted import Scripted
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology
from knowloom.proposing import proposal, propose_by_model, propose_from_texts
from knowloom.reviewing import accept, edit, reject
from knowloom.store import review as store
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j
TEXT = """Prizes such as the Turing Award are given each year. The name of a prize is old.
A medal is a prize. The prize was given by a society. The society was founded early."""


@pytest.fixture
def kb(database: Database, workspace: Path, login: Endpoint) -> KnowledgeBase:
    """A knowledge base with one class."""
    base = KnowledgeBase(database, workspace)
    base.save_ontology(Ontology([Concept(name="Society")]))
    Path("prizes.txt").write_text(TEXT, encoding="utf-8")
    return base


def run(*arguments: str) -> Result:
    """Return what a command did."""
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def test_documents_propose_what_the_ontology_lacks(kb: KnowledgeBase) -> None:
    """With what is above, examples, and the sentences that speak for it."""
    done = propose_from_texts(kb, "prizes", [Path("prizes.txt")])
    by_name = {p.subject: p for p in done.proposals}
    assert "Society" not in by_name
    assert concept_of(by_name["Medal"]).parents == ("Prize",)
    assert concept_of(by_name["Prize"]).examples == ("Turing Award",)
    assert "The name of a prize is old." in by_name["Prize"].why
    assert sorted(done.new) == sorted(p.id for p in done.proposals)
    assert "Prize" not in kb.ontology


def test_the_same_again_is_proposed_once(kb: KnowledgeBase) -> None:
    """And a dry run puts nothing into the queue."""
    paths = [Path("prizes.txt")]
    assert propose_from_texts(kb, "prizes", paths, dry_run=True).new == []
    assert store.listed(kb.database) == []
    propose_from_texts(kb, "prizes", paths)
    assert propose_from_texts(kb, "prizes", paths).new == []


def test_a_model_proposes(kb: KnowledgeBase) -> None:
    """What cannot be is told, the rest waits."""
    reply = (
        "class Prize(Entity):\n    by: Society | None = None\n\nclass Society(Entity):\n    pass"
    )
    done = propose_by_model(kb, "prizes", Scripted([reply]))
    assert [p.subject for p in done.proposals] == ["Prize"]
    assert [fault.code for fault in done.faults] == ["duplicate"]


def test_accepted_classes_enter_together(kb: KnowledgeBase) -> None:
    """Parents and ranges may come with them; one change, undone at once."""
    giver = Attribute(name="giver", range=ConceptRange(("Person",)))
    made = [
        proposal(Concept(name="Medal", parents=("Prize",), attributes=(giver,)), 0.9, [], "me"),
        proposal(Concept(name="Prize"), 0.8, [], "me"),
        proposal(Concept(name="Person"), 0.7, [], "me"),
    ]
    store.put(kb.database, made)
    done = accept(kb, made, who="ann", note="good")
    assert [p.subject for p in done.accepted] == ["Medal", "Prize", "Person"]
    assert kb.ontology.ancestors("Medal")[0] == "Prize"
    [last] = store.one(kb.database, "Medal").deeds[1:]
    assert (last.what, last.who, last.note) == ("accepted", "ann", "good")
    kb.undo_ontology()
    assert [c.name for c in kb.ontology] == ["Society"]


def test_what_lacks_something_stays_open(kb: KnowledgeBase) -> None:
    """The others are accepted."""
    medal = proposal(Concept(name="Medal", parents=("Prize",)), 0.9, [], "me")
    person = proposal(Concept(name="Person"), 0.7, [], "me")
    store.put(kb.database, [medal, person])
    done = accept(kb, [medal, person], who="ann")
    assert [p.subject for p in done.accepted] == ["Person"]
    assert "there is no Prize yet" in str(done.faults[0])
    assert store.one(kb.database, "Medal").state is State.OPEN


def test_what_is_decided_keeps_no_other(kb: KnowledgeBase) -> None:
    """All that can be decided is, the rest is listed, and the exit code says so."""
    made = [proposal(Concept(name=name), 0.9, [], "me") for name in ("Medal", "Prize", "Club")]
    store.put(kb.database, made)
    run("review", "reject", "Medal")
    done = run("review", "reject", "Medal", "Prize")
    assert done.exit_code == 1
    assert "rejected Prize" in done.stdout
    assert f"not changed Medal: proposal {made[0].id} is rejected" in done.stdout
    assert store.one(kb.database, "Prize").state is State.REJECTED
    done = run("review", "accept", "Medal", "Club")
    assert done.exit_code == 1
    assert "accepted Club" in done.stdout
    assert "not changed Medal: " in done.stdout
    done = run("review", "reject", "Medal", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, [])
    assert "not changed Medal" in done.stderr


def test_of_two_proposals_of_one_name_the_id_is_asked_for(kb: KnowledgeBase) -> None:
    """A class, and another name of one, may be about the same word."""
    concept = proposal(Concept(name="Club"), 0.9, [], "me")
    body = {"of": "Society", "names": ["Club"]}
    alias = Proposal(about=About.ALIAS, subject="Club", body=body, deeds=concept.deeds)
    store.put(kb.database, [concept, alias])
    with pytest.raises(UsageError, match=f"{concept.id} .concept, open.") as refused:
        run("review", "accept", "Club")
    assert f"{alias.id} (alias, open)" in str(refused.value)
    assert [c.name for c in kb.ontology] == ["Society"]
    assert run("review", "reject", concept.id).exit_code == 0
    assert "another name of Society" in run("review", "show", "Club").stdout


def test_a_circle_is_refused(kb: KnowledgeBase) -> None:
    """Whatever was accepted before."""
    one = proposal(Concept(name="A", parents=("B",)), 0.9, [], "me")
    other = proposal(Concept(name="B", parents=("A",)), 0.9, [], "me")
    store.put(kb.database, [one, other])
    done = accept(kb, [one, other], who="ann")
    assert done.accepted == []
    assert done.faults
    assert [c.name for c in kb.ontology] == ["Society"]


def test_what_is_decided_stays_decided(kb: KnowledgeBase) -> None:
    """Rejected once, it is not open again, nor when it is proposed again."""
    made = proposal(Concept(name="Name"), 0.9, [], "me")
    store.put(kb.database, [made])
    rejected = reject(kb, made, who="ann", note="no class")
    assert store.put(kb.database, [made]) == []
    assert store.one(kb.database, made.id).state is State.REJECTED
    with pytest.raises(ProposalDecided, match="rejected by ann"):
        reject(kb, rejected, who="bob")
    assert accept(kb, [rejected], who="bob").faults[0].code == "decided"


def test_two_people_at_once(kb: KnowledgeBase) -> None:
    """The second, who saw it before the first decided, is told."""
    made = proposal(Concept(name="Prize"), 0.9, [], "me")
    store.put(kb.database, [made])
    edit(kb, made, Concept(name="Award"), who="ann")
    with pytest.raises(ProposalDecided, match="open by ann"):
        reject(kb, made, who="bob")
    assert concept_of(store.one(kb.database, made.id)).name == "Award"


def test_two_people_accept_at_once(kb: KnowledgeBase) -> None:
    """The second, who read the ontology before, takes nothing away that the first let in."""
    made = [proposal(Concept(name=name), 0.9, [], "me") for name in ("Prize", "Medal")]
    store.put(kb.database, made)
    other = KnowledgeBase(kb.database, kb.workspace)
    assert "Society" in other.ontology
    assert accept(kb, made[:1], who="ann").accepted
    assert accept(other, made[1:], who="bob").accepted
    assert [c.name for c in other.ontology] == ["Society", "Prize", "Medal"]


def test_what_was_decided_in_the_meantime_does_not_enter(kb: KnowledgeBase) -> None:
    """The others that are accepted with it do."""
    made = [proposal(Concept(name=name), 0.9, [], "me") for name in ("Prize", "Medal")]
    store.put(kb.database, made)
    reject(kb, made[0], who="ann")
    done = accept(kb, made, who="bob")
    assert [fault.code for fault in done.faults] == ["decided"]
    assert [p.subject for p in done.accepted] == ["Medal"]
    assert [c.name for c in kb.ontology] == ["Society", "Medal"]


def test_a_class_that_is_there_by_now_stays_as_it_is(kb: KnowledgeBase) -> None:
    """Whoever wrote it knew more than the proposal that waited."""
    made = proposal(Concept(name="Prize", description="guessed"), 0.9, [], "me")
    store.put(kb.database, [made])
    known = Concept(name="Prize", attributes=(Attribute(name="year"),))
    kb.save_ontology(kb.ontology.with_concepts([known]))
    done = accept(kb, [made], who="ann")
    assert [fault.code for fault in done.faults] == ["duplicate"]
    assert kb.ontology["Prize"] == known
    assert store.one(kb.database, "Prize").state is State.OPEN


def test_what_no_file_could_hold_stays_open(kb: KnowledgeBase) -> None:
    """An exported ontology can be loaded again, whatever was accepted."""
    made = [proposal(Concept(name=name), 0.9, [], "me") for name in ("SOCIETY", "Prize")]
    store.put(kb.database, made)
    done = accept(kb, made, who="ann")
    assert [fault.code for fault in done.faults] == ["letter-case"]
    assert [p.subject for p in done.accepted] == ["Prize"]
    assert check(kb.ontology) == []


def test_a_parent_that_was_renamed_is_found(kb: KnowledgeBase) -> None:
    """By its old name, an alias by now: the proposal is not stuck."""
    giver = Attribute(name="giver", range=ConceptRange(("Society",)))
    club = proposal(Concept(name="Club", parents=("Society",), attributes=(giver,)), 0.9, [], "me")
    store.put(kb.database, [club])
    kb.save_ontology(Ontology([Concept(name="Group", aliases=("Society",))]))
    assert accept(kb, [club], who="ann").faults == []
    assert kb.ontology["Club"].parents == ("Group",)
    assert kb.ontology["Club"].attributes[0].range == ConceptRange(("Group",))
    assert concept_of(store.one(kb.database, "Club")).parents == ("Group",)


def test_nobody_knows_it(kb: KnowledgeBase) -> None:
    """The message says where to look."""
    with pytest.raises(UnknownProposal, match="review list"):
        store.one(kb.database, "nothing")


def test_the_commands(kb: KnowledgeBase) -> None:
    """From a topic to a class, all by hand."""
    said = run("ontology", "propose", "prizes", "--from", "prizes.txt")
    assert said.exit_code == 0, said.output
    assert "below Prize" in said.output
    assert "Medal" in run("review", "list").output
    shown = run("review", "show", "Prize")
    assert "class Prize(Entity):" in shown.output
    assert "proposed by texts on" in shown.output
    Path("prize.py").write_text(
        'class Prize(Entity):\n    """Description: an honour."""\n    year: int | None = None\n'
    )
    edited = run("review", "edit", "Prize", "prize.py", "--by", "ann", "--json")
    assert json.loads(edited.output)["body"]["description"] == "an honour."
    tried = run("review", "accept", "Medal", "--dry-run")
    assert (tried.exit_code, "left open Medal" in tried.output) == (1, True)
    tried = run("review", "accept", "Prize", "Medal", "--dry-run", "--json")
    assert (tried.exit_code, len(json.loads(tried.output)["accepted"])) == (0, 2)
    assert "Prize" not in kb.ontology
    accepted = run("review", "accept", "Prize", "Medal", "--by", "ann")
    assert accepted.exit_code == 0, accepted.output
    assert "accepted Medal" in accepted.output
    tried = run("review", "accept", "Prize", "--dry-run")
    assert (tried.exit_code, "not changed Prize" in tried.output) == (1, True)
    kb._forget()
    assert kb.ontology["Prize"].description == "an honour."
    store.put(kb.database, [proposal(Concept(name="Year"), 0.1, [], "me")])
    rejected = run("review", "reject", "Year", "--note", "no class")
    assert rejected.exit_code == 0
    assert "Year" in run("review", "list", "--state", "rejected").output
    assert run("review", "list").output == "Nothing is open.\n"


@pytest.mark.parametrize(
    "code", ["", "class A(Entity:\n", "class A(Entity):\n    pass\nclass B(Entity):\n    pass"]
)
def test_an_edit_that_is_no_class_changes_nothing(kb: KnowledgeBase, code: str) -> None:
    """It is said why."""
    made = proposal(Concept(name="Prize"), 0.9, [], "me")
    store.put(kb.database, [made])
    Path("edit.py").write_text(code)
    with pytest.raises(Exception, match="the proposal stays as it is"):
        run("review", "edit", "Prize", "edit.py")
    assert store.one(kb.database, "Prize") == made


def test_the_sure_ones_may_be_accepted_at_once(kb: KnowledgeBase) -> None:
    """By a policy that is said, and recorded with it."""
    said = run("ontology", "propose", "prizes", "--from", "prizes.txt", "--accept-above", "0.6")
    assert said.exit_code == 0, said.output
    assert "accepted Prize" in said.output
    assert "as sure as 0.6" in store.one(kb.database, "Prize").deeds[-1].note
    assert "left open" not in said.output
