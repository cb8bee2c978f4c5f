"""The simulated cores, and the lock of each interpreter: who has them, who waits for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from chai_tui.sources.simulated.agenda import Agenda
from chai_tui.sources.simulated.costs import (
    CHURN_SECONDS,
    HANDOVER_SECONDS,
    SLICE_SECONDS,
    SWITCH_SECONDS,
    UNHURRIED_SECONDS,
    noisy,
)
from chai_tui.sources.simulated.worker import Worker

_DONE = 1e-9
"""Seconds of work that are none: sums of fractions do not meet exactly."""


class Processor:
    """Gives cores round robin, and each GIL in turns; the model is told in ``machine.py``.

    Args:
        cores: how many.
        agenda: plans when what is given is given back.
        random: chance.
        on_done: told of a worker whose piece of work is done, or that was asked to stop.

    Attributes:
        running: who is on which core.
        ready: who waits for one.
        busy: seconds of each core since somebody last set them to 0.
    """

    def __init__(
        self, cores: int, agenda: Agenda, random: Random, on_done: Callable[[Worker], None]
    ) -> None:
        self.running: dict[int, Worker] = {}
        self.ready: deque[Worker] = deque()
        self.busy = [0.0] * cores
        self._free = list(range(cores))
        self._agenda = agenda
        self._random = random
        self._on_done = on_done

    def want_lock(self, worker: Worker) -> None:
        """Get the GIL if the next piece of work needs one that others may have; then a core."""
        station = worker.station
        if not station.engine.traits.shares_gil or not worker.needs_lock:
            self.want_core(worker)
        elif station.holder is None or station.holder is worker:
            self._take_lock(worker)
        else:
            self.drop(worker)
            if not station.waiters:
                station.handover_at = self._agenda.now + SWITCH_SECONDS
                self.hurry(station.holder, station.handover_at)
            station.waiters.append(worker)
            worker.locked_out_since = self._agenda.now

    def _take_lock(self, worker: Worker) -> None:
        station = worker.station
        station.holder = worker
        station.handover_at = self._agenda.now + SWITCH_SECONDS
        self.want_core(worker)

    def release(self, worker: Worker) -> None:
        """Give the GIL to whoever waited longest, if this one has it."""
        station = worker.station
        if station.holder is not worker:
            return
        station.holder = None
        if station.waiters:
            heir = station.waiters.popleft()
            station.holder = heir  # nobody comes between, though it has to wake up first
            station.handover_at = self._agenda.now + HANDOVER_SECONDS + SWITCH_SECONDS
            self._agenda.plan(
                self._agenda.now + noisy(self._random, HANDOVER_SECONDS, 0.5),
                heir.guard(self._wake),
            )

    def _wake(self, heir: Worker) -> None:
        """It has the GIL at last."""
        self.account_wait(heir)
        heir.locked_out_since = None
        self.want_core(heir)

    def account_wait(self, worker: Worker) -> None:
        """Book how long it waited for the GIL until now."""
        if worker.locked_out_since is not None:
            worker.locked_out += self._agenda.now - worker.locked_out_since
            worker.locked_out_since = self._agenda.now

    def want_core(self, worker: Worker) -> None:
        """Get a core, now or when it is this one's turn."""
        if worker.core is not None:
            self._burst(worker)
        elif worker.station.paused:
            worker.overdue = True
        elif self._free:
            self._give_core(worker)
        else:
            worker.ready_since = self._agenda.now
            self.ready.append(worker)
            if len(self.ready) == 1:
                for other in self.running.values():
                    self.hurry(other, max(self._agenda.now, other.slice_ends))

    def _give_core(self, worker: Worker) -> None:
        core = worker.last_core
        if core not in self._free:
            core = self._random.choice(self._free)
        self._free.remove(core)
        worker.core = worker.last_core = core
        worker.slice_ends = self._agenda.now + noisy(self._random, SLICE_SECONDS)
        self.running[core] = worker
        self._burst(worker)

    def _burst(self, worker: Worker) -> None:
        """Work until something may change."""
        station = worker.station
        if worker.wants_back:  # it got the GIL back, and that moment is over
            worker.wants_back = False
            self.release(worker)
        worker.since = self._agenda.now
        ends = self._agenda.now + min(worker.left, UNHURRIED_SECONDS)
        if self.ready:
            ends = min(ends, max(worker.slice_ends, self._agenda.now))
        if worker.is_native and station.holder is not None and station.engine.traits.shares_gil:
            ends = min(ends, self._agenda.now + CHURN_SECONDS)
        if station.holder is worker and station.waiters:
            ends = min(ends, max(station.handover_at, self._agenda.now))
        if worker.asked and worker.began:
            ends = self._agenda.now
        worker.burst_ends = ends
        worker.token += 1
        self._agenda.plan(ends, worker.guard(self._burst_over))

    def hurry(self, worker: Worker, by: float) -> None:
        """Look at a running worker sooner, because somebody wants what it has."""
        if worker.core is not None and worker.burst_ends > by:
            worker.burst_ends = by
            self.account(worker)
            worker.token += 1
            self._agenda.plan(by, worker.guard(self._burst_over))

    def _burst_over(self, worker: Worker) -> None:
        self.account(worker)
        station = worker.station
        if not worker.began:
            if worker.left <= _DONE:
                self._on_done(worker)
                return
        elif worker.asked or worker.left <= _DONE:
            self._on_done(worker)
            return
        elif (
            station.holder is worker and station.waiters and self._agenda.now >= station.handover_at
        ):
            self.drop(worker)
            self.release(worker)
            self.want_lock(worker)
            return
        elif worker.is_native and station.holder is not None and station.engine.traits.shares_gil:
            self.drop(worker)
            worker.wants_back = True  # between two chunks it is Python, if only for a moment
            self.want_lock(worker)
            return
        if self.ready and self._agenda.now >= worker.slice_ends:
            self.drop(worker)  # it keeps the GIL, if it has it
            self.want_core(worker)
        else:
            if self._agenda.now >= worker.slice_ends:
                worker.slice_ends = self._agenda.now + noisy(self._random, SLICE_SECONDS)
            self._burst(worker)

    def account(self, worker: Worker) -> None:
        """Book what it burned until now."""
        if worker.core is None:
            return
        burned = max(0.0, self._agenda.now - worker.since)
        worker.since = self._agenda.now
        worker.left = max(0.0, worker.left - burned)
        worker.ran += burned
        self.busy[worker.core] += burned
        if worker.began:
            worker.cpu += burned

    def drop(self, worker: Worker) -> None:
        """Leave the core, if it is on one, and let the next one have it."""
        self.account(worker)
        worker.token += 1
        if worker.core is None:
            return
        del self.running[worker.core]
        self._free.append(worker.core)
        worker.core = None
        self._fill()

    def _fill(self) -> None:
        while self.ready and self._free:
            heir = self.ready.popleft()
            heir.waited += self._agenda.now - heir.ready_since
            heir.ready_since = self._agenda.now
            self._give_core(heir)
