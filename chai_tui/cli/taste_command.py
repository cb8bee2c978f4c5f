"""The command ``taste``: its options and their help."""

from __future__ import annotations

from typing import Any

import click

from chai_tui.cli.common.click_parts import Asked, Number, complete_recipe
from chai_tui.model.tasting import DEFAULT_BUDGET, DEFAULT_TIMEOUT

MOST_WORKERS = 256


def _launch(**options: Any) -> int:
    from chai_tui.cli.taste import taste as launch_taste  # noqa: PLC0415 - for this command alone

    return launch_taste(**options)


@click.command(
    epilog="""\b
Examples:
  chai-tui taste work.py:resize --items paths.jsonl   a race on your function
  chai-tui taste work.py:score --each 'range(64)'     called with 0, 1, 2 …
  chai-tui taste shop.prices:update --arg '"tea"'     every call the same
  chai-tui taste grind                                a recipe
  chai-tui taste work.py:score --plain --expect process,interpreter

\b
Exit codes:
  0    there is a verdict, or it is too noisy to say
  1    the function failed
  2    bad usage: no such function, or wrong options
  3    the verdict is not one of --expect
  130  after Ctrl-C (143 after SIGTERM, 129 after SIGHUP)
""",
)
@click.argument("target", shell_complete=complete_recipe)
@click.option(
    "--arg",
    "arguments",
    multiple=True,
    metavar="JSON",
    help="An argument of every call; can be given more than once. Not beside --items or --each.",
)
@click.option("--items", metavar="FILE", help="JSON lines: one argument a call; - for stdin.")
@click.option(
    "--each",
    metavar="LITERAL",
    help="A list or range(…), written as in Python: one argument a call. Nothing is evaluated.",
)
@click.option(
    "--python",
    metavar="PATH",
    help="The interpreter that has what the function needs.  "
    "[default: the active virtual environment's, else chai-tui's own]",
)
@click.option(
    "--budget",
    type=Number(float, 0.5, 3_600),
    metavar="S",
    help=f"Seconds that it may take.  [default: {DEFAULT_BUDGET:g}]",
)
@click.option(
    "--workers",
    type=Number(int, 1, MOST_WORKERS),
    metavar="N",
    help="How many threads or processes work at once.  [default: the usable cores]",
)
@click.option(
    "--engines",
    metavar="A,B",
    help="Which race: serial, asyncio, thread, interpreter, process.  [default: all that can]",
)
@click.option(
    "--timeout",
    type=Number(float, 0.1, 86_400),
    metavar="S",
    help=f"Seconds that one call may take.  [default: {DEFAULT_TIMEOUT:g}]",
)
@click.option("--expect", metavar="A,B", help="Exit with 3 when the verdict is none of these.")
@click.option("--plain", is_flag=True, help="Print lines; the default where stdout is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print every number as one JSON object.")
@click.option(
    "--record",
    metavar="FILE",
    help="Write all that happens into FILE, for replay, export and diff; .gz compresses it. "
    "A recording that is there is written over.",
)
@click.option("--large", is_flag=True, help="Begin in large print.")
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing in the shell once the screen is gone."
)
def taste(**options: Any) -> Asked:
    """Measure whether threads or processes make TARGET faster, on this machine.

    TARGET is package.module:function or path/to/file.py:function (also :Class.method), plain or
    async; or a recipe. The engines race on it, and the verdict comes with its numbers.
    """
    return Asked("taste", _launch, options)
