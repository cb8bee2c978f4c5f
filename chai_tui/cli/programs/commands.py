"""The commands ``run`` and ``watch``: their options and their help."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from chai_tui.cli.common.click_parts import Asked, Number

LEAST_SECONDS, MOST_SECONDS = 0.05, 10.0
"""Between two samples."""
KIND, WORDS = "kind", "words"
"""What is passed on of the program: how it was asked for, and its command line."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _run(**options: Any) -> int:
    from chai_tui.cli.programs.launch import run as launch  # noqa: PLC0415 - for this command alone

    return launch(**options)


def _watch(**options: Any) -> int:
    from chai_tui.cli.programs.launch import watch as launch  # noqa: PLC0415 - as above

    return launch(**options)


@contextlib.contextmanager
def _told_of(ctx: click.Context) -> Iterator[None]:
    """Have every mistake say which command was asked for: click leaves that out of some."""
    try:
        yield
    except click.UsageError as error:
        error.ctx = error.ctx or ctx
        raise


class ProgramCommand(click.Command):
    """A command whose own options end where the command line of a program begins.

    That is the first argument that is no option, whatever follows ``-m``, or all after ``--``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse our own options alone; the rest is the program's."""
        own, kind, words = self._divided(args)
        with _told_of(ctx):
            rest = super().parse_args(ctx, own)
        ctx.params[KIND], ctx.params[WORDS] = kind, tuple(words)
        return rest

    def _divided(self, args: Sequence[str]) -> tuple[list[str], str, Sequence[str]]:
        """Return our own options, and how the program was asked for, and its command line."""
        takes_value = {
            name
            for param in self.params
            if isinstance(param, click.Option) and not param.is_flag
            for name in param.opts
        }
        at = 0
        while at < len(args):
            word = args[at]
            if word == "--":
                return [*args[:at]], "command", args[at + 1 :]
            if begins := re.match(r"(-q*)m(.*)", word, re.DOTALL):
                flags = [begins[1]] if begins[1] != "-" else []
                module = [begins[2]] if begins[2] else []
                return [*args[:at], *flags], "module", [*module, *args[at + 1 :]]
            if word == "-" or not word.startswith("-"):
                return [*args[:at]], "file", args[at:]
            at += 2 if word in takes_value else 1
        return [*args], "file", []

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the three ways to name a program, a line each."""
        ways = ("script.py [ARGS]...", "-m module [ARGS]...", "-- command [ARGS]...")
        for number, way in enumerate(ways):
            prefix = None if number == 0 else " " * len("Usage: ")
            formatter.write_usage(ctx.command_path, f"[OPTIONS] {way}", prefix)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return our options, or leave it to the shell where a program's name or words stand."""
        if ctx.params.get(KIND) == "command" or ctx.params.get(WORDS):
            return [CompletionItem(incomplete, type="file")]
        if ctx.params.get(KIND) == "module":
            return []
        if not incomplete or not incomplete[0].isascii() or incomplete[0] != "-":
            return [CompletionItem(incomplete, type="file")]
        return super().shell_complete(ctx, incomplete)


class PidCommand(click.Command):
    """A command that takes numbers of processes; a negative one is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; say of a negative number what is wrong with it."""
        given = [*args]
        try:
            with _told_of(ctx):
                return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            for word in given:
                if re.match(r"-[0-9]", word) and word.startswith(error.option_name):
                    problem = f"expected the number of a process, found {word[:20]}"
                    raise click.UsageError(problem, ctx) from error
            raise


def _shared_options(command: _Command) -> _Command:
    """Add the options that both commands have, the last first."""
    for option in (
        click.option(
            "-q", "--quiet", is_flag=True, help="Say nothing in the shell once the screen is gone."
        ),
        click.option("--large", is_flag=True, help="Begin in large print."),
        click.option(
            "--exit",
            "exit_when_over",
            is_flag=True,
            help="Leave the screen when every process of it has ended.",
        ),
        click.option(
            "--record",
            metavar="FILE",
            help="Write all that happens into FILE, for replay, export and diff; .gz compresses "
            "it. A recording that is there is written over.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print every event as a JSON object."),
        click.option(
            "--plain", is_flag=True, help="Print lines; the default where stdout is no terminal."
        ),
        click.option(
            "--every",
            type=Number(float, LEAST_SECONDS, MOST_SECONDS),
            metavar="S",
            help=f"Seconds between two looks at cores and threads, {LEAST_SECONDS:g} to "
            f"{MOST_SECONDS:g}.  [default: 0.5 on the screen, else 1]",
        ),
        click.option(
            "--no-attach",
            is_flag=True,
            help="Look at /proc alone: not at its memory, nor at its system calls.",
        ),
    ):
        command = option(command)
    return command


@click.command(
    cls=ProgramCommand,
    short_help="Run a program of your own, and see who works in it.",
    epilog="""\b
Examples:
  chai-tui run lesson.py                 a script, with the active Python
  chai-tui run -m pytest -n 4            a module
  chai-tui run -- make -j4               any command; all after -- is its own
  chai-tui run -- 'sort words | uniq'    a line for the shell, as one argument
  chai-tui run --plain --record run.chai.gz lesson.py 3

\b
Exit codes:
  the program's own; 128 + N where signal N ended it
  2    bad usage, or there is no such program: nothing was started
  130  after Ctrl-C (143 after SIGTERM, 129 after SIGHUP)
""",
)
@click.option(
    "--stdin",
    type=click.Path(allow_dash=True, readable=False),
    metavar="FILE",
    help="What it reads; - for our own stdin.  [default: nothing]",
)
@click.option("--tty", is_flag=True, help="Give it a terminal of its own.")
@click.option(
    "--no-hook",
    is_flag=True,
    help="Do not ask Python in it to tell what it does: names, tasks, locks.",
)
@_shared_options
def run(**options: Any) -> Asked:
    """Run a program of your own, and see its processes and threads at work.

    Options end where the program begins; what follows is its own. It has a session of its own, and
    all of it is ended when you leave. Only on Linux.
    """
    return Asked("run", _run, options)


@click.command(
    cls=PidCommand,
    short_help="Watch programs that run already.",
    epilog="""\b
Examples:
  chai-tui watch 4711                    a process, and those it starts
  chai-tui watch 4711 4712 --plain
  chai-tui watch --name gunicorn         all with it in their command line

\b
Exit codes:
  0    it was watched
  2    bad usage, or there is no such process
  130  after Ctrl-C (143 after SIGTERM, 129 after SIGHUP)
""",
)
@click.argument("pids", nargs=-1, metavar="[PID]...")
@click.option(
    "--name",
    metavar="TEXT",
    help="Watch all processes with TEXT in their name or command line, upper or lower case.",
)
@_shared_options
def watch(**options: Any) -> Asked:
    """Watch programs that run already: their processes and threads, and those they start.

    They are left alone when you leave. Only on Linux.
    """
    return Asked("watch", _watch, options)
