"""Findings in words; pure."""

from __future__ import annotations

from collections.abc import Iterable

from chai_tui.explain.wording.formatting import clock_text
from chai_tui.explain.wording.grammar import listed, number_word
from chai_tui.findings.evidence.finding import FindingKind
from chai_tui.findings.evidence.people import People
from chai_tui.model.text import clipped
from chai_tui.state.floor import Floor

NAMED_AT_MOST = 4
"""So many are named before the rest is counted."""
_TEXT_LENGTH = 200
"""Characters that are repeated of what a program says."""
_OF_ANY = {
    FindingKind.GIL_BOUND: "waits for the GIL beside free cores",
    FindingKind.TOO_MANY_THREADS: "more threads than cores",
    FindingKind.OUT_OF_MEMORY: "lack of memory",
    FindingKind.ZOMBIES: "processes nobody joins",
}
"""What there may be in any program, in a few words."""
_OF_STARTED = {FindingKind.JOIN_BEFORE_DRAIN: "joins of who waits to put"}
"""What can be told only of a program that we started: all of it is seen there."""
_OF_HOOKED = {
    FindingKind.DEADLOCK: "deadlocks",
    FindingKind.IDLE_WORKERS: "idle workers",
    FindingKind.SAME_ERROR: "the same exception again and again",
}
"""What only Python's own words tell: the hook's."""


def nothing_found(source: str) -> str:
    """Return that nothing was found so far, and what was looked for.

    Args:
        source: ``run``, or ``watch``, where less can be found.
    """
    if source == "watch":
        found, also = _OF_ANY, {**_OF_STARTED, **_OF_HOOKED}
        where = "Under chai-tui run"
    else:
        found, also = {**_OF_ANY, **_OF_STARTED}, _OF_HOOKED
        where = "In Python with the hook"
    return (
        f"Nothing found so far; looked for: {', '.join(found.values())}. "
        f"{where} also: {', '.join(also.values())}."
    )


def who(people: People, maker: int) -> str:
    """Return ``#3 Process-1``."""
    place = people.place_of(maker)
    name = people.names.get(maker) or ("" if place is None else place.name)
    return f"#{maker} {shown(name)}".rstrip()


def everybody(people: People, makers: Iterable[int]) -> str:
    """Return ``#2 Process-1, #3 Process-2 and 4 more``."""
    parts = [*makers]
    said = [who(people, maker) for maker in parts[:NAMED_AT_MOST]]
    if len(parts) > NAMED_AT_MOST:
        said[-1] = f"{len(parts) - NAMED_AT_MOST + 1:,} more"
    return listed(said)


def when(floor: Floor, at: float) -> str:
    """Return a moment as the screens show it: ``00:02.4`` since the beginning."""
    return clock_text(at - (floor.run.at if floor.began is None else floor.began))


def shown(text: str) -> str:
    """Return what a program says, made safe, and cut."""
    return clipped(text, _TEXT_LENGTH)


def many(number: int, noun: str, nouns: str) -> str:
    """Return ``one process``, ``three processes``, ``1,000 processes``."""
    return f"{number_word(number)} {noun if number == 1 else nouns}"
