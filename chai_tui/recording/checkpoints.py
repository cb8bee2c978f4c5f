"""Floors as they were at some positions of a film, so that any moment is folded from one nearby.

What did not change from one to the next they share, and together they are bounded in bytes.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import pairwise, takewhile
from operator import attrgetter
from typing import Any, NamedTuple

from chai_tui.state.floor import Floor
from chai_tui.state.records import Maker, State

MOST_BYTES = 256_000_000
"""Of all checkpoints together, as they are estimated: a quarter too high."""
TEXT_BETWEEN = 1_000_000
"""Bytes of a recording from one to the next, until there are too many: about 7,000 events, which
are read again and folded in 50 ms."""
_POSITION = attrgetter("position")


Entries = Sequence[Any]


class Checkpoint(NamedTuple):
    """A floor that is never changed, and how many events had happened then."""

    position: int
    floor: Floor


class Checkpoints:
    """The floors that are kept. One thread adds to them, another looks for one.

    Attributes:
        bytes: what they take, as it is estimated.
        text_between: bytes of the recording from one to the next, for those that come.

    Args:
        most_bytes: what they may take. Beyond that every other one is dropped.
        text_between: at first.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, text_between: int = TEXT_BETWEEN) -> None:
        self.bytes = 0
        self.text_between = text_between
        self._most = most_bytes
        self._kept: list[Checkpoint] = []
        self._text = 0  # bytes since the last one

    def passed(self, text: int, position: int, floor: Floor) -> None:
        """Keep the floor if it is time to.

        Args:
            text: bytes of the recording that were folded into it since this was called before.
            position: how many events were.
            floor: copied.
        """
        self._text += text
        if self._text < self.text_between:
            return
        self._text = 0
        last = self._kept[-1].floor if self._kept else None
        copied = floor.copy(like=last)
        self._kept.append(Checkpoint(position, copied))
        gc.collect(1)
        gc.freeze()  # they are no garbage, and looking through them all takes a quarter of a second
        self.bytes += bytes_of(copied, last)
        while self.bytes > self._most and len(self._kept) > 1:
            self._kept = self._kept[1::2]
            self.text_between *= 2
            floors = [None, *(one.floor for one in self._kept)]
            self.bytes = sum(bytes_of(now, before) for before, now in pairwise(floors) if now)

    def before(self, position: int) -> Checkpoint | None:
        """Return the last one until a position; None if there is none."""
        kept = self._kept
        index = bisect_right(kept, position, key=_POSITION)
        return kept[index - 1] if index else None


# What objects take in CPython, with the numbers in them, but without what is shared.
_FLOOR, _MAKER, _STATION, _CORE = 4_000, 500, 900, 1_000
_LIST, _DEQUE, _IN_DICT, _ENTRY, _REFERENCE = 60, 650, 60, 180, 8


def bytes_of(floor: Floor, before: Floor | None) -> int:
    """Return about how many bytes a copy of a floor takes that the copy before it does not."""
    makers = {} if before is None else before.makers
    stations = {} if before is None else before.stations
    told = floor.logged - (0 if before is None else before.logged)
    race = floor.race
    references = len(floor.log) + len(floor.sample_times) + floor.counts[State.SERVED]
    references += len(race.printed) + sum(len(lane.rounds) for lane in race.lanes.values())
    size = _FLOOR + _REFERENCE * references + _ENTRY * min(len(floor.log), told)
    size += _IN_DICT * (len(floor.makers) + len(floor.stations))
    for number, maker in floor.makers.items():
        if maker is not (known := makers.get(number)):
            size += _bytes_of_maker(maker, known)
    for number, station in floor.stations.items():
        if station is not stations.get(number):
            size += _STATION + _REFERENCE * (len(station.makers) + len(station.said))
    return size + sum(_CORE + _REFERENCE * len(core.history) for core in floor.cores.values())


def _bytes_of_maker(maker: Maker, before: Maker | None) -> int:
    size = _MAKER + _ENTRY * len(maker.recent)
    if before is None:
        shares: tuple[Entries, ...] = ((), (), (), ())
    else:
        shares = (before.step_times, before.pauses, before.said, before.history)
    told: tuple[Entries, ...] = (maker.step_times, maker.pauses, maker.said, maker.history)
    return size + sum(_bytes_of_entries(*pair) for pair in zip(told, shares, strict=True))


def _bytes_of_entries(now: Entries, before: Entries) -> int:
    if now is before:
        return 0
    last = before[-1] if before else None
    new = sum(1 for _ in takewhile(lambda entry: entry is not last, reversed(now)))
    base = _DEQUE if isinstance(now, deque) else _LIST
    return base + _REFERENCE * len(now) + _ENTRY * new
