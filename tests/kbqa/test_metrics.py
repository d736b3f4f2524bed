"""The metrics of several authors, on answers whose scores are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowloom.errors import SourceError
from knowloom.evaluation.kbqa import Asked, Outcome, evaluated, scored, summary
from knowloom.evaluation.kbqa_published import beside, lines
from knowloom.evaluation.kbqa_sets import read_questions


def test_strict_hit_is_the_chance_of_a_random_answer() -> None:
    """Of two answers of which one is right, half a hit."""
    found = scored(["London", "Paris"], ["london", "Rome"])
    assert (found.hit, found.any_hit, found.f1, found.exact) == (0.5, 1.0, 0.5, 0.0)


def test_lenient_matches_are_lenient() -> None:
    """ToG's match takes parts for the whole, RoG's a gold answer within the joined ones."""
    found = scored(["Jamaican English"], ["English"])
    assert (found.hit, found.tog, found.rog) == (0.0, 1.0, 1.0)
    assert scored(["English"], ["Jamaican English"]).rog == 0.0


def test_an_empty_answer_is_wrong_everywhere() -> None:
    """Also where its authors' code counts it as right."""
    assert set(vars_of([])) == {0}


def vars_of(answers: list[str]) -> list[float]:
    """Return all scores of answers to a question about London."""
    found = scored(answers, ["London"])
    return [found.hit, found.any_hit, found.f1, found.exact, found.tog, found.rog]


def test_without_gold_is_left_out() -> None:
    """A question without a gold answer is in no mean."""
    asked = [Asked("1", "a", (), frozenset({"x"})), Asked("2", "b", (), frozenset())]
    outcomes = evaluated(asked, lambda a: Outcome(a, ("x",), 1.0, 0.1))
    found = summary(outcomes)
    assert (found.questions, found.without_gold, found.means["hit"]) == (1, 1, 100.0)


def test_figures_by_kind_and_by_confidence() -> None:
    """Who is always sure and half the time wrong is told so."""
    asked = [Asked(str(i), "q", (), frozenset({"x"}), f"{1 + i % 2}-hop") for i in range(4)]
    found = summary(evaluated(asked, lambda a: Outcome(a, ("xy"[int(a.id) % 2],), 1.0, 0.1)))
    assert found.kinds == {"1-hop": (2, 100.0, 100.0), "2-hop": (2, 0.0, 0.0)}
    assert (found.calibration, found.misled) == (50.0, 50.0)
    assert "  2-hop                    2, 0.0, 0.0" in found.lines()


def test_published_figures_stand_beside_the_same_questions() -> None:
    """Those of WebQSP's test part, by their ids, with what cannot be compared."""
    theirs, ours = (
        evaluated([Asked(id_, "q", (), frozenset({"x"}))], lambda a: Outcome(a, (), 0.0, 0.1))
        for id_ in ("WebQTest-7", "7")
    )
    assert beside(theirs)["KnowCoder-V2"] == 84.7
    assert "the graphs do not" in list(lines(beside(theirs)))[-1]
    assert beside(ours) == {}
    assert list(lines({})) == []


def test_answers_never_see_the_gold() -> None:
    """What answers gets the question only, so that shuffled gold changes no prediction."""
    seen: list[Asked] = []

    def answer(asked: Asked) -> Outcome:
        seen.append(asked)
        return Outcome(asked, (asked.question,), 1.0, 0.0)

    questions = [Asked(str(i), f"q{i}", ("t",), frozenset({f"g{i}"})) for i in range(4)]
    shuffled = [Asked(q.id, q.question, q.topics, frozenset({"other"})) for q in questions]
    plain = [o.answers for o in evaluated(questions, answer)]
    assert plain == [o.answers for o in evaluated(shuffled, answer)]
    assert all(asked == Asked(asked.id, asked.question, ("t",), frozenset()) for asked in seen)


def test_readers(tmp_path: Path) -> None:
    """The forms of three data sets and ours become the same thing."""
    meta = tmp_path / "dev.txt"
    meta.write_text("who directed [Top Gun]\tTony Scott|Ann\n", encoding="utf-8")
    [asked] = read_questions(meta)
    assert (asked.topics, asked.gold) == (("Top Gun",), frozenset({"Tony Scott", "Ann"}))
    path = tmp_path / "PQ.txt"
    path.write_text("q ?\tb(b/c/)\ta#r#b#<end>#b\n", encoding="utf-8")
    [asked] = read_questions(path)
    assert (asked.topics, asked.gold) == (("a",), frozenset({"b", "c"}))
    own = tmp_path / "own.jsonl"
    own.write_text('{"question": "q", "answers": ["x"]}\n{"question": "r"}\n', encoding="utf-8")
    assert [a.answerable for a in read_questions(own)] == [True, False]
    official = tmp_path / "web.json"
    parse = {
        "TopicEntityName": "T",
        "InferentialChain": ["r"],
        "Answers": [{"EntityName": "A", "AnswerArgument": "m.1"}],
    }
    body = {"Questions": [{"QuestionId": "1", "ProcessedQuestion": "q", "Parses": [parse]}]}
    official.write_text(json.dumps(body), encoding="utf-8")
    [asked] = read_questions(official)
    assert (asked.topics, asked.gold, asked.chains) == (("T",), frozenset({"A"}), (("r",),))


def test_a_faulty_line_is_named(tmp_path: Path) -> None:
    """The place of what cannot be read is said."""
    file = tmp_path / "dev.txt"
    file.write_text("no topic here\tx\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 1 is no question"):
        read_questions(file)
