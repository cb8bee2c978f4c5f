"""What happens when on the simulated machine."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Agenda:
    """What is due, and the time up to which all of it has happened.

    Attributes:
        now: that time, in simulated seconds from 0.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._planned = 0  # what was planned first happens first, of two at one time

    @property
    def next_at(self) -> float | None:
        """When something happens next; None if nothing will by itself."""
        return self._due[0][0] if self._due else None

    def plan(self, at: float, happen: Callable[[], None]) -> None:
        """Let something happen at a time."""
        self._planned += 1
        heapq.heappush(self._due, (at, self._planned, happen))

    def advance(self, until: float, most: int, is_over: Callable[[], bool]) -> None:
        """Let time pass.

        Args:
            until: to then.
            most: how many things may happen before the rest is left for the next call.
            is_over: whether the rest is left in any case; asked after each thing that happened.
        """
        while self._due and self._due[0][0] <= until and most > 0:
            self.now, _, happen = heapq.heappop(self._due)
            happen()
            most -= 1
            if is_over():
                return
        if most > 0:
            self.now = max(self.now, until)
