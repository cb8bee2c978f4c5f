"""Hands a field what was typed before it had the focus."""

from __future__ import annotations

from textual.app import App
from textual.events import Key


class TypeAhead:
    """Mixed into an app whose screens make or show a field when a key asks for it.

    Textual gives a key to whatever has the focus when it arrives. What a quick typist types after
    ``/`` arrives before there is a field, bubbles up to the app, and would be lost there.
    """

    def on_key(self, event: Key) -> None:
        """Type it: a field keeps what it can type, so what comes here never was there."""
        assert isinstance(self, App)  # noqa: S101 - for the type checker
        type_in = getattr(self.focused, "insert_text_at_cursor", None)
        if type_in is not None and event.is_printable and event.character is not None:
            type_in(event.character)
