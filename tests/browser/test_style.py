"""The style sheet: a rule for every label, superclasses first, colours that can be told apart."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from knowloom.browser.colours import mixed, text_colour
from knowloom.browser.style import SYSTEM_CAPTIONS, caption, grass, inline
from knowloom.knowledge.instance import ASIDE_LABELS
from knowloom.ontology.concepts import Binding, Concept, Ontology, PropertyBinding

ROOT = Path(__file__).parents[2]
# Not labels, but where one is filled in.
PLACEHOLDERS = {"_Label", "_Class"}
RULE = re.compile(r"^(node|relationship)(?:\.(\w+))? \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
ONTOLOGY = Ontology(
    [
        Concept(name="Author", parents=("Person",)),
        Concept(name="Person"),
        Concept(name="Poet", parents=("Author",)),
        Concept(name="Organization"),
        Concept(name="Award", parents=("Event",)),
        Concept(name="WorksAt", parents=("Relation",)),
    ]
)


def rules(ontology: Ontology) -> dict[tuple[str, str], dict[str, str]]:
    """Return the properties of every rule by what it is for, in order."""
    return {
        (kind, name): dict(re.findall(r"^  ([\w-]+): (.+);$", body, re.MULTILINE))
        for kind, name, body in RULE.findall(grass(ontology))
    }


def test_every_label_has_a_rule_and_later_ones_are_more_specific() -> None:
    """An instance's own class comes after all its superclasses and the base label."""
    labels = [name for kind, name in rules(ONTOLOGY) if kind == "node"]
    assert labels.index("_Instance") < labels.index("Entity") < labels.index("Person")
    assert labels.index("Person") < labels.index("Author") < labels.index("Poet")
    assert labels.index("_Instance") < labels.index("Event") < labels.index("Award")
    assert {"_Concept", "_Attribute", "_Run", "_Source", "_Record"} <= set(labels)
    assert len(labels) == len(set(labels))


def test_instances_are_called_by_name() -> None:
    """Each rule of a class has the caption, else Browser would put one of its own behind it."""
    found = rules(ONTOLOGY)
    for name in ("_Instance", "Entity", "Person", "Poet", "Award"):
        assert found["node", name]["caption"] == '"{name}"'


def test_branches_differ_and_families_resemble() -> None:
    """Branches have hues of their own, subclasses lighter shades and the same edge."""
    found = rules(ONTOLOGY)
    names = ("Person", "Author", "Poet", "Organization", "Award")
    colours = [found["node", name]["color"] for name in names]
    assert len(set(colours)) == len(colours)
    assert colours[2] == mixed(colours[0], "#FFFFFF", 0.3)
    edges = [found["node", name]["border-color"] for name in names]
    assert edges[0] == edges[1] == edges[2]
    assert len(set(edges)) == 3


def test_no_label_of_ours_is_forgotten() -> None:
    """Each label that a statement of ours writes has a rule, else Browser would invent one."""
    texts = [p.read_text("utf-8") for p in (ROOT / "cypher").rglob("*.cypher")]
    texts += [p.read_text("utf-8") for p in (ROOT / "migrations").glob("*.cypher")]
    found = set(re.findall(r"\(\w*:(_+[A-Z]\w+)", "\n".join(texts)))
    assert found - PLACEHOLDERS - {"_Instance"} <= set(SYSTEM_CAPTIONS) | set(ASIDE_LABELS)
    assert {"_Run", "_Record", "_Concept", "_Decision"} <= found


def test_what_is_gone_is_out_of_the_way() -> None:
    """The rule of what is gone is the last, so it wins over the classes the thing was of."""
    labels = [name for kind, name in rules(ONTOLOGY) if kind == "node"]
    assert labels[-1] == ASIDE_LABELS[-1]
    assert rules(ONTOLOGY)["node", "_Retired"]["diameter"] == "30px"


def test_events_are_smaller_than_things() -> None:
    """What happens between things leaves them the room."""
    found = rules(ONTOLOGY)
    assert (found["node", "Person"]["diameter"], found["node", "Award"]["diameter"]) == (
        "65px",
        "50px",
    )


def test_a_graph_that_is_not_ours_is_painted_by_its_own_labels() -> None:
    """Rules are for the labels a class is bound to, captions for the property its name is in."""
    title = PropertyBinding("title")
    film = Concept(
        name="Film",
        binding=Binding(labels=("Movie", "Short"), attributes=(("name", title),)),
    )
    sheet = grass(Ontology([film]))
    assert caption(film, Ontology([film])) == "{title}"
    assert sheet.index("node.Movie {") < sheet.index("node.Movie.Short {")
    assert "node.Film" not in sheet


def test_one_line_says_the_same_as_the_sheet() -> None:
    """The form for a server's configuration has the same rules in the same order."""
    text = inline(ONTOLOGY)
    assert "\n" not in text
    assert ";" not in text
    names = [".".join(filter(None, key)) for key in rules(ONTOLOGY)]
    assert list(json.loads(text)) == names


def test_relations_are_coloured_too() -> None:
    """A relation class has the rule of its relationship type, and none as a label."""
    found = rules(ONTOLOGY)
    assert ("relationship", "WORKS_AT") in found
    assert ("node", "WorksAt") not in found


def test_what_is_ours_is_small() -> None:
    """knowloom's own nodes are smaller than what the user knows, and all of one colour."""
    found = rules(ONTOLOGY)
    ours = [found["node", name] for name in ("_Run", "_Source", "_Record")]
    assert {rule["diameter"] for rule in ours} == {"30px"}
    assert len({rule["color"] for rule in ours}) == 1
    assert found["node", "Person"]["diameter"] == "65px"


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=30))
def test_any_hierarchy_can_be_drawn(parents: list[int]) -> None:
    """However deep and broad, every class gets its rule after those of all its ancestors."""
    concepts: list[Concept] = []
    for number, parent in enumerate(parents):
        above = concepts[parent % number].name if number and parent else "Entity"
        concepts.append(Concept(name=f"C{number}", parents=(above,)))
    ontology = Ontology(concepts)
    labels = [name for kind, name in rules(ontology) if kind == "node"]
    for concept in concepts:
        places = [labels.index(name) for name in ontology.lineage(concept.name)]
        assert places == sorted(places, reverse=True)


@given(st.integers(min_value=0, max_value=0xFFFFFF))
def test_captions_can_be_read_on_any_colour(number: int) -> None:
    """Black or white has a contrast of at least 4.5 with every colour (WCAG AA)."""
    colour = f"#{number:06X}"
    light = max(_light(colour), _light(text_colour(colour)))
    dark = min(_light(colour), _light(text_colour(colour)))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _light(colour: str) -> float:
    """Return the relative luminance, computed the other way round than in the code."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    weights = (0.2126, 0.7152, 0.0722)
    parts = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return sum(w * p for w, p in zip(weights, parts, strict=True))
