"""What makers do to each other who share a process: its cores, and its event loop; pure.

Tasks of one event loop take turns, and only a step that waits gives the turn away. So while one of
them computes, all the others stand still, even those whose wait is long over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence

from chai_tui.model.recipe import StepKind
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State, Station

ALL = 0
"""Stands for all makers together where shares are told by maker; no maker has that number."""
_STEPS_TOLD = 16
"""A share of a kept loop is told in sixteenths: finer ones would change with every look at a column
that is not over, and show nothing more."""


def cores_used(floor: Floor, station: Station) -> float | None:
    """Return how many cores' worth of time the makers of a station used at the last sample.

    None where nobody is at work there, or nobody was sampled yet.
    """
    there = [floor.makers[number] for number in station.makers]
    shares = [maker.cpu_share for maker in there if maker.history and not maker.joined]
    known = [share for share in shares if share is not None]
    return sum(known) if known else None


def memory_held(floor: Floor, station: Station) -> int | None:
    """Return the bytes that the process of a station holds, as it was last known; None if never."""
    known = [floor.makers[number].memory for number in station.makers]
    return max((held for held in known if held is not None), default=None)


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


def overlaps(began: float, end: float, edges: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Yield which columns a stretch of time lies in, and how many seconds of it lie in each.

    Args:
        began: when it begins.
        end: when it ends.
        edges: where columns begin and end, ascending: one more than there are columns.
    """
    for index in range(max(0, bisect_right(edges, began) - 1), len(edges) - 1):
        start = edges[index]
        if start >= end:
            return
        seconds = min(end, edges[index + 1]) - max(began, start)
        if seconds > 0:
            yield index, seconds


def step_seconds(maker: Maker, kinds: Container[StepKind], edges: Sequence[float]) -> list[float]:
    """Return how many seconds of each column a maker was in steps of some kinds.

    Args:
        maker: who.
        kinds: of steps.
        edges: where columns begin and end, ascending; a step that goes on does so to the last one.
    """
    seconds = [0.0] * max(0, len(edges) - 1)
    for step, span in zip(maker.steps, maker.step_times, strict=False):
        if step.kind in kinds:
            for index, part in overlaps(
                span.began, edges[-1] if span.end is None else span.end, edges
            ):
                seconds[index] += part
    return seconds


def loop_kept(floor: Floor, station: int, edges: Sequence[float]) -> Sequence[Mapping[int, float]]:
    """Return who kept a station's event loop in each column of time, and for which share of it.

    Told by when steps began and ended. What a call did is not known afterwards: it counts as none.

    Args:
        floor: who stands where.
        station: the station's number.
        edges: where columns begin and end, in the events' seconds, ascending.

    Returns:
        For each column the share of each maker that kept the loop there, and that of ``ALL``; of
        a column that is not over, the share of what has passed. Nothing at all where there is no
        event loop.
    """
    there = floor.stations.get(station)
    if there is None or not there.engine.traits.shares_loop or len(edges) < 2:
        return ()
    kept: list[dict[int, float]] = [{} for _ in edges[1:]]
    for number in there.makers:
        maker = floor.makers[number]
        for step, span in zip(maker.steps, maker.step_times, strict=False):
            if not step.kind.never_waits:
                continue
            end = floor.now if span.end is None else span.end
            for index, seconds in overlaps(span.began, end, edges):
                by_maker = kept[index]
                by_maker[number] = by_maker.get(number, 0.0) + seconds
                by_maker[ALL] = by_maker.get(ALL, 0.0) + seconds
    for index, by_maker in enumerate(kept):
        passed = min(edges[index + 1], floor.now) - edges[index]
        for number, seconds in by_maker.items():
            by_maker[number] = round(seconds / passed * _STEPS_TOLD) / _STEPS_TOLD
    return kept


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
