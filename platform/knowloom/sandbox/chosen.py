"""What the settings let programs take, and how well they have to be confined."""

from __future__ import annotations

from knowloom.sandbox.outcome import Level, Limits
from knowloom.sandbox.process import ProcessTier
from knowloom.settings import Settings

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def limits_of(settings: Settings) -> Limits:
    """Return the limits of the settings.

    >>> limits_of(Settings(sandbox_seconds="2", sandbox_memory="512m")).memory
    536870912
    """
    return Limits(
        seconds=float(settings.sandbox_seconds),
        memory=_size(settings.sandbox_memory),
        output=_size(settings.sandbox_output),
        files=int(settings.sandbox_files),
    )


def weakest_of(settings: Settings) -> Level:
    """Return the level of confinement below which the settings let nothing run."""
    return Level(settings.sandbox_weakest)


def tier_of(settings: Settings) -> ProcessTier:
    """Return the process tier under the settings."""
    return ProcessTier(limits_of(settings), weakest=weakest_of(settings))


def _size(text: str) -> int:
    return int(text[:-1]) * _UNITS[text[-1].lower()]
