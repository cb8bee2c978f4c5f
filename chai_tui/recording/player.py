"""Plays a film: where it is, how fast it goes, and what happens next. Pure but for its clock."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from typing import NamedTuple

from chai_tui.model.events import Event
from chai_tui.recording.film import Ending, Film
from chai_tui.state.floor import Floor
from chai_tui.state.records import State

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
MOST_AT_ONCE = 20_000
"""Events that are played in one turn at most: more are jumped over, as a seek does."""


class Turn(NamedTuple):
    """What a turn of the player comes to.

    Attributes:
        events: what happened since the one before, to fold into the floor that was shown.
        floor: the floor to show instead of it, where the player jumped; else None.
    """

    events: list[Event]
    floor: Floor | None = None


class Player:
    """Where a film is.

    Attributes:
        film: what is played.
        position: how many events have happened at the moment that is shown.
        at: that moment, in the events' seconds.
        speed: seconds of the film for each of ours.
        is_playing: whether it goes on by itself. At the end of a film that still grows it goes on
            as that does.
        bookmarks: moments, in the events' seconds, ascending.
    """

    def __init__(self, film: Film, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.film = film
        self.position = 0
        self.at = film.began
        self.speed = 1.0
        self.is_playing = True
        self.bookmarks: list[float] = []
        self._clock = clock
        self._turned_at = clock()
        self._wanted: int | None = None  # the position to jump to with the next turn
        self._at_end = False

    @property
    def follows(self) -> bool:
        """Whether it is at the end of what there is, and will go on as that does."""
        return self._at_end and self.is_playing and not self.film.is_complete

    @property
    def is_at_end(self) -> bool:
        """Whether nothing more comes after what is shown."""
        return self.position >= self.film.count and self._wanted in (None, self.film.count)

    # What keys do: nothing is read or folded before the next turn, so held keys cost nothing

    def toggle(self) -> None:
        """Play, or pause; at the end of a whole film play from the beginning."""

    def step(self, events: int) -> None:
        """Go on, or back, by so many events, and pause."""

    def skip(self, seconds: float) -> None:
        """Go on, or back, by so many seconds of the film."""

    def seek(self, at: float) -> None:
        """Go to a moment, in the events' seconds."""

    def to_start(self) -> None:
        """Go to the beginning."""

    def to_end(self) -> None:
        """Go to the end; of a film that still grows, stay there."""

    def faster(self, steps: int) -> None:
        """Play faster by so many steps of :data:`SPEEDS`, or slower."""
        index = min(len(SPEEDS) - 1, max(0, bisect_left(SPEEDS, self.speed) + steps))
        self.speed = SPEEDS[index]

    def to_unserved(self, direction: int) -> Ending | None:
        """Go to the next end of a maker that was not served (1), or to the one before (-1).

        Returns:
            That end; None if there is none.
        """
        positions = [end.position for end in self.film.ends]
        if direction > 0:
            ends = self.film.ends[bisect_right(positions, self.position) :]
        else:
            ends = self.film.ends[: bisect_left(positions, self.position)][::-1]
        return next((end for end in ends if end.state is not State.SERVED), None)

    def bookmark(self) -> bool:
        """Mark the moment that is shown, or take its mark away; return whether it has one now."""
        if self.at in self.bookmarks:
            self.bookmarks.remove(self.at)
            return False
        insort(self.bookmarks, self.at)
        return True

    def turn(self) -> Turn:
        """Let the time pass that did, and jump if a key asked for it; return what to show."""
        return Turn([])
