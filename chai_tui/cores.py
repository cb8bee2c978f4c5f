"""Which cores there are for us, and who is asked who is on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chai_tui.events import Sampled
from chai_tui.samplers.cgroup import cpu_quota


class UsableCores(NamedTuple):
    """The cores that this process may use.

    Attributes:
        numbers: the system's numbers of the cores it may run on, ascending, never empty.
        quota: how many cores' worth of CPU time its control groups allow at once; None where they
            allow as much as the cores can give.
    """

    numbers: tuple[int, ...]
    quota: float | None


class Watched(NamedTuple):
    """A maker to look at.

    Several makers may share a thread (tasks of one event loop, or one maker after another): the
    first of them in a sequence carries the thread's core and shares, the others get none.

    Attributes:
        maker: its number.
        pid: the system's number of its process.
        tid: the system's number of its thread.
        own_thread: whether nobody else ever uses that thread, so that all its CPU time is the
            maker's.
    """

    maker: int
    pid: int
    tid: int
    own_thread: bool


class Sampler(Protocol):
    """Looks at cores and makers from outside, so that it costs them nothing."""

    maps_cores: bool
    """Whether this system tells which core a thread is on."""

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call.

        A maker that was not watched at the last call, or that is gone, has no figures yet, or no
        more; neither ever raises.

        Args:
            at: now, in seconds of ``time.monotonic()``.
            watched: the makers to look at; whatever was kept open for others is closed.
        """
        ...

    def close(self) -> None:
        """Close whatever was kept open; idempotent."""
        ...


def usable_cores(root: str = "") -> UsableCores:
    """Return the cores that this process may use; affinity and control groups are respected.

    Args:
        root: put before every path that is read, so that a test can lay out a system of its own.
    """
    numbers = _affinity() or tuple(range(os.cpu_count() or 1))
    quota = cpu_quota(root)
    return UsableCores(numbers, quota if quota is not None and quota < len(numbers) else None)


def make_sampler(cores: UsableCores) -> Sampler:
    """Return the best sampler of this system.

    Args:
        cores: whose figures to report.
    """
    if sys.platform == "linux":
        from chai_tui.samplers.linux import LinuxSampler  # noqa: PLC0415 - one of the two is enough

        return LinuxSampler(cores.numbers)
    else:  # noqa: RET505 - so that a type checker knows which systems it is about
        from chai_tui.samplers.portable import (  # noqa: PLC0415 - with psutil, 20 ms to import
            PortableSampler,
        )

        return PortableSampler(cores.numbers)


def _affinity() -> tuple[int, ...]:
    """Return the cores this process is bound to; empty where the system cannot tell."""
    try:
        if sys.platform == "linux":
            return tuple(sorted(os.sched_getaffinity(0)))
        elif sys.platform == "win32":  # noqa: RET505 - so that a type checker follows
            import psutil  # noqa: PLC0415 - there is none on Linux

            return tuple(sorted(psutil.Process().cpu_affinity()))
        else:
            return ()
    except (OSError, ImportError):
        return ()
