"""How much slower than alone this machine is right now, so that what takes time can be judged."""

from __future__ import annotations

import time

CROWDED = 1.3
"""How much slower than alone a machine is on which a tasting without a verdict is no surprise."""
_CPU_SECONDS = 0.05
"""What a measurement costs."""


def slowness() -> float:
    """Compute for a moment; return how many times longer it took than it needed of a core.

    Returns:
        1.0 where nobody else wants the cores; 6.0 where twelve share two of them.
    """
    began, cpu = time.perf_counter(), time.thread_time()
    while time.thread_time() - cpu < _CPU_SECONDS:
        pass
    return max(1.0, (time.perf_counter() - began) / _CPU_SECONDS)


def as_if_alone(seconds: float) -> float:
    """Return what something would have taken here had nobody else wanted the cores.

    Args:
        seconds: what it took, just now.
    """
    return seconds / slowness()
