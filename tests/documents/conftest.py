"""Files to read: written into a folder of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.reading import Written


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a file of this name and content, and return its path."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write
