"""What a round would have taken if nobody else had used the machine's cores.

Others make a computing round longer by the time in which its threads were ready to run but had no
core. How much of that to take off depends on what the function is; measured over 405 tastings,
204 of them beside other work: right in 404, where the plain walls were right in 284.
"""

from __future__ import annotations

import math
from statistics import median
from typing import NamedTuple

from chai_tui.model.race_events import RoundEnded, Tasted
from chai_tui.race.rounds.records import Lane, Race

COMPUTES_FROM = 0.9
"""A function computes if it runs, or is ready to, for this share of the time of a lone call."""
WAITS_BELOW = 0.2
"""It waits if that share is smaller."""
CORRECTED_FROM = 0.01
"""Seconds: a shorter round is left as it was. The system's figures are too coarse for it, and what
its workers wait for a core after they were woken is no others' doing."""
LEAST_LEFT = 0.05
"""Part of a round's wall that is left of it, whatever the system's figures say of others."""
LESS_WORK_BELOW = 0.75
"""Part of the loop's CPU time below which a lane's calls are other work than the loop's: they go on
until a moment, say, or find what others left. Cores alone differ by less."""
ALIKE = 1.3
"""How many times as long as the shortest call the longest one is where all calls are alike."""
SHORTEST_HOLDS = 0.95
"""Part of the shortest call's length that no later call falls below."""


class Spent(NamedTuple):
    """What a lone call's time goes into, without what others took; shares of its wall, 0 to 1.

    Attributes:
        computes: it runs on a core.
        holds: it holds the GIL, running or not; None if that is not known or there is none.
    """

    computes: float
    holds: float | None

    @property
    def is_computing(self) -> bool:
        """Whether it computes, and hardly waits."""
        return self.computes >= COMPUTES_FROM

    @property
    def is_waiting(self) -> bool:
        """Whether it waits, and hardly computes."""
        return self.computes < WAITS_BELOW


def spent(race: Race) -> Spent | None:
    """Return what a lone call's time goes into; None before one was made."""
    computes = _computes(race)
    return None if computes is None else Spent(computes, _holds(race))


def _computes(race: Race) -> float | None:
    """The share from the serial rounds, which are many; from the tasted calls before there are."""
    serial = race.serial
    rounds = [ended for ended in serial.rounds if ended.counts] if serial else []
    wall = sum(ended.wall for ended in rounds)
    if wall >= CORRECTED_FROM:
        return _share(
            sum(ended.cpu for ended in rounds), sum(ended.ready or 0.0 for ended in rounds), wall
        )
    if race.tasted is None:
        return None
    return _share(race.tasted.thread_cpu, race.tasted.ready or 0.0, race.tasted.wall)


def _share(cpu: float, ready: float, wall: float) -> float:
    """The share of the wall that a call computes, its delays taken off where there were any."""
    left = wall - ready
    return min(1.0, max(0.0, cpu / left)) if left > 0 else 1.0


def _holds(race: Race) -> float | None:
    """The share of a call that holds the GIL, without the time in which its holder had no core.

    A thread that others keep from its core may hold the GIL meanwhile. A call that waits beside
    seems to hold it for longer then: its waits do not grow, what it computes does.
    """
    if race.gil is None or race.gil.share is None:
        return None
    share = min(1.0, max(0.0, race.gil.share))
    # It was looked at while single calls were made, and in serial rounds.
    wall, cpu, ready = 0.0, 0.0, 0.0
    if tasted := race.tasted:
        wall, cpu, ready = tasted.wall, tasted.thread_cpu, tasted.ready or 0.0
    for ended in race.serial.rounds if race.serial else ():
        wall, cpu, ready = wall + ended.wall, cpu + ended.cpu, ready + (ended.ready or 0.0)
    if ready <= 0 or wall <= ready or cpu + ready <= 0:
        return share
    held = share * wall
    held_at_work = min(1.0, held / (cpu + ready))
    return min(1.0, max(0.0, (held - ready * held_at_work) / (wall - ready)))


def corrected_walls(race: Race) -> dict[int, dict[int, float]]:
    """Return the corrected seconds of every round that counts: by lane, then by round.

    A lane is there even if none of its rounds counts yet.
    """
    share = spent(race)
    serial = race.serial
    if share is not None and share.is_computing and _is_other_work(race):
        share = None
    alone: dict[int, float] = {}
    if serial is not None:
        alone = {ended.round: _corrected(race, ended, serial, share) for ended in _counting(serial)}
    walls: dict[int, dict[int, float]] = {}
    for lane in race.lanes.values():
        if lane is serial:
            walls[lane.number] = alone
            continue
        walls[lane.number] = {
            ended.round: max(
                _corrected(race, ended, lane, share),
                _least(race, lane, ended, share, alone.get(ended.round)),
            )
            for ended in _counting(lane)
        }
    return walls


def _counting(lane: Lane) -> list[RoundEnded]:
    """Rounds that are weighed; one without any length is none."""
    return [ended for ended in lane.rounds if ended.counts and ended.wall > 0]


def own_threads(lane: Lane) -> int:
    """Return on how many threads a lane's calls run."""
    alone = lane.engine.traits.takes_turns or lane.engine.traits.shares_loop
    return 1 if alone else max(1, lane.workers)


def at_once(race: Race, lane: Lane) -> float:
    """Return how many cores' worth of CPU time a lane can use at once.

    More workers than cores keep one another waiting; that is nobody else's doing.
    """
    threads = own_threads(lane)
    if race.began is None:
        return threads
    return min(threads, race.began.cores if race.began.cores > 0 else max(1, race.began.workers))


def _corrected(race: Race, ended: RoundEnded, lane: Lane, share: Spent | None) -> float:
    """The round's wall without what others took of it."""
    wall, cpu, ready = ended.wall, ended.cpu, ended.ready
    if not ready or cpu <= 0 or share is None or share.is_waiting or wall <= CORRECTED_FROM:
        return wall
    if share.is_computing:
        better = wall * cpu / (cpu + ready)
    else:  # a delay is hidden while another worker goes on, but for one that holds the GIL
        holds = 0.0 if lane.engine.traits.own_interpreter else share.holds or 0.0
        better = wall - ready * (holds + (1 - holds) / own_threads(lane))
    return min(wall, max(better, cpu / at_once(race, lane), LEAST_LEFT * wall))


def _least(
    race: Race, lane: Lane, ended: RoundEnded, share: Spent | None, alone: float | None
) -> float:
    """The seconds that the round cannot fall below, whatever was measured.

    Who computes is at most as many times as fast as there are workers: beside other work the loop
    alone may be slowed down more than several are, which is no merit of theirs. Threads take turns
    for as long as a call holds the GIL. And where every call was timed alone, the calls that one
    worker makes cannot take less than so many of the shortest; this is for those that wait, because
    a computing one may find a faster core.
    """
    least = 0.0
    if share is None:
        return least
    if share.is_computing and alone is not None:
        least = alone * _turns(race, lane, ended) / ended.calls
    if lane.engine.traits.own_interpreter:
        return least
    if share.holds is not None and alone is not None:
        least = max(least, share.holds * alone)
    tasted = race.tasted
    if tasted and share.is_waiting and _each_was_timed(race):
        turns = math.ceil(ended.calls / max(1, lane.workers))
        least = max(least, SHORTEST_HOLDS * tasted.shortest * turns)
    return least


def _is_other_work(race: Race) -> bool:
    """Whether some lane's calls are less work than the loop's, though they are the same calls.

    Calls that go on until a moment end no later for what others took; and several threads of them
    need not take turns to get there. So there is nothing to correct.
    """
    loop = {ended.round: ended.cpu for ended in _counting(race.serial)} if race.serial else {}
    parts = [
        [ended.cpu / loop[ended.round] for ended in _counting(lane) if loop.get(ended.round, 0) > 0]
        for lane in race.lanes.values()
    ]
    return any(part and median(part) < LESS_WORK_BELOW for part in parts)


def are_alike(tasted: Tasted) -> bool:
    """Return whether all calls are about as long as each other."""
    return tasted.longest <= ALIKE * tasted.shortest


def _each_was_timed(race: Race) -> bool:
    """Whether a call with each item was timed alone."""
    items = race.loaded.items if race.loaded else 0
    return race.tasted is not None and race.tasted.calls >= max(2, items)


def _turns(race: Race, lane: Lane, ended: RoundEnded) -> float:
    """How many calls' time the round takes at least, as long as there are so many cores.

    Somebody makes at least one call; where all are alike, at least as many as are left for each
    worker: three calls of a second take two workers two seconds, not one and a half.
    """
    tasted = race.tasted
    is_alike = tasted is not None and _each_was_timed(race) and are_alike(tasted)
    each = math.ceil(ended.calls / own_threads(lane)) if is_alike else 1
    return max(each, ended.calls / at_once(race, lane))
