"""The keys of a tasting: one table that feeds bindings, footer, palette and help."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding

from chai_tui.model.commands import Command, RaceAgain
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.rows import Row
from chai_tui.tui.keys.screen_keys import Place

_KITCHENS = {row.id: row for row in COMMANDS}


def _kitchens(row_id: str, tooltip: str = "") -> Row:
    """A row of the kitchen, so that a key that somebody gave it is the same here."""
    row = _KITCHENS[row_id]
    return row._replace(tooltip=tooltip or row.tooltip)


TASTE = Place("tasting", (
    Row("race-rounds", "enter", "Rounds", "Show every round of the chosen lane, as measured",
        "screen.rounds", in_footer=True),
    Row("race-save", "s", "Save", "Save every number that was measured, as JSON",
        "app.save", in_footer=True),
    Row("race-again", "r", "Again", "Taste the function again, from the beginning",
        "app.race_again", RaceAgain, in_footer=True),
    Row("race-printed", "o", "Printed", "Show what the function printed",
        "app.printed", in_footer=True),
    _kitchens("save-run"),
    _kitchens("timeline", "Show when each worker ran, and on which core"),
    _kitchens("log"),
    _kitchens("large", "Show fewer facts with more contrast, or all of them again"),
    Row("select-lane-up", "up", "Up", "Choose a lane", "screen.lane(-1)", shown="↑ ↓"),
    Row("select-lane-down", "down", "Down", "Choose the lane below", "screen.lane(1)", shown=""),
    Row("select-lane-first", "home", "First", "Choose the first or the last lane",
        "screen.lane(-1000)", shown="Home End"),
    Row("select-lane-last", "end", "Last", "Choose the last lane", "screen.lane(1000)", shown=""),
    _kitchens("palette"),
    _kitchens("help"),
    _kitchens("quit", "End the tasting and leave"),
    _kitchens("interrupt", "End the tasting and leave with exit code 130"),
))  # fmt: skip
"""The table of the first screen. Its order is the order of footer and help."""
ROUNDS = Place("rounds", (
    Row("rounds-back", "escape,enter,q", "Back", "Go back to the race", "back", in_footer=True),
    Row("rounds-previous", "left", "Previous", "Show the lane before", "neighbour(-1)",
        in_footer=True),
    Row("rounds-next", "right", "Next", "Show the next lane", "neighbour(1)", in_footer=True),
))  # fmt: skip
PRINTED = Place("printed", (
    Row("printed-back", "escape,o,q", "Back", "Go back to the race", "back", in_footer=True),
))  # fmt: skip

KEYS_OF_TASTING: tuple[Mapping[str, str], ...] = tuple(
    {row.id: row.keys for row in place.rows} for place in (TASTE, ROUNDS, PRINTED)
)
"""For each of these screens its rows' keys by their ids."""

_NEEDS = {row.action_name: row.needs for row in TASTE.rows}


def taste_bindings(namespace: str) -> list[Binding]:
    """Return the bindings of the rows whose actions are in a namespace: ``app`` or ``screen``."""
    return [row.binding for row in TASTE.rows if row.action.startswith(f"{namespace}.")]


def may_be_done(action_name: str, accepted: frozenset[type[Command]]) -> bool:
    """Return whether a source that accepts these commands can do what an action needs."""
    needs = _NEEDS.get(action_name)
    return needs is None or needs in accepted
