"""A language model in the ranker's place: the shortlist as classes, one example, one question.

The paper's own prompt for this step is lost (S0 §4.1.2), so the wording is ours: candidates with
their lineage as classes with docstrings, one worked example from the same taxonomy, and the new
class without its base (items 26 and 27). The whole prompt is Python that can be run. The answer is
read as text and must be on the shortlist; what is not leaves the choice to the ranker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowloom.models.language_model import Conversation, Prompt
from knowloom.ontology.names import concept_name
from knowloom.taxonomy.index import Entry, Index
from knowloom.taxonomy.tree import Taxonomy

_TOKENS = 120
_LONGEST = 240  # characters of a definition
_TASK = '''\
"""
Below is part of a taxonomy, written as Python classes: a class is a kind of its base class.
At the end stands a new class without its base. Complete its first line with the base class that is
its nearest hypernym among the classes above, such as

class NewName(BaseName):

If the new class means the same as one of the classes above, answer instead

NewName = ExistingName

Answer with that one line only.
"""
'''
_CLASS = re.compile(r"class\s+(\w+)\s*\(\s*([^)\n]*)", re.IGNORECASE)
_EQUAL = re.compile(r"^\W*(\w+)\s*=+\s*[\"'`]?([\w ]+)", re.MULTILINE)
_PARENT = re.compile(r"add_parent\(\s*[\"'`]?([\w ]+)", re.IGNORECASE)
_PROSE = re.compile(
    r"(?:base|parent|hypernym|super)\s*-?(?:class)?\s*(?:is|:|would be|should be)\s*(?:the\s+)?"
    r"[\"'`*]*([\w ]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model chose.

    Args:
        parents: from the shortlist; none when the answer names none of it.
        same: the name that it says means the same; empty when it says none.
        said: the answer as it came.
    """

    parents: tuple[str, ...] = ()
    same: str = ""
    said: str = ""


def alignment(
    taxonomy: Taxonomy, entry: Entry, shortlist: Sequence[str], example: str = ""
) -> Conversation[Choice]:
    """Ask which of a shortlist is the parent of a new name.

    Args:
        taxonomy: what is known.
        entry: the new name.
        shortlist: candidates, best first.
        example: a known leaf whose parent is shown as the worked example.
    """
    names = _class_names(taxonomy, [*shortlist, *([example] if example else [])])
    completion = yield Prompt(prompt(taxonomy, entry, shortlist, example), limit=_TOKENS)
    by_class = {class_: name for name, class_ in names.items() if name in set(shortlist)}
    return chosen(completion.text, by_class)


def prompt(taxonomy: Taxonomy, entry: Entry, shortlist: Sequence[str], example: str = "") -> str:
    """Return the question as Python: known classes, each after its bases, then the new one."""
    shown = _with_lineage(taxonomy, shortlist, example)
    names = _class_names(taxonomy, [*shortlist, *([example] if example else [])])
    parts = [_TASK]
    parts += [_class(names, name, taxonomy) for name in shown]
    if example:
        new = _asked(names[example], taxonomy.definitions.get(example, ""))
        [base, *_] = taxonomy.parents[example]
        parts.append(f"# An example.\n{new}\n# class {names[example]}({names[base]}):\n")
    new_name = concept_name(entry.new.name)
    parts.append(f"# The new class.\n{_asked(new_name, entry.new.definition)}")
    return "\n".join(parts)


def chosen(text: str, candidates: Mapping[str, str]) -> Choice:
    """Return what an answer chooses.

    Args:
        text: the model's, with anything around it.
        candidates: class names with the names they stand for.

    >>> chosen("Sure!\\nclass Airburst(Explosion):", {"Explosion": "explosion"}).parents
    ('explosion',)
    """
    if match := _CLASS.search(text):
        bases = (_meant(base, candidates) for base in match[2].split(","))
        if named := tuple(dict.fromkeys(base for base in bases if base)):
            return Choice(parents=named[:2], said=text)
    if (match := _EQUAL.search(text)) and (same := _meant(match[2], candidates)):
        return Choice(same=same, said=text)
    for pattern in (_PARENT, _PROSE):
        if (match := pattern.search(text)) and (found := _longest(match[1], candidates)):
            return Choice(parents=(found,), said=text)
    alone = _meant(text.strip().strip("`"), candidates)
    return Choice(parents=(alone,) if alone else (), said=text)


def _meant(text: str, candidates: Mapping[str, str]) -> str:
    """Return the candidate that a text names, whatever its case, quotes and spaces."""
    plain = _letters(text)
    return next((n for c, n in candidates.items() if plain in {_letters(c), _letters(n)}), "")


def _longest(text: str, candidates: Mapping[str, str]) -> str:
    """Return the candidate that the first words of a text name; more words before fewer."""
    words = text.split()
    for count in range(len(words), 0, -1):
        if found := _meant("".join(words[:count]), candidates):
            return found
    return ""


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _with_lineage(taxonomy: Taxonomy, shortlist: Sequence[str], example: str) -> list[str]:
    """Return the shortlist and all above it, each after its parents; never the example itself."""
    wanted = {above for name in shortlist for above in taxonomy.above(name)}
    if example:
        wanted |= set(taxonomy.above(example)) - {example}
    depths = taxonomy.depths
    return sorted(wanted, key=lambda name: (depths[name], name))


def _class_names(taxonomy: Taxonomy, names: Sequence[str]) -> dict[str, str]:
    """Return a class name for each name and all above it; names that clash get a number."""
    every = sorted({above for name in names for above in taxonomy.above(name)})
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in every:
        plain = made = concept_name(name)
        number = 2
        while made in taken:
            made, number = f"{plain}_{number}", number + 1
        taken.add(made)
        found[name] = made
    return found


def _class(names: Mapping[str, str], name: str, taxonomy: Taxonomy) -> str:
    bases = ", ".join(names[p] for p in taxonomy.parents[name] if p in names)
    head = f"class {names[name]}({bases}):" if bases else f"class {names[name]}:"
    return f"{head}\n    {_docstring(taxonomy.definitions.get(name, ''))}\n"


def _asked(name: str, definition: str) -> str:
    """Return a class without its base, as a comment."""
    return f"# class {name}(\n#     {_docstring(definition)}"


def _docstring(definition: str) -> str:
    """Return a definition as one line of Python."""
    plain = " ".join(definition.split())[:_LONGEST].replace("\\", "/").replace('"', "'")
    return f'"""{plain}"""' if plain else "..."


def worked_example(index: Index, entry: Entry, shortlist: Sequence[str]) -> str:
    """Return a known leaf with a parent, near to the new name but no candidate; empty if none."""
    scores = index.vectors(3) @ entry.vectors[3]
    out = set(shortlist)
    best, name = -1.0, ""
    for node, score in enumerate(scores.tolist()):
        leaf = index.parents[node] and not index.children[node]
        if leaf and score > best and index.names[node] not in out:
            best, name = score, index.names[node]
    return name
