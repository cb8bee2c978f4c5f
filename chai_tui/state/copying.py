"""How a floor is copied: cheaply, for a replay keeps many and makes one for every jump.

What never changes is shared: events, lines, entries of histories, spans, and a maker that was
joined. What may change is lent: whoever changes it first copies it then. Of two copies that are
both kept as they are, the later one has the very makers of the earlier one that did not change.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Self

from chai_tui.race.rounds.records import Race, own
from chai_tui.state.floor_facts import FloorFacts
from chai_tui.state.makers.records import Core, Maker, Station

_OWN = frozenset({"race", "rewound"})
"""What a floor does not take over from another one as it is."""
_NOT_TAKEN = _OWN | {"makers", "unjoined", "stations", "cores"}
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

    unjoined: dict[int, Maker]
    stations: dict[int, Station]
    cores: dict[int, Core]
    race: Race
    rewound: int

    def copy(self, like: Self | None = None) -> Self:
        """Return an equal floor of its own.

        Args:
            like: a copy of the floor as it was earlier. Given one, neither that nor this copy may
                ever be changed: they share what did not change in between.
        """
        floor = type(self)()
        makers = {} if like is None else like.unjoined
        vars(floor).update(
            {name: own(told) for name, told in vars(self).items() if name not in _NOT_TAKEN}
        )
        floor.unjoined = {
            number: _copied_maker(maker, makers.get(number))
            for number, maker in self.unjoined.items()
        }
        floor.makers = {**self.makers, **floor.unjoined}
        for station in self.stations.values():
            station.is_lent = True
        floor.stations = self.stations.copy()
        floor.cores = {number: _copied_core(core) for number, core in self.cores.items()}
        floor.race.become(self.race)
        return floor

    def _station(self, number: int) -> Station:
        """Return a station to change: a copy in its place, if copies of the floor have it, too."""
        station = self.stations[number]
        if station.is_lent:
            station = self.stations[number] = Station(*_FIELDS_OF_STATION(station))
            station.makers = station.makers.copy()
            station.said = station.said.copy()
            station.is_lent = False
        return station

    def become(self, other: Self) -> None:
        """Be what another floor is, in its place; that one is not to be used any more."""
        vars(self).update({name: told for name, told in vars(other).items() if name not in _OWN})
        self.race.become(other.race)
        self.rewound += 1


def _copied_maker(maker: Maker, known: Maker | None) -> Maker:
    """Return an equal maker: one that is known, if it did not change."""
    if known is not None and known.version == maker.version:
        return known
    maker.lent = (maker.step_times, maker.pauses, maker.said, maker.history)
    return Maker(*_FIELDS_OF_MAKER(maker))


def _copied_core(core: Core) -> Core:
    """Return an equal core of its own."""
    copied = Core(*_FIELDS_OF_CORE(core))
    copied.history = core.history.copy()
    return copied
