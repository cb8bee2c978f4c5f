"""Events held back while the display is frozen, in as little memory as they need."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from chai_tui.events import Event, Exited, Progress, Sampled

TIDY_AT = 50_000
"""Events held before those that later ones supersede are first left out: about 5 MB."""


def without_superseded(events: list[Event]) -> list[Event]:
    """Leave out each maker's progress before its last: folding the rest leads to the same floor.

    A step's end does not depend on progress, CPU seconds only grow, and what comes after a
    maker's end is not believed.
    """
    kept: list[Event] = []
    seen: set[int] = set()
    for event in reversed(events):
        if type(event) is Progress:
            if event.maker in seen:
                continue
            seen.add(event.maker)
        elif type(event) is Exited:
            seen.discard(event.maker)
        kept.append(event)
    kept.reverse()
    return kept


class Held:
    """What happened since the display was frozen.

    Attributes:
        count: how many things that was; figures, which come all the time, are none.
    """

    def __init__(self) -> None:
        self.count = 0
        self._events: list[Event] = []
        self._tidy_at = TIDY_AT

    def hold(self, events: Iterable[Event]) -> None:
        """Keep these too."""
        before = len(self._events)
        self._events.extend(events)
        fresh = islice(self._events, before, None)
        self.count += sum(type(event) not in (Progress, Sampled) for event in fresh)
        if len(self._events) >= self._tidy_at:
            self._events = without_superseded(self._events)
            self._tidy_at = TIDY_AT + 2 * len(self._events)

    def release(self) -> list[Event]:
        """Return everything, oldest first, and hold nothing any more."""
        events, self._events = self._events, []
        self.count = 0
        self._tidy_at = TIDY_AT
        return events
