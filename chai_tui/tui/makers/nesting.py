"""Processes of a program under those that started them: their order, and how deep each stands.

Pure. A process whose own parent is not shown stands under the nearest one above that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chai_tui.state.floor import Floor


class Nesting(NamedTuple):
    """A tree of processes, from the top down.

    Attributes:
        numbers: of the makers, those of a process together, each process before its children.
        depths: how many processes that are shown are above each, by the number of its station.
    """

    numbers: list[int]
    depths: dict[int, int]


def nested(floor: Floor, numbers: Sequence[int]) -> Nesting:
    """Put processes under those that started them.

    Args:
        floor: who stands where, and who started whom.
        numbers: of the makers to show, in the order that processes of one parent keep, and makers
            of one process.
    """
    makers: dict[int, list[int]] = {}
    for number in numbers:
        makers.setdefault(floor.makers[number].station, []).append(number)
    children: dict[int, list[int]] = {}
    for station in makers:
        children.setdefault(_shown_parent(floor, station, makers), []).append(station)
    depths = dict(_depth_first(children))
    # What a broken recording says to be above itself stands at the top.
    depths.update(dict.fromkeys(makers.keys() - depths.keys(), 0))
    return Nesting([number for station in depths for number in makers[station]], depths)


def _shown_parent(floor: Floor, station: int, shown: dict[int, list[int]]) -> int:
    """The nearest process above one that is shown; 0 if none is."""
    seen = {station}
    above = floor.stations[station].parent
    while above not in shown:
        there = floor.stations.get(above)
        if above in seen or (there is None and above not in floor.parents):
            return 0
        seen.add(above)
        above = floor.parents[above] if there is None else there.parent
    return above


def _depth_first(children: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
    """Stations and their depths, each before those under it; no recursion: chains may be long."""
    waiting = [(station, 0) for station in reversed(children.get(0, ()))]
    while waiting:
        station, depth = waiting.pop()
        yield station, depth
        waiting += [(child, depth + 1) for child in reversed(children.get(station, ()))]
