"""Everything a person can ask for: one table that feeds keys, footer, palette, help and README."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from chai_tui.engine import Engine
from chai_tui.source import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.tui.arrangement import Move

if TYPE_CHECKING:
    from chai_tui.tui.app import ChaiApp


class Row(NamedTuple):
    """One thing a person can ask for.

    Attributes:
        id: what a user's keymap calls it.
        keys: Textual's names of its keys, with commas between.
        label: one or two words, for the footer.
        tooltip: one sentence, for help, palette and README.
        action: Textual's action; ``app.`` works on every screen, ``screen.`` on the kitchen's.
        needs: the command that the source must accept; None if it needs none.
        in_footer: whether the footer has it, as long as there is room.
        shown: how help writes its keys; None for as they are, empty where another row speaks
            for this one.
        priority: whether it works even while something is typed in.
    """

    id: str
    keys: str
    label: str
    tooltip: str
    action: str
    needs: type[Command] | None = None
    in_footer: bool = False
    shown: str | None = None
    priority: bool = False

    @property
    def action_name(self) -> str:
        """The action without its namespace and parameters."""
        return self.action.partition(".")[2].partition("(")[0]


def _move(move: Move, keys: str, label: str, tooltip: str, shown: str | None = None) -> Row:
    return Row(
        f"select-{move.replace('_', '-')}",
        keys,
        label,
        tooltip,
        f"screen.move('{move}')",
        shown=shown,
    )


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
    Row("again", "r", "Again", "Brew the selected maker's recipe again, with a new maker",
        "app.again", BrewAgain, in_footer=True),
    Row("signal", "f9", "Signal", "Send a signal of your choice to the selected maker's process",
        "app.signal", SignalMaker),
    Row("zoom", "enter", "Zoom", "Show everything about the selected maker",
        "screen.zoom", in_footer=True),
    Row("filter", "slash", "Filter",
        "Show only makers whose number, state, recipe, engine or words match",
        "screen.filter", in_footer=True),
    Row("engine", "e", "Engine", "Choose recipe and engine of the makers added next",
        "app.engine", AddMakers, in_footer=True),
    Row("timeline", "t", "Timeline", "Show when each maker ran, and on which core",
        "app.timeline", in_footer=True),
    Row("freeze", "space", "Freeze", "Freeze the display, or catch up with what happened",
        "app.freeze", in_footer=True),
    Row("clear", "c", "Clear", "Take those who finished off the screen",
        "app.clear", in_footer=True),
    Row("sort-next", "greater_than_sign", "Sort",
        "Sort by the next of number, state, CPU, memory, place", "screen.sort(1)", shown="< >"),
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
"""The table. Its order is the order of footer and help."""

KEY_IDS: frozenset[str] = frozenset(row.id for row in COMMANDS)
"""What a user's keymap may name."""

_NEEDS: dict[str, type[Command] | None] = {row.action_name: row.needs for row in COMMANDS}


def bindings(namespace: str) -> list[Binding]:
    """Return the bindings of the rows whose actions are in a namespace: ``app`` or ``screen``."""
    return [
        Binding(
            row.keys,
            row.action,
            row.label,
            show=row.in_footer,
            tooltip=row.tooltip,
            id=row.id,
            priority=row.priority,
        )
        for row in COMMANDS
        if row.action.startswith(f"{namespace}.")
    ]


def is_accepted(action_name: str, accepted: frozenset[type[Command]]) -> bool:
    """Return whether a source that accepts these commands can do what an action needs."""
    needs = _NEEDS.get(action_name)
    return needs is None or needs in accepted


_KEY_SIGNS = {
    "enter": "⏎",
    "escape": "Esc",
    "space": "Space",
    "slash": "/",
    "plus": "+",
    "minus": "−",
    "question_mark": "?",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_sign(key: str) -> str:
    """Return how a key is written: ``⏎``, ``^p``, ``F9``, ``/``."""
    *modifiers, plain = key.split("+")
    sign = _KEY_SIGNS.get(plain, plain)
    if re.fullmatch(r"f\d+", sign):
        sign = sign.upper()
    for modifier in modifiers:
        sign = {"ctrl": "^", "shift": "⇧"}.get(modifier, f"{modifier}+") + sign
    return sign


def keys_text(row: Row) -> str:
    """Return a row's keys as help and README write them; empty if another row speaks for it."""
    if row.shown is not None:
        return row.shown
    return " ".join(key_sign(key) for key in row.keys.split(","))


def listed_rows() -> list[Row]:
    """Return the rows that help and README list."""
    return [row for row in COMMANDS if keys_text(row)]


class KitchenCommands(Provider):
    """Every row in the command palette, and every recipe and engine to brew with next."""

    @property
    def _chai_app(self) -> ChaiApp:
        from chai_tui.tui.app import ChaiApp  # noqa: PLC0415 - the app imports this module

        assert isinstance(self.app, ChaiApp)  # noqa: S101 - for the type checker
        return self.app

    def _offers(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """Name, explanation and call of everything that can be done now."""
        app, screen = self._chai_app, self.screen
        for row in COMMANDS:
            node = app if row.action.startswith("app.") else screen
            has_it = hasattr(node, f"action_{row.action_name}")
            if has_it and row.id != "palette" and is_accepted(row.action_name, app.accepts):
                yield f"{row.label}", row.tooltip, partial(app.run_action, row.action)
        if AddMakers not in app.accepts:
            return
        for recipe in app.recipes:
            steps = ", ".join(f"{step.name} ({step.kind})" for step in recipe.steps[:6])
            yield f"Brew {recipe.name} next", steps, partial(app.brew_next, recipe=recipe)
        for engine in Engine:
            yield (
                f"Seat the next makers as {engine}",
                "Every process its own memory and GIL"
                if engine is Engine.PROCESS
                else "Makers share one process",
                partial(app.brew_next, engine=engine),
            )

    async def discover(self) -> Hits:
        """Offer everything before anything is typed."""
        for name, tooltip, call in self._offers():
            yield DiscoveryHit(name, call, help=tooltip)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for name, tooltip, call in self._offers():
            # Its sentence counts too: people search for "restart" as well as for "Again".
            score = max(matcher.match(name), 0.8 * matcher.match(tooltip))
            if score > 0:
                yield Hit(score, matcher.highlight(name), call, help=tooltip)
