"""Plays a film: where it is, how fast it goes, and what happens next. Pure but for its clock."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

from chai_tui.model.events import Event
from chai_tui.recording.playing.film import Ending, Film
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
MOST_AT_ONCE = 10_000
"""Events that are played in one turn at most: more are jumped over, which costs as much."""
MOST_SECONDS = 1.0
"""So much of our time passes in a turn at most: in a longer one the process was stopped, as by
Ctrl-Z, and nobody would have seen what was played."""
_POSITION = attrgetter("position")


class Turn(NamedTuple):
    """What a turn of the player comes to.

    Attributes:
        events: what happened since the one before, to fold into the floor that was shown.
        floor: the floor to show instead of it, where the player jumped; else None.
    """

    events: list[Event]
    floor: Floor | None = None


class _Place(NamedTuple):
    """A moment, in the events' seconds, and how many events have happened then."""

    at: float
    position: int


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

    def __init__(
        self,
        film: Film,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        """Begin at the beginning.

        Args:
            film: what is played.
            clock: our seconds.
            most_seconds: of ours that pass in a turn at most.
        """
        self.film = film
        self.position = 0
        self.at = film.began
        self.speed = 1.0
        self.is_playing = True
        self.bookmarks: list[float] = []
        self._clock = clock
        self._most_seconds = most_seconds
        self._turned_at = clock()
        self._wanted: _Place | None = None  # where the next turn goes to
        self._stays_at_end = False

    @property
    def follows(self) -> bool:
        """Whether it is at the end of what there is, and will go on as that does."""
        return self._stays_at_end and self.is_playing and not self.film.is_complete

    @property
    def is_at_end(self) -> bool:
        """Whether nothing more comes after what is shown."""
        return self._place.position >= self.film.count

    @property
    def _place(self) -> _Place:
        """Where it is, or will be with the next turn."""
        return self._wanted or _Place(self.at, self.position)

    # What keys do: nothing is read or folded before the next turn, so held keys cost nothing

    def toggle(self) -> None:
        """Play, or pause; at the end of a whole film play from the beginning."""
        self.is_playing = not self.is_playing
        self._turned_at = self._clock()
        if self.is_playing and self.film.is_complete and self.is_at_end:
            self.to_start()

    def step(self, events: int) -> None:
        """Go on, or back, by so many events, and pause."""
        position = min(self.film.count, max(0, self._place.position + events))
        self.is_playing = False
        self._go(_Place(self.film.time_at(position), position))

    def skip(self, seconds: float) -> None:
        """Go on, or back, by so many seconds of the film."""
        self.seek(self._place.at + seconds)

    def seek(self, at: float) -> None:
        """Go to a moment, in the events' seconds."""
        at = min(self.film.ended, max(self.film.began, at))
        self._go(_Place(at, self.film.position_at(at)))

    def to_start(self) -> None:
        """Go to the beginning."""
        self.seek(self.film.began)

    def to_end(self) -> None:
        """Go to the end; of a film that still grows, or is still read, stay there."""
        self.seek(self.film.ended)
        if not self.film.is_complete:
            self._stays_at_end = self.is_playing = True

    def faster(self, steps: int) -> None:
        """Play faster by so many steps of :data:`SPEEDS`, or slower."""
        index = min(len(SPEEDS) - 1, max(0, bisect_left(SPEEDS, self.speed) + steps))
        self.speed = SPEEDS[index]

    def to_unserved(self, direction: int) -> Ending | None:
        """Go to the next end of a maker that was not served (1), or to the one before (-1).

        Returns:
            That end; None if there is none.
        """
        ends, position = self.film.ends, self._place.position
        if direction > 0:
            indexes = range(bisect_right(ends, position, key=_POSITION), len(ends))
        else:
            indexes = range(bisect_left(ends, position, key=_POSITION) - 1, -1, -1)
        for index in indexes:
            end = ends[index]
            if end.state not in {State.SERVED, State.DONE}:
                self._go(_Place(end.at, end.position))
                return end
        return None

    def bookmark(self) -> bool:
        """Mark the moment that is shown, or take its mark away; return whether it has one now."""
        at = self._place.at
        if at in self.bookmarks:
            self.bookmarks.remove(at)
            return False
        insort(self.bookmarks, at)
        return True

    def to_bookmark(self, direction: int) -> float | None:
        """Go to the next bookmark (1), or to the one before (-1).

        Returns:
            Its moment, in the events' seconds; None if there is none.
        """
        marks, at = self.bookmarks, self._place.at
        there = [mark for mark in marks if (mark > at if direction > 0 else mark < at)]
        if not there:
            return None
        found = there[0 if direction > 0 else -1]
        self.seek(found)
        return found

    def _go(self, place: _Place) -> None:
        self._wanted = self._since_it_began(place)
        self._stays_at_end = False

    def turn(self) -> Turn:
        """Let the time pass that did, and jump if a key asked for it; return what to show.

        Raises:
            RecordingError: what happened cannot be read again.
        """
        film = self.film
        # In this order: once it is complete, nothing is added.
        is_complete, count = film.is_complete, film.count
        now = self._clock()
        passed = min(self._most_seconds, max(0.0, now - self._turned_at))
        self._turned_at = now
        place = _Place(self.at, self.position)
        if self._wanted is not None:
            place, self._wanted = self._wanted, None
        elif self.is_playing:
            ended = film.time_at(count)
            at = ended if self._stays_at_end else min(ended, self.at + passed * self.speed)
            place = _Place(at, count if at >= ended else film.position_at(at))
        turn = self._moved_to(place.position)
        self.at, self.position = self._since_it_began(place)
        if place.position >= count and self.is_playing:
            self._stays_at_end = self._stays_at_end or film.follows
            self.is_playing = not is_complete
        return turn

    def _since_it_began(self, place: _Place) -> _Place:
        """Return a place that no screen counts from below zero.

        The kitchen opens, and may be in trouble, before the first maker is seated, from where
        screens count; and a film that is still read learns only then when that was.
        """
        return _Place(max(self.film.began, place.at), place.position)

    def _moved_to(self, position: int) -> Turn:
        """What to show after what happened until a position, instead of what is shown."""
        if 0 <= position - self.position <= MOST_AT_ONCE:
            return Turn(self.film.events(self.position, position))
        return Turn([], self.film.floor_at(position))
