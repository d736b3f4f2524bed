"""Code in what a model answers."""

from __future__ import annotations

import re

_FENCE = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)


def code_in(answer: str) -> str:
    """Return the code of an answer: its longest fenced block, or all of it.

    >>> code_in("Here it is:\\n```python\\nx = 1\\n```\\n")
    'x = 1\\n'
    """
    blocks: list[str] = _FENCE.findall(answer)
    return max(blocks, key=len) if blocks else answer
