"""Listens to a program: what its processes print, and what their hooks tell."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any

from chai_tui.model.events import Event, Trouble
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.model.written import Written
from chai_tui.sources.live.poller import Poller
from chai_tui.sources.program.hearing.messages import Message
from chai_tui.sources.program.hearing.output import ProgramOutput, Stream
from chai_tui.sources.program.hearing.receiver import HookReceiver
from chai_tui.sources.program.stations.station import ProgramStation
from chai_tui.sources.program.stations.stations import Stations
from chai_tui.sources.program.told import Told

_HOOKS = "hooks"
"""What the poller returns when a hook said something."""
_DROPPED = "Python tells more of what it does than can be read: of tasks and waits some are missing"


class Listening:
    """Listens to it.

    Args:
        program: what is run, or watched.
        poller: waits for whoever says something.
        stations: the processes.
        clock: seconds.
        look_now: looks who is there; returns who came and who went.
        look_soon: has that done soon.
        has_threads: whether threads are told of.
        lines_per_second: how many lines each process may say a second; None: no limit.
        written: takes what the program writes, to be passed on; None: nobody does that.
    """

    def __init__(
        self,
        program: RunProgram | WatchProgram,
        poller: Poller,
        stations: Stations,
        clock: Callable[[], float],
        *,
        look_now: Callable[[], list[Event]],
        look_soon: Callable[[], None],
        has_threads: bool,
        lines_per_second: int | None,
        written: Written | None,
    ) -> None:
        self._program = program
        self._poller = poller
        self._stations = stations.by_pid
        self._clock = clock
        self._look_now = look_now
        self._look_soon = look_soon
        self._output = ProgramOutput(poller, stations.speaker, lines_per_second, written)
        self._told = Told(
            self._stations,
            self._output,
            clock,
            has_threads=has_threads,
            stdin_is_empty=isinstance(program, RunProgram) and program.has_empty_stdin,
        )
        self._receiver: HookReceiver | None = None
        self._told_dropped = False
        self._unheard: deque[Message] = deque()
        """What was read of hooks, and is not taken in yet."""

    # Who speaks

    def begin(self) -> list[Event]:
        """Listen to hooks, before the program starts: what it does first is told, too."""
        if not (isinstance(self._program, RunProgram) and self._program.hook):
            return []
        # Each process's address of it is in its environment; it is heard until the end.
        try:
            self._receiver = HookReceiver()
        except OSError as error:  # no descriptor is left, or a sandbox
            why = error.strerror or str(error)
            return [Trouble(self._clock(), None, f"Python tells nothing of what it does: {why}")]
        self._poller.add(self._receiver.fileno(), _HOOKS)
        return []

    def environment(self, stdout: int | None, stderr: int | None) -> Mapping[str, str]:
        """Return what the program finds: ours, and where its Pythons tell what they do.

        Args:
            stdout: either end of the pipe that it gets as its output; None if that is none.
            stderr: likewise, of its error output.
        """
        if self._receiver is None:
            return os.environ
        return self._receiver.environment(os.environ, stdout, stderr)

    def add(self, streams: Mapping[int, str]) -> None:
        """Read the pipes that the program was given; their names are by descriptor."""
        for descriptor, name in streams.items():
            self._output.add(descriptor, name)

    @property
    def due_at(self) -> float:
        """When there is something to hear or to say though nobody wakes us; infinite if never."""
        settles_at = self._output.settles_at
        if self._receiver is None:
            return settles_at
        return min(settles_at, self._clock() + self._receiver.due_in)

    # What they say

    def sizes(self, tokens: Collection[Any]) -> dict[Stream, int]:
        """Return how much there is to read in pipes, of those of whom the poller told."""
        return self._output.sizes(token for token in tokens if isinstance(token, Stream))

    def listen(self, sizes: dict[Stream, int], tokens: Collection[Any]) -> list[Event]:
        """Return what was said.

        Args:
            sizes: how much of each pipe is to be read.
            tokens: of whom the poller told.
        """
        events: list[Event] = []
        if sizes or _HOOKS in tokens or self.due_at < float("inf"):
            # Before what was said is read: who it is may only be told now.
            events += self._hear_looking()
            if self._told.knows_of_others:
                self._look_soon()
        events += self._output.read_all(sizes, self._clock())
        return [*events, *self._output.settle(self._clock())]

    def _hear_looking(self) -> list[Event]:
        """Take in what hooks said; before that look who is there if one of them is not known."""
        events: list[Event] = []
        messages = self._read()
        if any(self._told.is_of_strangers(message) for message in messages):
            # What they said waits for them, and not the other way round: some are over already.
            everybodys = [*messages]
            messages.clear()
            for message in everybodys:
                if self._told.is_strangers(message):
                    events += self._told.hear(message)
                else:
                    messages.append(message)
            events += self._look_now()
        return [*events, *self._hear()]

    def _read(self) -> deque[Message]:
        if self._receiver is not None:
            self._unheard += self._receiver.read()
        return self._unheard

    def _hear(self) -> list[Event]:
        """Take in what was read of hooks."""
        events: list[Event] = []
        while self._unheard:
            events += self._told.hear(self._unheard.popleft())
        if self._receiver is not None and self._receiver.tally.dropped and not self._told_dropped:
            self._told_dropped = True  # once
            events.append(Trouble(self._clock(), None, _DROPPED))
        return events

    def first_words(self, station: ProgramStation) -> list[Event]:
        """Return what a process said before it was known."""
        return self._told.came(station)

    def words(self, pid: int) -> list[Event]:
        """Return what the hook of a process said until now."""
        messages = [one for one in self._unheard if one.pid == pid]
        for message in messages:
            self._unheard.remove(message)
        if self._receiver is not None:
            messages += self._receiver.read_of(pid)
        return [event for message in messages for event in self._told.hear(message)]

    def last_words(self, pid: int) -> list[Event]:
        """Return what a process said before it ended."""
        is_last = len(self._stations) == 1
        events = self._hear_everybody() if is_last else []  # there may be no other time
        self._read()
        events += [*self._hear(), *self.words(pid)]
        at = self._clock()
        events += [*self._output.drain(0, at), *self._output.drain(pid, at)]
        if is_last:
            self._told.give_up_on_strangers()
            events += self._output.drain_all(at)
        self._told.went(pid)
        return events

    def _hear_everybody(self) -> list[Event]:
        """Take in all that hooks said, and what was printed by those who had to wait for room."""
        events: list[Event] = []
        welcomed = -1
        while self._receiver is not None and welcomed != self._receiver.welcomed:
            welcomed = self._receiver.welcomed
            self._unheard += self._receiver.read_all()
            events += self._hear()
            if not self._receiver.is_full:
                break
            self._told.give_up_on_strangers()
            events += self._output.drain_all(self._clock())
        return events

    # The end

    def give_up_on_strangers(self, now: float) -> None:
        """Wait no longer for those who are not known after a while."""
        self._told.give_up_on_strangers(now)

    def drain(self) -> list[Event]:
        """Return all that was printed until now: whoever waits for room to write goes on."""
        return self._output.drain_all(self._clock())

    def close(self) -> list[Event]:
        """Listen to nobody any more; return what is left of what was printed."""
        if self._receiver is not None:
            self._poller.remove(self._receiver.fileno())
            self._receiver.close()
        self._told.give_up_on_strangers()
        return self._output.finish(self._clock())
