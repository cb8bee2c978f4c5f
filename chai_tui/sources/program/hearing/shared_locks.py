"""Who has the locks between processes that others wait for, as far as threads that wait tell it."""

from __future__ import annotations

from collections.abc import Callable

from chai_tui.sources.program.hearing.messages import SHARED_KEYS, BlockedOn, Holds, WentOn

Thread = tuple[int, int]
"""Its process, and the system's number of it."""


class SharedLocks:
    """Finds who has what somebody waits for.

    A thread tells which locks it has when it begins to wait; once it goes on, nobody knows whether
    it still has them.

    Args:
        tell: is called with who waits, and with who has that, or None, whenever that changes.
    """

    def __init__(self, tell: Callable[[BlockedOn, Thread | None], None]) -> None:
        self._tell = tell
        self._has: dict[int, Thread] = {}
        self._of: dict[Thread, set[int]] = {}
        self._waits: dict[int, dict[Thread, BlockedOn]] = {}
        self._for: dict[Thread, int] = {}
        self._tids: dict[int, set[int]] = {}
        """Whose threads those are that have one, or wait for one, or did."""

    def holder(self, key: int, waits: Thread) -> Thread | None:
        """Return who has a lock that somebody else waits for; None if nobody knows."""
        thread = self._has.get(key)
        return None if thread == waits else thread

    def holds(self, told: Holds) -> None:
        """Take in that somebody has one."""
        thread = told.pid, told.tid
        if told.key < SHARED_KEYS:
            return
        if (other := self._has.get(told.key)) is not None:
            self._of[other].discard(told.key)
        self._tids.setdefault(told.pid, set()).add(told.tid)
        self._has[told.key] = thread
        self._of.setdefault(thread, set()).add(told.key)
        self._tell_of(told.key)

    def blocked(self, told: BlockedOn) -> None:
        """Take in that somebody waits."""
        thread = told.pid, told.tid
        self._stop(thread)
        if told.key >= SHARED_KEYS:
            self._tids.setdefault(told.pid, set()).add(told.tid)
            self._for[thread] = told.key
            self._waits.setdefault(told.key, {})[thread] = told

    def went_on(self, told: WentOn) -> None:
        """Take in that somebody waits no longer, and may give back what it has."""
        thread = told.pid, told.tid
        self._stop(thread)
        for key in self._of.pop(thread, ()):
            del self._has[key]
            self._tell_of(key)

    def forget(self, pid: int, tid: int | None = None) -> None:
        """Forget a thread that is gone, whoever has its number next.

        Nobody is told: nobody else has what it may never have given back.

        Args:
            pid: of its process.
            tid: the system's number of it; None: all threads of the process are gone.
        """
        tids = self._tids.get(pid, set())
        for each in [*tids] if tid is None else tids & {tid}:
            self._stop((pid, each))
            for key in self._of.pop((pid, each), ()):
                del self._has[key]
            tids.discard(each)
        if not tids:
            self._tids.pop(pid, None)

    def _stop(self, thread: Thread) -> None:
        key = self._for.pop(thread, None)
        if key is not None:
            waits = self._waits[key]
            waits.pop(thread, None)
            if not waits:
                del self._waits[key]

    def _tell_of(self, key: int) -> None:
        for thread, told in self._waits.get(key, {}).items():
            self._tell(told, self.holder(key, thread))
