"""What a program that is not ours does now: its first process in a line, all in a sentence; pure.

Everything is as the system says, measured over the last seconds; where nothing is sure, nothing is
said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chai_tui.explain.program.ends import end_text, program_closing_line
from chai_tui.explain.program.gil import holder_of
from chai_tui.explain.program.happenings import blocked_text, waits_of
from chai_tui.explain.program.processes import (
    Process,
    first_process,
    process_count,
    process_of,
    processes,
)
from chai_tui.explain.wording.at_work import Shares, recent_shares
from chai_tui.explain.wording.formatting import counted
from chai_tui.explain.wording.grammar import listed, number_word, plural, sentence_of
from chai_tui.model.program_events import BlockKind, WaitKind
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State

NEWS_SECONDS = 6.0
"""So long an end is news while others go on."""
_WANTS = 0.8
"""Who wants a core for so much of the time wants one."""
_WORKS = 0.5
"""Who uses a core for so much of the time computes."""
_LACKS = 0.2
"""Who had no core for so much of the time lacks one."""
_IDLE = 0.05
"""Less than that of a core is nothing."""
_ONE = (0.8, 1.1)
"""Cores at once of threads that take turns, and have a core whenever they may."""
_KEEPS = 0.9
"""Whoever has the GIL for so much of the time keeps it from the others."""
_NAME_CELLS = 24
_WAYS_TOLD = 3
"""So many ways to wait are told apart."""


# The line of the first process


def program_forms(floor: Floor, *, has_pid: bool) -> Iterator[str]:
    """Yield what the first process is and does, from many words to few.

    Args:
        floor: the state.
        has_pid: whether to tell the number of the process.
    """
    first = first_process(floor)
    program = printable(floor.run.program) or "the program"
    if first is None or not first.threads:
        yield program_closing_line(floor) if floor.all_joined else f"{program}  not there yet"
        return
    if floor.all_joined or (first.is_over and not floor.open):
        closing = program_closing_line(floor)
        yield closing
        yield closing.partition(";")[0]
        yield f"{_short(first)}: {end_text(first)}"
        yield end_text(first)
        return
    known = [process for process in processes(floor) if process.threads and not process.is_over]
    size = f"{process_count(len(known))}, {counted(floor.open, 'thread')}"
    does = _does(floor, first)
    pid = f"pid {first.station.pid}" if has_pid and _is_alone(floor) else ""
    short = _short(first) if _is_alone(floor) else program[:_NAME_CELLS]
    if floor.run.source == "watch" and _is_alone(floor):
        program = short  # what was asked for is a number mostly
    for parts in (
        (_joined(program, pid), size, does),
        (_joined(short, pid), size, does),
        (_joined(short, pid), does or size),
        (short, does or size),
        (does or size,),
    ):
        yield " · ".join(filter(None, parts))


def _joined(name: str, pid: str) -> str:
    return f"{name}  {pid}" if pid else name


def _is_alone(floor: Floor) -> bool:
    """Whether one process is the first: of what is watched several may be."""
    return sum(not station.parent for station in floor.stations.values()) == 1


def _short(process: Process) -> str:
    station = process.station
    name = printable(station.name or station.command) or f"pid {station.pid}"
    return name if len(name) <= _NAME_CELLS else f"{name[: _NAME_CELLS - 1]}…"


def _does(floor: Floor, first: Process) -> str:
    """What the first process's own thread does."""
    if not _is_alone(floor):
        return ""
    return end_text(first) if first.is_over else thread_does(first.threads[0])


def thread_does(thread: Maker) -> str:
    """Return what a thread does now: ``joins #2``, ``reads pipe``, ``on core 1``; may be nothing.

    What the program says of itself goes before what the system says.
    """
    if thread.joined:
        return "ended"
    if thread.state is State.PAUSED:
        return "stopped"
    told = blocked_text(thread.blocked) or waits_of(thread)
    if told:
        return told
    if thread.core is not None:
        return f"on core {thread.core}"
    return "wants a core" if (thread.ready_share or 0.0) >= _WANTS else ""


# What happens now, in a sentence


class _AtWork(NamedTuple):
    """A thread that is open, and what it got of the cores lately."""

    thread: Maker
    shares: Shares

    @property
    def wants(self) -> float:
        return self.shares.cpu + (self.shares.ready or 0.0)


def program_story(floor: Floor) -> str:
    """Return what happens in a program, in a sentence; empty where nothing is sure."""
    news = _news(floor)
    if news or floor.all_joined:
        return news
    open_ = [maker for maker in floor.makers.values() if not maker.joined]
    if told := _stopped(open_):
        return told
    shares = [(maker, recent_shares(maker, floor)) for maker in open_]
    at_work = [_AtWork(maker, share) for maker, share in shares if share is not None]
    if not open_ or len(at_work) < len(open_):
        return ""  # of some nobody knows what they do
    return (
        _too_few_cores(floor, at_work)
        or _one_gil(floor, at_work)
        or _computing(floor, at_work)
        or _all_wait(at_work)
    )


def _news(floor: Floor) -> str:
    """The newest end of a process, if it was not a good one."""
    bad = [one for one in processes(floor) if one.is_over and not one.ended_well]
    bad = [one for one in bad if one.exitcode is not None]  # else nobody knows how it ended
    if not bad:
        return ""
    newest = max(bad, key=_ended_at)
    if floor.all_joined or floor.now - _ended_at(newest) > NEWS_SECONDS:
        return ""  # that is told beside, once all are over
    others = ", the others go on" if floor.open else ""
    was = "was " if (newest.exitcode or 0) < 0 else ""
    return f"{newest.name} {was}{end_text(newest)}{others}."


def _ended_at(process: Process) -> float:
    return 0.0 if process.last is None else process.last.ended_at or 0.0


def _stopped(open_: Sequence[Maker]) -> str:
    stopped = [maker for maker in open_ if maker.state is State.PAUSED]
    if not stopped:
        return ""
    if len(stopped) == len(open_):
        return "Everything is stopped: it keeps its memory and uses no core."
    stations = {maker.station for maker in stopped}
    who = process_count(len(stations))
    verb, they = ("is", "it uses") if len(stations) == 1 else ("are", "they use")
    return f"{who} of {len({maker.station for maker in open_})} {verb} stopped: {they} no core."


def _too_few_cores(floor: Floor, at_work: Sequence[_AtWork]) -> str:
    if any(one.shares.ready is None for one in at_work):
        return ""
    wanting = [one for one in at_work if one.wants >= _WANTS]
    lacking = [one for one in wanting if (one.shares.ready or 0.0) >= _LACKS]
    cores = len(floor.run.cores)
    if not cores or len(wanting) <= cores or not lacking:
        return ""
    return f"{sentence_of(_named(wanting))} want a core and there {_are(cores)}."


def _named(some: Sequence[_AtWork]) -> str:
    """``four processes``, or threads where several of them share one."""
    stations = {one.thread.station for one in some}
    noun = "process" if len(stations) == len(some) else "thread"
    return _count(len(some), noun)


def _are(cores: int) -> str:
    return "is one" if cores == 1 else f"are {number_word(cores)}"


def _one_gil(floor: Floor, at_work: Sequence[_AtWork]) -> str:
    """Threads of one process that take turns."""
    by_station: dict[int, list[_AtWork]] = {}
    for one in at_work:
        if floor.stations[one.thread.station].gil and one.shares.gil is not None:
            by_station.setdefault(one.thread.station, []).append(one)
    for number, there in by_station.items():
        if told := _kept_gil(floor, number, there):
            return told
        some = [one for one in there if one.wants + (one.shares.gil or 0.0) >= _WORKS]
        waiting = sum(one.shares.gil or 0.0 for one in some)
        used = sum(one.shares.cpu for one in some)
        if len(some) < 2 or waiting < 0.5 * (len(some) - 1) or not _ONE[0] <= used <= _ONE[1]:
            continue
        name = _short(process_of(floor, floor.stations[number]))
        return (
            f"{sentence_of(_count(len(some), 'thread'))} of {name} want the GIL, and one has it at "
            f"a time{_free(floor)}."
        )
    return ""


def _kept_gil(floor: Floor, station: int, there: Sequence[_AtWork]) -> str:
    """One thread that has the GIL of its process nearly always; it may even sleep with it."""
    holder = holder_of(floor, station)
    if holder is None or holder.share < _KEEPS:
        return ""
    others = [one for one in there if one.thread is not holder.thread]
    wants = len([one for one in others if (one.shares.gil or 0.0) >= _WORKS])
    if not wants:
        return ""
    name = _short(process_of(floor, floor.stations[station]))
    wait = f"{_count(wants, 'thread')} {'waits' if wants == 1 else 'wait'} for it"
    return f"#{holder.thread.number} of {name} has the GIL nearly always, {wait}{_free(floor)}."


def _free(floor: Floor) -> str:
    """``: one core is free``; nothing where none is, or nobody knows."""
    busy = [core.busy for core in floor.cores.values()]
    if not busy or None in busy or floor.run.quota is not None:
        return ""
    free = int(sum(1.0 - (share or 0.0) for share in busy) + 0.2)
    return f": {_count(free, 'core')} {'is' if free == 1 else 'are'} free" if free else ""


def _computing(floor: Floor, at_work: Sequence[_AtWork]) -> str:
    some = [one for one in at_work if one.shares.cpu >= _WORKS]
    cores = len(floor.run.cores)
    if not some or not cores:
        return ""
    used = min(sum(one.shares.cpu for one in at_work), float(cores))
    rest = len(at_work) - len(some)
    others = f", {_count(rest, 'other')} {'does' if rest == 1 else 'do'} not" if rest else ""
    compute = "computes" if len(some) == 1 else "compute"
    noun = "core" if cores == 1 else "cores"
    return f"{sentence_of(_named(some))} {compute}{others}: {used:.1f} of {cores} {noun}."


_WAITING = {
    WaitKind.GIL: ("waits for the GIL", "wait for the GIL"),
    WaitKind.LOCK: ("waits for a lock", "wait for locks"),
    WaitKind.SLEEP: ("sleeps", "sleep"),
    WaitKind.READ: ("waits to read", "wait to read"),
    WaitKind.WRITE: ("waits to write", "wait to write"),
    WaitKind.CONNECT: ("connects", "connect"),
    WaitKind.ACCEPT: ("waits for a connection", "wait for connections"),
    WaitKind.POLL: ("waits for events", "wait for events"),
    WaitKind.CHILD: ("waits for a child", "wait for children"),
    WaitKind.SIGNAL: ("waits for a signal", "wait for signals"),
    WaitKind.DISK: ("waits for the disk", "wait for the disk"),
    WaitKind.OTHER: ("waits", "wait"),
}


_BLOCKED = {
    BlockKind.LOCK: _WAITING[WaitKind.LOCK],
    BlockKind.CONDITION: ("waits for an event", "wait for events"),
    BlockKind.JOIN: ("joins", "join"),
    BlockKind.PUT: ("waits to put into a queue", "wait to put into queues"),
    BlockKind.GET: ("waits to get from a queue", "wait to get from queues"),
}


def _ways(thread: Maker) -> tuple[str, str] | None:
    """How it is told that one waits so, and that several do; what the program says goes before."""
    if thread.blocked is not None:
        return _BLOCKED[thread.blocked.on]
    return None if thread.waits is None else _WAITING[thread.waits.what]


def _all_wait(at_work: Sequence[_AtWork]) -> str:
    if any(one.wants >= _IDLE for one in at_work):
        return ""
    kinds = Counter(filter(None, (_ways(one.thread) for one in at_work)))
    if kinds.total() < len(at_work):
        return ""
    if [*kinds] == [_WAITING[WaitKind.SLEEP]]:
        if len(at_work) > 1:
            return "Everybody sleeps."
        return f"It {waits_of(at_work[0].thread)}."
    if len(at_work) == 1:
        (kind,) = kinds
        return f"Nothing computes: it {kind[0]}."
    ways = [
        f"{number_word(count)} {kind[count > 1]}" for kind, count in kinds.most_common(_WAYS_TOLD)
    ]
    if (rest := len(at_work) - sum(dict(kinds.most_common(_WAYS_TOLD)).values())) > 0:
        ways.append(f"{number_word(rest)} for something else")
    return f"Nobody computes: {listed(ways)}."


def _count(number: int, noun: str) -> str:
    return f"{number_word(number)} {noun if number == 1 else plural(noun)}"
