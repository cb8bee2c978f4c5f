"""What a maker did with its time, in words whose places do not jump: shares of the last second."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.model.recipe import StepKind
from chai_tui.state.makers.records import Maker, State
from chai_tui.tui.canvas.maker_facts import (
    NO_CORE,
    Look,
    core_span,
    cups_texts,
    ended_after,
)
from chai_tui.tui.canvas.styles import Line, Span, width_of

WORTH_TELLING = 5
"""Per cent of its time from which it is told what a maker lacked."""
LACK_CELLS = len(f"{NO_CORE} 99 %")
"""Cells in which there is room for what a maker lacks most."""
_LONG_CELLS = len("GIL 99 % · waits for it 99 % · no core 99 %")


_FORMS = ((True, " · ", " %"), (False, ", ", " %"), (False, ", ", ""), (False, " ", ""))
"""Ever shorter: whether in long words, what is between them, and what follows all numbers but the
last."""


class _Part(NamedTuple):
    """One share of its time: a long and a short word, a style, and per cent."""

    long: str
    word: str
    style: str
    percent: int


def takes_turns_with_gil(maker: Maker) -> bool:
    """Return whether its time on a core is its time with a GIL that others want, too."""
    return maker.gil_share is not None and maker.kind is StepKind.COMPUTE


def time_spans(look: Look, room: int) -> Line:
    """Return what it did with its time over the last second, in as many words as there is room for.

    ``core 1 10 % · no core 90 %``, and where threads share a GIL ``GIL 25 % · waits for it 75 %``.
    The room alone decides how long the words are, so that they do not change with the figures. A
    lock never has the colour of a core.

    Args:
        look: at whom.
        room: in cells, ``LACK_CELLS`` at least.

    Returns:
        At most ``room`` cells; nothing of a maker that rests, or of which nothing is known.
    """
    parts = _parts(look)
    if not look.maker.is_ours:
        return _of_program(look, parts, room)
    has_gil = bool(parts) and parts[0].word == "GIL"
    for is_long, between, unit in _FORMS:
        if is_long and has_gil and room < _LONG_CELLS:
            continue
        line: Line = []
        for part in parts:
            word = part.long if is_long else part.word
            last = " %" if part is parts[-1] else unit
            line += [(between, "dim")] if line else []
            line.append((f"{word} {part.percent:2}{last}", part.style))
        if width_of(line) <= room:
            return line
    return [most_telling(look)]


def _of_program(look: Look, parts: list[_Part], room: int) -> Line:
    """The same of one that is not ours: shares are told with their sign, or not at all.

    Where there is no room for all the core's number goes first, which is told elsewhere, too; then
    what it lacked less.
    """
    if not parts:
        return []
    brief = parts
    if parts[0].word.startswith("core"):
        brief = [parts[0]._replace(word="runs"), *parts[1:]]
    lacks = sorted(parts[1:], key=lambda part: part.percent)
    forms = [
        (parts, True, " · ", " %"),
        (parts, False, " · ", " %"),
        (brief, False, " · ", " %"),
        (brief, False, ", ", "%"),
        ([part for part in parts if part not in lacks[:-1]], False, " · ", " %"),
    ]
    for told, is_long, between, unit in forms:
        line: Line = []
        for part in told:
            line += [(between, "dim")] if line else []
            word = part.long if is_long else part.word
            line.append((f"{word} {part.percent:2}{unit}", part.style))
        if width_of(line) <= room:
            return line
    return [most_telling(look)]


def _parts(look: Look) -> list[_Part]:
    """What is worth telling of its time: on a core or with the GIL, and what it lacked."""
    maker = look.maker
    shares = maker.shares
    if shares is None or maker.state is not State.BREWING:
        return []
    parts: list[_Part] = []
    has_gil = takes_turns_with_gil(maker)
    if has_gil:
        parts.append(_Part("GIL", "GIL", "", shares.core))
    elif maker.core is not None:
        core, style = core_span(look)
        parts.append(_Part(core, core, style, shares.core))
    if shares.no_gil is not None and shares.no_gil >= WORTH_TELLING:
        long, word = ("waits for it" if has_gil else "waits"), "waits"
        if not maker.is_ours:  # it may wait for much else
            long, word = "waits for the GIL", "no GIL"
        parts.append(_Part(long, word, "dim", shares.no_gil))
    if shares.no_core is not None and shares.no_core >= WORTH_TELLING:
        parts.append(_Part(NO_CORE, NO_CORE, "", shares.no_core))
    return parts


def most_telling(look: Look) -> Span:
    """Return the most important of what :func:`time_spans` tells, in ``LACK_CELLS`` at most.

    That is a core that it lacks, unless it waits for the GIL even longer; else its share of that,
    or its core.
    """
    maker = look.maker
    shares = maker.shares
    if shares is not None and maker.state is State.BREWING:
        no_core = shares.no_core or 0
        if no_core >= WORTH_TELLING and no_core >= (shares.no_gil or 0):
            return f"{NO_CORE} {min(99, no_core):2} %", ""
        if takes_turns_with_gil(maker):
            return f"GIL {shares.core:2} %", ""
        if not maker.is_ours and (shares.no_gil or 0) > max(shares.core, WORTH_TELLING):
            return f"no GIL {min(99, shares.no_gil or 0):2} %", "dim"
    return core_span(look)


def outcome_spans(look: Look, room: int) -> Line:
    """Return how long it took and what its memory counted, in as many words as there is room for.

    Args:
        look: at whom; nothing is told before it has served, or ended.
        room: in cells.
    """
    maker = look.maker
    if not maker.joined and maker.served_at is None:
        return []
    took = ended_after(maker)
    for cups in cups_texts(maker):
        text = f"{took} · {cups}" if took else cups
        if len(text) <= room:
            return [(text, "dim")]
    return [(took, "dim")] if len(took) <= room else []
