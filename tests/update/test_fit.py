"""Fitting: what is learned decides what is shown, until the next fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import SettingsError
from knowloom.fitting import declared, fit_policy
from knowloom.knowledge.policies import Policy
from knowloom.store.connect import Endpoint
from knowloom.update.resolve import fit_weights
from knowloom.update.scores import Weights
from tests.update.conftest import Write
from tests.update.people import person, uid

pytestmark = pytest.mark.neo4j


def homes(kb: KnowledgeBase) -> dict[str, str]:
    """Return who lives where, as it is shown."""
    return {p.name: p.home for p in kb.find("Person")}  # type: ignore[attr-defined]


def told(write: Write) -> None:
    """Let a careless source have the last word on everybody whom two careful ones know."""
    for source in ("register", "letters", "gossip"):
        wrong = source == "gossip"
        write(
            [
                person(str(n), "register", home="nowhere" if wrong else f"town {n}")
                for n in range(12)
            ],
            source,
        )


def test_a_trusted_order_decides_once_it_is_fitted(kb: KnowledgeBase, write: Write) -> None:
    """The settings say whom to trust; the fit shows it, a new word of another changes nothing."""
    told(write)
    assert set(homes(kb).values()) == {"nowhere"}
    policy = Policy(choices={"home": "trusted-source-order"}, trusted=("register", "letters"))
    done = fit_policy(kb, policy)
    assert done.changed == 12
    assert homes(kb)["3"] == "town 3"
    write([person("3", "register", home="elsewhere")], "gossip")
    assert homes(kb)["3"] == "town 3"
    assert kb.check().faults == []
    assert fit_policy(kb, policy).changed == 0


def test_truth_is_discovered_against_the_last_word(kb: KnowledgeBase, write: Write) -> None:
    """Who is mostly wrong is told apart from who is mostly right."""
    told(write)
    done = fit_policy(kb, Policy(choices={"Person.home": "truth-discovery"}))
    assert done.accuracy["gossip"] < done.accuracy["register"]
    assert homes(kb) == {str(n): f"town {n}" for n in range(12)}


def test_scales_that_agree_within_a_tolerance_are_believed(
    kb: KnowledgeBase, write: Write
) -> None:
    """Whose numbers differ by no more than is said agree, when it is learned whom to believe."""
    for source, factor in (("scale", 1000), ("balance", 1004), ("guess", 1300)):
        write([person(str(n), "scale", born=factor * (n + 1)) for n in range(12)], source)

    def accuracies(tolerance: float) -> tuple[float, float, float]:
        policy = Policy(tolerance={"born": tolerance})
        found = fit_policy(kb, policy, dry_run=True).accuracy
        return found["scale"], found["balance"], found["guess"]

    scale, balance, guess = accuracies(0.01)
    assert min(scale, balance) > 0.8
    assert guess < 0.3
    assert max(accuracies(0.0)) < 0.8


def test_many_pairs_are_drawn_from(kb: KnowledgeBase, write: Write) -> None:
    """Weights of some pairs are near those of all, and the same again; progress is told."""
    write([person(f"Ann Person {n}", f"town {n % 4}", home=f"town {n % 4}") for n in range(40)])
    looked: list[int] = []

    def learned(most: int) -> Weights:
        return fit_weights(kb.database, kb.ontology, {}, Weights(), looked.append, most)

    everything, some = learned(10**6), learned(150)
    assert sum(looked) == 80
    assert learned(780) == everything != some == learned(150)
    assert learned(0).odds == Weights().odds
    for level, (_, differ) in everything.odds["name"].items():
        assert some.odds["name"][level][1] == pytest.approx(differ, abs=0.1)


def test_a_trial_changes_nothing(kb: KnowledgeBase, write: Write) -> None:
    """What would be learned is told, and shown nowhere."""
    told(write)
    before = kb.fingerprint()
    done = fit_policy(kb, Policy(choices={"home": "truth-discovery"}), dry_run=True)
    assert done.accuracy
    assert kb.fingerprint() == before


def test_the_command_reads_the_settings(
    kb: KnowledgeBase, write: Write, login: Endpoint, workspace: Path
) -> None:
    """`[policies]` in knowloom.toml, and a dispute that `why` shows."""
    told(write)
    (workspace / "knowloom.toml").write_text(
        '[policies]\ntrusted = ["register"]\n[policies.attributes]\nhome = "review"\n'
    )
    done = CliRunner().invoke(cli, ["update", "fit", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["version"]
    reasons = kb.why(uid("3", "register"), "home")
    assert {r.disputed for r in reasons} == {True}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[policies]\ntrustd = []\n", "did you mean 'trusted'?"),
        ('[policies.attributes]\nborn = "lastest"\n', "'lastest' is no policy"),
        ('[policies]\ntrusted = "register"\n', "must be a list"),
        ('policies = "latest"\n', "must be a table"),
        ('[policies.tolerance]\nborn = "much"\n', "of the wrong type"),
        ("[policies.tolerance]\nborn = -1\n", "no share from 0 to 1"),
        ("[policies.tolerance]\nborn = nan\n", "no share from 0 to 1"),
        ("[policies.tolerance]\nborn = true\n", "no share from 0 to 1"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """Each message names the file and what is wrong."""
    file = tmp_path / "knowloom.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"knowloom\.toml") as refused:
        declared(file)
    assert said in str(refused.value)


def test_an_attribute_that_no_class_has_is_refused(kb: KnowledgeBase) -> None:
    """It would silently decide nothing."""
    chosen: dict[str, Any] = {"choices": {"brn": "max"}}
    with pytest.raises(SettingsError, match="born"):
        fit_policy(kb, Policy(**chosen))


def test_a_tolerance_of_one_class_is_refused(kb: KnowledgeBase) -> None:
    """It would silently hold in none."""
    with pytest.raises(SettingsError, match="say born"):
        fit_policy(kb, Policy(tolerance={"Person.born": 0.1}))


def test_who_is_trusted_and_never_spoke_is_told(
    kb: KnowledgeBase, write: Write, login: Endpoint, workspace: Path
) -> None:
    """It may speak later, and may be a slip."""
    told(write)
    (workspace / "knowloom.toml").write_text('[policies]\ntrusted = ["registre", "x", "gossip"]\n')
    done = CliRunner().invoke(cli, ["update", "fit", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["unheard"] == {"registre": "register", "x": ""}
    assert "'registre', which has said nothing so far: did you mean 'register'" in done.stderr
    assert "'gossip'" not in done.stderr
