"""Makers that call a function of the user's own, on every engine, for real."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from chai_tui.host.engines import engines_here
from chai_tui.model.commands import AddMakers, BrewAgain, StopMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Progress, StepBegan
from chai_tui.sources.live.station.calls.function import recipe_of_call
from chai_tui.sources.live.station.calls.loading import Where
from chai_tui.state.records import Maker, State
from tests.process.conftest import PATIENCE, Watch
from tests.process.program import console_script

HERE = engines_here()
SHARED_MEMORY = [e for e in HERE if e.shares_station and not e.traits.own_interpreter]

Brew = Callable[..., list[Maker]]


@pytest.fixture
def brew(watch: Watch, tmp_path: Path) -> Brew:
    """Write a module, have makers call a function in it, and wait for their end."""

    def brewed(
        code: str,
        name: str = "act",
        *arguments: object,
        makers: int = 1,
        engine: Engine = Engine.PROCESS,
        file: str = "own_work.py",
        joined: bool = True,
    ) -> list[Maker]:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code))
        recipe = recipe_of_call(Where(str(path), None, name), arguments)
        group = watch.add(recipe, makers, engine)
        if joined:
            watch.joined(*group)
        return group

    return brewed


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


@pytest.mark.parametrize("engine", SHARED_MEMORY)
def test_makers_that_share_a_process_import_the_module_once(brew: Brew, engine: Engine) -> None:
    code = """
        import time
        time.sleep(0.1)
        seen = []
        def act():
            seen.append(1)
            return len(seen)
    """
    group = brew(code, makers=3, engine=engine)
    assert sorted(maker.result for maker in group) == ["1", "2", "3"]


FLOOD = """
    import time, chai_tui
    def empty(_): pass
    def seconds(call):
        began = time.perf_counter()
        for part in range(200_000):
            call(part / 200_000)
        return time.perf_counter() - began
    def act():
        began = time.monotonic()
        ratio = min(seconds(chai_tui.progress) for _ in range(5))
        ratio /= min(seconds(empty) for _ in range(5))
        return [ratio, time.monotonic() - began]
"""


@pytest.mark.parametrize("engine", HERE)
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


# Where a function is


def test_a_file_in_a_package_gets_its_dotted_name_and_may_import_beside_it(
    brew: Brew, tmp_path: Path
) -> None:
    package = tmp_path / "outer" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "outer" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "beside.py").write_text("value = 7\n")
    code = """
        import sys
        from . import beside
        def act():
            return [__name__, beside.value, sys.path[0], sys.argv]
    """
    (maker,) = brew(code, file="outer/inner/deep_work.py")
    file = package / "deep_work.py"
    told = repr(["outer.inner.deep_work", 7, str(tmp_path), [str(file)]])
    assert maker.result == (told if len(told) <= 200 else told[:199] + "…")


@pytest.mark.parametrize("file", ["random.py", "odd-name.py"])
def test_a_file_may_have_any_name_that_another_module_has_too(brew: Brew, file: str) -> None:
    (maker,) = brew("def act():\n    return 'mine'\n", file=file)
    assert maker.result == "'mine'"


@pytest.mark.parametrize("name", ["Tea.brew", "Tea.steep", "decorated", "small"])
def test_methods_and_decorated_functions_can_be_called(brew: Brew, name: str) -> None:
    code = """
        import functools
        def kept(function):
            @functools.wraps(function)
            def wrapper(*arguments):
                return function(*arguments)
            return wrapper
        class Tea:
            @staticmethod
            def brew(): return "tea"
            @classmethod
            def steep(cls): return "tea"
        @kept
        def decorated(): return "tea"
        small = lambda: "tea"
    """
    (maker,) = brew(code, name)
    assert maker.result == "'tea'"


BAD_MODULES = {
    "raises": ("{}['milk']", "own_work.py cannot be imported, at line 2: KeyError: 'milk'"),
    "syntax": ("x = (", "own_work.py cannot be imported: SyntaxError: "),
    "exits": (
        "import sys; sys.exit(3)",
        'own_work.py exits when imported, at line 2 (code 3): put what it runs under if __name__',
    ),
    "missing": (
        "import nosuchmodule",
        f"ModuleNotFoundError: no module named nosuchmodule in {sys.executable}; "
        "brew runs in chai-tui's own Python: install chai-tui beside it",
    ),
    "subprocess": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', TOUCH])",
        'own_work.py starts a process at line 2 when imported: put it under if __name__ == "__main',
    ),
    "system": ("import os; os.system('touch ' + MARK)", "own_work.py starts a shell at line 2"),
    "fork": ("import os; os.fork() or open(MARK, 'w')", "own_work.py starts a process at line 2"),
    "process": (
        "import multiprocessing as m; m.get_context('spawn').Process(target=print).start()",
        "own_work.py starts a process at line 2 when imported",
    ),
    "pool": (
        "from concurrent.futures import ProcessPoolExecutor as P; list(P(1).map(open, [MARK]))",
        "own_work.py starts a ",
    ),
    "thread": (
        "import threading; threading.Thread(target=open, args=(MARK, 'w')).start()",
        "own_work.py starts a thread at line 2 when imported",
    ),
    "input": ("input()", "own_work.py waits for somebody to type at line 2 when imported"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_MODULES)
def test_a_module_that_cannot_be_imported_says_why_and_nothing_runs_away(
    brew: Brew, tmp_path: Path, kind: str
) -> None:
    line, problem = BAD_MODULES[kind]
    mark = tmp_path / "it-ran"
    code = f"MARK, TOUCH = {str(mark)!r}, {f'open({str(mark)!r}, chr(119))'!r}\n{line}\n"
    (maker,) = brew(f"{code}def act(): return 1\n")
    assert maker.state is State.FAILED
    assert (maker.error or "").startswith(problem)
    assert maker.exitcode == 1
    assert f"{maker.error}\n".endswith((maker.traceback or "").splitlines()[-1] + "\n")
    assert "own_work.py" in (maker.traceback or "")
    assert not mark.exists()


@pytest.mark.parametrize("engine", [engine for engine in HERE if engine.shares_station])
def test_a_bad_module_ends_only_who_calls_it(watch: Watch, brew: Brew, engine: Engine) -> None:
    (waiting,) = brew("import time\ndef act(): time.sleep(0.5)\n", engine=engine, file="good.py",
                      joined=False)  # fmt: skip
    group = brew("raise SystemExit\n", makers=2, engine=engine, file="bad.py")
    assert [maker.state for maker in group] == [State.FAILED] * 2
    assert all("bad.py exits when imported" in (maker.error or "") for maker in group)
    watch.joined(waiting)
    assert waiting.state is State.SERVED


@pytest.mark.skipif(Engine.INTERPRETER not in HERE, reason="this Python has no subinterpreters")
def test_a_module_that_takes_no_second_interpreter_says_so(brew: Brew) -> None:
    code = "import time\ndef act(): time.sleep(600)\n"
    (waiting,) = brew(code, engine=Engine.INTERPRETER, file="good.py", joined=False)
    (maker,) = brew("import psutil\ndef act(): return 1\n", engine=Engine.INTERPRETER)
    assert maker.state is State.FAILED
    assert (maker.error or "").startswith("own_work.py cannot be imported, at line 1: ImportError")
    assert "does not support loading in subinterpreters" in (maker.error or "")
    assert not waiting.joined
    assert waiting.station == maker.station


def test_what_a_library_starts_when_it_is_imported_is_its_own_affair(
    brew: Brew, tmp_path: Path
) -> None:
    library = tmp_path / "some_library.py"
    library.write_text("import threading\nthreading.Thread(target=int, daemon=True).start()\n")
    (maker,) = brew("import some_library\ndef act(): return 1\n")
    assert (maker.error, maker.result) == (None, "1")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("rezise", "own_work has no function named rezise; did you mean resize?"),
        ("Tea.bew", "own_work.Tea has no function named bew; did you mean brew?"),
        ("Tea", "Tea is a class: expected a function, or Tea.method"),
        ("number", "number is no function but a int: it cannot be called"),
        ("cups", "cups is a generator: it does nothing until somebody asks for its items"),
        ("later", "later is an async generator"),
        ("wrapped", "wrapped is a generator"),
    ],
)
def test_what_is_no_function_says_so(brew: Brew, name: str, problem: str) -> None:
    code = """
        import functools
        number = 7
        def resize(): pass
        class Tea:
            def brew(self): pass
        def cups(): yield 1
        async def later(): yield 1
        @functools.wraps(cups)
        def wrapped(): return cups()
    """
    (maker,) = brew(code, name)
    assert maker.state is State.FAILED
    assert (maker.error or "").startswith(problem)


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        ("jsn", "jsn: no module named jsn in "),
        ("json.decodr", "json.decodr: no module named decodr in json; did you mean decoder?"),
    ],
)
def test_a_module_that_is_not_there_says_so(watch: Watch, module: str, problem: str) -> None:
    (maker,) = watch.add(recipe_of_call(Where(None, module, "loads")))
    watch.joined(maker)
    assert (maker.error or "").startswith(problem)


def test_a_file_that_is_gone_says_so(watch: Watch, tmp_path: Path) -> None:
    (maker,) = watch.add(recipe_of_call(Where(str(tmp_path / "gone.py"), None, "act")))
    watch.joined(maker)
    assert maker.error == f"{tmp_path / 'gone.py'}: no such file"


# The program


WORK = """
import chai_tui
def resize(size=1):
    chai_tui.step("shrink")
    if size == 13:
        raise ValueError("unlucky")
    return size * 10
async def fetch(): return "\\x1b[1mfetched"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work.py").write_text(WORK)
    (tmp_path / "sizes.jsonl").write_text("1\n2\n13\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [console_script(), "brew", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=folder,
    )


@pytest.mark.parametrize("target", ["work.py:resize", "work:resize"])
@pytest.mark.parametrize("engine", HERE)
def test_the_program_prints_results(folder: Path, target: str, engine: Engine) -> None:
    ran = run(folder, target, "--each", "range(2)", "--engine", str(engine), "--plain")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(ran.stdout.splitlines()) == [
        "All chai served",
        "End of Chai Maker #1 resize: 0",
        "End of Chai Maker #2 resize: 10",
        "Start of Chai Maker #1 resize brewing",
        "Start of Chai Maker #2 resize brewing",
    ]


@pytest.mark.parametrize("method", ["forkserver", "spawn", "fork"])
def test_every_start_method_finds_the_function(folder: Path, method: str) -> None:
    ran = run(folder, "work:resize", "--makers", "1", "--start-method", method, "--plain")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "End of Chai Maker #1 resize: 10" in ran.stdout


def test_the_program_prints_where_a_function_failed(folder: Path) -> None:
    ran = run(folder, "work.py:resize", "--items", "sizes.jsonl", "--makers", "3")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == (
        "2 of 3 chai served: Chai Maker #3 failed: ValueError: unlucky"
    )
    first, *lines = ran.stderr.splitlines()
    assert first == "chai-tui: Chai Maker #3 failed:"
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: unlucky"


def test_the_same_failure_is_printed_once(folder: Path) -> None:
    ran = run(folder, "work.py:resize", "--arg", "13", "--makers", "4")
    assert ran.stderr.count("Traceback") == 1


def test_json_has_steps_and_result(folder: Path) -> None:
    ran = run(folder, "work.py:fetch", "--makers", "1", "--json", "--engine", "asyncio")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    (served,) = [event for event in events if event["event"] == "served"]
    assert served["result"] == "'\\x1b[1mfetched'"
    ran = run(folder, "work.py:resize", "--arg", "4", "--makers", "1", "--json")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [e["name"] for e in events if e["event"] == "step_began"] == ["", "", "shrink"]
    assert [e["result"] for e in events if e["event"] == "served"] == ["40"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["work.py:resize", "--each", "range(3)", "--makers", "2"],
         "--makers: expected 3, a maker for each item of --each; found 2"),
        (["work.py:resize", "--each", "range(20000)"], "expected at most 10,000 items"),
        (["work.py:resize", "--each", "range(2)", "--arg", "1"], "--arg and --each: expected one"),
        (["work.py:resize", "--simulate"], "--simulate: expected a recipe, found the function"),
        (["grind", "--arg", "1"], "--arg: only with a function"),
        (["--each", "range(2)"], "--each: only with a function"),
        (["work.py"], "work.py: expected the name of a function after it"),
        (["wrk.py:resize"], "wrk.py: no such file"),
        (["work.py:resize", "--items", "none"], "--items none: no such file"),
        (["work.py:resize", "--items", "work.py"], "--items work.py: line 2: expected one JSON"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_told_in_one_line(
    folder: Path, arguments: list[str], problem: str
) -> None:
    ran = run(folder, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert problem in line
