"""Screens that are left once, however often and late somebody asks for it."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen


class LeavesOnce:
    """Mixed into a screen: comes before ``Screen`` or ``ModalScreen`` among its bases.

    Textual takes whatever screen is on top when one of them is dismissed. A click on Cancel just
    after Escape would take the kitchen away, and the program with it.
    """

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Leave with a result if this is the screen on top; else do nothing."""
        assert isinstance(self, Screen)  # noqa: S101 - for the type checker
        if self.app.screen_stack[-1:] != [self]:
            nothing: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]
            return nothing
        return Screen.dismiss(self, result)

    def action_back(self) -> None:
        """Leave the screen."""
        self.dismiss()
