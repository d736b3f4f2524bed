"""The managed local server: one Neo4j for one workspace, started and stopped as needed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowloom.errors import ServerDidNotStart, SettingsError
from knowloom.server.config import USER, WORK, Ports, Profile, home_option, memory
from knowloom.server.files import disk_room, write_text
from knowloom.server.installation import Advance, default_installation
from knowloom.server.log import last_cause, text_of
from knowloom.server.workspace import State, Workspace, read_password

if TYPE_CHECKING:
    import psutil

    from knowloom.server.java import Java
    from knowloom.settings import Settings


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A running managed server, and how to log in.

    Args:
        bolt_uri: where drivers connect.
        http_uri: where Neo4j Browser is, without a path.
        user: the only user.
        password_file: holds the password; only its owner may read it.
        pid: of the server's process.
        home: the folder with its data and logs.
    """

    bolt_uri: str
    http_uri: str
    user: str
    password_file: Path
    pid: int
    home: Path

    @property
    def password(self) -> str:
        """The password, read from its file.

        Raises:
            ServerError: the file cannot be read.
        """
        return read_password(self.password_file)


class LocalServer:
    """The Neo4j of one workspace.

    It listens on the loopback interface only and always wants a login. Of processes that start or
    stop it at the same time, one works and the others wait for it.

    Args:
        workspace: a folder of its own; made when it is not there.
        profile: memory and Java options.
        ports: where it listens the first time when they are free, else on the next free ones;
            later it keeps the ports it had, if it can.
        repository: the root of the Maven repository to download from; empty for the public one.
        cache: where downloaded files are kept; the user's cache when None.

    >>> LocalServer(Path("/nowhere")).status() is None
    True
    """

    def __init__(
        self,
        workspace: Path = Path(".knowloom"),
        *,
        profile: Profile = WORK,
        ports: Ports = Ports(),  # noqa: B008  (immutable)
        repository: str = "",
        cache: Path | None = None,
    ) -> None:
        if os.pathsep in str(workspace.resolve()):
            raise SettingsError(
                f"{workspace.resolve()} holds {os.pathsep!r}, which Java takes for the end of a "
                "path: name another workspace"
            )
        self.workspace = Workspace(workspace.resolve())
        self.installation = default_installation(cache)
        self._profile = profile
        self.ports = ports
        self._repository = repository

    @classmethod
    def of(cls, settings: Settings) -> LocalServer:
        """Return the server of the workspace that the settings name."""
        profile = replace(WORK, heap=settings.server_heap, page_cache=settings.server_page_cache)
        return cls(settings.workspace, profile=profile, repository=settings.maven_repository)

    @property
    def profile(self) -> Profile:
        """How it runs, with sizes of memory where none were given."""
        from knowloom.server.machine import machine_memory

        heap, page_cache = memory(machine_memory())
        given = self._profile
        return replace(given, heap=given.heap or heap, page_cache=given.page_cache or page_cache)

    def status(self) -> ServerInfo | None:
        """Return the server when it runs and takes connections, else None."""
        from knowloom.server.process import find, listens

        if (state := self.workspace.state()) is None:
            return None
        process = find(self._mark, state.pid)
        if process is None or not listens(process, state.ports.bolt, state.ports.http):
            return None
        return self._info(state.ports, process.pid)

    def start(self, advance: Advance = lambda size: None) -> ServerInfo:
        """Start the server, or find it running; return when it answers a logged-in query.

        The first start on a machine downloads the server (see `Installation.missing`).

        Args:
            advance: called with the bytes of every downloaded file.

        Raises:
            JavaMissing: no Java that it accepts.
            DownloadFailed: a file of the server cannot be had.
            DiskFull: no room is left in the cache or the workspace.
            ServerDidNotStart: its process ended, or gave no answer in time.
            WorkspaceBusy: another process has been changing this workspace for too long.
        """
        self.workspace.prepare()
        with self.workspace.changing(), disk_room(self.workspace.folder):
            return self._start(advance)

    def stop(self) -> bool:
        """Stop the server; return whether one was running.

        Raises:
            WorkspaceBusy: another process has been changing this workspace for too long.
        """
        if not self.workspace.folder.is_dir():
            return False
        with self.workspace.changing():
            return self._stop()

    def prepare(self, advance: Advance = lambda size: None) -> None:
        """Bring everything into place that a start needs, and finish what was cut off.

        Args:
            advance: called with the bytes of every downloaded file.

        Raises:
            DownloadFailed: a file of the server cannot be had.
            DiskFull: no room is left in the cache or the workspace.
            WorkspaceBusy: another process has been changing this workspace for too long.
        """
        from knowloom.server import swap

        self.workspace.prepare()
        self.installation.complete(self._repository, advance)
        with self.workspace.changing():
            if self._running() is None:
                swap.finish(self.workspace.home)

    def exchange(self) -> ServerInfo:
        """Put the staged store in the place of the stored one and return the running server.

        Whatever ends this process on the way, the next start serves either the old store or the
        new one, whole.
        """
        from knowloom.server import swap

        with self.workspace.changing(), disk_room(self.workspace.folder):
            self._stop()
            swap.begin(self.workspace.home)
            return self._start()

    @contextmanager
    def at_rest(self) -> Generator[None]:
        """Keep the server from running; one that ran is started again in the end.

        Raises:
            WorkspaceBusy: another process has been changing this workspace for too long.
            ServerError: as for `start`.
        """
        with self.workspace.changing():
            ran = self._stop()
            try:
                yield
            finally:
                if ran:
                    self._start()

    def java(self) -> Java:
        """Return the Java that runs the server.

        Raises:
            JavaMissing: there is none that it accepts.
        """
        from knowloom.server.java import find_java

        return find_java(self.installation.distribution.java)

    @property
    def _mark(self) -> str:
        """The argument that no other server process has."""
        return home_option(self.workspace.home)

    def _start(self, advance: Advance = lambda size: None) -> ServerInfo:
        """Start the server, or find it running, for a caller that holds the workspace."""
        from knowloom.server import swap, web
        from knowloom.server.archive import class_archive
        from knowloom.server.launch import Launcher

        if info := self._found():
            return info
        java = self.java()
        self.installation.complete(self._repository, advance)
        swap.finish(self.workspace.home)
        self._ensure_password(java)
        web.prepare(self.workspace.web, self.installation.browser, self.workspace.guide.name)
        jars = self.installation.class_path
        archive = class_archive(self.installation.folder, java, jars)
        main = self.installation.distribution.main
        state = Launcher(self.workspace, archive, main, self.profile, self.ports).start()
        return self._info(state.ports, state.pid or 0)

    def _stop(self) -> bool:
        """Stop the server for a caller that holds the workspace."""
        from knowloom.server.process import end

        if (process := self._running()) is None:
            return False
        end(process)
        return True

    def _running(self) -> psutil.Process | None:
        """Return the living server process, remembered or not."""
        from knowloom.server.process import find, search

        state = self.workspace.state()
        return find(self._mark, state.pid if state else None) or search(self._mark)

    def _found(self) -> ServerInfo | None:
        """Return the running server once it answers; None when there is none, or no longer."""
        from knowloom.server.launch import wait_until_it_answers

        if (process := self._running()) is None:
            return None
        if (state := self.workspace.state()) is None:
            self._stop()  # nobody knows where it listens
            return None
        if not wait_until_it_answers(process, state.ports, self.workspace):
            return None
        self.workspace.remember(State(state.ports, process.pid))
        return self._info(state.ports, process.pid)

    def _ensure_password(self, java: Java) -> None:
        """Give a server that never ran its first password."""
        from knowloom.server.admin import set_first_password

        workspace = self.workspace
        if workspace.has_run:
            if not workspace.password_file.exists():
                raise ServerDidNotStart(
                    f"its password is lost: put it back into {workspace.password_file}, or move "
                    f"{workspace.home} away to begin with an empty server"
                )
            return
        if not workspace.password_file.exists():
            write_text(workspace.password_file, f"{secrets.token_hex(12)}\n", mode=0o600)
        jars = self.installation.class_path
        code = set_first_password(
            java, jars, workspace.home, workspace.password(), workspace.console
        )
        if code != 0:
            said = text_of(workspace.console)
            raise ServerDidNotStart(f"no password could be set ({last_cause(said)})")

    def _info(self, ports: Ports, pid: int) -> ServerInfo:
        """Return what callers need to know."""
        return ServerInfo(
            bolt_uri=f"bolt://localhost:{ports.bolt}",
            http_uri=f"http://localhost:{ports.http}",
            user=USER,
            password_file=self.workspace.password_file,
            pid=pid,
            home=self.workspace.home,
        )
