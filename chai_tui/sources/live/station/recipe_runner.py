"""One maker following its recipe. Runs in the child; standard library only."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from chai_tui.model.recipe import MAX_STEPS, Step, StepKind
from chai_tui.sources.live.station import steps
from chai_tui.sources.live.station.calls import telling
from chai_tui.sources.live.station.reporter import Reporter, current_maker
from chai_tui.sources.live.station.wire import Seat

PROGRESS_SECONDS = 0.1
"""How often a maker reports its progress: faster than this no eye follows."""
STATION_REPORTS_PER_SECOND = 1_000
"""How many reports of progress a station sends at most: many makers take turns."""


_cups = 0
"""A global variable, as in any program: shared by everyone in this process, and by nobody else."""
_counting = threading.Lock()


def _count_cup() -> int:
    """Count a cup in this process's memory; return how many it counts now."""
    global _cups  # noqa: PLW0603 - to show what processes share, and what not
    with _counting:
        _cups += 1
        return _cups


class AskedToStop(BaseException):  # like KeyboardInterrupt: a wish, not an error
    """Raised inside a maker that was asked to stop; no ``except Exception`` may swallow it."""


class _Meter:
    """CPU seconds that one maker burned, also where makers take turns on one thread."""

    def __init__(self) -> None:
        self._burned = 0.0
        self._running_since: float | None = None
        self._thread = 0

    @property
    def seconds(self) -> float:
        running = self._running_since
        if running is None or self._thread != threading.get_ident():
            return self._burned  # a thread that the maker started knows only its own time
        return self._burned + time.thread_time() - running

    def run(self) -> None:
        self._thread = threading.get_ident()
        self._running_since = time.thread_time()

    def rest(self) -> None:
        self._burned = self.seconds
        self._running_since = None


class Flag(Protocol):
    """What a maker looks at: whether it was asked to stop. ``threading.Event`` is one."""

    def set(self) -> None:
        """Set it; safe from any thread."""

    def is_set(self) -> bool:
        """Whether it was set."""

    def wait(self, timeout: float) -> bool:
        """Sleep so many seconds, or less if it is set; return whether it is."""


class RecipeRunner:
    """One maker at work.

    Args:
        seat: who it is and what it brews.
        reporter: where it reports.
        makers_here: says how many makers the station has now.
        asked: set when it is asked to stop; None: one of its own.
        alone: whether nobody else ever brews in this interpreter.
    """

    def __init__(
        self,
        seat: Seat,
        reporter: Reporter,
        makers_here: Callable[[], int],
        asked: Flag | None = None,
        *,
        alone: bool = False,
    ) -> None:
        self.seat = seat
        self.asked = asked or threading.Event()
        self._reporter = reporter
        self._makers_here = makers_here
        self._meter = _Meter()
        self._next_report = 0.0
        self._alone = alone
        self._steps_begun = 0
        self._steps_named = 0
        self._naming = threading.Lock()
        self._result = ""

    def ask(self) -> None:
        """Ask the maker to stop: it looks up when it next reports progress or begins a step."""
        self.asked.set()

    def run(self) -> None:
        """Follow the recipe in this thread; what a step raises is raised."""
        self._meter.run()
        self._begin()
        try:
            for step in self.seat.recipe.steps:
                self._begin_step()
                if step.kind is StepKind.WAIT:
                    steps.wait(step.seconds, self._tell, self.asked.wait, self.interval)
                    continue
                result = self._run_busy(step)
                if isinstance(result, Coroutine):
                    result = steps.run_to_its_end(result)
                self._keep_result(step, result)
        except AskedToStop:
            self._gave_up()
        else:
            self._served()

    async def run_async(self) -> None:
        """Follow the recipe as a task: only ``wait`` lets others run, as on any event loop."""
        self._begin()
        try:
            for step in self.seat.recipe.steps:
                self._begin_step()
                if step.kind is StepKind.WAIT:
                    await steps.wait_async(step.seconds, self._tell, self.interval)
                    continue
                self._meter.run()
                try:
                    result = self._run_busy(step)
                finally:
                    self._meter.rest()
                if isinstance(result, Coroutine):
                    result = await steps.between_rests(result, self._meter.run, self._meter.rest)
                elif isinstance(result, Awaitable):
                    result = await result
                self._keep_result(step, result)
        except AskedToStop:
            self._gave_up()
        else:
            self._served()

    def report_failure(self, error: BaseException) -> None:
        """Report what a step raised."""
        self._reporter.failed(self.seat.maker, error, self._meter.seconds)

    def _begin(self) -> None:
        telling.speak_for(self, alone=self._alone)
        self._reporter.started(self.seat.maker, threading.get_native_id())
        print(f"Start of {self.seat.name} {self.seat.recipe.name} brewing")  # noqa: T201 - as in the lesson

    def _served(self) -> None:
        print(f"End of {self.seat.name} {self.seat.recipe.name} brewing")  # noqa: T201 - as in the lesson
        self._reporter.served(self.seat.maker, self._meter.seconds, _count_cup(), self._result)

    def _gave_up(self) -> None:
        self._reporter.gave_up(self.seat.maker, self._meter.seconds)

    def _begin_step(self, name: str = "") -> None:
        if self.asked.is_set():
            raise AskedToStop
        index = self._steps_begun
        self._steps_begun += 1
        self._reporter.step_began(self.seat.maker, index, name)

    def name_step(self, name: object) -> None:
        """Begin a step that the function names which this maker calls."""
        with self._naming:
            self._steps_named += 1
            if self._steps_named < MAX_STEPS:
                self._begin_step(telling.step_name(name))
            elif self._steps_named == MAX_STEPS:
                self._begin_step("all further steps")
            elif self.asked.is_set():
                raise AskedToStop

    def tell_progress(self, fraction: object) -> None:
        """Report what the function tells of its progress which this maker calls."""
        if self.asked.is_set():
            raise AskedToStop
        told = telling.as_fraction(fraction)
        if told is not None:
            self._reporter.progress(self.seat.maker, told, self._meter.seconds)

    def _keep_result(self, step: Step, result: object) -> None:
        if getattr(step.call, "has_result", False):
            from chai_tui.sources.live.station.calls.result import result_text  # noqa: PLC0415 - only for a function

            self._result = result_text(result)

    def _run_busy(self, step: Step) -> object:
        if step.kind is StepKind.COMPUTE:
            steps.compute(step.seconds, self._tell)
        elif step.kind is StepKind.NATIVE:
            steps.native(step.seconds, self._tell)
        elif step.call is not None:
            return step.call()
        return None

    @property
    def interval(self) -> float:
        """Seconds between two reports of progress."""
        return max(PROGRESS_SECONDS, self._makers_here() / STATION_REPORTS_PER_SECOND)

    def _tell(self, fraction: float) -> None:
        """Report progress when it is time to, and look up whether somebody asks to stop."""
        if self.asked.is_set():
            raise AskedToStop
        now = time.monotonic()
        if now < self._next_report:
            return
        self._next_report = now + self.interval
        self._reporter.progress(self.seat.maker, fraction, self._meter.seconds)


def brew_to_the_end(runner: RecipeRunner) -> None:
    """Run one of several makers; whatever it raises ends it and nobody else."""
    current_maker.set(runner.seat.maker)
    try:
        runner.run()
    except BaseException as error:  # noqa: BLE001 - this is the top of the maker
        runner.report_failure(error)
