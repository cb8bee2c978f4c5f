"""Every screen says when there is no room for it, and is there again once there is."""

from __future__ import annotations

import pytest

from tests.pilot.kitchen import THREE, kitchen
from tests.still import resize
from tests.thorough import briefly


@briefly("key", ["enter", "t", "question_mark", "e", "f9", "ctrl+p"], keep=2)
async def test_a_screen_without_room_says_so(key: str) -> None:
    async with kitchen(*THREE, size=(40, 12)) as shown:
        await shown.press(key)
        opened = shown.app.screen
        assert "Too small" not in shown.screen_text()
        for size in ((39, 12), (40, 11), (5, 3)):
            await resize(shown.pilot, *size)
            assert "Too" in shown.screen_text()
        await resize(shown.pilot, 40, 12)
        assert shown.app.screen is opened
        assert "Too small" not in shown.screen_text()


async def test_what_is_opened_without_room_waits_for_it() -> None:
    async with kitchen(*THREE, size=(39, 12)) as shown:
        await shown.press("question_mark")
        assert "Too small" in shown.screen_text()
        await resize(shown.pilot, 80, 24)
        assert "─ states ─" in shown.screen_text()
        await shown.press("escape")
        assert shown.in_kitchen


async def test_the_programs_keys_still_work() -> None:
    async with kitchen(*THREE, size=(80, 24)) as shown:
        await shown.press("t")
        await resize(shown.pilot, 30, 10)
        await shown.press("a")
        assert len(shown.submitted) == 1


@pytest.mark.thorough
async def test_whatever_is_opened_without_room_nothing_stays_covered() -> None:
    async with kitchen(*THREE, size=(20, 5)) as shown:
        for key in ("question_mark", "ctrl+p", "ctrl+p", "e"):
            await shown.press(key)
            assert shown.app.crash is None
        await resize(shown.pilot, 80, 24)
        for _ in range(6):
            assert "Too small" not in shown.screen_text()
            if shown.in_kitchen:
                return
            await shown.press("escape")
        raise AssertionError(f"nothing leads out of {shown.app.screen_stack}")
