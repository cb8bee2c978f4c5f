"""Between a source and a screen: one thread drives the source and paces what is drawn.

::

    source ──poll──▶ bridge thread ──announce──▶ UI thread
       ▲               undelivered ─▶ ready ──take──▶  fold
       └──────────────────submit─────────────────────  keys

The UI thread is told at most once that events are ready; until it takes them, later ones join
them. So a slow screen gets fewer and larger batches, never a queue of them. This module imports no
Textual, so that makers start while the screen is still being imported.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from chai_tui.model.commands import Command
from chai_tui.model.events import CoresChanged, Event, Sampled
from chai_tui.model.program_events import Doing, Waits
from chai_tui.model.source import Source

FRAME_SECONDS = 1 / 10
"""As often as makers report their progress: what is drawn more often is drawn twice."""
CROWDED_FRAME_SECONDS = 1 / 8
"""The same when more than ``CROWDED_MAKERS`` brew, who change the whole screen."""
CROWDED_MAKERS = 50
SAMPLES_FRAME_SECONDS = 0.95
"""The same while nothing but samples comes in: a picture costs more than ten samples of a small
program. It is a little less than two or ten samples, so that the latest of them is drawn when it
comes …"""
SAMPLES_PATIENCE = 1.2
"""… and one after which no other comes, is so long after the picture before."""
WAITS_FRAME_SECONDS, WAITS_PATIENCE = 0.45, 0.7
"""The same two where somebody waits for something else now, or there are other cores: that is no
figure, and happens seldom."""
SAMPLES = frozenset({Sampled, Doing})
"""What each sample brings."""
WAITS = frozenset({Waits, CoresChanged})
"""What a sample may bring."""
ANSWER_FRAME_SECONDS = 1 / 60
"""The same while a key waits for its answer."""
ANSWER_SECONDS = 0.2
"""How long after a key deliveries hurry: its answer may take a few polls."""
FIRST_SECONDS = 1.0
"""So long after the start everything is delivered at once: somebody waits for the first makers."""
SLICE_SECONDS = 1 / 15
"""The longest pause between two polls while events are undelivered: a pipe takes about 1,000 events
before its sender blocks, and 1,000 threads at one station send 10,000 a second."""
STOP_SECONDS = 5.0
"""How long ``stop`` waits for the source to close; a kitchen needs less than one."""


class Bridge:
    """Drives a source in a thread of its own.

    Attributes:
        commands: what the source accepts.
        error: what ended the thread, if something did.
        stopping: whether the source is being closed, or is.
        closed: whether the source is, and everything that happened can be taken.
    """

    def __init__(self, source: Source, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.commands = source.commands
        self.error: BaseException | None = None
        self.closed = False
        self._source = source
        self._clock = clock
        self._thread: threading.Thread | None = None
        self.stopping = False
        self._closing = False
        self._hurry = threading.Event()
        self._undelivered: list[Event] = []  # the thread's own: not yet due
        self._is_news = False  # whether more than samples is among them …
        self._is_waits = False  # … or at least more than figures
        self._frame_seconds = FRAME_SECONDS
        self._delivered_at = float("-inf")
        self._hurried_until = float("-inf")
        self._lock = threading.Lock()  # guards the three below
        self._ready: list[Event] = []
        self._announced = False
        self._announce: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to poll; does nothing if it already did."""
        if self._thread is None and not self.stopping:
            thread = threading.Thread(target=self._run, name="chai-bridge", daemon=True)
            self._hurried_until = self._clock() + FIRST_SECONDS
            thread.start()  # it raises where the system has no more threads
            self._thread = thread

    def attach(self, announce: Callable[[], None]) -> None:
        """Say whom to tell that events are ready; those that already are, are told of at once.

        Args:
            announce: called in the bridge's thread (or in this one, from here); it must return at
                once, and lead to a call of :meth:`take`.
        """
        with self._lock:
            self._announce = announce
            self._announced = waiting = bool(self._ready) or self.error is not None
        if waiting:
            announce()

    def take(self) -> list[Event]:
        """Return the events that are ready, oldest first; the next ones will be announced."""
        with self._lock:
            events, self._ready = self._ready, []
            self._announced = False
        return events

    def pace(self, open_makers: int) -> None:
        """Adapt the pace to how many makers are at work."""
        crowded = open_makers > CROWDED_MAKERS
        self._frame_seconds = CROWDED_FRAME_SECONDS if crowded else FRAME_SECONDS

    def submit(self, command: Command) -> None:
        """Pass a command to the source; what it leads to is delivered without waiting for a frame.

        Safe from any thread. Nothing is asked of a source that is being closed.
        """
        if self.stopping:
            return
        self._source.submit(command)
        self._hurry.set()

    def begin_to_stop(self) -> bool:
        """Let the thread close the source, without waiting; it announces its last words then.

        Returns:
            Whether it will: False if it does not run.
        """
        if self._thread is None or not self._thread.is_alive():
            return False
        self.stopping = True
        self._hurry.set()
        self._source.wake()
        return True

    def stop(self) -> list[Event]:
        """End the thread and close the source; return the events nobody took. Idempotent.

        A source that takes longer than ``STOP_SECONDS`` to close is left to the end of the process.
        """
        self.stopping = True
        if self._thread is None:
            self._close()
        elif self.begin_to_stop():
            self._thread.join(STOP_SECONDS)
        return self.take()

    # In the bridge's thread

    def _run(self) -> None:
        try:
            while not self.stopping:
                self._turn()
        except BaseException as error:  # noqa: BLE001 - the screen must learn of anything
            self.error = error
        finally:
            self._close()

    def _turn(self) -> None:
        """Poll once, after a pause if there is something whose time has not come."""
        waiting = bool(self._undelivered)
        patience = None
        if waiting:
            patience = max(0.0, self._delivered_at + self._frame(came=False) - self._clock())
        if self._is_news:
            self._hurry.wait(min(patience or 0.0, SLICE_SECONDS))
            patience = 0.0
        # Cleared before the poll: a command submitted during it is answered by the next one.
        hurried = self._hurry.is_set()
        self._hurry.clear()
        came = self._source.poll(patience)
        self._undelivered += came
        for event in came:
            kind = type(event)
            if kind in WAITS:
                self._is_waits = True
            elif kind not in SAMPLES:
                self._is_news = True
        if hurried:
            self._hurried_until = self._clock() + ANSWER_SECONDS
        frame = self._frame(came=bool(came))
        if self._undelivered and self._clock() >= self._delivered_at + frame:
            self._deliver()

    def _frame(self, *, came: bool) -> float:
        """Seconds from one delivery to the next, where something came just now or did not."""
        hurried = self._clock() < self._hurried_until
        if hurried:
            return ANSWER_FRAME_SECONDS
        if self._is_news:
            return self._frame_seconds
        if self._is_waits:
            return WAITS_FRAME_SECONDS if came else WAITS_PATIENCE
        return SAMPLES_FRAME_SECONDS if came else SAMPLES_PATIENCE

    def _deliver(self) -> None:
        self._delivered_at = self._clock()
        with self._lock:
            self._ready += self._undelivered
            announce = None if self._announced else self._announce
            self._announced = self._announced or announce is not None
        self._undelivered, self._is_news, self._is_waits = [], False, False
        if announce is not None:
            announce()

    def _close(self) -> None:
        if self._closing:
            return
        self._closing = True
        try:
            self._undelivered += self._source.close()
        except Exception as error:  # noqa: BLE001 - likewise
            self.error = self.error or error
        self.closed = True  # before whoever watches is told
        self._deliver()
