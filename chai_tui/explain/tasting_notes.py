"""What stands beside a verdict: names, noise, engines that are out, other machines; pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import stdev

from chai_tui.explain.formatting import percent, span_text, speed_text
from chai_tui.model.engine import Engine
from chai_tui.model.text import printable
from chai_tui.race.correction import corrected_walls
from chai_tui.race.forecast import (
    SOURCE,
    call_seconds,
    chunk_advised,
    chunk_of,
    forecast,
    lane_of,
    overhead_seconds,
    pays_from,
    pooled,
    serial_shares,
)
from chai_tui.race.kind import Nature, kind_of
from chai_tui.race.noise import length_spread, others_cores
from chai_tui.race.records import Lane, Race
from chai_tui.race.statistics import Standing, standings
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
ALIKE = 0.05
"""Two races that differ by less are as fast as each other."""


# Names


def engine_noun(engine: Engine) -> str:
    """Return what an engine's workers are called: ``processes``, ``asyncio``, ``a plain loop``."""
    match engine:
        case Engine.SERIAL:
            return "a plain loop"
        case Engine.ASYNCIO:
            return "asyncio"
        case Engine.THREAD | Engine.INTERPRETER:
            return f"{engine}s"
        case Engine.PROCESS:
            return "processes"


def lane_noun(race: Race | None, lane: Lane) -> str:
    """Return ``threads``, or ``16 threads`` where they are not just as many as the cores.

    Args:
        race: what tells how many lanes an engine has; None: the number is always said.
        lane: which one.
    """
    noun = engine_noun(lane.engine)
    if lane.engine in (Engine.SERIAL, Engine.ASYNCIO):
        return noun
    if race is not None:
        is_usual = race.began is not None and lane.workers == race.began.workers
        alike = sum(other.engine is lane.engine for other in race.lanes.values())
        if is_usual and alike < 2:
            return noun
    return f"{lane.workers} {noun}" if lane.workers != 1 else f"1 {lane.engine}"


def listed(parts: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def sentence_of(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]


# Beside the verdict


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


def out_texts(race: Race) -> list[str]:
    """Return why engines do not race, as ``Processes are out: a lambda cannot be pickled.``."""
    return [
        f"{sentence_of(engine_noun(engine))} {_are(engine)} out: {printable(text).rstrip('.')}."
        for engine, text in race.out.items()
    ]


def _are(engine: Engine) -> str:
    return "is" if engine in (Engine.SERIAL, Engine.ASYNCIO) else "are"


def differed_texts(race: Race) -> list[str]:
    """Return what lanes return that differs from what a lone call does; the first of each."""
    texts = []
    for lane in race.lanes.values():
        if (differed := lane.differed) is None:
            continue
        verb = "returns" if lane.engine in (Engine.SERIAL, Engine.ASYNCIO) else "return"
        found, expected = _cut(differed.found), _cut(differed.expected)
        texts.append(
            f"{sentence_of(lane_noun(race, lane))} {verb} something else: "
            f"item {differed.item}: {found} instead of {expected}. "
            "The function keeps state between calls, or depends on time or chance."
        )
    return texts


def _cut(text: str) -> str:
    text = printable(text[: REPR_LENGTH + 1])
    return text if len(text) <= REPR_LENGTH else f"{text[:REPR_LENGTH]}…"


def chunk_text(race: Race) -> str:
    """Return what chunks would do for calls under 50 µs; empty for longer ones."""
    call, advised = call_seconds(race), chunk_advised(race)
    lane = lane_of(race, Engine.PROCESS)
    if call is None or advised is None or lane is None:
        return ""
    used = chunk_of(race, lane)
    best = 0.0
    alone = speed_text(_pooled(race, call, lane, 1))
    ways = [f"about {alone} as single calls through a pool of processes"]
    raced = next((one for one in standings(race) if one.lane is lane), None)
    if used > 1 and raced is not None and raced.rounds:
        best = raced.speedup
        ways.append(f"{speed_text(best)} in chunks of {used:,}, as they raced")
    reckoned = _pooled(race, call, lane, advised)
    if used < advised and reckoned > best:  # else what was measured knows better
        ways.append(f"about {speed_text(reckoned)} in chunks of {advised:,}")
    return f"Calls this short ({span_text(call)}) give {listed(ways)}."


def _pooled(race: Race, call: float, lane: Lane, chunk: int) -> float:
    """The speed-up of processes, reckoned from what handing over costs."""
    return pooled((overhead_seconds(race, chunk) or 0.0) / call, lane.workers)


# Other calls, other machines


def pays_text(race: Race) -> str:
    """Return from which length of a call on processes pay on this machine; empty if unknown."""
    least, call, lane = pays_from(race), call_seconds(race), lane_of(race, Engine.PROCESS)
    if least is None or call is None or lane is None:
        return ""
    about = span_text(two_digits(least))
    return (
        f"On this machine {lane.workers} processes pay from calls of about {about} on, "
        f"handed over one by one; here a call takes {span_text(call)}."
    )


def two_digits(number: float) -> float:
    """Return a number rounded to two digits: no more are known of a guess."""
    return float(f"{number:.1e}")


def forecast_text(race: Race) -> str:
    """Return what more cores would give at most; empty if that is unknown."""
    kind, ahead = kind_of(race), forecast(race)
    if not ahead or kind is None:
        return ""
    if kind.nature is Nature.USES_CORES:
        return "What more cores would give is not known: the function uses several by itself."
    what = "workers" if kind.nature is Nature.WAITS else "cores"
    threads = [speed_text(e.threads) for e in ahead if e.threads is not None]
    processes = [speed_text(e.processes) for e in ahead if e.processes is not None]
    gives = [
        f"{name} at most {listed(speeds)}"
        for name, speeds in (("threads", threads), ("processes", processes))
        if speeds
    ]
    return f"With {listed([f'{entry.cores}' for entry in ahead])} {what}: {'; '.join(gives)}."


def forecast_source_text(race: Race) -> str:
    """Return by which law that is, and with which figures; empty if it is not known."""
    kind, shares = kind_of(race), serial_shares(race)
    if kind is None or kind.nature is Nature.USES_CORES or not forecast(race):
        return ""
    laws = []
    if shares.threads is not None and shares.gil is not None:
        about = "about " if race.gil is not None and race.gil.is_about else ""
        text = f"threads 1 / (s + (1 − s) / n), s = {about}{_small(shares.threads)}"
        if shares.threads < shares.gil:
            held = f"{about}{percent(shares.gil)} of a call holds the GIL"
            most = f"never over {speed_text(1 / shares.gil)}"
            laws.append(f"{text} as the race shows, {most} as {held}")
        else:
            laws.append(f"{text} of a call holds the GIL")
    if shares.processes is not None:
        handing = f"{_small(shares.processes)} for handing over"
        laws.append(f"processes 1 / (s + 1 / n), s = {handing}")
    return f"{SOURCE}: {'; '.join(laws)}."


def _small(share: float) -> str:
    """A share that may be tiny, or more than all."""
    if share >= 0.995:
        return f"{share:.1f}"
    return percent(share) if share >= 0.0095 else "under 1 %"


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
    made = f"{unlimited} {_make(before.lane)}"
    text = f"{text}. So all this is with {LIMIT}:"
    if gain > 1 + ALIKE:
        then = f"{limited} then {_make(now.lane)} {speed_text(gain)} the calls"
        return f"{text} {then} of {unlimited} without it."
    if gain < 1 - ALIKE:
        return f"{text} without it {made} {speed_text(1 / gain)} the calls, so leave it."
    return f"{text} without it {made} about as many calls."


def _make(lane: Lane) -> str:
    return "makes" if lane.engine in (Engine.SERIAL, Engine.ASYNCIO) else "make"


def _best(race: Race | None) -> Standing | None:
    """How the lane did that makes most calls a second; the lightest of those that are alike."""
    known = [one for one in standings(race) if one.calls_per_second] if race is not None else []
    most = max((one.calls_per_second or 0.0 for one in known), default=0.0)
    return next((one for one in known if (one.calls_per_second or 0.0) >= most * (1 - ALIKE)), None)
