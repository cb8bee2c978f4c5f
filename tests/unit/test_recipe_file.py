"""Recipes: found by name, read from files, and every bad file told in one line."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.config.recipe_file import MAX_NAME, RecipeError, find_recipe
from chai_tui.config.toml_file import MAX_BYTES
from chai_tui.model.recipe import BUILT_IN, MAX_SECONDS, MAX_STEPS, Recipe, Step, StepKind
from chai_tui.model.text import printable
from tests.unit.any_input import recipe_files

STEP = '[[steps]]\nname = "boil"\nwait = 1.5\n'


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    return Writer(tmp_path / "kadak.toml")


class Writer:
    """Writes a recipe file and finds the recipe in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def recipe(self, content: str | bytes) -> Recipe:
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        return find_recipe(str(self.path))

    def problem(self, content: str | bytes) -> str:
        """The line for the user, without the file's name, which must come first."""
        with pytest.raises(RecipeError) as caught:
            self.recipe(content)
        line = one_line(caught.value)
        assert line.startswith(f"{self.path}: ")
        return line.removeprefix(f"{self.path}: ")


def one_line(error: BaseException) -> str:
    line = str(error)
    assert line
    assert line == printable(line)
    return line


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_recipe_is_found_by_its_name(name: str) -> None:
    assert find_recipe(name) is BUILT_IN[name]


def test_a_built_in_name_wins_over_a_file_and_a_path_is_always_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chai").write_text(STEP)
    assert find_recipe("chai") is BUILT_IN["chai"]
    assert find_recipe(f".{os.sep}chai").steps == (Step("boil", StepKind.WAIT, 1.5),)


def test_a_file_gives_every_field_and_has_defaults(write: Writer) -> None:
    recipe = write.recipe(
        """
        name = "strong [red]"
        jitter = 0.2
        [[steps]]
        name = "boil water"
        wait = 1.5
        [[steps]]
        name = "grind"
        compute = 2
        jitter = 0.0
        [[steps]]
        name = "churn 🧑‍🍳"
        native = 0.25
        jitter = 1
        """
    )
    assert recipe == Recipe(
        "strong [red]",
        (
            Step("boil water", StepKind.WAIT, 1.5, 0.2),
            Step("grind", StepKind.COMPUTE, 2.0, 0.0),
            Step("churn 🧑🍳", StepKind.NATIVE, 0.25, 1.0),  # as the screen shows it
        ),
    )
    assert [type(step.seconds) for step in recipe.steps] == [float] * 3


def test_the_name_is_the_files_stem_unless_given(write: Writer) -> None:
    assert write.recipe(STEP).name == "kadak"
    assert write.recipe(f"\ufeff{STEP}").name == "kadak"  # some editors begin a file so


@pytest.mark.skipif(sys.platform == "win32", reason="no such file names there")
def test_a_file_with_an_odd_name_gives_a_name_that_can_be_shown(tmp_path: Path) -> None:
    for stem, name in {"\x1b[31mred": "␛[31mred", " ": "recipe", "x" * 100: "x" * MAX_NAME}.items():
        path = tmp_path / f"{stem}.toml"
        path.write_text(STEP)
        assert find_recipe(str(path)).name == name


def test_the_largest_recipe_is_taken(write: Writer) -> None:
    step = f'[[steps]]\nname = "{"x" * MAX_NAME}"\nnative = {MAX_SECONDS}\njitter = 0.123456789\n'
    assert len(write.recipe(step * MAX_STEPS).steps) == MAX_STEPS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "steps: expected at least one [[steps]], found none"),
        ("steps = []", "steps: expected at least one [[steps]], found none"),
        ("steps = 3", "steps: expected at least one [[steps]], found 3"),
        ("[steps]\nwait = 1", "steps: expected at least one [[steps]], found a table"),
        ("steps = [1]", "steps[0]: expected a table, found 1"),
        (STEP * (MAX_STEPS + 1), "steps: expected at most 1,000 steps, found 1,001"),
        (f"naem = 'x'\n{STEP}", "naem: unknown key, expected name, jitter or steps"),
        (f"{STEP}wiat = 2", "steps[0].wiat: unknown key, expected name, wait, compute"),
        (f"{STEP}call = 2", "steps[0].call: unknown key"),
        (f'{STEP}"\\u001b\\n" = 2', "steps[0].␛: unknown key"),
        (f"{STEP}compute = 2", "steps[0]: expected one of wait, compute or native, found wait and"),
        (
            f'{STEP}[[steps]]\nname = "b"',
            "steps[1]: expected one of wait, compute or native, found",
        ),
        ("[[steps]]\nwait = 1", "steps[0].name: expected a name, found none"),
        ("[[steps]]\nname = 7\nwait = 1", "steps[0].name: expected text in quotes, found 7"),
        ("[[steps]]\nname = ''\nwait = 1", "steps[0].name: expected 1 to 60 characters, found"),
        ("[[steps]]\nname = ' '\nwait = 1", "steps[0].name: expected 1 to 60 characters, found"),
        (f"name = '{'x' * 61}'\n{STEP}", "name: expected 1 to 60 characters, found"),
        (f'name = "a\\nb"\n{STEP}', "name: expected characters that can be shown, found"),
        (f'name = "\\u001b[31m"\n{STEP}', 'name: expected characters that can be shown, found "␛'),
        (f'name = "a\\u202eb"\n{STEP}', "name: expected characters that can be shown, found"),
        (f"name = true\n{STEP}", "name: expected text in quotes, found true"),
        (f"jitter = 1.01\n{STEP}", "jitter: expected a number from 0 to 1, found 1.01"),
        (f"jitter = nan\n{STEP}", "jitter: expected a number from 0 to 1, found nan"),
        (f"{STEP}jitter = -0.1", "steps[0].jitter: expected a number from 0 to 1, found -0.1"),
        (f"{STEP}jitter = true", "steps[0].jitter: expected a number from 0 to 1, found true"),
        ("name =", "expected TOML, found: Invalid value (at"),
        ("GIF89a", "expected TOML, found: "),
        (b"name = '\xff'", "expected UTF-8 text, found something else at byte 8"),
        (b"\xff\xfen\x00", "expected UTF-8 text, found something else at byte 0"),
        (f"a = {'[' * 100_000}", "expected TOML, found it nested too deeply"),
        (f"a = {'{a=' * 100_000}", "expected TOML, found it nested too deeply"),
        (f"{'a.' * 400_000}a = 1", "expected keys of fewer than 16 parts, found more"),
        ('\'a\' . "b\\"".' * 20 + "a = 1", "expected keys of fewer than 16 parts, found more"),
        (f"a = {'9' * 10_000}", "expected TOML, found: "),
        ("#" * (MAX_BYTES + 1), "expected at most 1,000,000 bytes, found more"),
    ],
)
def test_a_bad_file_is_told_in_one_line(write: Writer, content: str | bytes, problem: str) -> None:
    assert write.problem(content).startswith(problem)


@pytest.mark.parametrize("kind", ["wait", "compute", "native"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("-1", "-1"),
        ("-0.0", "-0.0"),
        ("86400.5", "86400.5"),
        ("inf", "inf"),
        ("-inf", "-inf"),
        ("nan", "nan"),
        ("1e999", "inf"),
        ("0x" + "f" * 5_000, "a number of many digits"),
        ("true", "true"),
        ('"1"', '"1"'),
        ('"' + "x" * 500 + '"', '"' + "x" * 60 + '…"'),
        ("[1]", "a list"),
        ("{ a = 1 }", "a table"),
        ("2020-01-01", "2020-01-01"),
    ],
)
def test_a_bad_time_is_told_with_its_key(write: Writer, kind: str, value: str, shown: str) -> None:
    problem = write.problem(f"{STEP}[[steps]]\nname = 'x'\n{kind} = {value}")
    assert problem == (
        f"steps[1].{kind}: expected seconds above 0 and at most 86,400, found {shown}"
    )


def test_a_mistyped_key_is_guessed(write: Writer) -> None:
    assert write.problem(f"{STEP}wiat = 2").endswith('; did you mean "wait"?')
    assert write.problem(f"{STEP}qqq = 2").endswith("native or jitter")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "chia",
            'unknown recipe "chia", expected chai, grind, native, masala or the path of a TOML',
        ),
        ("", 'unknown recipe "", expected chai'),
        ("a\nb\x1b", 'unknown recipe "a b␛", expected chai'),
        ("nosuch.toml", "nosuch.toml: no such file"),
        ("no\x1b[0msuch.toml", "no␛[0msuch.toml: no such file"),
        ("nul\0.toml", "nul␀.toml: cannot be read: no file can have this name"),
        ("sur\udcffrogate.toml", "sur\ufffdrogate.toml: no such file"),
        (f"{'x' * 5_000}.toml", f"{'x' * 5_000}.toml: cannot be read: "),
    ],
)
def test_an_unknown_name_is_told_in_one_line(
    name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as caught:
        find_recipe(name)
    assert one_line(caught.value).startswith(problem)


def test_a_mistyped_recipe_is_guessed() -> None:
    with pytest.raises(RecipeError, match=r'did you mean "chai"\?$'):
        find_recipe("chia")


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="expected a file, found a folder"):
        find_recipe(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs and devices")
@pytest.mark.parametrize("kind", ["fifo", "socket", "/dev/zero", "/dev/null", "link"])
def test_what_is_no_regular_file_is_refused_without_waiting(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as reader:
            reader.bind(str(path))
    else:
        path.symlink_to("odd.toml" if kind == "link" else kind)
    with pytest.raises(RecipeError, match=r"expected a regular file|Too many levels"):
        find_recipe(str(path))


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may read everything: be somebody else meanwhile."""
    if sys.platform == "win32" or os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="a file's mode says nothing there")
def test_an_unreadable_file_is_told(write: Writer) -> None:
    write.path.write_text(STEP)
    write.path.chmod(0)
    with _as_nobody(), pytest.raises(RecipeError, match="cannot be read: Permission denied"):
        find_recipe(str(write.path))


# Any file at all


@settings(deadline=None, max_examples=100)
@given(content=recipe_files)
def test_any_file_is_a_recipe_or_a_line(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    try:
        recipe = find_recipe(str(path))
    except RecipeError as error:
        problem = one_line(error)
        assert problem.startswith(f"{path}: ")
        return
    assert 1 <= len(recipe.steps) <= MAX_STEPS
    for name in (recipe.name, *(step.name for step in recipe.steps)):
        assert name == printable(name)
        assert 1 <= len(name) <= MAX_NAME
    assert all(0 < step.seconds <= MAX_SECONDS and 0 <= step.jitter <= 1 for step in recipe.steps)


# Jitter


@given(st.integers(), st.floats(0, 1), st.floats(0.001, MAX_SECONDS))
def test_jitter_is_drawn_within_its_bounds_and_repeatably(
    seed: int, jitter: float, seconds: float
) -> None:
    recipe = Recipe("x", (Step("a", StepKind.WAIT, seconds, jitter), Step("b", StepKind.WAIT, 1.0)))
    drawn, again = (recipe.with_jitter_resolved(random.Random(seed)) for _ in range(2))
    assert drawn == again
    tolerance = 1e-9 * seconds
    least, most = seconds * (1 - jitter) - tolerance, seconds * (1 + jitter) + tolerance
    assert least <= drawn.steps[0].seconds <= most
    assert all(step.jitter == 0 for step in drawn.steps)
    assert drawn.steps[1].seconds == 1.0


@pytest.mark.parametrize(("end", "seconds"), [(0, (10.0, 8.0, 5.0)), (1, (10.0, 12.0, 15.0))])
def test_every_step_may_be_shorter_and_longer_by_its_own_jitter(
    end: int, seconds: tuple[float, ...]
) -> None:
    class Extreme(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return (a, b)[end]

    steps = tuple(Step("x", StepKind.WAIT, 10.0, jitter) for jitter in (0.0, 0.2, 0.5))
    drawn = Recipe("x", steps).with_jitter_resolved(Extreme())
    assert tuple(step.seconds for step in drawn.steps) == pytest.approx(seconds)
