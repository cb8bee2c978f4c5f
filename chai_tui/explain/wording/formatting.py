"""State glyphs, and how numbers are written: as texts, or in a fixed number of cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chai_tui.state.makers.records import State

GLYPHS: dict[State, str] = {
    State.SEATED: "◌",
    State.BREWING: "●",
    State.PAUSED: "‖",
    State.SERVED: "✔",
    State.FAILED: "✖",
    State.STOPPED: "■",
    State.KILLED: "✖",
    State.DONE: "✔",
    State.ENDED: "○",
}
"""A state's sign, wherever it is shown; its word always stands beside it. A step has its maker's,
before that the one of who has not begun, and after that the one of who has served."""
ERROR_LENGTH = 120
"""Characters of an error that one line repeats."""
HELD_UP = "≡"
"""The sign of a task that cannot go on because another one keeps the event loop."""


def seconds_text(seconds: float) -> str:
    """Return ``0.42 s``, ``12.3 s`` or ``2:05 min``; a dash for what is no time."""
    if not math.isfinite(seconds):
        return "—"
    if seconds < 9.995:
        return f"{max(0.0, seconds):.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"


def span_text(seconds: float) -> str:
    """Return ``0.1 µs``, ``6 µs``, ``1.4 ms`` or ``30 ms``, from a second on ``1.25 s``."""
    if not math.isfinite(seconds) or seconds >= 0.9995:
        return seconds_text(seconds)
    unit, amount = ("ms", seconds * 1e3) if seconds >= 0.9995e-3 else ("µs", seconds * 1e6)
    amount = max(0.0, amount)
    return f"{amount:.0f} {unit}" if amount >= 9.95 else f"{round(amount, 2):.2g} {unit}"


def speed_text(times: float) -> str:
    """Return how many times as fast as ``0.97×``, ``7.9×`` or ``120×``; a dash for no number."""
    if not math.isfinite(times):
        return "—"
    if times < 0.0995:
        return f"{max(0.0, times):.1g}×"
    return f"{times:.{2 if times < 4.995 else 1 if times < 99.95 else 0}f}×"


def memory_text(size: float | None) -> str:
    """Return bytes as ``640 kB``, ``4.2 MB`` or ``1.5 GB`` (powers of ten); a dash for None."""
    if size is None or not math.isfinite(size):
        return "—"
    for unit, factor in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if size < factor * 999.5 or unit == "GB":
            amount = size / factor
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    return "—"  # not reached: the last unit takes everything


def two_digits(number: float) -> float:
    """Return a number rounded to two digits: no more are known of a guess."""
    return float(f"{number:.1e}")


def round_top(value: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is at least ``value``.

    It is the top of a scale; 1.0 for what is not positive.
    """
    if value <= 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1, 2, 5, 10) if step * power >= value), 10 * power)


def percent(share: float) -> str:
    """Return a share, 0 to 1, as ``54 %``."""
    return f"{round(share * 100)} %"


def clock_text(seconds: float) -> str:
    """Return ``00:02.4``, from an hour on ``1:00:02``."""
    tenths = int(max(0.0, seconds) * 10 + 1e-6)
    minutes, tenths = divmod(tenths, 600)
    if minutes < 60:
        return f"{minutes:02}:{tenths // 10:02}.{tenths % 10}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{tenths // 10:02}"


def time_text(seconds: float) -> str:
    """Return seconds since the beginning as ``00.003`` or ``2:05.250``."""
    millis = round(max(0.0, seconds) * 1_000)
    minutes, millis = divmod(millis, 60_000)
    rest = f"{millis // 1_000:02}.{millis % 1_000:03}"
    return f"{minutes}:{rest}" if minutes else rest


def seconds_cells(seconds: float) -> str:
    """Return seconds, always six cells: `` 1.2 s``, ``  99 s``, ``  12 m``."""
    if not math.isfinite(seconds) or seconds < 0:
        return "   —  "
    if seconds < 99.95:
        return f"{seconds:4.1f} s"
    if seconds < 9_999:
        return f"{seconds:4.0f} s"
    return f"{min(seconds / 60, 9_999):4.0f} m"


def memory_cells(size: int | None) -> str:
    """Return bytes, always seven cells: ``   4 MB``; spaces where they are unknown."""
    if size is None:
        return " " * 7
    megabytes = max(1, round(size / 1e6))
    if megabytes < 10_000:
        return f"{megabytes:4d} MB"
    return f"{min(megabytes / 1e3, 999):4.0f} GB"


def percent_cells(fraction: float) -> str:
    """Return a share, always five cells; below the end it never says 100 %."""
    shown = 100 if fraction >= 1 else min(99, int(max(0.0, fraction) * 100))
    return f"{shown:3d} %"


def counted(number: int, noun: str) -> str:
    """Return ``1 maker``, ``2 makers``, ``1,000 makers``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers as ``0–3 8 10–11``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return " ".join("–".join(map(str, run)) for run in runs)


def cores_worth(quota: float) -> str:
    """Return a number of cores' worth of CPU time as ``1.5`` or ``12``."""
    return f"{round(quota, 2 if quota < 10 else 0):g}"


def quota_text(quota: float) -> str:
    """Return ``limited to 1.5 cores' worth of CPU time``."""
    return f"limited to {cores_worth(quota)} cores' worth of CPU time"
