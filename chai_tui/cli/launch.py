"""From what was wished for to what is brewed: settings, defaults, and which view there can be.

The command line hands its options to :func:`brew`; without any, nothing is parsed, and the program
comes here at once.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple, TextIO

from chai_tui.cli.carry_out import LaunchPlan, on_screen, without_screen
from chai_tui.config.settings import Settings, load_settings, settings_path
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import BUILT_IN, Recipe

DEFAULT_MAKERS = 3


class BadWishError(ValueError):
    """Something was wished for that there cannot be; the text is one line for the user."""


class Wishes(NamedTuple):
    """What the user asked for; None where that is left to settings and defaults."""

    recipe: str | None = None
    makers: int | None = None
    engine: Engine | None = None
    start_method: str | None = None
    seed: int | None = None
    plain: bool = False
    as_json: bool = False
    exit_when_served: bool = False


def brew(wishes: Wishes) -> int:
    """Brew; return the exit code.

    Raises:
        BadWishError: it cannot be done as wished.
    """
    if wishes.plain and wishes.as_json:
        raise BadWishError("--plain and --json: expected one of them, found both.")
    lines = wishes.plain or wishes.as_json
    reason = "" if lines else why_no_screen(sys.stdin, sys.stdout, sys.stderr)
    has_screen = not lines and reason is None
    settings, warnings = load_settings(settings_path())
    order = LaunchPlan(
        makers=wishes.makers or settings.makers or DEFAULT_MAKERS,
        recipe=_recipe(wishes.recipe, settings, warnings),
        engine=wishes.engine or settings.engine or Engine.PROCESS,
        start_method=_start_method(wishes.start_method, settings, warnings, has_screen=has_screen),
        seed=wishes.seed,
    )
    if reason:
        warnings = [*warnings, reason]
    if has_screen:
        return on_screen(order, settings, warnings, exit_when_served=wishes.exit_when_served)
    for warning in warnings:
        complain(warning)
    return without_screen(order, as_json=wishes.as_json)


def complain(text: str) -> None:
    """Write one line about a problem to stderr, if there is one."""
    from chai_tui.config.toml_file import one_line  # noqa: PLC0415 - likewise
    from chai_tui.views.plain import warn  # noqa: PLC0415 - only where there is a problem

    if sys.stderr is not None:
        warn(sys.stderr, one_line(text))


def why_no_screen(stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None) -> str | None:
    """Return why there can be no screen: None if there can be one.

    The empty text needs no telling: whoever sends stdout elsewhere wants lines.
    """
    if not _is_terminal(stdout):
        return ""
    if not _is_terminal(stdin):
        return "stdin is no terminal, so no keys can be read: showing plain lines"
    if not _is_terminal(stderr):
        return "stderr is no terminal, and the screen is drawn there: showing plain lines"
    if os.environ.get("TERM") in {"dumb", "unknown"}:
        return "TERM names a terminal that can draw no screen: showing plain lines"
    return None


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _recipe(argument: str | None, settings: Settings, warnings: list[str]) -> Recipe:
    """Return the recipe that was asked for, or the settings' one, or chai."""
    if argument is None and settings.recipe is None:
        return BUILT_IN["chai"]
    from chai_tui.config.recipe_file import RecipeError, find_recipe  # noqa: PLC0415 - not for chai

    if argument is not None:
        try:
            return find_recipe(argument)
        except RecipeError as error:
            raise BadWishError(str(error)) from error
    if settings.recipe is not None:
        try:
            return find_recipe(settings.recipe)
        except RecipeError as error:
            warnings.append(settings.warning("defaults.recipe", str(error)))
    return BUILT_IN["chai"]


def _start_method(
    argument: str | None, settings: Settings, warnings: list[str], *, has_screen: bool
) -> str:
    """Return the start method that was asked for, or the settings' one, or the best there is."""
    if argument is not None:
        if problem := check_start_method(argument, has_screen=has_screen):
            raise BadWishError(f"--start-method {argument}: {problem}")
        return argument
    if settings.start_method is not None:
        problem = check_start_method(settings.start_method, has_screen=has_screen)
        if not problem:
            return settings.start_method
        warnings.append(settings.warning("defaults.start_method", problem))
    return "spawn" if check_start_method("forkserver", has_screen=has_screen) else "forkserver"


def check_start_method(method: str, *, has_screen: bool) -> str:
    """Return why processes cannot be started so; empty if they can."""
    from multiprocessing import get_all_start_methods  # noqa: PLC0415 - 15 ms, not for --help

    available = get_all_start_methods()
    if method not in available:
        from chai_tui.config.toml_file import listed  # noqa: PLC0415 - only where there is a problem

        return f"this system has only {listed(available, last='and')}."
    if method == "fork" and has_screen:
        return (
            "only with --plain or --json, because the screen has threads and signal handlers "
            "that a forked child would inherit."
        )
    return ""
