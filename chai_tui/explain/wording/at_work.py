"""Who computes beside whom, and what they got of the cores lately: as it was measured; pure."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import StepKind
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State

RECENT_SECONDS = 2.0
"""What is told of "now" was measured in so many seconds."""
_SAMPLE_SECONDS = 0.5
"""How far apart samples are, where the run does not say."""
_JITTER = 0.1
"""Seconds by which samples come early or late: less than that is none."""


class Shares(NamedTuple):
    """What one maker got of a core lately: shares of the time, 0 to 1; None where unknown."""

    cpu: float
    ready: float | None
    gil: float | None


class Crew(NamedTuple):
    """Makers who do the same at once, under one GIL or each with a Python of its own.

    Attributes:
        engine: how they are seated.
        kind: what all of them do; ``compute`` or ``native``.
        shares: of each of them.
        company: how many open makers there are beside them.
    """

    engine: Engine
    kind: StepKind
    shares: tuple[Shares, ...]
    company: int

    @property
    def cpu(self) -> float:
        """Cores' worth of time that they used together."""
        return sum(share.cpu for share in self.shares)

    @property
    def gil(self) -> float | None:
        """How many of them waited for the GIL, on average; None if unknown."""
        known = [share.gil for share in self.shares if share.gil is not None]
        return sum(known) if known else None

    @property
    def ready(self) -> float | None:
        """How many of them lacked a core, on average; None if unknown."""
        known = [share.ready for share in self.shares if share.ready is not None]
        return sum(known) if known else None


def crews(floor: Floor) -> list[Crew]:
    """Return who computes beside whom; the largest crew first.

    Only those count whose shares are known, and tell of this kind of step alone.
    """
    at_work: dict[tuple[Engine, int, StepKind], list[Maker]] = {}
    for maker in floor.makers.values():
        kind = kind_now(maker)
        # On a thread that several share, nobody's share is their own.
        if kind is not None and kind.never_waits and maker.engine.traits.own_thread:
            where = maker.station if maker.engine.shares_station else 0
            at_work.setdefault((maker.engine, where, kind), []).append(maker)
    found = []
    for (engine, _, kind), makers in at_work.items():
        shares = [recent_shares(maker, floor) for maker in makers]
        known = tuple(share for share in shares if share is not None)
        if len(known) == len(makers):
            found.append(Crew(engine, kind, known, floor.open - len(makers)))
    return sorted(found, key=lambda crew: -len(crew.shares))


def kind_now(maker: Maker) -> StepKind | None:
    """Return what a maker does now; None if it does not brew, or nobody knows."""
    if maker.state is not State.BREWING or maker.step is None:
        return None
    return maker.steps[maker.step].kind if 0 <= maker.step < len(maker.steps) else None


def recent_shares(maker: Maker, floor: Floor) -> Shares | None:
    """Return what a maker got lately, since it began what it does now; None if unknown."""
    if maker.cpu_share is None:
        return None
    every = floor.run.sample_every or _SAMPLE_SECONDS
    since = _busy_since(maker)
    earliest = max(since, floor.sampled_at - RECENT_SECONDS)
    # An entry tells of the time before it, and holds for the samples until the next one.
    end = floor.sampled_at
    newest = maker.history[-1] if maker.history else None
    if newest is not None and since <= newest.at - every <= earliest:  # as of anybody at rest
        if newest.cpu_share is None or end - earliest <= _JITTER:
            return None
        return Shares(newest.cpu_share, newest.ready_share, newest.gil_share)
    sums, known_for = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    for use in reversed(maker.history):
        # Of a sample in which it began, nobody knows what belongs to what.
        begin = use.at - every if use.at - every >= since else use.at
        if (seconds := end - max(begin, earliest)) > _JITTER:
            shares = use.cpu_share, use.ready_share, use.gil_share
            for index, share in enumerate(shares):
                if share is not None:
                    sums[index] += seconds * share
                    known_for[index] += seconds
        end = use.at - every
        if end <= earliest:
            break
    means = [whole / known if known else None for whole, known in zip(sums, known_for, strict=True)]
    cpu, ready, gil = means
    return None if cpu is None else Shares(cpu, ready, gil)


def _busy_since(maker: Maker) -> float:
    """When it began what it does now: steps of one kind follow each other without a break."""
    kind = kind_now(maker)
    since = maker.seated_at
    for index in range(min(len(maker.steps), len(maker.step_times)) - 1, -1, -1):
        if maker.steps[index].kind is not kind:
            break
        since = maker.step_times[index].began
    if maker.pauses and maker.pauses[-1].end is not None:
        since = max(since, maker.pauses[-1].end)
    return since


def waited(makers: list[Maker], now: float) -> tuple[float, float] | None:
    """Return how long somebody waited, and what all of them together waited, in seconds.

    None where that was not waiting alone: in a pause, or for an event loop that somebody kept.
    """
    spans = []
    for maker in makers:
        alone = all(step.kind is StepKind.WAIT for step in maker.steps)
        if maker.pauses or (maker.engine.traits.shares_loop and not alone):
            return None
        spans += [
            (span.began, now if span.end is None else span.end)
            for step, span in zip(maker.steps, maker.step_times, strict=False)
            if step.kind is StepKind.WAIT
        ]
    reached = float("-inf")
    somebody = 0.0
    for began, end in sorted(spans):
        somebody += max(0.0, end - max(began, reached))
        reached = max(reached, end)
    return somebody, sum(max(0.0, end - began) for began, end in spans)
