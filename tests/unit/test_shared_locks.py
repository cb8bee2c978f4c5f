"""Who has locks between processes: as far as those who wait tell it."""

from __future__ import annotations

from chai_tui.model.program_events import BlockKind
from chai_tui.sources.program.hearing.messages import SHARED_KEYS, BlockedOn, Holds, WentOn
from chai_tui.sources.program.hearing.shared_locks import SharedLocks, Thread

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
