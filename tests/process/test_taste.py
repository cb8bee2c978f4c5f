"""``chai-tui taste`` as a user runs it: what cannot run says why, what to do, and by exit code.

Every reason is provoked for real. Budgets are the smallest that a verdict may take.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import tests
from chai_tui.sources.taste import conductor
from chai_tui.tasting import TastingError, taste
from tests.process.program import console_script
from tests.slowness import Watched
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not on Windows yet")

CASES = Path(tests.__file__).with_name("taste_cases")
SHAPES = CASES / "shapes.py"
PATIENCE = 120.0
CAP_SYS_PTRACE, PR_CAPBSET_DROP = 19, 24

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[Path]:
    """A file that nobody may make; whoever is started carries its name in the environment."""
    path = tmp_path / "mark"
    yield path
    assert not path.exists(), "what a module starts when it is imported ran"
    assert not _who_carries(path), "somebody was left behind"


def _who_carries(mark: Path) -> list[psutil.Process]:
    def carries(process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(
                "TASTE_MARK"
            ) == str(mark)
        except psutil.Error:
            return False

    # Those that were killed may need a moment to be gone.
    deadline = time.monotonic() + PATIENCE
    while (found := [*filter(carries, psutil.process_iter())]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


@pytest.fixture
def run(mark: Path, tmp_path: Path) -> Run:
    """Runs ``chai-tui taste`` with the smallest budget."""

    def run_it(
        target: str, *options: str, typed: str | None = None, **how: Any
    ) -> subprocess.CompletedProcess[str]:
        places = dict.fromkeys(
            ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), str(tmp_path)
        )
        environment = {**os.environ, **places, "TASTE_MARK": str(mark)}
        environment.pop("VIRTUAL_ENV", None)
        return subprocess.run(
            [console_script(), "taste", target, "--budget", "1", *options],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=environment,
            input=typed,
            **how,
        )

    return run_it


def case(name: str) -> str:
    return f"{CASES / name}.py:work"


def shape(name: str) -> str:
    return f"{SHAPES}:{name}"


def verdict_of(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the verdict of a run with ``--json``, which was not to fail."""
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def line_of(name: str, text: str) -> int:
    """Return the line of a case's file that has a text, from 1."""
    lines = (CASES / f"{name}.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


# What races, but not with every engine

ROOM = ("--budget", "4")
"""Seconds enough for a few rounds on a crowded machine; where it is not, they are not used."""


@briefly(
    ("name", "why"),
    [("double", "lambda"), ("local", "inside another function"), ("returns_lock", "pickle")],
)
def test_without_processes_the_others_race_and_the_sentence_says_why(
    run: Run, name: str, why: str
) -> None:
    found = verdict_of(run(shape(name), "--json", *ROOM))
    lanes = {lane["engine"] for lane in found["lanes"]}
    assert {"serial", "thread"} <= lanes
    assert "process" not in lanes
    assert "processes" in found["verdict"]["sentence"].lower()
    assert why in found["verdict"]["sentence"]


def test_an_argument_that_cannot_be_pickled_is_refused_with_the_reason() -> None:
    with pytest.raises(TastingError, match=r"items: one of them cannot be pickled.*lock"):
        taste(shape("raises_at"), [threading.Lock()], budget=1)


def test_results_that_depend_on_who_else_works_are_told(run: Run) -> None:
    only = ("--each", "range(8)", "--engines", "thread", "--workers", "4")
    done = run(shape("shares"), *only, "--plain", *ROOM)
    assert done.returncode == 0, done.stderr
    assert "item" in done.stdout
    assert "differ" in done.stdout or "something else" in done.stdout


@pytest.mark.thorough
def test_what_differs_from_itself_is_not_blamed_on_an_engine(run: Run) -> None:
    found = verdict_of(run(shape("counts"), "--json", "--engines", "thread", *ROOM))
    assert "shared" not in found["verdict"]["sentence"]


TRIES = 10
"""So often what can only be measured with two cores for itself is measured on a loaded machine."""


@pytest.mark.thorough
def test_what_uses_several_cores_by_itself_is_told(run: Run) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("it needs two cores")
    for _ in range(TRIES):
        done = run(shape("own_threads"), "--plain")
        assert done.returncode == 0, done.stderr
        if "by itself" in done.stdout or "threads of its own" in done.stdout:
            return
    raise AssertionError(done.stdout)


@pytest.mark.thorough
def test_where_nobody_may_look_at_the_gil_the_share_is_about(run: Run) -> None:
    def no_right_to_look() -> None:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0)

    target = f"{CASES / 'undumpable.py'}:busy"
    done = run(target, "--plain", preexec_fn=no_right_to_look)
    assert done.returncode == 0, done.stderr
    assert "about" in done.stdout


# Modules that cannot be imported


@briefly(
    ("name", "text", "words"),
    [
        ("starts_process", "process.start()", "starts a process"),
        ("starts_thread", "threading.Thread(", "starts a thread"),
        ("starts_shell", "os.system(", "runs a command"),
        ("reads_input", "input(", "asks for input"),
    ],
    keep=(0, 3),
)
def test_what_an_import_would_start_is_shown_with_its_line_and_does_not_run(
    run: Run, name: str, text: str, words: str
) -> None:
    done = run(case(name), "--plain", typed="Kettle\n")
    assert done.returncode == 1
    assert f"{words} at line {line_of(name, text)} when imported" in done.stderr
    assert 'put it under `if __name__ == "__main__":`' in done.stderr
    assert not done.stdout


def test_an_import_that_raises_is_shown_with_its_traceback(run: Run) -> None:
    done = run(case("raises"), "--plain")
    assert done.returncode == 1
    assert "RuntimeError: no tea today" in done.stderr
    assert f"line {line_of('raises', 'raise RuntimeError')}" in done.stderr
    assert "_chai_taste" not in done.stderr


def test_an_import_that_ends_the_program_says_so(run: Run) -> None:
    done = run(case("exits"), "--plain")
    assert done.returncode == 1
    assert f"line {line_of('exits', 'sys.exit(4)')}" in done.stderr
    assert "exit" in done.stderr


def test_an_import_that_never_returns_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor, "START_SECONDS", 1.0)
    with pytest.raises(TastingError, match=r"import.*(not returned|did not end)"):
        taste(case("never_ends"), budget=1)


# Calls that do not return what they should


def test_a_function_that_raises_says_with_which_item(run: Run) -> None:
    done = run(shape("raises_at"), "--each", "range(8)", "--plain")
    assert done.returncode == 1
    assert "ValueError: no chai for 3" in done.stderr
    assert "item 3" in done.stderr


@pytest.mark.long
def test_a_function_that_never_returns_is_ended_after_its_time(run: Run) -> None:
    done = run(shape("never_returns"), "--plain", "--timeout", "1")
    assert done.returncode == 1
    assert "did not return within 1 s" in done.stderr
    assert "--timeout" in done.stderr


def test_a_function_that_ends_its_process_is_told_by_its_exit_code(run: Run) -> None:
    done = run(shape("leaves"), "--plain")
    assert done.returncode == 1
    assert "exit code 7" in done.stderr


def test_a_function_that_is_killed_is_told_by_its_signal(run: Run) -> None:
    done = run(shape("is_killed"), "--plain")
    assert done.returncode == 1
    assert "SIGKILL" in done.stderr or f"signal {int(signal.SIGKILL)}" in done.stderr


def test_what_a_function_prints_is_kept_from_the_output(run: Run) -> None:
    done = run(shape("prints"), "--json", "--engines", "thread")
    found = verdict_of(done)
    assert found["printed_lines"] > 0
    # Several may print at once: a line's end may come after another's line.
    assert any("steeping [b]now[/b]" in line for line in found["printed"])
    assert any("past Python" in line for line in found["printed"])
    assert "steeping" not in done.stderr
    lines = run(shape("prints"), "--plain", "--engines", "thread")
    assert "steeping" not in lines.stdout + lines.stderr


def test_a_function_that_reads_gets_the_end_of_file(run: Run) -> None:
    done = run(shape("reads"), "--json", "--engines", "thread", typed="never read\n")
    assert verdict_of(done)["tasted"]["shown"] == "''"


@briefly(
    ("name", "words", "code"),
    [
        ("returns_iterator", "returns an iterator", 1),
        ("generates", "is a generator, which returns at its first yield", 2),
        ("Kettle", "is a class", 2),
        ("not_callable", "cannot be called", 2),
    ],
    keep=(0, 2),
)
def test_what_is_no_function_to_time_says_what_it_is(
    run: Run, name: str, words: str, code: int
) -> None:
    done = run(shape(name), "--plain")
    assert words in done.stderr
    assert done.returncode == code


@pytest.mark.thorough
def test_what_only_the_first_call_does_is_no_part_of_a_call(run: Run) -> None:
    found = verdict_of(run(shape("builds_once"), "--json", "--engines", "thread", "--budget", "2"))
    assert found["tasted"]["calls"] > 1
    assert found["tasted"]["wall_seconds"] / found["tasted"]["calls"] < 0.3
    assert found["gil"]["share"] is None or found["gil"]["share"] > 0.9


def test_a_method_of_a_class_is_tasted(run: Run) -> None:
    found = verdict_of(run(shape("Kettle.boil"), "--json", "--engines", "thread", *ROOM))
    assert {lane["engine"] for lane in found["lanes"]} == {"serial", "thread"}


# Names and usage


@briefly(
    ("target", "words"),
    [
        (str(CASES / "shape.py:busy"), "shapes.py"),
        (shape("bussy"), "busy"),
        (shape("Kettle.boyl"), "boil"),
        ("jsn:loads", "json"),
        ("json:lods", "loads"),
    ],
    keep=(0, 3),
)
def test_a_name_that_is_not_there_is_answered_with_the_nearest(
    run: Run, target: str, words: str
) -> None:
    done = run(target, "--plain")
    assert done.returncode == 2
    assert words in done.stderr
    assert "id you mean" in done.stderr


@pytest.mark.parametrize(
    "options", [["--engines", "fibre"], ["--items", "no-such-file"], ["--arg", "tea"]]
)
def test_bad_options_are_bad_usage(run: Run, options: list[str]) -> None:
    done = run(shape("busy"), "--plain", *options)
    assert done.returncode == 2
    assert options[1] in done.stderr


def test_another_verdict_than_expected_has_its_own_exit_code(run: Run) -> None:
    options = ("--engines", "thread", "--plain", "--expect")
    done = run(shape("waits"), *options, "process")
    assert done.returncode == 3
    assert "--expect: expected process, found" in done.stderr
    assert done.stdout
    # A crowded machine may need more than a second to find any.
    for budget in ("1", "4", "8"):
        with Watched() as machine:
            done = run(shape("waits"), *options, "serial,thread", "--budget", budget)
        if done.returncode == 0:
            break
        assert "no verdict" in done.stderr, done.stderr
        assert machine.is_crowded
    else:
        pytest.fail(done.stderr)
