"""Events kept while the display is frozen, in as little memory as they need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from chai_tui.model.events import (
    Dropped,
    Event,
    Exited,
    MakerUse,
    Progress,
    Said,
    Sampled,
    Seated,
)
from chai_tui.state.floor import AT_ONCE_SECONDS, SAMPLES_KEPT
from chai_tui.state.makers.records import HISTORY_KEPT, SAID_KEPT

TIDY_AT = 50_000
"""Events kept before those that later ones supersede are first left out: about 5 MB."""


def without_superseded(events: list[Event]) -> list[Event]:
    """Leave out what nobody would see any more if all of it were folded.

    That is each maker's progress before its last (a step's end does not depend on it, and CPU
    seconds only grow), lines beyond those that are kept of each maker, which are counted as left
    out, and figures of a maker beyond those that its history keeps; when samples were taken stays,
    for who is left out of them rested meanwhile. What comes after a maker's end is not believed.

    Args:
        events: oldest first.
    """
    sieve = _Sieve(_window_of_cores_at_once(events))
    kept = [sifted for event in reversed(events) if (sifted := sieve.sift(event)) is not None]
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
        self._figures: Counter[int] = Counter()
        self._knows_memory: set[int] = set()

    def sift(self, event: Event) -> Event | None:
        """Return what of an event, older than all before, makes a difference; None if nothing."""
        if isinstance(event, Sampled):
            return self._sift_sample(event)
        return event if self._keeps(event) else None

    def _sift_sample(self, event: Sampled) -> Sampled | None:
        self._samples += 1
        if event.at >= self._window:
            self._progressed.clear()
        uses = (*filter(self._keeps_use, event.makers),)
        if len(uses) == len(event.makers):
            return event
        return event._replace(makers=uses) if uses or self._samples <= SAMPLES_KEPT else None

    def _keeps_use(self, use: MakerUse) -> bool:
        """Whether figures of a maker, older than all before, are kept, or its memory is news."""
        self._figures[use.maker] += 1
        is_news = use.memory is not None and use.maker not in self._knows_memory
        if is_news:
            self._knows_memory.add(use.maker)
        return is_news or self._figures[use.maker] <= HISTORY_KEPT

    def _keeps(self, event: Event) -> bool:
        match event:
            case Progress(maker=maker):
                is_last = maker not in self._progressed
                self._progressed.add(maker)
                return is_last
            case Exited(maker=maker):
                self._progressed.discard(maker)
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
