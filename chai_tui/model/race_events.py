"""What can happen while a function is tasted: one small record each, beside those of a kitchen.

A *call* is one call of the function. A *lane* is an engine with so many workers; in each *round*
every lane makes the same calls once. Those that work in a lane are makers without a recipe: they
are seated and sampled as all makers are.
"""

# Annotations are no strings here, each of which NamedTuple would compile: 0.7 ms of every start.

from enum import StrEnum
from typing import NamedTuple

from chai_tui.model.engine import Engine

PRINTED_AT_MOST = 200
"""Lines of those that a function prints that are taken; nobody counts the others."""


class Phase(StrEnum):
    """What a tasting does now."""

    IMPORT = "import"
    """The function's module is imported, in a process of its own."""
    TASTE = "taste"
    """Single calls are made, one after another."""
    START = "start"
    """The workers of the lanes are started."""
    RACE = "race"
    """The lanes take turns."""
    OVER = "over"
    """There is a verdict, or it is known why there is none."""


class Measure(NamedTuple):
    """What pickling one value costs.

    Attributes:
        size: bytes of the pickle; None if the value cannot be pickled.
        seconds: to pickle it and to read it again.
        problem: why it cannot be pickled, one line; empty if it can.
    """

    size: int | None = None
    seconds: float = 0.0
    problem: str = ""


class TasteBegan(NamedTuple):
    """A function is about to be tasted; it comes again when it is raced again.

    What uses several cores by itself is raced twice, the second time with its threads limited.

    Attributes:
        at: when.
        target: the function as it was named: ``work.py:resize``.
        workers: how many of a kind work at once, where cores are what counts.
        engines: which may race, from the lightest to the heaviest.
        budget: seconds that all of it may take.
        python: the interpreter that has the function: ``/usr/bin/python3``.
        cores: how many cores' worth of CPU time may be used at once, so that it can be told who
            keeps whom waiting: others, or more workers than cores; 0 if unknown.
        limited: whether libraries are told to start no threads of their own (``OMP_NUM_THREADS``
            and its kin are 1); what was measured before, without that, is kept beside.
    """

    at: float
    target: str
    workers: int
    engines: tuple[Engine, ...]
    budget: float
    python: str = ""
    cores: float = 0.0
    limited: bool = False


class PhaseBegan(NamedTuple):
    """The tasting does something else from now on; ``left`` is the seconds it will take at most."""

    at: float
    phase: Phase
    left: float


class Loaded(NamedTuple):
    """The function is there.

    Attributes:
        at: when.
        name: the function's own name, with its module: ``work.resize``.
        is_async: whether calling it returns something to await.
        items: how many different arguments there are; 0: it is called the same way every time.
        import_seconds: how long its module's import took.
        python: the interpreter's name and version, as :attr:`RunBegan.python`.
        gil: whether that interpreter has a GIL.
        pid: the process that has the function.
        scale: what every step of a recipe is multiplied with, so that a call is short; else 1.
    """

    at: float
    name: str
    is_async: bool
    items: int
    import_seconds: float
    python: str
    gil: bool
    pid: int
    scale: float = 1.0


class Tasted(NamedTuple):
    """Single calls were made, one after another.

    Attributes:
        at: when the last one had returned.
        calls: how many.
        wall: seconds that all of them took.
        shortest: seconds of the shortest one, on average where they are too short to time alone.
        longest: of the longest.
        thread_cpu: CPU seconds of the thread that called.
        process_cpu: of its whole process.
        ready: seconds for which the thread was ready to run but had no core; None if unknown.
        child_cpu: CPU seconds of the processes that the calls started and that have ended.
        function: what pickling the function costs.
        argument: one argument.
        result: one result.
        shown: the first result, as Python shows it, cut.
    """

    at: float
    calls: int
    wall: float
    shortest: float
    longest: float
    thread_cpu: float
    process_cpu: float
    ready: float | None
    child_cpu: float
    function: Measure
    argument: Measure
    result: Measure
    shown: str = ""


class GilSeen(NamedTuple):
    """How often the GIL was held while calls were made one after another.

    Attributes:
        at: when it was last looked at.
        share: 0 to 1; None if it cannot be known.
        looks: how many looks tell so.
        is_about: whether it was not looked at from outside, so that the figure is a guess.
    """

    at: float
    share: float | None
    looks: int
    is_about: bool = False


class LaneOpened(NamedTuple):
    """A lane's workers are ready.

    Attributes:
        at: when.
        lane: its number, from 1.
        engine: what kind its workers are.
        workers: how many work at once.
        makers: the numbers of those that work there, as they are seated and sampled.
        start_seconds: from the order to the first result.
        task_seconds: what handing one empty call to a worker and back takes, while others wait.
        memory: bytes that only its processes have, beside the one that called; None if unknown.
    """

    at: float
    lane: int
    engine: Engine
    workers: int
    makers: tuple[int, ...]
    start_seconds: float
    task_seconds: float
    memory: int | None = None


class LaneOut(NamedTuple):
    """An engine cannot race, or no more; ``text`` says why, for a person."""

    at: float
    engine: Engine
    text: str


class RoundBegan(NamedTuple):
    """A lane begins to make the calls of a round."""

    at: float
    lane: int
    round: int
    calls: int


class CallsDone(NamedTuple):
    """So many calls of the lane's round have returned."""

    at: float
    lane: int
    done: int


class RoundEnded(NamedTuple):
    """A lane made the calls of a round.

    Attributes:
        at: when the last call had returned.
        lane: the lane's number.
        round: the round's, from 1.
        calls: how many calls it made.
        wall: seconds that took.
        cpu: CPU seconds of the threads that worked.
        ready: seconds for which they were ready to run but had no core; None if unknown.
        counts: whether the round is weighed: those of the beginning only warm up.
    """

    at: float
    lane: int
    round: int
    calls: int
    wall: float
    cpu: float
    ready: float | None
    counts: bool = True


class Differed(NamedTuple):
    """A lane's call returned something else than the same call made alone.

    ``item`` is the argument's number from 0, ``times`` how many calls differed in that round.
    """

    at: float
    lane: int
    item: int
    expected: str
    found: str
    times: int


class Printed(NamedTuple):
    """A line that the function printed, or Python for it."""

    at: float
    line: str


class TasteFailed(NamedTuple):
    """The function cannot be tasted.

    Attributes:
        at: when.
        text: why, and what to do: one line for a person.
        traceback: what Python told of it; empty if nothing.
        is_usage: whether it was asked for wrongly: no such file, module or function.
    """

    at: float
    text: str
    traceback: str = ""
    is_usage: bool = False


class Judged(NamedTuple):
    """There is a verdict.

    Attributes:
        at: when.
        lane: the lane to use; None: it cannot be said.
        engine: its engine; None likewise.
        reason: why, in a word: ``faster``, ``tie``, ``only``, ``noisy``, ``too_long``.
        sentence: the verdict in words.
    """

    at: float
    lane: int | None
    engine: Engine | None
    reason: str
    sentence: str


RaceEvent = (
    TasteBegan
    | PhaseBegan
    | Loaded
    | Tasted
    | GilSeen
    | LaneOpened
    | LaneOut
    | RoundBegan
    | CallsDone
    | RoundEnded
    | Differed
    | Printed
    | TasteFailed
    | Judged
)
"""Anything that can happen in a tasting."""
