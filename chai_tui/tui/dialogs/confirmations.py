"""What to say before and instead of acting on a maker: pure decisions, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State

NAME_CELLS = 60
"""So long may the name of a process be in a question."""
NAMED_AT_MOST = 6
"""How many makers a question names; the rest is counted."""


class Question(NamedTuple):
    """What is asked before something happens to more than one maker."""

    question: str
    detail: str


def refusal(maker: Maker | None) -> str:
    """Return why nothing can be done to a maker any more; empty if something can."""
    if maker is None:
        return "No maker is selected"
    if not maker.joined:
        return ""
    match maker.state:
        case State.SERVED:
            return f"{maker.name} has already served"
        case State.KILLED:
            return f"{maker.name} was already {maker.cause}"
        case State.STOPPED:
            return f"{maker.name} has already stopped"
        case State.DONE | State.ENDED if not maker.is_ours:
            return f"{maker.name} has already ended"
    return f"{maker.name} has already failed: {maker.cause}"


def sharers(floor: Floor, maker: Maker) -> list[int]:
    """Return the numbers of the others at work at a maker's station."""
    station = floor.stations.get(maker.station)
    if station is None:
        return []
    return [n for n in station.makers if n != maker.number and not floor.makers[n].joined]


def names(numbers: Sequence[int]) -> str:
    """Return ``Chai Maker #2, #3 and 12 more``."""
    shown = [f"#{number}" for number in numbers[:NAMED_AT_MOST]]
    more = len(numbers) - len(shown)
    if more:
        return f"Chai Maker {', '.join(shown)} and {more} more"
    *first, last = shown
    return f"Chai Maker {', '.join(first)} and {last}" if first else f"Chai Maker {last}"


def question(floor: Floor, maker: Maker, doing: str, effect: str) -> Question | None:
    """Return what to ask before a maker's process gets a signal; None if nobody shares it.

    Args:
        floor: who shares it.
        maker: whose process.
        doing: what is about to be done: ``Kill``.
        effect: what happens to those who share the process: ``end with it``.
    """
    others = sharers(floor, maker)
    if not others:
        return None
    verb = effect if len(others) > 1 else _singular(effect)
    share = "share" if len(others) > 1 else "shares"
    return Question(
        f"{doing} the process of {maker.name}?",
        f"{names(others)} {share} it (pid {maker.pid}) and {verb}.",
    )


def question_of_program(floor: Floor, maker: Maker, signal: str, effect: str) -> Question | None:
    """Return what to ask before a process that is not ours gets a signal; None if nothing.

    That is asked where chai-tui did not start it, or where threads share it: no signal is one
    thread's alone.

    Args:
        floor: who shares it.
        maker: whose process.
        signal: the name of what is about to be sent: ``SIGTERM``.
        effect: what that does: ``asks it to end``.
    """
    others = sharers(floor, maker)
    is_foreign = floor.run.source == "watch"
    if not others and not is_foreign:
        return None
    station = floor.stations.get(maker.station)
    name = maker.called if station is None else station.name or station.command or maker.called
    name = printable(name)
    name = name if cell_len(name) <= NAME_CELLS else f"{set_cell_size(name, NAME_CELLS - 1)}…"
    foreign = ", which chai-tui did not start" if is_foreign else ""
    shared = f" All of its {len(others) + 1:,} threads share that." if others else ""
    return Question(f"{signal} to {name}, pid {maker.pid}{foreign}?", f"{signal} {effect}.{shared}")


def _singular(effect: str) -> str:
    verb, _, rest = effect.partition(" ")
    return f"{verb}s {rest}".strip()
