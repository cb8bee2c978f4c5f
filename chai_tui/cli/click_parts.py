"""Parts of the command line that click does not have: kinds of values, and a default command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from chai_tui.config.toml_file import clipped
from chai_tui.model.recipe import BUILT_IN
from chai_tui.sources.simulated.costs import FASTEST, SLOWEST

if TYPE_CHECKING:
    _NumberType = click.ParamType[int]
    _FloatType = click.ParamType[float]
else:
    _NumberType = _FloatType = click.ParamType  # takes no type argument before click 8.4


class WholeNumber(_NumberType):
    """A whole number; the message says within which bounds, and repeats no endless value.

    Args:
        bounds: the least and the greatest that will do; None for any.
    """

    name = "whole number"

    def __init__(self, bounds: tuple[int, int] | None = None) -> None:
        self._bounds = bounds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not (
            self._bounds is None or self._bounds[0] <= number <= self._bounds[1]
        ):
            among = "" if self._bounds is None else " from {} to {}".format(*self._bounds)
            self.fail(f'expected a whole number{among}, found "{clipped(str(value))}"', param, ctx)
        return number


class Speed(_FloatType):
    """How much faster than real time a simulation runs."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not SLOWEST <= speed <= FASTEST:  # false for nan, too
            expected = f"expected a number from {SLOWEST:g} to {FASTEST:g}"
            self.fail(f'{expected}, found "{clipped(str(value))}"', param, ctx)
        return speed


def print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001
    """Print the version, looked up only now, and exit."""
    if not value or ctx.resilient_parsing:
        return
    import chai_tui  # noqa: PLC0415 - its attribute is what costs

    click.echo(f"chai-tui {chai_tui.__version__}")
    ctx.exit()


def complete_recipe(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the recipes whose name or path begins like ``incomplete``."""
    names = [name for name in BUILT_IN if name.startswith(incomplete)]
    names += _toml_files(incomplete)
    if names:
        return [CompletionItem(name) for name in names]
    # Nothing here: the shell knows better how to walk through folders.
    return [CompletionItem(incomplete, type="file")]


def _toml_files(incomplete: str) -> list[str]:
    folder, start = os.path.split(incomplete)
    try:
        found = sorted(
            entry.name
            for entry in Path(folder or ".").iterdir()
            if entry.suffix == ".toml" and entry.name.startswith(start)
        )
    except (OSError, ValueError):
        return []
    # os.path, because pathlib would drop a leading "./", and the shell then finds no match.
    return [os.path.join(folder, name) for name in found]  # noqa: PTH118


class DefaultCommandGroup(click.Group):
    """A group whose default command needs not be named.

    Args:
        default_command: its name.
        attrs: see :class:`click.Group`.
    """

    def __init__(self, *args: Any, default_command: str, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self._default = default_command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command before arguments that begin with none."""
        if not self._begins_here(ctx, args):
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def _begins_here(self, ctx: click.Context, args: Sequence[str]) -> bool:
        """Whether the first argument is a command, or an option of the group's own."""
        if not args:
            return ctx.resilient_parsing  # completion of the first word: commands count too
        own = {name for param in self.get_params(ctx) for name in param.opts}
        return args[0] in self.commands or args[0].partition("=")[0] in own

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what may come first: a command, or anything the default command takes."""
        default = self.commands[self._default]
        with click.Context(default, parent=ctx, resilient_parsing=True) as inner:
            items = [
                *super().shell_complete(ctx, incomplete),
                *default.shell_complete(inner, incomplete),
            ]
            for param in default.params:
                if isinstance(param, click.Argument) and not incomplete.startswith("-"):
                    items += param.shell_complete(inner, incomplete)
        # A guess at a file is for words that nothing else fits.
        known = [item for item in items if item.type == "plain"]
        return list({item.value: item for item in known or items}.values())
