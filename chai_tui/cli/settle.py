"""From what was asked for to what is launched: options, settings, defaults."""

from __future__ import annotations

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.config.settings import Settings
from chai_tui.host.engines import why_not_here
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import BUILT_IN, Recipe


def settle_recipe(argument: str | None, settings: Settings, warnings: list[str]) -> Recipe:
    """Return the recipe that was asked for, or the settings' one, or chai."""
    if argument is None and settings.recipe is None:
        return BUILT_IN["chai"]
    from chai_tui.config.recipe_file import (  # noqa: PLC0415 - not for chai
        RecipeError,
        UnknownRecipeError,
        find_recipe,
    )

    if argument is not None:
        try:
            return find_recipe(argument)
        except RecipeError as error:
            is_usage = isinstance(error, UnknownRecipeError)
            raise BadRequestError(str(error), is_usage=is_usage) from error
    if settings.recipe is not None:
        try:
            return find_recipe(settings.recipe)
        except RecipeError as error:
            warnings.append(settings.warning("defaults.recipe", str(error)))
    return BUILT_IN["chai"]


def settle_engine(
    argument: str | None, settings: Settings, warnings: list[str], *, simulate: bool
) -> Engine:
    """Return the engine that was asked for, or the settings' one, or the one that all have."""
    if argument is not None:
        engine = Engine(argument)
        if not simulate and (lacking := why_not_here(engine)):
            raise BadRequestError(f"--engine {engine}: {lacking}.")
        return engine
    if settings.engine is None:
        return Engine.PROCESS
    if not simulate and (lacking := why_not_here(settings.engine)):
        warnings.append(settings.warning("defaults.engine", f"{settings.engine}: {lacking}"))
        return Engine.PROCESS
    return settings.engine


def settle_start_method(
    argument: str | None, settings: Settings, warnings: list[str], *, has_screen: bool
) -> str:
    """Return the start method that was asked for, or the settings' one, or the best there is."""
    if argument is not None:
        if problem := check_start_method(argument, has_screen=has_screen):
            raise BadRequestError(f"--start-method {argument}: {problem}")
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
