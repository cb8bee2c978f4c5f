"""What stands beside a verdict: noise, engines that are out, results that differ, chunks; pure."""

from __future__ import annotations

from statistics import stdev

from chai_tui.explain.tasting.lanes import engine_noun, is_one, lane_noun, verb
from chai_tui.explain.wording.formatting import percent, span_text, speed_text
from chai_tui.explain.wording.grammar import listed, sentence_of
from chai_tui.model.engine import Engine
from chai_tui.model.text import clipped, printable
from chai_tui.race.forecast import pooled
from chai_tui.race.noise import length_spread, others_cores, taken_off
from chai_tui.race.rounds.chunks import ADVISED_BELOW, chunk_advised, chunk_of
from chai_tui.race.rounds.correction import corrected_walls
from chai_tui.race.rounds.costs import call_seconds, overhead_seconds
from chai_tui.race.rounds.kind import Nature, kind_of
from chai_tui.race.rounds.records import Lane, Race, lane_of
from chai_tui.race.rounds.statistics import Standing, standings
from chai_tui.race.verdict import Verdict

OTHERS_FROM = 0.15
"""Cores that others took before they are blamed."""
SPREAD_FROM = 1.3
"""How many times as long the longest call is as the shortest before that is blamed."""
REPR_LENGTH = 60
"""Characters of a value that a sentence repeats."""
SEVERAL_FROM = 1.2
"""Cores that a call uses before it is said to use several."""
LIMIT = "OMP_NUM_THREADS=1"
ALL_WAIT = 0.75
"""Part of the threads that must wait at once before more of them are said to give more."""
ALIKE = 0.05
"""Two races that differ by less are as fast as each other."""


def noise_text(race: Race, verdict: Verdict) -> str:
    """Return what made the noise, and what may help."""
    cores = others_cores(race)
    if cores is not None and cores >= OTHERS_FROM:
        return (
            f"Others took {cores:.1f} cores meanwhile: taste it again when the machine is quieter."
        )
    spread = length_spread(race)
    if spread is not None and race.tasted is not None and spread >= SPREAD_FROM:
        shortest, longest = span_text(race.tasted.shortest), span_text(race.tasted.longest)
        return (
            f"The calls' own length varies, {shortest} to {longest}: "
            "more items or a larger budget would tell."
        )
    rounds = [
        stdev(walls.values()) / (sum(walls.values()) / len(walls))
        for walls in corrected_walls(race).values()
        if len(walls) > 1
    ]
    if not rounds or not verdict.seen:
        return ""
    return (
        f"Rounds of one lane differ by ±{percent(max(rounds))}, nothing that was seen tells why: "
        "a larger budget may tell."
    )


def others_text(race: Race) -> str:
    """Return how much others took, and what that makes of a round; empty if it was next to none."""
    cores = others_cores(race)
    if cores is None or cores < OTHERS_FROM:
        return ""
    text = f"Others took {cores:.1f} cores meanwhile"
    # Of the lane to use, else of the one that it changes most.
    if not any(standing.rounds for standing in standings(race)):
        return f"{text}."
    changed = [
        (before, after, standing.lane)
        for standing in standings(race)
        if (known := taken_off(standing)) is not None
        for before, after in [known]
        if span_text(before) != span_text(after)
    ]
    if not changed:
        return f"{text}: it does not change what was measured."
    chosen = race.judged.lane if race.judged else None
    before, after, lane = max(changed, key=lambda one: (one[2].number == chosen, one[0] / one[1]))
    whose = f"a round of {lane_noun(race, lane)}"
    return (
        f"{text}; what they took is taken off ({whose}: {span_text(before)} as measured, "
        f"{span_text(after)} without them)."
    )


def out_texts(race: Race) -> list[str]:
    """Return why engines do not race, as ``Processes are out: a lambda cannot be pickled.``."""
    return [
        f"{sentence_of(engine_noun(engine))} {'is' if is_one(engine) else 'are'} out: "
        f"{printable(text).rstrip('.')}."
        for engine, text in race.out.items()
    ]


def differed_texts(race: Race) -> list[str]:
    """Return what lanes return that differs from what a lone call does; the first of each."""
    texts = []
    for lane in race.lanes.values():
        if (differed := lane.differed) is None:
            continue
        found, expected = _cut(differed.found), _cut(differed.expected)
        texts.append(
            f"{sentence_of(lane_noun(race, lane))} {verb(lane.engine, 'return')} something else: "
            f"item {differed.item}: {found} instead of {expected}. "
            "The function keeps state between calls, or depends on time or chance."
        )
    return texts


def _cut(text: str) -> str:
    return clipped(text, REPR_LENGTH)


def chunk_text(race: Race) -> str:
    """Return what chunks would do for calls under 50 µs; empty for longer ones.

    Where what goes along costs far more than the call no chunk is advised: then only what the
    chunks did that raced.
    """
    call, advised = call_seconds(race), chunk_advised(race)
    lane = lane_of(race, Engine.PROCESS)
    if call is None or call >= ADVISED_BELOW or lane is None:
        return ""
    used = chunk_of(race, lane)
    if advised is None and used == 1:
        return ""
    best = 0.0
    alone = speed_text(_pooled(race, call, lane, 1))
    ways = [f"about {alone} as single calls through a pool of processes"]
    raced = next((one for one in standings(race) if one.lane is lane), None)
    if used > 1 and raced is not None and raced.rounds:
        best = raced.speedup
        ways.append(f"{speed_text(best)} in chunks of {used:,}, as they raced")
    if advised is not None and used < advised:
        reckoned = _pooled(race, call, lane, advised)
        if reckoned > best:  # else what was measured knows better
            ways.append(f"about {speed_text(reckoned)} in chunks of {advised:,}")
    return f"Calls this short ({span_text(call)}) give {listed(ways)}."


def _pooled(race: Race, call: float, lane: Lane, chunk: int) -> float:
    """The speed-up of processes, reckoned from what handing over costs."""
    return pooled((overhead_seconds(race, chunk) or 0.0) / call, lane.workers)


def more_threads_text(race: Race, verdict: Verdict) -> str:
    """Return that more threads may wait at once than raced; empty where that is not so."""
    winner, kind = verdict.winner, kind_of(race)
    if winner is None or kind is None or kind.nature is not Nature.WAITS or race.loaded is None:
        return ""
    lane, items = winner.lane, race.loaded.items
    if lane.engine is not Engine.THREAD or any(
        other.engine is Engine.THREAD and other.workers > lane.workers
        for other in race.lanes.values()
    ):
        return ""
    if winner.speedup < ALL_WAIT * lane.workers or (items and lane.workers >= items):
        return ""
    return "More threads may give more: these are as many as a round had calls."


def own_cores_text(race: Race) -> str:
    """Return what is said of a function that starts threads, and of limiting them; or nothing."""
    kind = kind_of(race.unlimited or race)
    if kind is None or kind.nature is not Nature.USES_CORES:
        return ""
    text = "The function works in threads of its own"
    if kind.cores >= SEVERAL_FROM:
        text = f"By itself the function already uses {kind.cores:.1f} cores"
    before, now = _best(race.unlimited), _best(race)
    if race.unlimited is None or before is None or now is None:
        return f"{text}."
    gain = (now.calls_per_second or 1.0) / (before.calls_per_second or 1.0)
    limited, unlimited = lane_noun(race, now.lane), lane_noun(race.unlimited, before.lane)
    made = f"{unlimited} {verb(before.lane.engine, 'make')}"
    text = f"{text}. So all this is with {LIMIT}:"
    if gain > 1 + ALIKE:
        then = f"{limited} then {verb(now.lane.engine, 'make')} {speed_text(gain)} the calls"
        return f"{text} {then} of {unlimited} without it."
    if gain < 1 - ALIKE:
        return f"{text} without it {made} {speed_text(1 / gain)} the calls, so leave it."
    return f"{text} without it {made} about as many calls."


def _best(race: Race | None) -> Standing | None:
    """How the lane did that makes most calls a second; the lightest of those that are alike."""
    known = [one for one in standings(race) if one.calls_per_second] if race is not None else []
    most = max((one.calls_per_second or 0.0 for one in known), default=0.0)
    return next((one for one in known if (one.calls_per_second or 0.0) >= most * (1 - ALIKE)), None)
