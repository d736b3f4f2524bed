"""Fitting: the policy is learned from the graph and from what people declare, when they ask.

Everything that is learned changes here and nowhere else, so that between two fits the same records
always show the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from knowloom.assets import cypher
from knowloom.base import KnowledgeBase
from knowloom.errors import SettingsError
from knowloom.knowledge.evidence import Evidence
from knowloom.knowledge.policies import POLICIES, Policy
from knowloom.ontology.names import suggestions
from knowloom.store import policies, runs
from knowloom.store.revise import StateReader
from knowloom.update.fit import fit_trust
from knowloom.update.lock import deciding
from knowloom.update.reproject import reproject
from knowloom.update.resolve import fit_weights, weights_in

_KEYS = ("attributes", "many", "single", "tolerance", "trusted")
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fit learned.

    Args:
        version: of the policy and of the weights, together.
        changed: how many instances show something else because of it.
        accuracy: source to the share of its values that are right, 0 to 1.
        copies: copier to original to the probability that it copies.
        same: the share of pairs of things called alike that are one.
        unheard: what is trusted by the settings and has said nothing, each with a name that is
            like it, or an empty text.
    """

    version: str
    changed: int = 0
    accuracy: Mapping[str, float] = field(default_factory=dict[str, float])
    copies: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, Mapping[str, float]]
    )
    same: float = 0.0
    unheard: Mapping[str, str] = field(default_factory=dict[str, str])


def declared(file: Path | None) -> Policy:
    """Return the policy that the table `[policies]` of a `knowloom.toml` declares.

    Args:
        file: the settings; None for none.

    Raises:
        SettingsError: something in it is no policy; the place is named.
    """
    if file is None:
        return Policy()
    table: Any = tomllib.loads(file.read_text(encoding="utf-8")).get("policies", {})
    where = f"{file}: [policies]"
    if not isinstance(table, dict):
        raise SettingsError(f"{where} must be a table")
    given = cast("dict[str, Any]", table)
    for key in given:
        if key not in _KEYS:
            near = suggestions(key, _KEYS)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_KEYS)}"
            raise SettingsError(f"{where}: {key!r} is no key of it; {hint}")
    choices = _table(given.get("attributes", {}), where, "attributes", str)
    fields: dict[str, Any] = {
        "choices": choices,
        "tolerance": _shares(given.get("tolerance", {}), where, "tolerance"),
        "trusted": _texts(given.get("trusted", []), where, "trusted"),
    }
    fields |= {key: given[key] for key in ("single", "many") if key in given}
    for name in (*choices.values(), *(fields[k] for k in ("single", "many") if k in fields)):
        _check_policy(str(name), where)
    return Policy(**fields)


def fit_policy(
    kb: KnowledgeBase,
    chosen: Policy,
    *,
    dry_run: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Fitted:
    """Learn a policy from all that is stored, and show everything by it.

    Args:
        kb: what to learn from.
        chosen: what people declare; its `trust` is learned.
        dry_run: say what is learned, and store nothing.
        advance: called with every number of instances looked at.

    Raises:
        SettingsError: the policy speaks of an attribute that no class has.
        SourceBusy: somebody else is deciding or writing, and not done soon.
    """
    kb.migrate()
    _check_attributes(kb, chosen)
    changed = 0
    with deciding(kb.database, "update fit", dry_run=dry_run) as run:
        trust = fit_trust(_said_by_many(kb, advance), kb.ontology, chosen.tolerance)
        policy = replace(chosen, trust=trust)
        start = weights_in(kb.database)
        weights = fit_weights(kb.database, kb.ontology, run.kept, start, advance)
        if not dry_run:
            content = {"policy": policy.as_json(), "weights": weights.as_json()}
            policies.store_fitted(kb.database, content)
            run.policy = policy
            changed = reproject(kb.database, kb.ontology, run, advance)
            runs.finish(kb.database, run, "done", {"written": changed})
    accuracy = {source: found[""] for source, found in policy.trust.accuracy.items()}
    version = f"{policy.version}-{weights.version}"
    unheard = _unheard(kb, chosen)
    return Fitted(version, changed, accuracy, policy.trust.copies, weights.share, unheard)


def _said_by_many(
    kb: KnowledgeBase, advance: Callable[[int], None]
) -> Iterator[tuple[Evidence, ...]]:
    """Yield the standing evidence of each thing of which more than one source speaks."""
    reader, after = StateReader(kb.database, kb.ontology), ""
    while True:
        [row] = kb.database.read(cypher("update/next_promoted"), after=after, limit=_CHUNK)
        uids: list[str] = row["uids"]
        if not uids:
            return
        for state, _ in reader.read(uids):
            standing = tuple(e for e in state.evidence if e.stands and not e.is_decision)
            if len({e.source for e in standing}) > 1:
                yield standing
        advance(len(uids))
        after = uids[-1]


def _check_policy(name: str, where: str) -> None:
    """Refuse what is no policy."""
    if (name if ".v" in name else f"{name}.v1") not in POLICIES:
        known = sorted({each.partition(".v")[0] for each in POLICIES})
        raise SettingsError(f"{where}: {name!r} is no policy; known are {', '.join(known)}")


def _check_attributes(kb: KnowledgeBase, policy: Policy) -> None:
    """Refuse what no class has."""
    known = {name for concept in kb.ontology for name in kb.ontology.attributes(concept.name)}
    for each in (*policy.choices, *policy.tolerance):
        concept, _, name = each.rpartition(".")
        if name not in known or (concept and concept not in kb.ontology):
            near = suggestions(name, sorted(known))
            hint = f"did you mean {near[0]!r}?" if near else "see `knowloom ontology show`"
            raise SettingsError(f"[policies]: no class has an attribute {each!r}; {hint}")
    for each in policy.tolerance:
        if "." in each:
            name = each.rpartition(".")[2]
            raise SettingsError(f"[policies.tolerance]: {each!r} holds in all classes: say {name}")


def _unheard(kb: KnowledgeBase, policy: Policy) -> dict[str, str]:
    """Return the trusted sources that have said nothing, each with a name that is like it.

    They may be read for the first time later, so they are not refused.
    """
    known = [row["name"] for row in kb.database.read(cypher("update/read_sources"))]
    unheard = [name for name in policy.trusted if name not in known]
    return {name: next(iter(suggestions(name, known)), "") for name in unheard}


def _texts(value: Any, where: str, key: str) -> tuple[str, ...]:
    """Return a list of texts."""
    if isinstance(value, list):
        found = cast("list[Any]", value)
        if all(isinstance(each, str) for each in found):
            return tuple(found)
    raise SettingsError(f"{where}: {key} = {value!r} must be a list of the names of sources")


def _shares(value: Any, where: str, key: str) -> dict[str, float]:
    """Return a table of names and shares."""
    found = _table(value, where, key, float)
    for name, each in found.items():
        if isinstance(each, bool) or not 0 <= each <= 1:
            raise SettingsError(f"{where}: {key}.{name} = {each!r} is no share from 0 to 1")
    return found


def _table(value: Any, where: str, key: str, kind: type) -> dict[str, Any]:
    """Return a table of names and values of one kind."""
    if not isinstance(value, dict):
        raise SettingsError(f"{where}: {key} must be a table of attributes")
    found = cast("dict[str, Any]", value)
    for name, each in found.items():
        if not isinstance(each, (kind, int) if kind is float else kind):
            raise SettingsError(f"{where}: {key}.{name} = {each!r} is of the wrong type")
    return found
