"""Time travel: what stood then is what was read then, and what held is what the records tell."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from knowloom.base import KnowledgeBase
from knowloom.errors import NotFound, UnknownAttribute, UsageError
from knowloom.knowledge.record import Record
from knowloom.ontology.things import Thing
from knowloom.subgraph.graph import Subgraph, thing_json
from tests.update.conftest import Write
from tests.update.people import employed, person, someone, uid
from tests.update.test_rollback import random_run

pytestmark = pytest.mark.neo4j


def now(kb: KnowledgeBase) -> list[dict[str, Any]]:
    """Return all people as they are read today; those only referred to are left out."""
    rows = kb.database.read("MATCH (n:Person) WHERE n._mention IS NULL RETURN n.uid AS uid")
    said = {row["uid"] for row in rows}
    return [plain(t) for t in kb.reader.find("Person", {}, None) if t.uid in said]


def plain(thing: Thing) -> dict[str, Any]:
    """Return a thing as JSON; the order within a list is no knowledge."""
    found = thing_json(thing)
    for name in ("values", "links"):
        for key, value in found.get(name, {}).items():
            if isinstance(value, list):
                found[name][key] = sorted(value)
    return found


def seen(found: Subgraph) -> set[str]:
    """Return instances and relations of a subgraph in words."""
    return {str(plain(t)) for t in (*found.instances, *found.relations)}


@pytest.mark.parametrize("seed", range(12))
def test_what_stood_then_is_what_was_read_then(kb: KnowledgeBase, write: Write, seed: int) -> None:
    """After any runs, merges and splits, each moment between them reads as it did."""
    chance = Random(seed)
    moments: list[tuple[datetime, list[dict[str, Any]], set[str]]] = []
    merged: list[str] = []
    for _ in range(6):
        source, said = random_run(chance)
        write(said, source)
        if merged and chance.random() < 0.5:
            with suppress(NotFound):  # taken back with another one already
                kb.split(merged.pop())
        elif len(described := now(kb)) > 1 and chance.random() < 0.6:
            one, other = (t["uid"] for t in chance.sample(described, 2))
            kb.merge(one, other)
            merged.append(other)
        [first, *_] = now(kb)
        moments.append((datetime.now(UTC), now(kb), seen(kb.subgraph(str(first["uid"]), hops=1))))
    for moment, people, around in moments:
        then = kb.as_of(moment)
        assert [plain(t) for t in then.find("Person")] == people
        assert seen(then.subgraph(str(people[0]["uid"]))) == around


def test_before_everything_there_is_nothing(kb: KnowledgeBase, write: Write) -> None:
    """Before the first run no name is known; a wrong attribute is told as ever."""
    before = datetime.now(UTC)
    write([person("Ada")])
    assert kb.as_of(before).find("Person") == []
    with pytest.raises(NotFound):
        kb.as_of(before).subgraph("Ada")
    with pytest.raises(UnknownAttribute):
        kb.as_of(before).find("Person", {"age": 1})
    assert [t.uid for t in kb.as_of().find("Person", {"name": "Ada"})] == [uid("Ada")]


def test_moments_and_days_as_they_are_given(kb: KnowledgeBase, write: Write) -> None:
    """A text or a day is a moment, a moment is on a day, and a sentence tells what is neither."""
    ada = Record("Person", uid("Ada"), {"name": "Ada"})
    ada.valid_from, ada.valid_to = date(2010, 1, 1), date(2015, 1, 1)
    write([ada])
    later = datetime.now(UTC) + timedelta(hours=1)
    tomorrow = (later + timedelta(days=1)).date()
    for recorded in (later.isoformat(), tomorrow, str(tomorrow), datetime.max):
        assert len(kb.as_of(recorded).find("Person")) == 1
    for valid in ("2012-06-01", datetime(2012, 6, 1, 12), datetime(2012, 6, 1, 12, tzinfo=UTC)):
        assert len(kb.as_of(valid=valid).find("Person")) == 1
    with pytest.raises(UsageError, match=r"^recorded is '2024', which is not a date and time"):
        kb.as_of("2024")
    with pytest.raises(UsageError, match=r"^valid is 'May', which is not a date"):
        kb.as_of(valid="May")


def test_what_was_retracted_is_found_in_the_past(kb: KnowledgeBase, write: Write) -> None:
    """A thing that is out of sight today is found by its old name, with its old relationships."""
    from knowloom.store import runs
    from knowloom.update.retract import retract
    from knowloom.update.snapshot import fact_line, record_line

    write([person("Ada", group=["X"]), employed(someone("Ada"), "Y", 7)])
    then = datetime.now(UTC)
    rows = kb.database.read("MATCH (n:Person) RETURN n.uid AS uid, n._hash AS hash")
    lines = [record_line(row["uid"], row["hash"]) for row in rows]
    [fact] = kb.database.read(
        "MATCH (a)-[e:EMPLOYMENT]->(b) RETURN a.uid AS head, b.uid AS tail, e.uid AS uid"
    )
    lines.append(fact_line("EMPLOYMENT", fact["head"], fact["tail"], fact["uid"]))
    retract(kb.database, kb.ontology, runs.begin(kb.database, "a", "test"), lines)
    assert kb.find("Person") == []
    assert kb.find("Group") == []
    past = kb.as_of(then)
    found = past.subgraph("Ada")
    assert {t.uid for t in found.instances} > {uid("Ada")}
    [relation] = found.relations
    assert thing_json(relation)["values"]["since"] == 7
    assert [r.value for r in past.why("Ada", "name")] == ["Ada"]


def test_what_held_is_another_question(kb: KnowledgeBase, write: Write) -> None:
    """Recorded late, valid early: each question has its own answer, and both at once theirs."""
    changed = [
        Record("Person", uid("Ada"), {"name": "Ada", "home": "Rome"}),
        Record(
            "Person",
            uid("Ada"),
            {"home": "Oslo"},
            valid_from=date(2010, 1, 1),
            valid_to=date(2015, 1, 1),
        ),
    ]
    write(changed[:1])
    early = datetime.now(UTC)
    write(changed[1:], "b")
    day = date(2012, 6, 1)

    def home(recorded: datetime | None, valid: date | None) -> str:
        [found] = kb.as_of(recorded, valid=valid).find("Person")
        return str(thing_json(found)["values"]["home"])

    assert home(None, day) == "Oslo"
    assert home(early, day) == "Rome"
    assert home(None, date(2016, 1, 1)) == "Rome"


def test_what_did_not_hold_then_is_not_there(kb: KnowledgeBase, write: Write) -> None:
    """A thing of which all records hold on other days only is found on those days only."""
    ada = Record("Person", uid("Ada"), {"name": "Ada"})
    ada.valid_from, ada.valid_to = date(2000, 1, 1), date(2010, 1, 1)
    write([ada])
    found = {
        day: [str(thing_json(x)["values"]["name"]) for x in kb.as_of(valid=day).find("Person")]
        for day in (date(1999, 12, 31), date(2000, 1, 1), date(2010, 1, 1))
    }
    assert [*found.values()] == [[], ["Ada"], []]
