"""The ontology in the graph: stored without loss, changed with care, remembered and undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from knowloom.errors import NotFound, NothingToUndo, OntologyError, WouldOrphan
from knowloom.knowledge.record import uid_of_fact
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.generate import generated
from knowloom.store import ontology as store
from knowloom.store.adjust import Adjustment
from knowloom.store.database import Database
from knowloom.store.transition import Orphans

pytestmark = pytest.mark.neo4j

PERSON = Concept(
    name="Person",
    attributes=(
        Attribute(name="born", range=Scalar.DATE),
        Attribute(name="friends", range=ConceptRange(("Person",)), many=True),
        Attribute(name="mood", range=Enumeration(("calm", "cross"))),
    ),
    key=("name",),
    description="A human being.",
)
AUTHOR = Concept(name="Author", parents=("Person",))
AGENT = Concept(name="Agent")
ROBOT = Concept(name="Robot", parents=("Agent",))
WORKS = Concept(
    name="WorksWith",
    parents=("Relation",),
    attributes=(
        Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
        Attribute(name="tail_entity", range=ConceptRange(("Person", "Robot")), required=True),
        Attribute(name="since", range=Scalar.INT),
    ),
)
BASE = Ontology([PERSON, AUTHOR, AGENT, ROBOT, WORKS])


def _with(concept: str, attribute: str, **changes: Any) -> Ontology:
    """Return the base ontology with one attribute changed."""
    attributes = tuple(
        replace(a, **changes) if a.name == attribute else a for a in BASE[concept].attributes
    )
    return BASE.with_concepts([replace(BASE[concept], attributes=attributes)])


def _without(concept: str, attribute: str) -> Ontology:
    """Return the base ontology without one attribute."""
    kept = tuple(a for a in BASE[concept].attributes if a.name != attribute)
    return BASE.with_concepts([replace(BASE[concept], attributes=kept)])


def _renamed(old: str, new: str) -> Ontology:
    """Return the base ontology with one concept renamed, wherever it is referred to."""

    def told(range_: Range) -> Range:
        if isinstance(range_, ConceptRange):
            return ConceptRange(tuple(new if n == old else n for n in range_.concepts))
        return range_

    return Ontology(
        replace(
            concept,
            name=new if concept.name == old else concept.name,
            aliases=(old,) if concept.name == old else (),
            attributes=tuple(replace(a, range=told(a.range)) for a in concept.attributes),
        )
        for concept in BASE
    )


def _people(database: Database) -> None:
    """Store the base ontology with two authors, two robots and some links."""
    store.save(database, BASE)
    database.write(
        """
        CREATE (a:_Instance:Entity:Person:Author {uid: 'a', name: 'Ann', born: date('1990-05-01')})
        CREATE (b:_Instance:Entity:Person:Author {uid: 'b', name: 'Bob', mood: 'cross'})
        CREATE (r:_Instance:Entity:Agent:Robot {uid: 'r', name: 'Robbie'})
        CREATE (s:_Instance:Entity:Agent:Robot {uid: 's', name: 'Sonny', _promoted: true})
        CREATE (s)-[:_RECORD]->(:_Record {id: 's:0a:1', concept: 'Robot', run: 1,
          source: 'x', hash: '0a', recorded: datetime('2020-01-01T00:00Z'),
          body: '{"links":{},"values":{"name":"Sonny"}}'})
        CREATE (a)-[:FRIENDS {_derived: true}]->(b)
        CREATE (a)-[:WORKS_WITH {uid: 'ar', since: 1999, _run: 1}]->(r)
        """
    )


def _labels(database: Database, uid: str) -> set[str]:
    """Return the labels of an instance, without the system's."""
    [row] = database.read("MATCH (n:_Instance {uid: $uid}) RETURN labels(n) AS labels", uid=uid)
    return set(row["labels"]) - {"_Instance"}


def _properties(database: Database, uid: str) -> dict[str, Any]:
    """Return the properties of an instance."""
    [row] = database.read("MATCH (n:_Instance {uid: $uid}) RETURN properties(n) AS all", uid=uid)
    found: dict[str, Any] = row["all"]
    return found


# The stored form


def test_several_parents_keep_their_order(database: Database) -> None:
    """The first parent is the most important one."""
    hybrid = Concept(name="Android", parents=("Robot", "Person"))
    ontology = BASE.with_concepts([hybrid])
    store.save(database, ontology)
    assert store.load(database)["Android"].parents == ("Robot", "Person")


def test_the_graph_shows_the_hierarchy_as_nodes_and_relationships(database: Database) -> None:
    """A person in Neo4j Browser sees concepts, attributes and ranges, the roots included."""
    store.save(database, BASE)
    [row] = database.read(
        "MATCH (c:_Concept {name: 'Author'})-[:_SUBCLASS_OF]->(p:_Concept)"
        "-[:_HAS_ATTRIBUTE]->(a:_Attribute)-[:_RANGE]->(t:_Concept) "
        "MATCH (p)-[:_SUBCLASS_OF]->(root:_Concept) "
        "RETURN p.description AS description, a.name AS attribute, a.type AS type, "
        "t.name AS target, root.name AS root, c.kind AS kind"
    )
    assert row.data() == {
        "description": "A human being.",
        "attribute": "friends",
        "type": "list[Person]",
        "target": "Person",
        "root": "Entity",
        "kind": "Entity",
    }


def test_a_range_that_is_no_concept_is_refused(database: Database) -> None:
    """It could not be stored without loss."""
    with pytest.raises(OntologyError, match=r"Person.friends: .*Nobody"):
        store.save(database, _with("Person", "friends", range=ConceptRange(("Nobody",))))


# Only what changed


def _written(database: Database, ontology: Ontology) -> dict[str, int]:
    """Save an ontology and return how many concepts each kind of change touched."""
    done = store.save(database, ontology).to_json()
    return {what: len(done[what]) for what in ("added", "changed", "removed")}


def test_saving_the_same_again_writes_nothing(database: Database) -> None:
    """No version is made of nothing."""
    store.save(database, BASE)
    assert _written(database, BASE) == {"added": 0, "changed": 0, "removed": 0}
    assert [v.number for v in store.versions(database)] == [1]


def test_nodes_of_what_did_not_change_are_left_alone(database: Database) -> None:
    """Concepts and attributes keep their nodes; only the changed attribute is touched."""
    store.save(database, BASE)
    query = "MATCH (n:_Concept|_Attribute) RETURN n.name AS name, elementId(n) AS id"
    before = {(row["name"], row["id"]) for row in database.read(query)}
    store.save(database, _without("Person", "mood"))
    after = {(row["name"], row["id"]) for row in database.read(query)}
    assert {name for name, _ in before ^ after} == {"mood"}


def test_a_dry_run_says_what_would_happen_and_changes_nothing(database: Database) -> None:
    """Orphans are counted rather than refused."""
    _people(database)
    found = store.save(database, BASE.without(["Robot", "WorksWith"]), dry_run=True)
    assert found.version == 0
    assert {f.where for f in found.impact.orphans} == {"Robot", "WorksWith"}
    assert store.load(database) == BASE


# Instances follow


def test_a_class_that_moves_takes_its_instances_along(database: Database) -> None:
    """They are found by the new superclass and no longer by the old one (item 28)."""
    _people(database)
    moved = BASE.with_concepts([replace(ROBOT, parents=("Person",))])
    done = store.save(database, moved)
    assert _labels(database, "r") == {"Entity", "Person", "Robot"}
    assert [a.count for a in done.impact.adjustments] == [2]


def test_an_instance_of_two_classes_keeps_what_the_other_gives_it(database: Database) -> None:
    """A label goes only when no class of the node implies it any more."""
    _people(database)
    butler = Concept(name="Butler", parents=("Agent",))
    store.save(database, BASE.with_concepts([butler]))
    database.write("MATCH (n:_Instance {uid: 'r'}) SET n:Butler")
    moved = replace(ROBOT, parents=("Person",))
    store.save(database, BASE.with_concepts([butler, moved]))
    assert _labels(database, "r") == {"Entity", "Agent", "Butler", "Person", "Robot"}
    assert _labels(database, "s") == {"Entity", "Person", "Robot"}


def test_labels_that_are_no_concepts_stay(database: Database) -> None:
    """What a user added by hand is theirs."""
    _people(database)
    database.write("MATCH (n:_Instance {uid: 'r'}) SET n:Favourite")
    store.save(database, BASE.with_concepts([replace(ROBOT, parents=("Person",))]))
    assert "Favourite" in _labels(database, "r")


def test_turning_a_hierarchy_upside_down_relabels_each_instance_once(database: Database) -> None:
    """Nodes that have moved do not look as if they still had to."""
    old = Ontology([Concept(name="Upper"), Concept(name="Lower", parents=("Upper",))])
    new = Ontology([Concept(name="Upper", parents=("Lower",)), Concept(name="Lower")])
    store.save(database, old)
    database.write(
        "CREATE (:_Instance:Entity:Upper {uid: 'u'}), (:_Instance:Entity:Upper:Lower {uid: 'l'})"
    )
    store.save(database, new)
    assert _labels(database, "u") == {"Entity", "Upper", "Lower"}
    assert _labels(database, "l") == {"Entity", "Lower"}


def test_a_renamed_class_keeps_its_instances_and_records(database: Database) -> None:
    """A concept that calls itself by the old name as an alias is the same concept."""
    _people(database)
    store.save(database, _renamed("Robot", "Android"))
    assert _labels(database, "r") == {"Entity", "Agent", "Android"}
    [row] = database.read("MATCH (r:_Record) RETURN r.concept AS concept")
    assert row["concept"] == "Android"


def test_a_renamed_attribute_keeps_its_values(database: Database) -> None:
    """On instances and in records."""
    _people(database)
    database.write(
        "MATCH (n:_Instance {uid: 'b'}) CREATE (n)-[:_RECORD]->(:_Record {id: 'b:0a:1', "
        "source: 'x', hash: '0a', recorded: datetime('2020-01-01T00:00Z'), run: 1, "
        """concept: 'Author', body: '{"links":{},"values":{"born":"1980-01-01"}}'})"""
    )
    store.save(database, _with("Person", "born", name="birth", aliases=("born",)))
    properties = _properties(database, "a")
    assert str(properties["birth"]) == "1990-05-01"
    assert "born" not in properties
    [row] = database.read("MATCH (r:_Record {id: 'b:0a:1'}) RETURN r.body AS body")
    assert row["body"] == '{"links":{},"values":{"birth":"1980-01-01"}}'


def test_a_renamed_link_keeps_its_relationships(database: Database) -> None:
    """Only their type changes."""
    _people(database)
    store.save(database, _with("Person", "friends", name="pals", aliases=("friends",)))
    [row] = database.read("MATCH ({uid: 'a'})-[r:PALS|FRIENDS]->() RETURN type(r) AS t, r AS r")
    assert row["t"] == "PALS"
    assert dict(row["r"]) == {"_derived": True}


def test_a_renamed_relation_keeps_its_facts(database: Database) -> None:
    """With qualifiers and provenance; the uid that follows from the type changes with it."""
    _people(database)
    store.save(database, _renamed("WorksWith", "Collaborates"))
    [row] = database.read("MATCH ()-[r:COLLABORATES|WORKS_WITH]->() RETURN type(r) AS t, r AS r")
    assert row["t"] == "COLLABORATES"
    uid = uid_of_fact("COLLABORATES", "a", "r", {"since": 1999})
    assert dict(row["r"]) == {"uid": uid, "since": 1999, "_run": 1}


def test_facts_get_uids_when_their_relation_gets_its_first_qualifier(database: Database) -> None:
    """Then several may stand between the same two things, and loading again must find them."""
    plain = replace(WORKS, attributes=WORKS.attributes[:2])
    store.save(database, BASE.with_concepts([plain]))
    database.write(
        "CREATE (:_Instance:Entity:Person {uid: 'a'})-[:WORKS_WITH {_run: 1}]->"
        "(:_Instance:Entity:Person {uid: 'b'})"
    )
    store.save(database, BASE)
    [row] = database.read("MATCH ()-[r:WORKS_WITH]->() RETURN r AS r")
    assert row["r"]["uid"] == uid_of_fact("WORKS_WITH", "a", "b", {})


def test_values_become_lists_when_an_attribute_may_hold_many(database: Database) -> None:
    """And single values again when it may not, as long as each list holds one."""
    _people(database)
    store.save(database, _with("Person", "mood", many=True))
    assert _properties(database, "b")["mood"] == ["cross"]
    store.save(database, BASE)
    assert _properties(database, "b")["mood"] == "cross"


# Nothing is orphaned unasked


def _misfits() -> Sequence[tuple[str, Ontology, str]]:
    """Return changes that stored data does not survive, with what is said of each."""
    return [
        ("a class", BASE.without(["Robot", "WorksWith"]), "Robot: is removed, and 2 instances"),
        ("a relation", BASE.without(["WorksWith"]), "WorksWith: is removed, and 1 facts"),
        ("an attribute", _without("Person", "born"), "Person.born: .*1 values are stored"),
        ("a link", _without("Person", "friends"), "Person.friends: .*1 values are stored"),
        (
            "a type",
            _with("Person", "born", range=Scalar.INT),
            "Person.born: is now int, and was date, and 1 stored values do not fit",
        ),
        (
            "an enumeration",
            _with("Person", "mood", range=Enumeration(("calm",))),
            "Person.mood: .*1 stored values do not fit",
        ),
        (
            "a link's target",
            _with("Person", "friends", range=ConceptRange(("Robot",))),
            "Person.friends: .*1 stored values do not fit",
        ),
        (
            "a bound",
            _with("Person", "born", minimum="2000-01-01"),
            "Person.born: .*1 stored values do not fit",
        ),
        (
            "a relation's end",
            _with("WorksWith", "tail_entity", range=ConceptRange(("Person",))),
            "WorksWith.tail_entity: .*1 stored facts do not fit",
        ),
        (
            "a qualifier",
            _without("WorksWith", "since"),
            "WorksWith.since: .*1 stored facts do not fit",
        ),
    ]


@pytest.mark.parametrize(("what", "new", "said"), _misfits(), ids=[m[0] for m in _misfits()])
def test_a_change_that_orphans_data_is_refused_with_counts(
    database: Database, what: str, new: Ontology, said: str
) -> None:
    """The ontology and the data stay as they are, and the way out is named."""
    _people(database)
    with pytest.raises(WouldOrphan, match=said) as caught:
        store.save(database, new)
    assert "--on-orphans" in str(caught.value)
    assert store.load(database) == BASE
    assert [v.number for v in store.versions(database)] == [1]


@pytest.mark.parametrize(
    "new",
    [
        _with("Person", "born", minimum="1900-01-01"),
        _with("Person", "mood", range=Enumeration(("cross", "other"))),
        _with("Person", "friends", range=ConceptRange(("Author",))),
        _with("Person", "friends", many=False),
        BASE.without(["Agent", "Robot", "WorksWith"]).with_concepts([AGENT]),
    ],
    ids=["bound", "enumeration", "target", "single", "unused"],
)
def test_a_narrowing_that_all_data_survives_is_allowed(database: Database, new: Ontology) -> None:
    """Counted, not guessed: only values that do not fit stand in the way."""
    _people(database)
    database.write("MATCH (n:Robot) DETACH DELETE n")
    store.save(database, new)
    assert store.load(database) == new


def test_a_relation_without_facts_may_go(database: Database) -> None:
    """Relationships of its type that knowloom did not write are none of its facts."""
    store.save(database, BASE)
    database.write("CREATE (:Colleague)-[:WORKS_WITH]->(:Colleague)")
    assert store.save(database, BASE.without(["WorksWith"])).version == 2


def test_orphans_may_be_kept(database: Database) -> None:
    """Labels and values stay, described by nothing, until the class comes back."""
    _people(database)
    store.save(database, BASE.without(["Robot", "WorksWith"]), orphans=Orphans.KEEP)
    assert _labels(database, "r") == {"Entity", "Agent", "Robot"}
    store.undo(database)
    assert store.load(database) == BASE
    assert _labels(database, "r") == {"Entity", "Agent", "Robot"}


def test_orphans_may_be_retyped(database: Database) -> None:
    """Instances of a removed class become those of its nearest superclass, records too."""
    _people(database)
    store.save(database, BASE.without(["Robot", "WorksWith"]), orphans=Orphans.RETYPE)
    assert _labels(database, "r") == {"Entity", "Agent"}
    [row] = database.read("MATCH (r:_Record) RETURN r.concept AS concept")
    assert row["concept"] == "Agent"


def test_what_is_newly_required_is_a_warning_with_a_count(database: Database) -> None:
    """Incomplete instances are no orphans; `knowloom check` lists them."""
    _people(database)
    done = store.save(database, _with("Person", "born", required=True))
    assert [str(w) for w in done.impact.warnings] == [
        "Person.born: is now required, and 1 instances lack it"
    ]


# Keys


def _key_indexes(database: Database) -> set[str]:
    """Return the names of the indexes on key attributes."""
    rows = database.read("SHOW RANGE INDEXES YIELD name, state WHERE state = 'ONLINE'")
    return {row["name"] for row in rows if row["name"].startswith("knowloom_key_")}


def test_key_attributes_have_indexes_as_long_as_they_are_keys(database: Database) -> None:
    """They are ready when saving returns, and go when no key wants them."""
    store.save(database, BASE)
    assert _key_indexes(database) == {"knowloom_key_Person.name"}
    store.save(database, BASE.with_concepts([replace(PERSON, key=("name", "born"))]))
    assert _key_indexes(database) == {"knowloom_key_Person.name", "knowloom_key_Person.born"}
    store.save(database, BASE.with_concepts([replace(PERSON, key=())]))
    assert _key_indexes(database) == set()


# Versions


def test_undo_goes_back_change_by_change_and_is_a_version_itself(database: Database) -> None:
    """Instances follow back as well."""
    steps = [
        BASE,
        BASE.with_concepts([replace(ROBOT, parents=("Person",))]),
        _renamed("Author", "Writer").with_concepts([replace(ROBOT, parents=("Person",))]),
    ]
    _people(database)
    for ontology in steps[1:]:
        store.save(database, ontology)
    for ontology in reversed(steps[:-1]):
        store.undo(database)
        assert store.load(database) == ontology
    assert _labels(database, "a") == {"Entity", "Person", "Author"}
    assert _labels(database, "r") == {"Entity", "Agent", "Robot"}
    assert [v.undoes for v in store.versions(database)] == [2, 3, 0, 0, 0]


def test_undoing_the_first_change_leaves_nothing_to_undo(database: Database) -> None:
    """The graph is empty then, and says so."""
    store.save(database, BASE)
    store.undo(database)
    assert store.load(database) == Ontology()
    with pytest.raises(NothingToUndo):
        store.undo(database)


def test_undo_does_not_orphan_what_was_stored_since(database: Database) -> None:
    """The same care holds backwards."""
    _people(database)
    with pytest.raises(WouldOrphan, match="Author: is removed, and 2 instances"):
        store.undo(database)


def test_every_earlier_version_can_be_read(database: Database) -> None:
    """Back to the time before the first (item 66)."""
    history = [Ontology(), BASE, _without("Person", "mood"), _renamed("Robot", "Android")]
    for number, ontology in enumerate(history[1:], start=1):
        assert store.save(database, ontology, comment=f"step {number}").version == number
    for number, ontology in enumerate(history):
        assert store.load(database, version=number) == ontology
    assert [v.comment for v in store.versions(database)] == ["step 3", "step 2", "step 1"]
    with pytest.raises(NotFound, match="the newest is 3"):
        store.load(database, version=4)


def test_an_interrupted_adjustment_goes_on_with_the_next_change(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left to do is kept with the version (item 66)."""
    _people(database)

    def dies(self: Adjustment, database: Database) -> None:
        raise KeyboardInterrupt

    moved = BASE.with_concepts([replace(ROBOT, parents=("Person",))])
    with monkeypatch.context() as broken:
        broken.setattr(Adjustment, "run", dies)
        with pytest.raises(KeyboardInterrupt):
            store.save(database, moved)
    assert store.load(database) == moved
    assert _labels(database, "r") == {"Entity", "Agent", "Robot"}
    assert not store.versions(database)[0].finished
    assert store.resume(database) == 1
    assert _labels(database, "r") == {"Entity", "Person", "Robot"}
    assert store.versions(database)[0].finished
    assert store.resume(database) == 0


# Size


@pytest.mark.slow
def test_a_large_ontology_is_stored_and_read_back(database: Database) -> None:
    """30,572 concepts come back equal (item 17); `bench/large_ontology.py` times it."""
    ontology = Ontology(generated())
    store.save(database, ontology)
    loaded = store.load(database)
    assert loaded == ontology
    assert len(loaded) == 30_572
    store.undo(database)
