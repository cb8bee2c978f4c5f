"""The process that starts everybody and joins them, in a line: ``main``; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import east_asian_width

from chai_tui.explain.event_text import closing_line
from chai_tui.explain.exit_text import ended_with_its_process, exit_code_text
from chai_tui.explain.program.story import program_forms
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State

_PID = re.compile(r"\bpid \d+")
_MANY = 4
"""So many numbers in a row become a range: ``#1–#4``."""
_FEWER = (12, 5, 2, 1)
"""So many numbers or ranges are named at most, while there is room for fewer and fewer."""


def main_text(floor: Floor, width: int, *, has_pid: bool = True) -> str:
    """Return what the process that starts and joins the makers did, and what it waits for.

    Of a program that is not ours: what its first process is, and does.

    Args:
        floor: the state.
        width: cells that the line may take; where there are few it says less.
        has_pid: whether to tell the numbers of processes.
    """
    forms = (
        text if has_pid else _PID.sub("one process", text)
        for text in _forms(floor, has_pid=has_pid)
    )
    fitting = (text for text in forms if _cells_at_most(text) <= width)
    return next(fitting, None) or _cut(_shortest(floor), width)


def numbers_text(numbers: Sequence[int], most: int) -> str:
    """Return makers as ``#1 #2 #5–#9 +57``.

    Args:
        numbers: theirs; those that follow one another become a range.
        most: how many numbers and ranges are named; the others are counted.
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [part for run in runs for part in ([run] if len(run) >= _MANY else [[n] for n in run])]
    named = [_run_text(part) for part in parts[:most]]
    more = sum(map(len, parts[most:]))
    return " ".join([*named, *([f"+{more:,}"] if more else [])])


def _run_text(run: Sequence[int]) -> str:
    return f"#{run[0]}–#{run[-1]}" if len(run) >= _MANY else f"#{run[0]}"


def order_text(floor: Floor, most: int) -> str:
    """Return who served in which order: ``order #2 #1 #3``; empty for fewer than two."""
    served = [maker for maker in floor.makers.values() if maker.state is State.SERVED]
    if len(served) < 2:
        return ""
    served.sort(key=lambda maker: (maker.served_at or 0.0, maker.number))
    named = " ".join(f"#{maker.number}" for maker in served[:most])
    more = len(served) - most
    return f"order {named}" + (f" +{more:,}" if more > 0 else "")


def _forms(floor: Floor, *, has_pid: bool) -> Iterator[str]:
    """The line in words, from many to few."""
    if floor.run.is_program:
        yield from program_forms(floor, has_pid=has_pid)
        return
    name = f"main  pid {floor.run.pid}" if floor.run.pid and has_pid else "main"
    bodies = _over if floor.all_joined else _waiting if floor.makers else _idle
    for most in _FEWER:
        for parts in bodies(floor, most):
            yield f"{name}  {_joined_up(parts)}"
    yield _shortest(floor)


def _shortest(floor: Floor) -> str:
    if floor.run.is_program:
        *_, least = program_forms(floor, has_pid=False)
        return least
    bodies = _over if floor.all_joined else _waiting if floor.makers else _idle
    *_, last = bodies(floor, 1)
    return f"main  {_joined_up(last)}"


def _joined_up(parts: Iterable[str]) -> str:
    return " · ".join(filter(None, parts))


def _idle(floor: Floor, _most: int) -> Iterator[tuple[str, ...]]:
    yield ("waits for nobody" if floor.began is not None else "started nobody yet",)


def _waiting(floor: Floor, most: int) -> Iterator[tuple[str, ...]]:
    waits = [maker.number for maker in floor.makers.values() if not maker.joined]
    waits_for = f"waits for {numbers_text(waits, most)}"
    joined = sorted(
        (maker for maker in floor.makers.values() if maker.joined),
        key=lambda maker: (maker.ended_at or 0.0, maker.number),
    )
    joins = _joins(joined, most)
    newest = joins[-1] if joins else ""
    yield (_started(floor, most), waits_for, *joins)
    yield (waits_for, *joins)
    yield (_started(floor, most), waits_for, newest)
    yield (waits_for, newest)
    yield (waits_for,)


def _over(floor: Floor, most: int) -> Iterator[tuple[str, ...]]:
    closing = closing_line(floor)
    order = order_text(floor, most)
    yield (_all_joined(floor, most), closing, order)
    yield (closing, order)
    yield (closing,)
    if not floor.all_served:
        yield (closing.partition(":")[0], "see the log")
        yield (closing.partition(":")[0],)


def _started(floor: Floor, most: int) -> str:
    """Whom it started: processes; threads and tasks are started by the one that they share."""
    alone = [m.number for m in floor.makers.values() if not m.engine.shares_station]
    shared = [
        f"pid {station.pid} with {numbers_text(station.makers, most)}"
        for station in floor.stations.values()
        if station.engine.shares_station
    ]
    if len(shared) > most:
        shared[most:] = [f"+{len(shared) - most:,}"]
    return "started " + ", ".join(filter(None, (numbers_text(alone, most), *shared)))


def _joins(joined: Iterable[Maker], most: int) -> list[str]:
    """How makers were joined, those of one exit code together, the newest last.

    A process is joined by us, a thread or a task by the process that it shared.
    """
    alike: dict[str, list[int]] = {}
    for maker in joined:
        how = "joined {}: " + exit_code_text(maker.exitcode)
        if maker.engine.shares_station:
            is_alone = ended_with_its_process(maker)
            how = how.format(f"pid {maker.pid}") if is_alone else f"pid {maker.pid} joined {{}}"
        alike[how] = [*alike.pop(how, []), maker.number]
    return [how.format(numbers_text(sorted(numbers), most)) for how, numbers in alike.items()]


def _all_joined(floor: Floor, most: int) -> str:
    """Everybody, and their exit code where it was the same for all and is theirs."""
    makers = list(floor.makers.values())
    if not makers:
        return ""
    text = f"joined {numbers_text([maker.number for maker in makers], most)}"
    codes = {maker.exitcode for maker in makers}
    if len(codes) > 1 or any(maker.engine.shares_station for maker in makers):
        return text
    return f"{text}: {exit_code_text(makers[0].exitcode)}{' each' if len(makers) > 1 else ''}"


def _cells_at_most(text: str) -> int:
    """How many cells a text takes at most: an error may hold signs that are wide."""
    if text.isascii():
        return len(text)
    return sum(2 if _may_be_wide(character) else 1 for character in text)


def _may_be_wide(character: str) -> bool:
    if ord(character) < 0x2C00:
        return east_asian_width(character) in "WF"
    return True


def _cut(text: str, width: int) -> str:
    if width <= 0:
        return ""
    while text and _cells_at_most(text) > width - 1:
        text = text[:-1]
    return f"{text}…"
