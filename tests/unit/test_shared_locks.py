"""Who has locks between processes: as far as those who wait tell it."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from chai_tui.model.events import Event
from chai_tui.model.program import RunProgram
from chai_tui.model.program_events import Blocked, BlockKind
from chai_tui.sources.program import listening as listening_module
from chai_tui.sources.program.hearing.messages import (
    SHARED_KEYS,
    BlockedOn,
    Holds,
    Message,
    ProcessBegan,
    ThreadBegan,
    ThreadEnded,
    WentOn,
)
from chai_tui.sources.program.hearing.peer import Tally
from chai_tui.sources.program.hearing.shared_locks import SharedLocks, Thread
from chai_tui.sources.program.listening import Listening
from chai_tui.sources.program.stations.station import ProgramStation
from chai_tui.sources.program.told import Told

MILK, TEA = SHARED_KEYS + 1, SHARED_KEYS + 2
Change = tuple[int, Thread | None]


def waits(pid: int, key: int) -> BlockedOn:
    return BlockedOn(1, pid, pid, BlockKind.LOCK, 0, 0, "", key)


def test_who_waits_hears_who_has_it_until_that_one_goes_on() -> None:
    told: list[Change] = []
    locks = SharedLocks(lambda blocked, holder: told.append((blocked.pid, holder)))
    locks.blocked(waits(8, MILK))
    locks.blocked(waits(7, MILK))
    locks.holds(Holds(1, 9, 9, MILK))
    assert sorted(told) == [(7, (9, 9)), (8, (9, 9))]
    assert locks.holder(MILK, (6, 6)) == (9, 9)
    assert locks.holder(MILK, (9, 9)) is None
    told.clear()
    locks.went_on(WentOn(2, 8, 8))
    assert told == []
    locks.went_on(WentOn(3, 9, 9))
    assert told == [(7, None)]
    assert locks.holder(MILK, (6, 6)) is None


def test_a_lock_has_the_one_who_told_so_last() -> None:
    told: list[Change] = []
    locks = SharedLocks(lambda blocked, holder: told.append((blocked.pid, holder)))
    locks.holds(Holds(1, 9, 9, MILK))
    locks.holds(Holds(1, 9, 9, 5))  # of one process: its own number
    locks.holds(Holds(2, 8, 8, MILK))
    locks.blocked(waits(7, 5))
    locks.blocked(waits(7, MILK))
    locks.went_on(WentOn(3, 9, 9))
    assert told == []
    locks.holds(Holds(4, 8, 8, TEA))
    locks.went_on(WentOn(5, 8, 8))
    assert told == [(7, None)]
    locks.went_on(WentOn(5, 8, 8))


def test_who_is_gone_has_nothing_waits_for_nothing_and_leaves_others_alone() -> None:
    told: list[Change] = []
    locks = SharedLocks(lambda blocked, holder: told.append((blocked.pid, holder)))
    for tid in 9, 10:
        locks.holds(Holds(1, 9, tid, MILK + tid))
        locks.blocked(BlockedOn(1, 9, tid, BlockKind.LOCK, 0, 0, "", TEA))
    locks.forget(9, 10)
    assert [locks.holder(MILK + tid, (6, 6)) for tid in (9, 10)] == [(9, 9), None]
    locks.forget(9)
    locks.forget(9)
    assert locks.holder(MILK + 9, (6, 6)) is None
    locks.holds(Holds(2, 8, 8, TEA))
    assert told == []


@pytest.mark.parametrize("news", ["thread ended", "another thread", "another program"])
def test_who_has_the_number_of_one_who_is_gone_is_not_named_for_it(news: str) -> None:
    stations: dict[int, ProgramStation] = {}
    output: Any = SimpleNamespace()
    told = Told(stations, output, lambda: 0.0, has_threads=True)
    for pid in 7, 8:
        stations[pid] = ProgramStation(pid, pid, 0, next_maker=count(pid * 10), lived_at=0.0)
        for tid in pid, pid + 100:
            stations[pid].seat(tid, 0.0)

    def hear(*messages: Message) -> list[Event]:
        return [event for message in messages for event in told.hear(message)]

    holder = stations[7].maker_of(107)
    (blocked,) = hear(Holds(1, 7, 107, MILK), waits(8, MILK))
    assert isinstance(blocked, Blocked)
    assert blocked.whom == holder
    if news == "thread ended":
        hear(ThreadEnded(2, 7, 107))
    elif news == "another thread":
        hear(ThreadBegan(2, 7, 107, "", ""))
    else:
        hear(ProcessBegan(2, 7, 1, "", "", "CPython 3.13"))
    (blocked,) = hear(waits(8, MILK))
    assert isinstance(blocked, Blocked)
    assert blocked.whom == 0


def test_a_process_that_was_killed_has_nothing_that_the_next_one_with_its_number_had_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    messages: list[Message] = []

    def read() -> list[Message]:
        there = [*messages]
        messages.clear()
        return there

    receiver = SimpleNamespace(fileno=lambda: 0, read=read, read_of=lambda _: [], tally=Tally())
    monkeypatch.setattr(listening_module, "HookReceiver", lambda: receiver)
    processes = {
        pid: ProgramStation(pid, pid, 0, next_maker=count(pid * 10), lived_at=0.0) for pid in (7, 8)
    }
    for pid, process in processes.items():
        process.seat(pid, 0.0)
    poller: Any = SimpleNamespace(add=lambda *_: None)
    stations: Any = SimpleNamespace(by_pid=processes, speaker=lambda _: (None, 1))
    listening = Listening(
        RunProgram(("x",), "x"),
        poller,
        stations,
        lambda: 0.0,
        look_now=list,
        look_soon=lambda: None,
        has_threads=True,
        lines_per_second=None,
        written=None,
    )
    listening.begin()

    def holder_told() -> int:
        messages.append(waits(8, MILK))
        (blocked,) = listening.last_words(8)
        assert isinstance(blocked, Blocked)
        return blocked.whom

    messages.append(Holds(1, 7, 7, MILK))
    assert holder_told() == processes[7].first
    listening.last_words(7)
    assert holder_told() == 0
