"""Floors as they were at some positions of a film, so that any moment is folded from one nearby.

Of most, what makers said and were sampled is kept as what came since a whole one. Together they
are bounded in bytes.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import HISTORY_KEPT, SAID_KEPT, Entries, Line, Maker, State, Use

MOST_BYTES = 320_000_000
"""Of all checkpoints together, as they are estimated."""
TEXT_BETWEEN = 1_000_000
"""Bytes of a recording from one to the next, until there are too many: about 7,000 events, which
are read again and folded in 30 ms."""
WHOLE = 8
"""Every so many are whole."""
_POSITION = attrgetter("position")
_NO_LINES: deque[Line] = deque(maxlen=SAID_KEPT)
_NO_USES: deque[Use] = deque(maxlen=HISTORY_KEPT)


class Since(NamedTuple):
    """What came of a maker since a whole checkpoint: all, if nothing is left of what was before.

    Attributes:
        said: lines.
        history: samples.
    """

    said: tuple[Line, ...]
    history: tuple[Use, ...]


class Checkpoint(NamedTuple):
    """A floor that is never changed, and how many events had happened then.

    Attributes:
        position: that number.
        floor: as it was then, but for what the makers in ``since`` said and were sampled.
        whole: an earlier one that has the beginning of that.
        since: the rest of it, by the makers' numbers.
        bytes: what it takes, as it is estimated.
    """

    position: int
    floor: Floor
    whole: Checkpoint | None = None
    since: dict[int, Since] = {}  # noqa: RUF012 - never changed
    bytes: int = 0

    def copied_floor(self) -> Floor:
        """Return the floor as it was then; it is the caller's."""
        floor = self.floor.copy()
        before = {} if self.whole is None else self.whole.floor.makers
        for number, (said, history) in self.since.items():
            maker, known = floor.makers[number], before.get(number)
            maker.said = deque(chain(known.said if known else (), said), SAID_KEPT)
            maker.history = deque(chain(known.history if known else (), history), HISTORY_KEPT)
        return floor


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
        self._whole: Checkpoint | None = None
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
        whole = self._whole
        copied = floor.copy(like=whole.floor if whole else None)
        if whole is None or len(self._kept) % WHOLE == WHOLE - 1:
            one = Checkpoint(position, copied)
        else:
            one = Checkpoint(position, copied, whole, _parted(floor, copied, whole.floor))
        one = one._replace(bytes=bytes_of(one, self._kept[-1] if self._kept else None))
        if one.whole is None:
            self._whole = one
        self._kept.append(one)
        gc.collect(1)
        gc.freeze()  # they are no garbage, and looking through them all takes a quarter of a second
        self.bytes += one.bytes
        while self.bytes > self._most and len(self._kept) > 1:
            self._kept = self._kept[1::2]
            self.text_between *= 2
            self.bytes = self._bytes_of_kept()

    def _bytes_of_kept(self) -> int:
        """What they take, with the whole ones that they need."""
        kept = {one.position: one.bytes for one in self._kept}
        kept |= {one.whole.position: one.whole.bytes for one in self._kept if one.whole}
        return sum(kept.values())

    def before(self, position: int) -> Checkpoint | None:
        """Return the last one until a position; None if there is none."""
        kept = self._kept
        index = bisect_right(kept, position, key=_POSITION)
        return kept[index - 1] if index else None


def _parted(floor: Floor, copied: Floor, whole: Floor) -> dict[int, Since]:
    """Take what is told of makers since a whole copy out of a later one.

    Args:
        floor: what was copied.
        copied: changed: what its makers said and were sampled is taken out of it.
        whole: what has the rest.
    """
    since: dict[int, Since] = {}
    for number, maker in copied.unjoined.items():
        known = whole.makers.get(number)
        if maker is known:
            continue
        said = maker.said if known is None else _told_since(maker.said, known.said)
        history = maker.history if known is None else _told_since(maker.history, known.history)
        since[number] = Since((*said,), (*history,))
        lent: list[Entries] = [maker.step_times, maker.pauses]
        if known is not None:  # what the whole one has as well is still lent
            lent += [known.said, known.history]
        floor.unjoined[number].lent = (*lent,)
        maker.said, maker.history, maker.lent = _NO_LINES, _NO_USES, ()
    return since


def _told_since(now: deque[Any], before: deque[Any]) -> list[Any]:
    """Return the entries that came after those of before; all, if none of those is left."""
    if now is before:
        return []
    return _newer_than(before[-1] if before else None, now)[::-1]


def _newer_than(last: object, told: Sequence[Any]) -> list[Any]:
    """Return the entries that came after one, newest first; all, if that is not there."""
    newer = []
    for entry in reversed(told):  # no takewhile(): it would call for each
        if entry is last:
            break
        newer.append(entry)
    return newer


# What objects take in CPython, with the numbers in them, but without what is shared.
_FLOOR, _MAKER, _STATION, _CORE = 4_000, 500, 900, 1_000
_LIST, _DEQUE, _IN_DICT, _ENTRY, _REFERENCE = 60, 650, 60, 180, 8
_PARTS = (attrgetter("said"), attrgetter("history"))


def bytes_of(one: Checkpoint, before: Checkpoint | None) -> int:
    """Return about how many bytes a checkpoint takes that the one before it does not."""
    floor, then = one.floor, None if before is None else before.floor
    told = floor.logged - (then.logged if then else 0)
    race = floor.race
    references = len(floor.log) + len(floor.sample_times) + floor.counts[State.SERVED]
    references += len(race.printed) + sum(len(lane.rounds) for lane in race.lanes.values())
    size = _FLOOR + _REFERENCE * references + _ENTRY * min(len(floor.log), told)
    size += _IN_DICT * (len(floor.makers) + len(floor.unjoined) + len(floor.stations))
    makers = {} if then is None else then.makers
    of_whole = {} if one.whole is None else one.whole.floor.makers
    for number, maker in floor.makers.items():
        if maker is not makers.get(number) and maker is not of_whole.get(number):
            size += _MAKER + 2 * _LIST + _ENTRY * len(maker.recent)
            size += _REFERENCE * (len(maker.step_times) + len(maker.pauses))
            since = one.since.get(number)
            known = () if before is None else _with_entries(before, number)
            for part in _PARTS:
                told = part(since or maker)
                last = next((entries[-1] for entries in map(part, known) if entries), None)
                size += (_LIST if since else _DEQUE) + _REFERENCE * len(told)
                size += _ENTRY * len(_newer_than(last, told))
    for number, station in floor.stations.items():
        if then is None or station is not then.stations.get(number):
            size += _STATION + _REFERENCE * (len(station.makers) + len(station.said))
    return size + sum(_CORE + _REFERENCE * len(core.history) for core in floor.cores.values())


def _with_entries(one: Checkpoint, number: int) -> list[Since | Maker]:
    """Return what has the entries of a maker in a checkpoint, the latest first."""
    whole = None if one.whole is None else one.whole.floor.makers.get(number)
    places = (one.since.get(number), one.floor.makers.get(number), whole)
    return [place for place in places if place is not None]
