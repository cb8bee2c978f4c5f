"""What a maker's panel says, as short texts whose widths do not jump."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from chai_tui.explain.program.gil import MOSTLY
from chai_tui.explain.wording.formatting import counted, memory_cells, percent_cells, seconds_cells
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Line as SaidLine
from chai_tui.state.makers.records import Maker, State, ordinal
from chai_tui.tui.canvas.styles import Line, Span, core_style, width_of

NO_CORE = "no core"
HELD_UP = "held up"
SPACED_FROM = len("› Start of Chai Maker #1 chai brewing")
"""Without the space that line fits into each of three panels on 120 columns, too."""
LACKING = 0.5
"""Who wanted a core for this share of the time and is on none now has none."""
WHERE_CELLS = len("exit −15")
"""Cells for the core that a maker is on, or the exit code that it left."""
_MEMORY_CELLS = len("999 MB")
_OWN = "own memory "

FACTS = {
    "ident": 0,
    "where": len(" ") + WHERE_CELLS,
    "cpu": len(" cpu ") + 6,
    "memory": len(" ") + _MEMORY_CELLS,
    "whose": len(_OWN),
}
"""What a panel's line of facts tells, whatever the maker is doing, and the cells for it: which
process or thread it is; its core, or how it ended; its CPU time; the memory of its process; and
that this is its own. Where there is no room the last goes first, in all panels of one size; the
first two never go."""
_NEVER_GO = 2
TRACEBACK_LINES = 100
"""So many lines at the end of what it said may be a traceback."""
_HEAD = re.compile(r"Process \S+:$|Exception in thread .+:$")


_WORDS_OF_PROGRAMS = {
    State.SEATED: "starting",
    State.BREWING: "running",
    State.SERVED: "done",
}
"""For states whose own words are of makers that follow a recipe."""


def state_name(state: State, *, is_ours: bool) -> str:
    """Return the word for a state: ``running`` where a maker of ours would be ``brewing``."""
    return str(state) if is_ours else _WORDS_OF_PROGRAMS.get(state, str(state))


class Look(NamedTuple):
    """Everything that decides how a maker looks, beside its size.

    Attributes:
        maker: whom to draw.
        place: finishing place, from 1; None unless it served.
        now: the floor's time, in the events' seconds.
        chosen: whether it is the selected one.
        digits: of the greatest number on the screen.
        held_by: number of the maker that keeps its event loop from it; None if nobody does.
        ids: digits of the greatest number of a process on the screen; 0: of this one's.
        target: of one that is not ours, the function that it was started to call; empty if
            unknown, or not to be told.
        depth: how many processes on the screen are above its own, where that is to be seen.
    """

    maker: Maker
    place: int | None = None
    now: float = 0.0
    chosen: bool = False
    digits: int = 1
    held_by: int | None = None
    ids: int = 0
    target: str = ""
    depth: int = 0

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal as long as nothing changed that may be drawn."""
        return (
            self.maker.version,
            self.place,
            self.chosen,
            self.digits,
            self.held_by,
            self.ids,
            self.target,
            self.depth,
            kill_follows_in(self.maker, self.now),
        )

    @property
    def essence(self) -> tuple[object, ...]:
        """Equal as long as nothing changed that is drawn, whatever samples told."""
        maker = self.maker
        _, *others = self.signature
        shares = (maker.cpu_share or 0.0, maker.ready_share or 0.0, maker.gil_share or 0.0)
        return (
            maker.version - maker.sampled,
            *others,
            maker.core,
            shares.index(max(shares)),
            wants_a_core(maker),
            maker.gil_share is None,
            (maker.gil_held or 0.0) >= MOSTLY,
            maker.shares,
            seconds_cells(maker.cpu_seconds),
            None if maker.memory is None else memory_cells(maker.memory),
        )


def kill_follows_in(maker: Maker, now: float) -> int | None:
    """Return whole seconds until SIGKILL follows; None if none will."""
    asked = maker.stopping
    if maker.joined or asked is None or asked.grace is None:
        return None
    return max(0, math.ceil(asked.at + asked.grace - now - 0.001))


def number_style(maker: Maker) -> str:
    """Return the style of a maker's number: its core's, if it is on one."""
    return "strong" if maker.core is None else core_style(maker.core)


def bar_style(maker: Maker) -> str:
    """Return the style of a maker's bar: its core's while it is on one, else its state's."""
    return str(maker.state) if maker.core is None else core_style(maker.core)


def state_word(maker: Maker, place: int | None) -> str:
    """Return the state in words: ``served 2nd``, ``killed by SIGKILL``, ``running``."""
    if maker.state is State.SERVED and place is not None:
        return f"served {ordinal(place)}"
    if maker.state is State.KILLED and maker.end_signal is not None:
        return f"killed by {maker.end_signal}"
    return state_name(maker.state, is_ours=maker.is_ours)


def core_text(look: Look) -> str:
    """Return the core it uses now, or what keeps it from using one, in seven cells or a few more.

    A dash where it uses none or the system cannot tell.
    """
    maker = look.maker
    if maker.core is not None:
        return f"core {maker.core}"
    if wants_a_core(maker):
        return NO_CORE
    return "—" if look.held_by is None else HELD_UP


def core_span(look: Look) -> Span:
    """Return :func:`core_text` in the colour of the core, if it names one."""
    maker = look.maker
    return core_text(look), "" if maker.core is None else core_style(maker.core)


def _longest(words: tuple[str, ...], room: int) -> str:
    """The first of the words, longest first, that fits into the room; the last if none does."""
    return next((text for text in words if len(text) <= room), words[-1])


def held_text(look: Look) -> str:
    """Return ``held up by #2`` for a task that cannot go on while another computes."""
    return "" if look.held_by is None else f"{HELD_UP} by #{look.held_by}"


def wants_a_core(maker: Maker) -> bool:
    """Return whether it was mostly ready to run but had no core."""
    ready = maker.ready_share
    return ready is not None and ready >= LACKING and ready > (maker.cpu_share or 0.0)


def cause_text(maker: Maker) -> str:
    """Return why it ended where the state does not say it all; else nothing."""
    if maker.state in (State.FAILED, State.ENDED) or maker.ended_by_pool:
        return printable(maker.cause)
    if maker.state is State.KILLED and maker.stopping is not None:
        return "it had been asked to stop"
    return ""


def stopping_text(maker: Maker, now: float) -> str:
    """Return what a maker that was asked to stop is waiting for; nothing if it was not.

    Args:
        maker: whom.
        now: the floor's time, in the events' seconds, from which a countdown is told.
    """
    asked = maker.stopping
    if asked is None or maker.joined:
        return ""
    if asked.signal is None:
        doing = step_name(maker)
        # Neither can be ended from outside: a maker looks up between the slices of its step.
        return f"asked to stop; waits for “{doing}” to look up" if doing else "asked to stop"
    sent = f"{maker.stop_signal} sent"
    seconds = kill_follows_in(maker, now)
    if maker.paused:
        sent += ", waits while paused"
    return sent if seconds is None else f"{sent}, SIGKILL in {seconds} s"


def stopping_short(maker: Maker, now: float) -> str:
    """Return what a maker waits for in so few words that a narrow card has room for them."""
    asked = maker.stopping
    if asked is None or maker.joined:
        return ""
    if maker.stop_signal is None:
        return "asked to stop"
    sent = "waits" if maker.paused else maker.stop_signal
    seconds = kill_follows_in(maker, now)
    return sent if seconds is None else f"{sent}, KILL in {seconds} s"


def waiting_text(maker: Maker) -> str:
    """Return what is said about a maker before its first step."""
    if maker.engine.traits.takes_turns:
        return "waits for its turn"
    count = counted(len(maker.steps), "step") if maker.steps else ""
    return " · ".join(filter(None, (printable(maker.recipe), count)))


def step_name(maker: Maker) -> str:
    """Return the name of the current or last step; nothing before the first."""
    if maker.step is None or not 0 <= maker.step < len(maker.steps):
        return ""
    return printable(maker.steps[maker.step].name)


def share_cells(maker: Maker) -> str:
    """Return how much of the current step is done, in four cells; blank where nobody can know."""
    fraction = maker.progress
    return "    " if fraction is None else percent_cells(fraction)


def result_text(maker: Maker) -> str:
    """Return what its function returned; empty where it called none, or did not serve."""
    return printable(maker.result) if maker.state is State.SERVED else ""


def trouble_style(maker: Maker) -> str:
    """Return the style of what is said about a maker that ends or ended badly."""
    return str(maker.state) if maker.joined or maker.error else "stopped"


def output_line(line: SaidLine, room: int) -> Line:
    """Return a line that a maker said; what went to stderr begins with another sign.

    Args:
        line: what was said.
        room: cells for it; in fewer than ``SPACED_FROM`` no space follows the sign.
    """
    space = " " if room >= SPACED_FROM else ""
    sign = (f"!{space}", "failed") if line.stream == "err" else (f"›{space}", "dim")
    return [sign, (printable(line.text), "")]


def said_before_error(maker: Maker) -> Iterator[SaidLine]:
    """Yield what a maker said, the newest first, without the error that is told beside it.

    Python prints it with its traceback; of one that is not ours both are known.
    """
    lines = reversed(maker.said)
    newest = maker.said[-1] if maker.said else None
    is_told = not maker.is_ours and maker.error and newest is not None and newest.stream == "err"
    if newest is None or not is_told or not newest.text.endswith(printable(maker.error or "")):
        return lines
    for number, line in enumerate(islice(reversed(maker.said), TRACEBACK_LINES), 1):
        if line.text.startswith("Traceback (most recent call last)"):
            rest = islice(reversed(maker.said), number, None)
            return (line for line in rest if not _is_head(line))
    return islice(reversed(maker.said), 1, None)


def _is_head(line: SaidLine) -> bool:
    """Whether it is what threading and multiprocessing print over a traceback."""
    return line.stream == "err" and bool(_HEAD.match(line.text))


def ended_after(maker: Maker) -> str:
    """Return how long it took from its seat until it had served, or else until its end."""
    ended = maker.served_at if maker.state is State.SERVED else maker.ended_at
    return "" if ended is None else f"took {max(0.0, ended - maker.seated_at):.1f} s"


def cups_texts(maker: Maker) -> tuple[str, ...]:
    """Return what its memory counted when it had served, in ever fewer words; none before."""
    if maker.cups is None:
        return ()
    cup = f"cup {maker.cups}"
    if not maker.engine.traits.own_interpreter:
        return f"{cup} in shared memory", f"{cup}, shared memory", f"{cup}, shared"
    whole = "interpreter" if maker.engine.shares_station else "memory"
    return f"{cup} in its own {whole}", f"{cup}, own {whole}", f"own {cup}"


def facts_line(look: Look, width: int, least: int | None = None) -> Line:
    """Return the facts of ``FACTS`` for which there is room, each in its column.

    What is not known, or no longer, leaves its column blank: the others stay where they are.

    Args:
        look: at whom.
        width: in cells; the line is at most so long, but for an exit code or a number of a process
            that needs more than its column.
        least: cells that decide what is left out, at most ``width``: those of the narrowest of the
            panels side by side, so that all of them say the same. None for ``width``.
    """
    maker = look.maker
    kind, number = ("tid", maker.tid) if maker.engine.shares_station else ("pid", maker.pid)
    ident = f"{kind} {number or '—'}"
    ident = f"{ident:<{4 + look.ids}}"
    shown = facts_within((width if least is None else least) - len(ident))
    where = (exit_text(maker, WHERE_CELLS), "dim") if maker.joined else core_span(look)
    style = "dim" if maker.joined else ""
    line: Line = [(f"{ident} ", style), (f"{where[0]:<{WHERE_CELLS}}", where[1])]
    if "cpu" in shown:
        line.append((f" cpu {seconds_cells(maker.cpu_seconds)}", style))
    if "memory" in shown and (held := own_memory(maker)) is not None:
        whose = _OWN if "whose" in shown else ""
        memory = f"{whose}{memory_cells(held).strip():>{_MEMORY_CELLS}}"
        line += [(" " * (width - width_of(line) - len(memory)), ""), (memory, style)]
    return line


def own_memory(maker: Maker) -> int | None:
    """Return the bytes that are a maker's alone; None where it shares them, or nobody knows."""
    return None if maker.engine.shares_station else maker.memory


def facts_within(room: int) -> list[str]:
    """Return which of ``FACTS`` are told.

    Args:
        room: cells beside the number of a process or thread.
    """
    shown: list[str] = []
    for fact, cells in FACTS.items():
        room -= cells
        if room < 0 and len(shown) >= _NEVER_GO:
            break
        shown.append(fact)
    return shown


def exit_text(maker: Maker, room: int = 12) -> str:
    """Return ``exit −9``; ``joined`` of a thread or a task, which has no exit code.

    A thread of a program that is not ours has ended: who joined it is that program's business.

    Args:
        maker: who has ended.
        room: in cells: where the code is unknown, a question mark may have to do.
    """
    if maker.exitcode is None:
        return _longest(("exit unknown", "exit ?"), room)
    if maker.exitcode == 0 and maker.engine.shares_station:
        return "joined" if maker.is_ours else "ended"
    return f"exit {maker.exitcode}".replace("-", "−")
