"""The simulated machine: never more than its cores can do, and the same for the same seed."""

from __future__ import annotations

import json
import threading
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.commands import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.event_json import as_json
from chai_tui.model.events import Event, Exited, Progress, RunBegan, Sampled, Seated, Trouble
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.sources.simulated.costs import START_COSTS
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State

GRIND = Recipe("grind", (Step("grind", StepKind.COMPUTE, 1.0),))
CHAI = Recipe("chai", (Step("boil", StepKind.WAIT, 1.0),))


class Stage:
    """A simulation whose clock a test turns."""

    def __init__(self, cores: int = 2, *, seed: int = 1, method: str = "forkserver") -> None:
        self.now = 50.0
        self.source = Simulation(
            cores, method, seed=seed, sample_every=0.25, clock=lambda: self.now
        )
        self.floor = Floor()
        self.events: list[Event] = []

    def do(self, *commands: Command) -> None:
        for command in commands:
            self.source.submit(command)
        self.wait(0.0)

    def wait(self, seconds: float) -> None:
        """Let time pass, in steps of a tenth of a second."""
        until = self.now + seconds
        while True:
            while events := self.source.poll(0):
                self.events += events
                self.floor.fold(events)
            if self.now >= until:
                return
            self.now = min(until, self.now + 0.1)

    def brew(self, makers: int, recipe: Recipe, engine: Engine) -> Floor:
        """Let makers brew to the end."""
        self.do(AddMakers(makers, recipe, engine))
        for _ in range(3_000):
            if self.floor.all_joined:
                return self.floor
            self.wait(0.5)
        raise AssertionError("they never end")


def took(makers: int, recipe: Recipe, engine: Engine, cores: int = 2) -> float:
    floor = Stage(cores).brew(makers, recipe, engine)
    assert floor.all_served
    return floor.elapsed


def test_it_says_what_it_is_first() -> None:
    stage = Stage(64)
    stage.wait(0.0)
    (began,) = stage.events
    assert isinstance(began, RunBegan)
    assert began.source == began.warning == "simulated"
    assert began.cores == tuple(range(64))


@pytest.mark.parametrize(
    ("engine", "recipe", "makers", "cores", "seconds"),
    [
        (Engine.PROCESS, GRIND, 4, 4, 1.0),
        (Engine.PROCESS, GRIND, 4, 2, 2.0),
        (Engine.PROCESS, GRIND, 64, 256, 1.1),
        (Engine.THREAD, GRIND, 4, 4, 4.0),
        (Engine.ASYNCIO, GRIND, 4, 4, 4.0),
        (Engine.SERIAL, GRIND, 4, 4, 4.0),
        (Engine.PROCESS, CHAI, 8, 1, 1.0),
        (Engine.THREAD, CHAI, 50, 1, 1.0),
        (Engine.ASYNCIO, CHAI, 50, 1, 1.0),
        (Engine.SERIAL, CHAI, 4, 8, 4.0),
        (Engine.THREAD, BUILT_IN["native"], 4, 4, 3.0),
        (Engine.ASYNCIO, BUILT_IN["native"], 2, 4, 6.0),
    ],
)
def test_the_lesson_holds(
    engine: Engine, recipe: Recipe, makers: int, cores: int, seconds: float
) -> None:
    assert took(makers, recipe, engine, cores) == pytest.approx(seconds, rel=0.1, abs=0.1)


def test_c_code_waits_for_the_gil_between_its_chunks_beside_bytecode() -> None:
    native = Recipe("native", (Step("churn", StepKind.NATIVE, 0.3),))
    stage = Stage(4)
    stage.do(AddMakers(1, GRIND, Engine.THREAD))
    stage.brew(1, native, Engine.THREAD)
    slow = stage.floor.makers[2]
    assert slow.ended_at is not None
    # 0.3 s of C code in chunks of 1.5 ms, after each of which the GIL is 5 ms away.
    assert slow.ended_at - slow.seated_at == pytest.approx(0.3 / 0.0015 * 0.0065, rel=0.25)


def test_dearer_start_methods_take_longer() -> None:
    spent = {
        method: Stage(method=method).brew(4, CHAI, Engine.PROCESS).elapsed for method in START_COSTS
    }
    assert spent["spawn"] > spent["forkserver"] > spent["fork"] - 0.02


@pytest.mark.parametrize("engine", Engine)
def test_one_seed_is_one_run_whatever_the_speed(engine: Engine) -> None:
    def lines(speed: float, step: float, seed: int) -> list[str]:
        now = [0.0]
        source = Simulation(
            2, "forkserver", seed=seed, speed=speed, sample_every=0.5, clock=lambda: now[0]
        )
        source.submit(AddMakers(5, BUILT_IN["masala"], engine))
        floor = Floor()
        told: list[str] = []
        while not floor.all_joined:
            events = source.poll(0)
            floor.fold(events)
            told += [json.dumps(as_json(event)) for event in events]
            now[0] += 0.0 if events else step
        return told

    assert lines(1.0, 0.07, 5) == lines(250.0, 0.013, 5)
    assert lines(1.0, 0.07, 5) != lines(1.0, 0.07, 6)


def test_who_serves_first_is_as_hard_to_foretell_as_in_reality() -> None:
    winners = set()
    for seed in range(60):
        stage = Stage(seed=seed)
        stage.brew(3, CHAI, Engine.PROCESS)
        winners.add(min(stage.floor.makers, key=lambda n: stage.floor.place(n) or 9))
    assert len(winners) == 3


COMMANDS = st.lists(
    st.tuples(
        st.floats(0, 0.6),
        st.one_of(
            st.builds(
                AddMakers,
                st.integers(1, 4),
                st.sampled_from([*BUILT_IN.values(), GRIND, CHAI]),
                st.sampled_from(Engine),
            ),
            *(
                st.builds(kind, st.integers(1, 8))
                for kind in (StopMaker, KillMaker, PauseMaker, ResumeMaker, BrewAgain)
            ),
            st.builds(SignalMaker, st.integers(1, 8), st.sampled_from([2, 11, 15, 17, 18, 19, 28])),
        ),
    ),
    max_size=12,
)


@given(st.integers(1, 5), st.integers(0, 3), COMMANDS)
def test_nothing_is_ever_more_than_it_can_be(
    cores: int, seed: int, commands: list[tuple[float, Command]]
) -> None:
    stage = Stage(cores, seed=seed)
    for pause, command in commands:
        stage.do(command)
        stage.wait(pause)
    stage.wait(1.0)
    last_words = stage.source.close()
    stage.events += last_words
    stage.floor.fold(last_words)
    assert stage.source.close() == []
    assert [event.at for event in stage.events] == sorted(event.at for event in stage.events)
    seated = {event.maker for event in stage.events if isinstance(event, Seated)}
    exits = [event.maker for event in stage.events if isinstance(event, Exited)]
    assert sorted(exits) == sorted(seated)  # everybody is joined, and once
    assert all(maker.joined for maker in stage.floor.makers.values())
    troubles = [event for event in stage.events if isinstance(event, Trouble)]
    assert all("already ended" in event.text or "never" in event.text for event in troubles)
    _check_figures(stage)


def _check_figures(stage: Stage) -> None:
    burned: dict[int, float] = defaultdict(float)
    for event in stage.events:
        if isinstance(event, Progress):
            assert event.cpu_seconds >= burned[event.maker]
            burned[event.maker] = event.cpu_seconds
            assert 0 <= event.fraction <= 1
        if not isinstance(event, Sampled):
            continue
        assert all(use.busy is not None and 0 <= use.busy <= 1 for use in event.cores)
        assert all(use.cpu_share is not None for use in event.makers)
        shares = sum(use.cpu_share or 0.0 for use in event.makers)
        assert shares <= len(event.cores) + 1e-6
        computing: dict[int, float] = defaultdict(float)
        for use in event.makers:
            maker = stage.floor.makers[use.maker]
            told = (use.cpu_share, use.ready_share, use.gil_share)
            assert sum(share or 0.0 for share in told) <= 1 + 1e-6
            kinds = {step.kind for step in maker.steps}
            if maker.engine.traits.shares_gil and StepKind.NATIVE not in kinds:
                computing[maker.station] += use.cpu_share or 0.0
        assert all(share <= 1 + 1e-6 for share in computing.values())


def test_the_wait_for_the_gil_is_known_exactly() -> None:
    """Threads of bytecode run or wait for it, but for the moment in which they are woken."""
    stage = Stage()
    stage.do(AddMakers(4, BUILT_IN["grind"], Engine.THREAD), AddMakers(1, GRIND, Engine.PROCESS))
    stage.wait(0.8)
    *_, sample = (event for event in stage.events if isinstance(event, Sampled))
    *threads, alone = sample.makers
    for use in threads:
        told = (use.cpu_share, use.ready_share, use.gil_share)
        assert sum(share or 0.0 for share in told) == pytest.approx(1.0, abs=0.02)
    assert sum(use.gil_share or 0.0 for use in threads) == pytest.approx(3.0, abs=0.1)
    assert alone.gil_share is None
    assert stage.floor.run.measures_gil


@pytest.mark.parametrize(
    ("engine", "state"),
    [
        (Engine.PROCESS, State.STOPPED),
        (Engine.THREAD, State.STOPPED),
        (Engine.ASYNCIO, State.STOPPED),
    ],
)
def test_who_is_stopped_ends_at_once_and_alone(engine: Engine, state: State) -> None:
    stage = Stage()
    stage.do(AddMakers(2, BUILT_IN["chai"], engine))
    stage.wait(0.5)
    stage.do(StopMaker(1))
    stage.wait(0.3)
    assert stage.floor.makers[1].state is state
    assert stage.floor.makers[1].joined
    assert stage.floor.makers[2].state is State.BREWING


def test_a_signal_reaches_everyone_in_the_process() -> None:
    stage = Stage()
    stage.do(AddMakers(3, GRIND, Engine.THREAD), AddMakers(1, GRIND, Engine.PROCESS))
    stage.wait(0.3)
    stage.do(SignalMaker(2, 11))
    stage.wait(0.1)
    for number in (1, 2, 3):
        assert stage.floor.makers[number].cause == "killed by SIGSEGV"
    assert stage.floor.makers[4].state is State.BREWING


def test_who_is_paused_burns_nothing_and_its_wait_goes_on() -> None:
    stage = Stage()
    stage.do(AddMakers(1, GRIND, Engine.PROCESS), AddMakers(1, CHAI, Engine.PROCESS))
    stage.wait(0.3)
    stage.do(PauseMaker(1), PauseMaker(2), SignalMaker(1, 15))
    stage.wait(0.3)
    burned = stage.floor.makers[1].cpu_seconds
    stage.wait(2.0)
    assert stage.floor.makers[1].cpu_seconds == burned
    assert [stage.floor.makers[n].state for n in (1, 2)] == [State.PAUSED, State.PAUSED]
    stage.do(ResumeMaker(1), ResumeMaker(2))
    stage.wait(0.1)
    assert stage.floor.makers[1].cause == "killed by SIGTERM"  # the signal had waited
    assert stage.floor.makers[2].state is State.SERVED


def test_a_waiting_poll_is_woken() -> None:
    source = Simulation(2, "forkserver")
    assert len(source.poll(0)) == 1
    for wake in (source.wake, lambda: source.submit(AddMakers(1, CHAI, Engine.PROCESS))):
        woken = threading.Timer(0.05, wake)
        woken.start()
        events = source.poll(None)
        woken.join()
        assert all(isinstance(event, Seated) for event in events)
    source.close()


def test_a_machine_that_cannot_keep_up_runs_slower_and_answers() -> None:
    source = Simulation(256, "forkserver", seed=1, speed=1_000.0, sample_every=0.5)
    source.submit(AddMakers(1_000, BUILT_IN["grind"], Engine.PROCESS))
    for _ in range(3):
        source.poll(0)
    source.submit(KillMaker(1))
    floor = Floor()
    for _ in range(5):
        floor.fold(source.poll(0))
    assert floor.now < 60  # no half an hour of events at once
    source.close()
