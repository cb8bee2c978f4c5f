"""Launches a comparison of two recordings."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.telling import complain, print_page
from chai_tui.cli.recordings.reading import Bar, Reading
from chai_tui.host.process_setup import answer_signals
from chai_tui.recording.byte_input import is_stdin
from chai_tui.recording.diff.comparison import compare
from chai_tui.recording.diff.limits import beyond, parse_limit, unserved
from chai_tui.recording.diff.words import diff_json, diff_lines
from chai_tui.recording.export.account import Account
from chai_tui.recording.export.telling import account_of
from chai_tui.views.output import ExitCode


def diff(*, a: str, b: str, as_json: bool = False, fail_above: Sequence[str] = ()) -> int:
    """Tell what changed from one recording to another; return the exit code.

    Args:
        a: the recording before; ``-`` for standard input.
        b: the one after; likewise.
        as_json: whether to print one JSON object.
        fail_above: limits as :func:`chai_tui.recording.diff.limits.parse_limit` takes them.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    try:
        limits = [parse_limit(text) for text in fail_above]
    except ValueError as error:
        raise BadRequestError(f"--fail-above: {error}") from error
    if is_stdin(a) and is_stdin(b):
        raise BadRequestError("A and B: expected one of them at most to be -, found both.")
    answer_signals()
    with Bar(sys.stderr) as bar:
        # Both are opened first: it takes a while to read one.
        with Reading(a, bar, "reading A") as of_a, Reading(b, bar, "reading B") as of_b:
            before, after = _account(of_a), _account(of_b)
            names = (of_a.reader.name, of_b.reader.name)
            bar.clear()
            of_a.tell_problems()
            of_b.tell_problems()
    comparison = compare(before, after)
    try:
        grown = [text for limit in limits if (text := beyond(limit, comparison))]
        if limits and (lost := unserved(comparison)):
            grown.insert(0, lost)
    except ValueError as error:
        raise BadRequestError(f"--fail-above: {error}", is_usage=False) from error
    page = (
        json.dumps(diff_json(names, comparison), allow_nan=False)
        if as_json
        else "\n".join(diff_lines(names, comparison))
    )
    told = print_page(page)
    if grown:
        complain("; ".join(grown))
        return ExitCode.NOT_SERVED
    return told


def _account(reading: Reading) -> Account:
    return account_of(reading.reader.header, reading.events())
