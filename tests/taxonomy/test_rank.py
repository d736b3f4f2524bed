"""The ranker: what it learns, what it must not, and that it comes back from its folder."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
from made_taxonomy import world

from knowloom.errors import RankerUnusable, TaxonomyFaulty
from knowloom.evaluation.taxonomy import measured, read_outputs, taxonomies_of
from knowloom.models.encoders import Kept, Spelling
from knowloom.taxonomy.baselines import Nearest, Overlap, Root
from knowloom.taxonomy.candidates import ALL, candidates
from knowloom.taxonomy.features import COLUMNS, NAMES, SIZES, features
from knowloom.taxonomy.index import Index, entries, index
from knowloom.taxonomy.near import near
from knowloom.taxonomy.place import ranked
from knowloom.taxonomy.questions import New, Question
from knowloom.taxonomy.rank import CARD, Ranker, Rules, joined, load, save
from knowloom.taxonomy.stack import kin
from knowloom.taxonomy.tree import Taxonomy, taxonomy
from knowloom.training.parting import parted
from knowloom.training.taxonomy import calibrated, known_of, rising, train

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    """A taxonomy of 150 names, and a fifth of its leaves to place."""
    rest, out = parted(world(150), random.Random(3))
    meant = world(150).definitions
    return [Question(rest, New(name, meant[name]), golds) for name, golds in out.items()]


@pytest.fixture(scope="module")
def ranker(asked: list[Question]) -> Ranker:
    """A ranker that learnt from the rest."""
    return train(taxonomies_of(asked), Spelling())


@pytest.fixture(scope="module")
def elsewhere() -> Ranker:
    """A ranker that learnt from other taxonomies."""
    return train([world(120, 9), world(20, 8)], Spelling(), elsewhere=True)


def accuracy(asked: list[Question], *scorers: object) -> list[float]:
    """Return the accuracy of scorers."""
    found = measured(asked, Spelling(), scorers)  # type: ignore[arg-type]
    return [float(one.as_json()["accuracy"]) for one in found]


def test_learning_beats_rules_and_rules_beat_guessing(
    asked: list[Question], ranker: Ranker
) -> None:
    """On names that were not there when it learnt."""
    learnt, rules, overlap, nearest, root = accuracy(
        asked, ranker, Rules(), Overlap(), Nearest(), Root()
    )
    assert learnt >= rules > max(overlap, nearest, root)
    assert learnt > 0.6


def test_no_leak(asked: list[Question], ranker: Ranker) -> None:
    """What it does on leaves held out while learning is what it does on new names.

    Were questions made by taking out one name at a time, its parent would be the one with a child
    too few; the figures would part by more than eight points.
    """
    [fresh] = accuracy(asked, ranker)
    assert abs(ranker.card.figures["accuracy_on_held_out"] - fresh) < 0.08 + _spread(len(asked))


def _spread(count: int) -> float:
    """Return what chance alone explains: two standard errors of a share near 0.8."""
    return float(2 * (0.8 * 0.2 / count) ** 0.5)


def test_answers_do_not_depend_on_golds(
    asked: list[Question], ranker: Ranker, elsewhere: Ranker
) -> None:
    """Shuffling them leaves every ranking and every confidence as it is."""
    golds = [question.golds for question in asked]
    random.Random(1).shuffle(golds)
    shuffled = [replace(q, golds=g) for q, g in zip(asked, golds, strict=True)]
    assert golds != [question.golds for question in asked]
    one, other = (
        [
            (answer.ranked, answer.confidence)
            for one in measured(some, Spelling(), [ranker, elsewhere])
            for answer in one.answers
        ]
        for some in (asked, shuffled)
    )
    assert one == other


def test_it_comes_back_from_its_folder(
    asked: list[Question], ranker: Ranker, tmp_path: Path
) -> None:
    """The same ranks, in less than 2 MB of text."""
    card = save(ranker, tmp_path / "parents")
    again = load(tmp_path / "parents", Spelling().name)
    assert again.card == card
    assert sum(f.stat().st_size for f in (tmp_path / "parents").iterdir()) < 2_000_000
    known = known_of(asked[0].taxonomy, Spelling())
    [entry] = entries([asked[0].new], Spelling())
    at = Index(asked[0].taxonomy, known)
    assert ranked(at, entry, again) == ranked(at, entry, ranker)


def test_what_learnt_elsewhere_sees_no_sizes_and_counts_half(
    asked: list[Question], ranker: Ranker, elsewhere: Ranker, tmp_path: Path
) -> None:
    """Also when both come back from one folder; its scores are the sums."""
    sizes = {COLUMNS.index(name) for name in SIZES}
    for tree in elsewhere.trees:
        assert not sizes & set(np.flatnonzero(tree.feature_importance()))
    assert any(sizes & set(np.flatnonzero(tree.feature_importance())) for tree in ranker.trees)
    for line in elsewhere.card.lines:
        assert not sizes & set(np.flatnonzero(line.weights))
    both = joined(ranker, elsewhere)
    save(both, tmp_path / "both")
    assert sum(f.stat().st_size for f in (tmp_path / "both").iterdir()) < 2_000_000
    again = load(tmp_path / "both", Spelling().name)
    at = index(asked[0].taxonomy, Spelling())
    [entry] = entries([asked[0].new], Spelling())
    among = kin(at, range(len(at)))
    rows = features(at, entry, near(at, entry), range(len(at)))
    expected = np.array(ranker.scores(rows, among)) + 0.5 * np.array(elsewhere.scores(rows, among))
    assert again.scores(rows, among) == pytest.approx(expected.tolist())
    file = tmp_path / "both" / CARD
    file.write_text(file.read_text().replace('"weights": [', '"weights": [1.0,'))
    with pytest.raises(RankerUnusable):
        load(tmp_path / "both", Spelling().name)


def test_learning_again_gives_the_same(ranker: Ranker) -> None:
    """With the same seed, tree by tree."""
    small = [world(40)]
    one, other = (train(small, Spelling(), seed=7) for _ in range(2))
    texts = [[str(t.model_to_string()) for t in made.trees] for made in (one, other)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "how", ["missing", "other encoder", "changed", "older format", "no lines", "nonsense"]
)
def test_a_folder_that_cannot_be_used(ranker: Ranker, tmp_path: Path, how: str) -> None:
    """Is refused with what to do; nothing in it is run."""
    folder = tmp_path / "parents"
    save(ranker, folder)
    card = (folder / CARD).read_text()
    if how == "missing":
        (folder / "trees_1.txt.gz").unlink()
    if how == "changed":
        (folder / "trees_1.txt.gz").write_text("tree")
    if how == "older format":
        (folder / CARD).write_text(card.replace('"format": 4', '"format": 3'))
    if how == "no lines":
        (folder / CARD).write_bytes(orjson.dumps({**orjson.loads(card), "lines": []}))
    if how == "nonsense":
        (folder / CARD).write_text("[]")
    with pytest.raises(RankerUnusable, match="knowloom train taxonomy"):
        load(folder, "none" if how == "other encoder" else Spelling().name)


def test_too_little_to_learn_from() -> None:
    """A message, no empty ranker."""
    with pytest.raises(TaxonomyFaulty, match="least"):
        train([taxonomy([("a", "b"), ("a", "c")])], Spelling())


def test_several_roots_and_no_definitions() -> None:
    """The roots are always candidates, also in a large taxonomy."""
    many = taxonomy([(f"root {n % 3}", f"leaf {n}") for n in range(ALL + 50)])
    at = index(many, Spelling())
    [entry] = entries([New("qwxz")], Spelling())
    nodes = candidates(at, entry, near(at, entry))
    assert len(nodes) == len(set(nodes)) < len(many)
    assert {at.ids[root] for root in many.roots} <= set(nodes)


def test_features_are_numbers_of_the_right_order(asked: list[Question]) -> None:
    """A column a name, none of them undefined; counts enter by order of size."""
    at = index(asked[0].taxonomy, Spelling())
    [entry] = entries([asked[0].new], Spelling())
    close = near(at, entry)
    rows = features(at, entry, close, candidates(at, entry, close))
    assert rows.shape == (len(at), len(COLUMNS))
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert np.isfinite(rows).all()
    assert set(np.unique(rows[:, NAMES.index("children")])) <= set(range(8))


def test_what_grows_is_what_is_built(asked: list[Question]) -> None:
    """An index that took names one by one gives the numbers of one built at once."""
    whole = world(60)
    small = Taxonomy({"thing": ()}, whole.definitions)
    known = known_of(whole, Spelling())
    grown = Index(small, known)
    for name in whole.order[1:]:
        grown.add(known[name], whole.parents[name])
    built = Index(whole, known)
    [entry] = entries([asked[0].new], Spelling())
    for at in (grown, built):
        assert at.names == built.names
        assert (at.depth == built.depth).all()
        assert (at.below == built.below).all()
    one, other = (features(at, entry, near(at, entry), range(60)) for at in (grown, built))
    assert np.allclose(one, other)


def test_taking_children_over_keeps_depths_right() -> None:
    """Everything below moves down."""
    before = taxonomy([("a", "b"), ("b", "c"), ("a", "d")])
    after = before.with_node("m", ["a"], taking=["b"])
    known = known_of(after, Spelling())
    at = Index(before, known)
    at.add(known["m"], ["a"], ["b"])
    assert {n: int(at.depth[i]) for n, i in at.ids.items()} == dict(after.depths)
    assert int(at.below[at.ids["m"]]) == 2
    assert at.children[at.ids["a"]] == [at.ids["d"], at.ids["m"]]


def test_sureness_never_falls() -> None:
    """Isotonic, and never quite sure."""
    tops = [(0.1 * n, n % 3 > 0) for n in range(10)]
    steps = rising(tops)
    shares = [y for _, y in steps]
    assert shares == sorted(shares)
    assert shares[0] > 0 and shares[-1] < 1
    temperature, _ = calibrated([([3.0, 0.0], [True, False])] * 5)
    assert temperature < 1
    assert calibrated([]) == (1.0, ())


def test_vectors_are_kept(tmp_path: Path) -> None:
    """What was encoded once is not encoded again, and stays the same."""

    class Counting(Spelling):
        seen = 0

        def encode(self, texts):  # type: ignore[no-untyped-def]
            self.seen += len(texts)
            return super().encode(texts)

    counting = Counting()
    kept = Kept(counting, tmp_path / "vectors.sqlite")
    first = kept.encode(["one", "two", "one"])
    assert counting.seen == 2
    assert (kept.encode(["two", "one", "one"])[[1, 0, 2]] == first).all()
    assert counting.seen == 2
    assert kept.encode([]).shape == (0, kept.width)
    kept.close()


def test_outputs_must_fit_the_questions(asked: list[Question], tmp_path: Path) -> None:
    """One answer a question, in their order."""
    file = tmp_path / "out.json"
    file.write_text('["x.add_parent(noise)"]')
    assert read_outputs(file, asked[:1]) == ["noise"]
    for text in ("[]", "{", "3"):
        file.write_text(text)
        with pytest.raises(TaxonomyFaulty):
            read_outputs(file, asked[:1])
