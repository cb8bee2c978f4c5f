"""The screen of a tasting: what it shows as a race goes on, and what its keys do."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path

import pytest

from chai_tui.config.settings import Settings
from chai_tui.model.commands import Command, RaceAgain
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.model.race_events import (
    CallsDone,
    Judged,
    LaneOut,
    Printed,
    RoundBegan,
    TasteBegan,
    TasteFailed,
)
from chai_tui.tui.keys.taste_keys import TASTE
from tests import races
from tests.builders import BEGAN
from tests.pilot.tasting import tasting
from tests.still import resize

SIZES = ((40, 12), (80, 24), (120, 40), (200, 50))
STORIES = (
    "importing", "tasting", "raced", "verdict", "waits", "noisy", "too_long", "failed", "out"
)  # fmt: skip


# What is shown


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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("there are no items", "There are no items"),
        ("work.py has no function `a`", "work.py has no function"),
        ("resize is a class", "resize is a class"),
    ],
)
async def test_a_failure_is_a_sentence(text: str, says: str) -> None:
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


@pytest.mark.parametrize("story", STORIES)
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


# What keys do


async def test_arrows_choose_a_lane_and_enter_shows_its_rounds() -> None:
    async with tasting(*races.raced()) as shown:
        assert "▸" in shown.row("plain loop")
        await shown.press("down", "down", "down")
        assert "▸" in shown.row("processes ×2")
        await shown.press("enter")
        assert not shown.in_race
        text = shown.screen_text()
        assert "processes ×2 · 7 rounds" in text
        assert "corrected" in text
        assert "103.79 ms" in text
        assert text.count("warms up") == 2
        await shown.press("right")
        assert "plain loop" in shown.screen_text()
        await shown.press("escape")
        assert shown.in_race


async def test_rounds_come_while_they_are_shown() -> None:
    async with tasting(*races.raced(is_running=False)) as shown:
        await shown.press("enter")
        await shown.happens(*races.rounds_of(rounds=8, at=BEGAN + 6)[-9:])
        assert "8 rounds" in shown.screen_text()


async def test_enter_without_a_lane_does_nothing() -> None:
    async with tasting(*races.tasting()) as shown:
        await shown.press("enter", "down", "up", "end")
        assert shown.in_race
        assert not shown.app.screen.active_bindings["enter"].enabled
        await shown.happens(*races.opened())
        assert shown.app.screen.active_bindings["enter"].enabled


async def test_enter_is_dimmed_after_a_failure() -> None:
    async with tasting(*races.raced()) as shown:
        await shown.happens(TasteFailed(BEGAN + 9, "no milk"))
        assert not shown.app.screen.active_bindings["enter"].enabled
        await shown.press("enter")
        assert shown.in_race


async def test_the_winner_is_chosen_unless_somebody_chose() -> None:
    *before, last = races.verdict()
    async with tasting(*before) as shown:
        await shown.happens(last)
        assert "▸✔ processes" in shown.row("processes ×2 ")
    async with tasting(*before) as shown:
        await shown.press("down")
        await shown.happens(last)
        assert "▸" in shown.row("threads ×2 ")


async def test_a_click_chooses_and_a_double_click_shows_rounds() -> None:
    async with tasting(*races.raced()) as shown:
        line = next(
            number
            for number, text in enumerate(shown.screen_text().split("\n"))
            if "threads ×2" in text
        )
        await shown.pilot.click(offset=(4, line))
        assert "▸" in shown.row("threads ×2")
        await shown.pilot.click(offset=(4, line), times=2)
        await shown.until(lambda: not shown.in_race)


async def test_s_saves_json_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with tasting(*races.verdict()) as shown:
        await shown.press("s", "s")
        first, second = tmp_path / "taste-work.resize.json", tmp_path / "taste-work.resize-2.json"
        assert shown.notices[-2:] == [f"Saved {first}", f"Saved {second}"]
        saved = json.loads(first.read_text(encoding="utf-8"))
        assert saved == json.loads(second.read_text(encoding="utf-8"))
        assert saved["verdict"]["engine"] == "process"
        assert len(saved["lanes"]) == 3


def full_disk(*_: object) -> Path:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_s_says_why_nothing_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with tasting(*races.tasting()) as shown:
        await shown.press("s")
        assert shown.notices[-1:] == ["Nothing was raced yet"]
        await shown.happens(*races.opened())
        monkeypatch.setattr("chai_tui.tui.taste_app.save", full_disk)
        await shown.press("s")
        assert shown.notices[-1] == "Nothing was saved: No space left on device"


async def test_r_races_again() -> None:
    def answer(_command: Command) -> list[Event]:
        return races.began(at=BEGAN + 20)

    async with tasting(*races.verdict(), answer=answer) as shown:
        await shown.press("r")
        assert shown.source.submitted == [RaceAgain()]
        await shown.until(lambda: shown.floor.race.judged is None)
        await shown.pilot.pause()
        text = shown.screen_text()
        assert "imports" in text
        assert "verdict" not in text
        assert text.count("not ready yet") == 3


async def test_r_after_a_failure_shows_the_race() -> None:
    async with tasting(*races.failed()) as shown:
        await shown.happens(TasteBegan(BEGAN + 9, races.TARGET, 2, races.ENGINES, 8.0))
        assert "no milk" not in shown.screen_text()
        assert "not ready yet" in shown.screen_text()


async def test_r_is_dimmed_where_it_is_not_accepted() -> None:
    async with tasting(*races.verdict(), commands=frozenset()) as shown:
        await shown.press("r")
        assert shown.source.submitted == []
        assert not shown.app.screen.active_bindings["r"].enabled
        assert shown.app.screen.active_bindings["s"].enabled


async def test_o_shows_what_it_printed() -> None:
    async with tasting(*races.out()) as shown:
        assert "it printed 12 lines: o shows them" in shown.screen_text()
        await shown.press("o")
        assert "resized picture 11" in shown.screen_text()
        await shown.happens(Printed(BEGAN + 9, "one more"))
        assert "one more" in shown.screen_text()
        await shown.press("o")
        assert shown.in_race


async def test_o_says_that_it_printed_nothing() -> None:
    async with tasting(*races.verdict()) as shown:
        await shown.press("o")
        assert "It printed nothing" in shown.screen_text()


@pytest.mark.parametrize(
    ("key", "says"),
    [("t", "timeline"), ("l", "log"), ("question_mark", "the race"), ("ctrl+p", "Save every")],
)
async def test_other_screens_open_and_close(key: str, says: str) -> None:
    async with tasting(*races.raced()) as shown:
        await shown.press(key)
        await shown.until(lambda: says in shown.screen_text())
        await shown.press("escape")
        assert shown.in_race


async def test_help_offers_only_pages_that_there_are() -> None:
    async with tasting(*races.raced(), size=(80, 24)) as shown:
        await shown.press("question_mark")
        assert "→ Next page" in shown.screen_text()
        assert "Page before" not in shown.screen_text().split("\n")[-1]
        await shown.press("right")
        await shown.until(lambda: "← Page before" in shown.screen_text())
        assert "→ Next page" in shown.screen_text()
        await shown.press("end")
        await shown.until(lambda: "→ Next page" not in shown.screen_text().split("\n")[-1])
        await shown.press("right", "left")
        await shown.until(lambda: "→ Next page" in shown.screen_text())


@pytest.mark.parametrize("key", ["t", "l"])
async def test_other_screens_do_not_speak_of_the_kitchen(key: str) -> None:
    async with tasting(*races.raced()) as shown:
        await shown.press(key)
        assert "maker" not in shown.screen_text().split("\n")[0]
        tooltips = [row.tooltip for row in shown.app.screen.active_bindings.values()]
        assert not any("kitchen" in text for text in tooltips)


async def test_the_palette_has_an_order() -> None:
    async with tasting(*races.raced(), size=(120, 80)) as shown:
        orders = []
        for _ in range(3):
            await shown.press("ctrl+p")
            await shown.until(lambda: "Screenshot" in shown.screen_text())
            orders.append(shown.screen_text())
            await shown.press("escape")
        assert orders[0].index("Rounds") < orders[0].index("Save") < orders[0].index("Screenshot")
        assert len(set(orders)) == 1


async def test_help_has_every_key_of_the_table() -> None:
    async with tasting(*races.raced(), size=(120, 100)) as shown:
        await shown.press("question_mark")
        text = shown.screen_text()
        assert "keys: tasting" in text
        for row in TASTE.rows:
            assert row.shown == "" or row.tooltip in text, row.id


async def test_large_print_has_fewer_facts() -> None:
    async with tasting(*races.verdict()) as shown:
        await shown.press("L")
        assert "calls/s" not in shown.screen_text()
        assert "Use processes" in shown.screen_text()
        await shown.press("L")
        assert "calls/s" in shown.screen_text()


async def test_a_key_that_a_user_gave_is_used() -> None:
    settings = Settings(keys={"race-printed": "w", "help": "h"})
    async with tasting(*races.out(), settings=settings) as shown:
        assert shown.app.warnings == []
        assert "w shows them" in shown.screen_text()
        await shown.press("h")
        assert not shown.in_race


async def test_warnings_of_the_settings_are_shown() -> None:
    async with tasting(*races.importing(), warnings=["no such theme"]) as shown:
        assert shown.notices == ["no such theme"]


# How it ends


@pytest.mark.parametrize(
    ("story", "code"),
    [("verdict", 0), ("noisy", 0), ("raced", 1), ("failed", 1), ("importing", 1)],
)
async def test_q_leaves_with_what_came_of_it(story: str, code: int) -> None:
    events = getattr(races, story)()
    async with tasting(*events) as shown:
        await shown.press("q")
        await shown.until(lambda: shown.app._exit)
        assert shown.app.exit_code([]) == code


async def test_who_leaves_before_the_verdict_is_told_so() -> None:
    async with tasting(*races.raced()) as shown:
        await shown.press("q")
        await shown.until(lambda: shown.app._exit)
        assert shown.app.last_words() == ["work.py:resize: left before there was a verdict"]


async def test_what_was_asked_for_wrongly_has_a_code_of_its_own() -> None:
    async with tasting(*races.failed(is_usage=True)) as shown:
        assert shown.app.exit_code([]) == 2
        assert shown.app.last_words() == [
            shown.floor.race.failed.text if shown.floor.race.failed else ""
        ]


async def test_whoever_runs_it_may_say_what_the_code_is() -> None:
    async with tasting(*races.verdict(), code=lambda floor: 3 if floor.race.judged else 0) as shown:
        assert shown.app.exit_code([]) == 3


async def test_a_verdict_that_comes_with_the_last_words_counts() -> None:
    *before, last = races.verdict()
    assert isinstance(last, Judged)
    async with tasting(*before) as shown:
        assert shown.app.exit_code([last]) == 0
        assert shown.app.last_words()[-1] == last.sentence
