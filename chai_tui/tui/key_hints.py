"""One line that says which keys a screen has; a click on one is a press of it."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from chai_tui.tui.commands import key_sign
from chai_tui.tui.ink import INKS, InkWell, Line


class Hint(NamedTuple):
    """A key as it is shown, what it does, and the action behind it."""

    key: str
    label: str
    action: str


def hints_line(hints: list[Hint]) -> tuple[Line, list[tuple[int, int, str]]]:
    """Return the drawn hints, and from which cell to which each one's action reaches."""
    line: Line = []
    reaches: list[tuple[int, int, str]] = []
    at = 0
    for hint in hints:
        reach = 2 + cell_len(hint.key) + cell_len(hint.label)
        line += [(" ", ""), (hint.key, "strong"), (" ", ""), (hint.label, "dim"), (" ", "")]
        reaches.append((at, at + reach, hint.action))
        at += reach + 1
    return line, reaches


class KeyHints(Widget):
    """The keys of its screen, as they are bound now; those of the app behind it are left out."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{ink}" for ink in INKS}
    DEFAULT_CSS = """
    KeyHints {
        dock: bottom;
        height: 1;
        background: $footer-background;
        color: $footer-foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._inks = InkWell(self)

    def hints(self) -> list[Hint]:
        """Return the screen's own keys, in the order of its bindings."""
        declared = [binding.id for binding in self.screen.BINDINGS if isinstance(binding, Binding)]
        found: dict[str | None, Hint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.node is self.screen and binding.show and binding.id in declared:
                hint = Hint(self._shown(binding), binding.description, binding.action)
                found.setdefault(binding.id, hint)
        return [found[id_] for id_ in declared if id_ in found]

    def _shown(self, binding: Binding) -> str:
        sign = binding.key_display or key_sign(binding.key)
        # Textual knows more names than the table of commands needs: "plus" is +.
        return self.app.get_key_display(binding) if sign == binding.key else sign

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self._inks.strip(hints_line(self.hints())[0] if y == 0 else [], self.size.width)

    def notify_style_update(self) -> None:
        """The theme may have changed: look the inks up again."""
        super().notify_style_update()
        self._inks.clear()

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        for start, stop, action in hints_line(self.hints())[1]:
            if start <= event.x < stop:
                event.stop()
                await self.screen.run_action(action)
                return
