"""Floors that were sampled by hand, and their timelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chai_tui.model.events import Event, MakerUse, Sampled
from chai_tui.state.contention import loop_kept, step_seconds
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Use
from chai_tui.tui.canvas.resample import FREES_GIL, bytecode_burned, cut, share_drawn
from chai_tui.tui.timeline.cells import Cell, cells, one_line, two_lines
from chai_tui.tui.timeline.time_scale import TimeScale, grid_of
from tests.builders import BEGAN


def use(
    at: float, core: int | None, share: float, ready: float | None = 0.0, number: int = 1
) -> Event:
    """A sample of one maker, so many seconds after the beginning."""
    return Sampled(BEGAN + at, (), (MakerUse(number, core, share, ready, None, None, False),))


def tell(floor: Floor, uses: Iterable[Use], number: int = 1) -> Floor:
    """Let a maker have used that, whatever a floor would make of its samples; times are from 0."""
    for one in uses:
        floor.fold([Sampled(BEGAN + one.at, (), ())])
        floor.makers[number].history.append(one._replace(at=BEGAN + one.at))
    return floor


def scale_of(floor: Floor, samples: int = 1, first: int = 0, width: int = 12) -> TimeScale:
    """Columns of so many samples."""
    return grid_of(floor, BEGAN).scale(samples, first, width)


def burned_in(floor: Floor, station: int, edges: Sequence[float]) -> list[float]:
    """What the makers of a station burned together under its GIL; empty where they share none."""
    there = floor.stations[station]
    if not (floor.run.gil and there.engine.traits.shares_gil):
        return []
    makers = [floor.makers[number] for number in there.makers]
    return bytecode_burned(makers, edges, floor.sample_times)


def cells_of(floor: Floor, number: int = 1, scale: TimeScale | None = None) -> list[Cell]:
    """A maker's cells, as the timeline draws them."""
    scale = scale or scale_of(floor)
    station = floor.makers[number].station
    kept = loop_kept(floor, station, scale.edges)
    together = burned_in(floor, station, scale.edges)
    return cells(floor.makers[number], scale, floor.sample_times, kept, together)


def drawn(floor: Floor, number: int = 1, scale: TimeScale | None = None) -> str:
    """A maker's cells in one line."""
    return "".join(text for text, _ in one_line(cells_of(floor, number, scale))).rstrip()


def drawn_in_two(floor: Floor, number: int = 1, scale: TimeScale | None = None) -> tuple[str, str]:
    """A maker's cells in two lines: shares, and reasons."""
    shares, reasons = two_lines(cells_of(floor, number, scale))
    return tuple("".join(text for text, _ in line).rstrip() for line in (shares, reasons))  # type: ignore[return-value]


def require_one_gil(floor: Floor, scale: TimeScale) -> int:
    """Require that in no column threads of one GIL ran more Python than that allows.

    Returns how many columns there were to require it of.
    """
    columns = 0
    for number, station in floor.stations.items():
        if not station.engine.traits.shares_gil:
            continue
        together = burned_in(floor, number, scale.edges)
        makers = [floor.makers[maker] for maker in station.makers]
        slices = [cut(maker, scale.edges, floor.sample_times) for maker in makers]
        freed = [step_seconds(maker, FREES_GIL, scale.edges) for maker in makers]
        found = [cells(maker, scale, floor.sample_times, (), together) for maker in makers]
        for index, (start, stop) in enumerate(zip(scale.edges, scale.edges[1:], strict=False)):
            known = min(stop, scale.known) - start
            if known <= 0:
                continue
            bytecode, heights = 0.0, 0
            for row, its_freed, cells_of_it in zip(slices, freed, found, strict=True):
                if (a_slice := row[index]) is None:
                    continue
                share = share_drawn(a_slice, known, its_freed[index], together[index])
                # What cannot have been in a step of C was Python.
                bytecode += max(0.0, share - its_freed[index] / known)
                if not its_freed[index] and cells_of_it[index].height > 1:
                    heights += cells_of_it[index].height
            assert bytecode <= 1 + 1e-9
            assert heights <= 8
            columns += 1
    return columns
