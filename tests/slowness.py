"""How much slower than alone this machine is right now, so that what takes time can be judged."""

from __future__ import annotations

import threading
import time
from typing import Self

CROWDED = 1.3
"""How much slower than alone a machine is on which a tasting without a verdict is no surprise."""
PAUSE_SECONDS = 0.1
"""So late a thread wakes up only where the cores, or the whole machine, were somebody else's."""
_CPU_SECONDS = 0.05
"""What a measurement costs."""
_TICK_SECONDS = 0.02


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


class Watched:
    """A context that sees a crowd: before it, after it, or a pause of the machine meanwhile.

    The body waits for others: what computes in this process would be taken for a crowd.
    """

    def __init__(self) -> None:
        self.is_crowded = False
        """What was seen, once it is over."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._note(slowness() > CROWDED)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._note(slowness() > CROWDED)

    def _note(self, is_crowded: bool) -> None:
        self.is_crowded |= is_crowded

    def _tick(self) -> None:
        began = time.monotonic()
        while not self._over.wait(_TICK_SECONDS):
            self._note(time.monotonic() - began > _TICK_SECONDS + PAUSE_SECONDS)
            began = time.monotonic()
