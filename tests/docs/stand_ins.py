"""Small files of our own in the formats of data sets that documents measure with.

They make the scripts of those documents run; what comes out of them says nothing.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

CITIES = {"London": "England", "Paris": "France", "Rome": "Italy", "Oslo": "Norway"}
PEOPLE = ("Ada Byron", "Emil Post", "Rosa Peter", "Kurt Reid", "Lotte Hahn", "Ivo Marsh")


def write_all(folder: Path) -> None:
    """Write every data set into a folder, each where the documents say it is."""
    _papers(folder)
    _triples(folder / "graphs" / "fb15k237")
    _taxonomy(folder / "taxonomy")
    _sentences(folder)
    _questions(folder)


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")


def _lines(path: Path, rows: list[object]) -> None:
    _write(path, "".join(f"{json.dumps(row)}\n" for row in rows))


def _papers(folder: Path) -> None:
    """Write `papers/VENUE/VENUEYEAR.json`, and the venues again where the case study has them."""
    for venue in ("nips", "icml", "iclr"):
        for year in range(2009, 2019, 3):
            rows = [
                {
                    "title": f"On {topic} at {venue} in {year}",
                    "author": f"{author}; {PEOPLE[year % 6]}",
                    "status": status,
                    "abstract": f"We speak of {topic}.",
                    "keywords": topic,
                    "gs_citation": cited,
                    "aff_unique_norm": "University of Toronto",
                }
                for author, topic, status, cited in (
                    ("Geoffrey Hinton", "images", "Poster", 30 + year % 7),
                    ("Yoshua Bengio", "languages", "Oral", 20 + year % 5),
                    ("Rosa Peter", "games", "Reject", -1),
                )
            ]
            _write(folder / "papers" / venue / f"{venue}{year}.json", rows)


def _triples(folder: Path) -> None:
    """Write triples whose nodes have numbers, and a file of their names."""
    numbers = {name: f"/m/0{i:04d}" for i, name in enumerate([*PEOPLE, *CITIES, *CITIES.values()])}
    facts = [
        (numbers[p], "/people/person/place_of_birth", numbers[city])
        for p, city in zip(PEOPLE, [*CITIES, "Paris", "Rome"], strict=True)
    ]
    facts += [(numbers[c], "/location/location/country", numbers[n]) for c, n in CITIES.items()]
    for i, name in enumerate(("train", "valid", "test")):
        _write(folder / f"{name}.txt", "".join("\t".join(f) + "\n" for f in facts[i::3]))
    named = {number: {"label": name, "alternatives": []} for name, number in numbers.items()}
    _write(folder / "entity2wikidata.json", named)


def _taxonomy(folder: Path) -> None:
    """Write questions about two taxonomies, answers to them, and trees in brackets."""
    _asked_of(folder, ("boat", "house", "garden", "engine", "river"))
    _asked_of(folder / "other", ("bread", "soup", "cheese", "fruit", "salad"))


def _asked_of(folder: Path, kinds: tuple[str, ...]) -> None:
    """Write questions about a taxonomy of things of five kinds."""
    words = ("small", "old", "steam", "stone", "winter", "long", "round", "public")
    edges = [("thing", kind) for kind in kinds]
    edges += [(kind, f"{word} {kind}") for kind in kinds for word in words]
    asked = random.Random(3).sample(edges[len(kinds) :], 8)
    rest = [edge for edge in edges if edge not in asked]
    names = ["thing", *(child for _, child in rest)]
    rows: list[object] = [
        {
            "root": "thing",
            "entity_list": names,
            "relation_list": rest,
            "test_node": child,
            "test_node_parent": parent,
        }
        for parent, child in asked
    ]
    _lines(folder / "test_taxonomy_expansion.json", rows)
    _write(folder / "test_definition.json", {c: f"a {p} of its kind" for p, c in edges})
    _write(folder / "gpt-4o.json", [f"{c.replace(' ', '_')}.add_parent({p})" for p, c in asked])
    kinds = ("bird", "tool", "dance", "stone")
    branches = " ".join(f"({k} {' '.join(f'{w}_$_{k}' for w in words)})" for k in kinds)
    _write(folder / "trees.ptb", f"(object {branches})\n")


def _sentences(folder: Path) -> None:
    """Write annotated sentences: ours, a line each, and as both CoNLL sets are published."""
    columns = ""
    ours: list[object] = []
    theirs: list[object] = []
    for name in PEOPLE:
        for city in CITIES:
            text = f"{name} lives in {city}."
            at = text.index(city)
            entities = [[0, len(name), "Person"], [at, at + len(city), "City"]]
            ours.append({"text": text, "entities": entities, "relations": [[0, 1, "LivesIn"]]})
            tokens = [*name.split(), "lives", "in", city, "."]
            found = [[0, 2, "Peop"], [4, 5, "Loc"]]
            tags = ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]
            columns += "".join(f"{t} {tag}\n" for t, tag in zip(tokens, tags, strict=True)) + "\n"
            theirs.append(
                {"tokens": tokens, "entities": found, "relations": [[0, 2, 4, 5, "Live_In"]]}
            )
    for name in ("sentences.jsonl", "test.jsonl"):
        _lines(folder / name, ours)
    for name in ("train", "valid", "test"):
        _write(folder / f"{name}.CoNLL04.json", theirs)
        _write(folder / f"{name}.txt", columns)


def _questions(folder: Path) -> None:
    """Write questions about the people of the triples, in three published forms."""
    born = list(zip(PEOPLE, [*CITIES, "Paris", "Rome"], strict=True))
    official: list[object] = [
        {
            "QuestionId": f"T-{i}",
            "RawQuestion": f"where was {name.lower()} born?",
            "ProcessedQuestion": f"where was {name.lower()} born",
            "Parses": [
                {
                    "ParseId": f"T-{i}.P0",
                    "TopicEntityName": name,
                    "TopicEntityMid": f"/m/0{i:04d}",
                    "PotentialTopicEntityMention": name.lower(),
                    "InferentialChain": ["/people/person/place_of_birth"],
                    "Constraints": [],
                    "Time": None,
                    "Order": None,
                    "Sparql": "",
                    "Answers": [
                        {"AnswerType": "Entity", "AnswerArgument": "", "EntityName": city}
                    ],
                }
            ],
        }
        for i, (name, city) in enumerate(born)
    ]
    _write(folder / "WebQSP.train.json", {"Questions": official})
    asked: list[object] = [
        {
            "id": f"D-{i}",
            "question": f"where was {name.lower()} born?",
            "topic_entity": {f"/m/0{i:04d}": name},
            "answers_tog": [city],
            "answers_rog": [city],
        }
        for i, (name, city) in enumerate(born)
    ]
    _lines(folder / "dev_questions.jsonl", asked)
    steps = "{p}#/people/person/place_of_birth#{c}#/location/location/country#{n}#<end>#{n}"
    lines = "".join(
        f"which country was {p} born in ?\t{CITIES[c]}({CITIES[c]}/)\t"
        f"{steps.format(p=p, c=c, n=CITIES[c])}\n"
        for p, c in born
    )
    for name in ("fit.txt", "report.txt"):
        _write(folder / "pathquestion" / "PQ-3H-by-path" / name, lines)
    hops = "".join(f"which country was [{p}] born in\t{CITIES[c]}\n" for p, c in born)
    _write(folder / "metaqa" / "fit.txt", hops)
    _write(folder / "metaqa" / "2-hop" / "report.txt", hops)
