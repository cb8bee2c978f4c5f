"""Hands a field what was typed before it had the focus."""

from __future__ import annotations

from textual.app import App
from textual.events import Event, Key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input

HELD_AT_MOST = 0.5
"""Seconds after which keys go on, whether what went before them was seen to pass or not."""


class _Passed(Message):
    """Follows the keys that went elsewhere, through the same queues, and arrives behind them."""


class TypeAhead:
    """Mixed into an app whose screens make or show a field when a key asks for it.

    Textual gives a key to whatever has the focus when it arrives. What a quick typist types after
    ``/`` arrives before there is a field, bubbles up to the app, and would be lost there; what
    comes a moment later goes to the field at once, and would overtake it.
    """

    _elsewhere: MessagePump | None = None
    """Who was given a key last, if that was not a field."""
    _held: list[Key] | None = None
    """Keys that wait for those before them; None: they go on at once."""
    _field: Input | None = None
    """Whom they are for."""

    async def on_event(self, event: Event) -> None:
        """Hold a field's keys until those that were typed before have come back."""
        assert isinstance(self, App)  # noqa: S101 - for the type checker
        if isinstance(event, Key) and not event.is_forwarded and self.screen_stack:
            if self._held is not None:
                self._held.append(event)
                return
            if not isinstance(self.focused, Input):
                self._elsewhere = self.focused or self.screen
            elif self._elsewhere is not None:
                elsewhere, self._elsewhere = self._elsewhere, None
                if elsewhere.post_message(_Passed()):
                    self._held, self._field = [event], self.focused
                    self.set_timer(HELD_AT_MOST, self._let_go)
                    return
        await super().on_event(event)  # type: ignore[misc]

    async def on__passed(self) -> None:
        """Let the field have its keys now."""
        await self._let_go()

    async def _let_go(self) -> None:
        assert isinstance(self, App)  # noqa: S101 - for the type checker
        held, self._held = self._held or [], None
        field, self._field = self._field, None
        for event in held:
            if field is not None and field.is_attached and not field.screen.is_active:
                field.post_message(event)  # it was covered meanwhile: nobody else is meant
            else:
                await super().on_event(event)  # type: ignore[misc]

    def on_key(self, event: Key) -> None:
        """Hand it on: a field keeps what it can type, so what comes here never was there.

        It goes the field's own way, behind the news that the field has the focus: that selects what
        is in it, and a letter that was there already would be typed over by the next.
        """
        assert isinstance(self, App)  # noqa: S101 - for the type checker
        if isinstance(self.focused, Input) and event.is_printable:
            self.focused.post_message(Key(event.key, event.character))
