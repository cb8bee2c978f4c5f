"""How makers are seated at a station, one class an engine. Runs in the child; stdlib only.

The station's inbox thread hands over orders; the main thread runs makers or waits for them.
"""

from __future__ import annotations

import queue
import sys
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from chai_tui.engine import Engine
from chai_tui.limits import start_thread
from chai_tui.stations.brewing import Brewing
from chai_tui.stations.reporter import Reporter, current_maker
from chai_tui.stations.titles import name_thread
from chai_tui.stations.wire import Ask, Close, Order, Seat

if TYPE_CHECKING:
    import asyncio


class Seating(ABC):
    """Runs the makers of one station."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.here: dict[int, Brewing] = {}
        """Makers that are not joined yet, by number."""

    def brewing(self, seat: Seat) -> Brewing:
        """Note that a maker is here now."""
        brewing = Brewing(seat, self.reporter, self.here.__len__)
        self.here[seat.maker] = brewing
        return brewing

    def joined(self, maker: int) -> None:
        """Note and report that a maker was joined."""
        self.here.pop(maker, None)
        self.reporter.joined(maker)

    def obey(self, order: Order) -> None:
        """Take an order; called in the inbox thread."""
        if isinstance(order, Ask):
            if brewing := self.here.get(order.maker):
                brewing.ask()
        else:
            self.take(order)

    @abstractmethod
    def take(self, order: Seat | Close) -> None:
        """Take an order that the main thread must carry out; called in the inbox thread."""

    @abstractmethod
    def run(self) -> int:
        """Run until told to close; return the process's exit code."""


class OneMaker(Seating):
    """The process engine: the main thread is the maker, its exit code the maker's."""

    def __init__(self, reporter: Reporter, seat: Seat) -> None:
        super().__init__(reporter)
        self._brewing = self.brewing(seat)

    def take(self, order: Seat | Close) -> None:
        """Nobody else is ever seated here, and the process ends by itself."""

    def run(self) -> int:
        """Brew, and return what Python would exit with."""
        current_maker.set(self._brewing.seat.maker)
        try:
            self._brewing.run()
        except SystemExit as exit_request:
            return _exit_code(exit_request)
        except BaseException as error:  # noqa: BLE001 - this is the top of the process
            self._brewing.report_failure(error)
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


def _brew_to_the_end(brewing: Brewing) -> None:
    """Run one of several makers; whatever it raises ends it and nobody else."""
    current_maker.set(brewing.seat.maker)
    try:
        brewing.run()
    except BaseException as error:  # noqa: BLE001 - this is the top of the maker
        brewing.report_failure(error)


class Threads(Seating):
    """The thread engine: a thread each, joined by the main thread."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(reporter)
        self._ended: queue.SimpleQueue[tuple[Brewing, threading.Thread] | None] = (
            queue.SimpleQueue()
        )

    def take(self, order: Seat | Close) -> None:
        """Start the maker's thread, or tell the main thread to end."""
        if isinstance(order, Close):
            self._ended.put(None)
            return
        brewing = self.brewing(order)
        thread = threading.Thread(target=self._brew, args=(brewing,), name=order.name, daemon=True)
        try:
            start_thread(thread)
        except RuntimeError as error:
            brewing.report_failure(error)
            self.joined(order.maker)

    def _brew(self, brewing: Brewing) -> None:
        try:
            name_thread(brewing.seat.name)
            _brew_to_the_end(brewing)
        finally:
            self._ended.put((brewing, threading.current_thread()))

    def run(self) -> int:
        """Join every thread as it ends."""
        while (ended := self._ended.get()) is not None:
            brewing, thread = ended
            thread.join()
            self.joined(brewing.seat.maker)
        return 0


class OneAfterAnother(Seating):
    """The serial engine: the main thread brews for each maker in turn."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(reporter)
        self._waiting: queue.SimpleQueue[Brewing | None] = queue.SimpleQueue()

    def take(self, order: Seat | Close) -> None:
        """Let the maker wait for its turn."""
        self._waiting.put(None if isinstance(order, Close) else self.brewing(order))

    def run(self) -> int:
        """Run one maker after another."""
        while (brewing := self._waiting.get()) is not None:
            if brewing.asked.is_set():
                self.reporter.gave_up(brewing.seat.maker, 0.0)
            else:
                _brew_to_the_end(brewing)
            self.joined(brewing.seat.maker)
        return 0


class Tasks(Seating):
    """The asyncio engine: a task each on the main thread's event loop."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(reporter)
        import asyncio  # noqa: PLC0415 - 25 ms that only this engine pays

        self._loop = asyncio.new_event_loop()
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def take(self, order: Seat | Close) -> None:
        """Hand the order to the event loop."""
        if isinstance(order, Close):
            self._loop.call_soon_threadsafe(self._loop.stop)
        else:
            self._loop.call_soon_threadsafe(self._seat, self.brewing(order))

    def _seat(self, brewing: Brewing) -> None:
        task = self._tasks[brewing.seat.maker] = self._loop.create_task(self._brew(brewing))
        task.add_done_callback(lambda _: self._leave(brewing.seat.maker))

    async def _brew(self, brewing: Brewing) -> None:
        current_maker.set(brewing.seat.maker)
        try:
            await brewing.run_async()
        except BaseException as error:  # noqa: BLE001 - this is the top of the maker
            brewing.report_failure(error)

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


def shared_seating(engine: Engine, reporter: Reporter) -> Seating:
    """Return the seating of an engine whose makers share a station."""
    kinds: dict[Engine, type[Threads | Tasks | OneAfterAnother]] = {
        Engine.THREAD: Threads,
        Engine.ASYNCIO: Tasks,
        Engine.SERIAL: OneAfterAnother,
    }
    return kinds[engine](reporter)
