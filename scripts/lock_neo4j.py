"""Write the lock file of a Neo4j version: `scripts/lock_neo4j.py NEO4J BROWSER [JAVA...]`.

The jars are those that Maven resolves; where there is no Maven, jgo resolves them in Python (its
choice of versions may differ a little). Nothing is checked against an older lock: read the diff.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import orjson

SERVER = Path(__file__).parents[1] / "platform/knowloom/server"
MAIN = ("org.neo4j.server.CommunityEntryPoint", "org.neo4j.server.Neo4jCommunity")
POM = """\
<project><modelVersion>4.0.0</modelVersion>
 <groupId>local</groupId><artifactId>lock</artifactId><version>1</version>
 <packaging>pom</packaging>
 <dependencies>
  <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId>
   <version>{neo4j}</version></dependency>
  <dependency><groupId>org.neo4j.client</groupId><artifactId>neo4j-browser</artifactId>
   <version>{browser}</version></dependency>
 </dependencies></project>
"""


class Resolved(NamedTuple):
    """A jar that belongs to the distribution, and a copy of it."""

    group: str
    artifact: str
    version: str
    classifier: str
    file: Path


def main(neo4j: str, browser: str, *java: str) -> None:
    """Resolve, hash and write the lock file beside the server's code."""
    with tempfile.TemporaryDirectory() as folder:
        jars = list(resolved(neo4j, browser, Path(folder)))
        main = main_class(jars)
        rows = [row(jar) for jar in sorted(jars, key=lambda j: (j.artifact, j.classifier))]
    versions = [int(major) for major in java] or [17, 21]
    target = SERVER / f"neo4j-{neo4j}.lock.json"
    target.write_bytes(rendered(neo4j, versions, main, rows))
    size = sum(jar["size"] for jar in rows if isinstance(jar["size"], int))
    print(f"{target}: {len(rows)} jars, {size / 1e6:.0f} MB")


def resolved(neo4j: str, browser: str, folder: Path) -> Iterable[Resolved]:
    """Return every jar that the server and its Browser need at run time."""
    if mvn := shutil.which("mvn"):
        return by_maven(mvn, POM.format(neo4j=neo4j, browser=browser), folder)
    return by_jgo([f"org.neo4j:neo4j:{neo4j}", f"org.neo4j.client:neo4j-browser:{browser}"])


def by_maven(mvn: str, pom: str, folder: Path) -> Iterable[Resolved]:
    """Yield what Maven resolves for the runtime scope."""
    (folder / "pom.xml").write_text(pom)
    listed = folder / "resolved.txt"
    goals = ["dependency:list", "dependency:copy-dependencies"]
    options = [
        "-DincludeScope=runtime",
        f"-DoutputFile={listed}",
        f"-DoutputDirectory={folder}/lib",
    ]
    subprocess.run([mvn, "-q", "-B", "-f", folder / "pom.xml", *goals, *options], check=True)
    for line in listed.read_text().splitlines():
        # group:artifact:jar[:classifier]:version:scope, and a remark about modules
        match line.split(" -- ")[0].strip().split(":"):
            case [group, artifact, "jar", version, _]:
                file = f"{artifact}-{version}.jar"
                yield Resolved(group, artifact, version, "", folder / "lib" / file)
            case [group, artifact, "jar", classifier, version, _]:
                file = f"{artifact}-{version}-{classifier}.jar"
                yield Resolved(group, artifact, version, classifier, folder / "lib" / file)
            case _:
                pass


def by_jgo(coordinates: list[str]) -> Iterable[Resolved]:
    """Yield what jgo resolves."""
    from jgo.maven import MavenContext, PythonResolver

    context = MavenContext(resolver=PythonResolver())
    roots = [context.create_dependency(text) for text in coordinates]
    inputs, transitive = context.resolver.resolve(roots)
    for dependency in (*inputs, *transitive):
        jar = dependency.artifact
        yield Resolved(
            jar.groupId, jar.artifactId, jar.version, jar.classifier or "", jar.resolve()
        )


def main_class(jars: Iterable[Resolved]) -> str:
    """Return the class that starts the server: calendar releases gave it another name."""
    [jar] = [jar for jar in jars if (jar.group, jar.artifact) == ("org.neo4j", "neo4j")]
    with zipfile.ZipFile(jar.file) as content:
        there = {*content.namelist()}
    [found] = [name for name in MAIN if f"{name.replace('.', '/')}.class" in there]
    return found


def row(jar: Resolved) -> dict[str, str | int]:
    """Return the line of the lock file for one jar."""
    content = jar.file.read_bytes()
    coordinates = {
        "group": jar.group,
        "artifact": jar.artifact,
        "version": jar.version,
        **({"classifier": jar.classifier} if jar.classifier else {}),
    }
    return {
        **coordinates,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }


def rendered(neo4j: str, java: list[int], main: str, rows: list[dict[str, str | int]]) -> bytes:
    """Return the text of the lock file, one jar a line so that a diff can be read."""
    head = orjson.dumps({"neo4j": neo4j, "java": java, "main": main})[:-1]
    lines = b",\n".join(b"  " + orjson.dumps(row) for row in rows)
    return head + b',"jars":[\n' + lines + b"\n]}\n"


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
