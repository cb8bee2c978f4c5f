"""Bad input is refused in one line: any recipe, any settings, any command line; no traceback."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from unittest import mock

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from chai_tui.cli import launch as brew
from chai_tui.cli.commands import run_cli
from chai_tui.config.recipe_file import RecipeError, find_recipe
from chai_tui.config.settings import PATH_VARIABLE, check_names, load_settings
from chai_tui.model.launch import Launch
from chai_tui.model.recipe import Recipe
from chai_tui.model.text import printable
from chai_tui.tui.keys.commands import KEYS_OF_SCREENS
from chai_tui.tui.keys.key_names import key_name
from tests.process.program import console_script
from tests.storm.bad_programs import feed_bad_programs, feed_odd_programs
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.unit.any_input import recipe_files, settings_files, words

RECIPE, SETTINGS = "any.toml", "config.toml"
CODES = {0, 1, 2, 130}
"""Served, not served, bad usage, and Ctrl-C."""
BREWING = ("Start of Chai Maker", '{"event":')
"""How the output begins of a program that brews."""

_ASSETS = Path(__file__).parents[2] / "assets"
_GOOD_RECIPES = [(_ASSETS / name).read_bytes() for name in ("kadak.toml", "gil.toml")]
_GOOD_SETTINGS = [
    b'theme = "nord"\n[defaults]\nrecipe = "masala"\nmakers = 4\nengine = "thread"\n'
    b'start_method = "spawn"\n[keys]\nadd = "a,plus"\nzoom-back = "escape"\n'
]


@st.composite
def damaged(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """A good file with a few bytes of it replaced: it gets further than nonsense does."""
    content = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(st.integers(0, len(content)))
        end = begin + draw(st.integers(0, 8))
        content = content[:begin] + draw(st.binary(max_size=4)) + content[end:]
    return content


any_recipe = recipe_files | damaged(_GOOD_RECIPES)
any_settings = settings_files | damaged(_GOOD_SETTINGS)
any_words = st.lists(words | st.just(RECIPE), max_size=6)


@contextlib.contextmanager
def _in_a_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        with mock.patch.dict(os.environ, {PATH_VARIABLE: SETTINGS}):
            yield Path(name)


def _tried(test: Callable[..., None], examples: int, random: Random, **drawn: object) -> None:
    """Call a test with so many examples; the one it fails with is made small if that is quick."""
    given(**drawn)(
        settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink) if examples > 100 else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )(seed(random.getrandbits(64))(test))
    )()


def feed_files(files: int, random: Random) -> str:
    """Read files as recipes and as settings; return the figures."""
    came = Counter[str]()

    def as_recipe(content: bytes) -> None:
        Path(RECIPE).write_bytes(content)
        try:
            find_recipe(RECIPE)
        except RecipeError as error:
            _is_one_line(str(error), f"recipe {content!r}")
            came["refused"] += 1

    def as_settings(content: bytes) -> None:
        Path(SETTINGS).write_bytes(content)
        loaded, warnings = load_settings(Path(SETTINGS))
        checked, more = check_names(
            loaded, screens=KEYS_OF_SCREENS, themes={"nord"}, key_name=key_name
        )
        require(checked.theme in {None, "nord"}, f"settings {content!r}: theme {checked.theme!r}")
        for warning in (*warnings, *more):
            _is_one_line(warning, f"settings {content!r}")
            came["warnings"] += 1

    with _in_a_folder():
        _tried(as_recipe, files, random, content=any_recipe)
        _tried(as_settings, files, random, content=any_settings)
    require(came["refused"] and came["warnings"], f"nothing was ever wrong: {came}")
    return (
        f"{files:,} recipes, {came['refused']:,} refused;"
        f" {files:,} settings, {came['warnings']:,} warnings"
    )


def _is_one_line(told: str, of: str) -> None:
    require(told and told == printable(told), f"{of}: told {told!r}")


def feed_command_lines(lines: int, random: Random) -> str:
    """Call the command line, without brewing what can be brewed; return the figures."""
    came = Counter[int]()
    brewed = Counter[int]()

    def brew_nothing(launch: Launch, *_: object, **_options: object) -> int:
        assert isinstance(launch.recipe, Recipe)
        brewed[0] += 1
        return 0

    def as_arguments(arguments: list[str], recipe: bytes, config: bytes) -> None:
        Path(RECIPE).write_bytes(recipe)
        Path(SETTINGS).write_bytes(config)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run_cli(arguments)
        _see_how_it_was_told(f"{arguments}", code, out.getvalue(), err.getvalue())
        came[code] += 1

    with _in_a_folder(), mock.patch.object(brew, "without_screen", brew_nothing):
        _tried(
            as_arguments,
            lines,
            random,
            arguments=any_words,
            recipe=any_recipe,
            config=any_settings,
        )
    require(came[2] and brewed[0], f"only one of good and bad was tried: {came}")
    return f"{lines:,} command lines, {came[2]:,} refused, {brewed[0]:,} would have brewed"


def feed_programs(programs: int, random: Random) -> str:
    """Run the installed program, and interrupt it where it brews; return the figures."""
    came = Counter[int]()

    def as_program(arguments: list[str], recipe: bytes, config: bytes) -> None:
        Path(RECIPE).write_bytes(recipe)
        Path(SETTINGS).write_bytes(config)
        # No system passes such a character on.
        arguments = [argument.replace("\0", "0") for argument in arguments]
        code, out, err = _run(arguments, os.environ)
        of = f"{arguments} with recipe {recipe!r} and settings {config!r}"
        _see_how_it_was_told(of, code, out, err)
        came[code] += 1

    with _in_a_folder():
        _tried(
            as_program,
            programs,
            random,
            arguments=any_words,
            recipe=any_recipe,
            config=any_settings,
        )
    codes = ", ".join(f"{number} left with {code}" for code, number in sorted(came.items()))
    return f"{programs} programs: {codes}"


def _run(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the program to its end, or until it brews and takes its time: then interrupt it."""
    with tempfile.TemporaryFile() as told:
        with subprocess.Popen(
            [console_script(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=told,
            env=environment,
        ) as program:
            assert program.stdout is not None
            try:
                first = program.stdout.readline()
                if first.decode(errors="replace").startswith(BREWING):
                    _interrupt_if_slow(program)
                out = first + program.stdout.read()
                code = program.wait(PATIENCE)
            finally:
                program.kill()
        told.seek(0)
        return code, out.decode(), told.read().decode()


def _interrupt_if_slow(program: subprocess.Popen[bytes]) -> None:
    try:
        # It writes little, so that nobody need read meanwhile.
        program.wait(0.3)
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGINT)


def _see_how_it_was_told(of: str, code: int, out: str, err: str) -> None:
    lines = err.splitlines()
    require(code in CODES, f"{of}: exit code {code}: {err[-600:]}")
    require("Traceback" not in err, f"{of}: {err[-600:]}")
    for line in lines:
        require(line.startswith("chai-tui: ") and line.isprintable(), f"{of}: told {line!r}")
    if code == 2:
        require(not out and len(lines) == 1, f"{of}: printed {out[:200]!r}, told {lines}")


def _storm(force: Force) -> str:
    return "; ".join(
        (
            feed_files(force.times(10_000, 100), force.random),
            feed_command_lines(force.times(5_000, 100), force.random),
            feed_programs(force.times(150, 5), force.random),
            feed_bad_programs(force.times(200, 10), force.random),
            feed_odd_programs(force.times(8, 3), force.random),
        )
    )


PROMISE = Promise("bad-input", "bad input is refused in one line, with no traceback", _storm)
