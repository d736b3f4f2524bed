"""Loading a whole graph at once: Neo4j's import tool beside the server, then an exchange."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowloom.errors import DiskFull, ImportFailed, WorkspaceBusy
from knowloom.server import admin, swap
from knowloom.server.archive import class_archive
from knowloom.server.config import DATABASE, import_settings
from knowloom.server.files import disk_room, exclusive, write_text
from knowloom.server.local import LocalServer
from knowloom.server.log import is_disk_full, last_cause, text_of

# Separates the values of a list; a control character, since a list cannot quote its values.
ARRAY_DELIMITER = "\x1f"
_HEAP = "1g"  # with less the tool warns, and does fail
_COUNTS = re.compile(r"^\s*(\d+) (nodes|relationships|properties)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NodeFile:
    """Nodes as CSV.

    Args:
        labels: of every node in it, beside those in a column `:LABEL`.
        header: a file with one line, such as `uid:ID,name,born:date,aliases:string[]`.
        data: files with the rows, plain or gzip.
        is_broken: whether a line may end within a cell; reading takes longer then.
    """

    labels: tuple[str, ...]
    header: Path
    data: tuple[Path, ...]
    is_broken: bool = True


@dataclass(frozen=True, slots=True)
class RelationshipFile:
    """Relationships as CSV.

    Args:
        type: of every relationship in it; empty when a column `:TYPE` says it.
        header: a file with one line, such as `:START_ID,:END_ID,since:date`.
        data: files with the rows, plain or gzip.
        is_broken: as for `NodeFile`.
    """

    type: str
    header: Path
    data: tuple[Path, ...]
    is_broken: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """How much the import tool has stored."""

    nodes: int
    relationships: int
    properties: int


def import_full(
    server: LocalServer,
    nodes: Sequence[NodeFile],
    relationships: Sequence[RelationshipFile] = (),
    *,
    numbered: bool = False,
) -> Imported:
    """Replace the stored graph by the content of files; the server runs afterwards.

    The new graph is made beside the old one, so the server may go on working until the exchange
    at the end. A faulty row fails the import, which leaves the old graph as it is; so does the
    end of this process at any point (the next start completes or forgets the exchange). Users and
    password stay. Constraints and indexes are not made.

    Args:
        server: the managed server whose graph is replaced, running or not.
        nodes: at least one; fields are parted by commas, quoted by `"`, the values of lists
            parted by `ARRAY_DELIMITER`.
        relationships: between those nodes.
        numbered: the ids in the files are the numbers from 0 on, each once; the tool then need not
            look anything up, and does not notice when they are something else.

    Raises:
        ImportFailed: the files are faulty; the error names the log.
        WorkspaceBusy: another import for this workspace is running.
        DiskFull: no room is left.
        ServerError: as for `LocalServer.start`.
    """
    server.prepare()
    home = server.workspace.home
    with exclusive(swap.staging_lock(home), wait=0) as lock:
        if lock is None:
            raise WorkspaceBusy(server.workspace.folder)
        swap.clear(home)
        try:
            with disk_room(home):
                files = _arguments(swap.staging(home), nodes, relationships)
                files += ["--id-type=actual"] if numbered else []
                imported = _staged(server, files, lock)
            server.exchange()
        finally:
            swap.clear(home)
    return imported


def _staged(server: LocalServer, files: list[str], lock: int) -> Imported:
    """Run the import tool into the staging folder."""
    home = server.workspace.home
    staging = swap.staging(home)
    write_text(staging / "neo4j.conf", import_settings(f"{swap.STAGING}/data"))
    log = home / "logs" / "import.log"
    java, jars = server.java(), server.installation.class_path
    archive = class_archive(server.installation.folder, java, jars)
    code = admin.run(
        java,
        jars,
        home,
        ["database", "import", "full", DATABASE, *_FORMAT, *files],
        conf=staging,
        heap=_HEAP,
        # It keeps little: the simplest collector takes a fifth less processor time than G1.
        options=("-XX:+UseSerialGC", *archive.if_it_fits()),
        log=log,
        # Should this process be killed, the tool that goes on writing still holds the folder.
        inherited=(lock,),
    )
    said = text_of(log)
    if code != 0:
        raise DiskFull(staging) if is_disk_full(said) else ImportFailed(last_cause(said), log)
    counts = {kind: int(number) for number, kind in _COUNTS.findall(said)}
    return Imported(counts["nodes"], counts["relationships"], counts["properties"])


_FORMAT = (
    f"--array-delimiter=U+{ord(ARRAY_DELIMITER):04X}",
    # Without it some relationships to nodes that do not exist would pass.
    "--strict=true",
    "--verbose",
    "--report-file=logs/import.report",
)


def _arguments(
    staging: Path, nodes: Sequence[NodeFile], relationships: Sequence[RelationshipFile]
) -> list[str]:
    """Return the tool's arguments for the files, reached through links with plain names.

    The tool takes commas for separators and file names for patterns, so the real names will not
    do.
    """
    (staging / "files").mkdir(parents=True)
    given: list[tuple[str, str, NodeFile | RelationshipFile]]
    given = [("nodes", ":".join(file.labels), file) for file in nodes]
    given += [("relationships", file.type, file) for file in relationships]
    arguments: list[str] = []
    broken: list[str] = []
    for number, (kind, name, file) in enumerate(given):
        links = _links(staging, number, file)
        arguments.append(f"--{kind}={f'{name}=' if name else ''}{','.join(links)}")
        broken += links[1:] if file.is_broken else ()
    if broken:
        arguments += ["--multiline-fields-format=v2", f"--multiline-fields={','.join(broken)}"]
    return arguments


def _links(staging: Path, number: int, file: NodeFile | RelationshipFile) -> list[str]:
    """Link a header and its data under plain names; return those, relative to the home."""
    links: list[str] = []
    for part, target in enumerate((file.header, *file.data)):
        link = staging / "files" / f"{number}-{part}"
        link.symlink_to(target.resolve(strict=True))
        links.append(f"{swap.STAGING}/files/{link.name}")
    return links
