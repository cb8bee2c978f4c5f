"""One maker whole, as lines: who it is, its steps, how it ended, and what led there."""

from __future__ import annotations

from chai_tui.explain.exit_text import meaning_of_end
from chai_tui.explain.wording.formatting import GLYPHS, percent, seconds_text
from chai_tui.model.recipe import Step, StepKind
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Maker, Span, State
from chai_tui.tui.canvas.maker_facts import cause_text, state_word
from chai_tui.tui.canvas.program_facts import name_of
from chai_tui.tui.canvas.prose import beside, chopped, heading, paragraph, wrapped
from chai_tui.tui.canvas.styles import Line, bar, fit, fit_text, width_of
from chai_tui.tui.detail.charts import charts
from chai_tui.tui.detail.facts import LISTED, Detail, facts_known
from chai_tui.tui.detail.of_program import target_text

_LABEL = 10
"""Cells of the column in which the facts' names stand."""
_STEPS_BEFORE_CHARTS = 12
"""A recipe with more steps than this comes after the charts, which it would push off the screen."""


def title(detail: Detail, width: int) -> Line:
    """Return the line on top: who it is on the left, its state on the right."""
    maker = detail.maker
    state = f"{GLYPHS[maker.state]} {state_word(maker, detail.place)}"
    right: Line = [
        (state, str(maker.state)),
        (f"  {seconds_text(detail.until - maker.seated_at)} ", "dim"),
    ]
    name = "Chai Maker " if width >= 50 else ""
    if not maker.is_ours:
        left: Line = [
            (f" #{maker.number} ", "strong"),
            (name_of(maker), "strong"),
            (f"  {target_text(maker, detail.station)}", "dim"),
        ]
        return _ends(left, right, detail.warning, width)
    left = [
        (f" {name}#{maker.number}", "strong"),
        (f"  {' · '.join(filter(None, (printable(maker.recipe), maker.engine)))}", "dim"),
    ]
    return _ends(left, right, detail.warning, width)


def _ends(left: Line, right: Line, warning: str, width: int) -> Line:
    """What stands at both ends of the line on top; the right end wins."""
    if warning:
        left.insert(0, (f" {warning}", "chosen"))
    room = width - width_of(right) - 1
    if room < 6:
        return fit([*left[:-1], (" ", ""), *right], width)
    return fit([*fit(left, room), (" ", ""), *right], width)


def details(detail: Detail, width: int) -> list[Line]:
    """Return everything but what it said, as lines of exactly ``width`` cells."""
    parts = [
        _steps(detail, width),
        charts(detail.maker, detail.now, width, detail.samples, is_seen=not detail.unseen),
    ]
    if len(detail.maker.steps) > _STEPS_BEFORE_CHARTS:
        parts.reverse()
    return [
        *_ending(detail, width),
        *_facts(detail, width),
        *parts[0],
        *parts[1],
        *_traceback(detail.maker, width),
        *_unattributed(detail, width),
    ]


def _ending(detail: Detail, width: int) -> list[Line]:
    maker = detail.maker
    told = (cause_text(maker), str(maker.state)), (printable(meaning_of_end(maker)), "")
    return [
        line for text, style in told if text for line in paragraph(text, width, style, indent=1)
    ]


def _fact(label: str, text: str, width: int) -> list[Line]:
    start: Line = [(f" {label}".ljust(_LABEL), "dim")] if width >= 30 else []
    lines: list[Line] = [[(line, "")] for line in wrapped(text, width - width_of(start))]
    return beside(start, lines, width, "dim")


def _facts(detail: Detail, width: int) -> list[Line]:
    return [line for label, text in facts_known(detail) for line in _fact(label, text, width)]


def _steps(detail: Detail, width: int) -> list[Line]:
    steps = detail.maker.steps
    if not steps:
        return []
    name_cells = min(max((len(step.name) for step in steps), default=4), max(4, width // 3), 32)
    return [
        heading("steps", width),
        *(_step(detail, index, name_cells, width) for index in range(len(steps))),
    ]


def _planned(step: Step) -> str:
    if step.kind is StepKind.CALL:
        return ""
    return seconds_text(step.seconds)


def _step(detail: Detail, index: int, name_cells: int, width: int) -> Line:
    maker = detail.maker
    step = maker.steps[index]
    glyph, style, fraction = _progress_of(maker, index)
    line: Line = [
        (f" {glyph} ", style),
        (fit_text(printable(step.name), name_cells), "" if style != "dim" else "dim"),
        (f"  {step.kind:<7}", "dim"),
    ]
    if width >= 56:
        line.append((f" {_planned(step):>8}", "dim"))
    span = maker.step_times[index] if index < len(maker.step_times) else None
    if width >= 32:
        line.append((f" {_took(span, detail.until):>8} ", ""))
    left = width - width_of(line)
    if left >= 14:
        cells = min(left - 7, 40)
        shown = percent(fraction) if span is not None and fraction is not None else ""
        line += [*bar(fraction, cells, style), (f" {shown:>5} ", "")]
    return fit(line, width)


def _took(span: Span | None, until: float) -> str:
    if span is None:
        return "—"
    return seconds_text((until if span.end is None else span.end) - span.began)


def _progress_of(maker: Maker, index: int) -> tuple[str, str, float | None]:
    """The glyph, the style and the fraction done of a step; None where nobody can know."""
    current = -1 if maker.step is None else maker.step
    if maker.served_at is not None or index < current:
        return GLYPHS[State.SERVED], "served", 1.0
    if index > current:
        return GLYPHS[State.SEATED], "dim", 0.0
    return GLYPHS[maker.state], str(maker.state), maker.progress


def _traceback(maker: Maker, width: int) -> list[Line]:
    if not maker.traceback:
        return []
    lines: list[Line] = [heading("traceback", width)]
    for text in maker.traceback.splitlines():
        style = "" if text.startswith(" ") else str(State.FAILED)
        lines += [
            fit([(" ", ""), (part, style)], width) for part in chopped(printable(text), width - 1)
        ]
    return lines


def _unattributed(detail: Detail, width: int) -> list[Line]:
    """C code writes to the process's descriptor: whose line it was, nobody can tell."""
    if not detail.unattributed:
        return []
    lines = [
        heading(f"said in its process, by nobody knows whom · {len(detail.unattributed)}", width)
    ]
    for line in detail.unattributed[-LISTED:]:
        lines += [
            fit([(" › ", "dim"), (part, "")], width)
            for part in chopped(printable(line.text), width - 3)
        ]
    return lines
