"""What was drawn of makers and frames, so that only what changed is drawn again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from textual.geometry import Region

from chai_tui.state.contention import cores_used, held_up_by, loop_keeper, memory_held
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.maker_facts import Look
from chai_tui.tui.canvas.styles import Line, fit, width_of
from chai_tui.tui.makers.layout import Frame, Layout, Shape, Slot
from chai_tui.tui.panels.frame import Company, draw_frame_bottom, draw_frame_top
from chai_tui.tui.panels.large import draw_large
from chai_tui.tui.panels.panel import draw_panel
from chai_tui.tui.panels.row import draw_card, draw_row


class Manner(NamedTuple):
    """How all makers on the screen are drawn.

    Attributes:
        arrangement: where they are.
        digits: of the greatest number.
        ids: digits of the greatest number of a process.
        step_lines: lines of the steps in a panel.
        is_large: whether panels are in large print.
        depths: how many processes on the screen are above each, by the number of its station;
            empty where that is not to be seen.
    """

    arrangement: Layout
    digits: int = 1
    ids: int = 1
    step_lines: int = 1
    is_large: bool = False
    depths: Mapping[int, int] = MappingProxyType({})


class _Drawn(NamedTuple):
    """A maker as it was drawn last."""

    signature: tuple[object, ...]
    essence: tuple[object, ...]
    slot: Slot
    lines: list[Line]


class Drawings:
    """Lines of makers and frames.

    Attributes:
        selected: the number of the selected maker.

    Args:
        floor: whose makers; read, never changed.
    """

    def __init__(self, floor: Floor) -> None:
        self.selected: int | None = None
        self._floor = floor
        self._manner = Manner(Layout(Shape.PANEL, (), (), 0))
        self._drawn: dict[int, _Drawn] = {}
        self._edges: dict[int, Line] = {}  # of frames, as they were drawn last
        self._keepers: dict[int, int | None] = {}
        self._keepers_at = -1  # the version of the floor that they are known for

    def begin(self, manner: Manner) -> None:
        """Draw all of them anew from now on, in another manner."""
        self._manner = manner
        self._drawn.clear()
        self._edges.clear()

    def line_at(self, y: int) -> Line:
        """Return a whole line, ``y`` counted from the top of the arrangement."""
        arrangement = self._manner.arrangement
        line: Line = []
        edge: Line = []
        frame = arrangement.frame_at(y)
        if frame is not None:
            if y == frame.y:
                line = self._edges[frame.station] = self._edge(frame)
                return line
            if y == frame.y + frame.height - 1:
                return draw_frame_bottom(frame.width)
            line, edge = [("│", "shared")], [("│", "shared")]
        for slot in arrangement.slots_between(y, y + 1):
            line = fit(line, slot.x) if width_of(line) < slot.x else line
            lines = self._lines_of(slot)
            line = [*line, *(lines[y - slot.y] if y - slot.y < len(lines) else [])]
        if frame is not None:
            line = [*fit(line, frame.width - 1), *edge]
        return line

    def lines_of(self, number: int) -> list[Line]:
        """Return the lines of a maker as they were drawn last; nothing if they were not."""
        drawn = self._drawn.get(number)
        return [] if drawn is None else drawn.lines

    def changed(self, top: int, height: int) -> Iterable[Region]:
        """Draw what changed, and return where that is, counted from the first line seen.

        Args:
            top: the first line of the arrangement that is seen.
            height: how many are.
        """
        regions = []
        drawn, self._drawn = self._drawn, {}
        arrangement = self._manner.arrangement
        for slot in arrangement.slots_between(top, top + height):
            before = drawn.get(slot.number)
            lines = self._lines_of(slot, before)
            if before is None or lines is not before.lines:
                old = before.lines if before is not None else []
                regions += [
                    Region(slot.x, slot.y + row - top, slot.width, 1)
                    for row, line in enumerate(lines)
                    if row >= len(old) or line != old[row]
                ]
        regions += [
            Region(frame.x, frame.y - top, frame.width, 1)
            for frame in arrangement.frames
            if top <= frame.y < top + height and self._edges.get(frame.station) != self._edge(frame)
        ]
        return regions

    def _edge(self, frame: Frame) -> Line:
        """The upper edge of a frame."""
        station = self._floor.stations.get(frame.station)
        if station is None:
            return []  # forgotten: the next arrangement leaves it out
        program = None
        if self._floor.run.is_program:
            threads = [n for n in station.makers if n in self._floor.unjoined]
            depth = self._manner.depths.get(frame.station, 0)
            program = Company(len(threads) or len(station.makers), depth)
        return draw_frame_top(
            station,
            frame.width,
            has_gil=self._floor.run.gil,
            cores=cores_used(self._floor, station),
            memory=memory_held(self._floor, station),
            has_pid=not self._manner.is_large,
            program=program,
        )

    def _keeper_at(self, station: int) -> int | None:
        """Who keeps a station's event loop; looked for once, however many stand there."""
        if self._keepers_at != self._floor.version:
            self._keepers_at = self._floor.version
            self._keepers.clear()
        if station not in self._keepers:
            self._keepers[station] = loop_keeper(self._floor, station)
        return self._keepers[station]

    def _of_program(self, maker: Maker) -> tuple[str, int]:
        """The target of one that is not ours and its depth: what no frame round it tells."""
        if maker.is_ours:
            return "", 0
        station = self._floor.stations.get(maker.station)
        if maker.engine.shares_station or station is None:
            return maker.target, 0
        return maker.target or station.target, self._manner.depths.get(maker.station, 0)

    def _lines_of(self, slot: Slot, before: _Drawn | None = None) -> list[Line]:
        """The lines of a maker, drawn only if they may have changed."""
        maker = self._floor.makers.get(slot.number)
        if maker is None:
            return []  # forgotten: the next arrangement leaves it out
        manner = self._manner
        look = Look(
            maker,
            self._floor.place(slot.number),
            self._floor.now,
            slot.number == self.selected,
            manner.digits,
            held_up_by(maker, self._keeper_at(maker.station)),
            manner.ids,
            *self._of_program(maker),
        )
        signature = look.signature
        before = before or self._drawn.get(slot.number)
        if before is not None and before.signature == signature and before.slot == slot:
            self._drawn[slot.number] = before
            return before.lines
        essence = look.essence
        if before is not None and before.essence == essence and before.slot == slot:
            self._drawn[slot.number] = before._replace(signature=signature)
            return before.lines
        match manner.arrangement.shape:
            case Shape.PANEL if manner.is_large:
                lines = draw_large(look, slot.width)
            case Shape.PANEL:
                least = manner.arrangement.least_width(slot)
                lines = draw_panel(look, slot.width, slot.height, least, manner.step_lines)
            case Shape.CARD:
                lines = draw_card(look, slot.width, slot.height)
            case Shape.ROW:
                lines = [draw_row(look, slot.width)]
        self._drawn[slot.number] = _Drawn(signature, essence, slot, lines)
        return lines
