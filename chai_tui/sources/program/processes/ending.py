"""Ending a whole program: everybody in its tree, and whoever is born meanwhile."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence

from chai_tui.sources.program.processes.changes import Change
from chai_tui.sources.program.processes.following import Following

PROGRESS_SECONDS = 0.25
"""How much longer is waited each time that somebody ends."""
LONGEST_SECONDS = 5.0
"""But no longer than this after the first SIGKILL."""
JOIN_SECONDS = 0.2
"""How long those who have ended are waited for, to be joined; it takes microseconds."""
LOOK_SECONDS = 0.01
"""How long is waited between two looks; less if somebody ends."""
KILL_SECONDS = 0.5
"""How long after SIGKILL is waited for those who got it: the system takes milliseconds, but one
that waits for a disk does not die."""


def end_everybody(
    following: Following,
    *,
    grace: float,
    clock: Callable[[], float] = time.monotonic,
    tell: Callable[[Sequence[Change]], object] | None = None,
) -> list[int]:
    """End all of a program.

    Everybody gets SIGTERM, and SIGCONT, for who is stopped would not hear of it; who is there after
    the grace gets SIGKILL. No signal ever goes to a number that is somebody else's by now.

    Args:
        following: the program. It is looked at until nobody is left.
        grace: seconds until SIGKILL; 0: at once.
        clock: seconds.
        tell: takes what the looks found.

    Returns:
        Who is left: pids of those who did not end within ``KILL_SECONDS`` of SIGKILL, though
        nobody else did either, or who belong to another user.
    """
    kill_at = clock() + grace
    deadline = float("inf")  # until everybody got it
    asked: set[tuple[int, int]] = set()
    before = 0
    while True:
        changes = following.look(thoroughly=True)
        if tell is not None and changes:
            tell(changes)
        left = following.pids
        now = clock()
        if len(left) < before:
            deadline = max(deadline, now + PROGRESS_SECONDS)  # a machine with much to do
            if now > kill_at + LONGEST_SECONDS:  # they fork faster than they are ended
                deadline = now
        before = len(left)
        if not left or now >= deadline:
            _join({pid for pid, _ in asked} - {*left}, clock)
            return [*left]
        for pid in left:
            key = (pid, following.began(pid) or 0)
            if now >= kill_at:
                _send(following, pid, signal.SIGKILL)
            elif key not in asked:
                asked.add(key)
                _send(following, pid, signal.SIGTERM, signal.SIGCONT)
        if now >= kill_at:
            deadline = min(deadline, clock() + KILL_SECONDS)
        _wait(following, min(LOOK_SECONDS, max(0.0, kill_at - now) or LOOK_SECONDS))


def _join(pids: set[int], clock: Callable[[], float]) -> None:
    """Join whoever of them is our child: the kernel tells of an end a moment before that can be."""
    deadline = clock() + JOIN_SECONDS
    while pids and clock() < deadline:
        for pid in [*pids]:
            try:
                is_over = os.waitpid(pid, os.WNOHANG)[0] == pid
            except OSError:  # it is nobody's child, or was joined
                is_over = True
            if is_over:
                pids.discard(pid)
        if pids:
            time.sleep(0.001)


def _send(following: Following, pid: int, *numbers: int) -> None:
    """Send signals to one of them, unless it is gone."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.pidfd_open(pid) if sys.platform == "linux" else -1
    except ProcessLookupError:
        return
    except OSError:  # an older kernel, a sandbox, or no descriptor is left
        descriptor = -1
    try:
        # Whoever has the number now keeps it as far as the descriptor goes.
        if not following.is_still(pid):
            return
        for number in numbers:
            if sys.platform == "linux" and descriptor >= 0:
                signal.pidfd_send_signal(descriptor, number)
            else:
                os.kill(pid, number)
    except OSError:  # it ended, or it is another user's
        pass
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _wait(following: Following, seconds: float) -> None:
    """Wait, but no longer than until somebody ends."""
    descriptor = following.fileno()
    if descriptor < 0 or sys.platform == "win32":
        time.sleep(seconds)
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.poll(seconds * 1_000)
