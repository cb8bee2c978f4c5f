"""Workers of a pool that have nothing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from chai_tui.explain.wording.formatting import counted, percent, seconds_text
from chai_tui.explain.wording.grammar import sentence_of
from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People
from chai_tui.model.events import Exited
from chai_tui.model.program_events import TaskBegan, TaskEnded

WINDOW_SECONDS = 2.0
"""From the first task's begin to the last one's end: to start a worker takes up to a second, and a
pool that is done sooner is not worth a word."""
IDLE = 0.8
"""Share of that time without a task from which a worker counts as idle."""
IDLE_WORKERS = 0.5
"""Share of the workers that have to be idle: some are, whenever tasks differ."""
LONG_TASK = 0.5
"""Share of that time from which one task alone is the reason."""
_NUMBERED = "0123456789"
_POOL = "Pool"
"""In the names that the standard library gives to workers of pools, also to those who never get a
task."""
_NOBODY_CHOSE = "asyncio_"
"""Before the number in the names of an event loop's own workers: nobody chose how many."""

Key = tuple[str, int, str]


class Worker:
    """What is known of one of them.

    Attributes:
        busy: seconds in which it had a task.
        longest: seconds of its longest task.
        tasks: how many ended.
        running: how many it has now; an event loop has several at once.
        since: when it began to be busy, if it is.
        ended_at: when it ended; None while it lives.
    """

    __slots__ = ("busy", "ended_at", "longest", "running", "since", "tasks")

    def __init__(self) -> None:
        self.busy = 0.0
        self.longest = 0.0
        self.tasks = 0
        self.running = 0
        self.since = 0.0
        self.ended_at: float | None = None


class Share(NamedTuple):
    """How idle one was."""

    maker: int
    idle: float
    seconds: float
    tasks: int
    longest: float


class Pool:
    """Workers that belong together."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.last_end = began
        self.workers: dict[int, Worker] = {}
        self.is_a_loop = False
        self.open = 0


class IdleWorkers:
    """Looks how much of its time each worker of a pool had a task, once the pool has ended.

    Workers are one pool if they have the same parent, and names that differ in their last number
    only.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._pools: dict[Key, Pool] = {}
        self._pool_of: dict[int, Key] = {}
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            TaskBegan: self._began,
            TaskEnded: self._ended,
            Exited: self._exited,
        }

    def judge(self, at: float) -> None:
        """Nothing: a pool that lives may still get its tasks."""

    def end(self, at: float) -> None:
        """Tell of those pools that have not ended."""
        for key in [*self._pools]:
            self._close(key, at)

    def _began(self, event: TaskBegan) -> None:
        if event.task:
            return  # of an event loop, which has no workers
        key = self._pool_of.get(event.maker)
        if key is None:
            key = self._pool_of[event.maker] = self._key(event.maker)
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = Pool(event.at)
        worker = pool.workers.get(event.maker)
        if worker is None:
            worker = pool.workers[event.maker] = Worker()
            pool.open += 1
        pool.began = min(pool.began, event.at)  # another one's may have been heard first
        worker.running += 1
        if worker.running > 1:
            pool.is_a_loop = True
        else:
            worker.since = event.at

    def _ended(self, event: TaskEnded) -> None:
        if event.task:
            return
        pool = self._pools.get(self._pool_of.get(event.maker, ("", 0, "")))
        worker = pool.workers.get(event.maker) if pool is not None else None
        if pool is None or worker is None or not worker.running:
            return
        worker.running -= 1
        worker.tasks += 1
        self._was_busy(pool, worker, event.at)

    def _was_busy(self, pool: Pool, worker: Worker, at: float) -> None:
        if not worker.running:
            seconds = at - worker.since
            worker.busy += seconds
            worker.longest = max(worker.longest, seconds)
        pool.last_end = max(pool.last_end, at)

    def _exited(self, event: Exited) -> None:
        key = self._pool_of.pop(event.maker, None)
        pool = self._pools.get(key) if key is not None else None
        if pool is None or key is None:
            return
        worker = pool.workers[event.maker]
        worker.ended_at = event.at
        if worker.running:
            worker.running = 0
            self._was_busy(pool, worker, event.at)
        pool.open -= 1
        if not pool.open:
            self._close(key, event.at)

    def _key(self, maker: int) -> Key:
        place = self._people.place_of(maker)
        stem = self._people.names.get(maker, "").rstrip(_NUMBERED)
        if place is None:
            return "", 0, stem
        return (
            ("process", place.parent, stem)
            if maker == place.first
            else ("thread", place.number, stem)
        )

    def _close(self, key: Key, at: float) -> None:
        pool = self._pools.pop(key)
        for maker, worker in pool.workers.items():
            self._pool_of.pop(maker, None)
            if worker.running:
                worker.running = 0
                self._was_busy(pool, worker, at)
        window = pool.last_end - pool.began
        if pool.is_a_loop or window < WINDOW_SECONDS or key[2] == _NOBODY_CHOSE:
            return
        for maker in self._never_asked(key, pool):
            pool.workers[maker] = Worker()
        shares = [self._share(pool, maker) for maker in sorted(pool.workers)]
        long_enough = [share for share in shares if share.seconds >= window / 2]
        idle = [share for share in long_enough if share.idle >= IDLE]
        # All of them: it is there for when somebody wants something.
        if IDLE_WORKERS * len(shares) <= len(idle) < len(shares):
            self._desk.tell(self._finding(shares, idle, window, at))

    def _never_asked(self, key: Key, pool: Pool) -> Iterable[int]:
        """Yield those who look like workers of a pool, and never had a task."""
        if _POOL not in key[2]:
            return
        for maker, name in self._people.names.items():
            is_like = name.rstrip(_NUMBERED) == key[2] and maker not in pool.workers
            if is_like and self._key(maker) == key:
                seated = self._people.seated_at.get(maker, pool.last_end)
                place = self._people.place_of(maker)
                if seated <= pool.last_end and place is not None and maker in place.makers:
                    yield maker

    def _share(self, pool: Pool, maker: int) -> Share:
        worker = pool.workers[maker]
        began = max(pool.began, self._people.seated_at.get(maker, pool.began))
        ended = pool.last_end if worker.ended_at is None else min(pool.last_end, worker.ended_at)
        seconds = max(0.0, ended - began)
        idle = 1.0 - worker.busy / seconds if seconds > 0 else 0.0
        return Share(maker, max(0.0, idle), seconds, worker.tasks, worker.longest)

    def _finding(self, shares: list[Share], idle: list[Share], window: float, at: float) -> Finding:
        tasks = sum(share.tasks for share in shares)
        longest = max(share.longest for share in shares)
        least = percent(int(100 * min(share.idle for share in idle)) / 100)
        if tasks < len(shares):
            was = "was" if tasks == 1 else "were"
            why = f"there {was} {counted(tasks, 'task')} for {counted(len(shares), 'worker')}"
        elif longest >= LONG_TASK * window:
            why = f"one task took {seconds_text(longest)} of {seconds_text(window)}"
        else:
            why = "the tasks are too few, or come too slowly"
        sentence = sentence_of(
            f"{len(idle)} of {len(shares)} workers were idle {least} of the time: {why}"
        )
        busiest_last = sorted(shares, key=lambda share: -share.idle)
        evidence = tuple(
            f"{words.who(self._people, share.maker)}: idle {percent(share.idle)} of "
            f"{seconds_text(share.seconds)}, {counted(share.tasks, 'task')}"
            for share in (*busiest_last[: words.NAMED_AT_MOST], *busiest_last[-1:])
        )
        makers = tuple(share.maker for share in idle)
        return Finding(
            FindingKind.IDLE_WORKERS, at, sentence, tuple(dict.fromkeys(evidence)), makers
        )
