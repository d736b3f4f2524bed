"""Asking the stored graph: names are looked up, programs composed, run, and one of them chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from neo4j import Record
from neo4j.exceptions import Neo4jError

from knowloom.assets import cypher
from knowloom.kbqa.answer import THRESHOLD, Answer, Fact, Found, Run, chosen, margin, worth_of
from knowloom.kbqa.as_python import python_of
from knowloom.kbqa.compose import Candidate, compose
from knowloom.kbqa.link import Called, in_place_of_pronoun, link, literals, topical
from knowloom.kbqa.mentions import Literal, Named, Question, cues_of
from knowloom.kbqa.programs import (
    Node,
    Program,
    cypher_of,
    evidence_of,
    nodes_of,
    words_of_program,
)
from knowloom.kbqa.schema import Schema, Value
from knowloom.kbqa.unread import unread
from knowloom.kbqa.words import is_mediator_name
from knowloom.materials import Materials, materials
from knowloom.ontology.concepts import Ontology
from knowloom.pathfinding import Pathfinder, Ranked, Ranker, plain_ranker, program_of, weighed
from knowloom.sandbox import run as sandbox
from knowloom.sandbox.outcome import Level, Limits, Outcome
from knowloom.store import ontology as stored
from knowloom.store.database import Database
from knowloom.store.infer import infer_bindings
from knowloom.store.search import plain_query
from knowloom.store.seeds import SeedFinder
from knowloom.store.statement import filled

_HITS = 200
_NAMES = 60_000  # of nodes that knowloom did not lay out, kept in memory
_SAMPLE, _MOST = 5_000, 300
_CLOSE = 0.02
_SAME = 20  # nodes of one name
_FACTS = 30  # of the evidence that is shown
_RUNS = 12  # programs that are tried for one question
_PATHS = 3  # likewise, where its topic is given
_LABEL = "/*:label*/"


class Asker:
    """Answers questions about one graph; it never writes.

    What is worked out about the graph is kept, so one asker serves many questions.

    Args:
        database: where to look.
        ranker: of paths from a known topic; the default when None.
        ontology: the classes; those stored when None, and where none are, those that the graph's
            labels and types suggest.
        limits: of programs that are run apart; the defaults when None.
        weakest: the level of confinement below which none is.
    """

    def __init__(
        self,
        database: Database,
        ontology: Ontology | None = None,
        ranker: Ranker | None = None,
        *,
        limits: Limits | None = None,
        weakest: Level = Level.FULL,
    ) -> None:
        self.database = database
        self._limits = limits
        self._weakest = weakest
        self._ranker = ranker
        known = stored.load(database) if ontology is None else ontology
        self.schema = Schema(known if len(known) else infer_bindings(database))

    def ask(
        self, text: str, *, topic: str | None = None, threshold: float | None = None
    ) -> Answer:
        """Return the answer to a question; without values when it is not sure enough.

        Args:
            text: the question, in English.
            topic: the name of what it is about, when that is known.
            threshold: of the confidence, from 0 to 1; the default when None.
        """
        # Halves of characters are no text that could be sent.
        text = text.encode("utf-8", "ignore").decode("utf-8")
        if topic is not None:
            topic = topic.encode("utf-8", "ignore").decode("utf-8")
            return self._about(text, topic, threshold)
        threshold = THRESHOLD if threshold is None else threshold
        question = Question.of(text)
        named, said = self.linked(question)
        candidates = compose(question, self.schema, named, said)
        runs = list(self._run(candidates))
        run, sure = chosen(runs)
        if run is None:
            return Answer(text, why_not="no way through the graph fits the words of the question")
        program, covered = run.candidate.program, run.candidate.covered
        if word := unread(question, cues_of(question), program, covered):
            why = f"what {word!r} means here cannot be told"
            return replace(self._answer(text, run, 0.0, threshold), why_not=why, guesses=())
        return self._answer(text, run, sure, threshold)

    def _about(self, text: str, topic: str, threshold: float | None) -> Answer:
        """Return the answer to a question about a known topic.

        It is the end of the likeliest path, but for what no path leads to, what is counted,
        compared, picked or read off; and, without a trained ranker, for what is composed more
        surely.
        """
        keys = self._seeds.keys([topic]).get(topic, [])
        if not keys:
            return Answer(text, why_not=f"the graph knows nothing called {topic!r}")
        question = Question.of(text)
        composed = cache(lambda: self._composed(question, topic, {*keys}))
        sure_one = composed() if self._is_worked_out(question) else None
        if sure_one and sure_one[0].candidate.program.is_worked_out:
            return self._answer(text, *sure_one, threshold or 0.0)
        ranked = self._paths.ranked(text, topic, keys[:_SAME])
        if not ranked:
            return Answer(text, why_not=f"nothing is linked to {topic!r}")
        # A path may turn back on its way and so lead nowhere: then one of the next is meant.
        for i in range(min(len(ranked), _PATHS)):
            run = self._gone(text, topic, keys[:_SAME], ranked[i:])
            if run.values:
                sure = margin([one.score for one in ranked[i:]])
                # Among many types, what can be composed takes long and is seldom what is meant.
                if sure < THRESHOLD and self._ranker is None and self._paths.few_types:
                    run, sure = composed() or (run, sure)
                return self._answer(text, run, sure, threshold or 0.0)
        return Answer(text, why_not=f"the likeliest paths from {topic!r} lead nowhere")

    def _is_worked_out(self, question: Question) -> bool:
        """Return whether a question wants more than what links lead to."""
        cues = cues_of(question)
        phrases = (phrase for value in self.schema.values for phrase in value.phrases)
        return cues.is_worked_out or cues.kind == "when" or any(map(question.find, phrases))

    def _composed(
        self, question: Question, topic: str, keys: set[str]
    ) -> tuple[Run, float] | None:
        """Return what a composed program finds about a topic, if that is sure."""
        named, said = self.linked(question)
        own = topical(named, keys)
        if not own:
            own = in_place_of_pronoun(question, topical(self.linked(Question.of(topic))[0], keys))
        named = [*own, *(n for n in named if not any(n.at & one.at for one in own))]
        run, sure = chosen(list(self._run(compose(question, self.schema, named, said))))
        if run is None or sure < THRESHOLD:
            return None
        nodes = nodes_of(run.candidate.program)
        is_meant = any(not keys.isdisjoint(node.keys) for node in nodes)
        return (run, sure) if is_meant else None

    def _gone(self, text: str, topic: str, keys: Sequence[str], ranked: Sequence[Ranked]) -> Run:
        """Return what the first of ranked paths leads to."""
        path = ranked[0].reached
        program = program_of(path, keys, topic)
        program, likely = self._paths.narrowed(text, topic, path.path, program)
        found = (f for f in self.values(program) if not is_mediator_name(str(f.value)))
        return Run(Candidate(program, frozenset(), 0.0), weighed(found, ranked, likely))

    @cached_property
    def _seeds(self) -> SeedFinder:
        return SeedFinder(self.database, self.schema.bindings)

    @cached_property
    def _paths(self) -> Pathfinder:
        return Pathfinder(self.database, self.schema, self._ranker or plain_ranker())

    def linked(self, question: Question) -> tuple[list[Named], list[Literal]]:
        """Return the instances and values that a question may name."""
        called = [*self._own(question), *self._foreign_names]
        return link(question, called), literals(question, self._values)

    def _own(self, question: Question) -> Iterator[Called]:
        """Yield instances of knowloom's own layout whose names share words with a question."""
        if not self._has_own:
            return
        query = plain_query(" ".join(question.words))
        if not query.strip():
            return
        for row in self.database.read(cypher("kbqa/named"), query=query, limit=_HITS):
            concepts = self.schema.bindings.concepts(row["labels"])
            if concepts and row["name"]:
                yield Called(row["key"], row["name"], concepts[0])
                for alias in row["aliases"] or ():
                    yield Called(row["key"], row["name"], concepts[0], alias)

    @cached_property
    def _has_own(self) -> bool:
        rows = self.database.read(cypher("read/has_index"), name="knowloom_instance_text")
        return bool(rows and rows[0][0])

    @cached_property
    def _foreign_names(self) -> list[Called]:
        """The names of nodes that knowloom did not lay out, read once."""
        found: list[Called] = []
        for place in self.schema.bindings.foreign:
            name = self.schema.name_of(place.concept).property
            text = filled(cypher("kbqa/names"), {_LABEL: ":" + place.pattern})
            rows = self.database.read(text, name=name, limit=_NAMES - len(found))
            found += [Called(row["key"], row["name"], place.concept) for row in rows]
        return found

    @cached_property
    def _values(self) -> dict[Value, list[str]]:
        """The short texts that instances have in their attributes, read once."""
        found: dict[Value, list[str]] = {}
        for concept in self.schema.classes:
            texts = {
                value.property: value
                for value in self.schema.values
                if value.owner == concept and value.kind in {"text", "choice"} and not value.many
            }
            texts.pop(self.schema.name_of(concept).property, None)
            if not texts:
                continue
            pattern = ":" + self.schema.place(concept).pattern
            text = filled(cypher("kbqa/values"), {_LABEL: pattern})
            rows = self.database.read(text, properties=list(texts), sample=_SAMPLE, most=_MOST)
            found |= {texts[row["name"]]: list(row["values"]) for row in rows}
        return found

    def _run(self, candidates: Sequence[Candidate]) -> Iterator[Run]:
        """Yield what the likeliest candidates find, until none behind can be likelier."""
        best = 0.0
        for candidate in candidates[:_RUNS]:
            if candidate.score < best - _CLOSE:
                return
            run = Run(candidate, self.values(candidate.program))
            best = max(best, worth_of(run))
            yield run

    def values(self, program: Program) -> tuple[Found, ...]:
        """Return what a program finds, in no order that means something."""
        text, parameters = cypher_of(program, self.schema)
        try:
            rows = self.database.read(text, **parameters)
        except Neo4jError:
            # A value of an unforeseen type cannot be compared so: then it finds nothing.
            return ()
        return tuple(_found(row) for row in rows)

    def in_sandbox(self, program: Program, most: int = 20_000) -> Outcome:
        """Return what the Python of a program finds, run apart over objects that are read first.

        Args:
            program: as composed.
            most: nodes of a class that are read, and relationships; a larger graph is cut.
        """
        return self.run_apart(python_of(program), nodes_of(program), most)

    def run_apart(self, source: str, nodes: Iterable[Node], most: int = 20_000) -> Outcome:
        """Return what a Python program finds, run apart.

        Args:
            source: that leaves what it found in `found`.
            nodes: what it looks at.
            most: see `in_sandbox`.
        """
        things, facts = self._materials(nodes, most)
        return sandbox.run(
            source,
            {"things": things, "facts": facts},
            result="found",
            limits=self._limits,
            weakest=self._weakest,
        )

    def _materials(self, nodes: Iterable[Node], most: int) -> Materials:
        """Return what a Python program looks at."""
        return materials(self.database, self.schema, nodes, most)

    def _answer(self, text: str, run: Run, sure: float, threshold: float) -> Answer:
        """Return an answer with all that explains it."""
        program = run.candidate.program
        statement, parameters = cypher_of(program, self.schema)
        said = sure >= threshold
        return Answer(
            text,
            run.values if said else (),
            sure,
            "" if said else "nothing that was found fits the question well enough",
            words_of_program(program, self.schema),
            statement,
            parameters,
            python_of(program),
            evidence=tuple(self._evidence(run)) if said else (),
            guesses=() if said else run.values,
        )

    def _evidence(self, run: Run) -> Iterator[Fact]:
        """Yield the facts that an answer rests on."""
        program = run.candidate.program
        if program.give is not None and not program.reduce and not program.qualifier:
            subject = " or ".join(dict.fromkeys(program.root.names)) or program.root.concept
            one = program.root.keys[0] if len(program.root.keys) == 1 else ""
            for found in run.values[:_FACTS]:
                yield Fact(subject, program.give.attribute, str(found.value), one)
        keys = [found.key for found in run.values if found.key][:_FACTS]
        if wanted := evidence_of(program, self.schema, keys):
            for row in self.database.read(wanted[0], **wanted[1]):
                yield Fact(str(row["start"]), row["type"], str(row["end"]), row["key"])


def _found(row: Record) -> Found:
    """Return a row of a program as a value."""
    held: dict[str, Any] = dict(row)
    value = held["value"]
    plain = value.to_native() if hasattr(value, "to_native") else value
    return Found(plain, held.get("key") or "", held.get("number"))
