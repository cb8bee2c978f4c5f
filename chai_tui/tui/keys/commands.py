"""The kitchen's keys: one table that feeds bindings, footer, palette, help and README."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter

from textual.binding import Binding

from chai_tui.model.commands import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.tui.keys.move import Move
from chai_tui.tui.keys.rows import Row
from chai_tui.tui.keys.screen_keys import PLACES


def _move(move: Move, keys: str, label: str, tooltip: str, shown: str | None = None) -> Row:
    row_id = f"select-{move.replace('_', '-')}"
    return Row(row_id, keys, label, tooltip, f"screen.move('{move}')", shown=shown)


COMMANDS: tuple[Row, ...] = (
    Row("add", "a", "Add", "Add a maker with the current recipe and engine",
        "app.add(1)", AddMakers, in_footer=True),
    Row("add-ten", "A", "Add ten", "Add ten makers", "app.add(10)", AddMakers),
    Row("stop", "k", "Stop",
        "Ask the selected maker to stop; a process gets SIGTERM and, after a grace, SIGKILL",
        "app.stop", StopMaker, in_footer=True),
    Row("kill", "K", "Kill", "End the selected maker's process with SIGKILL, now",
        "app.kill", KillMaker, in_footer=True),
    Row("pause", "z", "Pause", "Pause the selected maker's process, or let it run again",
        "app.pause", PauseMaker, in_footer=True),
    Row("signal", "f9", "Signal", "Send a signal of your choice to the selected maker's process",
        "app.signal", SignalMaker),
    Row("zoom", "enter", "Zoom", "Show everything about the selected maker",
        "screen.zoom", in_footer=True),
    Row("engine", "e", "Engine", "Choose recipe and engine of the makers added next",
        "app.engine", AddMakers, in_footer=True),
    Row("timeline", "t", "Timeline", "Show when each maker ran, and on which core",
        "app.timeline", in_footer=True),
    Row("findings", "F", "Found",
        "Show what was found to be wrong with a program, each with time and evidence",
        "app.findings", in_footer=True),
    Row("again", "r", "Again", "Brew the selected maker's recipe again, with a new maker",
        "app.again", BrewAgain, in_footer=True),
    Row("filter", "slash", "Filter",
        "Show only makers whose number, state, recipe, engine or words match",
        "screen.filter", in_footer=True),
    Row("freeze", "space", "Freeze", "Freeze the display, or catch up with what happened",
        "app.freeze", in_footer=True),
    Row("clear", "c", "Clear", "Take those who finished off the screen",
        "app.clear", in_footer=True),
    Row("save-run", "w", "Save run",
        "Save the run so far as a recording, for replay, export and diff", "app.save_run"),
    Row("log", "l", "Log", "Show all that happened", "app.log"),
    Row("large", "L", "Large print", "Show fewer facts in larger panels, or all of them again",
        "app.large"),
    Row("tree", "T", "Tree",
        "Show a program's processes under those that started them, or in one list",
        "screen.tree"),
    Row("sort-next", "greater_than_sign", "Sort",
        "Sort by the next of number, state, CPU, memory, place (of a program: name)",
        "screen.sort(1)", shown="< >"),
    Row("sort-previous", "less_than_sign", "Sort back", "Sort by the one before",
        "screen.sort(-1)", shown=""),
    _move(Move.UP, "up", "Up", "Select with the arrows", "↑ ↓ ← →"),
    _move(Move.DOWN, "down", "Down", "Select the maker below", ""),
    _move(Move.LEFT, "left", "Left", "Select the maker to the left", ""),
    _move(Move.RIGHT, "right", "Right", "Select the maker to the right", ""),
    _move(Move.NEXT, "tab", "Next", "Select the next maker, or the one before", "Tab ⇧Tab"),
    _move(Move.PREVIOUS, "shift+tab", "Previous", "Select the maker before", ""),
    _move(Move.PAGE_UP, "pageup", "Page up", "Select a page further up or down", "PgUp PgDn"),
    _move(Move.PAGE_DOWN, "pagedown", "Page down", "Select a page further down", ""),
    _move(Move.FIRST, "home", "First", "Select the first or the last maker", "Home End"),
    _move(Move.LAST, "end", "Last", "Select the last maker", ""),
    *(
        Row(f"select-{number}", str(number), f"#{number}",
            "Select Chai Maker #1 to #9" if number == 1 else f"Select Chai Maker #{number}",
            f"screen.choose({number})", shown="1 – 9" if number == 1 else "")
        for number in range(1, 10)
    ),
    Row("clear-filter", "escape", "Show all", "Leave the filter: show all makers",
        "screen.show_all"),
    Row("palette", "ctrl+p", "Palette", "Find anything here by name",
        "app.command_palette", in_footer=True),
    Row("help", "question_mark,f1", "Help", "What the keys do, and what is on the screen",
        "app.help", in_footer=True),
    Row("quit", "q,ctrl+q", "Quit", "End every maker and leave", "app.quit", in_footer=True),
    Row("interrupt", "ctrl+c", "Interrupt", "End every maker and leave with exit code 130",
        "app.interrupt", priority=True),
)  # fmt: skip
"""The table. Its order is the order of footer and help. What 80 columns show of the footer ends
before ``again``."""

KEYS_OF_SCREENS: tuple[Mapping[str, str], ...] = (
    {row.id: row.keys for row in COMMANDS},
    *(
        {row.id: row.keys for place in places for row in place.rows}
        for _, places in groupby(PLACES, attrgetter("name"))
    ),
)
"""For each screen its rows' keys by their ids: on one screen a key has one meaning."""

_NEEDS: dict[str, type[Command] | None] = {row.action_name: row.needs for row in COMMANDS}


def bindings(namespace: str) -> list[Binding]:
    """Return the bindings of the rows whose actions are in a namespace: ``app`` or ``screen``."""
    return [row.binding for row in COMMANDS if row.action.startswith(f"{namespace}.")]


def is_accepted(action_name: str, accepted: frozenset[type[Command]]) -> bool:
    """Return whether a source that accepts these commands can do what an action needs."""
    needs = _NEEDS.get(action_name)
    return needs is None or needs in accepted
