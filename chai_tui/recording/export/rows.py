"""The rows of a drawn timeline: who stands together, from when to when, and what is known; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.recording.export.account import Account, MakerAccount, Reason, StationAccount
from chai_tui.recording.export.figures import last_of
from chai_tui.state.makers.records import State

REASON_SIGNS = {Reason.GIL: "░", Reason.CORE: "▒", Reason.PAUSED: GLYPHS[State.PAUSED]}
"""As in the timeline of the screens."""
REASON_WORDS = {
    Reason.GIL: "waits for the GIL",
    Reason.CORE: "wants a core",
    Reason.PAUSED: "paused",
}
"""Likewise."""
UNSAMPLED = ("╌", "no sample")


class Group(NamedTuple):
    """Makers that stand at one station.

    Attributes:
        title: what they share; empty for a maker with a process of its own.
        makers: in the order in which they were seated.
    """

    title: str
    makers: tuple[MakerAccount, ...]


def groups_of(account: Account) -> list[Group]:
    """Return the rows: stations by number, and in each its makers."""
    left = dict(account.makers)
    groups: list[Group] = []
    for station in account.stations.values():
        makers = tuple(left.pop(number) for number in station.makers if number in left)
        if makers:
            groups.append(Group(station_text(station, makers, has_gil=account.run.gil), makers))
    return groups + [Group("", (maker,)) for maker in left.values()]


def station_text(station: StationAccount, makers: Sequence[MakerAccount], *, has_gil: bool) -> str:
    """Return what makers at a station share; empty where nobody else can stand there.

    Args:
        station: the one.
        makers: who stood there; in a tasting they are not all seated alike.
        has_gil: whether their Python has a GIL.
    """
    engines = {maker.engine for maker in makers}
    traits = [engine.traits for engine in engines]
    if not all(each.shares_station for each in traits):
        return ""
    gil = "a GIL each" if all(each.own_interpreter for each in traits) else "one GIL"
    if station.name:
        its_gil = ["one GIL"] if station.gil else []
        return " · ".join([station.name, f"pid {station.pid}", *its_gil])
    parts = ["one process", f"pid {station.pid}", gil if has_gil else "no GIL"]
    if all(each.shares_loop for each in traits):
        parts.append("one event loop")
    if all(each.takes_turns for each in traits):
        parts.append("one after another")
    return " · ".join(parts)


def label_of(maker: MakerAccount) -> str:
    """Return what a maker brews, or is called by its program; of who works in a race the engine."""
    return maker.called or maker.recipe or str(maker.engine)


def span_of(account: Account) -> tuple[float, float]:
    """Return when the first and the last thing happened that can be drawn."""
    makers = account.makers.values()
    began = account.zero
    ended = max([account.ended, *(maker.ended_at or began for maker in makers)])
    return began, max(ended, began)


def known_until(account: Account, maker: MakerAccount, samples: Sequence[float]) -> float:
    """Return up to when samples told what a maker did; when it was seated, if none did.

    Args:
        account: of the run.
        maker: one of it.
        samples: when samples were taken, in order.
    """
    folded = account.floor.makers.get(maker.number)
    is_told = bool(maker.cores) or (
        folded is not None and any(use.cpu_share is not None for use in folded.history)
    )
    index = bisect_right(samples, last_of(maker, account))
    if not is_told or not index:
        return maker.seated_at
    return max(maker.seated_at, samples[index - 1])
