"""The footer: the keys of the screen as they are bound now, drawn as one line, clickable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.app import App
from textual.dom import DOMNode
from textual.events import Click, Mount, MouseMove, Unmount
from textual.screen import Screen
from textual.widget import Widget

from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.rows import key_sign

PINNED = 2
"""The last hints, help and quit, stay whatever the width is."""


class Hint(NamedTuple):
    """A key in the footer.

    Attributes:
        key: as it is written.
        label: what it does, in a word.
        action: Textual's action.
        tooltip: what it does, in a sentence.
        enabled: whether it can be done; else it is dimmed.
        owner: whose action it is; None for the screen's.
    """

    key: str
    label: str
    action: str
    tooltip: str
    enabled: bool
    owner: DOMNode | None = None

    @property
    def width(self) -> int:
        """Cells it takes, with one on each side."""
        return cell_len(self.key) + cell_len(self.label) + 3


class Placed(NamedTuple):
    """A hint and the cell where it begins."""

    x: int
    hint: Hint


def place_hints(hints: Sequence[Hint], width: int) -> list[Placed]:
    """Return the hints for which there is room, from the left.

    Args:
        hints: all there are; the last ``PINNED`` are always placed.
        width: in cells.
    """
    pinned = hints[-PINNED:]
    room = width - sum(hint.width for hint in pinned)
    chosen: list[Hint] = []
    for hint in hints[:-PINNED]:
        if hint.width > room:
            break
        room -= hint.width
        chosen.append(hint)
    x = 0
    placed: list[Placed] = []
    for hint in (*chosen, *pinned):
        placed.append(Placed(x, hint))
        x += hint.width
    return placed


def hints_line(placed: Sequence[Placed]) -> Line:
    """Draw the hints."""
    line: Line = []
    for _, hint in placed:
        key, label = ("strong", "") if hint.enabled else ("dim", "dim")
        line += [(f" {hint.key}", key), (f" {hint.label} ", label)]
    return line


_TABLE_ORDER = {row.action: index for index, row in enumerate(COMMANDS)}


def _in_table_order(hints: dict[str, Hint], order: Mapping[str, int]) -> list[Hint]:
    """In the table's order, wherever the keys are bound; first those of the shown screen alone."""
    return sorted(hints.values(), key=lambda hint: order.get(hint.action, 0))


class KeyLine(Painted):
    """The footer."""

    DEFAULT_CSS = """
    KeyLine { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._placed: list[Placed] = []

    def on_mount(self, _event: Mount) -> None:
        """Follow what is bound."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def on_unmount(self, _event: Unmount) -> None:
        """Follow no more."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the keys that are bound and shown."""
        hints: dict[str, Hint] = {}
        field = self._typed_in
        # A program that is not ours can never be added to: what is dim has no room there.
        shows_dim = not _is_program(self.app)
        for owner, binding, enabled, tooltip in self.screen.active_bindings.values():
            wanted = binding.show and (enabled or shows_dim)
            if wanted and binding.action not in hints and field in (None, owner):
                hints[binding.action] = Hint(
                    key_sign(binding.key),
                    binding.description,
                    binding.action,
                    tooltip,
                    enabled,
                    owner,
                )
        self._placed = place_hints(
            _in_table_order(hints, getattr(self.app, "key_order", _TABLE_ORDER)), width
        )
        return [hints_line(self._placed)][:height]

    @property
    def _typed_in(self) -> DOMNode | None:
        """The field that is typed in, if there is one: other keys are only letters then."""
        focused = self.screen.focused
        return focused if focused is not None and focused.check_consume_key("a", "a") else None

    def _hint_at(self, x: int) -> Hint | None:
        return next((hint for start, hint in self._placed if start <= x < start + hint.width), None)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Say in a sentence what the key under the pointer does."""
        hint = self._hint_at(event.x)
        tooltip = hint.tooltip if hint is not None else None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        hint = self._hint_at(event.x)
        if hint is not None:
            event.stop()
            await self.app.run_action(hint.action, hint.owner or self.screen)


def _is_program(app: App[object]) -> bool:
    """Whether what is shown is a program that is not ours."""
    floor = getattr(app, "floor", None)
    return isinstance(floor, Floor) and floor.run.is_program


def foot(app: App[object]) -> Iterator[Widget]:
    """Yield what stands at the foot of every screen of an app: the keys, and above them its bar.

    Args:
        app: with a method ``bar`` that makes one, if it has any.
    """
    if (bar := getattr(app, "bar", None)) is not None:
        yield bar()
    yield KeyLine()


def foot_lines(app: App[object]) -> int:
    """Return how many lines that is."""
    return 2 if hasattr(app, "bar") else 1
