"""Looks again and again at cores and makers, and at what may be used and known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chai_tui.host.usable_cores import CoresWatch
from chai_tui.model.events import CoresChanged, Event, RunBegan
from chai_tui.model.program_events import Doing, Waits
from chai_tui.samplers.choice import make_sampler
from chai_tui.samplers.gil.layers import Seen
from chai_tui.samplers.protocol import Sampler, TellsWaits, Watched
from chai_tui.samplers.schedule import COST_SHARE, WAITS_COST_SHARE, SamplingSchedule

CORES_SECONDS = 0.9
"""How long the cores that may be used are taken to be the same: to ask costs a tenth of a sample of
ten threads, and they seldom change."""


class Observer:
    """Takes samples, and tells first what has changed of that which is sampled.

    Attributes:
        run: what the run is, as far as it is known now.

    Args:
        run: what it is but for what a sampler knows.
        cores: looks which of them may be used.
        seconds: between two samples while somebody is at work.
        clock: seconds.
        sampler: reads cores and makers; None: this system's.
        tells_waits: whether to tell after a sample what threads wait for, where the system does.
        attach: whether system calls and memory may be looked at for that.
    """

    def __init__(
        self,
        run: RunBegan,
        cores: CoresWatch,
        seconds: float,
        clock: Callable[[], float],
        sampler: Sampler | None = None,
        *,
        tells_waits: bool = False,
        attach: bool = True,
    ) -> None:
        self._cores = cores
        self._clock = clock
        self._sampler = sampler or make_sampler(run.cores, tells_waits=tells_waits, attach=attach)
        teller = self._sampler if tells_waits else None
        self._waits: TellsWaits | None = teller if isinstance(teller, TellsWaits) else None
        self._cores_at = float("-inf")
        self._schedule = SamplingSchedule(
            self._sampler,
            seconds,
            clock,
            cost_share=WAITS_COST_SHARE if tells_waits else COST_SHARE,
        )
        self.run = self._as_seen(run)

    @property
    def waits_unseen(self) -> str:
        """Why it is not known of all what they wait for, and what to do; empty if it is."""
        return "" if self._waits is None else self._waits.waits_unseen

    @property
    def changed_layers(self) -> tuple[Seen, ...]:
        """By what the GIL is seen of processes of which that changed with the last sample."""
        return () if self._waits is None else self._waits.changed_layers

    @property
    def due_at(self) -> float:
        """When there is something to look at next."""
        return self._schedule.due_at

    def look(self, watched: Callable[[], Sequence[Watched]]) -> list[Event]:
        """Return a sample, if one is due, after what has changed, and before whose wait has.

        Args:
            watched: returns whom to look at; asked only then.
        """
        if self._clock() < self.due_at:
            return []
        self._schedule.probe()
        if self._clock() < self._schedule.sample_at:
            return []
        events: list[Event] = self._changes_of_cores()
        if sampled := self._schedule.look(watched):
            if (run := self._as_seen(self.run)) != self.run:
                self.run = run._replace(at=sampled.at)
                events.append(self.run)
            events.append(sampled)
            if self._waits is not None and (changed := self._waits.changed_waits):
                events.append(Waits(sampled.at, changed))
            if self._waits is not None and (places := self._waits.changed_places):
                events.append(Doing(sampled.at, places))
        return events

    def close(self) -> None:
        """Close what the sampler keeps open."""
        self._schedule.close()

    def _changes_of_cores(self) -> list[Event]:
        if (now := self._clock()) < self._cores_at + CORES_SECONDS:
            return []
        self._cores_at = now
        numbers, quota = self._cores.look()
        if (numbers, quota) == (self.run.cores, self.run.quota):
            return []
        self.run = self.run._replace(cores=numbers, quota=quota)
        self._sampler.cores = numbers
        return [CoresChanged(now, numbers, quota)]

    def _as_seen(self, run: RunBegan) -> RunBegan:
        """Return what the run is, with what is known here of cores and makers."""
        return run._replace(
            maps_cores=self._sampler.maps_cores,
            measures_cores=self._sampler.measures_cores,
            measures_gil=self._sampler.measures_gil,
            unseen=self._sampler.unseen,
        )
