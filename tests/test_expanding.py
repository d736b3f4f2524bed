"""New concepts find their place, wait for review, and hold once they are accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import WouldOrphan
from knowloom.expanding import Expanded, expand, growing_from, place_queued
from knowloom.knowledge.growth import concept_of
from knowloom.knowledge.proposal import About, Proposal, State
from knowloom.models.encoders import Spelling
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Attribute, Concept, Kind, Ontology
from knowloom.ontology.render import Style, render
from knowloom.proposing import proposal
from knowloom.reviewing import accept, edit, reject
from knowloom.store import review as store
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.taxonomy.place import Where
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.rank import Rules

pytestmark = pytest.mark.neo4j

# Twenty classes, the roots not counted.
WEAPONS = """
Artifact Entity a thing made by people
Weapon Artifact an artifact made for fighting
Grenade Weapon a small bomb that is thrown
Saw Artifact a tool with teeth that cuts
HandSaw Saw a saw that is used with one hand
BandSaw Saw a saw with an endless blade
TenonSaw HandSaw a handsaw with a stiff back
Person Entity a human being
Author Person a person who writes books
Pilot Person a person who flies an aircraft
TestPilot Pilot a pilot who flies new aircraft
Vehicle Artifact an artifact that moves people or goods
Aircraft Vehicle a vehicle that can fly
Glider Aircraft an aircraft without an engine
RacingCar Vehicle a car for races
Explosion Event a violent release of energy
BombBlast Explosion an explosion of a bomb
Race Event a contest of speed
BoatRace Race a race of boats
Election Event a vote for an office
"""


@pytest.fixture
def kb(database: Database, workspace: Path, login: Endpoint) -> KnowledgeBase:
    """A knowledge base with twenty classes, and a relation."""
    lines = [line.split(" ", 2) for line in WEAPONS.strip().splitlines()]
    concepts = [Concept(name=n, parents=(p,), description=d) for n, p, d in lines]
    concepts.append(Concept(name="Wins", parents=(Kind.RELATION.value,)))
    base = KnowledgeBase(database, workspace)
    base.save_ontology(Ontology(concepts))
    return base


def placed(kb: KnowledgeBase, *news: New, **options: object) -> Expanded:
    """Return what becomes of new names, without weights."""
    return expand(kb, news, Spelling(), Rules(), **options)  # type: ignore[arg-type]


def run(*arguments: str) -> Result:
    """Return what a command did."""
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def names(kb: KnowledgeBase, concept: str) -> list[str]:
    """Return what the instances of a class are called."""
    things: Any = kb.find(concept)
    return [thing.name for thing in things]


def only(done: Expanded) -> Proposal:
    """Return the one proposal."""
    [found] = done.proposals
    return found


def test_a_subclass_enters_below_its_parent(kb: KnowledgeBase) -> None:
    """Nothing holds before it is accepted; then it is a class everywhere. One step undoes it."""
    done = placed(kb, New("hand grenade", "a grenade designed to be thrown by hand"))
    found = only(done)
    assert (found.about, concept_of(found).parents) == (About.CONCEPT, ("Grenade",))
    assert "HandGrenade" not in kb.ontology
    assert accept(kb, done.proposals, who="ann").version
    assert kb.ontology.ancestors("HandGrenade") == ("Grenade", "Weapon", "Artifact", "Entity")
    assert "class HandGrenade(Grenade)" in render(kb.ontology, Style.ANNOTATED)
    assert store.one(kb.database, found.id).state is State.ACCEPTED
    kb.undo_ontology()
    assert "HandGrenade" not in kb.ontology


def test_another_spelling_is_another_name(kb: KnowledgeBase) -> None:
    """It resolves to the same class, whose instances are found by it (item 23)."""
    kb.write([kb.classes["Author"](name="Ada")])
    done = placed(kb, New("authors", "people who write"))
    [found] = done.placements
    assert (found.where, found.same, found.confidence) == (Where.SAME, "Author", 0.99)
    assert only(done).about is About.ALIAS
    accept(kb, done.proposals, who="ann")
    assert kb.ontology["Author"].aliases == ("authors",)
    assert "Authors" not in kb.ontology
    again = placed(kb, New("AUTHORS")).placements[0]
    assert again.same == "Author"
    assert names(kb, again.same) == ["Ada"]


def test_a_definition_that_gives_another_name_is_for_a_person(kb: KnowledgeBase) -> None:
    """It says where the name would go if it is a class of its own."""
    [found] = placed(kb, New("aeroplane", "a machine, also known as an aircraft")).placements
    assert (found.where, found.same) == (Where.SAME, "Aircraft")
    assert found.confidence < 0.9


def test_a_class_between_takes_over_subclasses(kb: KnowledgeBase) -> None:
    """Stored instances get the label of the class that their class gained (item 28)."""
    kb.write([kb.classes["RacingCar"](name="Blitzen")])
    done = placed(kb, New("car", "a vehicle with four wheels"))
    found = only(done)
    assert found.about is About.BETWEEN
    assert done.placements[0].taking == ("RacingCar",)
    accept(kb, [found], who="ann")
    assert kb.ontology.ancestors("RacingCar") == ("Car", "Vehicle", "Artifact", "Entity")
    assert names(kb, "Car") == ["Blitzen"]
    assert names(kb, "Vehicle") == ["Blitzen"]
    with pytest.raises(
        WouldOrphan
    ):  # the instance was written with the class before, so it may go
        kb.save_ontology(kb.ontology.without(["RacingCar"]))
    kb.undo_ontology()
    assert names(kb, "RacingCar") == ["Blitzen"]
    assert kb.ontology["RacingCar"].parents == ("Vehicle",)


def test_later_names_may_stand_below_earlier_ones(kb: KnowledgeBase) -> None:
    """One that is accepted without its parent stays open."""
    news = [
        New("medal", "an artifact given as an honour"),
        New("gold medal", "a medal made of gold"),
    ]
    done = placed(kb, *news)
    assert concept_of(done.proposals[1]).parents == ("Medal",)
    refused = accept(kb, done.proposals[1:], who="ann")
    assert not refused.accepted
    assert "Medal" in str(refused.faults[0])
    assert len(accept(kb, done.proposals, who="ann").accepted) == 2


def test_what_cannot_be_placed_is_said(kb: KnowledgeBase) -> None:
    """Relations, roots, and two names of one class; the rest is placed all the same."""
    news = [
        New("wins"),
        New("Entity"),
        New("jet aircraft", "an aircraft with jets"),
        New("JetAircraft"),
    ]
    done = placed(kb, *news)
    assert [(f.where, f.code) for f in done.faults] == [
        ("wins", "relation"),
        ("JetAircraft", "twice"),
        ("Entity", "root"),
    ]
    assert [p.subject for p in done.proposals] == ["JetAircraft"]


@pytest.mark.parametrize(
    "new",
    [
        New("qwxz vbnm"),
        New("量子力学", "研究微观粒子的科学"),
        New("word", "x " * 5_000),
        New("Ω", "ω"),
    ],
)
def test_strange_names_get_a_place_nobody_is_sure_of(kb: KnowledgeBase, new: New) -> None:
    """Unknown words, other languages, endless definitions: a proposal, and no certainty."""
    [found] = placed(kb, new).placements
    assert found.parents
    assert found.confidence < 0.6


def test_two_names_of_one_class_in_one_change(kb: KnowledgeBase) -> None:
    """And what was decided is not decided again."""
    done = placed(kb, New("authors"), New("Author.", aliases=("writer",)))
    both = accept(kb, done.proposals, who="ann")
    assert len(both.accepted) == 2
    assert set(kb.ontology["Author"].aliases) == {"authors", "Author.", "writer"}
    assert accept(kb, both.accepted, who="ann").faults


def test_a_class_that_went_away_keeps_its_names_open(kb: KnowledgeBase) -> None:
    """The others of the same review are accepted."""
    done = placed(kb, New("elections"), New("boat races"))
    kb.save_ontology(kb.ontology.without(["Election"]))
    decided = accept(kb, done.proposals, who="ann")
    assert [p.subject for p in decided.accepted] == ["boat races"]
    assert "Election" in str(decided.faults[0])
    assert store.one(kb.database, "elections").state is State.OPEN


def test_an_empty_ontology_takes_names_below_its_roots(database: Database, tmp_path: Path) -> None:
    """Starting from the roots (item 22)."""
    kb = KnowledgeBase(database, tmp_path)
    [found] = placed(kb, New("concert", "an event with music")).placements
    assert found.parents == ("Event",)


def test_a_model_may_choose_from_the_shortlist(kb: KnowledgeBase) -> None:
    """What it answers must be there, else the ranker's choice holds (items 24 and 27)."""
    new = New("machete", "a large knife that is a weapon")
    chosen = only(placed(kb, new, model=Scripted(["class Machete(Weapon):"]), dry_run=True))
    assert concept_of(chosen).parents == ("Weapon",)
    assert chosen.deeds[0].who == "scripted"
    alone = only(placed(kb, new, dry_run=True))
    lost = only(placed(kb, new, model=Scripted(["class Machete(Cutlery):"]), dry_run=True))
    assert concept_of(lost).parents == concept_of(alone).parents
    assert "none of the shortlist" in lost.why[0]
    same = only(placed(kb, new, model=Scripted(["Machete = HandSaw"]), dry_run=True))
    assert (same.about, same.body["of"]) == (About.ALIAS, "HandSaw")


def test_relations_are_no_candidates(kb: KnowledgeBase) -> None:
    """They have ends, which a name alone does not give."""
    growing = growing_from(kb.ontology, Spelling())
    assert "Wins" not in growing.taxonomy
    assert growing.taxonomy.roots == ("Entity", "Event")


CONCEPTS = """\
{"name": "hand grenade", "definition": "a grenade designed to be thrown by hand"}
{"name": "authors"}
{"name": "car", "definition": "a vehicle with four wheels"}
{"name": ""}
"""


def test_the_command_proposes_and_accepts(kb: KnowledgeBase) -> None:
    """A file of concepts, the queue, and one change of the ontology that one command undoes."""
    Path("new.jsonl").write_text(CONCEPTS, encoding="utf-8")
    tried = run("taxonomy", "expand", "new.jsonl", "--ranker", "rules", "--lexical", "--dry-run")
    assert tried.exit_code == 1  # a line has no name
    assert "new.jsonl:4" in tried.output
    assert store.listed(kb.database) == []
    run("taxonomy", "expand", "new.jsonl", "--ranker", "rules", "--lexical")
    listed = json.loads(run("review", "list", "--json").output)
    assert {p["subject"]: p["about"] for p in listed} == {
        "HandGrenade": "concept",
        "authors": "alias",
        "Car": "between",
    }
    assert "another name of Author" in run("review", "list").output
    assert "above RacingCar" in run("review", "show", "Car").output + run("review", "list").output
    assert "another name of Author" in run("review", "show", "authors").output
    assert run("review", "accept", "--above", "0", "--by", "ann").exit_code == 0
    shown = run("ontology", "show", "RacingCar").output
    assert "Car" in shown
    run("ontology", "undo")
    assert "HandGrenade" not in run("ontology", "export").output


def test_the_queue_itself_can_be_placed(kb: KnowledgeBase) -> None:
    """What extraction or a person proposed below a root only."""
    bare = Concept(name="NavalGrenade", description="a grenade", attributes=(Attribute(name="x"),))
    store.put(kb.database, [proposal(bare, 0.5, ["seen"], "texts")])
    output = run("taxonomy", "expand", "--queued", "--ranker", "rules", "--lexical").output
    assert "below Grenade" in output
    after = store.one(kb.database, "NavalGrenade")
    assert concept_of(after).parents == ("Grenade",)
    assert concept_of(after).attributes == bare.attributes
    assert [deed.what for deed in after.deeds] == ["proposed", "edited"]


def test_the_queue_is_placed_by_what_it_says_now(kb: KnowledgeBase) -> None:
    """A class renamed by a person, one with a small letter and one below it; relations stay."""
    renamed = proposal(Concept(name="Bomb"), 0.9, [], "texts")
    small = proposal(Concept(name="iPilot", description="a pilot of drones"), 0.8, [], "texts")
    lower = proposal(Concept(name="LongiPilot", description="an iPilot"), 0.7, [], "texts")
    relation = proposal(Concept(name="Fires", parents=("Wins",)), 0.5, [], "texts")
    store.put(kb.database, [renamed, small, lower, relation])
    edit(kb, renamed, Concept(name="SmokeGrenade", description="a grenade"), who="ann")
    done = place_queued(kb, Spelling(), Rules())
    parents = {concept_of(p).name: concept_of(p).parents for p in store.listed(kb.database)}
    assert parents["SmokeGrenade"] == ("Grenade",)
    assert parents["iPilot"] == ("Pilot",)
    assert parents["LongiPilot"] in {("iPilot",), ("Pilot",)}
    assert parents["Fires"] == ("Wins",)
    assert [(fault.where, fault.code) for fault in done.faults] == [("Fires", "relation")]


def test_marks_are_nobodys_name(kb: KnowledgeBase) -> None:
    """Two names that both have some are not the same for that."""
    news = [New("medal", "an honour", ("!!!",)), New("sword", "a weapon", ("???",))]
    assert {p.where for p in placed(kb, *news).placements} == {Where.BELOW}


def test_what_is_known_is_not_proposed(kb: KnowledgeBase) -> None:
    """The same file again, after it was accepted, asks for nothing; it is said why."""
    Path("new.jsonl").write_text('{"name": "hand grenade", "aliases": ["pineapple"]}\nauthors\n')
    run("taxonomy", "expand", "new.jsonl", "--lexical", "--accept-above", "0")
    again = run("taxonomy", "expand", "new.jsonl", "--lexical")
    assert again.exit_code == 0
    assert "hand grenade: a name of HandGrenade already" in again.output
    assert "authors: a name of Author already" in again.output
    assert store.listed(kb.database) == []


def test_a_name_of_a_relation_in_other_letters_is_one(kb: KnowledgeBase) -> None:
    """No class may differ from it in upper and lower case only."""
    assert [fault.code for fault in placed(kb, New("WINS")).faults] == ["relation"]


def test_wrong_use_is_said(kb: KnowledgeBase) -> None:
    """No file, both, and a folder that holds no ranker."""
    for arguments in ([], ["--queued", "pyproject.toml"]):
        assert CliRunner().invoke(cli, ["taxonomy", "expand", *arguments]).exit_code != 0


def test_a_place_may_be_changed_before_it_is_accepted(kb: KnowledgeBase) -> None:
    """What it takes over stays with it; another name is no class and cannot be edited."""
    placed(kb, New("car", "a vehicle with four wheels"), New("authors"))
    Path("car.py").write_text("class Car(Vehicle):\n    wheels: int | None = None\n")
    assert "wheels" in run("review", "edit", "Car", "car.py", "--by", "ann").output
    assert run("review", "accept", "Car").exit_code == 0
    kb = KnowledgeBase(kb.database, kb.workspace)
    assert kb.ontology["RacingCar"].parents == ("Car",)
    assert "wheels" in kb.ontology.attributes("RacingCar")
    refused = CliRunner().invoke(cli, ["review", "edit", "authors", "car.py"])
    assert "no class" in str(refused.exception)


def test_a_rejected_place_stays_so(kb: KnowledgeBase) -> None:
    """Proposed again it is not asked for again."""
    done = placed(kb, New("hand grenade", "a grenade"))
    reject(kb, only(done), who="ann")
    assert placed(kb, New("hand grenade", "a grenade")).new == []


def test_nothing_stands_below_a_rejected_class(kb: KnowledgeBase) -> None:
    """It would wait forever for what nobody wants."""
    medal = New("medal", "an artifact given as an honour")
    reject(kb, only(placed(kb, medal)), who="ann")
    done = placed(kb, medal, New("gold medal", "a medal made of gold"))
    assert "Medal" not in concept_of(done.proposals[1]).parents
    assert done.proposals[0].state is State.REJECTED


def test_a_class_is_asked_for_once(kb: KnowledgeBase) -> None:
    """Also when something has come since that it would stand above."""
    rocket = New("rocket", "a vehicle that is thrown into space")
    waits = only(placed(kb, rocket))
    assert waits.about is About.CONCEPT
    lunar = Concept(name="MoonRocket", parents=concept_of(waits).parents)
    kb.save_ontology(kb.ontology.with_concepts([lunar]))
    again = placed(kb, rocket)
    assert again.placements[0].where is Where.BETWEEN
    assert (again.new, again.proposals) == ([], [waits])
    reject(kb, waits, who="ann")
    assert placed(kb, rocket).new == []


def test_what_was_accepted_and_undone_is_open_again(kb: KnowledgeBase) -> None:
    """A class, one between others and another name; who accepted it before stays on record."""
    news = [
        New("hand grenade", "a grenade designed to be thrown by hand"),
        New("car", "a vehicle with four wheels"),
        New("authors"),
    ]
    accept(kb, placed(kb, *news).proposals, who="ann")
    kb.undo_ontology()
    again = placed(kb, *news)
    assert {p.state for p in again.proposals} == {State.OPEN}
    assert sorted(again.new) == sorted(p.id for p in again.proposals)
    assert {p.id for p in store.listed(kb.database)} == set(again.new)
    assert [d.what for d in again.proposals[0].deeds] == ["proposed", "accepted", "reopened"]
    assert again.proposals[0].deeds[1].who == "ann"
    assert placed(kb, *news).new == []
    assert len(accept(kb, again.proposals, who="bob").accepted) == 3
    assert "Car" in kb.ontology


def test_what_was_changed_by_hand_opens_as_it_was_changed(kb: KnowledgeBase) -> None:
    """The place that the ranker finds once more is not put over it."""
    car = New("car", "a vehicle with four wheels")
    placed(kb, car)
    Path("car.py").write_text("class Car(Vehicle):\n    wheels: int | None = None\n")
    run("review", "edit", "Car", "car.py", "--by", "ann")
    run("review", "accept", "Car", "--by", "ann")
    run("ontology", "undo")
    [again] = placed(KnowledgeBase(kb.database, kb.workspace), car).proposals
    assert again.state is State.OPEN
    assert [a.name for a in concept_of(again).attributes] == ["wheels"]


EXPAND = ("taxonomy", "expand", "new.jsonl", "--ranker", "rules", "--lexical")


def test_what_does_not_wait_is_said(kb: KnowledgeBase) -> None:
    """What was rejected stays rejected; what was undone waits again."""
    Path("new.jsonl").write_text("\n".join(CONCEPTS.splitlines()[:3]), encoding="utf-8")
    assert "before" not in run(*EXPAND).output
    run("review", "reject", "HandGrenade", "--by", "ann")
    run("review", "accept", "Car", "authors", "--by", "ann")
    lines = run(*EXPAND).output.splitlines()
    assert any("below Grenade; rejected by ann before" in line for line in lines)
    assert "authors: a name of Author already" in lines
    run("ontology", "undo")
    assert run(*EXPAND).output.count("open again") == 2
    assert run("review", "accept", "Car", "--by", "ann").exit_code == 0


def test_what_waited_and_is_sure_enough_is_accepted(kb: KnowledgeBase) -> None:
    """By the command that proposes it again; what was rejected is not, however sure."""
    Path("new.jsonl").write_text("\n".join(CONCEPTS.splitlines()[:3]), encoding="utf-8")
    run(*EXPAND)
    run("review", "reject", "HandGrenade", "--by", "ann")
    done = json.loads(run(*EXPAND, "--accept-above", "0.9", "--json").output)
    assert done["new"] == []
    assert len(done["accepted"]["accepted"]) == 1
    assert store.one(kb.database, "authors").state is State.ACCEPTED
    assert store.one(kb.database, "Car").state is State.OPEN
    run(*EXPAND, "--accept-above", "0")
    assert store.one(kb.database, "Car").state is State.ACCEPTED
    assert store.one(kb.database, "HandGrenade").state is State.REJECTED


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ("Bus", "buses"),
        ("SchoolBus", "school buses"),
        ("ContactLens", "contact lenses"),
        ("Statuses", "status"),
        ("House", "houses"),
        ("Case", "cases"),
        ("Disease", "diseases"),
    ],
)
def test_a_plural_in_ses_is_another_name(kb: KnowledgeBase, known: str, new: str) -> None:
    """Whichever of both is there first, also when both are new."""
    both = placed(kb, New(known), New(new), dry_run=True)
    assert both.placements[1].same == known
    kb.save_ontology(Ontology([Concept(name=known)]))
    assert placed(kb, New(new), dry_run=True).placements[0].same == known
