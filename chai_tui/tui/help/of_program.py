"""What the help says of a program that is not ours, where a kitchen's words make no sense."""

from __future__ import annotations

from chai_tui.state.makers.records import State

STATES: dict[State, str] = {
    State.SEATED: "is there, but was not looked at yet",
    State.BREWING: "is at work, or waits for something",
    State.PAUSED: "the system has stopped its process; it goes on where it was",
    State.DONE: "ended by itself, and well",
    State.FAILED: "ended itself with an exit code, or raised an exception that nobody caught",
    State.STOPPED: "was ended by its pool, as Pool.terminate() does",
    State.KILLED: "was ended by a signal",
    State.ENDED: "is gone, and nobody knows how it ended",
}
BARS_LEFT_OUT = frozenset({"▕████░░░▏", "cup 1", "GIL 25 %", "waits", "held up"})
"""Signs that only makers of ours have."""
BARS: tuple[tuple[str, str], ...] = (
    ("no GIL 66 %", "it has work to do, but another thread of its process holds the GIL"),
    ("has the GIL", "it has it for most of the time that it is on a core, and others may want it"),
    ("computes", "it is on a core, and waits for nothing"),
    ("wants a core", "it is ready to run, but every core is taken"),
    ("└", "a process that another one on the screen has started"),
)
WORDS: tuple[tuple[str, str], ...] = (
    ("process", "a program at work: it has memory of its own, and one thread or more"),
    ("thread", "what a core runs; the threads in one frame share the memory of their process"),
    ("task", "what a worker of a pool does now, as the program itself tells"),
    (
        "seen by",
        "who waits for the GIL, by the kernel: on which lock it sleeps; who has it, by a few bytes "
        "of the interpreter's memory; functions and lines by py-spy, if chai-tui[frames] is "
        "installed, or by Python 3.15 itself. Enter tells of a process which are at work, and why "
        "others are not. With --no-attach none is.",
    ),
    ("joins", "waits for the end of a process or thread, as the program itself tells"),
)
WORDS_KEPT = frozenset({"core", "GIL"})
"""Words of a kitchen that mean the same here."""
