"""What is known about one maker, in short sentences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from chai_tui.explain.program.gil import whom_it_waits_for
from chai_tui.explain.start_text import start_text
from chai_tui.explain.wording.formatting import memory_text, percent, seconds_text
from chai_tui.model.text import printable
from chai_tui.state.contention import held_up_by, loop_keeper
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Line as SaidLine
from chai_tui.state.makers.records import Maker, Station
from chai_tui.tui.canvas.maker_facts import Look, result_text, stopping_text
from chai_tui.tui.canvas.maker_time import time_spans
from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.detail import of_program

_ENDLESS = 1_000
LISTED = 8
"""So many moves, pauses and companions are listed; the rest is counted."""


class Detail(NamedTuple):
    """What is drawn of one maker, beside the maker itself.

    Attributes:
        maker: the one.
        shared_with: numbers of the others at its station.
        place: finishing place, from 1; None unless it served.
        now: the floor's time, in the events' seconds.
        unattributed: lines of its process that could be any of its makers'.
        has_gil: whether there is a GIL to share.
        held_by: number of the maker that keeps its event loop from it; None if nobody does.
        warning: what the run is, if it is not live: ``simulated``.
        unseen: why it cannot be looked at from outside; empty where it can.
        samples: when samples were taken, in the events' seconds.
        station: where it stands; None once that is forgotten.
        parent: which process started the one that it is in, of a program that is not ours.
        gil_holder: who has the GIL that it waits for; empty if it waits for none, or nobody knows.
        process_end: how the process ended whose first thread it was; empty of any other.
    """

    maker: Maker
    shared_with: tuple[int, ...] = ()
    place: int | None = None
    now: float = 0.0
    unattributed: tuple[SaidLine, ...] = ()
    has_gil: bool = True
    held_by: int | None = None
    warning: str = ""
    unseen: str = ""
    samples: Sequence[float] = ()
    station: Station | None = None
    parent: str = ""
    gil_holder: str = ""
    process_end: str = ""

    @property
    def until(self) -> float:
        """The time until which its story is told."""
        ended = self.maker.ended_at
        return self.now if ended is None else ended


def detail_of(floor: Floor, maker: Maker) -> Detail:
    """Gather what is drawn of a maker from the floor that it stands on.

    Args:
        floor: where it stands, or stood.
        maker: the one.
    """
    station = floor.stations.get(maker.station)
    return Detail(
        maker,
        tuple(n for n in station.makers if n != maker.number) if station else (),
        floor.place(maker.number),
        floor.now,
        tuple(station.said) if station else (),
        floor.run.gil,
        held_up_by(maker, loop_keeper(floor, maker.station)),
        floor.run.warning,
        floor.run.unseen,
        floor.sample_times,
        station,
        "" if maker.is_ours else of_program.parent_text(floor, maker),
        "" if maker.is_ours else whom_it_waits_for(floor, maker),
        "" if maker.is_ours else of_program.process_end_text(floor, maker),
    )


class Fact(NamedTuple):
    """One thing that is known: a label and a sentence."""

    label: str
    text: str


def facts_known(detail: Detail) -> list[Fact]:
    """Return what is known; times count from when the maker was seated."""
    if not detail.maker.is_ours:
        return [fact for fact in _facts_of_program(detail) if fact.text]
    found = [
        Fact("result", result_text(detail.maker)),
        Fact("process", _process_text(detail)),
        Fact("time", _time_text(detail)),
        Fact("cpu", _cpu_text(detail)),
        Fact("now", _now_text(detail)),
        Fact("waits", _waits_text(detail)),
        Fact("memory", _memory_text(detail)),
        Fact("cores", _moves_text(detail.maker)),
        Fact("pauses", _pauses_text(detail)),
        Fact("asked", _asked_text(detail)),
        Fact("exit", _exit_text(detail.maker)),
        Fact("unknown", _unknown_text(detail)),
    ]
    return [fact for fact in found if fact.text]


def _facts_of_program(detail: Detail) -> list[Fact]:
    maker, station = detail.maker, detail.station
    company = _numbers(detail.shared_with) if detail.shared_with else ""
    return [
        Fact("process", of_program.process_text(maker, station, company)),
        Fact("command", "" if station is None else printable(station.command)),
        Fact("parent", detail.parent),
        Fact("python", of_program.python_text(station)),
        Fact("GIL", of_program.gil_text(maker, station)),
        Fact("target", of_program.target_text(maker, station)),
        Fact("function", of_program.place_text_at(maker, detail.now)),
        Fact("task", of_program.task_text(maker, detail.now)),
        Fact("waits", of_program.waits_text(maker, detail.gil_holder)),
        Fact("now", _now_text(detail)),
        Fact("time", _time_text(detail)),
        Fact("cpu", _cpu_text(detail)),
        Fact("memory", _memory_text(detail)),
        Fact("cores", _moves_text(maker)),
        Fact("pauses", _pauses_text(detail)),
        Fact("asked", _asked_text(detail)),
        Fact("exit", _exit_text(maker, detail.process_end)),
        Fact("unknown", _unknown_text(detail)),
    ]


def _numbers(numbers: tuple[int, ...]) -> str:
    text = " ".join(f"#{number}" for number in numbers[:LISTED])
    more = len(numbers) - LISTED
    return f"{text} and {more:,} more" if more > 0 else text


def _process_text(detail: Detail) -> str:
    maker = detail.maker
    gil = "a GIL of its own" if maker.engine.traits.own_interpreter else "one GIL"
    gil = gil if detail.has_gil else "free-threaded (no GIL)"
    if not maker.engine.shares_station:
        return f"pid {maker.pid} · memory of its own, {gil}"
    thread = "" if maker.tid is None else f" · tid {maker.tid}"
    company = (
        f"shared with {_numbers(detail.shared_with)}"
        if detail.shared_with
        else "nobody else is in it"
    )
    return f"pid {maker.pid}{thread} · {company}: one memory, {gil}"


def _time_text(detail: Detail) -> str:
    maker = detail.maker
    parts = []
    if not maker.is_ours:
        parts.append(f"seen for {seconds_text(detail.until - maker.seated_at)}")
    elif maker.started_at is None:
        parts.append("not started yet" if not maker.joined else "it never started")
    else:
        parts.append(f"started {start_text(maker)}")
    if maker.ended_at is not None:
        parts.append(f"ended after {seconds_text(maker.ended_at - maker.seated_at)}")
    return " · ".join(parts)


def _cpu_text(detail: Detail) -> str:
    maker = detail.maker
    text = seconds_text(maker.cpu_seconds)
    wall = detail.until - (maker.seated_at if maker.started_at is None else maker.started_at)
    if wall > 0:
        text += f" · {percent(maker.cpu_seconds / wall)} of its time"
    return text


def _now_text(detail: Detail) -> str:
    """What it did with its time over the last second."""
    return as_text(time_spans(Look(detail.maker, now=detail.now), _ENDLESS))


def _memory_text(detail: Detail) -> str:
    maker = detail.maker
    parts = []
    if maker.memory is not None:
        whose = "of the process they share" if detail.shared_with else "that only its process has"
        parts.append(f"{memory_text(maker.memory)} {whose}")
    if maker.cups is not None and not maker.engine.traits.own_interpreter:
        parts.append(f"it was cup {maker.cups} that the memory of this process counted")
    elif maker.cups is not None:
        whole = "an interpreter" if maker.engine.shares_station else "a memory"
        parts.append(f"it was cup {maker.cups} in {whole} that counts no other maker's")
    return " · ".join(parts)


def _waits_text(detail: Detail) -> str:
    if detail.held_by is None:
        return ""
    return f"held up by #{detail.held_by}, which computes and keeps the event loop meanwhile"


def _moves_text(maker: Maker) -> str:
    used = [(entry.at, entry.core) for entry in maker.history if entry.core is not None]
    if not used:
        return ""
    if not maker.core_moves:
        return f"stayed on core {used[-1][1]}"
    moves = [
        f"{seconds_text(at - maker.seated_at)} → {core}"
        for (_, before), (at, core) in pairwise(used)
        if core != before
    ]
    how_often = "once" if maker.core_moves == 1 else f"{maker.core_moves:,} times"
    earlier = "… " if maker.core_moves > len(moves[-LISTED:]) else ""
    return f"moved {how_often}: {earlier}{', '.join(moves[-LISTED:])}"


def _unknown_text(detail: Detail) -> str:
    if not detail.unseen or detail.maker.history:
        return ""
    return f"its core, its share of it and its memory are not known here: {detail.unseen}"


def _pauses_text(detail: Detail) -> str:
    maker = detail.maker
    if not maker.pauses:
        return ""
    spans = [
        f"{span.began - maker.seated_at:.2f}–{span.end - maker.seated_at:.2f} s"
        if span.end is not None
        else f"since {seconds_text(span.began - maker.seated_at)}"
        for span in maker.pauses[-LISTED:]
    ]
    earlier = "… " if len(maker.pauses) > LISTED else ""
    total = sum((detail.now if end is None else end) - began for began, end in maker.pauses)
    return f"{len(maker.pauses):,}, {seconds_text(total)} in all: {earlier}{', '.join(spans)}"


def _asked_text(detail: Detail) -> str:
    maker = detail.maker
    stopping = maker.stopping
    if stopping is None:
        return ""
    when = f"after {seconds_text(stopping.at - maker.seated_at)}"
    if maker.joined:
        how = "" if maker.stop_signal is None else f" with {maker.stop_signal}"
        return f"to stop{how}, {when}"
    return f"{when}: {stopping_text(maker, detail.now)}"


def _exit_text(maker: Maker, process_end: str = "") -> str:
    if not maker.joined:
        return ""
    if maker.exitcode is None:
        return "unknown: the system lost it"
    if maker.exitcode == 0 and maker.engine.shares_station:
        if not maker.is_ours:
            return process_end or "it ended; a thread has no exit code of its own"
        return f"joined; a {maker.engine.traits.worker} has no exit code of its own"
    text = f"code {maker.exitcode}".replace("-", "−")
    return text if maker.end_signal is None else f"{text}, which is {maker.end_signal}"
