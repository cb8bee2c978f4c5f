"""The help of a replay as lines: what is on its bar."""

from __future__ import annotations

from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.state.makers.records import State
from chai_tui.tui.help.drawing import entry
from chai_tui.tui.help.pages import Section

_ENDS = ("a maker ended here that was not served", "a maker was served here")
_ENDS_OF_PROGRAMS = (
    "a process or thread ended badly here, or nobody knows how",
    "a process or thread ended well here",
)
_SEEN = (
    (GLYPHS[State.BREWING], "strong", "what is shown; a click or a drag goes elsewhere"),
    (GLYPHS[State.FAILED], "failed", "{}"),
    ("┻ ┴", "served", "{}: before what is shown, and after it"),
    ("◆", "chosen", "a mark of yours; it is there as long as the replay is"),
    ("00:06.0+", "strong", "how long all of it is; with + it still grows"),
)


def bar_section(width: int, *, is_program: bool = False) -> Section:
    """Return what the bar shows.

    Args:
        width: of each line, in cells.
        is_program: whether a program that is not ours was recorded.
    """
    ends = iter(_ENDS_OF_PROGRAMS if is_program else _ENDS)
    told = [
        (sign, style, text.format(next(ends)) if "{}" in text else text)
        for sign, style, text in _SEEN
    ]
    entries = [entry(sign, style, text, 12, width) for sign, style, text in told]
    return Section("the bar of a replay", entries)
