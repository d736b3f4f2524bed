"""What a model is asked: to write the analysis code, and to judge a result (spec 78 and 82).

The prompt holds the task, the class definitions and the contract, and no datum of the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowloom.models.language_model import Prompt

_LIMIT = 1_500
_JUDGE_LIMIT = 150

_CODE = """\
Write Python code that answers a task by computing over objects.

These classes are defined already:

```python
{definitions}
```

The objects that matter to the task have been retrieved and instantiated. They are in a list called
`search_results`, in any order, together with the objects they refer to. You cannot see them; the
code has to work for any content of the list, an empty list and attributes that are None included.

Put what you find into a dict called `analysis_results`, which may have the keys
- "values": name to {{"value": number or text, "uids": [the .uid of each object behind it]}},
- "tables": name to {{"columns": [names], "rows": [[cells]], "uids": [[uids behind the row]]}},
- "charts": a list of {{"mark": "bar", "line", "area", "pie", "histogram", "scatter", "heatmap" or
  "network", "table": name of a table, "x": column, "y": column, "title": text}},
- "notes": a list of texts.

Use the standard library only. No files, no network, no printing. Do not define the classes again
and do not assign `search_results`.

Task: {task}
{reasons}
Answer with one block of Python code.
"""

_JUDGE = """\
A program computed a result for a task. Say whether the result answers the task.

Task: {task}

Code:
```python
{code}
```

Result (at most the first rows of each table):
{result}

Answer with the word GOOD if it answers the task, else with BAD: and the reason in one sentence.
"""


def code_prompt(task: str, definitions: str, reasons: Sequence[str] = ()) -> Prompt:
    """Return the prompt for the analysis code.

    Args:
        task: what is asked.
        definitions: the classes, as code.
        reasons: why the attempt before this one was no good.
    """
    said = ""
    if reasons:
        listed = "\n".join(f"- {reason}" for reason in reasons)
        said = f"\nYour last answer was no good:\n{listed}\n"
    return Prompt(_CODE.format(definitions=definitions, task=task, reasons=said), limit=_LIMIT)


def judge_prompt(task: str, code: str, result: str) -> Prompt:
    """Return the prompt that asks whether a result answers its task."""
    return Prompt(_JUDGE.format(task=task, code=code, result=result), limit=_JUDGE_LIMIT)


def judgement(answer: str) -> str:
    """Return why a judge is not content; empty when it is.

    >>> judgement("GOOD."), judgement("BAD: it counts authors"), judgement("Hm?")
    ('', 'the judge says: it counts authors', 'the judge gave no verdict')
    """
    plain = answer.strip()
    if plain.upper().startswith("GOOD"):
        return ""
    if plain.upper().startswith("BAD"):
        why = plain[3:].strip(": ").splitlines()
        return f"the judge says: {why[0] if why else 'no'}"
    return "the judge gave no verdict"
