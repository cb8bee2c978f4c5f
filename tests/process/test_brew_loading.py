"""Where makers find a function of the user's own, and what is told where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chai_tui.host.engines import engines_here
from chai_tui.model.engine import Engine
from chai_tui.sources.live.station.calls.function import recipe_of_call
from chai_tui.sources.live.station.calls.loading import Where
from chai_tui.state.makers.records import State
from tests.process.conftest import Brew, Watch

HERE = engines_here()
SHARED_MEMORY = [e for e in HERE if e.shares_station and not e.traits.own_interpreter]


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


METHODS = """
    import functools
    def kept(function):
        @functools.wraps(function)
        def wrapper(*arguments):
            return function(*arguments)
        return wrapper
    class Pot:
        def __init__(self):
            self.holds = "tea"
        def pour(self): return self.holds
    class Tea(Pot):
        class Leaf:
            def steep(self): return "tea"
        def brew(self): return self.holds
        async def wait(self): return self.holds
        @kept
        def stir(self): return self.holds
        @staticmethod
        def sip(): return "tea"
        @classmethod
        def steep(cls): return "tea"
    class Served:
        def __call__(self): return "tea"
    class Needy:
        def __init__(self, water): self.water = water
        ready = Served()
        @staticmethod
        def sip(): return "tea"
        @classmethod
        def steep(cls): return "tea"
        async def brew(self): return self.water
    @kept
    def decorated(): return "tea"
    small = lambda: "tea"
    pot = Pot()
"""


@pytest.mark.parametrize(
    "name",
    ["Tea.sip", "Tea.steep", "Tea.pour", "Tea.stir", "Tea.wait", "Tea.Leaf.steep", "Needy.sip",
     "Needy.steep", "Needy.ready", "decorated", "small", "pot.pour"],
)  # fmt: skip
def test_methods_and_decorated_functions_can_be_called(brew: Brew, name: str) -> None:
    (maker,) = brew(METHODS, name)
    assert (maker.error, maker.result) == (None, "'tea'")


@pytest.mark.parametrize("name", ["Tea.brew", "Tea.wait"])
@pytest.mark.parametrize("engine", HERE)
def test_a_method_has_an_object_on_every_engine(brew: Brew, engine: Engine, name: str) -> None:
    for maker in brew(METHODS, name, makers=2, engine=engine):
        assert (maker.error, maker.result) == (None, "'tea'")


@pytest.mark.parametrize("engine", HERE)
def test_makers_share_the_object_of_a_method_if_they_share_the_module(
    brew: Brew, engine: Engine
) -> None:
    code = """
        import threading, time
        made, counting = [], threading.Lock()
        class Pot:
            def __init__(self):
                made.append(self)
                time.sleep(0.1)
                self.cups = 0
            def pour(self):
                with counting:
                    self.cups += 1
                    return [len(made), self.cups]
    """
    group = brew(code, "Pot.pour", makers=3, engine=engine)
    cups = (1, 2, 3) if engine in SHARED_MEMORY else (1, 1, 1)
    assert sorted(maker.result for maker in group) == [f"[1, {number}]" for number in cups]


@pytest.mark.parametrize("engine", HERE)
def test_a_class_that_cannot_be_made_says_what_to_do_and_where_it_failed(
    brew: Brew, engine: Engine
) -> None:
    (maker,) = brew(METHODS, "Needy.brew", engine=engine)
    assert maker.error == (
        "Needy.brew needs an object: name a function that makes one and calls it; Needy() raises "
        "TypeError: Needy.__init__() missing 1 required positional argument: 'water'"
    )
    code = """
        class Cracked:
            def __init__(self):
                raise OSError("no water")
            def pour(self): pass
    """
    for maker in brew(code, "Cracked.pour", makers=2, engine=engine, file="cracked.py"):
        assert maker.state is State.FAILED
        assert (maker.error or "").endswith("; Cracked() raises OSError: no water")
        lines = (maker.traceback or "").splitlines()
        assert lines[1].strip().endswith("line 4, in __init__")
        assert lines[-1] == maker.error


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
        ("Tea.por", "own_work.Tea has no function named por; did you mean pour?"),
        ("Tea.stip", "own_work.Tea has no function named stip; did you mean steep?"),
        ("hash", "own_work has no function named hash"),
        ("Te.brew", "own_work has no class named Te; did you mean Tea?"),
        ("pot.por", "own_work.pot has no function named por; did you mean pour?"),
        ("number.brew", "own_work.number has no function named brew"),
        ("Tea.hot", "Tea.hot is no function but a property: it cannot be called"),
        ("Tea.cups", "Tea.cups is a generator: it does nothing until somebody asks for its items"),
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
        class Pot:
            def pour(self): pass
        class Tea(Pot):
            def brew(self): pass
            def cups(self): yield 1
            @classmethod
            def steep(cls): pass
            @property
            def hot(self): pass
        pot = Pot()
        def cups(): yield 1
        async def later(): yield 1
        @functools.wraps(cups)
        def wrapped(): return cups()
    """
    (maker,) = brew(code, name)
    assert maker.state is State.FAILED
    assert (maker.error or "").startswith(problem)
    assert ("did you mean" in (maker.error or "")) == ("did you mean" in problem)


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
