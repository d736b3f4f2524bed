"""Label files: what things are called that triples know by an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import orjson

from knowloom.errors import SourceError
from knowloom.knowledge.triples import Label
from knowloom_loaders.text import opened


def read_labels(path: Path) -> dict[str, Label]:
    """Return the names in a label file by id.

    A JSON file is an object of ids, each with a name, or with an object that has a `label` and
    perhaps `alternatives`. Any other file has an id and a name a line, separated by a tab.

    Raises:
        SourceError: it cannot be read, or is neither.
    """
    with opened(path) as file:
        if path.suffix.lower() != ".json":
            return dict(_lines(path, file))
        try:
            found = orjson.loads(file.read())
        except orjson.JSONDecodeError as error:
            raise SourceError(path, f"it is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise SourceError(path, "it is no JSON object of ids and names")
    entries = cast(Mapping[str, Any], found).items()
    return {name: label for name, given in entries if (label := _label(given))}


def _label(given: Any) -> Label | None:
    """Return the name and the other names of one entry, None when it has no name."""
    if isinstance(given, str) and given:
        return Label(given)
    if not isinstance(given, dict):
        return None
    entry = cast(Mapping[str, Any], given)
    name, others = entry.get("label"), entry.get("alternatives")
    if not isinstance(name, str) or not name:
        return None
    items = cast(list[object], others) if isinstance(others, list) else []
    return Label(name, tuple(dict.fromkeys(o for o in items if isinstance(o, str) and o)))


def _lines(path: Path, lines: Iterator[str]) -> Iterator[tuple[str, Label]]:
    """Yield id and name of each line."""
    for number, line in enumerate(lines, 1):
        identifier, tab, name = line.strip("\r\n").partition("\t")
        if tab and name:
            yield identifier, Label(name)
        elif identifier:
            raise SourceError(path, f"line {number} has no tab between an id and a name")
