"""What keys and mouse do to a recording that is played: each says at once where it shall be."""

from __future__ import annotations

from typing import Any, ClassVar

from chai_tui.recording.playing.player import Player
from chai_tui.tui.common.watching import WatchingApp

NOTICE_SECONDS = 3.0
"""So long a notice is shown, and the same one is not shown again: a key may be held."""


class ReplayActions(WatchingApp, inherit_bindings=False):
    """Takes a player elsewhere; what is shown follows once all keys that were pressed have spoken.

    Attributes:
        player: where it is.
        noun: what those are called who were seated.
    """

    player: Player
    noun: ClassVar[str]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._turns_soon = False  # whether a turn was asked for, and has yet to come
        self._is_touched = False  # whether anybody said where to be
        self._told_at: dict[str, float] = {}  # when each notice was shown

    def _turn(self) -> None:
        """Show what was asked for."""
        raise NotImplementedError

    def _soon(self) -> None:
        """Take a turn once all keys that were pressed have said what they want."""
        self._is_touched = True
        if not self._turns_soon:
            self._turns_soon = True
            self.call_later(self._turn)

    def _say(self, text: str) -> None:
        """Say why nothing was done; once, however long a key is held."""
        now = self._clock()
        if now >= self._told_at.get(text, float("-inf")) + NOTICE_SECONDS:
            self._told_at[text] = now
            self.notify(text, severity="warning", timeout=NOTICE_SECONDS, markup=False)

    def action_play(self) -> None:
        """Play, or pause."""
        self.player.toggle()
        self._soon()

    def action_step(self, events: int) -> None:
        """Go on, or back, by an event."""
        self.player.step(events)
        self._soon()

    def action_skip(self, seconds: float) -> None:
        """Go on, or back, by so many seconds."""
        self.player.skip(seconds)
        self._soon()

    def action_faster(self, steps: int) -> None:
        """Play faster, or slower."""
        self.player.faster(steps)
        self._soon()

    def action_to_start(self) -> None:
        """Go to the beginning."""
        self.player.to_start()
        self._soon()

    def action_to_end(self) -> None:
        """Go to the end, and along with it."""
        self.player.to_end()
        self._soon()

    def action_to_unserved(self, direction: int) -> None:
        """Go to the next end that was not served, or to the one before."""
        if self.player.to_unserved(direction) is None:
            where = "after" if direction > 0 else "before"
            badly = "badly" if self.floor.run.is_program else "without having served"
            noun = "process or thread" if self.floor.run.is_program else self.noun
            self._say(f"No {noun} ended {where} this moment {badly}")
        self._soon()

    def action_bookmark(self) -> None:
        """Mark the moment, or take its mark away."""
        self.player.bookmark()
        self._soon()

    def action_to_bookmark(self) -> None:
        """Go to the next mark; from the last one to the first."""
        marks = self.player.bookmarks
        if not marks:
            self._say("Nothing is marked yet")
        elif self.player.to_bookmark(1) is None:
            self.player.seek(marks[0])
        self._soon()

    def action_go(self) -> None:
        """Ask for a moment, and go there."""
        from chai_tui.tui.replay.go_dialog import GoDialog  # noqa: PLC0415 - only when asked for

        film = self.player.film

        def chosen(seconds: float | None) -> None:
            if seconds is not None:
                self.seek(film.began + seconds)

        self.push_screen(GoDialog(film.ended - film.began), chosen)

    def seek(self, at: float) -> None:
        """Go to a moment, in the events' seconds, with the next turn."""
        self.player.seek(at)
        self._soon()
