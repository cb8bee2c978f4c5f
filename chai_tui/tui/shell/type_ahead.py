"""Hands a field what was typed before it had the focus."""

from __future__ import annotations

from collections import deque
from typing import Any

from textual.app import App
from textual.events import Event, Key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input

HELD_AT_MOST = 2.0
"""Seconds after which keys go on, whether what went before them was seen to pass or not."""

STRAYS = 64
"""How many keys may be on their way at once; the driver hands over fewer before it waits."""


class _Passed(Message):
    """Follows the keys that went elsewhere, through the same queues, and arrives behind them."""


class TypeAhead:
    """Mixed into an app whose screens make or show a field when a key asks for it.

    Textual gives a key to whatever has the focus when it arrives. What a quick typist types after
    ``/`` arrives before there is a field, bubbles up to the app, and would be lost there; what
    comes a moment later goes to the field at once, and would overtake it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._elsewhere: MessagePump | None = None
        """Who was given a key last, if that was not a field."""
        self._strays: deque[Key] = deque(maxlen=STRAYS)
        """Keys that no field was given; those that somebody keeps never come back."""
        self._held: list[Key] | None = None
        """Keys that wait for those before them; None: they go on at once."""
        self._field: Input | None = None
        """Whom they are for."""

    async def on_event(self, event: Event) -> None:
        """Hold a field's keys until those that were typed before have come back."""
        assert isinstance(self, App)  # noqa: S101 - for the type checker
        if isinstance(event, Key) and self._exit:
            return  # what it would open could not be mounted any more
        if isinstance(event, Key) and not event.is_forwarded and self.screen_stack:
            if self._held is not None:
                self._held.append(event)
                return
            if not isinstance(self.focused, Input):
                self._elsewhere = self.focused or self.screen
                self._strays.append(event)
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
        for event in [] if self._exit else held:
            if field is not None and field.is_attached and not field.screen.is_active:
                field.post_message(event)  # it was covered meanwhile: nobody else is meant
            else:
                await super().on_event(event)  # type: ignore[misc]

    async def on_key(self, event: Key) -> None:
        """Hand on what no field was given and nobody kept, now that there is one.

        It goes the field's own way, behind the news that the field has the focus: that selects what
        is in it, and a letter that was there already would be typed over by the next. An Enter goes
        that way too, behind the letters before it.
        """
        assert isinstance(self, App)  # noqa: S101 - for the type checker
        is_stray = any(stray is event for stray in self._strays)
        if is_stray and isinstance(self.focused, Input):
            event.prevent_default()  # what it would do here
            await super().on_event(Key(event.key, event.character))  # type: ignore[misc]
