"""What every measurement shares: pairs taken in turn, CPU time read from outside, one result."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Result:
    """One row of the table.

    Attributes:
        what: what was measured.
        value: the median of the repetitions.
        limit: what it may be at most, or must be at least.
        unit: of both; empty for a ratio.
        at_least: whether ``limit`` is a lower one.
        samples: every repetition's value.
        note: what else is worth knowing, such as the two sides of a ratio.
    """

    what: str
    value: float
    limit: float
    unit: str = ""
    at_least: bool = False
    samples: tuple[float, ...] = ()
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def ratio_in_turn(
    what: str,
    ours: Callable[[], float],
    theirs: Callable[[], float],
    *,
    limit: float,
    repeat: int,
    at_least: bool = False,
    unit_of_sides: str = "s",
) -> Result:
    """Measure ours, theirs, ours, theirs … and return the median of the pairs' ratios.

    The machine's speed drifts: only two measurements next to each other can be compared.
    """
    ours(), theirs()  # caches, .pyc files, the fork server
    pairs = [(ours(), theirs()) for _ in range(repeat)]
    ratios = tuple(own / other for own, other in pairs)
    sides = " ÷ ".join(
        f"{statistics.median(side):.4g} {unit_of_sides}" for side in zip(*pairs, strict=True)
    )
    return Result(
        what, statistics.median(ratios), limit, at_least=at_least, samples=ratios, note=sides
    )


def median_of(
    what: str, samples: Sequence[float], *, limit: float, unit: str, note: str = ""
) -> Result:
    """Return a result from repeated measurements of one thing."""
    return Result(what, statistics.median(samples), limit, unit, samples=tuple(samples), note=note)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the sample that ``share`` (0 to 1) of all do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and all its threads, as fine as the system tells."""
    tasks = Path(f"/proc/{pid}/task")
    if tasks.exists():
        # Nanoseconds; psutil knows clock ticks of 10 ms only. Threads that ended are missing, so
        # measure between two moments at which the same threads live.
        return (
            sum(int(task.joinpath("schedstat").read_text().split()[0]) for task in tasks.iterdir())
            / 1e9
        )
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def cpu_share(pid: int, seconds: float) -> float:
    """Return the share of one core, in percent, that a process uses over the next seconds."""
    began, before = time.monotonic(), cpu_seconds(pid)
    time.sleep(seconds)
    return 100 * (cpu_seconds(pid) - before) / (time.monotonic() - began)
