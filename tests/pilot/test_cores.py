"""Cores that come and go while the screen is shown, and what is not known of them."""

from __future__ import annotations

import pytest

from chai_tui.model.events import CoresChanged, CoreUse, MakerUse, Sampled
from tests.builders import BEGAN, HERE, brewing, sampled
from tests.pilot.kitchen import kitchen
from tests.thorough import briefly

SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_cores_that_may_be_used_change(size: tuple[int, int]) -> None:
    makers = [event for number in range(1, 5) for event in brewing(number)]
    async with kitchen(*makers, *sampled({0: [1], 1: [2]}), size=size) as shown:
        before = shown.screen_text()
        assert "2 cores" in before
        assert "core 1 " in before
        await shown.happens(CoresChanged(BEGAN + 2, (0,), 0.5), *sampled({0: [1, 2]}, at=BEGAN + 2))
        text = shown.screen_text()
        assert "2 cores" not in text
        assert size[0] < 100 or "1 core, 0.5 allowed" in text
        assert "core 1 " not in text
        assert "limited to 0.5 cores' worth of CPU time" in text
        assert "may use 1 core now: 0" in text
        # Nothing has lost its place to the line that came.
        assert text.splitlines()[-1] == before.splitlines()[-1]
        await shown.happens(
            CoresChanged(BEGAN + 3, (0, 1), None), *sampled({0: [1], 1: [2]}, at=BEGAN + 3)
        )
        assert "2 cores" in shown.screen_text()
        assert "core 1 " in shown.screen_text()
        assert "limited to" not in "".join(shown.screen_text().splitlines()[:4])


async def test_a_core_with_makers_is_shown_whether_it_may_be_used_or_not() -> None:
    async with kitchen(*brewing(1), *sampled({0: [1], 1: []})) as shown:
        change = CoresChanged(BEGAN + 2, (0,), None)
        await shown.happens(change, *sampled({0: [], 1: [1]}, at=BEGAN + 2))
        text = shown.screen_text()
        assert "1 core " in text
        assert "#1" in next(line for line in text.splitlines() if line.startswith(" core 1"))


async def test_cores_that_change_while_frozen_are_shown_afterwards() -> None:
    async with kitchen(*brewing(1), *sampled({0: [1], 1: []})) as shown:
        await shown.press("space")
        shown.source.feed(CoresChanged(BEGAN + 2, (0,), None), *sampled({0: [1]}, at=BEGAN + 2))
        await shown.until(lambda: "+1" in shown.screen_text())
        assert "2 cores" in shown.screen_text()
        await shown.press("space")
        await shown.until(lambda: "1 core " in shown.screen_text())


@briefly("size", [(40, 12), *SIZES, (200, 50)], keep=2)
async def test_what_is_not_known_is_said_on_every_screen(size: tuple[int, int]) -> None:
    run = HERE._replace(maps_cores=False, unseen="there is no /proc")
    figures = Sampled(
        BEGAN + 1, (CoreUse(0, 0.5, None), CoreUse(1, 0.25, None)), (MakerUse(1, *[None] * 6),)
    )
    async with kitchen(*brewing(1), figures, run=run, size=size) as shown:
        for key in ((), ("t",), ("escape", "enter")):
            await shown.press(*key)
            assert shown.in_kitchen == (not key)
            text = " ".join(shown.screen_text().split())
            assert "not known here" in text, key
            assert "MB" not in text, key
            assert "no sample" not in text, key
