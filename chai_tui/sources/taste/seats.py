"""Who works in a tasting: the threads and processes of its lanes, as makers that are looked at."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, GaveUp, Seated, Started, Stopping
from chai_tui.samplers.protocol import Watched


class Seats:
    """Numbers those who work, and knows whom to look at.

    Attributes:
        pid: the process that has the function; 0 while there is none.

    Args:
        makers: gives the numbers.
    """

    def __init__(self, makers: itertools.count[int]) -> None:
        self._makers = makers
        self.pid = 0
        self._caller = Watched(0, 0, 0, own_thread=True)  # the thread that calls
        self._lanes: dict[int, list[Watched]] = {}

    def begin(self, pid: int, tid: int, at: float) -> list[Event]:
        """Seat the thread that makes single calls, and the calls of the serial lane."""
        self.pid = pid
        maker = next(self._makers)
        self._caller = Watched(maker, pid, tid, own_thread=True)
        return [Seated(at, maker, maker, pid, Engine.SERIAL), Started(at, maker, pid, tid)]

    def open(
        self, lane: int, engine: Engine, workers: Iterable[Sequence[int]], at: float
    ) -> list[Event]:
        """Seat the workers of a lane.

        Args:
            lane: its number.
            engine: what they are.
            workers: pid and tid of each.
            at: now.
        """
        if engine is Engine.SERIAL:
            self._lanes[lane] = [self._caller]
            return []
        events: list[Event] = []
        seated = self._lanes[lane] = []
        traits = engine.traits
        station = 0
        for pid, tid in workers:
            maker = next(self._makers)
            if not traits.shares_station or not station:
                station = maker
            seated.append(
                Watched(maker, pid, tid, own_thread=traits.own_thread, shares_gil=traits.shares_gil)
            )
            events += (Seated(at, maker, station, pid, engine), Started(at, maker, pid, tid))
        return events

    def makers_of(self, lane: int) -> tuple[int, ...]:
        """Return the numbers of those who work in a lane."""
        return tuple(who.maker for who in self._lanes.get(lane, ()))

    def watched(self, running: Sequence[int]) -> list[Watched]:
        """Return whom to look at; who works now comes first, for lanes may share a thread.

        Args:
            running: the lanes that make calls now.
        """
        if not self._lanes:
            return [self._caller] if self.pid else []
        order = [*running, *(number for number in self._lanes if number not in running)]
        return [who for number in order for who in self._lanes.get(number, ())]

    def close(self, lane: int, at: float) -> list[Event]:
        """Return the ends of a lane's workers, of whom nobody knows how they ended."""
        gone = self._lanes.pop(lane, [])
        return [Exited(at, who.maker, None, ours=True) for who in gone]

    def end(self, at: float) -> list[Event]:
        """Return the ends of all who worked: the runner was ended, and they with it."""
        makers = {who.maker for lane in self._lanes.values() for who in lane}
        if self.pid:
            makers.add(self._caller.maker)
        self._lanes = {}
        self.pid = 0
        events: list[Event] = []
        for maker in sorted(makers):
            events += (Stopping(at, maker, None, None), GaveUp(at, maker, 0.0))
            events.append(Exited(at, maker, 0, ours=True))
        return events
