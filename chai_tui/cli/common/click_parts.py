"""Parts of the command line that click does not have: kinds of values, and a default command."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from chai_tui.config.toml_file import MAX_BYTES, clipped, did_you_mean, found, listed, read_regular
from chai_tui.host.engines import why_not_here
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import BUILT_IN

if TYPE_CHECKING:
    _NumberType = click.ParamType[float]
else:
    _NumberType = click.ParamType  # takes no type argument before click 8.4


class Asked(NamedTuple):
    """What a command of the command line asks for, to be done once its words are parsed.

    Attributes:
        command: its name.
        launch: does it, and returns the exit code.
        options: what to call that with.
    """

    command: str
    launch: Callable[..., int]
    options: dict[str, Any]


class Number(_NumberType):
    """A number; the message says which will do, and repeats no endless value.

    Args:
        kind: ``int`` for a whole number, or ``float``.
        least: the least that will do.
        most: the greatest.
    """

    name = "number"

    def __init__(
        self, kind: type[int | float], least: float = -math.inf, most: float = math.inf
    ) -> None:
        self._kind = kind
        self._least = least
        self._most = most

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        try:
            number = self._kind(value)
        except ValueError:
            number = math.nan
        if not self._least <= number <= self._most:  # false for nan, too
            expected = "a whole number" if self._kind is int else "a number"
            if self._most < math.inf:
                expected += f" from {self._least:g} to {self._most:g}"
            self.fail(f'expected {expected}, found "{clipped(str(value))}"', param, ctx)
        return number


class OneOf(click.Choice[str]):
    """One of a few words; the message says which, and which one may have been meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word."""
        words = [str(choice) for choice in self.choices]
        if value not in words:
            meant = did_you_mean(str(value), words)
            self.fail(f"expected {listed(words)}, found {found(str(value))}{meant}", param, ctx)
        return str(value)


class EngineChoice(OneOf):
    """An engine; completed are those that this Python has, for a simulated run knows them all."""

    def __init__(self) -> None:
        super().__init__([str(engine) for engine in Engine])

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the engines that begin so."""
        items = super().shell_complete(ctx, param, incomplete)
        return [item for item in items if not why_not_here(Engine(item.value))]


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
    """Return the recipes, and functions in files, that begin like ``incomplete``."""
    names = [name for name in BUILT_IN if name.startswith(incomplete)]
    names += _files(incomplete)
    names += _functions(incomplete)
    if names:
        return [CompletionItem(name) for name in names]
    # Nothing here: the shell knows better how to walk through folders.
    return [CompletionItem(incomplete, type="file")]


def _files(incomplete: str) -> list[str]:
    """Return the recipes, and the files of Python with the colon that a function follows."""
    folder, start = os.path.split(incomplete)
    try:
        found = sorted(
            entry.name + _FILES[entry.suffix]
            for entry in Path(folder or ".").iterdir()
            if entry.suffix in _FILES and entry.name.startswith(start)
        )
    except (OSError, ValueError):
        return []
    # os.path, because pathlib would drop a leading "./", and the shell then finds no match.
    return [os.path.join(folder, name) for name in found]  # noqa: PTH118


_FILES = {".toml": "", ".py": ":"}
"""What follows the name of a file."""


def _functions(incomplete: str) -> list[str]:
    """Return the functions in a file of Python; it is read, and nothing of it is run."""
    path, colon, start = incomplete.rpartition(":")
    if not colon or not path.endswith(".py"):
        return []
    import ast  # noqa: PLC0415 - only for a function

    try:
        body = ast.parse(read_regular(path, MAX_BYTES)).body
    except (OSError, ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = [node.name for node in body if isinstance(node, functions)]
    return [f"{path}:{name}" for name in names if name.startswith(start)]


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
            self._refuse_what_is_nearly_a_command(ctx, args)
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def _begins_here(self, ctx: click.Context, args: Sequence[str]) -> bool:
        """Whether the first argument is a command, or an option of the group's own."""
        if not args:
            return ctx.resilient_parsing  # completion of the first word: commands count too
        own = {name for param in self.get_params(ctx) for name in param.opts}
        return args[0] in self.commands or args[0].partition("=")[0] in own

    def _refuse_what_is_nearly_a_command(self, ctx: click.Context, args: Sequence[str]) -> None:
        """Say which command may have been meant, where the first argument can be nothing else."""
        word = args[0] if args and not ctx.resilient_parsing else ""
        if not word.isalpha() or word in BUILT_IN or os.path.exists(word):  # noqa: PTH110 - any text
            return
        meant = did_you_mean(word, self.commands)
        if meant and not did_you_mean(word, BUILT_IN):
            problem = f'expected a command or a recipe, found "{clipped(word)}"{meant}'
            raise click.UsageError(problem, ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the default command's options too: whoever names no command looks for them here."""
        params = [*self.commands[self._default].params, *self.get_params(ctx)]
        options = (param for param in params if isinstance(param, click.Option))
        records = [option.get_help_record(ctx) for option in options]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record is not None], col_max=20)
        self.format_commands(ctx, formatter)

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
