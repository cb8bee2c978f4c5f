"""What the timeline's characters mean: those that are seen, in a line under it, all in the help."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from rich.cells import cell_len

from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.maker_facts import state_name
from chai_tui.tui.canvas.styles import Line, Span, core_style, fit
from chai_tui.tui.timeline.cells import (
    GIL,
    HELD,
    NOTHING,
    PAUSED,
    READY,
    SEATED,
    TINTED,
    UNSAMPLED,
    WAITS,
    Cell,
    alone,
)


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


class Seen(NamedTuple):
    """What is on the screen.

    Attributes:
        signs: characters with their styles.
        cores: numbers of cores.
        is_unmapped: whether somebody was on a core that nobody can tell.
        tinted: those of the signs that are also a tint behind a core's colour.
    """

    signs: frozenset[Span] = frozenset()
    cores: frozenset[int] = frozenset()
    is_unmapped: bool = False
    tinted: frozenset[Span] = frozenset()

    def __or__(self, other: Seen) -> Seen:
        """What is seen of one or the other."""
        return Seen(
            self.signs | other.signs,
            self.cores | other.cores,
            self.is_unmapped or other.is_unmapped,
            self.tinted | other.tinted,
        )


def seen_in(found: Iterable[Cell], *, in_two: bool) -> Seen:
    """Return what is seen of cells.

    Args:
        found: the cells.
        in_two: whether reasons have a line of their own.
    """
    signs: set[Span] = set()
    cores: set[int] = set()
    tinted: set[Span] = set()
    is_unmapped = False
    for cell in set(found):
        if cell.core is not None:
            cores.add(cell.core)
        elif cell.height:
            is_unmapped = True
        if in_two:
            signs.update((cell.sign, cell.why))
        elif not cell.height:
            signs.add(alone(cell.sign, cell.why))
        elif cell.why in TINTED:
            signs.add(cell.why)
            tinted.add(cell.why)
        elif cell.why == PAUSED:
            signs.add(cell.why)
    signs.discard(NOTHING)
    return Seen(frozenset(signs), frozenset(cores), is_unmapped, frozenset(tinted))


_WAITS = Sign(WAITS, "waits", "waits", "uses no core, and wants none")
_READY = Sign(READY, "wants a core", "wants", "ready to run, but every core is taken")
GIL_SIGN = Sign(
    GIL, "waits for the GIL", "GIL", "has work to do, but another thread of its process runs"
)
_HELD = Sign(HELD, "held up", "held", "a task that cannot go on: another one keeps the event loop")
_UNSAMPLED = Sign(
    UNSAMPLED, "no sample", "no sample", "nobody measured what it did: not yet, or too long ago"
)
_UNSEEN = Sign(UNSAMPLED, "what it did is not known here", "not known here")
_CORE = Sign(
    ("▅", core_style(0)), "on a core", "core", "its height is the share, its colour the core"
)

_ENDS = (State.SERVED, State.DONE, State.KILLED, State.FAILED, State.STOPPED, State.ENDED)
_SIGNS = (
    _WAITS,
    _READY,
    GIL_SIGN,
    _HELD,
    Sign(PAUSED, "paused", "paused"),
    *(
        Sign((GLYPHS[state], str(state)), "ended unseen" if state is State.ENDED else state, state)
        for state in _ENDS
    ),
    Sign(SEATED, "seated", "seated"),
)
"""What tells most first."""
_STARTING = Sign(SEATED, *[state_name(State.SEATED, is_ours=False)] * 2)
EXPLAINED = (_CORE, _WAITS, _READY, GIL_SIGN, _HELD, _UNSAMPLED)
"""The signs that only the timeline has."""


def signs_of(seen: Seen, *, is_known: bool, is_program: bool = False) -> list[Sign]:
    """Return the signs of what is seen, what tells most first.

    Args:
        seen: what is on the screen.
        is_known: whether what makers do is known at all.
        is_program: whether they are a program's that is not ours: its states have other words.
    """
    cores = [
        Sign(("█", core_style(core)), f"core {core}", str(core)) for core in sorted(seen.cores)
    ]
    if seen.is_unmapped:
        cores.append(Sign(("█", "brewing"), "on a core", "core"))
    told = [_as_seen(sign, seen) for sign in _SIGNS if sign.span in seen.signs]
    if is_program:
        told = [_STARTING if sign.span == SEATED else sign for sign in told]
    if UNSAMPLED not in seen.signs:
        return [*cores, *told]
    return [*cores, *told, _UNSAMPLED] if is_known else [_UNSEEN, *cores, *told]


def _as_seen(sign: Sign, seen: Seen) -> Sign:
    """The sign on its tint, where that is seen too."""
    glyph, style = sign.span
    return sign._replace(span=(glyph, f"{style} on {style}")) if sign.span in seen.tinted else sign


def legend(signs: Collection[Sign], width: int) -> Line:
    """Return what the characters mean: in words, in few words, or as many as fit from the left.

    Args:
        signs: what to explain, what tells most first.
        width: in cells.
    """
    line: Line = []
    for is_short, gap in ((False, 2), (True, 2), (True, 1)):
        line, is_whole = _with_words(signs, width, gap, is_short=is_short)
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
        used = cell_len(before) + cell_len(glyph) + 1 + cell_len(words)
        if used > left:
            return line, False
        line += [(before, ""), (glyph, style), (f" {words}", "dim")]
        left -= used
    return line, True
