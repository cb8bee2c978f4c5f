"""The source of a tasting: a runner has the function, a conductor leads, cores are looked at."""

from __future__ import annotations

import itertools
import math
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chai_tui.host.run_facts import facts_of_live_run
from chai_tui.host.usable_cores import CoresWatch
from chai_tui.model.commands import Command, RaceAgain
from chai_tui.model.events import Event, MakerUse, RunBegan, Sampled
from chai_tui.model.race_events import PRINTED_AT_MOST, Phase, Printed
from chai_tui.model.tasting import TasteRequest
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race
from chai_tui.samplers.observer import Observer
from chai_tui.samplers.protocol import Sampler
from chai_tui.sources.taste.conductor import Conductor
from chai_tui.sources.taste.dialogue import Answer, Ask, Script
from chai_tui.sources.taste.plan import SINGLE_THREADED
from chai_tui.sources.taste.runner_handle import RunnerHandle, wait_for
from chai_tui.sources.taste.runner_path import runner_command
from chai_tui.sources.taste.teller import Teller

LONGEST_SILENCE = 3_600.0
"""Seconds that are waited at most where nothing is due."""


class TasteSource:
    """Tastes a function, and tells what happens.

    Args:
        request: what to taste.
        sample_every: seconds between two samples of the cores; None: none.
        clock: seconds.
        sampler: reads cores and workers; None: this system's.
    """

    commands: frozenset[type[Command]] = frozenset({RaceAgain})

    def __init__(
        self,
        request: TasteRequest,
        *,
        sample_every: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sampler: Sampler | None = None,
    ) -> None:
        self._clock = clock
        cores = CoresWatch()
        usable = cores.look()
        run = facts_of_live_run(clock(), "forkserver", usable, sample_every)
        self._observer = None
        if sample_every is not None:
            self._observer = Observer(run, cores, sample_every, clock, sampler)
            run = self._observer.run
        self._untold: RunBegan | None = run
        self._cores = float(len(usable.numbers)) if usable.quota is None else usable.quota
        workers = request.workers or max(1, round(self._cores))
        self._request = replace(request, workers=workers)
        self._makers = itertools.count(1)
        self._commands: deque[Command] = deque()
        self._wakes, self._waker = os.pipe()
        for descriptor in (self._wakes, self._waker):
            os.set_blocking(descriptor, False)
        self._closed = False
        self._runner: RunnerHandle | None = None
        self._conductor = self._new_conductor()
        self._script: Script | None = None
        self._asked_at = 0.0
        self._silence = LONGEST_SILENCE
        self._printed = 0

    # What a source offers

    def submit(self, command: Command) -> None:
        """Ask for something; see :class:`chai_tui.model.source.Source`."""
        self._commands.append(command)
        self.wake()

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return."""
        try:
            os.write(self._waker, b"\0")
        except OSError:  # it is full, so poll will return; or all is closed
            return

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened; see :class:`chai_tui.model.source.Source`."""
        if self._closed:
            return []
        events: list[Event] = []
        if self._untold is not None:
            events.append(self._untold)
            self._untold = None
            events += self._begin()
        while self._commands:
            self._commands.popleft()
            if self._teller.race.is_over:
                events += self._end_runner()
                events += self._begin()
        deadline = None if timeout is None else self._clock() + timeout
        while not events:
            self._wait(self._patience(deadline))
            events += self._turn()
            if self._was_woken() or (deadline is not None and self._clock() >= deadline):
                break
        return events

    def close(self) -> list[Event]:
        """End the runner and whatever it started; idempotent."""
        if self._closed:
            return []
        self._closed = True
        events = self._end_runner()
        if self._observer is not None:
            self._observer.close()
        os.close(self._wakes)
        os.close(self._waker)
        return events

    # The runner

    def _new_conductor(self, before: Race | None = None) -> Conductor:
        return Conductor(self._request, self._cores, self._makers, self._clock, before)

    @property
    def _teller(self) -> Teller:
        return self._conductor.teller

    def _begin(self, before: Race | None = None) -> list[Event]:
        """Begin a race; after one in which the function used several cores, with its limits."""
        self._conductor = conductor = self._new_conductor(before)
        self._printed = 0
        limits = {} if before is None else SINGLE_THREADED
        script = self._script = conductor.script()
        first = next(script)
        try:
            self._runner = RunnerHandle(
                runner_command(self._request.python), {**os.environ, **limits}
            )
        except OSError as error:
            text = f"{self._request.python}: {error.strerror or error}; expected a Python"
            conductor.teller.fail(text, is_usage=True)
            self._script = None
            return self._teller.take_events()
        self._ask(first)
        return self._teller.take_events()

    def _ask(self, ask: Ask) -> None:
        self._asked_at = self._clock()
        self._silence = ask.silence
        if self._runner is not None:
            self._runner.ask(ask.request)

    def _end_runner(self) -> list[Event]:
        if self._runner is None:
            return []
        self._script = None
        runner, self._runner = self._runner, None
        runner.close()
        return self._teller.end()

    # A turn

    def _patience(self, deadline: float | None) -> float:
        """Return for how many seconds there is nothing to do."""
        now = self._clock()
        due = now + LONGEST_SILENCE if deadline is None else deadline
        if self._observer is not None:
            due = min(due, self._observer.due_at)
        if self._script is not None:
            due = min(due, self._asked_at + self._silence)
        return max(0.0, min(due, self._teller.look_due_at) - now)

    def _wait(self, seconds: float) -> None:
        """Wait for the runner, or for somebody who wakes us."""
        descriptors = [self._wakes]
        if self._runner is not None:
            descriptors += self._runner.descriptors
        if self._teller.look_due_at < math.inf:
            # The system waits in milliseconds; looks are closer to each other.
            if not wait_for(descriptors, 0.0):
                time.sleep(min(seconds, 0.001))
            return
        wait_for(descriptors, seconds)

    def _was_woken(self) -> bool:
        try:
            return bool(os.read(self._wakes, 4_096))
        except BlockingIOError:
            return False

    def _turn(self) -> list[Event]:
        """Do what is due."""
        conductor, teller = self._conductor, self._teller
        teller.look()
        events = self._hear()
        events += teller.take_events()
        if self._observer is not None:
            events += map(self._with_all, self._observer.look(teller.watched))
        if self._script is None:
            events += self._end_runner()
            if conductor.wants_limits:
                events += self._begin(teller.race)
        return events

    def _hear(self) -> list[Event]:
        """Take what the runner says, or note that it says nothing."""
        runner = self._runner
        if runner is None or self._script is None:
            return []
        events: list[Event] = []
        if runner.is_ready():
            messages, printed = runner.read()
            if self._teller.race.phase in {Phase.TASTE, Phase.RACE}:  # an import's is no call's
                events += self._lines(printed)
            for message in messages:
                self._take(message)
        if self._script is not None and runner.is_gone:
            self._answer(Answer("ended", runner.wait()))
        elif self._script is not None and self._clock() > self._asked_at + self._silence:
            runner.kill()
            self._answer(Answer("silent"))
        return events

    def _lines(self, printed: list[str]) -> list[Event]:
        lines = printed[: max(0, PRINTED_AT_MOST - self._printed)]
        self._printed += len(lines)
        now = self._clock()
        return [Printed(now, printable(line)) for line in lines]

    def _take(self, message: Mapping[str, Any]) -> None:
        if "note" in message:
            self._asked_at = self._clock()  # it is not silent
            self._teller.note(message)
        elif len(message) == 1:
            ((kind, value),) = message.items()
            self._answer(Answer(kind, value))

    def _answer(self, answer: Answer) -> None:
        """Go on with an answer; whoever is asked nothing any more has none to give."""
        if self._script is None:
            return
        try:
            ask = self._script.send(answer)
        except StopIteration:
            self._script = None
            return
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # The function's process may write whatever it likes to our pipe.
            text = f"the runner's answer makes no sense: {type(error).__name__}: {error}"
            self._teller.fail(text)
            self._script = None
            return
        self._ask(ask)

    def _with_all(self, event: Event) -> Event:
        """Add to a sample those who shared a thread: only one of them carries its figures."""
        if not isinstance(event, Sampled):
            return event
        known = {use.maker for use in event.makers}
        more = [
            MakerUse(who.maker, None, 0.0, None, None, None, stopped=False)
            for who in self._teller.watched()
            if who.maker not in known
        ]
        return event._replace(makers=(*event.makers, *more)) if more else event
