"""The command line: options, their help, and completion."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from typing import Any

import click

from chai_tui.cli import launch
from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.click_parts import (
    Asked,
    DefaultCommandGroup,
    EngineChoice,
    Number,
    OneOf,
    complete_recipe,
    print_version,
)
from chai_tui.cli.common.telling import complain, print_page
from chai_tui.cli.launch import DEFAULT_MAKERS
from chai_tui.cli.programs.commands import run, watch
from chai_tui.cli.recordings.commands import diff, export, replay
from chai_tui.cli.taste_command import taste
from chai_tui.config.settings import (
    MAX_MAKERS,
    START_METHODS,
)
from chai_tui.sources.simulated.costs import FASTEST, MAX_SIMULATED_CORES, SLOWEST
from chai_tui.views.output import ExitCode

PROGRAM = "chai-tui"
COMPLETE_VARIABLE = "_CHAI_TUI_COMPLETE"


def run_cli(arguments: Sequence[str]) -> int:
    """Run the command line.

    Args:
        arguments: those after the program's name.

    Returns:
        The exit code; a problem was told in one line on stderr.
    """
    # What click prints is printed by us, who know of outputs that take nothing, or not at once.
    page = io.BytesIO()
    try:
        with contextlib.redirect_stdout(io.TextIOWrapper(page, "utf-8", write_through=True)):
            # Not standalone: then click would print usage, and its own words after Ctrl-C.
            asked = cli.main(
                list(arguments),
                prog_name=PROGRAM,
                complete_var=COMPLETE_VARIABLE,
                standalone_mode=False,
            )
    except click.UsageError as error:
        where = f"{PROGRAM} brew" if error.ctx is None else error.ctx.command_path
        complain(_with_help(error.format_message(), where))
        return ExitCode.BAD_USAGE
    except click.ClickException as error:
        complain(error.format_message())
        return ExitCode.BAD_USAGE
    except click.Abort:
        return ExitCode.SIGNALLED + 2
    except SystemExit as end:  # a shell asked for completion
        asked = end.code
    except (KeyError, ValueError) as error:
        if COMPLETE_VARIABLE not in os.environ:
            raise
        complain(f"{COMPLETE_VARIABLE}: expected what a shell sets for completion: {error}")
        return ExitCode.BAD_USAGE
    if isinstance(asked, Asked):
        return _launch(asked)
    told = print_page(page.getvalue().decode())
    return told or (asked if isinstance(asked, int) else ExitCode.SERVED)


def _launch(asked: Asked) -> int:
    try:
        return asked.launch(**asked.options)
    except BadRequestError as error:
        told = str(error)
        complain(_with_help(told, f"{PROGRAM} {asked.command}") if error.is_usage else told)
        return ExitCode.BAD_USAGE


def _with_help(problem: str, command: str) -> str:
    """A problem, and where to read what can be asked for."""
    return f"{problem.rstrip('.')} (see {command} --help)"


_EXIT_CODES = """\
Exit codes:
  0    all served
  1    a maker failed, was killed or stopped; or the output was cut off
  2    bad usage or a bad recipe
  130  after Ctrl-C (143 after SIGTERM, 129 after SIGHUP)
"""


@click.group(
    cls=DefaultCommandGroup,
    default_command="brew",
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[RECIPE] | COMMAND",
    epilog=f"""\b
Examples:
  chai-tui                               three makers brew chai
  chai-tui grind --makers 5              five makers grind spices
  chai-tui grind --engine thread --exit  one GIL; leave when all have ended
  chai-tui --plain | tee run.txt         the lesson's lines, without a screen
  chai-tui grind --simulate --cores 64   how it would be on 64 cores
  chai-tui run lesson.py                 a program of your own
  chai-tui watch --name gunicorn         one that runs already
  chai-tui taste work.py:score           threads or processes? it measures
  chai-tui --record run.chai.gz          and chai-tui replay run.chai.gz later

\b
{_EXIT_CODES}""",
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

    Without a command, chai-tui brews: RECIPE and options are those of "brew".
    """


@cli.command(
    epilog=f"""\b
Examples:
  chai-tui brew                             three makers brew chai
  chai-tui brew grind --makers 4            four processes, a GIL for each
  chai-tui brew grind --engine thread       three threads under one GIL
  chai-tui brew masala --seed 7 --plain     lines; the same jitter every time
  chai-tui brew ./kadak.toml --json         a recipe of your own, as JSON
  chai-tui brew work.py:resize --each 'range(8)'   a function, a call a maker

\b
{_EXIT_CODES}""",
)
@click.argument("recipe", required=False, shell_complete=complete_recipe)
@click.option(
    "--makers",
    type=Number(int, 1, MAX_MAKERS),
    metavar="N",
    help=f"How many makers brew, 1 to {MAX_MAKERS}.  [default: {DEFAULT_MAKERS}, or one an item]",
)
@click.option(
    "--arg",
    multiple=True,
    metavar="JSON",
    help="An argument of the function, the same for every maker; may be repeated. "
    "Not beside --items or --each.",
)
@click.option(
    "--items",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help="JSON lines: a maker calls the function with each of them; - for stdin.",
)
@click.option(
    "--each",
    metavar="LITERAL",
    help="A list, a tuple or 'range(64)': a maker calls the function with each of them.",
)
@click.option(
    "--engine",
    type=EngineChoice(),
    help="How makers are seated.  [default: process]",
)
@click.option(
    "--start-method",
    type=OneOf(START_METHODS),
    help="How processes are started; fork only with --plain or --json.  "
    "[default: forkserver where there is one, else spawn]",
)
@click.option(
    "--seed", type=Number(int), metavar="INT", help="Repeat the jitter of an earlier run."
)
@click.option("--plain", is_flag=True, help="Print lines; the default where stdout is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print every event as a JSON object.")
@click.option(
    "--record",
    metavar="FILE",
    help="Write all that happens into FILE, for replay, export and diff; .gz compresses it. "
    "A recording that is there is written over.",
)
@click.option(
    "--simulate",
    is_flag=True,
    help="Brew on a simulated machine: no process is started, and the screen says so.",
)
@click.option(
    "--cores",
    type=Number(int, 1, MAX_SIMULATED_CORES),
    metavar="N",
    help=f"Cores of the simulated machine, 1 to {MAX_SIMULATED_CORES}.  [default: as many as here]",
)
@click.option(
    "--speed",
    type=Number(float, SLOWEST, FASTEST),
    metavar="X",
    help=f"Simulated seconds for each of ours, {SLOWEST:g} to {FASTEST:g}.  [default: 1]",
)
@click.option(
    "--exit",
    "exit_when_served",
    is_flag=True,
    help="Leave the screen when every maker has ended.",
)
@click.option(
    "--large", is_flag=True, help="Begin in large print: fewer facts, for those far away."
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing in the shell of how it went on the screen."
)
def brew(**options: Any) -> Asked:
    """Let makers brew RECIPE and watch them.

    RECIPE is chai (waits), grind (Python bytecode, holds the GIL), native (C code that releases
    it), masala (all of them), or the path of a TOML file.

    Or it is a function of your own: package.module:function or path/to/file.py:function, also
    Class.method, plain or async. Each maker calls it once, and what it returns is shown; it may
    call chai_tui.step(name) and chai_tui.progress(fraction).
    """
    return Asked("brew", launch.brew, options)


for command in (run, watch, taste, replay, export, diff):
    cli.add_command(command)


@cli.command(
    epilog="""\b
Examples:
  eval "$(chai-tui completion bash)"     in ~/.bashrc
  eval "$(chai-tui completion zsh)"      in ~/.zshrc
  chai-tui completion fish > ~/.config/fish/completions/chai-tui.fish
""",
)
@click.argument("shell", type=OneOf(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that lets SHELL complete commands, options and recipes."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - rarely asked for

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"{shell}: click has no completion for it.")
    click.echo(complete(cli, {}, PROGRAM, COMPLETE_VARIABLE).source())
