"""The command line: what was asked for, checked, and handed to the view that shows it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

import click

from chai_tui import startup
from chai_tui.cli_parts import (
    DefaultCommandGroup,
    Seed,
    WholeNumber,
    check_start_method,
    complete_recipe,
    print_version,
)
from chai_tui.engine import Engine
from chai_tui.limits import in_words, is_refusal
from chai_tui.plain import ExitCode, JsonView, OutputError, PlainView, View, run, warn
from chai_tui.recipe import BUILT_IN, Recipe
from chai_tui.recipe_file import RecipeError, find_recipe
from chai_tui.settings import (
    MAX_MAKERS,
    START_METHODS,
    Settings,
    load_settings,
    settings_path,
)
from chai_tui.source import AddMakers, Source
from chai_tui.terminal import lose_stdout, own_terminal, raise_file_limit
from chai_tui.toml_file import one_line

PROGRAM = "chai-tui"
COMPLETE_VARIABLE = "_CHAI_TUI_COMPLETE"
DEFAULT_MAKERS = 3
SCREEN_SAMPLE_SECONDS = 0.5
"""Seconds between two samples for the screen."""
JSON_SAMPLE_SECONDS = 1.0
"""The same for JSON, whose reader keeps them all."""
SCREEN_LINES_PER_SECOND = 200
"""Lines a station may say a second on a screen: more than anybody reads."""


def run_cli(arguments: Sequence[str]) -> int:
    """Run the command line.

    Args:
        arguments: those after the program's name.

    Returns:
        The exit code; a problem was told in one line on stderr.
    """
    try:
        # Not standalone: then click would print usage, and its own words after Ctrl-C.
        code = cli.main(
            list(arguments),
            prog_name=PROGRAM,
            complete_var=COMPLETE_VARIABLE,
            standalone_mode=False,
        )
    except click.ClickException as error:
        _complain(error.format_message())
        return ExitCode.BAD_USAGE
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.SIGNALLED + 2
    except BrokenPipeError:  # --help | head -1
        lose_stdout()
        return ExitCode.NOT_SERVED
    except (OSError, RuntimeError) as error:
        if not is_refusal(error):
            raise
        _complain(f"cannot start: {in_words(error)}")
        return ExitCode.NOT_SERVED
    return code if isinstance(code, int) else ExitCode.SERVED


def _complain(text: str) -> None:
    if sys.stderr is not None:
        warn(sys.stderr, one_line(text))


@click.group(
    cls=DefaultCommandGroup,
    default_command="brew",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  chai-tui                          three makers brew chai
  chai-tui grind --makers 5         five makers grind spices
  chai-tui --plain | tee run.txt    the lesson's lines, without a screen
""",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """See parallel Python: real makers on real cores, in your terminal.

    Without a command, chai-tui brews: every option of "brew" works without it too.
    """


class Order(NamedTuple):
    """What to brew, and how."""

    makers: int
    recipe: Recipe
    engine: Engine
    start_method: str
    seed: int | None


@cli.command(
    epilog="""\b
Examples:
  chai-tui brew                             three makers brew chai
  chai-tui brew grind --makers 4            four processes, a GIL for each
  chai-tui brew grind --engine thread       three threads under one GIL
  chai-tui brew masala --seed 7 --plain     lines; the same jitter every time
  chai-tui brew ./kadak.toml --json         a recipe of your own, as JSON

\b
Exit codes:
  0    all served
  1    a maker failed, was killed or stopped
  2    bad usage or a bad recipe
  130  after Ctrl-C
""",
)
@click.argument("recipe", required=False, shell_complete=complete_recipe)
@click.option(
    "--makers",
    type=WholeNumber(1, MAX_MAKERS),
    metavar="N",
    help=f"How many makers brew, 1 to {MAX_MAKERS}.  [default: {DEFAULT_MAKERS}]",
)
@click.option(
    "--engine",
    type=click.Choice([str(engine) for engine in Engine]),
    help="How makers are seated.  [default: process]",
)
@click.option(
    "--start-method",
    type=click.Choice(START_METHODS),
    help="How processes are started; fork only with --plain or --json.  "
    "[default: forkserver where there is one, else spawn]",
)
@click.option("--seed", type=Seed(), metavar="INT", help="Repeat the jitter of an earlier run.")
@click.option("--plain", is_flag=True, help="Print lines; the default where stdout is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print every event as a JSON object.")
@click.option(
    "--exit", "exit_when_served", is_flag=True, help="Leave the screen when all is served."
)
def brew(
    recipe: str | None,
    makers: int | None,
    engine: str | None,
    start_method: str | None,
    seed: int | None,
    *,
    plain: bool,
    as_json: bool,
    exit_when_served: bool,
) -> int:
    """Let makers brew RECIPE and watch them.

    RECIPE is chai (waits), grind (Python bytecode, holds the GIL), native (C code that releases
    it), masala (all of them), or the path of a TOML file.
    """
    if plain and as_json:
        raise click.UsageError("--plain and --json: expected one of them, found both.")
    reason = "" if plain or as_json else why_no_screen(sys.stdin, sys.stdout, sys.stderr)
    on_screen = not (plain or as_json or reason is not None)
    settings, warnings = load_settings(settings_path())
    order = Order(
        makers=makers or settings.makers or DEFAULT_MAKERS,
        recipe=_recipe(recipe, settings, warnings),
        engine=Engine(engine) if engine else settings.engine or Engine.PROCESS,
        start_method=_start_method(start_method, settings, warnings, on_screen=on_screen),
        seed=seed,
    )
    if reason:
        warnings = [*warnings, reason]
    if on_screen:
        return _on_screen(order, settings, warnings, exit_when_served=exit_when_served)
    for warning in warnings:
        _complain(warning)
    return _without_screen(order, as_json=as_json)


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
    if argument is not None:
        try:
            return find_recipe(argument)
        except RecipeError as error:
            raise click.ClickException(str(error)) from error
    if settings.recipe is not None:
        try:
            return find_recipe(settings.recipe)
        except RecipeError as error:
            warnings.append(settings.warning("defaults.recipe", str(error)))
    return BUILT_IN["chai"]


def _start_method(
    argument: str | None, settings: Settings, warnings: list[str], *, on_screen: bool
) -> str:
    """Return the start method that was asked for, or the settings' one, or the best there is."""
    if argument is not None:
        if problem := check_start_method(argument, on_screen=on_screen):
            raise click.UsageError(f"--start-method {argument}: {problem}")
        return argument
    if settings.start_method is not None:
        problem = check_start_method(settings.start_method, on_screen=on_screen)
        if not problem:
            return settings.start_method
        warnings.append(settings.warning("defaults.start_method", problem))
    return "spawn" if check_start_method("forkserver", on_screen=on_screen) else "forkserver"


def _on_screen(
    order: Order, settings: Settings, warnings: Sequence[str], *, exit_when_served: bool
) -> int:
    from chai_tui.kitchen import Kitchen  # noqa: PLC0415 - not for --help or bad usage
    from chai_tui.tui.bridge import Bridge  # noqa: PLC0415 - likewise; it imports no screen

    raise_file_limit()
    with own_terminal():
        bridge = Bridge(
            Kitchen(
                order.start_method,
                seed=order.seed,
                sample_every=SCREEN_SAMPLE_SECONDS,
                lines_per_second=SCREEN_LINES_PER_SECOND,
            )
        )
        try:
            # Makers start brewing while the screen is imported, which takes 150 ms.
            bridge.submit(AddMakers(order.makers, order.recipe, order.engine))
            bridge.start()
            from chai_tui.tui.app import run_app  # noqa: PLC0415 - the screen alone needs it

            return run_app(
                bridge,
                makers=0,
                recipe=order.recipe,
                engine=order.engine,
                start_method=order.start_method,
                exit_when_served=exit_when_served,
                settings=settings,
                warnings=warnings,
            )
        finally:
            startup.done()
            bridge.stop()


def _without_screen(order: Order, *, as_json: bool) -> int:
    from chai_tui.kitchen import Kitchen  # noqa: PLC0415 - as above

    raise_file_limit()
    with own_terminal():
        out, err = _or_nowhere(sys.stdout), _or_nowhere(sys.stderr)
        source: Source = Kitchen(
            order.start_method,
            seed=order.seed,
            sample_every=JSON_SAMPLE_SECONDS if as_json else None,
        )
        view: View = JsonView(out) if as_json else PlainView(out, err)
        startup.done()
        try:
            return run(source, view, makers=order.makers, recipe=order.recipe, engine=order.engine)
        except OutputError as error:
            lose_stdout()
            if not isinstance(error.__cause__, BrokenPipeError):
                warn(err, f"cannot write: {error.__cause__}")
            return ExitCode.NOT_SERVED


def _or_nowhere(stream: TextIO | None) -> TextIO:
    """Return a stream that can be written to, even where a service was started without any."""
    return Path(os.devnull).open("w", encoding="utf-8") if stream is None else stream


@cli.command(
    epilog="""\b
Examples:
  eval "$(chai-tui completion bash)"     in ~/.bashrc
  eval "$(chai-tui completion zsh)"      in ~/.zshrc
  chai-tui completion fish > ~/.config/fish/completions/chai-tui.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that lets SHELL complete commands, options and recipes."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - rarely asked for

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"{shell}: click has no completion for it.")
    click.echo(complete(cli, {}, PROGRAM, COMPLETE_VARIABLE).source())
