"""Who may wait for a GIL, of all that are looked at, and looks at them between two samples."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from chai_tui.model.program_events import WaitKind
from chai_tui.samplers.gil.futex_rule import Image, image_of
from chai_tui.samplers.gil.images import Images
from chai_tui.samplers.gil.locks import Locks
from chai_tui.samplers.kernel.thread import Thread
from chai_tui.samplers.protocol import Watched

BUSY = 0.05
"""Share of a core that a process's threads burn or want from which one may keep the GIL from
others: an idle process is not probed, unless somebody in it waits for the GIL."""


class Probes:
    """Looks who waits for the GIL, and who has it.

    Attributes:
        work: whether it is known here who waits.
        images: where the interpreters of processes are.

    Args:
        proc: where /proc is.
        locks: knows who has it; None: nobody does.
        works: whether system calls may be looked at.
    """

    def __init__(self, proc: str, locks: Locks | None = None, *, works: bool = True) -> None:
        self.images = Images(proc)
        self._locks = locks
        self._works = works
        self.work = works and image_of(proc, os.getpid()) is not None
        self._probed: dict[int, list[tuple[int, Thread, Image]]] = {}

    @property
    def wanted(self) -> bool:
        """Whether anybody may be waiting for the GIL."""
        return bool(self._probed)

    def choose(
        self, at: float, sharing: Sequence[tuple[Watched, Thread]], pids: Collection[int]
    ) -> None:
        """Note who may wait for a GIL from now on.

        Args:
            at: now.
            sharing: who shares one, but for those who have rested for long.
            pids: of all processes that are watched.
        """
        looked_at = [
            thread
            for threads in self._probed.values()
            for _, thread, _ in threads
            if thread.share is not None
        ]
        if looked_at:
            self.work = not all(thread.hides_syscall for thread in looked_at)
        busy: dict[int, float] = {}
        for who, thread in sharing if self._works else ():
            wanted = 1.0 if thread.share is None else thread.share + (thread.ready_share or 0.0)
            if thread.wait is not None and thread.wait.what is WaitKind.GIL:
                wanted = 1.0  # whoever has it may sleep
            if wanted:
                busy[who.pid] = busy.get(who.pid, 0.0) + wanted
        images = {
            pid: image
            for pid, wanted in busy.items()
            if wanted >= BUSY and (image := self.images.of(at, pid)) is not None
        }
        self.images.keep(pids)
        self._probed = {pid: [] for pid in images}
        for who, thread in sharing if images else ():
            if (image := images.get(who.pid)) is not None:
                self._probed[who.pid].append((who.tid, thread, image))
        if self._locks is not None:
            self._locks.keep(pids, images)
            for pid, image in images.items():
                self._locks.find(at, pid, image)

    def look(self) -> None:
        """Look who waits for the GIL now, and who has it."""
        for pid, threads in self._probed.items():
            holder = None if self._locks is None else self._locks.holder(pid)
            for tid, thread, image in threads:
                thread.probe(image)
                if holder is not None and holder >= 0:  # else it is not known who it is
                    thread.note_holder(is_it=tid == holder)

    def close(self) -> None:
        """Look at nobody any more; idempotent."""
        self._probed = {}
        if self._locks is not None:
            self._locks.close()
