"""When to look at the cores, and at whom: drives a sampler for the kitchen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chai_tui.cores import Sampler, Watched
from chai_tui.engine import Engine
from chai_tui.events import Event, Sampled
from chai_tui.stations.running import RunningStation

IDLE_SECONDS = 1.0
"""Seconds between two samples while nobody brews."""
COST_SHARE = 0.02
"""Share of one core that sampling may take: many makers are looked at less often."""


class Lookout:
    """Looks at cores and makers every so often.

    Args:
        sampler: reads the system's figures.
        seconds: between two samples while somebody brews.
        clock: seconds.
    """

    def __init__(self, sampler: Sampler, seconds: float, clock: Callable[[], float]) -> None:
        self._sampler = sampler
        self._seconds = seconds
        self._clock = clock
        # The first look comes soon: nobody wants to wait for the first figures.
        self.due_at = clock() + min(seconds, 0.25)

    def look(self, stations: Iterable[RunningStation]) -> list[Event]:
        """Return a sample if one is due, and pauses that somebody else made."""
        now = self._clock()
        if now < self.due_at:
            return []
        stations = list(stations)
        sampled = self._sampler.sample(now, [who for each in stations for who in _watched(each)])
        events: list[Event] = [sampled]
        events += _pauses(sampled, stations)
        cost = self._clock() - now
        seconds = self._seconds if any(each.makers for each in stations) else IDLE_SECONDS
        self.due_at = now + max(seconds, cost / COST_SHARE)
        return events

    def close(self) -> None:
        """Close what the sampler keeps open."""
        self._sampler.close()


def _watched(station: RunningStation) -> list[Watched]:
    """Return whom to look at; where makers share a thread, whoever has it comes first."""
    listener = station.listener
    own_thread = station.engine in {Engine.PROCESS, Engine.THREAD}
    watched = [
        Watched(maker, station.child.pid, tid, own_thread)
        for maker, tid in listener.open.items()
        if tid is not None
    ]
    if not own_thread:
        watched.sort(key=lambda who: who.maker != listener.active)
    return watched


def _pauses(sampled: Sampled, stations: list[RunningStation]) -> list[Event]:
    # A process that is gone is neither stopped nor does it go on.
    stopped = {use.maker: use.stopped for use in sampled.makers if use.stopped is not None}
    events: list[Event] = []
    for station in stations:
        seen = [stopped[maker] for maker in station.listener.open if maker in stopped]
        if seen:
            events += station.saw(sampled.at, stopped=all(seen))
    return events
