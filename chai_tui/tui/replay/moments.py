"""Moments of a recording: how they are written, and read. Pure."""

from __future__ import annotations

import math
import re

EXPECTED = "Expected 12.5 or 1:02 or 1:00:02, or 50%"
_SHARE = re.compile(r"(\d{1,9}(?:\.\d{0,9})?)\s*%", re.ASCII)
_TIME = re.compile(
    r"(?:(?:(\d{1,6}):)?(\d{1,6}):)?(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:\s*s)?", re.ASCII
)


class MomentError(ValueError):
    """What was typed is no moment; the text is one line for a person."""


def read_moment(text: str, length: float) -> float:
    """Return the moment that a text names, in seconds since the beginning.

    Args:
        text: what was typed: ``12.5``, ``1:02``, ``1:00:02``, ``50%``.
        length: of the recording, in seconds: what is beyond is its end.

    Raises:
        MomentError: it names none.
    """
    typed = text.strip()
    if share := _SHARE.fullmatch(typed):
        return min(1.0, float(share[1]) / 100) * length
    time = _TIME.fullmatch(typed)
    if time is None:
        raise MomentError(EXPECTED)
    hours, minutes, seconds = (float(part or 0) for part in time.groups())
    moment = hours * 3600 + minutes * 60 + seconds
    return min(moment, length) if math.isfinite(moment) else length


def speed_text(speed: float) -> str:
    """Return a speed as ``¼×``, ``½×`` or ``64×``."""
    return {0.25: "¼×", 0.5: "½×"}.get(speed, f"{speed:g}×")
