"""The timeline as a picture: a path for each row and colour, whatever the number of slices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from chai_tui.explain.wording.formatting import GLYPHS, clock_text, counted, seconds_text
from chai_tui.model.recipe import StepKind
from chai_tui.model.text import printable
from chai_tui.recording.export.account import Account, MakerAccount, Reason
from chai_tui.recording.export.colours import LIGHT
from chai_tui.recording.export.figures import headline, last_of, wall_of
from chai_tui.recording.export.rows import (
    REASON_WORDS,
    UNSAMPLED,
    Group,
    groups_of,
    known_until,
    label_of,
    span_of,
)

WIDTH, GUTTER, MARGIN, BEHIND = 1_200, 176, 16, 84
_HEAD, _TITLE, _ROW, _GAP = 78, 20, 52, 6
_CORE, _WAIT, _STEP = (6, 16), (23, 10), (34, 14)
"""Lanes of a row: how far below its top, and how high."""
_LETTER = 6.4
"""Pixels that a letter takes at most in this size, so that words end where there is no room."""
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
_TICK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400)


def write_svg(
    account: Account, write: Callable[[str], object], progress: Callable[[float], None]
) -> None:
    """Write the timeline of a run as a picture that scales.

    Args:
        account: of the run.
        write: takes text without lone surrogates.
        progress: told how much is done, 0 to 1.
    """
    groups = groups_of(account)
    picture = _Picture(account, groups)
    write(picture.head())
    done = 0
    for top, group in picture.placed():
        for text in picture.group(group, top):
            write(text)
        done += len(group.makers)
        progress(done / max(1, len(account.makers)))
    write(picture.foot())
    progress(1.0)


def ticks(span: float, most: int) -> tuple[float, list[float]]:
    """Return seconds between two marks of an axis, and where these are, from 0 to ``span``.

    Args:
        span: seconds of the whole axis.
        most: so many marks are at most between its ends.
    """
    least = max(span, 1e-6) / most
    power = 10.0 ** math.floor(math.log10(least))
    steps = _TICK_STEPS if least > 5 else [step * power for step in (1, 2, 5, 10)]
    step = next((each for each in steps if each >= least), 10 * power)
    return step, [index * step for index in range(int(span / step + 1e-9) + 1)]


class _Picture:
    """Turns times into places, and what a maker did into paths."""

    def __init__(self, account: Account, groups: Sequence[Group]) -> None:
        self._account = account
        self._groups = groups
        self._origin, ended = span_of(account)
        self._span = max(1e-6, ended - self._origin)
        self._scale = (WIDTH - GUTTER - BEHIND) / self._span
        self._samples = [at for at, _ in account.at_once]
        self._marks: dict[int, list[str]] = {}
        for instant in account.instants:
            if instant.maker is not None and instant.kind != "end":
                mark = f"M{self._x(instant.at) - 4:.2f} 0h8l-4 6z"
                self._marks.setdefault(instant.maker, []).append(mark)
        self._bottom = max(
            (top + _height(group) for top, group in self.placed()), default=_HEAD + _ROW
        )

    def placed(self) -> Iterator[tuple[int, Group]]:
        """Yield the groups with the places of their tops."""
        top = _HEAD
        for group in self._groups:
            yield top, group
            top += _height(group)

    def _x(self, at: float) -> float:
        return GUTTER + (at - self._origin) * self._scale

    # Round the rows

    def head(self) -> str:
        """The beginning: what it is, in words too, and the axis."""
        account = self._account
        told, figures = headline(account)
        length = figures or f"{seconds_text(self._span)}"
        warning = f" · {account.run.warning}" if account.run.warning else ""
        height = self._bottom + 50
        step, marks = ticks(self._span, 12)
        lines = "".join(
            f"M{self._x(self._origin + at):.2f} {_HEAD - 8}V{self._bottom}" for at in marks
        )
        return "".join(
            (
                '<?xml version="1.0" encoding="UTF-8"?>\n',
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
                f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc" '
                f'font-family="{_FONT}" font-size="11">\n',
                f'<title id="title">{_inert(told)}</title>\n',
                f'<desc id="desc">{_inert(self._description())}</desc>\n',
                f"<defs>{_PATTERNS}</defs>\n",
                f'<rect width="{WIDTH}" height="{height}" fill="{LIGHT.ground}"/>\n',
                _text(16, 24, _cut(told, WIDTH - 2 * MARGIN, 9.2), LIGHT.ink, size=16, bold=True),
                _text(16, 42, _cut(f"{length}{warning}", WIDTH), LIGHT.dim),
                f'<path d="{lines}" stroke="{LIGHT.line}" fill="none"/>\n',
                *(
                    _text(
                        self._x(self._origin + at), 62, _mark(at, step), LIGHT.dim, anchor="middle"
                    )
                    for at in marks
                ),
            )
        )

    def _description(self) -> str:
        account = self._account
        sampled = (
            f"Cores and waits are as sampled {len(self._samples):,} times"
            if self._samples
            else "Nothing was sampled: cores and waits are not known"
        )
        return (
            f"A timeline of {counted(len(account.makers), account.noun)} over "
            f"{seconds_text(self._span)}: for each {account.noun} the cores it was on, what it "
            "waited for, its steps, and how it ended. "
            f"{sampled}."
        )

    def foot(self) -> str:
        """What colours and patterns mean, and the end."""
        y, x = self._bottom + 18, float(MARGIN)
        cores = sorted(
            {
                each.core
                for maker in self._account.makers.values()
                for each in maker.cores
                if each.core is not None
            }
        )
        swatches = [(LIGHT.core(core), f"core {core}") for core in cores[: len(LIGHT.cores)]]
        if len(cores) > len(swatches):
            swatches.append((LIGHT.ground, "core 8 like core 0: see the numbers"))
        waits = {each.reason for maker in self._account.makers.values() for each in maker.waits}
        swatches += [(_fill(reason), REASON_WORDS[reason]) for reason in Reason if reason in waits]
        swatches += [(LIGHT.step, "a step that works"), (LIGHT.rest, "a step that waits")]
        parts: list[str] = []
        for fill, words in swatches:
            parts.append(f'<rect x="{x:.0f}" y="{y}" width="22" height="11" fill="{fill}"/>')
            parts.append(_text(x + 27, y + 9, words, LIGHT.dim))
            x += 44 + len(words) * 5.6
        parts.append(
            f'<path d="M{x:.0f} {y + 5}h22" stroke="{LIGHT.dim}" stroke-dasharray="3 3"/>'
            + _text(x + 27, y + 9, UNSAMPLED[1], LIGHT.dim)
        )
        how = "A bar's height is the share of the core, its colour the core."
        return "".join([*parts, _text(MARGIN, y + 26, how, LIGHT.dim), "</svg>\n"])

    # The rows

    def group(self, group: Group, top: int) -> Iterator[str]:
        """Yield the rows of those who share a process, with a frame round them."""
        if group.title:
            height = _height(group) - _GAP
            yield (
                f'<rect x="4.5" y="{top + 1.5}" width="{WIDTH - 9}" height="{height}" rx="6" '
                f'fill="none" stroke="{LIGHT.frame}"/>'
            )
            yield _text(14, top + 15, group.title, LIGHT.dim, bold=True)
            top += _TITLE
        for maker in group.makers:
            yield from self._row(maker, top)
            top += _ROW

    def _row(self, maker: MakerAccount, top: int) -> Iterator[str]:
        end = f"{GLYPHS[maker.state]} {maker.state}"
        colour = LIGHT.state(maker.state)
        yield f"<g><title>{_inert(self._row_words(maker))}</title>"
        yield _text(14, top + 18, f"#{maker.number}", LIGHT.ink, size=12, bold=True)
        yield _text(60, top + 18, end, colour)
        yield _text(14, top + 38, _cut(label_of(maker), GUTTER - 24), LIGHT.dim)
        yield from self._unknown(maker, top)
        yield from self._cores(maker, top)
        waits: dict[str, list[str]] = {}
        for wait in maker.waits:
            tall = max(2.0, min(1.0, wait.share) * _WAIT[1])
            waits.setdefault(_fill(wait.reason), []).append(
                self._box(wait.began, wait.ended, top + _WAIT[0], tall)
            )
        yield from _paths(waits)
        yield from self._steps(maker, top)
        yield from _paths(
            {LIGHT.halted: self._marks.get(maker.number, [])}, f' transform="translate(0 {top})"'
        )
        if maker.ended_at is not None:
            yield self._end(maker, end, top, colour)
        yield "</g>\n"

    def _row_words(self, maker: MakerAccount) -> str:
        wall = wall_of(maker, self._account)
        parts = [maker.name, label_of(maker), maker.cause or str(maker.state), seconds_text(wall)]
        return ", ".join([*filter(None, parts), f"{seconds_text(maker.cpu_seconds)} of CPU time"])

    def _unknown(self, maker: MakerAccount, top: int) -> Iterator[str]:
        """What nobody measured: behind the last sample, if there was one."""
        last = last_of(maker, self._account)
        known = known_until(self._account, maker, self._samples)
        if last > known:
            middle = top + _CORE[0] + _CORE[1] // 2
            yield (
                f'<path d="M{self._x(known):.2f} {middle}H{self._x(last):.2f}" '
                f'stroke="{LIGHT.dim}" stroke-dasharray="3 3"/>'
            )

    def _cores(self, maker: MakerAccount, top: int) -> Iterator[str]:
        top, height = top + _CORE[0], _CORE[1]
        there: list[tuple[float, float]] = []
        paths: dict[str, list[str]] = {}
        numbers: list[str] = []
        for began, ended, core, share in maker.cores:
            tall = max(1.0, min(1.0, share) * height)
            if there and there[-1][1] == began:  # as one box
                there[-1] = (there[-1][0], ended)
            else:
                there.append((began, ended))
            colour = LIGHT.dim if core is None else LIGHT.core(core)
            paths.setdefault(colour, []).append(self._box(began, ended, top + height - tall, tall))
            if core is not None and (ended - began) * self._scale > 9 + 7 * len(str(core)):
                on = LIGHT.on_core if share > 0.7 else LIGHT.ink
                y = top + 12 if share > 0.7 else top + 9
                numbers.append(_text(self._x(began) + 3, y, str(core), on, bold=True))
        yield from _paths({LIGHT.line: [self._box(*span, top, height) for span in there]})
        yield from _paths(paths)
        yield from numbers

    def _steps(self, maker: MakerAccount, top: int) -> Iterator[str]:
        top, height = top + _STEP[0], _STEP[1]
        paths: dict[str, list[str]] = {}
        words: list[str] = []
        started = last_of(maker, self._account) if maker.started_at is None else maker.started_at
        if started > maker.seated_at:
            box = self._box(maker.seated_at, started, top + 0.5, height - 1)
            yield f'<path d="{box}" fill="none" stroke="{LIGHT.frame}"/>'
        gap = 1 / self._scale  # so that one step is told from the next
        for began, ended, name, kind in maker.steps:
            fill = LIGHT.rest if kind is StepKind.WAIT else LIGHT.step
            paths.setdefault(fill, []).append(
                self._box(began, max(began, ended - gap), top, height)
            )
            room = (ended - began) * self._scale - 8
            if room > 4 * _LETTER:
                words.append(_text(self._x(began) + 4, top + 11, _cut(name, room), LIGHT.ink))
        yield from _paths(paths)
        yield from words

    def _end(self, maker: MakerAccount, end: str, top: int, colour: str) -> str:
        x = self._x(last_of(maker, self._account))
        line = f'<path d="M{x:.2f} {top + 4}v46" stroke="{colour}" stroke-width="2"/>'
        return line + _text(x + 6, top + 18, end, colour, bold=True)

    def _box(self, began: float, ended: float, top: float, height: float) -> str:
        x = GUTTER + (began - self._origin) * self._scale
        return (
            f"M{x:.2f} {top:g}h{max(0.1, (ended - began) * self._scale):.2f}v{height:.4g}H{x:.2f}z"
        )


def _height(group: Group) -> int:
    return len(group.makers) * _ROW + (_TITLE + _GAP if group.title else 0)


def _paths(boxes: dict[str, list[str]], more: str = "") -> Iterable[str]:
    """A path for each colour."""
    return (
        f'<path fill="{fill}"{more} d="{"".join(found)}"/>'
        for fill, found in boxes.items()
        if found
    )


def _fill(reason: Reason) -> str:
    return f"url(#{reason.name.lower()})"


def _inert(text: str) -> str:
    return escape(printable(text))


def _cut(text: str, room: float, letter: float = _LETTER) -> str:
    """Text that ends where there is no room."""
    most = max(1, int(room / letter))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _mark(seconds: float, step: float) -> str:
    if seconds >= 60:
        return clock_text(seconds)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{seconds:.{digits}f} s"


def _text(
    x: float,
    y: float,
    text: str,
    colour: str,
    *,
    size: int = 0,
    bold: bool = False,
    anchor: str = "",
) -> str:
    looks = f' font-size="{size}"' if size else ""
    looks += ' font-weight="600"' if bold else ""
    looks += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:g}" fill="{colour}"{looks}>{_inert(text)}</text>\n'


def _pattern(reason: Reason, drawing: str) -> str:
    colour = LIGHT.reason(reason)
    return (
        f'<pattern id="{reason.name.lower()}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M0 0h6v6h-6z" fill="{colour}" fill-opacity="0.2"/>'
        f"{drawing.format(colour=colour)}</pattern>"
    )


_PATTERNS = (
    _pattern(Reason.GIL, '<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="{colour}"/>')
    + _pattern(Reason.CORE, '<path d="M1 1h2v2h-2zM4 4h2v2h-2z" fill="{colour}"/>')
    + _pattern(Reason.PAUSED, '<path d="M0 0h2v6h-2z" fill="{colour}"/>')
)
"""Each reason looks different without its colour, too."""
