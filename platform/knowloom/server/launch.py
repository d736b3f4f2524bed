"""Bringing a server process up: the attempt, what to do when it fails, and when it is there."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from knowloom.errors import DiskFull, ServerDidNotStart, ServerError
from knowloom.server.archive import ClassArchive
from knowloom.server.config import (
    DATABASE,
    USER,
    Ports,
    Profile,
    server_command,
    server_settings,
)
from knowloom.server.files import write_text
from knowloom.server.log import is_disk_full, last_cause, text_of
from knowloom.server.machine import free_port, is_open
from knowloom.server.process import end, is_alive, launch, listens
from knowloom.server.workspace import State, Workspace

_PATIENCE = 180.0  # seconds until a server that gives no answer is given up
_PAUSE = 0.05  # seconds between two looks at a starting server
_OTHER_PORTS = 5  # times that somebody may snatch a port


@dataclass(frozen=True, slots=True)
class Launcher:
    """What it takes to start the server of a workspace.

    Args:
        workspace: prepared, with a first password.
        archive: of the Java that is to run it and its jars.
        main: the class among them that starts it.
        profile: with memory sizes filled in.
        first: the ports to begin the search at.
    """

    workspace: Workspace
    archive: ClassArchive
    main: str
    profile: Profile
    first: Ports

    def start(self) -> State:
        """Start the process and return when it answers.

        When its ports were taken in the meantime it is started on others, when Java refuses the
        class-data archive without it.

        Raises:
            ServerDidNotStart: it ended, or gave no answer in time.
            DiskFull: the server found no room.
        """
        before = self.workspace.state()
        ports = self._free(before.ports if before else None, self.first)
        for _ in range(_OTHER_PORTS):
            with_archive = self.archive.file.exists()
            process = self._launch(ports)
            if self._came_up(process, ports):
                self.archive.make_in_background(self.workspace.loaded_classes)
                return State(ports, process.pid)
            said = text_of(self.workspace.console)
            if "already in use" in said:
                ports = self._free(None, Ports(ports.bolt + 1, ports.http + 1))
            elif with_archive:
                self.archive.discard()
            else:
                raise self._failure(said)
        raise self._failure("all ports were taken by others")

    def _free(self, preferred: Ports | None, first: Ports) -> Ports:
        """Return free ports: the preferred ones, else the next from the first."""
        bolt = free_port(first.bolt, preferred.bolt if preferred else None)
        http = free_port(first.http, preferred.http if preferred else None)
        return Ports(bolt, http)

    def _launch(self, ports: Ports) -> psutil.Process:
        """Start the process."""
        home = self.workspace.home
        settings = server_settings(ports, self.profile.page_cache, self.workspace.guide.name)
        write_text(home / "conf" / "neo4j.conf", settings)
        command = server_command(
            self.archive.java.executable,
            home,
            [*self.archive.class_path, self.workspace.web],
            self.main,
            self.profile.heap,
            [*self.profile.java_options, *self.archive.options(self.workspace.loaded_classes)],
        )
        # The ports are known before there is a process, so that one whose number got lost with us
        # can still be found and used.
        self.workspace.remember(State(ports))
        process = launch(command, self.workspace.console)
        self.workspace.remember(State(ports, process.pid))
        return process

    def _came_up(self, process: psutil.Process, ports: Ports) -> bool:
        """Wait for an answer; return False when the process ended. Leave nothing half-started."""
        try:
            return wait_until_it_answers(process, ports, self.workspace)
        except BaseException:
            end(process)
            raise

    def _failure(self, said: str) -> ServerError:
        """Return the error for a server that ended with these last words."""
        if is_disk_full(said):
            return DiskFull(self.workspace.home)
        return ServerDidNotStart(last_cause(said), self.workspace.console)


def wait_until_it_answers(process: psutil.Process, ports: Ports, workspace: Workspace) -> bool:
    """Return True when the server answers a logged-in query, False when its process ended.

    Raises:
        ServerDidNotStart: it lives, but gave no answer in time.
        ServerError: it refuses the password of the workspace.
    """
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if not is_alive(process):
            return False
        # To knock is cheap; to ask whose door it is takes as long as a hundred knocks.
        if (
            is_open(ports.http)
            and listens(process, ports.bolt, ports.http)
            and _logs_in(ports, workspace)
        ):
            return True
        time.sleep(_PAUSE)
    raise ServerDidNotStart(f"no answer within {_PATIENCE:.0f} seconds", workspace.console)


def _logs_in(ports: Ports, workspace: Workspace) -> bool:
    """Return whether a query is answered; False when the server is not ready for it."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    uri = f"bolt://localhost:{ports.bolt}"
    auth = (USER, workspace.password())
    try:
        # The driver leaves the types of its options open.
        with GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]
            uri, auth=auth
        ) as driver:
            driver.execute_query("RETURN 1", database_=DATABASE)
    except AuthError as error:
        raise ServerError(
            f"Neo4j runs at {uri}, but the password in {workspace.password_file} is not (or no "
            "longer) its own: write the right one into that file"
        ) from error
    except (DriverError, Neo4jError):
        return False
    return True
