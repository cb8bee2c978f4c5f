"""A program that is not ours on the kitchen's screen: what keys do to it, and what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chai_tui.model.commands import (
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.events import Event, Exited, Paused
from chai_tui.model.program_events import Named, WaitKind
from chai_tui.tui.dialogs.shown import ConfirmDialog
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.makers.sort_filter import Sort
from chai_tui.tui.makers.view import AIM_SECONDS
from tests.builders import BEGAN, brewing
from tests.pilot.kitchen import Kitchen, kitchen
from tests.program_floors import PROGRAM_COMMANDS, process, run_of, thread, waits
from tests.thorough import briefly

FAMILY: list[Event] = [
    *process(1, "make", maker=1),
    *process(2, "sh", parent=1, maker=2),
    *process(3, "ld", parent=1, maker=3),
    *process(4, "cc1", parent=2, maker=4),
]
TWO_THREADS: list[Event] = [
    *process(1, "python train.py", python="CPython 3.13.1", thread="MainThread"),
    *thread(2, 1, "loader_0"),
]


@asynccontextmanager
async def program(*events: Event, source: str = "run", **options: Any) -> AsyncIterator[Kitchen]:
    """Run the app over a program."""
    run = run_of("make all", source=source)
    async with kitchen(*events, run=run, commands=PROGRAM_COMMANDS, **options) as shown:
        yield shown


def order(shown: Kitchen) -> list[int]:
    """The makers as they stand on the screen."""
    return [slot.number for slot in shown.app.kitchen.makers._arrangement.slots]


async def test_t_lists_processes_flat_and_nests_them_again() -> None:
    async with program(*FAMILY) as shown:
        assert order(shown) == [1, 2, 4, 3]
        assert "└ cc1" in shown.makers_text()
        await shown.press("T")
        assert order(shown) == [1, 2, 3, 4]
        assert "└" not in shown.makers_text()
        assert "flat" in shown.screen_text().splitlines()[0]
        await shown.press("T")
        assert order(shown) == [1, 2, 4, 3]


async def test_threads_that_ended_go_behind_the_others_unless_somebody_aims() -> None:
    async with program(*TWO_THREADS, *thread(3, 1, "loader_1")) as shown:
        await shown.press("tab")
        await shown.happens(Exited(BEGAN + 1, 2, 0, ours=False))
        assert order(shown) == [1, 2, 3]
        shown.clock.passes(AIM_SECONDS)
        await shown.happens(Exited(BEGAN + 2, 1, 0, ours=False))
        assert order(shown) == [3, 2, 1]


async def test_makers_of_ours_have_no_tree() -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.press("T")
        assert shown.app.kitchen.makers.is_tree
        assert shown.app.kitchen.check_action("tree", ()) is None


async def test_they_are_sorted_by_name_and_never_by_place() -> None:
    async with program(*FAMILY) as shown:
        await shown.press("T", "less_than_sign")
        assert shown.app.kitchen.makers.sort is Sort.NAME
        assert order(shown) == [4, 3, 1, 2]


@briefly(
    ("wanted", "numbers"),
    [("cc", [4]), ("running make", [1]), ("brewing", []), ("runn", [1, 2, 3, 4])],
    keep=2,
)
async def test_they_are_found_by_what_they_show(wanted: str, numbers: list[int]) -> None:
    async with program(*FAMILY) as shown:
        await shown.press("slash", *("space" if letter == " " else letter for letter in wanted))
        assert sorted(order(shown)) == numbers


async def test_what_needs_a_recipe_is_refused() -> None:
    async with program(*FAMILY) as shown:
        await shown.press("a", "A", "r", "e")
        assert shown.submitted == []
        assert shown.in_kitchen


async def test_a_process_of_a_run_gets_its_signal_at_once() -> None:
    async with program(*FAMILY) as shown:
        await shown.press("k", "K", "z")
        assert shown.submitted == [StopMaker(1), KillMaker(1), PauseMaker(1)]


@briefly(
    ("key", "signal", "command"),
    [
        ("k", "SIGTERM", StopMaker(1)),
        ("K", "SIGKILL", KillMaker(1)),
        ("z", "SIGSTOP", PauseMaker(1)),
    ],
)
async def test_what_chai_tui_did_not_start_is_asked_about_first(
    key: str, signal: str, command: object
) -> None:
    async with program(*FAMILY, source="watch") as shown:
        await shown.press(key)
        assert isinstance(shown.app.screen, ConfirmDialog)
        asked = " ".join(shown.screen_text().split())
        assert f"{signal} to make, pid 4711, which chai-tui did not start?" in asked
        await shown.press("n")
        assert shown.submitted == []
        await shown.press(key, "y")
        assert shown.submitted == [command]


async def test_it_is_asked_about_going_on_and_any_signal_too() -> None:
    async with program(*FAMILY, Paused(BEGAN + 1, 1, ours=True), source="watch") as shown:
        await shown.press("z", "y")
        assert shown.submitted == [ResumeMaker(1)]
        await shown.press("f9", *"hup", "enter")
        assert "SIGHUP to make, pid 4711" in shown.screen_text()
        await shown.press("y")
        assert shown.submitted[1:] == [SignalMaker(1, 1)]


async def test_who_shares_a_process_is_told_before_all_get_the_signal() -> None:
    async with program(*TWO_THREADS) as shown:
        await shown.press("2", "k")
        asked = shown.screen_text()
        assert "SIGTERM to python train.py, pid 4711?" in asked
        assert "asks it to end. All of its 2 threads share that." in asked
        await shown.press("y")
        assert shown.submitted == [StopMaker(2)]


async def test_the_header_counts_processes_and_threads_in_words_of_a_program() -> None:
    done = Exited(BEGAN + 1, 4, 0, ours=False)
    async with program(*FAMILY, *TWO_THREADS[4:], done) as shown:
        head = shown.screen_text().splitlines()[0]
        assert head.startswith(" chai-tui run  make all · 3 processes · 3 threads · 2 cores ")
        assert "● 3 running ✔ 1 done" in head


async def test_an_empty_screen_says_what_will_be_there() -> None:
    async with program() as shown:
        text = shown.screen_text()
        assert "Nothing runs." in text
        assert "Each panel is a thread or process of it." in text


async def test_the_help_has_words_of_a_program() -> None:
    async with program(*FAMILY) as shown:
        await shown.press("question_mark")
        assert isinstance(shown.app.screen, HelpScreen)
        text = shown.screen_text()
        assert "● running" in text
        assert "✔ done" in text
        assert "brewing" not in text


async def test_the_palette_offers_the_tree_of_a_program() -> None:
    from chai_tui.tui.common.palette import KitchenCommands

    async with program(*FAMILY) as shown:
        offered = [str(hit.prompt) async for hit in KitchenCommands(shown.app.screen).discover()]
        assert any(name.startswith("Tree") for name in offered)
        assert not any(name.startswith("Add") for name in offered)


async def test_lines_and_panel_say_at_once_what_it_waits_for_and_is_called() -> None:
    async with program(*process(1, "python x.py")) as shown:
        await shown.happens(waits(BEGAN + 1, m1=(WaitKind.SLEEP, "")))
        await shown.until(lambda: shown.screen_text().count("sleeps") == 2)
        await shown.happens(waits(BEGAN + 2, m1=(WaitKind.CHILD, "")))
        await shown.until(lambda: shown.screen_text().count("waits for a child") == 2)
        await shown.happens(Named(BEGAN + 3, 1, "Process-1"))
        assert shown.log_text().startswith("#1 Process-1 started")
