"""What the story line says of ends: of one that was not as planned, and of everybody's; pure."""

from __future__ import annotations

from chai_tui.explain.exit_text import ended_with_its_process, exit_code_text
from chai_tui.explain.wording.at_work import waited
from chai_tui.explain.wording.grammar import named
from chai_tui.model.engine import Engine
from chai_tui.model.text import clipped
from chai_tui.state.floor import Floor
from chai_tui.state.makers.busy_period import latest_busy_period
from chai_tui.state.makers.records import Maker, State

NEWS_SECONDS = 6.0
"""So long an end is news while others go on."""
_ERROR_LENGTH = 60
_LITTLE = 0.1
"""Less work than this share of the time says nothing of what it was like."""
_WORTH_TELLING = 0.25
"""Of work and waiting, the lesser is told from this share of the other on."""


def end_story(floor: Floor) -> str:
    """Return what the newest end shows, if it was none that was planned and still is news."""
    ended = [maker for maker in floor.makers.values() if maker.joined]
    if not ended:
        return ""
    newest = max(ended, key=lambda maker: (maker.ended_at or 0.0, maker.number))
    is_news = floor.all_joined or floor.now - (newest.ended_at or 0.0) <= NEWS_SECONDS
    if is_news and newest.state is State.STOPPED:
        return _stopped(floor, newest)
    if not is_news or newest.state not in {State.KILLED, State.FAILED}:
        return ""
    if newest.engine.shares_station:
        return _at_shared_station(floor, newest)
    return _killed(floor, newest) if newest.state is State.KILLED else _failed(floor, newest)


def _killed(floor: Floor, maker: Maker) -> str:
    told = f"#{maker.number} was killed by {maker.end_signal}"
    code = exit_code_text(maker.exitcode)
    others = ", the others never noticed" if _others_brew(floor, maker) else ""
    # Any other signal may have been answered by code of its own before it ended the process.
    if maker.end_signal == "SIGKILL" and maker.served_at is None and maker.error is None:
        code = code.replace("exit code", "its exit code is")
        return f"#{maker.number} was killed: its `finally` did not run, {code}{others}."
    return f"{told}: {code}{others}."


def _stopped(floor: Floor, maker: Maker) -> str:
    """What stopping shows; of everybody's stop there is nothing to tell."""
    if floor.all_joined:
        return ""
    if not maker.engine.shares_station:
        others = ", the others go on" if _others_brew(floor, maker) else ""
        signal = maker.end_signal
        return f"#{maker.number} was stopped by {signal}: {exit_code_text(maker.exitcode)}{others}."
    if maker.gave_up and not ended_with_its_process(maker):
        worker = "task" if maker.engine.traits.shares_loop else "thread"
        return f"#{maker.number} was asked to stop, and did: a {worker} cannot be killed."
    return ""


def _failed(floor: Floor, maker: Maker) -> str:
    others = ", the others go on" if _others_brew(floor, maker) else ""
    did = "failed" if maker.exitcode else "ended before it had served"
    return f"#{maker.number} {did}{_error(maker)}: {exit_code_text(maker.exitcode)}{others}."


def _at_shared_station(floor: Floor, maker: Maker) -> str:
    station = floor.stations[maker.station]
    if not ended_with_its_process(maker):
        others = " Those who share its process go on." if _shared_brew(floor, maker) else ""
        return f"#{maker.number} failed{_error(maker)}.{others}" if maker.error else ""
    fell = [
        number
        for number in station.makers
        if ended_with_its_process(floor.makers[number])
        and floor.makers[number].exitcode == maker.exitcode
    ]
    if len(fell) < 2:
        return ""
    why = maker.end_signal or exit_code_text(maker.exitcode)
    return f"Process {station.pid} ended by {why}, and with it everybody in it: {named(fell)}."


def _others_brew(floor: Floor, maker: Maker) -> bool:
    return any(
        other.state is State.BREWING and other.station != maker.station
        for other in floor.makers.values()
    )


def _shared_brew(floor: Floor, maker: Maker) -> bool:
    there = floor.stations[maker.station].makers
    return any(floor.makers[number].state is State.BREWING for number in there)


def _error(maker: Maker) -> str:
    if not maker.error:
        return ""
    return f" with {clipped(maker.error, _ERROR_LENGTH)}"


def done_story(floor: Floor, engine_key: str) -> str:
    """Return what a round came to, once everybody was served.

    Args:
        floor: where everybody was joined.
        engine_key: the key that chooses another engine; empty: none is offered.
    """
    if not floor.all_served or not floor.makers:
        return ""
    period = latest_busy_period(floor.makers.values())
    makers = [floor.makers[number] for number in period.makers]
    engines = {maker.engine for maker in makers}
    wall = (period.ended or floor.now) - period.began
    if len(engines) > 1 or len(makers) < 2 or wall < 0.1:
        return ""
    (engine,) = engines
    work = sum(maker.cpu_seconds for maker in makers)
    times = waited(makers, floor.now)
    who = f"{len(makers)} {_PLURALS[engine]}"
    waits = 0.0 if times is None else times[1]
    if max(work, waits) < _LITTLE * wall:
        return ""
    computes = work >= waits * _WORTH_TELLING
    parts = [f"did {work:.1f} s of work"] if computes else []
    if waits >= max(work, 0.1) * _WORTH_TELLING:
        parts.append(f"waited {waits:.1f} s")
    did = " and ".join(parts)
    suggestion = _suggestion(floor, engine, engine_key, computes=computes)
    # Cut, not rounded, as the clock beside it.
    return f"Done: {who} in {int(wall * 10 + 1e-6) / 10:.1f} s {did}.{suggestion}"


_PLURALS = {
    Engine.SERIAL: "makers, one after another,",
    Engine.PROCESS: "processes",
    Engine.THREAD: "threads",
    Engine.ASYNCIO: "asyncio tasks",
    Engine.INTERPRETER: "interpreters",
}


def _suggestion(floor: Floor, engine: Engine, key: str, *, computes: bool) -> str:
    """What to compare it with: another engine that there is, and for which this recipe differs."""
    if not key:
        return ""
    if engine is Engine.PROCESS:
        other = Engine.THREAD
    elif computes or engine is Engine.SERIAL:
        other = Engine.PROCESS
    else:
        other = Engine.ASYNCIO if engine is Engine.THREAD else Engine.THREAD
    return f" Press {key} for {_PLURALS[other]}." if other in floor.run.engines else ""
