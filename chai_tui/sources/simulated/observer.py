"""What is told of the simulated machine again and again: reports of progress, and samples."""

from __future__ import annotations

from collections.abc import Callable

from chai_tui.model.events import CoreUse, Event, MakerUse, Progress, Sampled
from chai_tui.model.recipe import StepKind
from chai_tui.sources.simulated.agenda import Agenda
from chai_tui.sources.simulated.costs import PROCESS_MEMORY
from chai_tui.sources.simulated.processor import Processor
from chai_tui.sources.simulated.worker import Station, Worker

PROGRESS_SECONDS = 0.1
"""How often makers report their progress; many take turns, as real ones do."""
REPORTS_PER_SECOND = 1_000
ON_A_CORE = 0.01
"""Share of a core from which a maker counts as being on it, as for a real sampler."""
IDLE_SECONDS = 1.0
"""Seconds between two samples while nobody brews."""


class Observer:
    """Tells how far makers are, and what cores and makers did.

    Args:
        agenda: plans when.
        processor: knows who is on a core.
        stations: those there are.
        sample_every: seconds between two samples while somebody brews; None: none.
        tell: takes what is told.
    """

    def __init__(
        self,
        agenda: Agenda,
        processor: Processor,
        stations: dict[int, Station],
        sample_every: float | None,
        tell: Callable[[Event], None],
    ) -> None:
        self._agenda = agenda
        self._processor = processor
        self._stations = stations
        self._sample_every = sample_every
        self._tell = tell
        self._sampled_at = 0.0
        self._reports_due = False
        if sample_every is not None:
            agenda.plan(min(sample_every, 0.25), self._sample)

    def expect_reports(self) -> None:
        """Somebody is there who will report."""
        if not self._reports_due:
            self._reports_due = True
            self._agenda.plan(self._agenda.now + PROGRESS_SECONDS, self._report)

    def _report(self) -> None:
        """Let everyone tell how far they are who would: whoever runs, or sleeps on its own."""
        makers = 0
        for station in self._stations.values():
            makers += len(station.workers)
            if station.paused or station.closing:
                continue
            loop_is_free = station.turn is None or not station.engine.traits.shares_loop
            for worker in station.workers.values():
                kind = worker.kind
                if worker.done or kind is None:
                    continue
                step = worker.recipe.steps[worker.step]
                if kind is StepKind.WAIT:
                    if loop_is_free:
                        fraction = (self._agenda.now - worker.step_began) / step.seconds
                        self._progress(worker, fraction)
                elif worker.cpu + self._unbooked(worker) > worker.told:
                    burned = step.seconds - worker.left + self._unbooked(worker)
                    self._progress(worker, burned / step.seconds)
        self._reports_due = makers > 0
        if makers:
            interval = max(PROGRESS_SECONDS, makers / REPORTS_PER_SECOND)
            self._agenda.plan(self._agenda.now + interval, self._report)

    def _unbooked(self, worker: Worker) -> float:
        return 0.0 if worker.core is None else self._agenda.now - worker.since

    def _progress(self, worker: Worker, fraction: float) -> None:
        worker.told = worker.cpu + self._unbooked(worker)
        event = Progress(self._agenda.now, worker.maker, min(1.0, max(0.0, fraction)), worker.told)
        self._tell(event)

    def _sample(self) -> None:
        elapsed = self._agenda.now - self._sampled_at
        for worker in self._processor.running.values():
            self._processor.account(worker)
        for worker in self._processor.ready:
            worker.waited += self._agenda.now - worker.ready_since
            worker.ready_since = self._agenda.now
        for station in self._stations.values():
            for worker in station.workers.values():
                self._processor.account_wait(worker)
        uses = [use for station in self._stations.values() for use in _uses(station, elapsed)]
        cores = tuple(
            CoreUse(core, share, share)
            for core, share in enumerate(min(1.0, busy / elapsed) for busy in self._processor.busy)
        )
        self._tell(Sampled(self._agenda.now, cores, tuple(uses)))
        self._processor.busy = [0.0] * len(self._processor.busy)
        self._sampled_at = self._agenda.now
        every = self._sample_every if self._stations else IDLE_SECONDS
        self._agenda.plan(self._agenda.now + (every or IDLE_SECONDS), self._sample)


def _uses(station: Station, elapsed: float) -> list[MakerUse]:
    """What a sampler tells of the makers of a station; who has a shared thread carries its core."""
    own_thread = station.engine.traits.own_thread
    shares_gil = station.engine.traits.shares_gil
    workers = [worker for worker in station.workers.values() if worker.began]
    ran = sum(worker.ran for worker in workers)
    waited = sum(worker.waited for worker in workers)
    first = max(workers, key=lambda worker: worker.ran, default=None)
    uses = []
    for worker in workers:
        carries = own_thread or worker is first
        burned = worker.ran if own_thread else ran
        share = min(1.0, burned / elapsed) if carries else 0.0
        wait = min(1.0, (worker.waited if own_thread else waited) / elapsed) if carries else None
        uses.append(
            MakerUse(
                worker.maker,
                worker.last_core if share >= ON_A_CORE else None,
                share,
                wait,
                worker.cpu if own_thread else None,
                PROCESS_MEMORY,
                station.paused,
                min(1.0, worker.locked_out / elapsed) if shares_gil else None,
            )
        )
    for worker in station.workers.values():
        worker.ran = worker.waited = worker.locked_out = 0.0
    return uses
