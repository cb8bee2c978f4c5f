"""What a station that runs is told, and what is told of it."""

from __future__ import annotations

import signal
import sys

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Paused, Resumed, Signalled, Stopping
from chai_tui.model.recipe import BUILT_IN
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.live.station.wire import PROGRESS, STARTED, Ask, Close, Seat
from chai_tui.sources.live.station_handle import CALM_SECONDS, StationHandle
from tests.unit.fake_child import PID, FakeChild, reader_of

if sys.platform == "win32":
    pytest.skip("processes there know one signal", allow_module_level=True)

TERM, KILL, STOP, CONT = signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
GRACE = 2.0


@pytest.fixture
def child() -> FakeChild:
    return FakeChild()


def station(child: FakeChild, engine: Engine, *makers: int) -> StationHandle:
    return StationHandle(reader_of(child, engine, *makers))


def seat(number: int) -> Seat:
    return Seat(number, f"Chai Maker #{number}", BUILT_IN["chai"])


# Whom to look at


@pytest.mark.parametrize("engine", [Engine.ASYNCIO, Engine.SERIAL])
def test_of_those_who_share_a_thread_the_one_that_runs_comes_first(
    child: FakeChild, engine: Engine
) -> None:
    """The first of them is shown on the thread's core, with its shares."""
    here = station(child, engine, 1, 2, 3)
    child.reports.holds = [(STARTED, 1.0, number, PID, PID, 74) for number in (1, 2, 3)]
    here.reader.read_reports(1.0)
    for number in (2, 1, 3):
        child.reports.holds = [(PROGRESS, 2.0, number, 0.5, 0.1)]
        here.reader.read_reports(2.0)
        assert here.watched()[0] == Watched(number, PID, PID, own_thread=False, lived_at=1.0)
        assert sorted(who.maker for who in here.watched()) == [1, 2, 3]


def test_threads_are_looked_at_each_once_they_have_a_number(child: FakeChild) -> None:
    here = station(child, Engine.THREAD, 1, 2, 3)
    child.reports.holds = [(STARTED, 1.0, number, PID, PID + number, 74) for number in (1, 2)]
    here.reader.read_reports(1.0)
    assert here.watched() == [
        Watched(number, PID, PID + number, own_thread=True, lived_at=1.0, shares_gil=True)
        for number in (1, 2)
    ]


def test_a_process_is_looked_at_before_it_speaks(child: FakeChild) -> None:
    here = station(child, Engine.PROCESS)
    here.seat((seat(1),), 1.0, request=False)
    assert here.watched() == [Watched(1, PID, PID, own_thread=True, lived_at=0.0)]


# Ending


def test_sigkill_follows_sigterm_when_the_grace_is_over(child: FakeChild) -> None:
    here = station(child, Engine.PROCESS, 1)
    assert here.terminate(10.0, GRACE) == [Stopping(10.0, 1, TERM, GRACE)]
    assert here.kill_if_overdue(11.9) == []
    assert here.kill_if_overdue(12.0) == [Signalled(12.0, 1, KILL)]
    assert here.kill_if_overdue(13.0) == []
    assert child.sent == [(TERM, True), (KILL, True)]


def test_asking_again_gives_no_more_time_and_may_give_less(child: FakeChild) -> None:
    here = station(child, Engine.PROCESS, 1)
    deadlines = []
    for at, grace in ((10.0, GRACE), (11.0, GRACE), (11.0, 0.4)):
        here.terminate(at, grace)
        deadlines.append(here.kill_at)
    assert deadlines == [12.0, 12.0, 11.4]


def test_who_is_paused_must_run_to_be_stopped(child: FakeChild) -> None:
    here = station(child, Engine.PROCESS, 1)
    here.pause(9.0)
    assert here.terminate(10.0, GRACE) == [
        Stopping(10.0, 1, TERM, GRACE),
        Resumed(10.0, 1, ours=True),
    ]
    assert child.sent == [(STOP, True), (TERM, True), (CONT, True)]


def test_a_thread_is_only_asked(child: FakeChild) -> None:
    here = station(child, Engine.THREAD, 1, 2)
    assert here.ask(2, 10.0) == [Stopping(10.0, 2, None, None)]
    assert (child.sent, child.asked) == ([], [Ask(2)])


def test_a_station_is_closed_once_and_only_when_nobody_is_left(child: FakeChild) -> None:
    here = station(child, Engine.THREAD, 1)
    here.close_if_empty()
    assert here.takes_makers
    here.reader.open.clear()
    here.close_if_empty()
    here.close_if_empty()
    assert child.asked == [Close()]
    assert not here.takes_makers


@pytest.mark.parametrize("number", [TERM, KILL])
def test_nobody_is_seated_where_all_are_being_ended(child: FakeChild, number: int) -> None:
    here = station(child, Engine.THREAD, 1)
    here.send(number, 10.0)
    assert here.takes_makers is (number != KILL)
    here.terminate(10.0, GRACE)
    assert not here.takes_makers


@pytest.mark.parametrize(
    ("sent", "exitcode", "ours"), [(KILL, -9, True), (KILL, -11, False), (10, 3, False)]
)
def test_an_end_is_ours_if_it_is_by_the_signal_that_was_sent(
    child: FakeChild, sent: int, exitcode: int, ours: bool
) -> None:
    here = station(child, Engine.THREAD, 2, 1)
    assert here.send(sent, 10.0) == [Signalled(10.0, 1, sent), Signalled(10.0, 2, sent)]
    assert here.exited(exitcode, 11.0) == [Exited(11.0, n, exitcode, ours) for n in (1, 2)]
    assert here.makers == []


# Pausing


def test_everyone_who_shares_a_process_pauses_with_it_newcomers_too(child: FakeChild) -> None:
    here = station(child, Engine.THREAD, 1, 2)
    assert here.seat((seat(3),), 9.0, request=True) == []
    assert here.send(STOP, 10.0) == [Paused(10.0, n, ours=True) for n in (1, 2, 3)]
    assert here.seat((seat(4),), 11.0, request=True) == [Paused(11.0, 4, ours=True)]
    assert here.send(CONT, 12.0) == [Resumed(12.0, n, ours=True) for n in (1, 2, 3, 4)]


def test_what_somebody_else_did_is_seen_once_and_not_at_once_after_our_own(
    child: FakeChild,
) -> None:
    here = station(child, Engine.PROCESS, 1)

    def seen(at: float, *, stopped: bool) -> list[Event]:
        return here.saw(at, stopped=stopped)

    assert seen(1.0, stopped=False) == []
    assert seen(1.0, stopped=True) == [Paused(1.0, 1, ours=False)]
    assert seen(5.0, stopped=True) == []
    here.resume(10.0)
    assert seen(10.0 + CALM_SECONDS / 2, stopped=True) == [], "the system may not show it yet"
    assert seen(10.0 + CALM_SECONDS, stopped=True) == [Paused(10.0 + CALM_SECONDS, 1, ours=False)]


def test_the_dying_are_not_said_to_go_on(child: FakeChild) -> None:
    here = station(child, Engine.PROCESS, 1)
    here.pause(1.0)
    here.send(KILL, 10.0)
    assert here.saw(20.0, stopped=False) == []
