"""What a model is asked: the prompts of KnowCoder, word for word (items 34 to 36, 39, 48, 52).

Pure: ontologies and sentences in, texts out. Whether a prompt fits is for the caller to count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from knowloom.errors import PromptTooLong
from knowloom.extract.findings import Trigger
from knowloom.ontology.concepts import Kind, Ontology
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


def instruction(task: Task, *, dataset: str = "", triggers: Sequence[Trigger] = ()) -> str:
    """Return the task as S1 words it.

    Args:
        task: what is looked for.
        dataset: the name of a data set, for models that were trained on several (item 52).
        triggers: of events that are confirmed; the task is then their arguments (item 48).

    >>> instruction(Task.NER, dataset="ACE05").partition("in the ")[2]
    'following sentence from DATASET ACE05.'
    """
    source = f" from DATASET {dataset}" if dataset else ""
    text = (
        f"This is an object-oriented programming task: {_DEFINED[task.kind]}. Please instantiate "
        f"all the corresponding {task.kind} Objects in the following sentence{source}."
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


def definitions(ontology: Ontology, concepts: Sequence[str]) -> str:
    """Return the classes, with all they need, as a model is shown them."""
    code = render_knowcoder(ontology, concepts)
    lines = [line for line in code.splitlines() if not line.startswith("# knowloom:")]
    return "\n".join(lines).partition("\n\n")[2].strip() + "\n"


def direct(
    ontology: Ontology,
    concepts: Sequence[str],
    task: Task,
    sentence: str,
    *,
    dataset: str = "",
    triggers: Sequence[Trigger] = (),
) -> str:
    """Return the prompt of direct extraction: definitions, task, sentence (S1 §3.2.1)."""
    told = instruction(task, dataset=dataset, triggers=triggers)
    return f'{definitions(ontology, concepts)}\n"""\n{told}\n"""\n{_sentence(sentence)}'


def recalling(
    ontology: Ontology, concepts: Sequence[str], task: Task, sentence: str, *, closed: bool = True
) -> str:
    """Return the first prompt of import-based extraction: which types occur (S0 §4.1.3)."""
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
            raise PromptTooLong(group[0], tokens, limit)
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
