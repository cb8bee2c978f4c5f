"""Threads of a program are looked at however late they begin."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import cast

import pytest

from chai_tui.model.events import (
    Event,
    Exited,
    MakerUse,
    Paused,
    Resumed,
    Sampled,
    Seated,
    Started,
)
from chai_tui.model.program_events import Named
from chai_tui.samplers.observer import Observer
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.program.looking import Looking
from chai_tui.sources.program.stations.naming import ThreadNames
from chai_tui.sources.program.stations.station import ProgramStation


def test_a_thread_that_begins_late_is_nobody_else() -> None:
    station = ProgramStation(1, 4711, 0, next_maker=count(1), lived_at=10.0)
    station.seat(4711, 10.0)
    station.seat(4712, 25.0)
    # Who began later than its process lived, as far as that is known, has another one's number.
    assert all(who.lived_at >= 25.0 for who in station.watched())
    station.seat(4713, 20.0)  # told late
    assert all(who.lived_at >= 25.0 for who in station.watched())


def a_station(threads: int) -> ProgramStation:
    station = ProgramStation(1, 4711, 0, next_maker=count(1), lived_at=10.0)
    for tid in range(4711, 4711 + threads):
        station.seat(tid, 10.0)
    return station


def test_a_process_is_paused_once_all_of_its_threads_are_stopped() -> None:
    station = a_station(3)
    assert station.saw(11.0, {1: False, 2: False, 3: False}) == []
    # One that a debugger stopped; of the others, who sleep on, nothing is told.
    assert station.saw(12.0, {1: True}) == []
    assert station.saw(13.0, {2: True}) == []
    assert {type(event) for event in station.saw(14.0, {3: True})} == {Paused}
    assert station.saw(15.0, {}) == []
    assert {type(event) for event in station.saw(16.0, {2: False})} == {Resumed}


def test_who_was_seen_stopped_too_early_to_be_believed_is_believed_later() -> None:
    station = a_station(1)
    station.saw(10.0, {1: False})
    station.saw(11.0, {1: True})
    assert station.saw(11.1, {1: False}) == []
    assert [type(event) for event in station.saw(12.0, {})] == [Resumed]


def test_who_left_does_not_keep_others_from_being_paused() -> None:
    station = a_station(2)
    station.saw(11.0, {1: True, 2: False})
    station.leave(4712, 12.0)
    assert [type(event) for event in station.saw(13.0, {})] == [Paused]


class Samples:
    """Tells every 0.1 seconds that nothing happened."""

    due_at = 0.0
    waits_unseen = ""
    changed_layers = ()

    def look(self, _watched: Callable[[], Sequence[Watched]]) -> list[Event]:
        use = MakerUse(1, None, 0.0, 0.0, 0.0, None, stopped=False)
        return [Sampled(1.0, (), (use,))]


def test_every_thread_is_asked_for_its_name_about_every_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    station = a_station(1_000)
    monkeypatch.setattr(station, "count", lambda: 1_000)
    asked: list[int] = []

    def name_of(_names: ThreadNames, _pid: int, tid: int) -> str:
        asked.append(tid)
        return "renamed"

    monkeypatch.setattr(ThreadNames, "read", name_of)
    looker = Looking(cast("Observer", Samples()), {4711: station}, lambda: 1.0, 0.1)
    events = [event for _ in range(20) for event in looker.look(is_told=True)]
    assert len(asked) == len({*asked}) == 999  # the first one's is its process's
    assert sum(isinstance(event, Named) for event in events) == 999


def test_names_are_read_anew_and_of_whoever_has_a_number_now(tmp_path: Path) -> None:
    folder = tmp_path / "7/task/8"
    folder.mkdir(parents=True)
    names = ThreadNames(str(tmp_path))
    (folder / "comm").write_text("first\n")
    assert names.read(7, 8) == "first"
    (folder / "comm").write_text("\x1b second\n")
    assert names.read(7, 8) == "␛ second"
    (folder / "comm").write_text("")
    assert names.read(7, 8) == ""  # it is gone
    (folder / "comm").unlink()
    (folder / "comm").write_text("third\n")
    assert names.read(7, 8) == "third"
    names.keep([(7, 8)])
    assert names.read(7, 8) == "third"
    left = names._budget.left
    names.keep([])
    assert names._budget.left == left + 1


def test_a_late_word_of_a_thread_that_is_gone_makes_nobody_new() -> None:
    station = a_station(2)
    station.leave(4712, 12.0)
    assert station.seat(4712, 11.9, "Thread-1") == []
    assert station.maker_of(4712) == 1
    (*_, started) = station.seat(4712, 12.1)  # its number was given to another one
    assert started == Started(12.1, 3, 4711, 4712)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of threads")
def test_what_a_thread_said_comes_before_its_end(tmp_path: Path) -> None:
    (tmp_path / "4711/task/4711").mkdir(parents=True)
    station: ProgramStation

    def words() -> list[Event]:
        return [*station.seat(4713, 11.9), *station.call(4712, "Thread-1", 11.9)]

    station = ProgramStation(
        1, 4711, 0, next_maker=count(1), lived_at=10.0, words=words, proc=str(tmp_path)
    )
    station.seat(4711, 10.0)
    station.seat(4712, 10.0)
    events = station.list_threads(12.0, lambda *_: "", {4712: 0, 4713: 0})
    assert [type(event) for event in events] == [Seated, Named, Started, Named, Exited, Exited]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of threads")
@pytest.mark.parametrize(("state", "ends"), [("S", [0]), ("Z", [])])
def test_threads_that_an_ended_process_took_along_did_not_just_return(
    state: str, ends: list[int], tmp_path: Path
) -> None:
    (tmp_path / "4711/task/4711").mkdir(parents=True)
    fields = [state, *"0" * 16, "1", *"0" * 30]
    (tmp_path / "4711/stat").write_text(f"4711 (brew) {' '.join(fields)}\n")
    station = ProgramStation(1, 4711, 0, next_maker=count(1), lived_at=10.0, proc=str(tmp_path))
    station.seat(4711, 10.0)
    station.seat(4712, 10.0)
    events = station.list_threads(12.0, lambda *_: "")
    assert [event.exitcode for event in events if isinstance(event, Exited)] == ends
