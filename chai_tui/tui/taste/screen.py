"""The first screen of a tasting: what the function is, its race, the verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click
from textual.screen import Screen

from chai_tui.explain.tasting.lanes import engine_name
from chai_tui.explain.wording.formatting import counted
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race
from chai_tui.race.rounds.statistics import Standing, standings
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.prose import folded
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.keys.key_line import foot, foot_lines
from chai_tui.tui.keys.taste_keys import taste_bindings
from chai_tui.tui.kitchen.core_bar import CoreBar
from chai_tui.tui.taste.head_drawing import about_lines, gil_line, title_line
from chai_tui.tui.taste.lane_drawing import (
    Look,
    Row,
    axis_line,
    lanes_of,
    race_rows,
    trouble_lines,
    waiting,
)
from chai_tui.tui.taste.result_drawing import note_lines, table_lines, tasted_lines, verdict_box
from chai_tui.tui.taste.room import Parts, parts

TALL = 30
"""From so many lines on the verdict has blank ones round it."""


class Part(Painted):
    """Lines that a function draws."""

    DEFAULT_CSS = "Part { height: 1; }"

    def __init__(self, draw: Callable[[int, int], list[Line]], *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._draw = draw

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw them."""
        return self._draw(width, height)[:height]


class TasteScreen(Screen[None], inherit_bindings=False):
    """Title, function, cores, lanes, trouble, table, verdict, keys: from the top down."""

    BINDINGS: ClassVar[list[BindingType]] = [*taste_bindings("screen")]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    TasteScreen {
        background: $background;
        color: $foreground;
        #title { height: 1; background: $panel; }
        #cores { height: auto; }
        #lanes { height: 1fr; }
        #told { height: 1fr; display: none; }
        &.-no-lanes {
            #lanes { display: none; }
            #told { display: block; }
        }
    }
    """

    def __init__(self, floor: Floor, *, is_large: bool = False, printed_key: str = "o") -> None:
        """Show a floor.

        Args:
            floor: read, never changed.
            is_large: whether it begins in large print.
            printed_key: the key that shows what the function printed, as it is written.
        """
        super().__init__()
        self._key = printed_key
        self._is_large = is_large
        self._floor = floor
        self._chosen: int | None = None
        self._was_moved = False  # whether somebody chose it
        self._standings: list[Standing] = []
        self._weighed: tuple[object, ...] = ()
        self._rewound = floor.rewound
        self._noted: tuple[object, ...] = ()
        self._notes: list[Line] = []
        self._parts: Parts | None = None
        self._drawn: tuple[object, ...] = ()
        self._rows: list[Row] = []  # that are seen
        self._title = Part(lambda width, _: [title_line(floor, width)], id="title")
        self._about = Part(self._draw_about, id="about")
        self._core_bar = CoreBar(floor.run)
        self._has_rounds = False  # to be shown
        self._lanes = Part(self._draw_lanes, id="lanes")
        self._told = LineView(self._draw_traceback, id="told")
        self._trouble = Part(lambda width, _: self._trouble_lines(width), id="trouble")
        self._table = Part(self._draw_table, id="table")
        self._verdict = Part(
            lambda width, height: verdict_box(self._race, width, height), id="verdict"
        )

    @property
    def _race(self) -> Race:
        return self._floor.race

    def compose(self) -> ComposeResult:
        """Put the screen together."""
        yield self._title
        yield self._about
        yield self._core_bar
        yield self._lanes
        yield self._trouble
        yield self._table
        yield self._verdict
        yield self._told
        yield from foot(self.app)

    def on_mount(self) -> None:
        """Show what was folded before."""
        self.floor_changed()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        self.floor_changed()

    def on_resize(self) -> None:
        """Share the lines anew."""
        self._share_lines()

    # What happened

    def floor_changed(self) -> None:
        """Draw what changed."""
        floor, race = self._floor, self._race
        if floor.rewound != self._rewound:
            self._rewound = floor.rewound
            self._weighed = ()  # standings are of lanes that are gone
            if not self._was_moved:
                self._chosen = None
        self._weigh()
        if (drawn := (floor.cores_version, floor.run, floor.rewound)) != self._drawn:
            self._drawn = drawn
            cores = floor.cores
            self._core_bar.show(
                floor.run, [cores[number] for number in sorted(cores)], self._names()
            )
        if self._chosen not in race.lanes:
            self._chosen = next((lane.number for lane in lanes_of(race)), None)
            self._was_moved = False
        if race.judged is not None and race.judged.lane in race.lanes and not self._was_moved:
            self._chosen = race.judged.lane
        self._share_lines()
        for part in (
            self._title,
            self._about,
            self._lanes,
            self._trouble,
            self._table,
            self._verdict,
        ):
            part.repaint()
        if race.failed is not None:
            self._told.redraw()
        self.set_class(race.is_over and not self._has_lanes, "-no-lanes")
        if (race.failed is not None) != (self.focused is self._told):
            self.set_focus(self._told if race.failed is not None else None)
        if self._has_rounds != self._has_lanes:
            self._has_rounds = self._has_lanes
            self.refresh_bindings()

    @property
    def _has_lanes(self) -> bool:
        """Whether there are lanes that are shown."""
        return bool(self._race.lanes) and self._race.failed is None

    def _names(self) -> dict[int, str]:
        """What those are called who may be on a core: as their lane, whichever runs now."""
        makers = self._floor.makers
        if not self._race.lanes:
            return dict.fromkeys(makers, "single calls")
        names = {number: engine_name(maker.engine) for number, maker in makers.items()}
        for lane in self._race.lanes.values():
            if lane.running is not None:
                names |= dict.fromkeys(lane.opened.makers, engine_name(lane.engine))
        return names

    def _weigh(self) -> None:
        """Look how the lanes do, once for each round that ended."""
        race = self._race
        began = None if race.began is None else race.began.at
        rounds = sum(len(lane.rounds) for lane in race.lanes.values())
        weighed = (began, rounds, len(race.lanes))
        if weighed != self._weighed:
            self._weighed = weighed
            self._standings = standings(race)

    def _share_lines(self) -> None:
        """Give every part its lines."""
        size, race = self.app.size, self._race
        if not size.width:
            return
        cores = self._core_bar.get_content_height(size, size, size.width)
        lanes = 0 if race.failed else len(race.lanes) + len(waiting(race))
        verdict = len(verdict_box(race, size.width))
        # Once it is over, nobody needs to see where the makers are not any more.
        self._core_bar.display = (
            not race.is_over or size.height - 1 - foot_lines(self.app) - cores >= lanes + verdict
        )
        has_figures = race.judged is not None and not self._is_large
        # Title, keys, what stands for lanes.
        others = 1 + foot_lines(self.app) + (race.is_over and not self._has_lanes)
        shares = parts(
            size.height - others - (cores if self._core_bar.display else 0),
            lanes=lanes,
            about=len(about_lines(race, size.width)),
            trouble=len(self._trouble_lines(size.width)),
            table=1 + len(self._figures(size.width)) if has_figures else 0,
            notes=len(self._note_lines(size.width)) if has_figures else 0,
            verdict=verdict + 2 if verdict and size.height >= TALL else verdict,
        )
        if shares == self._parts:
            return
        self._parts = shares
        for part, lines in (
            (self._about, shares.about + shares.gil),
            (self._trouble, shares.trouble),
            (self._table, shares.table + shares.notes),
            (self._verdict, shares.verdict),
        ):
            part.display = lines > 0
            part.styles.height = lines

    def print_large(self, *, is_large: bool) -> None:
        """Show fewer facts, or all of them again."""
        self._is_large = is_large
        self.floor_changed()

    # Drawing

    def _draw_about(self, width: int, height: int) -> list[Line]:
        shares = self._parts
        if shares is None:
            return []
        lines = about_lines(self._race, width)[: shares.about]
        return [*lines, gil_line(self._race, width)][:height] if shares.gil else lines

    def _draw_lanes(self, width: int, height: int) -> list[Line]:
        if self._parts is None:
            return []
        look = Look(
            self._race,
            {standing.lane.number: standing for standing in self._standings},
            self._floor.now,
            self._chosen,
            self._is_large,
        )
        head = [axis_line(look, width)] if self._parts.axis else []
        rows = race_rows(look, width, self._parts.lane)
        room = height - len(head)
        # What is chosen can be seen, where not all lanes fit.
        place = next((at for at, row in enumerate(rows) if row.lane == self._chosen), 0)
        first = max(0, min(place, len(rows) - room))
        self._rows = rows[first : first + max(0, room)]
        return [*head, *(row.line for row in self._rows)]

    def _draw_table(self, width: int, _height: int) -> list[Line]:
        if self._parts is None or self._race.judged is None:
            return []
        table = [[], *self._figures(width)] if self._parts.table else []
        return [*table, *self._note_lines(width)[: self._parts.notes]]

    def _note_lines(self, width: int) -> list[Line]:
        """What follows from the figures: reckoned once, for it takes as long as a frame may."""
        noted = (*self._weighed, self._race.judged, width)
        if noted != self._noted:
            self._noted, self._notes = noted, note_lines(self._race, width)
        return self._notes

    def _figures(self, width: int) -> list[Line]:
        """Those of the lanes; where there are none, of single calls."""
        return table_lines(self._race, width) or tasted_lines(self._race, width)

    def _trouble_lines(self, width: int) -> list[Line]:
        race = self._race
        lines = trouble_lines(race, width)
        if race.printed_count:
            told = f" › it printed {counted(race.printed_count, 'line')}: {self._key} shows them"
            lines.append([(told, "dim")])
        return lines

    def _draw_traceback(self, width: int) -> list[Line]:
        failed = self._race.failed
        if failed is None:
            return []
        return [
            [(" ", ""), (piece, "dim")]
            for text in failed.traceback.splitlines()
            for piece in folded(printable(text), max(1, width - 1))
        ]

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what only lanes have."""
        if action == "rounds" and not self._has_lanes:
            return None
        return super().check_action(action, parameters)

    def action_lane(self, step: int) -> None:
        """Choose the lane below (1) or above (-1)."""
        numbers = [lane.number for lane in lanes_of(self._race)]
        if self._chosen in numbers:
            place = max(0, min(len(numbers) - 1, numbers.index(self._chosen) + step))
            self._choose(numbers[place])

    def _choose(self, number: int) -> None:
        self._chosen = number
        self._was_moved = True
        self._lanes.repaint()

    def action_rounds(self) -> None:
        """Show the rounds of the chosen lane."""
        if self._chosen is not None:
            from chai_tui.tui.taste.rounds_screen import RoundsScreen  # noqa: PLC0415 - only when asked for

            self.app.push_screen(RoundsScreen(self._floor, self._chosen))

    def on_click(self, event: Click) -> None:
        """Choose the lane under the pointer; a double click shows its rounds."""
        region = self._lanes.region
        if self._parts is None or not region.contains(*event.screen_offset):
            return
        place = event.screen_y - region.y - self._parts.axis
        number = self._rows[place].lane if 0 <= place < len(self._rows) else None
        if number is not None:
            self._choose(number)
            if event.chain == 2:
                self.action_rounds()
