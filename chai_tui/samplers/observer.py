"""Looks again and again at cores and makers, and at what may be used and known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chai_tui.host.usable_cores import CoresWatch
from chai_tui.model.events import CoresChanged, Event, RunBegan
from chai_tui.samplers.choice import make_sampler
from chai_tui.samplers.protocol import Sampler, Watched
from chai_tui.samplers.schedule import SamplingSchedule


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
    """

    def __init__(
        self,
        run: RunBegan,
        cores: CoresWatch,
        seconds: float,
        clock: Callable[[], float],
        sampler: Sampler | None = None,
    ) -> None:
        self._cores = cores
        self._clock = clock
        self._sampler = sampler or make_sampler(run.cores)
        self._schedule = SamplingSchedule(self._sampler, seconds, clock)
        self.run = self._as_seen(run)

    @property
    def due_at(self) -> float:
        """When there is something to look at next."""
        return self._schedule.due_at

    def look(self, watched: Callable[[], Sequence[Watched]]) -> list[Event]:
        """Return a sample, if one is due, after what has changed.

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
        return events

    def close(self) -> None:
        """Close what the sampler keeps open."""
        self._schedule.close()

    def _changes_of_cores(self) -> list[Event]:
        numbers, quota = self._cores.look()
        if (numbers, quota) == (self.run.cores, self.run.quota):
            return []
        self.run = self.run._replace(cores=numbers, quota=quota)
        self._sampler.cores = numbers
        return [CoresChanged(self._clock(), numbers, quota)]

    def _as_seen(self, run: RunBegan) -> RunBegan:
        """Return what the run is, with what is known here of cores and makers."""
        return run._replace(
            maps_cores=self._sampler.maps_cores,
            measures_cores=self._sampler.measures_cores,
            measures_gil=self._sampler.measures_gil,
            unseen=self._sampler.unseen,
        )
