"""Makers that send numbers as fast as they can, and what checks that none is missing."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from chai_tui.model.events import Event, Failed, Progress, Said
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.sources.live.capture import LINE_LIMIT
from chai_tui.sources.live.station import wire
from chai_tui.sources.live.station.reporter import current_maker
from tests.storm.promise import Broken

LONG = 4_000
"""Characters in a long event: with its frame, just under what a pipe takes in one piece."""
_FOR_EVER = 10**15


def _reporter() -> Any:
    """Return this station's reporter, by way of the stream that reports what is printed."""
    stream: Any = sys.stdout.buffer
    return stream._reporter


def _numbers(how_many: int) -> range | itertools.count[int]:
    return range(how_many) if how_many < _FOR_EVER else itertools.count()


def print_numbers(how_many: int = _FOR_EVER) -> None:
    """Print numbers from Python."""
    for number in _numbers(how_many):
        print(number)


def print_long_numbers(how_many: int = _FOR_EVER) -> None:
    """Print numbers in lines that take several reports each."""
    for number in _numbers(how_many):
        print(str(number).ljust(LONG, "x"))


def write_numbers(how_many: int = _FOR_EVER) -> None:
    """Write numbers as C code does, past Python."""
    for number in _numbers(how_many):
        os.write(1, b"%d\n" % number)


def report_numbers(how_many: int = _FOR_EVER) -> None:
    """Send lifecycle reports with numbers in them."""
    reporter, maker = _reporter(), current_maker.get()
    for number in _numbers(how_many):
        reporter.progress(maker, 0.5, float(number))


def report_long_numbers(how_many: int = _FOR_EVER) -> None:
    """Send reports of the greatest length."""
    reporter, maker = _reporter(), current_maker.get()
    padding = "x" * (LONG - 100)
    for number in _numbers(how_many):
        reporter._put(wire.FAILED, maker, str(number), padding, 0.0)


class Way(StrEnum):
    """How a maker sends its numbers."""

    PRINT = "print"
    PRINT_LONG = "print long"
    WRITE = "write"
    REPORT = "report"
    REPORT_LONG = "report long"


_SENDERS: dict[Way, Callable[..., None]] = {
    Way.PRINT: print_numbers,
    Way.PRINT_LONG: print_long_numbers,
    Way.WRITE: write_numbers,
    Way.REPORT: report_numbers,
    Way.REPORT_LONG: report_long_numbers,
}
THREAD_WAYS = (Way.PRINT, Way.PRINT_LONG, Way.REPORT, Way.REPORT_LONG)
"""Those whose maker is known where several share a process."""


def sending(way: Way, how_many: int = _FOR_EVER) -> Recipe:
    """Return a recipe that sends so many numbers, or numbers for ever."""
    return Recipe(way, (Step("send", StepKind.CALL, call=partial(_SENDERS[way], how_many)),))


PRINTING_WAYS = (Way.PRINT, Way.PRINT_LONG, Way.WRITE, Way.REPORT)
"""Those that leave a maker's end as it is: a long report is one of a failure."""


def way_of(maker: int) -> Way:
    """Return how a maker sends, where one recipe is brewed in every way."""
    return PRINTING_WAYS[maker % len(PRINTING_WAYS)]


def send_in_my_way(how_many: int) -> None:
    """Send so many numbers, in the way of the maker who calls this."""
    _SENDERS[way_of(current_maker.get() or 0)](how_many)


def wait_for(gate: Path) -> None:
    """Wait until a file exists."""
    while not gate.exists():
        time.sleep(0.01)


def sending_behind(gate: Path, how_many: int) -> Recipe:
    """Return a recipe that waits for a file, then sends so many numbers, each maker in its way."""
    calls = {"wait": partial(wait_for, gate), "send": partial(send_in_my_way, how_many)}
    return Recipe(
        "numbers", tuple(Step(name, StepKind.CALL, call=call) for name, call in calls.items())
    )


class Sequence:
    """Checks one maker's numbers as its events come in."""

    def __init__(self, maker: int, way: Way) -> None:
        self.maker = maker
        self.way = way
        self.next = 0
        """The number that must come next; so many have come."""
        self._pieces_left = 0

    def take(self, event: Event) -> None:
        """Check an event of this maker.

        Raises:
            Broken: a number is missing, twice, late or cut.
        """
        kind = type(event)
        if kind is Said:
            self._line(event.line)  # type: ignore[union-attr]
        elif kind is Progress and self.way is Way.REPORT:
            self._number(int(event.cpu_seconds))  # type: ignore[union-attr, arg-type]
        elif kind is Failed and self.way is Way.REPORT_LONG:
            if len(event.traceback) != LONG - 100:  # type: ignore[union-attr]
                raise Broken(f"#{self.maker}: a report was cut")
            self._number(int(event.error))  # type: ignore[union-attr]

    def _line(self, line: str) -> None:
        if line.startswith(("Start of", "End of")):
            return
        if self.way is not Way.PRINT_LONG:
            self._number(int(line))
        elif self._pieces_left:
            if line.strip("x"):
                raise Broken(f"#{self.maker}: a line's continuation is {line[:40]!r}")
            self._pieces_left -= 1
        else:
            self._number(int(line.rstrip("x")))
            self._pieces_left = -(-LONG // LINE_LIMIT) - 1

    def _number(self, number: int) -> None:
        if number != self.next:
            raise Broken(f"#{self.maker} ({self.way}): {number} came when {self.next} was due")
        self.next += 1
