"""The processes of a program that is not ours, each with its threads and its end; pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from chai_tui.explain.wording.formatting import seconds_text
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Maker, Station

if TYPE_CHECKING:
    from chai_tui.state.floor import Floor

_LEAST_TOLD = 0.001
"""CPU seconds, as the kernel counts them where it counts least."""


class Process(NamedTuple):
    """A process of a program, and how it ended.

    Attributes:
        station: what is known of it.
        threads: those that are known, by their numbers.
        last: whoever ended last of them, once all have: its end was that of the process.
    """

    station: Station
    threads: tuple[Maker, ...]
    last: Maker | None

    @property
    def name(self) -> str:
        """``Process-1 #4``: as the program calls it, and the number of its first thread."""
        first = self.threads[0] if self.threads else None
        return process_name(self.station, first)

    @property
    def name_and_pid(self) -> str:
        """``Process-1 #4, pid 812``; ``pid 812 #4`` if it has no other name."""
        pid = f"pid {self.station.pid}"
        return self.name if self.name.startswith(f"{pid} #") else f"{self.name}, {pid}"

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.last is not None

    @property
    def exitcode(self) -> int | None:
        """Its exit code, −N where signal N ended it; None: it runs, or nobody knows."""
        return None if self.last is None else self.last.exitcode

    @property
    def burned(self) -> str:
        """``, CPU 3.20 s``; ``≥`` before it where the kernel did not tell at its end."""
        text = self.burned_text
        return f", CPU {text}" if text else ""

    @property
    def burned_text(self) -> str:
        """``3.20 s``, or ``≥ 3.20 s``; nothing of less than the kernel counts."""
        seconds, least = self.burned_seconds, "≥ " * (self.station.cpu_seconds is None)
        return f"{least}{seconds_text(seconds)}" if seconds >= _LEAST_TOLD else ""

    @property
    def burned_seconds(self) -> float:
        """What it burned; what was seen of it, where the kernel did not tell."""
        told = self.station.cpu_seconds
        return self.station.burned if told is None else told

    @property
    def ended_well(self) -> bool:
        """Whether it has ended, and nothing says that it did not end well."""
        return self.last is not None and (not self.exitcode or self.last.ended_by_pool)


def process_name(station: Station, first: Maker | None = None) -> str:
    """Return what a process is called, with the number of its first thread where that is known."""
    name = station.name or station.command or (first.called if first is not None else "")
    name = printable(name) or f"pid {station.pid}"
    return name if first is None else f"{name} #{first.number}"


def processes(floor: Floor) -> Iterator[Process]:
    """Yield the processes that are known, the first one first."""
    for number in sorted(floor.stations):
        yield process_of(floor, floor.stations[number])


def process_of(floor: Floor, station: Station) -> Process:
    """Return the process that is a station."""
    threads = tuple(floor.makers[number] for number in station.makers)
    last = None
    if threads and all(thread.joined for thread in threads):
        # A thread that ended by itself has exit code 0, whatever became of its process.
        last = max(threads, key=lambda thread: (thread.ended_at or 0.0, thread.exitcode != 0))
    return Process(station, threads, last)


def process_now(floor: Floor, number: int) -> Process:
    """Return the process that is a station; for whoever asks for each of its threads in a row."""
    return _process_then(floor, number, floor.version, floor.rewound)


@lru_cache(maxsize=1)
def _process_then(floor: Floor, number: int, _version: int, _rewound: int) -> Process:
    return process_of(floor, floor.stations[number])


def first_process(floor: Floor) -> Process | None:
    """Return the process that all others come from; None if it never was there.

    How it ended is known although it may have been forgotten since.
    """
    number, end = floor.first_station, floor.first_end
    if number is None or number in floor.stations:
        return next(processes(floor), None)
    return None if end is None else Process(Station(number, end.pid, end.engine), (end,), end)


def process_count(number: int) -> str:
    """Return ``1 process``, ``2 processes``."""
    return f"{number:,} process{'' if number == 1 else 'es'}"


def gone_processes(floor: Floor) -> list[Process]:
    """Processes that had not ended well and were forgotten since; the first of them."""
    return [Process(one.station, (one.maker,), one.maker) for one in floor.bad_ends]


def ended_with_its_process(maker: Maker, process: Process) -> bool:
    """Whether a thread's end was that of its process, or came of it; else it ended by itself."""
    if maker.exitcode != 0 or maker is process.last:
        return True
    return process.last is not None and maker.ended_at == process.last.ended_at
