"""What the timeline's characters mean: in a line under it, and in the help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len

from chai_tui.explain.formatting import GLYPHS
from chai_tui.state.floor import Floor
from chai_tui.state.records import State
from chai_tui.tui.canvas.styles import Line, Span, core_style, fit
from chai_tui.tui.timeline.drawing import (
    GIL,
    HELD,
    PAUSED,
    READY,
    SEATED,
    UNSAMPLED,
    WAITS,
)

SPREAD = "cells say how much, not when"
"""Of the cells of one sample; said where there is room."""


class Sign(NamedTuple):
    """A character of the timeline.

    Attributes:
        span: the character and its style.
        words: what it is called where there is room.
        short: what it is called elsewhere.
        meaning: a sentence for the help; empty where the help tells it among the states.
    """

    span: Span
    words: str
    short: str
    meaning: str = ""


_CORE = Sign(
    ("0█", core_style(0)), "on core 0", "core", "on this core; its number stands where it begins"
)
_WAITS = Sign(WAITS, "waits", "waits", "uses no core, and wants none")
_READY = Sign(READY, "wants a core", "wants", "ready to run, but every core is taken")
GIL_SIGN = Sign(
    GIL, "waits for the GIL", "GIL", "has work to do, but another thread of its process runs"
)
_HELD = Sign(HELD, "held up", "held", "a task that cannot go on: another one keeps the event loop")
_PAUSED = Sign(PAUSED, "paused", "paused")
_SERVED = Sign((GLYPHS[State.SERVED], "served"), "served", "served")
_STOPPED = Sign((GLYPHS[State.STOPPED], "stopped"), "stopped", "stopped")
_ENDED = Sign((GLYPHS[State.ENDED], "ended"), "ended unseen", "ended")
_SEATED = Sign(SEATED, "seated", "seated")
_UNSAMPLED = Sign(
    UNSAMPLED, "no sample", "no sample", "nobody measured what it did: not yet, or too long ago"
)

_UNSEEN = Sign(UNSAMPLED, "what it did is not known here", "not known here")

EXPLAINED = (_CORE, _WAITS, _READY, GIL_SIGN, _HELD, _UNSAMPLED)
"""The signs that only the timeline has."""


def signs_on(floor: Floor) -> list[Sign]:
    """Return the signs that a floor's timeline can show, what tells most first.

    Args:
        floor: whose.
    """
    engines = {station.engine for station in floor.stations.values()}
    bad = [state for state in (State.KILLED, State.FAILED) if floor.counts[state]]
    words = ", ".join(bad)
    is_seen = not floor.run.unseen or any(maker.history for maker in floor.makers.values())
    told = (
        (_UNSEEN, not is_seen),
        (_CORE, is_seen),
        (_WAITS, is_seen),
        (_READY, is_seen),
        (
            GIL_SIGN,
            is_seen and floor.run.gil and any(engine.traits.shares_gil for engine in engines),
        ),
        (_HELD, any(engine.traits.shares_loop for engine in engines)),
        (_PAUSED, any(maker.pauses for maker in floor.makers.values())),
        (_SERVED, floor.counts[State.SERVED] > 0),
        (Sign((GLYPHS[State.KILLED], "killed"), words, words.replace(", ", "/")), bool(bad)),
        (_STOPPED, floor.counts[State.STOPPED] > 0),
        (_ENDED, floor.counts[State.ENDED] > 0),
        (_SEATED, True),
        (_UNSAMPLED, is_seen),
    )
    return [sign for sign, is_told in told if is_told]


def legend(signs: Iterable[Sign], width: int) -> Line:
    """Return what the characters mean: in words, in few words, or as many as fit from the left.

    Args:
        signs: what to explain, what tells most first.
        width: in cells.
    """
    signs = list(signs)
    noted = [*signs, Sign(("", ""), SPREAD, SPREAD)] if _UNSEEN not in signs else signs
    line: Line = []
    for some, is_short, gap in (
        (noted, False, 2),
        (noted, True, 2),
        (signs, False, 2),
        (signs, True, 2),
        (signs, True, 1),
    ):
        line, is_whole = _with_words(some, width, gap, is_short=is_short)
        if is_whole:
            break
    return fit(line, width)


def _with_words(
    signs: Iterable[Sign], width: int, gap: int, *, is_short: bool
) -> tuple[Line, bool]:
    """The signs with their words, and whether all of them fit; what does not is left out whole."""
    line: Line = []
    left = width
    for sign in signs:
        glyph, style = sign.span
        words = sign.short if is_short else sign.words
        before = " " * (gap if line else gap - 1)
        used = cell_len(before) + cell_len(glyph) + (1 if glyph else 0) + cell_len(words)
        if used > left:
            return line, False
        line += [(before + glyph, style), (f" {words}" if glyph else words, "dim")]
        left -= used
    return line, True
