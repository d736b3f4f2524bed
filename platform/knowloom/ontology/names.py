"""Names: what may be an identifier here, how any text becomes one, and how Cypher quotes it.

This is the one escaping registry: every label, relationship type and property name that enters a
Cypher text passes through `quoted`; values never do, they are parameters.
"""

from __future__ import annotations

import difflib
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import LiteralString

# Names of knowloom's own labels, properties and relationship types all start with it, and no
# name of a user may.
SYSTEM_PREFIX = "_"
# Pydantic, whose models the classes of concepts are, keeps the names with `model_` to itself.
RESERVED_ATTRIBUTES = frozenset(
    {
        "uid",
        "model_computed_fields",
        "model_config",
        "model_construct",
        "model_copy",
        "model_dump",
        "model_dump_json",
        "model_extra",
        "model_fields",
        "model_fields_set",
        "model_json_schema",
        "model_parametrized_name",
        "model_post_init",
        "model_rebuild",
        "model_validate",
        "model_validate_json",
        "model_validate_strings",
    }
)
_NOT_WORD = re.compile(r"\W+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def quoted(name: str) -> LiteralString:
    """Return `name` as a Cypher identifier, whatever it holds.

    Its type says that the result may stand in a statement; plain text may not. Neo4j reads
    `\\uXXXX` anywhere in a statement as the character of that code, so no backslash stays one.

    >>> quoted("Person"), quoted("odd `name`")
    ('`Person`', '`odd ``name```')
    """
    escaped = name.replace("\\", "\\u005C").replace("`", "``")
    return f"`{escaped}`"  # pyright: ignore[reportReturnType]  # nothing can leave the quotes


def quoted_labels(names: Iterable[str]) -> LiteralString:
    """Return `:A:B` for the given labels, quoted."""
    return "".join(f":{quoted(name)}" for name in names)


def relationship_type(name: str) -> str:
    """Return the relationship type for an attribute or relation name.

    >>> relationship_type("place_of_birth"), relationship_type("PlaceOfBirth")
    ('PLACE_OF_BIRTH', 'PLACE_OF_BIRTH')
    """
    return _HUMP.sub("_", name).upper()


def is_name(text: str) -> bool:
    """Return whether `text` can name a concept or attribute as it stands."""
    return (
        text.isidentifier()
        and not keyword.iskeyword(text)
        and not text.startswith(SYSTEM_PREFIX)
        and unicodedata.normalize("NFKC", text) == text
    )


def attribute_name(text: str) -> str:
    """Return an attribute name made from any text (item 14).

    >>> attribute_name("Date of birth"), attribute_name("from"), attribute_name("2nd place")
    ('date_of_birth', 'from_', 'n2nd_place')
    """
    words = _HUMP.sub("_", _joined(text, "_"))
    return _legal(words.lower(), "n", RESERVED_ATTRIBUTES)


def concept_name(text: str) -> str:
    """Return a concept name made from any text (item 14).

    >>> concept_name("film director"), concept_name("3D film"), concept_name("naïve café")
    ('FilmDirector', 'C3DFilm', 'NaïveCafé')
    """
    words = [w for w in _joined(text, " ").split(" ") if w]
    return _legal("".join(w[0].upper() + w[1:] for w in words), "C", frozenset())


def unique_names(texts: Iterable[str], kind: str = "concept") -> Mapping[str, str]:
    """Return a name for every distinct text, no two alike: later clashes get a number.

    Args:
        texts: in the order in which they may claim the plain name.
        kind: `concept` or `attribute`.
    """
    make = concept_name if kind == "concept" else attribute_name
    names: dict[str, str] = {}
    taken: set[str] = set()
    for text in dict.fromkeys(texts):
        name = plain = make(text)
        number = 2
        while name in taken:
            name = f"{plain}_{number}"
            number += 1
        taken.add(name)
        names[text] = name
    return names


def suggestions(name: str, known: Collection[str]) -> list[str]:
    """Return up to three of `known` that look like `name`."""
    return difflib.get_close_matches(name, known, n=3, cutoff=0.7)


def _joined(text: str, glue: str) -> str:
    """Return `text` with everything that is no letter, digit or mark replaced by `glue`."""
    return _NOT_WORD.sub(glue, unicodedata.normalize("NFKC", text)).replace("_", glue).strip(glue)


def _legal(text: str, prefix: str, reserved: frozenset[str]) -> str:
    """Return `text`, mended so that `is_name` holds."""
    kept = "".join(c for c in text if f"a{c}".isidentifier()) or prefix
    if not kept[0].isidentifier():
        kept = prefix + kept
    kept = unicodedata.normalize("NFKC", kept).lstrip(SYSTEM_PREFIX) or prefix
    return f"{kept}_" if keyword.iskeyword(kept) or kept in reserved else kept
