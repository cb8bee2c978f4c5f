"""What can happen in a program that is not ours, beside what happens in every kitchen.

A process of it is a station, a thread of that a maker without a recipe. What the system tells
from outside is :class:`StationSeen`, :class:`Named`, :class:`Waits`, :class:`SeenBy`,
:class:`Doing`, :class:`Missed`, :class:`Unjoined` and :class:`OutOfMemory`; the others come from
inside, where the program is Python and was started with a hook.
"""

# Annotations are no strings here, each of which NamedTuple would compile: 0.7 ms of every start.

from enum import StrEnum
from typing import NamedTuple


class StationSeen(NamedTuple):
    """What is known of a process; it comes again whenever something of it changes.

    Attributes:
        at: when.
        station: its number.
        pid: the system's number of it.
        parent: number of the station that started it; 0 if that is none of them.
        name: as the program names it, or else its command: ``Process-1``, ``make``.
        command: its command line.
        python: the Python that it runs: ``CPython 3.13``; empty if it runs none, or nobody knows.
        gil: whether its threads wait for one GIL.
        target: the function that it was started to call; empty if unknown.
    """

    at: float
    station: int
    pid: int
    parent: int = 0
    name: str = ""
    command: str = ""
    python: str = ""
    gil: bool = False
    target: str = ""


class Named(NamedTuple):
    """A thread has a name, or another one now.

    ``target`` is the function that it was started to call; empty if unknown.
    """

    at: float
    maker: int
    name: str
    target: str = ""


class WaitKind(StrEnum):
    """What a thread that sleeps waits for."""

    NOTHING = ""
    """It does not wait, or nobody knows for what."""
    GIL = "gil"
    """For the interpreter's lock, which another thread has."""
    LOCK = "lock"
    """For a lock, a condition, a semaphore or a thread's end: the system knows no difference. With
    the subject :data:`TIMED` it ends by itself."""
    SLEEP = "sleep"
    """For time to pass."""
    READ = "read"
    """For something to read."""
    WRITE = "write"
    """For room to write."""
    CONNECT = "connect"
    """For somebody at the other end to answer."""
    ACCEPT = "accept"
    """For somebody to connect."""
    POLL = "poll"
    """For one of several files, or time."""
    CHILD = "child"
    """For a child's end."""
    SIGNAL = "signal"
    """For a signal."""
    DISK = "disk"
    """For a disk, or whatever the system does not let it be interrupted in."""
    OTHER = "other"
    """For something else, which ``subject`` names as the system does."""


TIMED = "with a timeout"
"""The subject of a wait for a lock that ends by itself after a while."""


class Wait(NamedTuple):
    """What one thread waits for.

    ``subject`` is which file, socket, pipe or child: ``socket to 127.0.0.1:5432``,
    ``pipe from pid 812``, ``pid 812``; empty where nothing more is known.
    """

    maker: int
    what: WaitKind
    subject: str = ""


class Waits(NamedTuple):
    """What threads wait for, of those of whom that changed since it was told last."""

    at: float
    makers: tuple[Wait, ...]


class Layer(StrEnum):
    """By what it is seen who has a GIL, who wants it, and what the program does."""

    FUTEX = "futex"
    """Who waits: on which lock, as the kernel tells."""
    WORD = "word"
    """Who has it: a few bytes of the interpreter's own memory."""
    REMOTE = "remote"
    """Functions and lines: Python's own ``_remote_debugging``, where both run the same Python."""
    PY_SPY = "py-spy"
    """Functions and lines: py-spy, where it is installed."""


class SeenBy(NamedTuple):
    """By what it is seen who has a process's GIL and who wants it; again whenever that changes.

    Attributes:
        at: when.
        station: its number.
        layers: by what; empty: by nothing.
        why: why not by more, and what to do, for a person; empty if there is nothing to say.
    """

    at: float
    station: int
    layers: tuple[Layer, ...] = ()
    why: str = ""


class Place(NamedTuple):
    """The function that one thread is in: the innermost that is the program's own.

    Attributes:
        maker: who.
        function: its name; empty if the thread runs no Python.
        file: the name of its file, without folders.
        line: in that file; 0 if unknown.
    """

    maker: int
    function: str = ""
    file: str = ""
    line: int = 0


class Doing(NamedTuple):
    """Which functions threads are in, of those of whom that changed since it was told last.

    It was looked at a moment before, and not stopped for it: now it may be in another one.
    """

    at: float
    makers: tuple[Place, ...]


class Missed(NamedTuple):
    """CPU seconds that children burned whom nobody saw, since the beginning."""

    at: float
    cpu_seconds: float


class Unjoined(NamedTuple):
    """A process has ended, and whoever started it has not joined it: a zombie.

    ``is_joined`` tells that it was, when it comes again; or its parent ended, which is all the same
    to it.
    """

    at: float
    station: int
    is_joined: bool = False


class OutOfMemory(NamedTuple):
    """The system killed for lack of memory where a process belonged that SIGKILL just ended.

    ``kills`` is how many processes it killed there since the last look.
    """

    at: float
    station: int
    kills: int = 1


class BlockKind(StrEnum):
    """What a thread of a Python program waits for, as the program calls it."""

    JOIN = "join"
    """The end of a process or thread."""
    LOCK = "lock"
    """A lock: whoever has it gives it back."""
    CONDITION = "condition"
    """An event, a condition, a semaphore or a barrier: whoever may, opens it."""
    PUT = "put"
    """Room in a queue."""
    GET = "get"
    """Something in a queue."""


class Blocked(NamedTuple):
    """A thread waits for a while already, as the program itself says.

    Attributes:
        at: when it began to wait.
        maker: who waits.
        on: for what.
        whom: number of the maker that is joined, or has the lock; 0 if unknown.
        name: of the lock or queue; empty if it has none.
        timeout: seconds after which it gives up; None: never, or nobody knows.
        handles_signals: whether the program handles signals, and this is the thread that does: one
            of them may have it go on.
    """

    at: float
    maker: int
    on: BlockKind
    whom: int = 0
    name: str = ""
    timeout: float | None = None
    handles_signals: bool = False


class Unblocked(NamedTuple):
    """A thread goes on that was told to be blocked."""

    at: float
    maker: int


class TaskBegan(NamedTuple):
    """A worker of a pool began a task, or an event loop has one more; ``name`` is whose.

    ``task`` is which one of an event loop's, which has several at a time; 0: a worker's.
    """

    at: float
    maker: int
    name: str
    task: int = 0


class TaskEnded(NamedTuple):
    """A task is done; ``error`` is one line where it raised."""

    at: float
    maker: int
    error: str = ""
    task: int = 0


ProgramEvent = (
    StationSeen
    | Named
    | Waits
    | SeenBy
    | Doing
    | Missed
    | Unjoined
    | OutOfMemory
    | Blocked
    | Unblocked
    | TaskBegan
    | TaskEnded
)
"""Anything of them."""
