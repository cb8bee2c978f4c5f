"""What an app does that shows a recording: it plays, goes elsewhere, and says where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from textual.dom import DOMNode
from textual.screen import Screen
from textual.timer import Timer

from chai_tui.explain.wording.formatting import counted, percent, seconds_text
from chai_tui.model.events import Event
from chai_tui.recording.form import RecordingError
from chai_tui.recording.playing.player import Player
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.keys.replay_keys import KEYS_OF_REPLAY, Table, why_not
from chai_tui.tui.keys.rows import keys_bound
from chai_tui.tui.replay.bar import ReplayBar
from chai_tui.tui.replay.bar_drawing import Doing, Marks, Moment
from chai_tui.tui.replay_actions import ReplayActions

TURN_SECONDS = 0.1
"""As often as makers report their progress."""
TURNS_MISSED = 4
"""So many are left out after each one while it is read, but for the bar: with forty makers on the
screen, to read a million events took 8.6 s instead of 5.9 s where none were."""


class Reading(Protocol):
    """How far a recording was read; :class:`chai_tui.sources.replay.source.RecordingSource`."""

    name: str
    makers: set[int]
    share_read: float | None
    is_caught_up: bool
    is_fresh: bool
    is_over: bool
    broken: str


class Replaying(ReplayActions, inherit_bindings=False):
    """Plays a recording on the screens of the run.

    Attributes:
        player: where it is.
        table: the keys of the first screen.
    """

    key_tables = (*ReplayActions.key_tables, *KEYS_OF_REPLAY)
    table: ClassVar[Table]
    _first_keys: ClassVar[frozenset[str]] = frozenset({"to_start", "to_end"})
    """Actions whose keys are other screens' own there."""

    def __init__(
        self,
        bridge: Bridge,
        *,
        player: Callable[[], Player],
        reading: Reading,
        **options: Any,
    ) -> None:
        """Make the app.

        Args:
            bridge: to the source that reads the recording.
            player: makes the player of what is read.
            reading: how far that is.
            options: as of :class:`WatchingApp`.
        """
        super().__init__(bridge, **options)
        self.player = player()
        self._reading = reading
        self._marks = Marks()
        self._bar_drawn: tuple[object, ...] = ()  # what the bar was drawn for
        self._turns: Timer | None = None
        self._missed_turns = 0
        self._has_settled = False  # whether all that was there at first was read
        self._problems_told: list[str] = []
        self._lost = ""  # why a moment could not be shown
        if self.keys_given:
            self.set_keymap(self._keys_that_fit())
        keys = {row.id: keys_bound(row, self.keys_given) for row in self.table.rows}
        self._why_not: Mapping[str, str] = why_not(self.table, keys)
        self._live = frozenset(row.action_name for row in self.table.live)
        self.key_order = {row.action: index for index, row in enumerate(self.table.all)}

    def _keys_that_fit(self) -> dict[str, str]:
        """The keys that a user gave, but for what nobody can do here: that takes no key away."""
        given, live = self.keys_given, {row.id for row in self.table.live}
        taken = {key for row in self.table.rows for key in given.get(row.id, row.keys).split(",")}
        return {
            row_id: keys
            for row_id, keys in given.items()
            if row_id not in live or taken.isdisjoint(keys.split(","))
        }

    def bar(self) -> ReplayBar:
        """Return a bar for a screen."""
        return ReplayBar(lambda: self.moment, self._marks, self.seek)

    @property
    def moment(self) -> Moment:
        """Where it is."""
        player, film, reading = self.player, self.player.film, self._reading
        share = reading.share_read
        if player.follows:
            doing = Doing.FOLLOWS
        elif player.is_at_end and film.is_complete:
            doing = Doing.ENDED
        else:
            doing = Doing.PLAYS if player.is_playing else Doing.PAUSED
        return Moment(
            doing,
            player.speed,
            player.at,
            film.began,
            max(film.ended, player.at),
            tuple(player.bookmarks),
            None if reading.is_caught_up else "" if share is None else percent(share),
            film.follows,
        )

    # It plays

    def get_default_screen(self) -> Screen[None]:
        """Begin with the first moment."""
        self._take_turn()
        return super().get_default_screen()

    def on_mount(self) -> None:
        """Begin to play."""
        self._turns = self.set_interval(TURN_SECONDS, self._tick)

    def _tick(self) -> None:
        self._missed_turns += 1
        if self._reading.is_caught_up or self._missed_turns > TURNS_MISSED:
            self._turn()
        else:
            self._draw_bar()

    def _turn(self) -> None:
        """Show what happens next, or what was asked for meanwhile."""
        self._turns_soon = False
        self._missed_turns = 0
        is_over = self._reading.is_over  # before anything is shown: what comes later shows, too
        self._settle()
        if self._take_turn():
            self.floor_changed()
        self._draw_bar()
        if self._turns is not None:
            if (self.player.is_playing and not self._doing_nothing) or not is_over:
                self._turns.resume()
            else:
                self._turns.pause()

    def _draw_bar(self) -> None:
        """Draw the bar of the screen that can be seen, be it under a dialog."""
        if not self.screen_stack:  # the app leaves: what was due came too late
            return
        drawn = (self.moment, len(self.player.film.ends), self.screen)
        if drawn == self._bar_drawn:
            return
        self._bar_drawn = drawn
        self._marks.take(self.player.film.ends)
        for screen in reversed(self.screen_stack):
            for bar in screen.query(ReplayBar):
                bar.repaint()
            if not screen.is_modal:
                break

    @property
    def _doing_nothing(self) -> bool:
        return self.player.is_at_end and self.player.film.is_complete

    def _take_turn(self) -> bool:
        """Let the floor be what it was at the moment; return whether it is another one."""
        floor = self.floor
        try:
            turn = self.player.turn()
        except RecordingError as error:  # what is kept in a file is gone
            self.player.is_playing = False
            self._lost = str(error)
            self._say(self._lost)
            return False
        if turn.floor is not None:
            floor.become(turn.floor)
        floor.fold(turn.events)
        if not floor.version:  # nothing happened yet, but what the run is can be told
            floor.run = self.player.film.header.run
        return turn.floor is not None or bool(turn.events)

    def _settle(self) -> None:
        """Once all was read: go along with a run that goes on, and say what lacks; later, too."""
        if not self._reading.is_caught_up:
            return
        if not self._has_settled:
            self._has_settled = True
            if self._reading.is_fresh and not self._is_touched:
                self.player.to_end()
        problems = self.player.film.problems
        if fresh := [problem for problem in problems if problem not in self._problems_told]:
            self.notify("\n".join(fresh), severity="warning", timeout=10, markup=False)
        self._problems_told = problems

    # What keys do

    @property
    def _is_on_first_screen(self) -> bool:
        return len(self.screen_stack) == 1

    @property
    def _is_typed_in(self) -> bool:
        focused = self.focused
        return focused is not None and focused.check_consume_key("a", "a")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs live makers, and leave to other screens what is theirs."""
        if action in self._live:
            return None
        if action == "faster" or action in self._first_keys:
            if not self.screen_stack or self.screen.is_modal:
                return None
            if self._is_typed_in:
                return False
            return action == "faster" or self._is_on_first_screen
        return super().check_action(action, parameters)

    async def run_action(
        self,
        action: Any,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key does, or say why that cannot be."""
        if isinstance(action, str) and action in self._why_not:
            self._say(self._why_not[action])
            return True
        return await super().run_action(action, default_namespace, namespaces)

    # End

    def leave(self) -> None:
        """Leave: there is nobody to end."""
        self.exit()

    def exit_code(self, last_words: Sequence[Event]) -> int:
        """Return the code to leave with; what lacks is told in the shell, too."""
        problems = [*self.player.film.problems, *([self._lost] if self._lost else [])]
        self.parting += [f"{self._reading.name}: {problem}" for problem in problems]
        return super().exit_code(last_words)

    def _how_it_went(self) -> int:
        return 1 if self._reading.broken or self._lost else 0

    def last_words(self) -> list[str]:
        """Return what was shown, in a line."""
        film = self.player.film
        told = [
            counted(len(self._reading.makers), self.noun),
            counted(film.count, "event"),
            seconds_text(film.ended - film.began),
        ]
        so_far = "" if self._reading.is_caught_up else "read so far: "
        return [f"{self._reading.name}: {so_far}{', '.join(told)}"]
