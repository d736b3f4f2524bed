"""Ontologies as classes in the KnowCoder style, which read back to the same concepts (S1 §2.1).

The style has room for one base, a description, examples and hints. All else stands in the comment
`# knowloom: {json}` above a class. The files run alone, and so does any part of one.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Kind,
    Ontology,
    Scalar,
)
from knowloom.ontology.docstrings import quoted_example, read_examples
from knowloom.ontology.parse import extras_comment
from knowloom.ontology.parse_knowcoder import TRIGGER_EXAMPLES, read_class
from knowloom.ontology.render_annotated import range_hint

_LINE_LENGTH = 99
_INDENT = "    "
_ENTITY = '''\
class Entity:
    """
    The base class for all entities.
    """
    def __init__(self, name: str):
        self.name = name
'''
_RELATION = '''\
class Relation:
    """
    The base class for all relations.
    """
    def __init__(self, head_entity: Entity, tail_entity: Entity):
        self.head_entity = head_entity
        self.tail_entity = tail_entity
'''
_EVENT = '''\
class Event:
    """
    The base class for all events.
    """
    def __init__(self, trigger: str):
        self.trigger = trigger
'''
_POSITIONAL_EVENT = '''\
class Event:
    """
    The base class for all events.
    """
    def __init__(self, trigger: str, arg_names, *args):
        self.trigger = trigger
        self.arguments = {}
        for arg_name, arg_values in zip(arg_names, args):
            self.arguments[arg_name] = arg_values
'''
# What the constructor of each root takes: the parameter, and the attribute it stands for.
_BASE_PARAMETERS = {
    Kind.ENTITY: {"name": "name"},
    Kind.EVENT: {"trigger": "name"},
    Kind.RELATION: {end: end for end in ENDS},
}


def render_knowcoder(
    ontology: Ontology, names: Iterable[str] | None = None, *, positional_events: bool = False
) -> str:
    """Return a Python file of classes that stands alone, each after what it needs (item 15).

    Where two classes refer to each other, the parent, else the earlier in the ontology is first.

    Args:
        ontology: the concepts.
        names: which of them, with all they need; all when None.
        positional_events: give events their arguments by position, as in S1's event detection,
            instead of by keyword, as in its argument extraction (item 12, decision G12).

    Raises:
        UnknownConcept: a name is no concept.

    >>> city = Concept(name="City", description="a large town.", examples=("Rome", "Oslo"))
    >>> print(render_knowcoder(Ontology([city])).partition("name\\n\\n\\n")[2], end="")
    class City(Entity):
        \"\"\"
        Description: a large town.
        Examples: Rome, Oslo
        \"\"\"
        pass
    """
    wanted = [c.name for c in ontology] if names is None else names
    ordered = _ordered(ontology, ontology.closure(wanted))
    bases = _bases(positional_events=positional_events)
    classes = [
        bases[name] if name in ROOTS else _class(name, ontology, positional=positional_events)
        for name in ordered
    ]
    return "\n\n".join([_header(ontology, ordered, positional=positional_events), *classes])


def _bases(*, positional_events: bool) -> dict[str, str]:
    event = _POSITIONAL_EVENT if positional_events else _EVENT
    return {Kind.ENTITY: _ENTITY, Kind.RELATION: _RELATION, Kind.EVENT: event}


def _ordered(ontology: Ontology, names: Collection[str]) -> list[str]:
    """Return names so ordered that parents, and where possible hinted classes, come first."""
    import networkx

    wanted = set(names)
    place = {n: at for at, n in enumerate(n for n in ontology.parents_first() if n in wanted)}
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(place)
    graph.add_edges_from((name, other) for name in place for other in _needs(ontology[name]))
    # Tarjan's algorithm finishes a component after all that can be reached from it.
    groups: Iterable[set[str]] = networkx.strongly_connected_components(graph)
    return [name for group in groups for name in sorted(group, key=place.__getitem__)]


def _needs(concept: Concept) -> Iterator[str]:
    yield from concept.parents
    for attribute in concept.attributes:
        if isinstance(attribute.range, ConceptRange):
            yield from attribute.range.concepts


def _header(ontology: Ontology, names: Iterable[str], *, positional: bool) -> str:
    """Return the imports that the hints need."""
    hinted = [
        attribute
        for name in names
        if name not in ROOTS and not (positional and ontology.kind(name) is Kind.EVENT)
        for attribute in [*_own(name, ontology), *ontology[name].attributes]
    ]
    lines = ["from __future__ import annotations"]
    scalars = {str(a.range) for a in hinted}
    if dates := [name for name in ("date", "datetime") if name in scalars]:
        lines.append(f"from datetime import {', '.join(dates)}")
    typing = ["List"] if any(a.many for a in hinted) else []
    typing += ["Literal"] if any(isinstance(a.range, Enumeration) for a in hinted) else []
    if typing:
        lines.append(f"from typing import {', '.join(typing)}")
    return "\n".join([lines[0], *([""] if len(lines) > 1 else []), *lines[1:]]) + "\n"


def _class(name: str, ontology: Ontology, *, positional: bool) -> str:
    """Return one class below the comment with what it has no room for."""
    concept = ontology[name]
    init = _init(concept, ontology, positional=positional)
    beside = any(TRIGGER_EXAMPLES in line for line in init)
    body = [*_docstring(concept.description, () if beside else concept.examples), *init]
    # A concept may be called like the decorator that hooks need.
    hook = [] if "classmethod" in ontology else _hook(concept.post_process)
    body += ["", *hook] if hook and body else hook
    if not init and not hook:
        body.append("pass")
    lines = [_INDENT + line if line else "" for line in body]
    text = "\n".join([f"class {concept.name}({concept.parents[0]}):", *lines]) + "\n"
    return extras_comment(concept, _reread(text, concept)) + text


def _reread(text: str, concept: Concept) -> Concept:
    """Return what the parser reads from a class without its comment."""
    comments = {
        number: TRIGGER_EXAMPLES + line.partition(TRIGGER_EXAMPLES)[2]
        for number, line in enumerate(text.split("\n"), 1)
        if TRIGGER_EXAMPLES in line
    }
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.ClassDef)
    return read_class(node, comments, [], "", text) or Concept(name=concept.name)


def _docstring(description: str, examples: Sequence[str]) -> list[str]:
    """Return the lines of a docstring as S1 prints it; none when there is nothing to say."""
    if not description and not examples:
        return []
    lines = [_escaped(line) for line in f"Description: {description}".rstrip().split("\n")]
    if examples:
        lines.append(_escaped(f"Examples: {_examples(examples)}"))
    return ['"""', *lines, '"""']


def _escaped(line: str) -> str:
    """Return a line as it may stand in a docstring."""
    line = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    return "".join(shown)


def _examples(examples: Sequence[str]) -> str:
    """Return examples plain, as in S1; quoted, as in S3, where plain ones would read otherwise."""
    plain = ", ".join(examples)
    if plain.isprintable() and read_examples(plain) == tuple(examples):
        return plain
    return ", ".join(quoted_example(e) for e in examples)


def _own(name: str, ontology: Ontology) -> list[Attribute]:
    """Return what a class has to declare: what it does not inherit from the one printed base."""
    concept = ontology[name]
    base = ontology.attributes(concept.parents[0])
    own = {a.name for a in concept.attributes}
    known = ontology.attributes(name)
    mine = [*(a.name for a in concept.attributes), *known]
    return [known[n] for n in dict.fromkeys(mine) if n in own or n not in base]


def _init(concept: Concept, ontology: Ontology, *, positional: bool) -> list[str]:
    """Return the lines of a constructor; none where the inherited one will do."""
    kind = ontology.kind(concept.name)
    own = _own(concept.name, ontology)
    positional = positional and kind is Kind.EVENT
    repeated = concept.parents[0] in ROOTS and (positional or kind is Kind.RELATION)
    if not own and not repeated:
        return []
    if positional:
        return _positional_init(concept.name, ontology)
    known = ontology.attributes(concept.name)
    base = _BASE_PARAMETERS[kind]
    parameters = [f"{p}: {_hint(known[attribute])}" for p, attribute in base.items()]
    declared = _parameters([a for a in own if a.name not in base.values()], base)
    parameters += [f"{p}: {_hint(attribute)} = None" for p, attribute in declared.items()]
    passed = ["name"] if kind is Kind.ENTITY else [f"{p}={p}" for p in base]
    if _inherits(concept, ontology, kind):
        parameters.append("**inherited")
        passed.append("**inherited")
    examples = concept.examples if kind is Kind.EVENT else ()
    lines = [*_signature(parameters, examples), f"{_INDENT}super().__init__({', '.join(passed)})"]
    return lines + [f"{_INDENT}self.{p} = {p}" for p in declared]


def _inherits(concept: Concept, ontology: Ontology, kind: Kind) -> bool:
    """Return whether the printed base takes more than its root does."""
    rooted = {a.name for a in ROOTS[kind.value].attributes}
    return not rooted.issuperset(ontology.attributes(concept.parents[0]))


def _signature(parameters: list[str], examples: Sequence[str]) -> list[str]:
    """Return the head of a constructor, on one line where that fits and nothing stands beside."""
    line = f"def __init__(self, {', '.join(parameters)}):"
    if not examples and len(_INDENT + line) <= _LINE_LENGTH:
        return [line]
    rows = [f"{_INDENT}{p}," for p in ["self", *parameters]]
    if examples:
        rows[1] += f"  {TRIGGER_EXAMPLES} {_examples(examples)}"
    return ["def __init__(", *rows, "):"]


def _positional_init(name: str, ontology: Ontology) -> list[str]:
    """Return the constructor of an event whose arguments are told apart by their place."""
    rooted = {a.name for a in ROOTS[Kind.EVENT.value].attributes}
    roles = [_role(a) for n, a in ontology.attributes(name).items() if n not in rooted]
    base = "super().__init__(trigger, arg_names, *args)"
    if _inherits(ontology[name], ontology, Kind.EVENT):
        base = "Event.__init__(self, trigger, arg_names, *args)"
    return [
        "def __init__(self, trigger: str, *args):",
        f"{_INDENT}arg_names = [{', '.join(quoted_example(r) for r in roles)}]",
        f"{_INDENT}{base}",
    ]


def _role(attribute: Attribute) -> str:
    """Return a role's own name where that is a keyword of Python: `from`, not `from_`."""
    plain = attribute.name.removesuffix("_")
    return plain if keyword.iskeyword(plain) and plain in attribute.aliases else attribute.name


def _parameters(attributes: Iterable[Attribute], base: Iterable[str]) -> dict[str, Attribute]:
    """Return the parameter of each attribute, free of names that mean something there."""
    taken = {"self", "super", "inherited", *base}
    found: dict[str, Attribute] = {}
    for attribute in attributes:
        name = attribute.name
        while name in taken or keyword.iskeyword(name):
            name += "_"
        taken.add(name)
        found[name] = attribute
    return found


def _hint(attribute: Attribute) -> str:
    """Return the hint of a parameter; a concept called like a scalar cannot stand in a union."""
    if isinstance(attribute.range, ConceptRange) and len(attribute.range.concepts) > 1:
        clear = tuple(c for c in attribute.range.concepts if c not in set(Scalar))
        attribute = replace(attribute, range=ConceptRange(clear or (Kind.ENTITY.value,)))
    hint = range_hint(attribute)
    return f"List[{hint}]" if attribute.many else hint


def _hook(source: str) -> list[str]:
    """Return the lines of a hook; none where it is more than constants and one method.

    What runs when the class is made is limited to literals: reading a file has no effects.
    """
    lines = source.split("\n") if source else []
    text = "\n".join(_INDENT + line if line else "" for line in lines)
    try:
        tree = ast.parse(f"class _:\n{text}")
        compile(tree, "<hook>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    plain = [s for n in tree.body if isinstance(n, ast.ClassDef) for s in n.body]
    alone = len(tree.body) == 1 and all(_is_harmless(s) for s in plain)
    return lines if alone and any(isinstance(s, ast.FunctionDef) for s in plain) else []


def _is_harmless(statement: ast.stmt) -> bool:
    """Return whether a statement of a hook does nothing by itself."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(t, ast.Name) for t in targets) and _is_literal(value)
        case ast.FunctionDef(name="post_process", decorator_list=decorators, args=args):
            defaults = [*args.defaults, *(d for d in args.kw_defaults if d is not None)]
            known = all(isinstance(d, ast.Name) and d.id == "classmethod" for d in decorators)
            return known and all(_is_literal(d) for d in defaults)
        case _:
            return False


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True
