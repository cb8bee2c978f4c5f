"""When to look at cores and makers: often enough to see, seldom enough to cost nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from chai_tui.model.events import Sampled
from chai_tui.samplers.protocol import Sampler, Watched

IDLE_SECONDS = 1.0
"""Seconds between two samples while nobody is at work."""
PROBE_SECONDS = 0.033
"""Seconds between two looks who waits for the GIL, while somebody may: 15 in half a second."""
PROBE_COST_SHARE = 0.005
"""Share of one core that these looks may take: of many threads fewer are looked at."""
COST_SHARE = 0.02
"""Share of one core that sampling may take in all: many makers are looked at less often."""
WAITS_COST_SHARE = 0.05
"""The same where it tells, too, what threads wait for."""


class SamplingSchedule:
    """Looks at cores and makers every so often.

    Args:
        sampler: reads the system's figures.
        seconds: between two samples while somebody is at work.
        clock: seconds.
        cpu_clock: CPU seconds of the thread that looks. The wall's would not do: whoever is kept
            from the cores for half a second while looking would not look again for 25.
        cost_share: the share of one core that sampling may take in all.
    """

    def __init__(
        self,
        sampler: Sampler,
        seconds: float,
        clock: Callable[[], float],
        cpu_clock: Callable[[], float] = time.thread_time,
        cost_share: float = COST_SHARE,
    ) -> None:
        self._sampler = sampler
        self._seconds = seconds
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._cost_share = cost_share
        # The first look comes soon: nobody wants to wait for the first figures.
        self.sample_at = clock() + min(seconds, 0.25)
        self._probe_at = float("inf")
        self._probes_cost = 0.0

    @property
    def due_at(self) -> float:
        """When there is something to do next."""
        return min(self.sample_at, self._probe_at)

    def probe(self) -> None:
        """Look who waits for the GIL, if it is time."""
        now = self._clock()
        if now < self._probe_at:
            return
        burned = self._cpu_clock()
        self._sampler.probe()
        cost = self._cpu_clock() - burned
        self._probes_cost += cost
        self._probe_at = now + max(PROBE_SECONDS, cost / PROBE_COST_SHARE)

    def look(self, watched: Callable[[], Sequence[Watched]]) -> Sampled | None:
        """Return a sample, if one is due.

        Args:
            watched: returns whom to look at; asked only then.
        """
        now = self._clock()
        if now < self.sample_at:
            return None
        burned = self._cpu_clock()
        whom = watched()
        sampled = self._sampler.sample(now, whom)
        cost = self._cpu_clock() - burned + self._probes_cost
        self.sample_at = now + max(self._seconds if whom else IDLE_SECONDS, cost / self._cost_share)
        self._probes_cost = 0.0
        if not self._sampler.wants_probes:
            self._probe_at = float("inf")
        elif self._probe_at == float("inf"):
            self._probe_at = now
        return sampled

    def close(self) -> None:
        """Close what the sampler keeps open."""
        self._sampler.close()
