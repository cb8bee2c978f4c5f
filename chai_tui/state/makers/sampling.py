"""How a sample changes what is known of makers and cores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chai_tui.model.events import CoreUse, MakerUse
from chai_tui.state.makers.records import Core, CoreShares, Maker, State, Use, gil_share_of
from chai_tui.state.makers.shares import LAST_SECONDS, Stretch, held_until, within_last_second

_NOTHING_KNOWN = (None,) * 5
"""What a sample tells of a maker, where it tells nothing."""


def take_use(
    maker: Maker,
    use: MakerUse,
    at: float,
    sampled_at: float,
    *,
    times: Sequence[float],
    has_gil: bool,
) -> None:
    """Let a maker know what a sample tells of it.

    Args:
        maker: changed.
        use: what it used since the sample before.
        at: when the sample was taken, in the events' seconds.
        sampled_at: when the one before was; minus infinity if there was none.
        times: when all of those before were, oldest first.
        has_gil: whether its Python has a GIL.
    """
    # Most of what a floor costs is this, for every maker at every sample: without calls.
    core, cpu_share, ready_share = use.core, use.cpu_share, use.ready_share
    cpu_seconds, memory = use.cpu_seconds, use.memory
    history = maker.history
    if core is not None and history:
        last = history[-1].core
        if last is None:
            last = next((entry.core for entry in reversed(history) if entry.core is not None), None)
        maker.core_moves += last is not None and last != core
    maker.core = core
    maker.cpu_share = cpu_share
    maker.ready_share = ready_share
    may_wait = has_gil and (use.gil_share is not None or maker.step is not None)
    gil_share = maker.gil_share = gil_share_of(maker, sampled_at, use) if may_wait else None
    maker.gil_held = use.gil_held
    if cpu_share is not None and maker.state is State.BREWING:
        seconds = at - max(sampled_at, maker.seated_at)
        stretch = Stretch(at, max(0.0, seconds), cpu_share, ready_share, gil_share, use.gil_held)
        recent = maker.recent
        if recent and recent[-1].at < sampled_at:  # samples left it out, because it rested
            recent = held_until(recent, times, at)
        maker.recent = within_last_second(recent, stretch)
    elif maker.recent:
        maker.recent = []
    if cpu_seconds is not None and cpu_seconds > maker.cpu_seconds:
        maker.cpu_seconds = cpu_seconds
    if memory is None:
        memory = maker.memory
    else:
        maker.memory = memory
    told = (core, cpu_share, ready_share, memory, gil_share)
    # A maker that waits for minutes costs one entry, not hundreds; one of whom nothing was ever
    # known has none.
    if told != (history[-1][1:] if history else _NOTHING_KNOWN):
        if maker.lent:
            history = maker.history = maker.own(history)
        history.append(Use(at, *told))


def leave_out(makers: Mapping[int, Maker], lately: dict[int, float], at: float) -> None:
    """Let those makers know that a sample left them out whose last second is another one by that.

    Args:
        makers: by number.
        lately: when those were told of last who were in the last second, or at a sample after it;
            changed: of whoever was not, all of the last second is as was told last.
        at: when the sample was taken, in the events' seconds.
    """
    same: list[int] = []
    for number, told_at in lately.items():
        if told_at == at:
            continue
        maker = makers.get(number)
        if maker is not None:
            maker.version += 1
            maker.sampled += 1
            maker.held_until = at
        if maker is None or told_at <= at - LAST_SECONDS:
            same.append(number)
    for number in same:
        del lately[number]


def cores_after(
    before: Mapping[int, Core], uses: Iterable[CoreUse], on_core: Mapping[int, Sequence[int]]
) -> dict[int, Core]:
    """Return the cores that a sample tells of, by number.

    Args:
        before: those that were known; changed.
        uses: what is told of each.
        on_core: the makers on each.
    """
    cores: dict[int, Core] = {}
    for use in uses:
        core = cores[use.core] = before.get(use.core) or Core(use.core)
        core.busy = use.busy
        core.makers_share = use.makers
        core.makers = tuple(on_core.get(use.core, ()))
        core.history.append(CoreShares(use.busy, use.makers))
    return cores
