"""What is said of slices and instants in a trace: their names, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Lane
from chai_tui.recording.export.account import (
    Account,
    CoreSlice,
    MakerAccount,
    Reason,
    StepSlice,
    WaitSlice,
)
from chai_tui.recording.export.figures import moves_of

Args = tuple[tuple[str, str | int | float], ...]
"""What a trace tells of a slice or an instant beside its name."""
_MOST_TEXT = 1_000
"""Characters kept of a name or a cause."""
_WAITS = {
    Reason.GIL: "waits for the GIL",
    Reason.CORE: "waits for a core",
    Reason.PAUSED: "paused",
}


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What is said of a slice; on a track, those that say the same are one object."""

    name: str
    args: Args


class Round(NamedTuple):
    """A round of a lane: when it began and ended, its name, and what else is told of it."""

    began: float
    ended: float
    name: str
    args: Args


def rounds_of(lane: Lane, now: float) -> Iterator[Round]:
    """Yield the rounds of a lane; one that did not end lasts until ``now``."""
    for each in lane.rounds:
        told: Args = (
            ("calls", each.calls),
            ("CPU seconds", round(each.cpu, 6)),
            ("counts", "yes" if each.counts else "no: it warms up"),
        )
        if each.ready is not None:
            told += (("seconds without a core", round(each.ready, 6)),)
        yield Round(each.at - each.wall, each.at, f"round {each.round}", told)
    if lane.running is not None:
        began, name = lane.running.at, f"round {lane.running.round}"
        yield Round(began, now, name, (("calls", lane.running.calls), ("unfinished", "yes")))


def of_round(each: Round) -> Words:
    """Return what is said of a lane's round."""
    return Words(each.name, each.args)


def of_step(step: StepSlice) -> Words:
    """Return what is said of a step: its name and kind."""
    return Words(text_of(step.name), () if step.kind is None else (("kind", str(step.kind)),))


def of_core(core: CoreSlice) -> Words:
    """Return what is said of a stretch on a core: which, and the share of it."""
    name = "on a core" if core.core is None else f"core {core.core}"
    return Words(name, (("share", _hundredths(core.share)),))


def of_wait(wait: WaitSlice) -> Words:
    """Return what is said of a wait: for what, and for which share of the time."""
    return Words(_WAITS[wait.reason], (("share", _hundredths(wait.share)),))


def _hundredths(share: float) -> float:
    return int(share * 100 + 0.5) / 100


def _told(told: dict[str, str | int | float | None]) -> Args:
    """Leave out what is not known, and let no text do harm."""
    return tuple(
        (name, text_of(value) if isinstance(value, str) else value)
        for name, value in told.items()
        if value is not None and value != ""
    )


def of_run(account: Account) -> Args:
    """Return what the run is, for whoever finds the trace."""
    header, run = account.header, account.run
    return _told(
        {
            "chai-tui": header.chai_tui,
            "command": header.command,
            "program": run.program,
            "began": header.wall,
            "source": run.source,
            "Python": run.python,
            "system": run.system,
            "cores": len(run.cores) or None,
            "events": account.events,
        }
    )


def of_end(maker: MakerAccount, account: Account) -> Args:
    """Return what a maker's end says, with what all of it cost."""
    return _told(
        {
            "state": str(maker.state),
            "exit code": maker.exitcode,
            "cause": maker.cause,
            "place": maker.place,
            "engine": str(maker.engine),
            "CPU seconds": round(maker.cpu_seconds, 6),
            "core moves": moves_of(maker, account),
            "seconds for the GIL": _rounded(maker.gil_seconds),
            "seconds for a core": _rounded(maker.ready_seconds),
            "seconds paused": _rounded(maker.paused_seconds),
            "most bytes": maker.memory,
            "result": maker.result,
        }
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)


def text_of(text: str) -> str:
    """Return a text that does no harm in any trace: without control codes, and not endless."""
    return printable(text[:_MOST_TEXT])
