"""What all who stand at one station have in common in each column, worked out once for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chai_tui.state.contention import loop_kept
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.resample import bytecode_burned
from chai_tui.tui.timeline.time_scale import NO_SCALE, TimeScale

_SETTLED_KEPT = 20_000
"""Columns kept: an hour of several stations."""


class StationColumns:
    """Who keeps the event loops, and how much bytecode runs under each GIL, column by column.

    Args:
        floor: read, never changed.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._scale = NO_SCALE
        self._kept: dict[int, Sequence[Mapping[int, float]]] = {}
        self._fresh: set[int] = set()  # the stations for which that is worked out
        self._together: dict[int, list[float]] = {}
        self._worked_out_for: object = None
        # By station and column: of a thousand threads, it is worth while to ask once.
        self._settled: dict[tuple[int, int], float] = {}
        self._settled_for: object = None

    def show(self, scale: TimeScale) -> None:
        """Tell of these columns from now on."""
        self._scale = scale
        times = self._floor.sample_times
        oldest = times[0] if times else None
        settled_for = scale.samples, scale.origin, oldest, self._floor.rewound
        if self._settled_for != settled_for:
            self._settled_for = settled_for
            self._settled.clear()

    def kept(self, station: int) -> Sequence[Mapping[int, float]]:
        """Return who kept a station's event loop in each column; empty where there is none."""
        self._forget_what_changed()
        if station not in self._fresh:
            self._fresh.add(station)
            kept = loop_kept(self._floor, station, self._scale.edges)
            # What is the same stays the same object, so that each row sees at once that it is.
            if self._kept.get(station) != kept:
                self._kept[station] = kept
        return self._kept[station]

    def together(self, station: int) -> list[float]:
        """Return the seconds of bytecode in each column of all who share a station's GIL.

        Empty where there is none.
        """
        self._forget_what_changed()
        if station not in self._together:
            self._together[station] = self._work_out_together(station)
        return self._together[station]

    def _forget_what_changed(self) -> None:
        known_for = (self._floor.version, self._floor.rewound, self._scale)
        if self._worked_out_for != known_for:
            self._worked_out_for = known_for
            self._fresh.clear()
            self._together.clear()

    def _work_out_together(self, number: int) -> list[float]:
        floor, scale, settled = self._floor, self._scale, self._settled
        station = floor.stations.get(number)
        if station is None or not (floor.run.gil and station.engine.traits.shares_gil):
            return []
        if floor.run.is_program:  # who knows what of it was bytecode?
            return []
        columns = [(number, scale.first + index) for index in range(scale.width)]
        missing = [index for index, column in enumerate(columns) if column not in settled]
        if not missing:
            return [settled[column] for column in columns]
        first, stop = missing[0], missing[-1] + 1
        makers = [floor.makers[maker] for maker in station.makers]
        burned = [
            *(settled[column] for column in columns[:first]),
            *bytecode_burned(makers, scale.edges[first : stop + 1], floor.sample_times),
            *(settled[column] for column in columns[stop:]),
        ]
        if len(settled) > _SETTLED_KEPT:
            settled.clear()
        settled.update(zip(columns[: scale.settled], burned, strict=False))
        return burned
