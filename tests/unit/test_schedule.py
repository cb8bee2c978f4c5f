"""When cores and makers are looked at, and what that may cost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chai_tui.model.events import Sampled
from chai_tui.samplers.protocol import Watched
from chai_tui.samplers.schedule import (
    COST_SHARE,
    IDLE_SECONDS,
    PROBE_SECONDS,
    SamplingSchedule,
)

SOMEBODY = [Watched(1, 4711, 4711, own_thread=True)]


class Clock:
    """A clock that a test sets, and a sampler whose looks take time on it, and of a core."""

    cores: Sequence[int] = ()
    maps_cores = True
    measures_cores = True
    unseen = ""
    measures_gil = True

    def __init__(self, cost: float = 0.0, kept_waiting: float = 0.0) -> None:
        self.now = 1_000.0
        self.burned = 0.0
        self.cost = cost
        self.kept_waiting = kept_waiting
        self.looked: list[int] = []
        self.closed = False
        self.wants_probes = False
        self.probed: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        self.looked.append(len(watched))
        self.burned += self.cost
        self.now += self.cost + self.kept_waiting
        return Sampled(at, (), ())

    def probe(self) -> None:
        self.probed.append(self.now)
        self.burned += self.cost
        self.now += self.cost

    def close(self) -> None:
        self.closed = True


def rest(clock: Clock, watched: Sequence[Watched]) -> float:
    """Seconds from one look to the next, to a millisecond."""
    schedule = SamplingSchedule(clock, 0.5, clock, lambda: clock.burned)
    began = clock.now = schedule.due_at
    assert schedule.look(lambda: watched) == Sampled(began, (), ())
    return round(schedule.due_at - began, 3)


def test_nobody_is_looked_at_before_it_is_time() -> None:
    clock = Clock()
    schedule = SamplingSchedule(clock, 0.5, clock)
    clock.now = schedule.due_at - 0.001
    assert schedule.look(lambda: SOMEBODY) is None
    assert clock.looked == []
    clock.now = schedule.due_at
    assert schedule.look(lambda: SOMEBODY) is not None
    assert schedule.look(lambda: SOMEBODY) is None
    assert clock.looked == [1]


@pytest.mark.parametrize(("seconds", "soon"), [(0.1, 0.1), (0.5, 0.25), (60.0, 0.25)])
def test_the_first_look_comes_soon(seconds: float, soon: float) -> None:
    clock = Clock()
    assert SamplingSchedule(clock, seconds, clock).due_at == clock.now + soon


def test_an_idle_kitchen_is_looked_at_less_often() -> None:
    assert rest(Clock(), SOMEBODY) == 0.5
    assert rest(Clock(), []) == IDLE_SECONDS == 1.0


@pytest.mark.parametrize(("cost", "seconds"), [(0.009, 0.5), (0.02, 1.0), (0.5, 25.0)])
def test_it_never_takes_more_than_a_fiftieth_of_a_core(cost: float, seconds: float) -> None:
    """However many makers there are, and however slow it is to look at them."""
    assert rest(Clock(cost), SOMEBODY) == seconds


def test_being_kept_from_the_cores_while_looking_costs_nothing() -> None:
    """On a crowded machine, or stopped for a while: figures go on."""
    assert rest(Clock(0.001, kept_waiting=0.4), SOMEBODY) == 0.5


def probes_in(clock: Clock, seconds: float) -> int:
    """How often it is looked who waits for the GIL, in so many seconds after the first sample."""
    schedule = SamplingSchedule(clock, 0.5, clock, lambda: clock.burned)
    began = clock.now = schedule.due_at
    schedule.look(lambda: SOMEBODY)
    clock.probed.clear()
    while clock.now < began + seconds:
        schedule.probe()
        schedule.look(lambda: SOMEBODY)
        clock.now = max(clock.now + 0.001, schedule.due_at)
    return len(clock.probed)


def test_nobody_is_probed_unless_somebody_may_wait() -> None:
    clock = Clock()
    assert probes_in(clock, 2.0) == 0
    clock.wants_probes = True
    assert 50 <= probes_in(clock, 2.0) <= 2.0 / PROBE_SECONDS + 1


def test_many_are_probed_less_often() -> None:
    clock = Clock(0.001)
    clock.wants_probes = True
    assert 9 <= probes_in(clock, 2.0) <= 10
    assert clock.burned <= 2.5 * COST_SHARE


def test_closing_closes_the_sampler() -> None:
    clock = Clock()
    SamplingSchedule(clock, 0.5, clock).close()
    assert clock.closed
