"""What a language model is asked so that it answers a question with a program (spec item 73).

It sees the classes of the graph and the program that was composed without it, and no datum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowloom.kbqa.as_python import source_of
from knowloom.kbqa.programs import Branch, Node
from knowloom.kbqa.schema import Link, Schema
from knowloom.models.language_model import Prompt
from knowloom.ontology.names import is_name

_LIMIT = 800
_MOST = 60  # classes that are shown
_NAMED = re.compile(r"[A-Za-z_]\w*")
_TEXT = re.compile(r"""["']([^"'\n]{1,200})["']""")

_ASK = """\
Answer a question about a graph with a Python function `answer(objects)`.

`objects` is a list of all objects that matter, in any order; you cannot see them. Each has
`.name`, `.get("attribute")` for its values (None when unknown, days as "YYYY-MM-DD") and
`.follow(["TYPE"], forward)`, a list of (fact, other object) for its relationships of these types;
forward is True for those that leave it. A fact has `.get` for what it carries. These classes are
defined already:

```python
{classes}
```

Return a list: names of objects, or plain values such as numbers, days, True or False. An empty
list means that the graph does not say. Use the standard library only; no files, no network, no
printing.
{draft}{faults}
Question: {question}

Answer with one block of Python code that defines `answer`.
"""
_DRAFT = """
A program that was composed without understanding the question, perhaps wrong:

```python
{code}
```
"""


def prompt(question: str, schema: Schema, draft: str, faults: Sequence[str]) -> Prompt:
    """Return what a model is asked.

    Args:
        question: as asked.
        schema: what the graph holds.
        draft: the function composed without a model; empty when there is none.
        faults: what was wrong with the answers before.
    """
    said = "".join(f"\nYour last answer was no good: {fault}\n" for fault in faults[-1:])
    code = _DRAFT.format(code=draft) if draft else ""
    classes = "\n".join(definitions(schema))
    text = _ASK.format(classes=classes, draft=code, faults=said, question=question[:2_000])
    return Prompt(text, limit=_LIMIT)


def definitions(schema: Schema) -> Iterator[str]:
    """Yield the classes with their attributes and relationships, as code."""
    for concept, parents in list(above(schema).items())[:_MOST]:
        yield f"class {concept}({', '.join(parents) or 'Thing'}):"
        if text := schema.ontology[concept].description:
            yield f'    """{text.splitlines()[0][:160]}"""'
        for value in schema.values:
            if value.owner == concept:
                yield f"    # .get({value.property!r}): {value.kind}"
        for link in schema.links:
            yield from _links(link, concept)
        yield "    pass"


def _links(link: Link, concept: str) -> Iterator[str]:
    """Yield what a class says of a relationship that begins or ends at it."""
    carried = ", ".join(repr(value.property) for value in link.qualifiers)
    more = f"; the fact carries {carried}" if carried else ""
    if concept in link.start:
        yield f"    # .follow([{link.type!r}], True): {' or '.join(link.ends)}{more}"
    if concept in link.ends:
        yield f"    # .follow([{link.type!r}], False): {' or '.join(link.start)}{more}"


def needed(code: str, schema: Schema, keyed: Sequence[Node]) -> list[Node]:
    """Return the nodes whose instances a program looks at, with the relationships it follows.

    Classes and types count when the code names them; where it names no class, all do.

    Args:
        code: as the model wrote it.
        schema: what the graph holds.
        keyed: nodes that stand for what the question names.
    """
    types = {link.type for link in schema.links} & set(_TEXT.findall(code))
    named = [c for c in schema.classes if c in set(_NAMED.findall(code))]
    links = [link for link in schema.links if link.type in types]
    ends = {c for link in links for c in (*link.start, *link.ends) if c in schema.classes}
    concepts = sorted({*named, *ends}) or list(schema.classes)
    branches = tuple(Branch((type_,), True, Node()) for type_ in sorted(types))
    nodes = [Node(concept) for concept in concepts] + list(keyed)
    return [Node(n.concept, n.keys, branches=branches) for n in nodes]


def source(code: str, schema: Schema) -> str:
    """Return a whole program around what a model wrote."""
    return source_of(above(schema), code)


def above(schema: Schema) -> dict[str, tuple[str, ...]]:
    """Return the classes, each with those right above it, which come first."""
    lines = {c: schema.ontology.lineage(c) for c in schema.classes if is_name(c)}
    order = sorted(lines, key=lambda c: (len(lines[c]), c))
    parents = {c: schema.ontology[c].parents for c in order}
    return {c: tuple(p for p in parents[c] if p in lines) for c in order}
