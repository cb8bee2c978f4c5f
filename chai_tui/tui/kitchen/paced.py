"""Draws again and again, but not too often, and always after the last time it was asked."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

_GRACE = 0.75
"""Seconds for which it waits to be asked again: to draw with others costs less than alone."""


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
        self._is_asked = False  # for more than was drawn
        self._pause = 0.0
        self._has_timer = False

    def at_once(self) -> None:
        """Draw now."""
        self._drawn_at = self._clock()
        self._is_asked = False
        self._draw()

    def after(self, pause: float) -> None:
        """Draw once so many seconds have passed since the last time; now, if they have.

        Args:
            pause: 0 or less: now.
        """
        wait = self._drawn_at + pause - self._clock()
        if pause <= 0 or wait <= 0:
            self.at_once()
            return
        self._is_asked, self._pause = True, pause
        if not self._has_timer:
            self._has_timer = True
            self._widget.set_timer(wait + _GRACE, self._draw_at_last)

    def _draw_at_last(self) -> None:
        self._has_timer = False
        if self._is_asked:
            self.after(self._pause)
