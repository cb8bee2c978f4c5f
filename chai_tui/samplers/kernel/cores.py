"""How busy each core is, and which share of that is makers'; from Linux's /proc/stat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chai_tui.model.events import CoreUse
from chai_tui.samplers.kernel.kept_file import Budget, KeptFile

ON_A_CORE = 0.01
"""Share of a core from which a maker counts as being on it: reporting progress ten times a
second takes 0.2 %, and is not worth a place in the picture."""
LINGER_SECONDS = 5.0
"""How long a core that may not be used is told of after a maker was seen on it: what moves about
there is not to make the picture jump."""
_STAT_SIZE = 4_096


class Cores:
    """The cores of the machine.

    Attributes:
        counts: whether it is known how busy they are.
        is_mock: whether their figures are none: a sandbox with a kernel of its own may write zeros
            for what it does not count.

    Args:
        proc: where /proc is.
        budget: for the descriptor that is kept.
    """

    def __init__(self, proc: str, budget: Budget) -> None:
        self._stat = KeptFile(f"{proc}/stat", budget)
        self._stat_size = _STAT_SIZE
        self._elsewhere: dict[int, float] = {}  # when makers were seen on cores that are not ours
        self._busy: dict[int, float] = {}
        self._ticks = self._read_ticks()  # so that the first sample has something to compare with
        totals = [total for _, total in self._ticks.values()]
        self.counts = any(totals)
        self.is_mock = bool(totals) and not self.counts

    def uses(
        self, at: float, ours: Sequence[int], ran: Sequence[tuple[int, float]], *, is_known: bool
    ) -> tuple[CoreUse, ...]:
        """Return the use of the cores that are ours, and of those where makers are all the same.

        Args:
            at: now, in seconds.
            ours: the numbers of the cores that may be used.
            ran: core and share of each thread that ran since the last call.
            is_known: whether it is known who is on which core.
        """
        for core, share in ran:
            if share >= ON_A_CORE and core not in ours:
                self._elsewhere[core] = at
        shown = {core for core, seen_at in self._elsewhere.items() if at < seen_at + LINGER_SECONDS}
        self._measure()
        busy = {core: self._busy.get(core) for core in sorted(shown.union(ours))}
        if is_known:
            return share_out(busy, ran)
        return tuple(CoreUse(core, share, None) for core, share in busy.items())

    def close(self) -> None:
        """Close the descriptor; idempotent."""
        self._stat.close()

    def _measure(self) -> None:
        """Note the busy share of each core since the last call."""
        ticks = self._read_ticks()
        self._busy = {core: share for core, share in self._busy.items() if core in ticks}
        for core, (busy, total) in ticks.items():
            busy_before, total_before = self._ticks.get(core, (busy, total))
            if total > total_before:  # else the clock has not ticked: the last figure stands
                share = (busy - busy_before) / (total - total_before)
                self._busy[core] = min(1.0, max(0.0, share))
        self._ticks = ticks

    def _read_ticks(self) -> dict[int, tuple[int, int]]:
        """Return busy and all clock ticks of each core since the system started."""
        ticks: dict[int, tuple[int, int]] = {}
        text = self._stat.read(self._stat_size) or b""
        while len(text) == self._stat_size:  # more cores than were expected
            self._stat_size *= 2
            text = self._stat.read(self._stat_size) or b""
        for line in text.split(b"\n")[1:-1]:
            if not line.startswith(b"cpu"):
                break
            try:
                # user nice system idle iowait irq softirq steal; guests' time is in user already
                name, *counts = line.split(b" ", 9)[:9]
                core, numbers = int(name[3:]), [int(count) for count in counts]
            except ValueError:
                continue
            if len(numbers) >= 5:
                total = sum(numbers)
                ticks[core] = (total - numbers[3] - numbers[4], total)
        return ticks


def share_out(
    busy: Mapping[int, float | None], ran: Iterable[tuple[int, float]]
) -> tuple[CoreUse, ...]:
    """Return each core's use, from how busy it was and how much threads burned that ended there.

    A thread that moved is known by its last core only. What would fill a core more than wholly was
    burned elsewhere: it goes to the cores whose busy share nobody has claimed. Clocks disagree a
    little (ticks here, nanoseconds there), so a core is at least as busy as makers kept it.

    Args:
        busy: the busy share of each core to report; None: not known.
        ran: core and share of each thread.
    """
    makers = dict.fromkeys(busy, 0.0)
    for core, share in ran:
        if core in makers:
            makers[core] += share
    over = sum(max(0.0, share - 1.0) for share in makers.values())
    if over > 0.0:
        makers = {core: min(1.0, share) for core, share in makers.items()}
        for core in sorted(makers, key=lambda core: makers[core] - (busy[core] or 0.0)):
            moved = min(over, max(0.0, (busy[core] or 0.0) - makers[core]))
            makers[core] += moved
            over -= moved
    return tuple(
        CoreUse(core, None if share is None else max(share, makers[core]), makers[core])
        for core, share in busy.items()
    )
