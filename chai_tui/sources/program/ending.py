"""Ends everybody."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

from chai_tui.sources.program.following import Following


def end_everybody(
    following: Following, *, grace: float, clock: Callable[[], float] = time.monotonic
) -> list[int]:
    """End them."""
    for number in (15, 9):
        for pid in following.open:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        until = clock() + grace
        while clock() < until and any(os.path.exists(f"/proc/{pid}") for pid in following.open):
            time.sleep(0.01)
    return []
