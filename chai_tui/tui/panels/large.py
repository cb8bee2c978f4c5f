"""Draws one maker for those who sit far away: name, state, step, share, and why; nothing else.

Pure: a look and a width in, lines out. Every line is exactly as wide as asked.
"""

from __future__ import annotations

from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.tui.canvas.maker_facts import (
    SPACED_FROM,
    Look,
    bar_style,
    cause_text,
    held_text,
    number_style,
    output_line,
    result_text,
    share_cells,
    state_word,
    step_name,
    stopping_text,
    trouble_style,
    waiting_text,
)
from chai_tui.tui.canvas.maker_time import outcome_spans, time_spans
from chai_tui.tui.canvas.program_facts import blocked_or_waits, does_now, named
from chai_tui.tui.canvas.styles import Line, Span, bar, fit, width_of

LARGE_HEIGHT = 6
"""Frame, who and in which state, step, share, and why."""


def draw_large(look: Look, width: int) -> list[Line]:
    """Draw ``LARGE_HEIGHT`` lines.

    Args:
        look: at whom.
        width: in cells, the frame included.
    """
    maker = look.maker
    style = "chosen" if look.chosen else "strong"
    top, side, bottom = ("┏━┓", "┃", "┗━┛") if look.chosen else ("╭─╮", "│", "╰─╯")
    inner = max(0, width - 4)
    who: Line = [(f"#{maker.number}", number_style(maker)), (" Chai Maker", "strong")]
    words: Span = (f"{GLYPHS[maker.state]} {state_word(maker, look.place)}", str(maker.state))
    room = inner - width_of([words]) - 1
    if not maker.is_ours:
        left = max(0, room - width_of(who[:1]) - 1)
        who = [who[0], (" ", ""), *named(maker, look.target, left, look.depth)]
    head: Line = [*fit(who if room >= width_of(who) else who[:1], max(0, room)), (" ", ""), words]
    step = step_name(maker) or waiting_text(maker)
    share: Line = [(f" {share_cells(maker)}", "strong")]
    body: list[Line] = [
        head,
        [(step, "strong")],
        [*bar(maker.progress, max(2, inner - 6), bar_style(maker)), *share],
        _why(look, inner),
    ]
    if not maker.is_ours:
        body[1:3] = [[(does_now(maker), "strong")], _more(look)]
    return [
        fit([(top[0] + top[1] * max(0, width - 2) + top[2], style)], width),
        *(
            fit([(f"{side} ", style), *fit(line, inner), (f" {side}", style)], width)
            for line in body
        ),
        fit([(bottom[0] + bottom[1] * max(0, width - 2) + bottom[2], style)], width),
    ]


def _more(look: Look) -> Line:
    """What one that is not ours waits for in its task; else what it said last."""
    maker = look.maker
    if maker.task and (waits := blocked_or_waits(maker)):
        return [(waits, "")]
    return output_line(maker.said[-1], SPACED_FROM) if maker.said else []


def _why(look: Look, room: int) -> Line:
    """Why it ended or does not go on; else what it does with its time."""
    maker = look.maker
    if text := cause_text(maker) or stopping_text(maker, look.now):
        return [(text, trouble_style(maker))]
    if text := held_text(look):
        return [(text, "stopped")]
    if text := result_text(maker):
        return [(f"= {text}", "strong")]
    return outcome_spans(look, room) or time_spans(look, room)
