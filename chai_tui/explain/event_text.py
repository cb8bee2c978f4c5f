"""What happened and why, in words for a person; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chai_tui.explain.exit_text import join_line
from chai_tui.explain.program.ends import DESCRIBE_OF_PROGRAM, program_closing_line
from chai_tui.explain.program.happenings import DESCRIBE_PROGRAM
from chai_tui.explain.start_text import start_text
from chai_tui.explain.wording.formatting import ERROR_LENGTH, counted, quota_text, ranges
from chai_tui.model.events import (
    CoresChanged,
    Dropped,
    Event,
    Exited,
    Failed,
    GaveUp,
    Paused,
    Progress,
    Resumed,
    RunBegan,
    Said,
    Sampled,
    Seated,
    Served,
    Signalled,
    Started,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.race_events import Judged, LaneOut, TasteFailed
from chai_tui.model.text import clipped, printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State, ordinal

NAMED_AT_MOST = 3
"""How many makers the closing line names."""
OWN_DOING = frozenset(
    {"SIGABRT", "SIGALRM", "SIGBUS", "SIGFPE", "SIGILL", "SIGPIPE", "SIGSEGV", "SIGSYS",
     "SIGTRAP", "SIGXCPU", "SIGXFSZ"}
)  # fmt: skip
"""Signals that a process brings on itself; it would be wrong to say that they came from outside."""
ACT_ON_THE_PAUSED = frozenset({"SIGKILL", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"})
"""Signals that do not wait for a paused process: they end it, let it run, or change nothing."""


# The closing line


def closing_line(floor: Floor, asked: int = 0) -> str:
    """Return the last line of a run.

    Args:
        floor: the state when the run is over.
        asked: how many makers were asked for, if the run may have ended before all were seated.

    Returns:
        ``All chai served`` only if every maker was joined and served, else for example
        ``2 of 3 chai served: Chai Maker #2 was killed by SIGKILL``. Of a program that is not ours
        how that ended.
    """
    if floor.run.is_program:
        return program_closing_line(floor)
    unseated = max(floor.unseated, asked - len(floor.makers))
    if floor.all_served and not unseated:
        return "All chai served"
    missing = [
        f"{maker.name} {_fate(maker)}"
        for maker in floor.makers.values()
        if not (maker.joined and maker.state is State.SERVED)
    ]
    told = missing[:NAMED_AT_MOST]
    if len(missing) > len(told):
        told.append(f"and {len(missing) - len(told)} more")
    reasons = [", ".join(told)] if told else []
    if unseated:
        reasons.append(f"{counted(unseated, 'maker')} not seated")
    total = len(floor.makers) + unseated
    line = f"{len(floor.makers) - len(missing)} of {total} chai served"
    return ": ".join([line, "; ".join(reasons)] if reasons else [line])


def _fate(maker: Maker) -> str:
    """Why a maker counts as not served."""
    if not maker.joined:
        return f"was still {maker.state}" if maker.state is not State.SERVED else "was not joined"
    if maker.state is State.ENDED:
        return maker.cause
    if maker.state is not State.FAILED:
        return f"was {maker.cause}"
    if maker.error is not None:
        return f"failed: {_clipped(maker.error)}"
    return f"ended with {maker.cause}"


def _clipped(error: str) -> str:
    return clipped(error, ERROR_LENGTH)


# The event log


def describe(event: Event, floor: Floor) -> str:
    """Return an event as one line without its time: ``#2 served, 1st``.

    Args:
        event: what happened.
        floor: the state after it; where it knows nothing of the maker, the line says less.
    """
    if floor.run.is_program and (tell := DESCRIBE_OF_PROGRAM.get(type(event))) is not None:
        return tell(event, floor)
    return _DESCRIBE[type(event)](event, floor)


def _seated(event: Seated, _: Floor) -> str:
    return ", ".join(
        filter(None, (f"#{event.maker} seated", event.engine, printable(event.recipe)))
    )


def _started(event: Started, floor: Floor) -> str:
    maker = floor.makers.get(event.maker)
    if maker is None:
        return f"#{event.maker} started, pid {event.pid}"
    process = not maker.engine.shares_station
    number = f"pid {event.pid}" if process else f"tid {event.tid}"
    return ", ".join(filter(None, (f"#{event.maker} started", number, start_text(maker))))


def _step_began(event: StepBegan, floor: Floor) -> str:
    maker = floor.makers.get(event.maker)
    if maker is None or not 0 <= event.step < len(maker.steps):
        return f"#{event.maker} began step {event.step + 1}"
    step = f"step {event.step + 1} of {len(maker.steps)}"
    return f"#{event.maker} began {step}, {printable(maker.steps[event.step].name)}"


def _progress(event: Progress, _: Floor) -> str:
    return f"#{event.maker} at {event.fraction:.0%} of its step"


def _served(event: Served, floor: Floor) -> str:
    place = floor.place(event.maker)
    served = f"#{event.maker} served" + ("" if place is None else f", {ordinal(place)}")
    return f"{served}: {_clipped(event.result)}" if event.result else served


def _failed(event: Failed, _: Floor) -> str:
    return f"#{event.maker} failed: {_clipped(event.error)}"


def _gave_up(event: GaveUp, _: Floor) -> str:
    return f"#{event.maker} stopped, as it was asked to"


def _said(event: Said, floor: Floor) -> str:
    return f"{_speaker(event, floor)} said: {printable(event.line)}"


def _dropped(event: Dropped, floor: Floor) -> str:
    return f"{_speaker(event, floor)} says too much: lines are left out, and counted"


def _speaker(event: Said | Dropped, floor: Floor) -> str:
    """Who said it: a maker, or the process that several share."""
    if event.maker is not None:
        return f"#{event.maker}"
    station = floor.stations.get(event.station)
    return f"station {event.station}" if station is None else f"pid {station.pid}"


def _paused(event: Paused, _: Floor) -> str:
    return f"#{event.maker} paused{_from_outside(ours=event.ours)}"


def _resumed(event: Resumed, _: Floor) -> str:
    return f"#{event.maker} resumed{_from_outside(ours=event.ours)}"


def _from_outside(*, ours: bool) -> str:
    return "" if ours else " (from outside)"


def _stopping(event: Stopping, floor: Floor) -> str:
    asked = f"#{event.maker} asked to stop"
    if event.signal is None:
        return asked
    grace = "" if event.grace is None else f", SIGKILL in {event.grace:g} s"
    return f"{asked}: {floor.signal_name(event.signal)}{grace}"


def _signalled(event: Signalled, floor: Floor) -> str:
    name = floor.signal_name(event.signal)
    maker = floor.makers.get(event.maker)
    waits = maker is not None and maker.paused and name not in ACT_ON_THE_PAUSED
    return f"#{event.maker} was sent {name}{', which waits until it runs again' if waits else ''}"


def _exited(event: Exited, floor: Floor) -> str:
    maker = floor.makers.get(event.maker)
    if event.exitcode is not None and event.exitcode < 0:
        if maker is not None and maker.state is State.STOPPED:
            return f"#{event.maker} stopped by {floor.signal_name(-event.exitcode)}"
        name = floor.signal_name(-event.exitcode)
        outside = _from_outside(ours=event.ours or name in OWN_DOING)
        return f"#{event.maker} killed by {name}{outside}"
    if maker is None or maker.state is State.SERVED:
        return join_line(event, floor)
    if maker.state is not State.FAILED:
        return f"#{event.maker} {maker.cause}"
    if maker.error is not None:
        return f"#{event.maker} failed: {_clipped(maker.error)}"
    if maker.served_at is None:
        return f"#{event.maker} ended before it had served"
    return f"#{event.maker} failed after it had served"


def _trouble(event: Trouble | Unseated, _: Floor) -> str:
    return printable(event.text)


def _run_began(event: RunBegan, _: Floor) -> str:
    gil = "on" if event.gil else "off"
    cores = counted(len(event.cores), "core")
    facts = (event.start_method, f"GIL {gil}", cores, event.python)
    return ", ".join([f"{event.source} run", *filter(None, facts)])


def _cores_changed(event: CoresChanged, _: Floor) -> str:
    text = f"may use {counted(len(event.cores), 'core')} now: {ranges(event.cores)}"
    return text if event.quota is None else f"{text}; {quota_text(event.quota)}"


def _sampled(event: Sampled, _: Floor) -> str:
    cores, makers = counted(len(event.cores), "core"), counted(len(event.makers), "maker")
    return f"sampled {cores}, {makers}"


def _lane_out(event: LaneOut, _: Floor) -> str:
    return f"{event.engine} is out: {_clipped(event.text)}"


def _taste_failed(event: TasteFailed, _: Floor) -> str:
    return printable(event.text)


def _judged(event: Judged, _: Floor) -> str:
    return printable(event.sentence)


_DESCRIBE: dict[type, Callable[[Any, Floor], str]] = {
    RunBegan: _run_began,
    CoresChanged: _cores_changed,
    Seated: _seated,
    Started: _started,
    StepBegan: _step_began,
    Progress: _progress,
    Served: _served,
    Failed: _failed,
    GaveUp: _gave_up,
    Said: _said,
    Dropped: _dropped,
    Paused: _paused,
    Resumed: _resumed,
    Stopping: _stopping,
    Signalled: _signalled,
    Exited: _exited,
    Trouble: _trouble,
    Unseated: _trouble,
    Sampled: _sampled,
    **DESCRIBE_PROGRAM,
    # The rest of a tasting is for its own screen; a log tells none of it.
    LaneOut: _lane_out,
    TasteFailed: _taste_failed,
    Judged: _judged,
}
