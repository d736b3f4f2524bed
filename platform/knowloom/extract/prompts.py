"""What a model is asked: the prompts of KnowCoder, word for word (items 34 to 36, 39, 48, 52).

Pure: ontologies and sentences in, texts out. Whether a prompt fits is for the caller to count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from knowloom.errors import PromptTooLong
from knowloom.extract.findings import Trigger
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Kind, Ontology
from knowloom.ontology.render_knowcoder import render_knowcoder

Count = Callable[[str], int]
"""Tells how many tokens a text has."""


class Task(Enum):
    """What is looked for, by the field's short names."""

    NER = "NER"
    RE = "RE"
    ED = "ED"
    EAE = "EAE"

    @property
    def kind(self) -> Kind:
        """The kind of the objects wanted."""
        return _KINDS[self]


_KINDS = {
    Task.NER: Kind.ENTITY,
    Task.RE: Kind.RELATION,
    Task.ED: Kind.EVENT,
    Task.EAE: Kind.EVENT,
}
_DEFINED = {
    Kind.ENTITY: "some Entity Classes are defined above",
    Kind.RELATION: "some Relation Classes and related Entity Classes are defined above",
    Kind.EVENT: "some Event Classes are defined above",
}


class Tag(Enum):
    """Where the name of a data set stands in a task, for models trained on several (item 52)."""

    BEHIND = ("", " from DATASET {}")  # S1 §3.3
    BEFORE = ('For DATASET "{}", ', "")  # S3 Figure 3


def instruction(
    task: Task, *, dataset: str = "", tag: Tag = Tag.BEHIND, triggers: Sequence[Trigger] = ()
) -> str:
    """Return the task as S1 words it.

    Args:
        task: what is looked for.
        dataset: the name of a data set; empty for none.
        tag: where it stands.
        triggers: of events that are confirmed; the task is then their arguments (item 48).

    >>> instruction(Task.NER, dataset="ACE05").partition("in the ")[2]
    'following sentence from DATASET ACE05.'
    """
    before, behind = (part.format(dataset) if dataset else "" for part in tag.value)
    text = (
        f"This is an object-oriented programming task: {before}{_DEFINED[task.kind]}. Please "
        f"instantiate all the corresponding {task.kind} Objects in the following sentence{behind}."
    )
    if not triggers:
        return text
    confirmed = " ".join(
        f'"{t.text}" is the trigger of event type "{t.concept}".' for t in triggers
    )
    return (
        f"{text} It is important to note that the triggers of the events are confirmed as "
        f"follows: {confirmed}"
    )


def definitions(
    ontology: Ontology, concepts: Sequence[str], *, positional_events: bool = False
) -> str:
    """Return the classes, with all they need, as a model is shown them."""
    code = render_knowcoder(ontology, concepts, positional_events=positional_events)
    lines = [line for line in code.splitlines() if not line.startswith("# knowloom:")]
    return "\n".join(lines).partition("\n\n")[2].strip() + "\n"


def lean(ontology: Ontology, concept: str) -> Ontology:
    """Return a class with its ancestors, and the classes that its own attributes refer to.

    What these refer to in turn is left out: a class of a large ontology may reach half of it.

    Args:
        ontology: the classes.
        concept: one of them.
    """
    own = [a.range for n in ontology.lineage(concept) for a in ontology[n].attributes]
    ends = {n for r in own if isinstance(r, ConceptRange) for n in r.concepts}
    shown = {name for one in (concept, *ends) for name in ontology.lineage(one)}
    near = {*ontology.lineage(concept)}

    def kept(holder: Concept, attribute: Attribute) -> bool:
        return holder.name in near or not attribute.is_link

    return Ontology(
        replace(c, attributes=tuple(a for a in c.attributes if kept(c, a)))
        for c in ontology
        if c.name in shown
    )


def direct(
    ontology: Ontology,
    concepts: Sequence[str],
    task: Task,
    sentence: str,
    *,
    dataset: str = "",
    tag: Tag = Tag.BEHIND,
    triggers: Sequence[Trigger] = (),
) -> str:
    """Return the prompt of direct extraction: definitions, task, sentence (S1 §3.2.1).

    Event detection gets the classes whose arguments stand by position (G12).
    """
    told = instruction(task, dataset=dataset, tag=tag, triggers=triggers)
    shown = definitions(ontology, concepts, positional_events=task is Task.ED)
    return f'{shown}\n"""\n{told}\n"""\n{_sentence(sentence)}'


def recalling(concepts: Sequence[str], task: Task, sentence: str, *, closed: bool = True) -> str:
    """Return the first prompt of import-based extraction: which types occur (S0 §4.1.3).

    Args:
        concepts: the user's classes; not shown in the open domain.
        task, sentence: what is looked for, and where.
        closed: whether only these classes may be imported.
    """
    kind = task.kind
    if closed:
        clause = f"From {kind} Import {', '.join(concepts)}\n"
        told = instantiating(task)
    else:
        clause = ""
        told = (
            f"According to the {kind} Types you have learned, please import all the possible "
            f"{kind} Types in the sentence."
        )
    return f'{clause}"""\n{told}\n"""\n{_sentence(sentence)}'


def instantiating(task: Task) -> str:
    """Return the task of the second prompt of import-based extraction (S0 §4.1.3)."""
    kind = task.kind
    return (
        f"Some {kind} Types are imported above. Please instantiate all the possible {kind} "
        "Objects in the following sentence."
    )


def imported(concepts: Sequence[str], task: Task, sentence: str) -> str:
    """Return the second prompt of import-based extraction: only the recalled types."""
    clause = f"From {task.kind} Import {', '.join(concepts)}\n"
    return f'{clause}"""\n{instantiating(task)}\n"""\n{_sentence(sentence)}'


def repairing(prompt: str, damaged: Sequence[str]) -> str:
    """Return a prompt that asks once more for the objects of an answer that could not be read.

    Args:
        prompt: what was asked.
        damaged: the pieces of the answer in question.
    """
    pieces = "\n".join(f"# {line}" for piece in damaged for line in piece.splitlines() or [""])
    return (
        f"{prompt}# These parts of the answer are no valid Python:\n{pieces}\n"
        "# Write the same objects again, each one whole, and nothing else.\nresults = "
    )


def partitioned(
    ontology: Ontology,
    concepts: Sequence[str],
    task: Task,
    sentence: str,
    *,
    limit: int,
    count: Count,
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield as few direct prompts as fit into the limit, each with the classes it asks for.

    A class that does not fit with all it leads to is shown `lean`.

    Args:
        ontology: the classes.
        concepts: which of them to ask for.
        task, sentence: as for `direct`.
        limit: most tokens of a prompt.
        count: the model's own counting.

    Raises:
        PromptTooLong: one class alone does not fit; nothing is ever cut silently.
    """
    todo = [tuple(concepts)] if concepts else []
    while todo:
        group = todo.pop(0)
        prompt = direct(ontology, group, task, sentence)
        tokens = count(prompt)
        if tokens <= limit:
            yield group, prompt
        elif len(group) == 1:
            prompt = direct(lean(ontology, group[0]), group, task, sentence)
            if (tokens := count(prompt)) > limit:
                raise PromptTooLong(group[0], tokens, limit)
            yield group, prompt
        else:
            half = len(group) // 2
            todo[:0] = [group[:half], group[half:]]


def concepts_of(ontology: Ontology, task: Task) -> list[str]:
    """Return the classes that a task asks for, in order."""
    return [c.name for c in ontology if ontology.kind(c.name) is task.kind]


def _sentence(sentence: str) -> str:
    """Return the assignment of the sentence, quoted as Python does but with double quotes."""
    escaped = sentence.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'sentence = "{escaped}"\n'
