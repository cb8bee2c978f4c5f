"""The story line: each sentence where it is true, and none of it where it just is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.explain.story import story_line
from chai_tui.explain.story_of_end import NEWS_SECONDS
from chai_tui.explain.wording.at_work import RECENT_SECONDS, Shares, crews, recent_shares
from chai_tui.explain.wording.grammar import named
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    Paused,
    Progress,
    Resumed,
    RunBegan,
    Sampled,
    Started,
)
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Core, Maker, Station, Use
from tests.actors import Part
from tests.builders import (
    BEGAN,
    HERE,
    brewing,
    ended,
    failed,
    floor_of,
    killed,
    paused,
    seated,
    served,
    stopped,
)
from tests.stories import story
from tests.unit.any_maker import makers, of_several

GRIND, NATIVE, CHAI = BUILT_IN["grind"], BUILT_IN["native"], BUILT_IN["chai"]
CALLS = Recipe("calls", (Step("call", StepKind.CALL),))
PROCESS, THREAD, ASYNCIO, SERIAL, INTERPRETER = Engine
FREE = HERE._replace(gil=False)


def told(
    engine: Engine,
    recipe: Recipe,
    count: int = 4,
    *,
    seconds: float = 3.0,
    run: RunBegan = HERE,
    cores: int = 2,
) -> Iterable[Event]:
    """What so many makers of one engine did until then."""
    return _Told(run, partial(_told, engine, recipe, count, seconds, cores))


@dataclass
class _Told:
    """Worked out when it is read: each process that shares the tests collects all cases."""

    run: RunBegan
    what: Callable[[], Iterable[Event]]

    def __iter__(self) -> Iterator[Event]:
        yield self.run
        yield from self.what()


@cache
def _told(
    engine: Engine, recipe: Recipe, count: int, seconds: float, cores: int
) -> tuple[Event, ...]:
    """Many cases tell the same."""
    parts = [Part(number, recipe, engine=engine) for number in range(1, count + 1)]
    return (*story(parts, cores=cores, seconds=seconds),)


def shared_out(
    engine: Engine,
    shares: Iterable[tuple[float, float | None]],
    *,
    recipe: Recipe = GRIND,
    busy: float | None = 0.9,
    by_makers: float | None = 0.9,
    run: RunBegan = HERE,
    seconds: float = 2.0,
) -> list[Event]:
    """Makers that got these shares of a core and of readiness, sampled until then."""
    events: list[Event] = [run]
    uses = []
    for number, (cpu, ready) in enumerate(shares, 1):
        events += brewing(number, engine=engine, recipe=recipe, cpu_seconds=cpu)
        uses.append(MakerUse(number, 0, cpu, ready, None, None, stopped=False))
    cores = (CoreUse(0, busy, by_makers), CoreUse(1, busy, by_makers))
    for sample in range(1, round(seconds * 2) + 1):
        events.append(Sampled(BEGAN + 0.1 + sample / 2, cores, tuple(uses)))
    return events


def starting(method: str, *engines: Engine) -> list[Event]:
    """Makers that were seated, of whom nobody spoke yet."""
    run = HERE._replace(start_method=method)
    return [run, *(e for n, one in enumerate(engines, 1) for e in seated(n, engine=one))]


class Case(NamedTuple):
    """A sentence, what makes it true, and what just does not."""

    sentence: str
    true: Iterable[Event]
    untrue: dict[str, Iterable[Event]]


KILLED = [*brewing(1), *brewing(3), *killed(2)]
CASES = {
    "killed": Case(
        "#2 was killed: its `finally` did not run, its exit code is −9, the others never noticed.",
        KILLED,
        {
            "by a signal that code may answer": [*brewing(1), *killed(2, signal=15)],
            "nobody else was there": killed(2),
            "after it had served": [
                *brewing(1),
                *served(2, joined=False),
                Exited(BEGAN + 3.1, 2, -9, ours=False),
            ],
            "as it was asked to": [*brewing(1), *stopped(2)],
            "and that is no news any more": [
                *KILLED,
                Progress(BEGAN + 1.2 + NEWS_SECONDS, 1, 0.9, 0.1),
            ],
        },
    ),
    "killed together": Case(
        "Process 4720 ended by SIGKILL, and with it everybody in it: #1 and #2.",
        [*killed(1, engine=THREAD), *killed(2, engine=THREAD), *brewing(3)],
        {
            "in processes of their own": [*killed(1), *killed(2), *brewing(3)],
            "alone in it": [*killed(1, engine=THREAD), *brewing(3)],
        },
    ),
    "failed": Case(
        "#1 failed with ValueError: no milk: exit code 1, the others go on.",
        [*failed(1), *brewing(2)],
        {
            "nobody goes on": failed(1),
            "not joined yet": [*failed(1, joined=False), *brewing(2)],
            "without a word": [*ended(1), *brewing(2)],
        },
    ),
    "a thread failed": Case(
        "#1 failed with ValueError: no milk. Those who share its process go on.",
        [*failed(1, engine=THREAD), *brewing(2, engine=THREAD)],
        {"nobody shares it": [*failed(1, engine=THREAD), *brewing(2)]},
    ),
    "stopped": Case(
        "#2 was stopped by SIGTERM: exit code −15, the others go on.",
        [*brewing(1), *stopped(2)],
        {"it was killed": [*brewing(1), *killed(2, signal=15)], "nobody is left": stopped(2)},
    ),
    "a thread stopped": Case(
        "#2 was asked to stop, and did: a thread cannot be killed.",
        [*brewing(1, engine=THREAD), *stopped(2, engine=THREAD)],
        {
            "a task": [*brewing(1, engine=ASYNCIO), *stopped(2, engine=ASYNCIO)],
            "a process": [*brewing(1), *stopped(2)],
        },
    ),
    "paused": Case(
        "#1 is paused: its process is stopped, it keeps its memory and uses no core.",
        [*paused(1), *brewing(2)],
        {
            "it goes on": [*paused(1), *brewing(2), Resumed(BEGAN + 2, 1, ours=True)],
            "two are": [*paused(1), *paused(2)],
        },
    ),
    "paused together": Case(
        "#1 and #2 are paused: the process that they share is stopped, and uses no core.",
        [*paused(1, engine=THREAD), *paused(2, engine=THREAD)],
        {"each in its own": [*paused(1), *paused(2)]},
    ),
    "the loop is kept": Case(
        "#3 computes on the event loop: #1 and #2 cannot go on.",
        [
            *brewing(1, engine=ASYNCIO),
            *brewing(2, engine=ASYNCIO),
            *brewing(3, engine=ASYNCIO, recipe=GRIND),
        ],
        {
            "it waits": [
                *brewing(1, engine=ASYNCIO),
                *brewing(2, engine=ASYNCIO),
                *brewing(3, engine=ASYNCIO),
            ],
            "they are threads": [
                *brewing(1, engine=THREAD),
                *brewing(2, engine=THREAD),
                *brewing(3, engine=THREAD, recipe=GRIND),
            ],
            "one is held up, not two": [
                *served(1, engine=ASYNCIO),
                *brewing(2, engine=ASYNCIO),
                *brewing(3, engine=ASYNCIO, recipe=GRIND),
            ],
        },
    ),
    "one after another": Case(
        "One after another in one process: #2 brews, #3 waits for its turn.",
        [
            *served(1, engine=SERIAL),
            *brewing(2, engine=SERIAL, at=BEGAN + 3),
            *seated(3, engine=SERIAL),
        ],
        {
            "nobody waits": [*served(1, engine=SERIAL), *brewing(2, engine=SERIAL, at=BEGAN + 3)],
            "in a process of its own": [*served(1), *brewing(2), *seated(3)],
        },
    ),
    "spawn": Case(
        "spawn: each child starts a new Python and imports main first.",
        starting("spawn", PROCESS, PROCESS),
        {
            "one began": [*starting("spawn", PROCESS, PROCESS), Started(BEGAN + 1, 1, 4711, 4711)],
            "another method": starting("fork", PROCESS, PROCESS),
            "one child": starting("spawn", THREAD, THREAD),
            "a method of another time": starting("telepathy", PROCESS, PROCESS),
        },
    ),
    "fork": Case(
        "fork: the child is a copy of main, with all that main has imported.",
        starting("fork", THREAD, THREAD),
        {"two children": starting("fork", PROCESS, THREAD)},
    ),
    "others take the cores": Case(
        "Everything else takes 1.6 of 2 cores, and makers that want one wait.",
        shared_out(PROCESS, [(0.2, 0.7), (0.2, 0.7)], busy=1.0, by_makers=0.2),
        {
            "makers do": shared_out(PROCESS, [(0.2, 0.7), (0.2, 0.7)], busy=1.0, by_makers=0.9),
            "they wait for the GIL": shared_out(THREAD, [(0.2, 0.3)] * 4, busy=1.0, by_makers=0.2),
            "they lack one now and then": shared_out(
                PROCESS, [(0.2, 0.2), (0.2, 0.2)], busy=1.0, by_makers=0.2
            ),
            "nobody lacks one": shared_out(
                PROCESS, [(0.2, 0.0), (0.2, 0.0)], busy=1.0, by_makers=0.2
            ),
            "nobody knows": shared_out(
                PROCESS, [(0.2, 0.7), (0.2, 0.7)], busy=None, by_makers=None
            ),
            "nobody knows what makers take": shared_out(
                PROCESS, [(0.2, 0.7), (0.2, 0.7)], busy=1.0, by_makers=None
            ),
        },
    ),
    "one GIL": Case(
        "Four threads, one GIL: they take turns, 1.0 of 2 cores.",
        told(THREAD, GRIND),
        {
            "they have one each": told(INTERPRETER, GRIND),
            "there is none": told(THREAD, GRIND, run=FREE),
            "they lack cores, not the GIL": shared_out(THREAD, [(0.25, 0.75)] * 4),
            "they get none of it": shared_out(THREAD, [(0.1, 0.0)] * 4),
            "one of them": told(THREAD, GRIND, 1),
            "nobody was sampled": told(THREAD, GRIND, seconds=0.2),
            "it is not known who is ready": shared_out(THREAD, [(0.25, None)] * 4),
        },
    ),
    "too few cores": Case(
        "Four processes want 2 cores: each gets about half of one.",
        told(PROCESS, GRIND),
        {
            "there are enough": told(
                PROCESS, GRIND, cores=4, run=HERE._replace(cores=(0, 1, 2, 3))
            ),
            "shared out unequally": shared_out(
                PROCESS, [(0.9, 0.1), (0.3, 0.7), (0.4, 0.6), (0.4, 0.6)]
            ),
            "they do not want one all the time": shared_out(PROCESS, [(0.5, 0.1)] * 4),
            "they wait": told(PROCESS, CHAI),
        },
    ),
    "a third of a core": Case(
        "Six processes want 2 cores: each gets about a third of one.",
        told(PROCESS, GRIND, 6),
        {"half of one": told(PROCESS, GRIND, 4)},
    ),
    "processes": Case(
        "Two processes, a GIL each: 2.0 of 2 cores.",
        told(PROCESS, GRIND, 2, seconds=2.0),
        {
            "no GIL": told(PROCESS, GRIND, 2, seconds=2.0, run=FREE),
            "one core": told(
                PROCESS, GRIND, 2, seconds=2.0, cores=1, run=HERE._replace(cores=(0,))
            ),
            "one of them waits": [*told(PROCESS, GRIND, 2, seconds=2.0), *brewing(3)],
        },
    ),
    "native threads": Case(
        "Four threads of C code that lets go of the GIL: 2.0 of 2 cores.",
        told(THREAD, NATIVE, seconds=2.0),
        {
            "one core's worth": shared_out(THREAD, [(0.25, 0.0)] * 4, recipe=NATIVE),
            "Python code": told(THREAD, GRIND, seconds=2.0),
            "processes": told(PROCESS, NATIVE, seconds=2.0),
        },
    ),
    "free-threaded": Case(
        "Two threads, no GIL: 1.8 of 2 cores.",
        shared_out(THREAD, [(0.9, 0.0)] * 2, run=FREE),
        {"a GIL, it says": shared_out(THREAD, [(0.9, 0.0)] * 2)},
    ),
    "interpreters": Case(
        "Two interpreters in one process, a GIL each: 1.8 of 2 cores.",
        shared_out(INTERPRETER, [(0.9, 0.0)] * 2),
        {"no GIL": shared_out(INTERPRETER, [(0.9, 0.0)] * 2, run=FREE)},
    ),
    "alone": Case(
        "One process computes alone: 1.0 of 2 cores.",
        told(PROCESS, GRIND, 1, seconds=2.0),
        {
            "two do": told(PROCESS, GRIND, 2, seconds=2.0),
            "it waits": told(PROCESS, CHAI, 1, seconds=2.0),
            "somebody waits beside it": [*told(PROCESS, GRIND, 1, seconds=2.0), *brewing(2)],
            "it gets half of one": shared_out(PROCESS, [(0.5, 0.1)]),
        },
    ),
    "side by side": Case(
        "Three processes wait side by side: 2.0 s so far, not 6.0.",
        told(PROCESS, CHAI, 3, seconds=2.0),
        {
            "one alone": told(PROCESS, CHAI, 1, seconds=2.0),
            "hardly together": [
                HERE,
                *brewing(1, at=BEGAN - 1.0, step=2, fraction=0.0),
                *brewing(2, at=BEGAN + 1.0),
                *brewing(3, at=BEGAN + 1.0),
            ],
            "one after another": told(SERIAL, CHAI, 3, seconds=2.0),
            "one was paused": [
                *told(PROCESS, CHAI, 3, seconds=1.5),
                Paused(BEGAN + 1.6, 1, ours=True),
                Resumed(BEGAN + 2.0, 1, ours=True),
            ],
            "they just began": told(PROCESS, CHAI, 3, seconds=0.3),
            "one computes": [*told(PROCESS, CHAI, 2), *brewing(3, recipe=GRIND)],
        },
    ),
    "done": Case(
        "Done: 4 processes in 6.0 s did 12.0 s of work. Press e for threads.",
        told(PROCESS, GRIND, seconds=8.0),
        {
            "one was killed": [*told(PROCESS, GRIND, seconds=8.0), *killed(5)],
            "one brews": [*told(PROCESS, GRIND, seconds=8.0), *brewing(5)],
            "there is no other engine": told(
                PROCESS, GRIND, seconds=8.0, run=HERE._replace(engines=(PROCESS,))
            ),
            "they waited": told(PROCESS, CHAI, seconds=8.0),
            "one is not joined": [
                event
                for event in told(PROCESS, GRIND, seconds=8.0)
                if not (isinstance(event, Exited) and event.maker == 4)
            ],
        },
    ),
    "done waiting": Case(
        "Done: 3 makers, one after another, in 9.0 s waited 9.0 s. Press e for processes.",
        told(SERIAL, CHAI, 3, seconds=10.0),
        {"side by side": told(THREAD, CHAI, 3, seconds=10.0)},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_sentence_is_said_where_it_is_true(case: Case) -> None:
    assert story_line(floor_of(*_with_run(case.true)), "e") == case.sentence


UNTRUE = [
    (case.sentence, why, events) for case in CASES.values() for why, events in case.untrue.items()
]


@pytest.mark.parametrize(("sentence", "why", "events"), UNTRUE, ids=lambda value: str(value)[:40])
def test_it_is_not_said_where_it_is_just_not_true(
    sentence: str, why: str, events: Iterable[Event]
) -> None:
    line = story_line(floor_of(*_with_run(events)), "e")
    assert _without_figures(line) != _without_figures(sentence), why


def _without_figures(line: str) -> str:
    """What is said, of whomever and however much."""
    return re.sub(r"[\d−]+", "", line)


def _with_run(some: Iterable[Event]) -> list[Event]:
    events = [*some]
    return events if isinstance(events[0], RunBegan) else [HERE, *events]


def test_a_call_may_await_so_nothing_is_said_of_whom_it_holds_up() -> None:
    on_a_core = MakerUse(2, 0, 1.0, 0.0, None, None, stopped=False)
    floor = floor_of(
        HERE,
        *brewing(1, engine=ASYNCIO),
        *brewing(2, engine=ASYNCIO, recipe=CALLS),
        Sampled(BEGAN + 1.0, (), (on_a_core,)),
    )
    assert story_line(floor) == "Two tasks brew on one event loop, in one thread."


@pytest.mark.parametrize(
    ("engine", "count", "gil", "line"),
    [
        (PROCESS, 1, True, "One process brews, with memory and a GIL of its own."),
        (PROCESS, 3, True, "Three processes brew, each with memory and a GIL of its own."),
        (PROCESS, 3, False, "Three processes brew, each with memory of its own."),
        (THREAD, 3, True, "Three threads brew in one process, with one memory and one GIL."),
        (THREAD, 3, False, "Three threads brew in one process, with one memory."),
        (INTERPRETER, 2, True, "Two interpreters brew in one process, each with a GIL of its own."),
        (INTERPRETER, 2, False, "Two interpreters brew in one process."),
        (ASYNCIO, 1, True, "One task brews on one event loop, in one thread."),
        (SERIAL, 1, True, ""),
    ],
)
def test_before_anything_was_measured_it_says_what_they_share(
    engine: Engine, count: int, gil: bool, line: str
) -> None:
    events = [
        event
        for number in range(1, count + 1)
        for event in brewing(number, engine=engine, recipe=GRIND)
    ]
    assert story_line(floor_of(HERE._replace(gil=gil), *events)) == line


def test_of_two_engines_it_does_not_say_what_all_share() -> None:
    assert story_line(floor_of(HERE, *brewing(1), *brewing(2, engine=THREAD))) == ""


def test_nothing_is_shared_by_those_who_stand_in_two_processes() -> None:
    two = [
        *brewing(1, engine=THREAD, recipe=GRIND),
        *brewing(2, engine=THREAD, recipe=GRIND, station=9, pid=4_800),
    ]
    assert story_line(floor_of(HERE, *two)) == ""


def test_work_and_waiting_are_both_told_where_there_was_much_of_both() -> None:
    masala = BUILT_IN["masala"]
    line = story_line(floor_of(*told(THREAD, masala, 3, seconds=15.0)))
    assert re.fullmatch(
        r"Done: 3 threads in \d\.\d s did \d\.\d s of work and waited \d\.\d s\.", line
    )


def test_nothing_is_said_of_nobody() -> None:
    assert story_line(Floor()) == ""


def test_no_key_is_named_where_none_does_it() -> None:
    line = story_line(floor_of(*told(PROCESS, GRIND, seconds=8.0)))
    assert line == "Done: 4 processes in 6.0 s did 12.0 s of work."


def test_the_key_is_the_users() -> None:
    assert story_line(floor_of(*told(THREAD, GRIND, seconds=13.0)), "F4").endswith(
        "Press F4 for processes."
    )


@pytest.mark.parametrize("count", [2, 5, 20])
def test_shares_of_threads_add_up_to_one_however_seldom_each_has_its_turn(count: int) -> None:
    (crew,) = crews(floor_of(*told(THREAD, GRIND, count)))
    assert crew.cpu == pytest.approx(1.0)
    assert crew.gil == pytest.approx(count - 1)


def test_what_was_measured_before_it_began_this_does_not_count() -> None:
    half = Recipe("half", (Step("wait", StepKind.WAIT, 2.0), Step("work", StepKind.COMPUTE, 3.0)))
    floor = floor_of(*told(PROCESS, half, 2, seconds=2.0 + RECENT_SECONDS / 2))
    assert story_line(floor) == "Two processes, a GIL each: 2.0 of 2 cores."


@pytest.mark.parametrize("share", [None, 0.25])
def test_one_that_goes_on_alike_got_what_its_newest_entry_tells(share: float | None) -> None:
    floor = Floor()
    floor.sampled_at = 20.0
    found = []
    for times in ([10.0], [10.0, 19.0]):  # one entry holds until the next, here of the same
        maker = Maker(1, 1, 1, THREAD, "", (), 0.0, cpu_share=0.25)
        maker.history.extend(Use(at, None, share, 0.5, None, None) for at in times)
        found.append(recent_shares(maker, floor))
    assert found == [None if share is None else Shares(0.25, 0.5, None)] * 2


def test_an_error_is_told_without_what_a_terminal_obeys() -> None:
    line = story_line(floor_of(HERE, *failed(1, error="E: \x1b[2J" + "x" * 500), *brewing(2)))
    assert line.startswith("#1 failed with E: ␛[2Jxxx")
    assert len(line) < 130


def test_few_makers_are_named_and_many_counted() -> None:
    assert named([1]) == "#1"
    assert named([1, 2]) == "#1 and #2"
    assert named([1, 2, 3, 4]) == "#1, #2, #3 and #4"
    assert named(range(1, 61)) == "#1, #2, #3 and 57 more"


@of_several
@given(
    st.lists(makers(), max_size=5),
    st.lists(st.tuples(st.none() | st.floats(0, 1), st.none() | st.floats(0, 1)), max_size=3),
    st.sampled_from(("spawn", "fork", "forkserver", "")),
    st.booleans(),
    st.floats(0, 10_000),
)
def test_whatever_the_floor_is_like_the_line_can_be_printed(
    all_of: list[Maker],
    cores: list[tuple[float | None, float | None]],
    method: str,
    gil: bool,
    now: float,
) -> None:
    floor = Floor()
    floor.run = HERE._replace(start_method=method, gil=gil)
    floor.fold([Sampled(BEGAN + now, (), ())])
    floor.cores = {n: Core(n, busy, used) for n, (busy, used) in enumerate(cores)}
    for number, maker in enumerate(all_of, 1):
        maker.number = number
        maker.station = 0 if maker.engine.shares_station else number
        floor.makers[number] = maker
        station = floor.stations.setdefault(
            maker.station, Station(maker.station, 4_711, maker.engine)
        )
        station.makers.append(number)
        floor.counts[maker.state] += 1
        floor.open += not maker.joined
    line = story_line(floor, "e")
    assert printable(line) == line
    assert not line or line.endswith((".", "…"))
