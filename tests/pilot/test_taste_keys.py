"""The keys of a tasting, and how it ends."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from chai_tui.config.settings import Settings
from chai_tui.explain.tasting.naming import failure_text
from chai_tui.model.commands import Command, RaceAgain
from chai_tui.model.events import Event
from chai_tui.model.race_events import (
    Judged,
    Printed,
    TasteBegan,
    TasteFailed,
)
from chai_tui.tui.keys.taste_keys import TASTE
from tests import races
from tests.builders import BEGAN
from tests.pilot.tasting import tasting
from tests.thorough import briefly

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
        monkeypatch.setattr("chai_tui.tui.taste_app.write_text", full_disk)
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
    settings = Settings(keys={"race-printed": "v", "help": "h"})
    async with tasting(*races.out(), settings=settings) as shown:
        assert shown.app.warnings == []
        assert "v shows them" in shown.screen_text()
        await shown.press("h")
        assert not shown.in_race


async def test_warnings_of_the_settings_are_shown() -> None:
    async with tasting(*races.importing(), warnings=["no such theme"]) as shown:
        assert shown.notices == ["no such theme"]


# How it ends


@briefly(
    ("story", "code"),
    [("verdict", 0), ("noisy", 0), ("raced", 1), ("failed", 1), ("importing", 1)],
    keep=(0, 3),
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
        assert shown.app.last_words() == [failure_text(shown.floor.race)]
        assert shown.app.last_words()[0].startswith("work.resize: ")


async def test_whoever_runs_it_may_say_what_the_code_is() -> None:
    async with tasting(*races.verdict(), code=lambda floor: 3 if floor.race.judged else 0) as shown:
        assert shown.app.exit_code([]) == 3


async def test_a_verdict_that_comes_with_the_last_words_counts() -> None:
    *before, last = races.verdict()
    assert isinstance(last, Judged)
    async with tasting(*before) as shown:
        assert shown.app.exit_code([last]) == 0
        assert shown.app.last_words()[-1] == last.sentence
