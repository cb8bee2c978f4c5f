"""A run as tables that spreadsheets and data frames load, and its events as lines of JSON.

A table is CSV as RFC 4180 has it, but that a line ends as lines do here; it is in UTF-8. A header
comes first, then rows. Each column has one kind of values: seconds since the run began, other
numbers, or words; empty is unknown. What makers said is never taken for a formula.

Events and samples go through one at a time: a run of any length takes the same memory.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from chai_tui.model.event_json import as_json
from chai_tui.model.events import Event, Progress, Sampled
from chai_tui.model.text import printable
from chai_tui.recording.export.account import Account, MakerAccount
from chai_tui.recording.export.figures import moves_of, wall_of
from chai_tui.recording.lines import line_of

Write = Callable[[str], object]
"""Takes the next piece of text."""

MAKER_COLUMNS = (
    "maker", "recipe", "nth", "station", "pid", "tid", "engine", "state", "cause", "exitcode",
    "seated", "started", "ended", "wall", "cpu", "gil_wait", "core_wait", "paused", "moves",
    "memory", "place", "lines", "result", "name",
)  # fmt: skip
"""Seconds, but for numbers of things, and bytes of memory. ``name`` is what a program that is not
ours calls a thread of it."""
SAMPLE_COLUMNS = (
    "at", "maker", "core", "cpu_share", "ready_share", "gil_share", "cpu_seconds", "memory",
    "stopped", "busy", "makers",
)  # fmt: skip
"""A row has a maker, or else a core's ``busy`` and ``makers`` (how much of it they were)."""
FINDING_COLUMNS = ("at", "kind", "sentence", "evidence", "makers", "is_over")
"""``evidence`` and ``makers`` are JSON; ``is_over`` is empty of what does not last."""
_NUMBERS = ("pid", "tid", "step", "fraction", "cpu_seconds", "signal", "exitcode")
EVENT_COLUMNS = ("at", "event", "maker", "station", *_NUMBERS, "more")
"""``more`` is a JSON object of everything else. It is never empty: of a column that has words in a
few rows only, pandas warns that its kinds of values are mixed."""

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]").match
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?").fullmatch
_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def write_makers(
    account: Account, write: Write, progress: Callable[[float], object] = lambda _share: None
) -> None:
    """Write a row a maker.

    Args:
        account: of the run.
        write: takes the text.
        progress: is told how much is written, 0 to 1.
    """
    row = _writer(write)
    row(MAKER_COLUMNS)
    for count, maker in enumerate(account.makers.values(), 1):
        row(_maker_cells(maker, account))
        progress(count / len(account.makers))


def write_findings(
    account: Account, write: Write, progress: Callable[[float], object] = lambda _share: None
) -> None:
    """Write a row for each finding in a program that is not ours; arguments as above."""
    row = _writer(write)
    row(FINDING_COLUMNS)
    for kind, at, sentence, evidence, makers, is_over in account.found:
        lines = _ENCODE([printable(line) for line in evidence])
        over = None if is_over is None else int(is_over)
        row((round(at - account.began, 6), kind, words(sentence), lines, _ENCODE(makers), over))
    progress(1.0)


def write_events(began: float, events: Iterable[Event], write: Write) -> None:
    """Write a row an event.

    Args:
        began: when the run did, in the events' seconds.
        events: all of them, oldest first.
        write: takes the text.
    """
    row = _writer(write)
    row(EVENT_COLUMNS)
    for event in events:
        if type(event) is Progress:  # nine of ten
            at, number, fraction, cpu = event
            write(
                f"{round(at - began, 6)!r},progress,{number},,,,,"
                f"{round(fraction, 6)!r},{round(cpu, 6)!r},,,{{}}\n"
            )
            continue
        told = as_json(event)
        name, at = told.pop("event"), told.pop("at")
        maker, station = told.pop("maker", None), told.pop("station", None)
        numbers = [_number(told.pop(column, None)) for column in _NUMBERS]
        row((round(at - began, 6), name, maker, station, *numbers, _ENCODE(told)))


def write_samples(began: float, events: Iterable[Event], write: Write) -> None:
    """Write a row for each maker and for each core of every sample; arguments as above."""
    row = _writer(write)
    row(SAMPLE_COLUMNS)
    for event in events:
        if isinstance(event, Sampled):
            at = round(event.at - began, 6)
            for use in event.makers:
                shares = (use.cpu_share, use.ready_share, use.gil_share, use.cpu_seconds)
                stopped = None if use.stopped is None else int(use.stopped)
                cells = (at, use.maker, use.core, *map(_number, shares), use.memory, stopped)
                row((*cells, None, None))
            for core in event.cores:
                nothing = (None,) * 6
                row((at, None, core.core, *nothing, _number(core.busy), _number(core.makers)))


def write_jsonl(events: Iterable[Event], write: Write) -> None:
    """Write the events as lines of JSON, as ``chai-tui brew --json`` prints them."""
    for event in events:
        write(f"{line_of(event)}\n")


def words(text: str) -> str:
    """Return what somebody else wrote as a cell that no spreadsheet calculates.

    An apostrophe comes before what could be a formula, as OWASP advises against CSV injection; a
    number is none.
    """
    text = printable(text)
    return f"'{text}" if _FORMULA(text) and not _NUMBER(text) else text


def _writer(write: Write) -> Callable[[Sequence[Any]], object]:
    return csv.writer(SimpleNamespace(write=write), lineterminator="\n").writerow


def _maker_cells(maker: MakerAccount, account: Account) -> tuple[Any, ...]:
    def since(at: float | None) -> float | None:
        return None if at is None else round(at - account.began, 6)

    return (
        maker.number,
        words(maker.recipe),
        maker.nth,
        maker.station,
        maker.pid,
        maker.tid,
        maker.engine,
        maker.state,
        words(maker.cause),
        maker.exitcode,
        since(maker.seated_at),
        since(maker.started_at),
        since(maker.ended_at),
        _number(wall_of(maker, account)),
        _number(maker.cpu_seconds),
        _number(maker.gil_seconds),
        _number(maker.ready_seconds),
        _number(maker.paused_seconds),
        moves_of(maker, account),
        maker.memory,
        maker.place,
        maker.lines_said,
        words(maker.result),
        words(maker.called),
    )


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
