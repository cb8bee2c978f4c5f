"""The program source: a program that is not ours, run or watched; its processes and threads.

poll() ──▶ Following: which processes there are ──▶ ProgramStation: who is in each
   ├─────▶ ProgramOutput: what the program prints
   └─────▶ Looking: who is on which core, and what each waits for
"""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chai_tui.host.process_setup import raise_file_limit
from chai_tui.host.run_facts import facts_of_live_run
from chai_tui.host.usable_cores import CoresWatch
from chai_tui.model.commands import (
    Command,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.events import Event, Trouble, Unseated
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.model.program_events import Missed
from chai_tui.samplers.observer import Observer
from chai_tui.samplers.protocol import Sampler
from chai_tui.sources.live.poller import make_poller
from chai_tui.sources.program.hook_receiver import HookReceiver
from chai_tui.sources.program.looking import Looking
from chai_tui.sources.program.naming import Known, known_of, short_name, thread_name
from chai_tui.sources.program.output import ProgramOutput, Stream
from chai_tui.sources.program.processes.changes import (
    Came,
    Change,
    ThreadsChanged,
    Went,
    Zombie,
)
from chai_tui.sources.program.processes.connector import Execed, ProcessEvents
from chai_tui.sources.program.processes.ending import end_everybody
from chai_tui.sources.program.processes.following import Following
from chai_tui.sources.program.remains import Remains
from chai_tui.sources.program.starting import ProgramStartError, start_program
from chai_tui.sources.program.station import ProgramStation
from chai_tui.sources.program.told import Told

STOP_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL for a process that is stopped, if we started it."""
CLOSE_GRACE = 0.4
"""The same for all of them when the source closes: quitting takes less than a second."""
LOOK_SECONDS = 0.05
"""Seconds between two looks at which processes there are, where the kernel tells nothing."""
CHECK_SECONDS = 0.5
"""The same where it does, to be sure."""
PAUSE_SECONDS = 0.01
"""The least time between two looks when the kernel wakes us: it does so for everybody's processes,
and what was told meanwhile is kept."""
_HOOKS = "hooks"
"""What the poller returns when a hook said something."""


class ProgramSource:
    """Tells what a program does; see :class:`chai_tui.model.source.Source`.

    Drive it from one thread.

    Args:
        program: what is run, or watched.
        sample_every: seconds between two samples; None: nothing is sampled, and no threads are
            told of.
        lines_per_second: how many lines each process may say a second; the rest is counted. None:
            no limit.
        clock: seconds; comparable with ``time.monotonic()`` of others.
        sampler: reads cores and threads; None: this system's.
    """

    def __init__(
        self,
        program: RunProgram | WatchProgram,
        *,
        sample_every: float | None = None,
        lines_per_second: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sampler: Sampler | None = None,
    ) -> None:
        self._program = program
        self._sample_every = sample_every
        self._clock = clock
        self._sampler = sampler
        self._poller = make_poller()
        self._output = ProgramOutput(self._poller, self._speaker, lines_per_second)
        self._stations: dict[int, ProgramStation] = {}
        self._remains = Remains()
        self._station_numbers = itertools.count(1)
        self._maker_numbers = itertools.count(1)
        self._numbers: dict[int, int] = {}  # of the stations that there ever were, by pid
        self._looking: Looking | None = None
        self._receiver: HookReceiver | None = None
        self._told = Told(self._stations, self._output, has_threads=sample_every is not None)
        self._process_events: ProcessEvents | None = None
        self._following: Following | None = None
        self._waited_for = -1  # the descriptor of who follows, where there is one
        self._look_at = self._looked_at = float("-inf")
        self._missed = 0.0
        self._commands: deque[Command] = deque()
        self._began = False
        self._began_at = 0.0
        self._closed = False
        self._obey: dict[type[Command], Callable[[ProgramStation, Any], list[Event]]] = {
            StopMaker: lambda station, _: station.terminate(self._clock(), self._grace),
            KillMaker: lambda station, _: station.send(9, self._clock()),
            SignalMaker: lambda station, asked: station.send(asked.signal, self._clock()),
            PauseMaker: lambda station, _: station.pause(self._clock()),
            ResumeMaker: lambda station, _: station.resume(self._clock()),
        }
        self.commands: frozenset[type[Command]] = frozenset(self._obey)

    @property
    def follows_by(self) -> str:
        """How it is known which processes there are, for a person; empty before it is."""
        return "" if self._following is None else self._following.how

    @property
    def _is_told(self) -> bool:
        return self._following is not None and self._following.is_told

    @property
    def _is_ours(self) -> bool:
        return isinstance(self._program, RunProgram)

    @property
    def _grace(self) -> float | None:
        return STOP_GRACE if self._is_ours else None

    # What a source offers

    def submit(self, command: Command) -> None:
        """Ask for something; see :class:`chai_tui.model.source.Source`."""
        self._commands.append(command)
        self._poller.wake()

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return; safe from any thread."""
        self._poller.wake()

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened; see :class:`chai_tui.model.source.Source`."""
        if self._closed:
            return []
        events = self._begin()
        while self._commands:
            events += self._do(self._commands.popleft())
        tokens = self._poller.wait(0.0 if events else self._patience(timeout))
        if self in tokens:
            self._look_soon()
        # Who is there comes first: nobody takes in what somebody says who is not known.
        events += self._follow()
        if _HOOKS in tokens:
            events += self._hear()
        events += self._output.read_all(
            [token for token in tokens if isinstance(token, Stream)], self._clock()
        )
        events += self._kill_overdue()
        if self._looking is not None:
            events += self._looking.look(is_told=self._is_told)
        return events

    def close(self) -> list[Event]:
        """End everything of a program that was run; leave alone what is watched. Idempotent.

        It takes less than a second.

        Returns:
            What happened meanwhile.
        """
        if self._closed:
            return []
        self._closed = True
        events: list[Event] = []
        following = self._following
        if following is not None:
            if self._is_ours:
                # Whoever waits for room to write can end now. What is said meanwhile comes after.
                events += self._output.drain_all(self._clock())
                changes: list[Change] = []
                left = end_everybody(
                    following, grace=CLOSE_GRACE, clock=self._clock, tell=changes.extend
                )
                events += self._took(changes)
                for pid in left:
                    text = f"pid {pid} does not die of SIGKILL; it is left behind"
                    events.append(Trouble(self._clock(), None, text))
            following.close()
        if self._process_events is not None:
            self._process_events.close()
        if self._receiver is not None:
            self._poller.remove(self._receiver.fileno())
            self._receiver.close()
        self._told.close()
        events += self._output.finish(self._clock())
        if self._looking is not None:
            self._looking.close()
        self._poller.close()
        return events

    # The beginning

    def _begin(self) -> list[Event]:
        """Start the program, or find it; once."""
        if self._began:
            return []
        self._began = True
        at = self._began_at = self._clock()
        cores = CoresWatch()
        run = facts_of_live_run(at, "", cores.look(), self._sample_every)._replace(
            source="run" if self._is_ours else "watch", program=self._program.shown, pid=0
        )
        troubles = self._listen()
        try:
            roots = self._roots()
        except ProgramStartError as error:
            return [run, *troubles, Unseated(at, 1, str(error))]
        # The first thing after its start, so that whatever fails from here on, it is ended.
        self._following = Following(
            roots, adopts=self._is_ours, events=self._process_events, clock=self._clock
        )
        raise_file_limit()  # not before: the program would inherit it
        if self._sample_every is not None:
            observer = Observer(
                run,
                cores,
                self._sample_every,
                self._clock,
                self._sampler,
                tells_waits=True,
                attach=self._program.attach,
            )
            run = observer.run
            self._looking = Looking(observer, self._stations, self._clock, self._sample_every)
        return [run._replace(pid=roots[0]), *troubles]

    def _listen(self) -> list[Event]:
        """Listen to who tells of the program, before it starts: what it does first is told, too."""
        self._process_events = ProcessEvents()
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

    def _roots(self) -> tuple[int, ...]:
        """The processes from which all others come."""
        if isinstance(self._program, WatchProgram):
            return self._program.pids
        started = start_program(self._program, self._environment)
        for descriptor, name in started.streams.items():
            self._output.add(descriptor, name)
        started.process.returncode = 0  # whoever follows it, reaps it
        return (started.process.pid,)

    def _environment(self, stdout: int | None, stderr: int | None) -> Mapping[str, str]:
        """What the program finds: ours, and where its Pythons tell what they do."""
        if self._receiver is None:
            return os.environ
        return self._receiver.environment(os.environ, stdout, stderr)

    def _hear(self) -> list[Event]:
        """Take what hooks said; whoever is not known yet is looked for soon."""
        events: list[Event] = []
        for message in [] if self._receiver is None else self._receiver.read():
            events += self._told.hear(message)
        if self._told.knows_of_others:
            self._look_at = min(self._look_at, self._looked_at + PAUSE_SECONDS)
        return events

    def _patience(self, timeout: float | None) -> float | None:
        now = self._clock()
        due = [self._look_at]
        if self._looking is not None:
            due.append(self._looking.due_at)
        due += [each.kill_at for each in self._stations.values() if each.kill_at is not None]
        left = max(0.0, min(due) - now)
        return left if timeout is None else min(timeout, left)

    # Who is there

    def _follow(self) -> list[Event]:
        """Look who came and who went, if it is time."""
        following, now = self._following, self._clock()
        if following is None or now < self._look_at:
            return []
        self._looked_at = now
        changes = following.look()
        self._wait_for(following.fileno())  # before its old number is given to anything else
        events = self._took(changes)
        events += self._remains.look(now, following.zombies)
        self._look_at = now + (CHECK_SECONDS if following.is_told else LOOK_SECONDS)
        if following.missed >= self._missed + 0.01:
            self._missed = following.missed
            events.append(Missed(now, self._missed))
        return events

    def _look_soon(self) -> None:
        """Look at once, unless that was only just done: the kernel tells of the whole system."""
        self._look_at = min(self._look_at, self._looked_at + PAUSE_SECONDS)
        self._wait_for(-1)  # until then it would wake us without end

    def _wait_for(self, descriptor: int) -> None:
        """Have whoever follows wake us, by the descriptor that it has now."""
        if descriptor != self._waited_for:
            if self._waited_for >= 0:
                self._poller.remove(self._waited_for)
            if descriptor >= 0:
                self._poller.add(descriptor, self)
            self._waited_for = descriptor

    def _took(self, changes: Iterable[Change]) -> list[Event]:
        events: list[Event] = []
        for change in changes:
            if isinstance(change, Came):
                events += self._came(change)
            elif isinstance(change, Went):
                events += self._went(change)
            elif isinstance(change, Zombie):
                number = self._numbers.get(change.pid, 0)
                events += self._remains.is_zombie(change.pid, number, self._clock())
            elif (station := self._stations.get(change.pid)) is not None:
                at = self._clock()
                if isinstance(change, Execed):
                    self._remains.lives(change.pid)
                    events += station.get_known(known_of(change.pid, station.known), at)
                elif isinstance(change, ThreadsChanged) and self._looking is not None:
                    left = dict(change.left) if self._is_told else None
                    events += station.list_threads(at, thread_name, left)
        return events

    def _came(self, came: Came) -> list[Event]:
        if came.pid == os.getpid():  # whoever watches who started us, watches us not
            return []
        # What is watched may have begun long before anybody looked.
        at = max(came.at, self._began_at)
        number = self._numbers[came.pid] = next(self._station_numbers)
        parent = self._numbers.get(came.parent, 0)
        station = ProgramStation(
            number,
            came.pid,
            parent,
            next_maker=self._maker_numbers,
            lived_at=at,
            is_still=self._is_still,
        )
        of_parent = self._stations.get(came.parent)
        self._stations[came.pid] = station
        self._remains.lives(came.pid)
        fallback = self._known_first if of_parent is None else of_parent.known
        events = station.get_known(known_of(came.pid, fallback), at)
        events += station.seat(came.pid, at)
        return [*events, *self._told.came(station)]

    def _went(self, went: Went) -> list[Event]:
        at = self._clock()
        if went.pid not in self._stations:
            return []
        # What it said comes before its end: nobody takes in what the dead say.
        events = self._hear()
        if self._receiver is not None:
            for message in self._receiver.read_of(went.pid):
                events += self._told.hear(message)
        events += [*self._output.drain(0, at), *self._output.drain(went.pid, at)]
        if len(self._stations) == 1:
            events += self._output.drain_all(at)
        station = self._stations.pop(went.pid)
        if self._closed:
            station.is_ended_by_us()
        ends = station.exited(went.exitcode, went.at)
        self._remains.ended(went.pid, station.number, ends)
        return [*events, *ends]

    @property
    def _known_first(self) -> Known:
        """What is known of a process before anybody looked."""
        if isinstance(self._program, RunProgram) and len(self._numbers) == 1:
            command = self._program.command
            return Known(short_name(command), " ".join(command))
        return Known()

    def _is_still(self, pid: int) -> bool:
        return self._following is not None and self._following.is_still(pid)

    def _speaker(self, pid: int) -> tuple[int | None, int]:
        """Whose a line is: a process's own, or nobody's in particular."""
        if pid == 0 and len(self._numbers) == 1:
            (pid,) = self._numbers
        station = self._stations.get(pid)
        first = None if station is None else station.first
        return first, self._numbers.get(pid, 1)

    # Commands

    def _do(self, command: Command) -> list[Event]:
        maker = getattr(command, "maker", 0)
        obey = self._obey.get(type(command))
        for station in self._stations.values():
            if obey is not None and maker in station.threads.values():
                return obey(station, command)
        return [Trouble(self._clock(), None, f"#{maker} has already ended")]

    def _kill_overdue(self) -> list[Event]:
        """Send SIGKILL to those whose grace is over."""
        now = self._clock()
        events: list[Event] = []
        for station in self._stations.values():
            if station.kill_at is not None and now >= station.kill_at:
                station.kill_at = None
                events += station.send(9, now)
        return events
