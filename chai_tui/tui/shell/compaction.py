"""Events kept while the display is frozen, in as little memory as they need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from chai_tui.model.events import Dropped, Event, Exited, Progress, Said, Sampled, Seated
from chai_tui.state.floor import AT_ONCE_SECONDS
from chai_tui.state.records import HISTORY_KEPT, SAID_KEPT

TIDY_AT = 50_000
"""Events kept before those that later ones supersede are first left out: about 5 MB."""


def without_superseded(events: list[Event]) -> list[Event]:
    """Leave out what nobody would see any more if all of it were folded.

    That is each maker's progress before its last (a step's end does not depend on it, and CPU
    seconds only grow), lines beyond those that are kept of each maker, which are counted as left
    out, and figures older than any history, but for the last of who rests. What comes after a
    maker's end is not believed.

    Args:
        events: oldest first.
    """
    sieve = _Sieve(_window_of_cores_at_once(events))
    kept = [event for event in reversed(events) if sieve.keeps(event)]
    kept.reverse()
    return _with_left_out(kept, sieve.left_out)


class _Sieve:
    """Decides what is kept; it is asked about the newest event first.

    Args:
        window: time of the earliest sample at which what had been burned by then counts.
    """

    def __init__(self, window: float) -> None:
        self.left_out: dict[tuple[int | None, int], Dropped] = {}
        self._window = window
        self._progressed: set[int] = set()
        self._lines: Counter[tuple[int | None, int]] = Counter()
        self._samples = 0
        self._figures: set[int] = set()

    def keeps(self, event: Event) -> bool:
        """Whether an event, older than all before, makes a difference."""
        match event:
            case Progress(maker=maker):
                is_last = maker not in self._progressed
                self._progressed.add(maker)
                return is_last
            case Exited(maker=maker):
                self._progressed.discard(maker)
                self._figures.add(maker)
            case Sampled(at=at, makers=uses):
                self._samples += 1
                if at >= self._window:
                    self._progressed.clear()
                before = len(self._figures)
                self._figures.update([use.maker for use in uses])
                return self._samples <= HISTORY_KEPT or len(self._figures) > before
            case Said(at=at, maker=speaker, station=station):
                self._lines[speaker, station] += 1
                if self._lines[speaker, station] > SAID_KEPT:
                    self._leave_out(Dropped(at, speaker, 1, station))
                    return False
            case Dropped():
                self._leave_out(event)
                return False
        return True

    def _leave_out(self, more: Dropped) -> None:
        """Add lines to those of their speaker that are left out."""
        key = (more.maker, more.station)
        before = self.left_out.get(key)
        lines = more.lines if before is None else before.lines + more.lines
        self.left_out[key] = more._replace(lines=lines)


def _window_of_cores_at_once(events: list[Event]) -> float:
    """The time of the earliest sample that still counts for "cores at once"."""
    times = [event.at for event in events if type(event) is Sampled]
    if not times:
        return float("inf")
    return min(times[-1] - AT_ONCE_SECONDS, times[-2] if len(times) > 1 else times[-1])


def _with_left_out(
    kept: list[Event], left_out: dict[tuple[int | None, int], Dropped]
) -> list[Event]:
    """Tell what was left out after the seat of whoever said it, and before anything else of it."""
    if not left_out:
        return kept
    seated = [event for event in kept if type(event) is Seated]
    others = (event for event in kept if type(event) is not Seated)
    return [*seated, *left_out.values(), *others]


class Backlog:
    """What happened since the display was frozen.

    Attributes:
        count: how many things that was; figures, which come all the time, are none.
    """

    def __init__(self) -> None:
        self.count = 0
        self._events: list[Event] = []
        self._tidy_at = TIDY_AT

    def add(self, events: Iterable[Event]) -> None:
        """Keep these too."""
        before = len(self._events)
        self._events.extend(events)
        fresh = islice(self._events, before, None)
        self.count += sum(type(event) not in (Progress, Sampled) for event in fresh)
        if len(self._events) >= self._tidy_at:
            self._events = without_superseded(self._events)
            self._tidy_at = TIDY_AT + 2 * len(self._events)

    def take(self) -> list[Event]:
        """Return everything, oldest first, and keep nothing any more."""
        events, self._events = self._events, []
        self.count = 0
        self._tidy_at = TIDY_AT
        return events
