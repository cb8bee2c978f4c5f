"""What is left in the shell of a program that is not ours: how it went, in a few lines; pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chai_tui.explain.program.ends import NAMED_AT_MOST, ended_badly, program_closing_line
from chai_tui.explain.program.happenings import missed_text
from chai_tui.explain.program.processes import Process, gone_processes, process_count, processes
from chai_tui.explain.wording.formatting import ERROR_LENGTH, counted, seconds_text
from chai_tui.model.text import clipped, printable
from chai_tui.state.floor import Floor

LISTED = 10
"""So many exit codes are listed."""
WORTH_TELLING = 0.05
"""CPU seconds from which a process is told to have burned most."""


def program_report(floor: Floor, ended: Collection[int], wall: float) -> list[str]:
    """Return how a program went, in a few lines; nothing where it never was there.

    Args:
        floor: the state at the end.
        ended: the numbers of those who were still at work when somebody left, and were ended.
        wall: seconds in which somebody was there.
    """
    if not floor.processes_ever:
        return [program_closing_line(floor)]
    known = [process for process in processes(floor) if process.threads]
    # Who still runs has none; it is counted in the first line.
    over = [process for process in known if process.is_over]
    told = [
        *gone_processes(floor),
        *[one for one in over if one.station.number not in floor.bad_stations],
    ]
    codes = [f"{process.name} {_code(process)}" for process in told[:LISTED]]
    ended_ever = floor.processes_ever - (len(known) - len(over))
    rest = ended_ever - len(codes)
    more = f" and {rest:,} more" if rest > 0 else ""
    gone = {floor.makers[number].station for number in ended if number in floor.makers}
    if gone:
        program = printable(floor.run.program) or "the program"
        were = "was" if len(gone) == 1 else "were"
        left = f"{program}: {process_count(len(gone))} {were} ended while at work"
        others = [process for process in known if process.station.number not in gone]
        closing = "; ".join(filter(None, (left, ended_badly(floor, others))))
    else:
        closing = program_closing_line(floor)
    lines = [closing, _figures(floor, wall)]
    if codes:
        lines.append(f"exit codes: {', '.join(codes)}{more}")
    lines += _failed_tasks(floor)
    lines += _most_time(told, ended_ever)
    if floor.missed is not None:
        lines.append(missed_text(floor.missed))
    return lines


def _figures(floor: Floor, wall: float) -> str:
    burned = floor.burned
    who = f"{process_count(floor.processes_ever)}, {counted(floor.threads_ever, 'thread')}"
    text = f"{who}: {seconds_text(wall)} on the clock, {seconds_text(burned)} of CPU time"
    if floor.run.source == "watch":  # they have burned it since they began, watched or not
        return f"{text} since they began"
    return f"{text}, {burned / wall:.1f} cores at once" if wall > 0 else text


def _among(known: int, ever: int, nouns: str) -> str:
    """Of whom a figure tells, where some of those there were have been forgotten since."""
    return f" of the {known:,} {nouns} still listed (of {ever:,})" if known < ever else ""


def _failed_tasks(floor: Floor) -> list[str]:
    """How many tasks failed, in a line, and how one of them did; nothing where none has."""
    threads = floor.makers.values()
    errors = [thread.task_error for thread in threads if thread.tasks_failed]
    if not errors:
        return []
    failed, done = sum(one.tasks_failed for one in threads), sum(one.tasks for one in threads)
    example = f"{', e.g.' if failed > 1 else ':'} {clipped(errors[0], ERROR_LENGTH)}"
    among = _among(len(threads), floor.threads_ever, "threads")
    return [f"failed tasks{among}: {failed:,} of {done:,}{example}"]


def _most_time(told: Sequence[Process], ever: int) -> list[str]:
    """Who of those who ended burned most, in a line; nothing where it is known of one alone.

    Args:
        told: those of them that are known.
        ever: how many ended.
    """
    burned = [process for process in told if process.burned_text]
    burned.sort(key=lambda process: process.burned_seconds, reverse=True)
    most = [
        f"{process.name} {process.burned_text}"
        for process in burned[:NAMED_AT_MOST]
        if process.burned_seconds >= WORTH_TELLING
    ]
    among = _among(len(told), ever, "processes")
    return [f"most CPU time{among}: {', '.join(most)}"] if len(burned) > 1 and most else []


def _code(process: Process) -> str:
    last = process.last
    if last is None or last.exitcode is None:
        return "unknown"
    signal = f" ({last.end_signal})" if last.end_signal else ""
    if last.ended_by_pool:
        signal = " (by its pool)"
    return f"{last.exitcode}{signal}".replace("-", "−")
