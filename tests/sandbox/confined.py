"""Where programs cannot be confined they are refused, which is tested; the rest needs a kernel."""

from __future__ import annotations

import pytest

from knowloom.sandbox.outcome import Level
from knowloom.sandbox.run import reached

needs_confinement = pytest.mark.skipif(
    reached() is not Level.FULL, reason="this kernel has no Landlock or no seccomp"
)
