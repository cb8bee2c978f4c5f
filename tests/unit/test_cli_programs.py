"""What ``chai-tui run`` and ``chai-tui watch`` are asked for, and what they make of it.

Nothing is started, and nothing is looked at.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.__main__ import main
from chai_tui.cli.commands import cli
from chai_tui.cli.common import interpreter, screen
from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.interpreter import python_of_shell
from chai_tui.cli.programs import asked, launch
from chai_tui.cli.programs.asked import Kind, settle_program
from chai_tui.cli.programs.launch import Shown, is_over
from chai_tui.cli.programs.processes import settle_name, settle_pids
from chai_tui.config.settings import PATH_VARIABLE
from chai_tui.host.process_stat import OTHERS
from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, RunBegan, Seated, Started, Unseated
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.state.floor import Floor
from tests.unit.any_input import words

if sys.platform != "linux":
    pytest.skip("programs are run and watched on Linux alone", allow_module_level=True)

PYTHON = "/opt/python/bin/python3"
"""The interpreter that is found, where a test does not say otherwise."""
ASK, LAUNCH = asked._asked_of, launch.launch
"""What really asks an interpreter, and really launches."""


class Launched:
    """Notes what would be started or looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.program: RunProgram | WatchProgram | None = None
        self.how = Shown()
        self.stdin_was_read = False
        monkeypatch.setattr(launch, "launch", self._launch)

    def _launch(
        self, program: RunProgram | WatchProgram, how: Shown, *, stdin_was_read: bool = False
    ) -> int:
        self.program, self.how, self.stdin_was_read = program, how, stdin_was_read
        return 0

    @property
    def run(self) -> RunProgram:
        assert isinstance(self.program, RunProgram)
        return self.program

    @property
    def watch(self) -> WatchProgram:
        assert isinstance(self.program, WatchProgram)
        return self.program


class Ran(NamedTuple):
    """What a call of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        assert (self.code, self.out) == (2, "")
        (line,) = self.err.splitlines()
        assert line.isprintable()
        return line.removeprefix("chai-tui: ")


def call(*arguments: str) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Launched:
    """A folder with a script, a program and others; and nothing that is started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATH_VARIABLE, os.devnull + "/none")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setattr(asked, "python_of_shell", lambda: PYTHON)
    monkeypatch.setattr(asked, "_asked_of", lambda *_: "")
    for name, text, mode in (
        ("lesson.py", "print()\n", 0o644),
        ("prog", "#!/bin/sh\n", 0o755),
        ("lesson", "#!/usr/bin/env python3\n", 0o644),
        ("notes.txt", "notes\n", 0o644),
        ("-odd.py", "", 0o644),
        ("my prog", "#!/bin/sh\n", 0o755),
        ("app.ZIP", "PK", 0o755),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    for name in ("folder", "app"):
        (tmp_path / name).mkdir()
    (tmp_path / "app" / "__main__.py").touch()
    os.mkfifo(tmp_path / "pipe")
    return Launched(monkeypatch)


# What is run

RUN = {
    "lesson.py": ([PYTHON, "lesson.py"], "python lesson.py"),
    "./lesson.py 3 'a b'": ([PYTHON, "./lesson.py", "3", "a b"], "python ./lesson.py 3 'a b'"),
    "lesson.py --plain --help -- -m": (
        [PYTHON, "lesson.py", "--plain", "--help", "--", "-m"],
        "python lesson.py --plain --help -- -m",
    ),
    "lesson": ([PYTHON, "lesson"], "python lesson"),
    "prog --json": (["./prog", "--json"], "./prog --json"),
    "./prog": (["./prog"], "./prog"),
    "-m http.server --bind ::1": (
        [PYTHON, "-m", "http.server", "--bind", "::1"],
        "python -m http.server --bind ::1",
    ),
    "-m foo-bar": ([PYTHON, "-m", "foo-bar"], "python -m foo-bar"),
    "app 3": ([PYTHON, "app", "3"], "python app 3"),
    "app.ZIP": ([PYTHON, "app.ZIP"], "python app.ZIP"),
    "-mthis -q": ([PYTHON, "-m", "this", "-q"], "python -m this -q"),
    "-- sh -c true --plain": (["sh", "-c", "true", "--plain"], "sh -c true --plain"),
    "-- ./prog -- --help": (["./prog", "--", "--help"], "./prog -- --help"),
    "-- 'my prog'": (["sh", "-c", "my prog"], "my prog"),
    "-- './my prog'": (["./my prog"], "'./my prog'"),
    "-- 'true | cat  # 5'": (["sh", "-c", "true | cat  # 5"], "true | cat  # 5"),
}


@pytest.mark.parametrize("line", RUN)
def test_a_program_is_asked_for_in_three_ways(line: str, launched: Launched) -> None:
    if line == "-- 'my prog'":
        Path("my prog").unlink()  # else it is what is meant
    assert call("run", *shlex.split(line)) == Ran(0, "", "")
    command, shown = RUN[line]
    first, *others = launched.run.command
    assert ["sh" if first.endswith("/sh") else first, *others] == command
    assert launched.run.shown == shown
    assert (launched.run.hook, launched.run.attach, launched.run.tty) == (True, True, False)
    assert (launched.run.stdin, launched.stdin_was_read) == (None, False)
    assert launched.how == Shown()


def test_our_options_stand_before_the_program(launched: Launched) -> None:
    options = "--stdin notes.txt --tty --no-hook --no-attach --every 0.25 --exit --large -q"
    assert call("run", *options.split(), "--record=x.chai", "lesson.py", "--json").code == 0
    assert launched.run._replace(inherits=()) == RunProgram(
        (PYTHON, "lesson.py", "--json"), "python lesson.py --json", "notes.txt", True, False, False
    )
    assert launched.how == Shown(0.25, False, False, "x.chai", True, True, True)
    assert call("run", "--plain", "-qm", "this").problem.startswith("--quiet: only for the screen")
    assert call("run", "-qm", "this").code == 0
    assert (launched.run.command[1:], launched.how.quiet) == (("-m", "this"), True)
    assert call("run", "--json", "lesson.py").code == 0
    assert (launched.how.as_json, launched.how.plain) == (True, False)


def test_a_script_whose_name_begins_with_a_dash_is_a_path() -> None:
    program = settle_program(Kind.FILE, ["-odd.py"])
    assert program.command == (PYTHON, "./-odd.py")


BAD_RUN = {
    "": "expected script.py, -m module or -- command, found nothing",
    "--": "expected a command after --, found nothing",
    "-- ''": "expected a command after --, found nothing",
    "-- '  '": "expected a command after --, found only spaces",
    "-m": "expected the name of a module after -m, found nothing",
    "-m ''": "expected the name of a module after -m, found nothing",
    "-m -x": '-m: expected the name of a module, found "-x"',
    "-m .x": '-m: expected the name of a module, found ".x"',
    "-m ../x.py": '-m: expected the name of a module, found "../x.py"',
    "nosuch.py": "nosuch.py: no such file",
    "sh": "sh: no such file; for the command of this name: chai-tui run -- sh",
    "./sh": "./sh: no such file",
    "notes.txt": "notes.txt: expected a Python script or a program, found a file that may not be",
    "folder": "folder: expected a script or a program, found a folder",
    "pipe": "pipe: expected a script or a program, found a device, pipe or socket",
    "lesson.py/x": "lesson.py/x: Not a directory",
    "-": "-: no such file",
    "-- nosuch-command": "nosuch-command: no such command on PATH",
    "-- ./nosuch": "./nosuch: no such file",
    "-- ./notes.txt": "./notes.txt: it may not be executed",
    "-- ./folder x": "./folder: expected a script or a program, found a folder",
    "--every 0.04 lesson.py": 'expected a number from 0.05 to 10, found "0.04"',
    "--every 11 lesson.py": 'expected a number from 0.05 to 10, found "11"',
    "--every nan lesson.py": 'expected a number from 0.05 to 10, found "nan"',
    "--every": "'--every' requires an argument",
    "--plain --json lesson.py": "--plain and --json: expected one of them, found both",
    "--large --plain lesson.py": "--large: only for the screen",
    "--quiet --json lesson.py": "--quiet: only for the screen",
    "--evry 1 lesson.py": "No such option.*--evry",
    "-x lesson.py": "No such option.*-x",
    "--stdin nosuch lesson.py": "--stdin nosuch: No such file or directory",
    "--stdin folder lesson.py": "--stdin folder: expected a file, found a folder",
}
IN_HELP = re.compile(r"found nothing|only spaces|only for|option|expected a number|found both|-m:")
"""Of what is wrong with a file the help says nothing."""


@pytest.mark.parametrize("line", BAD_RUN)
def test_what_cannot_be_run_is_one_line_and_exit_code_2(line: str, launched: Launched) -> None:
    problem = call("run", *shlex.split(line)).problem
    assert re.search(re.sub(r"([().])", r"\\\1", BAD_RUN[line]).replace(r"\.*", ".*"), problem)
    assert ("(see chai-tui run --help)" in problem) == bool(
        IN_HELP.search(problem) or "requires" in problem
    )
    assert launched.program is None


def test_what_may_not_be_read_is_not_run(
    monkeypatch: pytest.MonkeyPatch, launched: Launched
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    assert call("run", "lesson.py").problem == "lesson.py: it may not be read"
    with pytest.raises(BadRequestError, match="it may not be read"):
        launch._input("notes.txt")
    assert launched.program is None


def test_names_that_no_file_can_have_are_refused(launched: Launched) -> None:
    assert "found a NUL character" in call("run", "a\0b").problem
    assert "found a NUL character" in call("run", "--", "true", "a\0b").problem
    assert call("run", "x" * 5_000).problem.endswith("File name too long")
    assert call("run", "a\x1b[2J.py").problem == "a␛[2J.py: no such file"
    assert launched.program is None


def test_a_module_is_looked_for_and_not_imported(
    monkeypatch: pytest.MonkeyPatch, launched: Launched
) -> None:
    monkeypatch.setattr(asked, "_asked_of", ASK)
    monkeypatch.setattr(asked, "python_of_shell", lambda: sys.executable)
    package = Path("package")
    (package / "inner").mkdir(parents=True)
    for path in (package / "__init__.py", package / "inner" / "__init__.py", package / "part.py"):
        path.write_text("raise SystemExit('imported')\n")
    expected = {
        "package.part": "",
        "package": "a package without __main__",
        # They may say themselves where their modules are.
        "package.inner": "",
        "package.other": "",
        "nosuch_module.part": "no such module",
        "nosuch_module": "no such module",
        "http.server": "",
    }
    for name, problem in expected.items():
        ran = call("run", "-m", name)
        assert (problem in ran.problem) if problem else ran == Ran(0, "", ""), name
    launched.program = None
    (package / "__main__.py").touch()
    assert call("run", "-m", "package").code == 0
    assert launched.run.command == (sys.executable, "-m", "package")


def test_an_interpreter_that_does_not_answer_is_run_all_the_same(
    monkeypatch: pytest.MonkeyPatch, launched: Launched
) -> None:
    monkeypatch.setattr(asked, "_asked_of", ASK)
    monkeypatch.setattr(asked, "python_of_shell", lambda: "/nosuch/python")
    assert call("run", "-m", "this").code == 0
    assert launched.run.command == ("/nosuch/python", "-m", "this")


@pytest.mark.parametrize("path", ["-", "/dev/stdin", "/proc/self/fd/0", "link"])
def test_our_own_input_is_handed_on(
    path: str, monkeypatch: pytest.MonkeyPatch, launched: Launched
) -> None:
    Path("link").symlink_to("/dev/stdin")
    monkeypatch.setattr(os, "isatty", lambda _: False)
    monkeypatch.setattr(os, "dup", lambda number: 1_000 + number)
    with Path("notes.txt").open() as notes:  # 0 may be a pipe, or closed
        assert call("run", "--stdin", path, "lesson.py").code == 0
        assert (launched.run.stdin, launched.stdin_was_read) == (1_000, True)
        # Nor is another one of ours opened anew.
        assert call("run", "--stdin", f"/dev/fd/{notes.fileno()}", "lesson.py").code == 0
        assert (launched.run.stdin, launched.stdin_was_read) == (1_000 + notes.fileno(), False)
    monkeypatch.setattr(os, "isatty", lambda _: True)
    assert "found the terminal" in call("run", "--stdin", path, "lesson.py").problem


def test_a_descriptor_that_is_not_open_is_said_to_be_none(launched: Launched) -> None:
    for none in ("/dev/fd/99999", "/dev/fd/99999999999999999999"):
        problem = call("run", "--stdin", none, "lesson.py").problem
        assert problem == f"--stdin {none}: No such file or directory"
    assert launched.program is None


def test_what_we_were_given_for_the_program_is_handed_on(launched: Launched) -> None:
    given, ours = os.pipe()
    try:
        os.set_inheritable(given, True)
        assert call("run", "lesson.py").code == 0
        assert given in launched.run.inherits
        assert not {0, 1, 2, ours} & {*launched.run.inherits}
    finally:
        os.close(given)
        os.close(ours)


# Which Python


def make_python(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_the_python_is_the_one_that_the_user_would_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_path = make_python(tmp_path / "bin" / "python3", "\x7fELF")
    environment = make_python(tmp_path / "venv" / "bin" / "python", "\x7fELF")
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert python_of_shell() == str(on_path)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
    assert python_of_shell() == str(environment)
    environment.unlink()
    assert python_of_shell() == str(on_path)
    on_path.rename(on_path.with_name("python"))
    assert python_of_shell() == str(on_path.with_name("python"))
    monkeypatch.setenv("PATH", str(tmp_path / "nosuch"))
    assert python_of_shell() == sys.executable


def test_a_script_that_looks_for_a_python_is_asked_which(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shim = make_python(
        tmp_path / "bin" / "python3", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'
    )
    monkeypatch.setenv("PATH", str(shim.parent))
    assert Path(python_of_shell()).samefile(sys.executable)
    assert python_of_shell() != str(shim)
    make_python(shim, "#!/bin/sh\nexit 1\n")
    assert python_of_shell() == str(shim)
    make_python(shim, "#!/bin/sh\necho nowhere\n")
    assert interpreter.python_of_shell() == str(shim)


# Who is watched


def make_process(proc: Path, pid: int, parent: int, command: str, name: str = "") -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "status").write_text(f"Name:\tx\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{parent}\n")
    (folder / "cmdline").write_bytes(command.replace(" ", "\0").encode())
    (folder / "comm").write_text((name or command.partition(" ")[0])[:15] + "\n")


def test_those_that_have_a_text_in_their_name_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proc = tmp_path / "proc"
    monkeypatch.setattr(os, "getpid", lambda: 40)
    for pid, parent, command in (
        (1, 0, "init gunicorn"),
        (20, 1, "bash -c gunicorn"),
        (40, 20, "chai-tui watch --name gunicorn"),
        (41, 1, "python -m gunicorn app"),
        (9, 41, "Gunicorn: worker"),
        (43, 1, "sleep 5"),
    ):
        make_process(proc, pid, parent, command)
    make_process(proc, 44, 1, "", "kworker/0:1")
    (proc / "50").mkdir()  # it ends while it is looked at
    (proc / "net").mkdir()
    assert settle_name("GUNICORN", proc) == (9, 41)
    assert settle_name("-m gunicorn app", proc) == (41,)
    assert settle_name("kwork", proc) == (44,)
    with pytest.raises(BadRequestError, match='no process has "chai-tui watch"'):
        settle_name("chai-tui watch", proc)


BAD_WATCH = {
    "": "expected the number of a process, or --name TEXT, found nothing",
    "0": 'expected the number of a process, found "0"',
    "000": 'expected the number of a process, found "000"',
    "-5": "expected the number of a process, found -5",
    "-512 1": "expected the number of a process, found -512",
    "1 -q5": "No such option.*-5",
    "x": 'expected the number of a process, found "x"',
    "1.5": 'expected the number of a process, found "1.5"',
    "٣": 'expected the number of a process, found "٣"',
    "+1": 'expected the number of a process, found "\\+1"',
    "4194305": "4194305: no such process",  # more than Linux ever has
    "99999999999999999999999": "99999999999999999999999: no such process",
    "--name ''": "--name: expected a part of a command line, found nothing",
    "--name": "'--name' requires an argument",
    "--name x 1": "PID and --name: expected one of them, found both",
    "--plain --json 1": "--plain and --json: expected one of them",
    "--no-hook 1": "No such option.*--no-hook",
    "--every 20 1": "expected a number from 0.05 to 10",
}


@pytest.mark.parametrize("line", BAD_WATCH)
def test_who_cannot_be_watched_is_one_line_and_exit_code_2(line: str, launched: Launched) -> None:
    problem = call("watch", *shlex.split(line)).problem
    assert re.search(BAD_WATCH[line], problem)
    assert ("(see chai-tui watch --help)" in problem) == ("no such process" not in problem)
    assert launched.program is None


def test_neither_ourselves_nor_a_thread_is_watched(launched: Launched) -> None:
    assert call("watch", str(os.getpid())).problem == f"{os.getpid()}: that is this chai-tui itself"
    ready, done = threading.Event(), threading.Event()

    def wait() -> None:
        ready.set()
        done.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        ready.wait()
        told = call("watch", str(thread.native_id)).problem
    finally:
        done.set()
        thread.join()
    assert told == f"{thread.native_id}: that is a thread of this chai-tui itself"
    assert launched.program is None


def test_a_thread_of_another_process_says_whose_it_is(tmp_path: Path) -> None:
    make_process(tmp_path, 81, 1, "server")
    (tmp_path / "82").mkdir()
    (tmp_path / "82" / "status").write_text("Name:\tx\nTgid:\t81\nPid:\t82\n")
    with pytest.raises(BadRequestError, match="82: it is a thread of process 81: chai-tui watch 8"):
        settle_pids(["81", "82"], tmp_path)
    assert settle_pids(["81", "081", "81"], tmp_path) == (81,)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(), "another user's"),
        (ProcessLookupError(), "no such process"),
        (None, "/proc does not tell of it"),
    ],
)
def test_who_is_hidden_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: OSError | None, told: str
) -> None:
    def kill(_pid: int, number: int) -> None:
        assert number == 0
        if error is not None:
            raise error

    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(BadRequestError, match=f"77: .*{told}"):
        settle_pids(["77"], tmp_path)


def test_pids_are_watched_each_once(launched: Launched) -> None:
    other = subprocess.Popen(["sleep", "600"])
    try:
        pids = [str(other.pid), "1", str(other.pid)]
        assert call("watch", "--no-attach", "--every", "2", *pids, "--plain").code == 0
        assert launched.watch == WatchProgram((other.pid, 1), f"{other.pid} 1", attach=False)
        assert launched.how == Shown(2.0, plain=True)
        named = f"sleep {600}"
        assert call("watch", "--name", named).code == 0
        assert other.pid in launched.watch.pids
        assert launched.watch.shown == named
    finally:
        other.kill()
        other.wait()


# Both


@pytest.mark.parametrize("command", ["run lesson.py", "watch 1"])
def test_elsewhere_than_on_linux_it_is_said(
    command: str, monkeypatch: pytest.MonkeyPatch, launched: Launched
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    ran = call(*command.split())
    name = command.split(maxsplit=1)[0]
    assert ran.problem == f"{name}: only on Linux: it is /proc that tells what a program does"
    assert launched.program is None


@pytest.mark.parametrize("command", ["run lesson.py", "watch 1"])
def test_where_numbers_are_of_others_nothing_is_started(
    command: str, monkeypatch: pytest.MonkeyPatch, launched: Launched
) -> None:
    monkeypatch.setattr(launch, "why_unseen", lambda: OTHERS)
    ran = call(*command.split())
    assert ran.code == 2
    assert ran.problem.startswith(f"{command.partition(' ')[0]}: {OTHERS}: nobody can be")
    assert launched.program is None


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(["run", "watch"]), st.lists(words, max_size=6))
def test_any_arguments_are_understood_or_refused_in_a_line(
    command: str, arguments: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(asked, "_asked_of", lambda *_: "")
        monkeypatch.setattr(asked, "python_of_shell", lambda: PYTHON)
        Launched(monkeypatch)
        ran = call(command, *arguments)
    if ran.code == 2:
        assert ran.problem
    else:
        assert ran.code == 0


def test_a_screen_or_lines_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[tuple[str, Any]] = []

    def show(view: str, *options: object) -> int:
        came.append((view, options))
        return 0

    monkeypatch.setattr(launch, "on_screen", partial(show, "screen"))
    monkeypatch.setattr(launch, "without_screen", partial(show, "lines"))
    program = RunProgram(("true",), "true")
    for lines, reason in ((True, None), (False, "stdin is no terminal"), (False, None)):
        monkeypatch.setattr(screen, "why_no_screen", lambda *_, reason=reason: reason)
        monkeypatch.setattr(screen, "_is_in_front", lambda: True)
        assert LAUNCH(program, Shown(plain=lines)) == 0
    assert [view for view, _ in came] == ["lines", "lines", "screen"]
    assert came[0][1] == (program, Shown(plain=True), None)


def test_what_is_a_file_of_python_without_a_function_can_be_run() -> None:
    for command in ([], ["brew"], ["taste"]):
        problem = call(*command, "lesson.py").problem
        assert "; to run the file: chai-tui run lesson.py" in problem


def completed(line: str, incomplete: str) -> list[tuple[str, str]]:
    from click.shell_completion import ShellComplete

    shell = ShellComplete(cli, {}, "chai-tui", "_CHAI_TUI_COMPLETE")
    return [(item.type, item.value) for item in shell.get_completions(line.split(), incomplete)]


def test_options_are_completed_up_to_the_program_and_files_from_there_on() -> None:
    assert {("plain", "--tty"), ("plain", "--no-hook")} <= set(completed("run", "--"))
    assert completed("run --plain", "--ev") == [("plain", "--every")]
    for line in ("run", "run --every 1", "run --"):
        assert completed(line, "les") == [("file", "les")]
    for line in ("run lesson.py", "run -m pytest", "run -- make"):
        assert completed(line, "") == [("file", "")]
        assert completed(line, "--") == [("file", "--")]
    assert completed("run -m", "x") == []
    assert completed("watch", "--na") == [("plain", "--name")]
    assert ("plain", "run") in completed("", "ru")


@pytest.mark.parametrize("command", ["run", "watch"])
def test_every_example_of_help_can_be_asked_for(
    command: str, launched: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "settle_pids", lambda words: tuple(map(int, words)))
    monkeypatch.setattr(launch, "settle_name", lambda _: (1,))
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    lines = call(command, "-h").out.splitlines()
    examples = [
        line.strip().split("   ")[0].removeprefix("chai-tui ")
        for line in lines
        if line.startswith(f"    chai-tui {command} ")
    ]
    assert len(examples) >= 3
    for example in examples:
        launched.program = None
        assert call(*shlex.split(example)) == Ran(0, "", "")
        assert launched.program is not None
    ways = call("run", "--help").out.splitlines()[:3]
    assert [way.split("[OPTIONS] ")[1] for way in ways] == [
        "script.py [ARGS]...",
        "-m module [ARGS]...",
        "-- command [ARGS]...",
    ]


# How it ends


def ended(*codes: int | None) -> Floor:
    """A floor on which a program's processes ended with these codes, the first one its first."""
    floor = Floor()
    floor.fold([RunBegan(1.0, "run")])
    for number, code in enumerate(codes, 1):
        floor.fold(
            [
                Seated(1.0, number, number, 100 + number, Engine.PROCESS, "", ()),
                Started(1.0, number, 100 + number, 100 + number),
                Exited(2.0, number, code, ours=False),
            ]
        )
    return floor


def test_a_program_is_over_when_everybody_has_ended() -> None:
    floor = Floor()
    assert not is_over(floor)
    assert is_over(ended(0, 1))
    floor = ended(0)
    floor.fold([Seated(1.0, 2, 2, 102, Engine.PROCESS, "", ())])
    assert not is_over(floor)
    floor = Floor()
    floor.fold([RunBegan(1.0, "run"), Unseated(1.0, 1, "gone")])
    assert is_over(floor)
