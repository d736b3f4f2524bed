"""The harness of taxonomy expansion, from a folder of questions to tables."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_taxonomy import world

from knowloom.cli import cli
from knowloom.evaluation.taxonomy import compared, held_out, measured, taxonomies_of
from knowloom.evaluation.taxonomy_published import SETS, Published, digest_of, published
from knowloom.models.encoders import Spelling
from knowloom.taxonomy.baselines import Root
from knowloom.taxonomy.questions import read_questions
from knowloom.taxonomy.rank import Rules
from knowloom.taxonomy.tree import Taxonomy
from knowloom.training.parting import parted


@pytest.fixture
def folder(workspace: Path) -> Path:
    """Questions about a taxonomy of sixty names."""
    whole = world(60)
    rest, out = parted(whole, random.Random(5))
    edges = [[p, name] for name, above in rest.parents.items() for p in above]
    rows = [
        {
            "root": "thing",
            "entity_list": list(rest.parents),
            "relation_list": edges,
            "test_node": name,
            "test_node_parent": golds[0],
        }
        for name, golds in out.items()
    ]
    made = workspace / "made"
    made.mkdir()
    lines = "\n".join(map(json.dumps, rows))
    (made / "test_taxonomy_expansion.json").write_text(lines, encoding="utf-8")
    (made / "test_definition.json").write_text(json.dumps(dict(whole.definitions)))
    return made


def run(*arguments: object) -> Result:
    """Return what a command did."""
    return CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)


def test_every_figure_is_there(folder: Path) -> None:
    """Both variants of Wu & Palmer, ranks, the candidates' recall, calibration, by depth."""
    questions = read_questions(folder)
    [rules, root] = measured(questions, Spelling(), [Rules(), Root()])
    figures = rules.as_json()
    assert figures["accuracy"] > root.as_json()["accuracy"]
    low, high = figures["interval"]
    assert low <= figures["accuracy"] <= high
    assert figures["accuracy"] == figures["hit@1"] <= figures["mrr"] <= figures["hit@10"]
    assert figures["candidates"] == 1
    assert figures["wup"] == figures["wup_codetaxo"]  # a tree, and every answer is in it
    assert sum(n for _, n in figures["by_depth"].values()) == len(questions)


def test_leaves_are_held_out_together(folder: Path) -> None:
    """A fifth of them, several times; what learns never sees them."""
    questions = read_questions(folder)
    [taxonomy] = taxonomies_of(questions)
    seen: list[int] = []

    def learn(known: list[Taxonomy]) -> list[Rules]:
        seen.append(len(known[0]))
        return [Rules()]

    found = held_out([taxonomy], Spelling(), learn, repeats=2)
    fifth = round(0.2 * len(taxonomy.leaves))
    assert seen == [len(taxonomy) - fifth] * 2
    assert len(found) == 1  # both scorers are the rules here
    assert len(found[0].answers) == 2 * fifth
    asked = {a.question.new.name for a in found[0].answers}
    assert not asked & {q.new.name for q in questions}


def test_published_figures_stand_beside_their_questions_only(folder: Path) -> None:
    """And paired tests say who was right alone."""
    questions = read_questions(folder)
    assert published(questions) is None
    assert digest_of(questions) == digest_of(questions[::-1])
    assert len({one.digest for one in SETS}) == len(SETS) == 3
    found = measured(questions, Spelling(), [Rules()])
    golds = [q.golds[0] for q in questions]
    made = compared("made", questions, found, {"perfect": golds})
    assert made.paired["perfect"][0] == 0
    beside = type(made)("made", tuple(found), Published("made", "", {"paper": (59.7, 80.8)}))
    assert "| paper (S0 Table 1) | 59.7 | 80.8 |" in beside.as_markdown()


def test_a_file_is_no_folder_to_write(folder: Path) -> None:
    """Which is said before anything is learnt."""
    made = run("train", "taxonomy", folder, "--lexical", "--out", folder / "test_definition.json")
    assert made.exit_code == 2
    assert "is a file" in made.output


def test_a_share_is_told_only_where_names_were_held_out(folder: Path) -> None:
    """One taxonomy alone, learnt from for others, leaves none to try what was learnt on."""
    alone = run("train", "taxonomy", folder, "--lexical", "--out", "alone")
    assert alone.output.count("nothing was held out") == 2
    assert "%" not in alone.output
    figures = json.loads(Path("alone/ranker.json").read_text(encoding="utf-8"))["figures"]
    assert figures["held_out"] == 0
    assert "accuracy_on_held_out" not in figures
    edges = [(p, name) for name, above in world(60, 3).parents.items() for p in above]
    Path("edges.tsv").write_text("\n".join(map("\t".join, edges)), encoding="utf-8")
    both = run("train", "taxonomy", folder, "edges.tsv", "--lexical", "--out", "both")
    assert "% of held-out names are right" in both.output


def test_the_commands(folder: Path) -> None:
    """Train, evaluate with what was trained, beside stored answers, and by rule."""
    trained = run("train", "taxonomy", folder, "--lexical", "--out", "parents")
    assert "names are encoded" in trained.output
    questions = read_questions(folder)
    Path("out.json").write_text(json.dumps([f"x.add_parent({q.golds[0]})" for q in questions]))
    done = run(
        "evaluate", "taxonomy", folder, "--ranker", "parents", "--lexical", "--beside", "out.json",
        "--json",
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert [one["scorer"] for one in found["measured"]] == [
        "ranker",
        "rules",
        "nearest by vector",
        "word overlap",
        "always the root",
    ]
    assert found["paired"]["out.json"][0] == 0
    on_top = run(
        "train", "taxonomy", folder, "--base", "parents", "--lexical", "--out", "both", "--json"
    )  # fmt: skip
    card = json.loads(on_top.stdout)
    assert len(card["weights"]) == 6
    assert sum(card["weights"]) == pytest.approx(1.5)  # what learnt before counts half
    held_out = ("evaluate", "taxonomy", folder, "--ranker", "rules", "--lexical", "--held-out")
    assert "leaves held out" in run(*held_out).output
    drawn = {_figures(run(*held_out, "--json", "--seed", str(seed)).stdout) for seed in range(4)}
    assert len(drawn) > 1  # each seed asks for other leaves
    usual, again = run(*held_out, "--json"), run(*held_out, "--json", "--seed", "99")
    assert _figures(usual.stdout) == _figures(again.stdout)


def _figures(answer: str) -> str:
    """Return what was measured, but for how long it took."""
    found = [{**one, "seconds": 0} for one in json.loads(answer)["measured"]]
    return json.dumps(found, sort_keys=True)


def test_test_names_are_taken_out_of_what_is_learnt_from(folder: Path) -> None:
    """With every edge to and from them, whatever their case; and their number is said."""
    Path("trees.ptb").write_text("(Tool (Saw hand_$_saw) axe hammer)\n", encoding="utf-8")
    questions = read_questions(folder)
    name = questions[0].new.name.replace(" ", "_$_").upper()
    Path("more.ptb").write_text(f"(thing {name} (a b c))\n", encoding="utf-8")
    done = run(
        "train", "taxonomy", "trees.ptb", "more.ptb", "--without", folder, "--out", "x",
        "--dry-run", "--json",
    )  # fmt: skip
    planned = json.loads(done.stdout)
    assert planned["taken_out"] == 2  # `thing` is in the taxonomy that is asked about
    assert planned["names"] == 5 + 3


def test_what_learns_elsewhere_knows_no_name_of_the_data(folder: Path) -> None:
    """Leaves of a file are asked for; a taxonomy that shares all names with it teaches nothing."""
    made = world(70, 8)
    lines = [f"\tthing\t{made.definitions['thing']}"] + [
        f"{p}\t{n}\t{made.definitions[n]}" for n, above in made.parents.items() for p in above
    ]
    Path("other.tsv").write_text("\n".join(lines), encoding="utf-8")
    done = run(
        "evaluate", "taxonomy", "other.tsv", "--elsewhere", folder, "--lexical", "--json"
    )  # fmt: skip
    found = json.loads(done.stdout)["measured"]
    assert [one["scorer"] for one in found] == ["ranker", "learnt elsewhere", "rules"]
    assert {one["questions"] for one in found} == {found[0]["questions"]}
    shared = made.parents.keys() & world(60).parents.keys()
    assert "thing" in shared
    left_out = int(done.stderr.split(" names are left out")[0].splitlines()[-1])
    assert left_out >= len(shared)  # and what had an edge to these only
    nothing = CliRunner().invoke(
        cli, ["evaluate", "taxonomy", "other.tsv", "--elsewhere", "other.tsv", "--lexical"]
    )
    assert "0 of its names are leaves" in str(nothing.exception)


def test_what_cannot_be_learnt_from(workspace: Path) -> None:
    """Is said in a sentence."""
    Path("one.ptb").write_text("(a b c)\n", encoding="utf-8")
    done = CliRunner().invoke(
        cli, ["train", "taxonomy", "one.ptb", "--lexical", "--out", "x"], standalone_mode=False
    )
    assert "only 2 of its names are leaves" in str(done.exception)
