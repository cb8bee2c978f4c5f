"""In which order processes of a program and their threads stand, and how deep each process.

Pure. A process whose own parent is not shown stands under the nearest one above that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State


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


def ended_last(floor: Floor, numbers: Sequence[int]) -> list[int]:
    """Put threads of one process that ended well, while it went on, behind its others.

    Each moves once at most among them, when it ends: where the process ends nobody does.

    Args:
        floor: how they ended.
        numbers: of the threads to show, in order.
    """
    threads = [floor.makers[number] for number in numbers]
    everybody = floor.stations[threads[0].station].makers if threads else ()
    ends = [floor.makers[number].ended_at for number in everybody]
    over = None if None in ends else max((end for end in ends if end is not None), default=None)

    def key(thread: Maker) -> tuple[bool, float]:
        ended = thread.ended_at
        is_last = thread.state is State.DONE and ended is not None and ended != over
        return is_last, ended if is_last and ended is not None else 0.0

    return [thread.number for thread in sorted(threads, key=key)]


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
