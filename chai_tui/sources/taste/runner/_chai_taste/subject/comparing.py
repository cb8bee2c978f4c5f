"""Compares what a call returned in one lane with what the same call returned when made alone."""

from __future__ import annotations

import pickle
import time
from typing import Any

from .words import shown

MOST_KEPT = 10_000
MOST_BYTES = 64 << 20
"""How many results are kept to compare with, and how large they are together."""
PATIENCE = 0.1
"""Seconds that comparing the results of one block may take."""
MOST_TOLD = 3


class Expectations:
    """What each item's call returns: as told by calls that were made one after another.

    A function that returns something else each time, such as a random number, is compared no more.
    """

    def __init__(self) -> None:
        self._known: dict[int | None, Any] = {}
        self._agreed: set[int | None] = set()
        self.is_steady = True

    def learn(self, results: dict[int | None, Any], size: int) -> None:
        """Take in results by item; ``size`` is what one takes, in bytes."""
        most = max(1, min(MOST_KEPT, MOST_BYTES // max(size, 1)))
        until = time.perf_counter() + PATIENCE
        for item, result in results.items():
            if not self.is_steady or time.perf_counter() > until:
                return
            if item in self._known:
                self.is_steady = is_equal(self._known[item], result)
                self._agreed.add(item)
            elif len(self._known) < most:
                self._known[item] = result
        if not self.is_steady:
            self._known.clear()

    def compare(self, results: dict[int | None, Any]) -> tuple[list[list[Any]], int]:
        """Return the first results that differ (item, expected, found), and how many do."""
        differs: list[list[Any]] = []
        times = 0
        until = time.perf_counter() + PATIENCE
        for item, result in results.items():
            if not self.is_steady or time.perf_counter() > until:
                break
            if item in self._agreed and not is_equal(self._known[item], result):
                times += 1
                if len(differs) < MOST_TOLD:
                    differs.append([item or 0, shown(self._known[item]), shown(result)])
        return differs, times


def is_equal(one: Any, other: Any) -> bool:
    """Return whether two results are the same, also arrays, NaN and objects that cannot compare."""
    try:
        answer = one == other
        for _ in range(3):  # an array's, a frame's
            if isinstance(answer, bool) or not hasattr(answer, "all"):
                break
            answer = answer.all()
        if answer:
            return True
    except Exception:  # noqa: BLE001, S110 - it is the user's code
        pass
    try:
        return pickle.dumps(one) == pickle.dumps(other)
    except Exception:  # noqa: BLE001 - cannot be said, so it is not said
        return True
