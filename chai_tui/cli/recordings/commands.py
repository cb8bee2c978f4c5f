"""The commands that read recordings: their options and their help."""

from __future__ import annotations

from typing import Any

import click

from chai_tui.cli.common.click_parts import Asked, OneOf

FORMS = ("trace", "pftrace", "html", "csv", "svg", "jsonl")
"""What a recording can be exported to."""
TABLES = ("makers", "events", "samples", "findings")
"""What a table can have its rows for."""


def _replay(**options: Any) -> int:
    from chai_tui.cli.recordings.replay import replay as launch  # noqa: PLC0415 - for this command alone

    return launch(**options)


def _export(**options: Any) -> int:
    from chai_tui.cli.recordings.export import export as launch  # noqa: PLC0415 - for this command alone

    return launch(**options)


def _diff(**options: Any) -> int:
    from chai_tui.cli.recordings.diff import diff as launch  # noqa: PLC0415 - for this command alone

    return launch(**options)


@click.command(
    epilog="""\b
Examples:
  chai-tui replay run.chai.gz             any moment of a run, on its screens
  ssh box cat run.chai | chai-tui replay -    a run of another machine

\b
Exit codes:
  0    it was shown
  1    it could not be read any more
  2    bad usage, or no recording
  130  after Ctrl-C (143 after SIGTERM, 129 after SIGHUP)
""",
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--large", is_flag=True, help="Begin in large print.")
def replay(**options: Any) -> Asked:
    """Show the recording FILE on the screens of the run it is of.

    A recording that still grows is followed. FILE is - for standard input.
    """
    return Asked("replay", _replay, options)


@click.command(
    epilog="""\b
Examples:
  chai-tui export run.chai.gz --to html       a report, run.html
  chai-tui export run.chai.gz --to pftrace    for ui.perfetto.dev
  chai-tui export run.chai.gz --to csv | head

\b
Exit codes:
  0    it was exported
  1    it could not be written
  2    bad usage, no recording, or something else is there
  130  after Ctrl-C; an export is whole, or not there
""",
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--to", "form", type=OneOf(FORMS), required=True, help="What to make of it.")
@click.option(
    "--output",
    type=click.Path(allow_dash=True),
    metavar="PATH",
    help="Where to; - for stdout. Only an earlier export is written over.  "
    "[default: stdout where that is no terminal, else beside FILE]",
)
@click.option(
    "--table",
    type=OneOf(TABLES),
    help="What the rows of a csv are.  [default: makers]",
)
def export(**options: Any) -> Asked:
    """Make of the recording FILE what others can open.

    trace is Chrome's JSON and pftrace Perfetto's own form, both for ui.perfetto.dev; html is a
    report in one file; csv a table; svg a picture; jsonl the events as lines of JSON.
    """
    return Asked("export", _export, options)


@click.command(
    epilog="""\b
Examples:
  chai-tui diff before.chai after.chai
  chai-tui diff before.chai after.chai --fail-above wall=10%

\b
Exit codes:
  0    they were compared
  1    something grew by more than --fail-above allows, or a maker that was
       served in A was not in B
  2    bad usage, or no recording
""",
)
@click.argument("a", type=click.Path(allow_dash=True))
@click.argument("b", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@click.option(
    "--fail-above",
    multiple=True,
    metavar="WHAT=N%",
    help="Exit with 1 when WHAT of B is greater by more, in all: wall, cpu, cores, gil_wait, "
    "core_wait, paused, moves or memory; may be repeated, and be seconds: wall=0.5s.",
)
def diff(**options: Any) -> Asked:
    """Tell what changed from the recording A to the recording B, in all and maker by maker.

    A maker of both is found by its recipe, and by which of those it was when they were seated. One
    of A and B can be -, for standard input.
    """
    return Asked("diff", _diff, options)
