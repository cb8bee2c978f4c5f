"""Who leaves the floor: those who finished, when asked for; of a program, by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from chai_tui.state.copying import CopiedFloor
from chai_tui.state.records import Maker, State

WELL_KEPT, BADLY_KEPT = 25, 1_000
"""So many threads and processes of a program that ended stay: of those that ended well or nobody
knows how, whom nobody will ask about, and of the others. Those that ended first are forgotten once
there are twice as many: so it is done seldom, and what is on a screen seldom moves."""
_WELL = frozenset({State.DONE, State.ENDED})


class ForgettingFloor(CopiedFloor):
    """A floor, as far as it forgets.

    Attributes:
        version: grows with every event.
        forgotten: how many of a program that is not ours left by themselves, by how they ended;
            none of those that somebody had forgotten since.
    """

    version: int
    forgotten: dict[State, int]

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
            station.makers.remove(number)
            if not station.makers:
                del self.stations[maker.station]
        if gone:
            self._finish_order = [entry for entry in self._finish_order if entry[1] in self.makers]
            self._round = None
            self.version += 1
        return len(gone)

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
