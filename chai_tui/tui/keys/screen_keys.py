"""The keys of the screens, fields and questions over the kitchen, in tables like its own."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding

from chai_tui.tui.keys.rows import Row


class Place(NamedTuple):
    """Where keys mean something of their own.

    Attributes:
        name: what help calls it.
        rows: its keys.
    """

    name: str
    rows: tuple[Row, ...]

    @property
    def bindings(self) -> list[Binding]:
        """What Textual binds."""
        return [row.binding for row in self.rows]


ZOOM = Place("zoom", (
    Row("zoom-back", "escape,enter,q", "Back", "Leave the search, or go back to the kitchen",
        "back", in_footer=True),
    Row("zoom-pane", "tab,shift+tab", "Pane", "Go to the other pane", "other_pane",
        in_footer=True),
    Row("zoom-search", "slash", "Search", "Find in what it said", "search", in_footer=True),
    Row("zoom-previous", "left,left_square_bracket", "Previous", "Show the maker before",
        "neighbour(-1)", in_footer=True),
    Row("zoom-next", "right,right_square_bracket", "Next", "Show the next maker", "neighbour(1)",
        in_footer=True),
    Row("zoom-find", "n", "Next find", "Go to the next find, or to the one before",
        "find(False)", shown="n N"),
    Row("zoom-find-before", "N", "Find before", "Go to the find before", "find(True)", shown=""),
))  # fmt: skip
TIMELINE = Place("timeline", (
    Row("timeline-back", "escape,t,q", "Back", "Go back", "back", in_footer=True),
    Row("timeline-finer", "plus,equals_sign", "Finer", "Show time finer or coarser", "zoom(1)",
        in_footer=True, shown="+ −"),
    Row("timeline-coarser", "minus,underscore", "Coarser", "Show time coarser", "zoom(-1)",
        in_footer=True, shown=""),
    Row("timeline-fit", "0", "All", "Show all of the time", "fit", in_footer=True),
    Row("timeline-follow", "f", "Now", "Keep now at the right edge", "follow", in_footer=True),
    Row("timeline-earlier", "left", "Earlier", "Go to earlier or later times", "pan(-1)",
        in_footer=True, shown="← →"),
    Row("timeline-later", "right", "Later", "Go to later times", "pan(1)", in_footer=True,
        shown=""),
    Row("timeline-open", "enter", "Zoom", "Show everything about the chosen maker", "open",
        in_footer=True),
))  # fmt: skip
TIMELINE_ROWS = Place("timeline", (
    Row("timeline-up", "up", "Up", "Choose a maker", "choose(-1)", shown="↑ ↓"),
    Row("timeline-down", "down", "Down", "Choose the maker below", "choose(1)", shown=""),
    Row("timeline-page-up", "pageup", "Page up", "Choose a page further up", "choose_page(-1)",
        shown=""),
    Row("timeline-page-down", "pagedown", "Page down", "Choose a page further down",
        "choose_page(1)", shown=""),
    Row("timeline-first", "home", "First maker", "Choose the first maker", "choose_end(False)",
        shown=""),
    Row("timeline-last", "end", "Last maker", "Choose the last maker", "choose_end(True)",
        shown=""),
))  # fmt: skip
LOG = Place("log", (
    Row("log-back", "escape,l,q", "Back", "Go back", "back", in_footer=True),
))  # fmt: skip
HELP = Place("help", (
    Row("help-back", "escape,q,question_mark,f1", "Back", "Go back", "back", in_footer=True),
    Row("help-next", "right,space,pagedown,down,j", "Next page",
        "Turn to the next page, or to the one before", "turn(1)", in_footer=True, shown="← →"),
    Row("help-previous", "left,backspace,pageup,up,k", "Page before", "Turn to the page before",
        "turn(-1)", in_footer=True, shown=""),
    Row("help-first", "home", "First page", "Turn to the first or the last page", "page(1)",
        shown="Home End"),
    Row("help-last", "end", "Last page", "Turn to the last page", "turn(1000)", shown=""),
    *(
        Row(f"help-page-{number}", str(number), f"Page {number}",
            "Turn to page 1 to 9" if number == 1 else f"Turn to page {number}",
            f"page({number})", shown="1 – 9" if number == 1 else "")
        for number in range(1, 10)
    ),
))  # fmt: skip
FILTER = Place("filter", (
    Row("filter-keep", "enter", "Keep", "Keep the filter and give the keys back", "submit",
        in_footer=True),
    Row("filter-leave", "escape", "All", "Show all makers again", "screen.show_all",
        in_footer=True),
))  # fmt: skip
SEARCH = Place("search", (
    Row("search-find", "enter", "Find", "Go to the first find", "submit", in_footer=True),
    Row("search-leave", "escape", "Leave", "Leave the search", "screen.back", in_footer=True),
))  # fmt: skip
FINDINGS = Place("found", (
    Row("findings-open", "enter", "Open", "Show everything about the first thread that it tells of",
        "open"),
    Row("findings-back", "escape,q,F", "Close", "Go back", "back"),
    Row("findings-up", "up", "Up", "Choose a finding", "move('cursor_up')", shown="↑ ↓"),
    Row("findings-down", "down", "Down", "Choose the finding below", "move('cursor_down')",
        shown=""),
    Row("findings-page-up", "pageup", "Evidence", "Scroll in its evidence",
        "scroll('page_up')", shown="PgUp PgDn"),
    Row("findings-page-down", "pagedown", "Evidence on", "Scroll on in its evidence",
        "scroll('page_down')", shown=""),
))  # fmt: skip
CONFIRM = Place("sure?", (
    Row("confirm-yes", "y", "Yes", "Do it", "answer(True)"),
    Row("confirm-no", "n,escape", "No", "Leave everything as it is", "answer(False)"),
    Row("confirm-previous", "left,up", "Previous", "Go to the other answer", "app.focus_previous",
        shown=""),
    Row("confirm-next", "right,down", "Next", "Go to the other answer", "app.focus_next",
        shown=""),
))  # fmt: skip
ENGINE = Place("engine", (
    # Before the lists get it: there, Enter would mean only one of the two.
    Row("engine-choose", "enter", "Choose", "Take both", "choose", priority=True),
    Row("engine-cancel", "escape", "Cancel", "Leave everything as it is", "cancel"),
    Row("engine-next", "tab,right", "Next", "Go to the other list", "app.focus_next",
        shown="Tab ← →"),
    Row("engine-previous", "shift+tab,left", "Previous", "Go to the other list",
        "app.focus_previous", shown=""),
))  # fmt: skip
SIGNAL = Place("signal", (
    Row("signal-cancel", "escape", "Cancel", "Send nothing", "cancel"),
    Row("signal-up", "up", "Up", "Choose a signal", "move('cursor_up')", shown="↑ ↓"),
    Row("signal-down", "down", "Down", "Choose the signal below", "move('cursor_down')",
        shown=""),
    Row("signal-page-up", "pageup", "Page up", "Choose a page further up", "move('page_up')",
        shown=""),
    Row("signal-page-down", "pagedown", "Page down", "Choose a page further down",
        "move('page_down')", shown=""),
))  # fmt: skip

PLACES = (
    FILTER, ZOOM, SEARCH, TIMELINE, TIMELINE_ROWS, LOG, HELP, FINDINGS, ENGINE, SIGNAL, CONFIRM
)  # fmt: skip
"""All of them, in the order of the help."""
