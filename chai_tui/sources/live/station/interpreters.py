"""Makers with an interpreter of their own in a thread of the station. Standard library only.

    main interpreter                              the maker's own
    InterpreterRunner ── its seat, pickled ─────▶ brew() ── reports ──▶ the station's pipe
                      ── asked, makers here ────▶ bytes of memory that both look at

Interpreters share nothing that Python counts references of: each has its own modules, globals and
GIL. What they do share is the process: its memory, its descriptors, its end.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from typing import NamedTuple

from chai_tui.sources.live.station import wire
from chai_tui.sources.live.station.calls.telling import listen
from chai_tui.sources.live.station.recipe_runner import RecipeRunner, brew_to_the_end
from chai_tui.sources.live.station.reporter import Reporter, capture_python_streams
from chai_tui.sources.live.station.wire import HEADER, Seat, encoded

_BEGIN = """
import sys
sys.path[:] = path
from chai_tui.sources.live.station.interpreters import brew
brew(maker, seat, line, asked, makers_here)
"""


class ReportLine(NamedTuple):
    """The station's end of its queue, in numbers that mean the same in all of its interpreters.

    Attributes:
        pipe: the descriptor that reports are written to.
        turn: both ends of a pipe with one byte in it, where a report is not written in one piece:
            whoever has taken the byte may write, and puts it back. None where nobody need wait.
    """

    pipe: int
    turn: tuple[int, int] | None

    @classmethod
    def over(cls, pipe: int) -> ReportLine:
        """Return the line over a pipe."""
        turn = None if wire.IS_ATOMIC else os.pipe()
        if turn is not None:
            os.write(turn[1], b"1")
        return cls(pipe, turn)

    def put(self, item: object) -> None:
        """Write an item as the queue does it; it is in the pipe when the call returns."""
        message = encoded(item)  # type: ignore[arg-type] # raises what a file raises
        frame = HEADER.pack(len(message)) + message
        if self.turn is None:
            os.write(self.pipe, frame)
            return
        mine = os.read(self.turn[0], 1)
        try:
            while frame:
                frame = frame[os.write(self.pipe, frame) :]
        finally:
            os.write(self.turn[1], mine)


def shared_memory() -> memoryview:
    """Return room for one number, 0 to begin with, that every interpreter may look at."""
    return memoryview(bytearray(8)).cast("q")


class SharedFlag:
    """A flag that is set in one interpreter and seen in another.

    Args:
        memory: where it is kept.
    """

    def __init__(self, memory: memoryview) -> None:
        self.memory = memory

    def set(self) -> None:
        """Set it."""
        self.memory[0] = 1

    def is_set(self) -> bool:
        """Whether it was set."""
        return bool(self.memory[0])

    def wait(self, timeout: float) -> bool:
        """Sleep so many seconds; return whether it is set then."""
        time.sleep(timeout)
        return self.is_set()


class InterpreterRunner(RecipeRunner):
    """One maker at work in an interpreter of its own.

    Args:
        seat: who it is and what it brews.
        reporter: reports what the maker's own interpreter cannot: that there is none.
        line: where that one reports.
        makers_here: how many makers the station has now.
    """

    def __init__(
        self, seat: Seat, reporter: Reporter, line: ReportLine, makers_here: memoryview
    ) -> None:
        self._shared_flag = SharedFlag(shared_memory())
        super().__init__(seat, reporter, lambda: int(makers_here[0]), self._shared_flag)
        self._line = line
        self._shared_count = makers_here

    def run(self) -> None:
        """Make an interpreter, have it brew in this thread, and end it.

        A thread that the maker started there is waited for: its interpreter cannot end before it.
        """
        from concurrent import interpreters  # type: ignore[attr-defined]  # noqa: PLC0415 - 3.14

        own = interpreters.create()
        try:
            own.prepare_main(
                path=tuple(sys.path),
                maker=self.seat.maker,
                seat=pickle.dumps(self.seat),
                line=tuple(self._line),
                asked=self._shared_flag.memory,
                makers_here=self._shared_count,
            )
            own.exec(_BEGIN)
        finally:
            own.close()


def brew(
    maker: int,
    seat: bytes,
    line: tuple[int, tuple[int, int] | None],
    asked: memoryview,
    makers_here: memoryview,
) -> None:
    """Be a maker in this interpreter, which is nobody else's."""
    reporter = Reporter(ReportLine(*line))
    capture_python_streams(reporter, maker)
    try:
        # A module that it names may be one that takes no second interpreter.
        request: Seat = pickle.loads(seat)  # noqa: S301 - from our own process
        runner = RecipeRunner(
            request, reporter, lambda: int(makers_here[0]), SharedFlag(asked), alone=True
        )
        listen()
    except BaseException as error:  # noqa: BLE001 - this is the top of the maker
        reporter.failed(maker, error, 0.0)
    else:
        brew_to_the_end(runner)
