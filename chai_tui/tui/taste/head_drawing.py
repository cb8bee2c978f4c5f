"""What is above the lanes: title, what the function is, how much of a call holds the GIL. Pure."""

from __future__ import annotations

from chai_tui.explain.tasting.kind import kind_text
from chai_tui.explain.tasting.phase import phase_text
from chai_tui.explain.wording.formatting import counted, percent, seconds_text
from chai_tui.model.race_events import Phase
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.prose import wrapped
from chai_tui.tui.canvas.styles import Line, bar, fit, fit_text, width_of

BAR_MOST = 32
SHORT_WIDTH = 72
"""On fewer columns it is said in few words what goes on; as it is where that takes over a half."""
GAP = 2
"""Columns at least between what the race is and what goes on."""


def title_line(floor: Floor, width: int) -> Line:
    """Return the title: whose race it is and where, what goes on and for how long at most."""
    target = "" if floor.race.began is None else printable(floor.race.began.target)
    right = _right(floor)
    if width < SHORT_WIDTH or width_of(right) > width // 2:
        right = [(_short(text), style) for text, style in right]
    for without in range(6):
        left = _left(floor, target, without)
        if width_of(left) + GAP + width_of(right) <= width:
            break
    room = max(0, width - width_of(right))
    if width_of(left) + GAP > room:
        left = [(" ", ""), (fit_text(target, max(0, room - 1 - GAP)), "strong")]
    return [*fit(left, room), *right]


def _short(text: str) -> str:
    """What goes on in a word, and how long it may take: ``races, 3 s left``."""
    what, *more = text.split(", ")
    return ", ".join([what.partition(" ")[0].rstrip(":"), *more[-1:]]) if more else text


def _left(floor: Floor, target: str, without: int) -> Line:
    race, run = floor.race, floor.run
    line: Line = [(" chai-tui taste", "dim")] if without < 5 else []
    if run.warning:
        line.insert(0, (f" {run.warning}", "chosen"))
    line.append((f" {target}", "strong"))
    facts = []
    if race.loaded is not None:
        facts = [race.loaded.python]
        if "free-threaded" not in race.loaded.python:
            facts.append("GIL on" if race.loaded.gil else "GIL off")
        if race.loaded.scale != 1:
            facts.insert(0, f"steps × {race.loaded.scale:.2g}")
    facts.append(counted(len(run.cores), "core"))
    for fact in facts[: max(0, 4 - without)]:
        line.append((f" · {fact}", "dim"))
    return line


def _right(floor: Floor) -> Line:
    race = floor.race
    if race.began is None:
        return []
    if race.failed is not None:
        return [(f"{phase_text(race, floor.now)} ", "failed")]
    if race.judged is not None:
        took = seconds_text(race.judged.at - race.began.at)
        return [
            ("judged", "paused" if race.judged.lane is None else "served"),
            (f" in {took} ", "dim"),
        ]
    return [(f"{_phase(race, floor.now)} ", "brewing")]


def _phase(race: Race, now: float) -> str:
    """What goes on. A call may take longer than was planned for it, so it is told for how long."""
    text = phase_text(race, now)
    passed = int(now - race.phase_at)
    if race.phase is not Phase.TASTE or passed < 1:
        return text
    what, *left = text.split(", ")
    return ", ".join([what, f"{passed} s so far", *left])


def about_lines(race: Race, width: int) -> list[Line]:
    """Return what the function is, in as many lines as that takes; before that a blank one."""
    pieces = wrapped(printable(kind_text(race)), max(1, width - 2))
    return [fit([(" ", ""), (piece, "story")], width) for piece in pieces]


def gil_line(race: Race, width: int) -> Line:
    """Return how much of a call holds the GIL, as it is known by now."""
    line: Line = [(" GIL held ", "dim")]
    if race.loaded is not None and not race.loaded.gil:
        return fit([(" this Python has no GIL", "dim")], width)
    seen = race.gil
    cells = min(BAR_MOST, max(8, width // 4))
    if seen is None:
        return fit([*line, *bar(0.0, cells, "brewing"), (" not looked at yet", "dim")], width)
    if seen.share is None:
        return fit([*line, ("for how much of a call cannot be known here", "dim")], width)
    about = "about " if seen.is_about else ""
    line += bar(seen.share, cells, "brewing")
    line += [(f" {about}{percent(seen.share)}", "strong"), (" of a call", "")]
    if seen.is_about:
        line.append((", guessed from inside", "dim"))
    elif seen.looks:
        line.append((f", {seen.looks:,} looks from outside", "dim"))
    return fit(line, width)
