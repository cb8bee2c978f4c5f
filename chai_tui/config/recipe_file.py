"""Finds a recipe by its name or in a TOML file.

Kept apart from :mod:`chai_tui.model.recipe`, which every child imports: no child needs a parser.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from chai_tui.config.toml_file import (
    TomlFileError,
    clipped,
    did_you_mean,
    found,
    listed,
    read_toml,
    shown_path,
    unknown_key,
)
from chai_tui.model.recipe import BUILT_IN, MAX_SECONDS, MAX_STEPS, Recipe, Step, StepKind
from chai_tui.model.text import is_obeyed, printable

MAX_NAME = 60
"""Characters of a name: what a panel's title has room for."""

_KINDS = (StepKind.WAIT, StepKind.COMPUTE, StepKind.NATIVE)
_KIND_NAMES = tuple(str(kind) for kind in _KINDS)
_RECIPE_KEYS = ("name", "jitter", "steps")
_STEP_KEYS = ("name", *_KIND_NAMES, "jitter")


class RecipeError(ValueError):
    """There is no such recipe; its text is one line for the user."""


class UnknownRecipeError(RecipeError):
    """No built-in recipe has that name, and it is no path."""


def find_recipe(name_or_path: str) -> Recipe:
    """Return a built-in recipe, or the one in a TOML file.

    A built-in name wins over a file of the same name; ``./chai`` is always a file.

    Args:
        name_or_path: a name such as ``chai``, or a path.

    Raises:
        RecipeError: nothing has that name, or the file is no recipe.
    """
    built_in = BUILT_IN.get(name_or_path)
    if built_in is not None:
        return built_in
    if not _looks_like_path(name_or_path):
        raise UnknownRecipeError(
            f'unknown recipe "{clipped(name_or_path)}", '
            f"expected {listed((*BUILT_IN, 'the path of a TOML file'))}"
            f"{did_you_mean(name_or_path, BUILT_IN)}"
        )
    try:
        return _recipe(read_toml(name_or_path), default_name=Path(name_or_path).stem)
    except FileNotFoundError as error:
        raise RecipeError(f"{shown_path(name_or_path)}: no such file") from error
    except TomlFileError as error:
        raise RecipeError(f"{shown_path(name_or_path)}: {error}") from error


def _looks_like_path(text: str) -> bool:
    has_separator = os.sep in text or (os.altsep is not None and os.altsep in text)
    # os.path: unlike pathlib, it takes any text at all.
    return has_separator or text.endswith(".toml") or os.path.exists(text)  # noqa: PTH110


class _KeyError(TomlFileError):
    """A key has a wrong value."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")


def _recipe(table: dict[str, Any], default_name: str) -> Recipe:
    _refuse_unknown(table, _RECIPE_KEYS, "")
    name = _name(table["name"], "name") if "name" in table else _name_of_file(default_name)
    jitter = _jitter(table.get("jitter", 0), "jitter")
    steps = table.get("steps")
    if not isinstance(steps, list) or not steps:
        missing = "none" if "steps" not in table or steps == [] else found(steps)
        raise _KeyError("steps", f"expected at least one [[steps]], found {missing}")
    if len(steps) > MAX_STEPS:
        raise _KeyError("steps", f"expected at most {MAX_STEPS:,} steps, found {len(steps):,}")
    return Recipe(
        name, tuple(_step(step, f"steps[{index}]", jitter) for index, step in enumerate(steps))
    )


def _step(table: object, key: str, jitter: float) -> Step:
    if not isinstance(table, dict):
        raise _KeyError(key, f"expected a table, found {found(table)}")
    _refuse_unknown(table, _STEP_KEYS, f"{key}.")
    if "name" not in table:
        raise _KeyError(f"{key}.name", "expected a name, found none")
    name = _name(table["name"], f"{key}.name")
    kinds = [kind for kind in _KINDS if kind in table]
    if len(kinds) != 1:
        several = listed((str(kind) for kind in kinds), last="and") if kinds else "none"
        raise _KeyError(key, f"expected one of {listed(_KIND_NAMES)}, found {several}")
    kind = kinds[0]
    return Step(
        name,
        kind,
        _seconds(table[kind], f"{key}.{kind}"),
        _jitter(table["jitter"], f"{key}.jitter") if "jitter" in table else jitter,
    )


def _refuse_unknown(table: dict[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for key in table:
        if key not in known:
            raise _KeyError(f"{prefix}{clipped(key)}", unknown_key(key, known))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _seconds(value: Any, key: str) -> float:
    # The comparison is false for nan, and takes whole numbers that no float can hold.
    if _is_number(value) and 0 < value <= MAX_SECONDS:
        return float(value)
    raise _KeyError(
        key, f"expected seconds above 0 and at most {MAX_SECONDS:,.0f}, found {found(value)}"
    )


def _jitter(value: Any, key: str) -> float:
    if _is_number(value) and 0 <= value <= 1:
        return float(value)
    raise _KeyError(key, f"expected a number from 0 to 1, found {found(value)}")


def _name(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise _KeyError(key, f"expected text in quotes, found {found(value)}")
    shown = printable(value)
    if not shown.strip() or len(value) > MAX_NAME:
        raise _KeyError(key, f"expected 1 to {MAX_NAME} characters, found {found(value)}")
    if is_obeyed(value):
        raise _KeyError(key, f"expected characters that can be shown, found {found(value)}")
    return shown


def _name_of_file(stem: str) -> str:
    """A file may have a name that no recipe may have; then the recipe's is as near as can be."""
    return printable(stem)[:MAX_NAME].strip() or "recipe"
