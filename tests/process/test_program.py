"""``chai-tui`` without a screen: what a user types, prints and gets."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.process.conftest import PATIENCE
from tests.process.program import alive, console_script, family_of, title_of
from tests.thorough import briefly

STARTS = {f"Start of Chai Maker #{number} chai brewing" for number in (1, 2, 3)}
ENDS = {f"End of Chai Maker #{number} chai brewing" for number in (1, 2, 3)}


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [console_script(), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )


@pytest.fixture
def quick(tmp_path: Path) -> str:
    """A recipe that takes no time."""
    path = tmp_path / "quick.toml"
    path.write_text('[[steps]]\nname = "pour"\nwait = 0.1\n')
    return str(path)


@pytest.fixture
def slow(tmp_path: Path) -> str:
    """A recipe that outlasts every test."""
    path = tmp_path / "slow.toml"
    path.write_text('[[steps]]\nname = "steep"\nwait = 600\n')
    return str(path)


class Running:
    """A program that runs, its output so far, and everyone it ever started."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [console_script(), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pipesize=4_096,  # so that little fills it, where that can be chosen
        )
        self.family: list[psutil.Process] = []

    def lines(self, count: int) -> list[str]:
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline().rstrip("\n") for _ in range(count)]
        self.family = family_of(self.process.pid)
        return lines

    def finish(self) -> tuple[str, str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        return out, err

    def until_alone(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while alive(self.family):
            assert time.monotonic() < deadline, self.family
            time.sleep(0.01)


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def _start(*arguments: str) -> Running:
        running = Running(*arguments)
        started.append(running)
        return running

    yield _start
    for running in started:
        running.process.kill()
        running.process.communicate()
        for process in alive(running.family):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_the_lesson_and_nothing_else() -> None:
    result = run()
    lines = result.stdout.splitlines()
    assert (result.returncode, result.stderr) == (0, "")
    assert set(lines[:3]) == STARTS
    assert set(lines[3:6]) == ENDS
    assert lines[6:] == ["All chai served"]


def test_lines_appear_as_they_happen(start: Callable[..., Running]) -> None:
    running = start("--plain")
    assert set(running.lines(3)) == STARTS
    assert running.process.poll() is None
    assert alive(running.family)


@briefly("method", ["forkserver", "spawn", "fork"])
@pytest.mark.parametrize("engine", ["process", "thread", "asyncio", "serial"])
def test_engines_and_start_methods(quick: str, engine: str, method: str) -> None:
    result = run(quick, "--engine", engine, "--start-method", method, "--makers", "2")
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 5
    assert result.stdout.splitlines()[-1] == "All chai served"


@pytest.mark.thorough
def test_start_methods_differ_in_what_a_child_imports_and_so_in_how_long_it_takes(
    quick: str,
) -> None:
    modules, seconds = {}, {}
    for method in ("spawn", "forkserver", "fork"):
        result = run(quick, "--json", "--start-method", method, "--makers", "3")
        events = [json.loads(line) for line in result.stdout.splitlines()]
        seated = {event["maker"]: event["at"] for event in events if event["event"] == "seated"}
        started = [event for event in events if event["event"] == "started"]
        modules[method] = {event["modules"] for event in started}
        seconds[method] = min(event["at"] - seated[event["maker"]] for event in started)
    # A new Python imports everything, a forked one what main had no need of, and the server has
    # imported all that a child needs.
    assert min(modules["spawn"]) > 3 * max(modules["fork"])
    assert min(modules["fork"]) > max(modules["forkserver"]) > 0
    assert seconds["spawn"] > seconds["fork"]
    assert seconds["spawn"] > seconds["forkserver"]


def test_a_killed_maker_is_named(slow: str, start: Callable[..., Running]) -> None:
    running = start(slow, "--plain", "--makers", "2")
    running.lines(2)
    makers = {title_of(process): process for process in running.family}
    makers["Chai Maker #2"].kill()
    makers["Chai Maker #1"].terminate()
    out, err = running.finish()
    assert out.splitlines()[-1] == (
        "0 of 2 chai served: Chai Maker #1 was killed by SIGTERM, "
        "Chai Maker #2 was killed by SIGKILL"
    )
    assert (running.process.returncode, err) == (1, "")


@briefly("mode", ["--plain", "--json"])
def test_without_a_screen_makers_give_way_to_nobody(
    mode: str, slow: str, start: Callable[..., Running]
) -> None:
    """A measurement of them would be one of their niceness."""
    running = start(slow, mode, "--makers", "2")
    starts = 0
    while starts < 2:
        starts += "Start of Chai Maker" in running.lines(1)[0]
    makers = [each for each in running.family if title_of(each).startswith("Chai Maker")]
    assert [maker.nice() for maker in makers] == [os.getpriority(os.PRIO_PROCESS, 0)] * 2


def test_json_is_one_object_a_line(quick: str) -> None:
    result = run(quick, "--json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    assert all({"event", "at"} <= event.keys() for event in events)
    kinds = [event["event"] for event in events]
    for kind in ("seated", "started", "said", "step_began", "progress", "served", "exited"):
        assert kinds.count(kind) >= 3, kind


@pytest.mark.parametrize("mode", ["--json", "--plain"])
def test_a_closed_pipe_ends_the_run_without_a_word(
    mode: str, slow: str, start: Callable[..., Running]
) -> None:
    running = start(slow, mode, "--makers", "2")
    running.lines(1)
    assert running.process.stdout is not None
    running.process.stdout.close()
    # Plain mode writes again when a maker ends.
    for process in running.family:
        if title_of(process).startswith("Chai Maker"):
            with contextlib.suppress(psutil.NoSuchProcess):  # the run may end by itself meanwhile
                process.kill()
    running.process.wait(PATIENCE)
    assert running.process.stderr is not None
    assert running.process.stderr.read() == ""
    running.until_alone()


@pytest.mark.skipif(sys.platform != "linux", reason="tells by /proc that it waits for a reader")
@briefly(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@briefly("wish", ["--json --makers 100", "--plain --makers 400"])
def test_signals_end_a_run_whose_output_nobody_reads(
    slow: str, start: Callable[..., Running], wish: str, number: int, code: int
) -> None:
    """The pipe is full, and whoever has its other end sleeps."""
    running = start(slow, *wish.split(), "--engine", "thread")
    running.lines(1)
    clock = Path(f"/proc/{running.process.pid}/io")
    deadline = time.monotonic() + PATIENCE
    before = ""
    while before != (before := clock.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.5)  # so long without writing anything: it waits
    running.process.send_signal(number)
    assert running.process.wait(PATIENCE) == code
    running.until_alone()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@briefly("method", ["forkserver", "spawn", "fork"])
def test_signals_end_everything(
    slow: str, start: Callable[..., Running], method: str, number: int, code: int
) -> None:
    running = start(slow, "--plain", "--start-method", method)
    running.lines(3)
    # As a terminal does it: the whole process group gets it.
    os.killpg(running.process.pid, number)
    out, err = running.finish()
    assert running.process.returncode == code
    assert "Traceback" not in err
    assert "0 of 3 chai served" in out + err
    running.until_alone()


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('[[steps]]\nname = "x"\nwait = -1\n')
    for arguments in ([str(bad)], ["nonesuch"], ["--makers", "0"], ["--engine", "steam"]):
        result = run(*arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1
        assert "expected" in result.stderr


def test_a_child_imports_neither_the_screen_nor_the_command_line() -> None:
    """Through the installed script: spawn runs it again in every child."""
    code = (
        "import runpy, sys\n"
        "sys.argv = ['chai-tui']\n"
        f"runpy.run_path({console_script()!r}, run_name='__mp_main__')\n"
        "import chai_tui.sources.live.station.main\n"
        "print(*sorted(sys.modules))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    modules = set(result.stdout.split())
    assert "chai_tui.sources.live.station.main" in modules
    for heavy in ("textual", "rich", "click", "psutil", "platformdirs", "asyncio", "chai_tui.tui"):
        assert heavy not in modules
    assert "chai_tui.cli.commands" not in modules


def test_the_version_is_the_packages() -> None:
    from importlib.metadata import version

    assert run("--version").stdout.split()[-1] == version("chai-tui")


@briefly("method", ["forkserver", "spawn", "fork"])
def test_nothing_is_imported_from_the_current_folder(
    quick: str, tmp_path: Path, method: str
) -> None:
    """A learner's own random.py is not run in place of Python's."""
    for name in ("random", "threading", "queue", "selectors", "zlib", "chai_tui"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    result = run(quick, "--makers", "2", "--start-method", method, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "All chai served"


@pytest.mark.skipif(sys.platform == "win32", reason="users have no homes in lists there")
def test_a_user_without_a_home_brews_too(quick: str, tmp_path: Path) -> None:
    script = tmp_path / "homeless.py"
    script.write_text(
        "import os, sys\n"
        "def expanduser(path): return path\n"
        "if __name__ == '__main__':\n"
        "    os.path.expanduser = expanduser  # as for a number that is in no list of users\n"
        "    from chai_tui.__main__ import main\n"
        "    sys.exit(main())\n"
    )
    homeless = {key: value for key, value in os.environ.items() if key not in _HOMES}
    result = subprocess.run(
        [sys.executable, str(script), quick, "--plain"],
        capture_output=True,
        text=True,
        check=False,
        env=homeless,
    )
    assert (result.returncode, result.stderr) == (0, "")


_HOMES = {"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CHAI_TUI_CONFIG"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@briefly("method", ["forkserver", "spawn", "fork"])
@pytest.mark.parametrize("inherited", ["signal.SIG_IGN", "blocked"])
def test_makers_are_joined_whatever_was_inherited(quick: str, method: str, inherited: str) -> None:
    """Whoever started us may have ignored SIGCHLD, or kept it waiting, for itself."""
    how = (
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])"
        if inherited == "blocked"
        else "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"
    )
    script = f"import os, signal, sys; {how}; os.execv(sys.argv[1], sys.argv[1:])"
    command = [console_script(), quick, "--plain", "--start-method", method]
    result = subprocess.run(
        [sys.executable, "-c", script, *command],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "All chai served"


@pytest.mark.parametrize("more", [{}, {"COMP_WORDS": "chai-tui", "COMP_CWORD": "abc"}])
def test_completion_that_no_shell_asked_for_is_told_in_a_line(more: dict[str, str]) -> None:
    result = run(env={**os.environ, "_CHAI_TUI_COMPLETE": "bash_complete", **more})
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("chai-tui: _CHAI_TUI_COMPLETE: expected what a shell sets")


_ALONE = ("-pno:cacheprovider", "-pno:textual-snapshot", "-pno:syrupy")
"""Options without which pytest takes pictures, too: half a second to import."""


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="nobody ignores signals there")
@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_tests_do_not_depend_on_how_they_were_started(workers: str) -> None:
    """Signals are ignored, and blocked; what starts the makers is not what inherits that."""
    script = (
        "import os, signal, sys\n"
        "for number in (1, 2, 3, 15): signal.signal(number, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, (1, 2, 3, 15))\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'pytest', *sys.argv[1:]])\n"
    )
    tests = [f"{__file__}::test_signals_end_everything", "-k", "forkserver"]
    result = subprocess.run(
        [sys.executable, "-c", script, "-q", *_ALONE, *tests, "--numprocesses", workers],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-2_000:]
    assert "3 passed" in result.stdout
