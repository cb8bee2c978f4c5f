"""However much makers print, a command is answered at once, and what was left out is counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from random import Random

from chai_tui.model.commands import AddMakers, Command, PauseMaker, ResumeMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Dropped, Event, Paused, Resumed, Said
from chai_tui.sources.live.kitchen import Kitchen
from tests.process.makers import doing, steps
from tests.storm.awful import flood_the_descriptor
from tests.storm.driving import kitchen_drive
from tests.storm.promise import PATIENCE, Force, Promise, require

ANSWER_SECONDS = 0.1
"""Within how many seconds a command must be answered."""
LINES_PER_SECOND = 200
"""What a station may say on a screen."""


def flood_python() -> None:
    """Print without end, many lines at once: more than 100,000 a second."""
    lines = "flood\n" * 100
    while True:
        print(lines, end="")


def print_counted(lines: int, at_once: int) -> None:
    """Print so many lines."""
    for _ in range(lines // at_once):
        print("line\n" * at_once, end="")


class _Poller(threading.Thread):
    """Drives a kitchen as the screen does, in a thread, and notes when pauses were told."""

    def __init__(self, kitchen: Kitchen) -> None:
        super().__init__(name="poller", daemon=True)
        self.kitchen = kitchen
        self.lines = 0
        self.told = threading.Event()
        self.watched: tuple[type[Event], ...] = ()
        self.seated: set[int] = set()
        self.leaving = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.leaving:
                for event in self.kitchen.poll(0.1):
                    self._take(event)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self.failure = error
            self.told.set()

    def _take(self, event: Event) -> None:
        if isinstance(event, Said):
            self.lines += 1
            if event.maker is not None:
                self.seated.add(event.maker)
        elif isinstance(event, Dropped):
            self.lines += event.lines
        elif isinstance(event, self.watched):
            self.told.set()


def answers_under_flood(commands: int, random: Random) -> tuple[list[float], float]:
    """Pause and resume a maker beside others who flood.

    Returns:
        The seconds that each answer took, and how many lines came a second.
    """
    kitchen = Kitchen("forkserver", lines_per_second=LINES_PER_SECOND, sample_every=0.5)
    poller = _Poller(kitchen)
    try:
        for recipe in (steps(wait=600), doing(flood_python), doing(flood_the_descriptor)):
            kitchen.submit(AddMakers(1, recipe, Engine.PROCESS))
        poller.start()
        _until(lambda: len(poller.seated) == 3, poller)
        took = []
        began, lines = time.monotonic(), poller.lines
        for number in range(commands):
            pausing = number % 2 == 0
            time.sleep(random.uniform(0, 0.05))  # at any moment of a poll
            took.append(_answer(poller, PauseMaker(1) if pausing else ResumeMaker(1)))
        rate = (poller.lines - lines) / (time.monotonic() - began)
    finally:
        poller.leaving = True
        kitchen.wake()
        if poller.ident is not None:
            poller.join()
        kitchen.close()
    return took, rate


def _answer(poller: _Poller, command: Command) -> float:
    poller.told.clear()
    poller.watched = (Paused,) if isinstance(command, PauseMaker) else (Resumed,)
    began = time.monotonic()
    poller.kitchen.submit(command)
    require(poller.told.wait(PATIENCE), f"{command} was never answered")
    require(poller.failure is None, f"polling failed: {poller.failure!r}")
    return time.monotonic() - began


def _until(condition: Callable[[], object], poller: _Poller) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        require(time.monotonic() < deadline, f"never held: {poller.seated}")
        time.sleep(0.01)


def count_what_is_dropped(lines: int) -> str:
    """Let makers print a known number of lines, and see that every one was shown or counted."""
    with kitchen_drive(lines_per_second=LINES_PER_SECOND) as drive:
        seated = [
            *drive.add(doing(partial(print_counted, lines, 1))),
            *drive.add(doing(partial(print_counted, lines, 1_000))),
        ]
        drive.until_joined(seated)
        for maker in seated:
            counted = maker.said_count + maker.dropped
            require(
                counted == lines + 2,  # its start and its end
                f"{maker.name} printed {lines + 2:,} lines, {counted:,} were shown or counted",
            )
        shown = sum(maker.said_count for maker in seated)
    return f"{2 * lines + 4:,} lines printed, {shown:,} shown and all others counted"


def _storm(force: Force) -> str:
    took, rate = answers_under_flood(force.times(400, 20), force.random)
    took.sort()
    late = took[int(len(took) * 0.95)]
    require(late < ANSWER_SECONDS, f"a command's answer took {late * 1_000:.0f} ms")
    require(rate > 100_000, f"no flood: {rate:,.0f} lines a second")
    counted = count_what_is_dropped(force.times(500_000, 10_000) // 1_000 * 1_000)
    return (
        f"{rate:,.0f} lines a second, {len(took)} commands answered in"
        f" {took[len(took) // 2] * 1_000:.0f} ms, 95 % in {late * 1_000:.0f} ms,"
        f" all in {took[-1] * 1_000:.0f} ms; {counted}"
    )


PROMISE = Promise(
    "floods", "whatever is printed, keys are answered and what is left out is counted", _storm
)
