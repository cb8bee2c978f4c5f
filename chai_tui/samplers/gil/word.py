"""Whether an interpreter's GIL is held, looked at from another process.

CPython keeps ``locked`` of its GIL in a word of its own memory (``_gil_runtime_state`` in
``Include/internal/pycore_gil.h``). Four bytes of ``/proc/PID/mem``, read at random moments, cost
the process nothing: the share of the looks that find it held is the share of the time it is.
"""

from __future__ import annotations

import math
import os
import random
from array import array
from collections.abc import Callable

SHORTEST = 0.0001
LONGEST = 0.0007
"""Seconds between two looks: drawn anew each time, so that no rhythm of the function is met."""
MOST_LOOKS = 20_000
"""Looks that are made at most: enough for the share to be right within 0.004."""


class GilWord:
    """The word of another process that says whether its GIL is held.

    Args:
        pid: the process's number.
        address: where the word is in its memory.
        proc: where /proc is.

    Raises:
        OSError: its memory may not be read.
    """

    def __init__(self, pid: int, address: int, *, proc: str = "/proc") -> None:
        self._address = address
        self._file = os.open(f"{proc}/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        if self.is_held() is None:
            self.close()
            raise OSError(f"the memory of process {pid} cannot be read")

    def is_held(self) -> bool | None:
        """Return whether somebody holds the GIL now; None if the process is gone."""
        try:
            word = os.pread(self._file, 4, self._address)
        except (OSError, OverflowError):
            return None
        return any(word) if len(word) == 4 else None

    def close(self) -> None:
        """Look no more; idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class GilWatch:
    """Looks at the word at random moments, and knows the share of any stretch of time.

    Attributes:
        due_at: when the next look is due; infinite while nobody wants any.

    Args:
        word: says whether the GIL is held.
        clock: seconds.
        draw: returns a number from one to another.
    """

    def __init__(
        self,
        word: GilWord,
        clock: Callable[[], float],
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._word = word
        self._clock = clock
        self._draw = draw
        self._times = array("d")
        self._held = array("b")
        self._counted = self._counted_held = 0
        self.due_at = math.inf

    @property
    def looks(self) -> int:
        """How many looks were counted."""
        return self._counted

    @property
    def share(self) -> float | None:
        """The share of them that found the GIL held, 0 to 1; None before the first."""
        return self._counted_held / self._counted if self._counted else None

    def begin(self) -> None:
        """Look from now on, unless that was done often enough."""
        if self._counted < MOST_LOOKS and self.due_at == math.inf:
            del self._times[:], self._held[:]
            self.due_at = self._clock()

    def look(self) -> None:
        """Look once; note when, since what a look means is known afterwards only."""
        now = self._clock()
        held = self._word.is_held()
        if held is None:
            self.due_at = math.inf
            return
        self._times.append((now + self._clock()) / 2)
        self._held.append(held)
        self.due_at = now + self._draw(SHORTEST, LONGEST)

    def end(self, began: float, ended: float) -> None:
        """Look no more, and count the looks between two moments, in seconds of the clock."""
        self.due_at = math.inf
        for at, held in zip(self._times, self._held, strict=True):
            if began <= at <= ended:
                self._counted += 1
                self._counted_held += held
        del self._times[:], self._held[:]

    def share_so_far(self) -> tuple[float | None, int]:
        """Return the share with the looks since ``begin``, and how many looks tell so."""
        looks = self._counted + len(self._held)
        held = self._counted_held + sum(self._held)
        return (held / looks if looks else None), looks

    def close(self) -> None:
        """Look no more; idempotent."""
        self.due_at = math.inf
        self._word.close()
