"""Threads of a program are looked at however late they begin."""

from __future__ import annotations

from itertools import count

from chai_tui.sources.program.station import ProgramStation


def test_a_thread_that_begins_late_is_nobody_else() -> None:
    station = ProgramStation(1, 4711, 0, next_maker=count(1), lived_at=10.0)
    station.seat(4711, 10.0)
    station.seat(4712, 25.0)
    # Who began later than its process lived, as far as that is known, has another one's number.
    assert all(who.lived_at >= 25.0 for who in station.watched())
    station.seat(4713, 20.0)  # told late
    assert all(who.lived_at >= 25.0 for who in station.watched())
