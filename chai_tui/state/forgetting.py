"""Who leaves the floor: those who finished, when asked for; of a program, by themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from chai_tui.state.copying import CopiedFloor
from chai_tui.state.makers.records import Maker, State, Station

WELL_KEPT, BADLY_KEPT = 25, 1_000
"""So many threads and processes of a program that ended stay: of those that ended well or nobody
knows how, whom nobody will ask about, and of the others. Those that ended first are forgotten once
there are twice as many: so it is done seldom, and what is on a screen seldom moves."""
REMEMBERED = 10
"""So many bad ends are told at the end though they were forgotten; the others are counted."""
_WELL = frozenset({State.DONE, State.ENDED})


class Forgotten(NamedTuple):
    """Who left the floor and had not ended well.

    Attributes:
        station: where it stood.
        maker: it; what it said and was seen to do is left out.
    """

    station: Station
    maker: Maker


class ForgettingFloor(CopiedFloor):
    """A floor, as far as it forgets.

    Attributes:
        version: grows with every event.
        forgotten: how many of a program that is not ours left by themselves, by how they ended;
            none of those that somebody had forgotten since.
        bad_ends: processes of a program that left and had not ended well, the first of them; of
            each one thread.
        bad_ends_ever: how many those were.
        bad_stations: stations of those of them of whom other threads are there still.
        failed_threads: threads that failed and left, while their process went on; the first ones.
        failed_threads_ever: how many those were.
        parents: who started a process that is there may have left, and who started that one, too:
            the numbers of their stations, by that of who left.
    """

    version: int
    forgotten: dict[State, int]
    bad_ends: list[Forgotten]
    bad_ends_ever: int
    failed_threads: list[Forgotten]
    failed_threads_ever: int
    parents: dict[int, int]
    bad_stations: dict[int, None]

    def forget_finished(self) -> int:
        """Leave out every joined maker; return how many those were."""
        self.forgotten = {}
        return self._forget([number for number, maker in self.makers.items() if maker.joined])

    def _forget(self, gone: Sequence[int]) -> int:
        if gone and len(gone) == len(self.makers):
            self._emptied_at = self._busy_period_now().ended
        for number in gone:
            maker = self.makers.pop(number)
            self.counts[maker.state] -= 1
            station = self._station(maker.station)
            if not maker.is_ours:
                self._remember(station, maker)
            station.makers.remove(number)
            if not station.makers:
                del self.stations[maker.station]
                self.bad_stations.pop(maker.station, None)
                if not maker.is_ours:
                    self.parents[maker.station] = station.parent
        if gone:
            self.parents = self._parents_needed()
            self._finish_order = [entry for entry in self._finish_order if entry[1] in self.makers]
            self._round = None
            self.version += 1
        return len(gone)

    def _remember(self, station: Station, maker: Maker) -> None:
        """Keep a bad end for the report: once for each process, by its first thread."""
        if maker.exitcode and not maker.ended_by_pool:
            if station.number in self.bad_stations:
                return
            self.bad_stations[station.number] = None
            self.bad_ends_ever += 1
            kept = self.bad_ends
        elif maker.error is not None and maker.exitcode == 0:
            self.failed_threads_ever += 1
            kept = self.failed_threads
        else:
            return
        if len(kept) < REMEMBERED:
            short = replace(maker, said=deque(), history=deque(), lent=())
            kept.append(Forgotten(replace(station, said=deque(), makers=[maker.number]), short))

    def _parents_needed(self) -> dict[int, int]:
        """Who started whom of those who left, as far as somebody is there below them."""
        needed: dict[int, int] = {}
        for station in self.stations.values():
            above = station.parent
            while above in self.parents and above not in needed:
                needed[above] = self.parents[above]
                above = needed[above]
        return needed

    def _forget_long_ago(self, ended: Maker) -> None:
        """Forget who ended long ago, now that another one did: a program may start 500 a second.

        Nobody of ours; and never the first of all, whose end is that of the program.
        """
        if ended.is_ours:
            return
        well = sum(self.counts[state] for state in _WELL)
        is_well = ended.state in _WELL
        kept = WELL_KEPT if is_well else BADLY_KEPT
        if (well if is_well else len(self.makers) - self.open - well) <= 2 * kept:
            return
        first = next(iter(self.makers))
        over = [
            maker
            for number, maker in self.makers.items()
            if maker.joined and (maker.state in _WELL) is is_well and number != first
        ]
        over.sort(key=lambda maker: maker.ended_at or 0.0)
        for maker in over[:-kept]:
            self.forgotten[maker.state] = self.forgotten.get(maker.state, 0) + 1
        self._forget([maker.number for maker in over[:-kept]])
