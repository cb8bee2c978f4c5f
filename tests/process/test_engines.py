"""How makers are seated: who shares a process, and what that means."""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from chai_tui.host.engines import engines_here
from chai_tui.host.run_facts import gil_enabled
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.commands import AddMakers, KillMaker, PauseMaker, ResumeMaker, StopMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Started, StepBegan
from chai_tui.model.recipe import BUILT_IN
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.sources.live.station import wire
from chai_tui.state.makers.records import State
from tests.process import makers
from tests.process.conftest import Watch
from tests.process.makers import doing, printing, steps
from tests.thorough import briefly

HERE = engines_here()
SHARED = [engine for engine in HERE if engine.shares_station]
THREADS = [engine for engine in SHARED if engine.traits.own_thread]


@pytest.fixture(params=["forkserver", "spawn", "fork"])
def start_method(request: pytest.FixtureRequest) -> str:
    method: str = request.param
    return method


@pytest.mark.parametrize("engine", HERE)
def test_every_engine_serves_with_every_start_method(watch: Watch, engine: Engine) -> None:
    group = watch.add(steps(wait=0.05, compute=0.02, native=0.02), how_many=3, engine=engine)
    watch.joined(*group)
    assert watch.floor.all_served
    for maker in group:
        assert watch.said(maker) == [
            f"Start of {maker.name} test brewing",
            f"End of {maker.name} test brewing",
        ]
        assert maker.cpu_seconds >= 0.04
    assert len({maker.pid for maker in group}) == (3 if engine is Engine.PROCESS else 1)


class TestSharing:
    @pytest.fixture
    def start_method(self) -> str:
        return "forkserver"

    @pytest.mark.parametrize("engine", THREADS)
    def test_threads_have_a_number_each_and_tasks_do_not(
        self, watch: Watch, engine: Engine
    ) -> None:
        threads = watch.add(steps(wait=60), how_many=3, engine=engine)
        tasks = watch.add(steps(wait=60), how_many=3, engine=Engine.ASYNCIO)
        watch.until(lambda: all(maker.tid for maker in (*threads, *tasks)))
        assert len({maker.tid for maker in threads}) == 3
        assert len({maker.tid for maker in tasks}) == 1

    def test_threads_share_variables_and_those_with_an_interpreter_each_do_not(
        self, watch: Watch
    ) -> None:
        group = watch.add(doing(makers.count), how_many=3, engine=Engine.THREAD)
        watch.joined(*group)
        assert sorted(watch.said(maker)[1] for maker in group) == ["count 1", "count 2", "count 3"]
        for engine in HERE:
            if engine.traits.own_interpreter:
                group = watch.add(doing(makers.count), how_many=3, engine=engine)
                watch.joined(*group)
                assert [watch.said(maker)[1] for maker in group] == ["count 1"] * 3

    @pytest.mark.parametrize("engine", HERE)
    def test_every_interpreter_counts_the_cups_of_its_own(
        self, watch: Watch, engine: Engine
    ) -> None:
        group = watch.add(steps(wait=0.3), how_many=3, engine=engine)
        watch.joined(*group)
        counted = [1, 1, 1] if engine.traits.own_interpreter else [1, 2, 3]
        assert sorted(maker.cups or 0 for maker in group) == counted

    def test_serial_makers_come_one_after_another(self, watch: Watch) -> None:
        group = watch.add(steps(wait=0.05), how_many=3, engine=Engine.SERIAL)
        watch.joined(*group)
        assert [event.maker for event in watch.events if isinstance(event, Started)] == [1, 2, 3]
        for before, after in pairwise(group):
            assert before.served_at is not None
            assert after.started_at is not None
            assert before.served_at < after.started_at

    @pytest.mark.parametrize("engine", SHARED)
    def test_asking_one_to_stop_leaves_the_others_alone(self, watch: Watch, engine: Engine) -> None:
        """Whoever brews, and whoever comes last: it may still wait for its turn."""
        (first,) = watch.add(steps(wait=600), engine=engine)
        others = watch.add(steps(wait=0.05), how_many=2, engine=engine)
        (last,) = watch.add(steps(wait=600), engine=engine)
        watch.started(first)
        for maker in (last, first):
            watch.submit(StopMaker(maker.number))
        watch.joined(first, *others, last)
        assert len({maker.station for maker in (first, *others, last)}) == 1
        for maker in (first, last):
            assert (maker.state, maker.exitcode) == (State.STOPPED, 0)
        assert [maker.state for maker in others] == [State.SERVED] * 2

    def test_who_is_asked_to_stop_does_not_spin_until_its_next_report(self, watch: Watch) -> None:
        """With many makers at a station reports are rare, looking up is not."""
        group = watch.add(steps(wait=600), how_many=1_500, engine=Engine.THREAD)
        watch.until(lambda: all(maker.started_at for maker in group))
        asked = group[::300]  # one alone may be about to report anyway
        station = psutil.Process(group[0].pid)
        before = sum(station.cpu_times()[:2])
        for maker in asked:
            watch.submit(StopMaker(maker.number))
        watch.joined(*asked)
        burned = sum(station.cpu_times()[:2]) - before
        assert {maker.state for maker in asked} == {State.STOPPED}
        assert burned < 0.2

    @pytest.mark.parametrize("engine", THREADS)
    def test_a_computing_thread_looks_up_when_asked(self, watch: Watch, engine: Engine) -> None:
        (maker,) = watch.add(steps(compute=600), engine=engine)
        watch.until(lambda: maker.cpu_seconds > 0)
        watch.submit(StopMaker(maker.number))
        watch.joined(maker)
        assert maker.state is State.STOPPED

    @pytest.mark.parametrize("engine", THREADS)
    def test_a_thread_that_never_looks_up_stays_until_its_station_is_killed(
        self, watch: Watch, engine: Engine
    ) -> None:
        stuck, other = watch.add(doing(makers.sleep_long), how_many=2, engine=engine)
        # Between two steps it would look up.
        watch.until(lambda: sum(isinstance(event, StepBegan) for event in watch.events) == 2)
        watch.submit(StopMaker(stuck.number))
        watch.until(lambda: stuck.stopping is not None)
        watch.poll(0.3)
        assert not stuck.joined
        watch.submit(KillMaker(stuck.number))
        watch.joined(stuck, other)
        assert stuck.cause == other.cause == "killed by SIGKILL"

    @pytest.mark.parametrize("engine", THREADS)
    def test_one_failing_thread_fails_alone(self, watch: Watch, engine: Engine) -> None:
        (fine,) = watch.add(steps(wait=600), engine=engine)
        (failing,) = watch.add(doing(makers.fail), engine=engine)
        (exiting,) = watch.add(doing(makers.exit_with("no cups")), engine=engine)
        watch.joined(failing, exiting)
        assert failing.cause == "ValueError: no milk"
        assert exiting.cause == "SystemExit: no cups"
        assert "in fail" in (failing.traceback or "")
        assert fine.station == failing.station == exiting.station
        assert not fine.joined
        watch.submit(StopMaker(fine.number))
        watch.joined(fine)
        assert fine.state is State.STOPPED

    @pytest.mark.parametrize("engine", THREADS)
    def test_a_thread_that_ends_the_process_ends_everyone(
        self, watch: Watch, engine: Engine
    ) -> None:
        group = watch.add(steps(wait=60), how_many=2, engine=engine)
        watch.until(lambda: all(maker.started_at for maker in group))
        group += watch.add(doing(makers.leave_at_once(9)), engine=engine)
        watch.joined(*group)
        assert [maker.cause for maker in group] == ["exit code 9"] * 3
        assert len({maker.station for maker in group}) == 1

    def test_pausing_one_pauses_everyone_who_shares_the_process(self, watch: Watch) -> None:
        group = watch.add(steps(wait=60), how_many=2, engine=Engine.THREAD)
        watch.until(lambda: all(maker.started_at for maker in group))
        watch.submit(PauseMaker(group[0].number))
        watch.until(lambda: all(maker.state is State.PAUSED for maker in group))
        process = psutil.Process(group[0].pid)
        watch.until(lambda: process.status() == psutil.STATUS_STOPPED)
        watch.submit(ResumeMaker(group[1].number))
        watch.until(lambda: all(maker.state is State.BREWING for maker in group))

    def test_more_join_a_station_that_runs_and_a_new_one_opens_after_its_end(
        self, watch: Watch
    ) -> None:
        (first,) = watch.add(steps(wait=600), engine=Engine.THREAD)
        (second,) = watch.add(steps(wait=600), engine=Engine.THREAD)
        for maker in (first, second):
            watch.submit(StopMaker(maker.number))
        watch.joined(first, second)
        (third,) = watch.add(steps(wait=0.01), engine=Engine.THREAD)
        watch.joined(third)
        assert first.station == second.station != third.station
        watch.until(lambda: not psutil.pid_exists(first.pid))

    def test_engines_stand_side_by_side(self, watch: Watch) -> None:
        for engine in HERE:
            watch.submit(AddMakers(2, steps(wait=0.2), engine))
        seated = 2 * len(HERE)
        watch.until(lambda: len(watch.floor.makers) == seated and watch.floor.all_joined)
        assert watch.floor.all_served

    def test_hundreds_of_threads_can_join_a_paused_station(self, watch: Watch) -> None:
        """Orders that do not fit the pipe of a station that reads nothing block nobody."""
        (first,) = watch.add(steps(wait=60), engine=Engine.THREAD)
        watch.started(first)
        watch.submit(PauseMaker(first.number))
        watch.until(lambda: first.paused)
        for _ in range(6):
            watch.submit(AddMakers(100, steps(wait=0.01), Engine.THREAD))
        watch.until(lambda: len(watch.floor.makers) == 601)
        watch.submit(ResumeMaker(first.number))
        watch.until(lambda: watch.floor.counts[State.SERVED] == 600)

    def test_a_compute_step_in_a_task_holds_the_event_loop(self, watch: Watch) -> None:
        watch.add(steps(wait=0.05, compute=0.2), how_many=2, engine=Engine.ASYNCIO)
        watch.until(lambda: watch.floor.all_joined)
        began = [e.at for e in watch.events if isinstance(e, StepBegan) and e.step == 1]
        assert began[1] - began[0] >= 0.2


class TestTime:
    @pytest.fixture
    def start_method(self) -> str:
        return "forkserver"

    @briefly("kind", ["compute", "native"])
    def test_a_second_of_work_is_a_second_of_cpu_time_whatever_the_load(
        self, watch: Watch, kind: str
    ) -> None:
        group = watch.add(steps(**{kind: 0.5}), how_many=len(usable_cores().numbers) + 1)
        watch.joined(*group)
        for maker in group:
            assert 0.5 <= maker.cpu_seconds < 0.6

    def test_processes_use_more_than_one_core(self, watch: Watch) -> None:
        if len(usable_cores().numbers) < 2:
            pytest.skip("this machine has one core")
        # Many, so that together they get more than one core also where others compute as well.
        watch.add(steps(compute=600), how_many=12)
        cores_used = CoresUsed(watch)
        watch.until(lambda: cores_used() > 1.15)

    def test_threads_under_a_gil_never_use_more_than_one_core(self, watch: Watch) -> None:
        if not gil_enabled():
            pytest.skip("this interpreter has no GIL")
        group = watch.add(steps(compute=0.3), how_many=4, engine=Engine.THREAD)
        watch.joined(*group)
        began = min(maker.started_at or 0 for maker in group)
        ended = max(maker.served_at or 0 for maker in group)
        assert sum(maker.cpu_seconds for maker in group) / (ended - began) < 1.1

    def test_jitter_is_drawn_from_the_seed(self) -> None:
        def drawn(seed: int) -> list[float]:
            other = Watch(Kitchen("forkserver", seed=seed))
            try:
                group = other.add(BUILT_IN["masala"], how_many=2)
                return [step.seconds for maker in group for step in maker.steps]
            finally:
                other.kitchen.close()

        first = drawn(7)
        assert first == drawn(7) != drawn(8)
        assert len(set(first)) == len(first), "each maker and each step draws for itself"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no /proc")
class TestNames:
    @pytest.fixture
    def start_method(self) -> str:
        return "forkserver"

    def test_ps_and_htop_show_the_makers_name(self, watch: Watch) -> None:
        (maker,) = watch.add(steps(wait=60))
        watch.started(maker)
        assert psutil.Process(maker.pid).cmdline()[0] == "Chai Maker #1"
        assert Path(f"/proc/{maker.pid}/comm").read_text().strip() == "Chai Maker #1"

    @pytest.mark.parametrize("engine", THREADS)
    def test_threads_have_their_makers_names(self, watch: Watch, engine: Engine) -> None:
        group = watch.add(steps(wait=60), how_many=2, engine=engine)
        watch.until(lambda: all(maker.tid for maker in group))
        for maker in group:
            comm = Path(f"/proc/{maker.pid}/task/{maker.tid}/comm").read_text().strip()
            assert comm == maker.name
        assert "Chai Makers" in psutil.Process(group[0].pid).cmdline()[0]


class CoresUsed:
    """CPU seconds that makers burned a second, over the last second."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._trace: list[tuple[float, float]] = []

    def __call__(self) -> float:
        burned = sum(maker.cpu_seconds for maker in self._watch.floor.makers.values())
        self._trace.append((time.monotonic(), burned))
        while len(self._trace) > 2 and self._trace[-1][0] - self._trace[1][0] > 1.0:
            self._trace.pop(0)
        (began, before), (now, after) = self._trace[0], self._trace[-1]
        # A shorter stretch says little: makers report only ten times a second.
        return (after - before) / (now - began) if now - began > 0.9 else 0.0


@pytest.mark.parametrize("engine", THREADS)
def test_a_line_is_its_makers_also_among_threads(watch: Watch, engine: Engine) -> None:
    recipes = [doing(*[printing(f"line {number}")] * 20) for number in range(4)]
    group = [watch.add(recipe, engine=engine)[0] for recipe in recipes]
    watch.joined(*group)
    for number, maker in enumerate(group):
        assert watch.said(maker)[1:-1] == [f"line {number}"] * 20


@pytest.mark.skipif(Engine.INTERPRETER not in HERE, reason="this Python has no subinterpreters")
class TestInterpreters:
    """What those with an interpreter of their own do otherwise than threads."""

    def test_what_a_thread_of_a_maker_prints_is_the_makers(self, watch: Watch) -> None:
        group = watch.add(doing(makers.print_in_a_thread), how_many=2, engine=Engine.INTERPRETER)
        watch.joined(*group)
        for maker in group:
            assert watch.said(maker)[1] == "from a thread of mine"

    def test_a_module_that_takes_no_second_interpreter_fails_its_maker_alone(
        self, watch: Watch
    ) -> None:
        other, stuck = (
            watch.add(recipe, engine=Engine.INTERPRETER)[0]
            for recipe in (steps(wait=600), doing(psutil.cpu_count))
        )
        watch.joined(stuck)
        assert stuck.state is State.FAILED
        assert "does not support loading in subinterpreters" in (stuck.error or "")
        assert not other.joined
        assert other.station == stuck.station

    @pytest.mark.parametrize("start_method", ["fork"])
    def test_they_take_turns_where_reports_are_not_written_in_one_piece(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As on macOS. The child, forked, has what is set here."""
        monkeypatch.setattr(wire, "IS_ATOMIC", False)
        recipe = doing(*[printing("x" * 2_000)] * 200)
        group = watch.add(recipe, how_many=4, engine=Engine.INTERPRETER)
        watch.joined(*group)
        assert watch.floor.all_served
        for maker in group:
            assert watch.said(maker)[-2] == "x" * 1_000


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell who is ready")
@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        ("native", Engine.THREAD),
        *(("compute", each) for each in SHARED if each.traits.own_interpreter),
    ],
)
def test_who_needs_no_gil_or_has_its_own_never_waits_for_another(kind: str, engine: Engine) -> None:
    """Each of them runs, or is ready to, all the time: on an idle machine and on a loaded one."""
    watch = Watch(Kitchen("forkserver", sample_every=0.2))
    try:
        group = watch.add(steps(**{kind: 600}), how_many=4, engine=engine)
        watch.until(lambda: sum((m.cpu_share or 0) + (m.ready_share or 0) for m in group) > 3)
        # C code takes it back for moments, which last where its holder has no core.
        watch.until(lambda: all((m.gil_share or 0.0) < 0.05 for m in group))
        assert kind == "native" or all(maker.gil_share is None for maker in group)
    finally:
        watch.kitchen.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell who is ready")
@pytest.mark.skipif(not gil_enabled(), reason="it takes a GIL to wait for it")
def test_the_wait_for_the_gil_is_told_from_the_wait_for_a_core() -> None:
    watch = Watch(Kitchen("forkserver", sample_every=0.2))
    try:
        threads = watch.add(steps(compute=600), how_many=4, engine=Engine.THREAD)
        processes = watch.add(steps(compute=600), how_many=2)

        def kept() -> tuple[float, float]:
            """Return how many of the threads waited for the lock, and how many for a core."""
            shares = [(maker.gil_share or 0, maker.ready_share or 0) for maker in threads]
            return sum(lock for lock, _ in shares), sum(core for _, core in shares)

        # Four threads share one lock: at any moment three of them wait for it. Where others want
        # the cores, who is given the lock, or asks for it, waits for a core as well.
        watch.until(lambda: kept()[0] > 1 and sum(kept()) > 2)
        assert all(maker.ready_share is not None for maker in processes)
        assert not any(maker.gil_share for maker in processes)
    finally:
        watch.kitchen.close()


@pytest.mark.skipif(sys.platform == "win32", reason="processes there have no niceness")
def test_makers_give_way_if_asked_to(start_method: str) -> None:
    """A whole session gives way where Linux shares cores between sessions first."""
    kitchen = Kitchen(start_method, niceness=7)
    try:
        watch = Watch(kitchen)
        group = watch.add(steps(wait=60), how_many=3)
        for maker in group:
            watch.started(maker)
            assert psutil.Process(maker.pid).nice() == min(19, psutil.Process().nice() + 7)
            sessions = Path(f"/proc/{maker.pid}/autogroup")
            if sessions.exists():  # allowed once in a while only: it tries again
                watch.until(lambda sessions=sessions: "nice 7" in sessions.read_text())  # type: ignore[misc]
    finally:
        kitchen.close()


def test_makers_have_equal_shares_by_default(watch: Watch) -> None:
    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    assert psutil.Process(maker.pid).nice() == psutil.Process().nice()
