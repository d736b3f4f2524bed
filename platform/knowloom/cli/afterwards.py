"""What follows a command that changed the graph: Browser's style and guide, the review queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from knowloom.settings import Settings


def refreshing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command that may change the graph leave what is made of the graph up to date.

    Below `connection_options`, whose `settings` it uses. Nothing follows a dry run, and nothing
    that goes wrong here is the command's fault.
    """

    @wraps(command)
    def refreshed(*args: Any, settings: Settings, **options: Any) -> Any:
        try:
            result = command(*args, settings=settings, **options)
        except click.exceptions.Exit:  # it did what could be done, and says that that is not all
            _refresh(settings, options)
            raise
        _refresh(settings, options)
        return result

    vars(refreshed)["refreshes"] = True  # for the test that no command is forgotten
    return refreshed


def _refresh(settings: Settings, options: dict[str, Any]) -> None:
    if not options.get("dry_run"):
        from knowloom.browser.apply import bring_up_to_date

        if wrong := bring_up_to_date(settings):
            what = "the review queue" if settings.uri else "Browser's guide or the review queue"
            click.echo(f"It is done, but {what} is not up to date: {wrong}", err=True)
