"""Java's class-data archive: what makes every start after the first one fast.

The first server writes down which classes it loads, at no cost. From that list a process in the
background, with the lowest priority, makes an archive of the loaded and checked classes, which
later servers map into memory. It belongs to one Java and one set of jars.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowloom.server.config import joined
from knowloom.server.files import exclusive, placed, remove_abandoned, write_text
from knowloom.server.java import Java
from knowloom.server.process import launch

_LONGEST = 4000  # characters of a line that Java accepts in the list that it wrote itself: 4096


@dataclass(frozen=True, slots=True)
class ClassArchive:
    """The archive of one Java and one class path.

    Args:
        file: where it is, once it is made.
        java: the Java that made it and can use it.
        class_path: the jars, in order; folders may follow them when it is used.
    """

    file: Path
    java: Java
    class_path: tuple[Path, ...]

    @property
    def refused(self) -> Path:
        """A file that is there when this Java could not make an archive."""
        return self.file.with_suffix(".refused")

    @property
    def classes(self) -> Path:
        """The list of classes to put into it."""
        return self.file.with_suffix(".classes")

    def options(self, loaded: Path) -> list[str]:
        """Return Java's options: use the archive, or write down what would go into it.

        Args:
            loaded: the file to write it down to.
        """
        if self.file.exists():
            # `on` and not `auto`: an archive that does not fit ends the process at once instead of
            # being passed over in silence at every start.
            return ["-Xshare:on", "-XX:+VerifySharedSpaces", f"-XX:SharedArchiveFile={self.file}"]
        if self.refused.exists():
            return []
        return [f"-XX:DumpLoadedClassList={loaded}"]

    def if_it_fits(self) -> list[str]:
        """Return Java's options: use the archive, or do without it."""
        if not self.file.exists():
            return []
        return ["-Xshare:auto", "-XX:+VerifySharedSpaces", f"-XX:SharedArchiveFile={self.file}"]

    def make_in_background(self, loaded: Path) -> None:
        """Begin to make the archive, unless it is there, cannot be made, or nothing is known.

        Args:
            loaded: the list that a server has written, perhaps still goes on writing.
        """
        if self.file.exists() or self.refused.exists() or not loaded.exists():
            return
        write_text(self.classes, usable(loaded.read_text(errors="replace")))
        command = [sys.executable, "-m", __name__, str(self.file), str(self.java.executable)]
        launch([*command, joined(self.class_path)], self.file.with_suffix(".log"))

    def discard(self) -> None:
        """Remove an archive that its Java did not accept."""
        self.file.unlink(missing_ok=True)


def class_archive(folder: Path, java: Java, class_path: Sequence[Path]) -> ClassArchive:
    """Return the archive of a Java and a class path.

    Args:
        folder: where archives are kept.
        java: the Java that is to use it.
        class_path: the jars, in order.
    """
    made_of = "\n".join([str(java.executable), java.version, joined(class_path)])
    key = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    return ClassArchive(folder / f"java-{java.version}-{key}.jsa", java, tuple(class_path))


def usable(classes: str) -> str:
    r"""Return a list of classes without what Java cannot read back.

    That is the last line, which may be half-written, and lines that are too long.

    >>> usable("java/lang/Object\njava/lang/Str")
    'java/lang/Object\n'
    """
    whole, _, _ = classes.rpartition("\n")
    return "".join(f"{line}\n" for line in whole.splitlines() if len(line) <= _LONGEST)


def make(file: Path, java: str, class_path: str) -> None:
    """Make the archive `file` from the list beside it, unless another process is doing so.

    Args:
        file: the archive.
        java: the program.
        class_path: as Java takes it.
    """
    os.nice(19)
    with exclusive(file.with_suffix(".lock"), wait=0) as lock:
        if lock is None or file.exists():
            return
        remove_abandoned(file.parent)
        with placed(file) as part:
            part.unlink()  # Java wants to make it itself
            done = subprocess.run(
                [
                    java,
                    "-Xmx512m",
                    "-XX:+UseG1GC",  # only this collector puts objects into the archive
                    "-Xshare:dump",
                    f"-XX:SharedClassListFile={file.with_suffix('.classes')}",
                    f"-XX:SharedArchiveFile={part}",
                    "-cp",
                    class_path,
                ],
                check=False,
            )
            if done.returncode != 0 or not part.exists():
                write_text(file.with_suffix(".refused"), f"Java ended with {done.returncode}\n")
                sys.exit(1)


if __name__ == "__main__":
    make(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
