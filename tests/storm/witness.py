"""What the operating system says of the makers, and what the screen says: do they agree?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import psutil

from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.state.makers.records import State
from tests.process.program import family_of

_MAKER = re.compile(r"#(\d+) +(?:Chai Maker[^#\n]*?)?([" + "".join(GLYPHS.values()) + "]) ")
"""A maker's number and sign, as panels, cards and rows have them; the log has no signs."""
_NAME = re.compile(r"Chai Maker #(\d+)")
_LIVE = {GLYPHS[State.SEATED], GLYPHS[State.BREWING], GLYPHS[State.PAUSED]}


class Alive(NamedTuple):
    """Who is at work.

    Attributes:
        makers: their numbers.
        paused: those whose process is stopped.
        unseen: whether others may be at work whom only the screen knows: tasks, and those who wait
            for a station that is stopped.
    """

    makers: frozenset[int]
    paused: frozenset[int]
    unseen: bool = False


def on_screen(text: str) -> Alive:
    """Read who is at work from the screen."""
    signs = {int(number): sign for number, sign in _MAKER.findall(text)}
    return Alive(
        frozenset(number for number, sign in signs.items() if sign in _LIVE),
        frozenset(number for number, sign in signs.items() if sign == GLYPHS[State.PAUSED]),
    )


def in_system(program: int) -> Alive:
    """Ask the system who is at work below a program (Linux)."""
    makers: set[int] = set()
    paused: set[int] = set()
    unseen = False
    for process in family_of(program):
        try:
            title = " ".join(process.cmdline())
            stopped = process.status() == psutil.STATUS_STOPPED
            here = _makers_at(process.pid, title)
        except (psutil.Error, OSError):
            continue  # it has just ended
        makers |= here
        if stopped:
            paused |= here
        if title.startswith("Chai Makers") and (stopped or "thread" not in title):
            unseen = True
    return Alive(frozenset(makers), frozenset(paused), unseen)


def _makers_at(pid: int, title: str) -> set[int]:
    if found := _NAME.match(title):
        return {int(found[1])}
    if not title.startswith("Chai Makers"):
        return set()
    names = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/comm"))
    return {int(found[1]) for name in names if (found := _NAME.match(name))}


def disagreement(before: Alive, screen: Alive, after: Alive) -> str:
    """Return in which way screen and system disagree; empty if they do not.

    Args:
        before: what the system said just before.
        screen: what the screen says.
        after: what the system said just after; makers end all the time.
    """
    missing = (before.makers & after.makers) - screen.makers
    unseen = before.unseen or after.unseen
    ghosts = frozenset() if unseen else screen.makers - before.makers - after.makers
    unpaused = (before.paused & after.paused) - screen.paused
    unstopped = (screen.paused & before.makers & after.makers) - before.paused - after.paused
    return ", ".join(
        f"{what}: {sorted(who)}"
        for what, who in (
            ("at work, but not on the screen", missing),
            ("on the screen, but not at work", ghosts),
            ("stopped, but not shown as paused", unpaused),
            ("shown as paused, but not stopped", unstopped),
        )
        if who
    )
