"""Python's cyclic garbage collector, kept from looking at objects that are all still in use."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Generator[None]:
    """Keep the collector from running; afterwards it runs again if it did before.

    While many linked objects are made none of them is garbage, yet the collector would walk
    through all of them again and again: that takes several times as long as making them. When it
    runs again the new objects count as old ones, so that it does not begin with a walk through
    them; they are looked at in its next full collection.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            # What somebody else froze must stay so.
            if gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()
