"""Every way in which a maker can end, and what is said of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest

from chai_tui.host.engines import engines_here
from chai_tui.model.commands import (
    BrewAgain,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import Failed, Resumed, Served, Trouble
from chai_tui.model.recipe import Recipe
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.sources.live.station_handle import CALM_SECONDS
from chai_tui.state.makers.records import State
from tests.process import makers
from tests.process.conftest import PATIENCE, Watch
from tests.process.ends import ENDS, HARD_TO_TELL, LAST_WORDS, End
from tests.process.makers import doing, printing, steps
from tests.thorough import briefly


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_the_end_is_told_with_its_cause_and_nothing_said_is_lost(watch: Watch, end: End) -> None:
    (maker,) = watch.add(end.recipe)
    watch.joined(maker)
    assert (maker.state, maker.exitcode) == (end.state, end.exitcode)
    assert maker.cause.startswith(end.cause)
    assert LAST_WORDS in watch.said(maker)


HARD = [(recipe, engine) for recipe in HARD_TO_TELL.values() for engine in engines_here()]
EACH_ONCE = [
    place
    for place, (recipe, engine) in enumerate(HARD)
    if engine is Engine.PROCESS or recipe is HARD_TO_TELL["out-of-memory"]
]
"""Each recipe and each engine; the others of their pairs are for --thorough."""


@briefly(
    ("recipe", "engine"),
    HARD,
    keep=EACH_ONCE,
    ids=[f"{engine}-{name}" for name in HARD_TO_TELL for engine in engines_here()],
)
def test_a_failure_that_cannot_be_told_ends_its_maker_and_nobody_else(
    watch: Watch, recipe: Recipe, engine: Engine
) -> None:
    (maker,) = watch.add(recipe, engine=engine)
    watch.joined(maker)
    assert maker.state is State.FAILED
    assert LAST_WORDS in watch.said(maker)
    (after,) = watch.add(steps(wait=0.01), engine=engine)
    watch.joined(after)
    assert after.state is State.SERVED


def test_words_without_a_newline_survive_a_kill(watch: Watch) -> None:
    (maker,) = watch.add(
        doing(printing("unfinished", end=""), makers.killing_itself(signal.SIGKILL))
    )
    watch.joined(maker)
    assert watch.said(maker)[-1] == "unfinished"


def test_sys_exit_with_a_text_says_it(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.exit_with("no cups")))
    watch.joined(maker)
    assert watch.said(maker)[-1] == "no cups"
    assert maker.said[-1].stream == "err"


def test_a_failure_brings_its_traceback_as_plain_text(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.fail_with_long_traceback))
    watch.joined(maker)
    assert maker.state is State.FAILED
    assert maker.error is not None
    assert maker.traceback is not None
    assert maker.error.startswith("ValueError: [bold]no milk[/bold]␛[31m xxx")
    assert "in deeper" in maker.traceback
    assert "\x1b" not in maker.traceback
    failed = next(event for event in watch.events if isinstance(event, Failed))
    assert len(failed.traceback) < 3_100


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGUSR1])
def test_a_signal_from_outside_is_told_as_such(watch: Watch, number: int) -> None:
    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    os.kill(maker.pid, number)
    watch.joined(maker)
    assert maker.state is State.KILLED
    assert maker.end_signal == signal.Signals(number).name
    assert not maker.signal_was_ours


def test_stop_ends_with_sigterm(watch: Watch) -> None:
    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    watch.submit(StopMaker(maker.number))
    watch.joined(maker)
    assert (maker.state, maker.exitcode) == (State.STOPPED, -signal.SIGTERM)
    assert maker.signal_was_ours


def test_stop_of_one_who_ignores_it_ends_with_sigkill(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.ignore_sigterm, makers.sleep_long))
    watch.until_said(maker, "ignoring")
    watch.submit(StopMaker(maker.number))
    watch.joined(maker)
    assert (maker.state, maker.cause) == (State.KILLED, "killed by SIGKILL")
    assert maker.stopping is not None
    assert maker.ended_at is not None
    assert maker.ended_at - maker.stopping.at >= 2.0


@pytest.mark.parametrize("start_method", multiprocessing.get_all_start_methods())
def test_stop_reaches_a_maker_that_was_just_born(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal that comes before the child has set its own handlers waits for it."""
    # On a crowded machine it takes a child long to be there, and SIGKILL would come first.
    monkeypatch.setattr("chai_tui.sources.live.kitchen.STOP_GRACE", PATIENCE / 2)
    for _ in range(5):
        (maker,) = watch.add(steps(wait=60))
        watch.submit(StopMaker(maker.number))
        watch.joined(maker)
        assert (maker.state, maker.exitcode) == (State.STOPPED, -signal.SIGTERM)


def test_stopping_again_gives_no_more_time(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.ignore_sigterm, makers.sleep_long))
    watch.until_said(maker, "ignoring")
    watch.submit(StopMaker(maker.number))
    watch.until(lambda: maker.stopping is not None)
    first = maker.stopping
    while not maker.joined:
        watch.submit(StopMaker(maker.number))
        watch.poll(0.1)
    assert first is not None
    assert maker.ended_at is not None
    assert maker.state is State.KILLED
    # Far from for ever; a machine that is busy may take a while longer than the two seconds.
    assert maker.ended_at - first.at < 10


def test_stop_reaches_a_paused_maker(watch: Watch) -> None:
    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    watch.submit(PauseMaker(maker.number))
    watch.until(lambda: maker.state is State.PAUSED)
    watch.submit(StopMaker(maker.number))
    watch.joined(maker)
    assert maker.state is State.STOPPED


def test_kill_ends_a_paused_maker_at_once(watch: Watch) -> None:
    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    watch.submit(PauseMaker(maker.number))
    watch.until(lambda: maker.paused)
    watch.submit(KillMaker(maker.number))
    watch.joined(maker)
    assert (maker.state, maker.cause) == (State.KILLED, "killed by SIGKILL")
    assert maker.signal_was_ours


def _resumed(watch: Watch) -> list[bool]:
    """For each resume that was told, whether it was said to be ours."""
    return [event.ours for event in watch.events if isinstance(event, Resumed)]


@pytest.mark.parametrize("command", [StopMaker, KillMaker])
def test_nobody_outside_is_said_to_resume_a_maker_that_is_ended(
    command: type[StopMaker | KillMaker],
) -> None:
    """Looked at all the time, so that it is seen while it dies."""
    kitchen = Kitchen("forkserver", sample_every=0.0)
    try:
        watch = Watch(kitchen)
        for _ in range(5):
            (maker,) = watch.add(steps(wait=60))
            watch.started(maker)
            watch.submit(PauseMaker(maker.number))
            watch.until(lambda maker=maker: maker.paused)  # type: ignore[misc]
            calm = time.monotonic() + CALM_SECONDS  # until then nothing seen is believed
            watch.until(lambda calm=calm: time.monotonic() > calm)  # type: ignore[misc]
            watch.submit(command(maker.number))
            watch.joined(maker)
        assert _resumed(watch) == ([True] * 5 if command is StopMaker else [])
    finally:
        kitchen.close()


def test_a_stopped_maker_that_goes_on_is_no_longer_called_paused(watch: Watch) -> None:
    """It ignores SIGTERM: after the SIGCONT that SIGTERM needs it brews until SIGKILL."""
    (maker,) = watch.add(doing(makers.ignore_sigterm, makers.sleep_long))
    watch.until_said(maker, "ignoring")
    watch.submit(PauseMaker(maker.number))
    watch.until(lambda: maker.paused)
    watch.submit(StopMaker(maker.number))
    watch.until(lambda: maker.state is State.BREWING)
    watch.joined(maker)
    assert maker.state is State.KILLED
    assert _resumed(watch) == [True]


def test_a_paused_maker_burns_nothing_until_it_is_resumed(watch: Watch) -> None:
    (maker,) = watch.add(steps(compute=60))
    watch.until(lambda: maker.cpu_seconds > 0.05)
    watch.submit(PauseMaker(maker.number))
    watch.until(lambda: maker.paused)
    watch.until(lambda: psutil.Process(maker.pid).status() == psutil.STATUS_STOPPED)
    while watch.poll(0.01):
        pass  # what it reported before the signal
    burned = maker.cpu_seconds
    for _ in range(5):
        watch.poll(0.1)
    assert maker.cpu_seconds == burned
    watch.submit(ResumeMaker(maker.number))
    watch.until(lambda: maker.cpu_seconds > burned)
    assert maker.state is State.BREWING


def test_any_signal_can_be_sent(watch: Watch) -> None:
    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    watch.submit(SignalMaker(maker.number, signal.SIGUSR2))
    watch.joined(maker)
    assert (maker.cause, maker.signal_was_ours) == ("killed by SIGUSR2", True)


@pytest.mark.parametrize("command", [StopMaker, KillMaker, PauseMaker, ResumeMaker])
def test_a_command_that_comes_too_late_says_so(
    watch: Watch, command: Callable[[int], StopMaker]
) -> None:
    (maker,) = watch.add(steps(wait=0.01))
    watch.joined(maker)
    for number, words in ((maker.number, "has already ended"), (99, "was never seated")):
        watch.submit(command(number))
        watch.until(
            lambda words=words: any(  # type: ignore[misc]
                isinstance(event, Trouble) and words in event.text for event in watch.events
            )
        )
    assert maker.state is State.SERVED


def test_brew_again_seats_one_new_maker_in_the_same_way(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.fail), engine=Engine.THREAD)
    watch.joined(maker)
    watch.submit(BrewAgain(maker.number))
    watch.until(lambda: len(watch.floor.makers) > 1 and watch.floor.all_joined)
    _, again = watch.floor.makers.values()
    assert again.cause == maker.cause == "ValueError: no milk"
    assert again.engine is Engine.THREAD


def test_all_are_served_only_when_all_were_joined(watch: Watch) -> None:
    watch.add(steps(wait=0.2), how_many=3)
    watch.until(lambda: any(isinstance(event, Served) for event in watch.events))
    while not watch.floor.all_joined:
        assert not watch.floor.all_served
        watch.poll()
    assert watch.floor.all_served
    assert sorted(watch.floor.place(number) or 0 for number in (1, 2, 3)) == [1, 2, 3]


def test_a_fork_server_that_dies_takes_its_makers_and_the_next_one_works(watch: Watch) -> None:
    from multiprocessing import forkserver

    (maker,) = watch.add(steps(wait=60))
    watch.started(maker)
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)
    watch.joined(maker)
    assert (maker.state, maker.exitcode) == (State.ENDED, None)
    assert maker.cause == "ended unseen: the system lost its exit code"
    (after,) = watch.add(steps(wait=0.01))
    watch.joined(after)
    assert after.state is State.SERVED


def test_a_maker_can_start_processes_of_its_own(watch: Watch) -> None:
    (maker,) = watch.add(doing(_use_a_pool))
    watch.joined(maker)
    assert "pool says [0, 1, 4]" in watch.said(maker)


def _use_a_pool() -> None:
    import multiprocessing

    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        print("pool says", pool.map(_square, range(3)))


def _square(number: int) -> int:
    return number * number


def test_a_maker_is_seated_before_it_starts(watch: Watch) -> None:
    group = watch.add(steps(wait=0.01), how_many=5)
    watch.joined(*group)
    for maker in group:
        assert maker.started_at is not None
        assert maker.seated_at < maker.started_at
