"""A recording on the screens of its run: it plays, every key does what it says, nothing lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chai_tui.config.settings import Settings
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.keys.replay_keys import KITCHEN_REPLAY, REPLAY, TASTE_REPLAY
from chai_tui.tui.kitchen.log_screen import LogScreen
from chai_tui.tui.replay.go_dialog import GoDialog
from chai_tui.tui.timeline.screen import TimelineScreen
from tests import races
from tests.builders import BEGAN
from tests.pilot.kitchen import kitchen
from tests.pilot.replay import Replay, replaying
from tests.replays import recording, told, write
from tests.still import resize


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "run.chai", told())


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written just now may have been so long ago: a crowded machine takes its time."""
    monkeypatch.setattr("chai_tui.recording.byte_input._JUST_SECONDS", 3_600.0)


async def test_it_plays_to_its_end_and_stays_there(path: Path) -> None:
    async with replaying(path) as replay:
        assert "▶ playing  1× 00:00.0 ▕●" in replay.bar
        assert "00:06.0" in replay.bar
        await replay.passes(1.5)
        assert replay.seconds == 1.5
        assert "3 brewing" in replay.screen_text()
        await replay.passes(1.0)
        assert "●3 ✖1" in replay.screen_text()
        await replay.passes(60.0)
        assert "■ the end" in replay.bar
        assert "✔2 ✖1 ✖1" in replay.screen_text()
        assert replay.app.is_running
        await replay.until(lambda: not replay.app._turns or not replay.app._turns._active.is_set())
        await replay.press("space")  # from the end it begins anew
        assert replay.seconds == 0.0
        assert "▶ playing" in replay.bar
    assert replay.app.exit_code([]) == 0
    assert replay.app.last_words() == [f"{path}: 4 makers, {len(told())} events, 6.00 s"]
    assert replay.app.parting == []


async def test_every_key_takes_it_where_it_says(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space")
        assert "‖ paused" in replay.bar
        await replay.press("shift+right")
        assert replay.seconds == 5.0
        await replay.press("shift+left")
        assert replay.seconds == 0.0
        await replay.press("full_stop", "full_stop", "full_stop", "comma")
        at = replay.player.position
        await replay.press("comma")
        assert replay.player.position == at - 1
        await replay.press("full_stop")
        assert replay.player.position == at
        await replay.press("end")
        assert replay.seconds == 6.0
        assert "■ the end" in replay.bar
        await replay.press("home")
        assert replay.seconds == 0.0
        await replay.press("n")
        assert replay.seconds == 1.604
        assert "1 killed" in replay.screen_text()
        await replay.press("n")
        assert replay.seconds == pytest.approx(3.518)
        assert "no milk" in replay.screen_text()
        assert replay.notices == []
        await replay.press("n", "n", "n")
        assert replay.notices == ["No maker ended after this moment without having served"]
        await replay.press("N")
        assert replay.seconds == 1.604
        await replay.press("m")
        assert replay.player.bookmarks == [BEGAN + 1.604]
        await replay.press("home")
        assert "◆" in replay.bar
        await replay.press("end", "m", "M")
        assert replay.seconds == 1.604
        await replay.press("M")
        assert replay.seconds == 6.0
        await replay.press("m", "M", "m", "M")
        assert replay.player.bookmarks == []
        assert replay.notices[-1] == "Nothing is marked yet"
        await replay.press("right_square_bracket", "right_square_bracket")
        assert "  4× " in replay.bar
        await replay.press("left_square_bracket", "home", "space")
        await replay.passes(1.0)
        assert replay.seconds == 2.0


async def test_it_goes_to_a_time(path: Path) -> None:
    async with replaying(path) as replay:
        for typed, seconds in (("1.5", 1.5), ("50%", 3.0), ("99", 6.0)):
            await replay.press("g", *typed, "enter")
            assert replay.seconds == seconds


async def test_what_is_no_time_is_told_in_a_line(path: Path) -> None:
    async with replaying(path, (40, 12)) as replay:
        await replay.press("g", *"half", "enter")
        assert isinstance(replay.app.screen, GoDialog)
        assert "Expected 12.5 or 1:02" in replay.screen_text()
        await replay.press("escape")
        assert len(replay.app.screen_stack) == 1
        assert replay.seconds == 0.0


async def test_what_needs_live_makers_is_dim_and_says_why(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("n")
        bound = replay.app.screen.active_bindings
        told = []
        for row in KITCHEN_REPLAY.live:
            assert not bound[row.keys].enabled
            replay.app.clear_notifications()
            await replay.press(*[row.keys] * (2 if row.id == "stop" else 1))
            told += replay.notices
        assert len(told) == len(set(told)) == len(KITCHEN_REPLAY.live) - 1  # held: said once
        assert all(why.startswith("This is a recording") for why in told)
        assert "nobody is here to be stopped" in "".join(told)
        assert len(replay.app.screen_stack) == 1


async def test_screens_over_the_kitchen_have_the_bar_and_most_keys(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("n")
        for key, kind in (("t", TimelineScreen), ("l", LogScreen), ("enter", DetailScreen)):
            await replay.press("2", key)
            assert isinstance(replay.app.screen, kind)
            before, speed = replay.seconds, replay.player.speed
            await replay.press("space", "right_square_bracket", "end", "home")  # theirs, the last
            assert (replay.seconds, replay.player.speed) == (before, speed * 2)
            assert ("‖ paused" in replay.bar) is (kind is TimelineScreen)
            await replay.press("shift+left")
            assert replay.seconds == 0.0
            await replay.press("shift+right", "comma", "full_stop")
            assert replay.seconds > 3.0
            replay.app.seek(BEGAN + 1.604)
            if kind is not DetailScreen:
                await replay.press("escape")
        assert replay.app.screen.number == 2  # type: ignore[attr-defined]
        await replay.press("left")
        assert replay.app.screen.number == 1  # type: ignore[attr-defined]
        at = replay.seconds
        await replay.press("n")  # the zoom's: there is nothing to find
        assert replay.seconds == at


async def test_where_something_is_typed_keys_are_letters(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space", "n", "slash", *"ki[]", "comma", "home", "space")
        assert replay.seconds == 1.604
        assert replay.app.kitchen.makers.wanted == " ki[],"  # type: ignore[union-attr]
        assert replay.player.speed == 1.0
        assert "‖ paused" in replay.screen_text()


async def test_the_bar_is_clicked_and_dragged(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space")
        row = replay.app.size.height - 2
        first, width = replay.bar.index("▕") + 1, replay.bar.index("▏") - replay.bar.index("▕") - 1
        await replay.pilot.click(offset=(first + width // 2, row))
        await replay.pilot.pause()
        assert replay.seconds == pytest.approx(3.0, abs=0.1)
        assert replay.bar.index("●") == first + width // 2
        await replay.pilot.click(offset=(replay.bar.index("✖"), row))  # what is marked, exactly
        await replay.pilot.pause()
        assert replay.seconds == 1.604
        await replay.pilot.mouse_down(offset=(first + 2, row))
        await replay.pilot.hover(offset=(first + width // 3, row - 1))
        await replay.pilot.pause()
        assert replay.seconds == pytest.approx(2.0, abs=0.1)
        await replay.pilot.hover(offset=(79, row - 5))
        await replay.pilot.mouse_up(offset=(79, row - 5))
        await replay.pilot.pause()
        assert replay.seconds == 6.0
        await replay.pilot.hover(offset=(first + 5, row))  # it was let go
        assert replay.seconds == 6.0


@pytest.mark.thorough
async def test_a_drag_ends_where_another_screen_comes(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space")
        row = replay.app.size.height - 2
        await replay.pilot.mouse_down(offset=(40, row))
        await replay.press("t")
        await replay.pilot.mouse_up(offset=(40, row - 5))
        await replay.press("escape")
        before = replay.seconds
        await replay.pilot.hover(offset=(60, row))
        await replay.pilot.pause()
        assert replay.seconds == before


@pytest.mark.thorough
async def test_the_scale_may_change_while_the_bar_is_dragged(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space")
        await replay.pilot.mouse_down(offset=(40, replay.app.size.height - 2))
        before = replay.seconds
        await resize(replay.pilot, 60, 20)
        assert replay.seconds == before
        await replay.pilot.hover(offset=(59, 18))
        await replay.pilot.mouse_up(offset=(59, 3))
        await replay.pilot.pause()
        assert replay.seconds == 6.0
        assert replay.app.mouse_captured is None


async def test_what_comes_due_while_it_leaves_draws_nothing(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space")
    assert not replay.app.screen_stack
    replay.app._bar_drawn = ()
    replay.app._turn()
    replay.app._tick()


async def test_held_keys_queue_up_no_work(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space")
        taken = 0
        turns = replay.player.turn

        def turn() -> object:
            nonlocal taken
            taken += 1
            return turns()

        replay.player.turn = turn  # type: ignore[method-assign, assignment]
        for _ in range(50):
            replay.app.action_step(1)
        position = replay.player._place.position
        await replay.pilot.pause()
        assert position >= 50
        assert replay.player.position == position
        assert taken <= 2  # one of them may be the timer's


async def test_a_run_that_goes_on_is_followed(tmp_path: Path) -> None:
    events = told()
    path = tmp_path / "run.chai"
    path.write_bytes(recording(events[:60], is_whole=False))
    async with replaying(path) as replay:
        await replay.until(lambda: replay.player.position == 60)
        assert "● follows" in replay.bar
        lines = recording(events).splitlines(keepends=True)
        with path.open("ab") as file:
            file.write(b"".join(lines[61:81]))
        await replay.until(lambda: replay.player.position == 80)
        assert "● follows" in replay.bar
        await replay.press("home")
        assert "▶ playing" in replay.bar
        assert "+ " in replay.bar  # it grows
        await replay.press("end")
        assert "● follows" in replay.bar
        with path.open("ab") as file:
            file.write(b"".join(lines[81:]))
        await replay.until(lambda: replay.player.position == len(events))
        await replay.until(lambda: "■ the end" in replay.bar)
        assert replay.notices == []
    assert replay.app.exit_code([]) == 0


async def test_one_that_was_cut_off_is_told_so_and_begins_at_its_beginning(tmp_path: Path) -> None:
    path = write(tmp_path / "run.chai", told()[:60], is_whole=False)
    with path.open("ab") as file:
        file.write(b"\x1b[31m no event\n")
    os.utime(path, (1_000_000.0, 1_000_000.0))
    async with replaying(path) as replay:
        assert replay.seconds == 0.0
        assert "▶ playing" in replay.bar
        (notice,) = replay.notices
        assert "passed over 1 line" in notice
        assert "it has no end" in notice
        assert "\x1b" not in notice
        assert replay.app.exit_code([]) == 0
        assert all(line.startswith(f"{path}: ") for line in replay.app.parting)
        assert len(replay.app.parting) == 2


async def test_what_turns_out_to_lack_later_is_told_then(tmp_path: Path) -> None:
    path = tmp_path / "run.chai"
    lines = recording(told()).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:60]))
    async with replaying(path) as replay:
        assert replay.notices == []
        with path.open("ab") as file:
            file.write(b"no event\n" + b"".join(lines[60:]))
        await replay.until(lambda: replay.notices)
        await replay.until(lambda: "■ the end" in replay.bar)
        (notice,) = replay.notices
        assert "passed over 1 line" in notice


async def test_the_title_tells_of_the_recorded_run(path: Path) -> None:
    async with replaying(path, (120, 24)) as replay:
        title = replay.screen_text().split("\n")[0]
        assert "chai · process · forkserver · GIL on · 2 cores" in title
        await replay.passes(0.7)
        assert "masala · process" in replay.screen_text().split("\n")[0]


async def test_a_user_gives_its_actions_other_keys(path: Path) -> None:
    keys = {"replay-play": "p", "replay-end": "E", "add": "m", "log": "g"}
    async with replaying(path, settings=Settings(keys=keys), large=True) as replay:
        assert replay.app.warnings == ['.: keys.log: key "g" is taken by keys.replay-go']
        assert replay.app.kitchen.makers.is_large  # type: ignore[union-attr]
        await replay.press("m")  # what nobody can do here takes no key away
        assert len(replay.player.bookmarks) == 1
        await replay.press("p")
        assert "‖ paused" in replay.bar
        await replay.press("E")
        assert replay.seconds == 6.0


async def test_a_live_kitchen_may_have_a_replays_keys_for_something_else() -> None:
    async with kitchen(settings=Settings(keys={"log": "g"})) as live:
        assert live.app.warnings == []


async def test_help_and_palette_have_its_keys(path: Path) -> None:
    async with replaying(path, (120, 60)) as replay:
        await replay.press("question_mark")
        assert isinstance(replay.app.screen, HelpScreen)
        pages, page = "", ""
        while page != (page := replay.screen_text()):
            pages += page
            await replay.press("right")
        for row in REPLAY.rows:
            assert row.shown == "" or row.tooltip[:40] in pages
        assert "Freeze" not in pages
        assert "Add a maker" not in pages
        await replay.press("escape", "ctrl+p", *"next end")
        await replay.until(lambda: "Go to the next end" in replay.screen_text())
        await replay.press("enter")
        await replay.until(lambda: replay.seconds == 1.604)


async def test_a_tasting_is_replayed_on_its_own_screen(tmp_path: Path) -> None:
    path = write(tmp_path / "taste.chai", races.verdict())
    async with replaying(path) as replay:
        assert "▶ playing" in replay.bar
        await replay.press("end")
        assert "■ the end" in replay.bar
        assert "plain loop" in replay.screen_text()
        await replay.press("r")
        assert replay.notices == [
            "This is a recording: the function is not here to be tasted again"
        ]
        await replay.press("enter", "n")
        assert replay.notices[1:] == ["No worker ended after this moment without having served"]
        assert "■ the end" in replay.bar
        replay.app.seek(BEGAN)
        await replay.pilot.pause()
        assert "Who races here has yet to be known" in await replay.settled_text()
        await replay.press("escape", "question_mark")
        assert "help" in replay.screen_text()
        assert TASTE_REPLAY.of_the_run


async def _went(replay: Replay, at: float, *keys: str) -> str:
    """Go to a moment by the bar's own way, and return what the screen shows then."""
    replay.app.seek(BEGAN + at)
    await replay.press(*keys)
    replay.app.clear_notifications()
    return await replay.settled_text()


SCREENS = ((), ("t",), ("l",), ("enter",))
"""Keys that open them from the kitchen."""
MIDDLES = (3.6, 1.2)


async def test_back_from_the_end_all_is_as_it_was(path: Path) -> None:
    back = {}
    async with replaying(path) as replay:
        await replay.press("space")
        for keys in SCREENS:
            for at in (2.4, 6.0):
                replay.app.seek(BEGAN + at)
                await replay.press(*(keys if at < 6.0 else ()))
            for middle in MIDDLES:
                back[keys, middle] = await _went(replay, middle)
            await replay.press(*["escape"] * len(keys))
    async with replaying(path) as fresh:  # it never saw what comes later
        await fresh.press("space")
        for middle in reversed(MIDDLES):
            for keys in SCREENS:
                assert await _went(fresh, middle, *keys) == back[keys, middle]
                await fresh.press(*["escape"] * len(keys))


@pytest.mark.thorough
async def test_back_to_where_nobody_was(path: Path) -> None:
    async with replaying(path) as replay:
        await replay.press("space", "end", "4", "enter")
        assert "#4" in replay.screen_text()
        assert "There is no Chai Maker #4" in await _went(replay, 1.5)
        await replay.press("escape")
        assert replay.app.screen.number == 1  # type: ignore[attr-defined]
        await replay.press("home", *["comma"] * 3)
        assert replay.player.position == 0
        assert "The kitchen is empty" in await replay.settled_text()
        assert "chai · process · GIL on · 2 cores" in replay.screen_text()
        await replay.press("t", "escape", "l", "escape", "enter", "end")
        assert replay.app.screen.number == 4  # type: ignore[attr-defined] # it is there again
        assert "✔2 ✖1 ✖1" in await replay.settled_text()
        assert "✔" in replay.screen_text()
        await replay.press("escape", "4", "t")
        for at, chosen in ((1.5, 3), (0.5, 1), (6.0, 4)):
            replay.app.seek(BEGAN + at)
            await replay.pilot.pause()
            assert replay.app.screen.number == chosen  # type: ignore[attr-defined]


async def test_back_from_a_verdict_all_is_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "taste.chai", races.verdict())
    async with replaying(path, (100, 36)) as replay:
        await replay.press("space")
        length = replay.player.film.ended - BEGAN
        middles = (0.0, length / 3, length / 2)
        await _went(replay, length)
        back = [await _went(replay, middle) for middle in reversed(middles)]
    async with replaying(path, (100, 36)) as fresh:
        await fresh.press("space")
        assert [await _went(fresh, middle) for middle in middles] == back[::-1]
