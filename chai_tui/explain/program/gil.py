"""Who has the GIL of a process that is not ours, and by what that is seen, in words; pure."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.model.program_events import Layer, SeenBy, WaitKind
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State
from chai_tui.state.makers.shares import held_of

MOSTLY = 0.5
"""Whoever has it for so much of the last second has it."""
_FUNCTIONS = {Layer.REMOTE: "Python's own _remote_debugging", Layer.PY_SPY: "py-spy"}


class Holder(NamedTuple):
    """The thread that has a GIL, and the share of the last second in which it had it."""

    thread: Maker
    share: float


def held_share(maker: Maker) -> float | None:
    """Return the share of the last second in which a thread had the GIL; None if unknown."""
    if maker.joined or maker.state is not State.BREWING:
        return None
    return held_of(maker.last_second)


def holder_of(floor: Floor, station: int) -> Holder | None:
    """Return who mostly has the GIL of a process; None if nobody does, or nobody knows.

    Args:
        floor: the state.
        station: the number of its station.
    """
    place = floor.stations.get(station)
    threads = [floor.makers.get(number) for number in (place.makers if place else ())]
    held = [
        Holder(thread, share)
        for thread in threads
        if thread is not None and (share := held_share(thread)) is not None and share >= MOSTLY
    ]
    return max(held, key=lambda one: one.share, default=None)


def whom_it_waits_for(floor: Floor, maker: Maker) -> str:
    """Return ``#3 worker-2``, who has the GIL that a thread waits for; empty if nobody knows."""
    if maker.waits is None or maker.waits.what is not WaitKind.GIL:
        return ""
    holder = holder_of(floor, maker.station)
    if holder is None or holder.thread is maker:
        return ""
    return f"#{holder.thread.number} {printable(holder.thread.called)}".rstrip()


def layers_text(seen: SeenBy | None) -> str:
    """Return by what it is seen who has a GIL and who wants it, or why it is not.

    Args:
        seen: what was told of that; None: nothing.
    """
    if seen is None:
        return ""
    why = printable(seen.why)
    functions = [_FUNCTIONS[layer] for layer in seen.layers if layer in _FUNCTIONS]
    by = f"; functions by {functions[0]}" if functions else ""
    if Layer.WORD in seen.layers:
        not_told = f"; {why}" if why else ""
        return f"seen by the kernel's futex rule and the interpreter's own lock word{by}{not_told}"
    if Layer.FUTEX in seen.layers:
        return f"who waits is seen by the kernel's futex rule, not who has it: {why}{by}"
    return f"{why}{by}" if why else by.removeprefix("; ")
