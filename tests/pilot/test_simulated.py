"""A run that is simulated says so wherever one looks, and is steered like a real one."""

from __future__ import annotations

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.common.bridge import Bridge
from tests.builders import HERE, FakeSource, brewing
from tests.pilot.kitchen import Kitchen, StoppedClock, kitchen
from tests.process.makers import steps
from tests.thorough import briefly

SIMULATED = HERE._replace(source="simulated")


@briefly("size", [(40, 12), (80, 24), (120, 40), (200, 50)])
async def test_every_screen_says_so(size: tuple[int, int]) -> None:
    async with kitchen(*brewing(1), run=SIMULATED, size=size) as shown:
        assert "simulated" in shown.screen_text()
        for key in ("t", "enter", "question_mark", "e", "f9"):
            await shown.press(key)
            assert not shown.in_kitchen, key
            assert "simulated" in shown.screen_text(), key
            await shown.press("escape")
            assert shown.in_kitchen, key


async def test_a_live_one_says_nothing_of_the_kind() -> None:
    async with kitchen(*brewing(1)) as shown:
        assert "simulated" not in shown.screen_text()
        for key in ("t", "enter", "question_mark"):
            await shown.press(key)
            assert not shown.in_kitchen, key
            assert "simulated" not in shown.screen_text(), key
            await shown.press("escape")


async def test_keys_act_on_simulated_makers() -> None:
    source = Simulation(4, "forkserver", seed=1, speed=5.0, sample_every=0.5)
    slow = steps(wait=600)  # far longer than the keys take, at any speed
    source.submit(AddMakers(2, slow, Engine.PROCESS))
    bridge = Bridge(source)
    app = ChaiApp(bridge, floor=Floor())
    bridge.start()
    try:
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            shown = Kitchen(app, FakeSource(), pilot, StoppedClock())
            await shown.until(lambda: len(app.floor.makers) == 2)
            await shown.press("z")
            await shown.until(lambda: app.floor.makers[1].paused)
            await shown.press("z", "a")
            await shown.until(lambda: len(app.floor.makers) == 3)
            await shown.press("1", "K")
            await shown.until(lambda: app.floor.makers[1].joined)
            assert app.floor.makers[1].cause == "killed by SIGKILL"
            assert "core 3" in shown.screen_text()
    finally:
        bridge.stop()
