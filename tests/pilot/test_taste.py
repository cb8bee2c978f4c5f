"""The screen of a tasting: what it shows as a race goes on."""

from __future__ import annotations

import re

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.model.race_events import (
    CallsDone,
    LaneOut,
    Printed,
    RoundBegan,
    TasteFailed,
)
from tests import races
from tests.builders import BEGAN
from tests.pilot.tasting import tasting
from tests.still import resize
from tests.thorough import briefly

SIZES = ((40, 12), (80, 24), (120, 40), (200, 50))


async def test_it_is_shown_from_the_import_to_the_verdict() -> None:
    story = races.verdict()
    async with tasting(*races.importing()) as shown:
        text = shown.screen_text()
        assert "imports work.py:resize, 60 s left" in text
        assert "not looked at yet" in text
        assert text.count("not ready yet") == 3
        await shown.happens(*races.loaded(), *races.tasted())
        text = shown.screen_text()
        assert "CPython 3.14.2 · GIL on" in text
        assert "it computes and holds the GIL (99 %)" in text
        assert "99 % of a call, 1,204 looks" in text
        *ready, races_now = races.opened()
        await shown.happens(*ready[:-1])
        assert shown.screen_text().count("not ready yet") == 1
        assert "ready in 20 ms" in shown.screen_text()
        await shown.happens(ready[-1], races_now)
        assert "not ready yet" not in shown.screen_text()
        assert "races" in shown.screen_text()
        rounds = races.rounds_of(rounds=9)
        await shown.happens(*rounds[:-3])
        assert "rounds of 206 ms" in shown.screen_text()
        assert "judged" not in shown.screen_text()
        await shown.happens(*rounds[-3:], story[-1])
        text = shown.screen_text()
        assert "judged in" in text
        assert "Use processes: 1.92×" in text
        assert "verdict" in text
        assert "95 % sure" in text  # the table
        assert "at most" in text  # what more cores would give


async def test_what_cannot_run_is_not_waited_for() -> None:
    """Asyncio for a function that is not async; interpreters where this Python has none."""
    events = [*races.importing(), *races.began(engines=tuple(Engine), at=BEGAN)]
    async with tasting(*events) as shown:
        assert shown.screen_text().count("not ready yet") == 5
        await shown.happens(*races.loaded(), *races.tasted())
        assert "asyncio" not in shown.screen_text()
        await shown.happens(*races.opened())
        assert "interpreters" not in shown.screen_text()


async def test_calls_are_counted_as_they_return() -> None:
    async with tasting(*races.raced(is_running=False)) as shown:
        now = shown.floor.now
        assert "12/16" not in shown.screen_text()
        await shown.happens(RoundBegan(now, 2, 8, 16), CallsDone(now + 0.1, 2, 12))
        assert "12/16" in shown.row("threads ×2")
        await shown.happens(CallsDone(now + 0.2, 2, 14))
        assert "14/16" in shown.row("threads ×2")


async def test_the_running_round_grows() -> None:
    async with tasting(*races.raced(is_running=False)) as shown:
        now = shown.floor.now
        await shown.happens(RoundBegan(now, 2, 8, 16))
        before = shown.row("threads ×2").count("█")
        await shown.happens(CallsDone(now + 0.8, 2, 12))
        assert shown.row("threads ×2").count("█") > before


async def test_whose_work_is_on_the_cores_is_told_with_the_names_of_lanes() -> None:
    async with tasting(*races.raced()) as shown:
        assert "processes" in shown.row("core 0")
        assert "#" not in shown.screen_text()
    async with tasting(*races.raced(), size=(160, 40)) as shown:
        assert "#4–5" in shown.row("processes ×2")  # as the timeline calls them


async def test_on_a_core_is_who_runs_now() -> None:
    """One thread makes single calls, the plain loop's, and those of the event loop."""
    async with tasting(*races.tasting()) as shown:
        assert "single calls" in shown.row("core 0")
    story = races.raced(
        races.WAITS, rounds=2, engines=(Engine.SERIAL, Engine.ASYNCIO), is_running=False
    )
    async with tasting(*story) as shown:
        now = shown.floor.now
        await shown.happens(*races.working({0: [1], 1: []}, at=now + 0.5))
        assert "plain loop" in shown.row("core 0")
        await shown.happens(
            RoundBegan(now + 0.6, 2, 3, 16), *races.working({0: [1], 1: []}, at=now + 1)
        )
        assert "asyncio" in shown.row("core 0")


async def test_long_calls_are_told_for_how_long() -> None:
    async with tasting(*races.tasting()) as shown:
        assert "so far" not in shown.screen_text()
        await shown.happens(*races.working({0: [1], 1: []}, at=BEGAN + 8.4))
        assert "tastes single calls, 8 s so far" in shown.screen_text()


async def test_where_nothing_was_raced_what_was_tasted_is_shown() -> None:
    async with tasting(*races.too_long(), size=(80, 24)) as shown:
        lines = shown.screen_text().split("\n")
        text = shown.screen_text()
        assert "Too long for a budget" in text
        assert "2 in 10.8 s" in shown.row("single calls")
        assert "speed-up" not in text  # no heading without a row
        verdict = next(number for number, line in enumerate(lines) if "no verdict" in line)
        assert lines[verdict - 1].strip()
        assert "Help" in lines[-1]


async def test_the_speed_up_gets_its_interval() -> None:
    async with tasting(*races.raced(rounds=2, is_running=False)) as shown:
        assert "—" in shown.row("processes ×2")
        await shown.happens(*races.rounds_of(rounds=3, at=BEGAN + 5)[-9:])
        assert "(" not in shown.row("processes ×2")
        await shown.happens(*races.rounds_of(rounds=5, at=BEGAN + 8)[-18:])
        assert re.search(r"1\.9\d× \(1\.\d\d–\d\.\d\d\)", shown.row("processes ×2"))


@pytest.mark.parametrize("width", [80, 120])
async def test_an_engine_that_is_out_says_why(width: int) -> None:
    async with tasting(*races.out(), size=(width, 30)) as shown:
        text = shown.screen_text()
        assert "Processes are out: the argument cannot be pickled" in text
        assert "processes ×2" not in text


async def test_a_result_that_differs_is_a_warning() -> None:
    async with tasting(*races.out()) as shown:
        assert "item 5: [0, 1, 4, 4] instead of [0, 1, 4]" in shown.screen_text()
        assert "! threads ×2" in shown.row("threads ×2")


async def test_what_the_verdict_says_is_not_said_twice() -> None:
    async with tasting(*races.judged(races.out())) as shown:
        assert shown.screen_text().count("instead of [0, 1, 4]") == 1
        assert shown.screen_text().count("cannot be pickled") == 1


@pytest.mark.parametrize(
    ("gil", "says"), [(None, "cannot be known"), (0.62, "about 62 % of a call, guessed")]
)
async def test_what_is_not_known_is_not_shown_as_known(gil: float | None, says: str) -> None:
    events = [*races.importing(), *races.loaded(), *races.tasted(gil=gil, is_about=True)]
    async with tasting(*events) as shown:
        assert says in shown.row("GIL held")


async def test_a_python_without_a_gil_is_told() -> None:
    async with tasting(*races.importing(), *races.loaded(gil=False)) as shown:
        assert "this Python has no GIL" in shown.screen_text()
        assert "GIL held" not in shown.screen_text()


async def test_noise_has_a_box_but_no_winner() -> None:
    async with tasting(*races.noisy()) as shown:
        text = shown.screen_text()
        assert "no verdict" in text
        assert "Too noisy to say" in text
        assert "✔" not in text


async def test_a_failure_is_told_with_its_traceback_which_scrolls() -> None:
    lines = "".join(f'  File "work.py", line {number}, in resize\n' for number in range(90))
    async with tasting(*races.failed(traceback=lines), size=(80, 24)) as shown:
        text = shown.screen_text()
        assert "cannot be tasted" in text
        assert "ValueError: no milk" in text
        assert "line 0," in text
        assert "line 89," not in text
        await shown.press("end")
        assert "line 89," in shown.screen_text()
        assert "ValueError: no milk" in shown.screen_text()


@briefly(
    ("text", "says"),
    [
        ("there are no items", "work.resize: there are no items"),
        ("raises ValueError: no milk", "work.resize raises ValueError: no milk"),
        ("work.py has no function `a`", "work.py has no function"),
        ("resize is a class", "resize is a class"),
    ],
)
async def test_a_failure_says_what_it_is_about(text: str, says: str) -> None:
    async with tasting(*races.failed(text)) as shown:
        assert f"  {says}" in shown.screen_text()


async def test_text_from_outside_is_neither_markup_nor_obeyed() -> None:
    text = "[bold]milk[/] \x1b[31m"
    events = [*races.tasting(), TasteFailed(BEGAN + 1, text, text)]
    async with tasting(*events) as shown:
        assert shown.screen_text().count("[bold]milk[/] ␛[31m") == 2
    out: list[Event] = [LaneOut(BEGAN + 9, Engine.PROCESS, text), Printed(BEGAN + 9, text)]
    async with tasting(*races.raced(), *out) as shown:
        assert "[bold]milk[/] ␛[31m" in shown.screen_text()
        await shown.press("o")
        assert "[bold]milk[/] ␛[31m" in shown.screen_text()


@briefly("story", races.STORIES, keep=(3,))
async def test_it_fits_every_screen(story: str) -> None:
    events = getattr(races, story)()
    async with tasting(*events, size=SIZES[0]) as shown:
        for size in (*SIZES, (39, 12), *reversed(SIZES)):
            await resize(shown.pilot, *size)
            lines = shown.screen_text().split("\n")
            if size == (39, 12):
                assert "Too small" in shown.screen_text()
                continue
            assert "work.py:resize" in lines[0]
            assert "Help" in lines[-1]
            if shown.floor.race.judged is not None:
                assert "verdict" in shown.screen_text()
            elif shown.floor.race.failed is not None:
                assert "no milk" in shown.screen_text()
            elif story == "raced":
                assert "processes" in shown.screen_text()


async def test_all_of_many_lanes_can_be_reached_on_the_smallest_screen() -> None:
    async with tasting(*races.waits(), size=(40, 12)) as shown:
        await shown.press("home")
        for name in ("plain loop", "asyncio", "threads ×2", "threads ×16", "interpreters"):
            assert "▸" in shown.row(f" {name}")
            await shown.press("down")
        assert "▸" in shown.row("processes ×2")


async def test_while_nothing_changes_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with tasting(*races.verdict()) as shown:
        await shown.pilot.pause()
        drawn: list[object] = []
        for part in shown.app.race.children:
            monkeypatch.setattr(part, "refresh", lambda *args, **_: drawn.append(args))
        for _ in range(3):
            shown.app.floor_changed()
        assert drawn == []
        shown.floor.race.judged = None
        shown.app.floor_changed()
        assert drawn
