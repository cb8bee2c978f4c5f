"""The runner, started by path and asked through its pipes: what it does with others' functions."""

from __future__ import annotations

import base64
import contextlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.sources.taste.runner._chai_taste import gil
from tests.process.runners import PATIENCE, Message, Runner
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
ENGINES = ["serial", "thread", "process"]
if sys.version_info >= (3, 14):
    ENGINES.insert(2, "interpreter")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(code: str, name: str = "work.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(code))
        return path

    return write


@pytest.fixture
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


SMALL = """
LIST = []
def same(x): return x
def double(x): return 2 * x
def numbers(): yield 1
async def anumbers(): yield 1
class Cup:
    def fill(self): return 1
class Needy:
    def __init__(self, x): pass
    def fill(self): return 1
def generates(): return (x for x in [1])
def maps(): return map(str, [1])
def awaits(): return wait()
async def wait(): pass
"""
Kept = tuple[Runner, Path]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """One for many functions, each in place of the one before, and the file that has them."""
    path = tmp_path_factory.mktemp("kept") / "small.py"
    path.write_text(SMALL)
    with Runner() as runner:
        yield runner, path


def problem(answer: Message, code: str) -> Message:
    found: Message = answer["problem"]
    assert found["code"] == code, found
    assert "\n" not in found["text"]
    assert len(found["text"]) <= 500
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_function_is_loaded_tasted_and_called_by_every_engine(
    write: Write, runner: Runner
) -> None:
    path = write(
        """
        def double(x):
            return 2 * x

        if __name__ == "__main__":
            raise SystemExit("never")
        """
    )
    loaded = runner.loaded(path, "double", items={"range": [0, 5, 1]})
    assert loaded["name"] == "work.double"
    assert loaded["items"] == 5
    assert not loaded["is_async"]
    assert loaded["pid"] == runner.process.pid
    assert loaded["version"] == list(sys.version_info[:3])
    assert loaded["gil"] is gil_enabled()
    assert loaded["engines"] == ENGINES
    assert loaded["out"] == {}
    tasted = runner.taste()["tasted"]
    assert tasted["calls"] > 100
    assert tasted["shortest"] <= tasted["wall"] / tasted["calls"] <= tasted["longest"]
    assert tasted["shown"] == "0"
    assert tasted["function"]["size"] > 0
    assert [note["first"] for note in runner.notes] == [True, False]
    assert all(abs(note["at"] - time.monotonic()) < PATIENCE for note in runner.notes)
    for engine in ENGINES:
        opened = runner.open(engine)["opened"]
        assert len(opened["workers"]) == (1 if engine == "serial" else 2)
        assert (opened["workers"][0][0] == loaded["pid"]) == (engine != "process")
        assert opened["memory"] is not None
        for chunk in (1, 3):
            block = runner.block(engine, count=10, chunk=chunk, first=3)["block"]
            assert block["wall"] > 0
            assert block["cpu"] > 0
            assert block["ready"] >= 0
            assert block["times"] == 0
    for engine in ENGINES:
        assert runner.ask("close", engine=engine, workers=2) == {"closed": True}
    assert runner.ask("quit") == {"gone": 0}


def pythons() -> list[str]:
    """Return the other interpreters here that can run it: 3.9 and up, of a pyenv."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {}
    for path in sorted(versions.glob("3.*/bin/python3")):
        minor = path.parent.parent.name.split(".")[1]
        if minor.isdigit() and int(minor) >= 9:
            found[minor] = str(path)
    return [found[minor] for minor in sorted(found, key=int)]


@briefly("python", pythons(), ids=lambda path: path.split("/")[-3], keep=(0, len(pythons()) - 1))
def test_each_python_here_runs_it(write: Write, python: str) -> None:
    path = write(
        """
        import asyncio
        async def wait(x):
            await asyncio.sleep(0)
            return x
        """
    )
    with Runner(python) as runner:
        loaded = runner.loaded(path, "wait", items={"range": [0, 4, 1]})
        assert loaded["python"] in f"CPython {python.split('/')[-3]}"
        assert loaded["word"]
        for engine in loaded["engines"]:
            runner.open(engine)
            assert runner.block(engine)["block"]["cpu"] > 0
        assert {"serial", "asyncio", "thread", "process"} <= set(loaded["engines"])
        assert runner.ask("quit") == {"gone": 0}
        starts = write("import threading\nthreading.Thread(target=print).start()\ndef f(): pass")
    with Runner(python) as runner:
        problem(runner.load(starts, "f"), "import_starts")


def test_an_async_function_has_an_engine_more(write: Write, runner: Runner) -> None:
    path = write(
        """
        import asyncio

        async def wait(x):
            await asyncio.sleep(0.02)
            return x
        """
    )
    loaded = runner.loaded(path, "wait", items={"json": [1, 2, 3, 4]})
    assert loaded["is_async"]
    assert loaded["engines"] == ["serial", "asyncio", *ENGINES[1:]]
    assert runner.taste()["tasted"]["shown"] in "1234"
    walls = {}
    for engine in loaded["engines"]:
        workers = 0 if engine == "asyncio" else 2
        runner.open(engine, workers)
        blocks = [runner.block(engine, count=16, workers=workers)["block"] for _ in range(4)]
        assert [block["times"] for block in blocks] == [0] * 4
        walls[engine] = min(block["wall"] for block in blocks)  # a machine can only make it longer
    assert walls["serial"] >= 16 * 0.02
    assert walls["asyncio"] < walls["serial"] / 2
    runner.open("asyncio", 2)
    assert runner.block("asyncio", count=16, workers=2)["block"]["wall"] >= 8 * 0.02


@pytest.mark.parametrize(
    ("items", "shown"),
    [
        ({"literal": "[(1, 2), (3, 4)]"}, "(1, 2)"),
        ({"literal": "('a', 'b')"}, "'a'"),
        ({"json": [{"a": 1}]}, "{'a': 1}"),
        ({"range": [5, 9, 2]}, "5"),
        ({"pickle": base64.b64encode(pickle.dumps([{1, 2}])).decode()}, "{1, 2}"),
    ],
)
def test_items_come_in_four_forms(kept: Kept, items: Message, shown: str) -> None:
    runner, path = kept
    runner.loaded(path, "same", items=items)
    assert runner.taste()["tasted"]["shown"] == shown


def test_arguments_are_the_same_in_every_call(write: Write, runner: Runner) -> None:
    path = write("def join(a, b, c=3, d=4): return [a, b, c, d]")
    for args in ([1, 2], [1, 2, 0], [1, 2, 0, 0]):
        runner.loaded(path, "join", args=args)
        assert runner.taste()["tasted"]["shown"] == str(
            [*args, 3, 4][: len(args)] + [3, 4][len(args) - 2 :]
        )


@pytest.mark.parametrize(
    ("name", "items", "code", "words"),
    [
        ("dubble", None, "no_function", "did you mean double?"),
        ("", None, "no_function", "which function"),
        ("Cup.fil", None, "no_function", "did you mean Cup.fill?"),
        ("Cup", None, "is_class", "Cup.fill"),
        ("LIST", None, "not_callable", "list"),
        ("numbers", None, "is_generator", "first yield"),
        ("anumbers", None, "is_generator", "first yield"),
        ("double.<locals>.inner", None, "local", "top of its module"),
        ("<lambda>", None, "lambda", "def"),
        ("double", None, "bad_arguments", "--arg"),
        ("double", {"json": []}, "bad_items", "at least one"),
        ("double", {"literal": "3"}, "bad_items", "brackets"),
        ("double", {"literal": "__import__('os')"}, "bad_items", "literals"),
        ("Needy.fill", None, "needs_object", "Needy()"),
    ],
)
def test_what_was_asked_for_wrongly(
    kept: Kept, name: str, items: Message | None, code: str, words: str
) -> None:
    runner, path = kept
    found = problem(runner.load(path, name, items=items), code)
    assert found["is_usage"]
    assert words in found["text"]


def test_a_file_or_module_that_is_not_there(write: Write, runner: Runner, tmp_path: Path) -> None:
    path = write("def f(): pass")
    found = problem(runner.load(tmp_path / "wrok.py", "f"), "no_file")
    assert found["names"] == ["work.py"]
    assert found["is_usage"]
    problem(runner.load(tmp_path, "f"), "no_file")
    problem(runner.load(tmp_path / "none" / "work.py", "f"), "no_file")
    problem(runner.load(write("", "work.txt"), "f"), "no_file")
    found = problem(
        runner.ask("load", module="wrok", name="f", sys_path=[str(path.parent)]), "no_module"
    )
    assert "work" in found["names"]
    found = problem(runner.ask("load", module="concurrent.futurs", name="f"), "no_module")
    assert found["names"] == ["concurrent.futures"]
    taken = problem(runner.load(write("def f(): pass", "queue.py"), "f"), "no_module")
    assert "rename" in taken["text"]


def test_a_module_with_a_relative_import_and_one_of_the_library(
    write: Write, runner: Runner
) -> None:
    write("", "shop/__init__.py")
    write("", "shop/tea/__init__.py")
    write("HOT = 90", "shop/warm.py")
    path = write("from ..warm import HOT\ndef pour(): return HOT", "shop/tea/pot.py")
    assert runner.loaded(path, "pour")["name"] == "shop.tea.pot.pour"
    assert runner.taste()["tasted"]["shown"] == "90"
    runner.open("process")
    assert runner.block("process")["block"]["times"] == 0
    assert runner.ask("load", module="math", name="factorial", args=[5])["loaded"]
    assert runner.taste()["tasted"]["shown"] == "120"


def test_methods_and_decorated_functions(write: Write, runner: Runner) -> None:
    path = write(
        """
        import functools
        class Cup:
            def fill(self): return "mine"
            @staticmethod
            def pour(): return "static"
            @classmethod
            def make(cls): return cls.__name__
        def timed(function):
            @functools.wraps(function)
            def wrapper(*args):
                return function(*args)
            return wrapper
        @timed
        async def wait(): return "awaited"
        @timed
        def plain(): return "plain"
        half = functools.partial(max, 1, 2)
        """
    )
    for name, shown in (
        ("Cup.fill", "'mine'"),
        ("Cup.pour", "'static'"),
        ("Cup.make", "'Cup'"),
        ("wait", "'awaited'"),
        ("plain", "'plain'"),
        ("half", "2"),
    ):
        loaded = runner.loaded(path, name)  # in place of the one before
        assert loaded["is_async"] == (name == "wait")
        assert loaded["out"] == {}
        assert runner.taste()["tasted"]["shown"] == shown
        runner.open("process")
        runner.open("serial")
        runner.block("serial")
        assert runner.block("process")["block"]["times"] == 0


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        ("import subprocess\nsubprocess.Popen(['sleep', '60'])", "starts a process", 2),
        ("import os\nos.system('sleep 60')", "runs a command", 2),
        ("import os\nos.fork()", "starts a process", 2),
        ("import threading\nthreading.Thread(target=print).start()", "starts a thread", 2),
        ("import multiprocessing as m\n\nm.Process(target=print).start()", "starts a process", 3),
        ("import multiprocessing as m\nm.Pool(2)", "starts a", 2),
        ("import os\ntry:\n    os.system('true')\nexcept BaseException:\n    pass", "runs", 3),
        ("def go():\n    import os\n    os.fork()\ngo()", "starts a process", 4),
        ("import os\nos.popen('sleep 60')", "starts a process", 2),
        ("import os\nos.execvp('sleep', ['sleep', '60'])", "becomes another program", 2),
        ("import pty\npty.spawn(['sleep', '60'])", "starts a process", 2),
        ("import os\nos.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '60')", "starts a process", 2),
        ("from concurrent.futures import *\nThreadPoolExecutor().submit(len)", "starts a", 2),
        ("from concurrent.futures import *\nProcessPoolExecutor().submit(len)", "starts a", 2),
        ("import asyncio\nasyncio.run(asyncio.to_thread(len))", "starts a thread", 2),
    ],
)
def test_an_import_that_starts_something_is_stopped_at_its_line(
    write: Write, kept: Kept, code: str, said: str, line: int
) -> None:
    runner, _ = kept
    path = write(code + "\ndef f(): pass\n", f"{uuid4().hex}.py")  # no module comes twice
    found = problem(runner.load(path, "f"), "import_starts")
    assert found["text"].startswith(said)
    assert f"at line {line} when imported: put it under `if __name__ ==" in found["text"]
    assert found["line"] == line
    assert not found["is_usage"]


def test_an_import_that_reads_exits_raises_or_hangs(write: Write, runner: Runner) -> None:
    assert problem(runner.load(write("input('?')", "a.py"), "f"), "import_reads")["line"] == 1
    assert (
        problem(runner.load(write("\nimport sys; sys.exit(3)", "b.py"), "f"), "import_exits")[
            "line"
        ]
        == 2
    )
    parsing = """
        import argparse
        p = argparse.ArgumentParser()
        p.add_argument("file")
        p.parse_args()
    """
    assert problem(runner.load(write(parsing, "c.py"), "f"), "import_exits")["line"] == 5
    found = problem(runner.load(write("x = 1\nx / 0", "d.py"), "f"), "import_raised")
    assert "ZeroDivisionError: division by zero at line 2" in found["text"]
    assert "x / 0" in found["traceback"]
    assert "_chai_taste" not in found["traceback"]
    assert problem(runner.load(write("x = = 1", "e.py"), "f"), "import_raised")["line"] == 1
    found = problem(runner.load(write("import nowhere_at_all", "g.py"), "f"), "import_raised")
    assert "needs the module nowhere_at_all" in found["text"]
    # Long enough for it to come to its loop on a machine that pauses.
    hanging = write("import time\nwhile True:\n    time.sleep(0.01)", "h.py")
    found = problem(runner.load(hanging, "f", import_timeout=2.0), "import_hangs")
    assert found["line"] in {2, 3}
    assert "gone" in runner.hear()


def test_an_import_that_ends_its_process_is_an_end_of_file(write: Write, runner: Runner) -> None:
    path = write("import os\nprint('last words')\nos._exit(7)")
    assert runner.load(path, "f") == {"gone": 7}
    assert "last words" in runner.printed("last words")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_call_that_raises_says_which_item(write: Write, runner: Runner, engine: str) -> None:
    path = write(
        """
        def divide(x):
            return 6 / (x - 5)
        """
    )
    runner.loaded(path, "divide", items={"range": [0, 8, 1]})
    runner.open(engine)
    found = problem(runner.block(engine, count=8, chunk=3), "raised")
    assert found["item"] == 5
    assert found["error"] == "ZeroDivisionError: division by zero"
    assert "6 / (x - 5)" in found["traceback"]
    assert "_chai_taste" not in found["traceback"]
    assert "item 5 (5)" in found["text"]


@briefly("engine", ["serial", "asyncio", "thread", "process"], keep=(1,))
def test_an_async_call_that_raises_says_which_item(
    write: Write, runner: Runner, engine: str
) -> None:
    path = write("async def divide(x):\n    return 6 / (x - 5)")
    runner.loaded(path, "divide", items={"range": [0, 8, 1]})
    runner.open(engine)
    assert problem(runner.block(engine, count=8), "raised")["item"] == 5
    assert "raised" in problem(runner.block(engine, count=8), "raised")["code"]


def test_a_call_that_raises_what_ends_a_process(write: Write, runner: Runner) -> None:
    runner.loaded(write("import sys\ndef leave(): sys.exit(3)"), "leave")
    assert problem(runner.taste(), "raised")["error"] == "SystemExit: 3"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("generates", "returns_iterator"),
        ("maps", "returns_iterator"),
        ("awaits", "returns_awaitable"),
    ],
)
def test_a_result_whose_work_is_yet_to_be_done(kept: Kept, name: str, why: str) -> None:
    runner, path = kept
    runner.loaded(path, name)
    problem(runner.taste(), why)


def test_what_ends_the_process_in_a_call_is_an_end_of_file(write: Write) -> None:
    for end, code in (("os._exit(5)", 5), ("os.kill(os.getpid(), 9)", -signal.SIGKILL)):
        with Runner() as runner:
            runner.loaded(write(f"import os\ndef f(): {end}"), "f")
            assert runner.taste() == {"gone": code}


@pytest.mark.parametrize(
    ("end", "said"), [("os._exit(5)", "exit code 5"), ("os.kill(os.getpid(), 9)", "SIGKILL")]
)
def test_a_worker_that_ends_or_is_killed(write: Write, runner: Runner, end: str, said: str) -> None:
    path = write(
        f"""
        import multiprocessing, os
        def f():
            if multiprocessing.parent_process():
                {end}
        """
    )
    runner.loaded(path, "f")
    runner.taste()
    runner.open("process")
    assert said in problem(runner.block("process"), "worker_died")["text"]
    runner.open("serial")  # the others go on
    assert runner.block("serial")["block"]


def test_a_lambda_and_what_does_not_pickle_leave_processes_out(write: Write) -> None:
    path = write(
        """
        import threading
        square = lambda x=1: x * x
        def make():
            def inner(): return 1
            return inner
        local = make()
        def lock(): return threading.Lock()
        class Odd:
            def __init__(self): self.x = 1
            def __reduce__(self): return int, ("no number",)
        def odd(): return Odd()
        """
    )
    for name, words in (("square", "lambda"), ("local", "inside another function")):
        with Runner() as runner:
            loaded = runner.loaded(path, name)
            assert "process" not in loaded["engines"]
            assert words in loaded["out"]["process"]
            assert words in runner.open("process")["out"]
            runner.open("thread")
            assert runner.block("thread")["block"]
    for name, words in (("lock", "cannot pickle"), ("odd", "invalid literal")):
        with Runner() as runner:
            runner.loaded(path, name)
            runner.open("process")  # before anything is known of its results
            assert words in runner.block("process", count=4)["out"]
            assert words in runner.taste()["tasted"]["result"]["problem"]


def test_an_argument_that_does_not_pickle_leaves_processes_out(
    write: Write, runner: Runner
) -> None:
    path = write(
        """
        class Item:
            def __init__(self, number): pass
            def __reduce__(self): raise TypeError("it stays here")
        def f(item): pass
        """
    )
    items = base64.b64encode(b"(lcwork\nItem\n(I1\ntRa.").decode()  # [Item(1)], by hand
    runner.loaded(path, "f", items={"pickle": items})
    runner.open("process")  # before anything is known of its arguments
    assert "it stays here" in runner.block("process", count=4)["out"]
    assert "it stays here" in runner.taste()["tasted"]["argument"]["problem"]


def test_a_library_that_starts_a_thread_when_imported_is_let(
    write: Write, runner: Runner, tmp_path: Path
) -> None:
    library = tmp_path / "site-packages"
    write(
        """
        import threading
        thread = threading.Thread(target=threading.Event().wait, daemon=True)
        thread.start()
        """,
        "site-packages/quick.py",
    )
    path = write("import os, quick\nfrom os import fork\ndef f(): return quick.thread.is_alive()")
    runner.loaded(path, "f", sys_path=[str(library)])
    assert runner.taste(most=1)["tasted"]["shown"] == "True"
    runner.open("process")  # none is forked from a server that has a thread
    for engine in ("serial", "process"):
        runner.open(engine)
    for _ in range(2):
        runner.block("serial", count=2)
    assert runner.block("process", count=2)["block"]["times"] == 0


def test_a_call_may_start_what_an_import_must_not(write: Write, runner: Runner) -> None:
    path = write(
        """
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        from multiprocessing import Pool
        from os import fork, waitpid, _exit
        def f():
            pid = fork() or _exit(3)
            with ThreadPoolExecutor(1) as threads, Pool(1) as pool:
                done = threads.submit(abs, -1).result() + pool.apply(abs, (-2,))
            with ProcessPoolExecutor(1) as processes:
                return done + processes.submit(abs, -3).result() + waitpid(pid, 0)[1] // 256
        """
    )
    runner.loaded(path, "f")
    assert runner.taste(most=1)["tasted"]["shown"] == "9"


def test_what_a_function_prints_and_reads(write: Write, runner: Runner) -> None:
    path = write(
        """
        import os, sys
        def talk():
            print(f"said by {os.getpid()}\\n", end="")  # in one piece: others write, too
            print("and an error", file=sys.stderr)
            return sys.stdin.read()
        """
    )
    runner.loaded(path, "talk")
    assert runner.taste(most=1)["tasted"]["shown"] == "''"
    assert f"said by {runner.process.pid}" in runner.printed("and an error")
    opened = runner.open("process")["opened"]
    assert runner.block("process", count=2)["block"]
    assert runner.printed(*(f"said by {pid}" for pid, _ in opened["workers"]))


def test_shared_state_shows_as_results_that_differ(write: Write, runner: Runner) -> None:
    path = write("import os\ndef who(x): return os.getpid()")
    runner.loaded(path, "who", items={"range": [0, 3, 1]})
    for engine in ("serial", "thread", "process"):
        runner.open(engine)
    for _ in range(2):
        runner.block("serial", count=6)
    assert runner.block("thread", count=6)["block"]["times"] == 0
    block = runner.block("process", count=6)["block"]
    assert block["times"] == 3
    assert block["differs"][0][:2] == [0, str(runner.process.pid)]


def test_a_plain_function_cannot_be_awaited(write: Write, runner: Runner) -> None:
    runner.loaded(write("def f(): pass"), "f")
    assert "async" in runner.open("asyncio")["out"]


def test_a_random_result_is_compared_with_nothing(write: Write, runner: Runner) -> None:
    runner.loaded(write("import random\ndef f(): return random.random()"), "f")
    for engine in ("serial", "process"):
        runner.open(engine)
    for _ in range(2):
        runner.block("serial")
    assert runner.block("process")["block"]["times"] == 0


def test_notes_tell_how_many_calls_are_done(write: Write, runner: Runner) -> None:
    runner.loaded(write("import time\ndef nap(): time.sleep(0.05)"), "nap")
    for engine in ENGINES:
        runner.open(engine)
        runner.block(engine, count=16)
        calls = [note["calls"] for note in runner.notes]
        assert calls, engine
        assert calls == sorted(set(calls))
        assert calls[-1] <= 16


@pytest.mark.skipif(not gil_enabled(), reason="this Python has no GIL")
def test_the_lock_is_where_it_says(write: Write, runner: Runner) -> None:
    path = write(
        """
        import time
        def spin():
            for _ in range(10_000): pass
        def nap(): time.sleep(0.05)
        """
    )
    shares = {}
    for name in ("nap", "spin"):
        word = runner.loaded(path, name)["word"]
        runner.tell("taste", seconds=0.8)
        assert runner.hear()["first"]
        assert not runner.hear()["first"]
        held = []
        with Path(f"/proc/{runner.process.pid}/mem").open("rb", buffering=0) as memory:
            until = time.monotonic() + 0.5
            # Whoever wakes up late looks no more: it may have made its last call by then.
            while time.monotonic() < until and not runner.has_spoken():
                held.append(os.pread(memory.fileno(), 4, word) == b"\1\0\0\0")
                time.sleep(0.001)
        assert runner.hear()["tasted"]
        shares[name] = sum(held) / len(held)
    assert shares["nap"] < 0.1
    assert shares["spin"] > 0.9


@pytest.mark.skipif(not gil_enabled(), reason="this Python has no GIL")
def test_the_lock_is_found_beside_memory_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readable = gil._readable

    def beside_closed(start: int) -> Iterator[tuple[int, int]]:
        # As the kernel's own pages: listed, and not to be read. The loader puts the library
        # right below those once in a hundred starts.
        yield 4096, 8192
        yield from readable(start)

    word = gil.find_word()
    monkeypatch.setattr(gil, "_readable", beside_closed)
    assert word
    assert gil.find_word() == word


def test_workers_find_nothing_of_ours_in_their_environment(write: Write, tmp_path: Path) -> None:
    path = write(
        """
        import os, subprocess, sys
        CODE = "import os, sys; print(os.environ.get('PYTHONPATH'), '_CHAI' in str(os.environ))"
        def look():
            command = [sys.executable, "-c", CODE + "; print('_chai_taste' in str(sys.path))"]
            seen = subprocess.run(command, capture_output=True, text=True).stdout.split()
            return [*seen, getattr(sys.modules["__main__"], "__file__", None), sys.argv]
        """
    )
    with Runner(PYTHONPATH=str(tmp_path)) as runner:
        runner.loaded(path, "look")
        shown = runner.taste(most=1)["tasted"]["shown"]
        assert shown == str([str(tmp_path), "False", "False", None, [str(path)]])[:200]
        for engine in ("serial", "process"):
            runner.open(engine)
            runner.block(engine, count=2)
        assert runner.block("process", count=2)["block"]["times"] == 0


def test_a_module_is_imported_once_for_all_worker_processes(write: Write, runner: Runner) -> None:
    path = write(
        "import os\nprint('imported by', os.getpid(), flush=True)\ndef f(): print('called')"
    )
    runner.loaded(path, "f")
    runner.open("process", 3)
    runner.block("process", count=1, workers=3)
    assert runner.printed("called").count("imported by") == 2


def test_no_worker_outlives_a_runner_that_is_killed(write: Write, runner: Runner) -> None:
    runner.loaded(write("def f():\n    while True: pass"), "f")
    pids = [pid for pid, _ in runner.open("process")["opened"]["workers"]]
    runner.tell("block", lane=1, engine="process", workers=2, first=0, count=2)
    runner.process.kill()
    until(lambda: all(map(is_gone, pids)))


@pytest.mark.parametrize("is_busy", [False, True])
def test_nothing_outlives_the_parent(write: Write, is_busy: bool) -> None:
    path = write("import subprocess\ndef f(): subprocess.run(['sleep', '600'])\ndef g(): pass")
    with Runner() as runner:
        runner.loaded(path, "f" if is_busy else "g")
        pids = [pid for pid, _ in runner.open("process")["opened"]["workers"]]
        if is_busy:
            runner.tell("block", lane=1, engine="process", workers=2, first=0, count=2)
        assert runner.process.stdin
        runner.process.stdin.close()
        runner.process.wait(PATIENCE)
        until(lambda: all(map(is_gone, pids)))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(runner.process.pid, 0)
            until(lambda: not group_lives(runner.process.pid))


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_no_semaphore_is_left_by_a_group_that_is_killed(write: Write) -> None:
    def names() -> set[str]:
        return {path.name for path in Path("/dev/shm").iterdir()}  # noqa: S108

    with Runner() as runner:
        runner.loaded(write("def f(): pass"), "f")
        before = names()
        runner.open("process")
        started = names() - before
        assert not {name for name in started if f"-{runner.process.pid}-" in name}


def test_calls_that_start_processes_of_their_own_report_their_time(
    write: Write, runner: Runner
) -> None:
    path = write(
        """
        import subprocess, sys
        def f(): subprocess.run([sys.executable, "-c", "sum(range(10**6))"])
        """
    )
    runner.loaded(path, "f")
    assert runner.taste(most=1)["tasted"]["child_cpu"] > 0.005


@pytest.mark.thorough
def test_without_the_word_the_share_is_a_guess(write: Write, runner: Runner) -> None:
    runner.loaded(write("def spin():\n    for _ in range(10_000): pass"), "spin")
    assert runner.taste(seconds=0.1)["tasted"]["about_gil"] is None
    # Looks enough for a guess, wherever it gets a tenth of a core.
    assert runner.taste(seconds=2.0, about_gil=True)["tasted"]["about_gil"] > 0.5


def test_a_slow_first_call_is_the_only_one(write: Write, runner: Runner) -> None:
    runner.loaded(write("import time\ndef nap(): time.sleep(0.2)"), "nap")
    assert runner.taste(seconds=0.02)["tasted"]["calls"] == 1
    assert [note["first"] for note in runner.notes] == [True]
