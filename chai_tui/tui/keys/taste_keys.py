"""The keys of a tasting: one table that feeds bindings, footer, palette and help."""

from __future__ import annotations

from textual.binding import Binding

from chai_tui.model.commands import Command, RaceAgain
from chai_tui.tui.keys.rows import Row
from chai_tui.tui.keys.screen_keys import Place

TASTE = Place("tasting", (
    Row("race-rounds", "enter", "Rounds", "Show every round of the chosen lane, as measured",
        "screen.rounds", in_footer=True),
    Row("race-save", "s", "Save", "Save every number that was measured, as JSON",
        "app.save", in_footer=True),
    Row("race-again", "r", "Again", "Taste the function again, from the beginning",
        "app.race_again", RaceAgain, in_footer=True),
    Row("race-printed", "o", "Printed", "Show what the function printed",
        "app.printed", in_footer=True),
    Row("race-timeline", "t", "Timeline", "Show when each worker ran, and on which core",
        "app.timeline", in_footer=True),
    Row("race-log", "l", "Log", "Show all that happened", "app.log"),
    Row("race-large", "L", "Large print", "Show it with more contrast and fewer facts, or all of them again",
        "app.large"),
    Row("race-up", "up", "Up", "Choose a lane", "screen.lane(-1)", shown="↑ ↓"),
    Row("race-down", "down", "Down", "Choose the lane below", "screen.lane(1)", shown=""),
    Row("race-first", "home", "First", "Choose the first or the last lane", "screen.lane(-1000)",
        shown="Home End"),
    Row("race-last", "end", "Last", "Choose the last lane", "screen.lane(1000)", shown=""),
    Row("race-palette", "ctrl+p", "Palette", "Find anything here by name",
        "app.command_palette", in_footer=True),
    Row("race-help", "question_mark,f1", "Help", "What the keys do, and what is on the screen",
        "app.help", in_footer=True),
    Row("race-quit", "q,ctrl+q", "Quit", "End the tasting and leave", "app.quit", in_footer=True),
    Row("race-interrupt", "ctrl+c", "Interrupt", "End the tasting and leave with exit code 130",
        "app.interrupt", priority=True),
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

_NEEDS = {row.action_name: row.needs for row in TASTE.rows}


def taste_bindings(namespace: str) -> list[Binding]:
    """Return the bindings of the rows whose actions are in a namespace: ``app`` or ``screen``."""
    return [row.binding for row in TASTE.rows if row.action.startswith(f"{namespace}.")]


def may_be_done(action_name: str, accepted: frozenset[type[Command]]) -> bool:
    """Return whether a source that accepts these commands can do what an action needs."""
    needs = _NEEDS.get(action_name)
    return needs is None or needs in accepted
