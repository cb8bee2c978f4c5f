"""Killing one maker never costs another an event, and never stalls it."""

from __future__ import annotations

import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from random import Random

from chai_tui.model.commands import AddMakers, KillMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Seated
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.sources.live.kitchen import Kitchen
from tests.storm.numbered import THREAD_WAYS, Sequence, Way, sending
from tests.storm.promise import PATIENCE, Broken, Force, Promise, require

AT_ONCE = 12
"""How many victims live at a time."""
LONGEST_LIFE = 0.08
"""Seconds a victim lives at most after it was seated: its start takes about a tenth of that."""
SILENCE_LIMIT = 20.0
"""Seconds of silence of one survivor that count as a stall, on however loaded a machine."""

_WAIT = Recipe("wait", (Step("wait", StepKind.WAIT, 600.0),))
_COMPUTE = Recipe("compute", (Step("compute", StepKind.COMPUTE, 600.0),))


class KillStorm:
    """Survivors who send numbers, and victims who are killed beside them.

    Args:
        kitchen: where; it stays the caller's.
        random: who dies when, and by whom.
    """

    def __init__(self, kitchen: Kitchen, random: Random) -> None:
        self._kitchen = kitchen
        self._random = random
        self.survivors: dict[int, Sequence] = {}
        self.killed = 0
        self.events = 0
        self.longest_silence = 0.0
        self._ways: dict[int, Way] = {}
        self._sequences: dict[int, Sequence] = {}
        self._makers_at: dict[int, set[int]] = defaultdict(set)
        self._station_of: dict[int, int] = {}
        self._pid_of: dict[int, int] = {}
        self._doomed: list[tuple[float, int, int]] = []
        self._ours: dict[int, bool] = {}
        self._heard_at: dict[int, float] = {}
        self._counter = count()
        self._seating_survivors = False

    def seat_survivors(self, how_many: int) -> None:
        """Seat those who must not lose anything: processes, and a few threads."""
        self._seating_survivors = True
        ways = list(Way)
        threads = max(2, how_many // 8)
        for index in range(how_many - threads):
            self._kitchen.submit(AddMakers(1, sending(ways[index % len(ways)]), Engine.PROCESS))
        for index in range(threads):
            way = THREAD_WAYS[index % len(THREAD_WAYS)]
            self._kitchen.submit(AddMakers(1, sending(way), Engine.THREAD))
        self.until(lambda: len(self.survivors) == how_many)
        self.until(self._everybody_is_heard())
        self._seating_survivors = False

    def kill(self, victims: int) -> None:
        """Seat and kill so many, and see that everybody's end is told."""
        seated = 0
        while self.killed < victims:
            alive = len(self._sequences) - len(self.survivors)
            if seated < victims and alive < AT_ONCE:
                seated += self._seat_victims()
            self.turn()

    def see_that_all_go_on(self) -> None:
        """See that every survivor still sends."""
        self.until(self._everybody_is_heard())

    def until(self, condition: object, patience: float = PATIENCE) -> None:
        """Drive until a condition holds."""
        deadline = time.monotonic() + patience
        while not condition():  # type: ignore[operator]
            require(time.monotonic() < deadline, f"never held; {self._silent()}")
            self.turn()

    def turn(self) -> None:
        """Poll once, check what came, and kill whoever's time has come."""
        now = time.monotonic()
        while self._doomed and self._doomed[0][0] <= now:
            self._kill_station(heappop(self._doomed)[2])
        wait = max(0.0, self._doomed[0][0] - now) if self._doomed else 0.05
        batch = self._kitchen.poll(min(wait, 0.05))
        self.events += len(batch)
        heard: set[int] = set()
        for event in batch:
            self._take(event, heard)
        now = time.monotonic()
        for maker in heard:
            self._heard_at[maker] = now
        for maker in self.survivors:
            silence = now - self._heard_at.setdefault(maker, now)
            if silence > self.longest_silence:
                self.longest_silence = silence
                require(silence < SILENCE_LIMIT, f"#{maker} was silent for {silence:.1f} s")

    def _seat_victims(self) -> int:
        draw = self._random.random()
        if draw < 0.1:
            # Not threads: they would be seated with the survivors.
            recipe = self._random.choice((_WAIT, sending(Way.PRINT)))
            self._order(recipe, Engine.ASYNCIO, 2)
            return 2
        if draw < 0.3:
            self._order(self._random.choice((_WAIT, _COMPUTE)), Engine.PROCESS, 1)
        else:
            self._order(sending(self._random.choice(list(Way))), Engine.PROCESS, 1)
        return 1

    def _order(self, recipe: Recipe, engine: Engine, how_many: int) -> None:
        self._kitchen.submit(AddMakers(how_many, recipe, engine))
        seen = len(self._sequences) + self.killed
        self.until(lambda: len(self._sequences) + self.killed >= seen + how_many)

    def _take(self, event: Event, heard: set[int]) -> None:
        maker = getattr(event, "maker", None)
        if isinstance(event, Seated):
            self._seated(event)
        elif isinstance(event, Exited):
            self._exited(event)
        elif maker in self._sequences:
            self._sequences[maker].take(event)
            heard.add(maker)

    def _seated(self, event: Seated) -> None:
        way = Way(event.recipe) if event.recipe in set(Way) else Way.PRINT
        sequence = self._sequences[event.maker] = Sequence(event.maker, way)
        self._station_of[event.maker] = event.station
        self._pid_of[event.station] = event.pid
        self._makers_at[event.station].add(event.maker)
        if self._seating_survivors:
            self.survivors[event.maker] = sequence
            return
        if self._makers_at[event.station] & self.survivors.keys():
            raise Broken(f"#{event.maker} sits with the survivors")
        life = self._random.choice((0.0, self._random.uniform(0, LONGEST_LIFE)))
        heappush(self._doomed, (time.monotonic() + life, next(self._counter), event.station))

    def _kill_station(self, station: int) -> None:
        makers = self._makers_at.get(station)
        if not makers or station in self._ours:
            return
        ours = self._ours[station] = self._random.random() < 0.5
        if ours:
            self._kitchen.submit(KillMaker(min(makers)))
        else:
            os.kill(self._pid_of[station], signal.SIGKILL)

    def _exited(self, event: Exited) -> None:
        maker = event.maker
        require(maker not in self.survivors, f"survivor #{maker} ended: {event}")
        station = self._station_of.pop(maker)
        require(event.exitcode == -signal.SIGKILL, f"#{maker} was killed, but {event}")
        require(event.ours == self._ours[station], f"#{maker} was killed by another: {event}")
        self._makers_at[station].discard(maker)
        if not self._makers_at[station]:
            del self._makers_at[station], self._pid_of[station], self._ours[station]
        del self._sequences[maker]
        self.killed += 1

    def _everybody_is_heard(self) -> object:
        before = {maker: sequence.next for maker, sequence in self.survivors.items()}
        return lambda: all(self.survivors[maker].next > was for maker, was in before.items())

    def _silent(self) -> str:
        return ", ".join(f"#{maker} at {s.next}" for maker, s in self.survivors.items())


def kill_beside(victims: int, survivors: int, random: Random) -> str:
    """Kill victims beside survivors; return the figures."""
    kitchen = Kitchen("forkserver")
    began = time.monotonic()
    try:
        storm = KillStorm(kitchen, random)
        storm.seat_survivors(survivors)
        storm.kill(victims)
        storm.see_that_all_go_on()
        events, took = storm.events, time.monotonic() - began
    finally:
        kitchen.close()
    return (
        f"{storm.killed:,} killed beside {survivors}: {events:,} events gapless,"
        f" {events / took:,.0f} a second, longest silence {storm.longest_silence:.2f} s"
    )


def _storm(force: Force) -> str:
    return "; ".join(_waves(force))


def _waves(force: Force) -> Iterator[str]:
    for survivors in (8, 32):
        yield kill_beside(force.times(5_000, 20), survivors, force.random)


PROMISE = Promise(
    "kills", "killing one maker never costs another an event, and never stalls it", _storm
)
