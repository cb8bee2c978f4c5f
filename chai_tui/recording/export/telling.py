"""Tells a run once: folds its events into a floor, and keeps what that forgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chai_tui.explain.event_text import describe
from chai_tui.findings.findings import Findings
from chai_tui.model.events import (
    Event,
    Exited,
    Paused,
    Progress,
    Resumed,
    Sampled,
    Seated,
    Signalled,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.recipe import Step
from chai_tui.recording.export.account import (
    LEAST_REASON,
    LEAST_SHARE,
    Account,
    CoreSlice,
    Instant,
    MakerAccount,
    Reason,
    StationAccount,
    StepSlice,
    WaitSlice,
)
from chai_tui.recording.form import Header
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, Span, ordinal

_TOGETHER = 1e-6
"""Seconds: stretches that are no further apart are one; times are rounded to it."""


def account_of(header: Header, events: Iterable[Event]) -> Account:
    """Return the account of a run.

    Args:
        header: of the recording.
        events: all of them, oldest first.
    """
    teller = _Teller(header)
    teller.take(events)
    return teller.account()


class _WholeFloor(Floor):
    """A floor that forgets nobody: of a program that starts 500 processes a second all are told."""

    def _forget_long_ago(self, _ended: Maker) -> None:
        pass


class _Kept:
    """What the floor does not keep of a maker."""

    __slots__ = ("cores", "gil", "memory", "nth", "ready", "steps", "waits")

    def __init__(self, nth: int) -> None:
        self.nth = nth
        self.steps: list[Step] = []
        self.cores: list[CoreSlice] = []
        self.waits: list[WaitSlice] = []
        self.gil: float | None = None
        self.ready: float | None = None
        self.memory: int | None = None


class _Teller:
    """Takes in events, one after another."""

    def __init__(self, header: Header) -> None:
        self._floor = _WholeFloor()
        self._floor.fold([header.run])  # a recording that was cut may have lost it
        self._header = header
        self._findings = Findings() if header.run.is_program else None
        self._events = 0
        self._kept: dict[int, _Kept] = {}
        self._recipes: dict[str, int] = {}
        self._told: list[tuple[Event, str]] = []
        self._core_use: dict[int, list[tuple[float, float | None, float | None]]] = {}
        self._at_once: list[tuple[float, float]] = []
        self._sampled_at = float("-inf")
        self._handlers: dict[type, Callable[[Any], None]] = {
            Seated: self._seated,
            StepBegan: self._step_began,
            Sampled: self._sampled,
            Exited: lambda event: self._tell(event, "end"),
            Stopping: lambda event: self._tell(event, "signal"),
            Signalled: lambda event: self._tell(event, "signal"),
            Paused: lambda event: self._tell(event, "signal"),
            Resumed: lambda event: self._tell(event, "signal"),
            Trouble: lambda event: self._tell(event, "trouble"),
            Unseated: lambda event: self._tell(event, "trouble"),
        }

    def take(self, events: Iterable[Event]) -> None:
        """Take in what happened."""
        handlers = self._handlers
        pending: list[Event] = []
        for event in events:
            pending.append(event)
            if type(event) is Progress:  # nine of ten
                continue
            handler = handlers.get(type(event))
            if handler is not None:
                self._fold(pending)
                pending = []
                handler(event)
        self._fold(pending)

    def _fold(self, events: list[Event]) -> None:
        self._events += len(events)
        self._floor.fold(events)
        if self._findings is not None:
            self._findings.take(events, self._floor)

    def _seated(self, event: Seated) -> None:
        if event.maker not in self._kept:
            nth = self._recipes.get(event.recipe, 0) + 1
            self._recipes[event.recipe] = nth
            self._kept[event.maker] = _Kept(nth)

    def _step_began(self, event: StepBegan) -> None:
        maker, kept = self._floor.makers.get(event.maker), self._kept.get(event.maker)
        if maker is not None and kept is not None and len(maker.step_times) > len(kept.steps):
            kept.steps.append(maker.steps[maker.step or 0])

    def _tell(self, event: Event, kind: str) -> None:
        self._told.append((event, kind))

    def _sampled(self, event: Sampled) -> None:
        floor = self._floor
        since, self._sampled_at = self._sampled_at, event.at
        for use in event.makers:
            maker, kept = floor.makers.get(use.maker), self._kept.get(use.maker)
            if maker is None or kept is None or maker.joined:
                continue
            began = max(since, maker.seated_at)
            seconds = event.at - began
            if seconds <= 0:
                continue
            if use.memory is not None:
                kept.memory = max(kept.memory or 0, use.memory)
            if use.cpu_share is not None and use.cpu_share >= LEAST_SHARE:
                _add_core(kept.cores, CoreSlice(began, event.at, use.core, use.cpu_share))
            ready, gil = use.ready_share, maker.gil_share
            if gil is not None:
                kept.gil = (kept.gil or 0.0) + gil * seconds
            if ready is not None:
                kept.ready = (kept.ready or 0.0) + ready * seconds
            share, reason = max((gil or 0.0, Reason.GIL), (ready or 0.0, Reason.CORE))
            if share >= LEAST_REASON:
                _add_wait(kept.waits, WaitSlice(began, event.at, reason, min(1.0, share)))
        for core in event.cores:
            self._core_use.setdefault(core.core, []).append((event.at, core.busy, core.makers))
        self._at_once.append((event.at, floor.cores_at_once if floor.open else 0.0))

    def account(self) -> Account:
        """Return what was told."""
        floor, found = self._floor, []
        if self._findings is not None:
            self._findings.end(floor)
            found = self._findings.found
        ended = floor.now
        began = min(self._header.monotonic, ended)
        account = Account(
            header=self._header,
            run=floor.run,
            began=began,
            ended=ended,
            core_use=dict(sorted(self._core_use.items())),
            found=found,
            at_once=self._at_once,
            events=self._events,
            floor=floor,
        )
        for number, maker in floor.makers.items():
            account.makers[number] = self._maker(maker, self._kept[number], ended)
        for station in floor.stations.values():
            if not station.makers:
                continue  # of a process that was seen, and nobody in it
            makers = [account.makers[number] for number in station.makers]
            account.stations[station.number] = StationAccount(
                station.number,
                station.pid,
                station.engine,
                tuple(station.makers),
                min(maker.seated_at for maker in makers),
                max(ended if maker.ended_at is None else maker.ended_at for maker in makers),
                station.name or station.command,
                station.gil,
            )
        account.instants = [
            Instant(event.at, getattr(event, "maker", None), self._words(event), kind)
            for event, kind in sorted(self._told, key=lambda told: told[0].at)
        ]
        return account

    def _words(self, event: Event) -> str:
        """An end as it is known now; anything else as the log tells it."""
        maker = self._floor.makers.get(event.maker) if isinstance(event, Exited) else None
        if maker is None:
            return describe(event, self._floor)
        place = self._floor.place(maker.number)
        return maker.cause or (f"served {ordinal(place)}" if place else str(maker.state))

    def _maker(self, maker: Maker, kept: _Kept, ended: float) -> MakerAccount:
        last = ended if maker.ended_at is None else maker.ended_at
        pauses = _in_order(
            WaitSlice(span.began, last if span.end is None else span.end, Reason.PAUSED, 1.0)
            for span in maker.pauses
        )
        return MakerAccount(
            number=maker.number,
            station=maker.station,
            pid=maker.pid,
            tid=maker.tid,
            engine=maker.engine,
            recipe=maker.recipe,
            nth=kept.nth,
            seated_at=maker.seated_at,
            started_at=maker.started_at,
            ended_at=maker.ended_at,
            served_at=maker.served_at,
            state=maker.state,
            place=self._floor.place(maker.number),
            cause=maker.cause,
            exitcode=maker.exitcode,
            cpu_seconds=maker.cpu_seconds,
            core_moves=maker.core_moves,
            gil_seconds=kept.gil,
            ready_seconds=kept.ready,
            paused_seconds=sum((pause.ended - pause.began for pause in pauses), 0.0),
            memory=kept.memory,
            lines_said=maker.said_count,
            result=maker.result,
            called=maker.called,
            steps=_steps(kept.steps, maker.step_times, last),
            cores=kept.cores,
            waits=_merged(kept.waits, pauses),
        )


def _add_core(slices: list[CoreSlice], new: CoreSlice) -> None:
    """Add a stretch; one that goes on where the last one ended, on the same core, makes it longer.

    Samples that come earlier than the one before are left out: a slice never overlaps another.
    """
    last = slices[-1] if slices else None
    if last is not None and new.began < last.ended - _TOGETHER:
        return
    if last is not None and last.core == new.core and new.began - last.ended <= _TOGETHER:
        slices[-1] = CoreSlice(last.began, new.ended, last.core, _average(last, new))
    else:
        slices.append(new)


def _add_wait(slices: list[WaitSlice], new: WaitSlice) -> None:
    """Likewise."""
    last = slices[-1] if slices else None
    if last is not None and new.began < last.ended - _TOGETHER:
        return
    if last is not None and last.reason is new.reason and new.began - last.ended <= _TOGETHER:
        slices[-1] = WaitSlice(last.began, new.ended, last.reason, _average(last, new))
    else:
        slices.append(new)


def _average(last: CoreSlice | WaitSlice, new: CoreSlice | WaitSlice) -> float:
    """The share of two stretches together."""
    before, more = last.ended - last.began, new.ended - new.began
    return (last.share * before + new.share * more) / (before + more)


def _steps(steps: list[Step], times: list[Span], last: float) -> list[StepSlice]:
    """The steps of a maker that has ended at ``last``, or not yet."""
    found: list[StepSlice] = []
    at = float("-inf")
    for step, span in zip(steps, times, strict=False):
        began = max(at, span.began)
        at = max(began, last if span.end is None else span.end)
        found.append(StepSlice(began, at, step.name, step.kind))
    return found


def _in_order(slices: Iterable[WaitSlice]) -> list[WaitSlice]:
    """Stretches of which none begins before the one before has ended."""
    found: list[WaitSlice] = []
    at = float("-inf")
    for each in slices:
        began = max(at, each.began)
        at = max(began, each.ended)
        found.append(each._replace(began=began, ended=at))
    return found


def _merged(sampled: list[WaitSlice], pauses: list[WaitSlice]) -> list[WaitSlice]:
    """Sampled waits and pauses in one order: what was sampled ends where a pause begins."""
    if not pauses:
        return sampled
    found = list(pauses)
    for each in sampled:
        began = each.began
        for pause in pauses:
            if pause.ended <= began or pause.began >= each.ended:
                continue
            if pause.began > began:
                found.append(each._replace(began=began, ended=pause.began))
            began = max(began, pause.ended)
        if began < each.ended:
            found.append(each._replace(began=began))
    return sorted(found)
