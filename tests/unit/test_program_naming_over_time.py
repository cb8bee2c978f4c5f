"""What a process is called as it forks and runs other commands; what is told of its input."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from chai_tui.model.events import Event, Failed
from chai_tui.model.program import RunProgram
from chai_tui.model.program_events import Named
from chai_tui.sources.program.hearing.messages import Raised
from chai_tui.sources.program.processes.changes import Came
from chai_tui.sources.program.processes.connector import Execed
from chai_tui.sources.program.stations import naming
from chai_tui.sources.program.stations import stations as stations_module
from chai_tui.sources.program.stations.naming import Known, known_of
from chai_tui.sources.program.stations.station import ProgramStation
from chai_tui.sources.program.stations.stations import Stations
from chai_tui.sources.program.told import Told

WORKER, TITLE, GIT = (Known(name, name, words=(name,)) for name in ("python -c", "[idle]", "git"))
CHILD = Came(8, 7, 0, 0.0)
EXEC = Execed(8)


def names(events: list[Event], maker: int) -> list[str]:
    return [event.name for event in events if isinstance(event, Named) and event.maker == maker]


@pytest.mark.parametrize(
    ("steps", "called"),
    [
        # It runs something that ends before anybody reads what: no longer what its parent is.
        ([(CHILD, {7: WORKER, 8: WORKER}), (EXEC, {7: WORKER})], ["python -c", "pid 8"]),
        # What it is was read before it was told that it runs it.
        ([(CHILD, {7: WORKER, 8: GIT}), (EXEC, {7: WORKER})], ["git"]),
        ([(CHILD, {7: WORKER, 8: WORKER}), (EXEC, {8: GIT}), (EXEC, {})], ["python -c", "git"]),
        # Its parent has another title than is known.
        ([(CHILD, {7: TITLE, 8: TITLE}), (EXEC, {7: TITLE})], ["[idle]", "pid 8"]),
    ],
)
def test_a_name_of_its_own_stays_until_it_has_another(
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[Came | Execed, Mapping[int, Known]]],
    called: list[str],
) -> None:
    commands: dict[int, Known] = {7: WORKER}
    for module in (stations_module, naming):
        monkeypatch.setattr(module, "known_of", commands.get)
    monkeypatch.setattr(naming, "thread_name", lambda *_: "")  # it was joined
    stations = Stations(
        RunProgram(("x",), "x"),
        lambda: 0.0,
        has_threads=False,
        first_words=lambda _: [],
        last_words=lambda _: [],
        words=lambda _: [],
    )
    stations.take([Came(7, 0, 0, 0.0)])
    events: list[Event] = []
    for change, there in steps:
        commands.clear()
        commands.update(there)
        events += stations.take([change])
    assert names(events, 2) == called


def test_a_thread_of_the_kernel_is_called_what_the_system_calls_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(naming, "command_of", lambda _: ())  # it has none
    monkeypatch.setattr(naming, "thread_name", lambda *_: "kthreadd")
    assert known_of(2, Known()) == Known("kthreadd")
    assert known_of(2, GIT) is GIT  # it ended: what it was is known


@pytest.mark.parametrize(
    ("error", "parent", "is_empty", "has_hint"),
    [
        ("EOFError: EOF when reading a line", 0, True, True),
        ("EOFError: EOF when reading a line", 0, False, False),
        ("EOFError: EOF when reading a line", 1, True, False),  # another stdin, perhaps
        ("EOFError: Ran out of input", 0, True, False),
    ],
)
def test_who_reads_what_is_empty_is_told_how_to_fill_it(
    error: str, parent: int, *, is_empty: bool, has_hint: bool
) -> None:
    station = ProgramStation(2, 7, parent, next_maker=count(1), lived_at=0.0)
    station.seat(7, 0.0)
    output: Any = SimpleNamespace()
    told = Told({7: station}, output, lambda: 0.0, has_threads=True, stdin_is_empty=is_empty)
    (failed,) = told.hear(Raised(1.0, 7, 7, error, ""))
    assert isinstance(failed, Failed)
    hint = " (its stdin is empty: --stdin FILE or --stdin -)"
    assert failed.error == error + hint * has_hint
