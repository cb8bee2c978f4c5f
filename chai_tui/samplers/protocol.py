"""What looks at cores and makers, and whom it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from chai_tui.model.events import Sampled
from chai_tui.model.program_events import Place, Wait
from chai_tui.samplers.gil.layers import Seen


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
        lived_at: when its process surely lived, in seconds of ``time.monotonic()``: who has its
            numbers and began later is somebody else. Infinite if nobody minds.
        shares_gil: whether other makers' threads wait for the same GIL.
    """

    maker: int
    pid: int
    tid: int
    own_thread: bool
    lived_at: float = float("inf")
    shares_gil: bool = False


class Sampler(Protocol):
    """Looks at cores and makers from outside, so that it costs them nothing."""

    cores: Sequence[int]
    """The numbers of the cores that may be used; whoever samples sets them when they change."""

    @property
    def maps_cores(self) -> bool:
        """Whether this system tells which core a thread is on."""
        ...

    @property
    def measures_cores(self) -> bool:
        """Whether it tells how busy the cores are."""
        ...

    @property
    def measures_gil(self) -> bool:
        """Whether it tells who waits for the GIL."""
        ...

    @property
    def unseen(self) -> str:
        """Why makers cannot be looked at, for a person; empty where they can."""
        ...

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call.

        A maker that was not watched at the last call, or that is gone, has no figures yet, or no
        more; neither ever raises. Cores on which makers are seen are told of, too, whether they may
        be used or not.

        Args:
            at: now, in seconds of ``time.monotonic()``.
            watched: the makers to look at; whatever was kept open for others is closed.
        """
        ...

    def probe(self) -> None:
        """Look who waits for the GIL now, of those watched at the last sample.

        One look says only "now": the share in a sample is that of the looks since the last one.
        """
        ...

    @property
    def wants_probes(self) -> bool:
        """Whether anybody may be waiting for the GIL until the next sample."""
        ...

    def close(self) -> None:
        """Close whatever was kept open; idempotent."""
        ...


@runtime_checkable
class TellsWaits(Protocol):
    """A sampler that tells what threads wait for, too, and by what the GIL is seen."""

    @property
    def changed_waits(self) -> tuple[Wait, ...]:
        """What those wait for of whom that changed with the last sample."""
        ...

    @property
    def changed_layers(self) -> tuple[Seen, ...]:
        """By what the GIL is seen of processes of which that changed with the last sample."""
        ...

    @property
    def changed_places(self) -> tuple[Place, ...]:
        """Which functions those are in of whom that changed with the last sample."""
        ...

    @property
    def waits_unseen(self) -> str:
        """Why that is not known of all, and what to do, for a person; empty if it is."""
        ...
