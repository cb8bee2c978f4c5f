"""What is drawn less often than samples come, and yet at last."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual.widget import Widget

from chai_tui.tui.kitchen.paced import Paced


class Screen:
    """Has a clock, timers that a test lets run, and a count of what was drawn."""

    def __init__(self) -> None:
        self.now = 100.0
        self.drawn = 0
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.paced = Paced(cast("Widget", self), self.draw, lambda: self.now)

    def draw(self) -> None:
        self.drawn += 1

    def set_timer(self, delay: float, callback: Callable[[], None]) -> None:
        self.timers.append((self.now + delay, callback))

    def let_pass(self, seconds: float) -> None:
        """Let time pass, and the timers ring that are due."""
        until = self.now + seconds
        while due := [timer for timer in self.timers if timer[0] <= until]:
            self.timers.remove(first := min(due, key=lambda timer: timer[0]))
            self.now = max(self.now, first[0])
            first[1]()
        self.now = until


def test_the_first_time_is_at_once_and_the_next_after_a_pause() -> None:
    screen = Screen()
    screen.paced.after(1.0)
    assert screen.drawn == 1
    screen.let_pass(0.5)
    screen.paced.after(1.0)
    assert screen.drawn == 1
    screen.let_pass(0.5)
    screen.paced.after(1.0)
    assert screen.drawn == 2


def test_what_was_asked_last_is_drawn_though_nobody_asks_again() -> None:
    screen = Screen()
    screen.paced.after(1.0)
    screen.let_pass(0.1)
    screen.paced.after(1.0)
    screen.let_pass(2.0)
    assert screen.drawn == 2
    screen.let_pass(10.0)
    assert screen.drawn == 2, "and only once"


def test_whoever_cannot_wait_need_not() -> None:
    screen = Screen()
    screen.paced.after(1.0)
    screen.paced.after(0.0)
    screen.paced.at_once()
    assert screen.drawn == 3
    screen.let_pass(10.0)
    assert screen.drawn == 3


def test_asked_all_the_time_it_draws_once_a_pause() -> None:
    screen = Screen()
    for _ in range(40):
        screen.paced.after(0.9)
        screen.let_pass(0.5)
    assert screen.drawn == 20
