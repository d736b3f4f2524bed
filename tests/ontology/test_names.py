"""Names: any text becomes a legal, unique identifier (item 14)."""

from __future__ import annotations

import keyword
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from knowloom.ontology.build import Classes
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Attribute, Concept, Ontology
from knowloom.ontology.names import (
    RESERVED_ATTRIBUTES,
    attribute_name,
    concept_name,
    is_name,
    unique_names,
)

HOSTILE = [
    "",
    " ",
    "_",
    "__x__",
    "9",
    "³",
    "ﬁsh",
    "class",
    "None",
    "from",
    "名前",
    "a`b",
    "é",
    "é",
    "\x00",
    "🙂",
    "٣",
    "uid",
    "model_dump",
    "ª",
    "ʰ",
    "ﷺ",
    "℘",
]
texts = st.one_of(st.text(max_size=12), st.sampled_from(HOSTILE), st.sampled_from(keyword.kwlist))


@given(texts)
def test_every_text_becomes_a_legal_name(text: str) -> None:
    """Spaces, punctuation, digits first, keywords and foreign scripts all give an identifier."""
    for name in (concept_name(text), attribute_name(text)):
        assert is_name(name), name
        compile(f"class {name}: pass", "test", "exec")
    assert attribute_name(text) not in RESERVED_ATTRIBUTES


@given(texts)
def test_naming_is_idempotent(text: str) -> None:
    """A name made from a name is that name, so a second import changes nothing."""
    assert concept_name(concept_name(text)) == concept_name(text)
    assert attribute_name(attribute_name(text)) == attribute_name(text)


@given(st.lists(texts), st.sampled_from(["concept", "attribute"]))
def test_names_of_different_texts_differ(given_: list[str], kind: str) -> None:
    """Clashes get a number, and every text has a name."""
    names = unique_names(given_, kind)
    assert list(names) == list(dict.fromkeys(given_))
    assert len(set(names.values())) == len(names)
    assert all(is_name(name) for name in names.values())


@given(st.lists(texts, min_size=1, max_size=6))
def test_every_class_with_made_names_can_be_built(given_: list[str]) -> None:
    """An ontology of made names has no fault in them, and its classes and attributes work."""
    fields = unique_names(given_, "attribute").values()
    attributes = tuple(Attribute(name=n) for n in fields if n not in ("name", "aliases"))
    names = [n for n in unique_names(given_).values() if n.casefold() != "entity"]
    ontology = Ontology(Concept(name=n, attributes=attributes) for n in names)
    assert not [f for f in check(ontology) if f.code == "name"]
    for name in names:
        values = {a.name: f"the {a.name}" for a in attributes}
        made_class: Any = Classes(ontology)[name]
        made = made_class("x", **values)
        assert {n: getattr(made, n) for n in values} == values


def test_names_of_pydantics_own_are_reserved() -> None:
    """No attribute can hide what makes a class a model."""
    assert {n for n in dir(BaseModel) if n.startswith("model_")} <= RESERVED_ATTRIBUTES


@pytest.mark.parametrize(
    "name", sorted(n for n in dir(BaseModel) if not n.startswith(("_", "model_")))
)
def test_outdated_methods_of_pydantic_do_not_stand_in_the_way(name: str) -> None:
    """An attribute may be called `copy`, `json` or `schema`."""
    ontology = Ontology([Concept(name="T", attributes=(Attribute(name=name),))])
    made: Any = Classes(ontology)["T"]
    assert getattr(made(name="x", **{name: "v"}), name) == "v"
    assert getattr(made.materialise({name: "v"}), name) == "v"
