"""`knowloom server`: the managed local Neo4j of a workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from knowloom.browser.apply import bring_up_to_date
from knowloom.browser.links import browser_link
from knowloom.cli.connection import workspace_option
from knowloom.cli.output import emit, json_option, progress
from knowloom.server.local import LocalServer, ServerInfo
from knowloom.settings import Settings


@click.group()
def server() -> None:
    """Start, stop and look at the local Neo4j."""


@server.command()
@workspace_option
@json_option
def start(settings: Settings, as_json: bool) -> None:
    """Start the workspace's Neo4j, or find it running.

    The first start on a machine downloads it. It listens on this machine only and wants a login.

    \b
    knowloom server start
    knowloom server start --workspace ~/films
    """
    local = LocalServer.of(settings)
    info = started(local)
    bring_up_to_date(replace(settings, uri=""))
    emit(_facts(local, info), as_json, _said(local, info))


@server.command()
@workspace_option
@json_option
def stop(settings: Settings, as_json: bool) -> None:
    """Stop the workspace's Neo4j; what it stores stays.

    \b
    knowloom server stop
    """
    stopped = LocalServer.of(settings).stop()
    emit({"stopped": stopped}, as_json, ["Stopped." if stopped else "It was not running."])


@server.command()
@workspace_option
@json_option
@click.pass_context
def status(ctx: click.Context, settings: Settings, as_json: bool) -> None:
    """Show whether the workspace's Neo4j runs, where, and how to log in.

    For scripts the exit code is 0 while it runs and 1 while it does not.

    \b
    knowloom server status
    knowloom server status --json
    knowloom server status > /dev/null || knowloom server start
    """
    local = LocalServer.of(settings)
    info = local.status()
    emit(_facts(local, info), as_json, _said(local, info))
    if info is None:
        ctx.exit(1)


@server.command()
@workspace_option
@json_option
def logs(settings: Settings, as_json: bool) -> None:
    """Print what the workspace's Neo4j said since its last start.

    \b
    knowloom server logs
    """
    from knowloom.server.log import text_of

    workspace = LocalServer.of(settings).workspace
    detailed = workspace.home / "logs" / "debug.log"
    text = text_of(workspace.console)
    emit(
        {"console": str(workspace.console), "detailed": str(detailed), "text": text},
        as_json,
        [text.rstrip() or "It has said nothing yet.", f"In more detail: {detailed}"],
    )


@server.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@workspace_option
@json_option
def dump(file: Path, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Write the whole graph of the workspace's Neo4j to FILE.

    A running server is stopped for as long as that takes, and started again.

    \b
    knowloom server dump graph.dump
    """
    from knowloom.server import backup

    local = LocalServer.of(settings)
    size = None if dry_run else backup.dump(local, file)
    said = "would write" if dry_run else f"wrote {(size or 0) / 1e6:.1f} MB:"
    emit({"file": str(file), "bytes": size}, as_json, [f"{said} {file}"])


@server.command("load")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be replaced; replace nothing.")
@workspace_option
@json_option
def load_(file: Path, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Put the graph in FILE in the place of all that the workspace's Neo4j holds.

    FILE is what `knowloom server dump` wrote, or `neo4j-admin database dump`. The server runs
    afterwards.

    \b
    knowloom server load graph.dump
    """
    from knowloom.server import backup

    local = LocalServer.of(settings)
    if not dry_run:
        backup.load(local, file)
        bring_up_to_date(replace(settings, uri=""))
    said = "would replace" if dry_run else "replaced"
    line = f"{said} the graph of {local.workspace.folder} by that in {file}"
    emit({"file": str(file), "loaded": not dry_run}, as_json, [line])


def started(local: LocalServer) -> ServerInfo:
    """Start a server; what it has to download first is shown as progress."""
    if missing := local.installation.missing():
        size = sum(jar.size for jar in missing) / 1e6
        with progress(f"Downloading Neo4j ({size:.0f} MB), files", len(missing)) as advance:
            local.prepare(lambda _: advance(1))
    return local.start()


def _facts(local: LocalServer, info: ServerInfo | None) -> dict[str, Any]:
    """Return what a script wants to know."""
    where = {"workspace": str(local.workspace.folder), "neo4j": local.installation.version}
    if info is None:
        return {"running": False, **where}
    return {
        "running": True,
        **where,
        "bolt": info.bolt_uri,
        "browser": browser_link(info.http_uri, info.bolt_uri, info.user),
        "user": info.user,
        "password_file": str(info.password_file),
        "pid": info.pid,
    }


def _said(local: LocalServer, info: ServerInfo | None) -> list[str]:
    """Return what a person wants to know."""
    if info is None:
        return [
            f"No server runs for {local.workspace.folder}: start it with knowloom server start"
        ]
    return [
        f"Neo4j {local.installation.version} runs for {local.workspace.folder}",
        f"  Bolt     {info.bolt_uri}",
        f"  Browser  {browser_link(info.http_uri, info.bolt_uri, info.user)}",
        f"  log in   as {info.user}; the password: cat {info.password_file}",
        "  stop it  knowloom server stop",
    ]
