"""A recording in memory, of which any moment can be seen: what happened, and the floor then.

One thread adds to it, as it reads; another looks at it. A *position* is a number of events: at
position 0 nothing has happened, at ``count`` everything.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from chai_tui.model.events import Event, Exited
from chai_tui.recording.form import Header
from chai_tui.recording.lines import Read, Tally, read_lines
from chai_tui.state.floor import Floor
from chai_tui.state.records import State


class Ending(NamedTuple):
    """A maker's end.

    Attributes:
        at: when, in the events' seconds: the latest time that was told until then.
        position: how many events had happened with it.
        maker: its number.
        state: how it ended.
    """

    at: float
    position: int
    maker: int
    state: State


class Film:
    """Everything that was read of a recording so far.

    Attributes:
        header: of the recording.
        count: how many events there are by now.
        ends: of makers, oldest first; only ever added to.
        is_complete: whether everything that there is was read.
        follows: whether the recording still grows.
        problems: what is missing, a line each.
    """

    def __init__(self, header: Header) -> None:
        self.header = header
        self.count = 0
        self.ends: list[Ending] = []
        self.is_complete = False
        self.follows = False
        self.problems: list[str] = []
        self._head = Floor()
        self._texts: list[str] = []
        self._firsts: list[int] = []
        self._times: list[float] = []  # the latest time told, at each position from 1 on

    # For the thread that reads

    def add(self, read: Read) -> None:
        """Add what was read next."""
        latest = self._times[-1] if self._times else self.header.monotonic
        times = []
        for position, event in enumerate(read.events, self.count + 1):
            latest = max(latest, event.at)
            times.append(latest)
            self._head.fold([event])
            if isinstance(event, Exited) and (maker := self._head.makers.get(event.maker)):
                self.ends.append(Ending(latest, position, event.maker, maker.state))
        if read.events:
            self._firsts.append(self.count)
            self._texts.append(read.text)
            self._times += times
            self.count += len(read.events)

    # For whoever looks

    @property
    def began(self) -> float:
        """The time of the beginning, in the events' seconds."""
        return self.header.monotonic

    @property
    def ended(self) -> float:
        """The latest time that was told by now, in the events' seconds."""
        return self.time_at(self.count)

    def time_at(self, position: int) -> float:
        """Return the latest time that was told until a position, in the events' seconds."""
        return self._times[position - 1] if position else self.began

    def position_at(self, at: float) -> int:
        """Return how many events had happened at a time, those of the very moment included."""
        return bisect_right(self._times, at)

    def events(self, first: int, last: int) -> list[Event]:
        """Return the events from one position to another, oldest first."""
        found: list[Event] = []
        index = max(0, bisect_right(self._firsts, first) - 1)
        while index < len(self._texts) and self._firsts[index] < last:
            start = self._firsts[index]
            lines = self._texts[index].split("\n")[:-1]
            told = read_lines(lines, self.header.window, Tally()).events
            found += told[max(0, first - start) : last - start]
            index += 1
        return found

    def floor_at(self, position: int) -> Floor:
        """Return the floor as it was at a position; it is the caller's."""
        floor = Floor()
        floor.fold(self.events(0, position))
        return floor
