"""Engines: how makers are seated at stations."""

from __future__ import annotations

import sys
from enum import StrEnum


class Engine(StrEnum):
    """How makers are seated."""

    PROCESS = "process"
    """One maker a station: own memory, own GIL."""
    THREAD = "thread"
    """One station, a thread each: shared memory, one GIL."""
    ASYNCIO = "asyncio"
    """One station, a task each on one event loop."""
    SERIAL = "serial"
    """One station, one maker after another."""

    @property
    def shares_station(self) -> bool:
        """Whether several makers stand at one station."""
        return self is not Engine.PROCESS


def gil_enabled() -> bool:
    """Whether this interpreter has a GIL (free-threaded builds may run without one)."""
    is_enabled = getattr(sys, "_is_gil_enabled", None)
    return True if is_enabled is None else bool(is_enabled())
