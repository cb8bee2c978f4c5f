"""When to look at cores and makers: often enough to see, seldom enough to cost nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from chai_tui.model.events import Sampled
from chai_tui.samplers.protocol import Sampler, Watched

IDLE_SECONDS = 1.0
"""Seconds between two samples while nobody is at work."""
COST_SHARE = 0.02
"""Share of one core that sampling may take: many makers are looked at less often."""


class SamplingSchedule:
    """Looks at cores and makers every so often.

    Args:
        sampler: reads the system's figures.
        seconds: between two samples while somebody is at work.
        clock: seconds.
        cpu_clock: CPU seconds of the thread that looks. The wall's would not do: whoever is kept
            from the cores for half a second while looking would not look again for 25.
    """

    def __init__(
        self,
        sampler: Sampler,
        seconds: float,
        clock: Callable[[], float],
        cpu_clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._sampler = sampler
        self._seconds = seconds
        self._clock = clock
        self._cpu_clock = cpu_clock
        # The first look comes soon: nobody wants to wait for the first figures.
        self.due_at = clock() + min(seconds, 0.25)

    def look(self, watched: Callable[[], Sequence[Watched]]) -> Sampled | None:
        """Return a sample, if one is due.

        Args:
            watched: returns whom to look at; asked only then.
        """
        now = self._clock()
        if now < self.due_at:
            return None
        burned = self._cpu_clock()
        whom = watched()
        sampled = self._sampler.sample(now, whom)
        cost = self._cpu_clock() - burned
        self.due_at = now + max(self._seconds if whom else IDLE_SECONDS, cost / COST_SHARE)
        return sampled

    def close(self) -> None:
        """Close what the sampler keeps open."""
        self._sampler.close()
