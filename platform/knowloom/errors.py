"""The errors of knowloom: one tree, named for what happened.

    KnowloomError                  every error the library raises on purpose; exit code 1
    ├── UsageError                 the caller asked for something that cannot be meant; exit code 2
    │   ├── SettingsError          a setting has a value that cannot be used
    │   ├── ExtraMissing           something was asked for that an extra install brings
    │   ├── UnknownAttribute       a name is not an attribute of the concept
    │   ├── UnknownProposal        no proposal has this id or subject
    │   ├── ProposalDecided        a proposal is not open any more
    │   └── MappingError           a mapping file does not fit its data or the ontology
    ├── OntologyError              an ontology text or change is faulty; holds all faults
    │   ├── UnknownConcept         a name is not a concept of this ontology
    │   └── WouldOrphan            a change would leave stored data that nothing describes
    ├── ServerError                the managed local server could not do its part
    │   ├── JavaMissing            no Java that this Neo4j accepts
    │   ├── DownloadFailed         a file could not be fetched, or is not what the lock file says
    │   ├── DiskFull               no room left in the cache or the workspace
    │   ├── ServerDidNotStart      the process ended, or did not answer in time
    │   ├── BackupFailed           the graph could not be saved to a file, or read back from one
    │   ├── ImportFailed           the import tool refused the files of a bulk load
    │   └── WorkspaceBusy          another command is starting or changing this workspace's server
    ├── StoreError                 a Neo4j server could not do its part
    │   ├── ServerUnreachable      nobody answers at the address
    │   ├── AuthenticationFailed   the server refused the user name or password
    │   ├── NoBrowser              the server does not say where its Neo4j Browser is
    │   ├── UnsupportedServer      the server's version or edition lacks something needed
    │   ├── ServerFailed           the server gave a statement up: memory, disk, time, deadlock
    │   ├── WriteLost              counts did not add up: rows in are not rows accounted for
    │   └── NotBulkLoadable        a bulk load needs a managed server without instances
    ├── MigrationError             a migration is faulty
    │   ├── MigrationChanged       an applied file has another checksum now
    │   └── MigrationsLocked       another process is migrating, or one died doing so
    ├── SourceError                a source of data cannot be read at all
    │   ├── DocumentUnreadable     a document is damaged, encrypted, empty or none that we read
    │   └── UnknownLoader          no loader of this kind is installed
    ├── NotTrained                 a folder holds no trained extractor or ranker that can be used
    ├── ModelError                 a language model could not do its part
    │   ├── ModelUnreachable       nobody answers at its address
    │   ├── ModelRefused           the endpoint refused the key, or knows no such model
    │   ├── ModelOverloaded        it had no room for us, also after waiting as it asked
    │   ├── ModelAnswerUnusable    what it answered is cut off, empty or no answer at all
    │   ├── ModelUnusable          a folder holds no model, or not for this prompt
    │   └── PromptTooLong          a class and a passage do not fit into one prompt
    ├── SandboxTooWeak             this machine cannot confine a program as demanded
    ├── UpdateError                a source could not be brought up to date, or a run not undone
    │   ├── SourceBusy             another update of this source is running
    │   ├── TooMuchWouldGo         an update would remove more than the set share of a source
    │   ├── SchedulerBusy          another scheduler is at work in this workspace
    │   └── DecisionDepends        what a person decided depends on the run to be rolled back
    ├── RecordsRejected            more records were rejected than allowed; the good ones are kept
    └── NotFound                   no instance, run or version of this name
        └── NothingToUndo          every change of the ontology is undone already

Batch work does not raise at the first problem: it collects `Fault` values, each with the place
where it happened, and goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, and where.

    Args:
        where: the place: `people.csv:17`, `ontology.py:4`, or `(:Person {uid: '…'}).born`.
        what: one sentence without a full stop that says what is wrong and what would be right.
        code: a short stable name for scripts, such as `unknown-parent`.

    >>> str(Fault("people.csv:17", "born is 'soon', which is not a date (YYYY-MM-DD)", "type"))
    "people.csv:17: born is 'soon', which is not a date (YYYY-MM-DD)"
    """

    where: str
    what: str
    code: str = "fault"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class KnowloomError(Exception):
    """The base of every error that knowloom raises on purpose."""

    exit_code = 1


class UsageError(KnowloomError):
    """The caller asked for something that cannot be meant."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting has a value that cannot be used."""


class ExtraMissing(UsageError):
    """Something was asked for whose libraries are not installed; `extra` brings them."""

    def __init__(self, what: str, extra: str) -> None:
        self.what = what
        self.extra = extra
        super().__init__(f"{what} needs more libraries: run `pip install 'knowloom[{extra}]'`")


class MappingError(UsageError):
    """A mapping file does not fit its data or the ontology; `faults` names every place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed("the mapping cannot be used", self.faults))


class UnknownAttribute(UsageError):
    """A `name` is not an attribute of `concept`; the nearest are `suggestions`."""

    def __init__(self, concept: str, name: str, suggestions: Sequence[str] = ()) -> None:
        self.concept = concept
        self.name = name
        self.suggestions = tuple(suggestions)
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if suggestions else ""
        super().__init__(f"{concept} has no attribute {name!r}{hint}")


class OntologyError(KnowloomError):
    """An ontology text or a change of it is faulty; `faults` names every place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed("the ontology cannot be used", self.faults))


class UnknownConcept(OntologyError):
    """A name is not a concept of this ontology; `name` and the nearest `suggestions`."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if suggestions else ""
        super().__init__([Fault(name, f"no concept has this name{hint}", "unknown-concept")])
        self.args = (f"no concept is called {name!r}{hint}",)


class WouldOrphan(OntologyError):
    """A change of the ontology would leave stored data that nothing describes any more."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        KnowloomError.__init__(
            self,
            _listed("the change would orphan stored data", self.faults)
            + "\nchange the ontology so that it describes them, or allow it with "
            "--on-orphans keep (labels and values stay) or --on-orphans retype (instances of a "
            "removed class become those of its superclasses)",
        )


class ServerError(KnowloomError):
    """The managed local server could not do its part."""


class JavaMissing(ServerError):
    """No Java that this Neo4j accepts was found; `accepted` lists the major versions."""

    def __init__(self, accepted: Sequence[int], found: str = "") -> None:
        self.accepted = tuple(accepted)
        self.found = found
        versions = " or ".join(str(v) for v in accepted)
        seen = f" (found {found})" if found else ""
        super().__init__(
            f"Neo4j needs Java {versions}{seen}: run `pip install 'knowloom[server]'`, "
            "or install one and set JAVA_HOME"
        )


class DownloadFailed(ServerError):
    """A file could not be fetched, or is not what the lock file says; `file` and `why`."""

    def __init__(self, file: str, why: str) -> None:
        self.file = file
        self.why = why
        super().__init__(
            f"{file} could not be fetched: {why}; run the command again (finished files are "
            "kept), or set KNOWLOOM_MAVEN_REPOSITORY to a repository you can reach"
        )


class DiskFull(ServerError):
    """No room left where `path` was to be written."""

    def __init__(self, path: Path, needed: int | None = None) -> None:
        self.path = path
        self.needed = needed
        room = f" ({needed / 1e6:.0f} MB needed)" if needed else ""
        super().__init__(f"no space left to write {path}{room}: free some and run again")


class ServerDidNotStart(ServerError):
    """The server process ended, or did not answer in time; `log` holds its last words."""

    def __init__(self, why: str, log: Path | None = None) -> None:
        self.why = why
        self.log = log
        more = f"; see `knowloom server logs` ({log})" if log else ""
        super().__init__(f"Neo4j did not start: {why}{more}")


class ImportFailed(ServerError):
    """The import tool refused the files of a bulk load; `log` holds all it said."""

    def __init__(self, why: str, log: Path) -> None:
        self.why = why
        self.log = log
        super().__init__(f"nothing was imported: {why}; mend that and run again (log: {log})")


class BackupFailed(ServerError):
    """The graph could not be saved to a `file`, or read back from it; `log` holds all details."""

    def __init__(self, file: Path, why: str, log: Path) -> None:
        self.file = file
        self.log = log
        super().__init__(f"{file}: {why}; the stored graph is as it was (log: {log})")


class WorkspaceBusy(ServerError):
    """Another command is starting or changing the server of this workspace."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        super().__init__(
            f"another knowloom command is starting or changing the server of {workspace}: "
            "wait for it to end and run again"
        )


class StoreError(KnowloomError):
    """A Neo4j server could not do its part."""


class ServerUnreachable(StoreError):
    """Nobody answers at `uri`."""

    def __init__(self, uri: str, why: str = "") -> None:
        self.uri = uri
        because = f" ({why})" if why else ""
        super().__init__(
            f"no Neo4j answers at {uri}{because}: start one with `knowloom server start`, "
            "or check NEO4J_URI"
        )


class AuthenticationFailed(StoreError):
    """The server at `uri` refused the user name or password; `mend` says what helps."""

    def __init__(
        self,
        uri: str,
        user: str,
        why: str = "",
        mend: str = "set NEO4J_USERNAME and NEO4J_PASSWORD",
    ) -> None:
        self.uri = uri
        self.user = user
        self.why = why
        because = f" ({why})" if why else ""
        refused = f"the password of user {user!r}" if user else "a login without a password"
        super().__init__(f"{uri} refused {refused}{because}: {mend}")


class NoBrowser(StoreError):
    """The server at `uri` serves no Neo4j Browser that is known, or nobody answers at `page`."""

    def __init__(self, uri: str, page: str = "") -> None:
        self.uri = uri
        self.page = page
        super().__init__(
            f"nobody answers at {page}, where the Browser of {uri} is: let that port and the one "
            "of Bolt through, or tunnel both with `ssh -L PORT:localhost:PORT HOST`"
            if page
            else f"{uri} does not say where its Neo4j Browser is: open its page yourself (port "
            "7474 of a server of your own, the console of Aura) and connect to that address"
        )


class UnsupportedServer(StoreError):
    """The server's version or edition lacks something that knowloom needs."""

    def __init__(self, uri: str, found: str, needed: str) -> None:
        self.uri = uri
        self.found = found
        self.needed = needed
        super().__init__(
            f"{uri} is {found}, but knowloom needs {needed}: upgrade it, or use the managed "
            "server (`knowloom server start`)"
        )


class ServerFailed(StoreError):
    """The server gave a statement up: memory, disk, time or a deadlock; `code` says which."""

    def __init__(self, uri: str, code: str, why: str) -> None:
        self.uri = uri
        self.code = code
        super().__init__(
            f"{uri} gave up: {why} ({code}); what was committed is kept, so mend that and run "
            "the same command again"
        )


class WriteLost(StoreError):
    """Counts did not add up: rows in are not rows written, unchanged or rejected."""

    def __init__(self, given: int, accounted: int) -> None:
        self.given = given
        self.accounted = accounted
        super().__init__(
            f"{given} records went in, {accounted} are accounted for: run `knowloom check`, "
            "then the same command again (what was written is kept)"
        )


class NotBulkLoadable(StoreError):
    """A bulk load needs a managed server that holds no instance yet."""


class MigrationError(KnowloomError):
    """A migration is faulty; `faults` names every place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed("the migrations cannot be applied", self.faults))


class MigrationChanged(MigrationError):
    """A file that was applied has another checksum now."""


class MigrationsLocked(MigrationError):
    """Another process is migrating this database, or one died doing so."""


class SourceError(KnowloomError):
    """A source of data cannot be read at all; `path` and `why`."""

    def __init__(self, path: Path | str, why: str) -> None:
        self.path = Path(path)
        self.why = why
        super().__init__(f"{path} cannot be read: {why}")


class DocumentUnreadable(SourceError):
    """A document cannot be read, or not to its end; `code` says why, for scripts.

    `code` is one of `missing`, `denied`, `empty`, `unsupported`, `damaged`, `encrypted`, `no-text`
    (a scan without a text layer), `too-large` and `too-slow`.
    """

    def __init__(self, path: Path | str, why: str, code: str) -> None:
        self.code = code
        super().__init__(path, why)


class TaxonomyFaulty(KnowloomError):
    """A taxonomy or a file of questions about it cannot be used; `faults` names every place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed("the taxonomy cannot be used", self.faults))


class RankerUnusable(KnowloomError):
    """A `folder` holds no ranker of parents that can be used."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} holds no ranker that can be used ({why}): make one with "
            "`knowloom train taxonomy`"
        )


class NotTrained(KnowloomError):
    """A `folder` holds no trained thing of a `kind` that can be used."""

    def __init__(self, folder: Path, why: str, kind: str = "extractor") -> None:
        self.folder = folder
        self.kind = kind
        command = "train extract" if kind == "extractor" else "train kbqa"
        super().__init__(
            f"{folder} holds no trained {kind} that can be used ({why}): make one with "
            f"`knowloom {command}`"
        )


class ModelError(KnowloomError):
    """A language model could not do its part."""


class ModelUnreachable(ModelError):
    """Nobody answers at `url`."""

    def __init__(self, url: str, why: str = "") -> None:
        self.url = url
        because = f" ({why})" if why else ""
        super().__init__(
            f"no model answers at {url}{because}: start its server, or check KNOWLOOM_MODEL_URL"
        )


class ModelRefused(ModelError):
    """The endpoint at `url` refused the key, or knows no model called `model`."""

    def __init__(self, url: str, model: str, why: str) -> None:
        self.url = url
        self.model = model
        super().__init__(
            f"{url} refused {model!r} ({why}): check KNOWLOOM_MODEL and KNOWLOOM_MODEL_KEY"
        )


class ModelOverloaded(ModelError):
    """The endpoint at `url` had no room for us, also after waiting as it asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"{url} takes no more requests for now: run again later to go on")


class ModelAnswerUnusable(ModelError):
    """What the endpoint at `url` answered is cut off, empty or no answer at all."""

    def __init__(self, url: str, why: str) -> None:
        self.url = url
        super().__init__(f"the answer of {url} cannot be used ({why}): run again to ask once more")


class ModelUnusable(ModelError):
    """The `folder` holds no language model that can be run here, or not for this prompt."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"the model in {folder} cannot be used ({why}): check KNOWLOOM_MODEL")


class PromptTooLong(ModelError):
    """A class and a passage need more `tokens` than the `limit` of a prompt."""

    def __init__(self, concept: str, tokens: int, limit: int) -> None:
        self.concept = concept
        self.tokens = tokens
        self.limit = limit
        super().__init__(
            f"{concept} and its passage take {tokens:,} tokens, and a prompt may have {limit:,}: "
            "shorten its description, or raise KNOWLOOM_MODEL_CONTEXT"
        )


class SandboxTooWeak(KnowloomError):
    """This machine confines programs no better than `level`, and `wanted` is the least."""

    def __init__(self, level: str, wanted: str) -> None:
        self.level = level
        self.wanted = wanted
        super().__init__(
            f"programs can be confined by {level} only, and {wanted} is the least that is "
            "allowed: see `knowloom doctor`, install 'knowloom[monty]', or lower sandbox_weakest"
        )


class UnknownProposal(UsageError):
    """No proposal has this id or subject."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"no proposal is called {key!r}: see `knowloom review list --state all`")


class ProposalDecided(UsageError):
    """A proposal is no longer open, or was changed by somebody else in the meantime."""

    def __init__(self, proposal: str, state: str, who: str) -> None:
        self.proposal = proposal
        self.state = state
        self.who = who
        by = f" by {who}" if who else ""
        super().__init__(
            f"proposal {proposal} is {state}{by}: look at it again with "
            f"`knowloom review show {proposal}`"
        )


class UnknownLoader(UsageError):
    """No loader of this `kind` is installed; `known` lists those that are."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        self.kind = kind
        self.known = tuple(known)
        super().__init__(f"no loader is called {kind!r}; installed are {', '.join(known)}")


class RecordsRejected(KnowloomError):
    """More records were rejected than allowed; the good ones are kept.

    `rejected` is their number, `rejects` the file that lists each with its reason.
    """

    def __init__(self, rejected: int, rejects: Path | None) -> None:
        self.rejected = rejected
        self.rejects = rejects
        listed = f", listed in {rejects}" if rejects else ""
        super().__init__(
            f"{rejected} records were rejected{listed}: mend them and run again "
            "(what was good is kept), or allow them with --allow-rejects N"
        )


class NotFound(KnowloomError):
    """No instance, run or version has this name; `name` is what was asked for."""

    def __init__(self, kind: str, name: str, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"no {kind} is called {name!r}{'; ' + hint if hint else ''}")


class NothingToUndo(NotFound):
    """Every change of the ontology is undone already, or there never was one."""

    def __init__(self) -> None:
        self.kind, self.name = "change", ""
        KnowloomError.__init__(self, "no change of the ontology is left to undo")


def _listed(title: str, faults: Sequence[Fault]) -> str:
    """Return the title and every fault on a line of its own."""
    return "\n".join([f"{title}:", *(f"  {fault}" for fault in faults)])


class UpdateError(KnowloomError):
    """A source could not be brought up to date, or a run could not be undone."""


class SourceBusy(UpdateError):
    """Another update of `source` is running, or decisions are taken: `holder` says whose."""

    def __init__(self, source: str, holder: str, since: str, doing: str = "updated") -> None:
        self.source, self.holder, self.since = source, holder, since
        decides = source == "decisions"
        what = "decisions are being taken" if decides else f"{source} is being {doing}"
        how = "update it with --break-lock"
        if decides or doing != "updated":
            how = "`knowloom update resolve --break-lock`"
        no_more = f"if that process is no more, {how}"
        super().__init__(f"{what} by {holder} since {since}: wait for it, or, {no_more}")


class TooMuchWouldGo(UpdateError):
    """An update would remove `gone` of the `known` statements of `source`; nothing is removed."""

    def __init__(self, source: str, gone: int, known: int, guard: float) -> None:
        self.source = source
        self.gone = gone
        self.known = known
        self.guard = guard
        super().__init__(
            f"{source} does not say {gone:,} of {known:,} things any more, more than the share of "
            f"{guard:.0%} that may go in one run: nothing was removed; look at the source, and "
            "run again with --guard 1 if it is right"
        )


class SchedulerBusy(UpdateError):
    """Another scheduler is at work in `workspace`."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        super().__init__(
            f"a scheduler is at work in {workspace}: see `knowloom update schedule status`, and "
            "stop that one first"
        )


class DecisionDepends(UpdateError):
    """Run `run` cannot be rolled back: decisions on `names` were taken after it and need it."""

    def __init__(self, run: int, names: Sequence[str]) -> None:
        self.run = run
        self.names = tuple(names)
        super().__init__(
            f"run {run} cannot be rolled back: later decisions need what it brought "
            f"({'; '.join(names)}): take them back first, a merge with `knowloom split UID`, a "
            "decided value with `knowloom update rollback`"
        )
