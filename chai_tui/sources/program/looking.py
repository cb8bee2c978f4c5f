"""Looks at the processes and threads of a program that are known.

Who is on which core and what each waits for, who of somebody else is stopped, which threads there
are where nobody tells, and whether anybody has another name now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from chai_tui.model.events import Event, Sampled, Trouble
from chai_tui.samplers.observer import Observer
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.program.stations.naming import ThreadNames, known_of, thread_name
from chai_tui.sources.program.stations.station import ProgramStation

RENAMED_SECONDS = 2.0
"""In so many seconds the name of everybody is read once."""


class Looking:
    """Looks at them.

    Args:
        observer: takes samples.
        stations: those that are there, by pid.
        clock: seconds.
        sample_every: seconds between two samples.
    """

    def __init__(
        self,
        observer: Observer,
        stations: Mapping[int, ProgramStation],
        clock: Callable[[], float],
        sample_every: float,
    ) -> None:
        self._observer = observer
        self._stations = stations
        self._clock = clock
        self._share = min(1.0, sample_every / RENAMED_SECONDS)
        """Of them, whose names are read at each sample."""
        self._renaming: deque[tuple[int, int]] = deque()
        self._names = ThreadNames()
        self._at_once = 1
        self._told_unseen = False

    @property
    def due_at(self) -> float:
        """When to look next."""
        return self._observer.due_at

    def look(self, *, is_told: bool) -> list[Event]:
        """Return what is seen, if it is time.

        Args:
            is_told: whether the kernel tells of threads that come and go.
        """
        at = self._clock()
        if at < self._observer.due_at:
            return []
        events: list[Event] = []
        for station in [*self._stations.values()]:
            if station.count_differs(twice=is_told):
                events += station.list_threads(at, thread_name)
        for event in self._observer.look(self._watched):
            events.append(event)
            if isinstance(event, Sampled):
                events += self._layers(at)
                events += self._pauses_in(event)
                events += self._renamed(at)
        if not self._told_unseen and (unseen := self._observer.waits_unseen):
            self._told_unseen = True  # once: a line a thread would help nobody
            events.append(Trouble(at, None, unseen))
        return events

    def close(self) -> None:
        """Close what is kept open."""
        self._observer.close()
        self._names.keep(())

    def _watched(self) -> list[Watched]:
        return [who for station in self._stations.values() for who in station.watched()]

    def _layers(self, at: float) -> list[Event]:
        """Return by what the GIL is seen, of those of whom that changed."""
        events: list[Event] = []
        for pid, layers, why in self._observer.changed_layers:
            if (station := self._stations.get(pid)) is not None:
                events += station.see_gil(at, layers, why)
        return events

    def _pauses_in(self, sampled: Sampled) -> list[Event]:
        """Return the pauses that somebody else made, as samples show them."""
        stopped = {use.maker: use.stopped for use in sampled.makers}
        return [
            event
            for station in self._stations.values()
            for event in station.saw(sampled.at, stopped)
        ]

    def _renamed(self, at: float) -> list[Event]:
        """Look whether some of them have other names now: each about once a second."""
        if not self._renaming:
            self._renaming.extend(
                (pid, tid) for pid, station in self._stations.items() for tid in station.threads
            )
            self._at_once = int(len(self._renaming) * self._share) + 1
            self._names.keep(self._renaming)
        events: list[Event] = []
        for _ in range(min(len(self._renaming), self._at_once)):
            pid, tid = self._renaming.popleft()
            station = self._stations.get(pid)
            if station is None:
                continue
            if tid == pid:
                events += station.get_known(known_of(pid, station.known), at)
            else:
                events += station.rename(tid, at, self._names.read(pid, tid))
        return events
