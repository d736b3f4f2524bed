"""Identity: which things are one, by example and by law."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.knowledge.evidence import Evidence
from knowloom.knowledge.project import also_called, project
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Kind, Ontology, Scalar
from knowloom.update.blocking import Blocks
from knowloom.update.clusters import Clusters, Decision, Decisions, Pair, cluster, merge, split
from knowloom.update.identity import Identity
from knowloom.update.profiles import Profile, profile_of
from knowloom.update.scores import SHIPPED, Band, Weights, compare, fitted, score, weights_of

ANY = ConceptRange(("Entity",))
ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            key=("orcid",),
            attributes=(
                Attribute(name="orcid"),
                Attribute(name="born", range=Scalar.DATE),
                Attribute(name="height", range=Scalar.INT),
                Attribute(name="employer", range=ANY),
            ),
        ),
        Concept(name="Author", parents=("Person",)),
        Concept(name="City", attributes=(Attribute(name="size", range=Scalar.INT),)),
        Concept(
            name="Marriage",
            parents=(Kind.EVENT.value,),
            attributes=(Attribute(name="spouse", range=ANY, many=True),),
        ),
    ]
)


def person(
    uid: str, *names: str, concept: str = "Person", orcid: str = "", **more: object
) -> Profile:
    """Return the profile of a person of these names."""
    values = {n: (v,) for n, v in more.items() if n in ("born", "height")}
    links = {"employer": frozenset(str(more["employer"]).split())} if "employer" in more else {}
    keys = frozenset({("Person", (orcid,))}) if orcid else frozenset()
    return Profile(uid, (concept,), names, values, links, keys)  # type: ignore[arg-type]


def clusters(*profiles: Profile, decisions: Decisions = ()) -> Clusters:
    """Return the clusters of some profiles at the shipped weights."""
    identity = Identity(ONTOLOGY)
    identity.update(profiles)
    return identity.clusters(decisions)


def test_one_name_is_one_person_when_nothing_speaks_against_it() -> None:
    """The paper's rule holds for full names, of classes above one another too (item 53)."""
    found = clusters(person("a", "Alan Turing"), person("b", "Turing, Alan", concept="Author"))
    assert found == Clusters((("a", "b"),))


def test_paris_the_city_is_not_paris_the_person() -> None:
    """Things of classes that are strangers are not even compared (item 57)."""
    found = clusters(person("a", "Paris Hilton"), person("b", "Paris Hilton", concept="City"))
    assert found.groups == (("a",), ("b",))
    assert not found.review


def test_another_birth_date_or_key_is_a_veto() -> None:
    """The same name does not join two people born on different days, or with different keys."""
    one = person("a", "Alan Turing", born=date(1912, 6, 23), employer="x y")
    other = person("b", "Alan Turing", born=date(1950, 2, 1), employer="x y")
    assert score(one, other, ONTOLOGY, Weights()).veto == "different born"
    one, other = person("a", "Alan Turing", orcid="1"), person("b", "Alan Turing", orcid="2")
    assert score(one, other, ONTOLOGY, Weights()).veto == "different key of Person"
    assert len(clusters(one, other).groups) == 2


def test_a_birth_year_does_not_contradict_a_birth_day() -> None:
    """A date that stands for its year agrees with every day in it, and says less than a day."""
    one, year = person("a", "Alan Turing", born=date(1912, 6, 23)), date(1912, 1, 1)
    assert len(clusters(one, person("b", "Alan Turing", born=year)).groups) == 1
    levels = compare(one, person("b", "Turing", born=year), ONTOLOGY)
    assert levels["date:born"] == "year"
    asked = clusters(one, person("b", "A. Turing", born=year))
    assert [case.members for case in asked.review] == [("a", "b")]
    assert len(clusters(one, person("b", "A. Turing", born=date(1912, 6, 23))).groups) == 1


def test_two_firsts_of_january_are_two_years_perhaps() -> None:
    """Many sources write a year so: that two people share one is no birthday in common."""
    one, other = (person(uid, "A. Turing", born=date(1912, 1, 1)) for uid in "ab")
    assert compare(one, other, ONTOLOGY)["date:born"] == "year"


def test_letters_in_another_order_are_compared() -> None:
    """The commonest slip of the pen changes half of the trigrams of a short name."""
    blocks = Blocks(ONTOLOGY)
    blocks.put([person("a", "Tusu Mugisa"), person("b", "Tusu Mugias"), person("c", "Rido Tanvu")])
    assert list(blocks.partners("a")) == ["b"]


def test_a_shared_birth_date_weighs_as_much_as_it_is_rare() -> None:
    """Pairs that a veto rules out teach how rarely two people share what is a veto."""
    people = [
        person(
            f"{source}{i}", f"Alan Turing {'I' * (i % 3 + 1)}", born=date(1900 + i, 6, 1 + i % 20)
        )
        for i in range(40)
        for source in "ab"
    ]
    identity = Identity(ONTOLOGY, limit=1000)
    identity.update(people)
    assert identity.fit().bits("date:born", "same") > 10


def test_a_lone_word_is_asked_about() -> None:
    """One shared word is too little to join and too much to keep silent about."""
    found = clusters(person("a", "Madonna"), person("b", "Madonna"))
    assert found.groups == (("a",), ("b",))
    assert [case.members for case in found.review] == [("a", "b")]


def test_neighbours_tell_homonyms_apart() -> None:
    """A short name is joined where the neighbours are shared."""
    found = clusters(
        person("a", "A. Turing", employer="npl kings"),
        person("b", "Alan Turing", employer="npl kings"),
        person("c", "A. Turing", employer="other"),
    )
    assert ("a", "b") in found.groups


def test_a_component_with_a_veto_goes_to_review_whole() -> None:
    """A third record without a birth date must not fuse two people."""
    found = clusters(
        person("a", "Alan Turing", born=date(1912, 6, 23)),
        person("b", "Alan Turing"),
        person("c", "Alan Turing", born=date(1950, 2, 1)),
    )
    assert found.groups == (("a",), ("b",), ("c",))
    assert found.review[0].members == ("a", "b", "c")
    assert found.review[0].reason == "a and c: different born"


def test_marriages_with_other_spouses_stay_apart() -> None:
    """Events agree in their roles or are two (item 57, G15)."""
    one = Profile("a", ("Marriage",), ("wedding party",), {}, {"spouse": frozenset("xy")})
    other = Profile("b", ("Marriage",), ("wedding party",), {}, {"spouse": frozenset("vw")})
    same = Profile("c", ("Marriage",), ("wedding party",), {}, {"spouse": frozenset("yx")})
    assert score(one, other, ONTOLOGY, Weights()).veto == "different spouse"
    assert clusters(one, other, same).groups == (("a", "c"), ("b",))


def test_decisions_come_before_scores() -> None:
    """What a person declared one is one in spite of a veto, and different in spite of a name."""
    one = person("a", "Alan Turing", born=date(1912, 6, 23))
    other = person("b", "Alan Turing", born=date(1950, 2, 1))
    assert clusters(one, other, decisions=merge((), "b", "a")).groups == (("a", "b"),)
    namesake = person("c", "Alan Turing", born=date(1912, 6, 23))
    found = clusters(one, namesake, decisions=split((), "c", "a"))
    assert found.groups == (("a",), ("c",))
    assert not found.review


def test_the_eldest_keeps_its_uid() -> None:
    """The order says which uid of a cluster stays."""
    identity = Identity(ONTOLOGY)
    identity.update([person("a", "Alan Turing"), person("b", "Alan Turing")])
    age = {"a": 2, "b": 1}
    assert identity.clusters(order=age.__getitem__).kept() == {"a": "b", "b": "b"}


def test_full_blocks_are_passed_over_but_shared_context_is_not() -> None:
    """Beyond the limit a name alone makes no pair; with the same birth date it still does."""
    blocks = Blocks(ONTOLOGY, limit=3)
    crowd = [person(f"p{i}", "Wei Wang", born=date(1990, 1, 2 + i // 2)) for i in range(8)]
    blocks.put(crowd)
    assert list(blocks.partners("p2")) == ["p3"]


def test_a_profile_is_what_standing_records_say() -> None:
    """Names, values, the key and the names of neighbours come from the records that stand."""
    day = datetime(2020, 1, 1, tzinfo=UTC)
    records = [
        Evidence(1, "s", day, "1", "Author", {"name": "Al", "aliases": ["Big Al"], "orcid": "7"}),
        Evidence(2, "s", day, "2", "Person", {"name": "Bo"}, superseded_by=3),
        Evidence(4, "s", day, "4", "Person", {"height": 180}, {"employer": ("u9",)}),
    ]
    found = profile_of("u", records, ONTOLOGY, lambda uid: ["The Firm"] if uid == "u9" else [])
    assert found == Profile(
        "u",
        ("Author",),
        ("Al", "Big Al"),
        {"orcid": ("7",), "height": (180,)},
        {"employer": frozenset({"the firm"})},
        frozenset({("Person", ("7",))}),
    )


def test_other_names_are_kept_as_aliases() -> None:
    """What a thing was also called is not lost when one name is shown."""
    records = [
        Evidence(i, "s", datetime(2020, 1, i, tzinfo=UTC), str(i), "Person", {"name": name})
        for i, name in enumerate(["Sam Clemens", "Mark Twain"], 1)
    ]
    shown = also_called(project(records, ONTOLOGY), records)
    assert shown.values == {"name": "Mark Twain", "aliases": ["Sam Clemens"]}


def test_fitting_learns_what_tells_pairs_apart() -> None:
    """Without a label a field that goes with the names gains weight, and noise loses it."""
    chance = Random(1)
    pairs: list[tuple[dict[str, str], bool | None]] = []
    for _ in range(2000):
        same = chance.random() < 0.3
        pairs.append(
            (
                {
                    "name": chance.choices(["exact", "other"], [9, 1] if same else [1, 9])[0],
                    "text:telling": chance.choices(["same", "other"], [9, 1] if same else [1, 9])[
                        0
                    ],
                    "text:noise": chance.choice(["same", "other"]),
                    "date:born": chance.choices(["same", "other"], [9, 1] if same else [1, 99])[0],
                },
                None,
            )
        )
    weights = fitted(pairs, Weights())
    assert abs(weights.share - 0.3) < 0.03
    assert weights.bits("text:telling", "same") > 2.5
    assert abs(weights.bits("text:noise", "same")) < 0.3


def test_weights_survive_json_and_have_a_version() -> None:
    """Plain values and back is the same; other weights are another version."""
    weights = Weights(odds={"name": SHIPPED["name"]}, same=0.9)
    again = weights_of(orjson.loads(orjson.dumps(weights.as_json())))
    assert again == weights
    assert again.version == weights.version != Weights().version


def test_the_shipped_odds_are_probabilities() -> None:
    """m and u of each kind of field sum to 1."""
    for odds in SHIPPED.values():
        for i in (0, 1):
            assert abs(sum(pair[i] for pair in odds.values()) - 1) < 1e-9


NAMES = ["Alan Turing", "A. Turing", "Turing, Alan", "Alan Turin", "Ada King", "King", "Ada Kong"]


@st.composite
def profiles(draw: st.DrawFn) -> list[Profile]:
    """Some people with names, birth dates, keys and employers from small sets."""
    found: list[Profile] = []
    for i in range(draw(st.integers(2, 9))):
        more: dict[str, object] = {}
        if born := draw(st.sampled_from([None, None, date(1912, 6, 23), date(1912, 1, 1)])):
            more["born"] = born
        if employer := draw(st.sampled_from(["", "", "npl kings", "kings"])):
            more["employer"] = employer
        found.append(
            person(
                f"u{i}",
                draw(st.sampled_from(NAMES)),
                concept=draw(st.sampled_from(["Person", "Author", "City"])),
                orcid=draw(st.sampled_from(["", "", "", "1", "2"])),
                **more,
            )
        )
    return found


@st.composite
def decisions(draw: st.DrawFn) -> Decisions:
    """Some merges and splits by hand."""
    taken: Decisions = ()
    for _ in range(draw(st.integers(0, 4))):
        one, other = draw(st.permutations([f"u{i}" for i in range(5)]))[:2]
        taken = (merge if draw(st.booleans()) else split)(taken, one, other)
    return taken


@settings(max_examples=300)
@given(profiles(), decisions(), st.integers(0, 999), st.sampled_from([2, 3, 60]))
def test_piece_by_piece_and_all_at_once_are_the_same(
    people: list[Profile], taken: Decisions, seed: int, limit: int
) -> None:
    """Any order and any batches, with things changed and taken out between, give one outcome."""
    whole = Identity(ONTOLOGY, limit=limit)
    whole.update(people)
    chance, piecemeal = Random(seed), Identity(ONTOLOGY, limit=limit)
    piecemeal.update([person("ghost", chance.choice(NAMES)), person("u0", "Somebody Else")])
    queue = chance.sample(people, len(people))
    while queue:
        size = chance.randint(1, 3)
        piecemeal.update(queue[:size])
        queue = queue[size:]
    piecemeal.update([], gone=["ghost"])
    assert list(piecemeal.pairs()) == list(whole.pairs())
    assert piecemeal.clusters(taken) == whole.clusters(taken)


@settings(max_examples=300)
@given(profiles(), decisions())
def test_looking_around_the_touched_is_enough(people: list[Profile], taken: Decisions) -> None:
    """Groups and cases away from what a change touched are the ones from before it."""
    identity = Identity(ONTOLOGY)
    identity.update(people[:-1])
    before = identity.clusters(taken)
    touched = identity.update(people[-1:])
    local, whole = identity.clusters(taken, around=touched), identity.clusters(taken)
    again = {uid for group in local.groups for uid in group}
    kept = [group for group in before.groups if not again & set(group)]
    assert sorted([*local.groups, *kept]) == sorted(whole.groups)


@settings(max_examples=300)
@given(profiles(), decisions())
def test_groups_part_the_things_and_hold_no_contradiction(
    people: list[Profile], taken: Decisions
) -> None:
    """Each thing is in one group; two that cannot be one are together only by hand."""
    identity = Identity(ONTOLOGY)
    identity.update(people)
    groups = identity.clusters(taken).groups
    assert sorted(uid for group in groups for uid in group) == sorted(p.uid for p in people)
    known = {p.uid: p for p in people}
    by_hand = {uid for d in taken if d.same for uid in d[:2]}
    for group in groups:
        for one in group:
            for other in group:
                if one < other and not by_hand & {one, other}:
                    assert not score(known[one], known[other], ONTOLOGY, Weights()).veto


@given(profiles())
def test_scores_are_symmetric(people: list[Profile]) -> None:
    """It does not matter which of two things comes first."""
    one, other = people[:2]
    assert compare(one, other, ONTOLOGY) == compare(other, one, ONTOLOGY)
    assert score(one, other, ONTOLOGY, Weights()) == score(other, one, ONTOLOGY, Weights())


PAIRS = st.lists(
    st.tuples(
        st.integers(0, 7), st.integers(0, 7), st.sampled_from(list(Band)), st.booleans()
    ).filter(lambda p: p[0] < p[1]),
    max_size=14,
    unique_by=lambda p: p[:2],
)


def _pairs(drawn: list[tuple[int, int, Band, bool]]) -> list[Pair]:
    return [
        Pair(f"u{a}", f"u{b}", 0.5, Band.DIFFERENT if veto else band, "veto" if veto else "")
        for a, b, band, veto in drawn
    ]


@settings(max_examples=500)
@given(PAIRS, decisions(), st.integers(0, 999))
def test_clusters_do_not_depend_on_the_order_of_pairs(
    drawn: list[tuple[int, int, Band, bool]], taken: Decisions, seed: int
) -> None:
    """Pairs in any order, and things in any order, make the same clusters and cases."""
    pairs, uids = _pairs(drawn), [f"u{i}" for i in range(8)]
    found = cluster(uids, pairs, taken)
    chance = Random(seed)
    assert cluster(chance.sample(uids, 8), chance.sample(pairs, len(pairs)), taken) == found


@settings(max_examples=500)
@given(PAIRS)
def test_clusters_are_transitive(drawn: list[tuple[int, int, Band, bool]]) -> None:
    """What is certain of two pairs is so of the third; certain pairs end in a group or a case."""
    pairs = _pairs(drawn)
    found = cluster([f"u{i}" for i in range(8)], pairs)
    kept = found.kept()
    for pair in pairs:
        together = kept[pair.left] == kept[pair.right]
        asked = any({pair.left, pair.right} <= set(case.members) for case in found.review)
        assert pair.band is not Band.SAME or together or asked


@settings(max_examples=500)
@given(decisions(), st.permutations([f"u{i}" for i in range(5)]))
def test_split_after_merge_is_what_was_before(taken: Decisions, pick: list[str]) -> None:
    """Taking back a merge by hand restores the decisions, and merging twice is merging once."""
    one, other = pick[:2]
    once = merge(taken, one, other)
    assert merge(once, other, one) == once
    if once != taken:
        assert split(once, one, other) == taken


def test_a_later_decision_stands() -> None:
    """Parted, merged again: the last word on a pair counts."""
    taken = merge(split((), "a", "b"), "a", "b")
    assert taken == (Decision("a", "b", False), Decision("a", "b", True))
    assert cluster("ab", [], taken).groups == (("a", "b"),)
