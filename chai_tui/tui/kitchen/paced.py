"""Does something again and again, but not too often, and always after the last time it was asked."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

_SHORTEST = 0.1
"""Seconds that a timer waits at least."""


class Paced:
    """Draws what need not follow every sample.

    Args:
        widget: whose timers are used.
        draw: what is to be done.
        clock: seconds.
    """

    def __init__(
        self, widget: Widget, draw: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self._widget = widget
        self._draw = draw
        self._clock = clock
        self._drawn_at = float("-inf")
        self._draws_later = False  # whether a timer will

    def at_once(self) -> None:
        """Draw now."""
        self._drawn_at = self._clock()
        self._draw()

    def after(self, pause: float) -> None:
        """Draw once so many seconds have passed since the last time; now, if they have.

        Args:
            pause: 0 or less: now.
        """
        wait = self._drawn_at + pause - self._clock()
        if pause <= 0 or wait <= 0:
            self.at_once()
        elif not self._draws_later:
            self._draws_later = True
            self._widget.set_timer(max(wait, _SHORTEST), self._draw_at_last)

    def _draw_at_last(self) -> None:
        self._draws_later = False
        self.at_once()
