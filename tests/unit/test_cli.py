"""The command line: what is asked for reaches the right view, and bad usage is one line."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, TextIO

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui import __version__
from chai_tui.__main__ import main
from chai_tui.cli import commands as cli
from chai_tui.cli import launch as brew
from chai_tui.cli.common import screen
from chai_tui.cli.common.screen import why_no_screen
from chai_tui.cli.settle import check_start_method
from chai_tui.config.settings import PATH_VARIABLE, START_METHODS, Settings
from chai_tui.host.engines import engines_here, why_not_here
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.engine import Engine
from chai_tui.model.launch import Launch
from chai_tui.model.recipe import BUILT_IN
from chai_tui.recording.output import RecordingFile
from tests.unit.any_input import words

STEP = '[[steps]]\nname = "boil"\nwait = 0.01\n'


class Ran(NamedTuple):
    """What a call of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        """The one line of bad usage."""
        assert (self.code, self.out) == (2, "")
        (line,) = self.err.splitlines()
        assert line.startswith("chai-tui: ")
        return line.removeprefix("chai-tui: ")


class Views:
    """Takes the place of both views, and remembers what they were asked to show."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.launch: Launch | None = None
        self.shown: dict[str, Any] = {}
        self.file: RecordingFile | None = None
        monkeypatch.setattr(brew, "without_screen", self._without_screen)
        monkeypatch.setattr(brew, "on_screen", self._on_screen)

    def _without_screen(self, launch: Launch, file: RecordingFile | None, **shown: Any) -> int:
        self.launch, self.shown, self.file = launch, {"view": "lines", **shown}, file
        return 0

    def _on_screen(
        self,
        launch: Launch,
        loaded: Settings,
        warnings: list[str],
        file: RecordingFile | None,
    ) -> int:
        self.launch, self.file = launch, file
        self.shown = {"view": "screen", "settings": loaded, "warnings": warnings}
        return 0

    @property
    def asked(self) -> Launch:
        assert self.launch is not None
        return self.launch


def call(*arguments: str) -> Ran:
    """Call the command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Ran(code, out.getvalue(), err.getvalue())


def program(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run the program in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "chai_tui", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )
    return Ran(result.returncode, result.stdout, result.stderr)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file of this test's own; it says nothing at first."""
    path = tmp_path / "config"
    path.touch()
    monkeypatch.setenv(PATH_VARIABLE, str(path))
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> Views:
    return Views(monkeypatch)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is a terminal that can draw."""
    monkeypatch.setattr(screen, "why_no_screen", lambda *_: None)


# What is asked for


@pytest.mark.parametrize("arguments", [[], ["brew"], ["--plain"], ["brew", "--plain"], ["--"]])
def test_brewing_three_chai_is_the_default(views: Views, arguments: list[str]) -> None:
    assert call(*arguments) == Ran(0, "", "")
    assert views.asked.makers == 3
    assert views.asked.recipe is BUILT_IN["chai"]
    assert views.asked.engine is Engine.PROCESS
    assert views.asked.seed is None
    assert views.shown == {"view": "lines", "as_json": False}


@pytest.mark.parametrize(
    "arguments",
    [
        "grind --makers 5 --engine thread --start-method spawn --seed 7 --json",
        "brew grind --makers=5 --engine=thread --start-method=spawn --seed=7 --json",
        "--makers 5 --engine thread --start-method spawn --seed 7 --json grind",
        "--json --makers 9 grind --makers 5 --engine thread --start-method spawn --seed 7",
    ],
)
def test_every_option_reaches_the_kitchen(views: Views, arguments: str) -> None:
    assert call(*arguments.split()) == Ran(0, "", "")
    assert views.asked == Launch(5, BUILT_IN["grind"], Engine.THREAD, "spawn", 7)
    assert views.shown == {"view": "lines", "as_json": True}


def test_a_recipe_can_be_a_file(views: Views, tmp_path: Path) -> None:
    (tmp_path / "kadak.toml").write_text(STEP)
    assert call("kadak.toml").code == 0
    assert views.asked.recipe.name == "kadak"


@pytest.mark.usefixtures("terminal")
def test_the_screen_is_the_view_on_a_terminal(views: Views, config: Path) -> None:
    config.write_text("theme = 'nord'\nx = 1")
    assert call("--exit").code == 0
    assert views.shown["view"] == "screen"
    assert views.asked.exit_when_served
    assert views.shown["settings"].theme == "nord"
    assert views.shown["warnings"] == [
        f"{config}: x: unknown key, expected theme, defaults or keys"
    ]


@pytest.mark.usefixtures("terminal")
def test_plain_and_json_need_no_terminal_and_take_none(views: Views) -> None:
    for option in ("--plain", "--json"):
        assert call(option).code == 0
        assert views.shown["view"] == "lines"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


YES, NO = Terminal(), io.StringIO()


@pytest.mark.parametrize(
    ("streams", "term", "reason"),
    [
        ((YES, YES, YES), "xterm", None),
        ((YES, NO, YES), "xterm", ""),
        ((NO, NO, NO), "dumb", ""),
        ((None, None, None), "xterm", ""),
        ((NO, YES, YES), "xterm", "stdin is no terminal"),
        ((None, YES, YES), "xterm", "stdin is no terminal"),
        ((YES, YES, NO), "xterm", "stderr is no terminal"),
        ((YES, YES, YES), "dumb", "TERM names a terminal"),
    ],
)
def test_a_screen_needs_a_terminal_on_every_side(
    monkeypatch: pytest.MonkeyPatch,
    streams: tuple[TextIO | None, TextIO | None, TextIO | None],
    term: str,
    reason: str | None,
) -> None:
    monkeypatch.setenv("TERM", term)
    told = why_no_screen(*streams)
    if not reason:
        assert told == reason
    else:
        assert told is not None
        assert told.startswith(reason)


def test_why_there_is_no_screen_is_told(views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "why_no_screen", lambda *_: "stdin is no terminal")
    assert call() == Ran(0, "", "chai-tui: stdin is no terminal\n")
    assert views.shown["view"] == "lines"
    assert call("--plain") == Ran(0, "", "")


# Settings


def test_settings_are_the_defaults(views: Views, config: Path) -> None:
    config.write_text(
        "[defaults]\nrecipe = 'masala'\nmakers = 4\nengine = 'serial'\nstart_method = 'spawn'"
    )
    assert call() == Ran(0, "", "")
    assert views.asked == Launch(4, BUILT_IN["masala"], Engine.SERIAL, "spawn", None)
    assert call("grind", "--makers", "2", "--engine", "process").code == 0
    assert views.asked == Launch(2, BUILT_IN["grind"], Engine.PROCESS, "spawn", None)


def test_a_recipe_of_the_settings_may_be_bad(views: Views, config: Path, tmp_path: Path) -> None:
    config.write_text("defaults.recipe = 'kadak.toml'")
    missing = f"chai-tui: {config}: defaults.recipe: {tmp_path / 'kadak.toml'}: no such file\n"
    assert call() == Ran(0, "", missing)
    assert views.asked.recipe is BUILT_IN["chai"]
    assert call("grind") == Ran(0, "", "")  # it was not needed
    (tmp_path / "kadak.toml").write_text(STEP)
    assert call() == Ran(0, "", "")
    assert views.asked.recipe.name == "kadak"


@pytest.mark.usefixtures("terminal")
def test_a_start_method_of_the_settings_may_not_fit(views: Views, config: Path) -> None:
    config.write_text("defaults.start_method = 'fork'")
    assert call().code == 0
    assert views.asked.start_method in {"forkserver", "spawn"}
    assert [
        warning.partition(": defaults.start_method: ")[0] for warning in views.shown["warnings"]
    ] == [str(config)]


def _has_subinterpreters(monkeypatch: pytest.MonkeyPatch, **word: bool) -> None:
    facts = SimpleNamespace(**{**vars(sys.implementation), **word})
    monkeypatch.setattr(sys, "implementation", facts)


@pytest.fixture
def old_python(monkeypatch: pytest.MonkeyPatch) -> str:
    """A Python that has no subinterpreters, and what is said of it."""
    _has_subinterpreters(monkeypatch, supports_isolated_interpreters=False)
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"expected Python 3.14 or newer, with subinterpreters; this is Python {this}"


def test_an_engine_that_this_python_lacks_is_refused_with_the_reason(
    views: Views, config: Path, old_python: str
) -> None:
    assert call("--engine", "interpreter").problem == (
        f"--engine interpreter: {old_python} (see chai-tui brew --help)"
    )
    assert completed("--engine", "in") == []
    config.write_text("defaults.engine = 'interpreter'")
    ran = call()
    assert ran == Ran(0, "", f"chai-tui: {config}: defaults.engine: interpreter: {old_python}\n")
    assert views.asked.engine is Engine.PROCESS


@pytest.mark.usefixtures("old_python")
def test_a_simulated_run_knows_every_engine(views: Views, config: Path) -> None:
    assert call("--simulate", "--engine", "interpreter").code == 0
    assert views.asked.engine is Engine.INTERPRETER
    config.write_text("defaults.engine = 'interpreter'")
    assert call("--simulate") == Ran(0, "", "")
    assert views.asked.engine is Engine.INTERPRETER


def test_an_engine_is_offered_where_this_python_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if sys.platform == "win32":
        assert "other than Windows" in why_not_here(Engine.INTERPRETER)
        return
    _has_subinterpreters(monkeypatch, supports_isolated_interpreters=True)
    assert engines_here() == tuple(Engine)
    assert not why_not_here(Engine.INTERPRETER)


@pytest.mark.skipif(Engine.INTERPRETER not in engines_here(), reason="this Python lacks it")
def test_the_interpreter_engine_reaches_the_kitchen(views: Views) -> None:
    assert call("--engine", "interpreter").code == 0
    assert views.asked.engine is Engine.INTERPRETER


def test_bad_settings_warn_and_brewing_goes_on(views: Views, config: Path) -> None:
    config.write_text("[defaults]\nmakers = 0\nengine = 'steam'")
    ran = call()
    assert ran.code == 0
    assert len(ran.err.splitlines()) == 2
    assert views.asked.makers == 3
    config.unlink()
    config.mkdir()
    assert call() == Ran(0, "", f"chai-tui: {config}: expected a file, found a folder\n")


# Start methods


@pytest.mark.parametrize(
    ("available", "method", "on_screen", "problem"),
    [
        (START_METHODS, "forkserver", True, ""),
        (START_METHODS, "spawn", True, ""),
        (START_METHODS, "fork", False, ""),
        (
            START_METHODS,
            "fork",
            True,
            "only with --plain or --json, because the screen has threads",
        ),
        (["spawn"], "forkserver", False, "this system has only spawn."),
        (["spawn", "fork"], "forkserver", True, "this system has only spawn and fork."),
    ],
)
def test_a_start_method_must_exist_and_fit(
    monkeypatch: pytest.MonkeyPatch,
    available: list[str],
    method: str,
    on_screen: bool,
    problem: str,
) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: list(available))
    told = check_start_method(method, has_screen=on_screen)
    assert told.startswith(problem)
    assert (told == "") is (problem == "")


def test_without_a_fork_server_spawn_is_the_default(
    views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call().code == 0
    assert views.asked.start_method == ("spawn" if sys.platform == "win32" else "forkserver")
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    assert call().code == 0
    assert views.asked.start_method == "spawn"
    assert "this system has only spawn" in call("--start-method", "forkserver").problem


@pytest.mark.usefixtures("terminal", "views")
@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
def test_fork_is_refused_on_the_screen_with_the_reason() -> None:
    assert call("--start-method", "fork").problem.startswith(
        "--start-method fork: only with --plain or --json, because the screen has threads"
    )
    assert call("--start-method", "fork", "--json").code == 0
    assert call("--start-method", "fork", "--simulate").code == 0


def test_a_simulation_is_launched_as_it_was_asked_for(views: Views) -> None:
    assert call("--simulate", "--cores", "64", "--speed", "2.5").code == 0
    assert (views.asked.simulated_cores, views.asked.speed) == (64, 2.5)
    assert call("--simulate").code == 0
    assert views.asked.simulated_cores == len(usable_cores().numbers)
    assert call().code == 0
    assert views.asked.simulated_cores is None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--cores 2", "--cores: only with --simulate: real makers have real cores"),
        ("--speed 2", "--speed: only with --simulate: real makers have real cores"),
        ("--simulate --cores 0", 'expected a whole number from 1 to 256, found "0"'),
        ("--simulate --cores 257", 'expected a whole number from 1 to 256, found "257"'),
        ("--simulate --speed nan", 'expected a number from 0.1 to 1000, found "nan"'),
        ("--simulate --speed 1001", 'expected a number from 0.1 to 1000, found "1001"'),
    ],
)
def test_what_cannot_be_simulated_is_said(arguments: str, problem: str) -> None:
    assert call(*arguments.split()).problem.endswith(f"{problem} (see chai-tui brew --help)")


# Bad usage

BAD_USAGE = {
    "--makers 0": '--makers.*expected a whole number from 1 to 10000, found "0"',
    "--makers 10001": '--makers.*expected a whole number from 1 to 10000, found "10001"',
    "--makers -1": '--makers.*expected a whole number from 1 to 10000, found "-1"',
    "--makers 1e3": '--makers.*expected a whole number from 1 to 10000, found "1e3"',
    f"--makers {'9' * 9_000}": "--makers.*expected a whole number from 1 to 10000",
    "--makers": "--makers.*requires an argument",
    "--seed 1.5": '--seed.*expected a whole number, found "1.5"',
    "--engine steam": '--engine.*expected process, .* or interpreter, found "steam" ',
    "--engine threads": '--engine.*found "threads"; did you mean "thread"',
    f"--engine {'x' * 9_000}": '--engine.*found "x{60}…"',
    "--start-method magic": "--start-method.*expected forkserver, spawn or fork, found",
    "--start-method spwan": '--start-method.*did you mean "spawn"',
    "--large --plain": "--large: only for the screen",
    "--quiet --plain": "--quiet: only for the screen",
    "-q --json": "--quiet: only for the screen",
    "--plain --json": "--plain and --json: expected one of them, found both",
    "--maker 3": "No such option:? '?--maker.*--makers",
    "-x": "No such option:? '?-x",
    "grind masala": "unexpected extra argument .masala.",
    "brew brew brew": "unexpected extra argument .brew.",
    "chia": 'unknown recipe "chia", expected chai, grind, .*did you mean "chai"',
    "nosuch.toml": "nosuch.toml: no such file",
    "bad.toml": r"bad.toml: steps\[0\].wait: expected seconds above 0 and at most 86,400, found -1",
    ".": "expected a file, found a folder",
    "completion": "Missing argument.*bash, zsh, fish",
    "completion tcsh": 'expected bash, zsh or fish, found "tcsh" ',
    "--version=3": "--version.*does not take a value",
}
ABOUT_A_FILE = {"nosuch.toml", "bad.toml", "."}
"""Of what is wrong with a file the help says nothing."""


@pytest.mark.parametrize("arguments", BAD_USAGE)
@pytest.mark.usefixtures("views")
def test_bad_usage_is_one_line_and_exit_code_2(arguments: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[steps]]\nname = "x"\nwait = -1\n')
    problem = call(*arguments.split()).problem
    assert re.search(BAD_USAGE[arguments], problem)
    if ABOUT_A_FILE.isdisjoint(arguments.split()):
        command = "completion" if "completion" in arguments else "brew"
        assert problem.endswith(f" (see chai-tui {command} --help)")
    else:
        assert "--help" not in problem


@pytest.mark.parametrize(
    "arguments", [["--makers", "0"], ["chia"], ["--plain", "--json"], ["a\x1b[2Jb\nc"], ["--\x1b"]]
)
def test_bad_usage_of_the_program_itself(arguments: list[str]) -> None:
    problem = program(*arguments).problem
    assert problem.isprintable()


@settings(deadline=None, max_examples=200)
@given(st.lists(words, max_size=6))
def test_any_arguments_are_understood_or_refused_in_a_line(arguments: list[str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(PATH_VARIABLE, os.devnull + "/none")
        Views(monkeypatch)
        ran = call(*arguments)
    if ran.code == 2:
        assert ran.problem.isprintable()
    else:
        assert ran.code == 0


# Help, version, completion


def test_help_has_an_example_for_every_command() -> None:
    runner = CliRunner()
    for command in ([], *([name] for name in cli.cli.commands)):
        result = runner.invoke(cli.cli, [*command, "--help"], prog_name="chai-tui")
        assert result.exit_code == 0
        assert "Examples:" in result.output
        assert f"  {' '.join(['chai-tui', *command])}" in result.output
        assert max(map(len, result.output.splitlines())) <= 80
    assert call("--help").out == call("-h").out


def test_the_first_help_lists_every_option_and_exit_code() -> None:
    first, brewing = call("--help").out, call("brew", "--help").out
    options = re.findall(r"^  (--[\w-]+)", brewing, re.MULTILINE)
    assert len(options) >= 10
    for option in options:
        assert re.search(rf"^  {option} .*", first, re.MULTILINE)
    codes = brewing.partition("Exit codes:")[2]
    assert codes
    assert first.endswith(codes)


def test_every_example_of_help_can_be_called(views: Views, tmp_path: Path) -> None:
    (tmp_path / "kadak.toml").write_text(STEP)
    examples = re.findall(
        r"^ +chai-tui((?: [^|\s]\S*)*)(?:  +|$| \|)",
        call("--help").out + call("brew", "--help").out,
        re.MULTILINE,
    )
    elsewhere = (" taste", " run", " watch")  # they are not brewed
    examples = [example for example in examples if not example.startswith(elsewhere)]
    assert len(examples) == 12
    (tmp_path / "work.py").write_text("def resize(number):\n    return number\n")
    for example in examples:
        assert call(*shlex.split(example)).code == 0
        assert views.launch is not None


@pytest.mark.parametrize(
    ("words", "meant"),
    [("reply run.chai", "replay"), ("tast work.py:f", "taste"), ("exprt", "export")],
)
def test_what_is_nearly_a_command_is_not_taken_for_a_recipe(words: str, meant: str) -> None:
    problem = call(*words.split()).problem
    assert problem.startswith(
        f'expected a command or a recipe, found "{words.split(maxsplit=1)[0]}"'
    )
    assert f'did you mean "{meant}"?' in problem


def test_a_file_is_a_recipe_however_it_is_named(views: Views, tmp_path: Path) -> None:
    (tmp_path / "tast").write_text(STEP)
    assert "expected a command" not in call("tast").err
    assert views.file is None


def test_the_version_is_told() -> None:
    assert call("--version") == Ran(0, f"chai-tui {__version__}\n", "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_completion_script_is_for_this_program(shell: str) -> None:
    ran = call("completion", shell)
    assert ran.code == 0
    assert "_CHAI_TUI_COMPLETE" in ran.out


def completed(words: str, incomplete: str) -> list[str]:
    """What a shell would offer after ``words``."""
    from click.shell_completion import ShellComplete

    shell = ShellComplete(cli.cli, {}, "chai-tui", "_CHAI_TUI_COMPLETE")
    return [item.value for item in shell.get_completions(words.split(), incomplete)]


def test_the_first_word_may_be_a_command_a_recipe_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "kadak.toml").touch()
    (tmp_path / "notes.txt").touch()
    assert completed("", "") == [*sorted(cli.cli.commands), *BUILT_IN, "kadak.toml"]
    assert completed("", "com") == ["completion"]
    assert completed("", "gr") == ["grind"]
    assert {"--makers", "--version", "--json"} <= set(completed("", "--"))


def test_later_words_follow_the_default_command(tmp_path: Path) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "kadak.toml").touch()
    assert completed("grind", "--ma") == ["--makers"]
    assert completed("--engine", "") == [str(engine) for engine in engines_here()]
    assert completed("--makers 3", "ma") == ["masala"]
    assert completed("brew", f"recipes{os.sep}k") == [f"recipes{os.sep}kadak.toml"]
    assert completed("brew", f".{os.sep}recipes{os.sep}k") == [
        f".{os.sep}recipes{os.sep}kadak.toml"
    ]
    assert completed("completion", "") == ["bash", "zsh", "fish"]


def test_functions_in_a_file_are_completed_and_nothing_of_it_is_run(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(
        "raise SystemExit\ndef resize(): pass\nasync def reap(): pass\nclass Big: pass\n"
    )
    (tmp_path / "odd.py").write_text("def (")
    assert completed("brew", "wo") == ["work.py:"]
    assert completed("brew", "work.py:") == ["work.py:resize", "work.py:reap"]
    assert completed("brew", "work.py:res") == ["work.py:resize"]
    assert completed("", "work.py:res") == ["work.py:resize"]
    assert completed("brew", "odd.py:x") == ["odd.py:x"]


def test_what_nothing_fits_is_left_to_the_shell() -> None:
    from click.shell_completion import ShellComplete

    shell = ShellComplete(cli.cli, {}, "chai-tui", "_CHAI_TUI_COMPLETE")
    assert [item.type for item in shell.get_completions(["brew"], "/nosuch/x")] == ["file"]


# Interruptions


@pytest.mark.parametrize(
    ("error", "where"),
    [(KeyboardInterrupt(), (brew, "without_screen")), (click.Abort(), (cli.cli, "main"))],
)
def test_an_interruption_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, where: tuple[object, str]
) -> None:
    def interrupt(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(*where, interrupt)
    ran = call("brew")
    assert ran.code == 130
    assert ran.err.strip() == ""


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("argument", ["--help", "--version", "--plain"])
def test_nobody_reading_is_no_traceback(argument: str, closed_pipe: int) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "chai_tui", argument],
        stdout=closed_pipe,
        stderr=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    assert (result.returncode, result.stderr) == (1, b"")
