"""Settings: one typed value, made from flags, the environment, `knowloom.toml` and defaults.

Each value knows its origin, so that `knowloom config show` can say where to change it. Passwords
come from the environment only.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from knowloom.errors import SettingsError
from knowloom.ontology.names import suggestions

FILE_NAME = "knowloom.toml"
DEFAULT = "default"
STRATEGIES = ("auto", "direct", "closed", "open", "retrieval")
_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
LEVELS = ("limits", "landlock", "landlock+seccomp", "interpreter")
_SIZE = re.compile(r"[1-9][0-9]*[kmg]", re.IGNORECASE)
_SIZES = {"server_heap", "server_page_cache", "sandbox_memory", "sandbox_output"}
_NUMBERS = {
    "model_context": "number of tokens",
    "sandbox_seconds": "number of seconds, 1 or more",
    "sandbox_files": "number of files, 16 or more",
}
_LEAST = {"sandbox_seconds": 1, "sandbox_files": 16}
_NO_ADDRESS = (
    "{origin}: {uri!r} is no Neo4j address; write neo4j://HOST:7687 or bolt://HOST:7687, "
    "with neo4j+s:// or bolt+s:// for TLS"
)


def _about(env: str, unset: str = "", *, secret: bool = False) -> dict[str, Any]:
    """Return what is known of a setting: its environment variable, and how no value is shown."""
    return {"env": env, "unset": unset, "secret": secret}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the graph is and how the managed server runs.

    Args:
        uri: of the Neo4j server; empty for the managed local server of the workspace.
        username: the user to log in as.
        password: its password; empty for a server without authentication.
        database: the database on that server.
        workspace: the folder of the managed local server.
        server_heap: memory for its Java heap: a number and `k`, `m` or `g`; empty for what suits
            this machine.
        server_page_cache: memory for the graph's files, likewise.
        model: the name of a language model behind `model_url`, or a folder with its weights;
            empty for none.
        model_url: of an endpoint that speaks OpenAI's protocol.
        model_key: its key; empty where it wants none.
        model_context: most tokens of a prompt.
        model_strategy: what of the ontology extraction shows it: `auto`, `direct`, `closed`,
            `open` or `retrieval`.
        maven_repository: where its files are downloaded from; empty for Maven Central.
        sandbox_seconds: how long a program that nobody has looked at may run: of `analyse`, or a
            hook of a class.
        sandbox_memory: memory that it may take: a number and `k`, `m` or `g`.
        sandbox_output: what it may print, and what its result may take, likewise.
        sandbox_files: how many files it may have open at once, of those that it may read at all.
        sandbox_weakest: the weakest confinement at which one is run: `limits` (none to speak of),
            `landlock`, `landlock+seccomp` or `interpreter`.
        origins: each setting's name with the place its value comes from.

    >>> settings = load_settings({"database": "films"}, environ={}, directory=Path("/"))
    >>> settings.database, settings.origins["database"], settings.origins["uri"]
    ('films', '--database', 'default')
    """

    uri: str = field(default="", metadata=_about("NEO4J_URI", "the managed local server"))
    username: str = field(default="neo4j", metadata=_about("NEO4J_USERNAME"))
    password: str = field(
        default="", repr=False, metadata=_about("NEO4J_PASSWORD", "not set", secret=True)
    )
    database: str = field(default="neo4j", metadata=_about("NEO4J_DATABASE"))
    workspace: Path = field(default=Path(".knowloom"), metadata=_about("KNOWLOOM_WORKSPACE"))
    server_heap: str = field(
        default="", metadata=_about("KNOWLOOM_SERVER_HEAP", "a quarter of the memory")
    )
    server_page_cache: str = field(
        default="", metadata=_about("KNOWLOOM_SERVER_PAGE_CACHE", "a sixteenth of the memory")
    )
    model: str = field(default="", metadata=_about("KNOWLOOM_MODEL", "none"))
    model_url: str = field(
        default="http://localhost:11434/v1", metadata=_about("KNOWLOOM_MODEL_URL")
    )
    model_key: str = field(
        default="", repr=False, metadata=_about("KNOWLOOM_MODEL_KEY", "not set", secret=True)
    )
    model_context: str = field(default="2048", metadata=_about("KNOWLOOM_MODEL_CONTEXT"))
    model_strategy: str = field(default="auto", metadata=_about("KNOWLOOM_MODEL_STRATEGY"))
    maven_repository: str = field(
        default="", metadata=_about("KNOWLOOM_MAVEN_REPOSITORY", "Maven Central")
    )
    sandbox_seconds: str = field(default="20", metadata=_about("KNOWLOOM_SANDBOX_SECONDS"))
    sandbox_memory: str = field(default="1g", metadata=_about("KNOWLOOM_SANDBOX_MEMORY"))
    sandbox_output: str = field(default="10m", metadata=_about("KNOWLOOM_SANDBOX_OUTPUT"))
    sandbox_files: str = field(default="64", metadata=_about("KNOWLOOM_SANDBOX_FILES"))
    sandbox_weakest: str = field(
        default="landlock+seccomp", metadata=_about("KNOWLOOM_SANDBOX_WEAKEST")
    )
    origins: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)

    def shown(self) -> list[tuple[str, str, str]]:
        """Return name, value and origin of every setting; a password is never among them."""
        return [
            (spec.name, self._shown(spec.name), self.origins.get(spec.name, DEFAULT))
            for spec in _SPECS.values()
        ]

    def _shown(self, name: str) -> str:
        """Return a value as a person may see it."""
        value, metadata = getattr(self, name), _SPECS[name].metadata
        if not str(value):
            return f"({metadata['unset']})"
        return "(set, hidden)" if metadata["secret"] else str(value)


_SPECS = {spec.name: spec for spec in fields(Settings) if spec.name != "origins"}


def load_settings(
    flags: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Settings:
    """Return the settings that hold here: flags, else environment, else file, else default.

    An empty environment variable counts as not set, a flag that is None as not given.

    Args:
        flags: setting name to value, as a command line gives them.
        environ: environment variables; those of the process when None.
        directory: where `knowloom.toml` is looked for, and then in each parent; the current
            directory when None. A workspace named in the file is relative to it, and so is the
            default one.

    Raises:
        SettingsError: a value cannot be used, a name in the file is unknown, or the file holds a
            password; the message names the place.
    """
    environ = os.environ if environ is None else environ
    directory = (Path.cwd() if directory is None else directory).absolute()
    file = find_file(directory)
    given = {
        g.name: g
        for g in (*_in_file(file), *_in_environment(environ), *_in_flags(flags or {}, directory))
    }
    for one in given.values():
        _check(one)
    values: dict[str, Any] = {name: g.value for name, g in given.items()}
    home = file.parent if file else directory
    values["workspace"] = directory / values.get("workspace", home / Settings.workspace)
    origins = {name: given[name].origin if name in given else DEFAULT for name in _SPECS}
    return Settings(**values, origins=origins)


def find_file(directory: Path) -> Path | None:
    """Return the `knowloom.toml` of `directory` or of its nearest parent that has one."""
    for folder in (directory.absolute(), *directory.absolute().parents):
        if (found := folder / FILE_NAME).is_file():
            return found
    return None


class _Given(NamedTuple):
    """A value that somebody gave, and where."""

    name: str
    value: str
    origin: str


def _in_flags(flags: Mapping[str, object], directory: Path) -> list[_Given]:
    """Return what flags say."""
    return [
        _Given(name, _expanded(name, str(value), directory), f"--{name.replace('_', '-')}")
        for name, value in flags.items()
        if value is not None
    ]


def _in_environment(environ: Mapping[str, str]) -> list[_Given]:
    """Return what environment variables say."""
    variables = ((name, spec.metadata["env"]) for name, spec in _SPECS.items())
    return [_Given(name, environ[env], env) for name, env in variables if environ.get(env)]


def _in_file(file: Path | None) -> list[_Given]:
    """Return what a TOML file says."""
    if file is None:
        return []
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}; mend it and run again") from error
    for read_elsewhere in ("policies", "sources"):  # by knowloom.fitting and .update.sources
        content.pop(read_elsewhere, None)
    for key, value in content.items():
        _check_key(file, key, value)
    return [
        _Given(key, _expanded(key, value, file.parent), f"{file}: {key}")
        for key, value in content.items()
    ]


def _expanded(name: str, value: str, base: Path) -> str:
    """Return `value`, made absolute where it is a path."""
    return str(base / Path(value).expanduser()) if name == "workspace" else value


def _check_key(file: Path, key: str, value: object) -> None:
    """Refuse a key of the file that is unknown, secret or no text."""
    if key not in _SPECS:
        public = [name for name, spec in _SPECS.items() if not spec.metadata["secret"]]
        near = suggestions(key, public)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(public)}"
        raise SettingsError(f"{file}: {key!r} is no setting; {hint}")
    if _SPECS[key].metadata["secret"]:
        raise SettingsError(
            f"{file}: {key!r} must not stand in a file: remove it and set the environment "
            f"variable {_SPECS[key].metadata['env']}"
        )
    if not isinstance(value, str):
        raise SettingsError(f"{file}: {key!r} must be text in quotes, not {value!r}")


def _check(given: _Given) -> None:
    """Refuse a value that cannot be used, naming where it comes from."""
    if given.name == "uri":
        _check_uri(given.value, given.origin)
    if given.name in _NUMBERS and not (
        given.value.isdecimal() and int(given.value) >= _LEAST.get(given.name, 0)
    ):
        raise SettingsError(f"{given.origin}: {given.value!r} is no {_NUMBERS[given.name]}")
    if given.name == "model_strategy" and given.value not in STRATEGIES:
        known = ", ".join(STRATEGIES)
        raise SettingsError(f"{given.origin}: {given.value!r} is no strategy; known are {known}")
    if given.name == "sandbox_weakest" and given.value not in LEVELS:
        known = ", ".join(LEVELS)
        raise SettingsError(f"{given.origin}: {given.value!r} is no level; known are {known}")
    if given.name in _SIZES and not _SIZE.fullmatch(given.value):
        raise SettingsError(
            f"{given.origin}: {given.value!r} is no size; write a number and k, m or g, "
            "such as 512m"
        )


def _check_uri(uri: str, origin: str) -> None:
    """Refuse an address that the driver cannot use or that carries a password."""
    if "@" in uri:
        raise SettingsError(
            f"{origin}: the address must not hold a user or password; set NEO4J_USERNAME and "
            "NEO4J_PASSWORD"
        )
    try:
        parts = urlsplit(uri)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(_NO_ADDRESS.format(origin=origin, uri=uri))
