"""How the server runs: ports, memory, its configuration file and its command line. No I/O."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

USER = "neo4j"
DATABASE = "neo4j"
SERVED = "knowloom"  # the folder below /browser/ that holds the files of one workspace
STYLE = "style.grass"
GUIDE = "guide-*.html"  # what stands for the star is a secret of the workspace
_ADMIN = "org.neo4j.cli.AdminTool"
_MEGABYTE = 2**20
# What the server's own launcher opens to it, and no management beans for its logging.
_OPENED = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "-Dlog4j2.disable.jmx=true",
    "-Dfile.encoding=UTF-8",
)
_CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "connect-src 'self' ws://localhost:* http://localhost:* ws://127.0.0.1:*",
    )
)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the server listens, on the loopback interface only."""

    bolt: int = 7687
    http: int = 7474


# What Java collects its garbage for at last: with its own 21 MB it stops for 0.1 s three times
# while the server starts and learns its first statements, and finds nothing to throw away.
_ROOM = "-XX:MetaspaceSize=256m"


@dataclass(frozen=True, slots=True)
class Profile:
    """How much the server may use, and how its Java works.

    Args:
        heap: memory for Java objects, such as `1g`; empty for a quarter of the machine's.
        page_cache: memory for the graph's files, such as `256m`; empty for a sixteenth.
        java_options: the collector and the compiler.
    """

    heap: str = ""
    page_cache: str = ""
    java_options: tuple[str, ...] = ("-XX:+UseParallelGC", _ROOM)


# Loads of 100,000 nodes and relationships cost a tenth less processor time than with G1, in two
# thirds of its memory; pauses do not matter to one user (docs/server.md).
WORK = Profile()
# Starts and stops fast and stays small, but its code never becomes as fast as WORK's.
TESTS = Profile("640m", "64m", ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", _ROOM))


def memory(machine: int) -> tuple[str, str]:
    """Return heap and page cache for a machine, each within sane bounds.

    Args:
        machine: its memory in bytes.

    >>> memory(4 * 2**30), memory(2**30), memory(64 * 2**30)
    (('1024m', '256m'), ('512m', '128m'), ('4096m', '2048m'))
    """
    heap = min(max(machine // 4, 512 * _MEGABYTE), 4096 * _MEGABYTE)
    page_cache = min(max(machine // 16, 128 * _MEGABYTE), 2048 * _MEGABYTE)
    return f"{heap // _MEGABYTE}m", f"{page_cache // _MEGABYTE}m"


def server_settings(ports: Ports, page_cache: str, guide: str) -> str:
    """Return the text of the server's `neo4j.conf`.

    Logins are always needed, nobody outside this machine can connect, nothing is reported to
    anybody, and Neo4j Browser neither loads nor sends anything elsewhere. When it connects it
    applies the workspace's style and opens its guide.

    Args:
        ports: where it listens.
        page_cache: memory for the graph's files.
        guide: the name of the guide's file.
    """
    files = f"http://localhost:{ports.http}/browser/{SERVED}"
    return _lines(
        ("server.default_listen_address", "127.0.0.1"),
        ("server.bolt.listen_address", f"127.0.0.1:{ports.bolt}"),
        ("server.bolt.advertised_address", f"localhost:{ports.bolt}"),
        ("server.http.listen_address", f"127.0.0.1:{ports.http}"),
        ("server.http.advertised_address", f"localhost:{ports.http}"),
        ("dbms.security.auth_enabled", "true"),
        ("server.memory.pagecache.size", page_cache),
        # Logs of transactions serve backups that this edition does not have: keep the one in use.
        ("db.tx_log.rotation.retention_policy", "1 files"),
        ("db.tx_log.preallocate", "false"),
        ("dbms.usage_report.enabled", "false"),
        ("client.allow_telemetry", "false"),
        # Without this every stop waits ten seconds for threads that have nothing to do.
        ("internal.server.bolt.thread_pool_shutdown_wait_time", "0s"),
        ("dbms.security.http_static_content_security_policy_header", _CONTENT_POLICY),
        ("browser.post_connect_cmd", f"style {files}/{STYLE}; guide {files}/{guide}"),
    )


def import_settings(data: str) -> str:
    """Return the text of the `neo4j.conf` of an import into another data directory.

    Args:
        data: the directory, relative to the server's home.
    """
    return _lines(
        ("server.directories.data", data),
        ("db.tx_log.preallocate", "false"),
        ("dbms.usage_report.enabled", "false"),
    )


def server_command(
    java: Path,
    home: Path,
    class_path: Sequence[Path],
    main: str,
    heap: str,
    options: Sequence[str],
) -> list[str]:
    """Return the command that runs the server in the foreground.

    Args:
        java: the program.
        home: the server's home, with `conf/neo4j.conf`.
        class_path: jars, then folders.
        main: the class that starts the server.
        heap: the most memory for Java objects.
        options: further options of Java.
    """
    return [
        str(java),
        f"-Xmx{heap}",
        f"-XX:ErrorFile={home}/logs/java-crash-%p.log",
        *options,
        *_OPENED,
        "-cp",
        joined(class_path),
        main,
        home_option(home),
        f"--config-dir={home}/conf",
        "--console-mode",
    ]


def home_option(home: Path) -> str:
    """Return the argument by which the server process of `home` is recognised."""
    return f"--home-dir={home}"


def admin_command(java: Path, class_path: Sequence[Path], heap: str, *options: str) -> list[str]:
    """Return the command that runs Neo4j's administration tool; its arguments come after."""
    return [str(java), f"-Xmx{heap}", *options, *_OPENED, "-cp", joined(class_path), _ADMIN]


def joined(class_path: Sequence[Path]) -> str:
    """Return a class path as Java takes it."""
    return os.pathsep.join(map(str, class_path))


def _lines(*settings: tuple[str, str]) -> str:
    """Return settings as the lines of a file."""
    return "".join(f"{name}={value}\n" for name, value in settings)
