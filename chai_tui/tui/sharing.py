"""What makers do to each other who share a process: its cores, and its event loop; pure.

Tasks of one event loop take turns, and only a step that waits gives the turn away. So while one of
them computes, all the others stand still, even those whose wait is long over.
"""

from __future__ import annotations

from chai_tui.engine import Engine
from chai_tui.floor import Floor
from chai_tui.recipe import StepKind
from chai_tui.state import Maker, State, Station


def cores_used(floor: Floor, station: Station) -> float | None:
    """Return how many cores' worth of time the makers of a station used at the last sample.

    None where nobody is at work there, or nobody was sampled yet.
    """
    there = [floor.makers[number] for number in station.makers]
    shares = [maker.cpu_share for maker in there if maker.history and not maker.joined]
    return sum(shares) if shares else None


def loop_keeper(floor: Floor, station: int) -> int | None:
    """Return the number of the maker that keeps a station's event loop.

    Args:
        floor: who stands where.
        station: the station's number.

    Returns:
        None where there is no event loop, or nobody keeps it.
    """
    there = floor.stations.get(station)
    if there is None or there.engine is not Engine.ASYNCIO:
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


def _keeps(maker: Maker) -> bool:
    """Of a call it is known only while it is on a core: it may await something, too."""
    if maker.state is not State.BREWING:
        return False
    kind = _kind(maker)
    computes = kind in {StepKind.COMPUTE, StepKind.NATIVE}
    return computes or (kind is StepKind.CALL and maker.core is not None)


def _kind(maker: Maker) -> StepKind | None:
    if maker.step is None or not 0 <= maker.step < len(maker.steps):
        return None
    return maker.steps[maker.step].kind
