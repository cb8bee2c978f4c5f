"""A program that is not ours without a screen: its own output, and what became of its processes."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from chai_tui.explain.event_text import closing_line, describe
from chai_tui.explain.exit_text import exit_code_text
from chai_tui.explain.program.ends import end_text, first_end_text
from chai_tui.explain.program.gil import layers_text
from chai_tui.explain.program.processes import Process, first_process, process_of
from chai_tui.explain.wording.formatting import counted, time_text
from chai_tui.findings.findings import Findings
from chai_tui.model.events import Dropped, Event, Exited, Said, Started, Trouble, Unseated
from chai_tui.model.program_events import SeenBy, TaskBegan, TaskEnded
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.views.output import ExitCode, OutputError, warn, write, write_bytes
from chai_tui.views.starts import Starts

_LAYERS_TOLD = 3
"""In so many ways it is told at most by what a GIL is seen."""


_SILENT = frozenset({TaskBegan, TaskEnded})
"""Of these nothing is ever told, and there are thousands a second."""


class ProgramLinesView:
    """Prints what a program prints, each line as it comes and to the stream that it went to.

    So stdout has nothing but the program's own lines, and can be piped. Whatever else is told goes
    to stderr, and begins with ``chai-tui:``: that a process started, how it ended, what was found,
    and at the end how the program did. Of threads nothing is told: they may be thousands.

    Args:
        out: stdout.
        err: stderr; None: it was closed when chai-tui was started.
        clock: seconds.
        written: what it writes to stdout, as it is: that is printed, and not what can be shown of
            it. None: stdout is a terminal.
    """

    needs_samples = True

    def __init__(
        self,
        out: TextIO,
        err: TextIO | None,
        clock: Callable[[], float] = time.monotonic,
        *,
        written: deque[bytes] | None = None,
    ) -> None:
        self._out = out
        self._written = written
        self._err = err
        self._starts = Starts(clock)
        self._over: set[int] = set()
        self._running: dict[int, str] = {}
        self._dropped = 0
        self._layers_told: set[str] = set()
        self._findings = Findings()

    def show(self, events: Sequence[Event], floor: Floor) -> None:
        """Print what the program printed, and what became of its processes."""
        out: list[str] = []
        for text in self._started(floor):
            warn(self._err, text)
        for event in events:
            if type(event) in _SILENT:
                continue
            self._starts.hear(event, floor)
            for text in self._started(floor):
                self._print(out)
                warn(self._err, text)
            if isinstance(event, Said):
                if event.stream != "err":
                    out.append(event.line)
                    continue
                # What was said before comes before, for who looks at both.
                self._print(out)
                with contextlib.suppress(OutputError):
                    write(self._err, [event.line])
            else:
                for text in self._told(event, floor):
                    self._print(out)
                    warn(self._err, text)
        self._print(out)
        for finding in self._findings.take(events, floor):
            warn(self._err, f"{_time(finding.at, floor)} found: {printable(finding.sentence)}")

    def _print(self, lines: list[str]) -> None:
        if self._written is None:
            write(self._out, lines)
        while self._written:
            write_bytes(self._out, self._written.popleft())
        lines.clear()

    def _told(self, event: Event, floor: Floor) -> Iterator[str]:
        """What there is to tell of an event, beside what the program printed."""
        if isinstance(event, Trouble | Unseated):
            yield printable(event.text)
        elif isinstance(event, Dropped):
            self._dropped += event.lines
        elif isinstance(event, SeenBy):
            if self._is_news(event):
                yield f"{_time(event.at, floor)} {describe(event, floor)}"
        elif isinstance(event, Started):
            if event.pid == event.tid:
                self._running[event.maker] = f"#{event.maker}, pid {event.pid}"
                self._starts.add(event, floor)
                yield from self._started(floor)
        elif isinstance(event, Exited):
            yield from self._end_told(event, floor)

    def _end_told(self, event: Exited, floor: Floor) -> Iterator[str]:
        """What there is to tell of an end."""
        if event.maker not in floor.makers:
            # Of very many that end at once the floor has forgotten the first already.
            if (who := self._running.pop(event.maker, "")) and event.exitcode is not None:
                how = exit_code_text(event.exitcode)
                if event.exitcode < 0:
                    how = f"killed by {floor.signal_name(-event.exitcode)}"
                yield f"{_time(event.at, floor)} {who}: {how}"
        elif (process := self._ended(event, floor)) is not None:
            self._running.pop(process.threads[0].number, None)
            # Threads of it may have ended before, in the same batch.
            at = event.at if process.last is None else process.last.ended_at or event.at
            yield f"{_time(at, floor)} {process.name_and_pid}: {end_text(process)}{process.burned}"

    def patience(self) -> float | None:
        """Return seconds after which there is something to show, whatever happens; None: never."""
        return self._starts.patience()

    def _started(self, floor: Floor, *, at_last: bool = False) -> Iterator[str]:
        """What is told of starts that wait no longer."""
        for event in self._starts.take(at_last=at_last):
            yield f"{_time(event.at, floor)} {describe(event, floor)}"

    def _is_news(self, event: SeenBy) -> bool:
        """Whether a GIL is seen in a way that was not told: of all processes it is the same one."""
        told = layers_text(event)
        if told in self._layers_told or len(self._layers_told) >= _LAYERS_TOLD:
            return False
        self._layers_told.add(told)
        return True

    def _ended(self, event: Exited, floor: Floor) -> Process | None:
        """The process that has ended with this event; None if none has, or that was told."""
        maker = floor.makers.get(event.maker)
        if maker is None or maker.station in self._over:
            return None
        process = process_of(floor, floor.stations[maker.station])
        if not process.is_over:
            return None
        self._over.add(maker.station)
        return process

    def close(self, floor: Floor, _asked: int) -> None:
        """Tell how the program ended, on stderr."""
        self._print([])
        for text in self._started(floor, at_last=True):
            warn(self._err, text)
        for finding in self._findings.end(floor):
            warn(self._err, f"found: {printable(finding.sentence)}")
        if self._dropped:
            lines = counted(self._dropped, "line")
            warn(self._err, f"{lines} came faster than they can be shown, and were left out")
        if line := self._closing(floor):
            warn(self._err, line)

    def _closing(self, floor: Floor) -> str:
        """How the program ended, as far as the end of its first process has not told it."""
        line, first = closing_line(floor), first_process(floor)
        if first is None or floor.run.source == "watch" or first.station.number not in self._over:
            return line
        return line.removeprefix(first_end_text(floor, first)).removeprefix("; ")


def _time(at: float, floor: Floor) -> str:
    """When something was, since the program began."""
    return time_text(at - (at if floor.began is None else floor.began))


def exit_code(floor: Floor) -> int:
    """Return what the shell is told of a program: its own exit code.

    Args:
        floor: the state at the end.

    Returns:
        The exit code of its first process; 128 and the signal's number where a signal ended that;
        2 where it could not be started; 1 where it did not end, or nobody knows. Of what was
        watched always 0: how it ends is its own affair.
    """
    if floor.run.source == "watch":
        return ExitCode.SERVED
    first = first_process(floor)
    if first is None and floor.ever_unseated:
        return ExitCode.BAD_USAGE
    if first is None or first.exitcode is None:
        return ExitCode.NOT_SERVED
    return first.exitcode if first.exitcode >= 0 else ExitCode.SIGNALLED - first.exitcode
