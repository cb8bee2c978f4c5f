"""What an end means, as a person reads it."""

from __future__ import annotations

import signal

import pytest

from chai_tui.explain.event_text import OWN_DOING
from chai_tui.explain.exit_text import join_line, meaning_of_end
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited
from tests.builders import BEGAN, HERE, brewing, ended, failed, floor_of, killed, served, stopped


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (brewing(1), ""),
        (served(1, joined=False), ""),
        (served(1), "exit code 0 says that all went well"),
        (killed(1), ("SIGKILL came from outside. Somebody sent it, or the system did: it does so "
                    "when memory runs out")),
        (killed(1, ours=True), "killed here"),
        ([*stopped(1)[:-1], Exited(BEGAN + 3, 1, -9, ours=True)], "did not stop when asked"),
        (stopped(1), "asked to stop with SIGTERM"),
        (killed(1, signal=15), "SIGTERM came from outside"),
        (killed(1, signal=11), "segmentation fault"),
        (killed(1, signal=6), "C code in it found something"),
        (killed(1, signal=signal.SIGTRAP), "ran into a breakpoint"),
        (killed(1, signal=2), "as Ctrl-C does"),
        (killed(1, signal=10, ours=True), "was sent"),
        (killed(1, signal=120), "Signal 120 ended it: it came from outside"),
        (failed(1), "raised an exception that nobody caught"),
        (ended(1, exitcode=1), "Exit code 1 is what Python gives"),
        (ended(1, exitcode=0), "before its recipe was done"),
        (ended(1, exitcode=3), "sys.exit(3)"),
        (ended(1, exitcode=None), "fork server"),
        (served(1, engine=Engine.THREAD), "followed its recipe to the end and was joined"),
        (stopped(1, engine=Engine.THREAD), "a thread cannot be killed"),
        (failed(1, engine=Engine.ASYNCIO), "those who share its process go on"),
        (killed(1, engine=Engine.THREAD), "Everyone who shared its process ended with it"),
        (ended(1, engine=Engine.THREAD), "Everyone who shared its process ended with it"),
        (ended(1, engine=Engine.SERIAL, exitcode=None), "Nobody could read its exit code"),
    ],
)  # fmt: skip
def test_an_end_is_explained(events: list[Event], words: str) -> None:
    maker = floor_of(HERE, *events).makers[1]
    meaning = meaning_of_end(maker)
    assert words in meaning
    assert maker.engine.shares_station or "who shared" not in meaning
    assert (meaning == "") is (words == "")
    assert meaning == "" or (meaning[0].isupper() and meaning.endswith("."))


@pytest.mark.parametrize("name", sorted(OWN_DOING))
def test_what_it_brought_on_itself_did_not_come_from_outside(name: str) -> None:
    number = getattr(signal, name, None)
    if number is None:
        pytest.skip(f"this system has no {name}")
    meaning = meaning_of_end(floor_of(HERE, *killed(1, signal=number)).makers[1])
    assert meaning.startswith(f"{name} ended it: ")
    assert "outside" not in meaning


@pytest.mark.parametrize(
    ("events", "line"),
    [
        (served(1), "#1 joined, exit code 0"),
        (killed(1), "#1 joined, exit code −9"),
        (stopped(1), "#1 joined, exit code −15"),
        (failed(1), "#1 joined, exit code 1"),
        (ended(1), "#1 joined, exit code 3"),
        (ended(1, exitcode=None), "#1 joined, exit code unknown"),
        (served(1, engine=Engine.THREAD), "#1 joined"),
        (stopped(1, engine=Engine.ASYNCIO), "#1 joined"),
        (failed(1, engine=Engine.INTERPRETER), "#1 joined"),
        (killed(1, engine=Engine.THREAD), "#1 joined with its process, exit code −9"),
        (ended(1, exitcode=0, engine=Engine.THREAD), "#1 joined with its process, exit code 0"),
    ],
)
def test_every_end_was_revealed_by_a_join(events: list[Event], line: str) -> None:
    exited = events[-1]
    assert isinstance(exited, Exited)
    assert join_line(exited, floor_of(*events)) == line


def test_of_a_maker_that_nobody_knows_any_more_the_join_is_told_all_the_same() -> None:
    assert join_line(Exited(0.0, 7, -9, ours=False), floor_of()) == "#7 joined, exit code −9"
