"""Question sets in the forms their authors publish, and in a simple one of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowloom.errors import SourceError
from knowloom.evaluation.kbqa import Asked

_TOPIC = re.compile(r"\[([^\]]+)\]")
_PARENS = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)$")


def read_questions(path: Path) -> list[Asked]:
    """Return the questions of a file, told by its ending and content.

    WebQSP's official JSON; JSON Lines with `question` and `topic_entity`, or ours; MetaQA's lines
    with the topic in brackets; PathQuestion's lines with the path behind the answers.

    Args:
        path: of the file.

    Raises:
        SourceError: it is none of these; the place where it is not is named.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return list(_webqsp(json.loads(text), path))
    lines = [line for line in text.splitlines() if line.strip()]
    read = _own if path.suffix == ".jsonl" else _path_question if "#" in text[:500] else _metaqa
    found: list[Asked] = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(read(line, number, path))
        except (ValueError, KeyError, IndexError) as error:
            why = f"line {number} is no question of a form that is known ({error})"
            raise SourceError(path, why) from error
    return found


def _webqsp(body: Any, path: Path) -> Iterator[Asked]:
    """Yield the questions of WebQSP's official release."""
    if "Questions" not in body:
        raise SourceError(path, "it holds no `Questions`, as the official JSON of WebQSP does")
    for question in body["Questions"]:
        parses = [p for p in question["Parses"] if p["TopicEntityName"]]
        topics = tuple(dict.fromkeys(p["TopicEntityName"] for p in parses))
        gold = frozenset(
            a["EntityName"] or a["AnswerArgument"]
            for p in question["Parses"]
            for a in p["Answers"]
        )
        chains = {tuple(p["InferentialChain"]) for p in parses if p["InferentialChain"]}
        text = question["ProcessedQuestion"]
        id_, kind = question["QuestionId"], _kind(parses)
        yield Asked(id_, text, topics, gold, kind, chains=tuple(sorted(chains)))


def _kind(parses: Sequence[Any]) -> str:
    """Return what sort a question of WebQSP is, by its first annotation."""
    if not parses:
        return "no topic"
    hops = len(parses[0]["InferentialChain"] or ())
    bound = " with constraints" if parses[0].get("Constraints") else ""
    return f"{hops}-hop{bound}"


def _own(line: str, number: int, path: Path) -> Asked:
    """Return a question of a JSON Lines file."""
    body = json.loads(line)
    id_ = str(body.get("id", f"{path.stem}-{number}"))
    if "topic_entity" in body:
        gold = [*(body.get("answers_rog") or ()), *(body.get("answers_tog") or ())]
        topics = tuple(dict.fromkeys(body["topic_entity"].values()))
        return Asked(id_, body["question"], topics, frozenset(map(str, gold)))
    return Asked(
        id_,
        body["question"],
        tuple(body.get("topics") or ()),
        frozenset(map(str, body.get("answers") or ())),
        " ".join(filter(None, (body.get("graph"), body.get("kind")))),
        bool(body.get("answers") or body.get("cypher")),
        cypher=body.get("cypher") or "",
    )


def _metaqa(line: str, number: int, path: Path) -> Asked:
    """Return a question of MetaQA: `what films did [Ann Lee] direct<TAB>A|B`."""
    question, _, answers = line.partition("\t")
    topic = _TOPIC.search(question)
    if topic is None:
        message = "no topic in brackets"
        raise ValueError(message)
    plain = question.replace("[", "").replace("]", "")
    id_ = f"{path.parent.name}-{number}"
    return Asked(id_, plain, (topic[1],), frozenset(answers.split("|")), path.parent.name)


def _path_question(line: str, number: int, path: Path) -> Asked:
    """Return a question of PathQuestion: `question<TAB>ans(a/b/)<TAB>subject#relation#…`."""
    question, answers, steps = line.split("\t")[:3]
    listed = _PARENS.search(answers.strip())
    gold = listed[1].strip("/").split("/") if listed else [answers]
    subject = steps.split("#")[0]
    return Asked(f"{path.stem}-{number}", question, (subject,), frozenset(gold), path.stem)
