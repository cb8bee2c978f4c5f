"""What can be asked of a floor beside what stands in it; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

from chai_tui.state.makers.busy_period import BusyPeriod, latest_busy_period
from chai_tui.state.makers.records import Maker, State

COMMON_SIGNALS = {
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
    11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
}  # fmt: skip
"""The signals whose numbers are the same wherever there are signals: POSIX, ``kill``."""


class FloorFacts:
    """The questions; what they are answered from is the fold's business.

    Attributes:
        makers: by number, in the order of their numbers.
        counts: how many makers are in each state.
        open: how many makers are not joined yet.
        began: when the first maker ever was seated; None before that.
        now: the time of the latest event.
    """

    makers: dict[int, Maker]
    unjoined: dict[int, Maker]
    counts: dict[State, int]
    open: int
    began: float | None
    now: float
    _signal_names: dict[int, str]
    _finish_order: list[tuple[float, int]]
    _unseated: list[tuple[float, int]]
    _round: BusyPeriod | None
    _emptied_at: float | None
    _joined_seconds: float
    _cpu_trace: deque[tuple[float, float]]

    def place(self, number: int) -> int | None:
        """Return the finishing place of a maker, from 1, or None if it has not served."""
        maker = self.makers.get(number)
        if maker is None or maker.served_at is None or maker.state is not State.SERVED:
            return None
        return bisect_left(self._finish_order, (maker.served_at, number)) + 1

    @property
    def unseated(self) -> int:
        """How many makers could not be seated: in the current round, if there is one."""
        since = self._busy_period_now().began if self.makers else float("-inf")
        return sum(makers for at, makers in self._unseated if at >= since)

    @property
    def ever_unseated(self) -> bool:
        """Whether a maker that was asked for could ever not be seated."""
        return bool(self._unseated)

    @property
    def all_joined(self) -> bool:
        """Whether makers were asked for, and every one that was seated was joined."""
        return self.open == 0 and (bool(self.makers) or bool(self._unseated))

    @property
    def all_served(self) -> bool:
        """Whether every maker that was asked for was seated, joined, and served."""
        served = self.counts[State.SERVED]
        return self.all_joined and served == len(self.makers) and not self.unseated

    @property
    def elapsed(self) -> float:
        """Seconds since the first maker ever was seated, until now or until the last one's end."""
        if self.began is None:
            return 0.0
        ended = self._busy_period_now().ended if self.makers else self._emptied_at
        return max(0.0, (self.now if ended is None else ended) - self.began)

    @property
    def cores_at_once(self) -> float:
        """CPU seconds that makers burned, divided by the wall seconds it took.

        While somebody brews: over the last ``AT_ONCE_SECONDS``. Afterwards: over the whole round.
        Threads that hold a GIL cannot raise it above 1, processes can.
        """
        if not self.makers:
            return 0.0
        if not self.open:  # else the round goes on, and to look for its beginning takes long
            began, ended, numbers = self._busy_period_now()
            ended = began if ended is None else ended
            burned = sum(self.makers[number].cpu_seconds for number in numbers)
            return burned / (ended - began) if ended > began else 0.0
        if len(self._cpu_trace) < 2:
            return 0.0
        (first_at, first), (last_at, last) = self._cpu_trace[0], self._cpu_trace[-1]
        return max(0.0, last - first) / (last_at - first_at) if last_at > first_at else 0.0

    @property
    def burned(self) -> float:
        """CPU seconds of everybody there ever was, as far as they are known."""
        return self._joined_seconds + sum(maker.cpu_seconds for maker in self.unjoined.values())

    @property
    def signals(self) -> list[tuple[int, str]]:
        """Number and name of the signals that there are where the run is."""
        return sorted(self._signal_names.items())

    def signal_name(self, number: int) -> str:
        """Return ``SIGKILL`` for 9, ``signal 77`` for one that has no name where the run is."""
        return self._signal_names.get(number, f"signal {number}")

    def _busy_period_now(self) -> BusyPeriod:
        if self._round is None:
            self._round = latest_busy_period(self.makers.values())
        return self._round
