"""What a tasting is made of: the race, its lanes, their rounds."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import (
    PRINTED_AT_MOST,
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Loaded,
    Phase,
    PhaseBegan,
    Printed,
    RoundBegan,
    RoundEnded,
    TasteBegan,
    Tasted,
    TasteFailed,
)

_CONTAINERS = (list, dict, deque, array)


@dataclass
class Lane:
    """An engine with so many workers.

    Attributes:
        opened: what it is.
        rounds: those that ended, oldest first.
        running: the round it makes now; None while another lane does.
        done: how many calls of that have returned.
        differed: the first call that returned something else than it should have.
    """

    opened: LaneOpened
    rounds: list[RoundEnded] = field(default_factory=list)
    running: RoundBegan | None = None
    done: int = 0
    differed: Differed | None = None

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.opened.lane

    @property
    def engine(self) -> Engine:
        """What kind its workers are."""
        return self.opened.engine

    @property
    def workers(self) -> int:
        """How many work at once."""
        return self.opened.workers


class Race:
    """All that is known of a tasting, folded from events.

    Attributes:
        began: what was asked for; None while nothing was.
        loaded: the function; None while it is not there.
        phase: what the tasting does now.
        left: seconds that this will take at most, from ``phase_at`` on.
        phase_at: since when.
        race_until: when the race proper ends at the latest; 0 before it begins.
        tasted: what single calls cost; None while it is not known.
        gil: how often the GIL was held meanwhile; likewise.
        lanes: by number: from the lightest engine to the heaviest.
        out: why an engine cannot race.
        printed: what the function printed, the last of it.
        printed_count: how many lines it printed.
        failed: why it cannot be tasted; None if it can.
        judged: the verdict; None before.
        unlimited: the race before this one, if this is the second one of a function that uses
            several cores by itself, with its threads limited; it never changes again.
    """

    def __init__(self) -> None:
        self.unlimited: Race | None = None
        self._reset()

    def _reset(self) -> None:
        self.began: TasteBegan | None = None
        self.loaded: Loaded | None = None
        self.phase = Phase.IMPORT
        self.left = 0.0
        self.phase_at = 0.0
        self.race_until = 0.0
        self.tasted: Tasted | None = None
        self.gil: GilSeen | None = None
        self.lanes: dict[int, Lane] = {}
        self.out: dict[Engine, str] = {}
        self.printed: deque[Printed] = deque(maxlen=PRINTED_AT_MOST)
        self.printed_count = 0
        self.failed: TasteFailed | None = None
        self.judged: Judged | None = None

    def fold(self, event: object) -> None:
        """Take in one event; those of a kitchen are passed over."""
        if handler := self._HANDLERS.get(type(event)):
            handler(self, event)

    def become(self, other: Race) -> None:
        """Be what another race is, in its place; what changes is copied."""
        vars(self).update(
            {name: own(value) for name, value in vars(other).items()},
            lanes={
                number: replace(lane, rounds=lane.rounds.copy())
                for number, lane in other.lanes.items()
            },
        )

    @property
    def is_over(self) -> bool:
        """Whether there is a verdict, or none will come."""
        return self.judged is not None or self.failed is not None

    @property
    def serial(self) -> Lane | None:
        """The lane that makes one call after another: what the others are compared with."""
        return next((lane for lane in self.lanes.values() if lane.engine is Engine.SERIAL), None)

    def _began(self, event: TasteBegan) -> None:
        # Everything that is reset gets a new object, so that a shallow copy keeps what was.
        self.unlimited = copy(self) if event.limited else None
        self._reset()
        self.began = event
        self.phase_at = event.at

    def _phase_began(self, event: PhaseBegan) -> None:
        self.phase = event.phase
        self.left = event.left
        if event.phase is Phase.RACE:
            self.race_until = event.at + event.left
        self.phase_at = event.at

    def _loaded(self, event: Loaded) -> None:
        self.loaded = event

    def _tasted(self, event: Tasted) -> None:
        self.tasted = event

    def _gil_seen(self, event: GilSeen) -> None:
        self.gil = event

    def _lane_opened(self, event: LaneOpened) -> None:
        self.lanes[event.lane] = Lane(event)

    def _lane_out(self, event: LaneOut) -> None:
        self.out[event.engine] = event.text
        self.lanes = {
            number: lane for number, lane in self.lanes.items() if lane.engine is not event.engine
        }

    def _round_began(self, event: RoundBegan) -> None:
        if lane := self.lanes.get(event.lane):
            lane.running = event
            lane.done = 0

    def _calls_done(self, event: CallsDone) -> None:
        if lane := self.lanes.get(event.lane):
            lane.done = event.done

    def _round_ended(self, event: RoundEnded) -> None:
        if lane := self.lanes.get(event.lane):
            lane.rounds.append(event)
            lane.running = None
            lane.done = event.calls

    def _differed(self, event: Differed) -> None:
        if (lane := self.lanes.get(event.lane)) and lane.differed is None:
            lane.differed = event

    def _printed(self, event: Printed) -> None:
        self.printed.append(event)
        self.printed_count += 1

    def _failed(self, event: TasteFailed) -> None:
        self.failed = event
        self.phase = Phase.OVER

    def _judged(self, event: Judged) -> None:
        self.judged = event
        self.phase = Phase.OVER

    # Of the class and not of each race, which would then be in a cycle with itself.
    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        TasteBegan: _began,
        PhaseBegan: _phase_began,
        Loaded: _loaded,
        Tasted: _tasted,
        GilSeen: _gil_seen,
        LaneOpened: _lane_opened,
        LaneOut: _lane_out,
        RoundBegan: _round_began,
        CallsDone: _calls_done,
        RoundEnded: _round_ended,
        Differed: _differed,
        Printed: _printed,
        TasteFailed: _failed,
        Judged: _judged,
    }


def own(value: Any) -> Any:
    """Return a value that is not changed with another: a container is copied, not what it holds."""
    return copy(value) if isinstance(value, _CONTAINERS) else value


def lane_of(race: Race, engine: Engine) -> Lane | None:
    """Return the engine's lane; of several the one with the fewest workers."""
    lanes = [lane for lane in race.lanes.values() if lane.engine is engine]
    return min(lanes, key=lambda lane: lane.workers, default=None)
