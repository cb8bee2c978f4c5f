"""From a function of the user's own that was asked for to what each maker brews."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.config.settings import MAX_MAKERS
from chai_tui.model.recipe import Recipe

if TYPE_CHECKING:
    from chai_tui.config.target import Target


class CallOptions(NamedTuple):
    """What a function is called with, as it was asked for.

    Attributes:
        arguments: of ``--arg``.
        items: of ``--items``.
        each: of ``--each``.
    """

    arguments: Sequence[str] = ()
    items: str | None = None
    each: str | None = None

    @property
    def given(self) -> list[str]:
        """Which of the options were given."""
        values = {"--arg": self.arguments, "--items": self.items, "--each": self.each}
        return [option for option, value in values.items() if value not in (None, (), [])]

    @property
    def has_items(self) -> bool:
        """Whether every call has an item of its own."""
        return self.items is not None or self.each is not None


def settle_calls(
    asked: str | None, makers: int | None, options: CallOptions, *, simulate: bool
) -> tuple[Recipe, ...]:
    """Return what makers brew who call a function.

    Args:
        asked: for a recipe or a function; None: for neither.
        makers: how many were asked for; None: as many as there are items, or as ever.
        options: what the function is called with.
        simulate: whether the makers would be simulated.

    Returns:
        A recipe for each item; one for all makers where there are no items; none at all where no
        function was asked for.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    if asked is None or not (":" in asked or asked.lower().endswith((".py", ".pyw"))):
        target = None
    else:
        from chai_tui.config.target import TargetError, parse_target  # noqa: PLC0415 - no recipe needs it

        try:
            target = parse_target(asked)
        except TargetError as error:
            raise BadRequestError(str(error), is_usage=error.is_usage) from error
    if target is None:
        for option in options.given:
            raise BadRequestError(f"{option}: only with a function, such as file.py:function.")
        return ()
    if simulate:
        raise BadRequestError(
            f"--simulate: expected a recipe, found the function {target.name}: "
            "nobody knows what it would do."
        )
    return _calls(target, makers, options)


def _calls(target: Target, makers: int | None, options: CallOptions) -> tuple[Recipe, ...]:
    from chai_tui.config.target import TargetError, parse_calls  # noqa: PLC0415 - as above
    from chai_tui.sources.live.station.calls.function import recipe_of_call  # noqa: PLC0415 - likewise
    from chai_tui.sources.live.station.calls.loading import Where  # noqa: PLC0415 - likewise

    where = Where(_file(target), target.module, target.name)
    try:
        calls = parse_calls(options.arguments, options.items, options.each)
    except TargetError as error:
        raise BadRequestError(str(error), is_usage=error.is_usage) from error
    if not options.has_items:
        return (recipe_of_call(where, calls.arguments),)
    count, option = len(calls.items), options.given[0]
    if count > MAX_MAKERS:
        raise BadRequestError(
            f"{option}: expected at most {MAX_MAKERS:,} items, a maker for each; found {count:,}."
        )
    if makers not in (None, count):
        raise BadRequestError(
            f"--makers: expected {count:,}, a maker for each item of {option}; found {makers:,}."
        )
    return tuple(recipe_of_call(where, (item,)) for item in calls.items.values)


def _file(target: Target) -> str | None:
    """Return the whole path of a target's file: stations may stand in another folder."""
    if target.path is None:
        return None
    from chai_tui.config.toml_file import shown_path  # noqa: PLC0415 - not for recipes

    # os.path: unlike pathlib, it takes any text at all.
    try:
        path = os.path.abspath(target.path)  # noqa: PTH100
    except OSError as error:  # the current folder is gone
        problem = f"{shown_path(target.path)}: {error.strerror}"
        raise BadRequestError(problem, is_usage=False) from error
    if not os.path.isfile(path):  # noqa: PTH113
        problem = "expected a file" if os.path.exists(path) else "no such file"  # noqa: PTH110
        raise BadRequestError(f"{shown_path(target.path)}: {problem}", is_usage=False)
    return path
