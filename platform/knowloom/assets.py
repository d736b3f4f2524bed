"""Where the files that are not Python are: in a checkout and in an installed wheel alike."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import LiteralString

_CHECKOUT = Path(__file__).parents[2]


def asset_dir(name: str) -> Traversable:
    """Return the directory `name`: packaged in a wheel, beside platform/ in a checkout.

    Args:
        name: `cypher`, `migrations` or `examples`.
    """
    packaged = files("knowloom") / name
    return packaged if packaged.is_dir() else _CHECKOUT / name


@cache
def cypher(name: str) -> LiteralString:
    """Return the text of one Cypher statement.

    Its type says that the text is ours: a type checker lets no other text near the driver, except
    names that passed through `knowloom.ontology.names.quoted`.

    Args:
        name: area and file without its ending, such as `ontology/read_concepts`.

    Raises:
        FileNotFoundError: no such file ships.
    """
    file = asset_dir("cypher") / f"{name}.cypher"
    return file.read_text(encoding="utf-8")  # pyright: ignore[reportReturnType]
