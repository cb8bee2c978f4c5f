"""Launches an export: a recording becomes a file that others can open."""

from __future__ import annotations

import signal
import sys
from functools import partial
from importlib import import_module
from types import FrameType
from typing import NoReturn

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.telling import cannot_write, complain
from chai_tui.cli.recordings.reading import Bar, Reading
from chai_tui.cli.recordings.target_file import Target, Written, settle_target, writing_to
from chai_tui.explain.wording.formatting import memory_text
from chai_tui.host.process_setup import ENDING_SIGNALS, SIGNALLED, answer_signals, signals_heard_by
from chai_tui.model.text import printable
from chai_tui.recording.export import tables
from chai_tui.recording.export.telling import account_of
from chai_tui.views.output import ExitCode, OutputError

_WRITERS = {
    "trace": ("traces.chrome", "write_trace"),
    "pftrace": ("traces.perfetto", "write_pftrace"),
    "html": ("page.html", "write_html"),
    "svg": ("svg", "write_svg"),
    "csv": ("tables", "write_makers"),
}
"""What makes each form of an account: a module of ``recording.export``, and a function in it."""


def export(*, file: str, form: str, output: str | None = None, table: str | None = None) -> int:
    """Export a recording; return the exit code. What is None is left to defaults.

    Args:
        file: of the recording, ``-`` for standard input.
        form: what to make of it.
        output: where to.
        table: what the rows of a csv are.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    if table is not None and form != "csv":
        raise BadRequestError(f"--table: only for csv, found --to {form}.")
    # The collector stays off (see host.startup): it would find nothing, and look for seconds.
    answer_signals()
    # SIGINT is Python's own: it raises where it is heard, and all that was begun is cleared away.
    with signals_heard_by(_end, ENDING_SIGNALS - {signal.SIGINT}), Bar(sys.stderr) as bar:
        with Reading(file, bar, "exporting" if _is_stream(form, table) else "reading") as reading:
            target = settle_target(file, form, table or "", output)
            if target.path is None and _is_stream(form, table):
                bar.close()  # whoever reads it may have the screen, as less does
            try:
                with writing_to(target) as written:
                    _write(reading, form, table, written, bar, is_piped=target.path is None)
            except OutputError as error:
                bar.clear()
                return _not_written(target, error)
            bar.clear()
            reading.tell_problems()
            if target.path is not None:
                complain(f"{printable(str(target.path))}: written, {memory_text(written.size)}")
    return ExitCode.SERVED


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(SIGNALLED + number)


def _is_stream(form: str, table: str | None) -> bool:
    """Whether an export is made while the recording is read, an event at a time."""
    return form == "jsonl" or table in {"events", "samples"}


def _write(
    reading: Reading, form: str, table: str | None, written: Written, bar: Bar, *, is_piped: bool
) -> None:
    """Read a recording, and write what is made of it."""
    began = reading.reader.header.monotonic
    if form == "jsonl":
        tables.write_jsonl(reading.events(), written.text)
    elif table == "events":
        tables.write_events(began, reading.events(), written.text)
    elif table == "samples":
        tables.write_samples(began, reading.events(), written.text)
    else:
        account = account_of(reading.reader.header, reading.events())
        account.problems = reading.problems
        if is_piped:
            bar.close()  # as above
        module, name = _WRITERS[form]
        if table == "findings":
            name = "write_findings"
        make = getattr(import_module(f"chai_tui.recording.export.{module}"), name)
        write = written.data if form == "pftrace" else written.text
        make(account, write, partial(bar.show, "writing"))


def _not_written(target: Target, error: OutputError) -> int:
    if target.path is None:
        return cannot_write(error)
    complain(f"{printable(str(target.path))}: cannot be written: {error}")
    return ExitCode.NOT_SERVED
