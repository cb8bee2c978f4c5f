"""What is left in the shell once the screen is gone: how the run went, in a few lines; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from chai_tui.explain.event_text import closing_line
from chai_tui.explain.exit_text import ended_with_its_process
from chai_tui.explain.program.report import program_report
from chai_tui.explain.wording.formatting import counted, seconds_text
from chai_tui.explain.wording.grammar import plural
from chai_tui.model.engine import Engine
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State

LISTED = 10
"""So many makers are listed in a line before the others are counted."""


def report_lines(floor: Floor, ended: Collection[int] = ()) -> list[str]:
    """Return how a run went; nothing where nobody ever came.

    Args:
        floor: the state at the end.
        ended: the numbers of those who were still at work when somebody left.
    """
    makers = list(floor.makers.values())
    if floor.run.is_program:
        told = (
            program_report(floor, ended, _seconds(makers, floor.now) if makers else floor.elapsed)
            if floor.run.program
            else []
        )
        return [printable(line) for line in told]
    if not makers:
        return [closing_line(floor)] if floor.unseated else []
    processes = [maker for maker in makers if not maker.engine.shares_station]
    others = [maker for maker in makers if maker.engine.shares_station]
    lines = [
        _outcome(floor, ended),
        _figures(makers, floor.now),
        _listed("order", [f"#{maker.number}" for maker in _in_order(makers)]),
        _listed("exit codes", [f"#{m.number} {_exit_code(m)}" for m in processes], ", "),
        _listed("ends", [f"#{m.number} {_end(m)}" for m in others], ", "),
    ]
    return [printable(line) for line in lines if line]


def _outcome(floor: Floor, ended: Collection[int]) -> str:
    """How many were served, and why the others were not."""
    gone = [n for n in ended if n in floor.makers and floor.makers[n].state is not State.SERVED]
    if not gone:
        return closing_line(floor)
    served = sum(maker.state is State.SERVED for maker in floor.makers.values())
    who = counted(len(gone), "maker")
    were, they = ("was", "it") if len(gone) == 1 else ("were", "they")
    total = len(floor.makers) + floor.unseated
    return f"{served} of {total} chai served; {who} {were} ended while {they} brewed"


def _figures(makers: Sequence[Maker], now: float) -> str:
    """Who brewed how long, and what they used of the cores."""
    counts = Counter(maker.engine for maker in makers)
    who = " and ".join(_workers(engine, number) for engine, number in counts.items())
    wall = _seconds(makers, now)
    burned = sum(maker.cpu_seconds for maker in makers)
    text = f"{who}: {seconds_text(wall)} on the clock, {seconds_text(burned)} of CPU time"
    return f"{text}, {burned / wall:.1f} cores at once" if wall > 0 else text


def _seconds(makers: Iterable[Maker], now: float) -> float:
    """How many seconds somebody was there."""
    return seconds_with_somebody(
        (maker.seated_at, now if maker.ended_at is None else maker.ended_at) for maker in makers
    )


def _workers(engine: Engine, number: int) -> str:
    noun = {Engine.SERIAL: "serial maker", Engine.INTERPRETER: "interpreter"}.get(
        engine, engine.traits.worker
    )
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def seconds_with_somebody(spans: Iterable[tuple[float, float]]) -> float:
    """Return how many seconds somebody was there; pauses between two rounds do not count.

    Args:
        spans: when each came and went, in seconds of one clock.
    """
    reached = float("-inf")
    seconds = 0.0
    for began, end in sorted(spans):
        seconds += max(0.0, end - max(began, reached))
        reached = max(reached, end)
    return seconds


def _in_order(makers: Iterable[Maker]) -> list[Maker]:
    """Those who served, first to last; nobody where there is no order to tell."""
    served = [maker for maker in makers if maker.state is State.SERVED]
    served.sort(key=lambda maker: (maker.served_at or 0.0, maker.number))
    return served if len(served) > 1 else []


def _listed(label: str, parts: Sequence[str], between: str = " ") -> str:
    if not parts:
        return ""
    more = f" and {len(parts) - LISTED:,} more" if len(parts) > LISTED else ""
    return f"{label}: {between.join(parts[:LISTED])}{more}"


def _exit_code(maker: Maker) -> str:
    if not maker.joined:
        return "not joined"
    if maker.exitcode is None:
        return "unknown"
    signal = f" ({maker.end_signal})" if maker.end_signal else ""
    return f"{maker.exitcode}{signal}".replace("-", "−")


def _end(maker: Maker) -> str:
    """How one ended that has no exit code of its own, unless its process took it along."""
    if not maker.joined:
        return "not joined"
    if ended_with_its_process(maker):
        return f"with its process, exit code {_exit_code(maker)}"
    return str(maker.state)
