"""A tasting's source, beside a runner that is only modelled."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from chai_tui.model.commands import RaceAgain
from chai_tui.model.events import Event
from chai_tui.model.race_events import (
    PRINTED_AT_MOST,
    Judged,
    Loaded,
    Printed,
    TasteBegan,
    TasteFailed,
)
from chai_tui.model.tasting import TasteRequest
from chai_tui.sources.taste import source as module
from chai_tui.sources.taste.dialogue import SPARE_SECONDS, START_SECONDS, Ask
from chai_tui.sources.taste.source import TasteSource
from tests.unit.modelled_runner import Machine, of, on_two_cores


class Runner:
    """Answers at once as the machine does; or, while it is mute, not at all."""

    descriptors: Sequence[int] = ()

    def __init__(self, kitchen: Kitchen, environment: Mapping[str, str]) -> None:
        self._kitchen = kitchen
        self.environment = environment
        self.said: list[dict[str, Any]] = [{"note": "serving"}]
        self.printed: list[str] = []
        self.is_gone = False
        self.ends: list[str] = []

    def ask(self, request: Mapping[str, Any]) -> None:
        if not self._kitchen.is_mute:
            answer = self._kitchen.machine.answer(Ask(request, 0.0))
            self.said.append({answer.kind: answer.value})

    def is_ready(self) -> bool:
        return bool(self.said or self.printed)

    def read(self) -> tuple[list[dict[str, Any]], list[str]]:
        read = self.said, self.printed
        self.said, self.printed = [], []
        return read

    def wait(self) -> int:
        return 3

    def kill(self) -> None:
        self.ends.append("killed")

    def close(self) -> None:
        self.ends.append("closed")


class Kitchen:
    """A source, and the runners that it started."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.is_mute = False
        self.runners: list[Runner] = []
        request = TasteRequest("work.py:grind", {"path": "work.py"}, "python3", workers=2)
        self.source = TasteSource(request, clock=self.machine.clock)

    def start(self, _command: object, environment: Mapping[str, str]) -> Runner:
        self.runners.append(Runner(self, environment))
        return self.runners[-1]

    def happens(self) -> list[Event]:
        """Return what happens until nothing more does."""
        events: list[Event] = []
        while more := self.source.poll(0.0):
            events += more
        return events


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    kitchen = Kitchen()
    monkeypatch.setattr(module, "RunnerHandle", kitchen.start)
    yield kitchen
    kitchen.source.close()


def test_a_tasting_ends_with_its_verdict_and_its_runner(kitchen: Kitchen) -> None:
    assert len(of(Judged, kitchen.happens())) == 1
    assert [runner.ends for runner in kitchen.runners] == [["closed"]]


def test_only_the_second_race_has_its_libraries_limited_to_one_thread(kitchen: Kitchen) -> None:
    on_two_cores(kitchen.machine)
    events = kitchen.happens()
    assert [event.limited for event in of(TasteBegan, events)] == [False, True]
    told = [runner.environment.get("OMP_NUM_THREADS") for runner in kitchen.runners]
    assert told == [None, "1"]
    assert all(runner.environment["PATH"] == os.environ["PATH"] for runner in kitchen.runners)


def test_it_is_raced_again_when_it_is_over_and_not_before(kitchen: Kitchen) -> None:
    kitchen.is_mute = True
    kitchen.source.poll(0.0)
    kitchen.source.submit(RaceAgain())
    kitchen.happens()
    assert len(kitchen.runners) == 1
    kitchen.is_mute = False
    kitchen.runners[0].is_gone = True
    assert of(TasteFailed, kitchen.happens())
    kitchen.source.submit(RaceAgain())
    assert of(Judged, kitchen.happens())
    assert len(kitchen.runners) == 2


def test_who_says_nothing_is_ended_and_who_still_tells_is_waited_for(kitchen: Kitchen) -> None:
    kitchen.is_mute = True
    kitchen.happens()
    for _ in range(3):
        kitchen.machine.now += 0.7 * START_SECONDS
        kitchen.runners[0].said.append({"note": "serving"})
        assert not of(TasteFailed, kitchen.happens())
    kitchen.machine.now += START_SECONDS + SPARE_SECONDS + 0.1
    (failed,) = of(TasteFailed, kitchen.happens())
    assert "the import did not end" in failed.text
    assert kitchen.runners[0].ends == ["killed", "closed"]


@pytest.mark.parametrize("answer", [{"loaded": {"name": 5}}, {"loaded": 5}, {"loaded": None}])
def test_an_answer_without_sense_is_told(kitchen: Kitchen, answer: dict[str, Any]) -> None:
    kitchen.is_mute = True
    kitchen.source.poll(0.0)
    kitchen.runners[0].said.append(answer)
    (failed,) = of(TasteFailed, kitchen.happens())
    assert failed.text.startswith("the runner's answer makes no sense")
    assert kitchen.runners[0].ends == ["closed"]


def test_what_calls_print_is_told_up_to_a_number_of_lines_and_an_imports_is_not(
    kitchen: Kitchen,
) -> None:
    kitchen.is_mute = True
    kitchen.source.poll(0.0)
    (runner,) = kitchen.runners
    runner.printed.append("imported")
    assert not of(Printed, kitchen.happens())
    runner.said.append({"loaded": kitchen.machine.load({}).value})
    assert of(Loaded, kitchen.happens())
    runner.printed += ["milk\x1b[2J"] * (PRINTED_AT_MOST + 5)
    printed = of(Printed, kitchen.happens())
    assert len(printed) == PRINTED_AT_MOST
    assert "\x1b" not in printed[0].line


def test_what_cannot_be_started_is_bad_usage(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_such(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(module, "RunnerHandle", no_such)
    (failed,) = of(TasteFailed, kitchen.happens())
    assert failed.is_usage
    assert failed.text == "python3: No such file or directory; expected a Python"


def test_who_has_enough_leaves_nothing(kitchen: Kitchen) -> None:
    kitchen.is_mute = True
    kitchen.source.poll(0.0)
    kitchen.source.close()
    assert kitchen.runners[0].ends == ["closed"]
    assert kitchen.source.close() == kitchen.source.poll(0.0) == []
