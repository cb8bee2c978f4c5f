"""Draws one maker small: as a two-line card, or as a row.

Pure: a look and a width in, lines out. Every line is exactly as wide as asked.
"""

from __future__ import annotations

from rich.cells import cell_len

from chai_tui.explain.formatting import GLYPHS, memory_cells, percent_cells, seconds_cells
from chai_tui.state.records import State
from chai_tui.tui.canvas.maker_facts import (
    HELD_UP,
    SPACED_FROM,
    Look,
    bar_style,
    cause_text,
    core_text,
    cups_texts,
    exit_text,
    held_text,
    number_style,
    output_line,
    progress,
    state_word,
    step_name,
    stopping_short,
    stopping_text,
    trouble_style,
    waiting_text,
)
from chai_tui.tui.canvas.styles import Line, Span, bar, core_style, fit, fit_text, width_of

ROW_BAR = 8
"""The shortest bar of a row, with its ends."""
ROW_SAID = 16
"""The least room that is worth a last word."""


def draw_card(look: Look, width: int, height: int) -> list[Line]:
    """Draw two lines: who, state, core and step, over a bar.

    Args:
        look: at whom.
        width: in cells; each line is exactly so wide.
        height: in lines; those under the two are blank.
    """
    maker = look.maker
    state = str(maker.state)
    mark = _mark(look)
    head: Line = [
        mark,
        (f"{f'#{maker.number}':<{look.digits + 1}} ", number_style(maker)),
        (f"{GLYPHS[maker.state]} ", state),
    ]
    if maker.joined or maker.stopping is not None:
        cups = "".join(cups_texts(maker)[-1:])
        why = cause_text(maker) or stopping_short(maker, look.now) or cups
        head += [(state_word(maker, look.place), state), (f"  {why}", "dim")]
    else:
        core = core_text(look)
        core_ink_name = "" if maker.core is None else core_style(maker.core)
        head += [
            (f"{state:<8} ", state),
            (f"{core:<7} ", core_ink_name),
            (f"by #{look.held_by}  " if core == HELD_UP else "", ""),
            (step_name(maker) or waiting_text(maker), "" if step_name(maker) else "dim"),
        ]
    bar_width = max(2, width - 8)
    share: Line = [(f" {percent_cells(progress(maker))} ", "")]
    lines: list[Line] = [
        [*fit(head, max(0, width - 1)), (" ", "")],
        [mark, *bar(progress(maker), bar_width, bar_style(maker)), *share],
    ]
    return [fit(line, width) for line in [*lines, *([[]] * (height - len(lines)))][:height]]


def draw_row(look: Look, width: int) -> Line:
    """Draw one line; its columns stand where those of every other row do.

    Args:
        look: at whom.
        width: in cells; the line is exactly so wide.
    """
    maker = look.maker
    state = str(maker.state)
    line: Line = [
        _mark(look),
        (f"{f'#{maker.number}':>{look.digits + 1}} ", number_style(maker)),
        (f"{GLYPHS[maker.state]} ", state),
    ]
    room = width - width_of(line)
    return fit([*line, *_row_columns(look, room)], width)


def _row_columns(look: Look, room: int) -> Line:
    """What follows the glyph: as many columns as there is room for, and a bar in what is left."""
    maker = look.maker
    state = str(maker.state)
    where, where_style = _where(look)
    columns: list[Span] = [
        (f"  {fit_text(_outcome(look) or step_name(maker), 14)}", ""),
        (f"  cpu {seconds_cells(maker.cpu_seconds)}", "dim"),
        (f"  {memory_cells(maker.memory)}", "dim"),
    ]
    left = room - 17 - 6 - ROW_BAR  # state and core, share, and the least bar
    told: Line = []
    for column in columns:
        if cell_len(column[0]) > left:
            break
        told.append(column)
        left -= cell_len(column[0])
    last_word: Line = []
    if len(told) == len(columns) and left >= ROW_SAID:
        last_word = [("  ", ""), *_last_word(look)]
        left = (left - ROW_SAID) // 4
    bar_width = min(ROW_BAR + max(0, left), 24) if left >= 0 else ROW_BAR + left
    return [
        (f"{state:<8}", state),
        (f"{where:<9}", where_style),
        *(bar(progress(maker), bar_width, bar_style(maker)) if bar_width >= 4 else []),
        (f" {percent_cells(progress(maker))}", ""),
        *told,
        *last_word,
    ]


def _where(look: Look) -> Span:
    """Eight cells at most: the core of one that runs, the exit code of one that ended badly."""
    maker = look.maker
    if maker.joined:
        return ("" if maker.state is State.SERVED else exit_text(maker), "dim")
    return (core_text(look), "" if maker.core is None else core_style(maker.core))


def _outcome(look: Look) -> str:
    """How it ended where the state's first word does not say it all, or who holds it up."""
    maker = look.maker
    if maker.state in (State.SERVED, State.KILLED):
        return state_word(maker, look.place).partition(" ")[2]
    return cause_text(maker) or held_text(look)


def _last_word(look: Look) -> Line:
    maker = look.maker
    if why := cause_text(maker) or stopping_text(maker, look.now):
        return [(why, trouble_style(maker))]
    return output_line(maker.said[-1], SPACED_FROM) if maker.said else []


def _mark(look: Look) -> Span:
    return ("▌", "chosen") if look.chosen else (" ", "")
