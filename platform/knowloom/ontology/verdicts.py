"""What a judgement of values says: that one does not fit, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Unfit(ValueError):
    """A value does not fit its attribute; the text says how, `code` names it for scripts."""

    def __init__(self, what: str, code: str = "type") -> None:
        self.code = code
        super().__init__(what)


class Problem(NamedTuple):
    """Why a record cannot be stored: a stable name, and a sentence naming the attribute."""

    code: str
    reason: str


class Refers(Protocol):
    """Anything that says which concept it takes its target for, and by what key: a `Mention`."""

    @property
    def concept(self) -> str: ...
    @property
    def values(self) -> Iterable[tuple[str, object]]: ...
