"""The list of findings: where it is, that it grows, and what its keys do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chai_tui.findings.evidence.finding import Finding, FindingKind
from chai_tui.model.events import Event, Exited, Sampled
from chai_tui.model.program_events import Blocked, BlockKind, Unblocked
from chai_tui.recording.form import Header, header_line
from chai_tui.recording.lines import line_of
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.dialogs.findings import FindingsDialog
from tests.builders import BEGAN
from tests.pilot.kitchen import THREE, kitchen
from tests.pilot.replay import replaying
from tests.pilot.test_program_app import RUN, program
from tests.unit.made_program import Program

CIRCLE = "Two threads wait for each other's lock"


def deadlock(seconds: float = 0.0) -> list[Event]:
    """Two threads wait for each other's lock, for long, and others behind them as well."""
    return [
        Blocked(BEGAN + seconds, 1, BlockKind.LOCK, 2, "milk"),
        Blocked(BEGAN + seconds, 2, BlockKind.LOCK, 1, "tea"),
        Sampled(BEGAN + seconds + 2, (), ()),
    ]


def threads() -> list[Event]:
    """One process of two threads."""
    made = Program()
    station, _ = made.process("main", command="python chai.py")
    made.thread(station, "brewer")
    return [event._replace(at=BEGAN) for event in made.events[1:]]


async def test_in_a_kitchen_there_is_no_key_for_it() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("F")
        assert not isinstance(shown.app.screen, FindingsDialog)
        assert "Found" not in shown.screen_text()


async def test_nothing_was_found() -> None:
    async with program(*threads()) as shown:
        assert "F Found" in shown.screen_text()
        await shown.press("F")
        told = " ".join(shown.screen_text().split())
        assert "Nothing found so far; looked for: waits for the GIL beside" in told
        assert "deadlocks, idle workers" in told
        await shown.press("enter")
        assert isinstance(shown.app.screen, FindingsDialog)
        await shown.press("escape")
        assert shown.in_kitchen


async def test_the_list_grows_while_it_is_looked_at() -> None:
    async with program() as shown:
        await shown.happens(*threads())
        await shown.press("F")
        await shown.happens(*deadlock())
        await shown.until(lambda: CIRCLE in shown.screen_text())
        text = shown.screen_text()
        assert "#1 main waits for lock milk that #2 brewer has, since 00:00.0" in text
        assert "still so" in text
        await shown.happens(Unblocked(BEGAN + 3, 1))
        await shown.until(lambda: "over: Two" in shown.screen_text())
        await shown.happens(*deadlock(4))
        await shown.until(lambda: shown.screen_text().count(CIRCLE) == 2)
        assert "since 00:00.0" in shown.screen_text()  # who reads stays where they are
        await shown.press("down")
        await shown.until(lambda: "since 00:04.0" in shown.screen_text())
        await shown.press("escape")
        assert "F 2 found" in shown.screen_text()


async def test_a_finding_is_told_once_and_in_as_many_lines_as_it_needs() -> None:
    sentence = "Two threads wait for each other's lock: #1 MainThread and #2 brewer of chai"
    found = Finding(FindingKind.DEADLOCK, BEGAN, sentence, ("since a while",))
    async with program(*threads()) as shown:
        await shown.pilot.resize_terminal(80, 24)
        await shown.app.push_screen(FindingsDialog(shown.floor, lambda: [found]))
        await shown.until(lambda: "since a while" in shown.screen_text())
        text = " ".join(shown.screen_text().replace("│", " ").split())
        assert text.count(sentence) == text.count(CIRCLE) == 1


async def test_enter_shows_whom_it_tells_of() -> None:
    async with program(*threads()) as shown:
        await shown.happens(*deadlock())
        await shown.press("F", "enter")
        await shown.until(lambda: getattr(shown.app.screen, "number", None) == 1)
        assert isinstance(shown.app.screen, DetailScreen)
        await shown.press("escape")
        assert shown.in_kitchen


async def test_who_was_forgotten_is_not_opened() -> None:
    async with program(*threads()) as shown:
        await shown.happens(*deadlock())
        await shown.happens(*(Exited(BEGAN + 3, maker, 0, ours=False) for maker in (1, 2)))
        await shown.press("c", "F")
        await shown.until(lambda: "forgotten by now" in shown.screen_text())
        await shown.press("enter")
        assert isinstance(shown.app.screen, FindingsDialog)


async def test_what_follows_from_the_end_is_in_the_last_words() -> None:
    async with program(*threads()) as shown:
        shown.app.exit_code(deadlock())
        assert any(CIRCLE in line for line in shown.app.last_words())


async def test_what_came_while_the_display_was_frozen_is_in_the_last_words() -> None:
    async with program(*threads()) as shown:
        await shown.press("space")
        shown.source.feed(*deadlock())
        await shown.until(lambda: shown.app.setup.missed)
        assert not shown.app.found
        shown.app.exit_code([])
        assert any(CIRCLE in line for line in shown.app.last_words())


def recorded(path: Path, events: Sequence[Event]) -> Path:
    """Write a recording of a program."""
    began = RUN._replace(at=BEGAN)
    lines = "".join(line_of(event) + "\n" for event in (began, *events))
    path.write_bytes(header_line(Header(monotonic=BEGAN, run=began)) + lines.encode())
    return path


async def test_a_replay_shows_what_was_known_at_its_moment(tmp_path: Path) -> None:
    events = [*threads(), *deadlock(), Unblocked(BEGAN + 3, 1), *deadlock(4)]
    async with replaying(recorded(tmp_path / "run.chai", events), size=(120, 40)) as shown:
        await shown.press("F")
        shown.app.seek(BEGAN + 2.5)
        await shown.until(lambda: "still so" in shown.screen_text())
        shown.app.seek(BEGAN + 1)
        await shown.until(lambda: "Nothing found" in shown.screen_text())
        shown.app.seek(BEGAN + 3.5)
        await shown.until(lambda: "over: Two" in shown.screen_text())
        assert shown.screen_text().count(CIRCLE) == 1
        shown.app.seek(BEGAN + 6)
        await shown.until(lambda: shown.screen_text().count(CIRCLE) == 2)
        shown.app.seek(BEGAN + 2.5)
        await shown.until(lambda: "still so" in shown.screen_text())
