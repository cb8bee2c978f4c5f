"""Who may wait for a GIL, of all that are looked at, and looks at them between two samples."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from chai_tui.samplers.gil.futex_rule import Image, Images, image_of
from chai_tui.samplers.linux_thread import Thread
from chai_tui.samplers.protocol import Watched

BUSY = 0.05
"""Share of a core that a process's threads burn or want from which one may keep the GIL from
others: an idle process is not probed."""


class Probes:
    """Looks who waits for the GIL.

    Attributes:
        work: whether that is known here.
        images: where the interpreters of processes are.

    Args:
        proc: where /proc is.
    """

    def __init__(self, proc: str) -> None:
        self.images = Images(proc)
        self.work = image_of(proc, os.getpid()) is not None
        self._probed: list[tuple[Thread, Image]] = []

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
        looked_at = [thread for thread, _ in self._probed if thread.share is not None]
        if looked_at:
            self.work = not all(thread.hides_syscall for thread in looked_at)
        busy: dict[int, float] = {}
        for who, thread in sharing:
            wanted = 1.0 if thread.share is None else thread.share + (thread.ready_share or 0.0)
            busy[who.pid] = busy.get(who.pid, 0.0) + wanted
        images = {pid: self.images.of(at, pid) for pid, wanted in busy.items() if wanted >= BUSY}
        self.images.keep(pids)
        self._probed = [
            (thread, image) for who, thread in sharing if (image := images.get(who.pid)) is not None
        ]

    def look(self) -> None:
        """Look who waits for the GIL now."""
        for thread, image in self._probed:
            thread.probe(image)

    def close(self) -> None:
        """Look at nobody any more; idempotent."""
        self._probed = []
