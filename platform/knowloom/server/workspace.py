"""The folder of one managed server: where everything is, and what is remembered between calls."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from knowloom.errors import ServerError, WorkspaceBusy
from knowloom.server.config import GUIDE, SERVED, Ports
from knowloom.server.files import disk_room, exclusive, write_text

_PATIENCE = 300.0  # seconds; another process may have to download the server first


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the server: where it listens when it runs, and its last process."""

    ports: Ports
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder of one server.

    Args:
        folder: an absolute path.
    """

    folder: Path

    @property
    def home(self) -> Path:
        """What Neo4j takes for its home: configuration, data and logs."""
        return self.folder / "neo4j"

    @property
    def password_file(self) -> Path:
        """The file with the password, for its owner only."""
        return self.folder / "password"

    @property
    def console(self) -> Path:
        """What the server printed since its last start."""
        return self.home / "logs" / "console.log"

    @property
    def web(self) -> Path:
        """The folder on the class path that the server serves `/browser/` from."""
        return self.folder / "web"

    @property
    def served(self) -> Path:
        """The folder that is served as `/browser/knowloom/`."""
        return self.web / "browser" / SERVED

    @property
    def guide(self) -> Path:
        """The file of the guide, in the folder that is served.

        A guide names things of the graph, and what is served is so without a log-in, to every
        user of the machine. So its name is a secret, which Browser learns when somebody logs in.

        Raises:
            ServerError: the password's file cannot be read.
        """
        secret = sha256(f"guide {self.password()}".encode()).hexdigest()[:24]
        return self.served / GUIDE.replace("*", secret)

    @property
    def loaded_classes(self) -> Path:
        """The list that a server without a class-data archive writes."""
        return self.home / "run" / "loaded.classes"

    @property
    def has_run(self) -> bool:
        """True when the server has made its database of users, so its password is fixed."""
        return (self.home / "data" / "databases" / "system").exists()

    def password(self) -> str:
        """Return the password.

        Raises:
            ServerError: its file cannot be read.
        """
        return read_password(self.password_file)

    def prepare(self) -> None:
        """Make the folders that are not there yet.

        Raises:
            DiskFull: no room is left.
            ServerError: the folder cannot be made or written.
        """
        try:
            with disk_room(self.folder):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                for name in ("conf", "data/dbms", "import", "logs", "plugins", "run"):
                    (self.home / name).mkdir(parents=True, exist_ok=True)
                if not (ignored := self.folder / ".gitignore").exists():
                    write_text(ignored, "*\n")
        except OSError as error:
            raise ServerError(
                f"{self.folder} cannot be the workspace of a server ({error}): "
                "name another with --workspace"
            ) from error

    @contextmanager
    def changing(self) -> Generator[None]:
        """Hold the workspace alone, after any other process that does.

        Raises:
            WorkspaceBusy: that took too long.
        """
        with exclusive(self.folder / "lock", _PATIENCE) as lock:
            if lock is None:
                raise WorkspaceBusy(self.folder)
            yield

    def state(self) -> State | None:
        """Return what was remembered; None when nothing was, or nobody can read it."""
        try:
            found = orjson.loads(self._state_file.read_bytes())
            return State(Ports(**found["ports"]), found["pid"])
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def remember(self, state: State) -> None:
        """Keep `state` for later calls."""
        write_text(self._state_file, orjson.dumps(asdict(state)).decode())

    @property
    def _state_file(self) -> Path:
        return self.folder / "server.json"


def read_password(file: Path) -> str:
    """Return the password in a file.

    Raises:
        ServerError: the file cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServerError(
            f"the password cannot be read ({error}): put it back into {file}"
        ) from error
