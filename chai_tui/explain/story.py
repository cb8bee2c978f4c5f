"""The story line: in one sentence what is happening now, and why it matters; pure.

A wrong sentence is worse than none. So each case asks for everything that its sentence says, and
every figure in it was measured; where no case is surely true, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chai_tui.explain.program.story import program_story
from chai_tui.explain.story_of_end import done_story, end_story
from chai_tui.explain.wording.at_work import Crew, crews, kind_now, waited
from chai_tui.explain.wording.grammar import named, number_word, plural
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import StepKind
from chai_tui.state.contention import held_up_by, loop_keeper
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State

_SEVERAL_CORES = 1.3
"""More cores at once than any error of measuring makes of one."""
_ABOUT_ONE = (0.8, 1.1)
"""Cores at once of threads that take turns, and have a core whenever they may."""
_LACKING = 0.3
"""So many makers without a core, on average, are worth a word; as much of a core that others take.
"""
_FRACTIONS = {1 / 4: "a quarter", 1 / 3: "a third", 1 / 2: "half", 2 / 3: "two thirds"}


def story_line(floor: Floor, engine_key: str = "") -> str:
    """Return what is happening now and why it matters, in a sentence; empty if nothing is sure.

    Args:
        floor: the state.
        engine_key: the key that chooses another engine, as it is written; empty: none is offered.
    """
    if floor.run.is_program:
        return program_story(floor)
    if floor.all_joined:
        return end_story(floor) or done_story(floor, engine_key)
    told = next(filter(None, (case(floor) for case in _CASES)), "")
    if told:
        return told
    found = crews(floor)
    at_work = next(filter(None, (case(floor, found) for case in _AT_WORK)), "")
    return at_work or _side_by_side(floor) or _who_is_there(floor)


# Each case: its sentence if it is true, else nothing


def _paused(floor: Floor) -> str:
    paused = [maker for maker in floor.makers.values() if maker.state is State.PAUSED]
    if not paused:
        return ""
    stations = {maker.station for maker in paused}
    who = named([maker.number for maker in paused])
    if len(paused) == 1:
        return f"{who} is paused: its process is stopped, it keeps its memory and uses no core."
    if len(stations) == 1:
        return f"{who} are paused: the process that they share is stopped, and uses no core."
    if any(maker.engine.shares_station for maker in paused):
        return ""
    return f"{who} are paused: their processes are stopped, keep their memory and use no core."


def _loop_kept(floor: Floor) -> str:
    for station in floor.stations.values():
        keeper = loop_keeper(floor, station.number)
        # Of a call nobody knows whether it computes: it may await something, too.
        kind = None if keeper is None else kind_now(floor.makers[keeper])
        if kind is None or not kind.never_waits:
            continue
        held = [n for n in station.makers if held_up_by(floor.makers[n], keeper) is not None]
        if held:
            does = "computes" if kind is StepKind.COMPUTE else "runs C code"
            return f"#{keeper} {does} on the event loop: {named(held)} cannot go on."
    return ""


def _one_after_another(floor: Floor) -> str:
    for station in floor.stations.values():
        if not station.engine.traits.takes_turns:
            continue
        there = [floor.makers[number] for number in station.makers]
        brewing = [maker.number for maker in there if maker.state is State.BREWING]
        waiting = [maker.number for maker in there if maker.state is State.SEATED]
        if len(brewing) == 1 and waiting:
            turn = "its turn" if len(waiting) == 1 else "their turn"
            wait = "waits" if len(waiting) == 1 else "wait"
            return (
                f"One after another in one process: #{brewing[0]} brews, "
                f"{named(waiting)} {wait} for {turn}."
            )
    return ""


_STARTS = {
    "spawn": "spawn: {child} starts a new Python and imports main first.",
    "forkserver": (
        "forkserver: {child} is forked from a server that has imported what it needs, "
        "then imports main."
    ),
    "fork": "fork: {child} is a copy of main, with all that main has imported.",
}


def _starting(floor: Floor) -> str:
    """While nobody brews yet: what a start method does."""
    open_ = [maker for maker in floor.makers.values() if not maker.joined]
    if any(maker.state is not State.SEATED for maker in open_):
        return ""
    processes = {maker.station for maker in open_}
    if any(floor.makers[n].started_at for one in processes for n in floor.stations[one].makers):
        return ""  # its process is there
    child = "each child" if len(processes) > 1 else "the child"
    return _STARTS.get(floor.run.start_method, "").format(child=child)


def _others_take_the_cores(floor: Floor, found: Sequence[Crew]) -> str:
    lack = sum(crew.ready or 0.0 for crew in found)
    cores = [*floor.cores.values()]
    makers = sum(len(crew.shares) for crew in found)
    # It is what keeps them: not a lock, and not a moment now and then.
    waits_for_gil = sum(crew.gil or 0.0 for crew in found)
    if not cores or lack < max(_LACKING, makers / 4, waits_for_gil):
        return ""
    others = 0.0
    for core in cores:
        if core.busy is None or core.makers_share is None:
            return ""
        others += max(0.0, core.busy - core.makers_share)
    if others < max(0.5, _LACKING * len(cores)):
        return ""
    return f"Everything else takes {_of(others, len(cores))}, and makers that want one wait."


def _too_few_cores(floor: Floor, found: Sequence[Crew]) -> str:
    crew = _the_crew(found)
    cores = len(floor.run.cores)
    if crew is None or not crew.engine.traits.own_interpreter or len(crew.shares) <= cores:
        return ""
    wants = [share.cpu + (share.ready or 0.0) for share in crew.shares]
    each = [share.cpu for share in crew.shares]
    if min(wants) < 0.9 or max(each) - min(each) > 0.25 or crew.cpu < 0.9 * cores:
        return ""
    mean = sum(each) / len(each)
    share = next(
        (word for value, word in _FRACTIONS.items() if abs(mean - value) < 0.04),
        f"{mean:.0%}".replace("%", " %"),
    )
    want = f"{_who(crew)} want {cores} {'core' if cores == 1 else 'cores'}"
    return f"{want}: each gets about {share} of one."


def _one_gil(floor: Floor, found: Sequence[Crew]) -> str:
    for crew in found:
        if not (crew.engine.traits.shares_gil and floor.run.gil and len(crew.shares) > 1):
            continue
        takes_turns = crew.gil is not None and crew.gil >= 0.5 * (len(crew.shares) - 1)
        low, high = _ABOUT_ONE
        if crew.kind is StepKind.COMPUTE and takes_turns and low <= crew.cpu <= high:
            who = _who(crew) if not crew.company else f"{_who(crew)} that compute"
            return f"{who}, one GIL: they take turns, {_of(crew.cpu, len(floor.run.cores))}."
    return ""


def _several_cores(floor: Floor, found: Sequence[Crew]) -> str:
    """What several cores at once are due to."""
    crew = _the_crew(found)
    if crew is None or len(crew.shares) < 2 or crew.cpu < _SEVERAL_CORES:
        return ""
    computes = crew.kind is StepKind.COMPUTE
    match crew.engine:
        case _ if not computes and crew.engine.traits.shares_gil and floor.run.gil:
            why = " of C code that lets go of the GIL"
        case Engine.THREAD if floor.run.gil:
            return ""  # one GIL, and yet several cores: nobody knows why
        case _ if not computes:
            why = " of C code"
        case Engine.INTERPRETER:
            why = " in one process" + (", a GIL each" if floor.run.gil else "")
        case Engine.PROCESS:
            why = ", a GIL each" if floor.run.gil else ""
        case _:
            why = ", no GIL"
    return f"{_who(crew)}{why}: {_of(crew.cpu, len(floor.run.cores))}."


def _alone(floor: Floor, found: Sequence[Crew]) -> str:
    crew = _the_crew(found)
    if crew is None or len(crew.shares) > 1 or not _ABOUT_ONE[0] <= crew.cpu <= _ABOUT_ONE[1]:
        return ""
    does = "computes" if crew.kind is StepKind.COMPUTE else "runs C code"
    return f"One {_noun(crew.engine)} {does} alone: {_of(crew.cpu, len(floor.run.cores))}."


def _side_by_side(floor: Floor) -> str:
    open_ = [maker for maker in floor.makers.values() if not maker.joined]
    engines = {maker.engine for maker in open_}
    if len(open_) < 2 or len(engines) > 1:
        return ""
    if any(kind_now(maker) is not StepKind.WAIT for maker in open_):
        return ""
    times = waited(open_, floor.now)
    if times is None or times[0] < 0.5 or times[1] < 1.5 * times[0]:
        return ""
    who = _counted(len(open_), _noun(open_[0].engine))
    return f"{who} wait side by side: {times[0]:.1f} s so far, not {times[1]:.1f}."


def _who_is_there(floor: Floor) -> str:
    """What they share who brew, whatever they do: it is true of their engine."""
    open_ = [maker for maker in floor.makers.values() if not maker.joined]
    engines = {maker.engine for maker in open_}
    brewing = [maker for maker in open_ if maker.state is State.BREWING]
    coming = [maker for maker in open_ if maker.state is State.SEATED]
    if len(engines) != 1 or not brewing or len(brewing) + len(coming) != len(open_):
        return ""
    (engine,) = engines
    if engine.shares_station and len({maker.station for maker in open_}) > 1:
        return ""
    gil = floor.run.gil
    noun = _noun(engine)
    who = f"{_counted(len(brewing), noun)} brew" if len(brewing) > 1 else f"One {noun} brews"
    each = "each " if len(brewing) > 1 else ""
    match engine:
        case Engine.PROCESS:
            return f"{who}, {each}with memory {'and a GIL ' if gil else ''}of its own."
        case Engine.THREAD:
            return f"{who} in one process, with one memory{' and one GIL' if gil else ''}."
        case Engine.INTERPRETER:
            return f"{who} in one process{f', {each}with a GIL of its own' if gil else ''}."
        case Engine.ASYNCIO:
            return f"{who} on one event loop, in one thread."
    return ""


_CASES: tuple[Callable[[Floor], str], ...] = (
    end_story,
    _paused,
    _loop_kept,
    _one_after_another,
    _starting,
)
"""The most telling first."""
_AT_WORK: tuple[Callable[[Floor, Sequence[Crew]], str], ...] = (
    _others_take_the_cores,
    _one_gil,
    _too_few_cores,
    _several_cores,
    _alone,
)
"""The same, of who computes beside whom."""


def _the_crew(found: Sequence[Crew]) -> Crew | None:
    """The makers at work, if all of them do the same, and nobody else is there."""
    return found[0] if len(found) == 1 and not found[0].company else None


def _who(crew: Crew) -> str:
    return _counted(len(crew.shares), _noun(crew.engine))


def _noun(engine: Engine) -> str:
    return "interpreter" if engine is Engine.INTERPRETER else engine.traits.worker


def _counted(number: int, noun: str) -> str:
    return f"{number_word(number).capitalize()} {plural(noun)}"


def _of(used: float, cores: int) -> str:
    """Return ``1.0 of 2 cores``; no more than there are, whatever an error of measuring says."""
    return f"{min(used, float(cores)):.1f} of {cores} {'core' if cores == 1 else 'cores'}"
