"""Draws one maker small: as a two-line card, or as a row.

Pure: a look and a width in, lines out. Every line is exactly as wide as asked.
"""

from __future__ import annotations

from rich.cells import cell_len

from chai_tui.explain.wording.formatting import GLYPHS, memory_cells, seconds_cells
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.maker_facts import (
    HELD_UP,
    SPACED_FROM,
    Look,
    bar_style,
    cause_text,
    core_span,
    cups_texts,
    exit_text,
    held_text,
    number_style,
    output_line,
    own_memory,
    result_text,
    share_cells,
    state_name,
    state_word,
    step_name,
    stopping_short,
    stopping_text,
    trouble_style,
    waiting_text,
)
from chai_tui.tui.canvas.maker_time import LACK_CELLS, most_telling, time_spans
from chai_tui.tui.canvas.program_facts import (
    NESTED_MOST,
    blocked_or_waits,
    does_now,
    named,
    task_beside,
)
from chai_tui.tui.canvas.styles import Line, Span, bar, fit, fit_text, width_of

ROW_BAR = 6
"""The shortest bar of a row, with its ends."""
CARD_BAR = 8
"""The shortest of a card."""
STEP_CELLS, SHORT_STEP_CELLS = 14, 12
"""For the name of a step, or what an outcome's first word does not say."""
TIME_CELLS = len("GIL 99, waits 99, no core 99 %")
"""For what a maker did with its time, where there is more room than for what it lacks most."""
ROW_SAID = 16
"""The least room that is worth a last word."""
SAID_LEAST = 12
"""The same where it stands behind what one does now that is not ours."""
NAME_CELLS, LONG_NAME_CELLS = 14, 26
"""For the name of one that is not ours; the second where there is room for a last word, too."""
DOING_CELLS, LONG_DOING_CELLS = 26, 40
"""For what it does now; the second is the most, where there is room."""


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
    if not maker.is_ours:
        told = _program_card(look, head, width)
        return [fit(line, width) for line in [*told, *([[]] * (height - len(told)))][:height]]
    if maker.joined or maker.stopping is not None:
        result = result_text(maker)
        good = f"= {result}" if result else "".join(cups_texts(maker)[-1:])
        why = cause_text(maker) or stopping_short(maker, look.now) or good
        head += [(state_word(maker, look.place), state), (f"  {why}", "dim")]
    else:
        core, core_ink = core_span(look)
        head += [
            (f"{state:<8} ", state),
            (f"{core:<7} ", core_ink),
            (f"by #{look.held_by}  " if core == HELD_UP else "", ""),
            (step_name(maker) or waiting_text(maker), "" if step_name(maker) else "dim"),
        ]
    share = (f" {share_cells(maker)} ", "")
    room = width - width_of([mark, share]) - CARD_BAR
    time_cells = TIME_CELLS if room >= TIME_CELLS + 2 else LACK_CELLS
    time: Line = []
    if room >= time_cells + 2:
        time = [(" ", ""), *fit(_time(look, time_cells), time_cells), (" ", "")]
    bar_width = max(2, width - width_of([mark, share, *time]))
    lines: list[Line] = [
        [*fit(head, max(0, width - 1)), (" ", "")],
        [mark, *bar(maker.progress, bar_width, bar_style(maker)), share, *time],
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


def _time(look: Look, room: int) -> Line:
    """What it did with its time; in little room only what the line above does not tell."""
    if room >= TIME_CELLS:
        return time_spans(look, room)
    told = most_telling(look)
    return [] if told == core_span(look) else [told]


def _row_columns(look: Look, room: int) -> Line:
    """What follows the glyph: as many columns as there is room for, and a bar in what is left."""
    maker = look.maker
    if not maker.is_ours:
        return _program_columns(look, room)
    state = str(maker.state)
    fixed = 8 + 1 + 6 + ROW_BAR  # state, a space, share, and the least bar
    left = room - fixed - LACK_CELLS
    step_cells = STEP_CELLS if left >= 2 + STEP_CELLS else SHORT_STEP_CELLS
    columns: list[Span] = [
        (f"  {fit_text(_outcome(look) or step_name(maker), step_cells)}", ""),
        (f"  cpu {seconds_cells(maker.cpu_seconds)}", "dim"),
        (f"  {memory_cells(own_memory(maker))}", "dim"),
    ]
    # The whole of its time is told before what it said last.
    whole = sum(cell_len(text) for text, _ in columns) + TIME_CELLS - LACK_CELLS
    where_cells = TIME_CELLS if left >= whole else LACK_CELLS
    left -= where_cells - LACK_CELLS
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
        *fit(_where(look, where_cells), where_cells + 1),
        *(bar(maker.progress, bar_width, bar_style(maker)) if bar_width >= 4 else []),
        (f" {share_cells(maker)}", ""),
        *told,
        *last_word,
    ]


def _program_card(look: Look, head: Line, width: int) -> list[Line]:
    """Two lines of one that is not ours: who and in which state, over what it does now.

    Args:
        look: at whom.
        head: mark, number and glyph.
        width: in cells.
    """
    maker = look.maker
    state: Span = (state_word(maker, look.place), str(maker.state))
    right: Line = [state]
    if not maker.joined and maker.stopping is None:
        core, ink = core_span(look)
        right = [state, (f"  {core:<7}", ink)]
    who = head[:2]
    room = width - width_of(who) - width_of(head[2:]) - width_of(right) - 3
    if room >= 4:
        who = [*fit([*who, *named(maker, look.target, room, look.depth)], width_of(who) + room)]
    why = cause_text(maker) or stopping_short(maker, look.now)
    indent = " " * (look.digits + 2)
    told = _doing(look, why, width - len(indent) - LACK_CELLS - 3)
    left: Line = [head[0], (indent, ""), *told]
    if not why and not width_of(told) and maker.said:
        left = [head[0], (indent, ""), *output_line(maker.said[-1], SPACED_FROM)]
    time: Line = [] if maker.joined else _time(look, TIME_CELLS)
    if width_of(left) + 2 + width_of(time) > width:
        time = _time(look, LACK_CELLS)
    rest = width - width_of(time) - 2
    second = left
    if time and rest >= DOING_CELLS:
        second = [*fit(left, rest), (" ", ""), *time]
    return [[*who, (" ", ""), *head[2:], *right], second]


def _program_columns(look: Look, room: int) -> Line:
    """What follows the glyph of one that is not ours: name, state, where, what it does, and more.

    Columns go from the right as room gets less; the state and the name never go.
    """
    maker = look.maker
    state = str(maker.state)
    left = room - 8 - 1 - LACK_CELLS - 1 - NAME_CELLS - 1 - DOING_CELLS
    name_cells, where_cells, doing_cells = NAME_CELLS, LACK_CELLS, DOING_CELLS
    if left < 0:
        doing_cells = max(0, DOING_CELLS + left)
        left = min(0, doing_cells + left)
    columns: list[Span] = [
        (f"  cpu {seconds_cells(maker.cpu_seconds)}", "dim"),
        (f"  {memory_cells(own_memory(maker))}", "dim"),
    ]
    told: Line = []
    for column in columns:
        if cell_len(column[0]) > left:
            break
        told.append(column)
        left -= cell_len(column[0])
    last_word: Line = []
    if len(told) == len(columns):
        grown = min(LONG_NAME_CELLS - NAME_CELLS, max(0, left) // 2)
        name_cells, left = NAME_CELLS + grown, left - grown
        grown = min(LONG_DOING_CELLS - DOING_CELLS, max(0, left))
        doing_cells, left = DOING_CELLS + grown, left - grown
        if left >= TIME_CELLS - LACK_CELLS + ROW_SAID:
            where_cells, left = TIME_CELLS, left - (TIME_CELLS - LACK_CELLS)
        if left >= ROW_SAID:
            last_word = [("  ", ""), *_last_word(look)]
    else:
        doing_cells += max(0, left)
    why = stopping_short(maker, look.now)
    if maker.joined and maker.state is not State.ENDED:  # its exit code says that nobody knows
        why = _outcome(look)
    line = [
        *fit(named(maker, look.target, name_cells, look.depth, nested=NESTED_MOST), name_cells),
        (f" {state_name(maker.state, is_ours=False):<8} ", state),
        *fit(_where(look, where_cells), where_cells),
    ]
    if doing_cells:
        doing = _doing(look, why, doing_cells)
        if not last_word and not why:
            doing += _said_behind(look, doing, doing_cells)
        line += [(" ", ""), *fit(doing, doing_cells)]
    return [*line, *told, *last_word]


def _doing(look: Look, why: str, room: int) -> Line:
    """Why it ends or ended; else its task, and what it waits for in that."""
    maker = look.maker
    if why:
        return [(why, trouble_style(maker))]
    now = does_now(maker)
    waits = blocked_or_waits(maker) if maker.task and now else ""
    now = task_beside(maker, waits, room) if waits else now
    return [(now, ""), (f"  {waits}" if waits else "", "dim")]


def _said_behind(look: Look, doing: Line, room: int) -> Line:
    """What it said last, behind what it does now, where there is no column for it."""
    if not look.maker.said:
        return []
    word = output_line(look.maker.said[-1], SPACED_FROM)
    gap: Line = [("  ", "")] if width_of(doing) else []
    spare = room - width_of([*doing, *gap])
    return [*gap, *word] if spare >= min(width_of(word), SAID_LEAST) else []


def _where(look: Look, room: int) -> Line:
    """What one that runs did with its time; the exit code of one that ended."""
    maker = look.maker
    if maker.joined:
        return [(exit_text(maker), "dim")]
    if room >= TIME_CELLS:
        return time_spans(look, room) or [core_span(look)]
    return [most_telling(look)]


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
    if result := result_text(maker):
        return [(f"= {result}", "strong")]
    return output_line(maker.said[-1], SPACED_FROM) if maker.said else []


def _mark(look: Look) -> Span:
    return ("▌", "chosen") if look.chosen else (" ", "")
