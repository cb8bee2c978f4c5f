"""Draws one maker as a panel.

Pure: a look and a width in, lines out. Every line is exactly as wide as asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from rich.cells import cell_len

from chai_tui.explain.wording.formatting import (
    GLYPHS,
    HELD_UP,
    seconds_cells,
)
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Maker, State
from chai_tui.tui.canvas.maker_facts import (
    SPACED_FROM,
    Look,
    bar_style,
    cause_text,
    facts_line,
    held_text,
    number_style,
    output_line,
    result_text,
    said_before_error,
    share_cells,
    state_word,
    step_name,
    stopping_text,
    trouble_style,
    waiting_text,
)
from chai_tui.tui.canvas.maker_time import outcome_spans, time_spans
from chai_tui.tui.canvas.program_facts import NAME_LEAST, doing_lines, named
from chai_tui.tui.canvas.prose import wrapped
from chai_tui.tui.canvas.styles import Line, bar, fit, fit_text, width_of

SAID_LINES = 2
"""Lines said that the tallest panel shows: most makers say one first and one last."""
LISTED_STEPS = 8
"""The longest recipe whose steps a panel lists."""

RECIPE_LEAST = 6
"""Cells, with what is before it, in which a recipe's name is worth telling."""
RECIPE_CUT = 4
"""To so many it is cut before the signal that ended a maker is left out."""
_LONGEST_STATE = len(f" {GLYPHS[State.KILLED]} killed by SIGKILL ")
_LONG_STATE = len(f" {GLYPHS[State.SERVED]} served 10th ")
_EDGES = len("╭─ ") + len("─╮") + 1
"""Cells of a panel's upper or lower edge that no word has."""

_ROUND = "╭─╮│╰╯"
_HEAVY = "┏━┓┃┗┛"  # the chosen one's: to be seen without colours too


def listed_steps(lengths: Collection[int]) -> int:
    """Return how many lines the steps of each maker have in panels of one height.

    Args:
        lengths: how many steps the recipes on the screen have.

    Returns:
        1 for the current step alone, where the lists would be too long, or so different that
        more than one line of some panels stayed blank.
    """
    longest = max(lengths, default=1)
    return longest if longest <= LISTED_STEPS and longest - min(lengths, default=1) <= 1 else 1


def tall(step_lines: int, said_lines: int) -> int:
    """Return the lines of a panel that shows all it has to say.

    Args:
        step_lines: those of its steps, see :func:`listed_steps`.
        said_lines: how many lines that makers said are worth having.
    """
    return 2 + 1 + step_lines + min(said_lines, SAID_LINES)


def draw_panel(
    look: Look, width: int, height: int, least: int | None = None, step_lines: int = LISTED_STEPS
) -> list[Line]:
    """Draw a panel: facts, then the current step or, where they fit, all steps, then its words.

    Its upper edge says who it is and its state; its lower edge what it did with its time.

    Args:
        look: at whom.
        width: in cells, the frame included; each line is exactly so wide.
        height: in lines, the frame included; at least five.
        least: cells of the narrowest of the panels beside it, at most ``width``: that one
            decides in how many words all of them are told, so that neighbours read alike. None
            for ``width``.
        step_lines: the most lines that steps may have; with 1 only the current one is told.
    """
    corners = _HEAVY if look.chosen else _ROUND
    style = "chosen" if look.chosen else "frame"
    inner = max(0, width - 4)
    least = width if least is None else least
    words = max(0, least - 4)
    maker = look.maker
    body: list[Line] = [facts_line(look, inner, words)]
    room = height - 2 - len(body)
    listed = min(len(maker.steps), step_lines)
    if not maker.is_ours:
        # Lines that no word will have are free for what it does.
        is_silent = not (maker.said or cause_text(maker) or stopping_text(maker, look.now))
        body += doing_lines(maker, inner, room if is_silent else max(1, room - 1))
    elif listed > 1 and room > listed:
        body += _steps(maker, inner, listed)
    else:
        body.append(_step(maker, inner))
    body += _words(look, inner, words, height - 2 - len(body))
    side = corners[3]
    return [
        _top(look, width, least, corners, style),
        *(
            fit([(f"{side} ", style), *fit(line, inner), (f" {side}", style)], width)
            for line in body
        ),
        _bottom(look, width, least, corners, style),
    ]


def _top(look: Look, width: int, least: int, corners: str, style: str) -> Line:
    """The panel's upper edge: number and name left, the state right.

    How much of a name there is depends on the room alone: no state is so long that it goes.
    """
    maker = look.maker
    if not maker.is_ours:
        return _program_top(look, width, corners, style)
    title = _title(look, least)
    glyph, state = GLYPHS[maker.state], str(maker.state)
    # What ended it counts more than the end of what it brews.
    for text in (state_word(maker, look.place), state):
        right: Line = [(f" {glyph} {text} ", state)]
        most = least - _EDGES - width_of(right)
        if width_of(title[:-1]) + min(RECIPE_CUT, width_of(title[-1:])) <= most:
            break
    else:
        return fit([(f"{corners[0]} ", style), title[0], (f" {glyph}", state)], width)
    cut = most - width_of(title[:-1])
    recipe, dim = title[-1]
    title[-1] = (fit_text(recipe, min(cut, cell_len(recipe))), dim)
    room = width - _EDGES - width_of(right) - width_of(title)
    return [
        (f"{corners[0]}{corners[1]} ", style),
        *title,
        (f" {corners[1] * room}", style),
        *right,
        (f"{corners[1]}{corners[2]}", style),
    ]


def _program_top(look: Look, width: int, corners: str, style: str) -> Line:
    """The upper edge of one that is not ours: number and name left, the state right.

    A name is cut before a state is told in fewer words, and gone before that is.
    """
    maker = look.maker
    ink = str(maker.state)
    number = f"#{maker.number}"
    for text in (state_word(maker, look.place), ink):
        right: Line = [(f" {GLYPHS[maker.state]} {text} ", ink)]
        most = width - _EDGES - width_of(right) - len(number) - 1
        if most >= min(NAME_LEAST, cell_len(maker.called)):
            break
    title: Line = [(number, number_style(maker))]
    if most >= NAME_LEAST:
        title += [(" ", ""), *named(maker, look.target, most, look.depth)]
    room = max(0, width - _EDGES - width_of(right) - width_of(title))
    return fit(
        [
            (f"{corners[0]}{corners[1]} ", style),
            *title,
            (f" {corners[1] * room}", style),
            *right,
            (f"{corners[1]}{corners[2]}", style),
        ],
        width,
    )


def _title(look: Look, width: int) -> Line:
    """Who it is and, last, what it brews: what any state leaves room for.

    ``Chai Maker`` is the same of all, so it goes first; a recipe's name is cut before it goes.
    """
    maker = look.maker
    number = (f"#{maker.number}", number_style(maker))
    digits = 1 + max(look.digits, len(str(maker.number)))
    recipe = printable(maker.recipe)
    dot = (" · ", "dim") if recipe else ("", "")
    name = (" Chai Maker", "strong")
    room = width - _EDGES - digits
    if room - _LONGEST_STATE >= len(name[0]) + len(" · ") + RECIPE_LEAST or not recipe:
        return [number, name, (dot[0] + recipe, "dim")]
    if room - _LONG_STATE >= RECIPE_LEAST:
        return [number, (f" {recipe}", "dim")]
    return [number, ("", "dim")]


def _bottom(look: Look, width: int, least: int, corners: str, style: str) -> Line:
    """The panel's lower edge: what it did with its time, or how long it took."""
    room = max(0, least - _EDGES)
    told = outcome_spans(look, room) or time_spans(look, room)
    if not told or width_of(told) > room:
        return fit([(f"{corners[4]}{corners[1] * max(0, width - 2)}{corners[5]}", style)], width)
    return [
        (f"{corners[4]}{corners[1]} ", style),
        *told,
        (f" {corners[1] * (width - _EDGES - width_of(told) + 1)}{corners[5]}", style),
    ]


def _step(maker: Maker, width: int) -> Line:
    """The current step: its name, which of how many, a bar and a share. The bar never moves."""
    count = len(maker.steps)
    if maker.step is None:
        return [(waiting_text(maker), "dim")]
    name = _column((printable(step.name) for step in maker.steps), max(4, width - 22))
    order = f"{maker.step + 1}/{count}"
    left: Line = [
        (fit_text(step_name(maker), name), ""),
        (f" {order:>{2 * len(str(count)) + 1}} ", "dim"),
    ]
    return _with_bar(left, maker, width)


def _with_bar(left: Line, maker: Maker, width: int) -> Line:
    """What is left, a bar to the end of the line, and the share in figures."""
    share = (f" {share_cells(maker)}", "")
    room = width - width_of(left) - 6
    if room < 4:
        return [*fit(left, max(0, width - 6)), share]
    return [*left, *bar(maker.progress, room, bar_style(maker)), share]


def _column(texts: Iterable[str], most: int) -> int:
    """The width of a column that holds the longest of the texts, at most ``most``."""
    return min(most, max((cell_len(text) for text in texts), default=0))


def _steps(maker: Maker, width: int, most: int) -> list[Line]:
    """Steps, one a line: done, current, to come; of more than fit the last up to the current."""
    first = min(max(0, (maker.step or 0) + 1 - most), len(maker.steps) - most)
    shown = maker.steps[first : first + most]
    name = _column((printable(step.name) for step in shown), max(4, width // 2))
    lines: list[Line] = []
    for index, step in enumerate(shown, first):
        text = fit_text(printable(step.name), name)
        span = maker.step_times[index] if index < len(maker.step_times) else None
        if span is None:
            planned = "" if step.seconds <= 0 else seconds_cells(step.seconds)
            lines.append(
                _ends(
                    [(f"{GLYPHS[State.SEATED]} {text}", "dim"), (f"  {step.kind}", "dim")],
                    [(planned, "dim")],
                    width,
                )
            )
        elif index == maker.step and not maker.joined and maker.served_at is None:
            left = [(f"{GLYPHS[maker.state]} ", str(maker.state)), (text, "strong"), (" ", "")]
            lines.append(_with_bar(left, maker, width))
        else:
            whole = index != maker.step or maker.served_at is not None
            state = State.SERVED if whole else maker.state
            sign = (f"{GLYPHS[state]} ", str(state))
            took = ""
            if span.end is not None:
                took = f"took {seconds_cells(max(0.0, span.end - span.began))}"
            lines.append(_ends([sign, (text, ""), (f"  {step.kind}", "dim")], [(took, "")], width))
    return lines


def _ends(left: Line, right: Line, width: int) -> Line:
    """One line with something at each end; the right end wins where both do not fit."""
    taken = width_of(right)
    room = max(0, width - taken)
    if room and taken and width_of(left) >= room:  # words would touch
        return [*fit(left, room - 1), (" ", ""), *right]
    return [*fit(left, room), *right]


def _words(look: Look, inner: int, least: int, room: int) -> list[Line]:
    """Why it ended, what it waits for or who holds it up, then what it said; blank lines below."""
    maker = look.maker
    lines: list[Line] = []
    text, sign = cause_text(maker), GLYPHS[maker.state]
    if not text:
        text, sign = stopping_text(maker, look.now), GLYPHS[State.STOPPED]
    if text:
        style = trouble_style(maker)
        pieces = wrapped(text, max(1, inner - 2)) if room > 1 else [text]
        lines = [
            [(f"{sign if index == 0 else ' '} ", style), (piece, style)]
            for index, piece in enumerate(pieces[:room])
        ]
    elif held := held_text(look):
        whole = f"{held}, which keeps the event loop"
        told = whole if len(whole) <= least - 2 else held
        lines = [[(f"{HELD_UP} {told}", "stopped")]]
    elif result := result_text(maker):
        lines = [[(f"= {result}", "strong")]] if room else []
    if maker.dropped and room - len(lines) > 1:
        lines.append([(f"… {maker.dropped:,} more left out", "dim")])
    said = list(islice(said_before_error(maker), room - len(lines)))
    for line in reversed(said):
        # What a program said is of any length: a sign touches only what were cut else.
        is_spaced = not maker.is_ours and cell_len(printable(line.text)) + 1 != inner
        lines.append(output_line(line, SPACED_FROM if is_spaced else least))
    return [*lines, *([[]] * (room - len(lines)))]
