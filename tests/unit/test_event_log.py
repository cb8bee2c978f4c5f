"""The log's lines as text."""

from __future__ import annotations

import re

import pytest

from chai_tui.explain.program import processes
from chai_tui.explain.program.processes import Process
from chai_tui.explain.wording.formatting import time_text
from chai_tui.model.events import Exited, Paused, Served, Started, Stopping, Trouble
from chai_tui.model.program_events import Named
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Station
from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.kitchen.event_log import Entry, EventLog, entries_of, event_style, log_lines
from tests.builders import BEGAN, brewing, failed, floor_of, killed, served, stopped
from tests.program_floors import process, run_of, thread


def test_times_are_told_from_the_beginning() -> None:
    assert time_text(0.0031) == "00.003"
    assert time_text(59.9994) == "59.999"
    assert time_text(125.25) == "2:05.250"
    assert time_text(-1.0) == "00.000"


def test_a_line_is_time_and_words() -> None:
    entry = Entry(BEGAN + 1.1, "#4 killed by SIGKILL", "killed")
    assert [as_text(line) for line in log_lines(entry, BEGAN, 40)] == [
        " 01.100  #4 killed by SIGKILL           "
    ]


def test_words_that_do_not_fit_go_on_below() -> None:
    entry = Entry(BEGAN + 1.1, "#4 killed by SIGKILL", "killed")
    assert [as_text(line) for line in log_lines(entry, BEGAN, 20)] == [
        " 01.100  #4 killed  ",
        "         by SIGKILL ",
    ]


def test_what_matters_has_its_states_style_and_a_good_end_is_quieter() -> None:
    floor = floor_of(*served(1), *killed(2))
    styles = [
        event_style(event, floor)
        for event in (
            Started(BEGAN, 1, 1, 1),
            Served(BEGAN, 1, 0.1),
            Paused(BEGAN, 1, ours=True),
            Stopping(BEGAN, 1, 15, 2.0),
            Trouble(BEGAN, None, "no pots"),
            Exited(BEGAN, 1, 0, ours=False),
            Exited(BEGAN, 2, -9, ours=False),
            Exited(BEGAN, 99, 0, ours=False),
        )
    ]
    assert styles == ["", "", "paused", "stopped", "failed", "dim", "killed", "dim"]


def test_what_comes_together_is_told_in_the_order_of_time() -> None:
    events = [*brewing(1, at=BEGAN), *brewing(2, at=BEGAN - 0.003), *brewing(3, at=BEGAN - 0.003)]
    log = EventLog(floor_of(*events))
    log.floor_changed()
    told = [as_text(line).split()[:2] for line in log.paint(80, 9)]
    assert told == [["00.010", "#2"], ["00.010", "#3"], ["00.013", "#1"]]


def test_every_end_is_followed_by_a_quiet_line_of_the_join_that_revealed_it() -> None:
    events = [*served(1), *killed(2), *failed(3), *stopped(4)]
    floor = floor_of(*events)
    told = [
        (entry.text, entry.style)
        for event in events
        if isinstance(event, Exited)
        for entry in entries_of(event, floor)
    ]
    assert told == [
        ("#1 joined, exit code 0", "dim"),
        ("#2 killed by SIGKILL (from outside)", "killed"),
        ("#2 joined, exit code −9", "dim"),
        ("#3 failed: ValueError: no milk", "failed"),
        ("#3 joined, exit code 1", "dim"),
        ("#4 stopped by SIGTERM", "stopped"),
        ("#4 joined, exit code −15", "dim"),
    ]


def test_threads_that_end_with_their_process_have_no_lines_of_their_own() -> None:
    ends: list[Exited | Stopping] = [Exited(BEGAN + 1, 2, 0, ours=False)]
    ends += [Stopping(BEGAN + 2, number, 15, None) for number in (1, 3, 4)]
    ends += [Exited(BEGAN + 2, number, -9, ours=False) for number in (3, 1, 4)]
    others = [event for number in (2, 3, 4) for event in thread(number, 1, "t")]
    floor = floor_of(run_of("python x.py"), *process(1, "python x.py"), *others, *ends)
    assert [entry.text for event in ends for entry in entries_of(event, floor)] == [
        "#2 t ended",
        "#1 asked to stop: SIGTERM",
        "#1 python x.py killed by SIGKILL",
    ]
    # The first thread had ended before: the others tell it.
    ends = [Exited(BEGAN + 1, 1, 0, ours=False), Exited(BEGAN + 2, 2, -9, ours=False)]
    floor = floor_of(run_of("x"), *process(1, "x"), *thread(2, 1, "t"), *ends)
    assert [len(entries_of(event, floor)) for event in ends] == [1, 1]


def test_no_entry_begins_in_its_middle() -> None:
    log = EventLog(floor_of(*brewing(1), *brewing(2)))
    log.floor_changed()
    whole = [as_text(line) for line in log.all_lines(24)]
    assert len(whole) > 4
    for height in range(1, len(whole) + 1):
        first = as_text(log.paint(24, height)[0])
        assert re.match(r" \d\d\.\d{3}  #", first), first


def test_who_got_another_name_is_called_so_in_all_lines_whichever_way_one_came_there() -> None:
    floor = floor_of(run_of("python x.py"), *process(1, "python x.py"), *process(2, "python x.py"))
    log = EventLog(floor)
    log.floor_changed()
    early = floor.copy()
    floor.fold([Named(BEGAN + 1, 2, "ForkProcess-1"), Exited(BEGAN + 2, 2, 0, ours=False)])
    for _ in range(2):
        log.floor_changed()
        told = [entry.text for entry in log._entries]
        assert [line for line in told if "#2" in line] == [
            "#2 ForkProcess-1 started, pid 4712",
            "#2 ForkProcess-1 ended, exit code 0",
        ]
        assert told[0].startswith("#1 python x.py")
        floor.become(floor.copy())
    floor.become(early)
    log.floor_changed()
    assert [entry.text for entry in log._entries][-1].startswith("#2 python x.py started")


@pytest.mark.parametrize(("exitcode", "threads"), [(0, 40), (-9, 100)])  # none is forgotten
def test_how_many_threads_end_with_a_process_costs_each_of_them_the_same(
    monkeypatch: pytest.MonkeyPatch, exitcode: int, threads: int
) -> None:
    looked: list[int] = []

    def process_of(floor: Floor, station: Station) -> Process:
        looked.append(station.number)
        return looked_up(floor, station)

    looked_up = processes.process_of
    monkeypatch.setattr(processes, "process_of", process_of)
    floor = floor_of(run_of("server"), *process(1, "server"))
    floor.fold([event for number in range(2, threads) for event in thread(number, 1, "worker")])
    log = EventLog(floor)
    log.floor_changed()
    before = len(log.all_lines(80))
    floor.fold(Exited(BEGAN + 2, number, exitcode, ours=False) for number in range(1, threads))
    looked.clear()
    log.floor_changed()
    assert len(log.all_lines(80)) == before + 1
    assert len(looked) <= 2
