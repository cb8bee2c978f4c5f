"""The screen that shows the rounds of one lane: as they were measured, and what is made of them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.explain.tasting.lanes import lane_name
from chai_tui.explain.wording.formatting import counted, speed_text
from chai_tui.model.engine import Engine
from chai_tui.race.rounds.correction import corrected_walls
from chai_tui.race.rounds.records import Lane
from chai_tui.race.rounds.statistics import standings
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.styles import Line, fit, width_of
from chai_tui.tui.keys.key_line import foot
from chai_tui.tui.keys.taste_keys import ROUNDS
from chai_tui.tui.taste.lane_drawing import lanes_of
from chai_tui.tui.taste.round_drawing import HEADER_LINES, round_header, round_lines


class RoundsScreen(LeavesOnce, Screen[None]):
    """A row a round; new ones come into sight as long as the end of them is."""

    BINDINGS: ClassVar[list[BindingType]] = [*ROUNDS.bindings]
    DEFAULT_CSS = """
    RoundsScreen {
        background: $background;
        #rounds-title { height: 1; background: $panel; scrollbar-size-vertical: 0; }
        #rounds-header { scrollbar-size-vertical: 0; }
    }
    """

    def __init__(self, floor: Floor, number: int) -> None:
        """Show a lane.

        Args:
            floor: where it is; read, never changed.
            number: the lane's.
        """
        super().__init__()
        self._floor = floor
        self._number = number
        self._lane: Lane | None = floor.race.lanes.get(number)
        self._rewound = floor.rewound
        self._title = LineView(self._draw_title, id="rounds-title", can_focus=False)
        self._header = LineView(round_header, id="rounds-header", can_focus=False)
        self._header.styles.height = HEADER_LINES
        self._rounds = LineView(self._draw_rounds, id="rounds")
        self._rounds.follows_end = True

    def compose(self) -> ComposeResult:
        """Put title, rounds and hints together."""
        yield self._title
        yield self._header
        yield self._rounds
        yield from foot(self.app)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self._rounds.focus()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        self.floor_changed()

    def floor_changed(self) -> None:
        """Draw what is new; a lane that is gone is shown as it was last seen."""
        floor = self._floor
        last_seen = self._lane if floor.rewound == self._rewound else None
        self._rewound = floor.rewound
        self._lane = floor.race.lanes.get(self._number, last_seen)
        for view in (self._title, self._header, self._rounds):
            view.redraw()

    def action_neighbour(self, step: int) -> None:
        """Go to the lane before (-1) or after (1), round the end."""
        numbers = [lane.number for lane in lanes_of(self._floor.race)]
        if self._number in numbers:
            self._number = numbers[(numbers.index(self._number) + step) % len(numbers)]
            self.floor_changed()

    @property
    def number(self) -> int:
        """The number of the lane that is shown."""
        return self._number

    def _draw_title(self, width: int) -> list[Line]:
        lane = self._lane
        if lane is None:  # a replay went back to before it
            return [fit([(" Who races here has yet to be known", "dim")], width)]
        told = [standing for standing in standings(self._floor.race) if standing.lane is lane]
        line: Line = [(f" {lane_name(lane)}", "strong")]
        line.append((f" · {counted(len(lane.rounds), 'round')}", ""))
        if told and told[0].rounds and lane.engine is not Engine.SERIAL:
            line.append((f" · {speed_text(told[0].speedup)} a plain loop", "story"))
        note = " · others' work taken off"
        if width_of(line) + len(note) <= width:
            line.append((note, "dim"))
        return [fit(line, width)]

    def _draw_rounds(self, width: int) -> list[Line]:
        if self._lane is None:
            return []
        race = self._floor.race
        walls = corrected_walls(race)
        alone = walls.get(race.serial.number, {}) if race.serial else {}
        return round_lines(self._lane, walls.get(self._number, {}), alone, width)
