"""What is told of a program that is not ours, in words; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chai_tui.explain.program.gil import layers_text
from chai_tui.explain.wording.formatting import counted, seconds_text
from chai_tui.explain.wording.grammar import plural
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Doing,
    Missed,
    Named,
    OutOfMemory,
    Place,
    SeenBy,
    StationSeen,
    TaskBegan,
    TaskEnded,
    Unblocked,
    Unjoined,
    Wait,
    WaitKind,
    Waits,
)
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Maker
from chai_tui.state.program_floor import LOOP_TASKS_KEPT, POOL_WORKER

if TYPE_CHECKING:
    from chai_tui.state.floor import Floor

_WAITS = {
    WaitKind.NOTHING: ("", ""),
    WaitKind.GIL: ("waits for the GIL", ""),
    WaitKind.LOCK: ("waits for a lock", ""),
    WaitKind.SLEEP: ("sleeps", ""),
    WaitKind.READ: ("reads", "reads {}"),
    WaitKind.WRITE: ("writes", "writes {}"),
    WaitKind.CONNECT: ("connects", "connects {}"),
    WaitKind.ACCEPT: ("waits for a connection", "waits for a connection to {}"),
    WaitKind.POLL: ("waits for events", "waits for {}"),
    WaitKind.CHILD: ("waits for a child", "waits for child {}"),
    WaitKind.SIGNAL: ("waits for a signal", ""),
    WaitKind.DISK: ("waits for the disk", "waits for the disk, {}"),
    WaitKind.OTHER: ("waits", "waits in {}"),
}
_AT_QUEUE = {
    BlockKind.PUT: "waits to put into queue {}",
    BlockKind.GET: "waits to get from queue {}",
}

_NAMELESS = "unix socket"
"""What somebody polls who waits to be woken by others of its process, as event loops do."""
_OF_POOLS = {"_process_worker": "pool worker"}
_INNER = frozenset(
    {
        "_worker",
        "_bootstrap",
        "Thread._bootstrap",
        "Thread.run",
        "Process.run",
        "_ExecutorManagerThread.run",
        "_QueueManagementThread.run",
        "_queue_management_worker",
        "Queue._feed",
        "Pool._handle_workers",
        "Pool._handle_tasks",
        "Pool._handle_results",
    }
)
"""Functions of Python's own library that processes and threads are started to call: they tell
nothing of the program."""


def target_told(name: str, target: str) -> str:
    """Return the function that a process or thread was started to call, as it is told to people.

    Args:
        name: what it is called.
        target: that function's name; empty if unknown.

    Returns:
        Nothing where the name says it, or where it is an inner function of Python's own.
    """
    if target == name or target in _INNER or name.endswith(f"({target})"):
        return ""
    if target == "worker" and POOL_WORKER in name:
        return ""
    return _OF_POOLS.get(target, target)


def wait_text(wait: Wait | None) -> str:
    """Return ``reads socket to 127.0.0.1:5432``; nothing for who does not wait."""
    if wait is None:
        return ""
    alone, with_subject = _WAITS[wait.what]
    subject = printable(wait.subject)
    if wait.what is WaitKind.POLL and subject == _NAMELESS:
        return alone
    return with_subject.format(subject) if subject and with_subject else alone


def waits_of(maker: Maker) -> str:
    """Return what the system says that a thread waits for.

    An event loop waits for events, and never for time alone: one that sleeps is kept by a task.
    """
    others = len(maker.loop_tasks) - 1
    text = wait_text(maker.waits)
    if others > 0 and maker.waits is not None and maker.waits.what is WaitKind.SLEEP:
        whose = "other task waits" if others == 1 else f"{others:,} other tasks wait"
        return f"{text}: its {whose} meanwhile"
    return text


def task_text(maker: Maker) -> str:
    """Return the task that a thread does now; of several of an event loop: how many, and whose.

    ``40 tasks now, 11 done: main, fetch, …``: what is cut at its end are names.
    """
    tasks = maker.loop_tasks
    if len(tasks) < 2:
        return printable(maker.task)
    counts = [f"{'at least ' * (len(tasks) >= LOOP_TASKS_KEPT)}{len(tasks):,} tasks now"]
    counts += [f"{maker.tasks:,} done"] * bool(maker.tasks)
    counts += [f"{maker.tasks_failed:,} failed"] * bool(maker.tasks_failed)
    return f"{', '.join(counts)}: {', '.join(printable(name) for _, name, _ in tasks)}"


def blocked_text(blocked: Blocked | None) -> str:
    """Return ``joins #3``; nothing for who is not told to be blocked.

    Who has a lock goes before what it is called: that one is cut where there is little room.
    """
    if blocked is None:
        return ""
    whom = f"#{blocked.whom}" if blocked.whom else ""
    name = printable(blocked.name)
    most = "" if blocked.timeout is None else f", at most {blocked.timeout:g} s"
    if blocked.on is BlockKind.LOCK:
        if whom:
            called = f": {name.removeprefix('of ')}" if name else ""
            return f"waits for the lock {whom} has{called}{most}"
        return f"waits for lock {name}{most}" if name else f"waits for a lock{most}"
    if blocked.on is BlockKind.CONDITION:
        return f"waits in {name}{most}" if name else f"waits for an event{most}"
    if blocked.on is BlockKind.JOIN:
        return f"joins {whom or name or 'somebody'}{most}"
    return f"{_AT_QUEUE[blocked.on].format(name).rstrip()}{most}"


def _station_seen(event: StationSeen, _: Floor) -> str:
    return f"pid {event.pid} is {printable(event.name or event.command)}"


def _seen_by(event: SeenBy, floor: Floor) -> str:
    return f"{_station_name(event.station, floor)}, GIL: {layers_text(event)}"


def place_text(place: Place | None) -> str:
    """Return ``in brew_chai, lesson.py:12``; nothing where nobody knows."""
    if place is None or not place.function:
        return ""
    where = printable(place.file) + (f":{place.line}" if place.line else "")
    return f"in {printable(place.function)}" + (f", {where}" if place.file else "")


def _doing(event: Doing, _: Floor) -> str:
    if len(event.makers) == 1:
        place = event.makers[0]
        return f"#{place.maker} is {place_text(place) or 'in no function'}"
    return f"{counted(len(event.makers), 'thread')} went on to other lines"


def missed_text(event: Missed) -> str:
    """Return what children did whom nobody saw."""
    return f"children nobody saw: {seconds_text(event.cpu_seconds)} of CPU time"


def _station_name(number: int, floor: Floor) -> str:
    station = floor.stations.get(number)
    return "a process" if station is None else f"pid {station.pid}"


def _unjoined(event: Unjoined, floor: Floor) -> str:
    who = _station_name(event.station, floor)
    return f"{who} is joined" if event.is_joined else f"{who} ended, nobody joined it yet"


def _out_of_memory(event: OutOfMemory, floor: Floor) -> str:
    killed = f"{event.kills:,} {'process' if event.kills == 1 else plural('process')}"
    who = _station_name(event.station, floor)
    return f"memory ran out where {who} belonged: the system killed {killed} there"


def _task_ended(event: TaskEnded, _: Floor) -> str:
    failed = f", failed: {printable(event.error)}" if event.error else ""
    return f"#{event.maker} ended its task{failed}"


DESCRIBE_PROGRAM: dict[type, Callable[[Any, Floor], str]] = {
    StationSeen: _station_seen,
    Named: lambda event, _: f"#{event.maker} is {printable(event.name)}",
    Waits: lambda event, _: f"{counted(len(event.makers), 'thread')} began or ended to wait",
    SeenBy: _seen_by,
    Doing: _doing,
    Missed: lambda event, _: missed_text(event),
    Unjoined: _unjoined,
    OutOfMemory: _out_of_memory,
    Blocked: lambda event, _: f"#{event.maker} {blocked_text(event)}",
    Unblocked: lambda event, _: f"#{event.maker} goes on",
    TaskBegan: lambda event, _: f"#{event.maker} began task {printable(event.name)}",
    TaskEnded: _task_ended,
}
