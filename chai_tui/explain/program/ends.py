"""How a program that is not ours, its processes and threads began and ended, in words; pure.

Its user knows threads and processes, and none of our words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chai_tui.explain.program.processes import (
    Process,
    ended_with_its_process,
    first_process,
    gone_processes,
    process_count,
    process_now,
    processes,
)
from chai_tui.explain.wording.formatting import ERROR_LENGTH, counted
from chai_tui.model.events import (
    Exited,
    Paused,
    Resumed,
    RunBegan,
    Sampled,
    Seated,
    Signalled,
    Started,
    Stopping,
)
from chai_tui.model.text import clipped, printable
from chai_tui.state.makers.records import Maker, State

if TYPE_CHECKING:
    from chai_tui.state.floor import Floor

NAMED_AT_MOST = 3
"""So many processes are named in a line before the others are counted."""
UNKNOWN_CODE = "exit code unknown: another process joined it"
"""Only the parent of a process is told its exit code, and only once."""


# The last line, and what is left in the shell


def program_closing_line(floor: Floor) -> str:
    """Return how a program ended: ``python lesson.py: ended with exit code 0``.

    What else ended otherwise than well is counted, and some of it named.
    """
    known, first = [*processes(floor)], first_process(floor)
    is_watched = floor.run.source == "watch"
    others = [
        process
        for process in known
        if is_watched or first is None or process.station.number != first.station.number
    ]
    outcome = _outcome(floor, known, first)
    return "; ".join(filter(None, (outcome, ended_badly(floor, others))))


def _outcome(floor: Floor, known: list[Process], first: Process | None) -> str:
    running = sum(bool(process.threads) and not process.is_over for process in known)
    program = printable(floor.run.program) or "the program"
    if floor.run.source == "watch":
        if first is None:
            return f"{program}: nothing was there to watch"
        if not running:
            return "all that was watched has ended"
        return f"{process_count(running)} of what was watched still run{'s' * (running == 1)}"
    if first is None or not first.threads:
        return f"{program}: never started" if floor.ever_unseated or floor.makers else program
    if not first.is_over:
        return f"{program}: still running"
    left = f"; {process_count(running)} of it still run{'s' * (running == 1)}" if running else ""
    return f"{first_end_text(floor, first)}{left}"


def first_end_text(floor: Floor, first: Process) -> str:
    """Return how the first process ended, as its program: ``make all: ended with exit code 2``."""
    return f"{printable(floor.run.program) or 'the program'}: {end_text(first)}"


def ended_badly(floor: Floor, others: list[Process]) -> str:
    """Return who was killed, ended with another code than 0 or failed; nothing where nobody did.

    Args:
        floor: the state.
        others: who is told of, of those that were not forgotten since.
    """
    first = None if floor.run.source == "watch" else floor.first_station
    gone = [one for one in gone_processes(floor) if one.station.number != first]
    bad = [process for process in others if process.is_over and not process.ended_well]
    bad = [*gone, *[one for one in bad if one.station.number not in floor.bad_stations]]
    bad_ever = len(bad) + floor.bad_ends_ever - len(floor.bad_ends)
    alone = [failed.maker for failed in floor.failed_threads]
    alone += [
        thread
        for process in processes(floor)
        for thread in process.threads
        if thread.joined and thread.error is not None and thread.exitcode == 0
    ]
    told = []
    if bad:
        who = f"{bad_ever:,} of {process_count(floor.processes_ever)}"
        named = _several([f"{process.name} {_how(process)}" for process in bad], bad_ever)
        was = "was" if bad_ever == 1 else "were"
        told.append(f"{who} {was} killed or ended with another code than 0: {named}")
    if alone:
        failed = len(alone) + floor.failed_threads_ever - len(floor.failed_threads)
        named = _several([f"{thread.name} with {_error(thread)}" for thread in alone], failed)
        told.append(f"{counted(failed, 'thread')} failed: {named}")
    return "; ".join(told)


def _several(parts: list[str], total: int) -> str:
    more = total - NAMED_AT_MOST
    return ", ".join(parts[:NAMED_AT_MOST]) + (f", and {more:,} more" if more > 0 else "")


def end_text(process: Process) -> str:
    """Return how a process ended: ``ended with exit code 3``, ``killed by SIGKILL``."""
    how = _how(process)
    if how.startswith("killed"):
        return how
    return f"ended, {how}" if process.exitcode is None else f"ended with {how}"


def _how(process: Process) -> str:
    """``exit code 3``, ``killed by SIGKILL`` or ``exit code unknown: …``."""
    last = process.last
    if last is None:
        return "still running"
    if last.ended_by_pool:
        return f"{last.end_signal}: {last.cause}"
    if last.end_signal is not None:
        return f"killed by {last.end_signal}"
    if last.exitcode is None:
        return UNKNOWN_CODE
    errors = [thread for thread in process.threads[:1] if thread.error and last.exitcode]
    return f"exit code {last.exitcode}" + (f", {_error(errors[0])}" if errors else "")


def _error(thread: Maker) -> str:
    return clipped(thread.error or "", ERROR_LENGTH)


# What happened


def _seated(event: Seated, floor: Floor) -> str:
    return _with_number(f"{_who(event.maker, floor)} seen", f"pid {event.pid}")


def _started(event: Started, floor: Floor) -> str:
    number = f"pid {event.pid}" if event.tid == event.pid else f"tid {event.tid}"
    # What is watched may have run for long.
    did = "seen" if floor.run.source == "watch" else "started"
    return _with_number(f"{_who(event.maker, floor)} {did}", number)


def _with_number(text: str, number: str) -> str:
    """Append a process's or thread's number, unless it is what that is called anyway."""
    return text if f" {number} " in text else f"{text}, {number}"


def exited_line(event: Exited, floor: Floor) -> str:
    """Return an end: ``#3 Process-1 ended, exit code 0``; of a thread, that it ended.

    Args:
        event: the end.
        floor: the state after it.
    """
    who = _who(event.maker, floor)
    maker = floor.makers.get(event.maker)
    if maker is None:
        code = f"exit code {event.exitcode}".replace("-", "−")
        return f"{who} ended{f', {code}' if event.exitcode else ''}"
    process = process_now(floor, maker.station)
    error = f": {_error(maker)}" if maker.error is not None else ""
    if not ended_with_its_process(maker, process):
        return f"{who} {'failed' if error else 'ended'}{error}"
    if maker.tid != maker.pid and len(process.threads) > 1:
        return f"{who} ended with its process, {_with_signal(event, maker)}{error}"
    burned = process.burned
    ended = "" if maker.end_signal is not None and not maker.ended_by_pool else "ended, "
    return f"{who} {ended}{_with_signal(event, maker)}{burned}{error}"


def _with_signal(event: Exited, maker: Maker) -> str:
    if maker.ended_by_pool:
        return f"{maker.end_signal}: {maker.cause}"
    if maker.end_signal is not None:
        return f"killed by {maker.end_signal}{', sent from here' if event.ours else ''}"
    return UNKNOWN_CODE if event.exitcode is None else f"exit code {event.exitcode}"


def is_told_with_its_process(
    event: Exited | Paused | Resumed | Signalled | Stopping, floor: Floor
) -> bool:
    """Whether what happened to a thread is told by what happened to the first of its process.

    Args:
        event: an end, or what a signal did: that is always the process's.
        floor: the state after it.
    """
    maker = floor.makers.get(event.maker)
    if maker is None or maker.is_ours or maker.tid == maker.pid:
        return False
    process = process_now(floor, maker.station)
    first = process.threads[0]  # nobody was seated there before it
    if first.tid != first.pid:
        return False
    if not isinstance(event, Exited):
        return first.ended_at is None or first.ended_at >= event.at
    if maker.error is not None or not ended_with_its_process(maker, process):
        return False
    return not first.joined or ended_with_its_process(first, process)


def _run_began(event: RunBegan, _: Floor) -> str:
    facts = (printable(event.program), counted(len(event.cores), "core"))
    return f"{event.source}: {', '.join(filter(None, facts))}"


def _sampled(event: Sampled, _: Floor) -> str:
    cores, threads = counted(len(event.cores), "core"), counted(len(event.makers), "thread")
    return f"sampled {cores}, {threads}"


def _who(number: int, floor: Floor) -> str:
    maker = floor.makers.get(number)
    called = "" if maker is None else printable(maker.called)
    return f"#{number} {called}" if called else f"#{number}"


DESCRIBE_OF_PROGRAM: dict[type, Callable[[Any, Floor], str]] = {
    RunBegan: _run_began,
    Seated: _seated,
    Started: _started,
    Exited: exited_line,
    Sampled: _sampled,
}
"""What is told of a program that is not ours otherwise than of makers of ours."""


def meaning_of_programs_end(maker: Maker) -> str:
    """Return what the end of a thread or process means; empty while it runs.

    Of a signal that ended it, see :func:`chai_tui.explain.exit_text.meaning_of_end`.
    """
    if maker.state is State.DONE:
        if maker.engine.shares_station:
            return "It ended by itself."
        return "It ended by itself, and its exit code 0 says that all went well."
    if maker.exitcode is None:
        return (
            "Nobody here knows its exit code: another process started it, and only that one is "
            "told."
        )
    if maker.exitcode == 0:
        return "It raised an exception that nobody caught; the other threads of its process go on."
    return _MEANINGS.get(maker.exitcode, "") or _of_code(maker.exitcode)


def _of_code(code: int) -> str:
    if 128 < code < 128 + 65:
        return (
            f"It ended itself with exit code {code}: a shell does so when signal {code - 128} "
            "ended what it ran; else its meaning is the program's own."
        )
    return f"It ended itself with exit code {code}, whose meaning is the program's own."


_MEANINGS = {
    1: (
        "It ended itself with exit code 1: something went wrong. Python ends so after an "
        "exception that nobody caught."
    ),
    2: (
        "It ended itself with exit code 2: mostly it was called wrongly, "
        "with options that it does not know."
    ),
    126: "It ended itself with exit code 126: a shell may not run what it was told to.",
    127: "It ended itself with exit code 127: a shell did not find what it was to run.",
}
