"""How a floor is copied: cheaply, for a replay keeps many and makes one for every jump.

Only what changes is copied. What never does is shared: events, lines, entries of histories, spans,
and a maker that was joined. Of two copies that are both kept as they are, the later one shares with
the earlier one what did not change in between.
"""

from __future__ import annotations

from collections import deque
from dataclasses import fields
from operator import attrgetter
from typing import Any, Self, TypeVar

from chai_tui.race.records import Race, own
from chai_tui.state.floor_facts import FloorFacts
from chai_tui.state.records import Core, Maker, Station

Kept = TypeVar("Kept", list[Any], deque[Any])

_OWN = frozenset({"race", "rewound"})
"""What a floor does not take over from another one as it is."""
_FIELDS_OF_MAKER = attrgetter(*(field.name for field in fields(Maker)))
_FIELDS_OF_STATION = attrgetter(*(field.name for field in fields(Station)))
_FIELDS_OF_CORE = attrgetter(*(field.name for field in fields(Core)))


class CopiedFloor(FloorFacts):
    """A floor, as far as it can be copied.

    Attributes:
        race: what is known of a function that is tasted.
        rewound: how often this floor became another one. Everything else is the same whenever the
            same happened: after it grew, nothing can be assumed to have only been added to.
    """

    stations: dict[int, Station]
    cores: dict[int, Core]
    race: Race
    rewound: int
    unjoined: dict[int, Maker]

    def copy(self, like: Self | None = None) -> Self:
        """Return an equal floor of its own.

        Args:
            like: a copy of the floor as it was earlier. Given one, neither that nor this copy may
                ever be changed: they share what did not change in between.
        """
        floor = type(self)()
        makers = {} if like is None else like.makers
        stations = {} if like is None else like.stations
        vars(floor).update(
            {name: own(told) for name, told in vars(self).items() if name not in _OWN}
        )
        floor.makers = {
            number: maker if maker.joined else _copied_maker(maker, makers.get(number))
            for number, maker in self.makers.items()
        }
        floor.unjoined = {number: floor.makers[number] for number in self.unjoined}
        floor.stations = {
            number: _copied_station(station, stations.get(number))
            for number, station in self.stations.items()
        }
        floor.cores = {number: _copied_core(core) for number, core in self.cores.items()}
        floor.race.become(self.race)
        return floor

    def become(self, other: Self) -> None:
        """Be what another floor is, in its place; that one is not to be used any more."""
        vars(self).update({name: told for name, told in vars(other).items() if name not in _OWN})
        self.race.become(other.race)
        self.rewound += 1


def _copied_maker(maker: Maker, known: Maker | None) -> Maker:
    """Return an equal maker, which shares what did not change with one that is known."""
    if known is not None and known.version == maker.version:
        return known
    copied = Maker(*_FIELDS_OF_MAKER(maker))
    copied.recent = maker.recent.copy()
    if known is None:
        copied.step_times = maker.step_times.copy()
        copied.pauses = maker.pauses.copy()
        copied.said = maker.said.copy()
        copied.history = maker.history.copy()
    else:
        copied.step_times = _kept(maker.step_times, known.step_times)
        copied.pauses = _kept(maker.pauses, known.pauses)
        copied.said = _kept(maker.said, known.said)
        copied.history = _kept(maker.history, known.history)
    return copied


def _kept(now: Kept, before: Kept) -> Kept:
    """Return a copy of what only its end changes of, or what it was before, if it is still that."""
    is_same = len(now) == len(before) and (not now or now[-1] is before[-1])
    return before if is_same else now.copy()


def _copied_station(station: Station, known: Station | None) -> Station:
    """Return an equal station: one that is known, if it is equal."""
    if known == station:
        return known
    copied = Station(*_FIELDS_OF_STATION(station))
    copied.makers = station.makers.copy()
    copied.said = station.said.copy()
    return copied


def _copied_core(core: Core) -> Core:
    """Return an equal core of its own."""
    copied = Core(*_FIELDS_OF_CORE(core))
    copied.history = core.history.copy()
    return copied
