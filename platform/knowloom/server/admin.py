"""Neo4j's administration tool: the first password, and the import of whole graphs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from knowloom.server.config import USER, admin_command
from knowloom.server.files import placed, write_text
from knowloom.server.java import Java


def run(
    java: Java,
    class_path: Sequence[Path],
    home: Path,
    arguments: Sequence[str],
    *,
    conf: Path | None = None,
    heap: str = "256m",
    options: Sequence[str] = (),
    log: Path,
    inherited: Sequence[int] = (),
) -> int:
    """Run the tool to its end and return its exit code.

    Args:
        java: the Java to run it with.
        class_path: the server's jars.
        home: the server's home, also the directory it runs in.
        arguments: the command and its arguments.
        conf: the folder of `neo4j.conf`; that of the home when None.
        heap: the most memory for Java objects.
        options: further options of Java.
        log: gets what it prints.
        inherited: descriptors that it is to hold too.
    """
    environ = {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(conf or home / "conf")}
    command = [*admin_command(java.executable, class_path, heap, *options), *arguments]
    with log.open("wb") as output:
        return subprocess.run(
            command,
            env=environ,
            cwd=home,
            stdout=output,
            stderr=output,
            pass_fds=inherited,
            check=False,
        ).returncode


def set_first_password(
    java: Java, class_path: Sequence[Path], home: Path, password: str, log: Path
) -> int:
    """Set the password of the user `neo4j` of a server that never ran; return the exit code.

    Args:
        java: the Java to run the tool with.
        class_path: the server's jars.
        home: the server's home.
        password: at least eight letters and digits.
        log: gets what the tool prints.
    """
    # Not as an argument: those are shown to every user of the machine.
    with placed(home / "run" / f"{USER}.arguments", mode=0o600) as part:
        write_text(part, f"dbms\nset-initial-password\n{password}\n", mode=0o600)
        quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        return run(java, class_path, home, [f"@{part}"], options=quick, log=log)
