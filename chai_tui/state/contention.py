"""What makers do to each other who share a process: its cores, and its event loop; pure.

Tasks of one event loop take turns, and only a step that waits gives the turn away. So while one of
them computes, all the others stand still, even those whose wait is long over.
"""

from __future__ import annotations

from collections.abc import Sequence

from chai_tui.model.recipe import StepKind
from chai_tui.state.floor import Floor
from chai_tui.state.records import Maker, State, Station

_HALF = 0.5 - 1e-6  # whatever times are rounded to
SEVERAL = 0
"""Stands for more than one maker, where none of them alone kept the loop for half of the time."""


def cores_used(floor: Floor, station: Station) -> float | None:
    """Return how many cores' worth of time the makers of a station used at the last sample.

    None where nobody is at work there, or nobody was sampled yet.
    """
    there = [floor.makers[number] for number in station.makers]
    shares = [maker.cpu_share for maker in there if maker.history and not maker.joined]
    known = [share for share in shares if share is not None]
    return sum(known) if known else None


def loop_keeper(floor: Floor, station: int) -> int | None:
    """Return the number of the maker that keeps a station's event loop.

    Args:
        floor: who stands where.
        station: the station's number.

    Returns:
        None where there is no event loop, or nobody keeps it.
    """
    there = floor.stations.get(station)
    if there is None or not there.engine.traits.shares_loop:
        return None
    return next((n for n in there.makers if _keeps(floor.makers[n])), None)


def held_up_by(maker: Maker, keeper: int | None) -> int | None:
    """Return who holds a maker up; None if nobody does.

    Args:
        maker: whom.
        keeper: who keeps its station's event loop.
    """
    if keeper is None or keeper == maker.number:
        return None
    waits = maker.state is State.BREWING and _kind(maker) in {StepKind.WAIT, None}
    return keeper if waits or maker.state is State.SEATED else None


def loop_kept(
    floor: Floor, station: int, start: float, seconds: float, count: int
) -> Sequence[int | None]:
    """Return who kept a station's event loop in each of so many slices of time.

    Told by when steps began and ended. What a call did is not known afterwards: it counts as none.

    Args:
        floor: who stands where.
        station: the station's number.
        start: when the first slice begins, in the events' seconds.
        seconds: how long each slice is.
        count: how many slices.

    Returns:
        For each slice the number of the maker that kept the loop for at least half of it,
        ``SEVERAL`` where only together they did, and None where nobody did. Nothing at all where
        there is no event loop.
    """
    there = floor.stations.get(station)
    if there is None or not there.engine.traits.shares_loop:
        return ()
    kept = [0.0] * count
    keepers: list[int | None] = [None] * count
    stop = min(floor.now, start + seconds * count)

    def is_half(kept_for: float, index: int) -> bool:
        """Of a slice that is not over, half of what has passed of it."""
        slice_start = start + index * seconds
        return kept_for > 0 and kept_for >= _HALF * (min(slice_start + seconds, stop) - slice_start)

    for number in there.makers:
        maker = floor.makers[number]
        for step, span in zip(maker.steps, maker.step_times, strict=False):
            began = max(span.began, start)
            end = stop if span.end is None else min(span.end, stop)
            if not step.kind.never_waits or end <= began:
                continue
            first, last = int((began - start) / seconds), int((end - start) / seconds)
            for index in range(first, min(count, last + 1)):
                slice_start = start + index * seconds
                kept_for = max(0.0, min(end, slice_start + seconds) - max(began, slice_start))
                kept[index] += kept_for
                if is_half(kept_for, index):
                    keepers[index] = number
    return [
        SEVERAL if keeper is None and is_half(kept_for, index) else keeper
        for index, (keeper, kept_for) in enumerate(zip(keepers, kept, strict=True))
    ]


def _keeps(maker: Maker) -> bool:
    """Of a call it is known only while it is on a core: it may await something, too."""
    if maker.state is not State.BREWING:
        return False
    kind = _kind(maker)
    if kind is StepKind.CALL:
        return maker.core is not None
    return kind is not None and kind.never_waits


def _kind(maker: Maker) -> StepKind | None:
    if maker.step is None or not 0 <= maker.step < len(maker.steps):
        return None
    return maker.steps[maker.step].kind
