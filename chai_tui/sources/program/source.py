"""The program source: a program that is not ours, run or watched; its processes and threads.

poll() ──▶ Following: which processes there are ──▶ Stations: who is in each
   ├─────▶ Listening: what the program prints, and what its hooks tell
   └─────▶ Looking: who is on which core, and what each waits for
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
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
from chai_tui.model.events import Event, RunBegan, Trouble, Unseated
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.model.program_events import Missed
from chai_tui.model.written import Written
from chai_tui.samplers.observer import Observer
from chai_tui.samplers.protocol import Sampler
from chai_tui.sources.live.poller import make_poller
from chai_tui.sources.program.listening import Listening
from chai_tui.sources.program.looking import Looking
from chai_tui.sources.program.processes.adopting import Adoption
from chai_tui.sources.program.processes.changes import Change
from chai_tui.sources.program.processes.connector import ProcessEvents
from chai_tui.sources.program.processes.ending import end_everybody
from chai_tui.sources.program.processes.following import Following
from chai_tui.sources.program.starting import ProgramStartError, start_program
from chai_tui.sources.program.stations.station import ProgramStation
from chai_tui.sources.program.stations.stations import Stations

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


class ProgramSource:
    """Tells what a program does; see :class:`chai_tui.model.source.Source`.

    Drive it from one thread.

    Args:
        program: what is run, or watched.
        sample_every: seconds between two samples; None: nothing is sampled, and no threads are
            told of.
        lines_per_second: how many lines each process may say a second; the rest is counted. None:
            no limit.
        written: takes what the program writes, to be passed on; None: nobody does that.
        clock: seconds; comparable with ``time.monotonic()`` of others.
        sampler: reads cores and threads; None: this system's.
    """

    def __init__(
        self,
        program: RunProgram | WatchProgram,
        *,
        sample_every: float | None = None,
        lines_per_second: int | None = None,
        written: Written | None = None,
        clock: Callable[[], float] = time.monotonic,
        sampler: Sampler | None = None,
    ) -> None:
        self._program = program
        self._sample_every = sample_every
        self._clock = clock
        self._sampler = sampler
        self._poller = make_poller()
        self._stations = Stations(
            program,
            clock,
            has_threads=sample_every is not None,
            # Who listens needs them.
            first_words=lambda station: self._listening.first_words(station),  # noqa: PLW0108
            last_words=lambda pid: self._listening.last_words(pid),  # noqa: PLW0108
            words=lambda pid: self._listening.words(pid),  # noqa: PLW0108
        )
        self._listening = Listening(
            program,
            self._poller,
            self._stations,
            clock,
            look_now=self._look_now,
            look_soon=self._look_soon,
            has_threads=sample_every is not None,
            lines_per_second=lines_per_second,
            written=written,
        )
        self._looking: Looking | None = None
        self._process_events: ProcessEvents | None = None
        self._adoption: Adoption | None = None
        self._following: Following | None = None
        self._waited_for = -1  # the descriptor of who follows, where there is one
        self._look_at = self._looked_at = self._heard_at = float("-inf")
        self._hear_at = float("inf")
        self._missed = 0.0
        self._commands: deque[Command] = deque()
        self._is_woken = False
        self._began = False
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
        self.wake()

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return; safe from any thread."""
        self._is_woken = True
        self._poller.wake()

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened; see :class:`chai_tui.model.source.Source`."""
        if self._closed:
            return []
        events = self._begin()
        while self._commands:
            events += self._do(self._commands.popleft())
        tokens = self._wait(0.0 if events else timeout)
        sizes = self._listening.sizes(tokens)
        # Who is there comes first: nobody takes in what somebody says who is not known.
        events += self._follow()
        events += self._listening.listen(sizes, tokens)
        events += self._stations.kill_overdue()
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
                events += self._listening.drain()
                self._stations.end()
                changes: list[Change] = []
                left = end_everybody(
                    following, grace=CLOSE_GRACE, clock=self._clock, tell=changes.extend
                )
                events += self._stations.take(changes)
                for pid in left:
                    text = f"pid {pid} does not die of SIGKILL; it is left behind"
                    events.append(Trouble(self._clock(), None, text))
            else:
                for pid in self._stations.paused_by_us:
                    text = f"pid {pid} is paused from here: kill -CONT {pid} lets it run again"
                    events.append(Trouble(self._clock(), None, text))
            following.close()
        if self._adoption is not None:
            self._adoption.close()
        if self._process_events is not None:
            self._process_events.close()
        events += self._listening.close()
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
        at = self._clock()
        cores = CoresWatch()
        run = facts_of_live_run(at, "", cores.look(), self._sample_every)._replace(
            source="run" if self._is_ours else "watch",
            gil=True,  # whatever our own Python is: of each of its processes that is told
            program=self._program.shown,
            pid=0,
        )
        # Before it starts: what it does first is told, too.
        self._process_events = ProcessEvents()
        if self._is_ours:  # who daemonises may have lost its parent before anybody is followed
            self._adoption = Adoption()
        troubles = self._listening.begin()
        try:
            roots = self._roots()
        except ProgramStartError as error:
            self._look_at = float("inf")  # there is nobody to look at
            if self._sample_every is not None:  # what would be known here of cores is told
                with closing(self._observer(run, cores, self._sample_every)) as observer:
                    run = observer.run
            return [run, *troubles, Unseated(at, 1, str(error))]
        if not self._is_ours:
            gone = [pid for pid in roots if not os.path.exists(f"/proc/{pid}")]  # noqa: PTH110 - pathlib costs an import
            troubles += [Trouble(at, None, f"there is no process {pid} any more") for pid in gone]
        # The first thing after its start, so that whatever fails from here on, it is ended.
        self._following = Following(
            roots, adopts=self._is_ours, events=self._process_events, clock=self._clock
        )
        self._stations.begin(self._following, at)
        raise_file_limit()  # not before: the program would inherit it
        if self._sample_every is not None:
            observer = self._observer(run, cores, self._sample_every)
            run = observer.run
            self._looking = Looking(
                observer, self._stations.by_pid, self._clock, self._sample_every
            )
        return [run._replace(pid=roots[0]), *troubles]

    def _observer(self, run: RunBegan, cores: CoresWatch, sample_every: float) -> Observer:
        return Observer(
            run,
            cores,
            sample_every,
            self._clock,
            self._sampler,
            tells_waits=True,
            attach=self._program.attach,
        )

    def _roots(self) -> tuple[int, ...]:
        """The processes from which all others come."""
        if isinstance(self._program, WatchProgram):
            return self._program.pids
        started = start_program(self._program, self._listening.environment)
        self._listening.add(started.streams)
        started.process.returncode = 0  # whoever follows it, reaps it
        return (started.process.pid,)

    def _wait(self, timeout: float | None) -> list[Any]:
        """Wait until there is something to do; return the tokens of what is ready."""
        due = [self._look_at, self._listening.due_at, *self._stations.kills_at]
        if self._looking is not None:
            due.append(self._looking.due_at)
        now = self._clock()
        until = min(due) if timeout is None else min(*due, now + timeout)
        while True:
            left = max(0.0, min(until, self._hear_at) - now)
            # Nothing could be started: whoever wants something wakes us.
            tokens = self._poller.wait(None if left == float("inf") else left)
            now = self._clock()
            is_news = self._hear(now, is_told=self in tokens)
            # What the kernel tells of strangers is no reason to return.
            if (
                is_news
                or self._is_woken
                or now >= until
                or any(each is not self for each in tokens)
            ):
                self._is_woken = False
                return tokens

    def _hear(self, now: float, *, is_told: bool) -> bool:
        """Hear who follows the program, if it is time; return whether to look.

        Args:
            now: now.
            is_told: whether there is something to hear.
        """
        if is_told:
            self._hear_at = min(self._hear_at, self._heard_at + PAUSE_SECONDS)
        if self._following is None or now < self._hear_at:
            if is_told:
                self._wait_for(-1)  # until then it would wake us without end
            return False
        self._heard_at, self._hear_at = now, float("inf")
        is_news = self._following.hears_news()
        if is_news:
            self._look_at = float("-inf")
        else:
            self._wait_for(self._following.fileno())
        return is_news

    # Who is there

    def _follow(self) -> list[Event]:
        """Look who came and who went, if it is time."""
        following, now = self._following, self._clock()
        if following is None or now < self._look_at:
            return []
        self._looked_at = now
        changes = following.look()
        self._wait_for(following.fileno())  # before its old number is given to anything else
        events = self._stations.take(changes)
        self._listening.give_up_on_strangers(now)
        events += self._stations.look_after_the_dead()
        self._look_at = now + (CHECK_SECONDS if following.is_told else LOOK_SECONDS)
        if following.missed >= self._missed + 0.01:
            self._missed = following.missed
            events.append(Missed(now, self._missed))
        return events

    def _look_now(self) -> list[Event]:
        self._look_at = float("-inf")
        return self._follow()

    def _look_soon(self) -> None:
        """Look at once, unless that was only just done: the kernel tells of the whole system."""
        self._look_at = min(self._look_at, self._looked_at + PAUSE_SECONDS)

    def _wait_for(self, descriptor: int) -> None:
        """Have whoever follows wake us, by the descriptor that it has now."""
        if descriptor != self._waited_for:
            if self._waited_for >= 0:
                self._poller.remove(self._waited_for)
            if descriptor >= 0:
                self._poller.add(descriptor, self)
            self._waited_for = descriptor

    # Commands

    def _do(self, command: Command) -> list[Event]:
        maker = getattr(command, "maker", 0)
        obey = self._obey.get(type(command))
        station = self._stations.of_maker(maker)
        if obey is not None and station is not None:
            return obey(station, command)
        return [Trouble(self._clock(), None, f"#{maker} has already ended")]
