"""What lanes and their engines are called, and the verbs beside them; pure."""

from __future__ import annotations

from chai_tui.explain.wording.formatting import speed_text
from chai_tui.model.engine import Engine
from chai_tui.race.rounds.records import Lane, Race
from chai_tui.race.rounds.statistics import LEAST_ROUNDS, Standing


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
    if is_one(lane.engine):
        return noun
    if race is not None:
        is_usual = race.began is not None and lane.workers == race.began.workers
        alike = sum(other.engine is lane.engine for other in race.lanes.values())
        if is_usual and alike < 2:
            return noun
    return f"{lane.workers} {noun}" if lane.workers != 1 else f"1 {lane.engine}"


def is_one(engine: Engine) -> bool:
    """Return whether an engine's lane is one of its kind: it has no number of workers, as a noun.

    A plain loop, and a loop of asyncio.
    """
    return engine in (Engine.SERIAL, Engine.ASYNCIO)


def verb(engine: Engine, many: str) -> str:
    """Return a verb beside an engine's noun: ``threads give``, ``asyncio gives``.

    Args:
        engine: whose noun it is.
        many: the verb beside several, ``give``.
    """
    return f"{many}s" if is_one(engine) else many


def pronoun(engine: Engine) -> str:
    """Return ``it is`` or ``they are``, of an engine's noun."""
    return "it is" if is_one(engine) else "they are"


def engine_name(engine: Engine) -> str:
    """Return ``plain loop`` or ``processes``: an engine in a column."""
    return engine_noun(engine).removeprefix("a ")


def lane_name(lane: Lane) -> str:
    """Return ``processes ×2``: a lane in a column; a plain loop has no number."""
    name = engine_name(lane.engine)
    return name if is_one(lane.engine) else f"{name} ×{lane.workers}"


def interval_text(standing: Standing) -> str:
    """Return ``1.88–1.97``; a dash where there is no interval."""
    if standing.rounds < LEAST_ROUNDS:
        return "—"
    return f"{speed_text(standing.low)[:-1]}–{speed_text(standing.high).removesuffix('×')}"
