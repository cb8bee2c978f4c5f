"""How makers are seated at a station, one class an engine. Runs in the child; stdlib only.

The station's inbox thread hands over requests; the main thread runs makers or waits for them.
"""

from __future__ import annotations

import queue
import sys
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from chai_tui.host.limits import start_thread
from chai_tui.model.engine import Engine
from chai_tui.sources.live.station.interpreters import (
    InterpreterRunner,
    ReportLine,
    shared_memory,
)
from chai_tui.sources.live.station.proctitle import name_thread
from chai_tui.sources.live.station.recipe_runner import RecipeRunner, brew_to_the_end
from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.reporter import Reporter, current_maker
from chai_tui.sources.live.station.wire import Ask, Close, Request, Seat

if TYPE_CHECKING:
    import asyncio


class Executor(ABC):
    """Runs the makers of one station."""

    shares_station = True
    """Whether several makers may stand there."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.here: dict[int, RecipeRunner] = {}
        """Makers that are not joined yet, by number."""

    def runner(self, seat: Seat) -> RecipeRunner:
        """Note that a maker is here now."""
        alone = not self.shares_station
        runner = RecipeRunner(seat, self.reporter, self.here.__len__, alone=alone)
        self.here[seat.maker] = runner
        return runner

    def joined(self, maker: int) -> None:
        """Note and report that a maker was joined."""
        self.here.pop(maker, None)
        self.reporter.joined(maker)

    def obey(self, request: Request) -> None:
        """Take a request; called in the inbox thread."""
        if isinstance(request, Ask):
            if runner := self.here.get(request.maker):
                runner.ask()
        else:
            self.take(request)

    @abstractmethod
    def take(self, request: Seat | Close) -> None:
        """Take a request that the main thread must carry out; called in the inbox thread."""

    @abstractmethod
    def run(self) -> int:
        """Run until told to close; return the process's exit code."""


class ProcessExecutor(Executor):
    """The process engine: the main thread is the maker, its exit code the maker's."""

    shares_station = False

    def __init__(self, reporter: Reporter, seat: Seat) -> None:
        super().__init__(reporter)
        self._runner = self.runner(seat)

    def take(self, request: Seat | Close) -> None:
        """Nobody else is ever seated here, and the process ends by itself."""

    def run(self) -> int:
        """Brew, and return what Python would exit with."""
        current_maker.set(self._runner.seat.maker)
        try:
            self._runner.run()
        except SystemExit as exit_request:
            return _exit_code(exit_request)
        except BaseException as error:  # noqa: BLE001 - this is the top of the process
            self._runner.report_failure(error)
            return 1
        return 0


def _exit_code(exit_request: SystemExit) -> int:
    """Return the code that the interpreter would exit with, and print what it would print."""
    code = exit_request.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


class ThreadExecutor(Executor):
    """The thread engine: a thread each, joined by the main thread."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(reporter)
        self._ended: queue.SimpleQueue[tuple[RecipeRunner, threading.Thread] | None] = (
            queue.SimpleQueue()
        )

    def take(self, request: Seat | Close) -> None:
        """Start the maker's thread, or tell the main thread to end."""
        if isinstance(request, Close):
            self._ended.put(None)
            return
        runner = self.runner(request)
        thread = threading.Thread(target=self._brew, args=(runner,), name=request.name, daemon=True)
        try:
            start_thread(thread)
        except RuntimeError as error:
            runner.report_failure(error)
            self.joined(request.maker)

    def _brew(self, runner: RecipeRunner) -> None:
        try:
            name_thread(runner.seat.name)
            brew_to_the_end(runner)
        finally:
            self._ended.put((runner, threading.current_thread()))

    def run(self) -> int:
        """Join every thread as it ends."""
        while (ended := self._ended.get()) is not None:
            runner, thread = ended
            thread.join()
            self.joined(runner.seat.maker)
        return 0


class InterpreterExecutor(ThreadExecutor):
    """The interpreter engine: in each maker's thread a Python of its own brews."""

    def __init__(self, reporter: Reporter, reports: ReportQueue) -> None:
        super().__init__(reporter)
        # This interpreter reports there as well: it takes turns with the makers' own.
        self._line = reporter.queue = ReportLine.over(reports.writer.fileno())
        self._makers_here = shared_memory()

    def runner(self, seat: Seat) -> RecipeRunner:
        """Note that a maker is here now."""
        runner = InterpreterRunner(seat, self.reporter, self._line, self._makers_here)
        self.here[seat.maker] = runner
        self._makers_here[0] = len(self.here)
        return runner

    def joined(self, maker: int) -> None:
        """Note and report that a maker was joined."""
        super().joined(maker)
        self._makers_here[0] = len(self.here)


class SerialExecutor(Executor):
    """The serial engine: the main thread brews for each maker in turn."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(reporter)
        self._waiting: queue.SimpleQueue[RecipeRunner | None] = queue.SimpleQueue()

    def take(self, request: Seat | Close) -> None:
        """Let the maker wait for its turn."""
        self._waiting.put(None if isinstance(request, Close) else self.runner(request))

    def run(self) -> int:
        """Run one maker after another."""
        while (runner := self._waiting.get()) is not None:
            if runner.asked.is_set():
                self.reporter.gave_up(runner.seat.maker, 0.0)
            else:
                brew_to_the_end(runner)
            self.joined(runner.seat.maker)
        return 0


class AsyncioExecutor(Executor):
    """The asyncio engine: a task each on the main thread's event loop."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(reporter)
        import asyncio  # noqa: PLC0415 - 25 ms that only this engine pays

        self._loop = asyncio.new_event_loop()
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def take(self, request: Seat | Close) -> None:
        """Hand the request to the event loop."""
        if isinstance(request, Close):
            self._loop.call_soon_threadsafe(self._loop.stop)
        else:
            self._loop.call_soon_threadsafe(self._seat, self.runner(request))

    def _seat(self, runner: RecipeRunner) -> None:
        task = self._tasks[runner.seat.maker] = self._loop.create_task(self._brew(runner))
        task.add_done_callback(lambda _: self._leave(runner.seat.maker))

    async def _brew(self, runner: RecipeRunner) -> None:
        current_maker.set(runner.seat.maker)
        try:
            await runner.run_async()
        except BaseException as error:  # noqa: BLE001 - this is the top of the maker
            runner.report_failure(error)

    def _leave(self, maker: int) -> None:
        del self._tasks[maker]
        self.joined(maker)

    def run(self) -> int:
        """Run the event loop until told to close."""
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
        return 0


def shared_executor(engine: Engine, reporter: Reporter, reports: ReportQueue) -> Executor:
    """Return the executor of an engine whose makers share a station."""
    if engine is Engine.INTERPRETER:
        return InterpreterExecutor(reporter, reports)
    kinds: dict[Engine, type[ThreadExecutor | AsyncioExecutor | SerialExecutor]] = {
        Engine.THREAD: ThreadExecutor,
        Engine.ASYNCIO: AsyncioExecutor,
        Engine.SERIAL: SerialExecutor,
    }
    return kinds[engine](reporter)
