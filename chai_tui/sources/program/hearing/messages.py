"""What a hook in a Python program tells, and how to read it from what it sent.

A message is one packet: its kind, when, and its fields, in UTF-8, between unit separators.
Anybody's program may write into the socket: what is no message is passed over, and no text is
trusted.
"""

# Annotations are no strings here, each of which NamedTuple would compile: 0.7 ms of every start.

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from chai_tui.model import text
from chai_tui.model.program_events import BlockKind

SEPARATOR = "\x1f"
MOST_BYTES = 4_096
"""Of a message; a longer one is not one of ours."""
LONGEST_NUMBER = 20
SHARED_KEYS = 1 << 60
"""The least number of a lock between processes."""


class ProcessBegan(NamedTuple):
    """A process has a hook; it comes again when more is known of it, or after ``exec``.

    Attributes:
        at: when, as ``time.monotonic()`` has it there, which is the same for all of a machine.
        pid: who, as the kernel says.
        parent: pid of the process that started it.
        name: as ``multiprocessing`` calls it; empty if it does not.
        target: the function that it was started to call; empty if there is none.
        python: implementation and version: ``CPython 3.13``, ``CPython 3.14t`` without a GIL.
        script: the main program, as named on the command line: ``lesson.py``, ``-m http.server``.
    """

    at: float
    pid: int
    parent: int
    name: str
    target: str
    python: str
    script: str = ""


class ChildBegan(NamedTuple):
    """A child was started to execute a command; it may not have done so yet.

    Attributes:
        at: when.
        pid: of who started it.
        child: its pid.
        command: its words, as far as they are known.
    """

    at: float
    pid: int
    child: int
    command: tuple[str, ...]


class ThreadBegan(NamedTuple):
    """A thread began that Python started; ``tid`` is the system's number of it."""

    at: float
    pid: int
    tid: int
    name: str
    target: str


class ThreadEnded(NamedTuple):
    """Its function is over; the thread itself ends a moment later."""

    at: float
    pid: int
    tid: int


class Renamed(NamedTuple):
    """A thread has another name; with ``tid`` 0 the process has."""

    at: float
    pid: int
    tid: int
    name: str


class BlockedOn(NamedTuple):
    """A thread waits for a while already, and still does.

    Attributes:
        at: when that was told: about 10 ms after it began.
        pid: of its process.
        tid: who.
        kind: for what.
        whom_pid: whose end it waits for, or that one's process; 0 if unknown.
        whom_tid: which thread's end; a process's pid if it is that; 0 if unknown.
        name: of who is joined; of anything else what it is: ``Queue``, ``Event.wait``.
        key: which queue or condition; the same number is the same one, for a queue between
            processes in all of them, likewise for a lock, whose key is :data:`SHARED_KEYS` or
            more; for anything else within one; 0 if unknown.
        timeout: seconds after which it gives up; None: never, or nobody knows.
        handles_signals: whether the program handles signals, and this is the thread that does.
    """

    at: float
    pid: int
    tid: int
    kind: BlockKind
    whom_pid: int
    whom_tid: int
    name: str
    key: int = 0
    timeout: float | None = None
    handles_signals: bool = False


class WentOn(NamedTuple):
    """A thread waits no longer for what it was told to wait for."""

    at: float
    pid: int
    tid: int


class Holds(NamedTuple):
    """A thread that is about to wait has a lock between processes, until it goes on."""

    at: float
    pid: int
    tid: int
    key: int


class TaskBegan(NamedTuple):
    """A pool's worker began a task, or an event loop has one more; ``name`` is the function's.

    ``number`` is which task of the process's event loops; 0: a worker's, which has one at a time.
    """

    at: float
    pid: int
    tid: int
    name: str
    number: int = 0


class TaskEnded(NamedTuple):
    """It is done; ``error`` is one line where it raised."""

    at: float
    pid: int
    tid: int
    error: str
    number: int = 0


class Raised(NamedTuple):
    """An exception ended a thread, or the process; nobody caught it."""

    at: float
    pid: int
    tid: int
    error: str
    traceback: str


class Output(NamedTuple):
    """A process writes into pipes of its own from now on; their reading ends are the reader's.

    ``out`` and ``err`` are descriptors, or None where that one stays as it was. They are the same
    one where both streams were one pipe. ``before`` has the inodes of the pipes that it had until
    ``at``, and how many bytes in them nobody had read then: whatever it says comes after those.
    """

    pid: int
    out: int | None
    err: int | None
    at: float = 0.0
    before: tuple[tuple[int, int], ...] = ()


class HookFailed(NamedTuple):
    """The hook of a process failed and is silent from now on; the program goes on."""

    at: float
    pid: int
    why: str


class Dropped(NamedTuple):
    """So many messages of a process were dropped, because reading did not keep up."""

    at: float
    pid: int
    messages: int


Message = (
    ProcessBegan
    | ChildBegan
    | ThreadBegan
    | ThreadEnded
    | Renamed
    | BlockedOn
    | WentOn
    | Holds
    | TaskBegan
    | TaskEnded
    | Raised
    | Output
    | HookFailed
)
"""Anything that a receiver hands out."""


class SlateHanded(NamedTuple):
    """The descriptor that comes with this packet is memory that the process writes in."""

    at: float


class Handed(NamedTuple):
    """Which of a process's streams the descriptors are that come with this packet."""

    out: int | None
    err: int | None
    at: float = 0.0
    before: tuple[tuple[int, int], ...] = ()


def _number(field: str) -> int:
    if not (field.isascii() and field.isdigit() and len(field) <= LONGEST_NUMBER):
        raise ValueError(field)
    return int(field)


def _time(field: str) -> float:
    at = float(field)
    if not 0 <= at < 1e12:
        raise ValueError(field)
    return at


def _lines(field: str) -> str:
    return "\n".join(text.printable(line) for line in field.split("\n"))


def _pipes(field: str) -> tuple[tuple[int, int], ...]:
    pairs = [each.split(":") for each in field.split(",")]
    if len(pairs) > len(_WHICH) or any(len(pair) != 2 for pair in pairs):
        raise ValueError(field)
    return tuple((_number(inode), _number(unread)) for inode, unread in pairs)


def _task(fields: Sequence[str]) -> tuple[int, str, int]:
    tid, name, number = fields
    return _number(tid), _shown(name), _number(number)


Told = Message | Handed | SlateHanded | Dropped
"""Anything that a packet says."""
Build = Callable[[float, int, Sequence[str]], Told]
_shown = text.printable
_WHICH = {"1": (0, None), "2": (None, 0), "12": (0, 1), "=": (0, 0)}
_FORMS: dict[str, tuple[int, Build]] = {
    "P": (
        5,
        lambda at, pid, of: ProcessBegan(at, pid, _number(of[0]), *(_shown(one) for one in of[1:])),
    ),
    "C": (
        2,
        lambda at, pid, of: ChildBegan(
            at, pid, _number(of[0]), tuple(_shown(word) for word in of[1].split("\0"))
        ),
    ),
    "T": (
        3,
        lambda at, pid, of: ThreadBegan(at, pid, _number(of[0]), _shown(of[1]), _shown(of[2])),
    ),
    "E": (1, lambda at, pid, of: ThreadEnded(at, pid, _number(of[0]))),
    "N": (2, lambda at, pid, of: Renamed(at, pid, _number(of[0]), _shown(of[1]))),
    "B": (
        8,
        lambda at, pid, of: BlockedOn(
            at,
            pid,
            _number(of[0]),
            BlockKind(of[1]),
            _number(of[2]),
            _number(of[3]),
            _shown(of[4]),
            _number(of[5]),
            _time(of[6]) if of[6] else None,
            of[7] == "1",
        ),
    ),
    "U": (1, lambda at, pid, of: WentOn(at, pid, _number(of[0]))),
    "H": (2, lambda at, pid, of: Holds(at, pid, _number(of[0]), _number(of[1]))),
    "J": (3, lambda at, pid, of: TaskBegan(at, pid, *_task(of))),
    "K": (3, lambda at, pid, of: TaskEnded(at, pid, *_task(of))),
    "R": (
        3,
        lambda at, pid, of: Raised(at, pid, _number(of[0]), _shown(of[1]), _lines(of[2])),
    ),
    "F": (1, lambda at, pid, of: HookFailed(at, pid, _shown(of[0]))),
    "M": (0, lambda at, _pid, _of: SlateHanded(at)),
    "D": (1, lambda at, pid, of: Dropped(at, pid, _number(of[0]))),
    "O": (2, lambda at, _pid, of: Handed(*_WHICH[of[0]], at, _pipes(of[1]))),
}
"""How many fields each kind has after its time, and what they make."""


_TASKS: dict[bytes, type[TaskBegan | TaskEnded]] = {b"J\x1f": TaskBegan, b"K\x1f": TaskEnded}


def read_task(at: float, told: bytes, pid: int) -> TaskBegan | TaskEnded | None:
    """Return that a task began or ended; there are thousands a second, nearly all of them alike.

    Args:
        at: when, in seconds.
        told: its kind and its fields.
        pid: of who wrote it, as the kernel says.

    Returns:
        None if it says nothing of a task.
    """
    kind = _TASKS.get(told[:2])
    try:
        return None if kind is None else kind(at, pid, *_of_task(told[2:]))
    except ValueError:
        return None


@lru_cache(maxsize=1_000)
def _of_task(told: bytes) -> tuple[int, str, int]:
    """Return a task's thread, its name or error, and its number.

    Raises:
        ValueError: that is not what it says.
    """
    return _task(told.decode("utf-8", "replace").split(SEPARATOR))


def read_packet(packet: bytes, pid: int) -> Told | None:
    """Return what a packet says.

    Args:
        packet: as received.
        pid: of who sent it, as the kernel says.

    Returns:
        None if it is no message.
    """
    kind, *fields = packet.decode("utf-8", "replace").split(SEPARATOR)
    form = _FORMS.get(kind)
    if form is None or len(packet) > MOST_BYTES or len(fields) != form[0] + 1:
        return None
    try:
        return form[1](_time(fields[0]), pid, fields[1:])
    except (ValueError, KeyError):
        return None
