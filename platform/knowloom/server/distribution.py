"""Which files make up a Neo4j server: the jars of a lock file, each with its checksum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson

_LOCK = "neo4j-5.26.31.lock.json"
_BROWSER = "neo4j-browser"


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven repository.

    Args:
        group, artifact, version, classifier: its coordinates; the classifier is mostly empty.
        sha256: of its content, hexadecimal.
        size: in bytes.

    >>> Jar("org.neo4j", "neo4j-io", "5.26.31", sha256="", size=0).path
    'org/neo4j/neo4j-io/5.26.31/neo4j-io-5.26.31.jar'
    """

    group: str
    artifact: str
    version: str
    sha256: str
    size: int
    classifier: str = ""

    @property
    def file_name(self) -> str:
        """Its name, unique among the files of one distribution."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{suffix}.jar"

    @property
    def path(self) -> str:
        """Where it lies in any Maven repository, relative to the root."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A Neo4j server and its Browser, as a lock file pins them.

    Args:
        neo4j: the version of the server.
        java: the major versions of Java that it accepts.
        main: the class that starts the server.
        jars: all files, in the order of the class path.
    """

    neo4j: str
    java: tuple[int, ...]
    main: str
    jars: tuple[Jar, ...]

    @property
    def server_jars(self) -> tuple[Jar, ...]:
        """Those that go on the class path."""
        return tuple(jar for jar in self.jars if jar.artifact != _BROWSER)

    @property
    def browser_jar(self) -> Jar:
        """The one that holds the files of Neo4j Browser."""
        [jar] = [jar for jar in self.jars if jar.artifact == _BROWSER]
        return jar


def shipped() -> Distribution:
    """Return the distribution that this version of knowloom manages."""
    text = files("knowloom.server").joinpath(_LOCK).read_bytes()
    return parsed(orjson.loads(text))


def parsed(lock: Mapping[str, Any]) -> Distribution:
    """Return the distribution that the content of a lock file describes."""
    return Distribution(
        neo4j=lock["neo4j"],
        java=tuple(lock["java"]),
        main=lock["main"],
        jars=tuple(Jar(**jar) for jar in lock["jars"]),
    )
