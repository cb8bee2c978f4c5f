"""What a station reports becomes events: whose they are, when, and how many lines of them."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Dropped, Event, Exited, Progress, Said, Started, Trouble
from chai_tui.sources.live.report_reader import HELD_BACK, ReportReader
from chai_tui.sources.live.station.wire import FRAGMENT, JOINED, PROGRESS, STARTED
from tests.unit.fake_child import PID, FakeChild, reader_of


@pytest.fixture
def child() -> FakeChild:
    return FakeChild()


def reported(
    reader: ReportReader, child: FakeChild, *reports: tuple[object, ...], at: float = 10.0
) -> list[Event]:
    child.reports.holds = list(reports)
    return reader.read_reports(at)


def written(reader: ReportReader, child: FakeChild, data: bytes, at: float = 10.0) -> list[Event]:
    child.outlet.holds = data
    return reader.read_outlet(at)


def said(events: list[Event]) -> list[str]:
    return [event.line for event in events if isinstance(event, Said)]


def flood(first: int, count: int, maker: int = 1) -> tuple[object, ...]:
    """A report of so many lines, numbered from ``first``."""
    data = "".join(f"{number}\n" for number in range(first, first + count)).encode()
    return FRAGMENT, 10.0, maker, "out", data


def test_only_those_who_stand_there_report(child: FakeChild) -> None:
    reader = reader_of(child, Engine.THREAD, 1)
    started = (STARTED, 5.0, 1, PID, PID + 1, 74)
    assert reported(reader, child, started, (PROGRESS, 5.0, 9, 0.5, 0.1)) == [
        Started(5.0, 1, PID, PID + 1, 74)
    ]
    assert reader.open == {1: PID + 1}
    assert reader.active == 1


def test_nothing_comes_from_one_that_was_joined(child: FakeChild) -> None:
    reader = reader_of(child, Engine.THREAD, 1, 2)
    last_words = (FRAGMENT, 5.0, 1, "err", b"unfinished")
    events = reported(
        reader, child, last_words, (JOINED, 6.0, 1), (PROGRESS, 6.0, 1, 1.0, 0.1), at=6.0
    )
    assert events == [Said(6.0, 1, "unfinished", "err", 7), Exited(6.0, 1, 0, ours=False)]
    assert list(reader.open) == [2]


@pytest.mark.parametrize("at", [float("inf"), -5.0, 12.0])
def test_a_clock_that_cannot_be_right_is_not_believed(child: FakeChild, at: float) -> None:
    reader = reader_of(child, Engine.PROCESS, 1)
    assert reported(reader, child, (PROGRESS, at, 1, 0.5, 0.1)) == [Progress(10.0, 1, 0.5, 0.1)]


@pytest.mark.parametrize(
    ("engine", "maker"),
    [(Engine.PROCESS, 1), (Engine.SERIAL, 2), (Engine.THREAD, None), (Engine.ASYNCIO, None)],
)
def test_what_c_code_writes_is_its_makers_where_that_is_certain(
    child: FakeChild, engine: Engine, maker: int | None
) -> None:
    makers = (1,) if engine is Engine.PROCESS else (1, 2)
    reader = reader_of(child, engine, *makers)
    reported(reader, child, (PROGRESS, 5.0, makers[-1], 0.5, 0.1))
    assert written(reader, child, b"from C\n") == [Said(10.0, maker, "from C", "out", 7)]


def test_of_what_comes_too_fast_the_newest_is_told_and_the_rest_counted(child: FakeChild) -> None:
    reader = reader_of(child, Engine.PROCESS, 1, lines_per_second=10)
    events = reported(reader, child, flood(0, 100))
    assert events[0] == Dropped(10.0, 1, 90, 7)
    assert said(events) == [str(number) for number in range(90, 100)]


def test_without_room_the_newest_waits_for_it(child: FakeChild) -> None:
    reader = reader_of(child, Engine.PROCESS, 1, lines_per_second=10)
    reported(reader, child, flood(0, 10))
    assert reported(reader, child, flood(10, 50)) == [Dropped(10.0, 1, 50 - HELD_BACK, 7)]
    later = reported(reader, child, at=11.0)
    assert said(later) == [str(number) for number in range(50, 60)]


def test_last_words_need_no_room(child: FakeChild) -> None:
    reader = reader_of(child, Engine.PROCESS, 1, lines_per_second=10)
    reported(reader, child, flood(0, 10))
    child.reports.holds = [flood(10, 5)]
    child.outlet.holds = b"last of all"
    assert sorted(said(reader.drain(10.0))) == sorted([*map(str, range(10, 15)), "last of all"])


@pytest.mark.parametrize("report", [(PROGRESS, 5.0, 1, "much", 0.1), ("?",), 17])
def test_nothing_is_read_after_nonsense(child: FakeChild, report: tuple[object, ...]) -> None:
    reader = reader_of(child, Engine.PROCESS, 1)
    (trouble,) = reported(reader, child, report)
    assert isinstance(trouble, Trouble)
    assert trouble.text.startswith("Chai Maker #1 wrote into its own report pipe")
    assert reader.garbled
    assert reported(reader, child, (PROGRESS, 5.0, 1, 0.5, 0.1)) == []
