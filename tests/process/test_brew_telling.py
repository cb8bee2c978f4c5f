"""What a function tells of itself while makers call it: steps, progress, result, what it raises."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from chai_tui.host.engines import engines_here
from chai_tui.model.commands import AddMakers, BrewAgain, StopMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Progress, StepBegan
from chai_tui.sources.live.station.calls.function import recipe_of_call
from chai_tui.sources.live.station.calls.loading import Where
from chai_tui.state.makers.records import Maker, State
from tests.process.conftest import Brew, Watch
from tests.thorough import briefly

HERE = engines_here()


def begun(watch: Watch, maker: Maker) -> list[str]:
    return [e.name for e in watch.events if isinstance(e, StepBegan) and e.maker == maker.number]


def fractions(watch: Watch, maker: Maker) -> list[float]:
    return [e.fraction for e in watch.events if isinstance(e, Progress) and e.maker == maker.number]


TELLING = """
    import chai_tui
    def act(number):
        chai_tui.step(f"load {number}")
        for part in (0.25, 0.5):
            chai_tui.progress(part)
        chai_tui.step("save")
        return {"twice": 2 * number}
"""


@pytest.mark.parametrize("engine", HERE)
def test_steps_progress_and_result_are_those_of_the_maker_that_calls(
    watch: Watch, brew: Brew, engine: Engine
) -> None:
    for maker in brew(TELLING, "act", 21, makers=3, engine=engine):
        assert maker.state is State.SERVED
        assert maker.recipe == "act"
        assert [step.name for step in maker.steps] == [
            "import own_work.py", "act(21)", "load 21", "save",
        ]  # fmt: skip
        assert begun(watch, maker) == ["", "", "load 21", "save"]
        assert len(maker.step_times) == 4
        assert fractions(watch, maker) == [0.25, 0.5]
        assert maker.result == "{'twice': 42}"
    assert "own_work" not in sys.modules, "the kitchen's process imports nothing of the user's"


ASYNC = """
    import asyncio, chai_tui
    here = 0
    async def act():
        global here
        here += 1
        while here < {makers}:
            await asyncio.sleep(0)
        chai_tui.step("together")
        sum(range(1_000_000))
        await asyncio.sleep(0.01)
        return "done"
"""


@pytest.mark.parametrize("engine", HERE)
def test_an_async_function_runs_to_its_end(watch: Watch, brew: Brew, engine: Engine) -> None:
    for maker in brew(ASYNC.format(makers=1), makers=2, engine=engine):
        assert (maker.state, maker.result) == (State.SERVED, "'done'")
        assert begun(watch, maker) == ["", "", "together"]
        assert maker.cpu_seconds > 0.001


def test_async_functions_are_tasks_of_one_loop_on_the_asyncio_engine(brew: Brew) -> None:
    """Each waits until all are there, so none would ever end if another had to end before."""
    group = brew(ASYNC.format(makers=3), makers=3, engine=Engine.ASYNCIO)
    assert {maker.result for maker in group} == {"'done'"}
    assert all(maker.cpu_seconds < 1.0 for maker in group), "waiting is not working"


def test_every_maker_has_an_item_and_keeps_it_when_it_brews_again(
    watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / "own_work.py").write_text("def act(item):\n    return item\n")
    where = Where(str(tmp_path / "own_work.py"), None, "act")
    items = [0, "one", [2, None], {"three": 3.5}]
    recipes = tuple(recipe_of_call(where, (item,)) for item in items)
    for engine in (Engine.PROCESS, Engine.THREAD):
        watch.floor.forget_finished()
        watch.submit(AddMakers(len(items), recipes[0], engine, recipes))
        watch.until(lambda: len(watch.floor.makers) == len(items))
        group = list(watch.floor.makers.values())
        watch.joined(*group)
        assert [maker.result for maker in group] == [repr(item) for item in items]
        watch.submit(BrewAgain(group[2].number))
        watch.until(lambda: len(watch.floor.makers) > len(items))
        again = watch.floor.makers[max(watch.floor.makers)]
        watch.joined(again)
        assert again.result == "[2, None]"


FLOOD = """
    import time, chai_tui
    def empty(_): pass
    def seconds(call):  # of a core: what is short is kept waiting less often than what is long
        began = time.thread_time()
        for part in range(200_000):
            call(part / 200_000)
        return time.thread_time() - began
    def act():
        began = time.monotonic()
        ratio = min(seconds(chai_tui.progress) for _ in range(5))
        ratio /= min(seconds(empty) for _ in range(5))
        return [ratio, time.monotonic() - began]
"""


@briefly("engine", HERE)
def test_a_million_calls_of_progress_neither_flood_nor_cost_much(
    watch: Watch, brew: Brew, engine: Engine
) -> None:
    (maker,) = brew(FLOOD, engine=engine)
    ratio, seconds = json.loads(maker.result)
    assert len(fractions(watch, maker)) <= 10 * seconds + 15
    assert ratio < 30, "measured: 0.5 µs, where an empty call takes 0.05"


@pytest.mark.parametrize("engine", [e for e in HERE if e is not Engine.PROCESS])
def test_who_tells_progress_can_be_stopped(watch: Watch, brew: Brew, engine: Engine) -> None:
    code = """
        import asyncio, time, chai_tui
        async def act_async():
            while True:
                chai_tui.progress(0.5)
                await asyncio.sleep(0.01)
        def act():
            while True:
                chai_tui.progress(0.5)
                time.sleep(0.01)
    """
    name = "act_async" if engine is Engine.ASYNCIO else "act"
    (maker,) = brew(code, name, engine=engine, joined=False)
    watch.until(lambda: maker.told_progress)
    assert maker.progress == 0.5
    watch.submit(StopMaker(maker.number))
    watch.joined(maker)
    assert maker.state is State.STOPPED


def test_nobody_makes_up_the_progress_of_a_call(watch: Watch, brew: Brew) -> None:
    (maker,) = brew("import time\ndef act():\n    time.sleep(600)\n", joined=False)
    watch.until(lambda: maker.step == 1)
    assert maker.progress is None


@pytest.mark.parametrize("engine", HERE)
def test_what_a_function_raises_is_told_from_its_own_first_line_on(
    brew: Brew, engine: Engine
) -> None:
    code = """
        def inner(item):
            raise ValueError(f"no {item}")
        def act(item):
            inner(item)
    """
    (maker,) = brew(code, "act", "milk", engine=engine)
    assert (maker.state, maker.error) == (State.FAILED, "ValueError: no milk")
    lines = (maker.traceback or "").splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].strip().endswith("line 5, in act")
    assert lines[-1] == "ValueError: no milk"
    assert "chai_tui" not in (maker.traceback or "")


def test_threads_that_a_function_starts_speak_for_a_maker_with_a_process_of_its_own(
    watch: Watch, brew: Brew
) -> None:
    code = """
        import threading, chai_tui
        def act():
            thread = threading.Thread(target=chai_tui.step, args=("in a thread",))
            thread.start()
            thread.join()
    """
    (maker,) = brew(code)
    assert begun(watch, maker) == ["", "", "in a thread"]
    assert maker.result == "None"


def test_a_function_may_start_processes_and_those_do_not_speak(watch: Watch, brew: Brew) -> None:
    code = """
        import multiprocessing, os, subprocess, sys, chai_tui
        from concurrent.futures import ProcessPoolExecutor
        def twice(number):
            chai_tui.step("elsewhere")
            return 2 * number
        def act():
            forked = os.fork()
            if forked == 0:
                chai_tui.step("forked")
                os._exit(0)
            os.waitpid(forked, 0)
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                return list(pool.map(twice, [1, 2]))
    """
    (maker,) = brew(code)
    assert (maker.error, maker.result) == (None, "[2, 4]")
    assert begun(watch, maker) == ["", ""]
