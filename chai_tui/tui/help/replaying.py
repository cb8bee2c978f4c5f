"""The help of a replay as lines: what is on its bar."""

from __future__ import annotations

from chai_tui.explain.formatting import GLYPHS
from chai_tui.state.records import State
from chai_tui.tui.help.drawing import entry
from chai_tui.tui.help.pages import Section

_SEEN = (
    (GLYPHS[State.BREWING], "strong", "what is shown; a click or a drag goes elsewhere"),
    (GLYPHS[State.FAILED], "failed", "a maker ended here that was not served"),
    ("┻ ┴", "served", "a maker was served here: before what is shown, and after it"),
    ("◆", "chosen", "a mark of yours; it is there as long as the replay is"),
    ("00:06.0+", "strong", "how long all of it is; with + it still grows"),
)


def bar_section(width: int) -> Section:
    """Return what the bar shows, as lines of exactly ``width`` cells."""
    entries = [entry(sign, style, text, 12, width) for sign, style, text in _SEEN]
    return Section("the bar of a replay", entries)
