"""The keys of a replay: tables that feed bindings, footer, palette and help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.rows import Row
from chai_tui.tui.keys.screen_keys import Place
from chai_tui.tui.keys.taste_keys import TASTE

# With priority: those that screens have for something else, too. The app says where they are whose.
REPLAY = Place("replay", (
    Row("replay-play", "space", "Play", "Play, or pause; at the end play from the beginning",
        "app.play", in_footer=True),
    Row("replay-back", "comma", "Back", "Go an event back or on, and pause", "app.step(-1)",
        in_footer=True, shown=", ."),
    Row("replay-on", "full_stop", "On", "Go an event on, and pause", "app.step(1)",
        in_footer=True, shown=""),
    Row("replay-next", "n", "Next end",
        "Go to the next end that was not served, or to the one before", "app.to_unserved(1)",
        in_footer=True, shown="n N"),
    Row("replay-previous", "N", "End before", "Go to the end before that was not served",
        "app.to_unserved(-1)", shown=""),
    Row("replay-bookmark", "m", "Mark", "Mark the moment, or take its mark away",
        "app.bookmark", in_footer=True),
    Row("replay-to-bookmark", "M", "Next mark", "Go to the next mark, from the last to the first",
        "app.to_bookmark"),
    Row("replay-go", "g", "Go to", "Go to a time: 12.5 or 1:02, or to a share of it all: 50%",
        "app.go", in_footer=True),
    Row("replay-slower", "left_square_bracket", "Slower",
        "Play slower or faster: from ¼× to 64×", "app.faster(-1)", in_footer=True, shown="[ ]",
        priority=True),
    Row("replay-faster", "right_square_bracket", "Faster", "Play faster", "app.faster(1)",
        in_footer=True, shown="", priority=True),
    Row("replay-skip-back", "shift+left", "5 s back", "Go 5 seconds back or on", "app.skip(-5)",
        shown="⇧← ⇧→"),
    Row("replay-skip-on", "shift+right", "5 s on", "Go 5 seconds on", "app.skip(5)", shown=""),
    Row("replay-start", "home", "Start",
        "Go to the beginning or the end; one that still grows is followed there", "app.to_start",
        shown="Home End", priority=True),
    Row("replay-end", "end", "End", "Go to the end", "app.to_end", shown="", priority=True),
))  # fmt: skip
GO = Place("go to", (
    Row("go-there", "enter", "Go", "Go there", "submit", in_footer=True),
    Row("go-nowhere", "escape", "Cancel", "Stay where it is", "back", in_footer=True),
))  # fmt: skip

_NOBODY = "This is a recording: nobody is here"
_WHY_NOT: Mapping[str, str] = {
    "add": "This is a recording: nobody can join it",
    "add-ten": "This is a recording: nobody can join it",
    "stop": f"{_NOBODY} to be stopped",
    "kill": f"{_NOBODY} to be killed",
    "pause": f"{_NOBODY} to be paused; {{play}} pauses the replay",
    "signal": f"{_NOBODY} to get a signal",
    "engine": "This is a recording: nobody comes next",
    "again": f"{_NOBODY} to brew again",
    "clear": "This is a recording: who finished stays, to be seen further back",
    "save-run": "This is a recording: it is saved already",
    "race-again": "This is a recording: the function is not here to be tasted again",
}
"""Why what needs live makers cannot be done, by the ids of its rows."""
_OTHERS = frozenset({"freeze", "select-first", "select-last", "select-lane-first",
                     "select-lane-last"})  # fmt: skip
"""Rows whose keys do something else in a replay."""
_LAST = frozenset({"palette", "help", "quit", "interrupt"})
_PROGRAM = {"quit": "Leave", "interrupt": "Leave with exit code 130"}


class Table(NamedTuple):
    """The keys of the first screen of a replay.

    Attributes:
        rows: what can be done, in the order of footer and help; its own keys first.
        live: what cannot, for the footer, where it is dimmed.
    """

    rows: tuple[Row, ...]
    live: tuple[Row, ...]

    @property
    def of_the_run(self) -> tuple[Row, ...]:
        """Those that the screen of the run has, too."""
        return self.rows[len(REPLAY.rows) :]

    @property
    def all(self) -> tuple[Row, ...]:
        """All of them, in the order of the footer: its last two are always seen."""
        first = [row for row in self.rows if row.id not in _LAST]
        last = [row for row in self.rows if row.id in _LAST]
        return (*first, *self.live, *last)


def _table(rows: Sequence[Row]) -> Table:
    told = [row._replace(tooltip=_PROGRAM.get(row.id, row.tooltip)) for row in rows]
    able = [row for row in told if row.id not in _OTHERS and row.id not in _WHY_NOT]
    return Table((*REPLAY.rows, *able), tuple(row for row in told if row.id in _WHY_NOT))


KITCHEN_REPLAY = _table(COMMANDS)
TASTE_REPLAY = _table(TASTE.rows)
KEYS_OF_ITS_OWN: tuple[Mapping[str, str], ...] = tuple(
    {row.id: row.keys for row in place.rows} for place in (REPLAY, GO)
)
"""Keys by the ids of their rows: what settings may name, whatever is shown."""
KEYS_OF_REPLAY: tuple[Mapping[str, str], ...] = tuple(
    {row.id: row.keys for row in table.rows} for table in (KITCHEN_REPLAY, TASTE_REPLAY)
)
"""For each first screen its rows' keys: in a replay they cannot be those of another row, too."""


def why_not(table: Table, keys: Mapping[str, str]) -> dict[str, str]:
    """Return why what needs live makers cannot be done, by its action.

    Args:
        table: the keys of the first screen.
        keys: how keys are written, by the ids of their rows.
    """
    play = keys.get("replay-play", "Space")
    return {row.action: _WHY_NOT[row.id].format(play=play) for row in table.live}
